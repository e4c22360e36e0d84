//! Plays recorded executions against a definition and returns the verdicts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use workflow_asl::difference::Difference as DefinitionDifference;
use workflow_asl::error_name::ITEM_READER_FAILED;
use workflow_asl::nearest::nearest;
use workflow_local::internal::{InternalEngine, InternalProgram};
use workflow_local::{Engine, EventType, Execution, MachineType, ObjectStore, Program, Start};

use super::compare::{Compared, compare};
use super::error::ReplayError;
use super::matching::{Recorded, first_states};
use super::missing::MissingAnswer;
use super::noted::{Fact, failure};
use super::objects::Objects;
use super::play::{Play, Played, PlayedRun, Setting};
use super::recording::Recording;
use super::trace::Trace;
use super::{Replay, ReplayVerdict};
use crate::explorer::looks_at;
use crate::report::mocks::Answers;

/// The number of series of random numbers to try if the path depends on them.
const SERIES: u64 = 256;

/// The time shift that shows which values come from the clock. It is not a round time, so that each part differs.
const LATER: Duration = Duration::from_millis(((27 * 24 + 3) * 60 + 7) * 60_000 + 13_457);

/// The new names of states, by the old ones.
type Names = Arc<BTreeMap<String, String>>;

/// Plays recorded executions against one definition, which is compiled once.
///
/// ```no_run
/// use workflow_explore::replay::{Recordings, Replayer};
/// use workflow_local::Engine;
///
/// let engine = Engine::from_text(&std::fs::read_to_string("deploy.asl.json")?)?;
/// let replayer = Replayer::new(&engine);
/// let recorded = Recordings::read(["last-week"], None);
/// for recording in &recorded.executions {
///     let replay = replayer.replay(recording)?;
///     println!("{}: {replay}", replay.file);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Replayer {
    definition: Value,
    pub(super) program: Arc<Program>,
    pub(super) start: Start,
    pub(super) first_states: Arc<BTreeSet<String>>,
    /// Whether expressions may use random numbers.
    looks_at_chance: bool,
    store: Arc<dyn ObjectStore>,
    /// The new names of states, for the last older definition.
    renamed: Mutex<Option<(Value, Names)>>,
}

impl fmt::Debug for Replayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replayer").field("name", &self.start.state_machine_name).finish_non_exhaustive()
    }
}

impl Replayer {
    /// Creates a replayer for the workflow that an engine runs. The definition, type, name, seed and object store are
    /// taken from the engine. The engine's handlers are not called, and nothing is written to its store.
    pub fn new(engine: &Engine) -> Self {
        let definition = engine.program().definition();
        Self {
            first_states: Arc::new(first_states(definition)),
            looks_at_chance: looks_at(definition).1,
            definition: definition.clone(),
            program: Arc::clone(engine.program()),
            start: engine.identity(),
            store: Arc::clone(engine.store()),
            renamed: Mutex::default(),
        }
    }

    /// Creates a replayer for the definition that a recorded execution ran, which [`Recordings`](super::Recordings)
    /// finds beside its history. Distributed maps read their items from the store.
    ///
    /// # Errors
    /// Returns an error if the definition is unknown or has errors.
    pub fn of_recording(recording: &Recording, store: Arc<dyn ObjectStore>) -> Result<Self, ReplayError> {
        let Some(definition) = &recording.definition else {
            let stem = recording.file.rsplit_once('.').map_or(&*recording.file, |(stem, _)| stem);
            let beside = format!("{stem}.machine.json");
            let problem = format!("{}: the definition is not known: a history does not contain it", recording.file);
            let export = "aws stepfunctions describe-state-machine-for-execution --execution-arn …";
            let help =
                format!("name a file with --definition, or save the execution's own beside it: `{export} > {beside}`");
            return Err(ReplayError::new(problem, help));
        };
        let kind = recording.machine_type.unwrap_or(MachineType::Standard);
        let program = Program::of(definition, kind)
            .map_err(|error| ReplayError::new(format!("{}: {error}", recording.file), ""))?;
        let engine = Engine::with_program(Arc::new(program)).machine_type(kind).object_store(store);
        let name = recording.machine_arn.as_deref().and_then(|arn| arn.split(':').nth(6));
        Ok(Self::new(&match name {
            Some(name) => engine.named(name),
            None => engine,
        }))
    }

