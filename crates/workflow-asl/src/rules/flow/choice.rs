//! Derives facts about the tested values from the rules of a choice, and finds rules that can never be true.

use std::collections::BTreeSet;

use serde_json::Value;

use super::instead::Meant;
use super::read::{few, near};
use super::ty::{Existence, Range, Slot, Ty};
use super::{Flow, Origin, Outcome, Outcomes, Scene};
use crate::document::{ChoiceRule, Comparison, Operand, Operator, QueryLanguage, Relation};
use crate::json_kind::JsonKind as Kind;
use crate::path::{JsonPath, Root};
use crate::pattern::Pattern;
use crate::rules::api::is_attribute_value;
use crate::rules::object_index::StateAt;
use crate::{Finding, Pointer, placeholder};

impl Flow<'_, '_> {
    pub(super) fn choose_by_paths(&self, at: &StateAt<'_>, scene: Scene) -> Outcome {
        let leave = |scene: &Scene, assign: Option<&Value>, place: &Pointer| {
            let variables = self.assign(scene, assign, place, QueryLanguage::JsonPath);
            let output = self.part(scene, at.state.output_path.as_ref(), &at.at.child("OutputPath"));
            (output, variables)
        };
        let is_whole = at.state.output_path.is_none() && at.state.input_path.is_none();
        let replaced = if is_whole { scene.meant.clone() } else { Meant::new() };
        let mut rules = Vec::new();
        // The facts if the earlier rules are not true.
        let mut left = Some(scene.clone());
        for (number, rule) in at.state.choices.iter().flatten().enumerate() {
            let place = at.at.child("Choices").index(number);
            let Some(here) = &left else {
                let after = self.anyway(None, &scene);
                rules.push(after.map(|after| leave(&after, rule.assign.as_ref(), &place)));
                continue;
            };
            let Outcomes { yes, no } = self.rule(here, rule, &place);
            let after = self.anyway(yes, here);
            rules.push(after.map(|after| leave(&after, rule.assign.as_ref(), &place)));
            left = no;
        }
        let next = self.anyway(left, &scene).map(|left| leave(&left, at.state.assign.as_ref(), &at.at));
        Outcome { next, rules, replaced, ..Outcome::default() }
    }

    /// Returns the scene that a condition leaves. A transition that is never followed is followed anyway, so that its
    /// states are checked too, but not after one of several transitions to the choice.
    fn anyway(&self, left: Option<Scene>, before: &Scene) -> Option<Scene> {
        left.or_else(|| self.taken.borrow().is_none().then(|| before.clone()))
    }

    pub(super) fn choose_by_expressions(&self, at: &StateAt<'_>, scene: &Scene) -> Outcome {
        let leave = |scene: &Scene, assign: Option<&Value>, output: Option<(&Value, &Pointer)>, place: &Pointer| {
            let variables = self.assign(scene, assign, place, QueryLanguage::Jsonata);
            let output = output.map(|(value, at)| self.value(scene, value, &at.child("Output")));
            (output.unwrap_or_else(|| scene.input.clone()), variables)
        };
        let own = at.state.output.as_ref().map(|output| (output, &at.at));
        let rules_have_output = at.state.choices.iter().flatten().any(|rule| rule.output.is_some());
        let is_whole = own.is_none() && !rules_have_output;
        let replaced = if is_whole { scene.meant.clone() } else { Meant::new() };
        let mut rules = Vec::new();
        let mut left = Some(scene.clone());
        for (number, rule) in at.state.choices.iter().flatten().enumerate() {
            let place = at.at.child("Choices").index(number);
            let Some(here) = &left else {
                rules.push(None);
                continue;
            };
            let after = match &rule.condition {
                Some(Value::String(text)) => {
                    let Outcomes { yes, no } = self.condition(here, text, &place.child("Condition"));
                    let after = self.anyway(yes, here);
                    left = self.anyway(no, here);
                    after
                }
                _ => left.clone(),
            };
            // The state's own `Output` is reported at the state.
            let output = rule.output.as_ref().map(|output| (output, &place)).or(own);
            rules.push(after.map(|after| leave(&after, rule.assign.as_ref(), output, &place)));
        }
        let next = left.map(|left| leave(&left, at.state.assign.as_ref(), own, &at.at));
        Outcome { next, rules, replaced, ..Outcome::default() }
    }

