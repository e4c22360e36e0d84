//! Greets, and waits a moment first.

use workflow_runtime::workflow;

workflow! {
    /// Greets somebody by name.
    pub workflow Greet {
        input { name: String, formal: bool }
        returns { text: String }

        wait Breathe for 3s -> How;
        choice How {
            if input.formal -> Bow;
            else -> Wave;
        }
        pass Bow { text: "Good evening, " + input.name } -> end;
        pass Wave { text: "Hi " + input.name } -> end;
    }
}
