//! The words of the `workflow!` language as constants with their meaning: what an editor shows and completes.
//!
//! Its second part is made from the tables of workflow-compiler (`WORKFLOW_BLESS=1 cargo test -p workflow-compiler --test it words`).

#![allow(missing_docs, non_camel_case_types, non_snake_case, non_upper_case_globals)]

use crate::{Json, WorkflowState};

/// The possible targets of a transition other than the workflow's own states.
pub trait Transition: WorkflowState {
    /// Ends the workflow, the branch or the iteration.
    const end: () = ();
    #[doc(hidden)]
    const __hole: () = ();
}

impl<S: WorkflowState> Transition for S {}

// An editor uses the types of these two methods; nothing calls them.

/// An optional value has the members of its value: by value, which is tried before a reference.
pub trait Held {
    #[doc(hidden)]
    type Of;
    #[doc(hidden)]
    fn __assume_present(self) -> Self::Of;
}

impl<T> Held for Option<T> {
    type Of = T;

    fn __assume_present(self) -> T {
        unreachable!()
    }
}

/// Any other value has its own members.
pub trait There {
    #[doc(hidden)]
    fn __assume_present(self) -> Self;
}

impl<T> There for &T {
    fn __assume_present(self) -> Self {
        self
    }
}

/// The types in declarations.
pub mod types {
    pub use crate::{Arn, Definition, Json, Map, ParamsError, Timestamp, Workflow};

    /// The types of values without a Rust type.
    pub mod value {
        /// A named retrier.
        #[derive(Debug)]
        pub struct Retrier;

        /// A named catcher.
        #[derive(Debug)]
        pub struct Catcher;

        /// JSON of an unknown type.
        #[derive(Debug)]
        pub struct Json;
    }
}

/// The roots of references, and the types of the language.
pub mod roots {
    pub use crate::{Arn, Json, Map, Timestamp};

    #[doc(hidden)]
    pub const __hole: () = ();
    /// This state's own input.
    pub const state: Json = Json::Null;
    /// This state's raw result.
    pub const result: Json = Json::Null;
    /// The element of the enclosing map.
    pub const item: Json = Json::Null;
    /// The index of the element of the enclosing map.
    pub const index: u64 = 0;
    /// The error that a catcher handled.
    pub const caught: super::Caught = super::Caught { Error: String::new(), Cause: String::new() };
    /// The context object: <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html>.
    pub static context: super::Context = super::Context::EMPTY;
}

/// A caught error.
#[derive(Debug)]
pub struct Caught {
    /// The error's name.
    pub Error: String,
    /// The cause of the error.
    pub Cause: String,
}