    /// Returns the scenes in which a rule is true and not true, if they are possible.
    fn rule(&self, scene: &Scene, rule: &ChoiceRule, at: &Pointer) -> Outcomes {
        // For `And`, a rule is evaluated if the earlier ones are true; for `Or`, if they are not true.
        let all = |rules: &[ChoiceRule], field: &str, joins: bool| {
            let (mut here, mut other) = (Some(scene.clone()), None);
            if !joins && self.is_always_true_rule(rules, &at.child(field)) {
                return Outcomes::both(scene);
            }
            for (number, rule) in rules.iter().enumerate() {
                let Some(now) = &here else { break };
                let found = self.rule(now, rule, &at.child(field).index(number));
                let (goes_on, leaves) = if joins { (found.yes, found.no) } else { (found.no, found.yes) };
                other = Scene::either(other, leaves);
                here = goes_on;
            }
            if joins { Outcomes { yes: here, no: other } } else { Outcomes { yes: other, no: here } }
        };
        if rule.is_unread() {
            return Outcomes::both(scene);
        }
        if rule.variable.is_some() {
            self.answer(scene, &at.child("Variable"));
        }
        match (&rule.and, &rule.or, &rule.not, rule.comparisons.as_slice(), &rule.variable) {
            (Some(rules), ..) => all(rules, "And", true),
            (_, Some(rules), ..) => all(rules, "Or", false),
            (_, _, Some(rule), ..) => self.rule(scene, rule, &at.child("Not")).negated(),
            (_, _, _, [comparison], Some(variable)) => {
                let of = |truth| self.comparison(scene, variable, comparison, at, truth);
                Outcomes { yes: of(true), no: of(false) }
            }
            _ => Outcomes::both(scene),
        }
    }

