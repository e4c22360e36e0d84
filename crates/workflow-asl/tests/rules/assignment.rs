//! Tests the rules on variables that are used before they are assigned.

use super::*;

use Code::{MaybeUnassigned, UnassignedVariable, VariableOutOfScope};

/// `A`, then what is given, which ends with `Z`.
fn chain(first: Value, then: Value) -> Value {
    let mut states = json!({"A": first, "Z": {"Type": "Succeed"}});
    for (name, state) in then.as_object().unwrap() {
        states[name] = state.clone();
    }
    json!({"StartAt": "A", "States": states})
}

fn assigning(variables: Value, next: &str) -> Value {
    json!({"Type": "Pass", "Assign": variables, "Next": next})
}

fn reading(path: &str, next: &str) -> Value {
    json!({"Type": "Pass", "Parameters": {"v.$": path}, "Next": next})
}

#[test]
fn a_variable_is_assigned_before_it_is_read() {
    let at = "/States/B/Parameters/v.$";
    expect(&[
        (chain(assigning(json!({"x": 1}), "B"), json!({"B": reading("$x.a", "Z")})), &[]),
        (chain(assigning(json!({"x.$": "$.x"}), "B"), json!({"B": reading("States.Array($x)", "Z")})), &[]),
        (chain(assigning(json!({"x": 1}), "B"), json!({"B": reading("$y", "Z")})), &[(UnassignedVariable, at)]),
        // What a state assigns counts after it.
        (
            chain(assigning(json!({"x.$": "$.a", "y.$": "$x"}), "Z"), json!({})),
            &[(UnassignedVariable, "/States/A/Assign/y.$")],
        ),
        // So it does where the state is come back to.
        (
            chain(
                assigning(json!({"n": 0}), "B"),
                json!({"B": {"Type": "Pass", "Assign": {"n.$": "States.MathAdd($n, 1)"}, "Next": "C"},
                "C": {"Type": "Choice", "Choices": [{"Variable": "$n", "NumericLessThan": 3, "Next": "B"}], "Default": "Z"}}),
            ),
            &[],
        ),
        // Nothing is known where a placeholder may assign it.
        (chain(json!({"Type": "Pass", "Assign": "${A}", "Next": "B"}), json!({"B": reading("$y", "Z")})), &[]),
        (chain(assigning(json!({"${V}": 1}), "B"), json!({"B": reading("$y", "Z")})), &[]),
    ]);
}

#[test]
fn every_path_assigns_it() {
    let fork = |rule: Value, state: Value, otherwise: &str, read: &str| {
        chain(
            json!({"Type": "Choice", "Assign": state, "Default": otherwise,
                "Choices": [{"Variable": "$.a", "IsNull": true, "Assign": rule, "Next": "B"}]}),
            json!({"B": {"Type": "Pass", "Next": "C"}, "C": reading(read, "Z"), "D": assigning(json!({"d": 1}), "C")}),
        )
    };
    let at = "/States/C/Parameters/v.$";
    let (one, no) = (json!({"x": 1}), json!({}));
    let unreached = (Code::UnreachableState, "/States/D");
    expect(&[
        (fork(one.clone(), one.clone(), "D", "$x"), &[]),
        (fork(one.clone(), one.clone(), "C", "$x"), &[unreached]),
        (fork(one.clone(), no.clone(), "D", "$x"), &[(MaybeUnassigned, at)]),
        // The rule's own replaces the state's.
        (fork(no.clone(), one, "D", "$x"), &[(MaybeUnassigned, at)]),
        (fork(no.clone(), no.clone(), "D", "$d"), &[(MaybeUnassigned, at)]),
    ]);
    let caught = |catcher: Value| {
        let end = json!({"ErrorEquals": ["States.ALL"], "Assign": catcher, "Next": "B"});
        let task = json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f", "Assign": {"x": 1}, "Catch": [end], "Next": "B"});
        chain(task, json!({"B": reading("$x", "Z")}))
    };
    expect(&[
        (caught(json!({"x": 2})), &[]),
        (caught(json!({"e": 2})), &[(MaybeUnassigned, "/States/B/Parameters/v.$")]),
    ]);
    // Who asks first knows.
    let asks = chain(
        json!({"Type": "Choice", "Choices": [{"Variable": "$x", "IsPresent": true, "Next": "C"}], "Default": "B"}),
        json!({"B": assigning(json!({"x": 1}), "A"), "C": reading("$x", "Z")}),
    );
    expect(&[(asks, &[])]);
}

