//! The names of the states in the copies of a repetition, in Rust and in the document.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Ident;
use workflow_asl::Code;

use super::substitute;
use crate::problem::{Problem, Problems};
use crate::syntax::ast::{
    Body, Expr, ExprKind, NO_WORD, Reference, Repeated, Repetition, Root, Segment, Text, TokenSpan, Written, plain,
};
use crate::syntax::in_camel_case;
use crate::syntax::spelling::spelled;

/// Calls a function for each state and use: its name, also in the source, its alias, and the rest of its name in the document.
type EachName<'n> = &'n mut dyn FnMut((&Ident, Option<&String>), Option<&Text>, &[Expr]);

pub(super) fn names_in(content: &Repeated, each: EachName<'_>) {
    match content {
        Repeated::States(body) => names_of(body, each),
        Repeated::Branches(branches, inner) => {
            branches.iter().for_each(|branch| names_of(&branch.body, each));
            inner.iter().for_each(|inner| names_in(&inner.content, each));
        }
        Repeated::Arms(..) => {}
    }
}

pub(super) fn names_of(body: &Body, each: EachName<'_>) {
    for used in &body.uses {
        each((&used.name, used.written.as_ref()), used.alias.as_ref(), &used.computed);
    }
    for state in &body.states {
        each((&state.name, state.written.as_ref()), state.alias.as_ref(), &state.computed);
        state.bodies().for_each(|inner| names_of(inner, each));
    }
    body.repeats.iter().for_each(|inner| names_in(&inner.content, each));
}

/// The names of copies.
pub(super) struct Naming<'r> {
    pub(super) repetition: &'r Repetition,
    pub(super) item: &'r Expr,
    /// The index of the item. Problems that all items have are reported for the first.
    pub(super) index: usize,
    /// The number of the enclosing use or copy.
    pub(super) outer: u32,
    pub(super) problems: &'r mut Problems,
}

impl Naming<'_> {
    pub(super) fn is_item(&self, reference: &Reference) -> bool {
        is_item(self.repetition, reference)
    }

    /// Returns the value of a reference to the item. With `reports`, problems are reported.
    pub(super) fn value(&mut self, reference: &Reference, reports: bool) -> ExprKind {
        if let (ExprKind::Object(members), Some(Segment::Member { name, .. })) =
            (&self.item.kind, reference.segments.first())
            && !members.iter().any(|member| member.key.value == name.value)
        {
            if self.index == 0 && reports {
                let message = format!("the items have no member `{}`", name.value);
                let problem = Problem::new(Code::UnknownMember, TokenSpan { in_use: self.outer, ..name.span }, message);
                let keys: Vec<_> = members.iter().map(|member| member.key.value.as_str()).collect();
                let problem = problem.suggest(&name.value, keys.iter().copied());
                self.problems.push(problem.or_help(|| format!("their members are `{}`", keys.join("`, `"))));
            }
            // Other copies, and the names, were reported with the first.
            return match self.problems.reported() {
                Some(reported) => ExprKind::Invalid(reported),
                None => ExprKind::Reference(reference.clone()),
            };
        }
        let name = Written::Item(self.repetition.item.value.as_str().into());
        let item = Expr { written: Some(name), ..self.item.clone() };
        let optional = matches!(reference.segments.last(), Some(Segment::Member { optional: true, .. }));
        substitute::selected(item, None, &reference.segments, optional)
    }

    /// Returns the text of a part of a name: an error if it has none, `None` if another repetition replaces it.
    pub(super) fn text(&mut self, part: &Expr, reports: bool) -> Option<Result<String, NoText>> {
        let reference = match &part.kind {
            ExprKind::Reference(reference) if self.is_item(reference) => reference,
            ExprKind::Invalid(_) => return Some(Err(NoText)),
            kind => return literal(kind).map(Ok),
        };
        let value = self.value(reference, reports);
        Some(literal(&value).ok_or_else(|| {
            let wrong = reference.word != NO_WORD && !matches!(value, ExprKind::Invalid(_));
            if wrong && self.index == 0 && reports {
                self.not_text(part);
            }
            NoText
        }))
    }

    /// Reports a part of a name that is not text.
    fn not_text(&mut self, part: &Expr) {
        let message = format!("a state's name is text, and `{}` is not", spelled(part));
        let problem = Problem::new(Code::NotRepeated, TokenSpan { in_use: self.outer, ..part.span }, message);
        self.problems.push(problem.help("write an item, or a member of it, that is text, a number or a truth value"));
    }

    /// Returns the name of a copy in Rust: the name, then the item's part of the name in the document, or the item's
    /// index.
    pub(super) fn in_rust(&mut self, name: &Ident, computed: &[Expr]) -> String {
        let mut out = plain(name);
        let mut has_item = false;
        for part in computed {
            if let ExprKind::Reference(reference) = &part.kind
                && self.is_item(reference)
                && let Some(text) = self.text(part, true)
            {
                has_item = true;
                let text = text.map(|text| in_camel_case(&text)).unwrap_or_default();
                out.push_str(&if text.is_empty() { self.index.to_string() } else { text });
            }
        }
        if !has_item {
            out.push_str(&self.index.to_string());
        }
        out
    }

    /// Replaces the item in the name of a state or use in the document.
    pub(super) fn in_document(&mut self, alias: &mut Option<Text>, computed: &mut Vec<Expr>) {
        for part in computed.iter_mut() {
            if let Some(text) = self.text(part, false) {
                // An object has no text, so that its index distinguishes the copies.
                part.kind = ExprKind::Text(text.unwrap_or_else(|_| self.index.to_string()));
            }
        }
        if let (Some(alias), Some(rest)) = (alias, whole(computed)) {
            alias.value.push_str(&rest);
            computed.clear();
        }
    }
}

