//! Compares the code in `docs/cookbook` and `docs/start.md` with the code that is tested, and the pictures with the graphs of
//! its workflows.
//!
//! `WORKFLOW_BLESS=1 cargo test -p examples --test it cookbook` writes them. A new block needs only the first line of the
//! item, such as `fn engine(`; of a macro, the first two lines. A new workflow needs a line in [`graphs`].
//!
//! A page names its pictures by reference. In rustdoc, whose pages have no files beside them, the first definition of a
//! reference counts: the picture as data, in [`DATA`].

use std::fs;
use std::path::{Path, PathBuf};

use examples::order_saga::OrderSaga;
use workflow_runtime::{Definition, Workflow};

/// The definitions of the pictures in rustdoc.
const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../workflow-runtime/guide/cookbook/graphs.md");

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cookbook")
}

/// Returns the tested code of a page.
fn source(page: &str) -> String {
    let read = |file: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    match page {
        "saga" => read("src/order_saga.rs") + &read("tests/order_saga.rs"),
        _ => read(&format!("tests/cookbook/{}.rs", page.replace('-', "_"))),
    }
}

/// Returns the item that a block shows: the macro or the function, with its comment and attributes.
fn item(source: &str, block: &str) -> Option<String> {
    let line = block.lines().find(|line| line.starts_with("workflow!") || line.starts_with("fn "))?;
    let opening = &line[..=line.find(['(', '{'])?];
    let lines: Vec<_> = source.lines().collect();
    let second = block.lines().nth(1);
    let is_item = |at: &usize| lines[*at].starts_with(opening);
    // A page may show more than one macro.
    let at = (0..lines.len()).filter(is_item).find(|at| lines.get(at + 1).copied() == second);
    let at = at.or_else(|| (0..lines.len()).find(is_item))?;
    let above = lines[..at].iter().rev().take_while(|line| line.starts_with("///") || line.starts_with("#[")).count();
    let length = lines[at..].iter().position(|line| *line == "}")?;
    Some(lines[at - above..=at + length].join("\n") + "\n")
}

/// Returns the workflows that a text declares, with the names of their pictures.
fn pictured(page: &str, text: &str) -> Vec<(String, String)> {
    let workflows: Vec<_> = text.split("    pub workflow ").skip(1).filter_map(|rest| rest.split(' ').next()).collect();
    let name = |workflow: &str| match source(page).matches("    pub workflow ").count() {
        1 => page.to_owned(),
        _ => workflow.chars().fold(page.to_owned(), |name, letter| match letter {
            'A'..='Z' => format!("{name}-{}", letter.to_ascii_lowercase()),
            _ => format!("{name}{letter}"),
        }),
    };
    workflows.into_iter().map(|workflow| (workflow.to_owned(), name(workflow))).collect()
}

fn is_picture(line: &str) -> bool {
    line.starts_with("![Graph of ")
}

fn is_place_of_picture(line: &str) -> bool {
    line.starts_with('[') && line.ends_with(".svg")
}

/// Returns the page with the code that is tested, and with the pictures of the workflows below it.
fn with_tested_code(page: &str, text: &str) -> String {
    let source = source(page);
    let mut parts = text.split("```rust\n");
    let mut out = parts.next().unwrap_or_default().to_owned();
    let mut places = Vec::new();
    for part in parts {
        let (block, rest) = part.split_once("```").unwrap();
        let item = item(&source, block).unwrap_or_else(|| panic!("{page}: no such item:\n{block}"));
        out += &format!("```rust\n{item}```");
        for (workflow, name) in pictured(page, &item) {
            out += &format!("\n\n![Graph of {workflow}][{name}-graph]");
            places.push(format!("[{name}-graph]: {name}.svg"));
        }
        let mut rest = rest;
        while let Some((picture, after)) = rest.strip_prefix("\n\n").and_then(|rest| rest.split_once('\n')) {
            if !is_picture(picture) {
                break;
            }
            rest = &rest[rest.len() - after.len() - 1..];
        }
        out += rest;
    }
    // The definitions of references are the last lines.
    let mut lines: Vec<_> = out.lines().filter(|line| !is_place_of_picture(line)).map(str::to_owned).collect();
    let mut definitions = lines.split_off(lines.iter().rposition(|line| !line.starts_with('[')).map_or(0, |at| at + 1));
    if definitions.is_empty() && lines.last().is_some_and(|line| !line.is_empty()) {
        lines.push(String::new());
    }
    definitions.extend(places);
    definitions.sort();
    lines.extend(definitions);
    lines.join("\n") + "\n"
}

/// Holds that a file has this text, or writes it.
fn assert_written(path: &Path, wanted: &str) {
    if std::env::var_os("WORKFLOW_BLESS").is_some() {
        fs::write(path, wanted).unwrap();
    }
    let found = fs::read_to_string(path).unwrap_or_default();
    assert!(found == wanted, "{} is not what is tested: bless it", path.display());
}