#[test]
fn in_jsonata_a_missing_variable_may_be_meant() {
    let pass = |output: &str| jsonata(chain(json!({"Type": "Pass", "Output": output, "Next": "Z"}), json!({})));
    let at = "/States/A/Output";
    expect(&[
        (pass("{% $x %}"), &[(MaybeUnassigned, at)]),
        (pass("{% $exists($x) ? $x : 1 %}"), &[]),
        (pass("{% ($x := 1; $x + $sum([1])) %}"), &[]),
        (pass("{% $map([1], $string) %}"), &[]),
        (pass("{% $map([1], function($v) { $v + $w }) %}"), &[(MaybeUnassigned, at)]),
    ]);
    let loops = jsonata(json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Assign": {"n": "{% $exists($n) ? $n + 1 : 0 %}"}, "Next": "B"},
        "B": {"Type": "Choice", "Choices": [{"Condition": "{% $n < 3 %}", "Next": "A"}], "Default": "Z"},
        "Z": {"Type": "Succeed"}}}));
    expect(&[(loops, &[])]);
}

#[test]
fn scopes_see_what_is_around_them() {
    let inside = |before: Value, inner: Value, config: Value, after: Value| {
        chain(
            assigning(before, "M"),
            json!({"M": {"Type": "Map", "Next": "Y", "ItemProcessor": {"ProcessorConfig": config, "StartAt": "I",
                "States": {"I": {"Type": "Pass", "Assign": inner, "End": true}}}}, "Y": after}),
        )
    };
    let inline = json!({"Mode": "INLINE"});
    let distributed = json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
    let end = json!({"Type": "Pass", "Next": "Z"});
    let (x, read) = (json!({"x": 1}), json!({"y.$": "$x"}));
    let at = "/States/M/ItemProcessor/States/I/Assign/y.$";
    expect(&[
        (inside(x.clone(), read.clone(), inline.clone(), end.clone()), &[]),
        (inside(json!({}), read.clone(), inline.clone(), end.clone()), &[(UnassignedVariable, at)]),
        (inside(x.clone(), read.clone(), distributed.clone(), end.clone()), &[(VariableOutOfScope, at)]),
        (
            inside(json!({}), json!({"y": 1}), inline, reading("$y", "Z")),
            &[(UnassignedVariable, "/States/Y/Parameters/v.$")],
        ),
    ]);
    // The map's own fields see them.
    let mut selects = inside(x, json!({}), distributed, end);
    selects["States"]["M"]["ItemSelector"] = json!({"v.$": "$x"});
    expect(&[(selects, &[])]);
    // A branch does not see another's.
    let branch = |name: &str, state: Value| json!({"StartAt": name, "States": {name: state}});
    let both = chain(
        json!({"Type": "Parallel", "Next": "Z", "Branches": [
            branch("P", json!({"Type": "Pass", "Assign": {"p": 1}, "End": true})),
            branch("Q", json!({"Type": "Pass", "InputPath": "$p", "End": true}))]}),
        json!({}),
    );
    expect(&[(both, &[(UnassignedVariable, "/States/A/Branches/1/States/Q/InputPath")])]);
}

#[test]
fn messages_name_the_way_out() {
    let help = |definition: &Value| {
        let found = check_definition(definition, MachineType::Standard);
        found.first().map(|one| format!("{} | {}", one.message(), one.help().clone().unwrap_or_default())).unwrap()
    };
    assert_eq!(
        help(&chain(assigning(json!({"total": 1}), "B"), json!({"B": reading("$totl", "Z")}))),
        "no state assigns `$totl` | did you mean `$total`?"
    );
    assert_eq!(
        help(&chain(assigning(json!({"x.$": "$.a", "y.$": "$x"}), "Z"), json!({}))),
        "no state before `A` assigns `$x` | assignments of a state take effect in the next state"
    );
}

#[test]
fn thousands_of_variables_and_states() {
    let mut states = serde_json::Map::new();
    for i in 0..4000 {
        let mut state = assigning(json!({format!("v{i}.$"): "$.a"}), &format!("S{}", i + 1));
        if i > 0 {
            state["InputPath"] = format!("$v{}", i / 2).into();
        }
        states.insert(format!("S{i}"), state);
    }
    states.insert("S4000".to_owned(), json!({"Type": "Pass", "InputPath": "$v3999", "End": true}));
    let definition = json!({"StartAt": "S0", "States": states});
    assert_eq!(found(&definition, MachineType::Standard), []);
}
