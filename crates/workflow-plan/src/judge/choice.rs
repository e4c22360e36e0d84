//! Judges a choice: which inputs another version of it sends elsewhere. Both versions are evaluated for values at and
//! around the constants that they compare with, so that every example is one that was tried.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use workflow_asl::StateKind;
use workflow_asl::difference::{StateDifference, StateLocation};
use workflow_asl::document::{ChoiceRule, Operand, Operator, QueryLanguage, Relation, State};
use workflow_asl::graph::Graph;
use workflow_asl::jsonata::{self, Names, Node, NodeKind};
use workflow_asl::path::{JsonPath, Root, Segment, in_brackets};
use workflow_asl::references::{LiteralKind, LiteralStep};
use workflow_jsonata::{Expression, Output, Setting};

use super::{Judge, Side, said};

/// The most inputs that are tried.
const TRIED: usize = 1_024;

/// The most groups of inputs, and the most values of one input, in a sentence.
const SHOWN: usize = 3;

/// A tested value: where it starts, and the names of the members that lead to it.
type Place = (Start, Vec<String>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Start {
    Input,
    Context,
    Variable(String),
}

/// The constants that each value is compared with.
type Tested = BTreeMap<Place, Vec<Value>>;

/// A value to try; absent without one.
#[derive(Clone, Debug)]
struct Sample {
    value: Option<Value>,
    /// The bounds of the numbers that behave like it, each with whether it is included.
    like: Option<[(f64, bool); 2]>,
    /// Whether it stands for all texts that are not compared with.
    other: bool,
}

/// The data of a state, as its conditions read it.
#[derive(Default)]
struct Given {
    input: Value,
    context: Value,
    variables: BTreeMap<String, Value>,
}

/// The inputs that a newer choice sends elsewhere.
pub(super) struct Elsewhere {
    /// Which they are, in words.
    pub(super) text: String,
    /// Whether some match no rule.
    pub(super) fails: bool,
    /// Whether other tasks run for some.
    pub(super) calls: bool,
}

/// The target of a choice for an input; `None` if no rule matches.
type Way = Option<String>;

impl Judge<'_> {
    /// Returns which inputs the newer choice sends elsewhere, if some were found.
    pub(super) fn elsewhere(&self, difference: &StateDifference, old: &State, new: &State) -> Option<Elsewhere> {
        let (old_at, new_at) = (difference.old.as_ref()?, difference.new.as_ref()?);
        let was = Decisions::of(old, self.old.document.language_of(old))?;
        let is = Decisions::of(new, self.new.document.language_of(new))?;
        let mut tested = was.tested.clone();
        for (place, constants) in &is.tested {
            tested.entry(place.clone()).or_default().extend(constants.iter().cloned());
        }
        let types = |side: &Side<'_>, at: &StateLocation, state: &State| {
            let types = side.types.get(&at.pointer).filter(|_| state.input_path.is_none());
            types.map(|types| types.input.clone())
        };
        let types = [types(&self.old, old_at, old), types(&self.new, new_at, new)];
        let samples = tested.iter().map(|((start, names), constants)| {
            let known = types.iter().flatten().filter(|_| *start == Start::Input);
            let known: Vec<_> =
                known.filter_map(|ty| names.iter().try_fold(ty.clone(), |ty, name| ty.at(name))).collect();
            let mut samples = samples(constants);
            samples.retain(|sample| known.iter().all(|ty| ty.may_be(sample.value.as_ref())));
            samples
        });
        let (places, samples): (Vec<_>, Vec<_>) = (tested.keys().collect(), samples.collect());
        let count = samples.iter().try_fold(1_usize, |all, own| all.checked_mul(own.len()))?;
        if places.is_empty() || count > TRIED {
            return None;
        }
        let all = places.iter().enumerate();
        let overlaps = all.clone().flat_map(|(a, part)| {
            all.clone().filter(move |(_, whole)| is_inside(part, whole)).map(move |(b, _)| (a, b))
        });
        let overlaps: Vec<_> = overlaps.collect();
        let mut found: Vec<(Vec<&Sample>, Way, Way)> = Vec::new();
        for number in 0..count {
            let mut rest = number;
            let chosen = samples.iter().rev().map(|own| {
                let sample = own.get(rest % own.len());
                rest /= own.len();
                sample
            });
            let mut chosen = chosen.collect::<Option<Vec<_>>>()?;
            chosen.reverse();
            let present = |number: usize| chosen.get(number).is_some_and(|sample: &&Sample| sample.value.is_some());
            let clash = overlaps.iter().any(|(part, whole)| present(*part) && present(*whole));
            if clash {
                continue;
            }
            let given = Given::of(places.iter().copied().zip(chosen.iter().copied()));
            // An input for which an evaluation fails goes nowhere.
            let (Some(before), Some(after)) = (was.way(&given), is.way(&given)) else { continue };
            let before = before.map(|name| self.names.get(&name).cloned().unwrap_or(name));
            if before != after {
                found.push((chosen, before, after));
            }
        }
        let language = self.new.document.language_of(new);
        let text = match places.as_slice() {
            [place] => of_one(&shown(place, language), &found),
            _ => of_several(&places, language, found.first()?),
        };
        let old_names: BTreeMap<_, _> = self.names.iter().map(|(old, new)| (new.as_str(), old.as_str())).collect();
        let calls = found.iter().map(|(_, before, after)| (before, after)).collect::<BTreeSet<_>>().into_iter().any(
            |(before, after)| {
                let before = before.as_deref().map(|name| old_names.get(name).copied().unwrap_or(name));
                let tasks = self.old.tasks_from(old_at, before).into_iter();
                let tasks: BTreeSet<_> = tasks.map(|name| self.names.get(&name).cloned().unwrap_or(name)).collect();
                tasks != self.new.tasks_from(new_at, after.as_deref())
            },
        );
        (!found.is_empty()).then(|| Elsewhere { text, calls, fails: found.iter().any(|(.., after)| after.is_none()) })
    }
}

