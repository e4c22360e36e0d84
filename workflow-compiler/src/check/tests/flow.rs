//! Results and errors of other states, by name: where they can be read.

use super::{finds, silent};

const TASK: &str = r#"= lambda::invoke { FunctionName: "f" }"#;

#[test]
fn every_way_leads_over_the_state() {
    silent(&format!(
        "task T {TASK} -> C; choice C {{ if state.a == 1 -> A; else -> B; }} pass A {{ x: T.Payload }} -> end; pass B {{ x: T.Payload }} -> end;"
    ));
    finds(
        &format!(
            "choice C {{ if state.a == 1 -> T; else -> B; }} task T {TASK} -> B; pass B {{ x: T.Payload }} -> end;"
        ),
        &[
            "WF0413 T: `T` may not have run where `B` begins / `C` may go to `B` without `T`: C -> B / `T?.Payload` may be absent: give it a default, `(T?.Payload ?? …)`",
        ],
    );
    finds(
        &format!("task T {TASK} catch [States.ALL] => H -> end; pass H {{ x: T.Payload }} -> end;"),
        &[
            "WF0413 T: `T` may not have run where `H` begins / `T` may fail and be caught before it has a result: T fails -> H / `T?.Payload` may be absent: give it a default, `(T?.Payload ?? …)`",
        ],
    );
}
