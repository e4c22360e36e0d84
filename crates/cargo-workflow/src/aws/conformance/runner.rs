//! Asks an endpoint for its answers to facts, and deletes what that created.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::time::{Instant, sleep};

use super::answer;
use super::api::{Api, ApiError, NoResult};
use super::fact::{Call, Fact};

/// How long an execution may take, in real time.
const LONGEST: Duration = Duration::from_secs(120);

/// The events that are read of a history.
const EVENTS: usize = 3000;

/// The beginning of the names that are created.
pub(super) const PREFIX: &str = "workflow-conformance-";

/// What an endpoint answered to a fact.
pub(super) struct Outcome {
    /// A line for each difference from the fact; empty if there is none.
    pub(super) differences: Vec<String>,
    /// The fact, with the endpoint's answer.
    pub(super) recorded: Fact,
    /// How many states the execution entered.
    pub(super) transitions: usize,
}

/// Runs facts at an endpoint.
pub(super) struct Runner {
    api: Api,
    role: String,
    /// Distinguishes the names of this run.
    run: String,
    /// The operations and parameters that delete what was created.
    created: Vec<(&'static str, Value)>,
}

impl Runner {
    pub(super) fn new(api: Api, role: String, run: String) -> Self {
        Self { api, role, run, created: Vec::new() }
    }

    /// Runs a fact.
    ///
    /// # Errors
    /// Returns a message if the endpoint does not answer.
    pub(super) async fn run(&mut self, fact: &Fact) -> Result<Outcome, String> {
        if fact.call() == Call::Steps {
            return self.steps(fact).await;
        }
        let wanted = fact.answer();
        let given = match self.ask(fact).await {
            Ok(given) => given,
            Err(NoResult::Refused(error)) => refused(error),
            Err(NoResult::NoAnswer(why)) => return Err(why),
        };
        let mut recorded = fact.clone();
        let written = fact.0.get("answer").and_then(Value::as_object).unwrap_or(&wanted);
        let differences = answer::differences(&wanted, &given);
        // A short form of a long answer stays.
        let answer = if differences.is_empty() { written.clone() } else { answer::recorded(&wanted, &given) };
        recorded.0.insert("answer".to_owned(), Value::Object(answer));
        let entered = |event: &&Value| event.as_str().is_some_and(|name| name.ends_with("StateEntered"));
        let events = given.get("events").and_then(Value::as_array);
        Ok(Outcome { differences, recorded, transitions: events.into_iter().flatten().filter(entered).count() })
    }

    async fn ask(&mut self, fact: &Fact) -> Result<Map<String, Value>, NoResult> {
        let definition = fact.definition();
        let text = definition.as_str().map_or_else(|| definition.to_string(), str::to_owned);
        let input = fact.expanded("input").unwrap_or_else(|| json!({}));
        let input = input.as_str().map_or_else(|| input.to_string(), str::to_owned);
        let machine_type = fact.0.get("type").cloned().unwrap_or_else(|| json!("STANDARD"));
        match fact.call() {
            Call::Validate => {
                let params = with_params(json!({"definition": text, "type": machine_type}), fact);
                let answer = self.api.call("ValidateStateMachineDefinition", &params).await?;
                Ok(answer.as_object().cloned().unwrap_or_default())
            }
            Call::TestState => {
                let state = fact.state();
                let state = state.as_str().map_or_else(|| state.to_string(), str::to_owned);
                let params = with_params(json!({"definition": state, "roleArn": self.role, "input": input}), fact);
                Ok(execution(self.api.call("TestState", &params).await?, Vec::new()))
            }
            _ => {
                let name = self.name(fact);
                let params = json!({"name": name, "definition": text, "roleArn": self.role, "type": machine_type});
                let created = self.create("CreateStateMachine", &params).await?;
                if fact.call() == Call::Create {
                    return Ok(created.as_object().cloned().unwrap_or_default());
                }
                let case = if fact.0.contains_key("mocks") { "#c" } else { "" };
                let machine = format!("{}{case}", created["stateMachineArn"].as_str().unwrap_or_default());
                let started =
                    self.api.call("StartExecution", &json!({"stateMachineArn": machine, "input": input})).await?;
                let arn = json!({"executionArn": started["executionArn"]});
                let described = self.until_ended(&arn).await?;
                Ok(execution(described, self.history(&arn).await?))
            }
        }
    }

    fn name(&self, fact: &Fact) -> String {
        format!("{PREFIX}{}-{}", fact.text("id"), self.run)
    }

    /// Calls an operation, and remembers what it created.
    async fn create(&mut self, operation: &str, params: &Value) -> Result<Value, NoResult> {
        let created = self.api.call(operation, params).await?;
        let deletes = [("stateMachineArn", "DeleteStateMachine"), ("activityArn", "DeleteActivity")];
        for (member, delete) in deletes {
            if operation.starts_with("Create")
                && let Some(arn) = created.get(member)
            {
                self.created.push((delete, json!({member: arn})));
            }
        }
        Ok(created)
    }

    /// Deletes everything that was created. Returns the ARNs that could not be deleted.
    pub(super) async fn delete(&mut self) -> Vec<String> {
        let mut left = Vec::new();
        for (operation, params) in std::mem::take(&mut self.created).into_iter().rev() {
            if self.api.call(operation, &params).await.is_err() {
                left.extend(
                    params.as_object().into_iter().flatten().filter_map(|(_, arn)| arn.as_str().map(str::to_owned)),
                );
            }
        }
        left
    }

    async fn until_ended(&self, execution: &Value) -> Result<Value, NoResult> {
        let (begin, mut pause) = (Instant::now(), Duration::from_millis(10));
        loop {
            let described = self.api.call("DescribeExecution", execution).await?;
            if described["status"] != "RUNNING" || begin.elapsed() > LONGEST {
                return Ok(described);
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(1));
        }
    }