    /// Plays a recorded execution.
    ///
    /// # Errors
    /// Returns an error if the history is of another state machine.
    pub fn replay(&self, recording: &Recording) -> Result<Replay, ReplayError> {
        let renamed = self.renamed(recording);
        self.recognise(recording, &renamed)?;
        let recorded = recorded(recording, &renamed);
        let (played, compared) = self.judged(recording, &recorded, Setting::default());
        Ok(Replay::of(recording, &recorded, played, compared))
    }

    /// Plays an execution and compares it with the recorded one.
    fn judged<'r>(&self, recording: &Recording, recorded: &'r Recorded, setting: Setting) -> (Played<'r>, Compared) {
        let mut played = self.play(recording, recorded, setting);
        let mut compared = compare(&played, &[]);
        if compared.difference.is_some() {
            // Play the same with another time, other random numbers and other names. Values that differ there do not
            // depend on the definition.
            let others = [
                self.play(recording, recorded, Setting { seed: 1, other_names: true, ..setting }),
                self.play(recording, recorded, Setting { later: LATER, ..setting }),
            ];
            compared = compare(&played, &others);
            let tries = if self.looks_at_chance && compared.parts_ways() { SERIES } else { 0 };
            for seed in 1..tries {
                let again = self.play(recording, recorded, Setting { seed, ..setting });
                let tried = compare(&again, &others);
                if tried.comes_further_than(&compared) {
                    (played, compared) = (again, tried);
                }
                if compared.difference.is_none() && played.missing.is_none() {
                    break;
                }
            }
        }
        (played, compared)
    }

    /// Plays an execution whose tasks are answered at once, with the answers in the order in which the tasks are
    /// scheduled.
    ///
    /// # Errors
    /// Returns an error if the execution does not take the recorded path then.
    pub(super) fn prompt(&self, recording: &Recording) -> Result<(Execution, Answers), ReplayError> {
        let refused = |problem: String, help: &str| Err(not_written(recording, &problem, help));
        let replay = self.replay(recording)?;
        let recorded = recorded(recording, &self.renamed(recording));
        if replay.verdict() != ReplayVerdict::SameWay {
            let help = "name the definition that the execution ran with --definition";
            return refused(format!("it does not take the recorded path: {}", replay.to_string().trim_end()), help);
        }
        if !recorded.redrives.is_empty() || !recorded.stops.is_empty() {
            let help = "choose an execution that ended by itself";
            return refused("it was stopped or redriven, which answers of tasks cannot do".to_owned(), help);
        }
        let (played, compared) = self.judged(recording, &recorded, Setting { prompt: true, ..Setting::default() });
        let problem = match (compared.difference, played.missing) {
            (None, None) => return Ok((played.execution, played.answers)),
            (Some(difference), _) => difference.to_string(),
            (None, Some(missing)) => missing.to_string(),
        };
        let problem = format!("its path depends on when its tasks were answered; at once, {problem}");
        refused(problem, "replay the history itself in a test: `workflow_explore::replay::replay`")
    }

    fn play<'r>(&self, recording: &Recording, recorded: &'r Recorded, setting: Setting) -> Played<'r> {
        let objects = Arc::new(Objects::over(&self.store));
        let mut played = Play::new(self, self.start_of(recording), Arc::clone(&objects) as _, recorded, setting).run();
        if let Some(object) = objects.absent.get()
            && played.missing.is_none()
            && let Some((event, state)) = unread(&played.run, recorded)
        {
            played.missing = Some(MissingAnswer {
                message: format!("`{state}` reads items from the S3 object {object}, which is not there"),
                state,
                attempt: 1,
                resource: object.clone(),
                reason: "no object",
                event: Some(event),
                file: None,
            });
        }
        played
    }

    /// Returns the known start and names of the recorded execution.
    fn start_of(&self, recording: &Recording) -> Start {
        let mut start = match (&recording.machine_arn, &recording.arn) {
            (Some(machine), Some(execution)) => Start::new(machine, execution),
            _ => self.start.clone(),
        };
        start.machine_type = self.start.machine_type;
        start.seed = self.start.seed;
        start.time = recording.started_at().unwrap_or(self.start.time);
        recording.role.iter().for_each(|role| start.role_arn.clone_from(role));
        start
    }

    /// Returns the new names of states that the definition renames, by the old names.
    fn renamed(&self, recording: &Recording) -> Names {
        let Some(old) = &recording.definition else { return Arc::default() };
        let mut known = self.renamed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((definition, names)) = &*known
            && definition == old
        {
            return Arc::clone(names);
        }
        let difference = DefinitionDifference::of(old, &self.definition);
        let renamed = difference.states.iter().filter_map(|state| state.renamed());
        let names: Names = Arc::new(renamed.map(|(old, new)| (old.to_owned(), new.to_owned())).collect());
        *known = Some((old.clone(), Arc::clone(&names)));
        names
    }

    /// Checks that the history enters some states of this machine, and has no events that replay does not know.
    fn recognise(&self, recording: &Recording, renamed: &BTreeMap<String, String>) -> Result<(), ReplayError> {
        let file = &recording.file;
        if let Some(event) = recording.unknown_events().next() {
            let help = "export the history with `aws stepfunctions get-execution-history`";
            return Err(ReplayError::at(file, event.id, format!("unknown event type `{}`", event.kind), help));
        }
        let entered: BTreeSet<&str> = recording.states().map(|(name, _)| name).collect();
        let known: Vec<&str> = self.program.state_names().collect();
        let Some((state, event)) = recording.states().next() else { return Ok(()) };
        if entered.iter().any(|name| known.contains(name) || renamed.contains_key(*name)) {
            return Ok(());
        }
        let states = if entered.len() == 1 { "state".to_owned() } else { format!("{} states", entered.len()) };
        let near = nearest(state, known).map(|near| format!(" (nearest: `{near}`)")).unwrap_or_default();
        let problem = format!(
            "{file} is the history of another state machine: event {event} enters `{state}`, and the definition has none of its \
             {states}{near}"
        );
        Err(ReplayError::new(problem, "name its own definition, or a changed one, with --definition"))
    }
}

