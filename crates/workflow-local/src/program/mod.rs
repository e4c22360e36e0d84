//! A compiled definition: states by number, targets resolved, paths and expressions parsed.

mod compile;
mod compile_fields;
mod coverage_event;
pub(crate) mod resource;
pub(crate) mod retry_catch;
pub(crate) mod rule;

use std::sync::Arc;

use workflow_asl::Pointer;
use workflow_asl::document::{Field, Form, MachineType, QueryLanguage};

use crate::coverage::Watch;
use crate::payload::Payload;
use crate::query::assignment::Assignment;
use crate::query::jsonata::Expression;
use crate::query::path::Path;
use crate::query::template::Template;
pub(crate) use coverage_event::CoverageEvent;
use resource::Resource;
use retry_catch::{Catcher, Retrier};
use rule::Rule;

/// A compiled state machine, which any number of executions can share.
#[derive(Debug)]
pub struct Program {
    states: Vec<StateProgram>,
    start: StateId,
    /// The maximum duration of an execution in seconds.
    timeout_seconds: Option<u64>,
    /// The coverage recorder, if coverage is enabled.
    watch: Option<Watch>,
    /// Whose explorations are counted, where executions are not.
    explores: Option<Watch>,
    /// The definition that it was compiled from.
    #[cfg(feature = "graph")]
    pub(crate) definition: serde_json::Value,
}

/// The number of a state within its program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StateId(u32);

#[derive(Debug)]
pub(crate) struct StateProgram {
    pub(crate) name: Arc<str>,
    /// The pointer of the state in the document.
    pub(crate) at: Pointer,
    /// The number of its first way.
    pub(crate) first_way: usize,
    pub(crate) language: QueryLanguage,
    /// `Next`; `None` at the end of the scope.
    pub(crate) next: Option<StateId>,
    pub(crate) input_path: Selection,
    /// `Parameters` or `Arguments`.
    pub(crate) arguments: Option<Template>,
    pub(crate) result_selector: Option<Template>,
    pub(crate) result_path: ResultPlace,
    pub(crate) output_path: Selection,
    /// `Output`
    pub(crate) output: Option<Template>,
    pub(crate) assign: Option<Assignment>,
    pub(crate) retry: Vec<Retrier>,
    pub(crate) catch: Vec<Catcher>,
    pub(crate) work: Work,
    /// Whether it runs once for each item of a map.
    pub(crate) in_map: bool,
}

/// The work of a state.
#[derive(Debug)]
pub(crate) enum Work {
    Pass { result: Option<Payload> },
    Succeed,
    Fail { error: Option<Template>, cause: Option<Template> },
    Choice { rules: Vec<ChoiceProgram>, default: Option<StateId> },
    Wait(WaitProgram),
    Task(Box<TaskProgram>),
    Parallel { branches: Vec<StateId> },
    Map(Box<MapProgram>),
}

#[derive(Debug)]
pub(crate) struct ChoiceProgram {
    pub(crate) condition: Rule,
    pub(crate) next: StateId,
    pub(crate) assign: Option<Assignment>,
    pub(crate) output: Option<Template>,
}

#[derive(Debug)]
pub(crate) enum WaitProgram {
    Seconds(Option<Amount>),
    /// A timestamp in the definition, or an expression.
    Timestamp(Template),
    TimestampPath(Path),
}

#[derive(Debug)]
pub(crate) struct TaskProgram {
    pub(crate) resource: Resource,
    pub(crate) timeout: Option<Amount>,
    pub(crate) heartbeat: Option<Amount>,
    pub(crate) credentials: Option<Template>,
}

#[derive(Debug)]
pub(crate) struct MapProgram {
    pub(crate) items: Items,
    pub(crate) selector: Option<Template>,
    pub(crate) start: StateId,
    pub(crate) max_concurrency: Option<Amount>,
    /// The settings of a distributed map.
    pub(crate) distributed: Option<Distributed>,
}

/// The source of a map's items.
#[derive(Debug)]
pub(crate) enum Items {
    /// `ItemsPath`
    Path(Path),
    /// `Items`
    Template(Template),
    /// The effective input itself.
    Input,
}

#[derive(Debug)]
pub(crate) struct Distributed {
    pub(crate) label: Option<Arc<str>>,
    /// `ExecutionType`: the type of its children.
    pub(crate) children: MachineType,
    pub(crate) tolerated_count: Option<Amount>,
    pub(crate) tolerated_percentage: Option<Amount>,
    pub(crate) reader: Option<Reader>,
    pub(crate) batcher: Option<Batcher>,
    pub(crate) writer: Option<Writer>,
}

#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) source: Source,
    pub(crate) arguments: Template,
    pub(crate) max_items: Option<Amount>,
}

/// The source of a reader's items.
#[derive(Debug)]
pub(crate) enum Source {
    /// In an object.
    Object(Format),
    /// The objects of a listing themselves.
    List,
    /// In the objects of a listing (`LOAD_AND_FLATTEN`).
    EachListed(Format),
    /// The objects that an S3 inventory lists.
    Inventory,
    /// In the objects that Athena's manifest lists.
    Athena(Format),
}

/// The format of items in an object.
#[derive(Debug)]
pub(crate) enum Format {
    Csv { delimiter: char, header: CsvHeader },
    Json { pointer: Option<String> },
    JsonLines,
    Parquet,
}

