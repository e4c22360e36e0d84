//! Judges a choice: which inputs a newer version sends elsewhere. Both versions are evaluated for values at and around the
//! constants that they compare with, so that every example is one that was tried.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use workflow_asl::StateKind;
use workflow_asl::difference::{StateDifference, StateLocation};
use workflow_asl::document::{ChoiceRule, Operand, Operator, QueryLanguage, Relation, State};
use workflow_asl::graph::Graph;
use workflow_asl::jsonata::{self, Names, Node, NodeKind};
use workflow_asl::path::{JsonPath, Root, Segment, in_brackets};
use workflow_asl::references::LiteralKind;
use workflow_jsonata::{Expression, Output, Setting};

use super::{Judge, Side, said};

/// The most inputs that are tried.
const TRIED: usize = 1_024;

/// The most groups of inputs, and the most values in a group, in a sentence.
const SHOWN: usize = 3;

/// The members that lead to a tested value in the data of a state: from `input`, `context`, or a variable in `variables`.
type Place = Vec<String>;

/// The constants that each value is compared with.
type Tested = BTreeMap<Place, Vec<Value>>;

/// The target of a choice for an input; `None` if no rule matches.
type Way = Option<String>;

/// Values that were tried, and where they led and lead.
type Moved<'s> = (Vec<&'s Sample>, Way, Way);

/// A value to try; absent without one.
#[derive(Clone)]
struct Sample {
    value: Option<Value>,
    /// The bounds of the numbers that it stands for, each with whether it is included.
    like: Option<[(f64, bool); 2]>,
    /// Whether it stands for all texts that are not compared with.
    other: bool,
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

impl Judge<'_> {
    /// Returns which inputs the newer choice sends elsewhere, if some were found.
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
        let samples = tested.iter().map(|(place, constants)| {
            let known = types.iter().flatten().filter(|_| place.first().is_some_and(|root| root == "input"));
            let at = |ty: &_| {
                place.iter().skip(1).try_fold(Clone::clone(ty), |ty: workflow_asl::types::Type, name| ty.at(name))
            };
            let known: Vec<_> = known.filter_map(at).collect();
            let mut samples = samples(constants);
            samples.retain(|sample| known.iter().all(|ty| ty.may_be(sample.value.as_ref())));
            samples
        });
        let (places, samples): (Vec<_>, Vec<_>) = (tested.keys().collect(), samples.collect());
        let count = samples.iter().try_fold(1_usize, |all, own| all.checked_mul(own.len()))?;
        if places.is_empty() || count > TRIED {
            return None;
        }
        let mut found: Vec<Moved<'_>> = Vec::new();
        for mut number in 0..count {
            let chosen = samples.iter().map(|own| {
                let sample = own.get(number % own.len());
                number /= own.len();
                sample
            });
            let chosen = chosen.collect::<Option<Vec<_>>>()?;
            // An input for which an evaluation fails goes nowhere.
            let Some(given) = given(&places, &chosen) else { continue };
            let (Some(before), Some(after)) = (was.way(&given), is.way(&given)) else { continue };
            let before = before.map(|name| self.names.get(&name).cloned().unwrap_or(name));
            if before != after {
                found.push((chosen, before, after));
            }
        }
        let text = match places.as_slice() {
            [place] => of_one(&shown(place, language), &found),
            _ => of_several(&places, language, found.first()?),
        };
        let ways: BTreeSet<_> = found.iter().map(|(_, before, after)| (before, after)).collect();
        let own = BTreeMap::new();
        let calls = ways.into_iter().any(|(before, after)| {
            self.old.tasks_from(old_at, before, &self.names) != self.new.tasks_from(new_at, after, &own)
        });
        (!found.is_empty()).then(|| Elsewhere { text, calls, fails: found.iter().any(|(.., after)| after.is_none()) })
    }
}

