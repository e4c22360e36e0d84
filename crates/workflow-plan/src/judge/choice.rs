//! Judges a choice: which inputs a newer version sends elsewhere. Both versions are evaluated for values at and around the
//! constants that they compare with, so that every example is one that was tried.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use workflow_asl::StateKind;
use workflow_asl::difference::{StateDifference, StateLocation};
use workflow_asl::document::{ChoiceRule, Operand, Operator, QueryLanguage, Relation, State};
use workflow_asl::graph::Graph;
use workflow_asl::json_kind::JsonKind;
use workflow_asl::jsonata::{self, Names, Node, NodeKind};
use workflow_asl::path::{JsonPath, Root, Segment, in_brackets};
use workflow_asl::references::LiteralKind;
use workflow_asl::types::Type;
use workflow_jsonata::{Expression, Output, Setting};

use super::{Judge, Side, said};
use crate::flow::{is_in, succeeds};
use crate::rule::{self, Rule};

/// The most inputs that are tried.
const TRIED: usize = 4_096;

/// The most groups of inputs, and the most values in a group, in a sentence.
const SHOWN: usize = 3;

/// The members that lead to a tested value in the data of a state: from `input`, `context`, or a variable in `variables`.
type Place = Vec<String>;

/// The constants that each value is compared with.
type Tested = BTreeMap<Place, Vec<Value>>;

/// Where a choice leads for an input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    To(String),
    /// No rule matches.
    NoMatch,
    /// A rule cannot be evaluated.
    Fails,
}

/// Values that were tried, and where they led and lead.
type Moved<'s> = (Vec<&'s Sample>, Way, Way);

/// A value to try; absent without one.
#[derive(Clone)]
struct Sample {
    value: Option<Value>,
    like: Like,
}

/// The values that a sample stands for.
#[derive(Clone, Copy)]
enum Like {
    Itself,
    /// Numbers between bounds, each with whether it is included.
    Numbers([(f64, bool); 2]),
    /// All texts that are not compared with.
    OtherTexts,
    /// All texts.
    Texts,
}

