//! Searches executions in order of their number of faults, so that the first finding is a shortest one. In a large space, the
//! search first looks ahead: see [`Search::look_ahead`].

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use workflow_asl::Pointer;
use workflow_asl::graph::{FlowGraph, Transition};
use workflow_local::Payload;
use workflow_local::coverage::{Point, PointKind};
use workflow_local::internal::InternalProgram;

use crate::bounds::CutOff;
use crate::broken::{Blame, Broken, Guessed, built_in};
use crate::decision::Decision;
use crate::error::ExploreError;
use crate::explorer::Explorer;
use crate::frontier::{Found, Frontier, Next, decisions_to};
use crate::loop_bound;
use crate::property::Monitors;
use crate::report::{Finding, Reason, Replayed, Report, Unreached, fold, unreached};
use crate::world::{Stand, World};

/// The maximum number of steps after the given decisions of a replay.
const STEPS: usize = 10_000;

/// The number of executions after which their number is told again.
const TOLD: u64 = 100;

/// The number of executions, or of states of executions, after which a space is large.
const LARGE: u64 = 4_096;

/// How much work the bound of executions allows, for each of them: see [`World::weight`].
const WORK: u64 = 8;

/// A decision that leads from a state of an execution to another.
#[derive(Clone, Copy, Debug)]
struct Edge {
    from: u32,
    to: u32,
    is_fault: bool,
}

impl Transition for Edge {
    fn source(&self) -> usize {
        self.from as usize
    }

    fn target(&self) -> Option<usize> {
        Some(self.to as usize)
    }
}

/// Identifies a finding: the property, the state, and the guess that may have caused it.
type Key = (String, Option<String>, Option<Blame>);

pub(crate) struct Search<'x> {
    explorer: &'x Explorer,
    found: Vec<Found>,
    /// The transitions between states.
    edges: Vec<Edge>,
    known: BTreeMap<u64, u32>,
    frontier: Frontier<World<'x>>,
    findings: BTreeMap<Key, Finding>,
    /// The guesses with which expressions could be computed.
    passed: BTreeSet<Blame>,
    /// The states whose expressions could never be computed, with data of undeclared type.
    undecided: BTreeSet<Arc<str>>,
    /// Answers of tasks that led to a known state of an execution: the task, the state before and the state after.
    repeated: Vec<(u32, u32, Arc<str>)>,
    /// The tasks on loops that end only by an answer.
    open_loops: BTreeSet<String>,
    cut: CutOff,
    executions: u64,
    /// The number of executions that was told last.
    told: u64,
    /// The weights of the states of executions.
    work: u64,
    taken: Vec<bool>,
    /// What executions exercised of the properties.
    monitors: Monitors,
}

impl<'x> Search<'x> {
    pub(crate) fn new(explorer: &'x Explorer) -> Self {
        Self {
            explorer,
            found: Vec::new(),
            edges: Vec::new(),
            known: BTreeMap::new(),
            frontier: Frontier::new(explorer.bounds.memory),
            findings: BTreeMap::new(),
            passed: BTreeSet::new(),
            undecided: BTreeSet::new(),
            repeated: Vec::new(),
            open_loops: BTreeSet::new(),
            cut: CutOff { values: explorer.values_left_out(), ..CutOff::default() },
            executions: 0,
            told: 0,
            work: 0,
            taken: vec![false; explorer.states.ways.len()],
            monitors: Monitors::new(&explorer.properties, &explorer.states, explorer.known_outputs.clone()),
        }
    }

