//! Verdicts on what the rules and their types know of both definitions.

use serde_json::{Value, json};
use workflow_asl::rules::Annotations;
use workflow_plan::{Machine, Plan, Verdict, plan, plan_annotated};

fn one(state: Value) -> Value {
    json!({"StartAt": "A", "QueryLanguage": "JSONata", "States": {"A": state}})
}

fn output(output: &str) -> Value {
    one(json!({"Type": "Pass", "Output": {"sum": output}, "End": true}))
}

fn one_x(output: &str) -> Value {
    one(json!({"Type": "Pass", "Output": {"x": output}, "End": true}))
}

fn request(sum: &str) -> Value {
    one(json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
        "Arguments": {"FunctionName": "f", "Payload": {"sum": sum}}, "Output": {}}))
}

#[track_caller]
fn judged(old: &Value, new: &Value, verdict: Verdict) -> Plan {
    let plan = plan(&Machine::new(old.clone()), &Machine::new(new.clone()));
    assert_eq!(plan.verdict(), verdict, "{}", plan.to_text());
    plan
}

/// Asserts that a rule reports something, in these words.
#[track_caller]
fn says(plan: &Plan, rule: &str, words: &str) {
    let found = plan.findings.iter().find(|finding| finding.rule.id == rule);
    assert!(found.is_some_and(|found| found.reason.contains(words)), "{rule} {words}\n{:#}", plan.to_json());
}

#[track_caller]
fn is_silent(plan: &Plan, rules: &[&str]) {
    let found = plan.findings.iter().find(|finding| rules.contains(&finding.rule.id));
    assert!(found.is_none(), "{:#}", plan.to_json());
}

const NUMBER: &str = "{% $number($states.input.sum) %}";
const TEXT: &str = "{% $string($states.input.sum) %}";

#[test]
fn another_type_breaks_the_reader_and_both_types_are_named() {
    let of_output = judged(&output(NUMBER), &output(TEXT), Verdict::Breaking);
    says(&of_output, "output-type-changed", "`sum`: `number` -> `string`");
    let of_request = judged(&request(NUMBER), &request(TEXT), Verdict::Breaking);
    says(&of_request, "request-type-changed", "`Payload.sum`: `number` -> `string`");
    // A part of a value that is computed as a whole.
    let merged = |sum: &str| output(&format!("{{% $merge([$states.input.x, {{'of': {sum}}}]) %}}"));
    let of_part = judged(&merged("1"), &merged("'1'"), Verdict::Breaking);
    says(&of_part, "output-type-changed", "`sum.of`: `1` -> `\"1\"`");
}

