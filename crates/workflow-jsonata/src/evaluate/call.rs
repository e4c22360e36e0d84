//! Functions as values, and calls.

use std::borrow::Cow;
use std::rc::Rc;

use super::error::Error;
use super::frame::{DropQueue, Dropped, Env, Frame};
use super::held;
use super::machine::{Machine, Res};
use super::program::{Base, CallExpr, Expr, ExprKind, Lambda, Operator, Transform};
use super::signature::Signature;
use super::value::{OVERHEAD, Text, Val};
use crate::functions::{Function as Row, Id};
use crate::regex::Regex;

/// A function.
pub(crate) enum Function<'a> {
    Native(&'static Row),
    Closure(Closure<'a>),
}

/// A function with its captured values.
pub(crate) struct Closure<'a> {
    pub(crate) kind: ClosureKind<'a>,
    /// The context value of a lambda, the function and arguments of a partial call, or both functions of a chain.
    values: Vec<Val<'a>>,
    env: Env<'a>,
    yard: Rc<DropQueue<'a>>,
}

/// A call in tail position, with its function and arguments.
pub(crate) struct Tail<'a> {
    function: Val<'a>,
    arguments: Vec<Val<'a>>,
    call: &'a CallExpr,
}

/// The kinds of functions that an expression can make.
#[derive(Clone, Copy)]
pub(crate) enum ClosureKind<'a> {
    Lambda(&'a Lambda),
    /// A call that the receiver must make.
    Thunk(&'a CallExpr),
    /// A partial call. Open arguments are `None`, up to the number that the function declares.
    Partial(&'a CallExpr, usize),
    /// The composition of two functions.
    Chain,
    Transform(&'a Transform),
    Regex(&'a Regex),
    /// Finds the next match in a string from a position.
    Next(&'a Regex, usize),
}

impl<'a> Function<'a> {
    /// Returns how many arguments a function such as `$map` passes to it.
    pub(crate) fn arity(&self) -> usize {
        match self {
            Self::Native(row) => row.arity,
            Self::Closure(closure) => match closure.kind {
                ClosureKind::Lambda(lambda) => lambda.params.len(),
                ClosureKind::Partial(call, declared) => open_places(call, declared).count(),
                ClosureKind::Thunk(_) | ClosureKind::Next(..) => 0,
                ClosureKind::Chain | ClosureKind::Transform(_) => 1,
                ClosureKind::Regex(_) => 2,
            },
        }
    }

    /// Returns the members by which it compares its two arguments, and whether the order is descending.
    pub(crate) fn compares(&self) -> Option<(&'a [String], bool)> {
        let Self::Closure(Closure { kind: ClosureKind::Lambda(lambda), .. }) = self else { return None };
        let (ExprKind::Binary(operator, both), [first, second]) = (&lambda.body.kind, lambda.params.as_slice()) else {
            return None;
        };
        let plain = |expr: &'a Expr| match &expr.kind {
            ExprKind::Straight(Base::Variable(name), names) if expr.extra.is_none() => Some((*name, names.as_slice())),
            ExprKind::Variable(name) if expr.extra.is_none() && !expr.keep_array => Some((*name, &[][..])),
            _ => None,
        };
        let ((left, names), (right, other)) = (plain(&both.0)?, plain(&both.1)?);
        let forward = left == *first && right == *second;
        let backward = left == *second && right == *first;
        let fits = first != second
            && (forward || backward)
            && lambda.signature.is_none()
            && lambda.body.extra.is_none()
            && names == other;
        match operator {
            Operator::Greater if fits => Some((names, !forward)),
            Operator::Less if fits => Some((names, forward)),
            _ => None,
        }
    }

    /// Returns the regular expression, if it is one.
    pub(crate) fn regex(&self) -> Option<&'a Regex> {
        match self {
            Self::Closure(Closure { kind: ClosureKind::Regex(regex), .. }) => Some(regex),
            _ => None,
        }
    }
}

/// Returns how many parameters a function declares.
fn declared(function: &Val<'_>) -> usize {
    match function {
        Val::Function(function) => match &**function {
            Function::Native(row) => row.arity.max(signature(row.id).map_or(0, Signature::len)),
            closure => closure.arity(),
        },
        _ => 0,
    }
}

/// Returns the positions of the parameters that a partial call leaves open.
fn open_places(call: &CallExpr, declared: usize) -> impl Iterator<Item = usize> + '_ {
    call.arguments.iter().enumerate().filter(move |(at, given)| given.is_none() && *at < declared).map(|(at, _)| at)
}

impl Drop for Closure<'_> {
    fn drop(&mut self) {
        held::subtract(Self::bytes(self.values.len()));
        let values = std::mem::take(&mut self.values);
        let env = self.env.take();
        let simple = |value: &Val<'_>| matches!(value, Val::Undefined | Val::Null | Val::Number(_) | Val::Text(_));
        if values.iter().all(simple) && env.as_ref().is_none_or(|env| Rc::strong_count(env) > 1) {
            return;
        }
        self.yard.bury(Dropped { values, env, ..Dropped::default() });
    }
}

impl Closure<'_> {
    fn bytes(values: usize) -> usize {
        size_of::<Self>() + OVERHEAD + values * size_of::<Val<'_>>()
    }
}

