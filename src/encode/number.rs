//! Numbers as text: what a JSON number literal is, what it is worth exactly, and floats in shortest form. Knows no mapping.

/// The exact value of a decimal literal, as far as the rules need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exact {
    /// A whole number.
    Integer(i128),
    /// Not a whole number.
    Fraction,
    /// A whole number beyond 37 digits.
    Huge,
}

/// Whether `text` is a number as JSON spells it (RFC 8259).
pub(crate) fn is_json_number(text: &[u8]) -> bool {
    json_number_len(text) == text.len() && !text.is_empty()
}

/// How many bytes at the start of `text` make a JSON number; 0 for none.
pub(crate) fn json_number_len(text: &[u8]) -> usize {
    let digits = |from: usize| {
        from + text[from.min(text.len())..].iter().take_while(|b| b.is_ascii_digit()).count()
    };
    let start = usize::from(text.first() == Some(&b'-'));
    let whole = digits(start);
    if whole == start || (whole - start > 1 && text[start] == b'0') {
        return 0;
    }
    let mut end = whole;
    if text.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        if fraction == end + 1 {
            return 0;
        }
        end = fraction;
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let sign = end + 1 + usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(sign);
        if exponent == sign {
            return 0;
        }
        end = exponent;
    }
    end
}

/// Whether a number literal is digits alone: engines read those as integers, all others as floats.
pub(crate) fn is_integer_literal(literal: &str) -> bool {
    literal.bytes().all(|b| b.is_ascii_digit() || b == b'-')
}

/// The exact value of a literal made of digits with an optional sign, point and exponent.
pub(crate) fn exact(literal: &str) -> Exact {
    let (negative, rest) = match literal.as_bytes().first() {
        Some(b'-') => (true, &literal[1..]),
        Some(b'+') => (false, &literal[1..]),
        _ => (false, literal),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent_value(exponent)),
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let digits = || whole.bytes().chain(fraction.bytes());
    let significant = digits().skip_while(|&b| b == b'0').count();
    if significant == 0 {
        return Exact::Integer(0);
    }
    let trailing = digits().rev().take_while(|&b| b == b'0').count();
    let scale = exponent - i64::try_from(fraction.len()).unwrap_or(i64::MAX);
    if scale + i64::try_from(trailing).unwrap_or(i64::MAX) < 0 {
        return Exact::Fraction;
    }
    let length = i64::try_from(significant).unwrap_or(i64::MAX).saturating_add(scale);
    if length > 37 {
        return Exact::Huge;
    }
    let kept = significant - usize::try_from(-scale.min(0)).unwrap_or(significant).min(significant);
    scaled(digits().skip_while(|&b| b == b'0').take(kept), scale, negative)
}

/// The digits as a number, moved to the left by a positive `scale`.
fn scaled(digits: impl Iterator<Item = u8>, scale: i64, negative: bool) -> Exact {
    let mut value: i128 = 0;
    for digit in digits {
        value = value * 10 + i128::from(digit - b'0');
    }
    for _ in 0..scale.max(0) {
        value *= 10;
    }
    Exact::Integer(if negative { -value } else { value })
}

fn exponent_value(text: &str) -> i64 {
    let digits = text.trim_start_matches(['+', '-']);
    let size = digits.parse::<i64>().unwrap_or(i64::MAX).min(1 << 40);
    if text.starts_with('-') { -size } else { size }
}

/// How many of the 64 binary digits of an integer a float type must hold for it to survive.
pub(crate) fn significant_bits(value: u128) -> u32 {
    if value == 0 { 0 } else { 128 - value.leading_zeros() - value.trailing_zeros() }
}

/// Appends a finite float in the shortest form that reads back as the same double; whole numbers keep their `.0`.
pub(crate) fn push_f64(value: f64, out: &mut Vec<u8>) {
    push_without_plus(zmij::Buffer::new().format_finite(value).as_bytes(), out);
}

/// Appends a finite float in the shortest form that reads back as the same single.
pub(crate) fn push_f32(value: f32, out: &mut Vec<u8>) {
    push_without_plus(zmij::Buffer::new().format_finite(value).as_bytes(), out);
}

/// The exponent's `+` says nothing.
fn push_without_plus(text: &[u8], out: &mut Vec<u8>) {
    match text.iter().position(|byte| *byte == b'+') {
        Some(at) => {
            out.extend_from_slice(&text[..at]);
            out.extend_from_slice(&text[at + 1..]);
        }
        None => out.extend_from_slice(text),
    }
}

/// Appends an integer.
pub(crate) fn push_i64(value: i64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// The nearest half float's size, in double; infinite from 65,520 on.
pub(crate) fn half_size(value: f64) -> f64 {
    let size = value.abs();
    // Engines round to `float` first, which makes 65520 of 65519.999.
    if size as f32 >= 65_520.0 {
        f64::INFINITY
    } else if size <= 2f64.powi(-25) {
        0.0
    } else {
        size
    }
}

/// Text that Java's `Double.parseDouble` takes, as the double it gives: blanks around it, `1.`, `.5`, and the
/// suffixes `d` and `f` pass. The flag tells whether it was spelled as a plain decimal.
pub(crate) fn java_double(text: &str) -> Option<(f64, bool)> {
    let trimmed = text.trim_matches(|c: char| c <= ' ');
    let unsigned = trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed);
    match unsigned {
        "NaN" => return Some((f64::NAN, false)),
        "Infinity" if trimmed.starts_with('-') => return Some((f64::NEG_INFINITY, false)),
        "Infinity" => return Some((f64::INFINITY, false)),
        _ => {}
    }
    let bare = unsigned.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(unsigned);
    let value: f64 = if is_loose_decimal(bare) { bare.parse().ok()? } else { hex_double(bare)? };
    let value = if trimmed.starts_with('-') { -value } else { value };
    Some((value, bare.len() == unsigned.len() && !bare.contains(['x', 'X'])))
}

