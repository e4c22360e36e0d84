//! `cargo workflow explain`: shows each state's types, predecessors, variables and cost.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use workflow_asl::budget::{Budget, Count, ExecutionBudget, Loop, LoopPace, OpenDuration, StateBudget, Time, in_words};
use workflow_asl::document::{MachineType, State, StateMachine};
use workflow_asl::graph::EdgeKind;
use workflow_asl::limits::HISTORY_EVENTS;
use workflow_asl::printable::{printable, printable_json, thousands};
use workflow_asl::reaching::{self, Before};
use workflow_asl::resource::Resource;
use workflow_asl::rules::{HandledErrors, handled_errors};
use workflow_asl::types::{self, Bytes, StateTypes, Type};
use workflow_asl::{Pointer, StateKind};
use workflow_compiler::check::{Explained, ExplainedState, ExplainedUse, Foreign, explain};

use crate::source::{self, Machine};
use crate::{Failure, terminal};

/// The width of a line where there is no terminal, and of the column before a field's text.
const WIDTH: usize = 100;
const INDENT: usize = 17;
/// The most names in a list.
const NAMES: usize = 8;
/// The most variables shown for a state.
const VARIABLES: usize = 16;
/// The most states and variables listed for each state in JSON. Listing all for every state would take quadratic space.
const MOST: usize = 100;

/// The arguments of `explain`.
#[derive(Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    files: crate::Files,
    /// Output format
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text for people
    Text,
    /// JSON for programs
    Json,
}

impl Explain {
    /// Prints every workflow of the files, or the named one.
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let values = self.files.selection.params.values()?;
        let (machines, failed) = source::read_files(&self.files, &values)?;
        let pages = machines.iter().map(Page::of);
        match self.format {
            Format::Json => {
                writeln!(output, "[")?;
                for (number, page) in pages.enumerate() {
                    if number > 0 {
                        writeln!(output, ",")?;
                    }
                    page.write_json(output)?;
                }
                writeln!(output, "\n]")?;
            }
            Format::Text => {
                for (number, page) in pages.enumerate() {
                    if number > 0 {
                        writeln!(output)?;
                    }
                    let mut text = Vec::new();
                    page.print(&mut text)?;
                    let width = terminal::width().unwrap_or(WIDTH);
                    write!(output, "{}", terminal::fitted(&String::from_utf8_lossy(&text), width))?;
                }
            }
        }
        Ok(ExitCode::from(if failed { 2 } else { 0 }))
    }
}

/// Returns what the command prints about the state at a pointer.
#[cfg(feature = "lsp")]
pub(crate) fn state(machine: &Machine, at: &Pointer) -> Option<String> {
    let page = Page::of(machine);
    let (state, row) = page.budget.states.iter().zip(&page.states).find(|(state, _)| state.pointer == *at)?;
    let mut text = Vec::new();
    page.state(state, row, &mut text).ok()?;
    Some(String::from_utf8_lossy(&text).trim().to_owned())
}

/// Returns what only the source of a workflow has; `None` for a document.
fn declared(machine: &Machine) -> Option<Explained> {
    let find = |of: &Foreign| machine.started.get(&of.tokens.to_string());
    machine.workflow.as_deref().map(|workflow| explain(workflow, &find))
}

/// Everything known about a workflow.
struct Page<'a> {
    machine: &'a Machine,
    declared: Option<Explained>,
    /// The index of each state in `declared`, by its name in the document.
    by_name: BTreeMap<String, usize>,
    budget: Budget,
    /// By the states' pointers; missing for an unreachable state.
    before: BTreeMap<Pointer, Before>,
    states: Vec<Row>,
    /// The types of the document's values, by the states' pointers.
    values: BTreeMap<Pointer, StateTypes>,
    /// The errors that reach each retrier and catcher, by its pointer.
    handled_errors: BTreeMap<Pointer, HandledErrors>,
}

/// A state in the output.
struct Row {
    title: String,
    /// Whether its output is its result, or its input if it has none.
    passes: bool,
    /// Its next states.
    to: Vec<String>,
    /// The pointers of its retriers and catchers, each with a description.
    handlers: Vec<(Pointer, String)>,
}

