//! The costs of a single state: its time with retries, its transitions and events, its literal data.

use serde_json::Value;

use super::amount::{Count, Time};
use crate::document::{Retrier, State, StateKind};
use crate::jsonata;
use crate::limits::{INLINE_MAP_CONCURRENCY, LAMBDA_SECONDS, retrier_default};
use crate::placeholder;
use crate::resource::{Integration, Pattern, Resource};

/// The costs of the scopes inside a state, each as [`Cost`] of its paths.
#[derive(Clone, Debug, Default)]
pub(super) struct Cost {
    pub(super) time: Time,
    pub(super) least: u64,
    pub(super) transitions: Count,
    pub(super) events: Count,
}

/// The costs of one visit of a state.
#[derive(Clone, Debug, Default)]
pub(super) struct VisitCost {
    pub(super) cost: Cost,
    pub(super) retries: u64,
    pub(super) retry_events: u64,
    pub(super) delays: u64,
}

impl VisitCost {
    pub(super) fn of(name: &str, state: &State, inside: Vec<Cost>) -> Self {
        let retriers = || state.retry.iter().flatten();
        let retries = retriers().fold(0, |sum: u64, retrier| sum.saturating_add(attempts(retrier)));
        let delays = retriers().fold(0, |sum: u64, retrier| sum.saturating_add(delays(retrier)));
        let (mut own, retry_events) = attempt(name, state, inside);
        own.time = own.time.times(retries.saturating_add(1));
        own.time.add(&Time::of(delays));
        Self { cost: own, retries, retry_events, delays }
    }
}

/// Returns the costs of a visit without retries, and the number of events of a retry.
fn attempt(name: &str, state: &State, inside: Vec<Cost>) -> (Cost, u64) {
    let alone = |time: Time, least: u64, events: u64| Cost {
        time,
        least,
        transitions: Count::of(1),
        events: Count::of(events),
    };
    match state.kind {
        StateKind::Pass | StateKind::Choice | StateKind::Succeed => (alone(Time::default(), 0, 2), 0),
        StateKind::Fail => (alone(Time::default(), 0, 1), 0),
        StateKind::Wait => {
            let why = match () {
                () if state.has("Timestamp") || state.has("TimestampPath") => "waits until a time",
                () => "computes how long it waits",
            };
            match whole(state.seconds.as_ref()) {
                Some(seconds) => (alone(Time::of(seconds), seconds, 2), 0),
                None => (alone(Time::open(name, why), 0, 2), 0),
            }
        }
        StateKind::Task => {
            // Entered, scheduled, started, succeeded, exited; with a pattern that waits, also submitted.
            let resource = state.resource.as_deref().and_then(Resource::parse);
            let submits =
                matches!(resource, Some(Resource::Integration(call)) if call.pattern != Pattern::RequestResponse);
            let events = 5 + u64::from(submits);
            (alone(task_time(name, state, resource), 0, events), events - 2)
        }
        StateKind::Parallel => {
            // Entered, started, succeeded, exited.
            let mut cost = alone(Time::default(), 0, 4);
            for branch in inside {
                cost.transitions.add(&branch.transitions);
                cost.events.add(&branch.events);
                cost.least = cost.least.max(branch.least);
                if branch.time.key() > cost.time.key() {
                    cost.time = branch.time;
                }
            }
            (cost, 1)
        }
        StateKind::Map => (map(name, state, inside.into_iter().next().unwrap_or_default()), 1),
    }
}

fn map(name: &str, state: &State, item: Cost) -> Cost {
    let items = match &state.items {
        Some(Value::Array(items)) => u64::try_from(items.len()).ok(),
        _ => None,
    };
    let mut transitions = Count::of(1);
    transitions.add(&item.transitions.repeated(name, items));
    if state.is_distributed() {
        // Entered, started, run started, run succeeded, succeeded, exited. The iterations have their own histories.
        let time = Time::open(name, "is a distributed map");
        return Cost { time, least: 0, transitions, events: Count::of(6) };
    }
    // Entered, started, succeeded, exited; each iteration started and succeeded.
    let mut events = Count::of(4);
    let mut each = item.events;
    each.add(&Count::of(2));
    events.add(&each.repeated(name, items));
    let at_once = match whole(state.max_concurrency.as_ref()) {
        Some(at_once) if at_once > 0 => at_once,
        _ => INLINE_MAP_CONCURRENCY as u64,
    };
    let (time, least) = match items {
        // As many as possible run at once, in this many rounds.
        Some(items) if !state.has("MaxConcurrencyPath") => {
            let rounds = items.div_ceil(at_once.min(INLINE_MAP_CONCURRENCY as u64));
            (item.time.times(rounds), if items > 0 { item.least } else { 0 })
        }
        _ if item.time == Time::default() => (Time::default(), 0),
        _ => (Time::open(name, "has any number of items"), 0),
    };
    Cost { time, least, transitions, events }
}

