//! Tests deployments with everything that belongs to them: configuration, tags, versions, aliases.

use std::sync::Mutex;
use std::time::Duration;

use serde_json::json;
use workflow_runtime::aws_sdk_sfn;
use workflow_runtime::client::{Aspect, Change, Client, Deploy, Deployed, Encryption, Error, Logging, Untyped};
use workflow_runtime::{Arn, Express};
use workflow_server::Server;

use crate::client::forward::{Forward, Verdict};
use crate::client::made::{Answer, Made, error};
use crate::client::scenario::QUICK;
use crate::client::workflows::{Greet, GreetParams, Nowhere, Sleep, role, serve};

const LOGS: &str = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/states/greet";

fn sfn(server: &Server) -> aws_sdk_sfn::Client {
    aws_sdk_sfn::Client::from_conf(server.sfn_config())
}

fn greet(sfn: &aws_sdk_sfn::Client, formula: &str) -> Deploy<Greet> {
    Client::new(sfn.clone()).deploy_with(&role(), &GreetParams { formula: formula.to_owned() })
}

/// Returns a deployment that declares everything.
fn whole(sfn: &aws_sdk_sfn::Client, formula: &str) -> Deploy<Greet> {
    let deploy = greet(sfn, formula).logging(Logging::errors(LOGS).with_data()).tracing(true);
    deploy.tags([("team", "a"), ("stage", formula)]).publish_as("by a test").alias("live")
}

/// Returns everything deployed, as text.
async fn state(deployed: &Deployed<Greet>) -> String {
    let machine = &deployed.machine;
    let found = machine.describe().await.unwrap();
    let tags = machine_tags(&found.state_machine_arn, deployed).await;
    let mut versions = Vec::new();
    for version in machine.versions().collect().await.unwrap() {
        versions.push(version.describe().await.unwrap().definition);
    }
    let routes = machine.alias("live").routes().await.unwrap();
    let live = Client::<Greet>::new(deployed.machine_sfn()).attach(routes[0].version.clone());
    let live = (live.describe().await.unwrap().definition, routes[0].weight, routes.len());
    let logging = found.logging_configuration().map(|logging| format!("{logging:?}"));
    let tracing = found.tracing_configuration().map(|tracing| tracing.enabled());
    format!("{} {tags:?} {:?} {live:?} {logging:?} {tracing:?}", found.definition, versions.first())
}

async fn machine_tags(arn: &str, deployed: &Deployed<Greet>) -> Vec<(String, String)> {
    let answer = deployed.machine_sfn().list_tags_for_resource().resource_arn(arn).send().await.unwrap();
    let tag = |tag: &aws_sdk_sfn::types::Tag| (tag.key().unwrap().to_owned(), tag.value().unwrap().to_owned());
    let mut tags: Vec<_> = answer.tags().iter().map(tag).collect();
    tags.sort();
    tags
}

/// Returns the SDK's client behind a handle.
trait Sdk {
    fn machine_sfn(&self) -> aws_sdk_sfn::Client;
}

impl Sdk for Deployed<Greet> {
    fn machine_sfn(&self) -> aws_sdk_sfn::Client {
        self.machine.sfn().clone()
    }
}

#[tokio::test]
async fn nothing_is_sent_of_a_definition_that_is_not_valid() {
    let server = serve(Server::builder()).await;
    let asked = Mutex::new(Vec::new());
    let asked = std::sync::Arc::new(asked);
    let seen = std::sync::Arc::clone(&asked);
    let watched = Forward::with(&sfn(&server), move |operation, _| {
        seen.lock().unwrap().push(operation.to_owned());
        Verdict::On
    });
    let error = Client::<Nowhere>::new(watched).deploy(&role()).await.unwrap_err();
    assert!(matches!(&error, Error::Invalid { findings, .. } if findings.len() == 2), "{error:?}");
    assert_eq!(*asked.lock().unwrap(), ["ListStateMachines", "ValidateStateMachineDefinition"]);

    // If the service lacks the operation, or the role may not use it, `CreateStateMachine` checks the definition.
    for refusal in [error_answer("AccessDeniedException"), error_answer("UnknownOperationException"), foreign] {
        let made = Made::new(move |asked| match &*asked.operation {
            "ListStateMachines" => Answer::Json(200, json!({"stateMachines": []})),
            "ValidateStateMachineDefinition" => refusal(),
            _ => Answer::Json(
                200,
                json!({"stateMachineArn": "arn:aws:states:us-east-1:1:stateMachine:Sleep", "creationDate": 1}),
            ),
        });
        let deployed = Client::<Sleep>::new(made.sfn_once()).deploy(&role()).await.unwrap();
        assert_eq!(deployed.change, Change::Created);
    }
}