impl Side<'_> {
    /// Returns the tasks that may run from a state of the same scope on.
    fn tasks_from(&self, at: &StateLocation, target: Option<&str>) -> BTreeSet<String> {
        let scope = self.document.scopes().into_iter().find(|scope| scope.pointer == at.scope);
        let Some((scope, target)) = scope.zip(target) else { return BTreeSet::new() };
        let graph = Graph::of(scope);
        let reached = graph.flow().reached(graph.number(target), |_| true);
        let reached: Vec<_> = reached.iter().enumerate().filter(|(_, reached)| **reached).collect();
        let reached: Vec<_> = reached.iter().map(|(number, _)| graph.state_pointer(*number)).collect();
        let inside = |at: &str| {
            reached.iter().any(|state| {
                at.strip_prefix(state.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        let tasks =
            self.states().into_iter().filter(|(at, state)| state.kind == StateKind::Task && inside(at.as_str()));
        tasks.filter_map(|(at, _)| at.tokens().last()).collect()
    }
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
    Literal(bool),
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
                (_, condition) => Condition::Literal(condition.as_ref()?.as_bool()?),
            };
            made.rules.push((condition, rule.next.as_deref()?));
        }
        Some(made)
    }

    /// Returns where an input leads; `None` if its evaluation fails.
    fn way(&self, given: &Given) -> Option<Way> {
        for (condition, next) in &self.rules {
            let is_true = match condition {
                Condition::Rule(rule) => is_true(rule, given)?,
                Condition::Literal(value) => *value,
                Condition::Jsonata(expression) => {
                    let mut states = Map::new();
                    states.insert("input".to_owned(), given.input.clone());
                    states.insert("context".to_owned(), given.context.clone());
                    let states = Value::Object(states);
                    let variables = given.variables.iter().map(|(name, value)| (name.as_str(), value));
                    let variables: Vec<_> = variables.chain([("states", &states)]).collect();
                    let setting = Setting { variables: &variables.as_slice(), ..Setting::default() };
                    match expression.evaluate_in(&setting).ok()?.output {
                        Output::Value(value) => value.as_bool()?,
                        _ => return None,
                    }
                }
            };
            if is_true {
                return Some(Some((*next).to_owned()));
            }
        }
        Some(self.default.map(str::to_owned))
    }
}

fn is_true(rule: &ChoiceRule, given: &Given) -> Option<bool> {
    for (rules, stops) in [(&rule.and, false), (&rule.or, true)] {
        if let Some(rules) = rules {
            for rule in rules {
                if is_true(rule, given)? == stops {
                    return Some(stops);
                }
            }
            return Some(!stops);
        }
    }
    if let Some(rule) = &rule.not {
        return Some(!is_true(rule, given)?);
    }
    let comparison = rule.comparisons.first()?;
    let value = given.select(rule.variable.as_deref()?);
    if comparison.operator == Operator::IsPresent {
        return Some(value.is_some() == (comparison.operand == true));
    }
    let operand = match comparison.operator.operand() {
        Operand::Path => given.select(comparison.operand.as_str()?)?,
        _ => comparison.operand.clone(),
    };
    Some(comparison.operator.holds(&value?, &operand))
}

