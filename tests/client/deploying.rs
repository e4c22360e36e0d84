//! Tests deployments: what they find, what they leave unchanged, and how they are interrupted.

use serde_json::json;
use workflow_runtime::Arn;
use workflow_runtime::aws_sdk_sfn;
use workflow_runtime::client::{Change, Client, Error};
use workflow_server::Server;

use crate::client::forward::Forward;
use crate::client::made::{Answer, Asked, Made, error};
use crate::client::workflows::{Greet, GreetParams, Sleep, role, serve};

const MACHINES: &str = "arn:aws:states:us-east-1:123456789012:stateMachine";

fn params(formula: &str) -> GreetParams {
    GreetParams { formula: formula.to_owned() }
}

fn sfn(server: &Server) -> aws_sdk_sfn::Client {
    aws_sdk_sfn::Client::from_conf(server.sfn_config())
}

/// Returns a service with ten thousand machines, in pages, named `M0` to `M9999`.
fn ten_thousand(asked: &Asked) -> Answer {
    let described = |name: &str| {
        json!({
            "stateMachineArn": format!("{MACHINES}:{name}"), "name": name, "type": "STANDARD", "creationDate": 1,
            "definition": "{}", "roleArn": "r", "status": "ACTIVE"
        })
    };
    match &*asked.operation {
        "ListStateMachines" => {
            let from: usize = asked.body["nextToken"].as_str().map_or(0, |token| token.parse().unwrap());
            let count = asked.body["maxResults"].as_u64().map_or(100, |most| usize::try_from(most).unwrap().min(1000));
            let to = (from + count).min(10_000);
            let machines: Vec<_> = (from..to).map(|n| described(&format!("M{n}"))).collect();
            let next = (to < 10_000).then(|| to.to_string());
            Answer::Json(200, json!({"stateMachines": machines, "nextToken": next}))
        }
        "DescribeStateMachine" => {
            let name = asked.body["stateMachineArn"].as_str().unwrap().rsplit(':').next().unwrap();
            match name.strip_prefix('M').and_then(|n| n.parse::<u32>().ok()).is_some_and(|n| n < 10_000) {
                true => Answer::Json(200, described(name)),
                false => error(400, "StateMachineDoesNotExist", "State Machine Does Not Exist"),
            }
        }
        "CreateStateMachine" => {
            let arn = format!("{MACHINES}:{}", asked.body["name"].as_str().unwrap());
            Answer::Json(200, json!({"stateMachineArn": arn, "creationDate": 1}))
        }
        other => error(400, "AccessDeniedException", other),
    }
}

#[tokio::test]
async fn one_of_ten_thousand_machines_is_found_in_three_requests_at_most() {
    let made = Made::new(ten_thousand);
    let client = Client::<Sleep>::new(made.sfn());
    for (name, found) in [("M0", true), ("M7321", true), ("M9999", true), ("M10000", false), ("Sleep", false)] {
        let before = made.asked().len();
        match client.attach_by_name(name).await {
            Ok(machine) => assert_eq!((machine.arn().as_str(), found), (&*format!("{MACHINES}:{name}"), true)),
            Err(error) => assert!(matches!(error, Error::NoSuchMachine { .. }) && !found, "{error:?}"),
        }
        assert!(made.asked().len() - before <= 3, "{:?}", made.operations());
    }
    let made = Made::new(ten_thousand);
    let deployed = Client::<Sleep>::new(made.sfn()).deploy(&role()).await.unwrap();
    assert_eq!((deployed.change, deployed.machine.arn().as_str()), (Change::Created, &*format!("{MACHINES}:Sleep")));
    let expected =
        ["ListStateMachines", "DescribeStateMachine", "ValidateStateMachineDefinition", "CreateStateMachine"];
    assert_eq!(made.operations(), expected);
}

#[tokio::test]
async fn no_machine_is_found_where_there_is_none() {
    let made = Made::new(|_| Answer::Json(200, json!({"stateMachines": []})));
    let found = Client::<Sleep>::new(made.sfn()).attach_by_name("Sleep").await;
    assert!(matches!(found, Err(Error::NoSuchMachine { .. })), "{found:?}");
}

