//! Tests `from "file"`: documents of all kinds provide their states, params and definition, and errors point into the
//! file.

mod mistakes;

use std::path::{Path, PathBuf};
use workflow_cases::every;

use serde_json::Value;
use workflow_compiler::fragment::{Escape, Fragment};
use workflow_compiler::problem::Problem;
use workflow_compiler::{CompiledWorkflow, Surroundings, compile_in};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/from")
}

/// What stands in a workflow `Legacy`, with its problems as `rustc` prints them.
fn compile_at(folder: &Path, inside: &str) -> (CompiledWorkflow, Vec<String>) {
    let tokens = format!("pub workflow Legacy {{ {inside} }}").parse().unwrap();
    let surroundings = Surroundings { folder: Some(folder), ..Surroundings::default() };
    let mut compilation = compile_in(tokens, surroundings);
    assert!(compilation.bugs.is_empty(), "{:?}", compilation.bugs);
    let problems = compilation.problems.iter().map(Problem::text).collect();
    (compilation.workflows.pop().unwrap(), problems)
}

/// The same of a workflow without problems.
fn compiled(inside: &str) -> CompiledWorkflow {
    let (workflow, problems) = compile_at(&folder(), inside);
    assert!(problems.is_empty(), "{problems:#?}");
    workflow
}

/// The fragments as text: `⟨param Escape⟩` for a parameter.
fn shown(fragments: &[Fragment]) -> String {
    let fragments = fragments.iter().map(|fragment| match fragment {
        Fragment::Text(text) => text.clone(),
        Fragment::Param { name, escape, .. } => format!("⟨{name} {escape:?}⟩"),
        Fragment::Constant { .. } => panic!("a document has no constants"),
    });
    fragments.collect()
}

