//! Renames the states of a fragment for a use, and replaces its input with the arguments.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use proc_macro2::Ident;
use workflow_asl::graph::GROUP_SEPARATOR;

use super::walk::Change;
use super::{full_name, joined};
use crate::problem::Reported;
use crate::syntax::ast::{
    BinaryOp, Catcher, Clause, ClauseValue, Expr, ExprKind, Member, NodeId, Quotes, Reference, Retrier, Root, Segment,
    State, Target, Text, TokenSpan, Type, TypeKind, Use, Written, plain,
};
use crate::syntax::keyword::ClauseKind;
use crate::syntax::spelling::spelled_reference;

/// The value of a field of the input in one use.
#[derive(Debug)]
pub(super) enum Argument {
    /// A value that is the same in all states of the fragment.
    Value(Expr, Type),
    /// A value that is computed once, before the first state, and kept in this variable.
    Variable(String, Type),
    /// A missing argument, with the proof that it was reported.
    Missing(Option<Reported>),
}

/// Returns whether a value is the same in all states of a fragment.
pub(super) fn is_stable(value: &Expr) -> bool {
    let mut is_stable = true;
    value.walk(&mut |part| {
        is_stable &= match &part.kind {
            ExprKind::Reference(Reference { root, segments, .. }) => match root {
                Root::Input | Root::Params | Root::StateResult(_) | Root::Variable(_) => true,
                Root::Context => matches!(segments.first(),
                    Some(Segment::Member { name, .. }) if name.value == "Execution" || name.value == "StateMachine"),
                Root::State | Root::Result | Root::Item | Root::Index | Root::Caught => false,
                Root::NamedItem(_) | Root::Parameter(_) => false,
            },
            ExprKind::Text(text) => !text.starts_with("{%"),
            kind => !matches!(
                kind,
                ExprKind::Access(..)
                    | ExprKind::Call { .. }
                    | ExprKind::Closure(_)
                    | ExprKind::Jsonata(_)
                    | ExprKind::Raw(_)
                    | ExprKind::Path(_)
            ),
        }
    });
    is_stable
}

/// Renames the states and variables of a fragment, and replaces its input.
pub(super) struct Substitution<'s> {
    /// The full name of the use.
    pub(super) name: &'s str,
    /// The prefix of each state's name in the document.
    pub(super) asl_name: &'s str,
    pub(super) arguments: &'s IndexMap<String, Argument>,
    /// The names of the fragment's states in the document, by their names in the language.
    pub(super) states: &'s BTreeMap<String, String>,
    pub(super) nodes: &'s mut usize,
    /// The variables that hold optional arguments of uses. They are null if the argument is absent.
    pub(super) nullable: &'s BTreeSet<String>,
    /// Those of arguments that are not given.
    pub(super) not_given: &'s BTreeSet<String>,
    /// The object of the current `assign`, whose members are variables: these must have a value.
    pub(super) assigns: Option<NodeId>,
    /// The number of the use.
    pub(super) number: u32,
}

