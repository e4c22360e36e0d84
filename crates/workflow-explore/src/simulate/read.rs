//! Reads models from files. Reports every problem with its location.

use serde_json::{Map, Value};
use workflow_asl::source::{Format, Source};
use workflow_asl::{Code, Diagnostic, Pointer};

use super::distribution::{Distribution, DistributionError, PERCENTILES};
use super::model::{Failure, Items, Model, ModelError, ModelProblem, TaskModel, Weighted};
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

/// Reads a model.
pub(super) fn read(bytes: &[u8], format: Format) -> Result<Model, ModelError> {
    let source = Source::read(bytes, format).map_err(|error| {
        ModelError::new(vec![ModelProblem {
            pointer: error.diagnostic.pointer.clone(),
            location: Some(error.location),
            // The reader of definitions reads the file.
            message: error.diagnostic.message().replacen("the definition is not", "the model is not", 1),
            help: error.diagnostic.help(),
        }])
    })?;
    let mut problems = Problems::default();
    let mut model = problems.model(source.value());
    if problems.0.is_empty() {
        model.source = Some(source);
        return Ok(model);
    }
    Err(problems.located(Some(&source)))
}

/// The problems of a model.
#[derive(Default)]
pub(super) struct Problems(Vec<Diagnostic>);

impl Problems {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a problem of a value.
    pub(super) fn value(&mut self, at: &Pointer, message: impl Into<String>) {
        self.0.push(Diagnostic::new(Code::WrongType, at.clone(), message));
    }

    pub(super) fn value_help(&mut self, at: &Pointer, message: impl Into<String>, help: impl Into<String>) {
        self.0.push(Diagnostic::new(Code::WrongType, at.clone(), message).with_help(help));
    }

    /// Adds a problem of a member's name.
    pub(super) fn name(&mut self, at: &Pointer, message: impl Into<String>, help: Option<String>) {
        let found = Diagnostic::new(Code::UnknownField, at.clone(), message);
        self.0.push(match help {
            Some(help) => found.with_help(help),
            None => found,
        });
    }

    /// Returns the problems with their locations in the file.
    pub(super) fn located(self, source: Option<&Source>) -> ModelError {
        let places = source.map(|source| source.locate(&self.0)).unwrap_or_default();
        let places = places.into_iter().map(Some).chain(std::iter::repeat(None));
        let problems = self.0.into_iter().zip(places).map(|(found, location)| ModelProblem {
            message: found.message(),
            help: found.help(),
            pointer: found.pointer,
            location,
        });
        ModelError::new(problems.collect())
    }