/// Returns the definition of a reference to a picture as data.
fn as_data(name: &str, picture: &str) -> String {
    let mut definition = format!("[{name}-graph]: data:image/svg+xml,");
    for byte in picture.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'/' | b':' | b';' | b',' | b'=' => {
                definition.push(byte.into());
            }
            _ => definition += &format!("%{byte:02X}"),
        }
    }
    definition + "\n"
}

/// Returns the graph of each workflow: the name of its picture, which begins with the page's, and the workflow's definition.
fn graphs() -> Vec<(&'static str, Definition)> {
    use super::{
        approval, children, circuit_breaker, csv_rows, fan_out, idempotent_start, model_pipelines, nightly, paging,
        partial_failure, polling, start, wait_until,
    };
    // Values of parameters are not in the pictures.
    let text = || "any".to_owned();
    let arn = || "arn:aws:states:eu-west-1:123456789012:any".into();
    let approval = approval::ApprovalParams { owners: text(), heads: text() };
    let training =
        model_pipelines::TrainingPipelineParams { image: text(), role: arn(), bucket: text(), instance: text() };
    let inference = model_pipelines::InferencePipelineParams {
        preprocessor: text(),
        image: text(),
        role: arn(),
        bucket: text(),
        instance: text(),
    };
    let candidates = model_pipelines::CandidatesParams { registry: text(), role: arn(), bucket: text() };
    vec![
        ("approval", with::<approval::Approval>(approval)),
        ("children-pack", children::Pack::definition()),
        ("children-dispatch", with::<children::Dispatch>(children::DispatchParams { pack: arn() })),
        ("children-quote", children::Quote::definition()),
        ("children-offer", with::<children::Offer>(children::OfferParams { quote: arn() })),
        ("circuit-breaker", with::<circuit_breaker::Price>(circuit_breaker::PriceParams { circuits: text() })),
        ("csv-rows", with::<csv_rows::ChargeRows>(csv_rows::ChargeRowsParams { bucket: text(), charge: arn() })),
        ("fan-out", fan_out::Quote::definition()),
        ("idempotent-start-ship", idempotent_start::Ship::definition()),
        ("idempotent-start-on-paid", with::<idempotent_start::OnPaid>(idempotent_start::OnPaidParams { ship: arn() })),
        ("model-pipelines-training-pipeline", with::<model_pipelines::TrainingPipeline>(training)),
        ("model-pipelines-inference-pipeline", with::<model_pipelines::InferencePipeline>(inference)),
        ("model-pipelines-candidates", with::<model_pipelines::Candidates>(candidates)),
        ("nightly", with::<nightly::Nightly>(nightly::NightlyParams { bucket: text(), alarms: arn() })),
        ("paging", paging::Clean::definition()),
        ("partial-failure", partial_failure::Account::definition()),
        ("polling", polling::ReadDocument::definition()),
        ("saga", OrderSaga::definition()),
        ("start", start::Deliver::definition()),
        ("wait-until", with::<wait_until::Remind>(wait_until::RemindParams { topic: arn() })),
    ]
}

fn with<W: Workflow>(params: W::Params) -> Definition {
    W::definition_with(&params).unwrap()
}

#[test]
fn pages_show_what_is_tested() {
    let index = fs::read_to_string(docs().join("index.md")).unwrap();
    let mut pages: Vec<_> = fs::read_dir(docs()).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.retain(|path| path.extension().is_some_and(|of| of == "md") && !path.ends_with("index.md"));
    pages.sort();
    for path in &pages {
        let page = path.file_name().unwrap().to_str().unwrap();
        assert!(index.contains(&format!("]: {page}\n")), "the index lacks {page}");
    }
    pages.push(docs().join("../start.md"));
    for path in pages {
        let page = path.file_stem().unwrap().to_str().unwrap();
        let written = fs::read_to_string(&path).unwrap();
        assert!(written.contains("```rust\n"), "{page} shows no code");
        assert_written(&path, &with_tested_code(page, &written));
    }
}

#[test]
fn pages_show_the_graphs_of_what_is_tested() {
    let (mut data, mut pictures) = (String::new(), Vec::new());
    for (name, definition) in graphs() {
        let picture = definition.graph().to_svg();
        if name == "start" {
            assert_written(&docs().join("../start.svg"), &picture);
        } else {
            assert_written(&docs().join(format!("{name}.svg")), &picture);
            data += &as_data(name, &picture);
            pictures.push(format!("{name}.svg"));
        }
    }
    assert_written(Path::new(DATA), &data);
    let names = fs::read_dir(docs()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut files: Vec<_> = names.filter(|name| name.ends_with(".svg")).collect();
    files.sort();
    pictures.sort();
    assert_eq!(files, pictures, "each workflow has a picture, and there are no others");
}