/// The inputs that a newer choice sends elsewhere.
pub(super) struct Elsewhere {
    /// What applies to some of them, each with these in words.
    pub(super) found: Vec<(&'static Rule, String)>,
    /// Whether values of every kind were tried.
    pub(super) every_kind: bool,
}

/// What can happen from a state on.
#[derive(PartialEq)]
struct Ahead {
    /// The tasks that may run, with their newer names.
    tasks: BTreeSet<String>,
    /// Whether the scope can end successfully.
    succeeds: bool,
}

impl Judge<'_> {
    /// Returns which inputs the newer choice sends elsewhere, if both can be evaluated.
    pub(super) fn elsewhere(&self, difference: &StateDifference, old: &State, new: &State) -> Option<Elsewhere> {
        let (old_at, new_at) = (difference.old.as_ref()?, difference.new.as_ref()?);
        let language = self.new.document.language_of(new);
        let was = Decisions::of(old, self.old.document.language_of(old))?;
        let is = Decisions::of(new, language)?;
        let mut tested = was.tested.clone();
        is.tested
            .iter()
            .for_each(|(place, more)| tested.entry(place.clone()).or_default().extend(more.iter().cloned()));
        let types = [(&self.old, old_at, old), (&self.new, new_at, new)].map(|(side, at, state)| {
            side.types.get(&at.pointer).filter(|_| state.input_path.is_none()).map(|types| types.input.clone())
        });
        let possible = |place: &Place, mut samples: Vec<Sample>| {
            let (root, path) = place.split_first().unzip();
            let types: Vec<_> = types.iter().flatten().filter(|_| root.is_some_and(|root| root == "input")).collect();
            let path = path.unwrap_or_default();
            let at = |ty: &Type| path.iter().try_fold(ty.clone(), |ty, name| ty.at(name));
            let known: Vec<_> = types.iter().filter_map(|ty| at(ty)).collect();
            samples.retain(|sample| match &sample.value {
                None => !types.iter().any(|ty| is_certain(ty, path)),
                value => known.iter().all(|ty| ty.may_be(value.as_ref())),
            });
            samples
        };
        let places: Vec<_> = tested.keys().collect();
        let (every_kind, samples, count) = [true, false].into_iter().find_map(|every_kind| {
            let samples = tested.iter().map(|(place, constants)| possible(place, samples(constants, every_kind)));
            let samples: Vec<_> = samples.collect();
            let count = samples.iter().try_fold(1_usize, |all, own| all.checked_mul(own.len()))?;
            (count <= TRIED).then_some((every_kind, samples, count))
        })?;
        // The paths of different inputs lead to different values.
        if places.is_empty() || old.input_path != new.input_path {
            return None;
        }
        let mut is_decided = false;
        let mut moved: BTreeMap<(Way, Way), Vec<Moved<'_>>> = BTreeMap::new();
        for mut number in 0..count {
            let chosen = samples.iter().map(|own| {
                let sample = own.get(number % own.len());
                number /= own.len();
                sample
            });
            let chosen = chosen.collect::<Option<Vec<_>>>()?;
            let Some(given) = given(&places, &chosen) else { continue };
            let before = match was.way(&given) {
                Way::To(name) => Way::To(self.names.get(&name).cloned().unwrap_or(name)),
                other => other,
            };
            let after = is.way(&given);
            let goes_on = [&before, &after].iter().any(|way| matches!(way, Way::To(_)));
            is_decided |= goes_on;
            if before != after && goes_on {
                moved.entry((before.clone(), after.clone())).or_default().push((chosen, before, after));
            }
        }
        if !is_decided {
            return None;
        }
        let own = BTreeMap::new();
        let mut by_rule: Vec<(&'static Rule, Vec<Moved<'_>>)> = Vec::new();
        for ((before, after), more) in moved {
            let (was, is) = (self.old.ahead(old_at, &before, &self.names), self.new.ahead(new_at, &after, &own));
            let rule = match (&before, &after) {
                (_, Way::NoMatch) => &rule::CHOICE_NARROWED,
                _ if was.succeeds && !is.succeeds => &rule::CHOICE_FAILS,
                (Way::Fails, _) => &rule::CHOICE_CHANGED,
                _ if was.tasks != is.tasks => &rule::CHOICE_ELSEWHERE,
                _ => &rule::CHOICE_CHANGED,
            };
            match by_rule.iter_mut().find(|(known, _)| known.id == rule.id) {
                Some((_, all)) => all.extend(more),
                None => by_rule.push((rule, more)),
            }
        }
        let told = by_rule.iter().filter_map(|(rule, moved)| {
            let text = match places.as_slice() {
                [place] => of_one(&shown(place, language), moved),
                _ => of_several(&places, language, moved.first()?),
            };
            Some((*rule, text))
        });
        Some(Elsewhere { found: told.collect(), every_kind })
    }
}

impl Side<'_> {
    /// Returns what can happen where a choice of this place leads.
    fn ahead(&self, at: &StateLocation, way: &Way, names: &BTreeMap<String, String>) -> Ahead {
        let nothing = Ahead { tasks: BTreeSet::new(), succeeds: false };
        let scope = self.document.scopes().into_iter().find(|scope| scope.pointer == at.scope);
        let (Some(graph), Way::To(target)) = (scope.map(Graph::of), way) else { return nothing };
        let newer = |name: &str| names.get(name).map_or(name, String::as_str).to_owned();
        let start = graph.states().iter().position(|(name, _)| newer(name) == *target);
        let reached = graph.flow().reached(start, |_| true);
        let tasks = self.states().into_iter().filter(|(at, state)| {
            let reaches = |(number, reached): (usize, &bool)| *reached && is_in(at, &graph.state_pointer(number));
            state.kind == StateKind::Task && reached.iter().enumerate().any(reaches)
        });
        let tasks = tasks.filter_map(|(at, _)| Some(newer(&at.tokens().last()?))).collect();
        let mut states = graph.states().iter().zip(&reached);
        let succeeds = states.any(|((_, state), reached)| *reached && succeeds(state));
        Ahead { tasks, succeeds }
    }
}

/// Returns whether a value of this type certainly has the member of a path.
fn is_certain(ty: &Type, path: &[String]) -> bool {
    let Some((name, rest)) = path.split_first() else { return true };
    let has = |(member, ty, present): (String, Type, bool)| present && member == *name && is_certain(&ty, rest);
    ty.kind() == Some(JsonKind::Object) && ty.members().into_iter().any(has)
}

