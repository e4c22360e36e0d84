//! Rules on which fields stand together: by kind of object, by query language, required, exclusive.

use super::part::{Part, PartKind};
use super::{Definition, all_of, one_of, report};
use crate::document::StateKind;
use crate::{Code, Diagnostic};

/// A state has only the fields of its kind, and a rule inside another only conditions.
pub(super) fn belongs_to_its_object(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for part in &definition.parts.parts {
        for field in part.object.present_fields() {
            if belongs(part, field.name, |kind| field.kinds.contains(kind)) {
                continue;
            }
            let message = format!("field `{}` is not supported in {}", field.name, part.kind.phrase());
            let mut diagnostic = Diagnostic::new(Code::UnknownField, part.at.child(field.name), message);
            if let PartKind::State(_) = part.kind {
                let kinds = all_of(field.kinds.iter().map(StateKind::name));
                diagnostic = diagnostic.with_help(format!("it belongs to {kinds} states"));
            } else {
                diagnostic = diagnostic.with_help("it belongs to the outermost rule");
            }
            found.push(diagnostic);
        }
    }
}

fn belongs(part: &Part<'_>, field: &str, in_kind: impl Fn(StateKind) -> bool) -> bool {
    match part.kind {
        PartKind::State(kind) => in_kind(kind),
        PartKind::NestedRule => !matches!(field, "Next" | "Assign" | "Output"),
        _ => true,
    }
}

/// A field that only one query language has stands only in states of that language.
pub(super) fn belongs_to_the_language(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for part in &definition.parts.parts {
        for field in part.object.present_fields() {
            let Some(language) = field.language.filter(|language| *language != part.language) else { continue };
            if !belongs(part, field.name, |kind| field.kinds.contains(kind)) {
                continue;
            }
            let message = format!(
                "the query language is {}, but field `{}` is only supported in {}",
                part.language.name(),
                field.name,
                language.name()
            );
            let mut diagnostic = Diagnostic::new(Code::WrongLanguageField, part.at.child(field.name), message);
            if let Some(instead) = counterpart(field.name, part.kind) {
                diagnostic = diagnostic.with_help(format!("{} has `{instead}`", part.language.name()));
            }
            found.push(diagnostic);
        }
    }
}

/// The field of the other query language that does the same.
fn counterpart(field: &str, kind: PartKind) -> Option<&'static str> {
    let map = kind == PartKind::State(StateKind::Map);
    let pass = kind == PartKind::State(StateKind::Pass);
    Some(match field {
        "Parameters" if map => "ItemSelector",
        "Parameters" if pass => "Output",
        "Parameters" => "Arguments",
        "Arguments" => "Parameters",
        "Result" => "Output",
        "ResultSelector" | "ResultPath" | "OutputPath" => "Output",
        "Output" if kind == PartKind::Catcher => "ResultPath",
        "Output" if pass => "Result` or `Parameters",
        "Output" if kind != PartKind::Rule => "OutputPath",
        "ItemsPath" => "Items",
        "Items" => "ItemsPath",
        "Variable" | "And" | "Or" | "Not" => "Condition",
        "Condition" => "Variable` and a comparison",
        _ => field_without_path(field)?,
    })
}

/// `Seconds` for `SecondsPath`: in JSONata the plain field takes an expression.
fn field_without_path(field: &str) -> Option<&'static str> {
    let plain = field.strip_suffix("Path")?;
    let fields = [
        "Seconds",
        "Timestamp",
        "TimeoutSeconds",
        "HeartbeatSeconds",
        "MaxConcurrency",
        "ToleratedFailureCount",
        "ToleratedFailurePercentage",
        "Error",
        "Cause",
        "MaxItems",
        "MaxItemsPerBatch",
        "MaxInputBytesPerBatch",
    ];
    fields.into_iter().find(|name| *name == plain)
}

/// What an object needs of its fields.
enum Need {
    /// All of these.
    All(&'static [&'static str]),
    /// One of these and no other.
    ExactlyOne(&'static [&'static str]),
    /// One of these or none.
    AtMostOne(&'static [&'static str]),
    /// One of these or more.
    AtLeastOne(&'static [&'static str]),
}

