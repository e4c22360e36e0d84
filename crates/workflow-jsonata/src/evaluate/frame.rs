//! Nested scopes of bound names. Functions share the scopes in which they were made.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use super::held;
use super::program::Sym;
use super::value::{OVERHEAD, Val};

/// The innermost scope; `None` outside all scopes.
pub(crate) type Env<'a> = Option<Rc<Frame<'a>>>;

/// A scope.
pub(crate) struct Frame<'a> {
    /// The parameters of the called function.
    params: &'a [Sym],
    /// The values of the parameters.
    arguments: RefCell<Vec<Val<'a>>>,
    /// The other bound names.
    bound: RefCell<Vec<(Sym, Val<'a>)>>,
    parent: Env<'a>,
    yard: Rc<DropQueue<'a>>,
    /// Whether a function was made in it. The scope may then contain that function.
    captured: Cell<bool>,
    counted: Cell<usize>,
}

/// Frees scopes and functions iteratively. They can be nested to any depth, and cyclic.
#[derive(Default)]
pub(crate) struct DropQueue<'a> {
    remains: RefCell<Vec<Dropped<'a>>>,
    busy: Cell<bool>,
    captured: RefCell<Vec<Weak<Frame<'a>>>>,
}

/// The contents of a scope or function, held only to be dropped.
#[derive(Default)]
#[expect(dead_code, reason = "dropping them is what they are for")]
pub(crate) struct Dropped<'a> {
    pub(crate) bound: Vec<(Sym, Val<'a>)>,
    pub(crate) values: Vec<Val<'a>>,
    pub(crate) env: Env<'a>,
}

/// Scopes and argument lists of finished calls, for reuse.
#[derive(Default)]
pub(crate) struct Pool<'a> {
    frames: Vec<Rc<Frame<'a>>>,
    arguments: Vec<Vec<Val<'a>>>,
}

/// The most spare objects of each kind, and the longest spare list.
const SPARE: usize = 16;

impl<'a> Pool<'a> {
    /// Returns an empty list with capacity for `count` arguments.
    pub(crate) fn arguments(&mut self, count: usize) -> Vec<Val<'a>> {
        self.arguments.pop().unwrap_or_else(|| Vec::with_capacity(count.max(4)))
    }

    /// Takes back a list whose values are no longer needed.
    pub(crate) fn give_back(&mut self, mut arguments: Vec<Val<'a>>) {
        if self.arguments.len() < SPARE && (1..=SPARE).contains(&arguments.capacity()) {
            arguments.clear();
            self.arguments.push(arguments);
        }
    }

    /// Returns the scope of a call.
    pub(crate) fn frame(
        &mut self,
        yard: Rc<DropQueue<'a>>,
        parent: &Env<'a>,
        params: &'a [Sym],
        mut arguments: Vec<Val<'a>>,
    ) -> Rc<Frame<'a>> {
        arguments.resize(params.len(), Val::Undefined);
        if let Some(mut frame) = self.frames.pop()
            && let Some(old) = Rc::get_mut(&mut frame)
        {
            old.params = params;
            old.parent.clone_from(parent);
            *old.arguments.get_mut() = arguments;
            old.recount();
            return frame;
        }
        Frame::new(&yard, parent, params, arguments, Vec::new())
    }

    /// Takes back the scope of a finished call, unless it is still referenced.
    pub(crate) fn give_back_frame(&mut self, mut frame: Rc<Frame<'a>>) {
        if self.frames.len() >= SPARE {
            return;
        }
        let Some(ended) = Rc::get_mut(&mut frame) else { return };
        let mut arguments = std::mem::take(ended.arguments.get_mut());
        if ended.is_simple() && arguments.iter().all(Val::is_simple) {
            ended.bound.get_mut().clear();
        } else {
            let bound = std::mem::take(ended.bound.get_mut());
            let values = std::mem::take(&mut arguments);
            ended.yard.bury(Dropped { bound, values, env: ended.parent.take() });
        }
        ended.parent = None;
        ended.captured.set(false);
        self.give_back(arguments);
        self.frames.push(frame);
    }
}

