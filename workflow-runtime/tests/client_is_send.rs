//! Tests that the client's futures are `Send`, even for inputs and outputs that are not. It passes if it compiles.

#![cfg(feature = "aws")]

use std::future::IntoFuture;
use std::rc::Rc;

use workflow_runtime::__private::Fragment;
use workflow_runtime::client::{Backoff, Client, Error, Execution, ExpressExecution, History, StateMachine};
use workflow_runtime::{Arn, Express, Standard, Workflow, WorkflowState};

/// Neither `Send` nor `Sync`.
#[derive(Debug, PartialEq)]
struct Local {
    text: Text,
}
workflow_runtime::__private::structure! { Local { text: Text = "text" } }

#[derive(Debug, PartialEq)]
struct Text(Rc<str>);

impl serde::Serialize for Text {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(text.into()))
    }
}

#[derive(Clone, Copy)]
enum NoState {}

impl WorkflowState for NoState {
    const ALL: &'static [Self] = &[];
    fn name(self) -> &'static str {
        match self {}
    }
}

macro_rules! workflow {
    ($name:ident: $kind:ident) => {
        struct $name;

        impl Workflow for $name {
            const NAME: &'static str = stringify!($name);
            type Kind = $kind;
            const FRAGMENTS: &'static [Fragment] = &[Fragment::Text("{}")];
            type Input = Local;
            type Output = Local;
            type Params = ();
            type State = NoState;
        }
    };
}

workflow!(Locals: Standard);
workflow!(QuickLocals: Express);

fn send<T: Send>(value: T) -> T {
    value
}

#[expect(dead_code, reason = "compiled, not run")]
async fn every_future_is_send(client: Client<Locals>, role: Arn, local: Local) -> Result<(), Error> {
    let deployed = send(send(client.deploy(&role)).overwrite().into_future()).await?;
    send(client.deploy_with(&role, &())).await?;
    send(client.attach_by_name("x")).await?;
    let machine: StateMachine<Locals> = send(deployed.machine);
    send(machine.describe()).await?;
    send(machine.start_named("x", &local)).await?;
    let execution: Execution<Locals> = send(send(machine.start(&local)).await?);
    send(execution.wait_with(Backoff::default()).into_future()).await?;
    send(execution.describe()).await?.output()?;
    send(execution.stop(Some("E"), None)).await?;
    let mut history: History<Locals> = send(execution.history());
    send(history.next()).await?;
    send(history.collect()).await?;
    send(execution.failed_state()).await?;
    send(execution.redrive()).await?;
    send(execution.wait().on_progress(|_| ()).into_future()).await?;
    send(send(machine.executions()).stop_all().into_future()).await?;
    send(machine.executions().list().collect()).await?;
    send(machine.alias("live").roll_back()).await?;
    send(execution.wait()).await?;
    send(machine.delete()).await
}

#[expect(dead_code, reason = "compiled, not run")]
async fn every_future_of_an_express_workflow_is_send(
    machine: StateMachine<QuickLocals>,
    local: Local,
) -> Result<(), Error> {
    let _: ExpressExecution<QuickLocals> = send(send(machine.start(&local)).await?);
    send(machine.start_named("x", &local)).await?;
    send(machine.run(&local)).await?;
    send(machine.execute(&local)).await?;
    Ok(())
}
