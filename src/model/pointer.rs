//! JSON pointers (RFC 6901), by which every fault tells its place. Knows nothing but text.

/// A pointer to `key` inside what `pointer` points at.
pub(crate) fn below(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_escaped() {
        assert_eq!(below("", ""), "/");
        assert_eq!(below("/a", "b/c~d~1"), "/a/b~1c~0d~01");
    }
}
