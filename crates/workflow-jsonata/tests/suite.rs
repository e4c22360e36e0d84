//! Runs JSONata's own test suite, as far as it is present: the cases of workflow-recorded's `jsonata`, or of another
//! folder that `WORKFLOW_JSONATA` names (relative to the workspace's root), and the few in `tests/cases.json`.
//!
//! A folder has `datasets.json`, an object of inputs by name, and files of cases: arrays of objects with `expr`, `data`
//! or `dataset`, `bindings`, and `result`, `undefinedResult`, `code` or `error`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Map, Value};
use workflow_jsonata::{Expression, Limits, Output, Setting};

/// Cases that differ, by their expressions, with the reason.
const DIFFERENT: &[(&str, &str)] = &[
    ("$eval", "Step Functions has no `$eval`"),
    ("\u{fffd}", "half of a character outside the basic plane, which no string of Rust holds"),
];

enum Got {
    Nothing,
    Value(Value),
    Function,
    Error { code: String, message: String, token: Option<String> },
}

fn evaluate(case: &Value, input: Option<&Value>) -> Got {
    let text = case.get("expr").and_then(Value::as_str).unwrap_or_default();
    let expression = match Expression::parse(text) {
        Ok(expression) => expression,
        Err(error) => {
            let code = error.code.unwrap_or_default().to_owned();
            let token = code.eq("S0214").then(|| error.message.split('"').nth(1).unwrap_or_default().to_owned());
            return Got::Error { code, message: error.message, token };
        }
    };
    let none = Map::new();
    let bindings = case.get("bindings").and_then(Value::as_object).unwrap_or(&none);
    let bindings: Vec<_> = bindings.iter().collect();
    let mut limits = Limits::default();
    if let Some(depth) = case.get("depth").and_then(Value::as_u64) {
        limits.depth = u32::try_from(depth).unwrap_or(u32::MAX);
        // The suite counts from the second level.
        limits.depth += 1;
    }
    let variables = bindings.as_slice();
    let setting = Setting { input, variables: &variables, limits, ..Setting::default() };
    match expression.evaluate_in(&setting) {
        Ok(outcome) => match outcome.output {
            Output::Value(value) => Got::Value(value.into_owned()),
            Output::Function => Got::Function,
            _ => Got::Nothing,
        },
        Err(error) => Got::Error { code: error.code.to_owned(), message: error.message(), token: error.token.clone() },
    }
}

/// Returns whether two values are the same, numbers by value.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| other.get(name).is_some_and(|other| same(value, other)))
        }
        _ => one == other,
    }
}

fn same_in_any_order(one: &Value, other: &Value) -> bool {
    let (Some(one), Some(other)) = (one.as_array(), other.as_array()) else { return same(one, other) };
    let mut rest: Vec<_> = other.iter().collect();
    one.len() == other.len()
        && one
            .iter()
            .all(|item| rest.iter().position(|other| same(item, other)).map(|at| rest.swap_remove(at)).is_some())
}

/// What is wrong; `None` for nothing.
fn judge(case: &Value, datasets: &Value) -> Option<String> {
    let input = match case.get("dataset").and_then(Value::as_str) {
        Some(name) => datasets.get(name),
        None => case.get("data"),
    };
    let got = evaluate(case, input);
    let expected_code = case.get("code").or_else(|| case.get("error").and_then(|error| error.get("code")));
    let expected_message = case.get("error").and_then(|error| error.get("message")).and_then(Value::as_str);
    if let Some(expected) = expected_code.and_then(Value::as_str) {
        return match got {
            Got::Error { code, message, token } if code == expected => {
                let wrong_message = expected_message.is_some_and(|expected| expected != message);
                let expected_token = case.get("token").and_then(Value::as_str);
                let wrong_token = expected_token.is_some() && expected_token != token.as_deref();
                (wrong_message || wrong_token).then(|| format!("{code}, but {message} ({token:?})"))
            }
            got => Some(format!("expected {expected}, got {}", shown(&got))),
        };
    }
    if let Some(expected) = case.get("result") {
        let unordered = case.get("unordered") == Some(&Value::Bool(true));
        return match &got {
            Got::Value(value) if same(value, expected) || unordered && same_in_any_order(value, expected) => None,
            got => Some(format!("expected {expected}, got {}", shown(got))),
        };
    }
    if case.get("undefinedResult").is_some() {
        return match &got {
            Got::Nothing => None,
            got => Some(format!("expected nothing, got {}", shown(got))),
        };
    }
    // Without an expectation, it must not fail.
    match got {
        Got::Error { .. } => Some(format!("expected any value, got {}", shown(&got))),
        _ => None,
    }
}