fn error_answer(code: &'static str) -> fn() -> Answer {
    match code {
        "AccessDeniedException" => || error(400, "AccessDeniedException", "no"),
        _ => || error(400, "UnknownOperationException", ""),
    }
}

fn foreign() -> Answer {
    Answer::Text(404, "text/html", "<html></html>")
}

#[tokio::test]
async fn configuration_and_tags_are_brought_to_what_is_declared_and_left_where_nothing_is_said() {
    let server = serve(Server::builder()).await;
    let sfn = sfn(&server);
    let deploy = || {
        let deploy = greet(&sfn, "Dear").logging(Logging::errors(LOGS)).tracing(true);
        deploy.encryption(Encryption::aws_owned()).tags([("team", "a"), ("stage", "test")])
    };
    let first = deploy().await.unwrap();
    assert_eq!(first.change, Change::Created);
    let arn = first.machine.arn().clone();
    let found = first.machine.describe().await.unwrap();
    let logging = found.logging_configuration().unwrap();
    let group = logging.destinations()[0].cloud_watch_logs_log_group().unwrap().log_group_arn();
    assert_eq!((logging.level().unwrap().as_str(), group), ("ERROR", Some(&*format!("{LOGS}:*"))));
    assert!(found.tracing_configuration().unwrap().enabled());
    let mine = |tags: Vec<(String, String)>| {
        tags.into_iter()
            .filter(|(key, _)| !key.starts_with("workflow-runtime/"))
            .map(|(_, value)| value)
            .collect::<Vec<_>>()
    };
    assert_eq!(mine(machine_tags(arn.as_str(), &first).await), ["test", "a"]);
    assert_eq!(deploy().await.unwrap().change, Change::Unchanged);
    // Anything that is not declared stays.
    assert_eq!(greet(&sfn, "Dear").await.unwrap().change, Change::Unchanged);
    assert!(first.machine.describe().await.unwrap().tracing_configuration().unwrap().enabled());

    assert_eq!(deploy().logging(Logging::off()).await.unwrap().change, Change::Updated);
    let found = first.machine.describe().await.unwrap();
    assert_eq!(found.logging_configuration().unwrap().level().unwrap().as_str(), "OFF");
    assert_eq!(deploy().logging(Logging::off()).await.unwrap().change, Change::Unchanged);
}

