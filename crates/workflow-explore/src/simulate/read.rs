//! Reads models from files. Reports every problem with its location.

use rand_distr::{LogNormal, Normal};
use serde_json::{Map, Value};
use workflow_asl::source::{Format, Source};
use workflow_asl::{Code, Diagnostic, Pointer};

use super::distribution::{Distribution, PERCENTILES};
use super::model::{Failure, Items, Model, ModelError, TaskModel, Weighted};
use crate::error::meant;
use crate::report::quoted;

const MODEL: [&str; 4] = ["input", "inputs", "default", "states"];
const DEFAULT: [&str; 4] = ["latency", "failures", "output", "outputs"];
const STATE: [&str; 5] = ["latency", "failures", "output", "outputs", "items"];
const FAILURE: [&str; 2] = ["probability", "latency"];
const WEIGHTED: [&str; 2] = ["value", "weight"];
const ITEMS: [&str; 2] = ["count", "value"];
const MOMENTS: [&str; 2] = ["mean", "deviation"];

/// The names of distributions that have one parameter or list.
const DISTRIBUTIONS: [&str; 6] = ["constant", "uniform", "exponential", "normal", "lognormal", "samples"];

/// Units of durations, in seconds. No unit ends with a unit that precedes it.
const UNITS: [(&str, f64); 5] = [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0), ("d", 86_400.0)];

/// The maximum number of items of a simulated item reader: all of them are in memory.
pub(super) const MOST_ITEMS: f64 = 1_000_000.0;

/// The quantity of a distribution.
#[derive(Clone, Copy, PartialEq)]
enum Of {
    Time,
    Items,
}

pub(super) fn read(bytes: &[u8], format: Format) -> Result<Model, ModelError> {
    let source = Source::read(bytes, format).map_err(|error| {
        let Diagnostic { code, pointer, .. } = &error.diagnostic;
        // The reader of definitions reads the file.
        let message = error.diagnostic.message().replacen("the definition is not", "the model is not", 1);
        let problem = problem(*code, pointer, message, error.diagnostic.help());
        ModelError { problems: vec![(problem, Some(error.location))] }
    })?;
    match of(source.value()) {
        Ok(model) => Ok(Model { source: Some(source), ..model }),
        Err(problems) => Err(problems.located(Some(&source))),
    }
}

pub(super) fn of(value: &Value) -> Result<Model, Problems> {
    let mut problems = Problems::default();
    let model = problems.model(value).filter(|_| problems.is_empty());
    model.ok_or(problems)
}

fn problem(code: Code, at: &Pointer, message: impl Into<String>, help: Option<String>) -> Diagnostic {
    let found = Diagnostic::new(code, at.clone(), message);
    if let Some(help) = help { found.with_help(help) } else { found }
}

#[derive(Default)]
pub(super) struct Problems(Vec<Diagnostic>);

impl Problems {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn value(&mut self, at: &Pointer, message: impl Into<String>) {
        self.value_help(at, message, None);
    }

    pub(super) fn value_help(&mut self, at: &Pointer, message: impl Into<String>, help: Option<String>) {
        self.0.push(problem(Code::WrongType, at, message, help));
    }

    pub(super) fn name(&mut self, at: &Pointer, message: impl Into<String>, help: Option<String>) {
        self.0.push(problem(Code::UnknownField, at, message, help));
    }

    /// Returns the problems with their locations in the file.
    pub(super) fn located(self, source: Option<&Source>) -> ModelError {
        let places = source.map(|source| source.locate(&self.0)).unwrap_or_default();
        let places = places.into_iter().map(Some).chain(std::iter::repeat(None));
        ModelError { problems: self.0.into_iter().zip(places).collect() }
    }

    fn expected<T>(&mut self, at: &Pointer, what: &str, value: &Value) -> Option<T> {
        self.value(at, format!("expected {what}, found {}", found(value)));
        None
    }

