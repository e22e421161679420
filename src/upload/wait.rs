//! Waits before a request is sent again: who waits long is told so, and who is asked to wait too long gives up. It knows no
//! request.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::error::{Error, Result};

use super::connection::{Connection, interrupted};
use super::retry::Backoff;

/// Longest step of a sleep, so that an interruption is noticed.
const SLEEP_STEP: Duration = Duration::from_millis(50);
/// A wait from which on it is told.
const TOLD_FROM: Duration = Duration::from_secs(10);
/// The longest wait that a server may ask for; who wants more is not there for this run.
const ASKED_MAX: Duration = Duration::from_secs(10 * 60);

/// Waits that were told: of several workers that wait for the same, one tells it.
#[derive(Debug, Default)]
pub(super) struct Waits(Mutex<Option<SystemTime>>);

impl Waits {
    /// Whether a wait until `end` is longer than any that was told, but for the time that workers are apart.
    fn is_news(&self, end: SystemTime) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = told.is_none_or(|told| end > told + TOLD_FROM / 2);
        if is_news {
            *told = Some(end);
        }
        is_news
    }
}

impl Connection {
    /// Waits before a repetition, `least` being what the server asks for; fails when there were enough, or where it asks for
    /// too much.
    pub(super) fn wait(
        &self,
        backoff: &mut Backoff,
        least: Duration,
        what: &str,
        reason: &str,
    ) -> Result<()> {
        if self.is_cancelled() {
            return Err(interrupted());
        }
        let Some(wait) = backoff.next(least, fastrand::f64()) else {
            return Err(Error::environment(format!(
                "`{what}` failed {} times, at last with {reason}",
                backoff.tries()
            )));
        };
        let now = SystemTime::now();
        if least > ASKED_MAX {
            return Err(Error::environment(format!(
                "`{what}` failed with {reason}; the answer asks to wait {}{} (`Retry-After`), and no wait is longer than {}: try \
                 again then, an upload with `--resume`",
                spoken(least),
                until(now, least),
                spoken(ASKED_MAX)
            )));
        }
        self.retries.fetch_add(1, Ordering::Relaxed);
        if let Some(progress) = &self.config().progress {
            progress.retry(reason);
        }
        if wait >= TOLD_FROM && now.checked_add(wait).is_some_and(|end| self.waits.is_news(end)) {
            let asked = if least.is_zero() { "" } else { ", as `Retry-After` asks" };
            let (how_long, until) = (spoken(wait), until(now, wait));
            self.warn(&format!("waiting {how_long}{until}{asked}: {reason}"));
        }
        self.pause(wait)
    }

    /// Sleeps; ends early with an error when the caller asks to stop.
    pub(super) fn pause(&self, wait: Duration) -> Result<()> {
        let end = Instant::now() + wait;
        loop {
            if self.is_stopped() {
                return Err(interrupted());
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(SLEEP_STEP));
        }
    }
}

/// A length of time in its two largest units.
fn spoken(length: Duration) -> String {
    let seconds = length.as_secs() + u64::from(length.subsec_nanos() > 0);
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let at = units.iter().position(|(size, _)| seconds >= *size).unwrap_or(3);
    let (size, unit) = units[at];
    match units.get(at + 1) {
        Some((smaller, name)) if seconds % size >= *smaller => {
            format!("{} {unit} {} {name}", seconds / size, seconds % size / smaller)
        }
        _ => format!("{} {unit}", seconds / size),
    }
}

/// `, until` and the time in UTC; nothing where no calendar goes so far.
fn until(now: SystemTime, wait: Duration) -> String {
    let end = now.checked_add(wait).and_then(|end| jiff::Timestamp::try_from(end).ok());
    end.map(|end| end.strftime(", until %Y-%m-%d %H:%M:%S UTC").to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_is_told_in_its_two_largest_units() {
        for (millis, wanted) in [
            (0, "0 s"),
            (44_001, "45 s"),
            (60_000, "1 min"),
            (600_000, "10 min"),
            (605_000, "10 min 5 s"),
            (100_000_000, "1 d 3 h"),
            (86_400_000 + 59_000, "1 d"),
        ] {
            assert_eq!(spoken(Duration::from_millis(millis)), wanted);
        }
    }

    #[test]
    fn the_end_of_a_wait_is_told_where_there_is_such_a_day() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770);
        assert_eq!(until(now, Duration::from_millis(7_900)), ", until 1994-11-06 08:49:37 UTC");
        for far in [u64::MAX, 1 << 40] {
            assert_eq!(until(now, Duration::from_secs(far)), "");
        }
    }

    #[test]
    fn of_several_that_wait_for_the_same_one_tells_it() {
        let waits = Waits::default();
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let told: Vec<bool> = [40, 42, 30, 45, 46].map(|end| waits.is_news(at(end))).to_vec();
        assert_eq!(told, [true, false, false, false, true]);
    }
}
