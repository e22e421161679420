//! Decimal digits of every script: Java's readers of whole numbers take them all, as far as one UTF-16 unit holds them.
//! Knows no mapping type.

use std::borrow::Cow;

/// The zeros of the scripts that have decimal digits, each with nine more behind it (Unicode 14, plane 0).
const ZEROS: [u16; 37] = [
    0x0030, 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6,
    0x0d66, 0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80,
    0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0,
    0xff10,
];

/// What `Character.digit` makes of a character in base ten.
fn value(character: char) -> Option<u8> {
    let unit = u16::try_from(u32::from(character)).ok()?;
    let zero = ZEROS[..ZEROS.partition_point(|zero| *zero <= unit)].last()?;
    u8::try_from(unit - zero).ok().filter(|value| *value < 10)
}

/// The text with every digit as ASCII has it; nothing else changes.
pub(crate) fn to_ascii(text: &str) -> Cow<'_, str> {
    map(text, |character| value(character).map(|value| char::from(b'0' + value)))
}

/// The same for hexadecimal digits: full-width letters are digits there too.
pub(crate) fn to_ascii_hex(text: &str) -> Cow<'_, str> {
    map(text, |character| match character {
        '\u{ff21}'..='\u{ff26}' | '\u{ff41}'..='\u{ff46}' => {
            char::from_u32(u32::from(character) - 0xfee0)
        }
        _ => value(character).map(|value| char::from(b'0' + value)),
    })
}

fn map(text: &str, digit: impl Fn(char) -> Option<char>) -> Cow<'_, str> {
    if text.is_ascii() {
        return text.into();
    }
    text.chars().map(|character| digit(character).unwrap_or(character)).collect::<String>().into()
}

/// Text as Java's `Long.parseLong` reads it: an optional sign and decimal digits, thirty at most.
pub(crate) fn whole(text: &str) -> Option<i128> {
    let text = to_ascii(text);
    let digits = text.strip_prefix(['+', '-']).unwrap_or(&text);
    let fits = (1..=30).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_are_digits() {
        for (text, ascii) in [
            ("12", "12"),
            ("١٢", "12"),
            ("１２", "12"),
            ("१२-٣", "12-3"),
            ("߉/\u{abf9}", "9/9"),
            ("é²½Ⅻ", "é²½Ⅻ"),
            // Java's `char` holds no mathematical digits.
            ("𝟏𝟐", "𝟏𝟐"),
        ] {
            assert_eq!(to_ascii(text), ascii, "{text}");
        }
        assert_eq!(to_ascii_hex("ａＦ９ｇ"), "aF9ｇ");
    }

    #[test]
    fn whole_numbers_are_a_sign_and_digits() {
        for (text, number) in [
            ("0", Some(0)),
            ("+７", Some(7)),
            ("-٣٢", Some(-32)),
            ("9223372036854775808", Some(9_223_372_036_854_775_808)),
            ("", None),
            ("-", None),
            ("--1", None),
            ("1.0", None),
            (" 1", None),
            ("1234567890123456789012345678901", None),
        ] {
            assert_eq!(whole(text), number, "{text:?}");
        }
    }
}
