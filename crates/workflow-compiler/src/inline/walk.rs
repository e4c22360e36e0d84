//! Walks through states and changes them.

use crate::syntax::ast::{
    Arm, Body, Choice, Clause, ClauseValue, Declaration, DeclarationKind, Expr, ExprKind, Head, MapItems, Repeated,
    Repetition, Resource, Segment, State, Target, Use, WaitHead, When,
};

/// A change to the parts of states. A part is visited after its own parts, but a state is visited before them.
pub(super) trait Change {
    fn state(&mut self, _: &mut State) {}
    /// Called before and after the states of a map are visited.
    fn map(&mut self, _entered: bool) {}
    /// Called before and after the body of a repetition is visited.
    fn repetition(&mut self, _: &Repetition, _entered: bool) {}
    fn used(&mut self, _: &mut Use) {}
    fn target(&mut self, _: &mut Target) {}
    /// Called before the values of a clause are visited.
    fn clause_begins(&mut self, _: &Clause) {}
    fn clause(&mut self, _: &mut Clause) {}
    fn expr(&mut self, _: &mut Expr) {}
}

pub(super) fn body(body: &mut Body, change: &mut impl Change) {
    body.start.iter_mut().for_each(|start| change.target(start));
    for used in &mut body.uses {
        change.used(used);
        used.arguments.iter_mut().for_each(|member| expr(&mut member.value, change));
        clauses(&mut used.clauses, change);
        used.transition.iter_mut().for_each(|target| change.target(target));
    }
    for state in &mut body.states {
        self::state(state, change);
    }
    body.repeats.iter_mut().for_each(|inner| repetition(inner, change));
}

fn repetition(repetition: &mut Repetition, change: &mut impl Change) {
    expr(&mut repetition.list, change);
    change.repetition(repetition, true);
    repeated(&mut repetition.content, change);
    change.repetition(repetition, false);
    repetition.transition.iter_mut().for_each(|target| change.target(target));
}

/// Walks through the body of a repetition.
pub(super) fn repeated(content: &mut Repeated, change: &mut impl Change) {
    let inner = match content {
        Repeated::States(states) => return body(states, change),
        Repeated::Branches(branches, inner) => {
            branches.iter_mut().for_each(|branch| body(&mut branch.body, change));
            inner
        }
        Repeated::Arms(arms, inner) => {
            arms.iter_mut().for_each(|arm| self::arm(arm, change));
            inner
        }
    };
    inner.iter_mut().for_each(|inner| repetition(inner, change));
}

fn state(state: &mut State, change: &mut impl Change) {
    change.state(state);
    match &mut state.head {
        Head::Task { resource, body } => {
            resource.iter_mut().for_each(|resource| self::resource(resource, change));
            body.iter_mut().for_each(|body| expr(body, change));
        }
        Head::Pass { value } | Head::Succeed { value } => value.iter_mut().for_each(|value| expr(value, change)),
        Head::Wait(time) => {
            if let Some(WaitHead::For(time) | WaitHead::Until(time)) = time {
                expr(time, change);
            }
        }
        Head::Choice(choice) => self::choice(choice, change),
        Head::Parallel(branches) => branches.iter_mut().for_each(|branch| body(&mut branch.body, change)),
        Head::Map { over, body, .. } => {
            if let Some(MapItems::Items(items) | MapItems::Reader { body: items, .. }) = over {
                expr(items, change);
            }
            change.map(true);
            self::body(body, change);
            change.map(false);
        }
        Head::Fail { error, cause } => error.iter_mut().chain(cause).for_each(|text| expr(text, change)),
    }
    state.repeats.iter_mut().for_each(|inner| repetition(inner, change));
    clauses(&mut state.clauses, change);
    state.transition.iter_mut().for_each(|target| change.target(target));
}

fn choice(choice: &mut Choice, change: &mut impl Change) {
    choice.subject.iter_mut().for_each(|subject| expr(subject, change));
    choice.arms.iter_mut().for_each(|arm| self::arm(arm, change));
}

