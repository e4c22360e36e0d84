//! README's example, as printed there.

use std::error::Error;

#[test]
fn the_example_of_the_readme_runs() -> Result<(), Box<dyn Error>> {
    use workflow_local::Engine;
    use workflow_runtime::{Json, workflow};

    workflow! {
        /// Greets, and tries again when the greeter is busy.
        pub workflow Greet {
            input { name: String, formal: bool }

            choice How {
                if input.formal -> Bow;
                else -> Wave;
            }
            task Bow = lambda::invoke {
                FunctionName: "bow",
                Payload: { to: "Dr " + input.name },
            }
                retry [Lambda.TooManyRequestsException] { interval: 2s, max_attempts: 3, backoff: 2.0 }
                catch [States.ALL] => NotAtHome
                -> end;
            pass Wave { text: "Hi " + input.name } -> end;
            fail NotAtHome { error: "NotAtHome" }
        }
    }

    let engine = Engine::of::<Greet>()?.on_state(GreetState::Bow, |request: Json| Ok(request));
    let execution = engine.run(&GreetInput { name: "Ada".into(), formal: false })?;
    assert_eq!(execution.output().unwrap()["text"], "Hi Ada");
    Ok(())
}

/// Without blanks, which rustfmt chooses here.
fn dense(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn the_readme_shows_what_is_tested() {
    let readme = include_str!("../../README.md");
    let shown = readme.split("```rust\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let same = dense(include_str!("readme.rs")).contains(&dense(shown));
    assert!(same, "the example of README is not the one tested here");
}