macro_rules! context {
    ($( $(#[doc = $doc:literal])* $name:ident { $( $(#[doc = $member_doc:literal])* $member:ident: $type:ty = $empty:expr; )* } )*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Debug)]
            pub struct $name { $( $(#[doc = $member_doc])* pub $member: $type, )* }

            impl $name {
                const EMPTY: Self = Self { $( $member: $empty, )* };
            }
        )*
    };
}

// The rest is made from the tables of workflow-compiler.

context! {
    /// The context object.
    Context {
        /// The execution.
        Execution: Execution = Execution::EMPTY;
        /// The state machine.
        StateMachine: StateMachine = StateMachine::EMPTY;
        /// The state that runs.
        State: State = State::EMPTY;
        /// The task, if it waits for its token.
        Task: Task = Task::EMPTY;
        /// The iteration, within a map.
        Map: Map = Map::EMPTY;
    }
    /// The execution.
    Execution {
        /// Its ARN.
        Id: String = String::new();
        /// Its input.
        Input: Json = Json::Null;
        /// When it started.
        StartTime: String = String::new();
        /// Its name.
        Name: String = String::new();
        /// The role it runs as.
        RoleArn: String = String::new();
        /// How often it was redriven.
        RedriveCount: u64 = 0;
        /// When it was redriven last.
        RedriveTime: String = String::new();
    }
    /// The state machine.
    StateMachine {
        /// Its ARN.
        Id: String = String::new();
        /// Its name.
        Name: String = String::new();
    }
    /// The state that runs.
    State {
        /// Its name.
        Name: String = String::new();
        /// When it was entered.
        EnteredTime: String = String::new();
        /// How often it was retried.
        RetryCount: u64 = 0;
    }
    /// The task, if it waits for its token.
    Task {
        /// The token with which a worker answers.
        Token: String = String::new();
    }
    /// The iteration, within a map.
    Map {
        /// The item of the iteration.
        Item: Item = Item::EMPTY;
    }
    /// The item of the iteration.
    Item {
        /// Its index, from 0.
        Index: u64 = 0;
        /// The item.
        Value: Json = Json::Null;
        /// Its key, if the items are the members of an object.
        Key: String = String::new();
        /// The source that it was read from, in a distributed map.
        Source: String = String::new();
    }
}

pub mod clauses {
    #[doc(hidden)]
    pub const __hole: () = ();
    /// Retries the state after these errors.
    pub const retry: () = ();
    /// Continues at another state after these errors.
    pub const catch: () = ();
    /// How long one attempt may last.
    pub const timeout: () = ();
    /// The maximum time between two heartbeats.
    pub const heartbeat: () = ();
    /// The role that the task assumes: `{ RoleArn: … }`.
    pub const credentials: () = ();
    /// Assigns variables. The states after this one can read them.
    pub const assign: () = ();
    /// The state's output.
    pub const output: () = ();
    /// The request, if it is a single expression.
    pub const arguments: () = ();
    /// The part of the input that the state uses.
    pub const input_path: () = ();
    /// The effective input, as a payload template.
    pub const parameters: () = ();
    /// The literal output of the pass.
    pub const result: () = ();
    /// The parts of the result to keep.
    pub const result_selector: () = ();
    /// Where the result goes in the input.
    pub const result_path: () = ();
    /// The part that becomes the output.
    pub const output_path: () = ();
    /// The input of each iteration.
    pub const item_selector: () = ();
    /// How many iterations run at once; 0 for as many as possible.
    pub const max_concurrency: () = ();
    /// How many items may fail: `percent …` or `count …`.
    pub const tolerate: () = ();
    /// Runs the iterations within the execution, and writes `INLINE` in the document.
    pub const inline: () = ();
    /// Runs the iterations as child executions, `express` or `standard`.
    pub const distributed: () = ();
    /// Reads the items from S3.
    pub const item_reader: () = ();
    /// How many items a child execution gets, or the members of `ItemBatcher` in braces.
    pub const batch: () = ();
    /// Writes the results to S3: `{ Bucket: …, Prefix: … }`.
    pub const write_to: () = ();
    /// The label in the ARNs of the map runs.
    pub const label: () = ();
    /// All errors that the called code raises, such as a function's: `[OutOfStock, …]`.
    pub const errors: () = ();
    /// Skips the checks against the table of AWS's APIs, for an API that is newer than the table.
    pub const unchecked: () = ();
    /// The query language of this state's own fields.
    pub const query: () = ();
    /// A comment for the document that `///` cannot write.
    pub const comment: () = ();
    /// Literal fields of the document. They are still checked.
    pub const raw: () = ();
}

pub mod top {
    #[doc(hidden)]
    pub const __hole: () = ();
    /// Declares a workflow.
    pub const workflow: () = ();
    /// Declares states that workflows can use several times.
    pub const fragment: () = ();
}

pub mod item {
    #[doc(hidden)]
    pub const __hole: () = ();
    /// The execution's input: fields in braces, or a type.
    pub const input: () = ();
    /// The result: fields in braces, or a type.
    pub const returns: () = ();
    /// Values that become known at deployment.
    pub const params: () = ();
    /// Lets texts contain `${Name}`, the value of the param with that name.
    pub const placeholders: () = ();
    /// A named type with fields.
    pub const r#struct: () = ();
    /// A named type with variants: texts, or with data.
    pub const r#enum: () = ();
    /// The query language: `jsonata` (the default) or `jsonpath`.
    pub const query: () = ();
    /// The state machine's type: `standard` (the default) or `express`.
    pub const r#type: () = ();
    /// How long an execution may last.
    pub const timeout: () = ();
    /// The version of the States language, such as `"1.0"`.
    pub const version: () = ();
    /// The definition's comment, if `///` cannot express it.
    pub const comment: () = ();
    /// The first state to run, if it is not the first in the source.
    pub const start: () = ();
    /// A retrier with a name, for use in any state.
    pub const retry: () = ();
    /// A catcher with a name, for use in any state.
    pub const catch: () = ();
    /// Clauses that are added to every task, or to every `map` or `parallel`, after its own.
    pub const defaults: () = ();
    /// A document in Amazon States Language that contains the states.
    pub const from: () = ();
    /// What must hold for every execution: `after A: B or C`, `A before B` and others.
    pub const property: () = ();
    /// Calls a service, a Lambda function or an activity.
    pub const task: () = ();
    /// Passes its input on, or produces a value.
    pub const pass: () = ();
    /// Waits for a time (`for`) or until a time (`until`).
    pub const wait: () = ();
    /// Continues at the state of the first rule that is true.
    pub const choice: () = ();
    /// Runs branches at the same time.
    pub const parallel: () = ();
    /// Runs the same states for each item.
    pub const map: () = ();
    /// Ends the execution or branch successfully.
    pub const succeed: () = ();
    /// Ends the execution or branch with an error.
    pub const fail: () = ();
    /// Runs the states of a fragment here: `use Notify { to: input.email } -> Next;`.
    pub const r#use: () = ();
    /// Repeats what is in the braces for each item of a list: `for region in ["eu", "us"] { … }`.
    pub const r#for: () = ();
}

pub mod inner_item {
    #[doc(hidden)]
    pub const __hole: () = ();
    /// Calls a service, a Lambda function or an activity.
    pub const task: () = ();
    /// Passes its input on, or produces a value.
    pub const pass: () = ();
    /// Waits for a time (`for`) or until a time (`until`).
    pub const wait: () = ();
    /// Continues at the state of the first rule that is true.
    pub const choice: () = ();
    /// Runs branches at the same time.
    pub const parallel: () = ();
    /// Runs the same states for each item.
    pub const map: () = ();
    /// Ends the execution or branch successfully.
    pub const succeed: () = ();
    /// Ends the execution or branch with an error.
    pub const fail: () = ();
    /// The first state to run, if it is not the first in the source.
    pub const start: () = ();
    /// Runs the states of a fragment here: `use Notify { to: input.email } -> Next;`.
    pub const r#use: () = ();
    /// Repeats what is in the braces for each item of a list: `for region in ["eu", "us"] { … }`.
    pub const r#for: () = ();
}

pub mod parallel_words {
    #[doc(hidden)]
    pub const __hole: () = ();
    /// States that run beside the other branches.
    pub const branch: () = ();
    /// Repeats what is in the braces for each item of a list: `for region in ["eu", "us"] { … }`.
    pub const r#for: () = ();
}

pub mod choice_words {
    #[doc(hidden)]
    pub const __hole: () = ();
    /// A rule: a condition and where to go when it is true.
    pub const r#if: () = ();
    /// Where to go when no rule is true.
    pub const r#else: () = ();
    /// Repeats what is in the braces for each item of a list: `for region in ["eu", "us"] { … }`.
    pub const r#for: () = ();
}

pub mod task_clauses {
    pub use super::clauses::__hole;
    pub use super::clauses::arguments;
    pub use super::clauses::assign;
    pub use super::clauses::catch;
    pub use super::clauses::comment;
    pub use super::clauses::credentials;
    pub use super::clauses::errors;
    pub use super::clauses::heartbeat;
    pub use super::clauses::input_path;
    pub use super::clauses::output;
    pub use super::clauses::output_path;
    pub use super::clauses::parameters;
    pub use super::clauses::query;
    pub use super::clauses::raw;
    pub use super::clauses::result_path;
    pub use super::clauses::result_selector;
    pub use super::clauses::retry;
    pub use super::clauses::timeout;
    pub use super::clauses::unchecked;
}

pub mod pass_clauses {
    pub use super::clauses::__hole;
    pub use super::clauses::assign;
    pub use super::clauses::comment;
    pub use super::clauses::input_path;
    pub use super::clauses::output;
    pub use super::clauses::output_path;
    pub use super::clauses::parameters;
    pub use super::clauses::query;
    pub use super::clauses::raw;
    pub use super::clauses::result;
    pub use super::clauses::result_path;
}

pub mod wait_clauses {
    pub use super::clauses::__hole;
    pub use super::clauses::assign;
    pub use super::clauses::comment;
    pub use super::clauses::input_path;
    pub use super::clauses::output;
    pub use super::clauses::output_path;
    pub use super::clauses::query;
    pub use super::clauses::raw;
}

pub mod choice_clauses {
    pub use super::clauses::__hole;
    pub use super::clauses::assign;
    pub use super::clauses::comment;
    pub use super::clauses::input_path;
    pub use super::clauses::output;
    pub use super::clauses::output_path;
    pub use super::clauses::query;
    pub use super::clauses::raw;
}

pub mod parallel_clauses {
    pub use super::clauses::__hole;
    pub use super::clauses::arguments;
    pub use super::clauses::assign;
    pub use super::clauses::catch;
    pub use super::clauses::comment;
    pub use super::clauses::input_path;
    pub use super::clauses::output;
    pub use super::clauses::output_path;
    pub use super::clauses::parameters;
    pub use super::clauses::query;
    pub use super::clauses::raw;
    pub use super::clauses::result_path;
    pub use super::clauses::result_selector;
    pub use super::clauses::retry;
}

pub mod map_clauses {
    pub use super::clauses::__hole;
    pub use super::clauses::assign;
    pub use super::clauses::batch;
    pub use super::clauses::catch;
    pub use super::clauses::comment;
    pub use super::clauses::distributed;
    pub use super::clauses::inline;
    pub use super::clauses::input_path;
    pub use super::clauses::item_reader;
    pub use super::clauses::item_selector;
    pub use super::clauses::label;
    pub use super::clauses::max_concurrency;
    pub use super::clauses::output;
    pub use super::clauses::output_path;
    pub use super::clauses::parameters;
    pub use super::clauses::query;
    pub use super::clauses::raw;
    pub use super::clauses::result_path;
    pub use super::clauses::result_selector;
    pub use super::clauses::retry;
    pub use super::clauses::tolerate;
    pub use super::clauses::unchecked;
    pub use super::clauses::write_to;
}

pub mod succeed_clauses {
    pub use super::clauses::__hole;
    pub use super::clauses::comment;
    pub use super::clauses::input_path;
    pub use super::clauses::output;
    pub use super::clauses::output_path;
    pub use super::clauses::query;
    pub use super::clauses::raw;
}

pub mod fail_clauses {
    pub use super::clauses::__hole;
    pub use super::clauses::comment;
    pub use super::clauses::query;
    pub use super::clauses::raw;
}

pub mod defaults {
    pub use super::clauses::__hole;
    pub use super::clauses::arguments;
    pub use super::clauses::assign;
    pub use super::clauses::catch;
    pub use super::clauses::comment;
    pub use super::clauses::credentials;
    pub use super::clauses::errors;
    pub use super::clauses::heartbeat;
    pub use super::clauses::input_path;
    pub use super::clauses::output;
    pub use super::clauses::output_path;
    pub use super::clauses::parameters;
    pub use super::clauses::query;
    pub use super::clauses::raw;
    pub use super::clauses::result_path;
    pub use super::clauses::result_selector;
    pub use super::clauses::retry;
    pub use super::clauses::timeout;
    pub use super::clauses::unchecked;
}

pub mod catcher {
    pub use super::clauses::__hole;
    pub use super::clauses::assign;
    pub use super::clauses::comment;
    pub use super::clauses::output;
    pub use super::clauses::result_path;
}

pub mod rule {
    pub use super::clauses::__hole;
    pub use super::clauses::assign;
    pub use super::clauses::comment;
    pub use super::clauses::output;
}

pub mod retry_fields {
    #[doc(hidden)]
    pub const __hole: () = ();
    /// The time before the first retry; 1 second by default.
    pub const interval: () = ();
    /// How many retries at most; 3 by default, 0 for never.
    pub const max_attempts: () = ();
    /// The factor between successive retry intervals; 2.0 by default.
    pub const backoff: () = ();
    /// The longest interval between retries.
    pub const max_delay: () = ();
    /// `full` to spread retries at random, `none` (the default) not to.
    pub const jitter: () = ();
}

pub mod fail_fields {
    #[doc(hidden)]
    pub const __hole: () = ();
    /// The error's name.
    pub const error: () = ();
    /// A description of what happened.
    pub const cause: () = ();
}

pub mod after_query {
    #[doc(hidden)]
    pub const __hole: () = ();
    /// JSONata, in `{% … %}`.
    pub const jsonata: () = ();
    /// JSONPath and intrinsic functions.
    pub const jsonpath: () = ();
    /// Writes the query language in the document, even if it is the default.
    pub const explicit: () = ();
}

pub mod after_type {
    #[doc(hidden)]
    pub const __hole: () = ();
    /// Standard workflow.
    pub const standard: () = ();
    /// Express workflow.
    pub const express: () = ();
}

pub mod after_distributed {
    #[doc(hidden)]
    pub const __hole: () = ();
    /// Children are Standard.
    pub const standard: () = ();
    /// Children are Express.
    pub const express: () = ();
}

pub mod after_tolerate {
    #[doc(hidden)]
    pub const __hole: () = ();
    /// A share of the items, 0 to 100.
    pub const percent: () = ();
    /// A number of items.
    pub const count: () = ();
}

pub mod after_wait {
    #[doc(hidden)]
    pub const __hole: () = ();
    /// For a duration.
    pub const r#for: () = ();
    /// Until a timestamp.
    pub const until: () = ();
}

pub mod after_choice {
    #[doc(hidden)]
    pub const __hole: () = ();
    /// Compares one value with the arms.
    pub const r#match: () = ();
    /// Allows that no rule matches; the execution then fails with `States.NoChoiceMatched`.
    pub const nonexhaustive: () = ();
}

pub mod after_defaults {
    #[doc(hidden)]
    pub const __hole: () = ();
    /// Handlers that every map gets.
    pub const map: () = ();
    /// Handlers that every parallel gets.
    pub const parallel: () = ();
}

pub mod after_map {
    #[doc(hidden)]
    pub const __hole: () = ();
    /// The items: a value, or a reader such as `s3::csv { … }`.
    pub const over: () = ();
    /// Writes `Iterator` in the document, the older name of `ItemProcessor`.
    pub const iterator: () = ();
}

pub mod after_jitter {
    #[doc(hidden)]
    pub const __hole: () = ();
    /// Each interval is random, at most the computed one.
    pub const full: () = ();
    /// Each interval is the computed one.
    pub const none: () = ();
}

pub mod after_from {
    #[doc(hidden)]
    pub const __hole: () = ();
    /// Skips the checks against the table of AWS's APIs, for APIs that are newer than the table.
    pub const unchecked: () = ();
}

pub mod after_property {
    #[doc(hidden)]
    pub const __hole: () = ();
    /// `after A: B or C`: when A has succeeded, B or C is entered before the end.
    pub const after: () = ();
    /// `never both A and B`: A and B do not both succeed.
    pub const never: () = ();
    /// `never both A and B`: A and B do not both succeed.
    pub const both: () = ();
    /// `never both A and B`: A and B do not both succeed.
    pub const and: () = ();
    /// `at most once A`: A does not succeed twice.
    pub const at: () = ();
    /// `at most once A`: A does not succeed twice.
    pub const most: () = ();
    /// `at most once A`: A does not succeed twice.
    pub const once: () = ();
    /// `A before B`: B is not entered before A has succeeded.
    pub const before: () = ();
    /// `ends in A or B`: the last state is A or B.
    pub const ends: () = ();
    /// `ends in A or B`: the last state is A or B.
    pub const r#in: () = ();
    /// `no A after B`: A is not entered after B was.
    pub const no: () = ();
    /// `reachable A`: an execution can enter A.
    pub const reachable: () = ();
    /// `output has m: a or b`: the output has the member, with one of these texts.
    pub const output: () = ();
    /// `output has m: a or b`: the output has the member, with one of these texts.
    pub const has: () = ();
    /// Another state that may follow, or in which executions may end; another text.
    pub const or: () = ();
    /// After a state: when it is entered.
    pub const entered: () = ();
    /// After a state: when it is left, but not through a catcher.
    pub const succeeded: () = ();
    /// After a state: when it fails and is not retried; `failed with E`, with this error.
    pub const failed: () = ();
    /// `A failed with E`: A fails with this error and is not retried.
    pub const with: () = ();
    /// `A timed out`: A fails because it takes too long.
    pub const timed: () = ();
    /// `A timed out`: A fails because it takes too long.
    pub const out: () = ();
    /// `A tolerated failures`: the distributed map succeeds although items failed.
    pub const tolerated: () = ();
    /// `A tolerated failures`: the distributed map succeeds although items failed.
    pub const failures: () = ();
    /// At the end: only what happens after A has succeeded counts, each time anew.
    pub const since: () = ();
    /// At the end: only what happens before A is entered counts.
    pub const until: () = ();
    /// At the end: an execution that enters A need not have the property.
    pub const unless: () = ();
}

pub mod after_start {
    #[doc(hidden)]
    pub const __hole: () = ();
}
