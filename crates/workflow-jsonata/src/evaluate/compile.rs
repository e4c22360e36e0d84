//! Compiles the syntax tree to a program, in the same way as the reference implementation transforms its tree.

use std::ops::Range;

use serde_json::{Number, Value};

use super::fold;
use super::program::{
    CallExpr, Expr, ExprKind, Extra, Group, LABELS, Lambda, Operator, Program, Stage, Steps, Sym, Term, Transform,
};
use super::signature::Signature;
use crate::functions::{Origin, function};
use crate::number::{BEYOND_LONG, long};
use crate::regex::Regex;
use crate::syntax::ast::{Node, NodeKind, SortTerm};
use crate::syntax_error::SyntaxError;

type Compiled = Result<Expr, SyntaxError>;

/// A `%`. Its value is the value from which an earlier step was taken.
#[derive(Debug)]
struct Slot {
    /// How many steps up the parent is still sought; 0 if it is found.
    level: usize,
    label: Sym,
}

struct Compiler {
    names: Vec<String>,
    /// The names that the expression binds.
    bound: Vec<Sym>,
    slots: Vec<Slot>,
}

/// Compiles an expression.
///
/// # Errors
/// Fails if a regular expression is invalid, or if a `%` has no parent.
pub(crate) fn compile(root: &Node) -> Result<Program, SyntaxError> {
    let mut compiler = Compiler { names: Vec::new(), bound: Vec::new(), slots: Vec::new() };
    let mut root = compiler.node(root)?;
    fold::finish(&mut root, &|slot| compiler.slots.get(slot).map_or(LABELS, |slot| slot.label), &|name| {
        compiler.bound.contains(&name)
    });
    let binds = fold::binds(&root);
    let native = |name: &String| function(name).filter(|row| row.origin != Origin::Removed);
    let natives = compiler.names.iter().map(native).collect();
    Ok(Program { root, names: compiler.names, natives, binds })
}

/// Returns an error if the reference implementation compiles it to a literal, which cannot be a step.
fn no_step(node: &Expr) -> SyntaxError {
    SyntaxError::coded(
        "S0217",
        node.span.start,
        "The object representing the 'parent' cannot be derived from this expression",
    )
}

impl Compiler {
    fn symbol(&mut self, name: &str) -> Sym {
        let at = self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        at as Sym
    }

    fn bind(&mut self, name: &str) -> Sym {
        let symbol = self.symbol(name);
        if !self.bound.contains(&symbol) {
            self.bound.push(symbol);
        }
        symbol
    }

    fn node(&mut self, node: &Node) -> Compiled {
        self.kept(node, false)
    }

    /// `keep` means that `[]` follows it, or follows its predicates.
    fn kept(&mut self, node: &Node, keep: bool) -> Compiled {
        match &node.kind {
            NodeKind::KeepArray(inner) => self.kept(inner, true),
            NodeKind::Predicate(inner, filter) => self.predicate(inner, filter, keep),
            _ => {
                let mut made = self.bare(node, keep)?;
                made.keep_array |= keep;
                Ok(made)
            }
        }
    }

    fn boxed(&mut self, node: &Node) -> Result<Box<Expr>, SyntaxError> {
        self.node(node).map(Box::new)
    }

