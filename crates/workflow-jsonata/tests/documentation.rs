//! Tests that `docs/jsonata.md` agrees with the table of functions and the limits.

use crate::page;

use workflow_jsonata::{FUNCTIONS, Function, Limits, Origin};

fn rows(origin: Origin) -> String {
    let row = |function: &Function| {
        let signature = function.signature.replace('|', "\\|");
        format!("| `${}` | `{signature}` | {} |\n", function.name, function.summary)
    };
    let rows: String = FUNCTIONS.iter().filter(|function| function.origin == origin).map(row).collect();
    format!("| function | signature | gives |\n| --- | --- | --- |\n{rows}")
}

#[test]
fn the_page_lists_the_functions() {
    let text = format!(
        "Step Functions adds:\n\n{}\nIt changes:\n\n{}\nIt leaves out:\n\n{}\nAs in JSONata \
         ([signatures](https://docs.jsonata.org/programming#function-signatures)):\n\n{}",
        rows(Origin::Added),
        rows(Origin::Changed),
        rows(Origin::Removed),
        rows(Origin::Jsonata),
    );
    page::holds("functions", &text);
}

#[test]
fn the_page_gives_the_limits() {
    let Limits { steps, depth, nesting, range, range_function, text: longest, held, produced, .. } = Limits::default();
    let text = format!(
        "| limit | default | counts |\n| --- | --- | --- |\n\
         | `steps` | {steps} | parts of the expression that are evaluated, items that built-in functions look at, steps of regular expressions |\n\
         | `depth` | {depth} | parts that are evaluated inside one another: operators, brackets, calls, function bodies and operands; a call in tail position takes none |\n\
         | `nesting` | {nesting} | arrays and objects inside one another |\n\
         | `range` | {range} | items of a range, `[a..b]` |\n\
         | `range_function` | {range_function} | items of `$range` |\n\
         | `text` | {longest} | characters of a string that the expression makes, in UTF-16 units |\n\
         | `held` | {} MiB | memory of the values that the expression makes and still holds |\n\
         | `produced` | {} MiB | memory of all values that it makes |\n",
        held >> 20,
        produced >> 20,
    );
    page::holds("limits", &text);
}
