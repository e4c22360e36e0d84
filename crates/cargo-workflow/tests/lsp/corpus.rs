//! The state machines of public repositories: the findings are those of `validate`, and no place of a text, whole or cut
//! off, ends the server.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use workflow_cases::every;

use super::client::{Client, position};

const EXPRESSIONS: &str = include_str!("files/expressions.asl.json");

/// Returns some of the definitions of the corpus; all with `WORKFLOW_THOROUGH`.
fn files() -> Vec<PathBuf> {
    let Some(folder) = workflow_recorded::data("corpus/definitions") else { return Vec::new() };
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let step = if std::env::var_os("WORKFLOW_THOROUGH").is_some() { 1 } else { 12 };
    let written = |file: PathBuf| {
        let document: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let name = format!("{}.asl.json", file.file_stem().unwrap().display());
        crate::command::file("lsp-corpus", &name, format!("{:#}", document["definition"]))
    };
    files.into_iter().step_by(step).map(written).collect()
}

#[test]
fn the_findings_are_those_of_validate() {
    let files = files();
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"));
    command.args(["workflow", "validate", "--format", "json"]).args(&files);
    let output = command.output().unwrap().stdout;
    let expected: Value = if files.is_empty() { json!([]) } else { serde_json::from_slice(&output).unwrap() };
    let expected = expected.as_array().unwrap();
    let mut client = Client::new();
    let mut count = 0;
    for file in &files {
        let name = file.display().to_string();
        client.open_as(&format!("file://{name}"), &std::fs::read_to_string(file).unwrap());
        let published = client.message("textDocument/publishDiagnostics");
        let found = published["diagnostics"].as_array().unwrap().iter().map(|found| {
            let message = found["message"].as_str().unwrap().to_owned();
            let severity = if found["severity"] == 1 { "error" } else { "warning" };
            (found["code"].clone(), severity.to_owned(), found["range"]["start"]["line"].as_u64().unwrap() + 1, message)
        });
        let of_file = expected.iter().filter(|finding| finding["file"] == name.as_str()).map(|finding| {
            let text = |name: &str| finding[name].as_str().unwrap().to_owned();
            let help = finding["help"].as_str().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
            let line = finding["line"].as_u64().unwrap_or(1);
            (finding["code"].clone(), text("severity"), line, format!("{}{help}", text("message")))
        });
        let found: Vec<_> = found.collect();
        assert_eq!(found, of_file.collect::<Vec<_>>(), "{name}");
        count += found.len();
    }
    assert_eq!(count, expected.len());
    println!("{count} findings in {} files", files.len());
    client.end();
}

/// Random offsets, always the same ones.
struct Offsets(u64);

impl Offsets {
    fn next(&mut self, text: &str) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let offset = (self.0 >> 33) as usize % (text.len() + 1);
        (0..=offset).rev().find(|at| text.is_char_boundary(*at)).unwrap()
    }
}

/// Asks about a place of a document in each way.
fn ask(client: &mut Client, name: &str, text: &str, offset: usize) {
    let uri = client.open(name, text);
    let place = json!({"textDocument": {"uri": uri}, "position": position(&text[..offset])});
    for method in ["completion", "hover", "definition", "prepareRename"] {
        client.ask(&format!("textDocument/{method}"), place.clone());
    }
    for method in ["documentSymbol", "foldingRange", "codeLens"] {
        client.ask(&format!("textDocument/{method}"), json!({"textDocument": {"uri": uri}}));
    }
    client.close(&uri);
}

#[test]
fn every_place_of_a_text_has_an_answer() {
    let mut client = Client::new();
    let mut offsets = Offsets(7);
    for file in files() {
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        for _ in 0..2 {
            let offset = offsets.next(&text);
            ask(&mut client, &name, &text, offset);
            let cut = offsets.next(&text);
            ask(&mut client, &name, &text[..cut], cut);
        }
    }
    client.end();
}

#[test]
fn deep_and_long_expressions_have_an_answer() {
    let mut client = Client::new();
    every(["a[", "$x.(", "[", "$f(", "a.", "`", "]", "$$", "a]["], |part| {
        let text = EXPRESSIONS.replace("$limit > 3 %}", &part.repeat(20_000));
        let end = text.find("\", \"Next\": \"Failed\"}],\n      \"Default\"").unwrap();
        ask(&mut client, "x.asl.json", &text, end);
    });
    client.end();
}

#[test]
fn yaml_and_templates_that_end_anywhere_have_an_answer() {
    let mut client = Client::new();
    for (name, text) in [
        ("order.asl.yaml", include_str!("files/order.asl.yaml")),
        ("template.yaml", include_str!("files/template.yaml")),
        ("text.yaml", include_str!("files/text.yaml")),
        ("main.tf", include_str!("files/main.tf")),
    ] {
        for offset in (0..=text.len()).step_by(13) {
            ask(&mut client, name, &text[..offset], offset);
        }
    }
    client.end();
}
