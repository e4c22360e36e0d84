//! The table of facts: what was measured on AWS, and what the embedded server and the rules answer.
//!
//! `facts.jsonl` has the facts: `cargo workflow conformance` reads it. `unmet.json` names the facts that are not met, with
//! reasons. `WORKFLOW_BLESS=1 cargo test -p cargo-workflow --test it measured` writes `docs/fidelity.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use workflow_asl::intrinsic::Function;
use workflow_asl::jsonata::FUNCTIONS;
use workflow_asl::rules;
use workflow_local::history::EventType;
use workflow_services::MachineType;

use crate::command::file;
use crate::serve::Serving;

const FACTS: &str = include_str!("facts.jsonl");
const UNMET: &str = include_str!("unmet.json");

fn facts() -> Vec<Value> {
    FACTS.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn conformance(options: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"));
    let output = command.args(["workflow", "conformance"]).args(options).env_remove("AWS_ENDPOINT_URL_SFN").output();
    let output = output.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// The findings of the rules about the definition of a fact.
fn errors(fact: &Value) -> Vec<&'static str> {
    let machine_type = if fact["type"] == "EXPRESS" { MachineType::Express } else { MachineType::Standard };
    let found = rules::check_definition(&fact["definition"], machine_type);
    found.iter().filter(|found| found.is_error()).map(|found| found.code.id()).collect()
}

#[test]
fn each_fact_is_met_or_listed_and_the_page_says_so() {
    let unmet: BTreeMap<String, String> = serde_json::from_str(UNMET).unwrap();
    let (_, output, errors) = conformance(&["--format", "json"]);
    let answered: Value = serde_json::from_str(&output).unwrap_or_else(|_| panic!("{output}{errors}"));
    let mut different = BTreeSet::new();
    for fact in answered["facts"].as_array().unwrap() {
        let id = fact["id"].as_str().unwrap();
        if fact["differences"] != Value::Array(Vec::new()) {
            assert!(unmet.contains_key(id), "{id}: {}", fact["differences"]);
            different.insert(id.to_owned());
        }
    }
    let met: Vec<_> = unmet.keys().filter(|id| !different.contains(*id)).collect();
    assert!(met.is_empty(), "met, but listed in unmet.json: {met:?}");
    let asked = answered["facts"].as_array().unwrap().len();
    let page = page(&unmet, asked);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/fidelity.md");
    if std::env::var_os("WORKFLOW_BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    assert_eq!(page, std::fs::read_to_string(path).unwrap(), "WORKFLOW_BLESS=1 writes docs/fidelity.md");
}

#[test]
fn the_rules_refuse_what_aws_refuses() {
    for fact in facts().iter().filter(|fact| fact["definition"].is_object() && fact["call"] != "TestState") {
        if fact["answer"]["result"] == "FAIL" || fact["answer"].get("refused").is_some() {
            assert_ne!(errors(fact), [""; 0], "{}", fact["id"]);
        }
    }
}

#[test]
fn an_endpoint_is_asked_only_with_yes_and_its_answers_are_facts() {
    let server = Serving::new(Path::new(env!("CARGO_TARGET_TMPDIR")), &["--virtual-time"], &[]);
    let url = format!("http://{}", server.address);
    let only = ["--endpoint", &url, "--only", "choice", "--only", "callback"];
    let (code, output, _) = conformance(&only);
    assert_eq!(code, Some(0));
    assert!(output.contains("would create and delete 23 state machines and 2 activities"), "{output}");
    let answers = file("conformance", "answers.jsonl", "");
    let answers = answers.to_str().unwrap();
    let (code, output, errors) = conformance(&[&only[..], &["--yes", "--answers", answers]].concat());
    assert_eq!((code, errors.as_str()), (Some(0), ""), "{output}");
    assert!(output.contains("31 of   31 equal"), "{output}");
    assert_eq!(server.call("ListStateMachines", &json!({}))["stateMachines"], json!([]), "they are deleted");
    let (code, output, _) = conformance(&["--facts", answers]);
    assert_eq!(code, Some(0), "{output}");
    assert!(output.contains("31 of   31 equal"), "{output}");
}

mod moto {
    #[test]
    #[ignore = "needs moto; `.ci/run --full` runs it"]
    fn an_emulator_is_asked_and_its_differences_are_shown() {
        let url = std::env::var("WORKFLOW_MOTO_URL").expect("`.ci/run --full` starts moto and sets WORKFLOW_MOTO_URL");
        // A definition to create, one to validate, and an execution with mocks. moto ends no execution.
        let only = ["--only", "f284", "--only", "f543", "--only", "f451"];
        let (code, output, errors) = super::conformance(&[&["--endpoint", &url, "--yes"], &only[..]].concat());
        assert_eq!((code, errors.as_str()), (Some(1), ""), "{output}");
        assert!(output.contains("different: f284") && output.contains("different: f543"), "{output}");
        assert!(output.contains("needs results or objects that only the embedded server has"), "{output}");
    }
}

/// Returns the page about the facts.
fn page(unmet: &BTreeMap<String, String>, asked: usize) -> String {
    let facts = facts();
    let mut page = String::from(HEAD);
    let equal = asked - unmet.len();
    let only_documented = facts.len() - asked;
    writeln!(page, "Of {asked} facts, the embedded server gives AWS's answer to {equal}. {only_documented} documented limits take too long to reach in a test.\n").unwrap();
    page += "| topic | facts | equal | measured | documented | said |\n| --- | --- | --- | --- | --- | --- |\n";
    let topics: BTreeSet<_> = facts.iter().map(|fact| fact["topic"].as_str().unwrap()).collect();
    for topic in topics {
        let of_topic = || facts.iter().filter(|fact| fact["topic"] == topic && fact.get("limit").is_none());
        let strength = |strength| of_topic().filter(|fact| fact["strength"] == strength).count();
        let different = of_topic().filter(|fact| unmet.contains_key(fact["id"].as_str().unwrap())).count();
        let all = of_topic().count();
        writeln!(
            page,
            "| {topic} | {all} | {} | {} | {} | {} |",
            all - different,
            strength("measured"),
            strength("documented"),
            strength("said")
        )
        .unwrap();
    }
    page += "\n\"Measured\": someone ran it on AWS and published the answer. \"Documented\": AWS's documentation says so. \"Said\": someone\nreported it without the exact answer.\n";
    page += "\n## Different\n\n";
    page += if unmet.is_empty() { "None.\n" } else { "| fact | why |\n| --- | --- |\n" };
    for (id, why) in unmet {
        writeln!(page, "| {id} | {why} |").unwrap();
    }
    page += STRICTER;
    for fact in facts.iter().filter(|fact| fact["definition"].is_object() && fact["call"] != "TestState") {
        let accepted = fact["answer"]["result"] == "OK" || fact["answer"].get("status").is_some();
        let codes: BTreeSet<_> = errors(fact).into_iter().collect();
        if accepted && !codes.is_empty() {
            let codes: Vec<_> = codes.into_iter().collect();
            writeln!(
                page,
                "| {} | {} | {} |",
                fact["id"].as_str().unwrap(),
                fact["topic"].as_str().unwrap(),
                codes.join(", ")
            )
            .unwrap();
        }
    }
    page += NEVER;
    let mut never = |what: &str, names: &mut dyn Iterator<Item = String>| {
        let absent: Vec<_> = names.filter(|name| !FACTS.contains(&**name)).map(|name| format!("`{name}`")).collect();
        writeln!(page, "- **{what}:** {}.", absent.join(", ")).unwrap();
    };
    never("Intrinsic functions", &mut Function::ALL.iter().map(|function| function.name().to_owned()));
    never("JSONata functions", &mut FUNCTIONS.iter().map(|function| format!("${}(", function.name)));
    never("History events", &mut EventType::ALL.iter().map(|event| event.name().to_owned()));
    page
}

const HEAD: &str = "\
# How far this is AWS

What runs in `cargo test` must run on AWS. Public reports of people who ran the real service are the measure: the table
`crates/cargo-workflow/tests/measured/facts.jsonl` has each as a request and AWS's answer, with its source and its date. Every
fact is asked of the embedded server, which has the engine, the JSONata evaluator and the rules in it. A fact that is not met is
listed below, or the tests fail. A test writes this page.

You can run the facts yourself:

```console
cargo workflow conformance                                                      # on the embedded server
cargo workflow conformance --endpoint http://127.0.0.1:4566                     # what an emulator would be asked
cargo workflow conformance --endpoint http://127.0.0.1:4566 --yes
cargo workflow conformance --endpoint aws --role ARN --yes --answers mine.jsonl # on AWS, with your credentials
```

Without `--yes` the command says what it would create and what that may cost. It deletes what it created. `--answers` writes the
answers in the format of the facts, with today's date: put the file into a folder with other facts, and `--facts FOLDER`
takes the later one of two answers.

";

const STRICTER: &str = "
## Stricter here

AWS creates these definitions, and their executions may even succeed. The rules of the macro, of `validate` and of editors
report an error, because the definition is almost certainly a mistake. The server creates them, as AWS does.

| fact | topic | error |
| --- | --- | --- |
";

const NEVER: &str = "
## Never measured

No fact speaks of these. They follow AWS's documentation, the recordings of other projects, or for JSONata the reference
implementation.

";
