//! Explores everything that can go wrong with a workflow, and prints each finding as a test.
//!
//! The engine of [`workflow_local`] is deterministic: its clock, the answers of tasks and random numbers are inputs. So
//! the explorer can try every execution: each task succeeds with each value that makes a difference, fails with each
//! error that handlers distinguish, or times out; branches end in each order that matters. All executions must satisfy
//! properties: some apply to every workflow, others are declared.
//!
//! Start with an [`Explorer`].
//!
//! [`replay`] plays recorded executions against a changed definition.
//!
//! # Reductions
//!
//! - **A state is not explored twice.** Two states of executions are the same if these are equal: the input, the
//!   position and data of each branch, its variables and used retries, what waits, the remaining time of timers,
//!   decisions about the future, the progress of the properties, and the number of faults. The future depends only on
//!   these, so nothing is lost. The current time and future random numbers are compared too if an expression of the
//!   definition reads them. Event ids, which appear in causes, and the elapsed part of the year that an execution may
//!   last are ignored. With a [check](Explorer::check), states are never merged, because it may read the
//!   whole history. States are compared by a hash of 64 bits: of a million states, two different ones are merged with a
//!   probability of about 3 in 100 million.
//! - **One error represents all that have the same handlers.** Two errors lead to the same states if each retrier and
//!   catcher, from the task outwards to the handler that catches them, treats them alike. Only the text of the error
//!   differs. An expression that compares the error's name may distinguish more: give such errors a handler of their
//!   own.
//! - **Exhausted retries are one fault.** Failures of single attempts are tried too, within the bound of faults.
//! - **Values.** For a type with many values, the explorer tries the values that conditions compare with, and their
//!   neighbours; for others, one value. The rest of a value passes through expressions unread. Computations before a
//!   comparison are not inverted: give such values yourself with [`results`](Explorer::results) and
//!   [`inputs`](Explorer::inputs).
//! - **Time passes only if nothing can be answered, or if a branch sleeps while a task waits.** Answers take no time: a
//!   late answer differs from an immediate one only by the timers that are due before it.
//!
//! # Simulation
//!
//! [`simulate`] runs thousands of executions with latencies and failures of tasks drawn from a model: durations, retries,
//! failures, cost, and which task to make faster.
//!
//! # Features
//!
//! | feature | default | gives |
//! | --- | --- | --- |
//! | `yaml` | no | models of simulations in YAML |
#![cfg_attr(docsrs, feature(doc_cfg))]

mod bounds;
mod broken;
mod decision;
mod equivalence;
mod error;
mod explorer;
mod frontier;
mod loop_bound;
mod mutation;
mod property;
mod repeat;
pub mod replay;
mod report;
mod search;
pub mod simulate;
mod states;
mod values;
mod world;

pub use bounds::{Bounds, CutOff};
pub use decision::{Decision, Fault, Lasting, Task};
pub use equivalence::{Compared, Difference, Equivalence};
pub use error::ExploreError;
pub use explorer::Explorer;
pub use mutation::{Mutant, Operator};
pub use property::{Property, PropertyError};
pub use report::{Finding, Reason, Replayed, Report, Severity, Unreached, Verdict};

/// The pages whose examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
#[doc = include_str!("../../../docs/exploring.md")]
#[doc = include_str!("../../../docs/replaying.md")]
#[doc = include_str!("../../../docs/simulating.md")]
struct Pages;