    fn comparison(
        &self,
        scene: &Scene,
        variable: &str,
        comparison: &Comparison,
        at: &Pointer,
        truth: bool,
    ) -> Option<Scene> {
        let same = || Some(scene.clone());
        if placeholder::contained(variable) {
            return same();
        }
        let read = self.definition.texts.paths.read(variable);
        let Ok(path) = &*read else { return same() };
        let (operator, operand) = (comparison.operator, &comparison.operand);
        let at_operator = at.child(operator.name());
        let never = |what: String, near| {
            if truth {
                self.say(Finding::NeverTrue { what, near }, &at_operator, None);
            }
            None
        };
        let (ty, is) = match self.select(scene, path) {
            Ok(read) => read,
            Err((finding, range)) => {
                match (operator, operand.as_bool()) {
                    (Operator::IsPresent, Some(wanted)) => {
                        let what = match &finding {
                            // A newer version of the API may have the member, unless it is one that is misspelt.
                            Finding::NoSuchResult { help, .. } => {
                                if help.is_some() && truth {
                                    self.say(finding, &at.child("Variable"), Some(range));
                                }
                                return same();
                            }
                            _ => format!("`{variable}` is never present here"),
                        };
                        return if wanted == truth { never(what, finding.near()) } else { same() };
                    }
                    _ => self.say(finding, &at.child("Variable"), Some(range)),
                }
                return same();
            }
        };
        if operator == Operator::IsPresent {
            let Some(wanted) = operand.as_bool() else { return same() };
            return if wanted == truth {
                Some(self.narrowed(scene, path, Slot::present(ty)))
            } else if is == Existence::Present && path.segments().is_some_and(|steps| !steps.is_empty()) {
                never(format!("`{variable}` is always present here"), None)
            } else {
                Some(self.narrowed(scene, path, Slot { ty: Ty::Any, is: Existence::Absent }))
            };
        }
        // A comparison with an absent value fails the execution.
        let scene = &self.narrowed(scene, path, Slot::present(ty.clone()));
        let same = || Some(scene.clone());
        let other = match (operator.operand(), operand) {
            (Operand::Path, Value::String(text)) => self.path(scene, text, &at_operator),
            (_, value) => Ty::constant(value),
        };
        let quote = |ty: &Ty| texts_or_kind(variable, ty);
        if let (Operator::IsTimestamp, Some(wanted)) = (operator, operand.as_bool()) {
            let is_none = ty.is_no_timestamp() || ty.kind().is_some_and(|kind| kind != Kind::Text);
            return if is_none && wanted == truth { never(quote(&ty), None) } else { same() };
        }
        let Some(test) = Test::of(operator, operand) else { return same() };
        let (Test::Kind(tested, _) | Test::Compare(tested, _)) = test;
        let shown = || format!("`{variable}` is {}", ty.instead_of(tested).unwrap_or_default());
        let holds = match &test {
            Test::Kind(kind, wanted) => {
                let Some(is) = ty.kind() else {
                    return match *wanted == truth {
                        true if ty.instead_of(*kind).is_some() => never(shown(), None),
                        true => Some(self.narrowed(scene, path, Slot::present(plain(*kind)))),
                        false if matches!(ty, Ty::Any | Ty::Except(_)) => {
                            Some(self.narrowed(scene, path, Slot::present(ty.except(*kind))))
                        }
                        false => same(),
                    };
                };
                (is == *kind) == *wanted
            }
            Test::Compare(kind, _) => {
                if let (Operand::Path, Some((Operand::Timestamp, _)), true) =
                    (operator.operand(), operator.order(), other.is_no_timestamp() && truth)
                {
                    let text = other.first_text();
                    let path = operand.as_str().unwrap_or_default();
                    return never(format!("`{path}` is `{text}` here, which is no timestamp"), None);
                }
                if let (Some(is), Operand::Path) = (other.kind().filter(|is| is != kind), operator.operand())
                    && truth
                {
                    let what = format!("`{}` is {}", operand.as_str().unwrap_or_default(), is.noun());
                    return never(what, None);
                }
                ty.instead_of(*kind).is_none()
            }
        };
        if !holds {
            let what = match ty.texts() {
                // A text such as `true` or `3` looks like a value of another type.
                Some((texts, _)) if texts.len() == 1 => {
                    let text = texts.first().map(ToString::to_string).unwrap_or_default();
                    format!("`{variable}` is the string {text:?} here")
                }
                _ if ty.kind().is_none() => shown(),
                _ => quote(&ty),
            };
            // The operator that compares values of this kind in the same way. Numbers in strings have another order.
            let constant = operator.order().filter(|_| operator.operand() != Operand::Path);
            let meant = constant.and_then(|(_, relation)| {
                let compared = match ty.kind()? {
                    Kind::Number => Operand::Number,
                    Kind::Text if relation == Relation::Equal => Operand::Text,
                    Kind::Bool => Operand::Flag,
                    _ => return None,
                };
                Operator::of(compared, relation, false)
            });
            let meant = meant.map(|meant| meant.name().to_owned());
            let meant =
                meant.or_else(|| (tested == Kind::Text && is_value_of_dynamodb(&ty)).then(|| format!("{variable}.S")));
            return if truth { never(what, meant) } else { same() };
        }
        let Test::Compare(kind, relation) = test else {
            // The test is always true.
            return if truth { same() } else { None };
        };
        // The value may be a string that is not a timestamp.
        if operator.order().is_some_and(|(compared, _)| compared == Operand::Timestamp) {
            if truth && ty.is_no_timestamp() {
                return never(format!("{}, which is no timestamp", quote(&ty)), None);
            }
            return if truth && ty.kind().is_none() {
                Some(self.narrowed(scene, path, Slot::present(Ty::TEXT)))
            } else {
                same()
            };
        }
        if let (Operator::StringMatches, Ty::Text(Some(texts)), Some(text)) = (operator, &ty, operand.as_str())
            && !placeholder::contained(text)
        {
            let pattern = Pattern::new(text);
            let left: BTreeSet<_> = texts.iter().filter(|text| pattern.matches(text) == truth).cloned().collect();
            return if !left.is_empty() {
                Some(self.narrowed(scene, path, Slot::present(Ty::Text(Some(left.into())))))
            } else {
                never(quote(&ty), None)
            };
        }
        let (known, name) = (ty.kind().is_some(), path.normalized());
        if !truth && !known {
            return match compared(&Ty::Any, kind, relation, &other, true) {
                // The path has none of these values.
                Compared::To(values) if operator.operand() != Operand::Path => Some(scene.without(name, values)),
                _ => same(),
            };
        }
        match compared(&ty, kind, relation, &other, truth) {
            Compared::To(ty) if truth && !known && scene.excludes(&name, &ty) => {
                never(format!("an earlier comparison of `{variable}` is true for each such value"), None)
            }
            Compared::To(ty) => Some(self.narrowed(scene, path, Slot::present(ty))),
            Compared::Unlisted(values) if truth => {
                if let (Value::String(text), Ty::Api(..)) = (operand, &ty) {
                    let near = near(self, text, values.iter().copied());
                    let finding =
                        Finding::UnlistedValue { text: text.clone(), name: variable.to_owned(), values, near };
                    self.say(finding, &at_operator, None);
                }
                // AWS may have newer values.
                same()
            }
            Compared::Never if truth => {
                let text = operand.as_str().unwrap_or_default();
                let texts = ty.texts().map(|(texts, _)| texts).unwrap_or_default();
                let near = near(self, text, texts.iter().map(|text| &**text));
                never(values_or_kind(variable, &ty), near)
            }
            _ => None,
        }
    }