/// The rules of a choice that can be evaluated, and what they test.
struct Decisions<'s> {
    rules: Vec<(Condition<'s>, &'s str)>,
    default: Option<&'s str>,
    tested: Tested,
}

enum Condition<'s> {
    Rule(&'s ChoiceRule),
    Jsonata(Expression),
}

impl<'s> Decisions<'s> {
    /// Returns `None` for a choice with a condition other than simple comparisons.
    fn of(state: &'s State, language: QueryLanguage) -> Option<Self> {
        let mut made = Self { rules: Vec::new(), default: state.default.as_deref(), tested: Tested::new() };
        for rule in state.choices.iter().flatten() {
            let condition = match (language, &rule.condition) {
                (QueryLanguage::JsonPath, _) => {
                    tested_by_rule(rule, &mut made.tested)?;
                    Condition::Rule(rule)
                }
                (_, Some(Value::String(text))) => {
                    let ast = jsonata::parse(jsonata::expression(text)?).ok()?;
                    tested_by_node(&ast.root, &ast.names(), &mut made.tested)?;
                    Condition::Jsonata(Expression::compile(&ast).ok()?)
                }
                _ => return None,
            };
            made.rules.push((condition, rule.next.as_deref()?));
        }
        Some(made)
    }

    /// Returns where an input leads.
    fn way(&self, given: &Value) -> Way {
        for (condition, next) in &self.rules {
            match condition.is_true(given) {
                None => return Way::Fails,
                Some(true) => return Way::To((*next).to_owned()),
                Some(false) => {}
            }
        }
        self.default.map_or(Way::NoMatch, |name| Way::To(name.to_owned()))
    }
}

impl Condition<'_> {
    /// Returns `None` if the evaluation fails.
    fn is_true(&self, given: &Value) -> Option<bool> {
        match self {
            Self::Rule(rule) => is_true(rule, given),
            Self::Jsonata(expression) => value_for(expression, given)?.as_bool(),
        }
    }
}

/// Returns the value of an expression for the data of a state, unless it fails or gives nothing.
pub(super) fn value_for(expression: &Expression, given: &Value) -> Option<Value> {
    let variables = given.get("variables")?.as_object()?.iter();
    let variables: Vec<_> = variables.map(|(name, value)| (name.as_str(), value)).chain([("states", given)]).collect();
    let setting = Setting { variables: &variables.as_slice(), ..Setting::default() };
    match expression.evaluate_in(&setting).ok()?.output {
        Output::Value(value) => Some(value.into_owned()),
        _ => None,
    }
}

/// Returns the state to which a choice leads where there is no data, if both are certain.
pub(super) fn leads_without_data(state: &State, language: QueryLanguage) -> Option<String> {
    match Decisions::of(state, language)?.way(&no_data()) {
        Way::To(name) => Some(name),
        Way::NoMatch | Way::Fails => None,
    }
}

/// Returns the data of a state without any member.
pub(super) fn no_data() -> Value {
    json!({"input": {}, "context": {}, "variables": {}})
}

fn is_true(rule: &ChoiceRule, given: &Value) -> Option<bool> {
    for (rules, stops) in [(&rule.and, false), (&rule.or, true)] {
        for rule in rules.iter().flatten() {
            if is_true(rule, given)? == stops {
                return Some(stops);
            }
        }
        if rules.is_some() {
            return Some(!stops);
        }
    }
    if let Some(rule) = &rule.not {
        return Some(!is_true(rule, given)?);
    }
    let select = |path: &str| -> Option<Value> {
        let path = JsonPath::parse(path).ok()?;
        let root = match path.root() {
            Root::Value => given.get("input")?,
            Root::Context => given.get("context")?,
            Root::Variable(name) => given.get("variables")?.get(name)?,
        };
        path.select(root).ok().map(std::borrow::Cow::into_owned)
    };
    let comparison = rule.comparisons.first()?;
    let value = select(rule.variable.as_deref()?);
    match comparison.operator {
        Operator::IsPresent => Some(value.is_some() == (comparison.operand == true)),
        operator if operator.operand() == Operand::Path => {
            Some(operator.holds(&value?, &select(comparison.operand.as_str()?)?))
        }
        operator => Some(operator.holds(&value?, &comparison.operand)),
    }
}

