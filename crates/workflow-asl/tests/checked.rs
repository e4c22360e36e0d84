//! Tests the definitions that cannot be run although they are valid: placeholders stand for values that must be known.

use serde_json::{Value, json};
use workflow_asl::checked::{CheckedMachine, CheckedValue};
use workflow_asl::document::MachineType;
use workflow_asl::rules::{check_definition, check_to_run};
use workflow_asl::{Code, Diagnostic, Pointer};

fn machine(state: Value) -> Value {
    json!({ "StartAt": "S", "States": { "S": state, "End": { "Type": "Succeed" } } })
}

fn checked(definition: &Value) -> (Option<CheckedMachine>, Vec<Diagnostic>) {
    check_to_run(definition, MachineType::Standard)
}

#[test]
fn placeholders_stand_only_where_text_may() {
    let task = |more: Value| {
        let mut task = json!({ "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "End",
            "Parameters": { "FunctionName": "${Function}" } });
        task.as_object_mut().unwrap().append(&mut more.as_object().unwrap().clone());
        machine(task)
    };
    let choice = |rule: Value| machine(json!({ "Type": "Choice", "Choices": [rule], "Default": "End" }));
    let jsonata = |mut state: Value| {
        state["QueryLanguage"] = json!("JSONata");
        machine(state)
    };
    for (definition, at) in [
        (json!({ "StartAt": "${First}", "States": { "End": { "Type": "Succeed" } } }), "/StartAt"),
        (machine(json!({ "Type": "${Type}", "Next": "End" })), "/States/S/Type"),
        (machine(json!({ "Type": "Pass", "Next": "${Next}" })), "/States/S/Next"),
        (machine(json!({ "Type": "Pass", "End": "${Last}" })), "/States/S/End"),
        (machine(json!({ "Type": "Pass", "InputPath": "${Path}", "Next": "End" })), "/States/S/InputPath"),
        (machine(json!({ "Type": "Pass", "Parameters": "${Given}", "Next": "End" })), "/States/S/Parameters"),
        (
            machine(json!({ "Type": "Pass", "Parameters": { "a": [{ "b.$": "${Path}" }] }, "Next": "End" })),
            "/States/S/Parameters/a/0/b.$",
        ),
        (
            machine(json!({ "Type": "Pass", "Parameters": { "b.$": "States.MathAdd(${By}, 1)" }, "Next": "End" })),
            "/States/S/Parameters/b.$",
        ),
        (machine(json!({ "Type": "Wait", "Seconds": "${Delay}", "Next": "End" })), "/States/S/Seconds"),
        (
            json!({ "StartAt": "S", "States": { "S": { "Type": "Fail", "ErrorPath": "${Path}" } } }),
            "/States/S/ErrorPath",
        ),
        (task(json!({ "Retry": "${Retry}" })), "/States/S/Retry"),
        (task(json!({ "Retry": ["${Retry}"] })), "/States/S/Retry/0"),
        (
            task(json!({ "Retry": [{ "ErrorEquals": ["States.ALL"], "MaxAttempts": "${Most}" }] })),
            "/States/S/Retry/0/MaxAttempts",
        ),
        (task(json!({ "Catch": [{ "ErrorEquals": "${Errors}", "Next": "End" }] })), "/States/S/Catch/0/ErrorEquals"),
        (choice(json!({ "Variable": "${Path}", "IsNull": true, "Next": "End" })), "/States/S/Choices/0/Variable"),
        (
            choice(json!({ "Variable": "$.a", "NumericEquals": "${N}", "Next": "End" })),
            "/States/S/Choices/0/NumericEquals",
        ),
        (choice(json!({ "Variable": "$.a", "IsNull": "${N}", "Next": "End" })), "/States/S/Choices/0/IsNull"),
        (jsonata(json!({ "Type": "Wait", "Seconds": "${Delay}", "Next": "End" })), "/States/S/Seconds"),
        (jsonata(json!({ "Type": "Pass", "Output": "{% ${Value} %}", "Next": "End" })), "/States/S/Output"),
        (
            jsonata(
                json!({ "Type": "Choice", "Choices": [{ "Condition": "${Test}", "Next": "End" }], "Default": "End" }),
            ),
            "/States/S/Choices/0/Condition",
        ),
    ] {
        let errors = |found: Vec<Diagnostic>| -> Vec<_> {
            found.into_iter().filter(Diagnostic::is_error).map(|one| one.pointer.as_str().to_owned()).collect()
        };
        assert_eq!(errors(check_definition(&definition, MachineType::Standard)), [""; 0], "{definition}");
        let (machine, found) = checked(&definition);
        assert!(machine.is_none(), "{definition}");
        assert_eq!(errors(found), [at], "{definition}");
    }
    assert!(checked(&task(json!({ "TimeoutSeconds": 5, "Comment": "${Anything}" }))).0.is_some());
}

