//! `cargo workflow conformance`: asks AWS, an emulator or the embedded server for what was measured on AWS.

mod answer;
mod api;
mod fact;
mod runner;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use serde_json::{Map, Value, json};
use workflow_asl::printable::printable_lines;
use workflow_local::{Clock, Instant, MemoryStore, MockFile, ObjectStore};
use workflow_runtime::aws_sdk_sfn::Client;
use workflow_runtime::aws_sdk_sfn::config::retry::RetryConfig;
use workflow_server::Server;

use super::{Connect, Format, failure};
use crate::progress::Progress;
use crate::{Failure, report, terminal};
use api::Api;
use fact::{Call, Fact};
use runner::{Outcome, PREFIX, Runner};

/// The account of the embedded server, which facts name.
const ACCOUNT: &str = "123456789012";

/// The price of 1,000 transitions of Standard executions, in dollars of us-east-1:
/// <https://aws.amazon.com/step-functions/pricing/>.
const PRICE: f64 = 0.025;

/// The arguments of `conformance`.
#[derive(Args)]
pub(crate) struct Conformance {
    /// Role of the state machines that are created; AWS requires one that exists
    #[arg(long, value_name = "ARN")]
    role: Option<String>,
    /// File of facts, or folder with `.jsonl` files of facts, to use instead of the built-in facts. Of two facts with
    /// the same id, the later one counts
    #[arg(long, value_name = "PATH")]
    facts: Option<PathBuf>,
    /// Only facts with this topic or id (repeatable)
    #[arg(long, value_name = "TOPIC|ID")]
    only: Vec<String>,
    /// Create, run and delete the state machines at the endpoint; without this option the command only shows what it
    /// would create, and what that may cost
    #[arg(long)]
    yes: bool,
    /// Write the endpoint's answers to this file, in the format of the facts
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// `--endpoint aws` is AWS; without an endpoint the embedded server answers
    #[command(flatten)]
    connect: Connect,
}

