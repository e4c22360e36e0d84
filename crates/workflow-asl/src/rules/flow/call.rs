//! Checks the calls of JSONata's functions, and computes the types of their results.

use std::collections::BTreeSet;
use std::rc::Rc;

use workflow_jsonata::{FunctionId, ResultKind, ResultType, function, is_no_number};

use super::Flow;
use super::choice::plain;
use super::expression::{Given, PARSE, Place, needs_member};
use super::kind::{Kinds, words_of_items};
use super::read::merged;
use super::ty::{Existence, Fields, Found, Ty};
use crate::Finding;
use crate::json_kind::JsonKind as Kind;
use crate::jsonata::{self, Node, NodeKind};

/// Returns the type of an argument. Several values are passed as an array, and one value as itself.
fn passed(given: Given, sequences: &mut Vec<usize>, number: usize) -> Ty {
    match given {
        Given { ty, many: true, .. } if !matches!(ty.kind(), None | Some(Kind::Array)) => {
            sequences.push(number);
            Ty::list(ty)
        }
        one => one.value(),
    }
}

impl Flow<'_, '_> {
    /// Returns the result of a call. `piped` is the value before `~>`, which is the first argument.
    pub(super) fn call(
        &self,
        procedure: &Node,
        arguments: &[Node],
        piped: Option<(&Node, Given)>,
        place: &Place<'_>,
    ) -> Given {
        let known = match &procedure.kind {
            NodeKind::Variable(name) if place.variable(name).is_none() => function(name),
            _ => None,
        };
        let Some(known) = known else {
            if !matches!(procedure.kind, NodeKind::Variable(_) | NodeKind::Name(_)) {
                self.node(procedure, place);
            }
            arguments.iter().for_each(|argument| drop(self.node(argument, place)));
            return Given::maybe(Ty::Any);
        };
        let inner = Place { asks: place.asks || known.asking, ..place.clone() };
        let mut given: Vec<(Option<&Node>, Ty)> = Vec::new();
        // The objects that `$merge` joins, and the arguments that are sequences.
        let (mut joined, mut sequences) = (None, Vec::new());
        if let Some((node, piped)) = piped {
            given.push((Some(node), passed(piped, &mut sequences, 0)));
        }
        // The result of the closure.
        let mut body_gives = Ty::Any;
        for (index, argument) in arguments.iter().enumerate() {
            let ty = match &argument.kind {
                NodeKind::Array(nodes) if known.id == FunctionId::Merge => {
                    joined = Some(nodes.iter().map(|node| self.node(node, &inner).value()).collect::<Vec<_>>());
                    Ty::list(Ty::Any)
                }
                // A closure is called with each item.
                NodeKind::Lambda { params, body, .. } => {
                    let item = given.first().map_or(Ty::Any, |(_, ty)| ty.each());
                    let passed = match known.id {
                        // `$replace` passes a match.
                        FunctionId::Sift | FunctionId::Each | FunctionId::Replace => [Ty::Any, Ty::Any],
                        // Any two items, which may be one number alone.
                        FunctionId::Sort => {
                            let any = match item.kind() {
                                Some(kind @ (Kind::Number | Kind::Text)) => plain(kind),
                                _ => item,
                            };
                            [any.clone(), any]
                        }
                        // The types of the first call.
                        FunctionId::Reduce => match arguments.get(index + 1) {
                            Some(start) => [self.started(start, &inner), item],
                            None => [item.clone(), item],
                        },
                        _ => [item, Ty::Any],
                    };
                    let mut of_item = Place { asks: false, ..inner.clone() };
                    let types = passed.into_iter().chain(std::iter::repeat(Ty::Any));
                    of_item.bound.extend(params.iter().map(|name| name.as_str().into()).zip(types));
                    body_gives = self.node(body, &of_item).value();
                    Ty::Any
                }
                _ if known.id == FunctionId::Count => {
                    self.misspelt(argument, place);
                    self.node(argument, &inner).value()
                }
                _ => passed(self.node(argument, &inner), &mut sequences, given.len()),
            };
            given.push((Some(argument), ty));
        }
        self.check_arguments(known, &given, &sequences, place);
        let first = given.first().map_or(Ty::Any, |(_, ty)| ty.clone());
        let many = |ty: Ty| Given { many: true, ..Given::maybe(ty) };
        let ty = match known.result_type {
            ResultType::Merged => match (joined, &first) {
                (Some(objects), _) => merged(&objects),
                (None, Ty::Tuple(objects)) => merged(objects),
                _ => Fields::open().into(),
            },
            ResultType::TypeName => {
                let is = first.kind().filter(|_| !sequences.contains(&0));
                let known = Kind::ALL.into_iter().filter(|kind| is.is_none_or(|is| is == *kind));
                let mut names =
                    known.map(|kind| Ty::text(kind.name())).chain(is.is_none().then(|| Ty::text("function")));
                let one = names.next().unwrap_or(Ty::TEXT);
                names.fold(one, |all, name| all.join(&name))
            }
            ResultType::Member => return self.looked_up((&given, &first), arguments.last(), place),
            ResultType::Results => return many(body_gives),
            ResultType::Items => match known.id {
                FunctionId::Filter if first.each() == Ty::Any && filters_objects(arguments) => {
                    return many(Ty::Except(Kinds::SCALARS));
                }
                FunctionId::Filter | FunctionId::Distinct => return many(first.each()),
                _ => Ty::list(first.each()),
            },
            ResultType::Joined => {
                return many(given.get(1).map_or(Ty::Any, |(_, second)| first.each().join(&second.each())));
            }
            ResultType::Strings if known.gives == ResultKind::Sequence => return many(Ty::TEXT),
            ResultType::Strings => Ty::list(Ty::TEXT),
            ResultType::Item => first.each(),
            ResultType::Pages => Ty::list(Ty::list(first.each())),
            ResultType::Matches => {
                let found = Fields::of([("match", Ty::TEXT), ("index", Ty::NUMBER), ("groups", Ty::list(Ty::Any))]);
                return many(found.into());
            }
            _ => match known.result() {
                Some(("s", _)) => Ty::TEXT,
                Some(("n", _)) => Ty::NUMBER,
                Some(("b", _)) => Ty::BOOL,
                _ => Ty::Any,
            },
        };
        // Most functions return nothing if an argument is absent.
        if known.asking { Given::present(ty) } else { Given::maybe(ty) }
    }

