//! Bounds of a `date_range`: which way engines round what a bound leaves out, and the date math that may stand behind `||`.
//!
//! Measured on Elasticsearch 5.6.16 to 9.2.0 and OpenSearch 2.19.4, 3.8.0: all of them compute date math, refuse `now` there,
//! and read the text as a `date` does. From Elasticsearch 8.16 on `gt` and `lte` mean the last moment of what they name.

use super::calendar::{self, Civil, DAY_SECONDS, Instant};
use super::{Answer, DateRule, Refusal, Verdict};
use crate::encode::digit;

/// Which moment of a day, an hour or a second a date without the finer parts means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rounding {
    /// The first one, as in a `date`.
    Down,
    /// The last one.
    Up,
}

/// Milliseconds of a bound, where 64 bits hold them, and what the engine does with the bound.
type Bound = (Option<i64>, Result<(), Refusal>);

impl DateRule {
    /// What the engine makes of one bound, a JSON string or the digits of a number.
    pub(crate) fn check_bound(&self, text: &str, number: bool, rounding: Rounding) -> Bound {
        if text.starts_with("now") {
            return (None, Err(no_clock()));
        }
        let (date, math) = match text.split_once("||") {
            Some((date, math)) => (date, Some(math)),
            None => (text, None),
        };
        let (base, outcome) = if math.is_some() {
            self.read_bound(date, false, Rounding::Down)
        } else {
            self.read_bound(date, number, rounding)
        };
        let refused = outcome.as_ref().is_err_and(|refusal| refusal.verdict == Verdict::Refused);
        if refused {
            return (None, outcome);
        }
        let Some(math) = math else { return self.in_millis(base, outcome) };
        match base.map(|base| computed(base, math, rounding)) {
            Some(Ok(instant)) => self.in_millis(Some(instant), outcome),
            Some(Err(fault)) => (None, Err(no_math(fault))),
            None => (None, outcome),
        }
    }

    /// A bound without date math.
    fn read_bound(
        &self,
        text: &str,
        number: bool,
        rounding: Rounding,
    ) -> (Option<Instant>, Result<(), Refusal>) {
        let is_number = number || super::epoch::is_number_like(text);
        // A number is read from its digits, as text is.
        let answer = self.rounded(text, rounding);
        let mut outcome = self.judge(answer, is_number).map(|_| ());
        if rounding == Rounding::Up && outcome.is_ok() {
            // What is lost before anything is filled up stays lost.
            if let Answer::Takes(meaning) = self.rounded(text, Rounding::Down)
                && meaning.lost.is_some()
            {
                outcome = self.judge(Answer::Takes(meaning), is_number).map(|_| ());
            }
        }
        match answer {
            // Where 64 bits do not hold it, a `date` may be cut to fit; a range never is.
            Answer::Takes(meaning)
                if meaning.lost.is_none() && meaning.instant.millis().is_none() =>
            {
                (None, Err(out_of_range()))
            }
            Answer::Takes(meaning) | Answer::Counts(meaning) => (Some(meaning.instant), outcome),
            Answer::TakesAsMillis | Answer::Unjudged => (None, outcome),
            Answer::Refuses => (None, Err(self.refused())),
        }
    }

    /// A range counts in 64 bits of milliseconds; what lies beyond is refused everywhere.
    fn in_millis(&self, instant: Option<Instant>, outcome: Result<(), Refusal>) -> Bound {
        match instant.map(Instant::millis) {
            Some(Some(millis)) => (Some(millis), outcome),
            // The engines of Joda-Time wrap seconds round, of which the outcome tells.
            _ if outcome.is_err() => (None, outcome),
            Some(None) => (None, Err(out_of_range())),
            None => (None, outcome),
        }
    }
}