impl Given {
    fn of<'p>(values: impl Iterator<Item = (&'p Place, &'p Sample)>) -> Self {
        let object = || Value::Object(Map::new());
        let mut given = Self { input: object(), context: object(), ..Self::default() };
        for ((start, names), sample) in values {
            let Some(value) = &sample.value else { continue };
            let mut place = match start {
                Start::Input => &mut given.input,
                Start::Context => &mut given.context,
                Start::Variable(name) => given.variables.entry(name.clone()).or_default(),
            };
            for name in names {
                if !place.is_object() {
                    *place = object();
                }
                let Value::Object(members) = place else { break };
                place = members.entry(name.clone()).or_insert(Value::Null);
            }
            *place = value.clone();
        }
        given
    }

    fn select(&self, path: &str) -> Option<Value> {
        let path = JsonPath::parse(path).ok()?;
        let root = match path.root() {
            Root::Value => &self.input,
            Root::Context => &self.context,
            Root::Variable(name) => self.variables.get(name)?,
        };
        path.select(root).ok().map(std::borrow::Cow::into_owned)
    }
}

/// Adds what a rule tests.
fn tested_by_rule(rule: &ChoiceRule, tested: &mut Tested) -> Option<()> {
    for rule in rule.and.iter().chain(&rule.or).flatten().chain(rule.not.as_deref()) {
        tested_by_rule(rule, tested)?;
    }
    let Some(variable) = &rule.variable else { return Some(()) };
    let place = |path: &str| -> Option<Place> {
        let path = JsonPath::parse(path).ok()?;
        let names = path.segments()?.into_iter().map(|step| match step {
            Segment::Name(name) => Some(name.to_owned()),
            Segment::Index(_) => None,
        });
        let start = match path.root() {
            Root::Value => Start::Input,
            Root::Context => Start::Context,
            Root::Variable(name) => Start::Variable(name.clone()),
        };
        Some((start, names.collect::<Option<_>>()?))
    };
    let comparison = rule.comparisons.first()?;
    let texts = |texts: &[&str]| texts.iter().map(|text| Value::from(*text)).collect::<Vec<_>>();
    let constants = match (comparison.operator, comparison.operator.order()) {
        (Operator::StringMatches, _) => {
            let pattern = comparison.operand.as_str()?;
            texts(&[&pattern.replace('*', ""), &pattern.replace('*', "-")])
        }
        (Operator::IsNull, _) => vec![Value::Null],
        (Operator::IsNumeric, _) => vec![0.into()],
        (Operator::IsBoolean, _) => vec![true.into()],
        (Operator::IsTimestamp, _) => texts(&["2020-01-01T00:00:00Z"]),
        (operator, Some((compared, _))) if operator.operand() == Operand::Path => {
            tested.entry(place(comparison.operand.as_str()?)?).or_default().extend(examples(compared));
            examples(compared)
        }
        (_, Some((Operand::Timestamp, _))) => {
            let around = examples(Operand::Timestamp);
            std::iter::once(comparison.operand.clone()).chain(around).collect()
        }
        (_, Some((Operand::Text, relation))) if relation != Relation::Equal => {
            let text = comparison.operand.as_str()?;
            texts(&["", text, &format!("{text}-")])
        }
        (_, Some(_)) => vec![comparison.operand.clone()],
        // `IsPresent` and `IsString`
        (_, None) => Vec::new(),
    };
    tested.entry(place(variable)?).or_default().extend(constants);
    Some(())
}

/// Returns two values of a type, to compare with each other.
fn examples(compared: Operand) -> Vec<Value> {
    match compared {
        Operand::Number => vec![0.into(), 1.into()],
        Operand::Flag => vec![true.into(), false.into()],
        Operand::Timestamp => vec!["2020-01-01T00:00:00Z".into(), "2100-01-01T00:00:00Z".into()],
        Operand::Text | Operand::Path => vec!["a".into(), "b".into()],
    }
}

