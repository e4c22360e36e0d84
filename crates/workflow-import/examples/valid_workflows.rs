//! Compiles valid workflows, for `.ci/coverage`.
//!
//! `valid_workflows write FOLDER PATH…` writes the workflows of these files and folders that have no errors: of Rust and Markdown
//! files, of `.wf` files, of lines with `+` in `.txt` files, and of definitions in JSON, which are imported. `valid_workflows compile FOLDER` compiles them.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use serde_json::Value;
use workflow_import::{ImportOptions, import};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [command, folder, paths @ ..] = arguments.as_slice() else {
        return Err("write or compile, and a folder".into());
    };
    let mut files = Vec::new();
    if command == "compile" {
        collect(Path::new(folder), &mut files)?;
        let texts = files.iter().map(fs::read_to_string).collect::<Result<Vec<_>, _>>()?;
        let failed = texts.iter().filter(|text| !passes(text)).count();
        println!("{} workflows, {failed} with errors", texts.len());
        return if failed == 0 && !texts.is_empty() { Ok(()) } else { Err("these must be valid".into()) };
    }
    fs::create_dir_all(folder)?;
    paths.iter().try_for_each(|path| collect(Path::new(path), &mut files))?;
    let texts = files.iter().flat_map(|file| workflows(file)).filter(|text| passes(text));
    for (number, text) in texts.enumerate() {
        fs::write(Path::new(folder).join(format!("{number}.wf")), text)?;
    }
    Ok(())
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if path.is_dir() {
        let mut inside = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
        inside.sort();
        return inside.iter().try_for_each(|path| collect(path, files));
    }
    files.push(path.to_owned());
    Ok(())
}

/// Returns whether the text of a macro has workflows without errors.
fn passes(text: &str) -> bool {
    let compilation = text.parse().map(workflow_compiler::compile);
    compilation.is_ok_and(|compilation| !compilation.workflows.is_empty() && !compilation.problems.has_errors())
}

/// Returns what is inside the macros of a file.
fn workflows(file: &Path) -> Vec<String> {
    let Ok(text) = fs::read_to_string(file) else { return Vec::new() };
    let mut found = Vec::new();
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("wf") => found.push(text),
        Some("txt") => found.extend(text.lines().filter_map(|line| line.strip_prefix("+ ")).flat_map(sentence)),
        Some("rs") => macros(text.parse().unwrap_or_default(), &mut found),
        Some("md") => {
            for block in text.split("\n```").skip(1).step_by(2) {
                let (info, code) = block.split_once('\n').unwrap_or((block, ""));
                match info {
                    "workflow" | "workflow passes" => found.push(code.to_owned()),
                    _ => macros(code.parse().unwrap_or_default(), &mut found),
                }
            }
        }
        Some("json") => {
            let document: Value = serde_json::from_str(&text).unwrap_or_default();
            let definition = document.get("definition").unwrap_or(&document);
            if let Ok(imported) = import(definition, &ImportOptions::new("Imported")) {
                macros(imported.source.parse().unwrap_or_default(), &mut found);
            }
        }
        _ => {}
    }
    found
}

/// Returns a sentence of the grammar, which may be what is inside of a workflow.
fn sentence(text: &str) -> [String; 2] {
    [text.to_owned(), format!("workflow W {{ {text} }}")]
}

fn macros(tokens: TokenStream, found: &mut Vec<String>) {
    let mut before = [None, None];
    for token in tokens {
        if let TokenTree::Group(group) = &token {
            let is_macro = matches!(&before, [Some(TokenTree::Ident(name)), Some(TokenTree::Punct(sign))]
                if *name == "workflow" && sign.as_char() == '!' && group.delimiter() == Delimiter::Brace);
            match is_macro {
                true => found.push(group.stream().to_string()),
                false => macros(group.stream(), found),
            }
        }
        before = [before[1].take(), Some(token)];
    }
}