impl Change for Substitution<'_> {
    fn state(&mut self, state: &mut State) {
        let span = state.alias.as_ref().map_or_else(|| state.name.span().into(), |alias| alias.span);
        let span = TokenSpan { in_use: self.number, ..span };
        state.computed.iter_mut().for_each(|part| part.span.in_use = self.number);
        state.alias = Some(Text { value: self.in_document(&state.asl_name(), &state.computed), span });
        state.written.get_or_insert_with(|| plain(&state.name));
        state.name = full_name(self.name, &state.name);
        state.in_use = self.number;
    }

    fn used(&mut self, used: &mut Use) {
        let span = used.alias.as_ref().map_or_else(|| used.name.span().into(), |alias| alias.span);
        let span = TokenSpan { in_use: self.number, ..span };
        used.computed.iter_mut().for_each(|part| part.span.in_use = self.number);
        used.alias = Some(Text { value: self.in_document(&used.asl_name(), &used.computed), span });
        used.written.get_or_insert_with(|| plain(&used.name));
        used.name = full_name(self.name, &used.name);
    }

    fn target(&mut self, target: &mut Target) {
        match target {
            Target::State(name) => *name = full_name(self.name, name),
            Target::Text(text) => {
                text.value = joined(self.asl_name, &text.value);
                text.span.in_use = self.number;
            }
            Target::Computed(name) => {
                let text = self.in_document("", &name.parts);
                name.parts.insert(0, Expr::made(ExprKind::Text(text), name.span));
                name.span.in_use = self.number;
            }
            Target::End(_) | Target::Missing(..) => {}
        }
    }

    fn clause_begins(&mut self, clause: &Clause) {
        if let (ClauseKind::Assign, ClauseValue::Expr(object)) = (clause.kind, &clause.value) {
            self.assigns = Some(object.id);
        }
    }

    fn clause(&mut self, clause: &mut Clause) {
        self.assigns = None;
        number_clause(clause, self.nodes, self.number);
        if let (ClauseKind::Assign, ClauseValue::Expr(Expr { kind: ExprKind::Object(members), .. })) =
            (clause.kind, &mut clause.value)
        {
            for member in members {
                let key = &mut member.key.value;
                *key = variable(self.name, key);
            }
        }
    }

    fn expr(&mut self, expr: &mut Expr) {
        let assigns = self.assigns == Some(expr.id);
        number_expr(expr, self.nodes, self.number);
        let reference = match &mut expr.kind {
            ExprKind::Reference(reference) => reference,
            ExprKind::Call { name, arguments } if matches!(name.value.as_str(), "is_present" | "$exists") => {
                if self.is_optional(arguments)
                    && let Some(argument) = arguments.pop()
                {
                    // The variable of an argument that is not given is null.
                    let null = Expr::new(fresh(self.nodes), ExprKind::Null, argument.span);
                    let sign = name.span;
                    expr.kind = ExprKind::Binary(BinaryOp::NotEqual, sign, Box::new(argument), Box::new(null));
                    expr.kind = ExprKind::Paren(Box::new(Expr { id: fresh(self.nodes), ..expr.clone() }));
                }
                return;
            }
            ExprKind::Object(members) if !assigns => {
                members.retain(|member| !(member.optional && is_of(&member.value, self.not_given)));
                return;
            }
            ExprKind::Raw(raw) => {
                raw.variables.retain(|member| !(member.optional && is_of(&member.value, self.not_given)));
                return;
            }
            ExprKind::Binary(BinaryOp::Default, _, left, right) if is_of(left, self.not_given) => {
                *expr = (**right).clone();
                return;
            }
            _ => return,
        };
        let written = Written::Words(spelled_reference(reference).into());
        let changes = match &reference.root {
            Root::StateResult(state) => self.states.contains_key(&plain(state)),
            Root::Variable(name) => !matches!(name.as_str(), "" | "$" | "states"),
            Root::Input => true,
            _ => false,
        };
        if changes {
            expr.written.get_or_insert(written);
        }
        match &mut reference.root {
            Root::StateResult(state) if self.states.contains_key(&plain(state)) => {
                *state = full_name(self.name, state);
            }
            Root::Variable(name) if !matches!(name.as_str(), "" | "$" | "states") => *name = variable(self.name, name),
            Root::Input => {
                expr.kind = self.input(reference, &mut expr.declared);
                // The parentheses around an argument belong to the fragment.
                if let ExprKind::Paren(inner) = &mut expr.kind {
                    inner.span = expr.span;
                    inner.written.clone_from(&expr.written);
                }
            }
            _ => {}
        }
    }
}