#[test]
fn a_parameter_that_aws_reads_itself_may_have_another_type() {
    let task = |count: Value| {
        one(
            json!({"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sqs:receiveMessage", "End": true, "Output": {},
            "Arguments": {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/1/q", "MaxNumberOfMessages": count}}),
        )
    };
    let plan = judged(&task(json!(1)), &task(json!("{% $string(1) %}")), Verdict::Careful);
    says(&plan, "request-may-differ", "`MaxNumberOfMessages`: `1` -> `string`");
    is_silent(&plan, &["request-type-changed", "request-source-changed"]);
}

#[test]
fn values_of_the_same_type_are_not_called_unknown() {
    let other = output("{% $number($states.input.sum) + 1 %}");
    let same = judged(&output(NUMBER), &other, Verdict::Compatible);
    says(&same, "output-value-changed", "`sum`");
    is_silent(&same, &["output-source-changed"]);
    let unknown = judged(&output(NUMBER), &output("{% $states.input.sum %}"), Verdict::Careful);
    says(&unknown, "output-source-changed", "the definitions do not show it");
}

#[test]
fn what_only_the_newer_definition_has_wrong_is_reported_once() {
    let unassigned = output("{% $nothing %}");
    let assigned = one(json!({"Type": "Pass", "Assign": {"nothing": 1}, "Next": "B"}));
    let read = |assigned: &Value, name: &str| {
        let mut made = assigned.clone();
        made["States"]["B"] = json!({"Type": "Pass", "Output": format!("{{% ${name} %}}"), "End": true});
        made
    };
    let plan = judged(&read(&assigned, "nothing"), &read(&assigned, "other"), Verdict::Breaking);
    says(&plan, "new-error", "WF0411: no state assigns `$other`");
    let both = judged(&unassigned, &output("{% $nothing & '' %}"), Verdict::Careful);
    is_silent(&both, &["new-error"]);
    // The same finding in a state that was renamed, at the same place.
    let mut renamed = unassigned.clone();
    let state = renamed["States"].as_object_mut().and_then(|states| states.shift_remove("A"));
    renamed["States"]["Renamed"] = state.unwrap_or_default();
    renamed["StartAt"] = json!("Renamed");
    is_silent(&judged(&unassigned, &renamed, Verdict::Compatible), &["new-error", "new-warning"]);
}

#[test]
fn a_call_that_fails_breaks_and_a_rule_that_never_matches_does_not() {
    let sums = |left: &str| output(&format!("{{% {left} + 1 %}}"));
    says(&judged(&sums("1"), &sums("$string(1)"), Verdict::Breaking), "new-error", "WF0412");
    let choice = |value: &str, default: Option<&str>| {
        json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": {"kind": "small"}, "Next": "B"},
            "B": {"Type": "Choice", "Choices": [{"Variable": "$.kind", "StringEquals": value, "Next": "C"}],
                "Default": default}, "C": {"Type": "Succeed"}}})
    };
    let never = judged(&choice("small", Some("C")), &choice("large", Some("C")), Verdict::Careful);
    says(&never, "new-warning", "WF0420: this is never true");
    let mut without = choice("large", None);
    without["States"]["B"].as_object_mut().unwrap().shift_remove("Default");
    says(&judged(&choice("small", Some("C")), &without, Verdict::Breaking), "new-error", "WF0420");
}

#[test]
fn branches_that_swap_are_named_once() {
    let parallel = |branches: [&str; 2], result: Value| {
        let branch = |name: &&str| {
            let state = json!({"Type": "Pass", "Result": {*name: 1}, "End": true});
            json!({"StartAt": name, "States": {*name: state}})
        };
        let branches: Vec<_> = branches.iter().map(branch).collect();
        json!({"StartAt": "P", "States": {"P": {"Type": "Parallel", "Branches": branches, "ResultPath": result, "End": true}}})
    };
    let swapped = judged(&parallel(["A", "B"], json!("$")), &parallel(["B", "A"], json!("$")), Verdict::Breaking);
    says(&swapped, "branches-swapped", "[1] is now [0], [0] is now [1]");
    says(&swapped, "output-order-changed", "the whole: [1] is now [0], [0] is now [1]");
    is_silent(&swapped, &["branches-changed", "output-removed", "output-added", "state-moved"]);
    let unread = judged(&parallel(["A", "B"], Value::Null), &parallel(["B", "A"], Value::Null), Verdict::Compatible);
    says(&unread, "branches-changed", "their results are not kept");
}