#[tokio::test]
async fn what_was_configured_by_hand_is_left_alone_until_told_otherwise() {
    use aws_sdk_sfn::types::{
        EncryptionConfiguration, EncryptionType, LoggingConfiguration, Tag, TracingConfiguration,
    };

    let server = serve(Server::builder()).await;
    let sfn = sfn(&server);
    let deploy = |formula: &str| {
        let deploy = greet(&sfn, formula).logging(Logging::errors(LOGS)).tracing(true);
        deploy.encryption(Encryption::kms("key")).tags([("team", "a"), ("stage", "test")])
    };
    let first = deploy("Dear").await.unwrap();
    let arn = first.machine.arn().as_str();
    let update = || sfn.update_state_machine().state_machine_arn(arn);
    let of = |configuration: EncryptionType| EncryptionConfiguration::builder().r#type(configuration).build().unwrap();
    let tag = |key: &str| Tag::builder().key(key).value("by hand").build();
    let edits = [Aspect::Logging, Aspect::Tracing, Aspect::Encryption, Aspect::Tags, Aspect::Tags];
    for (number, aspect) in edits.into_iter().enumerate() {
        match aspect {
            Aspect::Logging => {
                let off = LoggingConfiguration::builder().level("OFF".into()).build();
                update().logging_configuration(off).send().await.map(drop).unwrap();
            }
            Aspect::Tracing => {
                let off = TracingConfiguration::builder().enabled(false).build();
                update().tracing_configuration(off).send().await.map(drop).unwrap();
            }
            Aspect::Encryption => {
                update().encryption_configuration(of(EncryptionType::AwsOwnedKey)).send().await.map(drop).unwrap();
            }
            _ if number % 2 == 0 => {
                sfn.tag_resource().resource_arn(arn).tags(tag("more")).send().await.map(drop).unwrap();
            }
            _ => sfn.untag_resource().resource_arn(arn).tag_keys("stage").send().await.map(drop).unwrap(),
        }
        let by_hand = state_of(&first).await;
        let planned = deploy("Dear").plan().await.unwrap();
        assert_eq!(planned.drift.map(|drift| drift.changed), Some(vec![aspect]));
        assert!(!planned.plan.is_empty(), "{aspect}");
        for formula in ["Dear", "Dearest", "Dearest"] {
            let error = deploy(formula).await.unwrap_err();
            let Error::Drifted(drift) = &error else { panic!("{error:?}") };
            assert_eq!((&*drift.changed, drift.was_deployed), (&[aspect][..], true));
            let word = if aspect == Aspect::Tags { "were" } else { "was" };
            assert!(error.to_string().contains(&format!("its {aspect} {word} changed by other means")), "{error}");
            assert_eq!(state_of(&first).await, by_hand);
        }
        // A setting that this deployment does not declare stays unchanged.
        assert_eq!(greet(&sfn, "Dear").await.unwrap().change, Change::Unchanged);
        assert_eq!(state_of(&first).await, by_hand);
        assert_eq!(first.machine.drift().await.unwrap().map(|drift| drift.changed), Some(vec![aspect]));

        assert_eq!(deploy("Dear").overwrite().await.unwrap().change, Change::Updated);
        assert_eq!(deploy("Dear").await.unwrap().change, Change::Unchanged);
        assert!(first.machine.drift().await.unwrap().is_none());
    }
    // A manual change to what is now declared is fine.
    update().tracing_configuration(TracingConfiguration::builder().enabled(false).build()).send().await.unwrap();
    assert_eq!(deploy("Dear").tracing(false).await.unwrap().change, Change::Unchanged);
    assert!(first.machine.drift().await.unwrap().is_none());
    assert_eq!(deploy("Dear").await.unwrap().change, Change::Updated);
}

/// Returns everything that a state machine has, except for the records of deployments.
async fn state_of(deployed: &Deployed<Greet>) -> String {
    let found = deployed.machine.describe().await.unwrap();
    let mut tags = machine_tags(&found.state_machine_arn, deployed).await;
    tags.retain(|(key, _)| !key.starts_with("workflow-runtime/"));
    let (logging, tracing) = (found.logging_configuration(), found.tracing_configuration());
    format!("{} {logging:?} {tracing:?} {:?} {tags:?}", found.definition, found.encryption_configuration())
}

#[tokio::test]
async fn a_key_is_sent_with_the_definition() {
    let server = serve(Server::builder()).await;
    let sfn = sfn(&server);
    let key = "arn:aws:kms:us-east-1:123456789012:key/1";
    let deploy = |key: &str| greet(&sfn, "Dear").encryption(Encryption::kms(key).reuse_data_key(120));
    let deployed = deploy(key).await.unwrap();
    let found = deployed.machine.describe().await.unwrap();
    let encryption = found.encryption_configuration().unwrap();
    assert_eq!((encryption.kms_key_id(), encryption.kms_data_key_reuse_period_seconds()), (Some(key), Some(120)));
    assert_eq!(deploy(key).await.unwrap().change, Change::Unchanged);
    assert_eq!(deploy("arn:aws:kms:us-east-1:123456789012:key/2").await.unwrap().change, Change::Updated);
}

