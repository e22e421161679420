//! The values that a parameter of a field takes: parameter × types × versions. Knows one field and nothing beside it.

use serde_json::{Map, Value};

use crate::target::Target;
use crate::target::span::{ALWAYS, ES1_ES2, ES5_ON, Span, es, es_until, os};

/// The values of one parameter, for some types (none: for all) on some versions.
struct Row {
    name: &'static str,
    kinds: &'static [&'static str],
    spans: &'static [Span],
    takes: Takes,
}

/// What a value must be.
#[derive(Clone, Copy)]
enum Takes {
    /// A whole number in these bounds, as number or as text.
    Whole(i64, i64),
    /// A number, as number or as text.
    Real,
    /// A number above 0, as number or as text.
    Positive,
    /// One of these words.
    Word(&'static [&'static str]),
    /// One of these words, large or small.
    AnyCase(&'static [&'static str]),
    Text,
    /// Text, or a list of texts.
    Texts,
    /// What the function says; its error completes "`x` must ".
    Checked(fn(&Value) -> Result<(), String>),
    /// Anything.
    Any,
}

use Takes::{Any, AnyCase, Checked, Positive, Real, Text, Texts, Whole, Word};

const fn row(
    name: &'static str,
    kinds: &'static [&'static str],
    spans: &'static [Span],
    takes: Takes,
) -> Row {
    Row { name, kinds, spans, takes }
}

const INT_MAX: i64 = i32::MAX as i64;
const INT_MIN: i64 = i32::MIN as i64;
/// Types whose terms keep frequencies and no positions.
const TERMS: &[&str] = &["keyword", "flattened"];
const ANALYZED: &[&str] = &["text", "search_as_you_type"];
const ES7_OS: &[Span] = &[es(7, 0), os(1, 0)];
const OPTIONS: &[&str] = &["docs", "freqs", "positions", "offsets"];
const TERM_VECTORS: &[&str] = &[
    "no",
    "yes",
    "with_offsets",
    "with_positions",
    "with_positions_offsets",
    "with_positions_payloads",
    "with_positions_offsets_payloads",
];
const ORIENTATIONS: &[&str] = &["right", "counterclockwise", "ccw", "left", "clockwise", "cw"];

