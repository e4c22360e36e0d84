//! Tests that no code depends on the text of a diagnostic. A finding has the names and places; its message and help are
//! for people.

use std::fs;
use std::path::{Path, PathBuf};

/// The crates that make diagnostics, or take them from others.
const CRATES: [&str; 10] = [
    "crates/workflow-asl",
    "crates/workflow-compiler",
    "crates/workflow-format",
    "crates/workflow-graph",
    "crates/workflow-import",
    "crates/workflow-local",
    "crates/workflow-schema",
    "workflow-runtime",
    "crates/workflow-server",
    "crates/cargo-workflow",
];

/// Messages of other programs, which say what is wrong in words alone: the end of a path, and what is read there.
const OF_OTHERS: [(&str, &str); 11] = [
    // serde_json has no other sign of its own limit, of a comma too many and of an early end.
    ("crates/workflow-asl/src/source/json.rs", "message.rsplit_once(\" at line \")"),
    ("crates/workflow-asl/src/source/json.rs", "message.starts_with(\"recursion limit\")"),
    ("crates/workflow-asl/src/source/json.rs", "message == \"trailing comma\""),
    ("crates/workflow-asl/src/source/json.rs", "message.starts_with(\"EOF\")"),
    // Serde tells which field is missing, and what was expected.
    ("crates/workflow-schema/src/check.rs", "message.strip_prefix(\"missing field `\")"),
    ("crates/workflow-schema/src/check.rs", "message.split_once(\", expected \")"),
    ("workflow-runtime/src/client/error/mismatch.rs", "message.starts_with(\"missing field `\")"),
    ("workflow-runtime/src/client/error/mismatch.rs", "message.rsplit_once(\", expected \")"),
    // AWS has one code for several refusals.
    ("crates/cargo-workflow/src/aws/failure.rs", "message.contains(\"assume the provided role\")"),
    ("crates/cargo-workflow/src/aws/failure.rs", "message.contains(\"Role\")"),
    ("crates/cargo-workflow/src/aws/failure.rs", "message.split('\\'')"),
];

/// How a string is read, after its name.
const READS: [&str; 12] = [
    ".contains(",
    ".starts_with(",
    ".ends_with(",
    ".strip_prefix(",
    ".strip_suffix(",
    ".split_once(",
    ".rsplit_once(",
    ".find(",
    ".matches(",
    ".split(",
    " == \"",
    " != \"",
];

/// Where the words of a message or a help line are read.
fn decisions(source: &str) -> Vec<String> {
    let code: Vec<_> = source.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code)).collect();
    let code = code.join(" ").split_whitespace().collect::<Vec<_>>().join(" ").replace(" .", ".");
    let mut found = Vec::new();
    for name in ["message", "message()", "help", "help()", "sentence()", "helps()"] {
        for read in READS {
            let wanted = format!("{name}{read}");
            for (at, _) in code.match_indices(&wanted) {
                let is_whole = !code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_');
                // A literal decides; a variable is looked for in what people are shown.
                let rest = &code[at + wanted.len()..];
                let literal = wanted.ends_with('"') || rest.starts_with(['"', '\'', '&']);
                if is_whole && literal {
                    let end = rest.find(')').map_or(rest.len(), |end| end + 1).min(60);
                    let end = (end..=rest.len()).find(|end| rest.is_char_boundary(*end)).unwrap_or(rest.len());
                    found.push(format!("{wanted}{}", &rest[..end]));
                }
            }
        }
    }
    found
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            sources(&path, found);
        } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

#[test]
fn nothing_decides_by_the_words_of_a_diagnostic() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let (mut files, mut wrong, mut excused) = (Vec::new(), Vec::new(), 0);
    CRATES.iter().for_each(|name| sources(&root.join(name).join("src"), &mut files));
    assert!(files.len() > 300, "only {} files were read", files.len());
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for one in decisions(text) {
            if OF_OTHERS.iter().any(|(path, read)| file.ends_with(path) && one.starts_with(read)) {
                excused += 1;
            } else {
                wrong.push(format!("{}: {one}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "put into the finding what these read out of its words:\n{}", wrong.join("\n"));
    assert_eq!(excused, OF_OTHERS.len(), "an exception is no longer needed");
}

#[test]
fn the_engine_makes_no_diagnostics() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    sources(&root.join("crates/workflow-local/src"), &mut files);
    assert!(files.len() > 80, "only {} files were read", files.len());
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        let made = ["Diagnostic::new", "Finding::", "JsonPath::parse", "Intrinsic::parse", "jsonata::parse"];
        let made = made.iter().find(|made| text.contains(**made));
        assert_eq!(made, None, "{}: rules are in workflow-asl, and what they parsed is compiled", file.display());
    }
}

#[test]
fn a_decision_by_words_is_seen() {
    let decided = [
        "Code::MissingField if finding.message.starts_with(\"a reader of CSV\") => headers(finding),",
        "fault().help.iter().any(|help| help.starts_with(\"did you mean\"))",
        "let (_, rest) = finding\n    .message\n    .split_once(\"`$\")?;",
        "let absent = found.message().contains(\"every path\");",
        "if diagnostic.help() == \"remove it\" {",
        "found.message.contains(&format!(\"`{name}`\"))",
    ];
    for text in decided {
        assert_eq!(decisions(text).len(), 1, "{text}");
    }
    for text in ["let message = format!(\"no `{name}`\");", "// message.contains(\"x\")", "its_message.contains(\"x\")"]
    {
        assert!(decisions(text).is_empty(), "{text}");
    }
}
