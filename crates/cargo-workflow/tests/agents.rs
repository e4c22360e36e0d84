//! `llms.txt` and the skill for agents are made of the pages of the book. `WORKFLOW_BLESS=1` writes them.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

fn page(name: &str) -> String {
    fs::read_to_string(root().join("docs").join(name)).unwrap()
}

/// Compares a file with what it should be, or writes it.
fn is_current(file: &str, text: &str) {
    let path = root().join(file);
    if std::env::var_os("WORKFLOW_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == text, "{file} is stale: WORKFLOW_BLESS=1 cargo test -p cargo-workflow --test it agents");
}

/// Returns the first sentence of a page, without links.
fn first_sentence(page: &str) -> String {
    let mut in_code = false;
    let lines = page.lines().skip(1).filter(|line| {
        in_code ^= line.starts_with("```");
        !in_code && !line.starts_with("```")
    });
    let lines = lines.collect::<Vec<_>>().join("\n");
    let is_text = |text: &&str| text.starts_with(|c: char| c.is_alphanumeric() || c == '`');
    // What introduces a list or an example says too little.
    let mut paragraphs = lines.split("\n\n").map(str::trim).filter(is_text);
    let text = paragraphs.find(|text| text.ends_with('.')).unwrap_or_default().replace('\n', " ");
    let end = text.find(". ").unwrap_or(text.len());
    without_links(text.get(..end).unwrap_or_default()).trim_end_matches('.').to_owned()
}

/// Returns `[text](address)` as `text`.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let Some((words, next)) = after.split_once("](") else { break };
        out.push_str(before);
        out.push_str(words);
        rest = next.split_once(')').map_or("", |(_, rest)| rest);
    }
    out + rest
}

#[test]
fn the_index_for_language_models_names_each_page() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let about = readme.split("\n\n").nth(1).unwrap().replace('\n', " ");
    let mut text = format!("# workflow\n\n> {about}\n");
    for line in page("SUMMARY.md").lines().skip(1) {
        if let Some(section) = line.strip_prefix("# ") {
            text.push_str(&format!("\n## {section}\n\n"));
        } else if let Some((title, file)) =
            line.trim_start().trim_start_matches("- ").strip_prefix('[').and_then(|link| link.split_once("]("))
        {
            let file = file.trim_end_matches(')');
            if text.ends_with(&format!("> {about}\n")) {
                text.push('\n');
            }
            text.push_str(&format!("- [{title}](docs/{file}): {}\n", first_sentence(&page(file))));
        }
    }
    is_current("llms.txt", &text);
}

#[test]
fn the_skill_is_the_page_for_agents() {
    let agents = page("agents.md");
    let (_, body) = agents.split_once('\n').unwrap();
    let description = "Write, check, mend, run and explore AWS Step Functions definitions (Amazon States Language) with cargo workflow";
    let body = body.replace("](http", "]\u{0}").replace("](", "](../../docs/").replace("]\u{0}", "](http");
    let mistakes: Vec<serde_json::Value> = serde_json::from_str(include_str!("files/mistakes.json")).unwrap();
    let mistakes: Vec<_> = mistakes.iter().map(|row| format!("- {}\n", row["mistake"].as_str().unwrap())).collect();
    let text = format!(
        "---\nname: step-functions\ndescription: {description}\n---\n\n# Step Functions definitions\n{body}\n## Typical mistakes\n\n\
         `validate` finds each of these, and `fix` with `proposed` mends nearly all of them:\n\n{}",
        mistakes.concat()
    );
    is_current("skills/step-functions/SKILL.md", &text);
}