impl<'a> Page<'a> {
    fn of(machine: &'a Machine) -> Self {
        let declared = declared(machine);
        let known = declared.as_ref().map_or(&[][..], |declared| &declared.states);
        // If two states have the same name, the first counts.
        let names = known.iter().enumerate().rev().map(|(number, state)| (state.asl_name.clone(), number));
        let by_name: BTreeMap<_, _> = names.collect();
        let (read, _) = StateMachine::read(&machine.value);
        let budget = Budget::of(&read, machine.machine_type);
        let mut annotations = machine.annotations.clone();
        for (at, ty) in budget
            .states
            .iter()
            .filter_map(|state| Some((state.pointer.clone(), known.get(*by_name.get(&state.name)?)?.result.clone()?)))
        {
            annotations.results.insert(at, ty);
        }
        let values = types::of_states(&read, machine.machine_type, &annotations);
        let before = reaching::before(&read).into_iter().map(|before| (before.pointer.clone(), before)).collect();
        let mut all = BTreeMap::new();
        for scope in read.scopes() {
            for (name, state) in scope.states.into_iter().flatten() {
                all.insert(scope.state_pointer(name), state);
            }
        }
        let row = |state: &StateBudget| {
            all.get(&state.pointer).map_or_else(
                || Row { title: state.name.clone(), passes: false, to: Vec::new(), handlers: Vec::new() },
                |known| Row {
                    title: title(state, known),
                    passes: passes(known),
                    to: targets(known),
                    handlers: handlers(state, known),
                },
            )
        };
        let states = budget.states.iter().map(row).collect();
        let handled_errors = handled_errors(&read, &machine.annotations).into_iter();
        let handled_errors = handled_errors.map(|handler| (handler.pointer.clone(), handler)).collect();
        Self { machine, declared, by_name, budget, before, states, values, handled_errors }
    }

    fn uses(&self) -> &[ExplainedUse] {
        self.declared.as_ref().map_or(&[], |declared| declared.uses.as_slice())
    }

    /// Returns a state in the source.
    fn declared_state(&self, name: &str) -> Option<&ExplainedState> {
        self.declared.as_ref()?.states.get(*self.by_name.get(name)?)
    }

    fn print(&self, output: &mut impl Write) -> io::Result<()> {
        let kind = self.machine.machine_type.title();
        writeln!(output, "{}: {kind}, {}", printable(&self.machine.name), number(self.states.len() as u64, "state"))?;
        if let Some(declared) = &self.declared {
            field(output, "input", &declared.input)?;
            field(output, "output", &declared.output)?;
        }
        for (number, property) in self.machine.declared_properties.iter().enumerate() {
            field(output, if number == 0 { "properties" } else { "" }, &property.text)?;
        }
        let mut uses = self.uses().to_vec();
        for (state, row) in self.budget.states.iter().zip(&self.states) {
            // A use is shown before its first state, and before the uses inside it.
            while let Some(at) = uses.iter().position(|used| used.states.contains(&state.name)) {
                print_use(&uses.remove(at), output)?;
            }
            self.state(state, row, output)?;
        }
        for execution in &self.budget.executions {
            print_execution(execution, output)?;
        }
        if !self.budget.loops.is_empty() {
            writeln!(output, "\nloops")?;
        }
        for turn in &self.budget.loops {
            print_loop(turn, output)?;
        }
        for (place, note) in self.machine.notes.iter().enumerate() {
            writeln!(output, "{}note: {}", if place == 0 { "\n" } else { "" }, printable(note))?;
        }
        Ok(())
    }

