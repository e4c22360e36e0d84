//! Follows a running execution: a line for each state, a bar for each map.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;
use workflow_asl::printable::printable;
use workflow_graph::history::{Event, History, Status, Visit};

use crate::terminal;

/// How often running states are drawn.
const TICK: Duration = Duration::from_millis(100);

/// Off a terminal, a map has a line each time that another such share of its items is done.
const SHARES: u64 = 10;

/// The state of a watched execution.
pub(crate) struct Watch {
    history: History,
    /// The visits that have not ended.
    open: Vec<usize>,
    /// The visits already reported as running.
    said: BTreeSet<usize>,
    maps: BTreeMap<usize, Items>,
    /// The ARNs of the map runs of visits that are not over.
    runs: BTreeMap<usize, String>,
    /// `None` if it is not a terminal.
    bars: Option<Bars>,
    /// Whether the lines have colours, where standard output has them.
    colours: bool,
}

/// The items of a map.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Items {
    pub(crate) total: u64,
    pub(crate) done: u64,
    pub(crate) failed: u64,
}

/// The drawn bars, by the number of the visit.
struct Bars {
    all: MultiProgress,
    by_visit: BTreeMap<usize, ProgressBar>,
}

impl Watch {
    /// Creates a watch with bars on standard error if that and the output are terminals; otherwise with lines only.
    pub(crate) fn on_terminal() -> Self {
        use std::io::IsTerminal;
        let is_terminal = io::stdout().is_terminal() && io::stderr().is_terminal();
        Self { colours: true, ..Self::on(is_terminal.then(ProgressDrawTarget::stderr)) }
    }

    fn on(target: Option<ProgressDrawTarget>) -> Self {
        let bars =
            target.map(|target| Bars { all: MultiProgress::with_draw_target(target), by_visit: BTreeMap::new() });
        Self {
            history: History::default(),
            open: Vec::new(),
            said: BTreeSet::new(),
            maps: BTreeMap::new(),
            runs: BTreeMap::new(),
            bars,
            colours: false,
        }
    }

    /// Returns the number of the last event.
    pub(crate) fn last(&self) -> u64 {
        self.history.events.last().map_or(0, |event| event.id)
    }

    /// Processes the next event, in the form of `GetExecutionHistory`.
    pub(crate) fn event(&mut self, event: &Value, output: &mut impl Write) -> io::Result<()> {
        let Some(event) = Event::read(event).filter(|event| event.id > self.last()) else { return Ok(()) };
        let known = self.history.visits.len();
        self.history.push(event);
        for number in known..self.history.visits.len() {
            self.open.push(number);
            self.begin(number);
        }
        self.count(output)?;
        let (open, over) =
            std::mem::take(&mut self.open).into_iter().partition(|number| !self.history.is_over(*number));
        self.open = open;
        // States that a parallel ended have ended too, and come before it.
        let over: Vec<usize> = over;
        for number in over.into_iter().rev() {
            self.end(number, output)?;
        }
        Ok(())
    }

    /// Returns the visits of maps that run with executions of their own, and the ARNs of their map runs.
    pub(crate) fn map_runs(&self) -> Vec<(usize, String)> {
        self.runs.iter().map(|(visit, arn)| (*visit, arn.clone())).collect()
    }

    /// Sets the progress of a map with child executions.
    pub(crate) fn items(&mut self, visit: usize, items: Items, output: &mut impl Write) -> io::Result<()> {
        self.progress(visit, items, output)
    }

    /// Prints the running states if nothing is drawn and they have not been reported yet.
    pub(crate) fn pause(&mut self, output: &mut impl Write) -> io::Result<()> {
        if self.bars.is_none() {
            for number in self.open.clone() {
                if !self.is_within_map(number) && self.said.insert(number) {
                    let Some(visit) = self.history.visits.get(number) else { continue };
                    writeln!(output, "{:<9}  {}", "running", self.path(visit))?;
                }
            }
        }
        output.flush()
    }

    /// Clears the bars.
    pub(crate) fn finish(&mut self) {
        if let Some(bars) = &mut self.bars {
            bars.by_visit.values().for_each(ProgressBar::finish_and_clear);
            bars.by_visit.clear();
        }
    }

    fn is_within_map(&self, number: usize) -> bool {
        let around = self.history.visits.get(number).and_then(|visit| visit.parent);
        let mut next = around.and_then(|number| self.history.visits.get(number));
        while let Some(visit) = next {
            if visit.kind == "Map" {
                return true;
            }
            next = visit.parent.and_then(|number| self.history.visits.get(number));
        }
        false
    }

