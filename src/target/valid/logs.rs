//! `index.mode: logsdb`, whose documents all have a time. Knows the settings, the root of a mapping and its fields.

use super::Faults;
use super::settings::Setting;
use super::shut::is_word;
use crate::target::dialect::truth;
use crate::target::span::es;
use crate::target::{Mapping, TIME, Target};

/// Checks that each document can have a time, where the settings want one: what its mapping may not say was measured on
/// Elasticsearch 8.19 and 9.2.
pub(super) fn check(
    settings: &[Setting<'_>],
    mapping: &Mapping,
    pointer: &str,
    target: &Target,
    faults: &mut Faults<'_>,
) {
    let mode = settings.iter().find(|s| s.name == "mode" && is_word(s.value, "logsdb"));
    let Some(mode) = mode.filter(|_| target.within(&[es(8, 15)])) else { return };
    if mapping.has_any_times() {
        return;
    }
    let Some(time) = mapping.properties.iter().find(|property| property.name == TIME) else {
        let message = format!(
            "an index with `index.mode: logsdb` refuses every document without `{TIME}` on {target}; add it to the mapping as `date`, or remove the setting"
        );
        return faults.push(format!("{pointer}{}", mode.pointer), message);
    };
    if !matches!(time.kind.as_str(), "date" | "date_nanos") {
        let message = format!(
            "`{TIME}` is `date` or `date_nanos` in an index with `index.mode: logsdb` on {target}, found `{}`",
            time.kind
        );
        return faults.push(format!("{}/type", time.pointer), message);
    }
    let wrong = [("doc_values", Some(false)), ("index", Some(false)), ("null_value", None)]
        .into_iter()
        .find(|(key, off)| {
            time.params
                .get(*key)
                .is_some_and(|said| !said.is_null() && (off.is_none() || truth(said) == *off))
        });
    if let Some((key, _)) = wrong {
        let message = format!(
            "`{TIME}` takes no `{key}: {}` in an index with `index.mode: logsdb` on {target}; remove it",
            time.params[key]
        );
        faults.push(format!("{}/{key}", time.pointer), message);
    }
}
