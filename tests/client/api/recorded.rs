//! Compares AWS's recorded answers to calls about versions, aliases and activities with the server's answers.
//!
//! The calls are reproduced from the names of the recorded tests. Calls that boto3 rejects are left out: they never
//! reached AWS.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Api, ROLE, text};

/// The recordings of one file, and which answers have been compared.
struct Recorded {
    tests: Map<String, Value>,
    compared: BTreeSet<String>,
}

impl Recorded {
    fn read(name: &str) -> Option<Self> {
        let file = workflow_recorded::data("api")?.join(format!("{name}.json"));
        let text = std::fs::read_to_string(file).unwrap();
        let mut tests = Map::new();
        for (name, test) in serde_json::from_str::<Map<String, Value>>(&text).unwrap() {
            let name = name.rsplit("::").next().unwrap().to_owned();
            tests.insert(name, test["recorded-content"].clone());
        }
        Some(Self { tests, compared: BTreeSet::new() })
    }

    /// Compares an answer with the recording of this name.
    fn check(&mut self, test: &str, name: &str, (status, answer): &(u16, Value)) {
        let recorded = &self.tests[test][name];
        assert!(!recorded.is_null(), "{test} has no {name}");
        self.compared.insert(format!("{test}/{name}"));
        let refusal = match recorded {
            // `An error occurred (CODE) when calling the OPERATION operation: MESSAGE`
            Value::String(text) => Some(text.as_str()),
            Value::Object(members) => members.get("exception_value").and_then(Value::as_str),
            _ => None,
        };
        if let Some(refusal) = refusal {
            let code = answer["__type"].as_str().unwrap_or_default();
            let message = answer["message"].as_str().unwrap_or_default();
            assert!(refusal.contains(&format!("({code})")), "{test}/{name}: {refusal}\nnot {answer}");
            let expected = refusal.split_once(" operation: ").unwrap().1;
            assert!(matches(expected, message), "{test}/{name}: {expected}\nnot {message}");
            return;
        }
        if let Some(error) = recorded.get("Error") {
            assert_eq!(*status, recorded["ResponseMetadata"]["HTTPStatusCode"], "{test}/{name}: {answer}");
            assert_eq!(error["Code"], answer["__type"], "{test}/{name}");
            let (expected, message) = (text(&error["Message"]), text(&answer["message"]));
            assert!(matches(&expected, &message), "{test}/{name}: {expected}\nnot {message}");
            return;
        }
        assert_eq!(*status, 200, "{test}/{name}: {answer}");
        compare(recorded, answer, &format!("{test}/{name}"));
    }

    /// Asserts that every answer of AWS was compared.
    fn finish(self) {
        let all = self.tests.iter().flat_map(|(test, answers)| {
            answers.as_object().unwrap().iter().map(move |(name, answer)| (format!("{test}/{name}"), answer))
        });
        let left: Vec<_> = all
            .filter(|(name, answer)| {
                !self.compared.contains(name) && !answer.to_string().contains("Parameter validation failed")
            })
            .map(|(name, _)| name)
            .collect();
        assert!(left.is_empty(), "not compared: {left:#?}");
    }
}

/// Compares a recording with an answer, which may have members that the service did not have then.
fn compare(recorded: &Value, answer: &Value, at: &str) {
    match recorded {
        Value::Object(members) => {
            // The recorder parses JSON in strings.
            let read = answer.as_str().and_then(|text| serde_json::from_str(text).ok());
            let answer = read.as_ref().unwrap_or(answer);
            for (name, value) in members.iter().filter(|(name, _)| *name != "ResponseMetadata") {
                compare(value, &answer[name], &format!("{at}/{name}"));
            }
        }
        Value::Array(items) => {
            let answers = answer.as_array().unwrap_or_else(|| panic!("{at}: no list: {answer}"));
            assert_eq!(items.len(), answers.len(), "{at}: {answer}");
            items
                .iter()
                .zip(answers)
                .enumerate()
                .for_each(|(n, (item, answer))| compare(item, answer, &format!("{at}/{n}")));
        }
        Value::String(text) if text == "datetime" || text == "creation-date" => {
            assert!(answer.is_f64() || answer.is_u64(), "{at}: no time: {answer}");
        }
        Value::String(text) => {
            let found = answer.as_str().unwrap_or_else(|| panic!("{at}: no text: {answer}"));
            assert!(matches(text, found), "{at}: {text}\nnot {found}");
        }
        other => assert_eq!(other, answer, "{at}"),
    }
}

