//! A state's result can only be read where the state has certainly run.

use workflow_runtime::workflow;

workflow! {
    pub workflow Deploy {
        input { fast: bool }
        struct Metrics { auc: f64, note: Option<String> }
        output { model: String }

        choice Start { if input.fast -> Ship; else -> Train; }
        task Train = lambda::invoke { FunctionName: "train" } catch [States.ALL] => Failed -> Check;
        task Check = lambda::invoke<Metrics> { FunctionName: "check" } -> Both;
        parallel Both {
            branch { pass Left { auc: Check.Payload.acu } -> end; }
            branch { pass Right { left: Left.auc } -> end; }
        } -> Good;
        choice Good { if Check.Payload.note == "good" -> Ship; else -> Later; }
        wait Later for 5s -> Ship;
        pass Ship { model: Train.Payload.uri, why: caught.Cause, later: Later.x } -> Told;
        succeed Told { model: 3 }
        fail Failed { error: "Failed", cause: caught.Cause + Train?.Payload.uri }
    }
}

fn main() {}