#[tokio::test]
async fn a_machine_that_a_listing_does_not_show_yet_is_updated_all_the_same() {
    let server = serve(Server::builder()).await;
    let first = Client::<Greet>::new(sfn(&server)).deploy_with(&role(), &params("Dear")).await.unwrap();
    // The listing lags behind: it is still empty.
    let real = sfn(&server);
    let lagging = Forward::answering(&real, |operation, _| match operation {
        "ListStateMachines" => Some(br#"{"stateMachines": []}"#),
        _ => None,
    });
    let deployed = Client::<Greet>::new(lagging).deploy_with(&role(), &params("Most honoured")).await.unwrap();
    assert_eq!((deployed.change, deployed.machine.arn()), (Change::Updated, first.machine.arn()));
}

#[tokio::test]
async fn a_machine_that_is_being_deleted_is_not_deployed_onto() {
    let definition = r#"{"StartAt":"Nap","States":{"Nap":{"Type":"Wait","Seconds":3600,"End":true}}}"#;
    let script = move |asked: &Asked| match &*asked.operation {
        "ListStateMachines" => {
            let machine = json!({"stateMachineArn": format!("{MACHINES}:Sleep"), "name": "Sleep", "type": "STANDARD", "creationDate": 1});
            Answer::Json(200, json!({"stateMachines": [machine]}))
        }
        "DescribeStateMachine" => Answer::Json(
            200,
            json!({
                "stateMachineArn": format!("{MACHINES}:Sleep"), "name": "Sleep", "type": "STANDARD", "creationDate": 1,
                "definition": definition, "roleArn": role(), "status": "DELETING"
            }),
        ),
        other => panic!("{other}"),
    };
    for overwrite in [false, true] {
        let made = Made::new(script);
        let deploy = Client::<Sleep>::new(made.sfn()).deploy(&role());
        let error = if overwrite { deploy.overwrite() } else { deploy }.await.unwrap_err();
        assert!(matches!(&error, Error::Deleting { name } if name == "Sleep"), "{error:?}");
        assert!(error.to_string().starts_with("the state machine `Sleep` is being deleted\nhelp: "), "{error}");
    }
    // If it is already invisible, the service reports it when it is created again.
    let made = Made::new(|asked| match &*asked.operation {
        "CreateStateMachine" => error(400, "StateMachineDeleting", "State Machine is being deleted"),
        _ => Answer::Json(200, json!({"stateMachines": []})),
    });
    let error = Client::<Sleep>::new(made.sfn()).deploy(&role()).await.unwrap_err();
    assert!(matches!(error, Error::Deleting { .. }), "{error:?}");
}

#[tokio::test]
async fn a_machine_that_was_edited_by_hand_is_left_alone_until_told_otherwise() {
    let server = serve(Server::builder()).await;
    let client = Client::<Greet>::new(sfn(&server));
    let deployed = client.deploy_with(&role(), &params("Dear")).await.unwrap();
    let arn = deployed.machine.arn().clone();
    let other_role = Arn::from("arn:aws:iam::123456789012:role/by-hand");
    let by_hand = r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#;
    let edits = [(Some(by_hand), None), (None, Some(&other_role))];
    for (number, (definition, role_by_hand)) in edits.into_iter().enumerate() {
        let edit = sfn(&server).update_state_machine().state_machine_arn(arn.as_str());
        let edit = edit.set_definition(definition.map(str::to_owned));
        edit.set_role_arn(role_by_hand.map(|role| role.to_string())).send().await.unwrap();
        let edited = deployed.machine.describe().await.unwrap();

        // Neither the same workflow nor a changed one overwrites it, no matter how often you try.
        for formula in ["Dear", "Dearest", "Dearest"] {
            let error = client.deploy_with(&role(), &params(formula)).await.unwrap_err();
            let Error::Drifted(drift) = &error else { panic!("{error:?}") };
            assert_eq!((&drift.machine, drift.was_deployed), (&arn, true));
            assert_eq!((&*drift.definition, drift.role.as_str()), (edited.definition(), edited.role_arn()));
            assert!(
                error.to_string().contains("changed by other means") && error.to_string().contains(".overwrite()"),
                "{error}"
            );
            let found = deployed.machine.describe().await.unwrap();
            assert_eq!((found.definition(), found.role_arn()), (edited.definition(), edited.role_arn()));
        }
        let formula = format!("Dear {number}");
        let overwritten = client.deploy_with(&role(), &params(&formula)).overwrite().await.unwrap();
        assert_eq!(overwritten.change, Change::Updated);
        let found = deployed.machine.describe().await.unwrap();
        assert!(found.definition().contains(&formula) && found.role_arn() == role().as_str());
        // From now on, it is as deployed.
        assert_eq!(client.deploy_with(&role(), &params(&formula)).await.unwrap().change, Change::Unchanged);
        assert_eq!(client.deploy_with(&role(), &params("Dear")).await.unwrap().change, Change::Updated);
    }

    // A change of only the layout is not an edit.
    let found = deployed.machine.describe().await.unwrap();
    let value: serde_json::Value = serde_json::from_str(found.definition()).unwrap();
    let laid_out = serde_json::to_string_pretty(&value).unwrap();
    sfn(&server).update_state_machine().state_machine_arn(arn.as_str()).definition(laid_out).send().await.unwrap();
    assert_eq!(client.deploy_with(&role(), &params("Dear")).await.unwrap().change, Change::Unchanged);
    assert_eq!(client.deploy_with(&role(), &params("Dearest")).await.unwrap().change, Change::Updated);
}

#[tokio::test]
async fn a_machine_that_others_made_is_left_alone_unless_it_is_the_same() {
    let server = serve(Server::builder()).await;
    let sfn = sfn(&server);
    let create =
        |definition: &str| sfn.create_state_machine().name("Sleep").role_arn(role()).definition(definition).send();
    let arn = create(r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#).await.unwrap().state_machine_arn;
    let client = Client::<Sleep>::new(sfn.clone());
    let error = client.deploy(&role()).await.unwrap_err();
    assert!(matches!(&error, Error::Drifted(drift) if !drift.was_deployed), "{error:?}");
    assert!(error.to_string().contains("created by other means"), "{error}");
    assert_eq!(client.deploy(&role()).overwrite().await.unwrap().change, Change::Updated);
    assert_eq!(client.deploy(&role()).await.unwrap().change, Change::Unchanged);

    sfn.delete_state_machine().state_machine_arn(arn).send().await.unwrap();
    create(r#"{"States":{"Nap":{"Seconds":3600,"Type":"Wait","End":true}},"StartAt":"Nap"}"#).await.unwrap();
    assert_eq!(client.deploy(&role()).await.unwrap().change, Change::Unchanged);
    let other_role = Arn::from("arn:aws:iam::123456789012:role/others");
    assert_eq!(client.deploy(&other_role).await.unwrap().change, Change::Updated);
}

#[tokio::test]
async fn a_deployment_that_was_cut_short_is_finished_by_the_next() {
    for change in ["create", "update"] {
        let mut cut_short = 0;
        // Allows one more request each time, either answered or executed with its answer lost, until it completes.
        for (allowed, carries_out) in (0..10).flat_map(|allowed| [(allowed, false), (allowed, true)]) {
            let server = serve(Server::builder()).await;
            let real = sfn(&server);
            let client = Client::<Greet>::new(real.clone());
            if change == "update" {
                client.deploy_with(&role(), &params("first")).await.unwrap();
            }
            let cut = Client::<Greet>::new(Forward::cut(&real, allowed, carries_out));
            if let Err(error) = cut.deploy_with(&role(), &params("second")).await {
                assert!(matches!(error, Error::NoAnswer { .. }), "{error:?}");
                cut_short += 1;
            }
            // Running it again has the same result, and so does another version of the workflow.
            if allowed % 2 == 0 {
                let again = client.deploy_with(&role(), &params("second")).await.unwrap();
                assert!(again.machine.describe().await.unwrap().definition().contains("second"));
                assert_eq!(client.deploy_with(&role(), &params("second")).await.unwrap().change, Change::Unchanged);
            }
            let third = client.deploy_with(&role(), &params("third")).await.unwrap();
            assert!(third.machine.describe().await.unwrap().definition().contains("third"));
            assert_eq!(client.deploy_with(&role(), &params("third")).await.unwrap().change, Change::Unchanged);
        }
        // List, validate, create; list, describe, tags, validate, tag, update, tags, tag.
        assert_eq!(cut_short, if change == "create" { 6 } else { 16 }, "{change}");
    }
}
