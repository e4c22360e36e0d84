//! Tests the README's examples as printed there.

use std::error::Error;

use workflow_local::{Engine, TaskError};
use workflow_runtime::Json;

mod greet {
    use workflow_runtime::workflow;

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
}

use greet::{Greet, GreetInput};

#[test]
fn the_readme_tests_in_five_lines() -> Result<(), Box<dyn Error>> {
    let engine = Engine::of::<Greet>()?
        .on_lambda("bow", |_: Json| Err::<Json, _>(TaskError::new("Lambda.TooManyRequestsException")));
    let execution = engine.run(&GreetInput { name: "Ada".into(), formal: true })?;
    execution.assert_path(["How", "Bow", "NotAtHome"]);
    execution.assert_failed("NotAtHome");
    assert_eq!(block("rust", 1).unwrap().lines().count(), 5);
    Ok(())
}

#[test]
fn the_other_path_of_the_readme_s_example_runs() -> Result<(), Box<dyn Error>> {
    let execution = Engine::of::<Greet>()?.run(&GreetInput { name: "Ada".into(), formal: false })?;
    assert_eq!(execution.output().unwrap()["text"], "Hi Ada");
    Ok(())
}

#[test]
fn a_busy_greeter_is_asked_four_times() -> Result<(), Box<dyn Error>> {
    let engine = Engine::of::<Greet>()?.on_lambda("bow", |payload: Json| {
        assert_eq!(payload, serde_json::json!({ "to": "Dr Ada" }));
        Err::<Json, _>(TaskError::new("Lambda.TooManyRequestsException"))
    });
    let execution = engine.run(&GreetInput { name: "Ada".into(), formal: true })?;
    assert_eq!(execution.started_at().until(execution.now()).as_secs(), 2 + 4 + 8);
    Ok(())
}

#[test]
fn the_workflow_ends_when_the_greeter_has_bowed() -> Result<(), Box<dyn Error>> {
    let engine = Engine::of::<Greet>()?.on_lambda("bow", |_: Json| Ok(serde_json::json!({})));
    let execution = engine.run(&GreetInput { name: "Ada".into(), formal: true })?;
    execution.assert_succeeded();
    execution.assert_path(["How", "Bow"]);
    Ok(())
}

const README: &str = include_str!("../../README.md");

/// Returns the code block of a language, by index.
fn block(language: &str, number: usize) -> Option<&'static str> {
    let opening = format!("```{language}\n");
    README.split(&opening).nth(number + 1)?.split("```").next()
}

/// Removes white space, which rustfmt changes here.
fn dense(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn the_readme_shows_what_is_tested() {
    for number in 0..2 {
        let same = dense(include_str!("readme.rs")).contains(&dense(block("rust", number).unwrap()));
        assert!(same, "block {number} of README is not the one tested here");
    }
}