/// Carries date math out: `+1d`, `-2M`, `/h`, one behind the other.
fn computed(base: Instant, math: &str, rounding: Rounding) -> Result<Instant, &'static str> {
    let math = digit::to_ascii(math);
    let mut rest = math.chars().peekable();
    let mut at = base;
    while let Some(operator) = rest.next() {
        let sign = match operator {
            '+' | '/' => 1,
            '-' => -1,
            _ => return Err("starts with `+`, `-` or `/`"),
        };
        let mut digits = String::new();
        while let Some(digit) = rest.next_if(char::is_ascii_digit) {
            digits.push(digit);
        }
        let count = match digits.as_str() {
            "" => 1,
            digits => digits.parse::<i32>().map_err(|_| "counts up to 2147483647")?,
        };
        let unit = rest.next().ok_or("ends with a unit")?;
        let rounds = operator == '/';
        if rounds && count != 1 {
            return Err("rounds to one unit");
        }
        at = if rounds {
            rounded(at, unit, rounding)
        } else {
            moved(at, unit, sign * i64::from(count))
        }?;
    }
    Ok(at)
}

const UNITS: &str = "knows the units y, M, w, d, h, m and s";
const TOO_FAR: &str = "stays within the years that the engine counts";

/// Seconds of the units that have always as many.
fn unit_seconds(unit: char) -> Option<i64> {
    Some(match unit {
        'w' => 7 * DAY_SECONDS,
        'd' => DAY_SECONDS,
        'h' | 'H' => 3600,
        'm' => 60,
        's' => 1,
        _ => return None,
    })
}

/// `count` units later; a day that the month lacks becomes its last.
fn moved(at: Instant, unit: char, count: i64) -> Result<Instant, &'static str> {
    if let Some(seconds) = unit_seconds(unit) {
        let nanos = i128::from(seconds * count) * i128::from(calendar::SECOND_NANOS);
        return Ok(Instant(at.0 + nanos));
    }
    let months = match unit {
        'y' => 12 * count,
        'M' => count,
        _ => return Err(UNITS),
    };
    let civil = at.civil().ok_or(TOO_FAR)?;
    let month = civil.year * 12 + civil.month - 1 + months;
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
    let day = civil.day.min(calendar::month_days(year, month));
    Ok(Civil { year, month, day, ..civil }.instant())
}

/// The first or the last millisecond of the unit.
fn rounded(at: Instant, unit: char, rounding: Rounding) -> Result<Instant, &'static str> {
    let civil = at.civil().ok_or(TOO_FAR)?;
    let midnight = Civil { hour: 0, minute: 0, second: 0, nano: 0, ..civil };
    let first = match unit {
        'y' => Civil { month: 1, day: 1, ..midnight }.instant(),
        'M' => Civil { day: 1, ..midnight }.instant(),
        'w' => {
            let weekday =
                calendar::weekday_of(calendar::days_of(civil.year, civil.month, civil.day));
            moved(midnight.instant(), 'd', 1 - weekday)?
        }
        'd' => midnight.instant(),
        'h' | 'H' => Civil { hour: civil.hour, ..midnight }.instant(),
        'm' => Civil { second: 0, nano: 0, ..civil }.instant(),
        's' => Civil { nano: 0, ..civil }.instant(),
        _ => return Err(UNITS),
    };
    match rounding {
        Rounding::Down => Ok(first),
        Rounding::Up => moved(first, unit, 1).map(|next| Instant(next.0 - 1_000_000)),
    }
}

fn no_clock() -> Refusal {
    Refusal {
        verdict: Verdict::Refused,
        rule: "`date_range` takes no `now` in a document".into(),
        way_out: "store the date itself".into(),
    }
}

fn no_math(fault: &'static str) -> Refusal {
    Refusal {
        verdict: Verdict::Refused,
        rule: format!("date math behind `||` {fault}").into(),
        way_out: "mend it, or store the date itself".into(),
    }
}

fn out_of_range() -> Refusal {
    Refusal {
        verdict: Verdict::Refused,
        rule: "`date_range` takes milliseconds of 64 bits since 1970".into(),
        way_out: "store a nearer date, or leave the bound out".into(),
    }
}
