//! AWS Step Functions workflows declared in Rust: the [`workflow!`] macro, what it expands to, and a typed client.
//!
//! ```
//! use workflow_runtime::workflow;
//!
//! workflow! {
//!     pub workflow Greet {
//!         input { name: String }
//!         pass Hello { greeting: "Hello, " + input.name } -> end;
//!     }
//! }
//!
//! println!("{}", Greet::definition());
//! ```
//!
//! The macro gives a type `Greet` that implements [`Workflow`]: its Amazon States Language text
//! ([`Workflow::definition`]), and its input, output, deploy-time parameters and states as Rust types.
//!
//! # Features
//!
//! None is on by default: the macro, the types and the definition need no AWS crate and build in seconds.
//!
//! | feature | gives | needs rustc |
//! | --- | --- | --- |
//! | (none) | [`workflow!`], [`Workflow`], [`Definition`], [`Runner`] | 1.88 |
//! | `aws` | `client`, `worker`: the typed client, and workers of activities, over the caller's own `aws_sdk_sfn::Client`, which brings the HTTP client | 1.94.1 |
//! | `aws-config` | `Client::from_env()`, with the SDK's default HTTPS client | 1.94.1 |
//! | `graph` | `Workflow::graph()`: pictures as SVG, HTML, Mermaid, DOT and text | 1.88 |
//! | `doc-graph` | the documentation of each workflow shows its graph | 1.88 |
//! | `plan` | `Client::plan()`: what a deployment would change and mean; turns on `aws` | 1.94.1 |
//! | `iam` | `Definition::iam_policy()`: the least-privilege policy of the workflow's role, worked out at compile time | 1.88 |
//! | `tracing` | a span for each call of the client, and events of workers, payloads only at `trace`; turns on `aws` | 1.94.1 |
//! | `yaml` | `from` in [`workflow!`] reads documents in YAML, beside JSON | 1.88 |
//!
//! rustc 1.94.1 is what the AWS SDK needs, not this crate.
//!
//! Amazon States Language: <https://states-language.net/spec.html>.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;
#[cfg(feature = "aws")]
pub mod client;
mod definition;
mod escape;
// Not where its examples would be run: those of the language are no Rust, and those of testing are workflow-local's.
#[cfg(all(doc, not(doctest)))]
pub mod guide;
mod kind;
#[cfg(feature = "iam")]
mod policy;
pub mod runner;
mod schema;
mod sensitive;
mod task_failure;
mod timestamp;
#[cfg(feature = "aws")]
pub mod worker;
mod workflow;

/// The AWS SDK's client that [`client`] speaks through, in the version it was built with.
#[cfg(feature = "aws")]
pub use aws_sdk_sfn;
#[cfg(feature = "aws")]
pub use client::Client;
pub use definition::{Definition, ParamsError};
pub use escape::Escape;
pub use kind::{Express, Standard, WorkflowKind};
#[cfg(feature = "iam")]
pub use policy::PolicyTemplate;
pub use runner::Runner;
pub use schema::Schema;
pub use sensitive::Sensitive;
pub use task_failure::TaskFailure;
pub use timestamp::Timestamp;
#[cfg(feature = "aws")]
pub use worker::Worker;
pub use workflow::{Arn, Constant, Json, MachineType, Map, Params, Piece, Workflow, WorkflowState};
/// IAM policies: where a workflow runs, what [`Definition::iam_policy`] gives, and the trust policy of its role.
#[cfg(feature = "iam")]
pub use workflow_iam as iam;

/// Pictures of workflows: what [`Workflow::graph`] gives.
#[cfg(feature = "graph")]
pub use workflow_graph as graph;
pub use workflow_macros::Schema;
/// Has rustc compare a function's types with those of the state that it does the work for.
///
/// It stands on the handler of a Lambda function, or on the function that an activity's worker calls, in whatever crate, and
/// leaves it as it is. The parameter's type must take what the state sends: the `Payload` of a `lambda::invoke`, the
/// `arguments` of an activity. Of `Result<T, E>`, `T` must be what the workflow reads: the `Bill` of `lambda::invoke<Bill>`.
///
/// ```
/// use workflow_runtime::{TaskFailure, handler, workflow};
///
/// workflow! {
///     pub workflow ChargeOrder {
///         input { order: Order }
///         struct Order { id: String, cents: u64 }
///         struct Bill { number: u64 }
///         task Charge = lambda::invoke<Bill> { FunctionName: "charge", Payload: input.order } -> end;
///     }
/// }
///
/// #[handler(ChargeOrder::Charge)]
/// async fn charge(order: Order) -> Result<Bill, TaskFailure> {
///     Ok(Bill { number: order.cents })
/// }
/// ```
///
/// A type of the function's own must implement [`trait@Schema`], as the types in workflows do. A member that is missing, that is
/// misspelt or of another kind does not compile, with the error at the type:
///
/// ```compile_fail
/// # use workflow_runtime::{Schema, TaskFailure, handler, workflow};
/// # workflow! {
/// #     pub workflow ChargeOrder {
/// #         input { order: Order }
/// #         struct Order { id: String, cents: u64 }
/// #         struct Bill { number: u64 }
/// #         task Charge = lambda::invoke<Bill> { FunctionName: "charge", Payload: input.order } -> end;
/// #     }
/// # }
/// #[derive(Schema, serde::Deserialize)]
/// struct Request {
///     id: String,
///     amount: u64, // what `Charge` sends lacks `amount`, which `Request` needs
/// }
///
/// #[handler(ChargeOrder::Charge)]
/// async fn charge(request: Request) -> Result<Bill, TaskFailure> {
///     Ok(Bill { number: request.amount })
/// }
/// ```
///
/// Of several parameters the one with a `lambda_runtime::LambdaEvent<T>` counts, else the first; `self` is none.
/// `#[handler(ChargeOrder::Charge, crate = path)]` says where this crate is, where its name is another one. Nothing is compared
/// where nothing is known: with a `Payload` that is an expression of raw JSONata, with a type [`Json`], or in a workflow whose
/// states come `from` a document. What a function with `.waitForTaskToken` returns is not read.
pub use workflow_macros::handler;
/// What a change of a state machine means: what `Client::plan` gives.
#[cfg(feature = "plan")]
pub use workflow_plan as plan;

