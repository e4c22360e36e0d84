//! How long a cold look-up takes.
fn main() {}