    pub(crate) fn run(mut self) -> Report {
        let mut starts = 0_u64;
        for input in self.explorer.all_inputs() {
            let world = World::new(self.explorer, input.clone());
            starts += u64::from(self.arrive(world, None, Decision::Input(input.clone()), 0));
        }
        let bound = self.explorer.bounds.executions;
        let mut large = LARGE.min(bound / 2);
        loop {
            let work = self.executions.max(self.found.len() as u64).max(self.work / WORK);
            self.tell();
            if self.explorer.merges && large < u64::MAX && (work >= large || self.frontier.is_full()) {
                large = u64::MAX;
                self.look_ahead(bound / 4);
            }
            if work >= bound || self.frontier.is_full() {
                let left: Vec<u32> = self.frontier.left().collect();
                let count = left.len() as u64;
                if work >= bound {
                    self.cut.executions = count
                } else {
                    self.cut.memory = count
                }
                left.into_iter().for_each(|number| self.cut_at(number));
                break;
            }
            let Self { frontier, explorer, found, .. } = &mut self;
            let next = frontier.next(|number| run_again(explorer, &decisions_to(found, Some(number))));
            let Some(Next { mut world, number, depth, decision }) = next else { break };
            if world.decide(&decision).is_err() {
                continue;
            }
            let is_fault = decision.is_fault();
            if self.arrive(world, Some(number), decision, depth + 1)
                && let Some(from) = self.found.get_mut(number as usize)
            {
                from.ends += 1;
                from.leads_on |= !is_fault;
            }
        }
        self.frontier = Frontier::new(0);
        self.known.clear();
        let graph = self.graph();
        let endless = self.find_endless(&graph);
        let on_cycles = on_cycles(&graph);
        self.find_unused_bounds(&on_cycles);
        self.find_open_loops(&on_cycles);
        // An execution that never ends for one cause needs no other cause.
        let follows = |finding: &Finding| {
            let endless = endless.as_ref().filter(|decisions| finding.decisions.len() > decisions.len());
            endless.is_some_and(|decisions| finding.decisions.starts_with(decisions))
        };
        self.findings.retain(|(property, ..), finding| property != built_in::ENDS || !follows(finding));
        let ways = self.ways(&graph).saturating_add(starts);
        self.drop_guesses();
        self.shrink();
        self.report(ways)
    }

    /// Returns the states of executions and the decisions between them. Its start leads to the first states.
    fn graph(&mut self) -> FlowGraph<Edge> {
        let start = self.found.len();
        let roots = self.found.iter().zip(0..).filter(|(found, _)| found.parent.is_none());
        let of = |to| Edge { from: u32::try_from(start).unwrap_or(u32::MAX), to, is_fault: false };
        let mut leaving: Vec<Vec<Edge>> = vec![Vec::new(); start + 1];
        for edge in std::mem::take(&mut self.edges).into_iter().chain(roots.map(|(_, number)| of(number))) {
            if let Some(leaving) = leaving.get_mut(edge.from as usize) {
                leaving.push(edge);
            }
        }
        FlowGraph::new(Some(start), leaving)
    }

    /// Runs executions to their end: one without faults, each that differs from it by one decision, and, near what these
    /// reach first, each that differs by another one. So each state and each single fault is tried however large the space
    /// is. The search itself tries them again, in its order.
    fn look_ahead(&mut self, most: u64) {
        let (executions, work) = (self.executions.saturating_add(most), self.work.saturating_add(most * WORK));
        let (mut followed, mut varied) = (BTreeSet::new(), BTreeSet::new());
        let mut ways: VecDeque<_> =
            self.explorer.all_inputs().iter().map(|input| vec![Decision::Input(input.clone())]).collect();
        while let Some(mut decisions) = ways.pop_front() {
            let Some(mut world) = run_again(self.explorer, &decisions) else { continue };
            while !world.turns_are_over() && varied.insert(world.fingerprint()) {
                let mut all = world.decisions(&mut false).into_iter();
                let Some(first) = all.next() else { break };
                for other in std::iter::once(first.clone()).chain(all) {
                    if self.executions >= executions || self.work >= work {
                        return;
                    }
                    if self.follow(world.clone(), &decisions, other.clone(), &mut followed) {
                        ways.push_back(decisions.iter().cloned().chain([other]).collect());
                    }
                }
                decisions.push(first.clone());
                if world.decide(&first).is_err() || world.settle(&mut Vec::new()) != Stand::Decide {
                    break;
                }
            }
        }
    }

    /// Applies a decision, and then the first of each until the execution ends or goes on like one before. Returns whether it
    /// took what none took before.
    fn follow(&mut self, mut world: World<'x>, to: &[Decision], next: Decision, followed: &mut BTreeSet<u64>) -> bool {
        let mut decisions = to.to_vec();
        let mut next = Some(next);
        let mut is_new = false;
        while let Some(decision) = next.filter(|decision| world.decide(decision).is_ok()) {
            decisions.push(decision);
            let mut broken = Vec::new();
            let stand = world.settle(&mut broken);
            self.work += world.weight();
            is_new |= self.see(&mut world);
            for broken in broken {
                note(&mut self.findings, broken, decisions.len(), world.faults, || decisions.clone());
            }
            let goes_on = stand == Stand::Decide && !world.turns_are_over() && followed.insert(world.fingerprint());
            next = if goes_on { world.first_decision() } else { None };
        }
        self.executions += 1;
        self.tell();
        is_new
    }

