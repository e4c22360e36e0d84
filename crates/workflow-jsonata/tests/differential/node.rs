//! Runs the reference implementation in a Node process.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::differential::Outcome;

/// Returns the folder of the npm package `jsonata` of the right version, if it and Node are installed.
pub(crate) fn package() -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools");
    let tools = std::env::var_os("WORKFLOW_TOOLS").map_or(own, PathBuf::from);
    let package = tools.join("node/node_modules/jsonata");
    let manifest = std::fs::read_to_string(package.join("package.json")).ok()?;
    let manifest: Value = serde_json::from_str(&manifest).ok()?;
    let node = Command::new("node").arg("--version").output().ok()?;
    (manifest["version"] == "2.0.6" && node.status.success()).then(|| package.canonicalize().ok()).flatten()
}

/// Returns the reference's result for each expression over its document.
pub(crate) fn evaluate(package: &Path, documents: &[Value], expressions: &[(usize, String)]) -> Vec<Outcome> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential/reference.cjs");
    let mut node = Command::new("node")
        // Times without a zone are in the machine's zone.
        .env("TZ", "UTC")
        .arg(script)
        .arg(package)
        .arg(crate::differential::NOW.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (input, output) = (node.stdin.take().unwrap(), node.stdout.take().unwrap());
    let answers = std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut input = BufWriter::new(input);
            writeln!(input, "{}", json!(documents)).unwrap();
            for (document, expression) in expressions {
                writeln!(input, "{}", json!([document, expression])).unwrap();
            }
        });
        BufReader::new(output).lines().map(|line| outcome(&line.unwrap())).collect()
    });
    node.wait().unwrap();
    answers
}

fn outcome(line: &str) -> Outcome {
    let mut answer: Value = serde_json::from_str(line).unwrap();
    match &mut answer {
        answer if answer["code"].is_string() => Outcome::Fails(answer["code"].as_str().unwrap_or_default().to_owned()),
        answer if answer["thrown"].is_string() => Outcome::Breaks(answer["thrown"].to_string()),
        answer if answer["function"].is_boolean() => Outcome::Function,
        answer => answer.get_mut("value").map_or(Outcome::Nothing, |value| Outcome::Value(value.take())),
    }
}
