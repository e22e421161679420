//! Dates: what an engine makes of a date under a `format`, and how a stored date becomes text that it takes unchanged.
//!
//! A [`DateRule`] is the engine's side: it takes, refuses or alters a text or a number. A [`DateEncoder`] is ours: it spells a
//! stored value so that the rule takes it. Neither knows a file, a clock, or the time zone of the machine.

mod bound;
mod build;
mod calendar;
mod encoder;
mod epoch;
mod fields;
mod iso;
mod java;
mod joda;
mod locale;
mod meaning;
mod names;
mod offset;
mod program;
mod region;
mod resolved;
mod spell;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use build::{Program, Style};
use epoch::{Reader, Unit};
use fields::Field;
use locale::{Foreign, JodaNames, Locale};
use meaning::{Lost, Meaning};
use names::Named;
use program::{Dialect, Part, Unread};
use region::Database;
use resolved::Outcome;

pub(crate) use bound::Rounding;
pub(crate) use encoder::DateEncoder;

use super::{Refusal, digit};
use crate::error::Verdict;
use crate::target::{Engine, Target};

/// How fine a date field counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resolution {
    /// `date`.
    Millis,
    /// `date_nanos`: from 1970 to 2262.
    Nanos,
}

/// A compiled `format` of a date field on a target.
#[derive(Clone, Debug)]
pub(crate) struct DateRule {
    /// The format as the mapping writes it, or the target's default.
    format: Box<str>,
    is_default: bool,
    choices: Vec<Choice>,
    reader: Reader,
    resolution: Resolution,
    target: Target,
    /// Whether exactly one choice takes a bare number, and says how.
    settles_numbers: bool,
    /// What numbers count by `numeric_resolution`, where no format reads digits (Elasticsearch 1).
    counted: Option<Unit>,
    /// Whether ISO texts may be judged by their shape alone, see [`iso`].
    iso: bool,
}

/// One of the formats between `||`.
#[derive(Clone, Debug)]
struct Choice {
    dialect: Dialect,
    /// Known by name, not written as a pattern.
    named: bool,
    /// Reads ISO 8601 with an optional time, as the defaults do.
    optional_time: bool,
    /// What of it only the locale knows.
    foreign: Foreign,
    /// How the engine reads it on an older Java than those that were measured.
    elsewhere: Option<Program>,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Programs(Vec<Program>),
    Epoch(Unit),
}

/// What the engine does with a text.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    Takes(Meaning),
    /// It takes it as the number that the mapping says it is, whatever the format.
    Counts(Meaning),
    /// It takes it as milliseconds although no format says so (Elasticsearch 1, and defaults of 9).
    TakesAsMillis,
    Refuses,
    /// Only the engine's Java knows the names or weeks of the locale.
    Unjudged,
}

impl DateRule {
    /// Compiles the mapping's `format` (in the target's dialect), or the target's default where there is none.
    ///
    /// # Errors
    /// In words: an unknown pattern letter, or an unknown name with the nearest known one.
    pub(crate) fn compile(
        format: Option<&str>,
        locale: Option<&str>,
        resolution: Resolution,
        target: &Target,
    ) -> Result<DateRule, String> {
        let text = format.unwrap_or_else(|| default_format(resolution, target));
        let dialect = if is_java(target) { Dialect::Java } else { Dialect::Joda };
        let stripped = text.strip_prefix('8');
        let (dialect, body) = match (dialect, stripped) {
            (Dialect::Java, Some(rest)) => (Dialect::Java, rest),
            // Elasticsearch 6 reads the letters of java.time behind an 8.
            (Dialect::Joda, Some(rest)) if target.major == 6 => (Dialect::Java, rest),
            (dialect, _) => (dialect, text),
        };
        let choices = body
            .split("||")
            .map(|choice| compile_choice(choice.trim(), dialect, locale, target))
            .collect::<Result<Vec<_>, _>>()?;
        let iso = choices.iter().any(|choice| choice.optional_time)
            && choices.iter().all(|choice| choice.named);
        let mut rule = DateRule {
            format: text.into(),
            is_default: text == default_format(resolution, target)
                || text == "strict_date_optional_time||epoch_millis",
            choices,
            reader: Reader::of(target),
            resolution,
            target: *target,
            settles_numbers: false,
            counted: None,
            iso,
        };
        rule.settles_numbers = rule.settles();
        Ok(rule)
    }

