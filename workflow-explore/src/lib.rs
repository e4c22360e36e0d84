//! Tries everything that can go wrong with a workflow, and prints what does as a test.
//!
//! The engine of [`workflow_local`] depends on nothing but what it is told: its clock, the answers of tasks and random
//! numbers are inputs. So every execution can be tried: each task succeeds with each value that makes a difference, fails
//! with each error that handlers tell apart, times out; branches end in each order that matters. What must hold of all of
//! them are properties: some hold of every workflow, others are declared.
//!
//! ```
//! use serde_json::json;
//! use workflow_explore::{Explorer, Property, Verdict};
//! use workflow_local::Engine;
//!
//! let task = |function: &str, next: &str, caught: &str| json!({
//!     "Type": "Task", "Resource": format!("arn:aws:lambda:us-east-1:123456789012:function:{function}"),
//!     "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": caught }],
//!     "ResultPath": null, "Next": next });
//! let engine = Engine::new(&json!({ "StartAt": "Reserve", "States": {
//!     "Reserve": task("reserve", "Ship", "Failed"),
//!     "Ship": task("ship", "Done", "Release"),
//!     "Release": task("release", "Failed", "Failed"),
//!     "Done": { "Type": "Succeed" },
//!     "Failed": { "Type": "Fail", "Error": "OrderFailed" },
//! } }))?;
//! let report = Explorer::new(&engine)?
//!     .property(Property::after("Reserve", ["Done", "Release"]))
//!     .property(Property::none_after("Ship", "Release"))
//!     .explore()?;
//! assert_eq!(report.verdict(), Verdict::Holds, "{report}");
//! # Ok::<(), workflow_explore::ExploreError>(())
//! ```
//!
//! # Reductions
//!
//! - **States that were seen before are not tried again.** Two states of executions are the same when the input, the place and data
//!   of each branch, its variables, the retries it has used, what waits, the time that timers still run, what the world has
//!   decided for later, how far the properties have come and how much has gone wrong are the same. What follows is a function of these
//!   alone, so nothing is lost. The present time and the random numbers to come are added where the definition's expressions
//!   look at them. Not told apart are the numbers of events, which show in the texts of causes, and how much of the year that
//!   an execution lasts at most has passed. With a [check](Explorer::check) nothing is merged, since it may look at the whole history.
//! - **One error stands for all that lead to the same handlers.** Two errors to which each retrier and catcher, from the task outwards to
//!   the one that catches it, says the same lead to the same states; only the text of the error differs. An expression
//!   that compares the error's name tells more apart: give such errors a handler of their own.
//! - **Retries that are exhausted are one fault.** That each attempt fails by itself is tried too, within the bound of faults.
//! - **Values.** Of a type with many values those are tried that conditions compare with, and their neighbours; of others, one. The rest
//!   passes through expressions unseen. What is computed of a value before it is compared is not inverted: give the values yourself with
//!   [`results`](Explorer::results) and [`inputs`](Explorer::inputs).
//! - **Time passes only where nothing can be answered, or where a branch sleeps beside a task that waits.** An answer takes no time: a task
//!   that answers late differs from one that answers at once only by the timers that are due before.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod bounds;
mod decision;
mod error;
mod explorer;
mod property;
mod report;
mod search;
mod states;
mod values;
mod world;

pub use bounds::{Bounds, CutOff};
pub use decision::{Decision, Fault, Lasting, Task};
pub use error::ExploreError;
pub use explorer::Explorer;
pub use property::{Property, PropertyError};
pub use report::{Finding, Replayed, Report, Unreached, Verdict};

/// The page on exploring, whose examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/exploring.md")]
struct ExploringPage;

/// The crate's front page on a registry, whose example is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
