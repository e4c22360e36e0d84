//! In JSONPath, an optional member is read without a test.

use workflow_runtime::workflow;

workflow! {
    workflow OptionalMemberInJsonPath {
        query jsonpath;
        task List = aws_sdk::sfn::listStateMachines { MaxResults: 10 }
            result_selector { token: result.NextToken }
            -> Next;
        task Next = aws_sdk::sfn::listStateMachines { NextToken: List.NextToken } -> Done;
        succeed Done;
    }
}

fn main() {}