    fn narrowed(&self, scene: &Scene, path: &JsonPath, slot: Slot) -> Scene {
        let origin = match path.root() {
            Root::Value => Origin::Input,
            Root::Variable(name) => Origin::Variable(name.clone()),
            Root::Context => return scene.clone(),
        };
        path.segments().map_or_else(|| scene.clone(), |steps| scene.with(&origin, &steps, slot))
    }
}

/// Returns what is known of a value: its texts, or its kind.
fn texts_or_kind(name: &str, ty: &Ty) -> String {
    match ty.texts() {
        Some((texts, _)) if !texts.is_empty() => {
            let texts: Vec<_> = few(texts).iter().map(|text| format!("`{text}`")).collect();
            format!("`{name}` is {} here", texts.join(" or "))
        }
        _ => kind_of(name, ty),
    }
}

/// Returns what is known of a value: its values, or its kind.
pub(super) fn values_or_kind(name: &str, ty: &Ty) -> String {
    match ty {
        Ty::Number(range) if *range != Range::ALL => format!("`{name}` is {} here", range.words()),
        Ty::Bool(Some(value)) => format!("`{name}` is `{value}` here"),
        _ => texts_or_kind(name, ty),
    }
}

/// Returns the kind of a value as a sentence.
pub(super) fn kind_of(name: &str, ty: &Ty) -> String {
    format!("`{name}` is {}", ty.kind().map_or("", Kind::noun))
}

/// Returns whether a value is one of DynamoDB, whose text is in a member.
pub(super) fn is_value_of_dynamodb(ty: &Ty) -> bool {
    matches!(ty, Ty::Api(part, _) if is_attribute_value(part.shape()))
}

/// What an operator tests.
enum Test {
    /// Whether the value has the kind.
    Kind(Kind, bool),
    /// The relation to a value of the kind; `None` for a pattern.
    Compare(Kind, Option<Relation>),
}

impl Test {
    fn of(operator: Operator, operand: &Value) -> Option<Self> {
        Some(match (operator, operator.order()) {
            (_, Some((compared, relation))) => {
                let kind = match compared {
                    Operand::Number => Kind::Number,
                    Operand::Flag => Kind::Bool,
                    _ => Kind::Text,
                };
                Self::Compare(kind, Some(relation))
            }
            (Operator::StringMatches, _) => Self::Compare(Kind::Text, None),
            (Operator::IsNull, _) => Self::Kind(Kind::Null, operand.as_bool()?),
            (Operator::IsNumeric, _) => Self::Kind(Kind::Number, operand.as_bool()?),
            (Operator::IsString, _) => Self::Kind(Kind::Text, operand.as_bool()?),
            (Operator::IsBoolean, _) => Self::Kind(Kind::Bool, operand.as_bool()?),
            _ => return None,
        })
    }
}

