//! The arguments of a use, by the fields of the fragment's input, and the state that computes the arguments that must
//! be computed once.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use proc_macro2::Ident;
use workflow_asl::nearest::nearest;
use workflow_asl::{Code, StateKind};

use super::substitute::{self, Argument, fresh, named, renumber, variable};
use super::walk::{self, Change};
use super::{Inliner, definition, state};
use crate::problem::Problem;
use crate::syntax::ast::{
    BinaryOp, Body, Clause, ClauseValue, Expr, ExprKind, Head, Member, Reference, Root, State, Text, TypeKind, Use,
    Workflow, plain,
};
use crate::syntax::keyword::ClauseKind;

impl Inliner<'_> {
    /// Returns the arguments by field of the input, and a state that computes some of them first, if one is needed.
    pub(super) fn arguments(
        &mut self,
        used: &mut Use,
        fragment: &Workflow,
    ) -> (IndexMap<String, Argument>, Option<State>) {
        let fields = definition::input(fragment);
        let name = plain(&fragment.name);
        // The field that a misspelt argument means is not reported as missing.
        let mut meant = Vec::new();
        for member in &used.arguments {
            let key = &member.key;
            if let Some(field) = fields.iter().find(|field| plain(&field.name) == key.value) {
                if member.optional && !matches!(field.ty.kind, TypeKind::Option(_)) {
                    let message = format!("the argument `{}` cannot be omitted", key.value);
                    let problem = Problem::new(Code::FragmentArgument, key.span, message);
                    self.problems.push(problem.help(format!("write `{}: …`, with a default after `??`", key.value)));
                }
                continue;
            }
            // The key may be made of a value without one.
            if used.broken.is_some() {
                continue;
            }
            let message = format!("the fragment `{name}` has no input `{}`", key.value);
            let problem = Problem::new(Code::FragmentArgument, key.span, message);
            let names: Vec<_> = fields.iter().map(|field| plain(&field.name)).collect();
            let given = |name: &&String| used.arguments.iter().any(|member| member.key.value == **name);
            let free = names.iter().filter(|name| !given(name)).map(String::as_str);
            self.problems.push(match nearest(&key.value, free) {
                Some(near) => {
                    meant.push(near.to_owned());
                    problem.did_you_mean(near, near)
                }
                None if names.is_empty() => problem.help("it takes no arguments"),
                None => problem.help(format!("its input is `{}`", names.join("`, `"))),
            });
        }
        let missing: Vec<_> = fields
            .iter()
            .filter(|field| !matches!(field.ty.kind, TypeKind::Option(_)))
            .map(|field| plain(&field.name))
            .filter(|field| used.arguments.iter().all(|member| member.key.value != *field) && !meant.contains(field))
            .collect();
        if !missing.is_empty() && used.broken.is_none() {
            let list =
                |each: fn(&String) -> String, sign: &str| missing.iter().map(each).collect::<Vec<_>>().join(sign);
            let names = list(|field| format!("`{field}`"), ", ");
            let message = format!("the use `{}` does not give {names}, which `{name}` needs", used.name);
            let written = list(|field| format!("{field}: …"), ", ");
            let help = match used.arguments.is_empty() {
                true => format!("write `{{ {written} }}` after the name of the use"),
                false => format!("add it in the braces: `{written}`"),
            };
            self.problems.push(Problem::new(Code::FragmentArgument, used.name.span(), message).help(help));
        }
        let mut arguments = IndexMap::new();
        let mut computed: Vec<Member> = Vec::new();
        for field in fields {
            let field_name = plain(&field.name);
            let ty = field.ty.clone();
            let absent;
            let given = used.arguments.iter().find(|member| member.key.value == field_name);
            let member = match given {
                Some(member) => member,
                // An optional argument that is not given is null where the fragment does more than to omit it.
                None if matches!(ty.kind, TypeKind::Option(_)) => {
                    let span = used.name.span().into();
                    let key = Text { value: field_name.clone(), span };
                    let value = Expr::new(fresh(&mut self.nodes), ExprKind::Null, span);
                    absent = Member { key, optional: false, value };
                    self.not_given.insert(variable(&plain(&used.name), &field_name));
                    &absent
                }
                None => {
                    arguments.insert(field_name, Argument::Missing(self.problems.reported()));
                    continue;
                }
            };
            let optional = matches!(ty.kind, TypeKind::Option(_)) && !is_reference(&member.value);
            let argument = if substitute::is_stable(&member.value) && !optional {
                Argument::Value(member.value.clone(), ty)
            } else {
                let variable = variable(&plain(&used.name), &field_name);
                let mut value = member.value.clone();
                renumber(&mut value, &mut self.nodes);
                if matches!(ty.kind, TypeKind::Option(_)) && (member.optional || is_read(&value)) {
                    let null = Expr::made(ExprKind::Null, value.span);
                    let span = value.span;
                    let kind = ExprKind::Binary(BinaryOp::Default, span, Box::new(value), Box::new(null));
                    value = Expr::new(fresh(&mut self.nodes), kind, span);
                }
                computed.push(Member {
                    key: Text { value: variable.clone(), span: member.key.span },
                    value,
                    optional: false,
                });
                if matches!(ty.kind, TypeKind::Option(_)) {
                    self.nullable.insert(variable.clone());
                }
                Argument::Variable(variable, ty)
            };
            arguments.insert(field_name, argument);
        }
        let first = (!computed.is_empty()).then(|| {
            let span = used.name.span().into();
            let value = Expr::new(fresh(&mut self.nodes), ExprKind::Object(computed), span);
            State {
                clauses: vec![assign(value, &mut self.nodes, &used.name)],
                ..state(used, StateKind::Pass, Head::Pass { value: None })
            }
        });
        (arguments, first)
    }

    /// Returns the state that computes arguments, without the arguments that are not given and that no state reads, or
    /// `None` if it computes nothing else.
    pub(super) fn without_unread(&self, mut first: State, body: &mut Body) -> Option<State> {
        let mut read = VariablesRead::default();
        walk::body(body, &mut read);
        let is_needed =
            |member: &Member| !self.not_given.contains(&member.key.value) || read.0.contains(&member.key.value);
        for clause in &mut first.clauses {
            if let ClauseValue::Expr(Expr { kind: ExprKind::Object(members), .. }) = &mut clause.value {
                members.retain(is_needed);
            }
        }
        let is_empty = assigned(&first).next().is_none();
        (!is_empty).then_some(first)
    }
}