    /// Tells how many executions were tried, not more often than it is worth.
    fn tell(&mut self) {
        if let Some(watch) = &self.explorer.watch
            && self.executions >= self.told + TOLD
        {
            self.told = self.executions;
            watch(self.executions);
        }
    }

    /// Records what an execution took and could compute. Returns whether it took what none took before.
    fn see(&mut self, world: &mut World<'x>) -> bool {
        self.passed.extend(std::mem::take(&mut world.passed));
        self.monitors.met.iter_mut().zip(&world.monitors.met).for_each(|(met, other)| *met |= other);
        world.add_ways(&mut self.taken)
    }

    fn cut_at(&mut self, number: u32) {
        if let Some(found) = self.found.get_mut(number as usize) {
            found.leads_on = true;
        }
    }

    /// Records that a decision reached a state of an execution. Returns whether the execution has ended.
    fn arrive(&mut self, mut world: World<'x>, parent: Option<u32>, decision: Decision, depth: u32) -> bool {
        let mut broken = Vec::new();
        let stand = world.settle(&mut broken);
        self.work += world.weight();
        self.see(&mut world);
        for broken in broken {
            let decisions = || decisions_to(&self.found, parent).into_iter().chain([decision.clone()]).collect();
            note(&mut self.findings, broken, depth as usize + 1, world.faults, decisions);
        }
        if stand != Stand::Decide {
            self.executions += 1;
            return true;
        }
        if world.turns_are_over() {
            self.executions += 1;
            self.cut.turns += 1;
            self.open_loops.extend(world.too_often().map(str::to_owned));
            if let Some(parent) = parent {
                self.cut_at(parent);
            }
            return false;
        }
        let number = u32::try_from(self.found.len()).unwrap_or(u32::MAX);
        if self.explorer.merges {
            let fingerprint = world.fingerprint();
            if let Some(same) = self.known.get(&fingerprint) {
                self.executions += 1;
                self.edges.extend(parent.map(|from| Edge { from, to: *same, is_fault: decision.is_fault() }));
                if let (Some(parent), Decision::Succeed { task, .. }) = (parent, &decision) {
                    self.repeated.push((parent, *same, Arc::clone(&task.state)));
                }
                return false;
            }
            self.known.insert(fingerprint, number);
        }
        self.edges.extend(parent.map(|from| Edge { from, to: number, is_fault: decision.is_fault() }));
        let mut cut = false;
        let decisions = world.decisions(&mut cut);
        self.cut.faults += u64::from(cut);
        self.found.push(Found { parent, decision, ends: 0, leads_on: false });
        let faults = world.faults;
        self.frontier.add(world, number, (faults, depth), decisions);
        false
    }

    /// Adds what is wrong with all executions that begin with these decisions.
    fn add(&mut self, decisions: Vec<Decision>, state: Option<String>, message: String) {
        let faults = decisions.iter().filter(|decision| decision.is_fault()).count();
        let (length, faults) = (decisions.len(), u32::try_from(faults).unwrap_or(u32::MAX));
        let broken = Broken::error(built_in::ENDS, state, message, None);
        note(&mut self.findings, broken, length, faults, || decisions);
    }

    /// Finds states that cannot reach an end without further faults. Returns the decisions that lead to the first of them.
    fn find_endless(&mut self, graph: &FlowGraph<Edge>) -> Option<Vec<Decision>> {
        let leading_on = self.found.iter().enumerate().filter(|(_, found)| found.leads_on);
        let ends = graph.reaching(leading_on.map(|(number, _)| number), |edge| !edge.is_fault);
        let first = ends.iter().take(self.found.len()).position(|ends| !ends)?;
        let decisions = decisions_to(&self.found, u32::try_from(first).ok());
        let state = decisions.iter().rev().find_map(|decision| decision.task().map(|task| task.state.to_string()));
        let after = state.as_ref().map(|state| format!(" after `{state}`")).unwrap_or_default();
        let message = format!("with all values tried for the tasks{after}, the execution loops forever");
        self.add(decisions.clone(), state, message);
        Some(decisions)
    }

