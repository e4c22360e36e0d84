//! Completion and types within JSONata expressions, JSONPath and intrinsic functions.

use lsp_types::CompletionItemKind;
use workflow_asl::context::{self, MemberKind};
use workflow_asl::document::{Form, QueryLanguage};
use workflow_asl::intrinsic::Function;
use workflow_asl::jsonata::{FUNCTIONS, Origin, STATES_MEMBERS};
use workflow_asl::types::{self, Readable, Type};
use workflow_asl::{Pointer, template};

use super::completion::Suggestion;
use super::document::Machine;
use super::place::Here;
use super::symbols;

/// The most filters around a place that are followed.
const FILTERS: usize = 32;

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A step of a path.
#[derive(Debug, PartialEq)]
enum Step<'t> {
    Name(&'t str),
    /// An index, a filter or a wildcard.
    Items,
}

/// A path before the cursor: its root, such as `$`, `$$` or `$states`, and its steps.
#[derive(Debug)]
struct Path<'t> {
    root: &'t str,
    steps: Vec<Step<'t>>,
}

impl<'t> Path<'t> {
    /// Reads the path that a text ends with.
    fn at_end_of(text: &'t str) -> Option<Self> {
        Self::within(text, 0)
    }

    fn within(text: &'t str, depth: usize) -> Option<Self> {
        let (mut rest, mut steps) = (text, Vec::new());
        loop {
            if let Some(before) = rest.strip_suffix(']') {
                let mut depth = 1;
                let open = before.char_indices().rev().find(|(_, c)| {
                    depth += i32::from(*c == ']') - i32::from(*c == '[');
                    depth == 0
                });
                let (at, _) = open?;
                let inside = before.get(at + 1..)?;
                let name = inside.strip_prefix('\'').and_then(|inside| inside.strip_suffix('\''));
                steps.push(name.map_or(Step::Items, Step::Name));
                rest = before.get(..at)?;
                rest = rest.strip_suffix('.').unwrap_or(rest);
                continue;
            }
            if let Some(before) = rest.strip_suffix('`') {
                let at = before.rfind('`')?;
                steps.push(Step::Name(before.get(at + 1..)?));
                rest = before.get(..at)?.strip_suffix('.')?;
                continue;
            }
            let start = rest
                .rfind(|c| !is_word(c))
                .map_or(0, |at| at + rest.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
            let (before, word) = rest.split_at_checked(start)?;
            if before.ends_with('$') {
                let dollars = if before.ends_with("$$") { 2 } else { 1 };
                let root = text.get(start - dollars..start + word.len())?;
                steps.reverse();
                return Some(Self { root, steps });
            }
            if word.is_empty() {
                return None;
            }
            steps.push(Step::Name(word));
            rest = match before.strip_suffix('.') {
                Some(rest) => rest,
                None => {
                    let mut path = Self::of_context(before, depth)?;
                    path.steps.extend(steps.into_iter().rev());
                    return Some(path);
                }
            };
        }
    }

    /// Reads the path whose items are the context at the end of a text: inside its filter or its block.
    fn of_context(text: &'t str, depth: usize) -> Option<Self> {
        let mut closed = 0;
        for (at, c) in text.char_indices().rev() {
            match c {
                ')' | ']' | '}' => closed += 1,
                '(' | '[' | '{' if closed > 0 => closed -= 1,
                '(' | '[' => {
                    let holder = text.get(..at)?;
                    let holder = if c == '(' { holder.strip_suffix('.') } else { Some(holder) };
                    // The argument of a function, and an item of an array, have the context around them.
                    let ends = |holder: &&str| holder.ends_with(|c| is_word(c) || matches!(c, ']' | '`' | '$'));
                    if let Some(holder) = holder.filter(ends) {
                        let inner = (depth < FILTERS).then(|| Self::within(holder, depth + 1));
                        let mut path = inner.flatten()?;
                        path.steps.push(Step::Items);
                        return Some(path);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// Returns the type of its value.
    fn ty(&self, readable: &Readable, language: QueryLanguage) -> Option<Type> {
        let mut steps = self.steps.as_slice();
        let mut ty = match (self.root, language) {
            ("$", QueryLanguage::JsonPath) => readable.input.clone(),
            ("$$", QueryLanguage::JsonPath) => readable.context.clone(),
            ("$states", QueryLanguage::Jsonata) => {
                let (first, rest) = steps.split_first()?;
                steps = rest;
                let Step::Name(first) = first else { return None };
                states_member(readable, first)?.clone()
            }
            (name, _) => readable.variables.get(name.strip_prefix('$')?)?.clone(),
        };
        for step in steps {
            ty = match step {
                Step::Name(name) => ty.at(name).or_else(|| ty.at("[]")?.at(name))?,
                // One value of JSONata is like a list of one.
                Step::Items => ty.at("[]").or_else(|| (language == QueryLanguage::Jsonata).then(|| ty.clone()))?,
            };
        }
        Some(ty)
    }

    /// Returns the names from the context object on, if it reads from it.
    fn in_context(&self, language: QueryLanguage) -> Option<Vec<&'t str>> {
        let names = self.steps.iter().map(|step| match step {
            Step::Name(name) => *name,
            Step::Items => "",
        });
        match (self.root, language) {
            ("$$", QueryLanguage::JsonPath) => Some(names.collect()),
            ("$states", QueryLanguage::Jsonata) if self.steps.first() == Some(&Step::Name("context")) => {
                Some(names.skip(1).collect())
            }
            _ => None,
        }
    }
}

fn states_member<'r>(readable: &'r Readable, name: &str) -> Option<&'r Type> {
    match name {
        "input" => Some(&readable.input),
        "context" => Some(&readable.context),
        "result" => readable.result.as_ref(),
        "errorOutput" => readable.error_output.as_ref(),
        _ => None,
    }
}

/// Returns the language of the expression at a place, if the string there is one. `text` is its beginning.
fn language_of(machine: &Machine, here: &Here<'_>, text: &str) -> Option<QueryLanguage> {
    let language = here.language(machine);
    let name = here.below.last()?;
    let is_path = name.ends_with(template::SUFFIX)
        || here.below.len() == 1
            && here.field.is_some_and(|field| {
                matches!(
                    field.form,
                    Form::Path
                        | Form::PathOrNull
                        | Form::ReferencePath
                        | Form::ReferencePathOrNull
                        | Form::InputReferencePath
                        | Form::PathOrIntrinsic
                )
            })
        || workflow_asl::document::Operator::from_name(name).is_some() && name.ends_with("Path");
    match language {
        QueryLanguage::Jsonata => text.starts_with("{%").then_some(language),
        QueryLanguage::JsonPath => is_path.then_some(language),
    }
}

/// Returns what may be written at the end of an expression, and the length of what it replaces; `None` if the text is not
/// an expression.
pub(super) fn complete(
    machine: &Machine,
    here: &Here<'_>,
    at: &Pointer,
    text: &str,
) -> Option<(usize, Vec<Suggestion>)> {
    let language = language_of(machine, here, text)?;
    let start = text.len() - text.chars().rev().take_while(|c| is_word(*c)).map(char::len_utf8).sum::<usize>();
    let (before, word) = text.split_at_checked(start)?;
    let readable = || types::readable_at((&machine.machine, &machine.annotations), machine.kind, at, 0);
    if before.ends_with('$') {
        let dollars = if language == QueryLanguage::JsonPath && before.ends_with("$$") { 2 } else { 1 };
        return Some((word.len() + dollars, roots(machine, readable().as_ref(), language)));
    }
    let Some(holder) = before.strip_suffix('.') else {
        let is_start = language == QueryLanguage::JsonPath && (before.is_empty() || before.ends_with(['(', ',', ' ']));
        let context = Path::of_context(before, 0).filter(|_| language == QueryLanguage::Jsonata);
        let all = match context.and_then(|path| path.ty(&readable()?, language)) {
            Some(ty) => members(&ty, language),
            None if is_start => [roots(machine, readable().as_ref(), language), functions()].concat(),
            None => Vec::new(),
        };
        return Some((word.len(), all));
    };
    if language == QueryLanguage::JsonPath && holder.ends_with("States") && !holder.ends_with("$States") {
        return Some((word.len() + "States.".len(), functions()));
    }
    let path = Path::at_end_of(holder)?;
    let readable = readable();
    if path.root == "$states" && language == QueryLanguage::Jsonata && path.steps.is_empty() {
        let members = STATES_MEMBERS.iter().filter_map(|name| {
            let ty = readable.as_ref().and_then(|readable| states_member(readable, name));
            let is_there = ty.is_some() || readable.is_none();
            is_there
                .then(|| Suggestion::new(*name, CompletionItemKind::FIELD, ty.map(Type::to_string).unwrap_or_default()))
        });
        return Some((word.len(), members.collect()));
    }
    if let Some(names) = path.in_context(language)
        && let Some(members) = context_members(&names)
    {
        return Some((word.len(), members));
    }
    let ty = readable.as_ref().and_then(|readable| path.ty(readable, language));
    Some((word.len(), ty.map(|ty| members(&ty, language)).unwrap_or_default()))
}

/// Returns the members of a value.
fn members(ty: &Type, language: QueryLanguage) -> Vec<Suggestion> {
    let members = ty.members().into_iter().map(|(name, ty, certain)| {
        let detail = if certain { ty.to_string() } else { format!("{ty}, or absent") };
        let is_plain = name.chars().all(is_word) && !name.starts_with(char::is_numeric);
        let quoted = (!is_plain && language == QueryLanguage::Jsonata).then(|| format!("`{name}`"));
        Suggestion { insert: quoted, ..Suggestion::new(name, CompletionItemKind::FIELD, detail).doc(code(&ty.text())) }
    });
    members.collect()
}

/// Returns the members of the context object at a path of names; `None` if the types know more.
fn context_members(names: &[&str]) -> Option<Vec<Suggestion>> {
    let mut members = context::MEMBERS;
    for name in names {
        members = match members.iter().find(|member| member.name == *name)?.kind {
            MemberKind::Object(members) => members,
            _ => return None,
        };
    }
    let suggest =
        |member: &context::Member| Suggestion::new(member.name, CompletionItemKind::FIELD, "").doc(member.doc);
    Some(members.iter().map(suggest).collect())
}

/// Returns what an expression can begin with.
fn roots(machine: &Machine, readable: Option<&Readable>, language: QueryLanguage) -> Vec<Suggestion> {
    let variable = |name: &String| Suggestion::new(format!("${name}"), CompletionItemKind::VARIABLE, "");
    let mut all: Vec<_> = match readable {
        Some(readable) => {
            let typed = |(name, ty): (&String, &Type)| Suggestion {
                detail: ty.to_string(),
                ..variable(name).doc(code(&ty.text()))
            };
            readable.variables.iter().map(typed).collect()
        }
        // No transition leads to a state that is being written.
        None => symbols::variables(machine).iter().map(variable).collect(),
    };
    if language == QueryLanguage::JsonPath {
        all.push(Suggestion::new("$", CompletionItemKind::VARIABLE, "the input").rank(0));
        all.push(Suggestion::new("$$", CompletionItemKind::VARIABLE, "the context object"));
        return all;
    }
    all.push(Suggestion::new("$states", CompletionItemKind::VARIABLE, "input, result, error and context").rank(0));
    let functions = FUNCTIONS.iter().filter(|function| function.origin != Origin::Removed);
    all.extend(functions.map(|function| {
        let one = Suggestion::new(format!("${}", function.name), CompletionItemKind::FUNCTION, function.signature);
        one.doc(function.summary).rank(3)
    }));
    all
}

fn functions() -> Vec<Suggestion> {
    let suggest = |function: &Function| {
        Suggestion::new(function.name(), CompletionItemKind::FUNCTION, function.result().to_string())
            .doc(function.doc())
            .rank(3)
    };
    Function::ALL.iter().map(suggest).collect()
}

/// Returns the words at an offset of an expression and their type, or the description of a function.
pub(super) fn describe(machine: &Machine, here: &Here<'_>, at: &Pointer, text: &str, offset: usize) -> Option<String> {
    let language = language_of(machine, here, text)?;
    let end = offset + text.get(offset..)?.find(|c| !is_word(c)).unwrap_or(text.len() - offset);
    let start =
        offset - text.get(..offset)?.chars().rev().take_while(|c| is_word(*c)).map(char::len_utf8).sum::<usize>();
    let word = text.get(start..end)?;
    if language == QueryLanguage::JsonPath {
        if let Some(function) =
            text.get(..start)?.ends_with("States.").then(|| Function::from_name(&format!("States.{word}"))).flatten()
        {
            return Some(format!("`{}`: {}", function.name(), function.doc()));
        }
        let path = Path::at_end_of(text.get(..end)?)?;
        let readable = types::readable_at((&machine.machine, &machine.annotations), machine.kind, at, offset)?;
        let ty = path.ty(&readable, language)?;
        let from = text.get(..end)?.rfind(path.root)?;
        return Some(code(&format!("{}: {}", text.get(from..end)?, ty.text())));
    }
    let is_function = text.get(..start)?.ends_with('$') && text.get(end..)?.trim_start().starts_with('(');
    if let Some(function) = FUNCTIONS.iter().find(|function| is_function && function.name == word) {
        return Some(format!("{}\n{}", code(&format!("${}{}", function.name, function.signature)), function.summary));
    }
    let readable = types::readable_at((&machine.machine, &machine.annotations), machine.kind, at, offset)?;
    let whole = Path::at_end_of(text.get(..end)?)
        .and_then(|path| Some((text.get(text.get(..end)?.rfind(path.root)?..end)?, path.ty(&readable, language)?)));
    // Within a filter, only the words in it.
    let is_whole = |words: &str| words.matches('[').count() == words.matches(']').count() && !words.contains('(');
    if let Some((words, ty)) = whole.filter(|(words, _)| is_whole(words)) {
        return Some(code(&format!("{words}: {}", ty.text())));
    }
    let (range, ty) = readable.part?;
    Some(code(&format!("{}: {}", text.get(range)?.trim(), ty.text())))
}

pub(super) fn code(text: &str) -> String {
    format!("```\n{text}\n```")
}
