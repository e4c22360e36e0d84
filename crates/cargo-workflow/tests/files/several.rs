//! Workflows in one file, of which only the first is right.

workflow! {
    workflow Ends {
        succeed Done;
    }
    workflow Lost {
        pass First {} -> Nowhere;
    }
    workflow Outer {
        parallel Both {
            branch {
                task Start = workflow::<Lost> { StateMachineArn: "arn:aws:states:eu-west-1:123456789012:stateMachine:l" } -> end;
            }
        } -> end;
    }
}

workflow! {
    workflow Torn {
        pass First { a: } -> end;
    }
}
