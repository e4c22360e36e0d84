//! Tests random workflows with random references between their states: an accepted workflow never reads a missing
//! value, and a rejected one has a path that proves the error.

mod optional;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write;
use std::sync::{Arc, Mutex};

use proc_macro2::TokenStream;
use proptest::prelude::*;
use serde_json::{Value, json};
use workflow_asl::Code;
use workflow_compiler::compile_located;
use workflow_local::{Engine, TaskError};

/// A state to create.
#[derive(Clone, Debug)]
struct Spec {
    kind: Kind,
    /// The next state: the following one, or one by number.
    next: Option<usize>,
    /// The target of its catcher, by number.
    catch: Option<usize>,
    /// What it reads: a state by number, and whether with `?`.
    reads: Vec<(usize, bool)>,
    reads_error: bool,
    optional: Vec<optional::ReadSpec>,
}

#[derive(Clone, Debug)]
enum Kind {
    Task,
    Pass,
    /// A task that tosses a coin and a choice that tests it, or that tests an optional value; and the target of the
    /// other arm.
    Choice(usize, optional::TestSpec),
    /// The branches.
    Parallel(Vec<Vec<Spec>>),
    Map(Vec<Spec>),
}

fn spec(kind: BoxedStrategy<Kind>) -> BoxedStrategy<Spec> {
    let next = prop_oneof![8 => Just(None), 1 => any::<usize>().prop_map(Some)];
    let catch = prop_oneof![1 => Just(None), 1 => any::<usize>().prop_map(Some)];
    let reads = prop::collection::vec((any::<usize>(), any::<bool>()), 0..3);
    let parts = (kind, next, catch, reads, prop::bool::weighted(0.1), optional::reads());
    let spec =
        |(kind, next, catch, reads, reads_error, optional)| Spec { kind, next, catch, reads, reads_error, optional };
    parts.prop_map(spec).boxed()
}

fn simple() -> BoxedStrategy<Kind> {
    let choice = (any::<usize>(), optional::test()).prop_map(|(other, test)| Kind::Choice(other, test));
    prop_oneof![3 => Just(Kind::Task), 1 => Just(Kind::Pass), 1 => choice].boxed()
}

fn workflow() -> BoxedStrategy<Vec<Spec>> {
    let inner = || prop::collection::vec(spec(simple()), 1..4);
    let parallel = prop::collection::vec(inner(), 1..3).prop_map(Kind::Parallel);
    let kind = prop_oneof![8 => simple(), 1 => parallel, 1 => inner().prop_map(Kind::Map)];
    prop::collection::vec(spec(kind.boxed()), 2..8).boxed()
}

/// A state of the graph as the test models it.
#[derive(Debug)]
struct Node {
    name: String,
    /// The text after its name in a reference; `None` if it has no result.
    part: Option<&'static str>,
    scope: usize,
    success: Vec<usize>,
    catch: Option<usize>,
    reads: Vec<(usize, bool)>,
    reads_error: bool,
    optional: Vec<optional::ReadSpec>,
    /// What a choice tests.
    test: Option<optional::TestSpec>,
}

#[derive(Debug, Default)]
struct Built {
    jsonata: bool,
    nodes: Vec<Node>,
    /// The node around each scope, and the first node in it.
    scopes: Vec<(Option<usize>, usize)>,
}

