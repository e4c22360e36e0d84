//! Runs the `execution` cases of a conformance folder on the engine and prints how many pass.
//!
//! `WORKFLOW_CONFORMANCE` names the folder (relative ones count from the workspace root); the
//! default is `../shared/conformance`. For the default folder, a case of `passing.txt` that
//! fails makes the run fail; `WORKFLOW_BLESS=1` rewrites the list. An argument is part of the
//! ids to run, and prints why they fail.

mod case;
mod matcher;
mod mocks;
mod stand_ins;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::Value;

const DEFAULT_FOLDER: &str = "../shared/conformance";

#[derive(Default)]
struct Category {
    passed: usize,
    total: usize,
    causes: usize,
    with_causes: usize,
}

fn main() -> ExitCode {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = package.parent().unwrap_or(package);
    let named = std::env::var_os("WORKFLOW_CONFORMANCE").map(PathBuf::from);
    let is_default = named.as_deref().is_none_or(|named| named == Path::new(DEFAULT_FOLDER));
    let folder = workspace.join(named.unwrap_or_else(|| DEFAULT_FOLDER.into()));
    if !folder.is_dir() {
        println!("skipped: there is no folder {}", folder.display());
        println!("0 passed, 0 failed");
        return ExitCode::SUCCESS;
    }
    // libtest's own flags (`--nocapture`) mean nothing here.
    let filter = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let mut cases = Vec::new();
    let mut broken = Vec::new();
    read(&folder, &mut cases, &mut broken);
    cases.sort_by(|a, b| id(a).cmp(id(b)));

    let mut categories: BTreeMap<String, Category> = BTreeMap::new();
    let (mut passing, mut failing) = (BTreeSet::new(), Vec::new());
    let mut other_causes = Vec::new();
    for case in cases.iter().filter(|case| filter.as_deref().is_none_or(|part| id(case).contains(part))) {
        let outcome = case::run(case);
        let category = categories.entry(case["category"].as_str().unwrap_or("-").to_owned()).or_default();
        category.total += 1;
        if let Some(difference) = outcome.causes {
            category.with_causes += 1;
            category.causes += usize::from(difference.is_none());
            other_causes.extend(difference.map(|difference| (id(case).to_owned(), difference)));
        }
        match outcome.failure {
            None => {
                category.passed += 1;
                passing.insert(id(case).to_owned());
            }
            Some(why) => failing.push((id(case).to_owned(), why)),
        }
    }

    println!("{:<20} {:>7} {:>7}   causes", "category", "passed", "total");
    for (name, category) in &categories {
        let causes = match category.with_causes {
            0 => String::new(),
            total => format!("{:>3} / {total}", category.causes),
        };
        let row = format!("{name:<20} {:>7} {:>7}   {causes}", category.passed, category.total);
        println!("{}", row.trim_end());
    }
    for (id, why) in &failing {
        println!("failed: {id}\n    {}", why.chars().take(400).collect::<String>());
    }
    for (id, difference) in &other_causes {
        println!("other cause: {id}\n    {}", difference.chars().take(400).collect::<String>());
    }
    for path in &broken {
        println!("failed: {path} cannot be read");
    }

    let lost = if is_default && filter.is_none() { check_list(package, &passing) } else { 0 };
    println!("{} passed, {} failed", passing.len(), failing.len() + broken.len());
    if lost == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn id(case: &Value) -> &str {
    case["id"].as_str().unwrap_or("-")
}

/// Collects the execution cases of a folder and the folders in it.
fn read(folder: &Path, cases: &mut Vec<Value>, broken: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            read(&path, cases, broken);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            match serde_json::from_str(&text) {
                Ok(Value::Array(several)) => cases.extend(several.into_iter().filter(is_execution)),
                Ok(case) => cases.extend(Some(case).filter(is_execution)),
                Err(_) => broken.push(path.display().to_string()),
            }
        }
    }
}

/// The corpus's index lists the cases too, without their definitions.
fn is_execution(case: &Value) -> bool {
    case["kind"] == "execution" && (case.get("definition").is_some() || case.get("definitionText").is_some())
}

/// How many cases of the committed list do not pass any more; `WORKFLOW_BLESS=1` rewrites it.
fn check_list(package: &Path, passing: &BTreeSet<String>) -> usize {
    let path = package.join("conformance/passing.txt");
    if std::env::var_os("WORKFLOW_BLESS").is_some() {
        let text: String = passing.iter().map(|id| format!("{id}\n")).collect();
        if let Err(error) = std::fs::write(&path, text) {
            println!("cannot write {}: {error}", path.display());
        }
        return 0;
    }
    let list = std::fs::read_to_string(&path).unwrap_or_default();
    let lost: Vec<&str> = list.lines().filter(|id| !id.is_empty() && !passing.contains(*id)).collect();
    for id in &lost {
        println!("LOST: {id} passed before");
    }
    lost.len()
}
