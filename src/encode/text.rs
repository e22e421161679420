//! Text to JSON strings: the one escaping routine. Knows bytes only, no mapping and no target.
//!
//! JSON needs `"`, `\` and the control characters below 0x20 escaped; everything else (DEL, U+2028, all of
//! non-ASCII) goes out as it is stored.

/// What stands after the backslash for each byte: 0 for none, `u` for the six-character form.
const ESCAPES: [u8; 256] = escapes();

const fn escapes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = b'u';
        byte += 1;
    }
    table[0x08] = b'b';
    table[b'\t' as usize] = b't';
    table[b'\n' as usize] = b'n';
    table[0x0c] = b'f';
    table[b'\r' as usize] = b'r';
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table
}

/// Bytes that are looked at together.
const RUN_BYTES: usize = 32;
/// Longer text is hardly ever plain, and looking at it twice costs more.
const PLAIN_BYTES_MAX: usize = 256;

/// Appends `text` as a JSON string, quotes included.
pub(crate) fn push_string(text: &str, out: &mut Vec<u8>) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    push_escaped(text, out);
    out.push(b'"');
}

/// Appends `bytes` as a JSON string, if they are short valid UTF-8 that needs no escape, and at least one; else appends
/// nothing.
///
/// The common case of the row path: one look at eight bytes at a time tells whether anything needs an escape or a second look.
#[inline]
pub(crate) fn push_plain(bytes: &[u8], out: &mut Vec<u8>) -> bool {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    if bytes.len() > PLAIN_BYTES_MAX {
        return false;
    }
    let (escapes, high) = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(_), Some(last)) => {
            let words = bytes.as_chunks::<8>().0.iter().chain([last]);
            words.map(|word| u64::from_le_bytes(*word)).fold((0, 0), |(escapes, high), word| {
                (escapes | escapes_in(word), high | word & HIGH)
            })
        }
        _ => {
            let escapes = bytes.iter().filter(|&&b| ESCAPES[usize::from(b)] != 0).count();
            let high = bytes.iter().fold(0, |high, &b| high | b & 0x80);
            ((bytes.is_empty() || escapes > 0).into(), high.into())
        }
    };
    if escapes != 0 || (high != 0 && std::str::from_utf8(bytes).is_err()) {
        return false;
    }
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    push_few(bytes, out);
    out.push(b'"');
    true
}

/// Appends bytes that are usually few: those are copied as two halves that overlap, which costs less than a call.
#[inline]
pub(crate) fn push_few(bytes: &[u8], out: &mut Vec<u8>) {
    #[inline]
    fn halves<const N: usize>(bytes: &[u8], out: &mut Vec<u8>) -> bool {
        if bytes.len() <= 2 * N
            && let (Some(first), Some(last)) = (bytes.first_chunk::<N>(), bytes.last_chunk::<N>())
        {
            let end = out.len() + bytes.len();
            out.reserve(2 * N);
            out.extend_from_slice(first);
            out.truncate(end - N);
            out.extend_from_slice(last);
            return true;
        }
        false
    }
    if !(halves::<16>(bytes, out) || halves::<8>(bytes, out) || halves::<4>(bytes, out)) {
        out.extend_from_slice(bytes);
    }
}

/// Appends `text` as the inside of a JSON string, without quotes.
pub(crate) fn push_escaped(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mut done = 0;
    let mut at = 0;
    while let Some(next) = find_escape(bytes, at) {
        out.extend_from_slice(&bytes[done..next]);
        push_escape(bytes[next], out);
        at = next + 1;
        done = at;
    }
    out.extend_from_slice(&bytes[done..]);
}