#[test]
fn a_renamed_map_costs_the_same() {
    let map = |name: &str| {
        json!({"StartAt": name, "States": {name: {"Type": "Map", "End": true,
            "ItemProcessor": {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": true}}}}}})
    };
    is_silent(&judged(&map("Each"), &map("All"), Verdict::Compatible), &["cost-changed"]);
}

#[test]
fn a_variable_that_is_gone_is_not_another_source() {
    let sends = |assigned: Value| {
        json!({"StartAt": "A", "QueryLanguage": "JSONata", "States": {
            "A": {"Type": "Pass", "Assign": assigned, "Next": "B"},
            "B": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
                "Arguments": {"FunctionName": "f", "Payload": {"id": "{% $id %}"}}}}})
    };
    let plan = judged(&sends(json!({"id": 1})), &sends(json!({"other": 1})), Verdict::Breaking);
    says(&plan, "new-error", "no state assigns `$id`");
    is_silent(&plan, &["request-source-changed"]);
}

#[test]
fn a_value_with_another_form_on_one_path_is_not_called_unknown() {
    let looping = |count: Value| {
        json!({"StartAt": "Count", "States": {
            "Count": {"Type": "Pass", "Result": {"count": count}, "Next": "Send"},
            "Send": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": "f", "Payload": {"count.$": "$.count"}},
                "ResultSelector": {"count.$": "$.StatusCode"}, "Next": "Again"},
            "Again": {"Type": "Choice", "Choices": [{"Variable": "$.count", "NumericEquals": 500, "Next": "Send"}], "Default": "Done"},
            "Done": {"Type": "Succeed"}}})
    };
    let plan = judged(&looping(json!(1)), &looping(json!("1")), Verdict::Careful);
    says(&plan, "request-may-differ", "`Payload.count`: `number >= 1 and <= 500` -> `string`");
    is_silent(&plan, &["request-source-changed"]);
}

/// A choice between a task and nothing.
fn choice(rules: Value) -> Value {
    let other = if rules.to_string().contains("Other") { "Other" } else { "Call" };
    let call = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "f", "Payload": {}}, "Next": "Done"});
    let next = if other == "Call" { call } else { json!({"Type": "Pass", "Next": "Done"}) };
    json!({"StartAt": "A", "States": {"A": {"Type": "Choice", "Choices": rules, "Default": "Done"}, other: next,
        "Done": {"Type": "Succeed"}}})
}

fn jsonata_choice(condition: &str) -> Value {
    let mut made = choice(json!([{"Condition": format!("{{% {condition} %}}"), "Next": "Call"}]));
    made["QueryLanguage"] = json!("JSONata");
    let parameters = made["States"]["Call"].as_object_mut().and_then(|state| state.shift_remove("Parameters"));
    made["States"]["Call"]["Arguments"] = parameters.unwrap_or_default();
    made
}

fn above(number: i64, next: &str) -> Value {
    choice(json!([{"Variable": "$.total", "NumericGreaterThan": number, "Next": next}]))
}

#[test]
fn a_condition_says_which_inputs_go_elsewhere() {
    let narrowed = judged(&above(50, "Call"), &above(100, "Call"), Verdict::Careful);
    let words =
        "if `$.total` is above `50` and up to `100` (`75`, for example), it now leads to `Done` instead of `Call`";
    says(&narrowed, "choice-leads-elsewhere", words);
    let widened = judged(&above(100, "Call"), &above(50, "Call"), Verdict::Careful);
    says(&widened, "choice-leads-elsewhere", "it now leads to `Call` instead of `Done`");
    // No other task runs on the other way.
    let harmless = judged(&above(50, "Other"), &above(100, "Other"), Verdict::Compatible);
    says(&harmless, "choice-changed", "it now leads to `Done` instead of `Other`");
}

#[test]
fn conditions_of_jsonata_are_evaluated_too() {
    let of = |old: &str, new: &str| judged(&jsonata_choice(old), &jsonata_choice(new), Verdict::Careful);
    let total = of("$states.input.total > 50", "$states.input.total >= 50");
    says(
        &total,
        "choice-leads-elsewhere",
        "if `$states.input.total` is `50`, it now leads to `Call` instead of `Done`",
    );
    let kind = of("$states.input.kind in ['a', 'b']", "$states.input.kind = 'a'");
    says(
        &kind,
        "choice-leads-elsewhere",
        "if `$states.input.kind` is `\"b\"`, it now leads to `Done` instead of `Call`",
    );
    let absent = of("$exists($states.input.x)", "$not($exists($states.input.x))");
    says(&absent, "choice-leads-elsewhere", "if `$states.input.x` is absent, it now leads to `Call`");
    let two = of("$states.input.a = 1 and $states.input.b", "$states.input.a = 1");
    says(&two, "choice-leads-elsewhere", "for example, if `$states.input.a` is `1` and `$states.input.b` is `false`");
    // What is not computed is only said to have changed.
    let (old, new) = ("$count($states.input.xs) > 1", "$count($states.input.xs) > 2");
    let unknown = judged(&jsonata_choice(old), &jsonata_choice(new), Verdict::Compatible);
    says(&unknown, "choice-changed", "rules: 1 removed, 1 added");
}