    fn bare(&mut self, node: &Node, keep: bool) -> Compiled {
        let span = node.span.clone();
        let constant = |value| Ok(Expr::new(ExprKind::Constant(value), span.clone()));
        match &node.kind {
            NodeKind::Name(name) => {
                let mut step = Expr::new(ExprKind::Name(name.clone()), span.clone());
                step.keep_array = keep;
                Ok(Expr::new(ExprKind::Path(Steps { steps: vec![step], keep_singleton: keep }), span))
            }
            NodeKind::String(text) => constant(Value::String(text.clone())),
            NodeKind::Number(number) => constant(number_value(*number)),
            NodeKind::Bool(flag) => constant(Value::Bool(*flag)),
            NodeKind::Null => constant(Value::Null),
            NodeKind::Variable(name) if name.is_empty() => Ok(Expr::new(ExprKind::Context, span)),
            NodeKind::Variable(name) => {
                let symbol = self.symbol(name);
                Ok(Expr::new(ExprKind::Variable(symbol), span))
            }
            NodeKind::Regex { pattern, flags } => match Regex::compile(pattern, flags) {
                Ok(regex) => Ok(Expr::new(ExprKind::Regex(Box::new(regex)), span)),
                Err(fault) => {
                    let reason = fault.token.unwrap_or_default();
                    Err(SyntaxError::coded(fault.code, span.start, format!("Invalid regular expression: {reason}")))
                }
            },
            NodeKind::Verbatim(_) => Err(SyntaxError::new(span.start, "an expression is not parsed".to_owned())),
            NodeKind::Wildcard => Ok(Expr::new(ExprKind::Wildcard, span)),
            NodeKind::Descendants => Ok(Expr::new(ExprKind::Descendants, span)),
            NodeKind::Parent => {
                let slot = self.slots.len();
                self.slots.push(Slot { level: 1, label: LABELS + slot as Sym });
                Ok(Expr::new(ExprKind::Parent(slot), span))
            }
            NodeKind::Path(steps) => self.path(steps, span),
            NodeKind::Predicate(inner, filter) => self.predicate(inner, filter, keep),
            NodeKind::KeepArray(inner) => self.kept(inner, true),
            NodeKind::Group(inner, pairs) => {
                let mut made = self.node(inner)?;
                let pairs = self.pairs(pairs)?;
                made.extra().group = Some(Group { pairs, plain: false, span });
                Ok(made)
            }
            NodeKind::Sort(inner, terms) => self.sort(inner, terms, span),
            NodeKind::Focus(inner, name) => {
                let mut made = self.node(inner)?;
                let symbol = self.bind(name);
                at_last_step(&mut made, |step| {
                    step.keep_array |= keep;
                    step.extra().focus = Some(symbol);
                    step.extra().tuple = true;
                });
                Ok(made)
            }
            NodeKind::Index(inner, name) => self.index(inner, name, span),
            NodeKind::Negate(inner) => self.negate(inner, span),
            NodeKind::Array(items) => {
                let items = items.iter().map(|item| self.node(item)).collect::<Result<Vec<_>, _>>()?;
                let seeking = seeking_of(items.iter());
                Ok(with_seeking(Expr::new(ExprKind::Array { items, constructed: false }, span), seeking))
            }
            NodeKind::Range(left, right) => {
                let both = Box::new((self.node(left)?, self.node(right)?));
                let seeking = seeking_of([&both.0, &both.1].into_iter());
                Ok(with_seeking(Expr::new(ExprKind::Range(both), span), seeking))
            }
            NodeKind::Object(pairs) => {
                let pairs = self.pairs(pairs)?;
                let seeking = seeking_of(pairs.iter().flat_map(|(key, value)| [key, value]));
                Ok(with_seeking(
                    Expr::new(ExprKind::Object(Group { pairs, plain: false, span: span.clone() }), span),
                    seeking,
                ))
            }
            NodeKind::Block(parts) => {
                let parts = parts.iter().map(|part| self.node(part)).collect::<Result<Vec<_>, _>>()?;
                let seeking = seeking_of(parts.iter());
                let constructed = parts.iter().any(is_constructed_first);
                Ok(with_seeking(Expr::new(ExprKind::Block { parts, frame: true, constructed }, span), seeking))
            }
            NodeKind::Binary(sign, left, right) => {
                let both = Box::new((self.node(left)?, self.node(right)?));
                let seeking = seeking_of([&both.0, &both.1].into_iter());
                let Some(operator) = Operator::from_sign(sign) else {
                    return Err(SyntaxError::coded("S0204", span.start, format!("Unknown operator: \"{sign}\"")));
                };
                Ok(with_seeking(Expr::new(ExprKind::Binary(operator, both), span), seeking))
            }
            NodeKind::Apply(left, right) => {
                let both = Box::new((self.node(left)?, self.node(right)?));
                let keep_array = both.0.keep_array || both.1.keep_array;
                Ok(Expr { keep_array, ..Expr::new(ExprKind::Apply(both), span) })
            }
            NodeKind::Bind(name, value) => {
                let symbol = self.bind(name);
                let value = self.boxed(value)?;
                let seeking = seeking_of(std::iter::once(&*value));
                Ok(with_seeking(Expr::new(ExprKind::Bind(symbol, value), span), seeking))
            }
            NodeKind::Condition(test, then, otherwise) => {
                let test = self.node(test)?;
                let then = self.node(then)?;
                let otherwise = otherwise.as_ref().map(|otherwise| self.node(otherwise)).transpose()?;
                let seeking = seeking_of([&test, &then].into_iter().chain(otherwise.as_ref()));
                Ok(with_seeking(Expr::new(ExprKind::Condition(Box::new((test, then, otherwise))), span), seeking))
            }
            NodeKind::Call(procedure, arguments) => {
                let arguments = arguments.iter().map(|argument| self.node(argument).map(Some));
                let arguments = arguments.collect::<Result<Vec<_>, _>>()?;
                self.call(procedure, arguments, span, false)
            }
            NodeKind::Partial(procedure, arguments) => {
                let mut made = Vec::new();
                for argument in arguments {
                    made.push(argument.as_ref().map(|argument| self.node(argument)).transpose()?);
                }
                self.call(procedure, made, span, true)
            }
            NodeKind::Lambda { params, signature, body } => {
                let params = params.iter().map(|param| self.bind(param)).collect();
                let body = tail(self.node(body)?, true);
                let signature = signature.as_deref().map(Signature::parse);
                Ok(Expr::new(ExprKind::Lambda(Box::new(Lambda { params, signature, body })), span))
            }
            NodeKind::Transform { pattern, update, delete } => {
                let transform = Transform {
                    pattern: self.node(pattern)?,
                    update: self.node(update)?,
                    delete: delete.as_ref().map(|delete| self.node(delete)).transpose()?,
                    clone: self.symbol("clone"),
                    span: span.clone(),
                };
                Ok(Expr::new(ExprKind::Transform(Box::new(transform)), span))
            }
        }
    }