/// Returns the data of a state with these values, if each can be in its place.
fn given(places: &[&Place], chosen: &[&Sample]) -> Option<Value> {
    let mut given = no_data();
    // A value is in its place before its parts.
    for (names, sample) in places.iter().zip(chosen) {
        let Some(value) = &sample.value else { continue };
        let mut place = &mut given;
        for name in *names {
            place = place.as_object_mut()?.entry(name).or_insert_with(|| Map::new().into());
        }
        place.clone_from(value);
    }
    Some(given)
}

/// Adds what a rule tests.
fn tested_by_rule(rule: &ChoiceRule, tested: &mut Tested) -> Option<()> {
    for rule in rule.and.iter().chain(&rule.or).flatten().chain(rule.not.as_deref()) {
        tested_by_rule(rule, tested)?;
    }
    let Some(variable) = &rule.variable else { return Some(()) };
    let place = |path: &str| -> Option<Place> {
        let path = JsonPath::parse(path).ok()?;
        let start = match path.root() {
            Root::Value => vec!["input".to_owned()],
            Root::Context => vec!["context".to_owned()],
            Root::Variable(name) => vec!["variables".to_owned(), name.clone()],
        };
        let names = path.segments()?.into_iter().map(|step| match step {
            Segment::Name(name) => Some(name.to_owned()),
            Segment::Index(_) => None,
        });
        start.into_iter().map(Some).chain(names).collect()
    };
    let comparison = rule.comparisons.first()?;
    let text = comparison.operand.as_str().unwrap_or_default();
    let times = ["2020-01-01T00:00:00Z".into(), "2100-01-01T00:00:00Z".into()];
    let constants = match (comparison.operator, comparison.operator.order()) {
        (operator, Some((compared, _))) if operator.operand() == Operand::Path => {
            let constants = match compared {
                Operand::Number => vec![0.into(), 1.into()],
                Operand::Flag => vec![true.into()],
                Operand::Timestamp => times.to_vec(),
                Operand::Text | Operand::Path => vec!["a".into(), "b".into()],
            };
            tested.entry(place(text)?).or_default().extend(constants.iter().cloned());
            constants
        }
        (_, Some((Operand::Timestamp, _))) => [text.into()].into_iter().chain(times).collect(),
        (_, Some((Operand::Text, relation))) if relation != Relation::Equal => {
            vec!["".into(), text.into(), format!("{text}-").into()]
        }
        (_, Some(_)) => vec![comparison.operand.clone()],
        (Operator::StringMatches, _) => vec![text.replace('*', "").into(), text.replace('*', "-").into()],
        (Operator::IsNull, _) => vec![Value::Null],
        (Operator::IsNumeric, _) => vec![0.into()],
        (Operator::IsBoolean, _) => vec![true.into()],
        (Operator::IsTimestamp, _) => times.to_vec(),
        // `IsPresent` and `IsString`
        (_, None) => Vec::new(),
    };
    tested.entry(place(variable)?).or_default().extend(constants);
    Some(())
}

/// Adds what a condition of JSONata tests. Fails for anything but comparisons with constants.
fn tested_by_node(node: &Node, names: &Names, tested: &mut Tested) -> Option<()> {
    let place = |node: &Node| -> Option<Place> {
        let variables = names.variables.iter().map(|used| (Some("variables"), used));
        let all = names.states.iter().map(|used| (None, used)).chain(variables);
        let (root, used) = all.into_iter().find(|(_, used)| used.exact && used.whole() == node.span)?;
        let is_known = root.is_some() || ["input", "context"].contains(&used.name.as_str());
        let steps = used.steps.iter().map(|step| match &step.kind {
            LiteralKind::Name(name) => Some(name.clone()),
            LiteralKind::Index(_) => None,
        });
        let start = root.map(str::to_owned).into_iter().chain([used.name.clone()]).map(Some);
        start.chain(steps).collect::<Option<_>>().filter(|_| is_known)
    };
    let (place, constants) = match &node.kind {
        NodeKind::Bool(_) => return Some(()),
        NodeKind::Block(parts) if parts.len() == 1 => return tested_by_node(parts.first()?, names, tested),
        NodeKind::Binary("and" | "or", one, other) => {
            tested_by_node(one, names, tested)?;
            return tested_by_node(other, names, tested);
        }
        NodeKind::Binary("=" | "!=" | "<" | "<=" | ">" | ">=", one, other) => {
            let turned = literal(one).map(|constant| (other, constant));
            let (of, constant) = turned.or_else(|| Some((one, literal(other)?)))?;
            (place(of)?, vec![constant])
        }
        NodeKind::Binary("in", one, list) => match &list.kind {
            NodeKind::Array(items) => (place(one)?, items.iter().map(literal).collect::<Option<_>>()?),
            _ => return None,
        },
        NodeKind::Call(..) => match jsonata::called(node)? {
            ("not", [of]) => return tested_by_node(of, names, tested),
            ("exists", [of]) => (place(of)?, Vec::new()),
            _ => return None,
        },
        _ => (place(node)?, vec![true.into()]),
    };
    tested.entry(place).or_default().extend(constants);
    Some(())
}