/// Returns whether a string has stand-ins: `<ArnPart_0idx>`, account numbers, names that the recorder invented.
fn matches(recorded: &str, found: &str) -> bool {
    let made_up = ["snf_role_arn", "activity_arn", "activity_name", "ssm_nonexistent_arn", "state_machine_alias"];
    if made_up.iter().any(|name| recorded.starts_with(name)) {
        return !found.is_empty();
    }
    let mut pattern = recorded.to_owned();
    for name in made_up {
        let base = format!("{name}_base_name");
        pattern = pattern
            .replace(&base, "<*>")
            .replace(&format!("{name}_name"), "<*>")
            .replace(&format!("'{name}'"), "'<*>'");
    }
    // Stand-ins that differ only in a trailing number stand for that whole word.
    let mut parts = Vec::new();
    let mut rest = pattern.replace("111111111111", "<*>");
    while let Some((before, after)) = rest.split_once('<') {
        parts.push(before.to_owned());
        rest = after.split_once('>').map(|(_, after)| after.to_owned()).unwrap_or_default();
    }
    parts.push(rest);
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return false };
    let mut left = match found.strip_prefix(first.as_str()) {
        Some(left) if parts.len() > 1 => left,
        left => return left == Some(""),
    };
    for part in &parts[1..parts.len() - 1] {
        match left.find(part.as_str()) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    left.ends_with(last.as_str())
}

/// Returns the state machine of the recordings, with a comment that distinguishes its revisions.
fn definition(comment: &str) -> String {
    json!({
        "Comment": comment,
        "StartAt": "State_1",
        "States": { "State_1": { "Type": "Pass", "Result": { "Arg1": "argument1" }, "End": true } },
    })
    .to_string()
}

const FIRST: &str = "BASE_PASS_RESULT";

impl Api {
    async fn create(&self, more: Value) -> (u16, Value) {
        let mut body = json!({"name": "M", "definition": definition(FIRST), "roleArn": ROLE});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.send("CreateStateMachine", &body).await
    }

    async fn update(&self, machine: &str, comment: &str, publish: bool) -> (u16, Value) {
        let body = json!({"stateMachineArn": machine, "definition": definition(comment), "publish": publish});
        self.send("UpdateStateMachine", &body).await
    }

    async fn of_machine(&self, operation: &str, machine: &str) -> (u16, Value) {
        self.send(operation, &json!({"stateMachineArn": machine})).await
    }
}