    fn state(&self, state: &StateBudget, row: &Row, output: &mut impl Write) -> io::Result<()> {
        let declared = self.declared_state(&state.name);
        let alias = declared.filter(|known| known.name != state.name);
        let alias = alias.map(|known| format!(" ({} in the source)", known.name)).unwrap_or_default();
        writeln!(output, "\n{}{}", printable(&row.title), printable(&alias))?;
        let before = self.before.get(&state.pointer);
        match before {
            None => field(output, "from", "nowhere: unreachable")?,
            Some(before) if before.from.is_empty() => field(output, "from", "the start")?,
            Some(before) => {
                let mut from: Vec<_> =
                    before.from.iter().map(|(name, kind)| format!("{name}{}", suffix_of(*kind))).collect();
                from.dedup();
                field(output, "from", &list(from.into_iter()))?;
            }
        }
        let values = self.values.get(&state.pointer);
        if let Some(values) = values {
            let (input, result) = (values.input.text(), values.result.as_ref().map(Type::text));
            field(output, "input", &input)?;
            if let Some(result) = &result {
                field(output, "result", result)?;
            }
            if let Some(text) = values.output.as_ref().map(Type::text) {
                // `any value` is as short as `the input`.
                let passes = row.passes && text != Type::default().text();
                let passed = if result.is_some() { "the result" } else { "the input" };
                field(output, "output", if passes { passed } else { &text })?;
            }
        }
        if let Some((variable, members)) = declared.and_then(|known| known.capture.as_ref()) {
            let members = list(members.iter().cloned());
            let what = if members.is_empty() { "all of its result" } else { &members };
            field(output, "keeps", &format!("${variable}: {what}"))?;
        }
        if let Some(values) = values {
            let all = [("input", Some(&values.input)), ("output", values.output.as_ref())];
            let all: Vec<_> = all.into_iter().filter_map(|(name, ty)| Some((name, ty?.bytes()))).collect();
            // Nothing is known of most values.
            if all.iter().any(|(_, of)| of.most.as_ref().err().is_none_or(|open| open != "$")) {
                let all = all.iter().map(|(name, of)| format!("{name} {}", bytes(of)));
                field(output, "bytes", &all.collect::<Vec<_>>().join(", "))?;
            }
        }
        if let Some(before) = before {
            if before.ran_count() > 0 {
                field(output, "has run", &list_of(before.ran(), before.ran_count()))?;
            }
            let variables = before.variables().map(|variable| {
                let maybe = if variable.certain { "" } else { "?" };
                let ty = values.and_then(|values| values.variable(variable.name)).map(|ty| format!(": {}", ty.text()));
                let ty = ty.unwrap_or_default();
                format!("${}{maybe}{ty} by {}", variable.name, list(variable.by.iter()))
            });
            let more = before.variable_count().saturating_sub(VARIABLES);
            let more = (more > 0).then(|| format!("… {more} more"));
            for (number, text) in variables.take(VARIABLES).chain(more).enumerate() {
                field(output, if number == 0 { "variables" } else { "" }, &text)?;
            }
        }
        if !row.to.is_empty() {
            field(output, "to", &list(row.to.iter().cloned()))?;
        }
        let told = row
            .handlers
            .iter()
            .filter_map(|(at, does)| Some(format!("{does} {}", in_list(self.handled_errors.get(at)?))));
        for (number, text) in told.enumerate() {
            field(output, if number == 0 { "errors" } else { "" }, &text)?;
        }
        if state.longest != Time::default() {
            field(output, "time", &time(&state.longest, &state.name))?;
        }
        let mut events = count(&state.events);
        if state.retries > 0 {
            events += &format!(
                "; {} in each of {}, with {} between them",
                state.retry_events,
                if state.retries == 1 { "1 retry".to_owned() } else { format!("{} retries", thousands(state.retries)) },
                in_words(state.delays)
            );
        }
        field(output, "events", &events)
    }

    fn state_json(&self, state: &StateBudget, row: &Row) -> Value {
        let before = self.before.get(&state.pointer);
        let values = self.values.get(&state.pointer);
        let of = |ty: fn(&StateTypes) -> Option<&Type>| values.and_then(ty).map(type_json);
        let kept = self.declared_state(&state.name).and_then(|state| state.capture.as_ref());
        let from = before.map(|before| {
            Value::from_iter(before.from.iter().map(|(name, kind)| json!({"state": name, "field": field_of(*kind)})))
        });
        let variables = before.map(|before| {
            Value::from_iter(before.variables().take(MOST).map(|variable| {
                let ty = values.and_then(|values| values.variable(variable.name)).map(|ty| ty.text());
                json!({"name": variable.name, "certain": variable.certain, "assignedBy": variable.by, "type": ty})
            }))
        });
        json!({
            "name": state.name,
            "pointer": state.pointer.as_str(),
            "kind": state.kind.name(),
            "from": from,
            "to": row.to,
            "handlers": Value::from_iter(row.handlers.iter().filter_map(|(at, _)| {
                let handled_errors = self.handled_errors.get(at)?;
                let field = at.as_str().strip_prefix(state.pointer.as_str())?;
                Some(json!({"field": field, "errors": handled_errors.errors, "others": handled_errors.others}))
            })),
            "input": of(|values| Some(&values.input)),
            "request": of(|values| values.request.as_ref()),
            "result": of(|values| values.result.as_ref()),
            "output": of(|values| values.output.as_ref()),
            "keeps": kept.map(|(variable, members)| json!({"variable": variable, "members": members})),
            "hasRun": before.map(|before| Value::from_iter(before.ran().take(MOST))),
            "hasRunCount": before.map(Before::ran_count),
            "variables": variables,
            "variablesCount": before.map(Before::variable_count),
            "longest": time_json(&state.longest),
            "shortestSeconds": state.shortest,
            "transitions": count_json(&state.transitions),
            "events": count_json(&state.events),
            "retries": state.retries,
            "eventsOfARetry": state.retry_events,
            "literalBytes": state.literal_bytes,
        })
    }