/// Returns the value of a literal that is no list and no object.
fn literal(node: &Node) -> Option<Value> {
    jsonata::constant(node).filter(|value| !value.is_array() && !value.is_object())
}

/// Returns the values to try for a value that is compared with these constants, first numbers in ascending order; last, if
/// asked for, values of every other kind.
fn samples(constants: &[Value], every_kind: bool) -> Vec<Sample> {
    let mut cuts: Vec<_> = constants.iter().filter_map(Value::as_f64).collect();
    cuts.sort_by(f64::total_cmp);
    cuts.dedup();
    let texts: BTreeSet<_> = constants.iter().filter_map(Value::as_str).collect();
    let has_flags = constants.iter().any(Value::is_boolean);
    let sample = |like, value: Value| Sample { value: Some(value), like };
    let plain = |value| sample(Like::Itself, value);
    let mut found = if cuts.is_empty() { Vec::new() } else { numbers(&cuts) };
    found.extend(texts.iter().map(|text| plain((*text).into())));
    let other = ["other", "another", "different"].into_iter().find(|other| !texts.contains(other));
    let other = other.filter(|_| !texts.is_empty());
    found.extend(other.map(|other| sample(Like::OtherTexts, other.into())));
    // Any text stands for what is only tested for its presence.
    let any = sample(Like::Texts, "other".into());
    found.extend(constants.is_empty().then(|| any.clone()));
    found.extend([true, false].into_iter().filter(|_| has_flags).map(|flag| plain(flag.into())));
    found.extend(constants.contains(&Value::Null).then(|| plain(Value::Null)));
    found.push(Sample { value: None, like: Like::Itself });
    if every_kind {
        if texts.is_empty() && !constants.is_empty() {
            // JSONata takes an empty text, and 0, for false.
            match has_flags {
                true => found.extend([plain("".into()), sample(Like::OtherTexts, "other".into())]),
                false => found.push(any),
            }
        }
        if cuts.is_empty() {
            found.extend(numbers(if has_flags { &[0.0] } else { &[] }));
        }
        found.extend((!has_flags).then(|| plain(true.into())));
        found.extend((!constants.contains(&Value::Null)).then(|| plain(Value::Null)));
        found.push(plain(json!({})));
    }
    found
}

/// Returns these numbers, and one below, between and above them.
fn numbers(cuts: &[f64]) -> Vec<Sample> {
    let number = |number, low, high| Sample { value: Some(jsonata::number(number)), like: Like::Numbers([low, high]) };
    let mut found = Vec::new();
    let mut low = f64::NEG_INFINITY;
    for cut in cuts.iter().copied().chain([f64::INFINITY]) {
        found.push(number(between(low, cut), (low, false), (cut, false)));
        found.extend(cut.is_finite().then(|| number(cut, (cut, true), (cut, true))));
        low = cut;
    }
    found
}

/// Returns a number between two others, a whole one if there is one.
fn between(low: f64, high: f64) -> f64 {
    let middle = low + (high - low) / 2.0;
    match () {
        () if low.is_infinite() && high.is_infinite() => 1.0,
        () if low.is_infinite() => (high - 1.0).ceil(),
        () if high.is_infinite() => (low + 1.0).floor(),
        () if middle.floor() > low => middle.floor(),
        () if middle.ceil() < high => middle.ceil(),
        () => middle,
    }
}