impl Built {
    /// The nodes of a scope, with edges by number within it.
    fn scope(&mut self, specs: &[Spec], owner: Option<usize>) {
        let scope = self.scopes.len();
        self.scopes.push((owner, self.nodes.len()));
        // The first node of each spec: a choice has two.
        let first = self.nodes.len();
        let mut starts = Vec::new();
        let mut at = first;
        for spec in specs {
            starts.push(at);
            at += if matches!(spec.kind, Kind::Choice(..)) { 2 } else { 1 };
        }
        let to = |number: usize| starts[number % starts.len()];
        let mut inside = Vec::new();
        for (index, spec) in specs.iter().enumerate() {
            let next = match spec.next {
                // The last one ends, so that most graphs have an end.
                Some(next) if index + 1 < specs.len() => Some(to(next)),
                Some(_) => None,
                None => starts.get(index + 1).copied(),
            };
            let own = self.nodes.len();
            let (part, name) = match &spec.kind {
                Kind::Task | Kind::Pass => (Some(".Payload.v"), "S"),
                Kind::Choice(..) => (Some(".Payload.v"), "Coin"),
                Kind::Parallel(_) | Kind::Map(_) => (Some("[0]"), "All"),
            };
            let works = !matches!(spec.kind, Kind::Pass | Kind::Choice(..));
            let mut node = Node {
                name: format!("{name}{own}"),
                part,
                scope,
                success: next.into_iter().collect(),
                catch: spec.catch.filter(|_| works).map(to),
                reads: if works || matches!(spec.kind, Kind::Pass) { spec.reads.clone() } else { Vec::new() },
                reads_error: spec.reads_error && matches!(spec.kind, Kind::Task | Kind::Pass),
                optional: Vec::new(),
                test: None,
            };
            if matches!(spec.kind, Kind::Task | Kind::Pass) {
                node.optional.clone_from(&spec.optional);
            }
            if let Kind::Parallel(_) | Kind::Map(_) = spec.kind {
                node.reads.clear();
            }
            match &spec.kind {
                Kind::Choice(other, test) => {
                    node.success = vec![own + 1];
                    self.nodes.push(node);
                    let mut sides: Vec<usize> = next.into_iter().collect();
                    sides.push(to(*other));
                    self.nodes.push(Node {
                        name: format!("Choice{}", own + 1),
                        part: None,
                        scope,
                        success: sides,
                        catch: None,
                        reads: Vec::new(),
                        reads_error: false,
                        optional: Vec::new(),
                        test: Some(test.clone()),
                    });
                }
                Kind::Parallel(branches) => {
                    self.nodes.push(node);
                    inside.extend(branches.iter().map(|branch| (own, branch)));
                }
                Kind::Map(states) => {
                    self.nodes.push(node);
                    inside.push((own, states));
                }
                Kind::Task | Kind::Pass => self.nodes.push(node),
            }
        }
        for (own, states) in inside {
            self.scope(states, Some(own));
        }
    }

    /// Returns every read of a state with a result: reader, state, with `?`.
    fn reads(&self, reader: usize) -> Vec<(usize, bool)> {
        let numbers = self.nodes[reader].reads.iter().map(|(of, optional)| (of % self.nodes.len(), *optional));
        let mut seen = BTreeSet::new();
        // JSONPath cannot read an optional value.
        let written = |of: usize, optional: bool| match self.nodes[of].part {
            Some(part) => !optional || self.jsonata && part == ".Payload.v",
            None => false,
        };
        numbers.filter(|(of, optional)| *of != reader && written(*of, *optional) && seen.insert(*of)).collect()
    }

    /// Returns the node of `scope` that is the node or contains it.
    fn within(&self, mut node: usize, scope: usize) -> Option<usize> {
        while self.nodes[node].scope != scope {
            node = self.scopes[self.nodes[node].scope].0?;
        }
        Some(node)
    }

    /// Returns whether some path through the scope reaches `to` without an edge for which `brings` (from, caught)
    /// holds.
    fn gets_around(&self, scope: usize, to: usize, brings: impl Fn(usize, bool) -> bool) -> bool {
        let start = self.scopes[scope].1;
        let mut seen = BTreeSet::from([start]);
        let mut todo = VecDeque::from([start]);
        while let Some(node) = todo.pop_front() {
            let success = self.nodes[node].success.iter().map(|to| (*to, false));
            for (next, caught) in success.chain(self.nodes[node].catch.map(|to| (to, true))) {
                if !brings(node, caught) && seen.insert(next) {
                    todo.push_back(next);
                }
            }
        }
        seen.contains(&to)
    }

    /// Returns the pairs of state and reader that must be rejected, those of other scopes, and the readers of a missing
    /// error.
    fn refused(&self) -> (BTreeSet<(String, String)>, usize, BTreeSet<String>) {
        let mut may_not = BTreeSet::new();
        let mut elsewhere = 0;
        let mut errors = BTreeSet::new();
        for (reader, node) in self.nodes.iter().enumerate() {
            for (of, optional) in self.reads(reader) {
                let scope = self.nodes[of].scope;
                match self.within(reader, scope) {
                    None => elsewhere += 1,
                    Some(_) if optional => {}
                    Some(at) => {
                        let around = at == of || self.gets_around(scope, at, |from, caught| from == of && !caught);
                        if around && !self.is_shown_to_have_run(of, reader) {
                            may_not.insert((self.nodes[of].name.clone(), node.name.clone()));
                        }
                    }
                }
            }
            if node.reads_error && !self.has_error(reader) {
                errors.insert(node.name.clone());
            }
        }
        (may_not, elsewhere, errors)
    }

