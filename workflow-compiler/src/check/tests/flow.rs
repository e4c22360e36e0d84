//! Results and errors of other states, by name: where they can be read.

use super::{finds, silent};

const TASK: &str = r#"= lambda::invoke { FunctionName: "f" }"#;

#[test]
fn every_way_leads_over_the_state() {
    silent(&format!(
        "task T {TASK} -> C; choice C {{ if state.Payload.a == 1 -> A; else -> B; }} pass A {{ x: T.Payload }} -> end; pass B {{ x: T.Payload }} -> end;"
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

#[test]
fn thousands_of_mistakes_take_no_longer_than_one() {
    use std::fmt::Write;
    let mut text = String::from("input { b: bool } choice C { if input.b -> N0; else -> P0; }");
    write!(text, "pass N0 {{ x: 1 }} -> P0;").unwrap();
    for state in 0..2_000 {
        write!(text, "pass P{state} {{ a: N0.x, b: N0.x, c: N0.x, d: N0.x, e: N0.x }} -> P{};", state + 1).unwrap();
    }
    text.push_str("pass P2000 -> end;");
    let found = super::problems(&text);
    assert_eq!(found.len(), 10_000);
    assert!(found[0].contains("C -> P0"), "{}", found[0]);
}

#[test]
fn long_paths_and_deep_scopes_are_followed() {
    use std::fmt::Write;
    let path = ".a".repeat(5_000);
    silent(&format!("task T {TASK} -> B; pass B {{ x: T.Payload{path} }} -> end;"));
    let mut text = String::new();
    for depth in 0..25 {
        write!(text, "parallel P{depth} {{ branch {{ ").unwrap();
    }
    text.push_str("pass Inner { x: T.Payload } -> end;");
    text.push_str(&"} } -> end;".repeat(25));
    silent(&format!("task T {TASK} -> P0; {text}"));
}

#[test]
fn an_error_is_that_of_the_innermost_catch() {
    let both = format!(
        "task A {TASK} catch [States.ALL] => Both -> end; parallel Both {{ branch {{ task B {TASK} catch [States.ALL] => Inner -> Outer; pass Inner {{ why: caught.Cause }} -> end; pass Outer {{ why: caught.Cause }} -> Join; pass Join {{ why: caught.Cause }} -> end; }} }} -> end;"
    );
    silent(&both);
    finds(
        &both.replace("caught.Cause } -> end; pass Outer", "caught.Cause } -> Join; pass Outer"),
        &[
            "WF0415 caught: it is not certain that an error was caught where `Join` begins / `Join` can be reached without an error having been caught: B -> Outer -> Join / read it only in states that all ways reach over a `catch`",
        ],
    );
}