    /// Returns the type with which a reduction starts. An object or an array may grow.
    fn started(&self, start: &Node, place: &Place<'_>) -> Ty {
        let says = self.says.replace(false);
        let kind = self.node(start, place).value().kind();
        self.says.set(says);
        match kind {
            Some(Kind::Text) => Ty::TEXT,
            Some(Kind::Number) => Ty::NUMBER,
            _ => Ty::Any,
        }
    }

    /// Returns the result of `$lookup` with a constant name.
    fn looked_up(
        &self,
        (given, object): (&[(Option<&Node>, Ty)], &Ty),
        key: Option<&Node>,
        place: &Place<'_>,
    ) -> Given {
        let (Some(key), Some(Kind::Object)) = (key, object.kind()) else {
            return Given { many: true, ..Given::maybe(Ty::Any) };
        };
        let NodeKind::String(name) = &key.kind else { return Given::maybe(Ty::Any) };
        match object.member(name) {
            Found::Present(ty) => Given::present(ty),
            Found::Maybe(ty) => Given::maybe(ty),
            missing => {
                let holder = given.first().and_then(|(node, _)| *node).map(|node| place.text(node));
                if !place.asks {
                    let finding = self.missing(missing, object, (&holder.unwrap_or_default(), name), PARSE, &[]);
                    self.say(finding, place.at, Some(place.range(key)));
                }
                Given { is: Existence::Absent, ..Given::maybe(Ty::Any) }
            }
        }
    }

    fn check_arguments(
        &self,
        known: &jsonata::Function,
        given: &[(Option<&Node>, Ty)],
        sequences: &[usize],
        place: &Place<'_>,
    ) {
        let parameters: Vec<_> = known.parameters().collect();
        let needed = parameters.iter().filter(|parameter| !parameter.optional).count();
        let context = parameters.first().is_some_and(|first| first.context) && given.len() < needed;
        for (number, (parameter, (node, ty))) in parameters.iter().skip(usize::from(context)).zip(given).enumerate() {
            let Some(node) = node else { continue };
            let (function, text) = (format!("${}", known.name), place.text(node));
            if let Some(is) = without_members(known.id, ty).filter(|_| number == 0) {
                self.say(Finding::NothingRead { function, text, is }, place.at, Some(place.range(node)));
                continue;
            }
            let unlike = if number == 0 { unlike_text(known.id, ty) } else { None };
            if let Some((wants, is)) = unlike.or_else(|| shown_unlike(parameter.kinds, ty)) {
                self.say(Finding::UnlikeArgument { function, wants, is, text }, place.at, Some(place.range(node)));
                continue;
            }
            let Some(kind) = ty.kind() else { continue };
            let Some(letter) = letter_of(kind) else { continue };
            let item = parameter.items.unwrap_or("");
            let alone = parameter.kinds == "a" && (item.is_empty() || item.contains(letter));
            let mut finding = None;
            if !matches!(parameter.kinds, "x" | "j")
                && !parameter.kinds.contains(letter)
                && !alone
                && !sequences.contains(&number)
            {
                finding = kind_wanted(parameter.kinds).map(|wants| (wants.noun(), kind.noun()));
            } else if let (Some((of, is_each)), false) = (unlike_item(item, ty), item.is_empty()) {
                finding = match (item, of) {
                    _ if !is_each => kind_wanted(item).map(|wants| (words_of_items(wants), "one with others")),
                    ("o", _) => Some(("an array of objects", words_of_items(of))),
                    ("n", _) => {
                        Some(("an array of numbers", if of == Kind::Text { "one of strings" } else { "one of others" }))
                    }
                    ("s", _) => Some((
                        "an array of strings",
                        if of == Kind::Number { "one of numbers" } else { "one of others" },
                    )),
                    _ => None,
                };
            }
            if let Some((wants, is)) = finding {
                self.say(Finding::UnlikeArgument { function, wants, is, text }, place.at, Some(place.range(node)));
            }
        }
    }
}

