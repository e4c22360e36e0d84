//! Compares the table with other sources about AWS: documentation re-keyed by hand, recorded executions, and state
//! machines that people wrote.

use std::fs;
use std::path::PathBuf;
use workflow_cases::every;

use serde_json::Value;
use workflow_recorded::data;
use workflow_services::{Integration, MachineType, Pattern, ResourceError, Service, Shape, Support, TaskResource};

/// Returns every JSON file below a folder, with its path.
fn documents(folder: PathBuf) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(document) = serde_json::from_slice(&fs::read(&path).unwrap_or_default()) {
                found.push((path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), document));
            }
        }
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    found
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

#[test]
fn documented_services_have_their_names() {
    let Some(path) = data("reference/services/supported-services.txt") else { return };
    let (mut live, mut retired) = (0, 0);
    for line in fs::read_to_string(path).unwrap().lines() {
        let mut words = line.split_whitespace();
        let (name, prefix) = (words.next().unwrap(), words.next().unwrap());
        let service = Service::find(name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(service.error_prefix(), prefix);
        assert!(service.is_documented());
        if service.is_retired() {
            retired += 1
        } else {
            live += 1
        }
        for unsupported in words.flat_map(|word| word.trim_start_matches('-').split(',')) {
            let name = unsupported[..1].to_lowercase() + &unsupported[1..];
            if let Some(operation) = service.operation(&name) {
                assert!(!operation.is_supported(), "{operation:?}");
            }
        }
    }
    assert_eq!((live, retired), (366, 23));
}

#[test]
fn integrations_are_as_documented() {
    let Some(path) = data("reference/services/optimised.json") else { return };
    let rows: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let patterns = ["rr", "sync", "sync:2", "token"].into_iter().zip(Pattern::ALL);
    assert_eq!(rows.as_array().unwrap().len(), Integration::all().count());
    for row in rows.as_array().unwrap() {
        let name = row["resource"].as_str().unwrap();
        let integration = Integration::find(name).unwrap_or_else(|| panic!("{name}"));
        // AWS's table and the service's own page contradict each other.
        let disputed = name.starts_with("eks:") || name.starts_with("bedrock:");
        let unverified = texts(&row["unverified"]);
        for (key, pattern) in patterns.clone() {
            every([("standard", MachineType::Standard), ("express", MachineType::Express)], |(machines, machine)| {
                let support = integration.support(pattern, machine);
                if disputed && key == "token" && machine == MachineType::Standard {
                    assert_eq!(support, Support::Unverified, "{name}");
                } else {
                    let wanted =
                        if texts(&row[machines]).contains(&key) { Support::Accepted } else { Support::Refused };
                    assert_eq!(support, wanted, "{name} {key} {machines}");
                }
            });
            // AWS's sample project for CodeBuild reads `$.Build.ReportArns` of it.
            let sample = (name, key) == ("codebuild:startBuild", "sync");
            assert_eq!(
                integration.output_verified(pattern),
                sample || !unverified.contains(&&*format!("output.{key}")),
                "{name} {key}"
            );
            for statement in row["iam"][key].as_array().into_iter().flatten() {
                let wanted = texts(&statement["a"]);
                assert!(
                    integration.iam(pattern).any(|found| found.actions().eq(wanted.iter().copied())),
                    "{name} {wanted:?}"
                );
            }
        }
        assert_eq!(integration.error_prefix(), row["error_prefix"].as_str().unwrap());
        assert_eq!(integration.errors_verified(), !unverified.contains(&"error_prefix"), "{name}");
        if let Some(base) = row["base_exception"].as_str() {
            let base = format!("{}.{base}", integration.error_prefix());
            assert!(integration.errors().any(|error| error.matches(&base)), "{name} {base}");
        }
    }
}

/// Collects the members of a value that its shape does not have, at any depth.
fn unknown(value: &Value, shape: Shape, path: &str, found: &mut Vec<String>) {
    match (value, shape) {
        (Value::Object(object), Shape::Structure(structure) | Shape::Union(structure)) => {
            for (name, value) in object {
                let dynamic = name.ends_with(".$");
                let path = format!("{path}.{}", name.trim_end_matches(".$"));
                match structure.member(name.trim_end_matches(".$")) {
                    Some(_) if dynamic => {}
                    Some(member) => unknown(value, member.shape, &path, found),
                    None => found.push(path),
                }
            }
        }
        (Value::Object(object), Shape::Map(map)) => {
            object.values().for_each(|value| unknown(value, map.value(), path, found));
        }
        (Value::Array(array), Shape::List(list)) => {
            array.iter().for_each(|value| unknown(value, list.element(), path, found));
        }
        _ => {}
    }
}

#[test]
fn what_is_unknown_is_found_at_any_depth() {
    let task = TaskResource::parse_integration("aws-sdk:s3:deleteObjects").unwrap();
    let objects = serde_json::json!([{ "Key.$": "$.key" }, { "Kee": "k" }]);
    let parameters = serde_json::json!({ "Bukket": "b", "Bucket.$": "$.b", "Delete": { "Objects": objects } });
    let mut found = Vec::new();
    unknown(&parameters, task.input(), "", &mut found);
    found.sort();
    assert_eq!(found, [".Bukket", ".Delete.Objects.Kee"]);
}

/// Collects every object in a value, including the value itself.
fn objects<'a>(value: &'a Value, found: &mut Vec<&'a serde_json::Map<String, Value>>) {
    match value {
        Value::Object(object) => {
            found.push(object);
            object.values().for_each(|value| objects(value, found));
        }
        Value::Array(array) => array.iter().for_each(|value| objects(value, found)),
        _ => {}
    }
}