    /// Finds loops that return to the same data and that their own bound never ends. See [`loop_bound`].
    fn find_unused_bounds(&mut self, on_cycles: &[bool]) {
        // With more turns, executions or values, the bound could be reached.
        let is_cut = self.cut.turns > 0 || self.cut.ends_early() || self.cut.values > 0 || !self.undecided.is_empty();
        if is_cut || !on_cycles.contains(&true) {
            return;
        }
        let pointers = &self.explorer.states.ways;
        let is_taken = |at: &Pointer| pointers.get_index_of(at).is_some_and(|way| self.taken.get(way) == Some(&true));
        for exit in loop_bound::unused_exits(&self.explorer.machine, is_taken) {
            let is_on_it = |found: &Found| found.decision.task().is_some_and(|task| exit.states.contains(&*task.state));
            let mut found = self.found.iter().zip(on_cycles);
            let Some(first) = found.position(|(found, on_cycle)| *on_cycle && is_on_it(found)) else { continue };
            let message = format!(
                "while the answers stay the same, the execution comes back to the same data: `{}` never leads to `{}`",
                exit.choice, exit.target
            );
            self.add(decisions_to(&self.found, u32::try_from(first).ok()), Some(exit.choice), message);
        }
    }

    /// Finds the tasks whose answers lead back to the same data, so that only another answer ends the loop.
    fn find_open_loops(&mut self, on_cycles: &[bool]) {
        let comes_back = |number: u32| on_cycles.get(number as usize) == Some(&true);
        let repeated = std::mem::take(&mut self.repeated).into_iter();
        let repeated = repeated.filter(|(from, to, task)| {
            comes_back(*from)
                && comes_back(*to)
                && self.explorer.states.get(task).is_some_and(|facts| facts.on_loop.is_some())
        });
        self.open_loops.extend(repeated.map(|(.., task)| task.to_string()));
        // A loop that never ends is already a finding.
        let endless = self.findings.keys().filter(|(property, ..)| property == built_in::ENDS);
        let endless: Vec<_> = endless.map(|(_, state, _)| state.as_deref()).collect();
        self.open_loops.retain(|task| !endless.contains(&Some(task)) && !endless.contains(&None));
    }

    /// Returns the number of lists of decisions that lead to an end without repeating loops.
    fn ways(&self, graph: &FlowGraph<Edge>) -> u64 {
        let mut ways: Vec<Option<u64>> = vec![None; graph.size()];
        // Each state comes after those that it leads to, unless the decision closes a loop.
        for number in graph.order().into_iter().rev() {
            let after = graph.leaving(number).iter().filter_map(|edge| ways.get(edge.to as usize).copied().flatten());
            let ends = self.found.get(number).map_or(0, |found| found.ends);
            let all = after.fold(ends, u64::saturating_add);
            if let Some(ways) = ways.get_mut(number) {
                *ways = Some(all);
            }
        }
        ways.last().copied().flatten().unwrap_or_default()
    }

    /// Drops the findings that follow from expressions that no tried value fits: the guess is wrong, not the workflow.
    fn drop_guesses(&mut self) {
        let Self { findings, passed, undecided, .. } = self;
        let never = |guess: &Blame| !passed.contains(guess);
        let blamed = findings.keys().filter_map(|(.., guess)| guess.as_ref()).filter(|guess| never(guess));
        // A value without a member that each path needs is not a valid input.
        undecided
            .extend(blamed.filter(|guess| guess.guessed != Guessed::Absence).map(|guess| Arc::clone(&guess.state)));
        let all = std::mem::take(findings);
        for ((property, state, guess), finding) in all {
            if guess.as_ref().is_some_and(|guess| never(guess) || guess.guessed == Guessed::Part) {
                continue;
            }
            let known = findings.entry((property, state, None)).or_insert_with(|| finding.clone());
            if finding.length() < known.length() {
                *known = finding;
            }
        }
    }