/// Declares a workflow: its data, its states and how they follow each other, checked where it is written.
///
/// [`guide::language`] describes the whole language, [`guide::errors`] every error and warning, [`guide::testing`] how to
/// run a workflow in a test.
///
/// # A first workflow
///
/// States stand in the order in which one reads them; the first is the start. Each says its kind, its name, what it
/// does, and after `->` where the workflow goes on: at another state, or at its `end`.
///
/// ```
/// use workflow_runtime::{WorkflowState, workflow};
///
/// workflow! {
///     /// Ships an order.
///     pub workflow ShipOrder {
///         input { order: String, express: bool }
///
///         choice IsExpress match input.express { true => Ship, false => Rest }
///
///         wait Rest for 1h -> Ship;
///
///         task Ship = lambda::invoke { FunctionName: "ship", Payload: { order: input.order } }
///         retry [States.TaskFailed] { interval: 10s, max_attempts: 3, backoff: 2.0 }
///         catch [States.ALL] => Lost
///         timeout 5m
///         -> end;
///
///         fail Lost { error: "OrderLost", cause: "the function ship did not answer" }
///     }
/// }
///
/// // The definition is text in Amazon States Language, made while this crate was compiled.
/// assert!(ShipOrder::definition().as_str().contains(r#""TimeoutSeconds":300"#));
/// // The input is a struct with serde's traits, and the states are an enum.
/// let input = ShipOrderInput { order: "A-17".to_owned(), express: true };
/// assert_eq!(ShipOrderState::Rest.name(), "Rest");
/// ```
///
/// # What it gives
///
/// For a workflow `ShipOrder`, as visible as the workflow is (`pub`, `pub(crate)` or private):
///
/// | name | is |
/// | --- | --- |
/// | `ShipOrder` | a type that implements [`Workflow`], with `ShipOrder::definition()` |
/// | `ShipOrderInput`, `ShipOrderOutput` | structs, where `input { … }` and `output { … }` are declared |
/// | `ShipOrderParams` | a struct, where `params { … }` are declared; the definition is then `ShipOrder::definition_with(&params)` |
/// | `ShipOrderState` | an enum with a variant for each state; implements [`WorkflowState`] and prints the state's name |
///
/// and each `struct` and `enum` under its own name. Structs and enums implement `Clone`, `Debug`, `PartialEq` and
/// serde's traits; so must the types of your own that fields name, such as `crate::model::Order`.
///
/// # Values
///
/// A body is JSON with expressions in it. `input.x` is the execution's input, `state.x` this state's own input,
/// `result.x` what its task gave, `params.x` a value known when the workflow is deployed, `context.Execution.Id` the
/// context object, `$x` a variable that a clause `assign { x: … }` set, `const X` a Rust constant.
///
/// ```
/// use workflow_runtime::{Arn, workflow};
///
/// workflow! {
///     pub workflow Total {
///         input { prices: Vec<f64>, note: Option<String> }
///         params { queue: String, role: Arn }
///
///         pass Add { total: $sum(input.prices) } assign { count: $count(input.prices) } -> IsLarge;
///
///         choice IsLarge {
///             if state.total > 100 && $count > 1 -> Tell;
///             else -> Done;
///         }
///
///         task Tell = sqs::sendMessage { QueueUrl: params.queue, MessageBody: { total: state.total } }
///         credentials { RoleArn: params.role }
///         -> Done;
///
///         succeed Done;
///     }
/// }
///
/// let params = TotalParams { queue: "https://sqs/queue".to_owned(), role: Arn::from("arn:aws:iam::1:role/r") };
/// let definition = Total::definition_with(&params)?;
/// assert!(definition.as_str().contains("https://sqs/queue"));
/// # Ok::<(), workflow_runtime::ParamsError>(())
/// ```
///
/// Expressions become JSONata; with `query jsonpath;` in the workflow they become JSONPath, intrinsic functions and
/// the operators of choice rules.
///
/// # What is checked
///
/// Names, transitions, types, and every rule of Amazon States Language, with the word that is wrong underlined:
///
/// ```compile_fail
/// # use workflow_runtime::workflow;
/// workflow! {
///     workflow Broken {
///         input { order: String }
///         pass Prepare { id: input.ordr } -> Shp; // no field `ordr`, no state `Shp`
///         pass Ship -> end;
///     }
/// }
/// ```
///
/// All mistakes are reported in one build. Whatever was understood is emitted all the same, so that code which uses
/// the workflow's types brings no errors of its own.
///
/// # What it asks of the place it stands in
///
/// Nothing: it may stand in a module or a function, several times, several workflows in one call, in a crate that
/// renames its dependency or denies every lint. Attributes before `workflow` (`#[cfg(…)]`, `#[allow(…)]`) hold for
/// everything that it gives.
#[macro_export]
macro_rules! workflow {
    ($($tokens:tt)*) => { $crate::__private::expand! { [$crate] $($tokens)* } };
}

/// The crate's front page on a registry, whose example is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