/// Adds what a condition of JSONata tests. Fails for anything but comparisons with constants.
fn tested_by_node(node: &Node, names: &Names, tested: &mut Tested) -> Option<()> {
    let place = |node: &Node| -> Option<Place> {
        let starts = |used: &jsonata::Use, start: Start, rest: &[LiteralStep]| {
            let names = rest.iter().map(|step| match &step.kind {
                LiteralKind::Name(name) => Some(name.clone()),
                LiteralKind::Index(_) => None,
            });
            let names = names.collect::<Option<_>>()?;
            (used.exact && used.whole() == node.span).then_some((start, names))
        };
        let of_states = names.states.iter().filter_map(|used| match used.name.as_str() {
            "input" => starts(used, Start::Input, &used.steps),
            "context" => starts(used, Start::Context, &used.steps),
            _ => None,
        });
        let of_variables = names.variables.iter();
        let of_variables =
            of_variables.filter_map(|used| starts(used, Start::Variable(used.name.clone()), &used.steps));
        of_states.chain(of_variables).next()
    };
    let mut adds = |place: Place, constants: Vec<Value>| {
        tested.entry(place).or_default().extend(constants);
        Some(())
    };
    match &node.kind {
        NodeKind::Bool(_) => Some(()),
        NodeKind::Block(parts) if parts.len() == 1 => tested_by_node(parts.first()?, names, tested),
        NodeKind::Binary("and" | "or", one, other) => {
            tested_by_node(one, names, tested)?;
            tested_by_node(other, names, tested)
        }
        NodeKind::Binary("=" | "!=" | "<" | "<=" | ">" | ">=", one, other) => {
            match (place(one), place(other), literal(one), literal(other)) {
                (Some(place), _, _, Some(constant)) | (_, Some(place), Some(constant), _) => {
                    adds(place, vec![constant])
                }
                _ => None,
            }
        }
        NodeKind::Binary("in", one, list) => match &list.kind {
            NodeKind::Array(items) => adds(place(one)?, items.iter().map(literal).collect::<Option<_>>()?),
            _ => None,
        },
        NodeKind::Call(function, arguments) => match (&function.kind, arguments.as_slice()) {
            (NodeKind::Variable(name), [of]) if name == "not" => tested_by_node(of, names, tested),
            (NodeKind::Variable(name), [of]) if name == "exists" => adds(place(of)?, Vec::new()),
            _ => None,
        },
        _ => adds(place(node)?, vec![true.into()]),
    }
}

fn literal(node: &Node) -> Option<Value> {
    Some(match &node.kind {
        NodeKind::String(text) => text.as_str().into(),
        NodeKind::Bool(value) => (*value).into(),
        NodeKind::Null => Value::Null,
        NodeKind::Number(number) => number_of(*number),
        NodeKind::Negate(inner) => number_of(-literal(inner)?.as_f64()?),
        _ => return None,
    })
}

/// Returns the values to try for a value that is compared with these constants, numbers in ascending order first.
fn samples(constants: &[Value]) -> Vec<Sample> {
    let mut numbers: Vec<_> = constants.iter().filter_map(Value::as_f64).collect();
    numbers.sort_by(f64::total_cmp);
    numbers.dedup();
    let mut found = Vec::new();
    let mut number = |number: f64, low, high| {
        found.push(Sample { value: Some(number_of(number)), like: Some([low, high]), other: false });
    };
    let mut low = f64::NEG_INFINITY;
    for cut in &numbers {
        number(between(low, *cut), (low, false), (*cut, false));
        number(*cut, (*cut, true), (*cut, true));
        low = *cut;
    }
    if low.is_finite() {
        number(between(low, f64::INFINITY), (low, false), (f64::INFINITY, false));
    }
    let mut texts: Vec<&str> = constants.iter().filter_map(Value::as_str).collect();
    texts.sort_unstable();
    texts.dedup();
    let plain = |value| Sample { value: Some(value), like: None, other: false };
    found.extend(texts.iter().map(|text| plain(Value::from(*text))));
    // Any text stands for what is only tested for its presence.
    let other = ["other", "another", "different"].into_iter().find(|other| !texts.contains(other));
    let other = other.filter(|_| !texts.is_empty() || constants.is_empty());
    found.extend(other.map(|other| Sample { other: !texts.is_empty(), ..plain(other.into()) }));
    if constants.iter().any(Value::is_boolean) {
        found.extend([true, false].map(|value| plain(value.into())));
    }
    if constants.contains(&Value::Null) {
        found.push(plain(Value::Null));
    }
    found.push(Sample { value: None, like: None, other: false });
    found
}

/// Returns a number between two others, a whole one if there is one.
fn between(low: f64, high: f64) -> f64 {
    match (low.is_finite(), high.is_finite()) {
        (false, _) => (high - 1.0).ceil(),
        (_, false) => (low + 1.0).floor(),
        _ => {
            let middle = low + (high - low) / 2.0;
            if middle.floor() > low {
                middle.floor()
            } else if middle.ceil() < high {
                middle.ceil()
            } else {
                middle
            }
        }
    }
}

fn number_of(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        #[expect(clippy::cast_possible_truncation, reason = "the number has no fraction and is small")]
        return Value::from(number as i64);
    }
    Value::from(number)
}

