//! Captions of a picture: a state's action, and its conditions, errors and retries in plain words.

use serde_json::Value;
use workflow_asl::StateKind;
use workflow_asl::document::{ChoiceRule, Comparison, Operand, Retrier, State};
use workflow_asl::graph::EdgeKind;
use workflow_asl::limits::retrier_default;
use workflow_services::Arn;

/// The maximum length of a caption in characters. Pictures cut longer ones, and show the whole text as a tooltip.
const MAX_CHARS: usize = 60;

/// Returns the label of a transition.
pub(crate) fn edge(kind: EdgeKind, state: &State) -> String {
    match kind {
        EdgeKind::Next => String::new(),
        EdgeKind::Default => "otherwise".to_owned(),
        EdgeKind::Choice(i) => {
            let rule = state.choices.as_ref().and_then(|rules| rules.get(i));
            rule.map(|rule| condition(rule, Nesting::Top)).unwrap_or_default()
        }
        EdgeKind::Catch(i) => {
            let catcher = state.catch.as_ref().and_then(|catchers| catchers.get(i));
            errors(catcher.and_then(|catcher| catcher.error_equals.as_deref()))
        }
    }
}

/// Returns the number of the rule that a transition comes from, if its state has several.
pub(crate) fn edge_number(kind: EdgeKind, state: &State) -> Option<usize> {
    let several = state.choices.as_ref().is_some_and(|rules| rules.len() > 1);
    match kind {
        EdgeKind::Choice(rule) if several => Some(rule + 1),
        _ => None,
    }
}

/// Returns the comment of the rule or catcher that a transition comes from.
pub(crate) fn edge_comment(kind: EdgeKind, state: &State) -> Option<String> {
    match kind {
        EdgeKind::Choice(i) => state.choices.as_ref()?.get(i)?.comment.clone(),
        EdgeKind::Catch(i) => state.catch.as_ref()?.get(i)?.comment.clone(),
        EdgeKind::Next | EdgeKind::Default => None,
    }
}

/// Returns whether a retrier never retries, and describes how often it retries, and for which errors.
pub(crate) fn retrier(retrier: &Retrier) -> (bool, String) {
    let errors = errors(retrier.error_equals.as_deref());
    match &retrier.max_attempts {
        Some(attempts) if attempts.as_u64() == Some(0) => (true, format!("no retry: {errors}")),
        Some(attempts) => (false, format!("retry {attempts}×: {errors}")),
        None => (false, format!("retry {}×: {errors}", retrier_default::MAX_ATTEMPTS)),
    }
}

fn errors(names: Option<&[String]>) -> String {
    names.unwrap_or_default().join(", ")
}

/// Describes a state's action, in a few words shown under its name.
pub(crate) fn detail(state: &State) -> Option<String> {
    let detail = match state.kind {
        StateKind::Task => {
            let resource = state.resource.as_deref()?;
            // `arn:aws:states:::lambda:invoke` is shown by its last parts, another ARN by its service and name.
            match Arn::parse(resource) {
                Some(arn) => match arn.integration() {
                    Some(action) => {
                        let (call, pattern) = action.split_at(action.find('.').unwrap_or(action.len()));
                        format!("{}{pattern}", call.replace(':', " "))
                    }
                    None => format!("{} {}", arn.service, arn.resource.replace(':', " ")),
                },
                None => resource.to_owned(),
            }
        }
        StateKind::Wait => match &state.seconds {
            Some(Value::Number(seconds)) => format!("{seconds} s"),
            Some(Value::String(seconds)) => format!("{} s", bare(seconds)),
            _ => {
                let until = state.timestamp.as_deref().or(state.timestamp_path.as_deref());
                let until = until.map(|time| format!("until {}", bare(time)));
                until.or_else(|| state.seconds_path.as_ref().map(|path| format!("{} s", short_path(path))))?
            }
        },
        StateKind::Fail => state.error.as_deref().map(bare)?,
        StateKind::Map => "for each item".to_owned(),
        _ => return None,
    };
    Some(detail)
}

/// The parameters that name what a task works on. The first that a request has is shown.
const TARGETS: [&str; 21] = [
    "FunctionName",
    "StateMachineArn",
    "TableName",
    "QueueUrl",
    "TopicArn",
    "Bucket",
    "JobName",
    "JobDefinition",
    "ProjectName",
    "TaskDefinition",
    "EventBusName",
    "StreamName",
    "ModelId",
    "SecretId",
    "ApiEndpoint",
    "TrainingJobName",
    "ProcessingJobName",
    "TransformJobName",
    "ModelName",
    "EndpointName",
    "WorkGroup",
];

/// Returns what a task works on: the name of its function, its table, its queue and so on.
pub(crate) fn target(state: &State) -> Option<String> {
    let request = [&state.parameters, &state.arguments].into_iter().flatten().find_map(Value::as_object)?;
    TARGETS.iter().find_map(|name| {
        if let Some(path) = request.get(&format!("{name}.$")) {
            return path.as_str().map(short_path);
        }
        let text = request.get(*name)?.as_str()?;
        Some(match Arn::parse(text) {
            // `function:pay` or `table/orders`: after the type. The name of a topic has no type.
            Some(arn) => arn.resource.split_once([':', '/']).map_or(arn.resource, |(_, name)| name).to_owned(),
            None if *name == "QueueUrl" => text.rsplit('/').next().unwrap_or(text).to_owned(),
            None => bare(text),
        })
    })
}

/// The context of a condition, which decides whether it needs parentheses.
#[derive(Clone, Copy, PartialEq)]
enum Nesting {
    Top,
    Inside,
}