#[test]
fn every_operator_is_tried_at_its_operand() {
    let of = |old: Value, new: Value| {
        let rules = |mut rule: Value| {
            rule["Next"] = json!("Call");
            choice(json!([rule]))
        };
        judged(&rules(old), &rules(new), Verdict::Careful)
    };
    let x = |operator: &str, operand: Value| json!({"Variable": "$.x", operator: operand});
    for (old, new, example) in [
        (x("StringMatches", json!("a*")), x("StringMatches", json!("a*b")), "`\"a\"` or `\"a-\"`"),
        (x("BooleanEquals", json!(true)), x("IsBoolean", json!(true)), "`false`"),
        (x("IsPresent", json!(true)), x("IsPresent", json!(false)), "absent"),
        (
            x("TimestampLessThan", json!("2024-01-01T00:00:00Z")),
            x("TimestampLessThanEquals", json!("2024-01-01T00:00:00Z")),
            "`\"2024-01-01T00:00:00Z\"`",
        ),
        (x("NumericEquals", json!(1)), json!({"Not": x("NumericEquals", json!(1))}), "above `1`"),
        (
            x("StringEquals", json!("a")),
            json!({"Or": [x("StringEquals", json!("a")), x("IsString", json!(true))]}),
            "any other text (`\"other\"`, for example)",
        ),
    ] {
        says(&of(old, new), "choice-leads-elsewhere", example);
    }
    let guarded = |number: i64| json!({"And": [{"Variable": "$.o", "IsPresent": true}, {"Variable": "$.o.n", "NumericLessThan": number}]});
    let guarded = of(guarded(1), guarded(5));
    says(&guarded, "choice-leads-elsewhere", "for example, if `$.o.n` is `1`, it now leads to `Call`");
}

#[test]
fn values_that_the_types_exclude_are_no_examples() {
    let after = |mut choice: Value| {
        choice["StartAt"] = json!("First");
        choice["States"]["First"] = json!({"Type": "Pass", "Result": {"total": 10}, "Next": "A"});
        choice
    };
    let plan = plan(&Machine::new(after(above(50, "Call"))), &Machine::new(after(above(100, "Call"))));
    is_silent(&plan, &["choice-leads-elsewhere"]);
    says(&plan, "choice-changed", "rules: 1 removed, 1 added");
}

#[test]
fn an_input_that_matches_no_rule_is_named() {
    let mut old = choice(
        json!([{"Variable": "$.kind", "StringEquals": "a", "Next": "Call"}, {"Variable": "$.kind", "StringEquals": "b", "Next": "Done"}]),
    );
    old["States"]["A"].as_object_mut().unwrap().shift_remove("Default");
    let mut new = old.clone();
    new["States"]["A"]["Choices"][1]["StringEquals"] = json!("c");
    let plan = judged(&old, &new, Verdict::Careful);
    says(&plan, "choice-narrowed", "if `$.kind` is `\"b\"`, it led to `Done` and now matches no rule");
}