    /// Returns the names of the enclosing states, the items, and the visit's own name.
    fn path(&self, visit: &Visit) -> String {
        let around = visit.parent.and_then(|number| self.history.visits.get(number));
        let name = printable(&visit.state);
        match around {
            Some(around) if around.kind == "Map" => {
                let item = visit.item.map(|item| format!(" item {item}")).unwrap_or_default();
                format!("{}{item} / {name}", self.path(around))
            }
            Some(around) => format!("{} / {name}", self.path(around)),
            None => name.to_string(),
        }
    }

    fn begin(&mut self, number: usize) {
        if self.is_within_map(number) {
            return;
        }
        let (Some(visit), Some(bars)) = (self.history.visits.get(number), &self.bars) else { return };
        let style = ProgressStyle::with_template("{spinner} {elapsed:>4}  {wide_msg}");
        // The template is fixed, and a test draws it.
        let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bar = bars.all.add(ProgressBar::new_spinner().with_style(style));
        bar.set_message(self.path(visit));
        bar.enable_steady_tick(TICK);
        if let Some(bars) = &mut self.bars {
            bars.by_visit.insert(number, bar);
        }
    }

    /// Processes the newest event's changes to a map's items, and to attempts.
    fn count(&mut self, output: &mut impl Write) -> io::Result<()> {
        let Some(event) = self.history.events.last() else { return Ok(()) };
        let Some(number) = event.visit else { return Ok(()) };
        let mut items = self.maps.get(&number).copied().unwrap_or_default();
        match event.kind.as_str() {
            "MapStateStarted" => {
                items.total = event.detail("length").and_then(Value::as_u64).unwrap_or_default();
            }
            "MapRunStarted" => {
                let arn = event.detail("mapRunArn").and_then(Value::as_str);
                self.runs.extend(arn.map(|arn| (number, arn.to_owned())));
                return Ok(());
            }
            "MapIterationSucceeded" => items.done += 1,
            "MapIterationFailed" | "MapIterationAborted" => {
                items.done += 1;
                items.failed += 1;
            }
            kind if kind.ends_with("Scheduled") => {
                let bar = self.bars.as_ref().and_then(|bars| bars.by_visit.get(&number));
                if let (Some(bar), Some(visit)) = (bar, self.history.visits.get(number)) {
                    bar.set_message(format!("{}{}", self.path(visit), retries(visit)));
                }
                return Ok(());
            }
            _ => return Ok(()),
        }
        self.progress(number, items, output)
    }

    fn progress(&mut self, number: usize, items: Items, output: &mut impl Write) -> io::Result<()> {
        let before = self.maps.insert(number, items).unwrap_or_default();
        if before == items || self.is_within_map(number) {
            return Ok(());
        }
        let Some(visit) = self.history.visits.get(number) else { return Ok(()) };
        let path = self.path(visit);
        match &self.bars {
            Some(bars) => {
                let Some(bar) = bars.by_visit.get(&number) else { return Ok(()) };
                if bar.length().is_none() || before.total != items.total {
                    let style =
                        ProgressStyle::with_template("{spinner} {elapsed:>4}  {bar:20} {pos} of {len}  {wide_msg}");
                    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
                    bar.set_length(items.total);
                }
                bar.set_position(items.done);
                let failed = if items.failed > 0 { format!(", {} failed", items.failed) } else { String::new() };
                bar.set_message(format!("{path}{failed}"));
            }
            None => {
                let share = |items: Items| (items.done * SHARES).checked_div(items.total);
                if items.done > 0 && items.done < items.total && share(items) != share(before) {
                    self.said.insert(number);
                    writeln!(output, "{:<9}  {path}: {items}", "running")?;
                }
            }
        }
        Ok(())
    }

    fn end(&mut self, number: usize, output: &mut impl Write) -> io::Result<()> {
        self.runs.remove(&number);
        let Some(visit) = self.history.visits.get(number) else { return Ok(()) };
        if let Some(bar) = self.bars.as_mut().and_then(|bars| bars.by_visit.remove(&number)) {
            bar.finish_and_clear();
        }
        let is_bad = matches!(visit.status, Status::Failed | Status::TimedOut);
        // A map's items are covered by the map's own line, unless one fails.
        if self.is_within_map(number) && !(is_bad && visit.kind != "Map") {
            self.maps.remove(&number);
            return Ok(());
        }
        let status = if visit.status == Status::Running { Status::Aborted } else { visit.status };
        let mut line = format!("{:<9}  {}", status.word(), self.path(visit));
        if let (Some(from), Some(to)) = visit.time {
            line.push_str(&format!("  {}", lasted(to.saturating_sub(from))));
        }
        line.push_str(&retries(visit));
        if let Some(items) = self.maps.remove(&number) {
            line.push_str(&format!(", {items}"));
        }
        if let Some(error) = &visit.error {
            line.push_str(&format!(", {}", printable(error)));
        }
        let line = if self.colours { terminal::painted(&line, &io::stdout()) } else { line };
        match &self.bars {
            Some(bars) => bars.all.println(line),
            None => writeln!(output, "{line}"),
        }
    }
}