/// Returns the parsed signature of a built-in function.
pub(crate) fn signature(id: Id) -> Option<&'static Signature> {
    static SIGNATURES: std::sync::LazyLock<Vec<Signature>> =
        std::sync::LazyLock::new(|| crate::FUNCTIONS.iter().map(|row| Signature::parse(row.signature)).collect());
    // The IDs are positions in the table.
    SIGNATURES.get(id as usize)
}

impl<'a> Machine<'a> {
    /// Creates a function that captures values and its scope.
    pub(crate) fn closure(&mut self, kind: ClosureKind<'a>, values: Vec<Val<'a>>, env: &Env<'a>) -> Res<Val<'a>> {
        self.make(Closure::bytes(values.len()))?;
        held::add(Closure::bytes(values.len()));
        if let Some(frame) = env {
            frame.capture();
        }
        let closure = Closure { kind, values, env: env.clone(), yard: self.yard() };
        Ok(Val::Function(Rc::new(Function::Closure(closure))))
    }

    /// Evaluates the arguments of a call; `first` is the value before `~>`.
    fn arguments(
        &mut self,
        call: &'a CallExpr,
        first: Option<Val<'a>>,
        input: &Val<'a>,
        env: &Env<'a>,
    ) -> Res<Vec<Val<'a>>> {
        let mut arguments = self.spare.arguments(call.arguments.len() + 1);
        arguments.extend(first);
        for argument in call.arguments.iter().flatten() {
            arguments.push(self.eval(argument, input, env)?);
        }
        Ok(arguments)
    }