/// The first row that has the parameter, the type and the version decides. Measured on the nine engines: every type that they
/// have with a dozen values of each parameter.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    // 7.x and OpenSearch take less than 0, and then leave every value out.
    row("ignore_above", &[], ES5_ON, Whole(0, INT_MAX)),
    row("ignore_above", &[], ES1_ES2, Whole(INT_MIN, INT_MAX)),
    row("position_increment_gap", &[], ALWAYS, Whole(0, INT_MAX)),
    row("max_input_length", &[], ALWAYS, Whole(1, INT_MAX)),
    row("depth_limit", &[], ALWAYS, Whole(0, INT_MAX)),
    row("precision_step", &["geo_point"], ES1_ES2, Whole(INT_MIN, INT_MAX)),
    row("precision_step", &[], ES1_ES2, Whole(1, INT_MAX)),
    row("tree_levels", &[], ALWAYS, Whole(INT_MIN, INT_MAX)),
    row("max_shingle_size", &[], ALWAYS, Whole(2, 4)),
    row("geohash_precision", &[], ES1_ES2, Checked(level_or_distance)),
    row("scaling_factor", &[], ALWAYS, Positive),
    row("boost", &[], ALWAYS, Real),
    row("distance_error_pct", &[], ALWAYS, Real),
    row("precision", &["geo_shape"], ES1_ES2, Checked(distance)),
    row("precision", &["geo_shape"], ES5_ON, Checked(distance)),
    row("copy_to", &[], ALWAYS, Texts),
    row("format", &[], ALWAYS, Text),
    row("locale", &[], &[es_until((1, 0), (6, 0))], Checked(loose_locale)),
    row("locale", &[], &[es(6, 0), os(1, 0)], Checked(locale)),
    row("meta", &[], &[os(3, 0)], Checked(meta_of_any_size)),
    row("meta", &[], ALWAYS, Checked(meta)),
    row("index_options", TERMS, ES5_ON, Word(&["docs", "freqs"])),
    row("index_options", &["match_only_text"], ES5_ON, Word(&["docs"])),
    row("index_options", ANALYZED, ALWAYS, Word(OPTIONS)),
    row("index_options", &["dense_vector"], ALWAYS, Any),
    row("index_options", &["geo_point", "geo_shape", "date", "boolean", "binary", "ip", "token_count", "integer_range", "long_range", "float_range", "double_range", "date_range", "ip_range"], &[es_until((1, 0), (7, 0))], Word(OPTIONS)),
    row("index_options", &[], &[es_until((1, 0), (6, 0))], Word(OPTIONS)),
    row("index_options", &["geo_point", "geo_shape"], &[os(1, 0)], Word(OPTIONS)),
    row("term_vector", &["match_only_text"], &[es(7, 0)], Any),
    row("term_vector", &[], ALWAYS, Word(TERM_VECTORS)),
    row("index_prefixes", &[], ALWAYS, Checked(prefixes)),
    row("fielddata_frequency_filter", &[], ALWAYS, Checked(frequencies)),
    row("orientation", &[], ALWAYS, AnyCase(ORIENTATIONS)),
    row("tree", &[], &[es_until((1, 0), (2, 0))], Word(&["geohash", "quadtree"])),
    row("tree", &[], ALWAYS, Word(&["geohash", "quadtree", "legacyquadtree"])),
    row("strategy", &[], ALWAYS, Word(&["recursive", "term"])),
    row("numeric_resolution", &[], ALWAYS, Word(&["milliseconds", "seconds"])),
    row("on_script_error", &[], ALWAYS, Word(&["fail", "continue"])),
    row("script", &[], ALWAYS, Checked(script)),
    row("time_series_metric", &["aggregate_metric_double"], ALWAYS, Word(&["gauge"])),
    row("time_series_metric", &["histogram"], ALWAYS, Word(&["histogram"])),
    row("time_series_metric", &["geo_point"], ALWAYS, Word(&["position"])),
    row("time_series_metric", &[], ALWAYS, Word(&["gauge", "counter"])),
    row("time_series_dimension", &["geo_point"], ALWAYS, Word(&["false"])),
    row("time_series_dimension", &["half_float", "float", "double", "scaled_float"], &[es_until((7, 0), (8, 0))], Word(&["false"])),
    row("norms", &["match_only_text"], ALWAYS, Word(&["false"])),
    row("norms", &[], ES1_ES2, Checked(old_norms)),
    row("fielddata", &[], ES1_ES2, Checked(old_fielddata)),
    row("synthetic_source_keep", &["nested"], ALWAYS, Word(&["none", "all"])),
    row("synthetic_source_keep", &[], ALWAYS, Word(&["none", "arrays", "all"])),
    row("subobjects", &[], ALWAYS, Word(&["true", "false"])),
    row("element_type", &[], &[es(9, 3)], Word(&["float", "bfloat16", "byte", "bit"])),
    row("element_type", &[], &[es(8, 15)], Word(&["float", "byte", "bit"])),
    row("element_type", &[], ALWAYS, Word(&["float", "byte"])),
    row("data_type", &[], ALWAYS, Word(&["float", "byte", "binary"])),
    row("value", &["constant_keyword"], &[os(1, 0)], Text),
    row("value", &["constant_keyword"], ALWAYS, Checked(constant)),
    row("path", &["alias"], ALWAYS, Text),
    row("path", &[], &[es_until((1, 0), (2, 0))], Word(&["full", "just_name"])),
    row("relations", &[], ALWAYS, Checked(relations)),
    row("contexts", &[], ES5_ON, Checked(contexts)),
    row("context", &[], ES1_ES2, Checked(context)),
    row("analyzer", &[], ALWAYS, Text),
    row("index_analyzer", &[], ALWAYS, Text),
    row("search_analyzer", &[], ALWAYS, Text),
    row("search_quote_analyzer", &[], ALWAYS, Text),
    row("normalizer", &["keyword"], ALWAYS, Text),
    row("similarity", &["string", "text", "match_only_text", "keyword", "search_as_you_type", "flattened"], ALWAYS, Text),
    row("similarity", &[], &[es_until((1, 0), (7, 0))], Text),
    row("time_series_dimensions", &[], ALWAYS, Checked(list_of_texts)),
    row("metrics", &[], ES7_OS, Texts),
    row("default_metric", &[], ES7_OS, Text),
];