#[tokio::test]
async fn versions_are_as_aws_recorded_them() {
    let Some(mut recorded) = Recorded::read("versioning") else { return };
    let published = json!({"publish": true});

    let test = "test_create_with_publish";
    let api = Api::new().await;
    recorded.check(test, "creation_resp_1", &api.create(published.clone()).await);

    let test = "test_create_express_with_publish";
    let api = Api::new().await;
    recorded.check(test, "creation_resp_1", &api.create(json!({"publish": true, "type": "EXPRESS"})).await);

    let test = "test_create_with_version_description_no_publish";
    let api = Api::new().await;
    let described = json!({"versionDescription": "HelloWorld!"});
    recorded.check(test, "validation_exception", &api.create(described).await);

    for (test, more) in [
        ("test_create_publish_describe_no_version_description", published.clone()),
        (
            "test_create_publish_describe_with_version_description",
            json!({"publish": true, "versionDescription": "HelloWorld!"}),
        ),
    ] {
        let api = Api::new().await;
        let created = api.create(more).await;
        recorded.check(test, "creation_resp_1", &created);
        let (machine, version) = (text(&created.1["stateMachineArn"]), text(&created.1["stateMachineVersionArn"]));
        recorded.check(test, "describe_resp_version", &api.of_machine("DescribeStateMachine", &version).await);
        recorded.check(test, "describe_resp", &api.of_machine("DescribeStateMachine", &machine).await);
    }

    let test = "test_update_state_machine";
    let api = Api::new().await;
    let created = api.create(json!({})).await;
    recorded.check(test, "creation_resp_1", &created);
    let machine = text(&created.1["stateMachineArn"]);
    recorded.check(test, "update_resp_1", &api.update(&machine, "second", true).await);
    recorded.check(test, "list_versions_resp_1", &api.of_machine("ListStateMachineVersions", &machine).await);
    let updated = api.update(&machine, "third", true).await;
    recorded.check(test, "update_resp_2", &updated);
    recorded.check(test, "list_versions_resp_2", &api.of_machine("ListStateMachineVersions", &machine).await);
    let version = text(&updated.1["stateMachineVersionArn"]);
    recorded.check(test, "invalid_arn_1", &api.update(&version, "fourth", false).await);
    recorded.check(test, "invalid_arn_2", &api.of_machine("ListStateMachineVersions", &version).await);

    let test = "test_publish_state_machine_version";
    let api = Api::new().await;
    let created = api.create(json!({})).await;
    recorded.check(test, "creation_resp_1", &created);
    let machine = text(&created.1["stateMachineArn"]);
    let mut revision = Value::Null;
    for n in 1..=2 {
        let updated = api.update(&machine, &format!("{FIRST}-R{n}"), false).await;
        recorded.check(test, &format!("update_resp_{n}"), &updated);
        revision = updated.1["revisionId"].clone();
        let mut body = json!({"stateMachineArn": machine, "revisionId": revision});
        if n == 2 {
            body["description"] = json!("PublishedV2Description");
        }
        let published = api.send("PublishStateMachineVersion", &body).await;
        recorded.check(test, &format!("publish_v{n}"), &published);
        let versions = api.of_machine("ListStateMachineVersions", &machine).await;
        recorded.check(test, &format!("list_versions_resp_{n}"), &versions);
        let version = text(&published.1["stateMachineVersionArn"]);
        recorded.check(test, &format!("describe_v{n}"), &api.of_machine("DescribeStateMachine", &version).await);
    }
    recorded.check(test, "update_resp_3", &api.update(&machine, "fourth", false).await);
    let stale = json!({"stateMachineArn": machine, "revisionId": revision});
    recorded.check(test, "conflict_exception", &api.send("PublishStateMachineVersion", &stale).await);

    let test = "test_start_version_execution";
    let api = Api::new().await;
    let created = api.create(published.clone()).await;
    recorded.check(test, "creation_resp_1", &created);
    for (arn, started, listed) in [
        ("stateMachineArn", "execution_resp", "exec_list_resp"),
        ("stateMachineVersionArn", "execution_version_resp", "exec_version_list_resp"),
    ] {
        let machine = text(&created.1[arn]);
        let answer = api.of_machine("StartExecution", &machine).await;
        recorded.check(test, started, &answer);
        api.ended(&text(&answer.1["executionArn"])).await;
        recorded.check(test, listed, &api.of_machine("ListExecutions", &machine).await);
    }

    let test = "test_list_delete_version";
    let api = Api::new().await;
    let created = api.create(published.clone()).await;
    recorded.check(test, "creation_resp_1", &created);
    let (machine, version) = (text(&created.1["stateMachineArn"]), text(&created.1["stateMachineVersionArn"]));
    recorded.check(test, "describe_resp_version", &api.of_machine("DescribeStateMachine", &version).await);
    recorded.check(test, "list_versions_resp_1", &api.of_machine("ListStateMachineVersions", &machine).await);
    let delete = async || api.send("DeleteStateMachineVersion", &json!({"stateMachineVersionArn": version})).await;
    recorded.check(test, "delete_version_resp", &delete().await);
    recorded.check(test, "list_versions_resp_2", &api.of_machine("ListStateMachineVersions", &machine).await);
    recorded.check(test, "delete_version_resp_after_del", &delete().await);

    let test = "test_version_ids_between_deletions";
    let api = Api::new().await;
    let created = api.create(published.clone()).await;
    recorded.check(test, "creation_resp_1", &created);
    let machine = text(&created.1["stateMachineArn"]);
    let mut version = created.1["stateMachineVersionArn"].clone();
    for _ in 0..2 {
        api.ok("DeleteStateMachineVersion", json!({"stateMachineVersionArn": version})).await;
        let published = api.of_machine("PublishStateMachineVersion", &machine).await;
        version = published.1["stateMachineVersionArn"].clone();
    }
    let last = (200, json!({"creationDate": 0, "stateMachineVersionArn": version}));
    recorded.check(test, "publish_res_v2_2", &last);

    let test = "test_idempotent_publish";
    let api = Api::new().await;
    let created = api.create(json!({})).await;
    recorded.check(test, "creation_resp_1", &created);
    let machine = text(&created.1["stateMachineArn"]);
    recorded.check(test, "publish_v1_1", &api.of_machine("PublishStateMachineVersion", &machine).await);
    recorded.check(test, "publish_v1_2", &api.of_machine("PublishStateMachineVersion", &machine).await);
    recorded.check(test, "list_versions_resp", &api.of_machine("ListStateMachineVersions", &machine).await);

    for (test, more) in [
        ("test_empty_revision_with_publish_and_no_publish_on_creation", json!({})),
        ("test_empty_revision_with_publish_and_publish_on_creation", published.clone()),
    ] {
        let api = Api::new().await;
        let created = api.create(more).await;
        recorded.check(test, "creation_resp_1", &created);
        let machine = text(&created.1["stateMachineArn"]);
        for name in ["update_resp_1", "update_resp_2"] {
            let updated = api.update(&machine, FIRST, true).await;
            assert_eq!(updated.1["revisionId"], Value::Null);
            recorded.check(test, name, &updated);
        }
    }

    let test = "test_describe_state_machine_for_execution_of_version";
    let api = Api::new().await;
    let created = api.create(published.clone()).await;
    recorded.check(test, "creation_resp_1", &created);
    let answer = api.of_machine("StartExecution", &text(&created.1["stateMachineVersionArn"])).await;
    recorded.check(test, "execution_resp", &answer);
    let execution = json!({"executionArn": answer.1["executionArn"]});
    let described = api.send("DescribeStateMachineForExecution", &execution).await;
    assert_eq!(described.1["revisionId"], Value::Null);
    recorded.check(test, "describe_resp", &described);

    let test = "test_describe_state_machine_for_execution_of_version_with_revision";
    let api = Api::new().await;
    let created = api.create(json!({})).await;
    recorded.check(test, "creation_resp_1", &created);
    let machine = text(&created.1["stateMachineArn"]);
    let updated = api.update(&machine, &format!("{FIRST}-R2"), true).await;
    recorded.check(test, "update_resp", &updated);
    let answer = api.of_machine("StartExecution", &text(&updated.1["stateMachineVersionArn"])).await;
    recorded.check(test, "execution_resp", &answer);
    let execution = json!({"executionArn": answer.1["executionArn"]});
    let described = api.send("DescribeStateMachineForExecution", &execution).await;
    recorded.check(test, "describe_resp", &described);

    let api = Api::new().await;
    let absent = text(&api.create(json!({})).await.1["stateMachineArn"]).replace(":M", ":absent");
    let test = "test_publish_state_machine_version_no_such_machine";
    recorded.check(test, "exception", &api.of_machine("PublishStateMachineVersion", &absent).await);
    let test = "test_publish_state_machine_version_invalid_arn";
    recorded.check(test, "exception", &api.of_machine("PublishStateMachineVersion", "invalid_arn").await);

    let test = "test_list_state_machine_versions_pagination";
    let api = Api::new().await;
    let created = api.create(json!({})).await;
    recorded.check(test, "creation_resp_1", &created);
    let machine = text(&created.1["stateMachineArn"]);
    for n in 0..13 {
        assert_eq!(api.update(&machine, &format!("revision {n}"), true).await.0, 200);
    }
    let list = async |mut more: Value| {
        more["stateMachineArn"] = json!(machine);
        api.send("ListStateMachineVersions", &more).await
    };
    let page = list(json!({"maxResults": 10})).await;
    recorded.check(test, "list-state-machine-versions-page-1", &page);
    let page = list(json!({"maxResults": 10, "nextToken": page.1["nextToken"]})).await;
    assert_eq!(page.1["nextToken"], Value::Null);
    recorded.check(test, "list-state-machine-versions-page-2", &page);
    let too_large = list(json!({"maxResults": 1001})).await;
    recorded.check(test, "list-state-machine-versions-invalid-param-too-large", &too_large);
    let long = list(json!({"nextToken": "x".repeat(1025)})).await;
    recorded.check(test, "list-state-machine-versions-invalid-param-long-nextToken", &long);
    recorded.finish();
}