    /// Replaces values with the simplest ones that lead to the same finding.
    fn shrink(&mut self) {
        let mut findings = std::mem::take(&mut self.findings);
        for finding in findings.values_mut() {
            let shows = |decisions: &[Decision]| {
                replayed(self.explorer, decisions).is_ok_and(|replayed| replayed.shows(finding))
            };
            let mut decisions = finding.decisions.clone();
            if !(0..decisions.len()).any(|at| !self.plainer(&decisions, at).is_empty()) || !shows(&decisions) {
                continue;
            }
            for at in 0..decisions.len() {
                for plainer in self.plainer(&decisions, at) {
                    let mut tried = decisions.clone();
                    if let Some(place) = tried.get_mut(at) {
                        *place = plainer;
                    }
                    if shows(&tried) {
                        decisions = tried;
                        break;
                    }
                }
            }
            finding.decisions = decisions;
        }
        self.findings = findings;
    }

    /// Returns the simpler alternatives to a decision, of the same kind.
    fn plainer(&self, decisions: &[Decision], at: usize) -> Vec<Decision> {
        let explorer = self.explorer;
        let plainer = |all: &[Payload], value: &Payload| -> Vec<Payload> {
            all.iter().take_while(|other| *other != value).cloned().collect()
        };
        match decisions.get(at) {
            Some(Decision::Input(input)) => {
                plainer(explorer.all_inputs(), input).into_iter().map(Decision::Input).collect()
            }
            Some(Decision::Succeed { task, result }) if !explorer.task_results.contains_key(&*task.state) => {
                let all = explorer.values.results.get(&*task.state).map_or(&[][..], |candidates| &candidates.values);
                let with = |result| Decision::Succeed { task: task.clone(), result };
                plainer(all, result).into_iter().map(with).collect()
            }
            _ => Vec::new(),
        }
    }

    fn report(self, ways: u64) -> Report {
        self.explorer.program.explored(&self.taken);
        let unreached = unreached(self.explorer, &self.taken, self.cut);
        let mut findings: Vec<_> = self.findings.into_values().collect();
        let mut unexercised = Vec::new();
        for property in self.monitors.unexercised() {
            let never = unreached.iter().find(|unreached| {
                unreached.point.kind == PointKind::State
                    && unreached.reason == Reason::Never
                    && Some(unreached.point.state.as_str()) == property.reachable()
            });
            match never {
                Some(Unreached { point, reason, .. }) => {
                    let broken = Broken::error(&property.to_string(), Some(&point.state), reason.words(), None);
                    findings.push(Finding::new(broken, Vec::new(), 0, findings.len()));
                }
                None => unexercised.push(property.to_string()),
            }
        }
        let patterns = &self.explorer.excluded;
        let (mut met, mut excluded) = (vec![false; patterns.len()], 0);
        let mut is_left = |finding: &Finding| {
            let key = finding.key();
            let texts = [Some(key.as_str()), Some(finding.property.as_str()), finding.state.as_deref()];
            let matching = patterns.iter().map(|(_, pattern)| texts.iter().flatten().any(|text| pattern.matches(text)));
            let found: Vec<bool> = matching.collect();
            met.iter_mut().zip(&found).for_each(|(met, found)| *met |= found);
            excluded += usize::from(found.contains(&true));
            !found.contains(&true)
        };
        // Each by itself, before findings are joined with others.
        findings.retain(&mut is_left);
        if let Some(learning) = &self.explorer.learning {
            for finding in &mut findings {
                let replayed = replayed(self.explorer, &finding.decisions).ok();
                let path = replayed.as_ref().map(|replayed| replayed.execution.path()).unwrap_or_default();
                // What follows the state did not happen before the fault.
                let at = path.iter().rposition(|state| Some(*state) == finding.state.as_deref());
                let end = at.map_or(path.len(), |at| at + 1);
                finding.occurred = learning.began_with(path.get(..end).unwrap_or_default());
            }
        }
        findings.sort_by_key(|finding| (Reverse((finding.severity, finding.occurred)), finding.length()));
        let mut findings = fold(findings);
        findings.retain(is_left);
        let in_vain = patterns.iter().zip(met).filter(|(_, met)| !met).map(|((text, _), _)| text.clone()).collect();
        let reason = |finding: &Finding| {
            self.explorer.accepted.iter().find(|(key, _)| finding.has_key(key)).map(|(_, reason)| reason.clone())
        };
        let accepted = findings.iter().filter_map(|finding| Some((finding.clone(), reason(finding)?))).collect();
        findings.retain(|finding| reason(finding).is_none());
        Report {
            explorer: self.explorer.clone(),
            findings,
            accepted,
            executions: self.executions,
            ways,
            states: self.found.len() as u64,
            cut_off: self.cut,
            undecided: self.undecided.iter().map(ToString::to_string).collect(),
            open_loops: self.open_loops.into_iter().collect(),
            unreached,
            unexercised,
            excluded,
            excluded_in_vain: in_vain,
        }
    }
}