#[test]
fn an_input_that_fails_a_choice_is_named() {
    let rule = |operator: &str, operand: Value| json!({"Variable": "$.n", operator: operand});
    let and = |mut parts: Vec<Value>, is_swapped: bool| {
        if is_swapped {
            parts.reverse();
        }
        choice(json!([{"And": parts, "Next": "Other"}]))
    };
    // A rule that is tried first must be there.
    let parts = || vec![rule("IsPresent", json!(true)), rule("NumericEquals", json!(1))];
    let absent = judged(&and(parts(), false), &and(parts(), true), Verdict::Careful);
    says(&absent, "choice-fails", "if `$.n` is absent, it led to `Done` and now fails");
    judged(&and(parts(), true), &and(parts(), false), Verdict::Compatible);
    let flag = |name: &str| json!({"Variable": format!("$.{name}"), "BooleanEquals": true});
    let or = |names: [&str; 2]| choice(json!([{"Or": names.map(flag), "Next": "Other"}]));
    let one = judged(&or(["a", "b"]), &or(["b", "a"]), Verdict::Careful);
    says(&one, "choice-fails", "if `$.a` is `true` and `$.b` is absent, it led to `Other` and now fails");
    // JSONata compares only numbers with numbers.
    let (old, new) = (jsonata_choice("$exists($states.input.n)"), jsonata_choice("$states.input.n > 1"));
    let text = judged(&old, &new, Verdict::Breaking);
    says(&text, "input-needed", "`n`");
    says(&text, "choice-fails", "if `$states.input.n` is absent, it led to `Done` and now fails");
    says(&text, "choice-fails", "is text or `true` or `null` or others, it led to `Call` and now fails");
    says(&text, "choice-leads-elsewhere", "is up to `1` (`0`, for example), it now leads to `Done` instead of `Call`");
    is_silent(&plan(&Machine::new(new), &Machine::new(old)), &["choice-fails"]);
    // What fails with both is no change.
    let (old, new) = (jsonata_choice("$states.input.n > 1"), jsonata_choice("$states.input.n > 2"));
    is_silent(&judged(&old, &new, Verdict::Careful), &["choice-fails"]);
}

#[test]
fn an_input_that_only_reaches_fail_states_is_named() {
    let limit = |limit: i64| {
        json!({"StartAt": "A", "States": {
            "A": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericGreaterThan": limit, "Next": "Done"}], "Default": "No"},
            "Done": {"Type": "Succeed"}, "No": {"Type": "Pass", "Next": "Failed"}, "Failed": {"Type": "Fail", "Error": "E"}}})
    };
    let fails = judged(&limit(1), &limit(100), Verdict::Careful);
    says(
        &fails,
        "choice-fails",
        "is above `1` and up to `100` (`50`, for example), it now leads to `No` instead of `Done`",
    );
    let works = judged(&limit(100), &limit(1), Verdict::Compatible);
    says(&works, "choice-changed", "it now leads to `Done` instead of `No`");
}

#[test]
fn a_value_of_each_kind_is_tried() {
    let is = |rule: Value| {
        let mut rule = rule;
        rule["Next"] = json!("Call");
        choice(json!([rule]))
    };
    let x = |operator: &str| json!({"Variable": "$.x", operator: true});
    let negated = judged(&is(x("IsString")), &is(json!({"Not": x("IsNumeric")})), Verdict::Careful);
    says(&negated, "choice-leads-elsewhere", "if `$.x` is `true` or `null` or `{}`, it now leads to `Call`");
    let other = judged(&is(x("IsString")), &is(x("IsNumeric")), Verdict::Careful);
    says(&other, "choice-leads-elsewhere", "if `$.x` is text, it now leads to `Done`");
    says(&other, "choice-leads-elsewhere", "if `$.x` is a number, it now leads to `Call`");
    // JSONata takes some of a kind for true.
    let (old, new) = ("$exists($states.input.x) and $states.input.x", "$exists($states.input.x)");
    let truth = judged(&jsonata_choice(old), &jsonata_choice(new), Verdict::Careful);
    says(&truth, "choice-leads-elsewhere", "if `$states.input.x` is `false` or `\"\"` or `0` or others");
}

#[test]
fn rules_that_decide_alike_are_not_called_different() {
    let rule = |text: &str, next: &str| json!({"Variable": "$.x", "StringEquals": text, "Next": next});
    let (one, other) = (rule("a", "Other"), rule("b", "Done"));
    let plan = judged(&choice(json!([one, other])), &choice(json!([other, one])), Verdict::Compatible);
    says(&plan, "choice-rewritten", "No input was found that goes another way");
    let (old, new) = (jsonata_choice("$states.input.x > 5"), jsonata_choice("5 < $states.input.x"));
    let turned = judged(&old, &new, Verdict::Compatible);
    says(&turned, "choice-rewritten", "");
    is_silent(&turned, &["choice-changed"]);
    // Nothing is known of rules that cannot be evaluated.
    let rules = |conditions: [&str; 2]| {
        let mut made = jsonata_choice("true");
        let rules = conditions
            .map(|text| json!({"Condition": format!("{{% $count($states.input.{text}) = 1 %}}"), "Next": "Call"}));
        made["States"]["A"]["Choices"] = json!(rules);
        made
    };
    let swapped = judged(&rules(["a", "b"]), &rules(["b", "a"]), Verdict::Compatible);
    says(&swapped, "choice-changed", "the rules are in another order");
}