use Need::{All, AtLeastOne, AtMostOne, ExactlyOne};

/// The fields that each object needs or that exclude each other.
fn needs(kind: PartKind) -> &'static [Need] {
    const GOES_ON: Need = AtMostOne(&["Next", "End"]);
    match kind {
        PartKind::Machine | PartKind::Branch | PartKind::Processor => &[All(&["States", "StartAt"])],
        PartKind::State(StateKind::Task) => &[
            All(&["Resource"]),
            GOES_ON,
            AtMostOne(&["TimeoutSeconds", "TimeoutSecondsPath"]),
            AtMostOne(&["HeartbeatSeconds", "HeartbeatSecondsPath"]),
        ],
        PartKind::State(StateKind::Wait) => {
            &[GOES_ON, ExactlyOne(&["Seconds", "SecondsPath", "Timestamp", "TimestampPath"])]
        }
        PartKind::State(StateKind::Pass) => &[GOES_ON],
        PartKind::State(StateKind::Succeed) => &[],
        PartKind::State(StateKind::Fail) => &[AtMostOne(&["Error", "ErrorPath"]), AtMostOne(&["Cause", "CausePath"])],
        PartKind::State(StateKind::Choice) => &[All(&["Choices"])],
        PartKind::State(StateKind::Parallel) => &[All(&["Branches"]), GOES_ON],
        PartKind::State(StateKind::Map) => &[
            ExactlyOne(&["ItemProcessor", "Iterator"]),
            GOES_ON,
            AtMostOne(&["ItemSelector", "Parameters"]),
            AtMostOne(&["MaxConcurrency", "MaxConcurrencyPath"]),
            AtMostOne(&["ToleratedFailureCount", "ToleratedFailureCountPath"]),
            AtMostOne(&["ToleratedFailurePercentage", "ToleratedFailurePercentagePath"]),
        ],
        PartKind::Rule => &[ExactlyOne(&["And", "Or", "Not", "Variable", "Condition"]), All(&["Next"])],
        PartKind::NestedRule => &[ExactlyOne(&["And", "Or", "Not", "Variable", "Condition"])],
        PartKind::Retrier => &[All(&["ErrorEquals"])],
        PartKind::Catcher => &[All(&["ErrorEquals", "Next"])],
        PartKind::ItemReader => &[All(&["Resource"])],
        PartKind::ReaderConfig => &[AtMostOne(&["MaxItems", "MaxItemsPath"])],
        PartKind::ItemBatcher => &[
            AtLeastOne(&[
                "MaxItemsPerBatch",
                "MaxItemsPerBatchPath",
                "MaxInputBytesPerBatch",
                "MaxInputBytesPerBatchPath",
            ]),
            AtMostOne(&["MaxItemsPerBatch", "MaxItemsPerBatchPath"]),
            AtMostOne(&["MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"]),
        ],
        PartKind::ResultWriter => &[AtLeastOne(&["Resource", "WriterConfig"])],
        PartKind::ProcessorConfig | PartKind::WriterConfig => &[],
    }
}

/// An object has the fields that it needs, and of those that exclude each other one.
pub(super) fn required_fields_are_present(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for part in &definition.parts.parts {
        let present: Vec<_> = part.object.present_fields().iter().map(|field| field.name).collect();
        let who = part.kind.phrase();
        for need in needs(part.kind) {
            let (All(names) | ExactlyOne(names) | AtMostOne(names) | AtLeastOne(names)) = need;
            let (there, missing): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| present.contains(name));
            let at = || part.at.clone();
            match need {
                All(_) if !missing.is_empty() => {
                    report(found, Code::MissingField, at(), format!("{who} needs {}", all_of(missing)));
                }
                ExactlyOne(_) | AtLeastOne(_) if there.is_empty() => {
                    report(found, Code::MissingField, at(), format!("{who} needs {}", one_of(missing)));
                }
                ExactlyOne(_) | AtMostOne(_) if there.len() > 1 => {
                    let message = format!("{who} has only one of {}", all_of(there));
                    report(found, Code::ExclusiveFields, at(), message);
                }
                _ => {}
            }
        }
    }
}
