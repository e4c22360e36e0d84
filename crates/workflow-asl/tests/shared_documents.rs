//! Tests the rules with every available definition: one that AWS accepted must have no error, one that it rejected must
//! have one.
//!
//! The data is not in the repository. If it is missing, the tests print a note and pass.

use serde_json::Value;
use workflow_asl::document::MachineType;
use workflow_asl::{Code, Diagnostic, StateMachine, references, rules};
use workflow_cases::every;

use crate::shared;

use shared::{files, machine_type};

/// Checks a definition, and that reading and writing it changes nothing.
fn check(definition: &Value, kind: MachineType) -> Vec<Diagnostic> {
    let (machine, mut found) = StateMachine::read(definition);
    assert_eq!(machine.write().to_string(), definition.to_string(), "reading and writing must keep the text");
    found.extend(rules::check(&machine, kind));
    found
}

fn errors(definition: &Value, kind: MachineType) -> Vec<Diagnostic> {
    let mut found = check(definition, kind);
    found.retain(Diagnostic::is_error);
    found
}

/// The errors but for what AWS's APIs do not have, which `shared_apis.rs` reviews.
fn errors_of_asl(definition: &Value, kind: MachineType) -> Vec<String> {
    let found = errors(definition, kind);
    found.iter().filter(|found| !found.code.depends_on_table()).map(ToString::to_string).collect()
}

#[test]
fn machines_of_the_sdk_have_no_error() {
    for (path, definition) in files("seed-sdk") {
        // The other files there hold inputs and lists of cases.
        if definition["States"].is_object() {
            assert_eq!(errors(&definition, MachineType::Standard), [], "{}", path.display());
        }
    }
}

#[test]
fn definitions_that_ran_on_aws_have_no_error() {
    let mut count = 0;
    for (path, case) in files("conformance") {
        if case["kind"] == "execution" && case["provenance"] == "aws" && case["definition"].is_object() {
            count += 1;
            assert_eq!(errors(&case["definition"], machine_type(&case)), [], "{}", path.display());
        }
    }
    eprintln!("{count} definitions");
}

#[test]
fn verdicts_of_aws_are_matched() {
    for (path, case) in files("conformance") {
        if case["kind"] != "validation" || case["provenance"] != "aws" {
            continue;
        }
        let path = path.display();
        let found = match &case["definitionText"] {
            Value::String(text) => match serde_json::from_str(text) {
                Ok(definition) => check(&definition, machine_type(&case)),
                // Text that is no JSON is refused before there is a document.
                Err(_) => {
                    assert_eq!(case["expect"]["valid"], false, "{path}");
                    continue;
                }
            },
            _ => check(&case["definition"], machine_type(&case)),
        };
        let errors: Vec<_> = found.iter().filter(|found| found.is_error()).collect();
        assert_eq!(errors.is_empty(), case["expect"]["valid"] == true, "{path}: {errors:?}");
        for expected in case["expect"]["diagnostics"].as_array().into_iter().flatten() {
            let code = expected["code"].as_str();
            let location = expected["location"].as_str().unwrap_or("/");
            let matches = |found: &&&Diagnostic| {
                let at = found.pointer.to_aws_location();
                found.code.aws() == code
                    && (at == location || at.rsplit_once('/').is_some_and(|(parent, _)| parent == location))
            };
            assert!(errors.iter().find(matches).is_some(), "{path}: {expected} is not among {errors:?}");
        }
    }
}

