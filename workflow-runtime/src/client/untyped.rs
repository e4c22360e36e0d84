//! State machines that no workflow of this program declares.

use std::fmt;
use std::marker::PhantomData;

use crate::__private::Fragment;
use crate::{Json, Params, Standard, Workflow, WorkflowKind, WorkflowState};

/// Any state machine of a kind, with JSON as input and output.
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
/// `Untyped<Express>` is for Express state machines. It has no definition, so you cannot deploy it with
/// [`Client::deploy`](super::Client::deploy). [`Client::deploy_document`](super::Client::deploy_document) takes a
/// definition.
pub struct Untyped<K = Standard>(PhantomData<fn() -> K>);

impl<K> fmt::Debug for Untyped<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Untyped")
    }
}

/// An empty type: an undeclared workflow has no parameters.
#[derive(Clone, Copy, Debug)]
pub enum NoParams {}

impl Params for NoParams {
    fn value(&self, _name: &str) -> Option<Json> {
        match *self {}
    }
}

/// An empty type: the states are unknown at compile time.
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
    const FRAGMENTS: &'static [Fragment] = &[];
    type Input = Json;
    type Output = Json;
    type Params = NoParams;
    type State = NoState;
}