/// A hexadecimal float such as `0x1.8p3`, rounded as Java rounds it.
fn hex_double(text: &str) -> Option<f64> {
    let body = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?;
    let (mantissa, exponent) = body.split_once(['p', 'P'])?;
    let bare = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, fraction].concat();
    let is_number = !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_hexdigit())
        && !bare.is_empty()
        && bare.bytes().all(|b| b.is_ascii_digit());
    if !is_number {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    // Digits beyond the thirtieth can only say that the number lies above what the others say.
    let (kept, rest) = digits.split_at(digits.len().min(30));
    let above = u128::from(rest.bytes().any(|b| b != b'0'));
    let number = u128::from_str_radix(kept, 16).unwrap_or(0) << 1 | above;
    let power = i64::from(exponent.parse::<i32>().unwrap_or(if exponent.starts_with('-') {
        i32::MIN
    } else {
        i32::MAX
    })) + 4 * (rest.len() as i64 - fraction.len() as i64)
        - 1;
    // Two steps, so that neither factor leaves the range of a double before the product does.
    let power = i32::try_from(power.clamp(-2400, 2400)).unwrap_or_default();
    let half = power / 2;
    Some(number as f64 * 2f64.powi(half) * 2f64.powi(power - half))
}

/// Digits with an optional point on either side and an optional exponent, without a sign.
pub(crate) fn is_loose_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|e| {
        let bare = e.strip_prefix(['+', '-']).unwrap_or(e);
        !bare.is_empty() && digits(bare)
    });
    digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty()) && exponent_fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_numbers_are_told_from_other_spellings() {
        for yes in [
            "0",
            "-0",
            "1",
            "10",
            "-1.5",
            "0.1",
            "1e2",
            "1E+2",
            "1.5e-3",
            "123456789012345678901234567890",
        ] {
            assert!(is_json_number(yes.as_bytes()), "{yes}");
        }
        for no in [
            "", "-", "+1", "01", "007", "1.", ".5", "1e", "1e+", " 1", "1 ", "0x10", "1_000",
            "NaN", "--1", "1.5.2",
        ] {
            assert!(!is_json_number(no.as_bytes()), "{no}");
        }
    }

    #[test]
    fn literals_have_their_exact_value() {
        for (literal, value) in [
            ("0", Exact::Integer(0)),
            ("-0.000", Exact::Integer(0)),
            ("1.0", Exact::Integer(1)),
            ("-1.50", Exact::Fraction),
            ("1e2", Exact::Integer(100)),
            ("1200e-2", Exact::Integer(12)),
            ("1201e-2", Exact::Fraction),
            ("1.25e2", Exact::Integer(125)),
            ("0.001e3", Exact::Integer(1)),
            ("9223372036854775807", Exact::Integer(i128::from(i64::MAX))),
            ("-18446744073709551616", Exact::Integer(-(1 << 64))),
            ("1e400", Exact::Huge),
            ("1e-400", Exact::Fraction),
            ("1e99999999999999999999", Exact::Huge),
            ("0e99999999999999999999", Exact::Integer(0)),
        ] {
            assert_eq!(exact(literal), value, "{literal}");
        }
    }

    #[test]
    fn floats_go_out_shortest_and_stay_floats() {
        for (value, text) in [
            (3.0, "3.0"),
            (-0.0, "-0.0"),
            (0.1, "0.1"),
            (1e308, "1e308"),
            (5e-324, "5e-324"),
            (1.797_693_134_862_315_7e308, "1.7976931348623157e308"),
            (9_007_199_254_740_994.0, "9007199254740994.0"),
        ] {
            let mut out = Vec::new();
            push_f64(value, &mut out);
            assert_eq!(String::from_utf8(out.clone()).unwrap(), text);
            assert!(is_json_number(&out));
        }
    }

    #[test]
    fn random_floats_read_back_bit_for_bit_and_are_json() {
        let mut rng = fastrand::Rng::with_seed(11);
        for _ in 0..20_000 {
            let value = f64::from_bits(rng.u64(..));
            if !value.is_finite() {
                continue;
            }
            let mut out = Vec::new();
            push_f64(value, &mut out);
            let text = std::str::from_utf8(&out).unwrap();
            assert!(is_json_number(&out), "{text}");
            assert_eq!(text.parse::<f64>().unwrap().to_bits(), value.to_bits(), "{text}");
        }
    }

    #[test]
    fn java_reads_more_spellings_than_json() {
        for (text, read) in [
            (" 1", Some((1.0, true))),
            ("1 ", Some((1.0, true))),
            ("+1", Some((1.0, true))),
            ("-.5", Some((-0.5, true))),
            ("1.", Some((1.0, true))),
            ("1d", Some((1.0, false))),
            ("1L", None),
            ("0x10", None),
            ("1_000", None),
            ("", None),
            (".", None),
            ("e5", None),
            ("0x1p3", Some((8.0, false))),
            ("-0X1.8p1d", Some((-3.0, false))),
            ("0x.8p-1074", Some((0.0, false))),
            ("0x0.0000000000001p-1022", Some((5e-324, false))),
            ("0x1fffffffffffffp1", Some((18_014_398_509_481_982.0, false))),
            ("0x10", None),
            ("0xp1", None),
            ("-Infinity", Some((f64::NEG_INFINITY, false))),
        ] {
            assert_eq!(java_double(text), read, "{text:?}");
        }
    }
}