    fn pairs(&mut self, pairs: &[(Node, Node)]) -> Result<Vec<(Expr, Expr)>, SyntaxError> {
        pairs.iter().map(|(key, value)| Ok((self.node(key)?, self.node(value)?))).collect()
    }

    fn negate(&mut self, inner: &Node, span: Range<usize>) -> Compiled {
        let inner = self.node(inner)?;
        let number = match &inner.kind {
            ExprKind::Constant(Value::Number(number)) => number.as_f64(),
            _ => None,
        };
        if let Some(number) = number {
            return Ok(Expr { kind: ExprKind::Constant(number_value(-number)), span, ..inner });
        }
        let seeking = seeking_of(std::iter::once(&inner));
        Ok(with_seeking(Expr::new(ExprKind::Negate(Box::new(inner)), span), seeking))
    }

    fn call(&mut self, procedure: &Node, arguments: Vec<Option<Expr>>, span: Range<usize>, partial: bool) -> Compiled {
        let seeking = seeking_of(arguments.iter().flatten());
        let procedure = self.node(procedure)?;
        let (name, bare) = match &procedure.kind {
            ExprKind::Variable(symbol) => (self.names.get(*symbol as usize).cloned(), None),
            ExprKind::Path(path) => match path.steps.first().map(|step| &step.kind) {
                Some(ExprKind::Name(name)) => (Some(name.clone()), Some(name.clone())),
                _ => (None, None),
            },
            _ => (None, None),
        };
        let bare = bare.map(|name| self.symbol(&name));
        let call = Box::new(CallExpr { procedure, arguments, name, bare });
        let kind = if partial { ExprKind::Partial(call) } else { ExprKind::Call(call) };
        Ok(with_seeking(Expr::new(kind, span), seeking))
    }

    /// Compiles each dot separately, like the reference implementation.
    fn path(&mut self, nodes: &[Node], span: Range<usize>) -> Compiled {
        let Some((first, rest)) = nodes.split_first() else {
            return Ok(Expr::new(ExprKind::Constant(Value::Null), span));
        };
        let mut made = into_path(self.node(first)?, span.clone());
        // The number of steps already examined, so that a long path takes linear time.
        let mut known = 0;
        for node in rest {
            if let ExprKind::Path(path) = &made.kind
                && let [Expr { kind: ExprKind::Parent(slot), .. }] = path.steps.as_slice()
            {
                made.extra().seeking = vec![*slot];
            }
            let mut next = self.node(node)?;
            let ExprKind::Path(path) = &mut made.kind else { continue };
            if let ExprKind::Path(steps) = next.kind {
                path.steps.extend(steps.steps);
            } else {
                filters_to_stages(&mut next);
                path.steps.push(next);
            }
            for step in path.steps.iter_mut().skip(known) {
                if let ExprKind::Constant(Value::String(name)) = &mut step.kind {
                    step.kind = ExprKind::Name(std::mem::take(name));
                }
                path.keep_singleton |= step.keep_array;
            }
            known = path.steps.len();
            let last = path.steps.len().saturating_sub(1);
            for at in [0, last] {
                if let Some(Expr { kind: ExprKind::Array { constructed, .. }, .. }) = path.steps.get_mut(at) {
                    *constructed = true;
                }
            }
            self.resolve(&mut made)?;
        }
        made.span = span;
        Ok(made)
    }

