//! How long to wait before a request is sent again. Pure: chance and time come in from outside.

use std::time::{Duration, SystemTime};

/// The first wait, at most.
const FIRST_MAX: Duration = Duration::from_millis(500);
/// Any wait, at most, unless the server asks for more.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// Counts repetitions and grows the waits between them.
#[derive(Clone, Debug)]
pub(super) struct Backoff {
    done: u32,
    max: u32,
    is_forgiven: bool,
}

impl Backoff {
    pub(super) fn new(retries_max: u32) -> Backoff {
        Backoff { done: 0, max: retries_max, is_forgiven: false }
    }

    /// Where nothing may be sent again, a connection that the server closed while nobody used it would end the run: once, such
    /// an end does not count.
    pub(super) fn forgive(&mut self, is_closed: bool) {
        if is_closed && self.max == 0 && !self.is_forgiven {
            self.is_forgiven = true;
            self.max = 1;
        }
    }

    /// The wait before the next repetition; none when there were enough. `chance` lies between 0 and 1.
    pub(super) fn next(&mut self, least: Duration, chance: f64) -> Option<Duration> {
        if self.done >= self.max {
            return None;
        }
        let grown = FIRST_MAX.saturating_mul(1 << self.done.min(10)).min(WAIT_MAX);
        self.done += 1;
        Some(grown.mul_f64(0.5 + 0.5 * chance.clamp(0.0, 1.0)).max(least))
    }

    /// How often a request went out whose last repetition was the last.
    pub(super) fn tries(&self) -> u32 {
        self.done + 1
    }

    /// Something was stored meanwhile: the cluster works, so the count begins again.
    pub(super) fn progressed(&mut self) {
        self.done = 0;
    }
}

/// What a `Retry-After` header asks for: seconds, or an HTTP date.
pub(super) fn retry_after(header: Option<&str>, now: SystemTime) -> Duration {
    let Some(text) = header.map(str::trim) else { return Duration::ZERO };
    if let Ok(seconds) = text.parse::<u64>() {
        return Duration::from_secs(seconds);
    }
    let date = jiff::fmt::rfc2822::parse(text).ok().map(|date| SystemTime::from(date.timestamp()));
    date.and_then(|date| date.duration_since(now).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_from_half_a_second_to_half_a_minute() {
        let mut backoff = Backoff::new(9);
        let waits: Vec<_> = std::iter::from_fn(|| backoff.next(Duration::ZERO, 1.0)).collect();
        let millis: Vec<_> = waits.iter().map(Duration::as_millis).collect();
        assert_eq!(millis, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
    }

    #[test]
    fn chance_takes_at_most_half_of_a_wait() {
        assert_eq!(Backoff::new(1).next(Duration::ZERO, 0.0), Some(Duration::from_millis(250)));
    }

    #[test]
    fn the_server_sets_the_least_wait() {
        let least = Duration::from_secs(45);
        assert_eq!(Backoff::new(1).next(least, 0.3), Some(least));
        assert_eq!(Backoff::new(0).next(least, 0.3), None);
    }

    #[test]
    fn a_closed_connection_is_forgiven_once_where_nothing_is_repeated() {
        let mut backoff = Backoff::new(0);
        backoff.forgive(false);
        assert!(backoff.next(Duration::ZERO, 0.0).is_none());
        for repeated in [true, false] {
            backoff.forgive(true);
            assert_eq!(backoff.next(Duration::ZERO, 0.0).is_some(), repeated);
        }
    }

    #[test]
    fn progress_gives_the_repetitions_back() {
        let mut backoff = Backoff::new(1);
        assert!(backoff.next(Duration::ZERO, 0.0).is_some());
        assert!(backoff.next(Duration::ZERO, 0.0).is_none());
        backoff.progressed();
        assert!(backoff.next(Duration::ZERO, 0.0).is_some());
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770);
        for (header, seconds) in [
            (None, 0),
            (Some("7"), 7),
            (Some("Sun, 06 Nov 1994 08:49:37 GMT"), 7),
            (Some("Sun, 06 Nov 1994 08:49:00 GMT"), 0),
            (Some("soon"), 0),
            (Some("18446744073709551615"), u64::MAX),
        ] {
            assert_eq!(retry_after(header, now), Duration::from_secs(seconds), "{header:?}");
        }
    }
}
