//! The time zone of an index: an offset, `UTC`, `Z`, or a name of the bundled IANA database. Knows no field and no date.

use jiff::tz::TimeZoneDatabase;

use super::nearest::{choices, quoted};

/// Hours of the largest offset from UTC that the engines' date parsers take.
const OFFSET_HOURS_MAX: u8 = 18;

/// The zone as the rest of the program takes it (`+hh:mm`, `UTC`, or the name as the database spells it), or what is wrong.
pub(super) fn read(text: &str) -> Result<String, String> {
    if text == "Z" || text == "UTC" {
        return Ok("UTC".to_string());
    }
    if text.starts_with(['+', '-']) {
        return read_offset(text);
    }
    let database = TimeZoneDatabase::bundled();
    let zone = database.get(text).ok().filter(|zone| !zone.is_unknown());
    if let Some(name) = zone.as_ref().and_then(|zone| zone.iana_name()) {
        return Ok(name.to_string());
    }
    let existing: Vec<String> = database.available().map(|name| name.to_string()).collect();
    Err(format!(
        "unknown time zone {}, wanted an offset such as `+02:00`, `UTC`, or an IANA name: {}",
        quoted(text),
        choices(text, existing.iter().map(String::as_str))
    ))
}

fn read_offset(text: &str) -> Result<String, String> {
    if offset_is_valid(text.as_bytes()) {
        return Ok(text.to_string());
    }
    Err(format!("found the offset {}, wanted `+hh:mm` or `-hh:mm`, at most `18:00`", quoted(text)))
}

fn offset_is_valid(text: &[u8]) -> bool {
    let [_, h1 @ b'0'..=b'9', h2 @ b'0'..=b'9', b':', m1 @ b'0'..=b'5', b'0'..=b'9'] = text else {
        return false;
    };
    let hours = (h1 - b'0') * 10 + (h2 - b'0');
    hours < OFFSET_HOURS_MAX || (hours == OFFSET_HOURS_MAX && *m1 == b'0' && text[5] == b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_come_back_in_one_spelling() {
        for (text, wanted) in [
            ("Z", "UTC"),
            ("UTC", "UTC"),
            ("+00:00", "+00:00"),
            ("-03:30", "-03:30"),
            ("+18:00", "+18:00"),
            ("Europe/Berlin", "Europe/Berlin"),
            ("europe/berlin", "Europe/Berlin"),
            ("America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn what_is_no_zone_is_told() {
        for text in ["+2", "+0200", "+02", "+18:01", "-19:00", "+02:60", "+02:00:00", "+", "+é2:00"]
        {
            assert_eq!(
                read(text),
                Err(format!(
                    "found the offset `{text}`, wanted `+hh:mm` or `-hh:mm`, at most `18:00`"
                ))
            );
        }
        for (text, meant) in [
            ("Europe/Berlim", "Europe/Berlin"),
            ("new york", "America/New_York"),
            ("Etc/Unknown", ""),
        ] {
            let message = read(text).expect_err("no zone");
            let start = format!(
                "unknown time zone `{text}`, wanted an offset such as `+02:00`, `UTC`, or an IANA name: "
            );
            assert!(message.starts_with(&start), "{message}");
            assert!(message.contains(meant), "{message}");
        }
        assert!(read("Europe/Berlim").is_err_and(|m| m.contains("name: `Europe/Berlin`, ")));
    }
}