/// Returns a tested value as the language writes it.
fn shown((start, names): &Place, language: QueryLanguage) -> String {
    let start = match (start, language) {
        (Start::Input, QueryLanguage::JsonPath) => "$".to_owned(),
        (Start::Context, QueryLanguage::JsonPath) => "$$".to_owned(),
        (Start::Input, QueryLanguage::Jsonata) => "$states.input".to_owned(),
        (Start::Context, QueryLanguage::Jsonata) => "$states.context".to_owned(),
        (Start::Variable(name), _) => format!("${name}"),
    };
    let steps = names.iter().map(|name| {
        let is_plain = language == QueryLanguage::Jsonata || name.chars().all(|c| c.is_alphanumeric() || c == '_');
        in_brackets(name).filter(|_| !is_plain).unwrap_or_else(|| format!(".{name}"))
    });
    said(&std::iter::once(start).chain(steps).collect::<String>())
}

/// Returns the inputs that one value decides, in words: all that go the same new way, with an example.
fn of_one(place: &str, found: &[(Vec<&Sample>, Way, Way)]) -> String {
    let mut groups: Vec<(&Way, &Way, Vec<Sample>)> = Vec::new();
    for (chosen, before, after) in found {
        let Some(sample) = chosen.first() else { continue };
        let group = groups.iter_mut().find(|(known, way, _)| (*known, *way) == (before, after));
        let Some((.., samples)) = group else {
            groups.push((before, after, vec![(*sample).clone()]));
            continue;
        };
        match (samples.last_mut(), sample.like) {
            // Numbers that follow directly.
            (Some(Sample { like: Some([_, high]), .. }), Some([low, to])) if high.0 == low.0 && (high.1 || low.1) => {
                *high = to
            }
            _ => samples.push((*sample).clone()),
        }
    }
    let told = groups.iter().take(SHOWN).map(|(before, after, samples)| {
        let values: Vec<_> = samples.iter().take(SHOWN).map(Sample::said).collect();
        let more = if samples.len() > SHOWN { " or others" } else { "" };
        let example =
            samples.first().filter(|sample| sample.like.is_some_and(|[low, high]| low != high) || sample.other);
        let example =
            example.and_then(|sample| sample.value.as_ref()).map(|value| format!(" (`{value}`, for example)"));
        let (values, example) = (values.join(" or "), example.unwrap_or_default());
        format!("if {place} is {values}{more}{example}, {}", now(before, after))
    });
    told.collect::<Vec<_>>().join("; ")
}

/// Returns an input that several values decide, in words.
fn of_several(
    places: &[&Place],
    language: QueryLanguage,
    (chosen, before, after): &(Vec<&Sample>, Way, Way),
) -> String {
    let chosen: Vec<_> = places.iter().copied().zip(chosen.iter().copied()).collect();
    let has_more =
        |place: &Place| chosen.iter().any(|(other, sample)| sample.value.is_some() && is_inside(other, place));
    let values = chosen.iter().filter(|(place, sample)| sample.value.is_some() || !has_more(place));
    let values = values.map(|(place, sample)| match &sample.value {
        Some(value) => format!("{} is `{value}`", shown(place, language)),
        None => format!("{} is absent", shown(place, language)),
    });
    format!("for example, if {}, {}", values.collect::<Vec<_>>().join(" and "), now(before, after))
}

/// Returns whether a value is a part of another.
fn is_inside(part: &Place, whole: &Place) -> bool {
    part.0 == whole.0 && part.1.len() > whole.1.len() && part.1.starts_with(&whole.1)
}

fn now(before: &Way, after: &Way) -> String {
    match (before, after) {
        (Some(before), Some(after)) => format!("it now leads to {} instead of {}", said(after), said(before)),
        (Some(before), None) => format!("it led to {} and now matches no rule", said(before)),
        (None, Some(after)) => format!("it matched no rule and now leads to {}", said(after)),
        (None, None) => "it matches no rule".to_owned(),
    }
}

impl Sample {
    fn said(&self) -> String {
        match (&self.value, self.like) {
            (None, _) => "absent".to_owned(),
            (Some(_), Some([low, high])) if low != high => {
                let word = |(bound, closed): (f64, bool), words: [&str; 2]| {
                    bound.is_finite().then(|| format!("{} `{bound}`", if closed { words[0] } else { words[1] }))
                };
                let bounds = word(low, ["from", "above"]).into_iter().chain(word(high, ["up to", "below"]));
                bounds.collect::<Vec<_>>().join(" and ")
            }
            (Some(_), _) if self.other => "any other text".to_owned(),
            (Some(value), _) => format!("`{value}`"),
        }
    }
}