/// Returns whether the closure of `$filter` is only true for objects or arrays.
fn filters_objects(arguments: &[Node]) -> bool {
    matches!(arguments.last().map(|closure| &closure.kind), Some(NodeKind::Lambda { params, body, .. })
        if params.first().is_some_and(|item| needs_member(body, item)))
}

/// Returns the kind of the first argument, if it has no members that `$keys` and `$lookup` could return.
fn without_members(function: FunctionId, ty: &Ty) -> Option<&'static str> {
    if !matches!(function, FunctionId::Keys | FunctionId::Lookup) {
        return None;
    }
    match (ty.kind()?, ty.item().map(|item| item.kind())) {
        (Kind::Object, _) | (Kind::Array, None | Some(None | Some(Kind::Object | Kind::Array))) => None,
        (Kind::Array, Some(Some(of))) => Some(words_of_items(of)),
        (kind, _) => Some(kind.noun()),
    }
}

/// Returns the expected and the actual kind of the first argument, for functions that fail for text.
fn unlike_text(function: FunctionId, ty: &Ty) -> Option<(&'static str, &'static str)> {
    let all = |texts: &BTreeSet<Rc<str>>, is: fn(&str) -> bool| texts.iter().all(|text| is(text));
    match (function, ty) {
        (FunctionId::Number, Ty::Text(Some(texts))) => {
            all(texts, is_no_number).then_some(("a number or the text of one", "other text"))
        }
        (FunctionId::Parse, Ty::Text(Some(texts))) => {
            all(texts, is_no_json).then_some(("the text of JSON", "other text"))
        }
        _ => None,
    }
}

/// Returns whether a text is not JSON.
pub(super) fn is_no_json(text: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(text).is_err()
}

/// Returns the kind of an item that is not of the kinds that an array may have, and whether each item is of that kind. An
/// item that is an array may be meant as its items.
fn unlike_item(kinds: &str, ty: &Ty) -> Option<(Kind, bool)> {
    let unlike = |of: &Kind| *of != Kind::Array && letter_of(*of).is_some_and(|letter| !kinds.contains(letter));
    let each = ty.item().and_then(|item| item.kind()).filter(unlike).map(|of| (of, true));
    each.or_else(|| match ty {
        Ty::Tuple(items) => items.iter().filter_map(Ty::kind).find(unlike).map(|of| (of, false)),
        _ => None,
    })
}

/// The letters of kinds in the signatures of functions.
const LETTERS: [(char, Kind); 6] = [
    ('b', Kind::Bool),
    ('n', Kind::Number),
    ('s', Kind::Text),
    ('o', Kind::Object),
    ('a', Kind::Array),
    ('l', Kind::Null),
];

/// Returns the letter of a kind.
fn letter_of(kind: Kind) -> Option<char> {
    LETTERS.into_iter().find(|(_, known)| *known == kind).map(|(letter, _)| letter)
}

/// Returns the first kind that a parameter takes.
fn kind_wanted(letters: &str) -> Option<Kind> {
    let first = letters.chars().next();
    LETTERS.into_iter().find(|(letter, _)| Some(*letter) == first).map(|(_, kind)| kind)
}

/// Returns the expected kind of an argument and the kind that a test has shown, if they differ.
fn shown_unlike(kinds: &str, ty: &Ty) -> Option<(&'static str, &'static str)> {
    let wanted = kind_wanted(kinds).filter(|wanted| kinds.len() == 1 && *wanted != Kind::Array)?;
    matches!(ty, Ty::Except(_)).then(|| Some((wanted.noun(), ty.instead_of(wanted)?))).flatten()
}