/// Describes a rule's condition in plain words.
fn condition(rule: &ChoiceRule, place: Nesting) -> String {
    if let Some(condition) = &rule.condition {
        return condition.as_str().map_or_else(|| condition.to_string(), bare);
    }
    let joined = |rules: &[ChoiceRule], word: &str| {
        let parts: Vec<_> = rules.iter().map(|rule| condition(rule, Nesting::Inside)).collect();
        let text = parts.join(word);
        if place == Nesting::Inside && parts.len() > 1 { format!("({text})") } else { text }
    };
    if let Some(rules) = &rule.and {
        joined(rules, " and ")
    } else if let Some(rules) = &rule.or {
        joined(rules, " or ")
    } else if let Some(rule) = &rule.not {
        format!("not {}", condition(rule, Nesting::Inside))
    } else {
        let variable = short_path(rule.variable.as_deref().unwrap_or_default());
        rule.comparisons.first().map(|comparison| compare(&variable, comparison)).unwrap_or(variable)
    }
}

fn compare(variable: &str, comparison: &Comparison) -> String {
    let name = comparison.operator.name();
    if let Some(kind) = name.strip_prefix("Is") {
        let kind = kind.to_lowercase();
        let not = if comparison.operand == Value::Bool(false) { "not " } else { "" };
        return format!("{variable} is {not}{kind}");
    }
    let sign = comparison.operator.order().map_or("matches", |(_, relation)| relation.sign());
    let operand = match (&comparison.operand, comparison.operator.operand()) {
        (Value::String(path), Operand::Path) => short_path(path),
        (Value::String(time), Operand::Timestamp) => time.clone(),
        (value, _) => value.to_string(),
    };
    format!("{variable} {sign} {operand}")
}

/// Returns a JSONata expression on one line, without its markers.
fn bare(text: &str) -> String {
    let inner = text.strip_prefix("{%").and_then(|text| text.strip_suffix("%}")).unwrap_or(text);
    inner.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Writes `.name` for each `['name']` of a path where that is possible.
fn short_path(path: &str) -> String {
    let mut short = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once("['") {
        short.push_str(before);
        match after.split_once("']") {
            Some((name, tail)) if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => {
                short.push('.');
                short.push_str(name);
                rest = tail;
            }
            _ => {
                short.push_str("['");
                rest = after;
            }
        }
    }
    short.push_str(rest);
    short
}

/// Shortens a caption to [`MAX_CHARS`].
pub(crate) fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default().trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use workflow_asl::StateMachine;

    use super::*;

    #[test]
    fn a_state_is_described_by_its_action_and_what_it_works_on() {
        let described = |task: Value| {
            let (machine, _) = StateMachine::read(&json!({"StartAt": "T", "States": {"T": task}}));
            let state = machine.states.unwrap().swap_remove("T").unwrap();
            (detail(&state).unwrap_or_default(), target(&state).unwrap_or_default())
        };
        let task = |action: &str, request: Value| {
            described(json!({"Type": "Task", "Resource": format!("arn:aws:states:::{action}"), "Parameters": request}))
        };
        let strings = |one: &str, other: &str| (one.to_owned(), other.to_owned());
        let arn = "arn:aws:lambda:eu-west-1:123456789012:function:pay:live";
        assert_eq!(task("lambda:invoke", json!({"FunctionName": arn})), strings("lambda invoke", "pay:live"));
        let queue = "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs";
        assert_eq!(task("sqs:sendMessage", json!({"QueueUrl": queue})), strings("sqs sendMessage", "jobs"));
        let child = json!({"StateMachineArn.$": "$['child']", "Input": {}});
        assert_eq!(task("states:startExecution.sync:2", child), strings("states startExecution.sync:2", "$.child"));
        let table = json!({"Type": "Task", "QueryLanguage": "JSONata", "Resource": "arn:aws:states:::aws-sdk:dynamodb:query",
            "Arguments": {"TableName": "{% $table %}"}});
        assert_eq!(described(table), strings("aws-sdk dynamodb query", "$table"));
        let topic = json!({"TopicArn": "arn:aws:sns:eu-west-1:123456789012:alert"});
        assert_eq!(task("sns:publish", topic), strings("sns publish", "alert"));
        assert_eq!(task("ecs:runTask", json!({})), strings("ecs runTask", ""));
    }

    #[test]
    fn conditions_read_like_sentences() {
        let rule = |rule: Value| {
            let definition = json!({"StartAt": "C", "States": {
                "C": {"Type": "Choice", "Choices": [rule]}, "X": {"Type": "Succeed"}}});
            let (machine, found) = StateMachine::read(&definition);
            assert_eq!(found, []);
            condition(&machine.states.unwrap()["C"].choices.as_ref().unwrap()[0], Nesting::Top)
        };
        assert_eq!(rule(json!({"Variable": "$['a']['b c']", "NumericLessThanEqualsPath": "$.y"})), "$.a['b c'] <= $.y");
        assert_eq!(rule(json!({"Variable": "$.a", "StringMatches": "x*"})), "$.a matches \"x*\"");
        assert_eq!(rule(json!({"Variable": "$.a", "IsPresent": false})), "$.a is not present");
        let both = json!([{"Variable": "$.a", "IsNull": true}, {"Variable": "$.b", "StringEquals": "x"}]);
        assert_eq!(rule(json!({"Not": {"Or": both}})), "not ($.a is null or $.b == \"x\")");
        assert_eq!(rule(json!({"And": both})), "$.a is null and $.b == \"x\"");
        assert_eq!(rule(json!({"Condition": "{% $states.input.x\n   > 3 %}"})), "$states.input.x > 3");
    }
}