/// Returns a state machine with this many versions: its ARN and theirs.
async fn with_versions(api: &Api, count: usize) -> (String, Vec<String>) {
    let created = api.create(json!({"publish": true})).await.1;
    let machine = text(&created["stateMachineArn"]);
    let mut versions = vec![text(&created["stateMachineVersionArn"])];
    for n in 1..count {
        let updated = api.update(&machine, &format!("revision {n}"), true).await.1;
        versions.push(text(&updated["stateMachineVersionArn"]));
    }
    (machine, versions)
}

fn routes(routes: &[(&str, i64)]) -> Value {
    routes.iter().map(|(arn, weight)| json!({"stateMachineVersionArn": arn, "weight": weight})).collect()
}

const ALIAS: &str = "alias-name";

impl Api {
    async fn alias(&self, name: &str, routing: &Value) -> (u16, Value) {
        let body = json!({
            "name": name, "description": "create state machine alias description", "routingConfiguration": routing,
        });
        self.send("CreateStateMachineAlias", &body).await
    }

    async fn of_alias(&self, operation: &str, alias: &str) -> (u16, Value) {
        self.send(operation, &json!({"stateMachineAliasArn": alias})).await
    }
}

#[tokio::test]
async fn aliases_are_as_aws_recorded_them() {
    let Some(mut recorded) = Recorded::read("aliasing") else { return };
    let created = "create_state_machine_alias_response";
    let listed = "ListStateMachineAliases";

    for test in [
        "test_base_create_alias_single_router_config",
        "test_delete_no_such_alias_arn",
        "test_update_no_such_alias_arn",
    ] {
        let api = Api::new().await;
        let (_, versions) = with_versions(&api, 1).await;
        let alias = api.alias(ALIAS, &routes(&[(&versions[0], 100)])).await;
        recorded.check(test, created, &alias);
        let alias = text(&alias.1["stateMachineAliasArn"]);
        if test == "test_delete_no_such_alias_arn" {
            recorded.check(
                test,
                "delete_state_machine_alias_response",
                &api.of_alias("DeleteStateMachineAlias", &alias).await,
            );
            assert_eq!(api.of_alias("DeleteStateMachineAlias", &alias).await, (200, json!({})));
        }
        if test == "test_update_no_such_alias_arn" {
            api.of_alias("DeleteStateMachineAlias", &alias).await;
            let body = json!({"stateMachineAliasArn": alias, "description": "none"});
            recorded.check(test, "update_no_such_alias_arn", &api.send("UpdateStateMachineAlias", &body).await);
        }
    }

    let test = "test_error_create_alias_with_state_machine_arn";
    let api = Api::new().await;
    let (machine, _) = with_versions(&api, 1).await;
    recorded.check(test, "exception", &api.alias(ALIAS, &routes(&[(&machine, 100)])).await);

    let test = "test_error_create_alias_not_idempotent";
    let api = Api::new().await;
    let (_, versions) = with_versions(&api, 2).await;
    let one = routes(&[(&versions[0], 100)]);
    recorded.check(test, created, &api.alias(ALIAS, &one).await);
    let other = json!({"name": ALIAS, "description": "other", "routingConfiguration": one});
    recorded.check(test, "not_idempotent_description", &api.send("CreateStateMachineAlias", &other).await);
    let both = routes(&[(&versions[0], 50), (&versions[1], 50)]);
    recorded.check(test, "not_idempotent_routing_configuration", &api.alias(ALIAS, &both).await);

    let test = "test_idempotent_create_alias";
    let api = Api::new().await;
    let (machine, versions) = with_versions(&api, 1).await;
    let one = routes(&[(&versions[0], 100)]);
    for n in 0..2 {
        recorded.check(test, &format!("{created}_attempt_{n}"), &api.alias(ALIAS, &one).await);
    }
    let second = api.alias(&format!("{ALIAS}-second"), &one).await;
    recorded.check(test, "create_state_machine_alias_response_different_name", &second);
    recorded.check(test, "list_state_machine_aliases_response", &api.of_machine(listed, &machine).await);

    let test = "test_error_create_alias_invalid_router_configs";
    let api = Api::new().await;
    let (machine, versions) = with_versions(&api, 3).await;
    let [v1, v2, v3] = [&*versions[0], &*versions[1], &*versions[2]];
    for (name, routing) in [
        ("too_many_routing", routes(&[(v1, 50), (v2, 30), (v3, 20)])),
        ("duplicate_routing", routes(&[(v1, 50), (v1, 50)])),
        ("invalid_arn", routes(&[(&machine, 50), (v2, 50)])),
        ("weight_too_large", routes(&[(v1, 101)])),
        ("sum_weights_less_than_100", routes(&[(v1, 70), (v2, 29)])),
        ("sum_weights_more_than_100", routes(&[(v1, 70), (v2, 31)])),
    ] {
        recorded.check(test, name, &api.alias(ALIAS, &routing).await);
    }

    let test = "test_error_create_alias_invalid_name";
    let long = "A".repeat(81);
    for name in ["123", &long, "INVALID ALIAS", "!INVALID", "ALIAS@"] {
        let refused = api.alias(name, &routes(&[(v1, 100)])).await;
        recorded.check(test, &format!("exception_for_name{name}"), &refused);
    }

    let test = "test_base_lifecycle_create_delete_list";
    let api = Api::new().await;
    let (machine, versions) = with_versions(&api, 1).await;
    let one = routes(&[(&versions[0], 100)]);
    recorded.check(test, "list_state_machine_aliases_response_empty", &api.of_machine(listed, &machine).await);
    let mut arns = Vec::new();
    for n in 0..3 {
        let alias = api.alias(&format!("{ALIAS}-{n}"), &one).await;
        recorded.check(test, &format!("{created}_num_{n}"), &alias);
        arns.push(text(&alias.1["stateMachineAliasArn"]));
        let list = api.of_machine(listed, &machine).await;
        recorded.check(test, &format!("list_state_machine_aliases_response_after_creation_{n}"), &list);
    }
    for (n, alias) in arns.iter().enumerate() {
        let deleted = api.of_alias("DeleteStateMachineAlias", alias).await;
        recorded.check(test, &format!("delete_state_machine_alias_response_{n}"), &deleted);
        let list = api.of_machine(listed, &machine).await;
        recorded.check(test, &format!("list_state_machine_aliases_response_after_deletion_{n}"), &list);
    }

    let test = "test_base_lifecycle_create_invoke_describe_list";
    let api = Api::new().await;
    let (machine, versions) = with_versions(&api, 1).await;
    recorded.check(test, "list_state_machine_aliases_response_empty", &api.of_machine(listed, &machine).await);
    let alias = api.alias(ALIAS, &routes(&[(&versions[0], 100)])).await;
    recorded.check(test, created, &alias);
    let alias = text(&alias.1["stateMachineAliasArn"]);
    for (name, arn) in [("alias", &alias), ("version_arn", &versions[0])] {
        let started = api.of_machine("StartExecution", arn).await;
        recorded.check(test, &format!("start_execution_response_through_{name}"), &started);
        let described = api.ended(&text(&started.1["executionArn"])).await;
        recorded.check(test, &format!("describe_execution_response_through_{name}"), &(200, described));
    }
    recorded.check(test, "list_executions_response", &api.of_machine("ListExecutions", &machine).await);

    let test = "test_base_lifecycle_create_update_describe";
    let api = Api::new().await;
    let (_, versions) = with_versions(&api, 2).await;
    let alias = api.alias(ALIAS, &routes(&[(&versions[0], 100)])).await;
    recorded.check(test, created, &alias);
    let alias = text(&alias.1["stateMachineAliasArn"]);
    let both = routes(&[(&versions[0], 50), (&versions[1], 50)]);
    for (what, change) in [
        ("description", json!({"description": "new description"})),
        ("routing_configuration", json!({"routingConfiguration": both})),
    ] {
        let mut body = change;
        body["stateMachineAliasArn"] = json!(alias);
        let updated = api.send("UpdateStateMachineAlias", &body).await;
        recorded.check(test, &format!("update_state_machine_alias_{what}_response"), &updated);
        let described = api.of_alias("DescribeStateMachineAlias", &alias).await;
        recorded.check(test, &format!("describe_state_machine_alias_update_{what}_response"), &described);
    }

    let test = "test_delete_version_with_alias";
    let api = Api::new().await;
    let (_, versions) = with_versions(&api, 2).await;
    let alias = api.alias(ALIAS, &routes(&[(&versions[0], 100)])).await;
    recorded.check(test, created, &alias);
    let alias = text(&alias.1["stateMachineAliasArn"]);
    let delete = json!({"stateMachineVersionArn": versions[0]});
    let refused = api.send("DeleteStateMachineVersion", &delete).await;
    recorded.check(test, "exception_delete_version_with_alias_reference", &refused);
    let other = routes(&[(&versions[1], 100)]);
    api.ok("UpdateStateMachineAlias", json!({"stateMachineAliasArn": alias, "routingConfiguration": other})).await;
    let described = api.of_alias("DescribeStateMachineAlias", &alias).await;
    recorded.check(test, "describe_state_machine_alias_response", &described);
    recorded.check(test, "delete_version_response", &api.send("DeleteStateMachineVersion", &delete).await);

    let test = "test_delete_revision_with_alias";
    let api = Api::new().await;
    let (machine, versions) = with_versions(&api, 1).await;
    recorded.check(test, created, &api.alias(ALIAS, &routes(&[(&versions[0], 100)])).await);
    recorded.check(test, "delete_state_machine_response", &api.of_machine("DeleteStateMachine", &machine).await);

    let test = "test_list_state_machine_aliases_pagination_invalid_next_token";
    let api = Api::new().await;
    let (machine, versions) = with_versions(&api, 1).await;
    recorded.check(test, created, &api.alias(ALIAS, &routes(&[(&versions[0], 100)])).await);
    let body = json!({"stateMachineArn": machine, "nextToken": "InvalidToken"});
    recorded.check(test, "invalidTokenException", &api.send(listed, &body).await);

    for test in [
        "test_list_state_machine_aliases_pagination_max_results_1_next_token",
        "test_list_state_machine_aliases_pagination_max_results[0]",
        "test_list_state_machine_aliases_pagination_max_results[1]",
    ] {
        let api = Api::new().await;
        let (machine, versions) = with_versions(&api, 1).await;
        for n in 1..=3 {
            let alias = api.alias(&format!("AliasName-{n}"), &routes(&[(&versions[0], 100)])).await;
            recorded.check(test, &format!("{created}-{n}"), &alias);
        }
        let list = async |mut more: Value| {
            more["stateMachineArn"] = json!(machine);
            api.send(listed, &more).await
        };
        let has = |recorded: &Recorded, name: &str| recorded.tests[test].get(name).is_some();
        for (name, most) in [("0", 0), ("1", 1), ("1001", 1001)] {
            let name = format!("list_state_machine_aliases_max_results_{name}_response");
            if has(&recorded, &name) {
                let page = list(json!({"maxResults": most})).await;
                recorded.check(test, &name, &page);
            }
        }
        if has(&recorded, "list_state_machine_aliases_next_token_response") {
            let page = list(json!({"maxResults": 1})).await;
            let page = list(json!({"nextToken": page.1["nextToken"]})).await;
            recorded.check(test, "list_state_machine_aliases_next_token_response", &page);
        }
    }
    recorded.finish();
}