    /// With what `numeric_resolution` says of numbers: Elasticsearch 1 reads each by it, also where a format reads digits.
    /// A format that is written and reads some makes them ambiguous to those who read the mapping.
    pub(crate) fn counted(self, resolution: Option<&str>, has_format: bool) -> DateRule {
        let reads_digits = has_format && self.choices.iter().any(Choice::takes_digits);
        let unit = resolution.map(|word| match word.eq_ignore_ascii_case("seconds") {
            true => Unit::Seconds,
            false => Unit::Millis,
        });
        let counted = unit.filter(|_| self.reads_all_as_millis() && !reads_digits);
        DateRule { counted, ..self }
    }

    /// What the engine does with a JSON string.
    ///
    /// # Errors
    /// The engine refuses it, or indexes something else than the text says.
    pub(crate) fn check_text(&self, text: &str) -> Result<(), Refusal> {
        if self.iso && iso::is_plain(text.as_bytes(), self.resolution) {
            return Ok(());
        }
        let number = epoch::is_number_like(text);
        self.judge(self.answer(text, false), number).map(|_| ())
    }

    /// Whether a pattern reads the text without the date being one of the calendar: java.time leaves a year of an era (`yyyy`)
    /// alone where the era is missing, and holds neither month nor day against anything then.
    pub(crate) fn reads_no_date(&self, text: &str) -> bool {
        let reads = |program: &Program, dialect: Dialect| {
            let Ok(mut fields) = program::read(&program.parts, text, dialect) else { return false };
            if !fields.has(Field::YearOfEra) || fields.has(Field::Era) {
                return false;
            }
            for field in [Field::Month, Field::Day] {
                if fields.has(field) {
                    fields.set(field, 1);
                }
            }
            let found = resolved::resolve(&fields, program, program.style, text);
            matches!(found, Outcome::Means(_))
        };
        let patterns = self.choices.iter().filter(|choice| !choice.named);
        patterns.filter(|choice| choice.dialect == Dialect::Java).any(|choice| match &choice.kind {
            Kind::Programs(programs) => {
                programs.iter().any(|program| reads(program, choice.dialect))
            }
            Kind::Epoch(_) => false,
        })
    }

    /// What the engine does with a JSON number, given as its digits.
    ///
    /// # Errors
    /// The engine refuses it, or reads it as a time that nothing in the mapping names.
    pub(crate) fn check_number(&self, digits: &str) -> Result<(), Refusal> {
        self.judge(self.answer(digits, true), true).map(|_| ())
    }

    /// What the engine makes of a text that it takes unchanged.
    fn meaning(&self, text: &str) -> Option<Meaning> {
        match self.answer(text, false) {
            Answer::Takes(meaning) if meaning.lost.is_none() && self.holds(&meaning) => {
                Some(meaning)
            }
            _ => None,
        }
    }

    /// The same for a JSON number.
    fn meaning_of_number(&self, digits: &str) -> Option<Meaning> {
        match self.answer(digits, true) {
            Answer::Takes(meaning) if meaning.lost.is_none() && self.holds(&meaning) => {
                Some(meaning)
            }
            _ => None,
        }
    }

    fn judge(&self, answer: Answer, number: bool) -> Result<Meaning, Refusal> {
        let meaning = match answer {
            Answer::Refuses => return Err(self.refused()),
            Answer::TakesAsMillis => return Err(self.bare_number()),
            Answer::Unjudged => return Err(self.unjudged()),
            Answer::Takes(meaning) | Answer::Counts(meaning) => meaning,
        };
        let is_settled = self.settles_numbers || matches!(answer, Answer::Counts(_));
        if meaning.lost.is_none() && !self.holds(&meaning) {
            return Err(self.out_of_range());
        }
        if number && !is_settled {
            return Err(self.bare_number());
        }
        match meaning.lost {
            Some(lost) => Err(Refusal {
                verdict: Verdict::Altered,
                rule: format!(
                    "the format `{}` takes it, and the {} that is indexed is another one",
                    self.format,
                    lost.word()
                )
                .into(),
                way_out: self.lost_way_out(lost),
            }),
            None => Ok(meaning),
        }
    }