#[test]
fn what_aws_answered_is_possible() {
    let Some(folder) = data("conformance") else { return };
    let (mut outputs, mut errors, mut impossible) = (0, 0, Vec::new());
    for (name, case) in documents(folder) {
        if case["provenance"] != "aws" {
            continue;
        }
        for mock in case["mocks"].as_array().into_iter().flatten() {
            let Ok(task) = TaskResource::parse(mock["resource"].as_str().unwrap_or_default()) else { continue };
            if task.pattern().is_none() {
                continue;
            }
            for result in mock["results"].as_array().into_iter().flatten() {
                let mut found = Vec::new();
                if let Some(output) = result.get("output") {
                    outputs += 1;
                    unknown(output, task.output(), "", &mut found);
                }
                if let Some(request) = result.get("request") {
                    unknown(request, task.input(), "", &mut found);
                }
                if let Some(error) = result["error"].as_str().filter(|error| !error.starts_with("States.")) {
                    errors += 1;
                    if !task.raises_any() && !task.errors().any(|known| known.matches(error)) {
                        found.push(error.to_owned());
                    }
                }
                impossible.extend(found.into_iter().map(|what| format!("{name}: {} {what}", mock["resource"])));
            }
        }
    }
    eprintln!("{outputs} outputs and {errors} errors of integrations");
    assert!(outputs > 15 && errors > 3, "{outputs} {errors}");
    assert_eq!(impossible, [] as [String; 0]);
}

#[test]
fn what_people_wrote_is_known() {
    let Some(folder) = data("corpus/definitions") else { return };
    let (mut tasks, mut members, mut wrong) = (0, 0, Vec::new());
    for (name, document) in documents(folder) {
        let mut all = Vec::new();
        objects(&document, &mut all);
        for state in all.iter().filter(|state| state.get("Type") == Some(&"Task".into())) {
            let Some(resource) = state.get("Resource").and_then(Value::as_str) else { continue };
            tasks += 1;
            match TaskResource::parse(resource) {
                // Placeholders of all kinds, and resources of other engines.
                Err(ResourceError::Malformed) => {}
                Err(error) => wrong.push(format!("{name}: {resource}: {error}")),
                Ok(task) => {
                    let mut found = Vec::new();
                    let parameters = ["Parameters", "Arguments"].iter().find_map(|field| state.get(*field));
                    unknown(parameters.unwrap_or(&Value::Null), task.input(), "", &mut found);
                    if let Some((Value::Object(given), input)) = parameters.zip(task.input().structure()) {
                        members += given.len();
                        let required = input.members().filter(|member| member.required);
                        let is_given = |name: &str| given.keys().any(|key| key.trim_end_matches(".$") == name);
                        found.extend(
                            required
                                .filter(|member| !is_given(member.name))
                                .map(|member| format!("no {}", member.name)),
                        );
                    }
                    wrong.extend(found.into_iter().map(|what| format!("{name}: {resource}: {what}")));
                }
            }
        }
    }
    eprintln!("{tasks} tasks, {members} parameters");
    assert!(tasks > 1_000 && members > 1_500, "{tasks} {members}");
    // AppSync takes GraphQL at an endpoint of its own: its API has no such operation.
    wrong.retain(|wrong| !wrong.ends_with("aws-sdk:appsync:graphql: the service `appsync` has no operation `graphql`"));
    assert_eq!(wrong, [] as [String; 0]);
}