    /// Returns the built-in function that a call names, which can be called without a function value.
    fn native_of(&mut self, call: &CallExpr) -> Option<&'static Row> {
        match call.procedure.kind {
            ExprKind::Global(name) if call.procedure.extra.is_none() => self.native_named(name),
            _ => None,
        }
    }

    /// Evaluates a call; `first` is the value before `~>`.
    pub(crate) fn call(
        &mut self,
        expr: &'a Expr,
        call: &'a CallExpr,
        first: Option<Val<'a>>,
        input: &Val<'a>,
        env: &Env<'a>,
    ) -> Res<Val<'a>> {
        if let Some(row) = self.native_of(call) {
            // The function's name is evaluated.
            self.enter(1)?;
            self.leave(1);
            let alone = first.is_none();
            let arguments = self.arguments(call, first, input, env)?;
            // The reference wraps a function that is an argument, so that it is not an object, which would be true.
            if let (true, [Val::Function(_)], Id::Boolean | Id::Not) = (alone, arguments.as_slice(), row.id) {
                return Ok(Val::Bool(row.id == Id::Not));
            }
            let result = self.run_native(row, arguments, input).map_err(|error| named(error, expr, call))?;
            return self.bounced(result, input);
        }
        let function = self.eval(&call.procedure, input, env)?;
        if function.is_undefined() && call.bare.is_some_and(|name| self.is_bound(name, env)) {
            return Err(named(Error::new("T1005"), expr, call));
        }
        let arguments = self.arguments(call, first, input, env)?;
        self.apply(&function, arguments, input).map_err(|error| named(error, expr, call))
    }

    /// Evaluates a call in tail position. Its function and arguments are left to the caller of the enclosing function.
    pub(crate) fn leave_call(
        &mut self,
        expr: &'a Expr,
        call: &'a CallExpr,
        input: &Val<'a>,
        env: &Env<'a>,
    ) -> Res<Val<'a>> {
        if self.native_of(call).is_some() {
            return self.call(expr, call, None, input, env);
        }
        let function = self.eval(&call.procedure, input, env)?;
        let arguments = self.arguments(call, None, input, env)?;
        self.tail = Some(Tail { function, arguments, call });
        Ok(Val::Undefined)
    }

    /// Calls a function, then any calls in tail position that it left.
    pub(crate) fn apply(&mut self, function: &Val<'a>, arguments: Vec<Val<'a>>, context: &Val<'a>) -> Res<Val<'a>> {
        let result = self.apply_once(function, arguments, context)?;
        self.bounced(result, context)
    }

    /// Makes the calls that were left to the caller.
    fn bounced(&mut self, mut result: Val<'a>, context: &Val<'a>) -> Res<Val<'a>> {
        let pending = self.pending();
        loop {
            if let Some(Tail { function, arguments, call }) = self.tail.take() {
                result = self
                    .apply_once(&function, arguments, context)
                    .map_err(|error| named(error, &call.procedure, call))?;
            } else if let Some(thunk) = thunk(&result) {
                result = self.bounce(&thunk, context)?;
            } else {
                return Ok(result);
            }
            // Each of them replaces the one before.
            self.set_pending(pending);
        }
    }

    fn bounce(&mut self, thunk: &Rc<Function<'a>>, context: &Val<'a>) -> Res<Val<'a>> {
        let Function::Closure(Closure { kind: ClosureKind::Thunk(call), values, env, .. }) = &**thunk else {
            return Ok(Val::Undefined);
        };
        let input = values.first().cloned().unwrap_or(Val::Undefined);
        let function = self.eval(&call.procedure, &input, env)?;
        let arguments = self.arguments(call, None, &input, env)?;
        self.apply_once(&function, arguments, context).map_err(|error| named(error, &call.procedure, call))
    }

    fn apply_once(&mut self, function: &Val<'a>, arguments: Vec<Val<'a>>, context: &Val<'a>) -> Res<Val<'a>> {
        let Val::Function(function) = function else { return Err(Error::new("T1006")) };
        match &**function {
            Function::Native(row) => self.run_native(row, arguments, context),
            Function::Closure(closure) => self.run_closure(closure, arguments, context),
        }
    }

    fn run_native(&mut self, row: &'static Row, arguments: Vec<Val<'a>>, context: &Val<'a>) -> Res<Val<'a>> {
        // `$partition` takes no single value for an array of it (measured on AWS, 2026-04).
        let single =
            row.id == Id::Partition && arguments.first().is_some_and(|it| !it.is_undefined() && !it.is_array());
        let arguments = match signature(row.id) {
            Some(signature) => self.validated(signature, arguments, context)?,
            None => arguments,
        };
        if single {
            return Err(Error::argument("T0412", 0, &Val::Undefined));
        }
        let pending = self.pending();
        // A built-in function that calls another one stays on the stack, even in tail position.
        self.enter_native()?;
        let result = self.native(row.id, &arguments);
        self.leave_native();
        self.set_pending(pending);
        self.spare.give_back(arguments);
        self.short(result?)
    }

    fn validated(&mut self, signature: &Signature, arguments: Vec<Val<'a>>, context: &Val<'a>) -> Res<Vec<Val<'a>>> {
        // The items of arrays count too.
        let length = |argument: &Val<'a>| match argument {
            Val::Array(array) => array.len(),
            Val::Tuples(tuples) => tuples.rows.len(),
            _ => 0,
        };
        let items: usize = arguments.iter().map(length).sum();
        self.work(items as u64 / 16)?;
        signature.validate(arguments, context, &mut |single| super::machine::single_array(single))
    }

    fn run_closure(&mut self, closure: &Closure<'a>, arguments: Vec<Val<'a>>, context: &Val<'a>) -> Res<Val<'a>> {
        let value = |at: usize| closure.values.get(at).cloned().unwrap_or(Val::Undefined);
        match closure.kind {
            ClosureKind::Lambda(lambda) => {
                let arguments = match &lambda.signature {
                    Some(signature) => self.validated(signature, arguments, context)?,
                    None => arguments,
                };
                let input = closure.values.first().unwrap_or(&Val::Undefined);
                self.procedure(lambda, arguments, input, &closure.env)
            }
            ClosureKind::Partial(call, declared) => {
                let function = value(0);
                let mut arguments = arguments.into_iter();
                let mut all: Vec<Val<'a>> = closure.values.get(1..).unwrap_or(&[]).to_vec();
                for at in open_places(call, declared) {
                    if let Some(place) = all.get_mut(at) {
                        *place = arguments.next().unwrap_or(Val::Undefined);
                    }
                }
                match &function {
                    Val::Function(inner) => match &**inner {
                        Function::Closure(Closure { kind: ClosureKind::Lambda(lambda), values, env, .. }) => {
                            let input = values.first().cloned().unwrap_or(Val::Undefined);
                            self.procedure(lambda, all, &input, env)
                        }
                        _ => {
                            self.enter(1)?;
                            let result = self.apply(&function, all, &Val::Undefined);
                            self.leave(1);
                            result
                        }
                    },
                    _ => Err(Error::new("T1006")),
                }
            }
            ClosureKind::Chain => {
                let argument = arguments.into_iter().next().unwrap_or(Val::Undefined);
                // As in the reference, a function whose body calls the second function on a call of the first.
                self.enter(2)?;
                let first = self.apply(&value(0), vec![argument], &Val::Null)?;
                let first = super::machine::unwrapped(first, false);
                let result = self.apply(&value(1), vec![first], context);
                self.leave(2);
                result
            }
            ClosureKind::Transform(transform) => {
                let argument = arguments.into_iter().next().unwrap_or(Val::Undefined);
                self.transform(transform, argument, &closure.env)
            }
            ClosureKind::Regex(regex) => {
                let mut arguments = arguments.into_iter();
                let text = arguments.next().unwrap_or(Val::Undefined);
                let from = arguments.next().and_then(|from| from.number()).unwrap_or(0.0);
                self.match_object(regex, &text, from.max(0.0) as usize, false)
            }
            ClosureKind::Next(regex, from) => self.match_object(regex, &value(0), from, true),
            ClosureKind::Thunk(_) => Ok(Val::Undefined),
        }
    }

    /// Evaluates a function's body.
    fn procedure(
        &mut self,
        lambda: &'a Lambda,
        arguments: Vec<Val<'a>>,
        input: &Val<'a>,
        env: &Env<'a>,
    ) -> Res<Val<'a>> {
        let pending = self.pending();
        self.make(Frame::bytes(lambda.params.len()))?;
        let yard = self.yard();
        let frame = Some(self.spare.frame(yard, env, &lambda.params, arguments));
        let result = self.eval(&lambda.body, input, &frame);
        frame.into_iter().for_each(|frame| self.spare.give_back_frame(frame));
        self.set_pending(pending);
        result
    }

    /// Evaluates a call in which some arguments are `?`.
    pub(crate) fn partial(
        &mut self,
        expr: &'a Expr,
        call: &'a CallExpr,
        input: &Val<'a>,
        env: &Env<'a>,
    ) -> Res<Val<'a>> {
        let mut given = Vec::with_capacity(call.arguments.len() + 1);
        for argument in &call.arguments {
            given.push(match argument {
                Some(argument) => self.eval(argument, input, env)?,
                None => Val::Undefined,
            });
        }
        let function = self.eval(&call.procedure, input, env)?;
        if function.is_undefined() && call.bare.is_some_and(|name| self.is_bound(name, env)) {
            return Err(named(Error::new("T1007"), expr, call));
        }
        if !matches!(function, Val::Function(_)) {
            return Err(named(Error::new("T1008"), expr, call));
        }
        let declared = declared(&function);
        given.resize(declared, Val::Undefined);
        given.insert(0, function);
        self.closure(ClosureKind::Partial(call, declared), given, &None)
    }

    /// `a ~> $f`
    pub(crate) fn apply_operator(
        &mut self,
        expr: &'a Expr,
        both: &'a (Expr, Expr),
        input: &Val<'a>,
        env: &Env<'a>,
    ) -> Res<Val<'a>> {
        let left = self.eval(&both.0, input, env)?;
        if let ExprKind::Call(call) = &both.1.kind {
            return self.call(&both.1, call, Some(left), input, env);
        }
        let function = self.eval(&both.1, input, env)?;
        if !matches!(function, Val::Function(_)) {
            let mut error = Error::of("T2006", &function);
            error.span = Some(expr.span.clone());
            return Err(error);
        }
        if matches!(left, Val::Function(_)) {
            return self.closure(ClosureKind::Chain, vec![left, function], &None);
        }
        self.apply(&function, vec![left], &Val::Null)
    }

    /// Returns the object that a call of a regular expression returns.
    fn match_object(&mut self, regex: &'a Regex, text: &Val<'a>, from: usize, next: bool) -> Res<Val<'a>> {
        let Some(content) = text.text() else { return Ok(Val::Undefined) };
        let subject = crate::regex::Subject::new(content, self)?;
        let found = match next {
            true => regex.find_after(&subject, from, self)?,
            false => regex.find_at(&subject, from, self)?,
        };
        let Some(found) = found else { return Ok(Val::Undefined) };
        let own = |part: Cow<'_, str>| Val::Text(Text::own(part.into_owned()));
        let groups = found.groups.iter();
        let groups: Vec<_> =
            groups.map(|group| group.clone().map_or(Val::Undefined, |group| own(subject.slice(group)))).collect();
        let groups = self.list(groups, 0)?;
        let next = self.closure(ClosureKind::Next(regex, found.end), vec![text.clone()], &None)?;
        self.object([
            ("match", own(subject.slice(found.start..found.end))),
            ("start", Val::Number(found.start as f64)),
            ("end", Val::Number(found.end as f64)),
            ("groups", groups),
            ("next", next),
        ])
    }
}

/// Returns the call in tail position, if the result is one.
fn thunk<'a>(result: &Val<'a>) -> Option<Rc<Function<'a>>> {
    match result {
        Val::Function(function) => match &**function {
            Function::Closure(Closure { kind: ClosureKind::Thunk(_), .. }) => Some(Rc::clone(function)),
            _ => None,
        },
        _ => None,
    }
}

/// Adds the function's name and the call's span to an error without them.
fn named(mut error: Box<Error>, expr: &Expr, call: &CallExpr) -> Box<Error> {
    error.span.get_or_insert_with(|| expr.span.clone());
    if error.token.is_none() {
        error.token.clone_from(&call.name);
    }
    error
}