    /// Writes the page as an object, each state on its own line because a state has much data.
    fn write_json(&self, output: &mut impl Write) -> io::Result<()> {
        let rest = self.rest_json().to_string();
        let head = rest.strip_suffix('}').unwrap_or(&rest);
        writeln!(output, "{}, \"states\": [", printable_json(head))?;
        let mut rows = self.budget.states.iter().zip(&self.states).peekable();
        while let Some((state, row)) = rows.next() {
            let comma = if rows.peek().is_some() { "," } else { "" };
            writeln!(output, "{}{comma}", printable_json(&self.state_json(state, row).to_string()))?;
        }
        write!(output, "]}}")
    }

    /// Returns everything except the states.
    fn rest_json(&self) -> Value {
        let executions = self.budget.executions.iter().map(|execution| {
            json!({
                "map": execution.map,
                "type": execution.machine_type.as_str(),
                "transitions": count_json(&execution.transitions),
                "way": execution.way,
                "events": count_json(&execution.events),
                "longest": time_json(&execution.longest),
                "shortestSeconds": execution.shortest,
                "endedAfterSeconds": execution.limit,
            })
        });
        let loops = self.budget.loops.iter().map(|turn| {
            let (pace, of) = match &turn.pace {
                LoopPace::Slow(state) => ("slow", json!([state])),
                LoopPace::Changing(state) => ("changing", json!([state])),
                LoopPace::Unchanging(state) => ("unchanging", json!([state])),
                LoopPace::None(states) => ("none", json!(states)),
                _ => ("unknown", Value::Null),
            };
            json!({
                "states": turn.states, "turn": turn.turn, "eventsOfATurn": turn.turn_events,
                "secondsOfATurn": turn.turn_seconds, "turnsToTheLimit": (!turn.express).then(|| turn.turns_to_limit()),
                "pace": pace, "paceOf": of,
            })
        });
        json!({
            "name": self.machine.name,
            "input": self.declared.as_ref().map(|declared| &declared.input),
            "output": self.declared.as_ref().map(|declared| &declared.output),
            "properties": self.machine.declared_properties.iter().map(|property| &property.text).collect::<Vec<_>>(),
            "uses": Value::from_iter(self.uses().iter().map(|used| {
                json!({
                    "name": used.name, "fragment": used.fragment, "input": used.input, "result": used.result,
                    "states": used.states,
                })
            })),
            "executions": Value::from_iter(executions),
            "loops": Value::from_iter(loops),
            "notes": self.machine.notes,
        })
    }
}

/// `at most 1,024`, or the part without a bound.
fn bytes(bytes: &Bytes) -> String {
    match &bytes.most {
        Ok(most) => format!("at most {}", thousands(*most as u64)),
        Err(open) => format!("open at {open}"),
    }
}

fn type_json(ty: &Type) -> Value {
    let bytes = ty.bytes();
    let bytes = json!({"least": bytes.least, "most": bytes.most.as_ref().ok(), "openAt": bytes.most.as_ref().err()});
    json!({"text": ty.text(), "schema": ty.json_schema(), "bytes": bytes})
}