#[test]
fn values_are_parsed_by_the_forms_of_their_fields() {
    let definition = json!({ "StartAt": "S", "States": {
        "End": { "Type": "Succeed" },
        "S": { "Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2, "Next": "End",
            "ItemSelector": { "plain": [1, { "b": 2 }], "id.$": "$.id", "call.$": "States.UUID()" },
            "ItemProcessor": { "StartAt": "Last", "States": {
                "First": { "Type": "Pass", "QueryLanguage": "JSONata", "Output": { "a": ["{% 1 %}"], "b": 1 }, "End": true },
                "Last": { "Type": "Choice", "Choices": [
                    { "And": [{ "Variable": "$.a", "NumericEqualsPath": "$.b" }], "Next": "First" }], "Default": "First" } } } },
    } });
    let machine = checked(&definition).0.unwrap();
    let at = |path: &str| path.split('/').skip(1).fold(Pointer::root(), |at, name| at.child(name));
    let object = |path: &str| machine.object(&at(path));
    assert_eq!(object("").target("StartAt"), Some(1));
    let map = object("/States/S");
    assert_eq!((map.target("Next"), map.path("ItemsPath").unwrap().source()), (Some(0), "$.items"));
    assert!(matches!(map.get("MaxConcurrency"), Some(CheckedValue::Literal(two)) if *two == 2));
    let Some(CheckedValue::Object(members)) = map.get("ItemSelector") else { panic!("{map:?}") };
    assert!(matches!(&members[0], (name, CheckedValue::Literal(Value::Array(_))) if name == "plain"));
    assert!(matches!(&members[1], (name, CheckedValue::Path(_)) if name == "id"));
    assert!(matches!(&members[2], (name, CheckedValue::Intrinsic(_)) if name == "call"));
    assert_eq!(object("/States/S/ItemProcessor").target("StartAt"), Some(1));
    let inner = "/States/S/ItemProcessor/States";
    let Some(CheckedValue::Object(members)) = object(&format!("{inner}/First")).get("Output") else { panic!() };
    let (CheckedValue::Array(items), CheckedValue::Literal(_)) = (&members[0].1, &members[1].1) else { panic!() };
    assert!(matches!(&items[0], CheckedValue::Jsonata(expression) if expression.source == "1"));
    assert_eq!(object(&format!("{inner}/Last/Choices/0")).target("Next"), Some(0));
    let compared = object(&format!("{inner}/Last/Choices/0/And/0"));
    assert_eq!(compared.path("NumericEqualsPath").unwrap().source(), "$.b");
}

#[test]
fn a_placeholder_in_code_is_unknown_until_the_definition_is_to_run() {
    let jsonata = |code: &str| json!({"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Pass", "Output": code, "End": true}}});
    let computed = |code: &str| json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {"x.$": code}, "End": true}}});
    let path = |code: &str| json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "InputPath": code, "End": true}}});
    for placeholder in ["${X}", "${Stack.Table}", "#{X}", "{{ x }}", "__x__"] {
        let unknown = [
            jsonata(&format!("{{% {placeholder} = true %}}")),
            jsonata(&format!("{{% $sum([1, {placeholder}]) & 'a' %}}")),
            jsonata(&format!("{{% {placeholder}")),
            computed(placeholder),
            computed(&format!("States.MathAdd({placeholder}, 1)")),
            path(placeholder),
        ];
        for definition in unknown {
            assert_eq!(check_definition(&definition, MachineType::Standard), [], "{definition}");
            let (machine, found) = check_to_run(&definition, MachineType::Standard);
            assert!(machine.is_none() && found.len() == 1, "{definition} {found:?}");
            assert!(found[0].message().contains(placeholder), "{definition} {found:?}");
            let given = found[0].help().is_some_and(|help| help.contains("--param"));
            assert_eq!(given, placeholder.starts_with('$'), "{found:?}");
        }
        let wrong = jsonata(&format!("{{% $summ({placeholder}) + $states.inptu %}}"));
        let codes: Vec<_> = check_definition(&wrong, MachineType::Standard).iter().map(|found| found.code).collect();
        assert_eq!(codes, [Code::UnsupportedJsonata, Code::UnknownFunction], "{wrong}");
    }
    // Two comparisons are no placeholder.
    let wrong = check_definition(&jsonata("{% 1 < 2 and 3 > %}"), MachineType::Standard);
    assert_eq!(wrong.iter().map(|found| found.code).collect::<Vec<_>>(), [Code::BadJsonata]);
}
