//! A state machine that no workflow of this program declares.

use std::fmt;
use std::marker::PhantomData;

use crate::{Json, Params, Piece, Standard, Workflow, WorkflowKind, WorkflowState};

/// Stands for any state machine of a kind: JSON goes in and comes out.
///
/// ```
/// use workflow_runtime::client::{Client, Error, Untyped};
///
/// # async fn start(sfn: workflow_runtime::aws_sdk_sfn::Client) -> Result<(), Error> {
/// let client = Client::<Untyped>::new(sfn);
/// let machine = client.attach_by_name("made-by-others").await?;
/// let output = machine.start(&serde_json::json!({"order": "A-17"})).await?.wait().await?;
/// println!("{output}");
/// # Ok(())
/// # }
/// ```
///
/// `Untyped<Express>` is for Express state machines. It has no definition, so that it cannot be deployed by
/// [`Client::deploy`](super::Client::deploy); [`Client::deploy_document`](super::Client::deploy_document) takes one.
pub struct Untyped<K = Standard>(PhantomData<fn() -> K>);

impl<K> fmt::Debug for Untyped<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Untyped")
    }
}

/// There are no such values: what is not declared has no parameters.
#[derive(Clone, Copy, Debug)]
pub enum NoParams {}

impl Params for NoParams {
    fn value(&self, _name: &str) -> Option<Json> {
        match *self {}
    }
}

/// There are no such values: which states it has is not known when this program is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoState {}

impl WorkflowState for NoState {
    const ALL: &'static [Self] = &[];

    fn name(self) -> &'static str {
        match self {}
    }
}

impl<K: WorkflowKind> Workflow for Untyped<K> {
    const NAME: &'static str = "untyped";
    type Kind = K;
    const PIECES: &'static [Piece] = &[];
    type Input = Json;
    type Output = Json;
    type Params = NoParams;
    type State = NoState;
}
