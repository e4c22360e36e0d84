//! A state reads its own result from an earlier run without `?`.

use workflow_runtime::workflow;

workflow! {
    workflow Itself {
        task Page = lambda::invoke { FunctionName: "page", Payload: Page.Payload.token } -> Again;
        choice Again { if is_present(Page.Payload.token) -> Page; else -> Done; }
        succeed Done;
    }
}

fn main() {}
