//! Measures how long `workflow!` takes to expand, while this crate is compiled.

fn main() {
    print!("{}", workflow_expansion_bench::measure!());
}
