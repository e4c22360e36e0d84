//! A regular expression of any text, in all functions that take one: its first line; the text that it searches follows.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use workflow_jsonata::{Expression, Limits, Setting};

fuzz_target!(|text: &str| {
    let (pattern, subject) = text.split_once('\n').unwrap_or((text, text));
    let subject = Value::String(subject.to_owned());
    let mut limits = Limits::default();
    (limits.steps, limits.held, limits.produced) = (50_000, 1 << 20, 1 << 22);
    for flags in ["", "im"] {
        let pattern = format!("/{pattern}/{flags}");
        let text = format!("[$match($, {pattern}), $replace($, {pattern}, '$1'), $split($, {pattern}), $contains($, {pattern})]");
        let Ok(expression) = Expression::parse(&text) else { return };
        let setting = Setting { input: Some(&subject), limits, ..Setting::default() };
        let evaluate = || match expression.evaluate_in(&setting) {
            Ok(outcome) => format!("{:?}", outcome.output),
            Err(error) => error.to_string(),
        };
        assert_eq!(evaluate(), evaluate());
    }
});
