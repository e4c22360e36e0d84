//! A state, of any of the eight kinds, with the table of their fields.

use serde_json::{Map, Value};

use super::node::{FieldIndex, Node, PathField, object, read_object, unknown_field, wrong_type};
use super::{
    Branch, Catcher, ChoiceRule, Form, Group, ItemBatcher, ItemProcessor, ItemReader, Kinds, ResultWriter, Retrier,
};
use crate::limits::MAX_SECONDS;
use crate::{Diagnostic, Finding, Pointer};
use StateKind::{Choice, Fail, Map as MapKind, Parallel, Pass, Succeed, Task, Wait};

macro_rules! kinds {
    ($( $(#[$attribute:meta])* $name:ident $doc:literal; )*) => {
        /// The kind of a state (`Type`).
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum StateKind {
            $( #[doc = $doc] $(#[$attribute])* $name, )*
        }

        impl StateKind {
            /// Every kind, in the order in which AWS lists them.
            pub const ALL: &'static [Self] = &[ $( Self::$name, )* ];

            /// Returns the name in the document.
            pub fn name(self) -> &'static str {
                match self { $( Self::$name => stringify!($name), )* }
            }

            /// The kind with this name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.name() == name)
            }
        }
    };
}

// `Pass` is the default because it is the kind that does nothing.
kinds! {
    Task "Calls a service, a Lambda function or an activity.";
    Wait "Waits for a time or until a time.";
    #[default]
    Pass "Passes its input on, or produces a value.";
    Succeed "Ends the execution or branch successfully.";
    Fail "Ends the execution or branch with an error.";
    Choice "Continues at the state of the first rule that is true.";
    Parallel "Runs branches at the same time.";
    Map "Runs the same states for each item.";
}

/// `Next`, `End` and the fields that every state with a successor has.
const GOES_ON: Kinds = Kinds::except(&[Choice, Succeed, Fail]);
const WORKS: Kinds = Kinds::of(&[Task, Parallel, MapKind]);
const MAP: Kinds = Kinds::of(&[MapKind]);
const PASS: Kinds = Kinds::of(&[Pass]);
const TASK: Kinds = Kinds::of(&[Task]);
const WAIT: Kinds = Kinds::of(&[Wait]);
const FAIL: Kinds = Kinds::of(&[Fail]);
const UNBOUNDED: u64 = u64::MAX;

object! {
    /// A state; its required field `Type` names its kind.
    State {
        "Comment" comment: String, Form::Text, "A comment for the reader.";
        "QueryLanguage" query_language: String, Form::Word(&["JSONPath", "JSONata"]), "The query language of this state's own fields.";
        "Resource" resource: String, Form::Resource, in TASK, is required, "The ARN of the resource that the task calls.";
        "InputPath" input_path: PathField, Form::PathOrNull, in Kinds::except(&[Fail]), only JsonPath, default Text("$"), "The part of the state's input that the state uses.";
        "ItemsPath" items_path: String, Form::ReferencePath, in MAP, only JsonPath, instead "Items", default Text("$"), "The path to the map's items in its input.";
        "Items" items: Value, Form::Computed, in MAP, only Jsonata, instead "ItemsPath", "The map's items.";
        "ItemReader" item_reader: ItemReader, Form::Nested("`ItemReader`"), in MAP, is distributed, "The source of a distributed map's items.";
        "ItemSelector" item_selector: Value, Form::Template, in MAP, "The input of each iteration.";
        "ItemBatcher" item_batcher: ItemBatcher, Form::Nested("`ItemBatcher`"), in MAP, is distributed, "How a distributed map groups its items.";
        "Parameters" parameters: Value, Form::Template, in Kinds::of(&[Pass, Task, Parallel, MapKind]), only JsonPath, instead [(MAP, "ItemSelector"), (PASS, "Output"), (Kinds::of(&[Task, Parallel]), "Arguments")], "The effective input, as a payload template.";
        "Arguments" arguments: Value, Form::Computed, in Kinds::of(&[Task, Parallel]), only Jsonata, instead [(Kinds::of(&[Task, Parallel]), "Parameters")], "The input of the task or the branches.";
        "Result" result: Value, Form::Json, in PASS, only JsonPath, instead [(PASS, "Output")], "The output of a pass.";
        "Choices" choices: Vec<ChoiceRule>, Form::Nested("list of `ChoiceRule`"), in Kinds::of(&[Choice]), is required, "The rules, tried in order.";
        "Default" default: String, Form::StateName, in Kinds::of(&[Choice]), "The next state if no rule is true.";
        "Branches" branches: Vec<Branch>, Form::Nested("list of `Branch`"), in Kinds::of(&[Parallel]), is required, "The branches.";
        "ItemProcessor" item_processor: ItemProcessor, Form::Nested("`ItemProcessor`"), in MAP, "The states to run for each item.";
        "Iterator" iterator: ItemProcessor, Form::Nested("`ItemProcessor`"), in MAP, "The former name of `ItemProcessor`.";
        "MaxConcurrency" max_concurrency: Value, Form::Integer { min: 0, max: UNBOUNDED, expression: true }, in MAP, default Integer(0), "The maximum number of parallel iterations; 0 for no limit.";
        "MaxConcurrencyPath" max_concurrency_path: String, Form::InputReferencePath, in MAP, only JsonPath, instead "MaxConcurrency", "The path to that number.";
        "ToleratedFailurePercentage" tolerated_failure_percentage: Value, Form::Number { min: 0.0, max: 100.0, expression: true }, in MAP, default Integer(0), is distributed, "The percentage of items that may fail.";
        "ToleratedFailurePercentagePath" tolerated_failure_percentage_path: String, Form::InputReferencePath, in MAP, only JsonPath, instead "ToleratedFailurePercentage", is distributed, "The path to that percentage.";
        "ToleratedFailureCount" tolerated_failure_count: Value, Form::Integer { min: 0, max: UNBOUNDED, expression: true }, in MAP, default Integer(0), is distributed, "The number of items that may fail.";
        "ToleratedFailureCountPath" tolerated_failure_count_path: String, Form::InputReferencePath, in MAP, only JsonPath, instead "ToleratedFailureCount", is distributed, "The path to that number.";
        "Label" label: String, Form::Text, in MAP, is distributed, "The name of a distributed map's runs.";
        "ResultWriter" result_writer: ResultWriter, Form::Nested("`ResultWriter`"), in MAP, is distributed, "The destination of a distributed map's results.";
        "Seconds" seconds: Value, Form::Integer { min: 0, max: MAX_SECONDS, expression: true }, in WAIT, "How many seconds to wait.";
        "SecondsPath" seconds_path: String, Form::ReferencePath, in WAIT, only JsonPath, instead "Seconds", "The path to that number.";
        "Timestamp" timestamp: String, Form::Timestamp, in WAIT, "The time until which to wait.";
        "TimestampPath" timestamp_path: String, Form::ReferencePath, in WAIT, only JsonPath, instead "Timestamp", "The path to that time.";
        "Error" error: String, Form::TextOrExpression, in FAIL, "The error's name.";
        "ErrorPath" error_path: String, Form::PathOrIntrinsic, in FAIL, only JsonPath, instead "Error", "The path to the error's name.";
        "Cause" cause: String, Form::TextOrExpression, in FAIL, "The error's cause, a message for people.";
        "CausePath" cause_path: String, Form::PathOrIntrinsic, in FAIL, only JsonPath, instead "Cause", "The path to the cause.";
        "Credentials" credentials: Value, Form::Template, in TASK, "The role that the task assumes.";
        "TimeoutSeconds" timeout_seconds: Value, Form::Integer { min: 1, max: MAX_SECONDS, expression: true }, in TASK, default Integer(MAX_SECONDS), "The maximum duration of one attempt in seconds.";
        "TimeoutSecondsPath" timeout_seconds_path: String, Form::ReferencePath, in TASK, only JsonPath, instead "TimeoutSeconds", "The path to that number.";
        "HeartbeatSeconds" heartbeat_seconds: Value, Form::Integer { min: 1, max: MAX_SECONDS, expression: true }, in TASK, "The maximum time between two heartbeats in seconds.";
        "HeartbeatSecondsPath" heartbeat_seconds_path: String, Form::ReferencePath, in TASK, only JsonPath, instead "HeartbeatSeconds", "The path to that number.";
        "ResultSelector" result_selector: Value, Form::Template, in WORKS, only JsonPath, instead "Output", "The parts of the result to keep, as a payload template.";
        "ResultPath" result_path: PathField, Form::ReferencePathOrNull, in Kinds::of(&[Pass, Task, Parallel, MapKind]), only JsonPath, instead "Output", default Text("$"), "Where the result goes in the state's input.";
        "OutputPath" output_path: PathField, Form::PathOrNull, in Kinds::except(&[Fail]), only JsonPath, instead "Output", default Text("$"), "The part that becomes the output.";
        "Assign" assign: Value, Form::Template, in Kinds::except(&[Succeed, Fail]), "The variables to assign.";
        "Output" output: Value, Form::Computed, in Kinds::except(&[Fail]), only Jsonata, instead [(PASS, "Result` or `Parameters"), (Kinds::except(&[Fail]), "OutputPath")], "The state's output.";
        "Retry" retry: Vec<Retrier>, Form::Nested("list of `Retrier`"), in WORKS, "The retriers, which handle errors first.";
        "Catch" catch: Vec<Catcher>, Form::Nested("list of `Catcher`"), in WORKS, "The catchers, which handle the remaining errors.";
        "Next" next: String, Form::StateName, in GOES_ON, "The next state.";
        "End" end: bool, Form::Flag, in GOES_ON, "Whether this is the last state.";
    }
    groups {
        Group::at_most_one(&["Next", "End"]).in_kinds(GOES_ON);
        Group::at_most_one(&State::TIMEOUT_FIELDS).in_kinds(TASK);
        Group::at_most_one(&State::HEARTBEAT_FIELDS).in_kinds(TASK);
        Group::exactly_one(&["Seconds", "SecondsPath", "Timestamp", "TimestampPath"]).in_kinds(WAIT);
        Group::at_most_one(&["Error", "ErrorPath"]).in_kinds(FAIL);
        Group::at_most_one(&["Cause", "CausePath"]).in_kinds(FAIL);
        Group::exactly_one(&State::PROCESSOR_FIELDS).in_kinds(MAP);
        Group::at_most_one(&["ItemSelector", "Parameters"]).in_kinds(MAP);
        Group::at_most_one(&["MaxConcurrency", "MaxConcurrencyPath"]).in_kinds(MAP);
        Group::at_most_one(&["ToleratedFailureCount", "ToleratedFailureCountPath"]).in_kinds(MAP);
        Group::at_most_one(&["ToleratedFailurePercentage", "ToleratedFailurePercentagePath"]).in_kinds(MAP);
    }
    with {
        /// The kind of the state (`Type`).
        pub kind: StateKind,
        /// The place of `Type` among the fields when it was read.
        kind_place: FieldIndex,
    }
}

impl State {
    /// The fields with a task's timeout.
    pub const TIMEOUT_FIELDS: [&'static str; 2] = ["TimeoutSeconds", "TimeoutSecondsPath"];
    /// The fields with a task's heartbeat interval.
    pub const HEARTBEAT_FIELDS: [&'static str; 2] = ["HeartbeatSeconds", "HeartbeatSecondsPath"];
    /// The fields with a map's item processor: the current name, and the former one.
    pub const PROCESSOR_FIELDS: [&'static str; 2] = ["ItemProcessor", "Iterator"];

    /// A state of the given kind without any field.
    pub fn new(kind: StateKind) -> Self {
        Self { kind, ..Self::default() }
    }

    /// Returns whether the execution or branch ends with this state.
    pub fn is_terminal(&self) -> bool {
        matches!(self.kind, Succeed | Fail) || self.end == Some(true)
    }

    /// Returns the names of errors of each retrier, and of each catcher, with the name of the field.
    pub(crate) fn handled(&self) -> [(&'static str, Vec<Option<&[String]>>); 2] {
        let retriers = self.retry.iter().flatten().map(|retrier| retrier.error_equals.as_deref());
        let catchers = self.catch.iter().flatten().map(|catcher| catcher.error_equals.as_deref());
        [("Retry", retriers.collect()), ("Catch", catchers.collect())]
    }
}

/// The name of the field with a state's kind.
const TYPE: &str = "Type";

impl Node for State {
    fn read(value: &Value, at: &Pointer, found: &mut Vec<Diagnostic>) -> Option<Self> {
        let object = read_object(value, at, found)?;
        let kind = read_kind(object, at, found)?;
        let mut state = Self::new(kind);
        for (place, (key, value)) in object.iter().enumerate() {
            if key == TYPE {
                state.kind_place = FieldIndex(Some(place));
            } else if state.read_field(key, value, at, found).is_none() {
                let known = Self::FIELDS.iter().filter(|field| field.kinds.contains(kind)).map(|field| field.name);
                unknown_field(key, known, at, found);
            }
        }
        Some(state)
    }

    fn unread(value: &Value) -> Option<Self> {
        Some(Self::standing_for(value))
    }

    fn write(&self) -> Value {
        if let Some(whole) = &self.source.whole {
            return whole.clone();
        }
        let mut fields = Map::new();
        self.write_fields(&mut fields);
        // `shift_insert` keeps `Type` where it was read, and first in a state made by code.
        fields.shift_insert(self.kind_place.0.unwrap_or(0).min(fields.len()), TYPE.to_owned(), self.kind.name().into());
        Value::Object(fields)
    }
}

fn read_kind(object: &Map<String, Value>, at: &Pointer, found: &mut Vec<Diagnostic>) -> Option<StateKind> {
    match object.get(TYPE) {
        None => {
            found.push(Finding::NoType {}.at(at.clone()));
            None
        }
        Some(Value::String(name)) => {
            let kind = StateKind::from_name(name);
            if kind.is_none() && crate::placeholder::contained(name) {
                found.push(
                    Finding::Unfilled { expected: "String".to_owned(), text: name.to_owned() }.at(at.child(TYPE)),
                );
            } else if kind.is_none() {
                let types: Vec<_> = StateKind::ALL.iter().map(|kind| kind.name()).collect();
                let near = crate::nearest::nearest(name, types.iter().copied()).map(str::to_owned);
                found.push(Finding::UnknownType { types, near }.at(at.child(TYPE)));
            }
            kind
        }
        Some(value) => {
            wrong_type(value, "String", &at.child(TYPE), found);
            None
        }
    }
}
