//! Tests values that only a deployment knows: as parameters of an import, on the command line, in printed definitions.

use crate::command;

use command::{Done, file, workflow};
use serde_json::{Value, json};
use workflow_cases::every;

const FOLDER: &str = "placeholders";

/// Returns the document that a file with a printed `workflow!` compiles to.
fn compiled(name: &str, import: &Done) -> Value {
    assert_eq!(import.code, Some(0), "{}", import.stderr);
    let printed = workflow("asl", &file(FOLDER, name, &import.stdout), &[]);
    assert_eq!(printed.code, Some(0), "{}\n{}", printed.stderr, import.stdout);
    serde_json::from_str(&printed.stdout).unwrap()
}

#[test]
fn import_keeps_placeholders_inside_texts_as_params() {
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "B", "Parameters": {
            "FunctionName": "${Prefix}-greet",
            "Payload": {
                "a.$": "States.Format('${Prefix}-{}', $.x)",
                "b.$": "States.Format('{}${Prefix}{}', $.x, $.y)",
                "c.$": "States.Array('${Prefix}', 'a-${Prefix}', $.x)",
                "d.$": "States.MathAdd($.x, ${Count})",
                "e": "x ${Prefix} y",
                "f.$": "$.${Prefix}.x"}}},
        "B": {"Type": "Pass", "QueryLanguage": "JSONata", "End": true,
            "Output": {"o": "{% '${Prefix}' & $states.input.x %}", "n": "{% ${Count} + 1 %}"}}}});
    let import = workflow("import", &file(FOLDER, "inside.asl.json", definition.to_string()), &[]);
    assert_eq!(compiled("inside.rs", &import), definition, "{}", import.stdout);
    assert!(import.stdout.contains("placeholders;") && import.stdout.contains("prefix: String"), "{}", import.stdout);

    // Values are inserted in the form that each position needs.
    let file = file(FOLDER, "inside_given.rs", &import.stdout);
    let given = workflow("asl", &file, &["--param", "Prefix=it's {x}", "--param", "Count=3"]);
    let given: Value = serde_json::from_str(&given.stdout).unwrap();
    let payload = &given["States"]["A"]["Parameters"]["Payload"];
    assert_eq!(payload["a.$"], r"States.Format('it\'s \{x\}-{}', $.x)");
    assert_eq!(payload["d.$"], "States.MathAdd($.x, 3)");
    assert_eq!(payload["e"], "x it's {x} y");
    assert_eq!(given["States"]["B"]["Output"]["n"], "{% 3 + 1 %}");
    assert_eq!(given["States"]["B"]["Output"]["o"], "{% 'it\\u0027s {x}' & $states.input.x %}");
}

#[test]
fn import_refuses_a_placeholder_that_no_param_can_be_with_its_place() {
    let definition =
        json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "${N}"}, "B": {"Type": "Pass", "End": true}}});
    let import = workflow("import", &file(FOLDER, "next.asl.json", definition.to_string()), &[]);
    assert_eq!((import.code, import.stdout.as_str()), (Some(1), ""));
    assert!(import.stderr.contains("at: /States/A/Next"), "{}", import.stderr);
}

const SUMS: &str = r#"workflow! {
    pub workflow Sums {
        params { limit: i64, name: String, tags: Vec<String>, on: bool }
        input { n: i64, who: String }
        pass Add { sum: input.n + params.limit, hi: "hi " + params.name + input.who, tags: params.tags, on: params.on } -> Is;
        choice Is { if input.n > params.limit && input.who == params.name -> Rest; else -> Rest; }
        wait Rest for params.limit -> end;
    }
}"#;