    fn answer(&self, text: &str, number: bool) -> Answer {
        if number && self.reads_all_as_millis() {
            return match text.parse::<f64>() {
                // 2^63 and more do not fit the long that the engine asks the parser for.
                Ok(value) if value.abs() < 9_223_372_036_854_775_807_f64 => self.count(text),
                _ if text.parse::<i64>().is_ok() => self.count(text),
                _ => Answer::Refuses,
            };
        }
        if number && self.takes_wide_integers() && is_wide(text) {
            return Answer::TakesAsMillis;
        }
        let read = self.rounded(text, Rounding::Down);
        if read != Answer::Refuses {
            return read;
        }
        let fallback = self.reads_all_as_millis()
            && digit::whole(text).is_some_and(|number| i64::try_from(number).is_ok());
        if fallback { self.count(text) } else { Answer::Refuses }
    }

    /// A number that Elasticsearch 1 reads by `numeric_resolution`.
    fn count(&self, text: &str) -> Answer {
        let Some(unit) = self.counted else { return Answer::TakesAsMillis };
        epoch::cut(unit, &digit::to_ascii(text)).map_or(Answer::Refuses, Answer::Counts)
    }

    /// What the formats make of a text, one after the other.
    fn rounded(&self, text: &str, rounding: Rounding) -> Answer {
        let mut unjudged = false;
        for choice in &self.choices {
            if choice.foreign.may_read(text) {
                unjudged = true;
                continue;
            }
            match self.ask(choice, text, rounding) {
                Outcome::Means(meaning) => return Answer::Takes(meaning),
                Outcome::Failed => break,
                Outcome::Passed => {}
                Outcome::Unjudged => unjudged = true,
            }
        }
        let elsewhere = || {
            self.choices.iter().any(|choice| {
                let program = choice.elsewhere.as_ref();
                program.is_some_and(|p| program::read(&p.parts, text, choice.dialect).is_ok())
            })
        };
        if unjudged || elsewhere() { Answer::Unjudged } else { Answer::Refuses }
    }

    fn ask(&self, choice: &Choice, text: &str, rounding: Rounding) -> Outcome {
        match &choice.kind {
            Kind::Epoch(unit) => {
                self.reader.read(*unit, text, rounding).map_or(Outcome::Passed, Outcome::Means)
            }
            Kind::Programs(programs) => {
                let mut left = Outcome::Passed;
                for program in programs {
                    match run(program, choice.dialect, text, rounding) {
                        Outcome::Passed => {}
                        Outcome::Unjudged => left = Outcome::Unjudged,
                        settled => return settled,
                    }
                }
                left
            }
        }
    }

    /// Elasticsearch 1 reads every JSON number, and every text that is an integer and nothing else, as milliseconds.
    fn reads_all_as_millis(&self) -> bool {
        self.target.engine == Engine::Elasticsearch && self.target.major == 1
    }

    /// Elasticsearch 9 with a default format takes a JSON integer of more than 32 bits as milliseconds without asking the
    /// format, and cuts it to the field's range.
    fn takes_wide_integers(&self) -> bool {
        self.is_default && self.target.engine == Engine::Elasticsearch && self.target.major >= 9
    }

    /// Whether the instant fits the field.
    fn holds(&self, meaning: &Meaning) -> bool {
        match self.resolution {
            Resolution::Millis => meaning.instant.millis().is_some(),
            Resolution::Nanos => (0..=i128::from(i64::MAX)).contains(&meaning.instant.0),
        }
    }

    fn settles(&self) -> bool {
        let mut takers = self.choices.iter().filter(|choice| choice.takes_digits());
        let Some(first) = takers.next() else { return false };
        takers.next().is_none() && !(first.named && first.has_options())
    }