/// Returns why an execution cannot be written as answers of its tasks.
pub(super) fn not_written(recording: &Recording, problem: &str, help: &str) -> ReplayError {
    ReplayError::new(format!("{} cannot be written as a mock file or a test: {problem}", recording.file), help)
}

/// Returns the recorded execution with the names of the new definition.
fn recorded(recording: &Recording, renamed: &BTreeMap<String, String>) -> Recorded {
    let mut children: Vec<_> = recording.children.iter().collect();
    children.sort_by_key(|child| child.started_at());
    let of = |kind| recording.events.iter().map(|(_, noted)| noted).filter(move |noted| noted.kind == Some(kind));
    let stops = of(EventType::ExecutionAborted).map(|noted| match &noted.fact {
        Fact::Failed(error) => (noted.time, error.clone()),
        _ => (noted.time, failure(None, None)),
    });
    Recorded {
        file: recording.file.clone(),
        trace: recording.trace(renamed),
        map_run: recording.map_run.clone(),
        children: children.into_iter().map(|child| recorded(child, renamed)).collect(),
        redrives: of(EventType::ExecutionRedriven).map(|noted| noted.time).collect(),
        stops: stops.collect(),
    }
}

/// Returns the recorded event and the state of a map that failed to read items that the recorded execution read.
fn unread(run: &PlayedRun<'_>, recorded: &Recorded) -> Option<(u64, String)> {
    let fails = |trace: &Trace| {
        trace.noted.iter().find_map(|noted| match &noted.fact {
            Fact::Failed(error) if error.error.as_deref() == Some(ITEM_READER_FAILED) => Some(noted.id),
            _ => None,
        })
    };
    if fails(&recorded.trace).is_some() {
        return None;
    }
    let failed = fails(&run.trace)?;
    let maps = run.trace.lanes.values().flat_map(|lane| &lane.visits).filter_map(|visit| run.trace.visit(*visit));
    let map = maps.filter(|visit| visit.kind == "Map" && visit.entered < failed).max_by_key(|visit| visit.entered)?;
    Some((map.entered, map.state.clone()))
}
