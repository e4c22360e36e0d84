//! The last pass of compilation: it names parents, evaluates constants and simplifies plain paths.

use serde_json::{Map, Value};

use super::compile::number_value;
use super::program::{Base, Expr, ExprKind, Group, Operator, Stage, Steps, Sym};

struct Pass<'p> {
    label: &'p dyn Fn(usize) -> Sym,
    bound: &'p dyn Fn(Sym) -> bool,
}

/// Finishes an expression. `label` returns the name of a parent's slot; `bound` returns whether the expression binds a
/// name.
pub(crate) fn finish(root: &mut Expr, label: &dyn Fn(usize) -> Sym, bound: &dyn Fn(Sym) -> bool) {
    Pass { label, bound }.expr(root, true);
}

/// Returns whether the evaluation binds a name in its own scope.
pub(crate) fn binds(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Bind(..) => true,
        // These have scopes of their own.
        ExprKind::Block { .. } | ExprKind::Lambda(_) => extras(expr).any(binds),
        _ => parts(expr).into_iter().chain(extras(expr)).any(binds),
    }
}

fn extras(expr: &Expr) -> impl Iterator<Item = &Expr> {
    expr.extra.iter().flat_map(|extra| {
        let stages = extra.stages.iter().filter_map(|stage| match stage {
            Stage::Filter(filter) => Some(filter),
            Stage::Index(_) => None,
        });
        let pairs = extra.group.iter().flat_map(|group| &group.pairs).flat_map(|(key, value)| [key, value]);
        extra.predicates.iter().chain(stages).chain(pairs)
    })
}

fn parts(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Path(path) => path.steps.iter().collect(),
        ExprKind::Negate(inner) | ExprKind::Bind(_, inner) | ExprKind::Thunk(inner) => vec![inner],
        ExprKind::Array { items, .. } => items.iter().collect(),
        ExprKind::Block { parts, .. } => parts.iter().collect(),
        ExprKind::Range(both) | ExprKind::Binary(_, both) | ExprKind::Apply(both) => vec![&both.0, &both.1],
        ExprKind::Object(group) => group.pairs.iter().flat_map(|(key, value)| [key, value]).collect(),
        ExprKind::Condition(all) => [&all.0, &all.1].into_iter().chain(&all.2).collect(),
        ExprKind::Call(call) | ExprKind::Partial(call) | ExprKind::Tail(call) => {
            std::iter::once(&call.procedure).chain(call.arguments.iter().flatten()).collect()
        }
        ExprKind::Lambda(lambda) => vec![&lambda.body],
        ExprKind::Transform(all) => [&all.pattern, &all.update].into_iter().chain(&all.delete).collect(),
        ExprKind::Sort(terms) => terms.iter().map(|term| &term.key).collect(),
        _ => Vec::new(),
    }
}

impl Pass<'_> {
    fn group(&self, group: &mut Group) {
        for (key, value) in &mut group.pairs {
            self.expr(key, true);
            self.expr(value, true);
        }
        group.plain = has_plain_keys(group);
    }

    /// `folds` means that a computed number may replace its expression. It may not in a filter.
    fn expr(&self, expr: &mut Expr, folds: bool) {
        if let Some(extra) = &mut expr.extra {
            extra.label = extra.ancestor.map(self.label);
            extra.predicates.iter_mut().for_each(|filter| self.expr(filter, false));
            for stage in &mut extra.stages {
                if let Stage::Filter(filter) = stage {
                    self.expr(filter, false);
                }
            }
            if let Some(group) = &mut extra.group {
                self.group(group);
            }
        }
        match &mut expr.kind {
            ExprKind::Parent(slot) => expr.kind = ExprKind::Label((self.label)(*slot)),
            ExprKind::Variable(name) if !(self.bound)(*name) => expr.kind = ExprKind::Global(*name),
            ExprKind::Path(path) => {
                path.steps.iter_mut().for_each(|step| self.expr(step, true));
                if expr.extra.is_none()
                    && !expr.keep_array
                    && let Some(straight) = straight(path)
                {
                    expr.kind = straight;
                    // The path and its step.
                    expr.levels = 2;
                } else {
                    join_names(&mut path.steps);
                }
            }
            ExprKind::Negate(inner) | ExprKind::Bind(_, inner) | ExprKind::Thunk(inner) => self.expr(inner, true),
            ExprKind::Array { items, constructed } => {
                items.iter_mut().for_each(|item| self.expr(item, true));
                if !*constructed && items.iter().all(is_constant) {
                    expr.levels += highest(items.iter());
                    expr.kind = ExprKind::Constant(items.iter_mut().map(take).collect());
                }
            }
            ExprKind::Block { parts, frame, .. } => {
                parts.iter_mut().for_each(|part| self.expr(part, true));
                *frame = parts.iter().any(binds);
                // Removes redundant parentheses.
                if let [part] = parts.as_mut_slice()
                    && !*frame
                    && expr.extra.is_none()
                    && !expr.keep_array
                    && !part.tuple()
                    && matches!(
                        part.kind,
                        ExprKind::Binary(..) | ExprKind::Straight(..) | ExprKind::Condition(_) | ExprKind::Negate(_)
                    )
                {
                    let part = std::mem::replace(part, Expr::new(ExprKind::Context, 0..0));
                    *expr = Expr { levels: expr.levels + part.levels, ..part };
                }
            }
            ExprKind::Range(both) | ExprKind::Apply(both) => {
                self.expr(&mut both.0, true);
                self.expr(&mut both.1, true);
            }
            ExprKind::Binary(operator, both) => {
                self.expr(&mut both.0, true);
                self.expr(&mut both.1, true);
                if let Some(value) = computed(*operator, &both.0, &both.1).filter(|_| folds) {
                    expr.levels += highest([&both.0, &both.1].into_iter());
                    expr.kind = ExprKind::Constant(value);
                }
            }
            ExprKind::Object(group) => {
                self.group(group);
                if let Some(object) = constant_object(group) {
                    expr.levels += highest(group.pairs.iter().map(|(_, value)| value));
                    expr.kind = ExprKind::Constant(object);
                }
            }
            ExprKind::Condition(all) => {
                self.expr(&mut all.0, true);
                self.expr(&mut all.1, true);
                all.2.iter_mut().for_each(|otherwise| self.expr(otherwise, true));
            }
            ExprKind::Call(call) | ExprKind::Partial(call) | ExprKind::Tail(call) => {
                self.expr(&mut call.procedure, true);
                call.arguments.iter_mut().flatten().for_each(|argument| self.expr(argument, true));
            }
            ExprKind::Lambda(lambda) => self.expr(&mut lambda.body, true),
            ExprKind::Transform(all) => {
                self.expr(&mut all.pattern, true);
                self.expr(&mut all.update, true);
                all.delete.iter_mut().for_each(|delete| self.expr(delete, true));
            }
            ExprKind::Sort(terms) => terms.iter_mut().for_each(|term| self.expr(&mut term.key, true)),
            _ => {}
        }
    }
}

