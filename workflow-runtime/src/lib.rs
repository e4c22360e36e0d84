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
//! The macro generates a type `Greet` that implements [`Workflow`]: its definition in Amazon States Language
//! ([`Workflow::definition`]), and its input, output, deploy-time parameters and states as Rust types.
//!
//! # Features
//!
//! No feature is on by default: the macro, the types and the definition need no AWS crate and build in seconds.
//!
//! | feature | provides | requires rustc |
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
//! rustc 1.94.1 is required by the AWS SDK, not by this crate.
//!
//! Amazon States Language: <https://states-language.net/spec.html>.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;
#[cfg(feature = "aws")]
pub mod client;
mod definition;
// Not when doctests run: the examples of the language are not Rust, and those of testing need workflow-local.
#[cfg(all(doc, not(doctest)))]
pub mod guide;
mod kind;
#[cfg(feature = "iam")]
mod policy;
pub mod runner;
mod sensitive;
mod task_failure;
mod timestamp;
#[cfg(feature = "aws")]
pub mod worker;
mod workflow;

/// The AWS SDK's client that [`client`] uses, in the version it was built with.
#[cfg(feature = "aws")]
pub use aws_sdk_sfn;
#[cfg(feature = "aws")]
pub use client::Client;
pub use definition::{Definition, ParamsError};
pub use kind::{Express, Standard, WorkflowKind};
#[cfg(feature = "iam")]
pub use policy::PolicyTemplate;
pub use runner::Runner;
pub use sensitive::Sensitive;
pub use task_failure::TaskFailure;
pub use timestamp::Timestamp;
#[cfg(feature = "aws")]
pub use worker::Worker;
pub use workflow::{Arn, InvalidInput, Json, Map, Params, Workflow, WorkflowState};
/// IAM policies: where a workflow runs, the result of [`Definition::iam_policy`], and the trust policy of its role.
#[cfg(feature = "iam")]
pub use workflow_iam as iam;
pub use workflow_schema::{Schema, TypeMismatch};
pub use workflow_services::MachineType;

/// Pictures of workflows, as returned by [`Workflow::graph`].
#[cfg(feature = "graph")]
pub use workflow_graph as graph;
pub use workflow_macros::Schema;
/// Makes rustc compare a function's types with those of the state for which it does the work.
///
/// Put it on the handler of a Lambda function, or on the function that an activity's worker calls, in any crate. It
/// does not change the function. The parameter's type must accept what the state sends: the `Payload` of a
/// `lambda::invoke`, the `arguments` of an activity. The return type, `T` of `Result<T, E>`, must be what the workflow
/// reads: the `Bill` of `lambda::invoke<Bill>`.
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
/// Types of the function's own crate must implement [`trait@Schema`], like the types in workflows. A member that is
/// missing, misspelt or of another kind does not compile, and the error points to the type:
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
/// If there are several parameters, the first `lambda_runtime::LambdaEvent<T>` counts, otherwise the first parameter;
/// `self` does not count. `#[handler(ChargeOrder::Charge, crate = path)]` gives the path of this crate if you renamed
/// it. Nothing is compared if nothing is known: with a `Payload` that is an expression of raw JSONata, with a type
/// [`Json`], or in a workflow whose states come `from` a document. The return value of a function with
/// `.waitForTaskToken` is ignored.
pub use workflow_macros::handler;
/// The meaning of a change of a state machine, as returned by `Client::plan`.
#[cfg(feature = "plan")]
pub use workflow_plan as plan;

/// Declares a workflow: its data, its states and their order, checked at compile time.
///
/// [`guide::language`] describes the whole language, [`guide::errors`] every error and warning, [`guide::testing`] how to
/// run a workflow in a test, and [`guide::cookbook`] has thirteen patterns with their tests.
///
/// # A first workflow
///
/// Write states in reading order; the first is the start. Each state has a kind, a name and a body. After `->` follows
/// the next state, or `end`.
///
/// ```
/// use workflow_runtime::{WorkflowState, workflow};
///
/// workflow! {
///     /// Ships an order.
///     pub workflow ShipOrder {
///         input { order: String, express: bool }
///
///         choice IsExpress match input.express { true -> Ship; false -> Rest; }
///
///         wait Rest for 1h -> Ship;
///
///         task Ship = lambda::invoke { FunctionName: "ship", Payload: { order: input.order } }
///         retry [States.TaskFailed] { interval: 10s, max_attempts: 3, backoff: 2.0 }
///         catch [States.ALL] -> Lost
///         timeout 5m
///         -> end;
///
///         fail Lost { error: "OrderLost", cause: "the function ship did not answer" }
///     }
/// }
///
/// // The definition is text in Amazon States Language, generated while this crate was compiled.
/// assert!(ShipOrder::definition().as_str().contains(r#""TimeoutSeconds":300"#));
/// // The input is a struct with serde's traits, and the states are an enum.
/// let input = ShipOrderInput { order: "A-17".to_owned(), express: true };
/// assert_eq!(ShipOrderState::Rest.name(), "Rest");
/// ```
///
/// # What it generates
///
/// For a workflow `ShipOrder`, with the visibility of the workflow (`pub`, `pub(crate)` or private):
///
/// | name | is |
/// | --- | --- |
/// | `ShipOrder` | a type that implements [`Workflow`], with `ShipOrder::definition()` |
/// | `ShipOrderInput`, `ShipOrderOutput` | structs, where `input { … }` and `returns { … }` are declared |
/// | `ShipOrderParams` | a struct, where `params { … }` are declared; the definition is then `ShipOrder::definition_with(&params)` |
/// | `ShipOrderState` | an enum with a variant for each state; implements [`WorkflowState`] and prints the state's name |
///
/// and each `struct` and `enum` under its own name. Structs and enums implement `Clone`, `Debug`, `PartialEq` and
/// serde's traits. Your own types in fields, such as `crate::model::Order`, must implement them too.
///
/// # Values
///
/// A body is JSON with expressions in it. `input.x` is the execution's input, `state.x` this state's own input,
/// `result.x` the result of its task, `params.x` a deploy-time parameter, `context.Execution.Id` a member of the
/// context object, `$x` a variable set by a clause `assign { x: … }`, and `const X` a Rust constant.
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
/// # What the macro checks
///
/// Names, transitions, types, and every rule of Amazon States Language. Errors point to the wrong word:
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
/// One build reports all errors. The macro still generates everything that it understood, so code that uses the
/// workflow's types causes no further errors.
///
/// # Where you can use it
///
/// Anywhere: in a module or a function, several times, with several workflows in one call, in a crate that renames
/// the dependency or denies every lint. Attributes before `workflow` (`#[cfg(…)]`, `#[allow(…)]`) apply to everything
/// that it generates.
#[macro_export]
macro_rules! workflow {
    ($($tokens:tt)*) => { $crate::__private::expand! { [$crate] $($tokens)* } };
}

/// The crate's README, whose example is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