impl Substitution<'_> {
    /// Returns whether these arguments of a function are one variable that holds an optional argument of a use.
    fn is_optional(&self, arguments: &[Expr]) -> bool {
        let [Expr { kind: ExprKind::Reference(reference), .. }] = arguments else { return false };
        let Root::Variable(name) = &reference.root else { return false };
        reference.segments.is_empty() && self.nullable.contains(name)
    }

    /// Returns the name in the document for this name in the fragment, followed by `rest`.
    fn in_document(&self, own: &str, rest: &[Expr]) -> String {
        match (self.asl_name, own) {
            ("", own) => own.to_owned(),
            (name, "") if !rest.is_empty() => format!("{name}{GROUP_SEPARATOR}"),
            (name, own) => joined(name, own),
        }
    }

    /// Returns the value of `input…`.
    fn input(&mut self, reference: &Reference, declared: &mut Option<Box<Type>>) -> ExprKind {
        let Some((Segment::Member { name, optional, .. }, rest)) = reference.segments.split_first() else {
            return self.whole(reference);
        };
        let kind = match self.arguments.get(&name.value) {
            Some(Argument::Variable(variable, ty)) => ExprKind::Reference(Reference {
                word: reference.word,
                segments: rest.to_vec(),
                declared: vec![(0, ty.clone())],
                ..Reference::to(Root::Variable(variable.clone()), reference.root_span.to(name.span))
            }),
            Some(Argument::Value(value, ty)) => {
                let mut value = value.clone();
                renumber(&mut value, self.nodes);
                if rest.is_empty() {
                    *declared = Some(Box::new(ty.clone()));
                }
                selected(value, Some(ty), rest, *optional)
            }
            Some(Argument::Missing(Some(reported))) => ExprKind::Invalid(*reported),
            Some(Argument::Missing(None)) | None => ExprKind::Reference(reference.clone()),
        };
        // The reference's own steps already have new numbers.
        kind
    }

    /// Returns an object with all fields.
    fn whole(&mut self, reference: &Reference) -> ExprKind {
        let fields: Vec<_> = self.arguments.keys().cloned().collect();
        let members = fields.into_iter().map(|field| {
            let key = Text { value: field, span: reference.root_span };
            let name = Segment::Member { name: key.clone(), optional: false, quoted: Quotes::None };
            let mut declared = None;
            let kind = self.input(&Reference { segments: vec![name], ..reference.clone() }, &mut declared);
            let value = Expr { id: fresh(self.nodes), kind, span: reference.root_span, written: None, declared };
            let optional = matches!(self.arguments.get(&key.value), Some(Argument::Value(_, ty) | Argument::Variable(_, ty)) if matches!(ty.kind, TypeKind::Option(_)));
            Member { key, optional, value }
        });
        ExprKind::Object(members.collect())
    }
}

/// Returns whether a value is one of these variables, or a part of it.
fn is_of(value: &Expr, variables: &BTreeSet<String>) -> bool {
    let ExprKind::Reference(reference) = &value.kind else { return false };
    matches!(&reference.root, Root::Variable(name) if variables.contains(name))
}

/// Gives a clause a new number, and notes that its words belong to a use or copy.
pub(super) fn number_clause(clause: &mut Clause, nodes: &mut usize, number: u32) {
    clause.id = fresh(nodes);
    clause.span.in_use = number;
    match &mut clause.value {
        ClauseValue::Retrier(Retrier { errors, errors_span, .. })
        | ClauseValue::Catcher(Catcher { errors, errors_span, .. }) => {
            errors_span.in_use = number;
            errors.iter_mut().for_each(|error| error.span.in_use = number);
        }
        _ => {}
    }
}

/// Gives a value a new number, without the values in it, and notes that its words belong to a use or copy.
pub(super) fn number_expr(expr: &mut Expr, nodes: &mut usize, number: u32) {
    expr.id = fresh(nodes);
    expr.span.in_use = number;
    match &mut expr.kind {
        ExprKind::Object(members) => members.iter_mut().for_each(|member| member.key.span.in_use = number),
        ExprKind::Call { name: text, .. } | ExprKind::Jsonata(text) | ExprKind::Path(text) => {
            text.span.in_use = number;
        }
        ExprKind::Binary(_, sign, ..) => sign.in_use = number,
        ExprKind::Reference(Reference { segments, .. }) | ExprKind::Access(_, segments) => {
            segments.iter_mut().for_each(|segment| match segment {
                Segment::Member { name, .. } => name.span.in_use = number,
                Segment::Each { span, .. } => span.in_use = number,
                Segment::Slice(slice) => slice.span.in_use = number,
                Segment::Index(_) => {}
            });
        }
        _ => {}
    }
    if let ExprKind::Reference(reference) = &mut expr.kind {
        reference.root_span.in_use = number;
    }
}