fn arm(arm: &mut Arm, change: &mut impl Change) {
    match &mut arm.when {
        When::If(condition) => expr(condition, change),
        When::Patterns(patterns) => patterns.iter_mut().for_each(|pattern| expr(pattern, change)),
        When::Else(_) => {}
    }
    change.target(&mut arm.target);
    clauses(&mut arm.clauses, change);
}

fn resource(resource: &mut Resource, change: &mut impl Change) {
    match resource {
        Resource::Activity { arn, .. } => expr(arn, change),
        Resource::Value(value) => {
            expr(value, change);
            // A string may be a placeholder for a parameter.
            if let ExprKind::Text(text) = &value.kind {
                *resource = Resource::Text(crate::syntax::ast::Text { value: text.clone(), span: value.span });
            }
        }
        Resource::Service { .. } | Resource::Text(_) => {}
    }
}

/// Walks through the handlers that a workflow declares.
pub(super) fn declaration(declaration: &mut Declaration, change: &mut impl Change) {
    match &mut declaration.kind {
        DeclarationKind::Catcher { catcher, .. } => {
            change.target(&mut catcher.target);
            clauses(&mut catcher.clauses, change);
        }
        DeclarationKind::Defaults(_, defaults) => clauses(defaults, change),
        _ => {}
    }
}

pub(super) fn clauses(clauses: &mut [Clause], change: &mut impl Change) {
    for clause in clauses {
        change.clause_begins(clause);
        match &mut clause.value {
            ClauseValue::Expr(value) | ClauseValue::ToleratePercent(value) | ClauseValue::TolerateCount(value) => {
                expr(value, change);
            }
            ClauseValue::Retrier(retrier) => retrier.fields.iter_mut().for_each(|field| expr(&mut field.value, change)),
            ClauseValue::Catcher(catcher) => {
                change.target(&mut catcher.target);
                self::clauses(&mut catcher.clauses, change);
            }
            ClauseValue::Transfer { call, body, config } => {
                call.iter_mut().for_each(|call| resource(call, change));
                body.iter_mut().chain(config).for_each(|value| expr(value, change));
            }
            ClauseValue::Flag
            | ClauseValue::None(_)
            | ClauseValue::Named(_)
            | ClauseValue::Errors(_)
            | ClauseValue::Query(_)
            | ClauseValue::Distributed { .. } => {}
        }
        change.clause(clause);
    }
}

pub(super) fn expr(value: &mut Expr, change: &mut impl Change) {
    match &mut value.kind {
        ExprKind::Reference(reference) => segments(&mut reference.segments, change),
        ExprKind::Access(inner, steps) => {
            expr(inner, change);
            segments(steps, change);
        }
        ExprKind::Object(members) => members.iter_mut().for_each(|member| expr(&mut member.value, change)),
        ExprKind::Array(items) => items.iter_mut().for_each(|item| expr(item, change)),
        ExprKind::Unary(_, inner) | ExprKind::Paren(inner) => expr(inner, change),
        ExprKind::Binary(_, _, left, right) => {
            expr(left, change);
            expr(right, change);
        }
        ExprKind::If(condition, yes, no) => [condition, yes, no].into_iter().for_each(|part| expr(part, change)),
        ExprKind::Closure(closure) => expr(&mut closure.body, change),
        ExprKind::Raw(raw) => {
            expr(&mut raw.text, change);
            raw.variables.iter_mut().for_each(|member| expr(&mut member.value, change));
        }
        ExprKind::Call { arguments, .. } => arguments.iter_mut().for_each(|argument| expr(argument, change)),
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::Duration(_)
        | ExprKind::Text(_)
        | ExprKind::Constant(_)
        | ExprKind::Variant { .. }
        | ExprKind::Jsonata(_)
        | ExprKind::Path(_)
        | ExprKind::Regex(_)
        | ExprKind::Invalid(_) => {}
    }
    change.expr(value);
}

fn segments(segments: &mut [Segment], change: &mut impl Change) {
    for segment in segments {
        match segment {
            Segment::Index(index) => expr(index, change),
            Segment::Slice(slice) => slice.bounds_mut().for_each(|bound| expr(bound, change)),
            Segment::Member { .. } | Segment::Each { .. } => {}
        }
    }
}
