//! A Rust program of many imported workflows, each of which must have the document that the command line compiles it to.
//! rustc's lexer differs from that of tools: both must accept the output of `import`.

use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use serde_json::Value;
use workflow_import::{ImportOptions, import};

use crate::generated;
use crate::tools::folder;

/// The number of documents for each data set, and the maximum size.
const TAKEN: usize = 5;
const LARGEST: usize = 9_000;
/// The minimum number of workflows of each data set that is there.
const LEAST: usize = 4;

#[test]
fn imported_workflows_compile_and_give_their_documents() {
    let Some(source) = sample() else { return };
    let folder = folder("imported");
    generated::root(&folder, &generated::manifest("imported"));
    std::fs::create_dir_all(folder.join("tests")).unwrap();
    std::fs::create_dir_all(folder.join("src")).unwrap();
    std::fs::write(folder.join("src/lib.rs"), "").unwrap();
    std::fs::write(folder.join("tests/imported.rs"), source).unwrap();
    let output = generated::cargo(&folder, &["test", "--quiet", "--test", "imported"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Returns the program, or `None` without the data, which is next to the repository.
fn sample() -> Option<String> {
    let mut modules = String::new();
    let mut checks = String::new();
    let mut count = 0;
    for set in ["corpus/definitions", "conformance", "seed-sdk"] {
        let mut files = Vec::new();
        let Some(folder) = workflow_recorded::data(set) else { continue };
        collect(&folder, &mut files);
        files.sort();
        let step = (files.len() / (TAKEN * 2)).max(1);
        let mut taken = 0;
        for file in files.iter().step_by(step) {
            if taken == TAKEN {
                break;
            }
            let Some(document) = definition(file) else { continue };
            if document.to_string().len() > LARGEST {
                continue;
            }
            let Ok(imported) = import(&document, &ImportOptions::new(format!("W{count}"))) else { continue };
            let Some(text) = compiled(&imported.source).map(|document| document.to_string()) else { continue };
            modules.push_str(&format!("mod w{count} {{\nuse workflow_runtime::workflow;\n{}}}\n", imported.source));
            if !imported.source.contains("params {") {
                checks.push_str(&format!("    check(w{count}::W{count}::definition().to_string(), {text:?});\n"));
            }
            count += 1;
            taken += 1;
        }
        assert!(taken >= LEAST, "only {taken} workflows of {set}");
    }
    if count == 0 {
        return None;
    }
    println!("{count} imported workflows");
    Some(format!(
        "#![allow(deprecated)]\n{modules}\nfn check(definition: String, document: &str) {{\n    \
         let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();\n    \
         assert_eq!(read(&definition), read(document));\n}}\n\n#[test]\nfn documents() {{\n{checks}}}\n"
    ))
}

/// Returns the document of an imported workflow. The test `roundtrip` compares it with the original.
fn compiled(source: &str) -> Option<Value> {
    let tokens: TokenStream = source.parse().ok()?;
    let Some(TokenTree::Group(body)) = tokens.into_iter().last() else { return None };
    workflow_compiler::compile(body.stream()).workflows.pop().map(|workflow| workflow.definition)
}

pub(crate) fn definition(file: &Path) -> Option<Value> {
    let mut json: Value = serde_json::from_str(&std::fs::read_to_string(file).ok()?).ok()?;
    let definition = if json.get("definition").is_some() { json["definition"].take() } else { json };
    definition.get("States")?;
    Some(definition)
}

pub(crate) fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
}
