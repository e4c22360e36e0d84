//! Checks what a fragment alone cannot have: names of the workflow around it. Everything else is checked as in a workflow.

use std::collections::{BTreeMap, BTreeSet};

use workflow_asl::Code;

use super::walk::{self, Change};
use crate::problem::{Problem, Problems};
use crate::syntax::ast::{
    Clause, ClauseValue, DeclarationKind, Expr, ExprKind, FieldDecl, Reference, Repetition, Root, Segment, Shape,
    State, Target, TokenSpan, Type, TypeKind, Workflow, plain,
};
use crate::syntax::keyword::ClauseKind;

/// Returns the fields of a fragment's input.
pub(super) fn input(fragment: &Workflow) -> &[FieldDecl] {
    match fragment.input() {
        Some((_, Shape::Fields(fields))) => fields,
        _ => &[],
    }
}

/// Reports the problems of a fragment, and adds the fields of its input that it does not read to `unused`.
pub(super) fn check(fragment: &mut Workflow, problems: &mut Problems, unused: &mut Vec<Problem>) {
    let mut variables = Variables::default();
    walk::body(&mut fragment.body, &mut variables);
    let mut check = Check {
        name: plain(&fragment.name),
        types: input(fragment).iter().map(|field| (plain(&field.name), field.ty.clone())).collect(),
        no_lists: BTreeSet::new(),
        read: BTreeSet::new(),
        variables: &variables.0,
        maps: 0,
        problems,
    };
    walk::body(&mut fragment.body, &mut check);
    let (read, no_lists) = (std::mem::take(&mut check.read), std::mem::take(&mut check.no_lists));
    for declaration in &mut fragment.declarations {
        // Its uses may give lists.
        if let DeclarationKind::Input(Shape::Fields(fields)) = &mut declaration.kind {
            let wrong = fields.iter_mut().filter(|field| no_lists.contains(&plain(&field.name)));
            wrong.for_each(|field| field.ty.kind = TypeKind::Json);
        }
    }
    if fragment.body.is_broken() {
        return;
    }
    for field in input(fragment).iter().filter(|field| !read.contains(&plain(&field.name))) {
        let name = plain(&field.name);
        let message = format!("the input `{name}` of the fragment `{}` is not used", plain(&fragment.name));
        let problem = Problem::new(Code::UnusedParam, field.name.span(), message);
        unused.push(problem.help(format!("read it as `input.{name}`, or remove it")));
    }
}

/// Returns a description of a type, if no list has this type.
fn no_list(ty: &Type) -> Option<&'static str> {
    match ty.kind {
        TypeKind::String | TypeKind::Timestamp | TypeKind::Arn => Some("text"),
        TypeKind::Bool => Some("a truth value"),
        TypeKind::Integer(_) | TypeKind::Float(_) => Some("a number"),
        TypeKind::Map(_) => Some("a map"),
        _ => None,
    }
}

/// Marks the states whose target is missing, so that the missing transition is not reported too.
pub(super) struct WithoutTarget;

impl Change for WithoutTarget {
    fn state(&mut self, state: &mut State) {
        let missing = state.targets().find_map(|target| match target {
            Target::Missing(_, reported) => Some(*reported),
            _ => None,
        });
        state.broken = state.broken.or(missing);
    }
}

/// The variables that a fragment assigns.
#[derive(Default)]
struct Variables(BTreeSet<String>);

impl Change for Variables {
    fn clause(&mut self, clause: &mut Clause) {
        if let (ClauseKind::Assign, ClauseValue::Expr(Expr { kind: ExprKind::Object(members), .. })) =
            (clause.kind, &clause.value)
        {
            let keys = members.iter().map(|member| member.key.value.as_str());
            self.0.extend(keys.map(|key| key.strip_suffix(".$").unwrap_or(key).to_owned()));
        }
    }
}

struct Check<'c> {
    name: String,
    /// The fields of the input that are read.
    read: BTreeSet<String>,
    variables: &'c BTreeSet<String>,
    /// The fields of the input with their types, and the repeated fields that are not lists.
    types: BTreeMap<String, Type>,
    no_lists: BTreeSet<String>,
    /// The number of enclosing maps.
    maps: usize,
    problems: &'c mut Problems,
}