    async fn history(&self, execution: &Value) -> Result<Vec<Value>, NoResult> {
        let mut events = Vec::new();
        let mut params = execution.clone();
        params["maxResults"] = json!(1000);
        loop {
            let page = self.api.call("GetExecutionHistory", &params).await?;
            events.extend(page["events"].as_array().into_iter().flatten().cloned());
            match page.get("nextToken") {
                Some(token) if events.len() < EVENTS => params["nextToken"] = token.clone(),
                _ => return Ok(events),
            }
        }
    }

    async fn steps(&mut self, fact: &Fact) -> Result<Outcome, String> {
        let mut saved: BTreeMap<String, Value> = BTreeMap::new();
        saved.insert("ROLE".to_owned(), self.role.clone().into());
        saved.insert("id".to_owned(), self.name(fact).into());
        let mut recorded = fact.clone();
        let mut differences = Vec::new();
        for (number, step) in fact.expanded("steps").iter().flat_map(|steps| steps.as_array()).flatten().enumerate() {
            let operation = step["call"].as_str().unwrap_or_default();
            if operation == "sleep" {
                sleep(Duration::from_secs_f64(step["seconds"].as_f64().unwrap_or_default().clamp(0.0, 60.0))).await;
                continue;
            }
            let params = filled(&step["params"], &saved);
            let wanted = filled(step.get("answer").unwrap_or(&json!({})), &saved);
            let wanted = wanted.as_object().cloned().unwrap_or_default();
            let begin = Instant::now();
            let given = loop {
                match self.create(operation, &params).await {
                    Ok(answer) => {
                        let statuses = step["until"].as_array();
                        let waits = statuses.is_some_and(|statuses| !statuses.contains(&answer["status"]));
                        if !waits || begin.elapsed() > LONGEST {
                            for (name, path) in step["save"].as_object().into_iter().flatten() {
                                let pointer = format!("/{}", path.as_str().unwrap_or_default().replace('.', "/"));
                                saved.insert(name.clone(), answer.pointer(&pointer).cloned().unwrap_or_default());
                            }
                            let history = answer["events"].as_array().cloned().unwrap_or_default();
                            break execution(answer, history);
                        }
                        sleep(Duration::from_millis(50)).await;
                    }
                    Err(NoResult::Refused(error)) => break refused(error),
                    Err(NoResult::NoAnswer(why)) => return Err(why),
                }
            };
            let found = answer::differences(&wanted, &given);
            if !found.is_empty() {
                let place = format!("/{number}/answer");
                if let Some(answer) = recorded.0.get_mut("steps").and_then(|steps| steps.pointer_mut(&place)) {
                    *answer = Value::Object(answer::recorded(&wanted, &given));
                }
            }
            differences.extend(found.into_iter().map(|found| format!("{operation}: {found}")));
            if given.contains_key("refused") && !wanted.contains_key("refused") {
                break;
            }
        }
        Ok(Outcome { differences, recorded, transitions: 0 })
    }
}

fn refused(error: ApiError) -> Map<String, Value> {
    Map::from_iter([("refused".to_owned(), json!({"code": error.code, "message": error.message}))])
}

/// Returns the parameters of a call, with those of the fact.
fn with_params(mut params: Value, fact: &Fact) -> Value {
    for (name, value) in fact.expanded("params").iter().flat_map(|params| params.as_object()).flatten() {
        params[name.as_str()] = value.clone();
    }
    params
}

/// Returns the answer to compare: the members of `DescribeExecution` and others, and what the history says.
fn execution(described: Value, history: Vec<Value>) -> Map<String, Value> {
    let mut answer = described.as_object().cloned().unwrap_or_default();
    if let Some(Value::String(text)) = answer.get("output").cloned() {
        let value = serde_json::from_str(&text).unwrap_or(Value::Null);
        answer.insert("output".to_owned(), value);
        answer.insert("outputText".to_owned(), text.into());
    }
    let seconds = answer.get("stopDate").and_then(Value::as_f64).zip(answer.get("startDate").and_then(Value::as_f64));
    if let Some((stop, start)) = seconds {
        answer.insert("seconds".to_owned(), json!(stop - start));
    }
    let members =
        |name: &'static str| history.iter().map(move |event| event.get(name).cloned().unwrap_or_else(|| json!(0)));
    answer.insert("events".to_owned(), members("type").collect());
    answer.insert("links".to_owned(), members("previousEventId").collect());
    answer.insert("eventCount".to_owned(), history.len().into());
    answer.insert("history".to_owned(), history.into());
    answer.insert("described".to_owned(), described);
    answer
}

/// Fills `${name}` in, and writes `{"$text": VALUE}` as JSON text.
fn filled(value: &Value, saved: &BTreeMap<String, Value>) -> Value {
    match value {
        Value::String(text) => {
            let whole = text.strip_prefix("${").and_then(|rest| saved.get(rest.strip_suffix('}')?));
            whole.cloned().unwrap_or_else(|| {
                let fill = |text: String, (name, value): (&String, &Value)| match value.as_str() {
                    Some(value) => text.replace(&format!("${{{name}}}"), value),
                    None => text,
                };
                saved.iter().fold(text.clone(), fill).into()
            })
        }
        Value::Array(items) => items.iter().map(|item| filled(item, saved)).collect(),
        Value::Object(members) => match members.get("$text") {
            Some(value) => filled(value, saved).to_string().into(),
            None => members.iter().map(|(name, value)| (name.clone(), filled(value, saved))).collect(),
        },
        other => other.clone(),
    }
}
