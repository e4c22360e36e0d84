//! Fragments that `imported.rs` imports.

use workflow_runtime::workflow;

workflow! {
    /// Sends a text, and asks until it was delivered.
    fragment Notify {
        input { to: String, text: String }
        returns { message: String, tries: i64, kind: Kind }
        struct Delivery { delivered: bool, tries: i64 }
        enum Kind { First, Later }

        task Send = lambda::invoke<String> { FunctionName: "send", Payload: { to: input.to, text: input.text } } -> Ask;
        use Ask { message: Send.Payload } -> IsFirst;
        choice IsFirst {
            if Ask.tries == 1 -> First;
            else -> Later;
        }
        pass First { message: Send.Payload, tries: Ask.tries, kind: "First" } -> end;
        pass Later { message: Send.Payload, tries: Ask.tries, kind: "Later" } -> end;
    }

    fragment Ask from "fragments/ask.wf";
}
