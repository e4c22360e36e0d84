//! Has everything measured at each run: a file that is never there has always changed.

fn main() {
    println!("cargo::rerun-if-changed=never");
}
