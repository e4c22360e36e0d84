//! What clients know, and what must hold for each later answer.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What is known about an acknowledged execution.
#[derive(Clone, Default)]
pub(super) struct Known {
    started: Value,
    /// How often it was redriven, at least.
    pub(super) redrives: u64,
    /// Its descriptions after its ends, by the number of redrives.
    ended: BTreeMap<u64, Value>,
    /// A stop was acknowledged after this many redrives.
    stopped: Option<u64>,
    history: Vec<Value>,
}

impl Known {
    pub(super) fn has_ended(&self) -> bool {
        self.ended.contains_key(&self.redrives)
    }
}

#[derive(Default)]
pub(super) struct Model {
    /// The acknowledged state machines: their ARNs.
    pub(super) machines: BTreeSet<String>,
    /// The acknowledged executions, by ARN.
    pub(super) executions: BTreeMap<String, Known>,
    /// The acknowledged tags, and those that may have been set, by ARN and key.
    tags: BTreeMap<(String, String), (Option<String>, BTreeSet<String>)>,
    /// The tokens of tasks, with the identity of the task.
    pub(super) tokens: BTreeMap<String, String>,
    /// The tokens whose answer was acknowledged.
    pub(super) answered: BTreeSet<String>,
    /// The identities of tasks whose results are recorded.
    completed: BTreeSet<String>,
    violations: Vec<String>,
    digest: u64,
}

/// Returns whether an event is an execution's end.
fn is_end(event: &Value) -> bool {
    let kind = event["type"].as_str().unwrap_or_default();
    ["ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"].contains(&kind)
}

/// Returns the part of a description that time does not change: the period of redrives ends.
fn lasting(description: &Value) -> Value {
    let mut description = description.clone();
    let members = description.as_object_mut().unwrap();
    members.retain(|member, _| !member.starts_with("redriveStatus"));
    description
}

impl Model {
    pub(super) fn expect(&mut self, holds: bool, violation: impl FnOnce() -> String) {
        if !holds {
            self.violations.push(violation());
        }
    }

    /// Panics if something did not hold. Returns the digest of all answers.
    pub(super) fn check(&self, seed: u64) -> u64 {
        let repeat = format!("WORKFLOW_SEED={seed} cargo test -p workflow-server --features durable simulation");
        assert!(self.violations.is_empty(), "seed {seed} ({repeat}):\n{}", self.violations.join("\n"));
        self.digest
    }

