//! What the rules of a choice show of the values that they test, and which can never be true.

use serde_json::Value;

use super::read::{few, near};
use super::ty::{Is, Kind, Range, Slot, Ty};
use super::{Flow, Origin, Outcome, Scene};
use crate::document::{ChoiceRule, Comparison, Operand, Operator, QueryLanguage};
use crate::path::{JsonPath, Root};
use crate::rules::object_index::StateAt;
use crate::{Finding, Pointer, placeholder, timestamp};

impl Flow<'_, '_> {
    pub(super) fn choose_by_paths(&self, at: &StateAt<'_>, scene: Scene) -> Outcome {
        let leave = |scene: &Scene, assign: Option<&Value>, place: &Pointer| {
            let variables = self.assign(scene, assign, place, QueryLanguage::JsonPath);
            let output = self.part(scene, at.state.output_path.as_ref(), &at.at.child("OutputPath"));
            (output, variables)
        };
        let mut rules = Vec::new();
        // What holds where the rules before are not true.
        let mut left = Some(scene.clone());
        for (number, rule) in at.state.choices.iter().flatten().enumerate() {
            let place = at.at.child("Choices").index(number);
            let Some(here) = &left else {
                rules.push(Some(leave(&scene, rule.assign.as_ref(), &place)));
                continue;
            };
            let after = self.rule(here, rule, &place, true).unwrap_or_else(|| here.clone());
            rules.push(Some(leave(&after, rule.assign.as_ref(), &place)));
            left = self.rule(here, rule, &place, false);
        }
        let next = leave(&left.unwrap_or(scene), at.state.assign.as_ref(), &at.at);
        Outcome { next: Some(next), rules, catchers: Vec::new() }
    }

    pub(super) fn choose_by_expressions(&self, at: &StateAt<'_>, scene: &Scene) -> Outcome {
        let leave = |scene: &Scene, assign: Option<&Value>, output: Option<&Value>, place: &Pointer| {
            let variables = self.assign(scene, assign, place, QueryLanguage::Jsonata);
            let output = output.map(|value| self.value(scene, value, &place.child("Output")));
            (output.unwrap_or_else(|| scene.input.clone()), variables)
        };
        let mut rules = Vec::new();
        let mut left = scene.clone();
        for (number, rule) in at.state.choices.iter().flatten().enumerate() {
            let place = at.at.child("Choices").index(number);
            let after = match &rule.condition {
                Some(Value::String(text)) => {
                    let (yes, no) = self.condition(&left, text, &place.child("Condition"));
                    let after = yes.unwrap_or_else(|| left.clone());
                    left = no.unwrap_or(left);
                    after
                }
                _ => left.clone(),
            };
            let output = rule.output.as_ref().filter(|_| rule.has("Output"));
            let (output, place) = match output {
                Some(own) => (Some(own), place),
                None => (at.state.output.as_ref(), place),
            };
            // The state's own output is at the state.
            let own = rule.output.is_some();
            let variables = self.assign(&after, rule.assign.as_ref(), &place, QueryLanguage::Jsonata);
            let output_at = if own { place } else { at.at.clone() };
            let output = output.map(|value| self.value(&after, value, &output_at.child("Output")));
            rules.push(Some((output.unwrap_or_else(|| after.input.clone()), variables)));
        }
        let next = leave(&left, at.state.assign.as_ref(), at.state.output.as_ref(), &at.at);
        Outcome { next: Some(next), rules, catchers: Vec::new() }
    }

