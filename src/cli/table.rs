//! Tables and numbers for people. Knows no command and no output.

/// Rows below a heading, columns two blanks apart; each heading tells by a leading `>` that its column is flush right.
pub(super) fn aligned(headings: &[&str], rows: &[Vec<String>]) -> String {
    let titles: Vec<&str> = headings.iter().map(|h| h.trim_start_matches('>')).collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([titles[column].len()]).max().unwrap_or(0)
    };
    let line = |cells: &[&str]| {
        let padded: Vec<String> = cells
            .iter()
            .enumerate()
            .map(|(column, cell)| match headings[column].starts_with('>') {
                true => format!("{cell:>width$}", width = width(column)),
                false => format!("{cell:<width$}", width = width(column)),
            })
            .collect();
        padded.join("  ").trim_end().to_string()
    };
    let mut lines = vec![line(&titles)];
    lines.extend(rows.iter().map(|row| line(&row.iter().map(String::as_str).collect::<Vec<_>>())));
    lines.join("\n")
}

/// `1234567` as `1,234,567`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes in the largest unit that leaves a whole part, with one decimal.
pub(super) fn bytes(count: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    match UNITS.iter().find(|(_, size)| count >= *size) {
        Some((unit, size)) => format!("{:.1} {unit}", count as f64 / *size as f64),
        None => format!("{count} B"),
    }
}

/// `1 document`, `2 documents`.
pub(super) fn counted(number: u64, noun: &str) -> String {
    let plural = match (number, noun) {
        (1, _) => noun.to_string(),
        (_, "index") => "indices".to_string(),
        _ => format!("{noun}s"),
    };
    format!("{} {plural}", grouped(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_numbers_flush_right() {
        let rows = vec![
            vec!["a".to_string(), "1,000".to_string(), "out/a".to_string()],
            vec!["über".to_string(), "7".to_string(), "out/über".to_string()],
        ];
        let table = aligned(&["index", ">docs", "folder"], &rows);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(
            lines,
            ["index   docs  folder", "a      1,000  out/a", "über       7  out/über"]
        );
    }

    #[test]
    fn digits_are_grouped_by_three() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (12_345, "12,345"),
            (1_234_567, "1,234,567"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn bytes_have_the_unit_that_leaves_a_whole_part() {
        for (count, text) in [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_024, "1.0 KiB"),
            (1_536, "1.5 KiB"),
            (10 << 20, "10.0 MiB"),
            (5 << 30, "5.0 GiB"),
        ] {
            assert_eq!(bytes(count), text);
        }
    }

    #[test]
    fn one_is_singular_and_everything_else_plural() {
        assert_eq!(counted(1, "document"), "1 document");
        assert_eq!(counted(0, "document"), "0 documents");
        assert_eq!(counted(2_000, "index"), "2,000 indices");
    }
}