#[tokio::test]
async fn executions_are_started_on_the_version_that_was_published() {
    let server = serve(Server::builder()).await;
    let sfn = sfn(&server);
    let first = greet(&sfn, "Dear").publish_as("the first").await.unwrap();
    assert_eq!(first.target().version_number(), Some(1));
    let again = greet(&sfn, "Dear").publish().await.unwrap();
    assert_eq!((again.change, again.target().arn()), (Change::Unchanged, first.target().arn()));
    let second = greet(&sfn, "Dearest").publish().await.unwrap();
    assert_eq!((second.change, second.target().version_number()), (Change::Updated, Some(2)));

    let input = crate::client::workflows::GreetInput { name: "Ada".into(), formal: true };
    for (deployed, words) in [(&first, "Dear"), (&second, "Dearest")] {
        let execution = deployed.target().start(&input).await.unwrap();
        assert_eq!(execution.wait_with(QUICK).await.unwrap().words, words);
        let described = execution.describe().await.unwrap();
        assert_eq!(described.sdk().state_machine_version_arn(), Some(deployed.target().arn().as_str()));
    }
    let versions = second.machine.versions().collect().await.unwrap();
    assert_eq!(versions.iter().map(|version| version.version_number()).collect::<Vec<_>>(), [Some(2), Some(1)]);
    assert_eq!(versions[1].unqualified().arn(), first.machine.arn());
    versions[1].delete_version().await.unwrap();
    assert_eq!(first.machine.versions().collect().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_alias_is_made_shifted_and_rolled_back() {
    let server = serve(Server::builder()).await;
    let sfn = sfn(&server);
    let first = greet(&sfn, "one").alias("live").await.unwrap();
    let live = first.alias.clone().unwrap();
    let routes = async || {
        let mut routes = live.routes().await.unwrap();
        routes.sort_by(|one, other| one.version.cmp(&other.version));
        let number = |arn: &Arn| arn.as_str().rsplit(':').next().unwrap().to_owned();
        routes.iter().map(|route| format!("{}={}", number(&route.version), route.weight)).collect::<Vec<_>>()
    };
    assert_eq!(routes().await, ["1=100"]);
    assert!(matches!(live.roll_back().await, Err(Error::NothingBefore { .. })));

    // Ten percent, then all, then back.
    let second = greet(&sfn, "two").alias_weight("live", 10).await.unwrap();
    assert_eq!(routes().await, ["1=90", "2=10"]);
    let version = second.target().arn().clone();
    assert!(!live.shift(&version, 10).await.unwrap());
    assert_eq!(live.roll_back().await.unwrap(), *first.target().arn());
    assert_eq!(routes().await, ["1=100"]);
    assert!(live.shift(&version, 50).await.unwrap());
    assert!(live.point_to(&version).await.unwrap());
    assert!(!live.point_to(&version).await.unwrap());
    assert_eq!(routes().await, ["2=100"]);
    assert_eq!(live.roll_back().await.unwrap(), *first.target().arn());

    // An execution started on the alias runs the version that it points to.
    let input = crate::client::workflows::GreetInput { name: "Ada".into(), formal: true };
    let execution = live.machine().start(&input).await.unwrap();
    assert_eq!(execution.wait_with(QUICK).await.unwrap().words, "one");
    let described = execution.describe().await.unwrap();
    assert_eq!(described.sdk().state_machine_alias_arn(), Some(live.arn().as_str()));
    let names: Vec<_> =
        first.machine.aliases().collect().await.unwrap().iter().map(|alias| alias.name().to_owned()).collect();
    assert_eq!(names, ["live"]);
    live.delete().await.unwrap();
    assert!(live.routes().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_deployments_at_once_one_publishes_and_the_other_says_so() {
    for first in ["create", "update"] {
        let server = serve(Server::builder()).await;
        let real = sfn(&server);
        if first == "update" {
            greet(&real, "zero").publish().await.unwrap();
        }
        // The other deployment runs between this one's update and its publishing.
        let other = Mutex::new(Some(greet(&real, "other").publish()));
        let won = std::sync::Arc::new(Mutex::new(None));
        let outcome = std::sync::Arc::clone(&won);
        let handle = tokio::runtime::Handle::current();
        let slow = Forward::with(&real, move |operation, _| {
            if operation == "PublishStateMachineVersion"
                && let Some(other) = other.lock().unwrap().take()
            {
                let deployed = tokio::task::block_in_place(|| handle.block_on(other.into_future()));
                *outcome.lock().unwrap() = Some(deployed);
            }
            Verdict::On
        });
        let lost = greet(&slow, "mine").publish().await.unwrap_err();
        assert!(matches!(&lost, Error::Overtaken { name } if name == "Greet"), "{lost:?}");
        assert!(lost.to_string().contains("no version was published\nhelp: "), "{lost}");
        let won = won.lock().unwrap().take().unwrap().unwrap();
        let definition = won.target().describe().await.unwrap().definition;
        assert!(definition.contains("other"), "{definition}");
        let versions = won.machine.versions().collect().await.unwrap();
        assert_eq!(versions.len(), if first == "update" { 2 } else { 1 });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_deployments_at_once_either_is_known_to_the_next() {
    // List, describe, tags, validate, tag, update, tags.
    for before in 0..7 {
        let server = serve(Server::builder()).await;
        let real = sfn(&server);
        greet(&real, "zero").await.unwrap();
        // The other deployment runs before that request of this one.
        let other = Mutex::new(Some(greet(&real, "other").tags([("team", "other")])));
        let handle = tokio::runtime::Handle::current();
        let slow = Forward::with(&real, move |_, number| {
            if number == before
                && let Some(other) = other.lock().unwrap().take()
            {
                tokio::task::block_in_place(|| handle.block_on(other.into_future())).unwrap();
            }
            Verdict::On
        });
        let mine = greet(&slow, "mine").tags([("team", "mine")]).await;
        assert!(mine.is_ok(), "{before}: {mine:?}");
        let third = greet(&real, "third").tags([("team", "third")]);
        assert!(third.plan().await.unwrap().drift.is_none(), "{before}");
        let third = || greet(&real, "third").tags([("team", "third")]);
        assert_eq!(third().await.unwrap().change, Change::Updated, "{before}");
        assert_eq!(third().await.unwrap().change, Change::Unchanged, "{before}");
        // A manual edit stays detected, however many deployments there were.
        let by_hand = r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#;
        let arn = third().await.unwrap().machine.arn().to_string();
        real.update_state_machine().state_machine_arn(arn).definition(by_hand).send().await.unwrap();
        assert!(matches!(third().await, Err(Error::Drifted(_))), "{before}");
    }
}

#[tokio::test]
async fn a_whole_deployment_that_was_killed_after_any_request_comes_to_the_same_end() {
    for before in [None, Some("first")] {
        let mut ends = Vec::new();
        let mut killed = 0;
        for (allowed, carries_out) in (0..16).flat_map(|allowed| [(allowed, false), (allowed, true)]) {
            let server = serve(Server::builder()).await;
            let real = sfn(&server);
            if let Some(formula) = before {
                whole(&real, formula).await.unwrap();
            }
            let cut = Forward::cut(&real, allowed, carries_out);
            if let Err(error) = whole(&cut, "second").await {
                let cause = if let Error::Unfinished { source, .. } = error { *source } else { error };
                assert!(matches!(cause, Error::NoAnswer { .. }), "{cause:?}");
                killed += 1;
            }
            let again = whole(&real, "second").await.unwrap();
            ends.push(state(&again).await);
            let third = whole(&real, "second").await.unwrap();
            assert_eq!(third.change, Change::Unchanged);
            assert_eq!(third.target().arn(), again.target().arn());
        }
        assert!(killed >= 10, "{killed}");
        ends.dedup();
        assert_eq!(ends.len(), 1, "{ends:#?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_is_being_deleted_is_waited_for_as_long_as_is_allowed() {
    let arn = "arn:aws:states:us-east-1:123456789012:stateMachine:Sleep";
    let machine = json!({
        "stateMachineArn": arn, "name": "Sleep", "type": "STANDARD", "creationDate": 1, "definition": "{}",
        "roleArn": "r", "status": "DELETING"
    });
    let script = move |gone_after: usize| {
        let machine = machine.clone();
        let looks = std::sync::atomic::AtomicUsize::new(0);
        move |asked: &crate::client::made::Asked| match &*asked.operation {
            "ListStateMachines" => Answer::Json(200, json!({"stateMachines": [machine]})),
            "DescribeStateMachine" if looks.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < gone_after => {
                Answer::Json(200, machine.clone())
            }
            "DescribeStateMachine" => error(400, "StateMachineDoesNotExist", "gone"),
            "ValidateStateMachineDefinition" => Answer::Json(200, json!({"result": "OK", "diagnostics": []})),
            "CreateStateMachine" => Answer::Json(200, json!({"stateMachineArn": arn, "creationDate": 1})),
            other => panic!("{other}"),
        }
    };
    let deploy = |gone_after, at_most| {
        let made = Made::new(script(gone_after));
        Client::<Sleep>::new(made.sfn()).deploy(&role()).wait_for_deletion(Duration::from_secs(at_most)).into_future()
    };
    assert_eq!(deploy(5, 60).await.unwrap().change, Change::Created);
    let start = tokio::time::Instant::now();
    let error = deploy(usize::MAX, 60).await.unwrap_err();
    assert!(matches!(error, Error::Deleting { .. }), "{error:?}");
    assert!((60..70).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_document_is_deployed_without_a_compiled_workflow() {
    let server = serve(Server::builder()).await;
    let client = Client::<Untyped>::new(sfn(&server));
    let definition = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Result":{"n":1},"End":true}}}"#;
    let deployed = client.deploy_document(&role(), "by-name", definition).publish().await.unwrap();
    assert_eq!(deployed.target().version_number(), Some(1));
    let machine = client.attach_by_name("by-name").await.unwrap();
    assert_eq!(machine.start(&json!([1])).await.unwrap().wait_with(QUICK).await.unwrap(), json!({"n": 1}));
    let express = Client::<Untyped<Express>>::new(sfn(&server));
    let deployed = express.deploy_document(&role(), "quick", definition).await.unwrap();
    assert_eq!(deployed.machine.run(&json!([1])).await.unwrap(), json!({"n": 1}));
    let other = client.deploy_document(&role(), "quick", definition).await.unwrap_err();
    assert!(matches!(other, Error::OtherType { .. }), "{other:?}");
}

#[tokio::test]
async fn a_plan_tells_what_a_deployment_means_before_it_is_made() {
    use workflow_runtime::plan::Verdict;

    let server = serve(Server::builder()).await;
    let sfn = sfn(&server);
    let planned = greet(&sfn, "Dear").plan().await.unwrap();
    assert_eq!((planned.machine.as_ref(), planned.verdict()), (None, Verdict::Compatible));
    let deployed = greet(&sfn, "Dear").tags([("team", "a")]).logging(Logging::errors(LOGS)).await.unwrap();
    let same = greet(&sfn, "Dear").tags([("team", "a")]).logging(Logging::errors(LOGS)).plan().await.unwrap();
    assert!(same.plan.is_empty() && same.drift.is_none(), "{}", same.plan.to_text());
    assert_eq!(same.machine.as_ref(), Some(deployed.machine.arn()));

    // Everything declared, and nothing else, is compared.
    assert!(greet(&sfn, "Dear").plan().await.unwrap().plan.is_empty());
    let other = greet(&sfn, "Dear").tags([("team", "b")]).logging(Logging::off()).tracing(true);
    let other = other.encryption(Encryption::kms("key")).plan().await.unwrap();
    let rules: Vec<_> = other.plan.findings.iter().map(|finding| finding.rule.id).collect();
    for rule in ["tags-changed", "logging-changed", "tracing-changed", "encryption-changed"] {
        assert!(rules.contains(&rule), "{rules:?}");
    }
    let other_role = Arn::from("arn:aws:iam::123456789012:role/others");
    let client = Client::<Greet>::new(sfn.clone());
    let planned = client.plan_with(&other_role, &GreetParams { formula: "Dear".to_owned() }).await.unwrap();
    assert!(planned.plan.findings.iter().any(|finding| finding.rule.id == "role-changed"));

    // None of that changed anything; a manual edit is reported.
    assert_eq!(greet(&sfn, "Dear").await.unwrap().change, Change::Unchanged);
    assert!(deployed.machine.drift().await.unwrap().is_none());
    let by_hand = r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#;
    let arn = deployed.machine.arn().as_str();
    sfn.update_state_machine().state_machine_arn(arn).definition(by_hand).send().await.unwrap();
    let planned = greet(&sfn, "Dear").plan().await.unwrap();
    assert!(planned.drift.as_ref().is_some_and(|drift| drift.was_deployed && drift.definition == by_hand));
    assert!(deployed.machine.drift().await.unwrap().is_some());
    assert_eq!(planned.plan.difference.states.iter().filter(|state| state.is_added()).count(), 3);
}