    /// Adds an answer to the digest.
    pub(super) fn note(&mut self, answer: &str) {
        for byte in answer.bytes() {
            self.digest = (self.digest ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    /// A handler was called.
    pub(super) fn called(&mut self, input: &Value) {
        let id = input["id"].as_str().unwrap_or_default();
        self.expect(!self.completed.contains(id), || format!("{id} was called again after its result was recorded"));
        // It learns results that are recorded.
        self.complete(&input["after"]);
        if let Some(token) = input["token"].as_str() {
            self.tokens.insert(token.to_owned(), id.to_owned());
        }
    }

    /// Adds the identities in a value to those of completed tasks.
    fn complete(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                if let Some(id) = members.get("id").and_then(Value::as_str) {
                    self.completed.insert(id.to_owned());
                }
                members.values().for_each(|member| self.complete(member));
            }
            Value::Array(items) => items.iter().for_each(|item| self.complete(item)),
            _ => {}
        }
    }

    pub(super) fn started(&mut self, answer: &Value) {
        let arn = answer["executionArn"].as_str().unwrap().to_owned();
        let started = &answer["startDate"];
        let known = self.executions.entry(arn.clone()).or_default();
        let is_same = known.started.is_null() || known.started == *started;
        known.started = started.clone();
        self.expect(is_same, || format!("{arn} started twice"));
    }

    /// Checks a description. `before` was known when it was requested.
    pub(super) fn described(&mut self, arn: &str, before: &Known, answer: &Value) {
        let count = answer["redriveCount"].as_u64().unwrap();
        self.expect(answer["startDate"] == before.started, || format!("{arn} has another start: {answer}"));
        self.expect(count >= before.redrives, || format!("{arn} was redriven {} times: {answer}", before.redrives));
        if answer["status"] == "RUNNING" {
            let runs = !before.ended.contains_key(&count) && before.stopped.is_none_or(|stopped| count > stopped);
            self.expect(runs, || format!("{arn} runs again: {answer}"));
        } else {
            let answer = lasting(answer);
            let known = self.executions.get_mut(arn).unwrap();
            let first = known.ended.entry(count).or_insert_with(|| answer.clone()).clone();
            self.expect(first == answer, || format!("{arn} was described differently: {first}, then {answer}"));
        }
        self.was_redriven(arn, count);
    }

    /// It was redriven this often, at least.
    pub(super) fn was_redriven(&mut self, arn: &str, count: u64) {
        let known = self.executions.get_mut(arn).unwrap();
        known.redrives = known.redrives.max(count);
    }

    /// It was stopped when it had been redriven this often, at least.
    pub(super) fn was_stopped(&mut self, arn: &str, count: u64) {
        let known = self.executions.get_mut(arn).unwrap();
        known.stopped = known.stopped.max(Some(count));
    }

    /// Checks a history. `before` was known when it was requested.
    pub(super) fn read(&mut self, arn: &str, before: &Known, events: &[Value]) {
        let known = self.executions[arn].history.clone();
        let common = known.len().min(events.len());
        let grows = events.len() >= before.history.len() && events[..common] == known[..common];
        self.expect(grows, || format!("{arn} had {known:?} and has {events:?}"));
        let goes_on = events.windows(2).find(|pair| is_end(&pair[0]) && pair[1]["type"] != "ExecutionRedriven");
        self.expect(goes_on.is_none(), || format!("{arn} goes on after its end: {goes_on:?}"));
        let (ends, known_ends) = (events.iter().filter(|event| is_end(event)).count(), before.ended.keys().last());
        let told = known_ends.is_none_or(|count| ends as u64 > *count);
        self.expect(told, || format!("{arn} had ended: {events:?}"));
        for event in &events[common..] {
            for (_, details) in event.as_object().unwrap().iter().filter(|(name, _)| name.ends_with("EventDetails")) {
                let output = details["output"].as_str().and_then(|output| serde_json::from_str(output).ok());
                self.complete(&output.filter(|_| details["resource"] != "invoke").unwrap_or_default());
                if details["error"] == "Flaky" {
                    self.completed.extend(details["cause"].as_str().map(str::to_owned));
                }
            }
        }
        if events.len() > known.len() {
            self.executions.get_mut(arn).unwrap().history = events.to_vec();
        }
    }

    /// Checks a list of a state machine's executions, of which those in `before` were known.
    pub(super) fn listed(&mut self, before: &BTreeMap<String, Known>, listed: &[Value]) {
        for (arn, before) in before {
            let item = listed.iter().find(|item| item["executionArn"] == arn.as_str());
            let ended = item.and_then(|item| before.ended.get(&item["redriveCount"].as_u64().unwrap_or_default()));
            let is_same = item.is_some_and(|item| {
                let members = ["startDate", "status", "stopDate"];
                item["startDate"] == before.started
                    && ended.is_none_or(|ended| members.iter().all(|member| item[member] == ended[member]))
            });
            self.expect(is_same, || format!("{arn} is listed as {item:?}, and was {ended:?}"));
        }
    }

    /// Notes that a tag is being set, or that it was.
    pub(super) fn tags(&mut self, arn: &str, key: &str, value: &str, is_acknowledged: bool) {
        let (known, possible) = self.tags.entry((arn.to_owned(), key.to_owned())).or_default();
        match is_acknowledged {
            true => *known = Some(value.to_owned()),
            false => drop(possible.insert(value.to_owned())),
        }
    }

    /// Checks a client's own tag.
    pub(super) fn tagged(&mut self, arn: &str, key: &str, value: Option<&str>) {
        let (known, possible) = self.tags.get(&(arn.to_owned(), key.to_owned())).cloned().unwrap_or_default();
        let is_one = value == known.as_deref() || value.is_some_and(|value| possible.contains(value));
        self.expect(is_one, || format!("the tag {key} of {arn} is {value:?}, not {known:?} or one of {possible:?}"));
    }

    /// Checks that the answers of tokens arrived.
    pub(super) fn check_answers(&mut self) {
        for token in self.answered.clone() {
            let id = self.tokens[&token].clone();
            let arn = id.split(' ').next().unwrap_or_default();
            let Some(known) = self.executions.get(arn) else { continue };
            let answer = format!("answer to {id}");
            let is_there = known.history.iter().any(|event| event.to_string().contains(&answer));
            self.expect(is_there, || format!("the {answer} is lost"));
        }
    }
}