    /// Returns the scene in which a rule is true, or is not; `None` if it certainly is otherwise.
    fn rule(&self, scene: &Scene, rule: &ChoiceRule, at: &Pointer, truth: bool) -> Option<Scene> {
        let all = |rules: &[ChoiceRule], field: &str, joins: bool| {
            // Each is evaluated where those before are true, of `And`, or are not, of `Or`.
            let (mut here, mut other) = (Some(scene.clone()), None);
            for (number, rule) in rules.iter().enumerate() {
                let Some(now) = &here else { break };
                let at = at.child(field).index(number);
                other = Scene::either(other, self.rule(now, rule, &at, !joins));
                here = self.rule(now, rule, &at, joins);
            }
            if truth == joins { here } else { other }
        };
        if rule.is_unread() {
            return Some(scene.clone());
        }
        match (&rule.and, &rule.or, &rule.not, rule.comparisons.as_slice(), &rule.variable) {
            (Some(rules), ..) => all(rules, "And", true),
            (_, Some(rules), ..) => all(rules, "Or", false),
            (_, _, Some(rule), ..) => self.rule(scene, rule, &at.child("Not"), !truth),
            (_, _, _, [comparison], Some(variable)) => self.comparison(scene, variable, comparison, at, truth),
            _ => Some(scene.clone()),
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
                            Finding::NoSuchResult { .. } => return same(),
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
                Some(self.narrowed(scene, path, Slot::there(ty)))
            } else if is == Is::There && path.segments().is_some_and(|steps| !steps.is_empty()) {
                never(format!("`{variable}` is always present here"), None)
            } else {
                Some(self.narrowed(scene, path, Slot { ty: Ty::Any, is: Is::Absent }))
            };
        }
        // A comparison of what is not there fails the execution.
        let scene = &self.narrowed(scene, path, Slot::there(ty.clone()));
        let same = || Some(scene.clone());
        let other = match (operator.operand(), operand) {
            (Operand::Path, Value::String(text)) => self.path(scene, text, &at_operator),
            (_, value) => Ty::constant(value),
        };
        let tests = Test::of(operator, operand);
        let Some(test) = tests else { return same() };
        let quote = |ty: &Ty| match ty.texts() {
            Some((texts, _)) if !texts.is_empty() => {
                let texts: Vec<_> = few(texts).iter().map(|text| format!("`{text}`")).collect();
                format!("`{variable}` is {} here", texts.join(" or "))
            }
            _ => format!("`{variable}` is {}", ty.kind().map_or("", Kind::words)),
        };
        let holds = match &test {
            Test::Kind(kind, wanted) => {
                let Some(is) = ty.kind() else {
                    return if *wanted == truth {
                        Some(self.narrowed(scene, path, Slot::there(plain(*kind))))
                    } else {
                        same()
                    };
                };
                (is == *kind) == *wanted
            }
            Test::Compare(kind, _) => {
                if let (Some(is), Operand::Path) = (other.kind().filter(|is| is != kind), operator.operand())
                    && truth
                {
                    let what = format!("`{}` is {}", operand.as_str().unwrap_or_default(), is.words());
                    return never(what, None);
                }
                ty.kind().is_none_or(|is| is == *kind)
            }
        };
        if !holds {
            return if truth { never(quote(&ty), None) } else { same() };
        }
        let Test::Compare(kind, sign) = test else {
            // It is true in any case.
            return if truth { same() } else { None };
        };
        // Text that is no timestamp.
        if operator.name().starts_with("Timestamp") {
            if let Ty::Text(Some(texts)) = &ty
                && truth
                && !texts.is_empty()
                && texts.iter().all(|text| timestamp::parse(text).is_none())
            {
                return never(format!("{}, which is no timestamp", quote(&ty)), None);
            }
            return if truth && ty.kind().is_none() {
                Some(self.narrowed(scene, path, Slot::there(Ty::TEXT)))
            } else {
                same()
            };
        }
        let (known, name) = (ty.kind().is_some(), path.normalized());
        if !truth && !known {
            return match compared(&Ty::Any, kind, sign, &other, true) {
                // What a path reads is not one value.
                Compared::To(values) if operator.operand() != Operand::Path => Some(scene.without(name, values)),
                _ => same(),
            };
        }
        match compared(&ty, kind, sign, &other, truth) {
            Compared::To(ty) if truth && !known && scene.excludes(&name, &ty) => {
                never(format!("a comparison of `{variable}` before is true for each such value"), None)
            }
            Compared::To(ty) => Some(self.narrowed(scene, path, Slot::there(ty))),
            Compared::Unlisted(values) if truth => {
                if let (Value::String(text), Ty::Api(..)) = (operand, &ty) {
                    let near = near(self, text, values.iter().copied());
                    let finding =
                        Finding::UnlistedValue { text: text.clone(), name: variable.to_owned(), values, near };
                    self.say(finding, &at_operator, None);
                }
                None
            }
            Compared::Never if truth => {
                let text = operand.as_str().unwrap_or_default();
                let texts = ty.texts().map(|(texts, _)| texts).unwrap_or_default();
                let near = near(self, text, texts.iter().map(|text| &**text));
                let what = match &ty {
                    Ty::Number(range) => format!("`{variable}` is {} here", range.words()),
                    Ty::Bool(Some(value)) => format!("`{variable}` is `{value}` here"),
                    _ => quote(&ty),
                };
                never(what, near)
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

/// What an operator tests.
enum Test {
    /// Whether the value is of the kind.
    Kind(Kind, bool),
    /// How it compares with another of the kind.
    Compare(Kind, &'static str),
}

impl Test {
    fn of(operator: Operator, operand: &Value) -> Option<Self> {
        let name = operator.name();
        let kinds =
            [("IsNull", Kind::Null), ("IsNumeric", Kind::Number), ("IsString", Kind::Text), ("IsBoolean", Kind::Bool)];
        if let Some((_, kind)) = kinds.iter().find(|(known, _)| *known == name) {
            return Some(Self::Kind(*kind, operand.as_bool()?));
        }
        let name = name.strip_suffix("Path").unwrap_or(name);
        let kinds =
            [("String", Kind::Text), ("Numeric", Kind::Number), ("Boolean", Kind::Bool), ("Timestamp", Kind::Text)];
        let (prefix, kind) = kinds.iter().find(|(prefix, _)| name.starts_with(prefix))?;
        let sign = match name.strip_prefix(prefix)? {
            "Equals" => "=",
            "LessThan" => "<",
            "LessThanEquals" => "<=",
            "GreaterThan" => ">",
            "GreaterThanEquals" => ">=",
            _ => "",
        };
        Some(Self::Compare(*kind, sign))
    }
}

/// What a comparison shows.
pub(super) enum Compared {
    /// The value is of this type.
    To(Ty),
    /// AWS does not list the text among these.
    Unlisted(Vec<&'static str>),
    /// It is not so.
    Never,
}

/// Compares a value with another of a kind, both of which are of that kind.
pub(super) fn compared(ty: &Ty, kind: Kind, sign: &str, other: &Ty, truth: bool) -> Compared {
    match kind {
        Kind::Text if sign == "=" => {
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
                // AWS may add values to those that it lists.
                (false, _) if call.is_some() => Compared::To(ty.clone()),
                (false, _) => {
                    let left: std::collections::BTreeSet<_> = texts.into_iter().filter(|text| *text != one).collect();
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
            let of = match (sign, other) {
                (_, Ty::Number(range)) if range.low.0 == range.high.0 => range.low.0,
                _ => return Compared::To(if ty.kind().is_some() { ty.clone() } else { Ty::NUMBER }),
            };
            let (low, high) = (f64::NEG_INFINITY, f64::INFINITY);
            let allowed = match (sign, truth) {
                ("=", true) => Range::point(of),
                ("<", true) | (">=", false) => Range { low: (low, false), high: (of, false) },
                ("<=", true) | (">", false) => Range { low: (low, false), high: (of, true) },
                (">", true) | ("<=", false) => Range { low: (of, false), high: (high, false) },
                (">=", true) | ("<", false) => Range { low: (of, true), high: (high, false) },
                _ => Range::ALL,
            };
            let now = if let Ty::Number(range) = ty { *range } else { Range::ALL };
            match now.meet(allowed) {
                Some(_) if sign == "=" && !truth && now == Range::point(of) => Compared::Never,
                Some(both) => Compared::To(Ty::Number(both)),
                None => Compared::Never,
            }
        }
        _ => Compared::To(if ty.kind().is_some() { ty.clone() } else { plain(kind) }),
    }
}

fn plain(kind: Kind) -> Ty {
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
    /// Returns it in words: `more than 5`, `from 1 to 3`.
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