#[test]
fn every_command_takes_the_values_of_params() {
    let path = file(FOLDER, "sums.rs", SUMS);
    let values = r#"{"limit": 7, "name": "Ada", "tags": ["a"], "on": true}"#;
    let in_file = file(FOLDER, "values.json", values);
    let in_file = in_file.to_str().unwrap();
    let one_by_one = ["--param", "limit=7", "--param", "name=Ada", "--param", "tags=[\"a\"]", "--param", "on=true"];
    every([&["--params", in_file][..], &["--params", values], &one_by_one], |given| {
        let run = workflow("run", &path, &[&["--input", r#"{"n": 1, "who": "Bo"}"#], given].concat());
        assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
        let output = r#"output: {"sum":8,"hi":"hi AdaBo","tags":["a"],"on":true}"#;
        assert!(run.stdout.contains(output), "{}", run.stdout);
        for command in ["asl", "graph", "explain", "iam"] {
            let done = workflow(command, &path, given);
            assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{command}");
        }
        let printed: Value = serde_json::from_str(&workflow("asl", &path, given).stdout).unwrap();
        assert_eq!(printed["States"]["Rest"]["Seconds"], 7);
    });
    let without = workflow("run", &path, &["--input", r#"{"n": 1, "who": "Bo"}"#]);
    assert_eq!(without.code, Some(2));
    assert!(without.stderr.contains("`limit`, `on`, `tags`: pass a value"), "{}", without.stderr);
    let wrong = workflow("asl", &path, &["--param", "limit=seven"]);
    assert!(wrong.code == Some(2) && wrong.stderr.contains("`limit` has the type `i64`"), "{}", wrong.stderr);
    let misspelt = workflow("graph", &path, &["--param", "limt=7"]);
    assert!(misspelt.code == Some(2) && misspelt.stderr.contains("did you mean `limit`?"), "{}", misspelt.stderr);
}

#[test]
fn a_printed_definition_is_a_template_for_plain_text_substitution() {
    let path = file(FOLDER, "printed.rs", SUMS);
    let mut text = workflow("asl", &path, &[]).stdout;
    for (name, value) in [("limit", "7"), ("name", "Ada"), ("tags", "[\"a\"]"), ("on", "true")] {
        text = text.replace(&format!("${{{name}}}"), value);
    }
    let substituted: Value = serde_json::from_str(&text).unwrap();
    let add = &substituted["States"]["Add"]["Output"];
    assert_eq!(add["hi"], "{% 'hi ' & 'Ada' & $states.context.Execution.Input.who %}");
    assert_eq!(add["sum"], "{% $states.context.Execution.Input.n + 7 %}");
    assert_eq!(add["tags"], json!(["a"]));
    let path = file(FOLDER, "substituted.asl.json", &text);
    assert_eq!(workflow("validate", &path, &[]).code, Some(0), "{text}");
    let run = workflow("run", &path, &["--input", r#"{"n": 1, "who": "Bo"}"#]);
    assert!(run.stdout.contains(r#"output: {"sum":8,"hi":"hi AdaBo","tags":["a"],"on":true}"#), "{}", run.stdout);
}

#[test]
fn a_placeholder_without_quotes_is_a_value() {
    let text = r#"{"StartAt": "A", "States": {
        "A": {"Type": "Wait", "Seconds": ${Seconds}, "Next": "B"},
        "B": {"Type": "Pass", "Result": {"list": [${one}, "${two}"], "all": ${jsonencode(tags)}}, "End": true}}}"#;
    let path = file(FOLDER, "terraform.asl.json", text);
    every(["validate", "graph", "explain", "iam"], |command| {
        assert_eq!(workflow(command, &path, &[]).code, Some(0), "{command}");
    });
    let printed = workflow("asl", &path, &[]).stdout;
    assert!(printed.contains("\"Seconds\": ${Seconds},") && printed.contains("\"${two}\""), "{printed}");
    let path = file(FOLDER, "named.asl.json", text.replace("${jsonencode(tags)}", "${tags}"));
    let given = ["--param", "Seconds=4", "--param", "one=1", "--param", "two=2", "--param", "tags={\"a\":1}"];
    let run = workflow("run", &path, &given);
    assert!(run.stdout.contains(r#"output: {"list":[1,"2"],"all":{"a":1}}"#), "{}{}", run.stdout, run.stderr);
    assert_eq!(workflow("validate", &file(FOLDER, "broken.asl.json", text.replace("[$", "[,$")), &[]).code, Some(2));
}

#[test]
fn a_value_is_put_into_code_and_leaves_the_rest_of_it() {
    let definition = json!({"StartAt": "A", "QueryLanguage": "JSONata", "States": {
        "A": {"Type": "Pass", "End": true, "Output": "{% { 'n': ${N} + 1, 's': '${S}' } %}"}}});
    let values = ["--param", "N=2", "--param", "S=prod"];
    let written = file(FOLDER, "code.asl.json", definition.to_string());
    let run = workflow("run", &written, &values);
    assert!(run.stdout.contains(r#"output: {"n":3,"s":"prod"}"#), "{}{}", run.stdout, run.stderr);
    let printed: Value = serde_json::from_str(&workflow("asl", &written, &values).stdout).unwrap();
    assert_eq!(printed["States"]["A"]["Output"], "{% { 'n': 2 + 1, 's': 'prod' } %}");

    let template = json!({"Resources": {"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
        "DefinitionSubstitutions": {"N": 2, "S": "prod"}, "Definition": definition}}}});
    let run = workflow("run", &file(FOLDER, "code.template.json", template.to_string()), &[]);
    assert!(run.stdout.contains(r#"output: {"n":3,"s":"prod"}"#), "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_placeholder_that_needs_a_value_is_named_with_the_option_for_it() {
    let definition = json!({"QueryLanguage": "JSONata", "StartAt": "C", "States": {
        "C": {"Type": "Choice", "Choices": [{"Condition": "{% ${Enabled} = true %}", "Next": "S"}], "Default": "S"},
        "S": {"Type": "Succeed"}}});
    let path = file(FOLDER, "bare.asl.json", definition.to_string());
    assert_eq!(workflow("validate", &path, &["--deny-warnings"]).code, Some(0));
    for (command, options) in [("run", [].as_slice()), ("explore", &[]), ("serve", &["--port", "0"])] {
        let done = workflow(command, &path, options);
        assert_ne!(done.code, Some(0), "{command}");
        assert!(done.stderr.contains("the placeholder `${Enabled}` has no value"), "{command}: {}", done.stderr);
        assert!(done.stderr.contains("--param Enabled=…"), "{command}: {}", done.stderr);
    }
    let run = workflow("run", &path, &["--param", "Enabled=true"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
}