/// Mistakes in real documents, by file, with the reason why each is one.
const REAL_MISTAKES: &[(&str, &str, &str)] = &[
    ("07af28e130f86d05", "`floe://http` is not a resource", "for another runner of ASL, not AWS"),
    ("07af28e130f86d05", "cannot be written to `$$.Credentials`", "an extension of that runner"),
    ("141e277017dfdc8e", "unknown function `States.Default`", "an invented function"),
    ("25a81f25df8f2aab", "`docker://", "for another runner of ASL, not AWS"),
    ("2729e497e44263c8", "`docker://", "for another runner of ASL, not AWS"),
    ("2729e497e44263c8", "cannot be written to `$$.Credentials`", "an extension of that runner"),
    ("2729e497e44263c8", "`Credentials` requires `RoleArn`", "an extension of that runner"),
    ("552f63700daee34d", "unknown state `NextState`", "cut out of documentation without its end"),
    ("5f20dee70bfb912f", "`arn:aws:swf:::task:Add`", "from the first days of ASL"),
    ("661bedd48373ccc2", "a choice rule needs", "an empty rule, left for a tool to fill"),
    ("6a5b02b5918cd4c8", "`REPLACE_WITH_YOUR_LAMBDA_ARN`", "to be replaced before use"),
    ("71d0433b82e4b393", "`REPLACE_WITH_YOUR_LAMBDA_ARN`", "to be replaced before use"),
    ("739fbfbad0229ce4", "`floe://log` is not a resource", "for another runner of ASL, not AWS"),
    ("76cb422e783a1721", "`docker://", "for another runner of ASL, not AWS"),
    ("76cb422e783a1721", "`Credentials` requires `RoleArn`", "an extension of that runner"),
    ("76cb422e783a1721", "two states are named `PassState`", "AWS wants names distinct everywhere"),
    ("7dd4ee8d0a2dae04", "unknown state", "its tools' states are left for a tool to add"),
    ("84d9f01950e5287b", "`Error_equals`", "misspelt fields"),
    ("84d9f01950e5287b", "`Interval_seconds`", "misspelt fields"),
    ("84d9f01950e5287b", "`Max_attempts`", "misspelt fields"),
    ("84d9f01950e5287b", "`Backoff_rate`", "misspelt fields"),
    ("84d9f01950e5287b", "needs `ErrorEquals`", "the misspelt field is the one that is needed"),
    ("9b6be355d22edd2f", "`Type` should have one of", "`Success` is no kind of state"),
    ("9b6be355d22edd2f", "`` is not a resource", "an empty resource"),
    ("9b6be355d22edd2f", "unknown state `WaitForHealthy`", "a transition to a state that was renamed"),
    ("9d8038952a4b0e1f", "`arn:aws:lambda:AWS_ACCOUNT:function:", "the region is missing"),
    ("a86e2cb43ffb58ab", "unknown state `Start`", "`StartAt` names no state"),
    ("b64cb09bf401299d", "expected value of type Array", "a word stands where a tool is to put rules"),
    ("bfe6bd61e98d9b82", "a path starts with '$'", "`ResultPath` without its `$`"),
    ("c2ad6883e7226977", "`REPLACE_WITH_YOUR_LAMBDA_ARN`", "to be replaced before use"),
    ("e18435236e1d2ecb", "/States/QueryLanguage", "`QueryLanguage` slipped into `States`"),
    ("e18435236e1d2ecb", "is only supported in JSONata", "so that every state is in JSONPath"),
    ("ed2f2e247fe58dc6", "expected value of type String", "targets that are objects"),
];

#[test]
fn real_documents_have_only_real_mistakes() {
    let mut problems = String::new();
    for (path, document) in files("corpus/definitions") {
        let name = path.to_string_lossy().replace(".json", "");
        for error in errors_of_asl(&document["definition"], MachineType::Standard) {
            if !REAL_MISTAKES.iter().any(|(file, part, _)| *file == name && error.contains(part)) {
                problems.push_str(&format!("{name}: {error}\n"));
            }
        }
    }
    assert_eq!(problems, "");
}

/// Loops of real documents that only ask, over and over, whether something is done: the file and the state.
const REAL_RUNAWAYS: &[(&str, &str)] =
    &[("163d18f7554c1130.json", "/States/GetExperiment (1)"), ("163d18f7554c1130.json", "/States/GetExperiment (2)")];