#[test]
fn a_default_that_no_input_needs_may_go() {
    let present = |present: bool, next: &str| json!({"Variable": "$.x", "IsPresent": present, "Next": next});
    let without = |mut choice: Value| {
        choice["States"]["A"].as_object_mut().unwrap().shift_remove("Default");
        choice
    };
    let covering = choice(json!([present(true, "Other"), present(false, "Done")]));
    is_silent(&judged(&covering, &without(covering.clone()), Verdict::Compatible), &["default-removed"]);
    let some = choice(json!([present(true, "Other")]));
    says(&judged(&some, &without(some.clone()), Verdict::Careful), "default-removed", "`Default` was `\"Done\"`");
}

#[test]
fn a_part_that_was_optional_and_is_needed_now_breaks_callers() {
    let end = |parameters: Value| json!({"Type": "Pass", "Parameters": parameters, "End": true});
    let reads = || end(json!({"x.$": "$.a"}));
    let start = |start: &str, states: Value| json!({"StartAt": start, "States": states});
    let asks = |next: &str, other: &str| json!({"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": true, "Next": next}], "Default": other});
    let new = start("B", json!({"B": reads()}));
    let optional = start("A", json!({"A": asks("B", "C"), "B": reads(), "C": end(json!({"x": 1}))}));
    says(&judged(&optional, &new, Verdict::Breaking), "input-needed", "did not require before: `a`");
    // An execution without the part failed before.
    let refused = start("A", json!({"A": asks("C", "No"), "C": end(json!({"x": 1})), "No": {"Type": "Fail"}}));
    is_silent(&plan(&Machine::new(refused), &Machine::new(new.clone())), &["input-needed"]);
    let always = start(
        "A",
        json!({"A": {"Type": "Choice", "Choices": [{"Variable": "$.n", "IsPresent": true, "Next": "B"}],
        "Default": "C"}, "B": reads(), "C": end(json!({"x.$": "$.a"}))}),
    );
    is_silent(&plan(&Machine::new(always), &Machine::new(new)), &["input-needed"]);
    let jsonata = judged(
        &output("{% $states.input.a ? $states.input.a : 'none' %}"),
        &output("{% $states.input.a %}"),
        Verdict::Breaking,
    );
    says(&jsonata, "input-needed", "`a`");
    // A catcher catches the failure.
    let caught = |a: Value| {
        let mut made = request("{% 1 %}");
        made["States"]["A"]["Arguments"]["Payload"]["a"] = a;
        made["States"]["A"]["Catch"] = json!([{"ErrorEquals": ["States.ALL"], "Next": "B"}]);
        made["States"]["B"] = json!({"Type": "Succeed"});
        made
    };
    let (old, new) = (caught(json!("{% $states.input.a & '' %}")), caught(json!("{% $states.input.a %}")));
    is_silent(&plan(&Machine::new(old), &Machine::new(new)), &["input-needed"]);
    let error = output("{% $exists($states.input.a) ? $states.input.a : $error('none') %}");
    is_silent(&plan(&Machine::new(error), &Machine::new(output("{% $states.input.a %}"))), &["input-needed"]);
}

#[test]
fn items_that_swap_in_a_constructed_array_are_named() {
    let lists = |items: &str| output(&format!("{{% [{items}] %}}"));
    let (old, new) = (lists("$states.input.a, $states.input.b"), lists("$states.input.b, $states.input.a"));
    let swapped = judged(&old, &new, Verdict::Breaking);
    says(&swapped, "output-order-changed", "`sum`: [1] is now [0], [0] is now [1]");
    let other = judged(&old, &lists("$states.input.a, $states.input.c"), Verdict::Careful);
    says(&other, "output-source-changed", "`sum[]`");
    let pass = |array: &str| json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {"x.$": array}, "End": true}}});
    let swapped = judged(&pass("States.Array(1, $.a)"), &pass("States.Array($.a, 1)"), Verdict::Breaking);
    says(&swapped, "output-order-changed", "`x`: [1] is now [0], [0] is now [1]");
}