/// Returns a clause that assigns the members of an object, at a name.
pub(super) fn assign(object: Expr, nodes: &mut usize, at: &Ident) -> Clause {
    let kind = ClauseKind::Assign;
    let (keyword, value) = (named(kind.keyword(), at), ClauseValue::Expr(object));
    Clause { id: fresh(nodes), comment: None, keyword, kind, value, span: at.span().into() }
}

/// The variables that are read.
#[derive(Default)]
struct VariablesRead(BTreeSet<String>);

impl Change for VariablesRead {
    fn expr(&mut self, expr: &mut Expr) {
        if let ExprKind::Reference(Reference { root: Root::Variable(name), .. }) = &expr.kind {
            self.0.insert(name.clone());
        }
    }
}

/// Returns the members that the state before a use assigns.
pub(super) fn assigned(first: &State) -> impl Iterator<Item = &Member> {
    first.clauses.iter().flat_map(|clause| match &clause.value {
        ClauseValue::Expr(Expr { kind: ExprKind::Object(members), .. }) => members.as_slice(),
        _ => &[],
    })
}

/// Returns whether a value may be absent, by its syntax alone.
fn is_read(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Access(..) => true,
        ExprKind::Call { name, .. } => name.value.starts_with('$'),
        _ => is_reference(value),
    }
}

fn is_reference(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Reference(_) => true,
        ExprKind::Paren(inner) => is_reference(inner),
        _ => false,
    }
}
