//! The values of the execution's input and of task results that make a difference.

mod candidates;
mod declared;
mod expression;
mod wanted;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use workflow_asl::document::StateMachine;
use workflow_asl::rules::Annotations;
use workflow_asl::types::{StateTypes, Type};
use workflow_asl::{Pointer, StateKind};
use workflow_local::Payload;
use workflow_plan::data::{PARSED, Source, Use, given, uses};
use workflow_schema::{Shape, Types};
use workflow_services::TaskResource;

use candidates::{Candidates, Known, candidates, matching};
pub(crate) use declared::annotations;
use declared::each_part;
use wanted::{NOTHING, Probe, Wanted, wanted};

use crate::simulate::Learning;
use crate::states::States;

/// What the expressions of a definition use of data that it does not determine, and what they need of it.
pub(crate) struct Needs {
    uses: Vec<Use>,
    wanted: BTreeMap<Source, Wanted>,
    /// The parts of the declared output that are such data: the state that gives it, the part as a text, the source and the
    /// path there.
    output: Vec<(String, String, Source, Vec<String>)>,
}

impl Needs {
    /// Finds the needs of the expressions, and of the declared type of the output.
    pub(crate) fn of(machine: &StateMachine, document: &Value, output: Option<&Shape>) -> Self {
        let uses = uses(machine);
        let (mut wanted, mut parts) = (wanted(machine, document, &uses), Vec::new());
        if let Some(shape) = output {
            let given = given(machine);
            each_part(shape, &mut Vec::new(), &mut |path, kind| {
                for (state, source, names) in given(path) {
                    wanted.entry(source.clone()).or_default().inside(names.clone()).narrow(Some(kind));
                    parts.push((state, part_of_output(path), source, names));
                }
            });
        }
        wanted.values_mut().for_each(Wanted::settle);
        Self { wanted, uses, output: parts }
    }

    /// Returns the texts with which conditions compare the name of a caught error: each is an error to try, although no
    /// handler names it.
    pub(crate) fn compared_errors(&self) -> BTreeSet<String> {
        let names = self.wanted.get(&Source::Error).and_then(|error| error.members.get("Error"));
        let texts = names.into_iter().flat_map(|name| &name.probes).filter_map(|probe| match probe {
            Probe::Constant(Value::String(text)) => Some(text.clone()),
            Probe::Pattern(pattern) => Some(matching(pattern)),
            _ => None,
        });
        texts.filter(|text| !text.is_empty()).collect()
    }
}

/// The values to try.
#[derive(Clone, Debug)]
pub(crate) struct Values {
    pub(crate) inputs: Candidates,
    /// The values by the name of the task's state.
    pub(crate) results: BTreeMap<String, Candidates>,
    /// The causes of jobs that have failed, their descriptions, by the name of the task's state.
    pub(crate) causes: BTreeMap<String, String>,
    /// The places where expressions use data of undeclared type, so that its values are guesses.
    guesses: Vec<Use>,
    /// The states with such expressions.
    pub(crate) guessing: BTreeSet<String>,
    /// The parts of the declared output whose values are guesses, such as `output.lines[].price`, with the states that give the
    /// output and their sources.
    pub(crate) guessed_output: Vec<(String, String, Source)>,
}

/// The most values that occurred of the input, and of each result, that are tried.
const MOST_OCCURRED: usize = 10;

impl Values {
    /// Adds the values that occurred in production and are not tried already.
    pub(crate) fn add(&mut self, learning: &Learning) {
        self.inputs.add(learning.inputs.by_frequency());
        for (state, results, _) in learning.answers() {
            if let Some(candidates) = self.results.get_mut(state) {
                candidates.add(results);
            }
        }
    }