    fn has_error(&self, reader: usize) -> bool {
        let mut at = reader;
        loop {
            let scope = self.nodes[at].scope;
            if !self.gets_around(scope, at, |_, caught| caught) {
                return true;
            }
            // Some paths of this scope catch and some do not.
            let mut after = BTreeSet::new();
            let inside = |node: &&Node| node.scope == scope;
            let mut todo: Vec<usize> = self.nodes.iter().filter(inside).filter_map(|node| node.catch).collect();
            while let Some(node) = todo.pop() {
                if after.insert(node) {
                    todo.extend(self.nodes[node].success.iter().copied().chain(self.nodes[node].catch));
                }
            }
            if after.contains(&at) {
                return false;
            }
            match self.scopes[scope].0 {
                Some(owner) => at = owner,
                None => return false,
            }
        }
    }

    fn text(&self, query: &str) -> String {
        let mut text = format!("workflow W {{ query {query};\n");
        text.push_str("input { items: Vec<i64>, o: Option<i64>, p: Option<i64> }\n");
        text.push_str("struct Out { v: i64, heads: bool, o: Option<i64> }\n");
        self.write(0, query, &mut text);
        text.push('}');
        text
    }

    fn write(&self, scope: usize, query: &str, text: &mut String) {
        let name = |node: usize| self.nodes[node].name.as_str();
        for (own, node) in self.nodes.iter().enumerate().filter(|(_, node)| node.scope == scope) {
            let mut read = String::new();
            for (of, optional) in self.reads(own) {
                let (key, part) = (name(of), self.nodes[of].part.unwrap());
                let mark = if optional { "?" } else { "" };
                write!(read, "{key}{mark}: {key}{mark}{part}, ").unwrap();
            }
            self.write_optional(own, &mut read);
            if node.reads_error {
                read.push_str("why: caught.Error, ");
            }
            let next = |to: Option<&usize>| to.map_or("end", |to| name(*to));
            let catch = node.catch.map_or(String::new(), |to| format!("catch [States.ALL] -> {}", name(to)));
            let on = next(node.success.first());
            let own_name = &node.name;
            let inside: Vec<usize> =
                (0..self.scopes.len()).filter(|scope| self.scopes[*scope].0 == Some(own)).collect();
            if own_name.starts_with("Choice") {
                let [yes, no] = match node.success.as_slice() {
                    [yes, no] => [name(*yes), name(*no)],
                    _ => ["End", name(node.success[0])],
                };
                let yes = if yes == "End" { format!("End{own}") } else { yes.to_owned() };
                writeln!(text, "choice {own_name} {}", self.choice(own, &yes, no)).unwrap();
                if yes.starts_with("End") {
                    writeln!(text, "succeed {yes};").unwrap();
                }
            } else if own_name.starts_with("All") && node.part == Some("[0]") {
                if self.is_map(own) {
                    let over = if query == "jsonata" { "[1, 2]" } else { "input.items" };
                    writeln!(text, "map {own_name} over {over} {{").unwrap();
                    self.write(inside[0], query, text);
                    writeln!(text, "}} {catch} -> {on};").unwrap();
                } else {
                    writeln!(text, "parallel {own_name} {{").unwrap();
                    for scope in inside {
                        text.push_str("branch {\n");
                        self.write(scope, query, text);
                        text.push_str("}\n");
                    }
                    writeln!(text, "}} {catch} -> {on};").unwrap();
                }
            } else if self.is_pass(own) {
                writeln!(text, "pass {own_name} {{ Payload: {{ v: {own} }}, heads: true, {read} }} -> {on};").unwrap();
            } else {
                let body = format!("FunctionName: \"{own_name}\", Payload: {{ {read} }}");
                let retry = if own % 2 == 0 { "retry [States.ALL] { interval: 1s, max_attempts: 1 }" } else { "" };
                writeln!(text, "task {own_name} = lambda::invoke<Out> {{ {body} }} {retry} {catch} -> {on};").unwrap();
            }
        }
    }