#[test]
fn loops_that_fill_the_history_are_rare_and_real() {
    let mut found = Vec::new();
    let mut read = std::collections::BTreeSet::new();
    for folder in ["corpus/definitions", "conformance", "seed-sdk"] {
        for (path, document) in files(folder) {
            let definition = if document["States"].is_object() { &document } else { &document["definition"] };
            if !definition["States"].is_object() {
                continue;
            }
            read.insert(path.display().to_string());
            let all = rules::check_definition(definition, machine_type(&document)).into_iter();
            let of_budget = all.filter(|finding| {
                use workflow_asl::Code::{OutlastsExecution, OutlastsTimeout, PayloadTooLarge, RunawayLoop};
                let codes = [OutlastsExecution, PayloadTooLarge, RunawayLoop, OutlastsTimeout];
                // What is recorded of timeouts is meant to time out.
                codes.contains(&finding.code) && !(finding.code == OutlastsTimeout && folder == "conformance")
            });
            found.extend(of_budget.map(|finding| (path.display().to_string(), finding.pointer.as_str().to_owned())));
        }
    }
    let expected = REAL_RUNAWAYS.iter().map(|(path, at)| ((*path).to_owned(), (*at).to_owned()));
    let mut expected: Vec<_> = expected.filter(|(path, _)| read.contains(path)).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn variable_references_are_those_that_aws_gives() {
    let mut count = 0;
    for (path, case) in files("conformance") {
        if case["kind"] != "variable-references" {
            continue;
        }
        count += 1;
        let (machine, _) = StateMachine::read(&case["definition"]);
        let given = references::variable_references(&machine).into_iter();
        let given: Value = given.map(|(state, names)| (state, Value::from_iter(names))).collect();
        let mut expected = case["expect"]["variableReferences"].clone();
        for names in expected.as_object_mut().into_iter().flat_map(|states| states.values_mut()) {
            let mut list: Vec<_> = names["$unorderedItems"].as_array().unwrap_or(&Vec::new()).clone();
            list.sort_by_key(|name| name.to_string());
            *names = list.into();
        }
        assert_eq!(given, expected, "{}", path.display());
    }
    eprintln!("{count} cases");
}

/// What another validator says otherwise than we do, and what AWS says to it: case, our finding where we have one
/// (empty where we have none), and the fact, by the section of the reference on Step Functions where it is recorded.
const UNLIKE_LINTERS: &[(&str, &str, &str)] = &[
    ("sl-backoff-with-backoffrate-decimal", "WF0501", NOT_AN_ARN),
    ("sl-backoff-with-backoffrate-integer", "WF0501", NOT_AN_ARN),
    ("sl-backoff-with-jitter-on-retry", "WF0501", NOT_AN_ARN),
    ("sl-states-encoding-decoding-intrinsic-functions", "WF0501", NOT_AN_ARN),
    ("sl-states-format-invocation", "WF0501", NOT_AN_ARN),
    ("sl-states-jsontostring-invocation", "WF0501", NOT_AN_ARN),
    ("sl-states-math-intrinsic-functions", "WF0501", NOT_AN_ARN),
    ("sl-states-string-intrinsic-functions", "WF0501", NOT_AN_ARN),
    ("sl-task-with-credentials", "WF0501", NOT_AN_ARN),
    ("sl-map-with-itemspath-context-object", "WF0121", NOT_A_TEMPLATE),
    ("sl-parallel-with-resultselector", "WF0121", NOT_A_TEMPLATE),
    ("sl-succeed-with-comment-in-catcher", "WF0124", "7.5: `Parameters field is required for resource ARN`, measured"),
    ("av-invalid-json-surround-syntax-extra-spaces", "", BLANKS),
    ("av-invalid-jsonata-surround-syntax-no-spaces", "", BLANKS),
    ("av-valid-assign", "WF0209", "11, 37: `INVALID_VARIABLE_NAME` for a hyphen, measured"),
    ("av-valid-map-with-item-batcher-jsonata", "WF0126", "11, 28: `'QueryLanguage' can not be 'JSONPath'`, recorded"),
    ("av-valid-task-credentials", "WF0501", "11, 22: the ARN is of SWF; 23: `RoleArn` is required, recorded"),
    (
        "av-valid-task-intrisic-function",
        "WF0121",
        "7.5: a resource is text; CloudFormation's functions are gone by then",
    ),
    ("av-valid-task-parameters", "WF0501", "11, 22: the ARN is of SWF"),
];
const NOT_AN_ARN: &str = "11, 22: `Value is not a valid resource ARN` for `foo:bar`, measured";
const NOT_A_TEMPLATE: &str = "2A.4: a payload template is an object";
const BLANKS: &str = "2B.1: an expression is what starts with `{%` and ends with `%}`, whatever the blanks inside";

#[test]
fn verdicts_of_other_validators_are_matched_but_where_aws_says_otherwise() {
    let (mut count, mut problems, mut met) = (0, String::new(), Vec::new());
    every(["conformance/lint-statelint", "conformance/lint-asl-validator"], |folder| {
        for (path, case) in files(folder) {
            let definition = match &case["definitionText"] {
                Value::String(text) => serde_json::from_str(text).ok(),
                _ => Some(case["definition"].clone()),
            };
            // Text that is no JSON has an error.
            let errors = definition
                .map_or_else(|| vec!["no JSON".to_owned()], |value| errors_of_asl(&value, machine_type(&case)));
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            count += 1;
            let alike = errors.is_empty() == (case["valid"] == true);
            let listed = UNLIKE_LINTERS.iter().find(|(case, ..)| *case == name);
            let expected = match listed {
                None => alike,
                Some((_, "", _)) => !alike && errors.is_empty(),
                Some((_, code, _)) => !alike && errors.iter().any(|error| error.contains(code)),
            };
            met.extend(listed.map(|(name, ..)| *name));
            if !expected {
                problems.push_str(&format!("{name}: theirs is {}, ours {errors:?}\n", case["valid"]));
            }
        }
    });
    assert_eq!(problems, "");
    if count > 0 {
        let gone: Vec<_> = UNLIKE_LINTERS.iter().map(|(name, ..)| *name).filter(|name| !met.contains(name)).collect();
        assert_eq!(gone, [""; 0], "listed, but there is no such case");
    }
    eprintln!("{count} verdicts, {} of them otherwise than ours", met.len());
}

/// The error handlers in real documents whose own errors are not caught, by file: every other task has a catcher of all
/// errors that leads there, and when the handler fails the execution fails with an error that is not the task's.
const UNCAUGHT_HANDLERS: &[(&str, &str)] = &[
    ("189b3893d126ad16", "Common Error Handler"),
    ("53d45d9899041a94", "Common Error Handler"),
    ("6e66330c98edd689", "SendErrorNotification"),
    ("ef8a85a155daff72", "Error"),
];

#[test]
fn error_handlers_of_real_documents() {
    let mut found: Vec<(String, String)> = Vec::new();
    let documents = files("corpus/definitions");
    let absent = documents.is_empty();
    for (path, document) in documents {
        let name = path.to_string_lossy().replace(".json", "");
        let handlers = check(&document["definition"], MachineType::Standard);
        let handlers = handlers.into_iter().filter(|found| found.code == Code::UncaughtHandler);
        found.extend(handlers.map(|found| (name.clone(), found.pointer.tokens().last().unwrap().to_string())));
    }
    let expected: Vec<_> =
        UNCAUGHT_HANDLERS.iter().map(|(file, state)| (file.to_string(), state.to_string())).collect();
    assert!(absent || found == expected, "{found:?}");
}

/// The codes of what is read of values, and of texts that are not what they seem.
const OF_VALUES: &[Code] = &[
    Code::AbsentValue,
    Code::UnlikeValue,
    Code::KnownAnswer,
    Code::ContextInInput,
    Code::UnlikeArn,
    Code::ReservedSource,
    Code::MixedArns,
    Code::TaskOutlastsTimeout,
];

/// What is wrong with values in the documents at hand, by a part of the file's name, with the number of findings.
const WRONG_VALUES: &[(&str, usize, &str)] = &[
    ("invalid-jsonpath-in-errorpath", 1, "the execution fails on AWS, which is the case"),
    ("invalid-jsonpath-in-causepath", 1, "the execution fails on AWS, which is the case"),
    ("map-state-items-eval-jsonata-variable-sampling-fail", 4, "the execution fails on AWS, which is the case"),
    ("map-state-items-variable-sampling", 3, "the execution fails on AWS, which is the case"),
    ("0e3f0a57a68d6df6", 1, "the items are numbers, so a caught error fails with States.ResultPathMatchFailure"),
    ("057895041d6d5568", 1, "the list is in `Executions`, so the shop never counts as full"),
    (
        "96e9616052c0c8cd",
        1,
        "the rule before takes every status but `completed`, so no experiment ever counts as failed",
    ),
];

#[test]
fn values_are_wrong_only_where_they_are() {
    let mut counts: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    let (mut problems, mut folders) = (String::new(), 0);
    for folder in ["corpus/definitions", "conformance"] {
        let cases = files(folder);
        folders += usize::from(cases.len() > 100);
        for (path, case) in cases.iter().filter(|(_, case)| case["definition"].is_object()) {
            let found = rules::check_definition(&case["definition"], machine_type(case));
            for found in found.iter().filter(|found| OF_VALUES.contains(&found.code)) {
                let name = path.display().to_string();
                match WRONG_VALUES.iter().find(|(part, ..)| name.contains(part)) {
                    Some((part, ..)) => *counts.entry(part).or_default() += 1,
                    None => problems.push_str(&format!("{name}: {found}\n")),
                }
            }
        }
    }
    assert_eq!(problems, "");
    if folders == 2 {
        every(WRONG_VALUES, |(part, count, _)| assert_eq!(counts.get(part), Some(count)));
    }
}
