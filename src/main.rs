//! litebulk.
fn main() {}