    /// Chooses the values. `declared` are the types of the workflow's source, `annotations` the same for the rules, and `known`
    /// the types that the rules know.
    pub(crate) fn of(
        needs: &Needs,
        declared: Option<&'static Types>,
        annotations: &Annotations,
        known: &BTreeMap<Pointer, StateTypes>,
        states: &States,
    ) -> Self {
        let Needs { uses: all, wanted, output } = needs;
        let of_input =
            declared.map_or_else(|| Known::Typed(Type::default()), |types| Known::Declared(types.input, None));
        let mut inputs = candidates(of_input, wanted.get(&Source::Input), false);
        // A caller without data sends an empty object.
        if inputs.values.is_empty() {
            inputs.values.push(json!({}).into());
        }
        let result_at = |at: &Pointer| known.get(at).and_then(|state| state.result.clone()).unwrap_or_default();
        let (mut results, mut causes) = (BTreeMap::new(), BTreeMap::new());
        let cause = wanted.get(&Source::Error).map_or(&NOTHING, |error| error.member("Cause").member(PARSED));
        for (name, facts) in states.all.iter().filter(|(_, facts)| facts.kind == StateKind::Task) {
            let wanted = wanted.get(&Source::Result(facts.pointer.clone()));
            let task = facts.task();
            if facts.is_job {
                let described =
                    candidates(Known::Typed(result_at(&facts.pointer)), Some(cause), false).values.into_iter().next();
                causes.extend(described.map(|value| (name.clone(), value.into_value().to_string())));
            }
            let declared = declared.and_then(|types| types.results.iter().find(|result| result.state == name));
            let mut found = match declared {
                Some(result) if result.member.is_empty() => {
                    candidates(Known::Declared(result.shape, None), wanted, true)
                }
                Some(result) => {
                    let inner = wanted.and_then(|wanted| wanted.members.get(result.member));
                    let inside = candidates(Known::Declared(result.shape, None), inner, true);
                    let values = inside.values.into_iter();
                    let is_text = task.is_some_and(TaskResource::waits_for_express);
                    let values = values.map(|value| {
                        let value = value.into_value();
                        Payload::new(match is_text {
                            true => json!({ "Status": "SUCCEEDED", result.member: value.to_string() }),
                            false => json!({ result.member: value }),
                        })
                    });
                    Candidates { values: values.collect(), left_out: inside.left_out }
                }
                None => {
                    // A member that an API omits if it finds nothing is also tried as absent.
                    let mut wanted = wanted.cloned();
                    for member in task.map_or(&[][..], TaskResource::absent_if_empty) {
                        let read = wanted.as_mut().and_then(|wanted| wanted.members.get_mut(*member));
                        read.into_iter().for_each(|read| read.probes.push(Probe::Present));
                    }
                    let finds = task.is_some_and(TaskResource::finds_any_number);
                    candidates(Known::Typed(result_at(&facts.pointer)), wanted.as_ref(), finds)
                }
            };
            if found.values.is_empty() {
                found.values.push(json!({}).into());
            }
            results.insert(name.clone(), found);
        }
        let is_guess = |source: &Source, path: &[String]| match source {
            Source::Input => is_unknown(&annotations.input, path),
            Source::Result(at) => is_unknown(&result_at(at), path),
            _ => true,
        };
        let guessed_output = output.iter().filter(|(.., source, path)| is_guess(source, path));
        let guessed_output =
            guessed_output.map(|(state, part, source, _)| (state.clone(), part.clone(), source.clone())).collect();
        let is_asked = |one: &Use, count: usize| {
            let same = |other: &&Use| other.asked && other.source == one.source;
            all.iter().filter(same).any(|other| one.path.get(..count) == Some(other.path.as_slice()))
        };
        // No expression reads what a result is put into.
        let is_read = |used: &&Use| used.source != Source::Error && !used.pointer.as_str().ends_with("/ResultPath");
        let guesses = all.iter().filter(is_read).filter(|used| is_guess(&used.source, &used.path)).map(|used| {
            // A member that was left out because the definition adds it for another text lacks here too.
            let elsewhere = |other: &Use| {
                let count = other.added.filter(|_| other.source == used.source)?;
                Some(count).filter(|count| used.path.get(..*count).is_some_and(|path| other.path.starts_with(path)))
            };
            let added = used.added.or_else(|| all.iter().filter_map(elsewhere).min());
            // If the member that a condition checks is absent, each path must work without it.
            let mut guess = used.clone();
            guess.added = added.filter(|count| !is_asked(used, *count));
            guess
        });
        let guesses: Vec<Use> = guesses.collect();
        let all = states.all.iter();
        let guessing = all.filter(|(_, facts)| guesses.iter().any(|used| used.pointer.is_within(&facts.pointer)));
        let guessing = guessing.map(|(name, _)| name.clone()).collect();
        Self { inputs, results, causes, guesses, guessing, guessed_output }
    }

