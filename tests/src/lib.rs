//! Tests that need the whole workspace: documents, recorded executions, the client against servers, the error pages.

#[doc(hidden)]
pub use workflow_runtime;

/// Declares workflows with the fragment `Count`, in any crate.
#[macro_export]
macro_rules! with_count {
    ($($workflows:tt)*) => {
        $crate::workflow_runtime::workflow! {
            fragment Count {
                input { words: Vec<String>, of: String }
                returns { count: i64 }
                task Ask = lambda::invoke<i64> { FunctionName: "count", Payload: input.of } -> Done;
                pass Done { count: Ask.Payload + $count(input.words) } -> end;
            }
            $($workflows)*
        }
    };
}