/// Returns the value that these steps select from a value, whose type may be declared.
pub(super) fn selected(value: Expr, ty: Option<&Type>, steps: &[Segment], optional: bool) -> ExprKind {
    if ty.is_some() && !steps.is_empty() && lacks(&value, steps) {
        return ExprKind::Access(Box::new(Expr { declared: ty.cloned().map(Box::new), ..value }), steps.to_vec());
    }
    match (value.kind, steps.split_first()) {
        // A step after the list is a step into the list, not into each of its items.
        (ExprKind::Reference(mut reference), Some(_)) if reference.segments.iter().any(Segment::is_each) => {
            reference.declared.extend(ty.map(|ty| (reference.segments.len(), ty.clone())));
            let of = |kind| Expr::new(value.id, kind, value.span);
            let list = of(ExprKind::Paren(Box::new(of(ExprKind::Reference(reference)))));
            ExprKind::Access(Box::new(list), steps.to_vec())
        }
        (ExprKind::Reference(mut reference), _) => {
            if let (Some(Segment::Member { optional: last, .. }), true) = (reference.segments.last_mut(), optional) {
                *last = true;
            }
            reference.declared.extend(ty.map(|ty| (reference.segments.len(), ty.clone())));
            reference.segments.extend_from_slice(steps);
            ExprKind::Reference(reference)
        }
        (ExprKind::Paren(inner), Some(_)) => selected(*inner, ty, steps, optional),
        (ExprKind::Object(members), Some((Segment::Member { name, .. }, rest)))
            if members.iter().any(|member| member.key.value == name.value) =>
        {
            let member = members.into_iter().find(|member| member.key.value == name.value);
            let of = match value.written {
                Some(Written::Item(of)) => Some(Written::Item(format!("{of}.{}", name.value).into())),
                _ => None,
            };
            member.map_or(ExprKind::Null, |member| selected(Expr { written: of, ..member.value }, None, rest, false))
        }
        (ExprKind::Array(mut items), Some((Segment::Index(Expr { kind: ExprKind::Number(index), .. }), rest)))
            if index.parse().is_ok_and(|index: usize| index < items.len()) =>
        {
            let index = index.parse().unwrap_or_default();
            selected(items.swap_remove(index), None, rest, false)
        }
        (ExprKind::Invalid(reported), _) => ExprKind::Invalid(reported),
        (kind, Some(_)) => {
            let declared = ty.cloned().map(Box::new);
            ExprKind::Access(Box::new(Expr { kind, declared, ..value }), steps.to_vec())
        }
        // Parentheses keep the precedence of the enclosing operators.
        (kind @ (ExprKind::Binary(..) | ExprKind::Unary(..) | ExprKind::If(..)), None) => {
            ExprKind::Paren(Box::new(Expr::new(value.id, kind, value.span)))
        }
        (kind, None) => kind,
    }
}

/// Returns whether a literal has no member that these steps name.
fn lacks(value: &Expr, steps: &[Segment]) -> bool {
    match (&value.kind, steps.split_first()) {
        (ExprKind::Paren(inner), _) => lacks(inner, steps),
        (ExprKind::Object(members), Some((Segment::Member { name, .. }, rest))) => {
            members.iter().find(|member| member.key.value == name.value).is_none_or(|member| lacks(&member.value, rest))
        }
        (ExprKind::Array(items), Some((Segment::Index(Expr { kind: ExprKind::Number(index), .. }), rest))) => {
            index.parse().is_ok_and(|index: usize| items.get(index).is_some_and(|item| lacks(item, rest)))
        }
        _ => false,
    }
}

/// Returns the name of a fragment's variable in a use.
pub(crate) fn variable(name: &str, variable: &str) -> String {
    format!("{}_{variable}", name.trim_start_matches('_'))
}

/// Returns the number of a new node.
pub(super) fn fresh(nodes: &mut usize) -> NodeId {
    *nodes += 1;
    NodeId(*nodes)
}

/// Gives all nodes of a value new numbers.
pub(super) fn renumber(value: &mut Expr, nodes: &mut usize) {
    super::walk::expr(value, &mut Numbers(nodes));
}

/// Gives all nodes of clauses new numbers.
pub(super) fn renumber_clauses(clauses: &mut [Clause], nodes: &mut usize) {
    super::walk::clauses(clauses, &mut Numbers(nodes));
}

struct Numbers<'n>(&'n mut usize);

impl Change for Numbers<'_> {
    fn clause(&mut self, clause: &mut Clause) {
        clause.id = fresh(self.0);
    }

    fn expr(&mut self, expr: &mut Expr) {
        expr.id = fresh(self.0);
    }
}

/// Returns an identifier with the given name and the span of another identifier.
pub(super) fn named(name: &str, at: &Ident) -> Ident {
    Ident::new(name, at.span())
}