#[derive(Debug)]
pub(crate) enum CsvHeader {
    FirstRow,
    Given(Vec<String>),
}

impl Reader {
    /// `ItemsPointer`
    pub(crate) fn pointer(&self) -> Option<&str> {
        match &self.source {
            Source::Object(Format::Json { pointer }) | Source::EachListed(Format::Json { pointer }) => {
                pointer.as_deref()
            }
            _ => None,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Batcher {
    pub(crate) max_items: Option<Amount>,
    pub(crate) max_bytes: Option<Amount>,
    pub(crate) input: Option<Template>,
}

#[derive(Debug)]
pub(crate) struct Writer {
    /// The destination; without it the results are the state's.
    pub(crate) arguments: Option<Template>,
    pub(crate) transformation: Transformation,
    /// Whether a file has one result per line.
    pub(crate) lines: bool,
}

/// The entry of a successful child in the results; an unsuccessful one always has its details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transformation {
    /// Its details, with input and output.
    None,
    /// Its output.
    Compact,
    /// Its output, or the output's items if it is an array.
    Flatten,
}

/// A number of a state.
#[derive(Debug)]
pub(crate) struct Amount {
    /// The field of the number itself, such as `TimeoutSeconds`.
    pub(crate) field: &'static str,
    pub(crate) range: Range,
    pub(crate) from: AmountFrom,
}

/// The source of a number: a literal, a path or an expression.
#[derive(Debug)]
pub(crate) enum AmountFrom {
    Literal(f64),
    /// The path, and the name of its field.
    Path(Path, &'static str),
    Jsonata(Expression),
}

/// The range of numbers that a field allows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Range {
    /// Whether they are integers.
    pub(crate) whole: bool,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Range {
    /// Returns the range in the table of fields.
    fn of(fields: &[Field], name: &str) -> Self {
        match fields.iter().find(|field| field.name == name).map(|field| field.form) {
            #[expect(clippy::cast_precision_loss, reason = "limits are far below 2^53, but for the one that is none")]
            Some(Form::Integer { min, max, .. }) => {
                let max = if max == u64::MAX { f64::INFINITY } else { max as f64 };
                Self { whole: true, min: min as f64, max }
            }
            Some(Form::Number { min, max, .. }) => Self { whole: false, min, max },
            _ => Self::INTEGERS,
        }
    }

    /// All integers.
    pub(crate) const INTEGERS: Self = Self { whole: true, min: f64::NEG_INFINITY, max: f64::INFINITY };

    pub(crate) fn contains(self, number: f64) -> bool {
        (self.min..=self.max).contains(&number)
    }
}

/// `InputPath`, `OutputPath`
#[derive(Debug)]
pub(crate) enum Selection {
    /// The whole value: no field, or `$`.
    Whole,
    /// `null`: an empty object.
    Empty,
    Path(Path),
}

/// `ResultPath`
#[derive(Clone, Debug)]
pub(crate) enum ResultPlace {
    /// `$`, or no field: the result replaces the input.
    Whole,
    /// `null`: the result is dropped.
    Dropped,
    Path(Path),
}

impl Program {
    pub(crate) fn state(&self, id: StateId) -> &StateProgram {
        #[expect(clippy::indexing_slicing, reason = "only this program makes its ids, one for each of its states")]
        &self.states[id.0 as usize]
    }

    pub(crate) fn start(&self) -> StateId {
        self.start
    }

    /// Returns the maximum duration of an execution in seconds, if the definition has one.
    pub fn timeout_seconds(&self) -> Option<u64> {
        self.timeout_seconds
    }

    /// Adds a name for [coverage](crate::coverage).
    pub fn named(&self, name: &str) {
        if let Some(watch) = &self.watch {
            watch.named(name);
        }
    }

    pub(crate) fn watch(&self) -> Option<&Watch> {
        self.watch.as_ref()
    }

    /// Turns [coverage](crate::coverage) off, for executions that are not run by tests.
    pub(crate) fn without_coverage(mut self) -> Self {
        if let Some(watch) = self.watch.take() {
            watch.explored();
            self.explores = Some(watch);
        }
        self
    }

    /// Records for [coverage](crate::coverage) what an exploration took, by the indices of [`ways`](Self::ways).
    pub(crate) fn record_explored(&self, taken: &[bool]) {
        if let Some(watch) = &self.explores {
            watch.record_explored(taken);
        }
    }

    /// Returns the names of all states, in document order, outer states before inner ones.
    pub fn state_names(&self) -> impl Iterator<Item = &str> {
        self.states.iter().map(|state| &*state.name)
    }

    /// Returns the number of the state with this name.
    pub(crate) fn find_id(&self, name: &str) -> Option<StateId> {
        let at = self.states.iter().position(|state| &*state.name == name)?;
        u32::try_from(at).ok().map(StateId)
    }

    /// Returns the state with this name.
    pub(crate) fn find(&self, name: &str) -> Option<&StateProgram> {
        self.states.iter().find(|state| &*state.name == name)
    }
}

impl StateProgram {
    /// Returns the resource of a task.
    pub(crate) fn resource(&self) -> Option<&Resource> {
        match &self.work {
            Work::Task(task) => Some(&task.resource),
            _ => None,
        }
    }
}
