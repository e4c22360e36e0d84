//! The pages on [`workflow!`](crate::workflow): the language, every error, testing, and a cookbook.
//!
//! They exist only in the documentation.
//!
//! # The book
//!
//! These pages are part of a book, whose files are the folder `docs` of the repository; `mdbook build` there writes it
//! to `target/book`. It also has a first workflow step by step (`start.md`), deploying (`deploying.md`), permissions
//! (`iam.md`), the effects of a change (`plan.md`), exploring (`exploring.md`), and every command of `cargo workflow`.

// If a page names another file, its link is by reference; rustdoc uses the first definition of a reference. Those of pictures are
// in `graphs.md`, as data.

/// Everything that you can write in [`workflow!`](crate::workflow), and the definition that it generates.
///
/// [errors]: crate::guide::errors
/// [WF05]: crate::guide::errors#wf05-aws
/// [WF0225]: crate::guide::errors#wf0225-a-for-that-cannot-be-expanded
/// [WF0311]: crate::guide::errors#wf0311-an-uncaught-error-of-a-task-whose-other-errors-are-caught
/// [WF0312]: crate::guide::errors#wf0312-an-error-handler-whose-own-errors-are-not-caught
/// [WF0413]: crate::guide::errors#wf0413-the-result-of-a-state-that-may-not-have-run
/// [WF0514]: crate::guide::errors#wf0514-an-error-that-the-task-does-not-raise
/// [WF0519]: crate::guide::errors#wf0519-unused-unchecked
/// [WF0525]: crate::guide::errors#wf0525-a-resource-of-another-kind-than-the-request-takes
/// [coverage]: crate::guide#the-book
/// [graphs]: crate::guide#the-book
/// [how they compare]: crate::guide::cookbook#child-workflows
/// [testing a workflow that starts another]: crate::guide::testing#a-workflow-that-starts-another
///
#[doc = include_str!("../guide/language.md")]
pub mod language {}

/// Every error and warning of [`workflow!`](crate::workflow), with an example that triggers it and one that does not.
///
#[doc = include_str!("../guide/errors.md")]
pub mod errors {}

/// Testing workflows with the embedded engine of the crate workflow-local.
///
#[doc = include_str!("../guide/testing.md")]
pub mod testing {}

/// Patterns that many workflows need, each with its tests.
///
/// [approval]: crate::guide::cookbook#approval-with-escalation
/// [children]: crate::guide::cookbook#child-workflows
/// [choosing]: crate::guide#the-book
/// [circuit-breaker]: crate::guide::cookbook#circuit-breaker
/// [client]: crate::guide#the-book
/// [csv-rows]: crate::guide::cookbook#csv-rows-from-s3
/// [exploring]: crate::guide#the-book
/// [fan-out]: crate::guide::cookbook#fan-out-and-aggregation
/// [iam]: crate::guide#the-book
/// [idempotent-start]: crate::guide::cookbook#idempotent-starts
/// [fragments]: crate::guide::language#fragments
/// [model-pipelines]: crate::guide::cookbook#machine-learning-pipelines
/// [nightly]: crate::guide::cookbook#nightly-pipeline
/// [paging]: crate::guide::cookbook#paging
/// [partial-failure]: crate::guide::cookbook#partial-failure
/// [plan]: crate::guide#the-book
/// [polling]: crate::guide::cookbook#polling-with-a-bound
/// [repetition]: crate::guide::language#repetition
/// [saga]: crate::guide::cookbook#saga
/// [testing]: crate::guide::testing
/// [wait-until]: crate::guide::cookbook#waiting-until-a-date
/// [workers]: crate::guide#the-book
///
#[doc = concat!(
    include_str!("../guide/cookbook/graphs.md"),
    "\n",
    include_str!("../guide/cookbook/index.md"),
    "\n",
    include_str!("../guide/cookbook/approval.md"),
    "\n",
    include_str!("../guide/cookbook/polling.md"),
    "\n",
    include_str!("../guide/cookbook/saga.md"),
    "\n",
    include_str!("../guide/cookbook/fan-out.md"),
    "\n",
    include_str!("../guide/cookbook/csv-rows.md"),
    "\n",
    include_str!("../guide/cookbook/paging.md"),
    "\n",
    include_str!("../guide/cookbook/children.md"),
    "\n",
    include_str!("../guide/cookbook/idempotent-start.md"),
    "\n",
    include_str!("../guide/cookbook/wait-until.md"),
    "\n",
    include_str!("../guide/cookbook/circuit-breaker.md"),
    "\n",
    include_str!("../guide/cookbook/partial-failure.md"),
    "\n",
    include_str!("../guide/cookbook/nightly.md"),
    "\n",
    include_str!("../guide/cookbook/model-pipelines.md"),
    "\n",
)]
pub mod cookbook {}