impl<'a> Frame<'a> {
    pub(crate) fn new(
        yard: &Rc<DropQueue<'a>>,
        parent: &Env<'a>,
        params: &'a [Sym],
        arguments: Vec<Val<'a>>,
        bound: Vec<(Sym, Val<'a>)>,
    ) -> Rc<Self> {
        let counted = Self::bytes(arguments.capacity() + bound.capacity());
        held::add(counted);
        Rc::new(Self {
            params,
            arguments: RefCell::new(arguments),
            bound: RefCell::new(bound),
            parent: parent.clone(),
            yard: Rc::clone(yard),
            captured: Cell::new(false),
            counted: Cell::new(counted),
        })
    }

    pub(crate) fn bytes(bound: usize) -> usize {
        size_of::<Self>() + OVERHEAD + bound * size_of::<(Sym, Val<'_>)>()
    }

    /// Updates the number of bytes that it counts as held.
    fn recount(&self) {
        let bytes = Self::bytes(self.arguments.borrow().capacity() + self.bound.borrow().capacity());
        let before = self.counted.replace(bytes);
        held::subtract(before);
        held::add(bytes);
    }

    pub(crate) fn bind(&self, name: Sym, value: Val<'a>) {
        let mut value = Some(value);
        let mut old = None;
        if let Some(at) = self.params.iter().rposition(|param| *param == name)
            && let Some(place) = self.arguments.borrow_mut().get_mut(at)
        {
            old = value.take().map(|value| std::mem::replace(place, value));
        }
        if let Some(value) = value {
            let mut bound = self.bound.borrow_mut();
            match bound.iter_mut().find(|(known, _)| *known == name) {
                Some((_, place)) => old = Some(std::mem::replace(place, value)),
                None => {
                    bound.push((name, value));
                    drop(bound);
                    self.recount();
                }
            }
        }
        // Dropping the old values must not access a borrowed scope.
        drop(old);
    }

    fn own(&self, name: Sym) -> Option<Val<'a>> {
        // If two parameters have the same name, the last one wins.
        if let Some(at) = self.params.iter().rposition(|param| *param == name) {
            return self.arguments.borrow().get(at).cloned();
        }
        self.bound.borrow().iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    }

    /// Returns whether dropping it drops no other scope, except through its arguments.
    fn is_simple(&mut self) -> bool {
        let shared = self.parent.as_ref().is_none_or(|parent| Rc::strong_count(parent) > 1);
        shared && self.bound.get_mut().iter().all(|(_, value)| value.is_simple())
    }

    /// Remembers that a function was made here, so that a cycle can be broken at the end.
    pub(crate) fn capture(self: &Rc<Self>) {
        if !self.captured.replace(true) {
            let mut captured = self.yard.captured.borrow_mut();
            if captured.len() == captured.capacity() {
                captured.retain(|frame| frame.strong_count() > 0);
            }
            captured.push(Rc::downgrade(self));
        }
    }
}

/// Looks up a name in a scope and those around it.
pub(crate) fn lookup<'a>(env: &Env<'a>, name: Sym) -> Option<Val<'a>> {
    let mut frame = env.as_ref();
    while let Some(at) = frame {
        if let Some(value) = at.own(name) {
            return Some(value);
        }
        frame = at.parent.as_ref();
    }
    None
}

impl<'a> DropQueue<'a> {
    /// Frees values without recursion, however deeply they are nested.
    pub(crate) fn bury(&self, remains: Dropped<'a>) {
        self.remains.borrow_mut().push(remains);
        if self.busy.replace(true) {
            return;
        }
        loop {
            let next = self.remains.borrow_mut().pop();
            match next {
                Some(next) => drop(next),
                None => break,
            }
        }
        self.busy.set(false);
    }

    /// Breaks the remaining cycles at the end.
    pub(crate) fn close(&self) {
        let captured = std::mem::take(&mut *self.captured.borrow_mut());
        for frame in captured.iter().filter_map(Weak::upgrade) {
            let mut at = Some(frame);
            while let Some(frame) = at {
                let bound = std::mem::take(&mut *frame.bound.borrow_mut());
                let values = std::mem::take(&mut *frame.arguments.borrow_mut());
                self.bury(Dropped { bound, values, env: None });
                at = frame.parent.clone();
            }
        }
    }
}

impl Drop for Frame<'_> {
    fn drop(&mut self) {
        held::subtract(self.counted.get());
        // Most scopes do not contain any value with a scope of its own.
        if self.is_simple() && self.arguments.get_mut().iter().all(Val::is_simple) {
            return;
        }
        let bound = std::mem::take(self.bound.get_mut());
        let values = std::mem::take(self.arguments.get_mut());
        self.yard.bury(Dropped { bound, values, env: self.parent.take() });
    }
}
