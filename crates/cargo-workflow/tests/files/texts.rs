//! A `workflow!` with mistakes inside its texts.

use workflow_runtime::workflow;

workflow! {
    workflow Texts {
        input { names: Vec<String> }
        pass Show {
            a: jsonata r#"$uppercase("\u00e4") & $states.input.naems"#,
            b: jsonata "$states.context.Execution.Input.nmaes",
            c: jsonata "\"x\" & (\n    $smu([1])
            )",
            d: jsonata "1 +",
        } -> end;
    }
}