fn is_item(repetition: &Repetition, reference: &Reference) -> bool {
    matches!(&reference.root, Root::Parameter(name) if *name == repetition.item.value)
}

/// A part of a name that is not text.
pub(super) struct NoText;

/// Returns a literal as it is written in a name.
fn literal(kind: &ExprKind) -> Option<String> {
    match kind {
        ExprKind::Text(text) | ExprKind::Number(text) => Some(text.clone()),
        ExprKind::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// Joins parts of a name that all are text.
pub(super) fn whole(parts: &[Expr]) -> Option<String> {
    parts.iter().map(|part| literal(&part.kind)).collect()
}

/// The names of all copies of one repetition, with the indices of their items.
#[derive(Default)]
pub(super) struct Names {
    document: BTreeMap<String, usize>,
    rust: BTreeMap<String, usize>,
}

impl Names {
    /// Reports a name that two items give. Returns whether the copies have the same names.
    pub(super) fn collide(
        &mut self,
        repetition: &Repetition,
        content: &Repeated,
        index: usize,
        renamed: &BTreeMap<String, String>,
        problems: &mut Problems,
    ) -> bool {
        let mut is_invalid = false;
        names_in(&repetition.content, &mut |_, _, computed| {
            is_invalid |= computed.iter().any(|part| matches!(part.kind, ExprKind::Invalid(_)));
        });
        // It was reported, and the names may be equal without the part.
        if is_invalid {
            return index > 0;
        }
        let mut found = None;
        let mut seen = BTreeSet::new();
        names_in(content, &mut |(name, _), alias, computed| {
            let document = alias.map_or_else(|| plain(name), |alias| alias.value.clone());
            let taken = computed.is_empty() && self.document.get(&document).is_some_and(|of| *of != index);
            if found.is_none() && taken {
                found = Some((name.clone(), alias.cloned(), Some(document.clone())));
            }
            let taken = self.rust.get(&plain(name)).is_some_and(|of| *of != index);
            if found.is_none() && taken && seen.insert(plain(name)) {
                found = Some((name.clone(), alias.cloned(), None));
            }
            if computed.is_empty() {
                self.document.insert(document, index);
            }
            self.rust.insert(plain(name), index);
        });
        let Some((name, alias, document)) = found else { return false };
        let own =
            renamed.iter().find(|(_, new)| **new == plain(&name)).map_or_else(|| plain(&name), |(own, _)| own.clone());
        let mut in_source = own.clone();
        names_in(&repetition.content, &mut |(name, written), _, _| {
            if let (true, Some(written)) = (plain(name) == own, written) {
                in_source.clone_from(written);
            }
        });
        let same = match document {
            Some(document) => format!("the same name {document:?}"),
            None => format!("the same name {:?} in Rust", plain(&name)),
        };
        let item = &repetition.item.value;
        let help = format!(
            "the names of copies differ in letters and digits: change the items, or add a part of them, as in \
             `as \"{in_source} \" + {item}`"
        );
        let span = alias.map_or_else(|| name.span().into(), |alias| alias.span);
        let message = format!("two items give the state `{in_source}` {same}");
        problems.push(Problem::new(Code::NotRepeated, span, message).help(help));
        true
    }
}
