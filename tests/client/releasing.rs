//! Tests what deployments and roll-backs do with aliases.

use workflow_runtime::aws_sdk_sfn;
use workflow_runtime::client::{Alias, AliasChange, Client, Deploy, Error};
use workflow_server::Server;

use crate::client::workflows::{Greet, GreetParams, role, serve};

fn greet(sfn: &aws_sdk_sfn::Client, formula: &str) -> Deploy<Greet> {
    Client::new(sfn.clone()).deploy_with(&role(), &GreetParams { formula: formula.to_owned() })
}

async fn routes(alias: &Alias<Greet>) -> String {
    alias.routing().await.unwrap().to_string()
}

#[tokio::test]
async fn a_deployment_does_not_move_an_alias_back_to_what_was_rolled_back() {
    let server = serve(Server::builder()).await;
    let sfn = aws_sdk_sfn::Client::from_conf(server.sfn_config());
    let live = greet(&sfn, "one").alias("live").await.unwrap().alias.unwrap();
    let second = greet(&sfn, "two").alias("live").await.unwrap();
    assert_eq!((second.alias_change, &*routes(&live).await), (Some(AliasChange::Moved), "2=100"));
    live.roll_back().await.unwrap();

    let refused = greet(&sfn, "two").alias("live").await.unwrap_err();
    assert!(matches!(refused, Error::Withdrawn { version: 2, .. }), "{refused}");
    let planned = greet(&sfn, "two").alias("live").plan().await.unwrap();
    assert_eq!(planned.aliases[0].withdrawn, Some(2));
    // The same definition in another version is the same definition.
    assert_eq!(greet(&sfn, "one").publish().await.unwrap().version.unwrap().version_number(), Some(3));
    let refused = greet(&sfn, "two").alias("live").await.unwrap_err();
    assert!(matches!(refused, Error::Withdrawn { version: 2, .. }), "{refused}");
    assert_eq!(routes(&live).await, "1=100");
    // Nothing was changed by a refusal.
    assert_eq!(live.machine().unqualified().versions().collect().await.unwrap().len(), 3);

    let again = greet(&sfn, "two").alias("live").again().await.unwrap();
    assert_eq!((again.alias_change, &*routes(&live).await), (Some(AliasChange::Moved), "4=100"));
    let rerun = greet(&sfn, "two").alias("live").await.unwrap();
    assert_eq!(rerun.alias_change, Some(AliasChange::Routed));
    // An explicit target is no roll-back.
    live.roll_back().await.unwrap();
    live.point_to(again.target().arn()).await.unwrap();
    assert_eq!(live.routing().await.unwrap().withdrawn().count(), 0);
}

#[tokio::test]
async fn a_rerun_leaves_the_shares_of_versions_as_they_are() {
    let server = serve(Server::builder()).await;
    let sfn = aws_sdk_sfn::Client::from_conf(server.sfn_config());
    let first = greet(&sfn, "one").alias("live").await.unwrap();
    let live = first.alias.clone().unwrap();
    greet(&sfn, "two").alias_weight("live", 10).await.unwrap();
    let rerun = greet(&sfn, "two").alias("live").await.unwrap();
    assert_eq!((rerun.alias_change, &*routes(&live).await), (Some(AliasChange::Routed), "1=90 2=10"));
    live.point_to(first.target().arn()).await.unwrap();
    let rerun = greet(&sfn, "two").alias("live").await.unwrap();
    assert_eq!((rerun.alias_change, &*routes(&live).await), (Some(AliasChange::NotNew), "1=100"));
    let planned = greet(&sfn, "two").alias("live").plan().await.unwrap();
    assert_eq!(planned.aliases[0].to_string(), "live: 1=100, would stay: version 2 is not new");
    let again = greet(&sfn, "two").alias_weight("live", 50).again().await.unwrap();
    assert_eq!((again.alias_change, &*routes(&live).await), (Some(AliasChange::Moved), "1=50 2=50"));
}

#[tokio::test]
async fn a_roll_back_goes_to_the_version_that_served_before() {
    let server = serve(Server::builder()).await;
    let sfn = aws_sdk_sfn::Client::from_conf(server.sfn_config());
    let live = greet(&sfn, "one").alias("live").await.unwrap().alias.unwrap();
    greet(&sfn, "two").publish().await.unwrap();
    greet(&sfn, "three").publish().await.unwrap();
    let fourth = greet(&sfn, "four").publish().await.unwrap();
    live.point_to(fourth.target().arn()).await.unwrap();
    live.roll_back().await.unwrap();
    let routing = live.routing().await.unwrap();
    assert_eq!((&*routing.to_string(), routing.withdrawn().collect::<Vec<_>>()), ("1=100", vec![4]));
    assert!(matches!(live.roll_back().await, Err(Error::NothingBefore { .. })));

    // What somebody else wrote stays.
    let arn = live.arn().as_str();
    let described = sfn.describe_state_machine_alias().state_machine_alias_arn(arn).send().await.unwrap();
    let record = described.description().unwrap().to_owned();
    let text = format!("orders of the shop {record}");
    sfn.update_state_machine_alias().state_machine_alias_arn(arn).description(text).send().await.unwrap();
    greet(&sfn, "five").alias("live").await.unwrap();
    let described = sfn.describe_state_machine_alias().state_machine_alias_arn(arn).send().await.unwrap();
    assert!(described.description().unwrap().starts_with("orders of the shop [served "), "{described:?}");
    assert_eq!(live.routing().await.unwrap().withdrawn().collect::<Vec<_>>(), [4]);
}

#[tokio::test]
async fn a_plan_shows_where_aliases_point_and_how_they_would_move() {
    let server = serve(Server::builder()).await;
    let sfn = aws_sdk_sfn::Client::from_conf(server.sfn_config());
    let planned = greet(&sfn, "one").alias("live").plan().await.unwrap();
    assert_eq!(planned.aliases[0].to_string(), "live: does not exist, would be created with new=100");
    greet(&sfn, "one").alias("live").await.unwrap();
    greet(&sfn, "one").alias("test").again().await.unwrap();
    let planned = greet(&sfn, "two").alias_weight("live", 10).plan().await.unwrap();
    let aliases: Vec<_> = planned.aliases.iter().map(ToString::to_string).collect();
    assert_eq!(aliases, ["live: 1=100, would move to new=10 1=90", "test: 1=100, stays"]);
    // The fingerprint is of the deployment, the state machine and the aliases.
    let print = async |formula: &str| greet(&sfn, formula).alias_weight("live", 10).plan().await.unwrap().fingerprint;
    assert_eq!(print("two").await, planned.fingerprint);
    assert_ne!(print("three").await, planned.fingerprint);
    greet(&sfn, "zero").publish().await.unwrap();
    assert_ne!(print("two").await, planned.fingerprint);
}