#[test]
fn the_object_that_wins_a_merge_matters() {
    let whole = |output: &str| one(json!({"Type": "Pass", "Output": output, "End": true}));
    let (mine, theirs) = ("{% $merge([$states.input, {'x': 1}]) %}", "{% $merge([{'x': 1}, $states.input]) %}");
    says(&judged(&whole(mine), &whole(theirs), Verdict::Careful), "output-source-changed", "`x`");
    let pass = |merge: &str| json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {"x.$": merge}, "End": true}}});
    let (one, other) = (pass("States.JsonMerge($.a, $.b, false)"), pass("States.JsonMerge($.b, $.a, false)"));
    says(&judged(&one, &other, Verdict::Careful), "output-source-changed", "`x`");
    // The same merge in JSONata.
    let jsonata = one_x("{% $merge([$states.input.a, $states.input.b]) %}");
    is_silent(&judged(&one, &jsonata, Verdict::Compatible), &["output-value-changed"]);
}

#[test]
fn a_constant_of_jsonata_is_a_number() {
    let limit = |seconds: Value| {
        let mut made = request("{% 1 %}");
        made["States"]["A"]["TimeoutSeconds"] = seconds;
        made
    };
    is_silent(&judged(&limit(json!(60)), &limit(json!("{% 60 %}")), Verdict::Compatible), &["timeout-raised"]);
    let lowered = judged(&limit(json!(60)), &limit(json!("{% 30 %}")), Verdict::Careful);
    says(&lowered, "timeout-lowered", "`TimeoutSeconds` was 60 and is 30");
}

#[test]
fn states_that_are_not_checked_hear_nothing() {
    let call = |action: &str| {
        json!({"StartAt": "A", "States": {"A": {"Type": "Task", "End": true,
        "Resource": format!("arn:aws:states:::aws-sdk:{action}"), "Parameters": {}}}})
    };
    let (old, new) = (Machine::new(call("sqs:listQueues")), Machine::new(call("sqs:inventedToday")));
    // AWS may have newer APIs than the table.
    let unsure = plan(&old, &new);
    says(&unsure, "new-warning", "WF0504");
    is_silent(&unsure, &["new-error"]);
    let at = workflow_asl::Pointer::root().child("States").child("A");
    let unchecked = Annotations { unchecked: [at].into(), ..Annotations::default() };
    is_silent(&plan_annotated((&old, &Annotations::default()), (&new, &unchecked)), &["new-error", "new-warning"]);
}

#[test]
fn the_order_of_states_makes_no_finding_new() {
    let look = json!({"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:glue:getJobRun", "Next": "B",
        "Parameters": {"JobName": "j", "RunId.$": "$.id"}, "ResultPath": "$.run"});
    let done = json!({"Type": "Choice", "Default": "A",
        "Choices": [{"Variable": "$.run.JobRun.JobRunState", "StringEquals": "SUCCEEDED", "Next": "C"}]});
    let same = json!({"Type": "Parallel", "End": true,
        "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}]});
    let machine = |states: Value| Machine::new(json!({"StartAt": "A", "States": states}));
    let (one, other) = (json!({"A": look, "B": done, "C": same}), json!({"C": same, "B": done, "A": look}));
    let (one, other) = (machine(one), machine(other));
    let codes = |machine: &Machine| {
        let found = workflow_asl::rules::check_definition(&machine.definition, workflow_plan::MachineType::Standard);
        found.iter().map(|found| (found.code.id(), found.pointer.as_str().to_owned())).collect::<Vec<_>>()
    };
    assert_ne!(codes(&one), codes(&other));
    assert!(plan(&one, &other).is_empty(), "{}", plan(&one, &other).to_text());
}