fn shown(got: &Got) -> String {
    match got {
        Got::Nothing => "nothing".to_owned(),
        Got::Value(value) => value.to_string(),
        Got::Function => "a function".to_owned(),
        Got::Error { code, message, .. } => format!("{code}: {message}"),
    }
}

fn read(path: &Path) -> Result<Value, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&lone_surrogates_replaced(&text)).map_err(|error| format!("{}: {error}", path.display()))
}

/// Returns JSON text without lone surrogates, which serde_json does not read.
fn lone_surrogates_replaced(text: &str) -> String {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(digits, 16).ok()
    };
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(next) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let escaped_backslash = text.get(at..at + 2) == Some("\\\\");
        match unit(at) {
            Some(0xd800..=0xdbff) if matches!(unit(at + 6), Some(0xdc00..=0xdfff)) => {
                out.push_str(text.get(at..at + 12).unwrap_or_default());
                at += 12;
            }
            Some(0xd800..=0xdfff) => {
                out.push('\u{fffd}');
                at += 6;
            }
            _ if escaped_backslash => {
                out.push_str("\\\\");
                at += 2;
            }
            _ => {
                out.push(next);
                at += next.len_utf8();
            }
        }
    }
    out
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.retain(|path| path.file_name().is_some_and(|name| name != "datasets.json"));
    files.sort();
    Ok(files)
}

#[derive(Default)]
struct Counts {
    passed: usize,
    different: usize,
    failed: usize,
}

fn run(path: &Path, datasets: &Value, counts: &mut Counts) -> Result<(), String> {
    let cases = read(path)?;
    let single = std::slice::from_ref(&cases);
    for (at, case) in cases.as_array().map_or(single, Vec::as_slice).iter().enumerate() {
        let text = case.get("expr").and_then(Value::as_str).unwrap_or_default();
        let Some(wrong) = judge(case, datasets) else {
            counts.passed += 1;
            continue;
        };
        let name =
            case.get("id").and_then(Value::as_str).map_or_else(|| format!("{}#{at}", path.display()), str::to_owned);
        match DIFFERENT.iter().find(|(mark, _)| case.to_string().contains(mark)) {
            Some((_, why)) => {
                counts.different += 1;
                println!("differs {name}: {why}");
            }
            None => {
                counts.failed += 1;
                println!("FAILED {name}: {text}\n    {wrong}");
            }
        }
    }
    Ok(())
}

fn all() -> Result<Counts, String> {
    let mut counts = Counts::default();
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    run(&own.join("tests/cases.json"), &Value::Null, &mut counts)?;
    let workspace = own.join("..");
    let folder = match std::env::var_os("WORKFLOW_JSONATA") {
        Some(folder) => workspace.join(folder),
        None => match workflow_recorded::data("jsonata") {
            Some(folder) => folder,
            None => return Ok(counts),
        },
    };
    let datasets = read(&folder.join("datasets.json"))?;
    for file in files(&folder)? {
        run(&file, &datasets, &mut counts)?;
    }
    Ok(counts)
}

fn main() -> ExitCode {
    // `cargo test -- --list` asks for the tests; this harness has none by name.
    if std::env::args().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    match all() {
        Ok(Counts { passed, different, failed }) => {
            println!("JSONata's suite: {passed} passed, {failed} failed, {different} differ for a reason");
            if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}