fn is_constant(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Constant(_)) && expr.extra.is_none()
}

/// Returns the most levels of an expression.
fn highest<'e>(parts: impl Iterator<Item = &'e Expr>) -> u32 {
    parts.map(|part| part.levels).max().unwrap_or(0)
}

fn take(expr: &mut Expr) -> Value {
    match &mut expr.kind {
        ExprKind::Constant(value) => value.take(),
        _ => Value::Null,
    }
}

/// Returns whether all keys are distinct constants. Duplicate keys fail at run time.
fn has_plain_keys(group: &Group) -> bool {
    let text = |key: &Expr| match &key.kind {
        ExprKind::Constant(Value::String(text)) if is_constant(key) => Some(text.clone()),
        _ => None,
    };
    let keys: Vec<_> = group.pairs.iter().map(|(key, _)| text(key)).collect();
    let new = |at: usize| !keys.get(..at).unwrap_or(&[]).contains(keys.get(at).unwrap_or(&None));
    keys.iter().all(Option::is_some) && (0..keys.len()).all(new)
}

fn constant_object(group: &mut Group) -> Option<Value> {
    if !group.plain || !group.pairs.iter().all(|(_, value)| is_constant(value)) {
        return None;
    }
    let mut object = Map::new();
    for (key, value) in &mut group.pairs {
        if let Value::String(name) = take(key) {
            object.insert(name, take(value));
        }
    }
    Some(Value::Object(object))
}

/// Returns the value of an operator on two constants, if JSON can represent it.
fn computed(operator: Operator, left: &Expr, right: &Expr) -> Option<Value> {
    let (ExprKind::Constant(left_value), ExprKind::Constant(right_value)) = (&left.kind, &right.kind) else {
        return None;
    };
    if left.extra.is_some() || right.extra.is_some() {
        return None;
    }
    if let (Operator::Join, Value::String(left), Value::String(right)) = (operator, left_value, right_value) {
        return Some(Value::String(format!("{left}{right}")));
    }
    let (left, right) = (left_value.as_f64()?, right_value.as_f64()?);
    let number = match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left / right,
        Operator::Remainder => left % right,
        _ => return None,
    };
    number.is_finite().then(|| number_value(number))
}

fn is_plain(step: &Expr) -> bool {
    step.extra.is_none() && !step.keep_array
}

fn is_plain_name(step: &Expr) -> bool {
    is_plain(step) && matches!(step.kind, ExprKind::Name(_))
}

fn take_name(step: &mut Expr) -> String {
    match &mut step.kind {
        ExprKind::Name(name) => std::mem::take(name),
        _ => String::new(),
    }
}

/// Matches a path of names only, after a variable or the context value.
fn straight(path: &mut Steps) -> Option<ExprKind> {
    let (first, rest) = path.steps.split_first_mut()?;
    if path.keep_singleton || !is_plain(first) || !rest.iter().all(is_plain_name) {
        return None;
    }
    let base = match first.kind {
        ExprKind::Name(_) => Base::Input,
        ExprKind::Global(variable) => Base::Global(variable),
        ExprKind::Variable(variable) => Base::Variable(variable),
        ExprKind::Context => Base::Context,
        _ => return None,
    };
    if base != Base::Input && rest.is_empty() {
        return None;
    }
    let names = (base == Base::Input).then_some(first).into_iter().chain(rest).map(take_name);
    Some(ExprKind::Straight(base, names.collect()))
}

/// Joins consecutive names into one step, as long as nothing is bound to their values.
fn join_names(steps: &mut Vec<Expr>) {
    let mut joined: Vec<Expr> = Vec::with_capacity(steps.len());
    let mut in_rows = false;
    for mut step in steps.drain(..) {
        in_rows |= step.tuple();
        if !in_rows && is_plain_name(&step) {
            let name = take_name(&mut step);
            if let Some(Expr { kind: ExprKind::Names(names), span, .. }) = joined.last_mut() {
                names.push(name);
                span.end = step.span.end;
                continue;
            }
            step.kind = ExprKind::Names(vec![name]);
        }
        joined.push(step);
    }
    *steps = joined;
}