    fn field_type(&self) -> &'static str {
        match self.resolution {
            Resolution::Millis => "date",
            Resolution::Nanos => "date_nanos",
        }
    }

    fn refused(&self) -> Refusal {
        Refusal {
            verdict: Verdict::Refused,
            rule: format!("`{}` with format `{}` does not take it", self.field_type(), self.format)
                .into(),
            way_out: "store a date that the format takes, or add a pattern for it to the mapping's `format` with `||`".into(),
        }
    }

    fn out_of_range(&self) -> Refusal {
        if self.target.engine == Engine::OpenSearch && self.resolution == Resolution::Millis {
            return Refusal {
                verdict: Verdict::Altered,
                rule: "`date` on OpenSearch indexes what lies beyond 64 bits of milliseconds as the last moment before"
                    .into(),
                way_out: "store a nearer date".into(),
            };
        }
        let (rule, way_out) = match self.resolution {
            Resolution::Millis => {
                ("`date` takes milliseconds of 64 bits since 1970", "store a nearer date")
            }
            Resolution::Nanos => (
                "`date_nanos` takes 1970-01-01T00:00:00Z to 2262-04-11T23:47:16.854775807Z",
                "map the field as `date`",
            ),
        };
        Refusal { verdict: Verdict::Refused, rule: rule.into(), way_out: way_out.into() }
    }

    fn unjudged(&self) -> Refusal {
        if self.choices.iter().any(Choice::names_zones) {
            return Refusal {
                verdict: Verdict::Altered,
                rule: format!(
                    "the names of zones that `{}` with format `{}` reads mean other times from one Java or version to the next, and are not judged here",
                    self.field_type(),
                    self.format
                )
                .into(),
                way_out: "store the offset, such as `+01:00`, or the name of the region, such as `Europe/Berlin`, or set `\"lossy\": true` on the field to leave it to the engine".into(),
            };
        }
        Refusal {
            verdict: Verdict::Altered,
            rule: format!(
                "the names and weeks that `{}` with format `{}` reads in its `locale` differ from one Java to the next, and are not judged here",
                self.field_type(),
                self.format
            )
            .into(),
            way_out: if self.choices.iter().any(|choice| choice.elsewhere.is_some()) {
                "map `\"locale\": \"en\"` where the names are English, store months and days as numbers, or set `\"lossy\": true` on the field to leave it to the engine"
            } else {
                "store months and days as numbers, remove `locale` where the names are English, or set `\"lossy\": true` on the field to leave it to the engine"
            }
            .into(),
        }
    }

    fn bare_number(&self) -> Refusal {
        Refusal {
            verdict: Verdict::Altered,
            rule: format!(
                "a bare number in a `{}` with format `{}` may be a year, seconds or milliseconds, and the engine guesses",
                self.field_type(),
                self.format
            )
            .into(),
            way_out: "say what it means with `from` (`unix`, `unixms`, `unixus` or `julian`), or map a `format` that takes one kind of number, such as `epoch_millis`".into(),
        }
    }

    fn lost_way_out(&self, lost: Lost) -> Cow<'static, str> {
        if lost == Lost::Offset {
            return "store the offset alone, such as `+01:00`: the name of a zone stands for its region at any time of the year, and hides an offset beside it".into();
        }
        if self.format.contains('Y')
            && self.choices.iter().any(|choice| choice.dialect == Dialect::Java)
        {
            return "write `yyyy` for the year in the mapping's `format`: `YYYY` is the year of a week".into();
        }
        if self.format.contains('w') {
            return "write weeks as ISO 8601 counts them, and map a named format such as `week_date` or `weekyear_week`".into();
        }
        "write a `format` that names every part of the date once, hours from 0 to 23 as `HH`".into()
    }
}

fn run(program: &Program, dialect: Dialect, text: &str, rounding: Rounding) -> Outcome {
    let mut fields = match program::read(&program.parts, text, dialect) {
        Ok(fields) => fields,
        Err(Unread::Unfit) => return Outcome::Passed,
        Err(Unread::ForeignZone) => return Outcome::Unjudged,
    };
    match dialect {
        Dialect::Java => {
            if rounding == Rounding::Down {
                return resolved::resolve(&fields, program, program.style, text);
            }
            resolved::fill_up(&mut fields, &program.parts);
            // What fills up resolves in the JDK's own style, but for the names that Elasticsearch reads itself.
            let style = if program.own { Style::Strict } else { Style::Smart };
            resolved::resolve(&fields, program, style, text)
        }
        Dialect::Joda => joda::resolve(&fields, program, text),
    }
}

fn is_java(target: &Target) -> bool {
    target.engine == Engine::OpenSearch || target.major >= 7
}

/// Whether a JSON number is an integer of more than 32 bits and at most 64.
fn is_wide(digits: &str) -> bool {
    digits.parse::<i64>().is_ok_and(|number| i32::try_from(number).is_err())
}