/// Records a violation, unless one with fewer faults or decisions is known.
fn note(
    findings: &mut BTreeMap<Key, Finding>,
    broken: Broken,
    length: usize,
    faults: u32,
    decisions: impl FnOnce() -> Vec<Decision>,
) {
    let key = (broken.property.clone(), broken.state.clone(), broken.guess.clone());
    let order = findings.len();
    match findings.get_mut(&key) {
        Some(known) if (known.faults, known.decisions.len()) <= (faults, length) => {}
        Some(known) => *known = Finding::new(broken, decisions(), faults, known.order),
        None => drop(findings.insert(key, Finding::new(broken, decisions(), faults, order))),
    }
}

/// Returns, for each state of an execution, whether it is on a cycle or between two cycles, without faults.
fn on_cycles(graph: &FlowGraph<Edge>) -> Vec<bool> {
    let takes = |edge: &Edge| !edge.is_fault;
    let loops = graph.loops(takes).concat();
    let (after, before) = (graph.reached(loops.iter().copied(), takes), graph.reaching(loops, takes));
    after.into_iter().zip(before).map(|(after, before)| after && before).collect()
}

/// Returns what no execution took. `taken` has whether one took each way of the program.
pub(crate) fn not_taken(explorer: &Explorer, taken: &[bool]) -> Vec<Point> {
    let pointers = &explorer.states.ways;
    let mut points = Point::all(&explorer.machine);
    let is_taken = |number: usize| taken.get(number) == Some(&true);
    points.retain(|point| pointers.get_index_of(&point.pointer).is_some_and(|number| !is_taken(number)));
    points
}

/// Runs an execution with decisions. An error has the number of the decision that does not fit, and why.
fn decided<'x>(
    explorer: &'x Explorer,
    decisions: &[Decision],
    broken: &mut Vec<Broken>,
) -> Result<(World<'x>, Stand), (usize, String)> {
    let Some((Decision::Input(input), rest)) = decisions.split_first() else {
        return Err((1, "the first decision must be the input".to_owned()));
    };
    let mut world = World::new(explorer, input.clone());
    let mut stand = world.settle(broken);
    for (decision, number) in rest.iter().zip(2..) {
        if stand != Stand::Decide {
            return Err((number, "the execution has ended".to_owned()));
        }
        world.decide(decision).map_err(|problem| (number, problem))?;
        stand = world.settle(broken);
    }
    Ok((world, stand))
}

/// Replays decisions, and goes on with the simplest ones.
pub(crate) fn replayed(explorer: &Explorer, decisions: &[Decision]) -> Result<Replayed, ExploreError> {
    let mut broken = Vec::new();
    let (mut world, mut stand) = decided(explorer, decisions, &mut broken)
        .map_err(|(number, problem)| ExploreError::Decision { number, problem })?;
    let mut all = decisions.to_vec();
    while all.len() < decisions.len() + STEPS && stand == Stand::Decide && !world.turns_are_over() {
        let first = world.first_decision().filter(|first| world.decide(first).is_ok());
        let Some(first) = first else { break };
        all.push(first);
        stand = world.settle(&mut broken);
    }
    broken.retain(|broken| broken.guess.as_ref().is_none_or(|guess| guess.guessed != Guessed::Part));
    let findings = broken.into_iter().enumerate();
    let findings = findings.map(|(order, broken)| Finding::new(broken, all.clone(), world.faults, order)).collect();
    Ok(Replayed { execution: world.execution, decisions: all, findings })
}

/// Runs an execution with the decisions that led to one of its states.
pub(crate) fn run_again<'x>(explorer: &'x Explorer, decisions: &[Decision]) -> Option<World<'x>> {
    decided(explorer, decisions, &mut Vec::new()).ok().map(|(world, _)| world)
}