/// `Charge in Each: Task lambda:invoke`
fn title(state: &StateBudget, known: &State) -> String {
    let tokens: Vec<String> = state.pointer.tokens().collect();
    let names = tokens.iter().zip(tokens.iter().skip(1)).filter(|(field, _)| *field == "States").map(|(_, name)| name);
    let mut around: Vec<_> = names.map(String::as_str).collect();
    around.pop();
    let inside = if around.is_empty() { String::new() } else { format!(" in {}", around.join(", ")) };
    let calls = match known.resource.as_deref().map(|arn| (arn, Resource::parse(arn))) {
        Some((_, Some(Resource::Integration(call)))) => {
            format!(" {}:{}{}", call.service, call.action, call.pattern.suffix())
        }
        Some((_, Some(Resource::Lambda { function }))) => format!(" of the function {function}"),
        Some((_, Some(Resource::Activity { name }))) => format!(" of the activity {name}"),
        Some((arn, None)) => format!(" {arn}"),
        None => String::new(),
    };
    let kind = if known.is_distributed() { "distributed Map" } else { state.kind.name() };
    format!("{}{inside}: {kind}{calls}", state.name)
}

/// Returns whether no field makes another output of the result, or of the input of a state that has none.
fn passes(state: &State) -> bool {
    let works = matches!(state.kind, StateKind::Task | StateKind::Parallel | StateKind::Map);
    let of_input = state.input_path.is_none() && state.parameters.is_none() && state.result.is_none();
    state.output.is_none()
        && state.output_path.is_none()
        && state.result_path.is_none()
        && state.result_selector.is_none()
        && (works || of_input && state.choices.iter().flatten().all(|rule| rule.output.is_none()))
}

/// Returns the next states, in words.
fn targets(state: &State) -> Vec<String> {
    let mut to: Vec<String> = state.next.iter().cloned().collect();
    if state.is_terminal() && state.kind != StateKind::Fail {
        to.push("the end".to_owned());
    }
    for rule in state.choices.iter().flatten() {
        to.extend(rule.next.clone());
    }
    to.extend(state.default.as_ref().map(|name| format!("{name} otherwise")));
    for catcher in state.catch.iter().flatten() {
        let errors = catcher.error_equals.as_deref().unwrap_or_default();
        to.extend(catcher.next.as_ref().map(|name| format!("{name} on {}", list(errors.iter()))));
    }
    to
}

/// Returns the pointers of the retriers and catchers of a state, each with a description.
fn handlers(state: &StateBudget, known: &State) -> Vec<(Pointer, String)> {
    let retriers = known.retry.iter().flatten().enumerate();
    let retriers = retriers.map(|(number, _)| (state.pointer.child("Retry").index(number), "retries on".to_owned()));
    let catchers = known.catch.iter().flatten().enumerate().map(|(number, catcher)| {
        let to = catcher.next.as_deref().unwrap_or("the end");
        (state.pointer.child("Catch").index(number), format!("goes to {to} on"))
    });
    retriers.chain(catchers).collect()
}

/// The most errors of a service that are named. Lambda has about fifty, and other services few for each call.
const FEW: usize = 12;

/// Returns the errors that reach a handler, in words.
fn in_list(handled_errors: &HandledErrors) -> String {
    // Every task of a service has the errors of the service.
    let (of_service, own): (Vec<_>, Vec<_>) =
        handled_errors.errors.iter().partition(|name| name.contains('.') && !name.starts_with("States."));
    let names = match (of_service.len() > FEW, own.is_empty()) {
        (false, _) => list(handled_errors.errors.iter()),
        (true, true) => format!("the {} errors of the service", of_service.len()),
        (true, false) => format!("{} and the {} errors of the service", list(own.into_iter()), of_service.len()),
    };
    match (names.is_empty(), handled_errors.others) {
        (true, true) => "any error".to_owned(),
        (true, false) => "none: the errors that it names are never raised".to_owned(),
        (false, true) => format!("any error, such as {names}"),
        (false, false) => names,
    }
}

fn print_use(used: &ExplainedUse, output: &mut impl Write) -> io::Result<()> {
    writeln!(output, "\n{}: use of the fragment {}", printable(&used.name), used.fragment)?;
    field(output, "input", &used.input)?;
    if let Some(result) = &used.result {
        field(output, "result", result)?;
    }
    field(output, "states", &list(used.states.iter()))
}