/// Why `target` does not take `value` for the parameter `key` of a `kind`, and what it takes.
pub(in crate::target) fn fault(
    kind: &str,
    key: &str,
    value: &Value,
    target: &Target,
) -> Option<String> {
    let has = |row: &&Row| {
        row.name == key
            && (row.kinds.is_empty() || row.kinds.contains(&kind))
            && target.within(row.spans)
    };
    let row = ROWS.iter().find(has)?;
    let wanted = row.takes.refuses(value)?;
    let found = crate::target::dialect::described(value);
    Some(format!("`{key}` of a `{kind}` must {wanted} on {target}, found {found}"))
}

impl Takes {
    /// What the value must be instead; completes "must ".
    fn refuses(self, value: &Value) -> Option<String> {
        let whole = |min, max, number: Option<i64>| {
            (!number.is_some_and(|n| (min..=max).contains(&n))).then(|| match (min, max) {
                (INT_MIN, _) => "be a whole number".to_string(),
                (_, INT_MAX) => format!("be a whole number from {min}"),
                _ => format!("be a whole number from {min} to {max}"),
            })
        };
        let one_of = |known: bool, words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            (!known).then(|| match words.as_slice() {
                [one] => format!("be {one}"),
                words => format!("be one of {}", words.join(", ")),
            })
        };
        match self {
            Whole(min, max) => whole(min, max, whole_number(value)),
            Real => real(value).is_none().then(|| "be a number".to_string()),
            Positive => (!real(value).is_some_and(|number| number > 0.0))
                .then(|| "be a number above 0".to_string()),
            Word(words) => one_of(word(value).is_some_and(|w| words.contains(&w.as_str())), words),
            AnyCase(words) => {
                let known = |text: &str| words.contains(&text.to_ascii_lowercase().as_str());
                one_of(value.as_str().is_some_and(known), words)
            }
            Text => (!value.is_string()).then(|| "be text".to_string()),
            Texts => (!is_texts(value)).then(|| "be text or a list of texts".to_string()),
            Checked(check) => check(value).err(),
            Any => None,
        }
    }
}

/// A whole number, as number (`10.0` too) or as text.
fn whole_number(value: &Value) -> Option<i64> {
    // Every bound is one of 32 bits, which a double holds exactly.
    let whole = |number: &f64| number.fract() == 0.0 && number.abs() <= f64::from(u32::MAX);
    value
        .as_i64()
        .or_else(|| value.as_f64().filter(whole).map(|number| number as i64))
        .or_else(|| value.as_str()?.parse().ok())
}

fn real(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// A word; `true` and `false` are two.
fn word(value: &Value) -> Option<String> {
    value.as_bool().map(|b| b.to_string()).or_else(|| value.as_str().map(str::to_owned))
}

fn is_texts(value: &Value) -> bool {
    match value {
        Value::String(_) => true,
        Value::Array(list) => list.iter().all(Value::is_string),
        _ => false,
    }
}

fn list_of_texts(value: &Value) -> Result<(), String> {
    ensure(value.is_array() && is_texts(value), "be a list of texts")
}

fn ensure(holds: bool, wanted: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(wanted.to_string()) }
}

fn object<'v>(value: &'v Value, wanted: &str) -> Result<&'v Map<String, Value>, String> {
    value.as_object().ok_or_else(|| wanted.to_string())
}