    fn predicate(&mut self, inner: &Node, filter: &Node, keep: bool) -> Compiled {
        let mut made = self.kept(inner, keep)?;
        let filter = self.node(filter)?;
        let is_path = made.is_path();
        let sought = filter.extra.as_ref().map(|extra| extra.seeking.clone()).unwrap_or_default();
        at_last_step(&mut made, |step| {
            for slot in &sought {
                match self.slots.get_mut(*slot) {
                    Some(found) if found.level != 1 => found.level = found.level.saturating_sub(1),
                    Some(_) => self.seek(step, *slot)?,
                    None => {}
                }
            }
            if !sought.is_empty() {
                step.extra().seeking.extend(sought);
            }
            if is_path {
                step.extra().stages.push(Stage::Filter(filter));
            } else {
                step.extra().predicates.push(filter);
            }
            Ok(())
        })?;
        Ok(made)
    }

    fn sort(&mut self, inner: &Node, terms: &[SortTerm], span: Range<usize>) -> Compiled {
        let mut made = into_path(self.node(inner)?, span.clone());
        let mut keys = Vec::new();
        for term in terms {
            keys.push(Term { descending: term.descending, key: self.node(&term.key)? });
        }
        let seeking = seeking_of(keys.iter().map(|term| &term.key));
        if let ExprKind::Path(path) = &mut made.kind {
            path.steps.push(with_seeking(Expr::new(ExprKind::Sort(keys), span), seeking));
        }
        self.resolve(&mut made)?;
        Ok(made)
    }

    fn index(&mut self, inner: &Node, name: &str, span: Range<usize>) -> Compiled {
        let mut made = self.node(inner)?;
        let symbol = self.bind(name);
        if !made.is_path() {
            filters_to_stages(&mut made);
            made = into_path(made, span);
        }
        at_last_step(&mut made, |step| {
            let extra = step.extra();
            if extra.stages.is_empty() {
                extra.index = Some(symbol);
            } else {
                extra.stages.push(Stage::Index(symbol));
            }
            extra.tuple = true;
        });
        Ok(made)
    }

    /// Finds the parents that the last step of a path seeks among the earlier steps.
    fn resolve(&mut self, path: &mut Expr) -> Result<(), SyntaxError> {
        let ExprKind::Path(Steps { steps, .. }) = &mut path.kind else { return Ok(()) };
        let Some((last, before)) = steps.split_last_mut() else { return Ok(()) };
        let mut sought = last.extra.as_ref().map(|extra| extra.seeking.clone()).unwrap_or_default();
        if let ExprKind::Parent(slot) = last.kind {
            sought.push(slot);
            last.extra().seeking.push(slot);
        }
        let mut open = Vec::new();
        for slot in sought {
            let mut at = before.len();
            while self.level(slot) > 0 {
                let Some(mut next) = at.checked_sub(1) else {
                    open.push(slot);
                    break;
                };
                // Consecutive steps that bind their focus count as one.
                let binds = |at: usize| before.get(at).is_some_and(|step| step.focus().is_some());
                while next > 0 && binds(next) && binds(next - 1) {
                    next -= 1;
                }
                at = next;
                if let Some(step) = before.get_mut(next) {
                    self.seek(step, slot)?;
                }
            }
        }
        if !open.is_empty() {
            path.extra().seeking.extend(open);
        }
        Ok(())
    }

    fn level(&self, slot: usize) -> usize {
        self.slots.get(slot).map_or(0, |slot| slot.level)
    }