#[tokio::test]
async fn activities_are_as_aws_recorded_them() {
    let Some(mut recorded) = Recorded::read("activities") else { return };
    let names: Vec<String> = recorded.tests.keys().cloned().collect();
    for test in &names {
        let api = Api::new().await;
        let argument = test.split_once('[').map(|(_, rest)| rest.trim_end_matches(']'));
        let create = async |name: &str| api.send("CreateActivity", &json!({"name": name})).await;
        let of = async |operation: &str, arn: &Value| api.send(operation, &json!({"activityArn": arn})).await;
        match (test.split('[').next().unwrap(), argument) {
            ("test_create_describe_delete_activity", Some(name)) => {
                let created = create(name).await;
                recorded.check(test, "create_activity_response", &created);
                let again = create(name).await;
                assert_eq!(created, again);
                recorded.check(test, "create_activity_response_duplicate", &again);
                let arn = &created.1["activityArn"];
                recorded.check(test, "describe_activity_response", &of("DescribeActivity", arn).await);
                recorded.check(test, "delete_activity_response", &of("DeleteActivity", arn).await);
                recorded.check(test, "delete_activity_response_2", &of("DeleteActivity", arn).await);
            }
            ("test_create_activity_invalid_name", Some(_)) => {
                // The names of tests write control characters as `\x00`; the message contains the name that was sent.
                let message = text(&recorded.tests[test]["invalid_name"]["message"]);
                let name = message.strip_prefix("Invalid Name: '").and_then(|rest| rest.strip_suffix('\'')).unwrap();
                recorded.check(test, "invalid_name", &create(name).await);
            }
            ("test_list_activities", _) => {
                for n in 0..3 {
                    create(&format!("activity{n}")).await;
                }
                recorded.check(test, "list_activities_response", &api.send("ListActivities", &json!({})).await);
            }
            (of_deleted @ ("test_describe_deleted_activity" | "test_get_activity_task_deleted"), _) => {
                let arn = create("A").await.1["activityArn"].clone();
                of("DeleteActivity", &arn).await;
                let operation = if of_deleted.contains("describe") { "DescribeActivity" } else { "GetActivityTask" };
                recorded.check(test, "no_such_activity", &of(operation, &arn).await);
            }
            ("test_describe_activity_invalid_arn", _) => {
                recorded.check(test, "exception", &of("DescribeActivity", &json!("no_an_activity_arn")).await);
            }
            ("test_get_activity_task_invalid_arn", _) => {
                recorded.check(test, "exception", &of("GetActivityTask", &json!("no_an_activity_arn")).await);
            }
            _ => panic!("{test} is not reproduced"),
        }
    }
    recorded.finish();
}