/// The format of a field that names none.
fn default_format(resolution: Resolution, target: &Target) -> &'static str {
    match (target.engine, resolution) {
        (Engine::Elasticsearch, _) if target.major < 2 => "dateOptionalTime",
        (Engine::Elasticsearch, Resolution::Nanos) => {
            "strict_date_optional_time_nanos||epoch_millis"
        }
        (Engine::OpenSearch, _) if (target.major, target.minor) >= (2, 12) => {
            "strict_date_time_no_millis||strict_date_optional_time||epoch_millis"
        }
        _ => "strict_date_optional_time||epoch_millis",
    }
}

fn compile_choice(
    choice: &str,
    dialect: Dialect,
    locale: Option<&str>,
    target: &Target,
) -> Result<Choice, String> {
    if choice.is_empty() {
        return Err(
            "an empty `format`; give a pattern or a name, such as `strict_date_optional_time`"
                .to_string(),
        );
    }
    if let Some(named) = names::named(choice, target, dialect) {
        let kind = match named {
            Named::Programs(programs) => Kind::Programs(programs),
            Named::EpochMillis => Kind::Epoch(Unit::Millis),
            Named::EpochSecond => Kind::Epoch(Unit::Seconds),
            Named::EpochMicros => Kind::Epoch(Unit::Micros),
        };
        let optional_time = choice.contains("ptional") || choice == "iso8601";
        let (foreign, elsewhere) = (Foreign::No, None);
        return Ok(Choice { dialect, named: true, optional_time, foreign, elsewhere, kind });
    }
    let compiled = match dialect {
        Dialect::Java => {
            java::compile(choice, locale::of(locale, target), locale::zones(locale, target))
        }
        Dialect::Joda => joda::compile(choice, JodaNames::of(locale), Database::of(target)),
    };
    match compiled {
        Ok(program) => {
            let foreign = Foreign::of(&program.parts, dialect, locale, target);
            let elsewhere = match dialect {
                Dialect::Java if locale::of(locale, target) == Locale::RootFromSunday => {
                    java::compile(choice, Locale::English, locale::zones(locale, target)).ok()
                }
                Dialect::Java => None,
                Dialect::Joda => joda::compile(choice, JodaNames::Full, Database::of(target)).ok(),
            };
            let elsewhere = elsewhere.filter(|other| *other != program);
            let kind = Kind::Programs(vec![program]);
            Ok(Choice { dialect, named: false, optional_time: false, foreign, elsewhere, kind })
        }
        Err(fault) => Err(format!(
            "`format` `{choice}`: {}",
            nearest(choice, dialect, target).unwrap_or(fault)
        )),
    }
}

/// The fault of a name that was probably meant, where one is close.
fn nearest(choice: &str, dialect: Dialect, target: &Target) -> Option<String> {
    let is_word = choice.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if !is_word {
        return None;
    }
    names::known(target, dialect)
        .flat_map(|name| [names::camel_case(&name), name])
        .map(|name| (strsim::jaro_winkler(choice, &name), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(&a.1)))
        .and_then(|(_, name)| {
            let known = names::known(target, dialect);
            known.into_iter().find(|snake| *snake == name || names::camel_case(snake) == name)
        })
        .map(|name| format!("no format of that name on this target; nearest: `{name}`"))
}

impl Choice {
    /// Whether a text of digits alone can fit it.
    fn takes_digits(&self) -> bool {
        match &self.kind {
            Kind::Epoch(_) => true,
            Kind::Programs(programs) => programs.iter().any(|program| digits_fit(&program.parts)),
        }
    }

    /// Whether it reads names of zones that the engine's Java knows.
    fn names_zones(&self) -> bool {
        match &self.kind {
            Kind::Epoch(_) => false,
            Kind::Programs(programs) => {
                programs.iter().any(|program| program::names_zones(&program.parts))
            }
        }
    }

    fn has_options(&self) -> bool {
        match &self.kind {
            Kind::Epoch(_) => false,
            Kind::Programs(programs) => programs.iter().any(|program| {
                program.parts.iter().any(|part| matches!(part, Part::Optional(_) | Part::OneOf(_)))
            }),
        }
    }
}

fn digits_fit(parts: &[Part]) -> bool {
    parts.iter().all(|part| match part {
        Part::Number(_) | Part::TwoDigits { .. } | Part::Optional(_) => true,
        Part::Fraction(fraction) => !fraction.point || fraction.digits_min == 0,
        Part::OneOf(choices) => choices.iter().any(|choice| digits_fit(choice)),
        Part::Literal { .. } | Part::Names { .. } | Part::Offset(_) | Part::Zone(_) => false,
    })
}
