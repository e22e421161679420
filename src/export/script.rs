//! `upload.sh`: the loader that needs no litebulk. It knows the manifest, and nothing of how the parts were made.

use super::manifest::{Action, Manifest};
use crate::target::{Engine, Target};

/// The script; `@NAME@` places are filled in.
const TEMPLATE: &str = include_str!("upload.sh");

/// The bytes of `upload.sh` for an export.
pub(crate) fn render(manifest: &Manifest, target: &Target) -> Vec<u8> {
    let sums = [(&manifest.mapping.sha256, &manifest.mapping.file)]
        .into_iter()
        .chain(manifest.parts.iter().map(|part| (&part.sha256, &part.file)))
        .fold(String::new(), |lines, (sha256, file)| lines + sha256 + "  " + file + "\n");
    let parts = manifest.parts.iter().fold(String::new(), |lines, part| {
        lines + &part.file + " " + &part.documents.to_string() + "\n"
    });
    let (create, step) = match manifest.op {
        Action::Create | Action::Index => ("yes", "2"),
        Action::Update => ("missing", "2"),
        Action::Delete => ("no", "1"),
        Action::Delta => ("no", "0"),
    };
    // Elasticsearch 1 and 2 close the connection on a gzip body (1.7.6, 2.4.6).
    let unpack = target.engine == Engine::Elasticsearch && target.major <= 2;
    let documents = manifest.documents.to_string();
    let places = [
        ("@INDEX@", quote(&manifest.index)),
        ("@INDEX_PATH@", quote(&percent_encode(&manifest.index))),
        ("@TARGET@", quote(&manifest.target)),
        ("@CREATE@", create.to_string()),
        ("@LINES_A_RECORD@", step.to_string()),
        ("@UNPACK@", if unpack { "yes" } else { "no" }.to_string()),
        ("@DOCUMENTS@", documents),
        ("@SUMS@\n", sums),
        ("@PARTS@\n", parts),
    ];
    let script = places
        .iter()
        .fold(TEMPLATE.to_string(), |text, (place, value)| text.replacen(place, value, 1));
    script.into_bytes()
}

/// A word of the shell that stands for exactly these characters.
fn quote(text: &str) -> String {
    let mut quoted = String::from("'");
    quoted += &text.replace('\'', r"'\''");
    quoted.push('\'');
    quoted
}

/// One segment of a URL's path.
fn percent_encode(segment: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::new();
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let digits = [b'%', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
            encoded.extend(digits.map(char::from));
        }
    }
    encoded
}

#[cfg(test)]
mod tests;