/// A length of geohashes, or a distance that they are to hold.
fn level_or_distance(value: &Value) -> Result<(), String> {
    ensure(
        real(value).is_some() || distance(value).is_ok(),
        "be a number or a distance such as `1km`",
    )
}

/// `10m`, `5km`, or metres.
fn distance(value: &Value) -> Result<(), String> {
    const UNITS: &[&str] = &[
        "",
        "mm",
        "millimeters",
        "cm",
        "centimeters",
        "m",
        "meters",
        "km",
        "kilometers",
        "in",
        "inch",
        "ft",
        "feet",
        "yd",
        "yards",
        "mi",
        "miles",
        "nmi",
        "NM",
        "nauticalmiles",
    ];
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.as_f64().map_or(String::new(), |number| number.to_string()),
    };
    let digits = text.find(|c: char| !matches!(c, '0'..='9' | '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let above = number.parse::<f64>().is_ok_and(|n| n > 0.0);
    ensure(above && UNITS.contains(&unit.trim()), "be a distance above 0, such as `10m`")
}

/// Before 6.0 any word will do, in three parts at most.
fn loose_locale(value: &Value) -> Result<(), String> {
    let fits = value.as_str().is_some_and(|text| text.split('_').count() <= 3);
    ensure(fits, "be a locale of at most three parts, such as `en_US`")
}

/// Languages of ISO 639-1, as 6.0 and later know them.
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz \
    ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik in io is it iu iw \
    ja ji jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my na nb nd ne \
    ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta \
    te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

pub(super) fn locale(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or("?");
    let separator = if text.find('_') < text.find('-') && text.contains('_') || !text.contains('-')
    {
        '_'
    } else {
        '-'
    };
    let parts: Vec<&str> = text.split(separator).collect();
    let letters = |part: &str| part.bytes().all(|b| b.is_ascii_alphabetic());
    let language = parts[0].to_ascii_lowercase();
    let is_language = match language.len() {
        0 => true,
        2 => LANGUAGES.split_whitespace().any(|l| l == language),
        3 => letters(&language),
        _ => language == "root",
    };
    let is_country = parts.get(1).is_none_or(|c| c.is_empty() || c.len() == 2 && letters(c));
    let fits = parts.len() <= 3 && is_language && is_country;
    ensure(fits, "be a locale of a known language, such as `en_US`")
}

/// Entries of `meta`, bytes of a name and of a value.
const META_MAX: (usize, usize, usize) = (5, 20, 50);

fn meta(value: &Value) -> Result<(), String> {
    let wanted =
        "be an object of at most 5 members, names of 20 characters and texts of 50 at most";
    let members = object(value, wanted)?;
    let length = |text: &str| text.encode_utf16().count();
    let fits = |(name, value): (&String, &Value)| {
        length(name) <= META_MAX.1 && value.as_str().is_some_and(|v| length(v) <= META_MAX.2)
    };
    ensure(members.len() <= META_MAX.0 && members.iter().all(fits), wanted)
}

fn meta_of_any_size(value: &Value) -> Result<(), String> {
    let wanted = "be an object of texts";
    ensure(object(value, wanted)?.values().all(Value::is_string), wanted)
}

fn prefixes(value: &Value) -> Result<(), String> {
    let wanted = "be an object with `min_chars` from 1 and `max_chars` up to 19, not below it";
    let members = object(value, wanted)?;
    let known = members.keys().all(|key| matches!(key.as_str(), "min_chars" | "max_chars"));
    let number = |key: &str, default| members.get(key).map_or(Some(default), whole_number);
    let (min, max) = (number("min_chars", 2), number("max_chars", 5));
    let fits = min.zip(max).is_some_and(|(min, max)| min >= 1 && min <= max && max < 20);
    ensure(known && fits, wanted)
}

fn frequencies(value: &Value) -> Result<(), String> {
    let wanted = "be an object with numbers for `min`, `max`, `min_segment_size`";
    let fits = |(key, value): (&String, &Value)| {
        matches!(key.as_str(), "min" | "max" | "min_segment_size") && real(value).is_some()
    };
    ensure(object(value, wanted)?.iter().all(fits), wanted)
}

/// `norms` of 1.x and 2.x.
fn old_norms(value: &Value) -> Result<(), String> {
    let wanted = "be an object with `enabled` or `loading`";
    let known = |key: &String| matches!(key.as_str(), "enabled" | "loading");
    ensure(object(value, wanted)?.keys().all(known), wanted)
}

/// `fielddata` of 1.x and 2.x.
fn old_fielddata(value: &Value) -> Result<(), String> {
    ensure(value.is_object(), "be an object such as `{\"format\": \"disabled\"}`")
}

fn script(value: &Value) -> Result<(), String> {
    let fits = match value {
        Value::String(text) => !text.is_empty(),
        Value::Object(script) => script.contains_key("source") || script.contains_key("id"),
        _ => false,
    };
    ensure(fits, "be a script such as `{\"source\": \"emit(1)\"}`")
}

fn constant(value: &Value) -> Result<(), String> {
    ensure(value.is_string() || value.is_number(), "be text or a number")
}

/// Parents and their children; no child has two parents.
fn relations(value: &Value) -> Result<(), String> {
    let wanted = "be an object with the name of each parent, and its child or a list of them";
    let mut seen: Vec<&str> = Vec::new();
    for children in object(value, wanted)?.values() {
        let children: Vec<&str> = match children {
            Value::String(child) => vec![child],
            Value::Array(list) if is_texts(children) => {
                list.iter().filter_map(Value::as_str).collect()
            }
            _ => return Err(wanted.to_string()),
        };
        if let Some(twice) = children.iter().find(|child| seen.contains(child)) {
            return Err(format!("give each child one parent, and `{twice}` has two"));
        }
        seen.extend(children);
    }
    Ok(())
}

/// Contexts of a completion: a list of objects, or one object.
fn contexts(value: &Value) -> Result<(), String> {
    let list = match value {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    let is_text =
        |context: &Map<String, Value>, key: &str| context.get(key).is_some_and(Value::is_string);
    for context in list {
        let wanted = "hold objects, each with a `name` and a `type`";
        let context = object(context, wanted)?;
        ensure(is_text(context, "name") && is_text(context, "type"), wanted)?;
        check_context(context, &["name", "type", "path"], "precision")?;
    }
    ensure(!list.is_empty(), "hold a context")
}

/// Contexts of 1.x and 2.x: an object by name.
fn context(value: &Value) -> Result<(), String> {
    let wanted = "be an object with the contexts by name, each with a `type`";
    for context in object(value, wanted)?.values() {
        let context = object(context, wanted)?;
        ensure(context.get("type").is_some_and(Value::is_string), wanted)?;
        check_context(context, &["type", "path", "default", "neighbors"], "precision")?;
        let places = context.get("type").is_some_and(|kind| kind == "geo");
        ensure(!places || context.contains_key("precision"), "give a `geo` context a `precision`")?;
    }
    Ok(())
}

/// A context is a `category` or a `geo`, and only the latter has a precision.
fn check_context(
    context: &Map<String, Value>,
    keys: &[&str],
    precision: &str,
) -> Result<(), String> {
    let kind = context.get("type").and_then(Value::as_str).unwrap_or_default();
    ensure(matches!(kind, "category" | "geo"), "hold contexts of the type `category` or `geo`")?;
    let geo = kind == "geo";
    let stray = context.keys().find(|k| !(keys.contains(&k.as_str()) || geo && *k == precision));
    if let Some(stray) = stray {
        return Err(format!("hold contexts without `{stray}`"));
    }
    let levels = match context.get(precision) {
        Some(Value::Array(list)) => list.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let fits = |level: &Value| whole_number(level).is_some() || distance(level).is_ok();
    ensure(
        levels.iter().all(fits),
        "hold contexts with a `precision` that is a level or a distance",
    )
}