    /// Returns the kinds of the guesses that expressions use in the data of an execution: the guesses of a field of a
    /// state, or of the whole state. `data` has the value of each source, or `None` if the caller set its values.
    pub(crate) fn guesses<'v>(
        &self,
        state: &Pointer,
        field: Option<&str>,
        data: impl Fn(&Source) -> Option<&'v Value>,
    ) -> Vec<Guess> {
        let mut place = format!("{}/", state.as_str());
        place.extend(field.unwrap_or_default().chars().filter_map(|c| match c {
            '[' => Some('/'),
            ']' => None,
            c => Some(c),
        }));
        let used = self.guesses.iter().filter(|used| used.pointer.as_str().starts_with(&place));
        used.filter_map(|used| Some(Guess::of(data(&used.source)?, used))).collect()
    }
}

/// The kind of a value of undeclared type in the data of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guess {
    /// The value is present.
    There,
    /// An expression has computed what is used from the value, which is present: the text of a document, for instance.
    Computed,
    /// The search omitted the value to test its absence.
    Absent,
    /// The search omitted the value, because the definition adds it on other paths.
    NotAdded,
    /// The value is an empty list. Many expressions can be computed with it that no item fits.
    Empty,
}

impl Guess {
    fn of(value: &Value, used: &Use) -> Self {
        let lacks = |count: usize| used.path.get(..count).is_some_and(|path| Self::at(value, path) == Self::Absent);
        match used.added {
            Some(count) if lacks(count) && !lacks(count - 1) => Self::NotAdded,
            _ => match Self::at(value, &used.path) {
                Self::There if !used.exact => Self::Computed,
                found => found,
            },
        }
    }

    fn at(value: &Value, path: &[String]) -> Self {
        match (value, path.split_first()) {
            (Value::Array(items), _) if items.is_empty() => Self::Empty,
            (_, None) => Self::There,
            (Value::String(text), Some((name, rest))) if name == PARSED => {
                serde_json::from_str(text).map_or(Self::Absent, |parsed| Self::at(&parsed, rest))
            }
            // The definition takes a list elsewhere.
            (Value::Object(_), Some((name, _))) if name.starts_with('[') => Self::NotAdded,
            (Value::Array(items), Some((name, rest))) => {
                let number = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
                match number.map(str::parse::<usize>) {
                    Some(Ok(number)) => items.get(number).map_or(Self::Absent, |item| Self::at(item, rest)),
                    Some(Err(_)) => items.first().map_or(Self::Absent, |item| Self::at(item, rest)),
                    None => items.first().map_or(Self::Absent, |item| Self::at(item, path)),
                }
            }
            (value, Some((name, rest))) => value.get(name).map_or(Self::Absent, |member| Self::at(member, rest)),
        }
    }
}

/// Returns whether the rules do not know the kind of the part of a value at this path, nor that there is none.
fn is_unknown(ty: &Type, path: &[String]) -> bool {
    let Some((name, rest)) = path.split_first() else { return ty.kind().is_none() };
    name == PARSED || ty.at(name).map_or_else(|| !ty.lacks(name), |inner| is_unknown(&inner, rest))
}

/// Returns a part of the output as messages name it, but with `[]` for any item.
fn part_of_output(path: &[String]) -> String {
    let is_word = |name: &str| name.chars().all(|c| c.is_alphanumeric() || c == '_');
    path.iter().fold("output".to_owned(), |text, name| match name.as_str() {
        "[]" => text + "[]",
        name if is_word(name) => format!("{text}.{name}"),
        name => format!("{text}[{name:?}]"),
    })
}
