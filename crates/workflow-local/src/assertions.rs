//! Assertions about an execution that print its history on failure.

use serde::Serialize;
use serde_json::Value;

use crate::execution::{Execution, Status};
use crate::payload::Payload;

impl Execution {
    /// Asserts that the execution succeeded, and returns its output.
    ///
    /// # Panics
    /// Panics with the history if it did not.
    #[track_caller]
    pub fn assert_succeeded(&self) -> &Payload {
        match self.output() {
            Some(output) if self.status() == Status::Succeeded => output,
            _ => self.disappoint("it should have succeeded"),
        }
    }

    /// Asserts that the execution succeeded with this output. Numbers are compared by value.
    ///
    /// ```should_panic
    /// # use serde_json::json;
    /// # use workflow_local::Engine;
    /// let engine = Engine::new(&json!({
    ///     "StartAt": "Sum", "States": { "Sum": { "Type": "Pass", "Result": { "sum": [1, 2] }, "End": true } }
    /// })).unwrap();
    /// // the output differs at `/sum/1`: expected 3, it is 2
    /// engine.run(&json!({})).unwrap().assert_output(json!({ "sum": [1, 3] }));
    /// ```
    ///
    /// # Panics
    /// Panics with the first difference and the history if it did not succeed or has another output.
    #[track_caller]
    pub fn assert_output(&self, expected: impl Serialize) {
        let expected = match serde_json::to_value(expected) {
            Ok(expected) => expected,
            Err(error) => self.disappoint(&format!("the expected output is not JSON: {error}")),
        };
        if let Some((at, expected, actual)) = difference(&expected, self.assert_succeeded()) {
            let place = if at.is_empty() { String::new() } else { format!(" at `{at}`") };
            let text = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_string);
            let (expected, actual) = (text(expected), text(actual));
            self.disappoint(&format!("the output differs{place}: expected {expected}, it is {actual}"));
        }
    }

    /// Asserts that the execution failed, timed out or was stopped with this error.
    ///
    /// # Panics
    /// Panics with the history if it did not, or has another error.
    #[track_caller]
    pub fn assert_failed(&self, error: &str) {
        if self.status() == Status::Succeeded || self.status() == Status::Running || self.error() != Some(error) {
            self.disappoint(&format!("it should have failed with `{error}`"));
        }
    }

    /// Asserts that the execution timed out.
    ///
    /// # Panics
    /// Panics with the history if it did not.
    #[track_caller]
    pub fn assert_timed_out(&self) {
        if self.status() != Status::TimedOut {
            self.disappoint("it should have timed out");
        }
    }

    /// Asserts that the execution entered exactly these states, in this order.
    ///
    /// # Panics
    /// Panics with both paths and the history if it took another path.
    #[track_caller]
    pub fn assert_path<S: AsRef<str>>(&self, expected: impl IntoIterator<Item = S>) {
        let expected: Vec<S> = expected.into_iter().collect();
        let expected: Vec<&str> = expected.iter().map(AsRef::as_ref).collect();
        let path = self.path();
        if path != expected {
            let message =
                format!("it took another path\n  expected: {}\n  it took:  {}", arrows(&expected), arrows(&path));
            self.disappoint(&message);
        }
    }

    /// Asserts that the execution entered a state.
    ///
    /// # Panics
    /// Panics with the history if it did not.
    #[track_caller]
    pub fn assert_entered(&self, state: impl AsRef<str>) {
        if !self.path().contains(&state.as_ref()) {
            self.disappoint(&format!("it should have entered `{}`", state.as_ref()));
        }
    }

    /// Writes the page of an execution that failed an assertion to the folder that `WORKFLOW_REPORT` names. Returns a
    /// line with the file's path.
    #[cfg(feature = "graph")]
    fn report(&self) -> String {
        let Some(folder) = std::env::var_os("WORKFLOW_REPORT") else { return String::new() };
        let thread = std::thread::current();
        let test = thread.name().unwrap_or("test").replace("::", ".");
        let file = std::path::Path::new(&folder).join(format!("{test}.html"));
        let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&file, self.to_html()));
        match written {
            Ok(()) => format!("\nits page: {}", file.display()),
            Err(error) => format!("\nits page cannot be written to {}: {error}", file.display()),
        }
    }

    #[cfg(not(feature = "graph"))]
    fn report(&self) -> &'static str {
        ""
    }

    #[track_caller]
    #[expect(clippy::panic, reason = "an assertion that fails panics")]
    fn disappoint(&self, what: &str) -> ! {
        panic!("{what}\n{self}{}", self.report())
    }
}

fn arrows(path: &[&str]) -> String {
    if path.is_empty() { "(nothing)".to_owned() } else { path.join(" -> ") }
}

/// Returns the path of the first difference of two values, and the difference.
fn difference<'a>(expected: &'a Value, actual: &'a Value) -> Option<(String, Option<&'a Value>, Option<&'a Value>)> {
    let mut rest = vec![(String::new(), Some(expected), Some(actual))];
    while let Some((at, expected, actual)) = rest.pop() {
        match (expected, actual) {
            (Some(Value::Object(a)), Some(Value::Object(b))) => {
                let more = b.keys().filter(|name| !a.contains_key(*name));
                let members: Vec<_> =
                    a.keys().chain(more).map(|name| (format!("{at}/{name}"), a.get(name), b.get(name))).collect();
                rest.extend(members.into_iter().rev());
            }
            (Some(Value::Array(a)), Some(Value::Array(b))) => {
                let items = (0..a.len().max(b.len())).map(|i| (format!("{at}/{i}"), a.get(i), b.get(i)));
                rest.extend(items.rev());
            }
            (Some(Value::Number(a)), Some(Value::Number(b))) if a == b || a.as_f64() == b.as_f64() => {}
            (a, b) if a == b => {}
            (a, b) => return Some((at, a, b)),
        }
    }
    None
}