impl std::fmt::Display for Items {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {} items", self.done, self.total)?;
        if self.failed > 0 { write!(f, ", {} failed", self.failed) } else { Ok(()) }
    }
}

fn retries(visit: &Visit) -> String {
    match visit.attempts.len().saturating_sub(1) {
        0 => String::new(),
        1 => ", 1 retry".to_owned(),
        count => format!(", {count} retries"),
    }
}

/// Returns a duration in milliseconds in readable form.
fn lasted(time: i64) -> String {
    let seconds = time / 1000;
    match seconds {
        0 => format!("{time} ms"),
        1..60 => format!("{seconds}.{:02} s", time % 1000 / 10),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3600..86400 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} d {} h", seconds / 86400, seconds % 86400 / 3600),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use indicatif::InMemoryTerm;
    use serde_json::json;
    use workflow_local::{Answers, Engine, TaskError};

    use super::*;

    fn engine() -> Engine {
        let item = json!({"StartAt": "Price", "States": {"Price": {"Type": "Choice", "Default": "Cheap", "Choices": [
                {"Variable": "$", "NumericGreaterThan": 18, "Next": "Dear"}]},
            "Cheap": {"Type": "Pass", "End": true}, "Dear": {"Type": "Fail", "Error": "Dear\u{1b}[31m"}}});
        let branch = |name: &str| json!({"StartAt": name, "States": {name: {"Type": "Pass", "End": true}}});
        let pay = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Rest",
            "Parameters": {"FunctionName": "pay"}, "ResultPath": null,
            "Retry": [{"ErrorEquals": ["Busy"], "MaxAttempts": 2}]});
        let states = json!({
            "Pay": pay,
            "Rest": {"Type": "Wait", "Seconds": 90, "Next": "Both"},
            "Both": {"Type": "Parallel", "Branches": [branch("Left"), branch("Right")], "ResultPath": null, "Next": "Each"},
            "Each": {"Type": "Map", "ItemsPath": "$.prices", "MaxConcurrency": 1, "ItemProcessor": item, "End": true,
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}]},
            "Sorry": {"Type": "Pass", "End": true},
        });
        let busy = Answers::new().fails(2, TaskError::new("Busy")).then(json!({}));
        Engine::new(&json!({"StartAt": "Pay", "States": states})).unwrap().on_state_answers("Pay", busy)
    }

    fn watched(watch: &mut Watch) -> String {
        let engine = engine();
        let prices: Vec<_> = (0..20).collect();
        let execution = engine.run(&json!({"prices": prices})).unwrap();
        let mut output = Vec::new();
        for event in execution.history() {
            watch.event(&event.to_api_json(), &mut output).unwrap();
        }
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn each_state_has_a_line_when_it_is_over_and_a_map_tells_how_far_it_is() {
        let lines = watched(&mut Watch::on(None));
        let expected = "\
succeeded  Pay  3.00 s, 2 retries
succeeded  Rest  1 min 30 s
succeeded  Both / Left  0 ms
succeeded  Both / Right  0 ms
succeeded  Both  0 ms
running    Each: 2 of 20 items
running    Each: 4 of 20 items
running    Each: 6 of 20 items
running    Each: 8 of 20 items
running    Each: 10 of 20 items
running    Each: 12 of 20 items
running    Each: 14 of 20 items
running    Each: 16 of 20 items
running    Each: 18 of 20 items
failed     Each item 19 / Dear  0 ms
caught     Each  0 ms, 20 of 20 items, 1 failed
succeeded  Sorry  0 ms
";
        assert_eq!(lines, expected);
    }

    #[test]
    fn what_runs_is_said_once() {
        let mut watch = Watch::on(None);
        let mut output = Vec::new();
        let entered = |id: u64, name: &str| json!({"id": id, "previousEventId": id - 1, "timestamp": 1.0, "type": "WaitStateEntered", "stateEnteredEventDetails": {"name": name}});
        watch.event(&entered(1, "Rest"), &mut output).unwrap();
        // An event that is read again changes nothing.
        watch.event(&entered(1, "Rest"), &mut output).unwrap();
        watch.pause(&mut output).unwrap();
        watch.pause(&mut output).unwrap();
        watch
            .event(&json!({"id": 2, "previousEventId": 1, "timestamp": 3.5, "type": "ExecutionAborted"}), &mut output)
            .unwrap();
        assert_eq!(String::from_utf8(output).unwrap(), "running    Rest\naborted    Rest  2.50 s\n");
    }

    #[test]
    fn a_terminal_shows_what_runs_below_the_lines() {
        let terminal = InMemoryTerm::new(30, 60);
        let mut watch = Watch::on(Some(ProgressDrawTarget::term_like(Box::new(terminal.clone()))));
        assert_eq!(watched(&mut watch), "");
        watch.finish();
        let said = terminal.contents();
        assert!(said.starts_with("succeeded  Pay  3.00 s, 2 retries\n"), "{said}");
        assert!(said.ends_with("succeeded  Sorry  0 ms"), "{said}");

        let mut watch = Watch::on(Some(ProgressDrawTarget::term_like(Box::new(terminal.clone()))));
        let entered =
            json!({"id": 1, "timestamp": 1.0, "type": "MapStateEntered", "stateEnteredEventDetails": {"name": "All"}});
        let started = json!({"id": 2, "previousEventId": 1, "type": "MapStateStarted", "mapStateStartedEventDetails": {"length": 8}});
        for event in [entered, started] {
            watch.event(&event, &mut Vec::new()).unwrap();
        }
        // The ticking thread clears the line before it redraws it, so it must not draw while the test reads the line.
        for bar in watch.bars.iter().flat_map(|bars| bars.by_visit.values()) {
            bar.disable_steady_tick();
            bar.force_draw();
        }
        let said = terminal.contents();
        assert!(said.contains("0 of 8  All"), "{said}");
        watch.finish();
    }

    /// Returns a map that runs child executions: its counts are not in the events.
    fn map_run(watch: &mut Watch) -> String {
        let mut output = Vec::new();
        let entered =
            json!({"id": 1, "timestamp": 1.0, "type": "MapStateEntered", "stateEnteredEventDetails": {"name": "All"}});
        let started = json!({"id": 2, "previousEventId": 1, "type": "MapStateStarted", "mapStateStartedEventDetails": {"length": 0}});
        let run = json!({"id": 3, "previousEventId": 2, "type": "MapRunStarted", "mapRunStartedEventDetails": {"mapRunArn": "arn:run"}});
        for event in [entered, started, run] {
            watch.event(&event, &mut output).unwrap();
        }
        assert_eq!(watch.map_runs(), [(0, "arn:run".to_owned())]);
        for done in [0, 3, 3] {
            watch.items(0, Items { total: 8, done, failed: done / 3 }, &mut output).unwrap();
        }
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn a_map_with_executions_of_its_own_has_a_bar_or_lines() {
        let mut lines = Watch::on(None);
        assert_eq!(map_run(&mut lines), "running    All: 3 of 8 items, 1 failed\n");
        let mut output = Vec::new();
        lines.items(0, Items { total: 8, done: 8, failed: 1 }, &mut output).unwrap();
        for (id, kind) in [(4, "MapRunSucceeded"), (5, "MapStateSucceeded")] {
            lines.event(&json!({"id": id, "previousEventId": id - 1, "type": kind}), &mut output).unwrap();
        }
        let left = json!({"id": 6, "previousEventId": 5, "timestamp": 2.5, "type": "MapStateExited", "stateExitedEventDetails": {"name": "All"}});
        lines.event(&left, &mut output).unwrap();
        assert_eq!(String::from_utf8(output).unwrap(), "succeeded  All  1.50 s, 8 of 8 items, 1 failed\n");
        assert_eq!(lines.map_runs(), []);

        let terminal = InMemoryTerm::new(30, 60);
        let mut watch = Watch::on(Some(ProgressDrawTarget::term_like(Box::new(terminal.clone()))));
        assert_eq!(map_run(&mut watch), "");
        for bar in watch.bars.iter().flat_map(|bars| bars.by_visit.values()) {
            bar.disable_steady_tick();
            bar.force_draw();
        }
        let said = terminal.contents();
        assert!(said.contains("3 of 8  All, 1 failed"), "{said}");
        watch.finish();
    }
}