    fn is_map(&self, node: usize) -> bool {
        self.nodes[node].name.starts_with("AllMap")
    }

    fn is_pass(&self, node: usize) -> bool {
        self.nodes[node].name.starts_with("SPass")
    }
}

/// Runs a definition with functions that fail at random. Returns what is wrong.
fn run(built: &Built, definition: &Value, seed: u64) -> Result<(), String> {
    struct Calls {
        random: u64,
        count: u64,
        last: BTreeMap<String, u64>,
        wrong: Vec<String>,
    }
    let calls = Arc::new(Mutex::new(Calls { random: seed | 1, count: 1000, last: BTreeMap::new(), wrong: Vec::new() }));
    let mut engine = Engine::new(definition).map_err(|error| error.to_string())?;
    for node in &built.nodes {
        let name = node.name.clone();
        let calls = Arc::clone(&calls);
        // If states run several times concurrently, it is not known whose result is the last.
        let outer: BTreeSet<String> =
            built.nodes.iter().filter(|node| node.scope == 0).map(|node| node.name.clone()).collect();
        engine = engine.on_lambda(&node.name, move |payload: Value| {
            let mut calls = calls.lock().unwrap();
            for (key, value) in payload.as_object().into_iter().flatten() {
                let last = calls.last.get(key).copied();
                if outer.contains(key) && !key.starts_with("SPass") && !key.starts_with("All") && value.as_u64() != last
                {
                    calls.wrong.push(format!("{name} reads {value} of {key}, which gave {last:?}"));
                }
            }
            calls.random ^= calls.random << 13;
            calls.random ^= calls.random >> 7;
            calls.random ^= calls.random << 17;
            // Often enough that every loop ends eventually.
            if calls.random % 10 < 4 && !name.starts_with("Coin") {
                return Err(TaskError::new("Broken").with_cause("at random"));
            }
            calls.count += 1;
            let count = calls.count;
            calls.last.insert(name.clone(), count);
            let mut answer = json!({ "v": count, "heads": calls.random >> 20 & 1 == 1 });
            if calls.random >> 21 & 1 == 1 {
                answer["o"] = json!(1);
            }
            Ok(answer)
        });
    }
    let mut input = json!({ "items": [1, 2] });
    for (bit, name) in ["o", "p"].into_iter().enumerate() {
        if seed >> bit & 1 == 1 {
            input[name] = json!(2);
        }
    }
    let execution = engine.run(&input).map_err(|error| error.to_string())?;
    for event in execution.history() {
        let text = format!("{event:?}");
        // Some graphs loop forever.
        if text.contains("maximum number of history events") {
            continue;
        }
        if text.contains("QueryEvaluationError") || text.contains("States.Runtime") {
            return Err(text);
        }
    }
    match calls.lock().unwrap().wrong.first() {
        Some(wrong) => Err(wrong.clone()),
        None => Ok(()),
    }
}

