//! The command line `inbank`.
fn main() {}
