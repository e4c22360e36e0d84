//! Evaluates expressions and counts the resources that this uses.

use std::rc::Rc;

use serde_json::Value;

use super::call::{ClosureKind, Function, Tail};
use super::error::Error;
use super::frame::{DropQueue, Env, Frame, Pool, lookup};
use super::held;
use super::members::Members;
use super::program::{Base, Expr, ExprKind, LABELS, Program, Sym};
use super::value::{Array, KEEP, List, Object, SEQUENCE, Text, Val, WRAPPER, member};
use super::{Binding, Setting};
use crate::Limits;
use crate::fault::{Fault, Meter};
use crate::functions::Function as Row;
use crate::text::units;

pub(crate) type Res<T> = Result<T, Box<Error>>;

/// The caller's variables by number. A few are stored inline.
enum Globals<'a> {
    Few([Option<Val<'a>>; 4]),
    Many(Vec<Option<Val<'a>>>),
}

impl<'a> Globals<'a> {
    fn new(count: usize) -> Self {
        if count <= 4 { Self::Few([const { None }; 4]) } else { Self::Many(vec![None; count]) }
    }

    fn get(&self, at: usize) -> Option<&Option<Val<'a>>> {
        match self {
            Self::Few(all) => all.get(at),
            Self::Many(all) => all.get(at),
        }
    }

    fn get_mut(&mut self, at: usize) -> Option<&mut Option<Val<'a>>> {
        match self {
            Self::Few(all) => all.get_mut(at),
            Self::Many(all) => all.get_mut(at),
        }
    }
}

/// The state of an evaluation.
pub(crate) struct Machine<'a> {
    program: &'a Program,
    setting: &'a Setting<'a>,
    /// The caller's variables that were read so far.
    globals: Globals<'a>,
    root: Val<'a>,
    pub(crate) limits: Limits,
    /// The most levels of the stack that may be used.
    deepest: u32,
    depth: u32,
    /// Unfinished calls of built-in functions, which take stack but do not count as depth.
    natives: u32,
    steps: u64,
    produced: u64,
    /// Bytes reserved by unfinished parts. The result counts them itself once it is made.
    pending: u64,
    held_before: usize,
    /// How many random numbers were drawn.
    pub(crate) draws: u64,
    /// Created with the first scope or function.
    yard: Option<Rc<DropQueue<'a>>>,
    pub(crate) spare: Pool<'a>,
    /// The call that the function that has just ended leaves to its caller.
    pub(crate) tail: Option<Tail<'a>>,
}

impl Meter for Machine<'_> {
    fn steps(&mut self, count: u64) -> Result<(), Fault> {
        self.steps = self.steps.saturating_add(count);
        if self.steps <= self.limits.steps {
            return Ok(());
        }
        Err(Fault::new("U1001").token(format!("The expression takes more than {} steps", self.limits.steps)))
    }

    fn bytes(&mut self, count: u64) -> Result<(), Fault> {
        self.pending = self.pending.saturating_add(count);
        let held = (held::get().wrapping_sub(self.held_before) as u64).saturating_add(self.pending);
        if held > self.limits.held {
            return Err(Fault::memory());
        }
        self.produced = self.produced.saturating_add(count);
        if self.produced > self.limits.produced {
            return Err(Fault::memory());
        }
        Ok(())
    }
}

impl<'a> Machine<'a> {
    /// `deepest` is the most levels that the stack supports.
    pub(crate) fn new(program: &'a Program, setting: &'a Setting<'a>, deepest: u32) -> Self {
        let root = setting.input.map_or(Val::Undefined, Val::json);
        Self {
            program,
            setting,
            globals: Globals::new(program.names.len()),
            root,
            limits: setting.limits,
            deepest,
            depth: 0,
            natives: 0,
            steps: 0,
            produced: 0,
            pending: 0,
            held_before: held::get(),
            draws: 0,
            yard: None,
            spare: Pool::default(),
            tail: None,
        }
    }