impl Check<'_> {
    fn outside(&mut self, span: impl Into<TokenSpan>, message: String, help: impl Into<String>) {
        self.problems.push(Problem::new(Code::OutsideFragment, span, message).help(help));
    }

    /// Returns whether the fragment declares the base of a reference.
    fn knows(&mut self, reference: &Reference) -> bool {
        let (name, span) = (self.name.clone(), reference.root_span);
        match &reference.root {
            Root::Input => {
                match reference.segments.first() {
                    Some(Segment::Member { name, .. }) if self.types.contains_key(&name.value) => {
                        self.read.insert(name.value.clone());
                    }
                    Some(Segment::Member { name: field, .. }) => {
                        let message = format!("the input of the fragment `{name}` has no field `{}`", field.value);
                        let problem = Problem::new(Code::UnknownInputField, field.span, message);
                        let problem = problem.suggest(&field.value, self.types.keys().map(String::as_str));
                        let help = || "declare it in `input`, and give it where the fragment is used".to_owned();
                        self.problems.push(problem.or_help(help));
                        return false;
                    }
                    _ => self.read.extend(self.types.keys().cloned()),
                }
                true
            }
            Root::Params => {
                let message = format!("`params` is not available in the fragment `{name}`");
                let param = reference.segments.first().and_then(Segment::member).map_or("bucket", |name| &name.value);
                let given = format!("`{{ {param}: params.{param} }}`");
                let help = format!("declare the value in `input`, and pass it where the fragment is used: {given}");
                self.outside(span, message, help);
                false
            }
            Root::Item if self.maps == 0 => {
                let message = format!("`item` is not available here: the fragment `{name}` has no map around it");
                let help = "declare the value in `input`, and pass it where the fragment is used: `{ item: item }`";
                self.outside(span, message, help);
                false
            }
            _ => true,
        }
    }

    /// Reports a string that reads a variable. Each use renames the variables, and the renaming does not change
    /// strings.
    fn text(&mut self, text: &str, span: TokenSpan) {
        let ends = |rest: &str| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_');
        let reads = |name: &&String| {
            let sign = format!("${name}");
            text.match_indices(&sign).any(|(at, _)| text.get(at + sign.len()..).is_some_and(ends))
        };
        if let Some(name) = self.variables.iter().find(reads) {
            let message = format!("text cannot read the variable `${name}` of a fragment: each use has its own");
            self.outside(span, message, format!("write the reference `${name}` outside the text"));
        }
    }
}

impl Change for Check<'_> {
    fn map(&mut self, entered: bool) {
        self.maps = if entered { self.maps + 1 } else { self.maps - 1 };
    }

    fn repetition(&mut self, repetition: &Repetition, entered: bool) {
        let Some(name) = repetition.field.as_ref().filter(|_| entered) else { return };
        let Some(found) = self.types.get(name).and_then(no_list) else { return };
        let message = format!("`for` takes a list, and `input.{name}` is {found}");
        let problem = Problem::new(Code::NotRepeated, repetition.list.span, message);
        self.problems.push(problem.help(format!("declare it as a list: `input {{ {name}: Vec<String> }}`")));
        self.no_lists.insert(name.clone());
    }

    fn clause(&mut self, clause: &mut Clause) {
        if let ClauseValue::Named(name) = &clause.value {
            let (word, name) = (clause.kind.keyword(), name.clone());
            let message = format!("the fragment `{}` has no `{word}` with the name `{name}`", self.name);
            let problem = Problem::new(Code::UnknownHandler, name.span(), message);
            self.problems.push(problem.help(format!("write it out: `{word} [Errors…] …`")));
            clause.value = ClauseValue::None(name);
        }
    }

    fn expr(&mut self, expr: &mut Expr) {
        let known = match &expr.kind {
            ExprKind::Reference(reference) => self.knows(reference),
            ExprKind::Jsonata(text) | ExprKind::Path(text) => {
                self.text(&text.value, text.span);
                true
            }
            ExprKind::Text(text) if text.starts_with("{%") || text.starts_with('$') => {
                self.text(text, expr.span);
                true
            }
            _ => true,
        };
        if let (false, Some(reported)) = (known, self.problems.reported()) {
            expr.kind = ExprKind::Invalid(reported);
        }
    }
}