/// What was found.
#[derive(Default)]
struct Found {
    outcomes: Vec<Outcome>,
    /// Facts that cannot be asked at this endpoint, with the reason.
    skipped: Vec<(Fact, &'static str)>,
}

impl Conformance {
    pub(crate) fn execute(mut self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let mut facts = Fact::read(self.facts.as_deref())?;
        if !self.only.is_empty() {
            facts.retain(|fact| self.only.iter().any(|only| [fact.text("id"), fact.text("topic")].contains(&&**only)));
        }
        if facts.is_empty() {
            return Err("error: no fact has this topic or id".to_owned().into());
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(|error| format!("error: cannot start: {error}"))?;
        let found = runtime.block_on(async {
            let Some(endpoint) = self.connect.endpoint.clone() else { return embedded(&facts).await.map(Some) };
            let is_aws = endpoint == "aws";
            if is_aws {
                self.connect.endpoint = None;
            }
            let found = self.at_endpoint(facts, &endpoint, is_aws, output).await;
            self.connect.endpoint = Some(endpoint);
            found
        });
        runtime.shutdown_background();
        let Some(found) = found? else { return Ok(ExitCode::SUCCESS) };
        if let Some(path) = &self.answers {
            self.write_answers(&found, path)?;
        }
        self.report(&found, output)?;
        let differs = found.outcomes.iter().any(|outcome| !outcome.differences.is_empty());
        Ok(ExitCode::from(u8::from(differs)))
    }

    /// Runs the facts at another endpoint than the embedded server; `None` if that was not asked for.
    async fn at_endpoint(
        &self,
        facts: Vec<Fact>,
        endpoint: &str,
        is_aws: bool,
        output: &mut impl Write,
    ) -> Result<Option<Found>, Failure> {
        let role = match &self.role {
            Some(role) => role.clone(),
            None if is_aws => return Err("error: AWS needs a role: `--role ARN`".to_owned().into()),
            None => format!("arn:aws:iam::{ACCOUNT}:role/conformance"),
        };
        let (prepared, facts): (Vec<_>, Vec<_>) = facts.into_iter().partition(Fact::needs_preparation);
        if !self.yes {
            let here = embedded(&facts).await?;
            plan(&facts, &here, endpoint, output)?;
            return Ok(None);
        }
        let sdk = match self.connect.sfn().await {
            Ok(sdk) => sdk,
            Err(super::CommandError::Failure(failure)) => return Err(failure),
            Err(super::CommandError::Service(error)) => return Err(failure::print(&error, &self.connect)),
        };
        let mut config = sdk.config().to_builder();
        if is_aws {
            // AWS creates one state machine a second.
            config = config.retry_config(RetryConfig::adaptive().with_max_attempts(12));
        }
        let api = Api { client: Client::from_conf(config.build()), has_sync_host: is_aws };
        let mut found = run_all(&facts, api, role).await?;
        let why = "needs results or objects that only the embedded server has";
        found.skipped.extend(prepared.into_iter().map(|fact| (fact, why)));
        Ok(Some(found))
    }

    /// Writes the answers, dated today.
    fn write_answers(&self, found: &Found, path: &Path) -> Result<(), Failure> {
        let today = Instant::now().to_string().chars().take(10).collect::<String>();
        let source = self.connect.endpoint.as_deref().unwrap_or("the embedded server");
        let mut text = String::new();
        for outcome in &found.outcomes {
            let mut fact = outcome.recorded.0.clone();
            for (name, value) in [("source", source), ("date", &today), ("strength", "measured")] {
                fact.insert(name.to_owned(), value.into());
            }
            text.push_str(&Value::Object(fact).to_string());
            text.push('\n');
        }
        Ok(std::fs::write(path, text).map_err(|error| format!("error: {}: {error}", path.display()))?)
    }

    fn report(&self, found: &Found, output: &mut impl Write) -> Result<(), Failure> {
        let different = || found.outcomes.iter().filter(|outcome| !outcome.differences.is_empty());
        if self.format == Format::Json {
            let facts = found.outcomes.iter().map(|outcome| {
                let fact = &outcome.recorded;
                json!({"id": fact.text("id"), "topic": fact.text("topic"), "differences": outcome.differences})
            });
            let skipped = found.skipped.iter().map(|(fact, why)| json!({"id": fact.text("id"), "reason": why}));
            let all = json!({"facts": facts.collect::<Value>(), "skipped": skipped.collect::<Value>()});
            writeln!(output, "{}", report::json_text(&all))?;
            return Ok(());
        }
        for outcome in different() {
            let fact = &outcome.recorded;
            writeln!(output, "different: {} ({}, {})", fact.text("id"), fact.text("topic"), fact.text("source"))?;
            for difference in &outcome.differences {
                writeln!(output, "  {}", printable_lines(difference))?;
            }
        }
        let mut topics: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for outcome in &found.outcomes {
            let (equal, all) = topics.entry(outcome.recorded.text("topic")).or_default();
            *equal += usize::from(outcome.differences.is_empty());
            *all += 1;
        }
        for (topic, (equal, all)) in &topics {
            writeln!(output, "{topic:20} {equal:4} of {all:4} equal")?;
        }
        let equal = found.outcomes.len() - different().count();
        writeln!(output, "{:20} {equal:4} of {:4} equal", "all", found.outcomes.len())?;
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        found.skipped.iter().for_each(|(_, why)| *reasons.entry(why).or_default() += 1);
        for (why, count) in reasons {
            writeln!(output, "{count} not asked: {why}")?;
        }
        Ok(())
    }
}

/// Says what a run at an endpoint creates, and what it may cost.
fn plan(facts: &[Fact], here: &Found, endpoint: &str, output: &mut impl Write) -> Result<(), Failure> {
    let count = |call: Call| facts.iter().filter(|fact| fact.call() == call).count();
    let created = |operation: &str| {
        let steps = facts.iter().filter_map(|fact| fact.0.get("steps")?.as_array());
        steps.flatten().filter(|step| step["call"] == operation).count()
    };
    let machines = count(Call::Execution) + count(Call::Create) + created("CreateStateMachine");
    let executions = count(Call::Execution) + created("StartExecution");
    let transitions: usize = here.outcomes.iter().map(|outcome| outcome.transitions).sum();
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let dollars = transitions as f64 / 1000.0 * PRICE;
    writeln!(
        output,
        "At {endpoint}, this would create and delete {machines} state machines and {} activities named `{PREFIX}…`, start \
         {executions} executions, test {} states and validate {} definitions.",
        created("CreateActivity"),
        count(Call::TestState),
        count(Call::Validate),
    )?;
    writeln!(
        output,
        "On the embedded server the executions enter {transitions} states. On AWS that costs about ${dollars:.2} in \
         us-east-1, and more if AWS enters more states."
    )?;
    writeln!(output, "Run it with `--yes`.")?;
    Ok(())
}

/// Runs the facts on the embedded server, with the results and the objects that they need.
async fn embedded(facts: &[Fact]) -> Result<Found, Failure> {
    let failed = |error: String| Failure::from(format!("error: the embedded server could not start: {error}"));
    let mut builder = Server::builder().clock(Clock::Virtual).account(ACCOUNT);
    let run = "embedded";
    builder = builder.mocks(MockFile::parse(&mocks(facts, run)).map_err(|error| failed(error.to_string()))?);
    let store = MemoryStore::new();
    for (path, text) in facts.iter().filter_map(|fact| fact.0.get("objects")?.as_object()).flatten() {
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let text = text.as_str().unwrap_or_default();
        store.put(bucket, key, text.as_bytes().to_vec()).map_err(failed)?;
    }
    let server = builder.object_store(Arc::new(store)).bind("127.0.0.1:0").await;
    let server = server.map_err(|error| failed(error.to_string()))?;
    let api = Api { client: Client::from_conf(server.sfn_config()), has_sync_host: false };
    let mut runner = Runner::new(api, format!("arn:aws:iam::{ACCOUNT}:role/conformance"), run.to_owned());
    let found = run_with(facts, &mut runner).await;
    server.shutdown().await;
    found
}

/// Returns a mock file with a test case `c` for each fact that needs results of tasks.
fn mocks(facts: &[Fact], run: &str) -> String {
    let (mut machines, mut responses) = (Map::new(), Map::new());
    for fact in facts {
        let Some(states) = fact.0.get("mocks").and_then(Value::as_object) else { continue };
        let mut case = Map::new();
        for (state, results) in states {
            let name = format!("{}{state}", fact.text("id"));
            let numbered = results.as_array().into_iter().flatten().enumerate();
            let results: Map<String, Value> =
                numbered.map(|(number, result)| (number.to_string(), result.clone())).collect();
            case.insert(state.clone(), name.clone().into());
            responses.insert(name, results.into());
        }
        machines.insert(format!("{PREFIX}{}-{run}", fact.text("id")), json!({"TestCases": {"c": case}}));
    }
    json!({"StateMachines": machines, "MockedResponses": responses}).to_string()
}

/// Runs facts at an endpoint, and deletes what that created.
async fn run_all(facts: &[Fact], api: Api, role: String) -> Result<Found, Failure> {
    let run = Instant::now().as_millis().to_string();
    let mut runner = Runner::new(api, role, run);
    // Also after Ctrl-C.
    let found = tokio::select! {
        found = run_with(facts, &mut runner) => Some(found),
        _ = tokio::signal::ctrl_c() => None,
    };
    for arn in runner.delete().await {
        terminal::tell(&format!("warning: not deleted: {arn}"));
    }
    found.unwrap_or_else(|| Err("error: interrupted".to_owned().into()))
}

async fn run_with(facts: &[Fact], runner: &mut Runner) -> Result<Found, Failure> {
    let mut found = Found::default();
    let progress = Progress::counting(facts.len(), "facts");
    for fact in facts {
        progress.advance();
        if fact.call() == Call::Nothing {
            found.skipped.push((fact.clone(), "documented limits that take too long to reach"));
            continue;
        }
        let outcome = runner.run(fact).await.map_err(|why| {
            let what = format!("no answer to the fact {}: {why}", fact.text("id"));
            progress.end();
            failure::message(failure::UNREACHABLE, &what, "check the endpoint, the region and the credentials")
        });
        found.outcomes.push(outcome?);
    }
    Ok(found)
}