#[test]
fn the_document_is_the_definition() {
    let workflow =
        compiled(r#"input { total: f64, customer: String, lines: Vec<Json> } from "flows/legacy.asl.json";"#);
    let file: Value = serde_json::from_slice(&std::fs::read(folder().join("flows/legacy.asl.json")).unwrap()).unwrap();
    assert_eq!(workflow.definition, file);
}

#[test]
fn states_of_all_scopes_have_identifiers() {
    let workflow = compiled(r#"from "flows/legacy.asl.json";"#);
    let states: Vec<_> = workflow
        .document
        .iter()
        .flat_map(|document| &document.states)
        .map(|state| (&*state.ident, &*state.name))
        .collect();
    assert_eq!(states, [("IsItLarge", "Is it large?"), ("Ask", "Ask"), ("Ship", "ship"), ("PackIt", "Pack it")]);
}

#[test]
fn properties_name_states_of_the_document() {
    let workflow = compiled(
        r#"property Ask before Ship; property at most once "Pack it"; property ends in IsItLarge or "ship";
           from "flows/legacy.asl.json";"#,
    );
    let texts: Vec<_> = workflow.properties.iter().map(|property| property.text.as_str()).collect();
    assert_eq!(texts, ["Ask before ship", "at most once \"Pack it\"", "ends in \"Is it large?\" or ship"]);
    let (_, problems) = compile_at(&folder(), r#"property Ask before "Packit"; from "flows/legacy.asl.json";"#);
    assert_eq!(problems, ["unknown state `Packit` [WF0220]\n\n= help: did you mean `Pack it`?"]);
    let (_, problems) = compile_at(&folder(), r#"property Ask before ship; from "flows/legacy.asl.json";"#);
    assert_eq!(problems, ["unknown state `ship` [WF0220]\n\n= help: did you mean `Ship`?"]);
}

#[test]
fn placeholders_are_escaped_for_where_they_stand() {
    let workflow = compiled(r#"from "flows/legacy.asl.json";"#);
    let text = shown(&workflow.fragments);
    every(
        [
            r#""TimeoutSeconds":⟨limit Json⟩,"#,
            r#""QueueUrl":⟨queue_url Json⟩,"#,
            "States.Format('⟨greeting Intrinsic⟩, {}', ",
            "$partition($states.input.lines, ⟨batch_size Jsonata⟩) %}",
            r#""arn:aws:lambda:⟨aws_region Text⟩:1:function:pack""#,
            "'note': 'from ⟨greeting JsonataText⟩', ",
        ],
        |expected| {
            assert!(text.contains(expected), "{expected}\n{text}");
        },
    );
}

#[test]
fn params_are_made_of_placeholders_where_none_are_declared() {
    let workflow = compiled(r#"from "flows/legacy.asl.json";"#);
    let tokens = expansion(r#"from "flows/legacy.asl.json";"#);
    // Text where text works, any value where only a number does.
    every(
        [
            "limit : :: workflow_runtime :: Json",
            "queue_url : :: std :: string :: String",
            "batch_size : :: workflow_runtime :: Json",
        ],
        |field| {
            assert!(tokens.contains(field), "{field}\n{tokens}");
        },
    );
    assert!(workflow.fragments.iter().any(|fragment| matches!(fragment, Fragment::Param { escape: Escape::Json, .. })));
}

#[test]
fn declared_params_are_the_placeholders_by_either_name() {
    let workflow = compiled(
        r#"params { limit: u32, queue_url: String, #[serde(rename = "Greeting")] hello: String, batch_size: u8, aws_region: String }
           from "flows/legacy.asl.json";"#,
    );
    assert!(shown(&workflow.fragments).contains("States.Format('⟨hello Intrinsic⟩"));
}

#[test]
fn cargo_is_told_of_the_file() {
    let tokens = expansion(r#"from "flows/legacy.asl.json";"#);
    let include =
        r#"include_bytes ! (:: core :: concat ! (:: core :: env ! ("CARGO_MANIFEST_DIR") , "/flows/legacy.asl.json"))"#;
    assert!(tokens.contains(include), "{tokens}");
    // rustc would report a missing file once more.
    assert!(!expansion(r#"from "flows/missing.asl.json";"#).contains("include_bytes"));
}

fn expansion(inside: &str) -> String {
    let tokens = format!("[::workflow_runtime] pub workflow Legacy {{ {inside} }}").parse().unwrap();
    let folder = folder();
    workflow_compiler::expand(tokens, Surroundings { folder: Some(&folder), editor: false, ..Surroundings::default() })
        .to_string()
}

/// A document of the data.
struct Machine {
    name: String,
    file: Value,
    workflow: CompiledWorkflow,
    errors: Vec<String>,
}

/// Every document of a folder of the data, compiled.
fn machines(folder: &str) -> Option<Vec<Machine>> {
    let folder = workflow_recorded::data(folder)?;
    let entries = std::fs::read_dir(&folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.ends_with(".json") && !name.starts_with('_'));
    names.sort();
    let each = names.into_iter().filter_map(|name| {
        let file: Value = serde_json::from_slice(&std::fs::read(folder.join(&name)).unwrap()).unwrap();
        // Inputs of executions lie beside the machines.
        file.get("States")?;
        let tokens = format!("workflow Legacy {{ from {name:?}; }}").parse().unwrap();
        let mut compilation = compile_in(tokens, Surroundings { folder: Some(&folder), ..Surroundings::default() });
        assert!(compilation.bugs.is_empty(), "{name}: {:?}", compilation.bugs);
        // What AWS's APIs do not have is reviewed in the tests of `workflow-asl`.
        let errors = compilation.problems.iter().filter(|problem| problem.is_error());
        let errors = errors.filter(|problem| !problem.code.depends_on_table()).map(Problem::text).collect();
        Some(Machine { name, file, workflow: compilation.workflows.pop().unwrap(), errors })
    });
    Some(each.collect())
}

#[test]
fn the_machines_of_the_sdk_come_through_as_they_are() {
    let Some(machines) = machines("seed-sdk") else { return };
    let mut whole = 0;
    for Machine { name, file, workflow, errors } in &machines {
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        assert_eq!(&workflow.definition, file, "{name}");
        if workflow.fragments.len() == 1 {
            assert_eq!(&serde_json::from_str::<Value>(&shown(&workflow.fragments)).unwrap(), file, "{name}");
            whole += 1;
        }
    }
    println!("{} machines, {whole} without placeholders", machines.len());
    assert!(machines.len() >= 90 && whole > 0, "{} machines", machines.len());
}

#[test]
fn yaml_is_read_with_its_feature() {
    let (workflow, problems) = compile_at(&folder(), r#"input { name: String } from "flows/greet.asl.yaml";"#);
    if cfg!(feature = "yaml") {
        let place = "flows/greet.asl.yaml:6:31 (/States/Greet/Parameters/to.$)";
        assert_eq!(problems.len(), 1, "{problems:#?}");
        assert!(problems[0].contains(place) && problems[0].contains("`nmae`"), "{problems:#?}");
        assert_eq!(workflow.definition["States"]["Greet"]["Type"], "Pass");
        assert_eq!(workflow.document.map(|document| document.states.len()), Some(1));
    } else if problems.len() == 1 && problems[0].contains("YAML") {
        // Another crate of the same build may have turned YAML on.
        assert!(problems[0].contains("turn on the feature `yaml`"), "{problems:#?}");
    }
}