fn print_execution(execution: &ExecutionBudget, output: &mut impl Write) -> io::Result<()> {
    match &execution.map {
        None => writeln!(output, "\nan execution")?,
        Some(map) => writeln!(output, "\nan execution for an item or batch of {}", printable(map))?,
    }
    field(
        output,
        "transitions",
        &format!("{}: {}", count(&execution.transitions), list(execution.way.iter().cloned())),
    )?;
    let limit = match execution.machine_type {
        MachineType::Standard => format!(" of {}", thousands(HISTORY_EVENTS as u64)),
        MachineType::Express => String::new(),
    };
    field(output, "events", &format!("{}{limit}", count(&execution.events)))?;
    field(output, "time", &time(&execution.longest, ""))?;
    if execution.shortest > 0 {
        field(output, "", &format!("at least {}", in_words(execution.shortest)))?;
    }
    let why = match execution.own_limit {
        true => "by its timeout",
        false => "like every execution of its type",
    };
    field(output, "", &format!("ended after {}, {why}", in_words(execution.limit)))
}

fn print_loop(turn: &Loop, output: &mut impl Write) -> io::Result<()> {
    let pause =
        if turn.turn_seconds > 0 { format!(" and at least {}", in_words(turn.turn_seconds)) } else { String::new() };
    let mut text = format!("{}: {}{pause} a turn", list(turn.turn.iter().cloned()), number(turn.turn_events, "event"));
    if !turn.express {
        let turns = turn.turns_to_limit();
        text += &format!(", so that {} fill the history", number(turns, "turn"));
        if turn.turn_seconds > 0 {
            text += &format!(", after {} at the earliest", in_words(turns.saturating_mul(turn.turn_seconds)));
        }
    }
    writeln!(output, "    {}", printable(&text))?;
    let why = match &turn.pace {
        LoopPace::Slow(state) => format!("each turn takes the time of {state}"),
        LoopPace::Changing(state) => format!("the end depends on {state}"),
        LoopPace::Unchanging(state) => {
            format!("it never ends after its first turn: nothing changes the data that {state} tests")
        }
        LoopPace::None(states) => format!("nothing delays or ends it: {}", list(states.iter().cloned())),
        _ => return Ok(()),
    };
    writeln!(output, "        {}", printable(&why))
}

/// Returns a time in words. The state's own name is not repeated.
fn time(time: &Time, own: &str) -> String {
    if time.open.is_empty() {
        return match time.seconds {
            0 => "none besides AWS's own overhead".to_owned(),
            seconds => format!("at most {}", in_words(seconds)),
        };
    }
    let word = |open: &OpenDuration| {
        if open.state == own { open.why.to_owned() } else { format!("{} {}", open.state, open.why) }
    };
    let open = list(time.open.iter().map(word));
    match time.seconds {
        0 => format!("open: {open}"),
        seconds => format!("open: {open}; otherwise at most {}", in_words(seconds)),
    }
}

fn count(count: &Count) -> String {
    let each = count.each.iter().map(|(map, each)| format!(" and {} for each item of {map}", thousands(*each)));
    std::iter::once(thousands(count.fixed)).chain(each).collect()
}

fn time_json(time: &Time) -> Value {
    let open = time.open.iter().map(|open| json!({"state": open.state, "why": open.why}));
    json!({"seconds": time.seconds, "open": Value::from_iter(open)})
}

fn count_json(count: &Count) -> Value {
    let each = count.each.iter().map(|(map, each)| json!({"map": map, "count": each}));
    json!({"fixed": count.fixed, "perItem": Value::from_iter(each)})
}

fn field_of(kind: EdgeKind) -> String {
    kind.pointer(&Pointer::root()).as_str().to_owned()
}

fn suffix_of(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Catch(_) => " on an error",
        EdgeKind::Next | EdgeKind::Default | EdgeKind::Choice(_) => "",
    }
}

fn list(names: impl ExactSizeIterator<Item = impl AsRef<str>>) -> String {
    let count = names.len();
    list_of(names, count)
}

/// Returns the first of many names, and the number of the others.
fn list_of(names: impl Iterator<Item = impl AsRef<str>>, count: usize) -> String {
    let mut names: Vec<_> = names.take(NAMES).map(|name| name.as_ref().to_owned()).collect();
    if count > names.len() {
        names.push(format!("… {} more", count - names.len()));
    }
    names.join(", ")
}

fn number(count: u64, what: &str) -> String {
    format!("{} {what}{}", thousands(count), if count == 1 { "" } else { "s" })
}

fn field(output: &mut impl Write, label: &str, text: &str) -> io::Result<()> {
    let line = format!("    {label:<width$}{}", printable(text), width = INDENT - 4);
    writeln!(output, "{}", line.trim_end())
}