impl Side<'_> {
    /// Returns the tasks that may run from a state of the same scope on, all with their newer names.
    fn tasks_from(&self, at: &StateLocation, target: &Way, names: &BTreeMap<String, String>) -> BTreeSet<String> {
        let scope = self.document.scopes().into_iter().find(|scope| scope.pointer == at.scope);
        let Some(graph) = scope.map(Graph::of) else { return BTreeSet::new() };
        let newer = |name: &str| names.get(name).map_or(name, String::as_str).to_owned();
        let start = graph.states().iter().position(|(name, _)| Some(newer(name)) == *target);
        let reached = graph.flow().reached(start, |_| true);
        let tasks = self.states().into_iter().filter(|(at, state)| {
            let inside = |number: usize| at.as_str().starts_with(&format!("{}/", graph.state_pointer(number).as_str()));
            let reaches =
                |(number, reached): (usize, &bool)| *reached && (inside(number) || *at == graph.state_pointer(number));
            state.kind == StateKind::Task && reached.iter().enumerate().any(reaches)
        });
        tasks.filter_map(|(at, _)| Some(newer(&at.tokens().last()?))).collect()
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

    /// Returns where an input leads; `None` if its evaluation fails.
    fn way(&self, given: &Value) -> Option<Way> {
        for (condition, next) in &self.rules {
            let is_true = match condition {
                Condition::Rule(rule) => is_true(rule, given)?,
                Condition::Jsonata(expression) => {
                    let variables = given.get("variables")?.as_object()?.iter();
                    let variables = variables.map(|(name, value)| (name.as_str(), value)).chain([("states", given)]);
                    let variables: Vec<_> = variables.collect();
                    let setting = Setting { variables: &variables.as_slice(), ..Setting::default() };
                    let Output::Value(value) = expression.evaluate_in(&setting).ok()?.output else { return None };
                    value.as_bool()?
                }
            };
            if is_true {
                return Some(Some((*next).to_owned()));
            }
        }
        Some(self.default.map(str::to_owned))
    }
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
    let mut given = json!({"input": {}, "context": {}, "variables": {}});
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

/// Returns the values to try for a value that is compared with these constants, first numbers in ascending order.
fn samples(constants: &[Value]) -> Vec<Sample> {
    let mut cuts: Vec<_> = constants.iter().filter_map(Value::as_f64).collect();
    cuts.sort_by(f64::total_cmp);
    cuts.dedup();
    let texts: BTreeSet<_> = constants.iter().filter_map(Value::as_str).collect();
    let mut found = Vec::new();
    let mut low = f64::NEG_INFINITY;
    for cut in cuts.iter().copied().chain((!cuts.is_empty()).then_some(f64::INFINITY)) {
        let number =
            |number, low, high| Sample { value: Some(jsonata::number(number)), like: Some([low, high]), other: false };
        found.push(number(between(low, cut), (low, false), (cut, false)));
        found.extend(cut.is_finite().then(|| number(cut, (cut, true), (cut, true))));
        low = cut;
    }
    let plain = |value| Sample { value, like: None, other: false };
    found.extend(texts.iter().map(|text| plain(Some((*text).into()))));
    // Any text stands for what is only tested for its presence.
    let other = ["other", "another", "different"].into_iter().find(|other| !texts.contains(other));
    let other = other.filter(|_| !texts.is_empty() || constants.is_empty());
    found.extend(other.map(|other| Sample { other: !texts.is_empty(), ..plain(Some(other.into())) }));
    let flags = [true, false].into_iter().filter(|_| constants.iter().any(Value::is_boolean));
    found.extend(flags.map(|flag| plain(Some(flag.into()))));
    found.extend(constants.contains(&Value::Null).then(|| plain(Some(Value::Null))));
    found.push(plain(None));
    found
}

/// Returns a number between two others, a whole one if there is one.
fn between(low: f64, high: f64) -> f64 {
    let middle = low + (high - low) / 2.0;
    match () {
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
        match (samples.last_mut().and_then(|last| last.like.as_mut()), chosen.first().and_then(|sample| sample.like)) {
            // Numbers that follow directly.
            (Some([_, high]), Some([low, to])) if high.0 == low.0 && (high.1 || low.1) => *high = to,
            _ => samples.extend(sample),
        }
    }
    let told = groups.iter().take(SHOWN).map(|(before, after, samples)| {
        let values: Vec<_> = samples.iter().take(SHOWN).map(Sample::said).collect();
        let more = if samples.len() > SHOWN { " or others" } else { "" };
        let example = samples.first().filter(|one| one.other || one.like.is_some_and(|[low, high]| low != high));
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
    match (before, after) {
        (Some(before), Some(after)) => format!("it now leads to {} instead of {}", said(after), said(before)),
        (Some(before), None) => format!("it led to {} and now matches no rule", said(before)),
        (None, after) => format!("it matched no rule and now leads to {}", said(after.as_deref().unwrap_or_default())),
    }
}

impl Sample {
    fn said(&self) -> String {
        match (&self.value, self.like) {
            (None, _) => "absent".to_owned(),
            (_, Some([low, high])) if low != high => {
                let word = |(bound, closed): (f64, bool), open, shut| {
                    bound.is_finite().then(|| format!("{} `{bound}`", if closed { shut } else { open }))
                };
                let bounds = word(low, "above", "from").into_iter().chain(word(high, "below", "up to"));
                bounds.collect::<Vec<_>>().join(" and ")
            }
            _ if self.other => "any other text".to_owned(),
            (Some(value), _) => format!("`{value}`"),
        }
    }
}