    /// Returns an object that has only these members. `what` describes the expected value.
    fn object<'v>(
        &mut self,
        value: &'v Value,
        at: &Pointer,
        known: &[&str],
        what: &str,
    ) -> Option<&'v Map<String, Value>> {
        let Some(members) = value.as_object() else {
            self.value(at, format!("expected {what}, found {}", found(value)));
            return None;
        };
        for name in members.keys().filter(|name| !known.contains(&name.as_str())) {
            self.unknown(&at.child(name), "member", name, known);
        }
        Some(members)
    }

    fn unknown(&mut self, at: &Pointer, what: &str, name: &str, known: &[&str]) {
        let help = meant(name, known.iter().copied(), || format!("the known ones are {}", quoted(known)));
        self.name(at, format!("unknown {what} `{name}`"), Some(help));
    }

    fn model(&mut self, value: &Value) -> Model {
        let root = Pointer::root();
        let mut model = Model::new();
        let Some(members) = self.object(value, &root, &MODEL, "an object with the model") else { return model };
        model.inputs = self.one_or_weighted(members, &root, "input", "inputs").unwrap_or_default();
        if let Some(default) = members.get("default") {
            model.default = self.task(default, &root.child("default"), &DEFAULT);
        }
        let at = root.child("states");
        if let Some(states) = members.get("states") {
            let Some(states) = states.as_object() else {
                self.value(&at, format!("expected an object with the names of states, found {}", found(states)));
                return model;
            };
            for (name, task) in states {
                model.states.insert(name.clone(), self.task(task, &at.child(name), &STATE));
            }
        }
        model
    }

    /// Reads a constant with one name, or a weighted list with the other name.
    fn one_or_weighted(
        &mut self,
        members: &Map<String, Value>,
        at: &Pointer,
        one: &str,
        many: &str,
    ) -> Option<Weighted> {
        match (members.get(one), members.get(many)) {
            (Some(_), Some(_)) => {
                self.name(&at.child(many), format!("`{one}` and `{many}` exclude each other"), None);
                None
            }
            (Some(value), None) => {
                let mut weighted = Weighted::default();
                weighted.push(1.0, value.clone());
                Some(weighted)
            }
            (None, Some(list)) => self.weighted(list, &at.child(many)),
            (None, None) => None,
        }
    }

    fn weighted(&mut self, list: &Value, at: &Pointer) -> Option<Weighted> {
        let mut weighted = Weighted::default();
        let Some(elements) = list.as_array().filter(|elements| !elements.is_empty()) else {
            self.value(at, format!("expected a list of `value` with `weight`, found {}", found(list)));
            return None;
        };
        for (number, element) in elements.iter().enumerate() {
            let at = at.index(number);
            let Some(members) = self.object(element, &at, &WEIGHTED, "an object with `value` and `weight`") else {
                continue;
            };
            let Some(value) = members.get("value") else {
                self.value(&at, "`value` is missing");
                continue;
            };
            let weight = members.get("weight").map_or(Some(1.0), Value::as_f64);
            match weight.filter(|weight| *weight >= 0.0) {
                Some(weight) => weighted.push(weight, value.clone()),
                None => {
                    let given = members.get("weight").map(found).unwrap_or_default();
                    self.value(&at.child("weight"), format!("expected a weight of at least 0, found {given}"));
                }
            }
        }
        if !weighted.is_empty() && weighted.total() <= 0.0 {
            self.value(at, "all weights are 0");
        }
        Some(weighted)
    }

    fn task(&mut self, value: &Value, at: &Pointer, known: &[&str]) -> TaskModel {
        let mut task = TaskModel::new();
        let what = format!("an object with some of {}", quoted(known));
        let Some(members) = self.object(value, at, known, &what) else { return task };
        if let Some(latency) = members.get("latency") {
            task.latency = self.distribution(latency, &at.child("latency"), Of::Time);
        }
        if let Some(failures) = members.get("failures") {
            task.failures = Some(self.failures(failures, &at.child("failures")));
        }
        task.outputs = self.one_or_weighted(members, at, "output", "outputs");
        if let Some(items) = members.get("items").filter(|_| known.contains(&"items")) {
            task.items = self.items(items, &at.child("items"));
        }
        task
    }

    fn failures(&mut self, value: &Value, at: &Pointer) -> Vec<Failure> {
        let mut failures = Vec::new();
        let Some(members) = value.as_object() else {
            self.value(at, format!("expected an object with error names and probabilities, found {}", found(value)));
            return failures;
        };
        for (error, given) in members {
            let at = at.child(error);
            if error.is_empty() {
                self.value(&at, "an error must have a name");
                continue;
            }
            let (probability, place, latency) = match given {
                Value::Object(_) => {
                    let Some(members) = self.object(given, &at, &FAILURE, "a failure") else { continue };
                    let Some(probability) = members.get("probability") else {
                        self.value(&at, "`probability` is missing");
                        continue;
                    };
                    let latency = members
                        .get("latency")
                        .and_then(|latency| self.distribution(latency, &at.child("latency"), Of::Time));
                    (probability, at.child("probability"), latency)
                }
                probability => (probability, at.clone(), None),
            };
            match probability.as_f64().filter(|probability| (0.0..=1.0).contains(probability)) {
                Some(probability) => failures.push(Failure { error: error.clone(), probability, latency }),
                None => {
                    self.value(&place, format!("expected a probability from 0 to 1, found {}", found(probability)));
                }
            }
        }
        self.sum(&failures, at);
        failures
    }

    /// Checks and returns the sum of the probabilities of failures.
    pub(super) fn sum(&mut self, failures: &[Failure], at: &Pointer) -> f64 {
        let sum: f64 = failures.iter().map(|failure| failure.probability).sum();
        // Additions have a rounding error.
        if sum > 1.0 + 1e-9 {
            let rounded = (sum * 1e6).round() / 1e6;
            self.value(at, format!("the probabilities add up to {rounded}, which is above 1"));
        }
        sum
    }

    fn items(&mut self, value: &Value, at: &Pointer) -> Option<Items> {
        if let Some(items) = value.as_array() {
            return Some(Items::These(items.clone()));
        }
        let members = self.object(value, at, &ITEMS, "a list of items, or an object with `count` and `value`")?;
        let (Some(count), Some(value)) = (members.get("count"), members.get("value")) else {
            self.value(at, "expected both `count` and `value`");
            return None;
        };
        let count = self.distribution(count, &at.child("count"), Of::Items)?;
        Some(Items::Count(count, value.clone()))
    }

    fn distribution(&mut self, value: &Value, at: &Pointer, of: Of) -> Option<Distribution> {
        let Some(members) = value.as_object() else {
            let constant = self.amount(value, at, of)?;
            return self.made(at, Distribution::constant(constant));
        };
        if members.keys().all(|name| is_percentile(name)) {
            let mut points = Vec::new();
            for (name, given) in members {
                points.push((name.as_str(), self.amount(given, &at.child(name), of)?));
            }
            let known = PERCENTILES.map(|(name, _)| name);
            return match Distribution::percentiles(points) {
                Err(DistributionError { percentile: Some(name), .. }) if !known.contains(&name.as_str()) => {
                    self.unknown(&at.child(&name), "percentile", &name, &known);
                    None
                }
                Err(DistributionError { percentile: Some(name), message }) => {
                    self.value(&at.child(&name), message);
                    None
                }
                made => self.made(at, made),
            };
        }
        let mut names = members.iter();
        let (Some((name, given)), None) = (names.next(), names.next()) else {
            let names: Vec<_> = members.keys().map(String::as_str).collect();
            for name in names.iter().filter(|name| !DISTRIBUTIONS.contains(*name) && !is_percentile(name)) {
                self.unknown(&at.child(name), "distribution", name, &DISTRIBUTIONS);
            }
            self.value(at, format!("expected one distribution, found {}", quoted(&names)));
            return None;
        };
        let place = at.child(name);
        let amounts: Vec<f64> = match (name.as_str(), given) {
            ("constant" | "exponential", given) => vec![self.amount(given, &place, of)?],
            ("uniform" | "samples", Value::Array(list)) => {
                let each = list.iter().enumerate().map(|(number, each)| self.amount(each, &place.index(number), of));
                each.collect::<Option<_>>()?
            }
            ("normal" | "lognormal", given) => {
                let members = self.object(given, &place, &MOMENTS, "an object with `mean` and `deviation`")?;
                let (Some(mean), Some(deviation)) = (members.get("mean"), members.get("deviation")) else {
                    self.value(&place, "expected both `mean` and `deviation`");
                    return None;
                };
                vec![
                    self.amount(mean, &place.child("mean"), of)?,
                    self.amount(deviation, &place.child("deviation"), of)?,
                ]
            }
            _ => Vec::new(),
        };
        let made = match (name.as_str(), amounts.as_slice()) {
            ("constant", [value]) => Distribution::constant(*value),
            ("exponential", [mean]) => Distribution::exponential(*mean),
            ("uniform", [from, to]) => Distribution::uniform(*from, *to),
            ("normal", [mean, deviation]) => Distribution::normal(*mean, *deviation),
            ("lognormal", [mean, deviation]) => Distribution::lognormal(*mean, *deviation),
            ("samples", _) if given.is_array() => Distribution::samples(amounts),
            (known, _) if DISTRIBUTIONS.contains(&known) => {
                let what = if known == "uniform" { "a list of the minimum and the maximum" } else { "a list" };
                self.value(&place, format!("expected {what}, found {}", found(given)));
                return None;
            }
            (unknown, _) => {
                self.unknown(&place, "distribution", unknown, &DISTRIBUTIONS);
                return None;
            }
        };
        self.made(&place, made)
    }

    fn made(&mut self, at: &Pointer, made: Result<Distribution, DistributionError>) -> Option<Distribution> {
        made.map_err(|error| self.value(at, error.to_string())).ok()
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
                format!("expected a time: a number of seconds, or text such as \"250ms\", found {}", found(value))
            }
            (None, Of::Items) => format!("expected a number of items, found {}", found(value)),
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