    /// Makes a step remember its parent if the slot seeks it.
    fn seek(&mut self, step: &mut Expr, slot: usize) -> Result<(), SyntaxError> {
        match &mut step.kind {
            ExprKind::Name(_) | ExprKind::Wildcard => {
                let Some(sought) = self.slots.get_mut(slot) else { return Ok(()) };
                sought.level = sought.level.saturating_sub(1);
                if sought.level == 0 {
                    let extra = step.extra.get_or_insert_default();
                    if let Some(label) = extra.ancestor.and_then(|known| self.slots.get(known)).map(|known| known.label)
                        && let Some(sought) = self.slots.get_mut(slot)
                    {
                        sought.label = label;
                    }
                    extra.ancestor = Some(slot);
                    extra.tuple = true;
                }
            }
            ExprKind::Parent(_) => {
                if let Some(sought) = self.slots.get_mut(slot) {
                    sought.level += 1;
                }
            }
            ExprKind::Block { parts, .. } => {
                if let Some(last) = parts.last_mut() {
                    self.seek(last, slot)?;
                    step.extra().tuple = true;
                }
            }
            ExprKind::Path(path) => {
                for (past, step) in path.steps.iter_mut().rev().enumerate() {
                    if past > 0 && self.level(slot) == 0 {
                        break;
                    }
                    self.seek(step, slot)?;
                }
                step.extra().tuple = true;
            }
            _ => return Err(no_step(step)),
        }
        Ok(())
    }
}

/// Returns a number as JSON: integers without a fraction.
pub(crate) fn number_value(number: f64) -> Value {
    if number == BEYOND_LONG {
        return Value::from(i64::MAX);
    }
    if let Some(whole) = long(number) {
        return Value::from(whole);
    }
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

/// Returns the parents that parts seek outside of themselves.
fn seeking_of<'e>(parts: impl Iterator<Item = &'e Expr>) -> Vec<usize> {
    let mut all = Vec::new();
    for part in parts {
        all.extend(part.extra.iter().flat_map(|extra| extra.seeking.iter().copied()));
        if let ExprKind::Parent(slot) = part.kind {
            all.push(slot);
        }
    }
    all
}

fn with_seeking(mut made: Expr, seeking: Vec<usize>) -> Expr {
    if !seeking.is_empty() {
        made.extra().seeking = seeking;
    }
    made
}

fn into_path(first: Expr, span: Range<usize>) -> Expr {
    if first.is_path() {
        return first;
    }
    Expr::new(ExprKind::Path(Steps { steps: vec![first], keep_singleton: false }), span)
}

/// Applies a function to the last step of a path, or to an expression that is not a path.
fn at_last_step<R>(made: &mut Expr, act: impl FnOnce(&mut Expr) -> R) -> R {
    if let ExprKind::Path(Steps { steps, .. }) = &mut made.kind
        && let Some(last) = steps.last_mut()
    {
        return act(last);
    }
    act(made)
}

fn filters_to_stages(step: &mut Expr) {
    if let Some(extra) = &mut step.extra {
        let Extra { predicates, stages, .. } = &mut **extra;
        stages.extend(predicates.drain(..).map(Stage::Filter));
    }
}

fn is_constructed_first(part: &Expr) -> bool {
    let constructs = |part: &Expr| match &part.kind {
        ExprKind::Array { constructed, .. } | ExprKind::Block { constructed, .. } => *constructed,
        _ => false,
    };
    constructs(part) || matches!(&part.kind, ExprKind::Path(path) if path.steps.first().is_some_and(constructs))
}

/// Marks calls in tail position, which the function's caller makes. `plain` means that the value is returned unchanged.
fn tail(mut body: Expr, plain: bool) -> Expr {
    let plain = plain && body.extra.is_none();
    match &mut body.kind {
        ExprKind::Call(_) if body.extra.as_ref().is_none_or(|extra| extra.predicates.is_empty()) => {
            if !plain {
                let span = body.span.clone();
                return Expr::new(ExprKind::Thunk(Box::new(body)), span);
            }
            if let ExprKind::Call(call) = std::mem::replace(&mut body.kind, ExprKind::Context) {
                body.kind = ExprKind::Tail(call);
            }
            body.keep_array = false;
        }
        ExprKind::Condition(parts) => {
            let (_, then, otherwise) = &mut **parts;
            replace_with_tail(then, plain);
            if let Some(otherwise) = otherwise {
                replace_with_tail(otherwise, plain);
            }
        }
        ExprKind::Block { parts, .. } => {
            if let Some(last) = parts.last_mut() {
                replace_with_tail(last, plain);
            }
        }
        _ => {}
    }
    body
}

fn replace_with_tail(part: &mut Expr, plain: bool) {
    let taken = std::mem::replace(part, Expr::new(ExprKind::Context, 0..0));
    *part = tail(taken, plain);
}