/// Returns a tested value as the language writes it.
fn shown(place: &Place, language: QueryLanguage) -> String {
    let is_path = language == QueryLanguage::JsonPath;
    let (start, names) = match place.as_slice() {
        [root, name, rest @ ..] if root == "variables" => (format!("${name}"), rest),
        [root, rest @ ..] if is_path => (if root == "input" { "$".to_owned() } else { "$$".to_owned() }, rest),
        all => ("$states".to_owned(), all),
    };
    let steps = names.iter().map(|name| {
        let is_plain = name.chars().all(|c| c.is_alphanumeric() || c == '_');
        in_brackets(name).filter(|_| is_path && !is_plain).unwrap_or_else(|| format!(".{name}"))
    });
    said(&std::iter::once(start).chain(steps).collect::<String>())
}

/// Returns the inputs that one value decides, in words: all that go the same new way, with an example.
fn of_one(place: &str, found: &[Moved<'_>]) -> String {
    let mut groups: Vec<(&Way, &Way, Vec<Sample>)> = Vec::new();
    for (chosen, before, after) in found {
        let sample = chosen.iter().map(|sample| (*sample).clone());
        let Some((.., samples)) = groups.iter_mut().find(|(known, way, _)| (*known, *way) == (before, after)) else {
            groups.push((before, after, sample.collect()));
            continue;
        };
        match (samples.last_mut().map(|last| &mut last.like), chosen.first().map(|sample| sample.like)) {
            // Numbers that follow directly.
            (Some(Like::Numbers([_, high])), Some(Like::Numbers([low, to])))
                if high.0 == low.0 && (high.1 || low.1) =>
            {
                *high = to;
            }
            _ => samples.extend(sample),
        }
    }
    let told = groups.iter().take(SHOWN).map(|(before, after, samples)| {
        let values: Vec<_> = samples.iter().take(SHOWN).map(Sample::said).collect();
        let more = if samples.len() > SHOWN { " or others" } else { "" };
        let example = samples.first().filter(|one| match one.like {
            Like::Numbers([low, high]) => low != high && (low.0.is_finite() || high.0.is_finite()),
            like => matches!(like, Like::OtherTexts),
        });
        let example =
            example.and_then(|sample| sample.value.as_ref()).map(|value| format!(" (`{value}`, for example)"));
        format!("if {place} is {}{more}{}, {}", values.join(" or "), example.unwrap_or_default(), now(before, after))
    });
    told.collect::<Vec<_>>().join("; ")
}

/// Returns an input that several values decide, in words.
fn of_several(places: &[&Place], language: QueryLanguage, (chosen, before, after): &Moved<'_>) -> String {
    let all = || places.iter().zip(chosen);
    let has_parts = |place: &Place| all().any(|(part, sample)| sample.value.is_some() && part.starts_with(place));
    let values = all().filter(|(place, sample)| sample.value.is_some() || !has_parts(place));
    let values = values.map(|(place, sample)| match &sample.value {
        Some(value) => format!("{} is `{value}`", shown(place, language)),
        None => format!("{} is absent", shown(place, language)),
    });
    format!("for example, if {}, {}", values.collect::<Vec<_>>().join(" and "), now(before, after))
}

fn now(before: &Way, after: &Way) -> String {
    let now = match (before, after) {
        (Way::To(before), Way::To(after)) => {
            return format!("it now leads to {} instead of {}", said(after), said(before));
        }
        (_, Way::To(after)) => format!("now leads to {}", said(after)),
        (_, Way::NoMatch) => "now matches no rule".to_owned(),
        (_, Way::Fails) => "now fails".to_owned(),
    };
    match before {
        Way::To(before) => format!("it led to {} and {now}", said(before)),
        Way::NoMatch => format!("it matched no rule and {now}"),
        Way::Fails => format!("it failed and {now}"),
    }
}

impl Sample {
    fn said(&self) -> String {
        match (&self.value, self.like) {
            (None, _) => "absent".to_owned(),
            (_, Like::Numbers([(low, _), (high, _)])) if low.is_infinite() && high.is_infinite() => {
                "a number".to_owned()
            }
            (_, Like::Numbers([low, high])) if low != high => {
                let word = |(bound, closed): (f64, bool), open, shut| {
                    bound.is_finite().then(|| format!("{} `{bound}`", if closed { shut } else { open }))
                };
                let bounds = word(low, "above", "from").into_iter().chain(word(high, "below", "up to"));
                bounds.collect::<Vec<_>>().join(" and ")
            }
            (_, Like::OtherTexts) => "any other text".to_owned(),
            (_, Like::Texts) => "text".to_owned(),
            (Some(value), _) => format!("`{value}`"),
        }
    }
}
