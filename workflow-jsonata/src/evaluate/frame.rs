//! What names are bound to, scope in scope; functions share the scopes that they were made in.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use super::limits::held;
use super::program::Sym;
use super::value::{OVERHEAD, Val};

/// The innermost scope; `None` outside of all.
pub(crate) type Env<'a> = Option<Rc<Frame<'a>>>;

/// A scope.
pub(crate) struct Frame<'a> {
    bound: RefCell<Vec<(Sym, Val<'a>)>>,
    parent: Env<'a>,
    yard: Rc<Yard<'a>>,
    /// Whether a function was made in it, which it may hold itself.
    captured: Cell<bool>,
    counted: Cell<usize>,
}

/// Where scopes and functions are taken apart, one after the other: they hold one another to any depth, and in circles.
#[derive(Default)]
pub(crate) struct Yard<'a> {
    remains: RefCell<Vec<Remains<'a>>>,
    busy: Cell<bool>,
    captured: RefCell<Vec<Weak<Frame<'a>>>>,
}

/// What a scope or a function held, only to let go of it.
#[derive(Default)]
#[expect(dead_code, reason = "dropping them is what they are for")]
pub(crate) struct Remains<'a> {
    pub(crate) bound: Vec<(Sym, Val<'a>)>,
    pub(crate) values: Vec<Val<'a>>,
    pub(crate) env: Env<'a>,
}

impl<'a> Frame<'a> {
    pub(crate) fn new(yard: &Rc<Yard<'a>>, parent: &Env<'a>, bound: Vec<(Sym, Val<'a>)>) -> Rc<Self> {
        let counted = Self::bytes(bound.capacity());
        held::add(counted);
        Rc::new(Self {
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

    pub(crate) fn bind(&self, name: Sym, value: Val<'a>) {
        let mut bound = self.bound.borrow_mut();
        let old = match bound.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => Some(std::mem::replace(old, value)),
            None => {
                bound.push((name, value));
                let bytes = Self::bytes(bound.capacity());
                held::add(bytes - self.counted.replace(bytes));
                None
            }
        };
        // What it held may end with it, and then looks at no scope that is borrowed.
        drop(bound);
        drop(old);
    }

    fn own(&self, name: Sym) -> Option<Val<'a>> {
        self.bound.borrow().iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    }

    /// Remembers that a function was made here, so that a circle can be broken at the end.
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

/// What a name is bound to in a scope and those around it.
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

impl<'a> Yard<'a> {
    /// Lets go of what was held, without going deeper the deeper it nests.
    pub(crate) fn bury(&self, remains: Remains<'a>) {
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

    /// Breaks the circles that are left, at the end.
    pub(crate) fn close(&self) {
        let captured = std::mem::take(&mut *self.captured.borrow_mut());
        for frame in captured.iter().filter_map(Weak::upgrade) {
            let mut at = Some(frame);
            while let Some(frame) = at {
                let bound = std::mem::take(&mut *frame.bound.borrow_mut());
                self.bury(Remains { bound, ..Remains::default() });
                at = frame.parent.clone();
            }
        }
    }
}

impl Drop for Frame<'_> {
    fn drop(&mut self) {
        held::subtract(self.counted.get());
        let bound = std::mem::take(self.bound.get_mut());
        let env = self.parent.take();
        let simple =
            |value: &Val<'_>| !matches!(value, Val::Function(_) | Val::Array(_) | Val::Object(_) | Val::Tuples(_));
        // Most scopes end with nothing in them that has a scope of its own.
        if env.as_ref().is_none_or(|env| Rc::strong_count(env) > 1) && bound.iter().all(|(_, value)| simple(value)) {
            return;
        }
        self.yard.bury(Remains { bound, env, ..Remains::default() });
    }
}