fn task_time(name: &str, state: &State, resource: Option<Resource<'_>>) -> Time {
    let own = match () {
        () if state.has("TimeoutSecondsPath") => Err("computes its timeout"),
        () if state.has("TimeoutSeconds") => whole(state.timeout_seconds.as_ref()).ok_or("computes its timeout"),
        () => Err("has no timeout"),
    };
    let lambda = match resource {
        Some(Resource::Lambda { .. }) => true,
        Some(Resource::Integration(Integration { service: "lambda", action: "invoke", pattern })) => {
            pattern == Pattern::RequestResponse
        }
        _ => false,
    };
    match own {
        Ok(seconds) if lambda => Time::of(seconds.min(LAMBDA_SECONDS)),
        Ok(seconds) => Time::of(seconds),
        Err(_) if lambda => Time::of(LAMBDA_SECONDS),
        Err(why) => Time::open(name, why),
    }
}

fn whole(value: Option<&Value>) -> Option<u64> {
    let value = value?;
    // AWS accepts `5.0` for 5.
    value.as_u64().or_else(|| value.as_f64().filter(|number| *number >= 0.0).map(|number| number as u64))
}

fn attempts(retrier: &Retrier) -> u64 {
    whole(retrier.max_attempts.as_ref()).unwrap_or(retrier_default::MAX_ATTEMPTS)
}

/// Returns the total pause of a retrier in seconds, if all its retries are needed.
fn delays(retrier: &Retrier) -> u64 {
    let first = whole(retrier.interval_seconds.as_ref()).unwrap_or(retrier_default::INTERVAL_SECONDS);
    let rate = retrier.backoff_rate.as_ref().and_then(Value::as_f64).unwrap_or(retrier_default::BACKOFF_RATE);
    let longest = whole(retrier.max_delay_seconds.as_ref()).map_or(f64::INFINITY, |seconds| seconds as f64);
    let (first, rate, attempts) = (first as f64, rate.max(1.0), attempts(retrier) as f64);
    // The number of delays below the longest.
    let growing = match () {
        () if first >= longest => 0.0,
        () if rate <= 1.0 || first == 0.0 => attempts,
        () => ((longest / first).ln() / rate.ln()).ceil().min(attempts),
    };
    let grown = if rate <= 1.0 { first * growing } else { first * (rate.powf(growing) - 1.0) / (rate - 1.0) };
    let capped = if attempts > growing { longest * (attempts - growing) } else { 0.0 };
    // An overflow saturates.
    (grown + capped).ceil() as u64
}

/// Returns the least size of a value as JSON in bytes, whatever its expressions return.
pub(crate) fn literal_bytes(value: &Value, of_jsonpath: bool) -> usize {
    match value {
        Value::String(text) if !of_jsonpath && jsonata::expression(text).is_some() => 0,
        Value::String(text) if placeholder::likely(text) => 0,
        // Quotes, and the minimum size of each character.
        Value::String(text) => text.len() + 2,
        Value::Array(items) => {
            let items = items.iter().map(|item| literal_bytes(item, of_jsonpath) + 1);
            items.sum::<usize>().max(1) + 1
        }
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| {
                // A JSONata expression without a value omits its member.
                let computed = value.as_str().is_some_and(|text| jsonata::expression(text).is_some());
                match key.strip_suffix(".$") {
                    // Any value has at least one byte.
                    Some(key) if of_jsonpath => key.len() + 5,
                    _ if computed && !of_jsonpath => 0,
                    _ => key.len() + 4 + literal_bytes(value, of_jsonpath),
                }
            };
            members.iter().map(member).sum::<usize>().max(1) + 1
        }
        Value::Null => 4,
        Value::Bool(_) => 4,
        Value::Number(_) => 1,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn delays_grow_to_the_longest() {
        let retrier = |value: Value| {
            let definition =
                json!({"StartAt": "S", "States": {"S": {"Type": "Task", "Resource": "r", "Retry": [value]}}});
            let (machine, _) = crate::StateMachine::read(&definition);
            let state = machine.states.unwrap().shift_remove("S").unwrap();
            delays(&state.retry.unwrap()[0])
        };
        assert_eq!(retrier(json!({"ErrorEquals": ["E"]})), 1 + 2 + 4);
        assert_eq!(retrier(json!({"IntervalSeconds": 30, "MaxAttempts": 5, "BackoffRate": 2.0})), 30 * 31);
        assert_eq!(retrier(json!({"IntervalSeconds": 30, "MaxAttempts": 5, "MaxDelaySeconds": 100})), 30 + 60 + 300);
        assert_eq!(retrier(json!({"IntervalSeconds": 5, "MaxAttempts": 4, "BackoffRate": 1.0})), 20);
        assert_eq!(retrier(json!({"IntervalSeconds": 9, "MaxAttempts": 3, "MaxDelaySeconds": 2})), 6);
        assert_eq!(retrier(json!({"MaxAttempts": 0})), 0);
        assert_eq!(retrier(json!({"IntervalSeconds": 0, "MaxAttempts": 9})), 0);
        assert_eq!(retrier(json!({"MaxAttempts": 99_999_999})), u64::MAX);
    }

    #[test]
    fn literals_have_at_least_their_bytes() {
        for value in [json!({"a": "bc", "d": [1, null, true], "e": {}}), json!([]), json!("ü"), json!({"a": [[], {}]})]
        {
            assert!(literal_bytes(&value, true) <= value.to_string().len(), "{value}");
        }
        assert_eq!(literal_bytes(&json!({"a.$": "$.long.path"}), true), json!({"a": 1}).to_string().len());
        assert_eq!(literal_bytes(&json!({"a": "{% $x %}"}), false), 2);
        assert!(literal_bytes(&json!({"a": "x".repeat(1000)}), false) > 1000);
    }
}