    /// Returns an object that has only these members, or any if none is known. `what` describes the expected value.
    fn object<'v>(
        &mut self,
        value: &'v Value,
        at: &Pointer,
        known: &[&str],
        what: &str,
    ) -> Option<&'v Map<String, Value>> {
        let Some(members) = value.as_object() else { return self.expected(at, what, value) };
        for name in members.keys().filter(|name| !known.is_empty() && !known.contains(&name.as_str())) {
            self.unknown(&at.child(name), "member", name, known);
        }
        Some(members)
    }

    fn required<'v>(&mut self, members: &'v Map<String, Value>, at: &Pointer, name: &str) -> Option<&'v Value> {
        let found = members.get(name);
        if found.is_none() {
            self.value(at, format!("`{name}` is missing"));
        }
        found
    }

    fn unknown(&mut self, at: &Pointer, what: &str, name: &str, known: &[&str]) {
        let help = meant(name, known.iter().copied(), || format!("the known ones are {}", quoted(known)));
        self.name(at, format!("unknown {what} `{name}`"), Some(help));
    }

    /// Reads a number from 0 to `most`.
    fn number(&mut self, value: &Value, at: &Pointer, most: f64, what: &str) -> Option<f64> {
        value.as_f64().filter(|number| (0.0..=most).contains(number)).or_else(|| self.expected(at, what, value))
    }

    fn model(&mut self, value: &Value) -> Option<Model> {
        let root = Pointer::root();
        let members = self.object(value, &root, &MODEL, "an object with the model")?;
        let inputs = self.one_or_weighted(members, &root, "input").unwrap_or_default();
        let mut model = Model { inputs, ..Model::default() };
        if let Some(default) = members.get("default") {
            model.default = self.task(default, &root.child("default"), &DEFAULT);
        }
        if let Some(states) = members.get("states") {
            let at = root.child("states");
            for (name, task) in self.object(states, &at, &[], "an object with the names of states")? {
                model.states.insert(name.clone(), self.task(task, &at.child(name), &STATE));
            }
        }
        Some(model)
    }

    /// Reads a constant with a name, or a weighted list with the plural.
    fn one_or_weighted(&mut self, members: &Map<String, Value>, at: &Pointer, one: &str) -> Option<Weighted> {
        let many = format!("{one}s");
        match (members.get(one), members.get(&many)) {
            (Some(_), Some(_)) => {
                self.name(&at.child(&many), format!("`{one}` and `{many}` exclude each other"), None);
                None
            }
            (Some(value), None) => {
                let mut weighted = Weighted::default();
                weighted.push(1.0, value.clone());
                Some(weighted)
            }
            (None, list) => self.weighted(list?, &at.child(&many)),
        }
    }

    fn weighted(&mut self, list: &Value, at: &Pointer) -> Option<Weighted> {
        let mut weighted = Weighted::default();
        let Some(elements) = list.as_array().filter(|elements| !elements.is_empty()) else {
            return self.expected(at, "a list of `value` with `weight`", list);
        };
        for (number, element) in elements.iter().enumerate() {
            let at = at.index(number);
            let members = self.object(element, &at, &WEIGHTED, "an object with `value` and `weight`");
            let Some(members) = members else { continue };
            let Some(value) = self.required(members, &at, "value") else { continue };
            let weight = members.get("weight").map_or(Some(1.0), |weight| {
                self.number(weight, &at.child("weight"), f64::INFINITY, "a weight of at least 0")
            });
            if let Some(weight) = weight {
                weighted.push(weight, value.clone());
            }
        }
        if !weighted.values.is_empty() && weighted.total() <= 0.0 {
            self.value(at, "all weights are 0");
        }
        Some(weighted)
    }

    fn task(&mut self, value: &Value, at: &Pointer, known: &[&str]) -> TaskModel {
        let what = format!("an object with some of {}", quoted(known));
        let Some(members) = self.object(value, at, known, &what) else { return TaskModel::default() };
        let part = |name: &str| members.get(name).map(|value| (value, at.child(name)));
        TaskModel {
            latency: part("latency").and_then(|(latency, at)| self.distribution(latency, &at, Of::Time)),
            failures: part("failures").map(|(failures, at)| self.failures(failures, &at).unwrap_or_default()),
            outputs: self.one_or_weighted(members, at, "output"),
            items: part("items").filter(|_| known.contains(&"items")).and_then(|(items, at)| self.items(items, &at)),
        }
    }

    fn failures(&mut self, value: &Value, at: &Pointer) -> Option<Vec<Failure>> {
        let mut failures = Vec::new();
        for (error, given) in self.object(value, at, &[], "an object with error names and probabilities")? {
            let at = at.child(error);
            if error.is_empty() {
                self.value(&at, "an error must have a name");
                continue;
            }
            let (probability, place, latency) = match given {
                Value::Object(_) => {
                    let Some(members) = self.object(given, &at, &FAILURE, "a failure") else { continue };
                    let Some(probability) = self.required(members, &at, "probability") else { continue };
                    let latency = members.get("latency");
                    let latency =
                        latency.and_then(|latency| self.distribution(latency, &at.child("latency"), Of::Time));
                    (probability, at.child("probability"), latency)
                }
                probability => (probability, at.clone(), None),
            };
            let probability = self.number(probability, &place, 1.0, "a probability from 0 to 1");
            failures.extend(probability.map(|probability| Failure { error: error.clone(), probability, latency }));
        }
        let sum: f64 = failures.iter().map(|failure| failure.probability).sum();
        // Additions have a rounding error.
        if sum > 1.0 + 1e-9 {
            let rounded = (sum * 1e6).round() / 1e6;
            self.value(at, format!("the probabilities add up to {rounded}, which is above 1"));
        }
        Some(failures)
    }

    fn items(&mut self, value: &Value, at: &Pointer) -> Option<Items> {
        if let Some(items) = value.as_array() {
            return Some(Items::These(items.clone()));
        }
        let members = self.object(value, at, &ITEMS, "a list of items, or an object with `count` and `value`")?;
        let [count, value] = ITEMS.map(|name| self.required(members, at, name));
        let count = self.distribution(count?, &at.child("count"), Of::Items)?;
        Some(Items::Count(count, value?.clone()))
    }

    fn distribution(&mut self, value: &Value, at: &Pointer, of: Of) -> Option<Distribution> {
        let Some(members) = value.as_object() else {
            return self.amount(value, at, of).map(Distribution::Constant);
        };
        if members.keys().all(|name| is_percentile(name)) {
            return self.percentiles(members, at, of);
        }
        let (Some((name, given)), 1) = (members.iter().next(), members.len()) else {
            for name in members.keys().filter(|name| !DISTRIBUTIONS.contains(&name.as_str()) && !is_percentile(name)) {
                self.unknown(&at.child(name), "distribution", name, &DISTRIBUTIONS);
            }
            self.value(at, format!("expected one distribution, found {}", quoted(members.keys())));
            return None;
        };
        let place = at.child(name);
        match (name.as_str(), given.as_array()) {
            ("constant", _) => self.amount(given, &place, of).map(Distribution::Constant),
            ("exponential", _) => self.amount(given, &place, of).map(Distribution::Exponential),
            ("normal" | "lognormal", _) => {
                let members = self.object(given, &place, &MOMENTS, "an object with `mean` and `deviation`")?;
                let [mean, deviation] = MOMENTS.map(|moment| {
                    self.required(members, &place, moment)
                        .and_then(|given| self.amount(given, &place.child(moment), of))
                });
                let (mean, deviation) = (mean?, deviation?);
                let made = if name == "normal" {
                    Normal::new(mean, deviation).map(Distribution::Normal)
                } else {
                    let mean = self.positive(mean, &place)?;
                    LogNormal::from_mean_cv(mean, deviation / mean).map(Distribution::LogNormal)
                };
                made.map_err(|error| self.value(&place, error.to_string())).ok()
            }
            ("uniform" | "samples", Some(list)) => {
                let each = list.iter().enumerate().map(|(number, each)| self.amount(each, &place.index(number), of));
                let problem = match (name.as_str(), each.collect::<Option<Vec<_>>>()?.as_slice()) {
                    ("samples", []) => "expected at least one sample".to_owned(),
                    ("samples", all) => return Some(Distribution::Samples(all.into())),
                    (_, [from, to]) if from <= to => return Some(Distribution::Uniform(*from, *to)),
                    (_, [from, to]) => format!("the first is above the second: {from}, {to}"),
                    _ => return self.expected(&place, "a list of the minimum and the maximum", given),
                };
                self.value(&place, problem);
                None
            }
            ("uniform" | "samples", None) => self.expected(&place, "a list of numbers", given),
            (unknown, _) => {
                self.unknown(&place, "distribution", unknown, &DISTRIBUTIONS);
                None
            }
        }
    }

    fn percentiles(&mut self, members: &Map<String, Value>, at: &Pointer, of: Of) -> Option<Distribution> {
        let mut points: Vec<(f64, f64, &str)> = Vec::new();
        for (name, given) in members {
            let Some((_, score)) = PERCENTILES.iter().find(|(known, _)| known == name) else {
                self.unknown(&at.child(name), "percentile", name, &PERCENTILES.map(|(name, _)| name));
                return None;
            };
            let value = self.amount(given, &at.child(name), of)?;
            points.push((*score, self.positive(value, &at.child(name))?, name));
        }
        points.sort_by(|(one, ..), (other, ..)| one.total_cmp(other));
        for pair in points.windows(2) {
            if let [(_, low, lower), (_, high, higher)] = pair
                && high < low
            {
                self.value(&at.child(higher), format!("`{higher}` is below `{lower}`"));
                return None;
            }
        }
        if points.len() < 2 {
            self.value(at, "expected at least two percentiles, such as `p50` and `p99`");
            return None;
        }
        Some(Distribution::Percentiles(points.into_iter().map(|(score, value, _)| (score, value.ln())).collect()))
    }

    fn positive(&mut self, number: f64, at: &Pointer) -> Option<f64> {
        if number > 0.0 {
            return Some(number);
        }
        self.value(at, format!("expected a number above 0, found {number}"));
        None
    }

    /// Reads a time in seconds, or a number of items.
    fn amount(&mut self, value: &Value, at: &Pointer, of: Of) -> Option<f64> {
        let number = match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) if of == Of::Time => seconds(text),
            _ => None,
        };
        let problem = match (number, of) {
            (Some(number), _) if number < 0.0 => format!("{} is below 0", found(value)),
            (Some(number), Of::Items) if number > MOST_ITEMS => {
                format!("{} items are too many: a simulation holds at most {MOST_ITEMS} in memory", found(value))
            }
            (Some(number), _) => return Some(number),
            (None, Of::Time) => {
                return self.expected(at, "a time: a number of seconds, or text such as \"250ms\"", value);
            }
            (None, Of::Items) => return self.expected(at, "a number of items", value),
        };
        self.value(at, problem);
        None
    }
}

/// Returns the seconds of a string such as `250ms`.
fn seconds(text: &str) -> Option<f64> {
    let (unit, factor) = UNITS.into_iter().find(|(unit, _)| text.ends_with(unit))?;
    let number: f64 = text.strip_suffix(unit)?.trim_end().parse().ok()?;
    Some(number * factor).filter(|seconds| seconds.is_finite())
}

fn is_percentile(name: &str) -> bool {
    name.strip_prefix('p').is_some_and(|number| number.parse::<f64>().is_ok())
}

fn found(value: &Value) -> String {
    match value {
        Value::Object(_) => "an object".to_owned(),
        Value::Array(items) if items.is_empty() => "an empty list".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        scalar => crate::decision::shown(scalar),
    }
}
