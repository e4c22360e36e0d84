//! How long `workflow!` takes to expand; it is measured while this is compiled.

fn main() {
    print!("{}", workflow_expansion_bench::measure!());
}
