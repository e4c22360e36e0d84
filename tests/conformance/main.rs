//! Runs the `execution` and `teststate` cases of a conformance folder on the engine and prints how many pass. Those in
//! `set_aside.txt`, each with its reason, are counted separately.
//!
//! `WORKFLOW_CONFORMANCE` names the folder (relative to the workspace root); the default is the `conformance` folder of
//! workflow-recorded. For the default folder, the run fails if a case in `passing.txt` fails; `WORKFLOW_BLESS=1`
//! rewrites the list. An argument selects cases by a part of their IDs, and prints why they fail.

mod case;
mod matcher;
mod mocks;
mod stand_ins;
mod test_state;

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
    aside: usize,
}

fn main() -> ExitCode {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = package.parent().unwrap_or(package);
    let named = std::env::var_os("WORKFLOW_CONFORMANCE").map(PathBuf::from);
    let is_default = named.as_deref().is_none_or(|named| named == Path::new(DEFAULT_FOLDER));
    let folder = match named {
        Some(named) if !is_default => workspace.join(named),
        _ => match workflow_recorded::data("conformance") {
            Some(folder) => folder,
            None => return ExitCode::FAILURE,
        },
    };
    // libtest's own flags (`--nocapture`) have no effect here.
    let filter = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let mut cases = Vec::new();
    let mut broken = Vec::new();
    read(&folder, &mut cases, &mut broken);
    cases.sort_by(|a, b| id(a).cmp(id(b)));

    let aside = set_aside(package);
    let mut categories: BTreeMap<String, Category> = BTreeMap::new();
    let (mut passing, mut failing) = (BTreeSet::new(), Vec::new());
    let mut other_causes = Vec::new();
    for case in cases.iter().filter(|case| filter.as_deref().is_none_or(|part| id(case).contains(part))) {
        let outcome = if case["kind"] == "teststate" { test_state::run(case) } else { case::run(case) };
        let category = categories.entry(category(case)).or_default();
        if aside.contains_key(id(case)) {
            category.aside += 1;
            if outcome.failure.is_none() {
                failing.push((id(case).to_owned(), "it is set aside, but passes".to_owned()));
            }
            continue;
        }
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

    println!("{:<22} {:>7} {:>7}   causes", "category", "passed", "total");
    for (name, category) in &categories {
        let causes = match category.with_causes {
            0 => String::new(),
            total => format!("{:>3} / {total}", category.causes),
        };
        let aside = match category.aside {
            0 => String::new(),
            aside => format!("   {aside} set aside"),
        };
        let row = format!("{name:<22} {:>7} {:>7}   {causes}{aside}", category.passed, category.total);
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

    let lost = if is_default && filter.is_none() { check_list(package, &passing, &cases) } else { 0 };
    println!("{} passed, {} failed", passing.len(), failing.len() + broken.len());
    if lost == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Returns a case's category. Cases without a recording on AWS are counted separately.
fn category(case: &Value) -> String {
    let name = case["category"].as_str().unwrap_or("-");
    match (case["kind"].as_str(), case["provenance"].as_str()) {
        (Some("teststate"), Some("unverified")) => format!("{name} (unverified)"),
        _ => name.to_owned(),
    }
}

/// Returns the cases that cannot pass, with the reasons: `id: reason`, one per line.
fn set_aside(package: &Path) -> BTreeMap<String, String> {
    let list = std::fs::read_to_string(package.join("conformance/set_aside.txt")).unwrap_or_default();
    let lines = list.lines().filter_map(|line| line.split_once(": "));
    lines.map(|(id, reason)| (id.to_owned(), reason.to_owned())).collect()
}

fn id(case: &Value) -> &str {
    case["id"].as_str().unwrap_or("-")
}

/// Collects the cases to run in a folder and its subfolders.
fn read(folder: &Path, cases: &mut Vec<Value>, broken: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            read(&path, cases, broken);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            match serde_json::from_str(&text) {
                Ok(Value::Array(several)) => cases.extend(several.into_iter().filter(is_run)),
                Ok(case) => cases.extend(Some(case).filter(is_run)),
                Err(_) => broken.push(path.display().to_string()),
            }
        }
    }
}

/// The corpus's index lists the cases too, without their definitions.
fn is_run(case: &Value) -> bool {
    (case["kind"] == "execution" || case["kind"] == "teststate")
        && (case.get("definition").is_some() || case.get("definitionText").is_some())
}

/// Returns how many cases of the committed list no longer pass; `WORKFLOW_BLESS=1` rewrites it.
fn check_list(package: &Path, passing: &BTreeSet<String>, cases: &[Value]) -> usize {
    let path = package.join("conformance/passing.txt");
    if std::env::var_os("WORKFLOW_BLESS").is_some() {
        let text: String = passing.iter().map(|id| format!("{id}\n")).collect();
        if let Err(error) = std::fs::write(&path, text) {
            println!("cannot write {}: {error}", path.display());
        }
        return 0;
    }
    let list = std::fs::read_to_string(&path).unwrap_or_default();
    // Some cases in the list are not part of the data kept here.
    let tried: BTreeSet<&str> = cases.iter().map(id).collect();
    let lost: Vec<&str> = list.lines().filter(|id| tried.contains(id) && !passing.contains(*id)).collect();
    for id in &lost {
        println!("LOST: {id} passed before");
    }
    lost.len()
}