/// Returns the words in backticks of a message.
fn names(message: &str) -> Vec<String> {
    message.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn holds(specs: &[Spec], query: &str, counts: &Mutex<[usize; 3]>) -> Result<(), TestCaseError> {
    let mut built = Built { jsonata: query == "jsonata", ..Built::default() };
    built.scope(specs, None);
    mark(specs, &mut built);
    let text = built.text(query);
    let tokens: TokenStream = text.parse().unwrap();
    let compilation = compile_located(tokens, &|span| Some((span.start().line, span.start().column)));
    prop_assert!(compilation.bugs.is_empty(), "{:?}\n{text}", compilation.bugs);
    let flow = [Code::MayNotHaveRun, Code::OtherScope, Code::NothingCaught, Code::UnguardedOption];
    let (of_data, others): (Vec<_>, Vec<_>) = compilation
        .problems
        .iter()
        .filter(|problem| problem.is_error())
        .partition(|problem| flow.contains(&problem.code));
    // Graphs in which no end, or not every state, is reachable are the subject of other rules. Unreachable states are
    // not read.
    let graph = [Code::UnreachableState, Code::NoWayToEnd, Code::EndlessLoop];
    if others.iter().any(|problem| graph.contains(&problem.code)) {
        counts.lock().unwrap()[2] += 1;
        return Ok(());
    }
    prop_assert!(others.is_empty(), "{:?}\n{text}", others.iter().map(|problem| problem.text()).collect::<Vec<_>>());
    let (may_not, elsewhere, errors) = built.refused();
    let found: BTreeSet<_> = of_data
        .iter()
        .filter(|problem| problem.code == Code::MayNotHaveRun)
        .map(|problem| {
            let mut names = names(&problem.message).into_iter();
            (names.next().unwrap_or_default(), names.next().unwrap_or_default())
        })
        .collect();
    let said: Vec<_> = of_data.iter().map(|problem| problem.text()).collect();
    prop_assert_eq!(found, may_not, "{:#?}\n{}", said, text);
    let of = |code| of_data.iter().filter(|problem| problem.code == code).count();
    prop_assert_eq!(of(Code::OtherScope), elsewhere, "{:#?}\n{}", said, text);
    prop_assert_eq!(of(Code::NothingCaught), errors.len(), "{:#?}\n{}", said, text);
    let mut unguarded = BTreeMap::new();
    for problem in of_data.iter().filter(|problem| problem.code == Code::UnguardedOption) {
        *unguarded.entry(names(&problem.message).into_iter().next().unwrap_or_default()).or_default() += 1;
    }
    prop_assert_eq!(unguarded, built.unguarded(), "{:#?}\n{}", said, text);
    if !of_data.is_empty() {
        counts.lock().unwrap()[1] += 1;
        return Ok(());
    }
    counts.lock().unwrap()[0] += 1;
    for seed in 1..6 {
        if let Err(wrong) = run(&built, &compilation.workflows[0].definition, seed * 0x9E37_79B9) {
            return Err(TestCaseError::fail(format!("{wrong}\n{text}\n{:#}", compilation.workflows[0].definition)));
        }
    }
    Ok(())
}

/// Gives passes and maps the names under which the text is written.
fn mark(specs: &[Spec], built: &mut Built) {
    let mut kinds = Vec::new();
    collect(specs, &mut kinds);
    for (node, kind) in built.nodes.iter_mut().zip(kinds) {
        if !kind.is_empty() {
            node.name = format!("{kind}{}", node.name.trim_start_matches(char::is_alphabetic));
        }
    }
}

/// The names of the nodes' kinds, in the order in which [`Built::scope`] creates them.
fn collect(specs: &[Spec], kinds: &mut Vec<&'static str>) {
    for spec in specs {
        match spec.kind {
            Kind::Task => kinds.push(""),
            Kind::Pass => kinds.push("SPass"),
            Kind::Choice(..) => kinds.extend(["", ""]),
            Kind::Parallel(_) => kinds.push(""),
            Kind::Map(_) => kinds.push("AllMap"),
        }
    }
    for spec in specs {
        match &spec.kind {
            Kind::Parallel(branches) => branches.iter().for_each(|branch| collect(branch, kinds)),
            Kind::Map(states) => collect(states, kinds),
            _ => {}
        }
    }
}

/// `WORKFLOW_GRAPHS=20000 cargo test -p workflow-tests --test it data` tries that many.
#[test]
fn what_is_accepted_is_there_and_what_is_refused_may_be_missing() {
    let cases = std::env::var("WORKFLOW_GRAPHS").ok().and_then(|cases| cases.parse().ok()).unwrap_or(500);
    let counts = Mutex::new([0; 3]);
    let config =
        ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 5_000, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let strategy = (workflow(), prop_oneof![2 => Just("jsonata"), 1 => Just("jsonpath")]);
    let result = runner.run(&strategy, |(specs, query)| holds(&specs, query, &counts));
    if let Err(error) = result {
        panic!("{error}");
    }
    let [accepted, refused, other] = *counts.lock().unwrap();
    println!("{accepted} accepted and run, {refused} refused, {other} set aside");
    assert!(accepted * 8 > cases as usize && refused * 8 > cases as usize, "{accepted} {refused} {other}");
}