    /// Evaluates the whole expression.
    pub(crate) fn run(&mut self) -> Res<Val<'a>> {
        let program = self.program;
        let env = program.binds.then(|| Frame::new(&self.yard(), &None, &[], Vec::new(), Vec::new()));
        let input = match &self.root {
            Val::Array(_) => {
                let list = List::new(vec![self.root.clone()], SEQUENCE | WRAPPER);
                held::add(list.bytes());
                Val::Array(Array::Own(Rc::new(list)))
            }
            root => root.clone(),
        };
        self.eval(&program.root, &input, &env)
    }

    /// Returns the place where scopes and functions are freed.
    pub(crate) fn yard(&mut self) -> Rc<DropQueue<'a>> {
        Rc::clone(self.yard.get_or_insert_default())
    }

    /// Frees the remaining values at the end.
    pub(crate) fn close(&self) {
        if let Some(yard) = &self.yard {
            yard.close();
        }
    }

    // Counting.

    /// Counts the work of reading values.
    pub(crate) fn work(&mut self, steps: u64) -> Res<()> {
        Ok(self.steps(steps)?)
    }

    /// Counts bytes that are about to be made.
    pub(crate) fn make(&mut self, bytes: usize) -> Res<()> {
        Ok(self.bytes(bytes as u64)?)
    }

    /// Returns the bytes reserved by unfinished parts.
    pub(crate) fn pending(&self) -> u64 {
        self.pending
    }

    pub(crate) fn set_pending(&mut self, pending: u64) {
        self.pending = pending;
    }

    /// Enters a nested evaluation, which counts as so many levels.
    pub(crate) fn enter(&mut self, levels: u32) -> Res<()> {
        self.steps += 1;
        if self.steps > self.limits.steps {
            self.work(0)?;
        }
        self.depth += levels;
        if self.depth > self.limits.depth || self.depth + self.natives > self.deepest {
            return Err(self.too_deep());
        }
        Ok(())
    }

    pub(crate) fn leave(&mut self, levels: u32) {
        self.depth -= levels;
    }

    /// Enters a built-in function.
    pub(crate) fn enter_native(&mut self) -> Res<()> {
        self.natives += 1;
        self.enter(0)
    }

    pub(crate) fn leave_native(&mut self) {
        self.natives -= 1;
    }

    #[cold]
    fn too_deep(&self) -> Box<Error> {
        if self.depth > self.limits.depth {
            return Error::limit(
                "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive",
            );
        }
        // The caller starts again on a larger stack.
        Error::new(super::SHALLOW)
    }

    /// Fails if arrays and objects are nested too deeply.
    pub(crate) fn nests(&self, depth: u32) -> Res<()> {
        if depth <= self.limits.nesting {
            return Ok(());
        }
        Err(Error::limit(format!("Arrays and objects nest more than {} deep", self.limits.nesting)))
    }

    // Making values.

    /// Creates an array of items with flags.
    pub(crate) fn list(&mut self, items: Vec<Val<'a>>, flags: u8) -> Res<Val<'a>> {
        let list = List::new(items, flags);
        let bytes = list.bytes();
        self.nests(list.depth)?;
        // Counted as held first, because dropping the list subtracts as much.
        held::add(bytes);
        self.pending = self.pending.saturating_sub(bytes as u64);
        self.make(0)?;
        self.produced = self.produced.saturating_add(bytes as u64);
        Ok(Val::Array(Array::Own(Rc::new(list))))
    }

    /// Returns the sequence of items as the value of a part of an expression.
    pub(crate) fn sequence(&mut self, mut items: Vec<Val<'a>>) -> Res<Val<'a>> {
        match items.len() {
            0 => Ok(Val::Undefined),
            1 => Ok(items.pop().unwrap_or(Val::Undefined)),
            _ => self.list(items, SEQUENCE),
        }
    }

    /// Appends an item after checking that its memory may be used.
    pub(crate) fn push(&mut self, items: &mut Vec<Val<'a>>, item: Val<'a>) -> Res<()> {
        if items.len() == items.capacity() && items.len() >= 64 {
            // The capacity doubles.
            self.make(items.len() * size_of::<Val<'_>>())?;
        }
        items.push(item);
        Ok(())
    }

    /// Appends all items of an array.
    pub(crate) fn extend(&mut self, items: &mut Vec<Val<'a>>, array: &Array<'a>) -> Res<()> {
        if array.len() > items.capacity() - items.len() && array.len() >= 64 {
            self.make(array.len() * size_of::<Val<'_>>())?;
            self.work(array.len() as u64 / 16)?;
        }
        items.extend(array.iter());
        Ok(())
    }

    /// Returns a string that is not yet counted as produced.
    pub(crate) fn text(&mut self, text: String) -> Res<Val<'a>> {
        self.make(text.len())?;
        self.pending = self.pending.saturating_sub(text.len() as u64);
        Ok(Val::Text(Text::own(text)))
    }

    /// Fails if a value is a string that the expression made and that is too long.
    pub(crate) fn short(&self, value: Val<'a>) -> Res<Val<'a>> {
        let most = self.limits.text as usize;
        match &value {
            Val::Text(Text::Own(text)) if text.0.len() > most && units(&text.0) > most => Err(Fault::memory().into()),
            _ => Ok(value),
        }
    }

    /// Creates an object from members.
    pub(crate) fn object(&mut self, members: impl IntoIterator<Item = (&'static str, Val<'a>)>) -> Res<Val<'a>> {
        let mut object = Members::new();
        for (name, value) in members {
            object.insert(Text::own(name.to_owned()), value);
        }
        self.finished(object)
    }

    /// Finishes an object with its members.
    pub(crate) fn finished(&mut self, object: Members<'a>) -> Res<Val<'a>> {
        self.nests(object.depth)?;
        self.make(0)?;
        self.produced = self.produced.saturating_add(Members::bytes_of(object.len()) as u64);
        Ok(object.into_value())
    }

    // Names.

    /// Returns one of the caller's variables, or only its member if `member` is given and the caller can provide it.
    fn given(&mut self, name: Sym) -> Val<'a> {
        if let Some(Some(known)) = self.globals.get(name as usize) {
            return known.clone();
        }
        let text = self.name(name);
        let value = match text {
            "$" => self.root.clone(),
            _ => self.setting.variables.variable(text).map_or(Val::Undefined, |binding| self.bound(binding)),
        };
        if let Some(place) = self.globals.get_mut(name as usize) {
            *place = Some(value.clone());
        }
        value
    }

    /// Returns a name as written, or the text for the number of a parent.
    pub(crate) fn symbol_text(&self, name: Sym) -> String {
        if name < LABELS { self.name(name).to_owned() } else { format!("!{}", name - LABELS) }
    }

    fn name(&self, name: Sym) -> &'a str {
        self.program.names.get(name as usize).map_or("", String::as_str)
    }

    fn bound(&mut self, binding: Binding<'a>) -> Val<'a> {
        match binding {
            Binding::Value(value) => Val::json(value),
            Binding::Object(members) => {
                let mut object = Members::new();
                for (name, binding) in members {
                    let value = self.bound(binding);
                    object.insert(Text::own(name.into_owned()), value);
                }
                object.into_value()
            }
        }
    }

    /// Returns the built-in function for a caller's variable, if the caller has no variable of that name.
    pub(crate) fn native_named(&mut self, name: Sym) -> Option<&'static Row> {
        let row = self.program.natives.get(name as usize).copied().flatten()?;
        self.given(name).is_undefined().then_some(row)
    }

    pub(crate) fn global_value(&mut self, name: Sym) -> Val<'a> {
        match self.given(name) {
            Val::Undefined => match self.native_named(name) {
                Some(row) => Val::Function(Rc::new(Function::Native(row))),
                None => Val::Undefined,
            },
            value => value,
        }
    }

    fn variable(&mut self, name: Sym, env: &Env<'a>) -> Val<'a> {
        lookup(env, name).unwrap_or_else(|| self.global_value(name))
    }

    /// Returns whether a name has a value that counts as true.
    pub(crate) fn is_bound(&mut self, name: Sym, env: &Env<'a>) -> bool {
        match self.variable(name, env) {
            Val::Undefined | Val::Null | Val::Bool(false) => false,
            Val::Number(number) => number != 0.0,
            Val::Text(text) => !text.as_str().is_empty(),
            _ => true,
        }
    }

    /// Evaluates consecutive members, the most common kind of path.
    fn straight(&mut self, base: Base, names: &'a [String], input: &Val<'a>, env: &Env<'a>) -> Res<Val<'a>> {
        let mut rest = names;
        let mut value = match base {
            Base::Input => match input {
                Val::Array(_) | Val::Tuples(_) => return self.names_of_many(input.clone(), names, false),
                input => input.clone(),
            },
            Base::Context => context(input).clone(),
            Base::Variable(name) => self.variable(name, env),
            Base::Global(name) => {
                let shortcut = match self.globals.get(name as usize) {
                    Some(None) => self.setting.variables.path(self.name(name), names),
                    _ => None,
                };
                match shortcut {
                    Some((binding, taken)) => {
                        rest = names.get(taken..).unwrap_or(&[]);
                        binding.map_or(Val::Undefined, |binding| self.bound(binding))
                    }
                    None => self.global_value(name),
                }
            }
        };
        while let Some((name, after)) = rest.split_first() {
            value = match value {
                Val::Object(Object::Json(json)) => return self.straight_json(json, rest),
                Val::Object(object) => object.get(name),
                Val::Array(_) | Val::Tuples(_) => return self.names_of_many(value, rest, true),
                _ => return Ok(Val::Undefined),
            };
            rest = after;
        }
        // A member that is a sequence becomes a sequence again.
        Ok(if value.is_sequence() { self.flattened(value)? } else { value })
    }

    pub(crate) fn straight_json(&mut self, mut value: &'a Value, names: &'a [String]) -> Res<Val<'a>> {
        let mut rest = names;
        while let Some((name, after)) = rest.split_first() {
            value = match value {
                Value::Object(members) => match member(members, name) {
                    Some(found) => found,
                    None => return Ok(Val::Undefined),
                },
                Value::Array(_) => return self.names_of_many(Val::json(value), rest, true),
                _ => return Ok(Val::Undefined),
            };
            rest = after;
        }
        Ok(Val::json(value))
    }

    fn flattened(&mut self, value: Val<'a>) -> Res<Val<'a>> {
        let mut items = Vec::new();
        if let Val::Array(array) = &value {
            if value.list().is_some_and(|list| list.has(super::value::CONSTRUCTED)) {
                return Ok(value);
            }
            self.extend(&mut items, array)?;
        }
        self.sequence(items)
    }

    // Evaluation.

    /// Evaluates an expression.
    pub(crate) fn eval(&mut self, expr: &'a Expr, input: &Val<'a>, env: &Env<'a>) -> Res<Val<'a>> {
        if expr.extra.is_none()
            && let Some(value) = self.leaf(expr, input, env)?
        {
            return Ok(unwrapped(value, expr.keep_array));
        }
        self.enter(expr.levels)?;
        let pending = self.pending;
        let mut value = match &expr.kind {
            ExprKind::Binary(operator, both) => self.binary(expr, *operator, both, input, env)?,
            ExprKind::Path(path) => self.path(expr, path, input, env)?,
            ExprKind::Call(call) => self.call(expr, call, None, input, env)?,
            _ => self.rare(expr, input, env)?,
        };
        if let Some(extra) = &expr.extra {
            for filter in &extra.predicates {
                value = self.filter(filter, value, env)?;
            }
            if let Some(group) = extra.group.as_ref().filter(|_| !expr.is_path()) {
                value = self.group(group, &value, env)?;
            }
        }
        self.pending = pending;
        self.leave(expr.levels);
        Ok(unwrapped(value, expr.keep_array))
    }

    /// Evaluates an expression without parts, which takes a step but no stack.
    #[inline(always)]
    fn leaf(&mut self, expr: &'a Expr, input: &Val<'a>, env: &Env<'a>) -> Res<Option<Val<'a>>> {
        let value = match &expr.kind {
            ExprKind::Constant(value) => Val::json(value),
            ExprKind::Straight(base, names) => {
                let pending = self.pending;
                let value = self.straight(*base, names, input, env)?;
                self.pending = pending;
                value
            }
            ExprKind::Global(name) => self.global_value(*name),
            ExprKind::Variable(name) => self.variable(*name, env),
            ExprKind::Context => context(input).clone(),
            ExprKind::Label(label) => lookup(env, *label).unwrap_or(Val::Undefined),
            _ => return Ok(None),
        };
        self.steps += 1;
        if self.steps > self.limits.steps {
            self.work(0)?;
        }
        if self.depth + expr.levels > self.limits.depth {
            self.depth += expr.levels;
            return Err(self.too_deep());
        }
        Ok(Some(value))
    }

    /// Evaluates the less common kinds. They are separate to keep the stack frame of the others small.
    #[inline(never)]
    fn rare(&mut self, expr: &'a Expr, input: &Val<'a>, env: &Env<'a>) -> Res<Val<'a>> {
        match &expr.kind {
            ExprKind::Constant(_)
            | ExprKind::Straight(..)
            | ExprKind::Global(_)
            | ExprKind::Variable(_)
            | ExprKind::Context
            | ExprKind::Label(_) => Ok(self.leaf(expr, input, env)?.unwrap_or(Val::Undefined)),
            ExprKind::Name(name) => self.name_of(input, name),
            ExprKind::Tail(call) => self.leave_call(expr, call, input, env),
            ExprKind::Names(names) => self.straight(Base::Input, names, input, env),
            ExprKind::Wildcard => self.wildcard(input),
            ExprKind::Descendants => self.descendants(input),
            ExprKind::Negate(inner) => self.negate(expr, inner, input, env),
            ExprKind::Array { items, constructed } => self.array(items, *constructed, input, env),
            ExprKind::Range(both) => self.range(expr, both, input, env),
            ExprKind::Object(group) => self.group(group, input, env),
            ExprKind::Block { parts, frame, .. } => self.block(parts, *frame, input, env),
            ExprKind::Bind(name, value) => {
                let value = self.eval(value, input, env)?;
                if let Some(frame) = env {
                    self.make(64)?;
                    frame.bind(*name, value.clone());
                }
                Ok(value)
            }
            ExprKind::Condition(all) => self.condition(all, input, env),
            ExprKind::Partial(call) => self.partial(expr, call, input, env),
            ExprKind::Thunk(inner) => match &inner.kind {
                ExprKind::Call(call) => self.closure(ClosureKind::Thunk(call), vec![input.clone()], env),
                _ => self.eval(inner, input, env),
            },
            ExprKind::Lambda(lambda) => self.closure(ClosureKind::Lambda(lambda), vec![input.clone()], env),
            ExprKind::Apply(both) => self.apply_operator(expr, both, input, env),
            ExprKind::Transform(transform) => self.closure(ClosureKind::Transform(transform), Vec::new(), env),
            ExprKind::Regex(regex) => self.closure(ClosureKind::Regex(regex), Vec::new(), &None),
            _ => Ok(Val::Undefined),
        }
    }

    fn block(&mut self, parts: &'a [Expr], frame: bool, input: &Val<'a>, env: &Env<'a>) -> Res<Val<'a>> {
        let own;
        let env = if frame {
            self.make(Frame::bytes(parts.len()))?;
            let yard = self.yard();
            own = Some(self.spare.frame(yard, env, &[], Vec::new()));
            &own
        } else {
            return self.parts(parts, input, env);
        };
        let value = self.parts(parts, input, env);
        own.into_iter().for_each(|own| self.spare.give_back_frame(own));
        value
    }

    fn parts(&mut self, parts: &'a [Expr], input: &Val<'a>, env: &Env<'a>) -> Res<Val<'a>> {
        let Some((last, before)) = parts.split_last() else { return Ok(Val::Undefined) };
        for part in before {
            self.eval(part, input, env)?;
        }
        self.eval(last, input, env)
    }

    fn condition(&mut self, all: &'a (Expr, Expr, Option<Expr>), input: &Val<'a>, env: &Env<'a>) -> Res<Val<'a>> {
        let (test, then, otherwise) = all;
        let test = self.eval(test, input, env)?;
        if self.is_true(&test)? {
            return self.eval(then, input, env);
        }
        match otherwise {
            Some(otherwise) => self.eval(otherwise, input, env),
            None => Ok(Val::Undefined),
        }
    }

    fn negate(&mut self, expr: &'a Expr, inner: &'a Expr, input: &Val<'a>, env: &Env<'a>) -> Res<Val<'a>> {
        let value = self.eval(inner, input, env)?;
        if value.is_undefined() {
            return Ok(value);
        }
        match self.numeric(&value)? {
            // Not `-number`: Java has no negative zero here.
            Some(number) => Ok(Val::calculated(0.0 - number)),
            None => {
                let mut error = Error::of("D1002", &value);
                error.token = Some("-".to_owned());
                error.span = Some(expr.span.clone());
                Err(error)
            }
        }
    }

    fn array(&mut self, parts: &'a [Expr], constructed: bool, input: &Val<'a>, env: &Env<'a>) -> Res<Val<'a>> {
        // A single range stays a range, which needs no memory.
        if let ([part], false) = (parts, constructed)
            && matches!(part.kind, ExprKind::Range(_))
        {
            return match self.eval(part, input, env)? {
                Val::Undefined => self.list(Vec::new(), 0),
                range => Ok(range),
            };
        }
        let mut items = Vec::with_capacity(parts.len());
        for part in parts {
            let value = self.eval(part, input, env)?;
            // A constant array was made by a constructor.
            let whole = match &part.kind {
                ExprKind::Array { .. } => true,
                ExprKind::Constant(constant) => constant.is_array(),
                _ => false,
            };
            match &value {
                Val::Undefined => {}
                Val::Array(array) if !whole => self.extend(&mut items, array)?,
                Val::Tuples(tuples) if !whole => self.extend(&mut items, &tuples.as_array())?,
                _ => self.push(&mut items, value)?,
            }
        }
        self.list(items, if constructed { super::value::CONSTRUCTED } else { 0 })
    }

    /// Returns whether a value counts as true.
    pub(crate) fn is_true(&mut self, value: &Val<'a>) -> Res<bool> {
        self.truth(value, 0)
    }

    fn truth(&mut self, value: &Val<'a>, depth: u32) -> Res<bool> {
        Ok(match value {
            Val::Undefined | Val::Null => false,
            Val::Bool(flag) => *flag,
            Val::Number(_) | Val::Long(_) => self.numeric(value)?.is_some_and(|number| number != 0.0),
            Val::Text(text) => !text.as_str().is_empty(),
            Val::Object(object) => object.len() > 0,
            Val::Function(function) => function.regex().is_none(),
            Val::Array(_) | Val::Tuples(_) => {
                self.nests(depth)?;
                let items = value.items();
                self.work(items.len() as u64 / 16)?;
                let mut any = false;
                for item in items.iter() {
                    // All items are read, because a number out of range fails.
                    any |= self.truth(&item, depth + 1)?;
                }
                any
            }
        })
    }

    /// Returns the number, or `None` if the value is not exactly one number.
    pub(crate) fn numeric(&self, value: &Val<'a>) -> Res<Option<f64>> {
        match value.number() {
            Some(number) if number.is_infinite() => {
                let mut error = Error::new("D1001");
                error.value = Some("null".to_owned());
                Err(error)
            }
            number => Ok(number.filter(|number| !number.is_nan())),
        }
    }

    /// Returns the next random number, of 64 bits.
    pub(crate) fn draw(&mut self) -> u64 {
        let at = self.draws;
        self.draws += 1;
        (self.setting.random)(at)
    }

    /// Returns the milliseconds since 1970.
    pub(crate) fn now(&self) -> f64 {
        self.setting.now as f64
    }
}

/// Returns the value of `$`. An array that was wrapped as input is unwrapped.
fn context<'s, 'a>(input: &'s Val<'a>) -> &'s Val<'a> {
    match input.list() {
        Some(list) if list.has(WRAPPER) => list.items.first().unwrap_or(&Val::Undefined),
        _ => input,
    }
}

/// Unwraps a sequence: a single item becomes the item, an empty sequence `undefined`.
pub(crate) fn unwrapped(value: Val<'_>, keep: bool) -> Val<'_> {
    let Some(list) = value.list().filter(|list| list.has(SEQUENCE)) else { return value };
    if keep {
        list.set(KEEP);
    }
    match list.items.as_slice() {
        [] => Val::Undefined,
        [only] if !list.has(KEEP) => only.clone(),
        _ => value,
    }
}

/// Returns an array of one value.
pub(crate) fn single_array(value: Val<'_>) -> Val<'_> {
    let list = List::new(vec![value], 0);
    held::add(list.bytes());
    Val::Array(Array::Own(Rc::new(list)))
}
