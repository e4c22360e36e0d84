//! Workflows whose data is declared.

workflow! {
    pub workflow Bill {
        input { order: u32, lines: Vec<Line>, at: Timestamp, mode: Mode, note: Option<String>, model: crate::Model }
        struct Line { sku: String, parts: Vec<Line> }
        enum Mode { Fast, #[serde(rename = "very slow")] Slow }
        struct Charged { sum: u32 }

        task Charge = lambda::invoke<Charged> { FunctionName: "charge", Payload: input }
            catch [States.ALL] -> Lost
            -> Ask;
        task Ask = workflow::<Price>.sync:2 { StateMachineArn: "arn:aws:states:us-east-1:1:stateMachine:Price", Input: {} }
            -> Done;
        pass Done { sum: Charge.Payload.sum } -> end;
        fail Lost { error: "Lost" }
    }
}

workflow! {
    pub workflow Price {
        returns { total: u32 }
        pass Only { total: 3 } -> end;
    }
}