/// The result of a comparison.
pub(super) enum Compared {
    /// The comparison is possible, and the value is then of this type.
    To(Ty),
    /// The string is not among the values that AWS lists.
    Unlisted(Vec<&'static str>),
    /// The comparison is never true.
    Never,
}

/// Compares two values of one kind.
pub(super) fn compared(ty: &Ty, kind: Kind, relation: Option<Relation>, other: &Ty, truth: bool) -> Compared {
    match kind {
        Kind::Text if relation == Some(Relation::Equal) => {
            let one = match other {
                Ty::Text(Some(texts)) if texts.len() == 1 => texts.first().cloned(),
                _ => None,
            };
            let Some(one) = one else { return Compared::To(if ty.kind().is_some() { ty.clone() } else { Ty::TEXT }) };
            let Some((texts, call)) = ty.texts() else {
                return Compared::To(if truth { Ty::text(&one) } else { ty.clone() });
            };
            match (truth, texts.contains(&one)) {
                (true, true) => Compared::To(Ty::text(&one)),
                (true, false) => match ty {
                    Ty::Api(part, _) if call.is_some() => {
                        let values = match part.shape() {
                            workflow_services::Shape::Enum(values) => values.values().collect(),
                            _ => Vec::new(),
                        };
                        Compared::Unlisted(values)
                    }
                    _ => Compared::Never,
                },
                // AWS may add values to its list.
                (false, _) if call.is_some() => Compared::To(ty.clone()),
                (false, _) => {
                    let left: BTreeSet<_> = texts.into_iter().filter(|text| *text != one).collect();
                    if left.is_empty() { Compared::Never } else { Compared::To(Ty::Text(Some(left.into()))) }
                }
            }
        }
        Kind::Bool => match (ty, other) {
            (Ty::Bool(Some(is)), Ty::Bool(Some(wanted))) if (is == wanted) != truth => Compared::Never,
            (_, Ty::Bool(Some(wanted))) => Compared::To(Ty::Bool(Some(*wanted == truth))),
            _ => Compared::To(Ty::BOOL),
        },
        Kind::Number => {
            let of = match other {
                Ty::Number(range) if range.low.0 == range.high.0 => range.low.0,
                _ => return Compared::To(if ty.kind().is_some() { ty.clone() } else { Ty::NUMBER }),
            };
            let (low, high) = (f64::NEG_INFINITY, f64::INFINITY);
            // What is not less is greater or equal.
            let opposite = || relation?.turned().with_or_without_equal();
            let stands = if truth { relation } else { opposite() };
            let allowed = match stands {
                Some(Relation::Equal) => Range::point(of),
                Some(Relation::Less) => Range { low: (low, false), high: (of, false) },
                Some(Relation::LessOrEqual) => Range { low: (low, false), high: (of, true) },
                Some(Relation::Greater) => Range { low: (of, false), high: (high, false) },
                Some(Relation::GreaterOrEqual) => Range { low: (of, true), high: (high, false) },
                None => Range::ALL,
            };
            let now = if let Ty::Number(range) = ty { *range } else { Range::ALL };
            match now.meet(allowed) {
                Some(_) if relation == Some(Relation::Equal) && !truth && now == Range::point(of) => Compared::Never,
                Some(both) => Compared::To(Ty::Number(both)),
                None => Compared::Never,
            }
        }
        _ => Compared::To(if ty.kind().is_some() { ty.clone() } else { plain(kind) }),
    }
}

/// Returns the type of all values of a kind.
pub(super) fn plain(kind: Kind) -> Ty {
    match kind {
        Kind::Null => Ty::Null,
        Kind::Bool => Ty::BOOL,
        Kind::Number => Ty::NUMBER,
        Kind::Text => Ty::TEXT,
        Kind::Object => super::ty::Fields::open().into(),
        Kind::Array => Ty::list(Ty::Any),
    }
}

impl Range {
    /// Returns a description of the range: `more than 5`, `from 1 to 3`.
    pub(super) fn words(self) -> String {
        match (self.low, self.high) {
            (low, high) if low.0 == high.0 => format!("`{}`", low.0),
            ((low, closed), (high, _)) if high.is_infinite() => {
                format!("{} `{low}`", if closed { "at least" } else { "more than" })
            }
            ((low, _), (high, closed)) if low.is_infinite() => {
                format!("{} `{high}`", if closed { "at most" } else { "less than" })
            }
            ((low, _), (high, _)) => format!("between `{low}` and `{high}`"),
        }
    }
}
