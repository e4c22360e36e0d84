//! Raw JSONata reads unknown members of the input and of results, and uses members as the wrong type.

use workflow_runtime::workflow;

workflow! {
    workflow RawJsonata {
        input { count: i64, names: Vec<String>, note: Option<String> }
        pass A {
            total: jsonata "$states.context.Execution.Input.cuont + 1",
            text: jsonata "$uppercase($states.input.names[0]) & '!'",
            both: jsonata "($n := 2; {'n': $n, 'big': $n > 1 ? 'yes' : 'no'})",
            maybe: jsonata "$states.input.naems[0]",
            each: jsonata "$states.input.names.($ & '!')",
        } -> B;
        pass B { n: A.total + A.text, text: A.both.m, big: A.both.big * 2 } -> end;
    }
}

fn main() {}