/// Position of the first byte at or after `from` that JSON wants escaped.
fn find_escape(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(run) = bytes[at..].first_chunk::<RUN_BYTES>() {
        if run_needs_escape(run) {
            break;
        }
        at += RUN_BYTES;
    }
    while let Some(word) = bytes[at..].first_chunk::<8>() {
        let escapes = escapes_in(u64::from_le_bytes(*word));
        if escapes != 0 {
            return Some(at + escapes.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let rest = &bytes[at..];
    rest.iter().position(|&byte| ESCAPES[usize::from(byte)] != 0).map(|hit| at + hit)
}

/// Whether a run has a byte that JSON wants escaped. It has no way out before the end, so that the compiler can look at
/// many bytes at once, and counts in bytes, as wide as what it looks at.
fn run_needs_escape(run: &[u8; RUN_BYTES]) -> bool {
    run.iter().fold(0_u8, |any, &byte| {
        any | u8::from(byte < 0x20) | u8::from(byte == b'"') | u8::from(byte == b'\\')
    }) != 0
}

/// Which of eight bytes need an escape: the lowest bit that is set belongs to the first of them, those above may be wrong.
fn escapes_in(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // A borrow only runs upwards, out of a byte that is a hit itself.
    let below = |x: u64, bound: u64| x.wrapping_sub(ONES * bound) & !x & HIGH;
    below(word, 0x20) | below(word ^ (ONES * 0x22), 1) | below(word ^ (ONES * 0x5c), 1)
}

fn push_escape(byte: u8, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    match ESCAPES[usize::from(byte)] {
        b'u' => {
            out.extend_from_slice(b"\\u00");
            out.push(HEX[usize::from(byte >> 4)]);
            out.push(HEX[usize::from(byte & 15)]);
        }
        short => out.extend_from_slice(&[b'\\', short]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str) -> String {
        let mut out = Vec::new();
        push_string(text, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn few_bytes_are_copied_as_they_are() {
        let bytes: Vec<u8> = (0..100).collect();
        for start in 0..3 {
            for end in start..bytes.len() {
                let mut out = b"before".to_vec();
                push_few(&bytes[start..end], &mut out);
                assert_eq!(out, [b"before", &bytes[start..end]].concat());
            }
        }
    }

    #[test]
    fn plain_text_is_what_needs_no_escape() {
        let mut rng = fastrand::Rng::with_seed(7);
        for _ in 0..20_000 {
            let length = rng.usize(0..40);
            let mut bytes: Vec<u8> = (0..length).map(|_| rng.u8(0x20..0x7f)).collect();
            if length > 0 && rng.bool() {
                bytes[rng.usize(0..length)] = rng.u8(..);
            }
            if length > 0 && rng.bool() {
                let place = rng.usize(0..length);
                bytes.splice(place..=place, ["é", "€", "😀", "\u{80}"][rng.usize(0..4)].bytes());
            }
            let mut out = b"x".to_vec();
            let plain = push_plain(&bytes, &mut out);
            let is_utf8 = std::str::from_utf8(&bytes).is_ok();
            let wanted = is_utf8 && bytes.iter().all(|&b| ESCAPES[usize::from(b)] == 0);
            assert_eq!(plain, wanted && length > 0, "{bytes:?}");
            let text = String::from_utf8_lossy(&bytes);
            assert_eq!(
                out,
                if plain { format!("x\"{text}\"").into_bytes() } else { b"x".to_vec() }
            );
        }
    }

    #[test]
    fn only_what_json_needs_is_escaped() {
        for (text, json) in [
            ("", r#""""#),
            ("plain", r#""plain""#),
            ("say \"hi\"", r#""say \"hi\"""#),
            ("a\\b", r#""a\\b""#),
            ("\u{8}\t\n\u{c}\r", r#""\b\t\n\f\r""#),
            ("\0\u{1}\u{1f}", r#""\u0000\u0001\u001f""#),
            ("\u{7f}\u{2028}\u{2029}é€😀/", "\"\u{7f}\u{2028}\u{2029}é€😀/\""),
        ] {
            assert_eq!(quoted(text), json, "{text:?}");
        }
    }

    #[test]
    fn every_byte_below_0x80_in_every_place_of_a_word_reads_back() {
        for byte in 0..0x80u8 {
            for place in 0..20 {
                let mut text = "abcdefghijklmnopqrst".to_string();
                text.replace_range(place..=place, &char::from(byte).to_string());
                let back: String = serde_json::from_str(&quoted(&text)).unwrap();
                assert_eq!(back, text);
            }
        }
    }

    #[test]
    fn random_text_is_written_as_serde_json_writes_it() {
        let mut rng = fastrand::Rng::with_seed(7);
        let alphabet: Vec<char> = "ab\"\\\n\0\u{1f} é€😀\u{2028}\u{7f}xyz".chars().collect();
        for _ in 0..5_000 {
            let length = rng.usize(0..40);
            let text: String =
                (0..length).map(|_| alphabet[rng.usize(0..alphabet.len())]).collect();
            assert_eq!(quoted(&text), serde_json::to_string(&text).unwrap());
        }
    }
}
