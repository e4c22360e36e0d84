//! An optional member is read without a default or a test.

use workflow_runtime::workflow;

workflow! {
    workflow OptionalMember {
        task List = aws_sdk::sfn::listStateMachines { MaxResults: 10 } -> Next;
        task Next = aws_sdk::sfn::listStateMachines { MaxResults: 10, NextToken: List.NextToken } -> More;
        choice More { if Next.NextToken == "" -> Show; else -> Show; }
        pass Show -> end;
    }
}

fn main() {}
