//! Sorting, stable and with the comparisons of the reference implementation.

use super::error::Error;
use super::frame::Env;
use super::machine::{Machine, Res};
use super::program::{Expr, Term};
use super::tuple::Tuple;
use super::value::Val;
use crate::text::compare;

/// An item with the keys that were asked for so far.
struct Keyed<'a, T> {
    item: T,
    keys: Vec<Option<Val<'a>>>,
}

impl<'a> Machine<'a> {
    /// Sorts values by the terms of `^`.
    pub(crate) fn sort_by(
        &mut self,
        step: &'a Expr,
        terms: &'a [Term],
        values: Vec<Val<'a>>,
        env: &Env<'a>,
    ) -> Res<Vec<Val<'a>>> {
        self.sort_keyed(step, terms, values, &mut |machine, value, term| machine.eval(&term.key, value, env))
    }

    pub(crate) fn sort_rows(
        &mut self,
        step: &'a Expr,
        terms: &'a [Term],
        rows: Vec<Tuple<'a>>,
        stream: bool,
        env: &Env<'a>,
    ) -> Res<Vec<Tuple<'a>>> {
        self.sort_keyed(step, terms, rows, &mut |machine, row: &Tuple<'a>, term| {
            if stream {
                let frame = machine.row_frame(row, env)?;
                machine.eval(&term.key, &row.value, &frame)
            } else {
                let object = machine.row_object(row.clone())?;
                machine.eval(&term.key, &object, env)
            }
        })
    }

    fn sort_keyed<T>(
        &mut self,
        step: &'a Expr,
        terms: &'a [Term],
        items: Vec<T>,
        key: &mut dyn FnMut(&mut Self, &T, &'a Term) -> Res<Val<'a>>,
    ) -> Res<Vec<T>> {
        self.make(items.len() * (size_of::<Keyed<'_, T>>() + terms.len() * size_of::<Option<Val<'_>>>()))?;
        let keyed = items.into_iter().map(|item| Keyed { item, keys: vec![None; terms.len()] }).collect();
        let sorted = self.merge_sort(keyed, &mut |machine, left: &mut Keyed<'a, T>, right: &mut Keyed<'a, T>| {
            for (at, term) in terms.iter().enumerate() {
                for keyed in [&mut *left, &mut *right] {
                    if let Some(place @ None) = keyed.keys.get_mut(at) {
                        *place = Some(key(machine, &keyed.item, term)?);
                    }
                }
                let known = |keyed: &Keyed<'a, T>| keyed.keys.get(at).cloned().flatten().unwrap_or(Val::Undefined);
                if let Some(after) = after(&known(left), &known(right), term.descending, step)? {
                    return Ok(after);
                }
            }
            Ok(false)
        })?;
        Ok(sorted.into_iter().map(|keyed| keyed.item).collect())
    }

    /// Sorts by halves; `after` says whether the left one belongs behind the right one.
    pub(crate) fn merge_sort<T>(
        &mut self,
        mut items: Vec<T>,
        after: &mut dyn FnMut(&mut Self, &mut T, &mut T) -> Res<bool>,
    ) -> Res<Vec<T>> {
        if items.len() <= 1 {
            return Ok(items);
        }
        let right = items.split_off(items.len() / 2);
        let left = self.merge_sort(items, after)?;
        let right = self.merge_sort(right, after)?;
        let mut merged = Vec::with_capacity(left.len() + right.len());
        let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
        while let (Some(one), Some(other)) = (left.peek_mut(), right.peek_mut()) {
            self.work(1)?;
            if after(self, one, other)? {
                merged.extend(right.next());
            } else {
                merged.extend(left.next());
            }
        }
        merged.extend(left);
        merged.extend(right);
        Ok(merged)
    }
}

/// Whether the left key stands behind the right one; `None` where they are the same.
fn after<'a>(left: &Val<'a>, right: &Val<'a>, descending: bool, step: &Expr) -> Res<Option<bool>> {
    let fail = |mut error: Box<Error>| {
        error.span = Some(step.span.clone());
        Err(error)
    };
    match (left, right) {
        // Nothing comes last, in either order.
        (Val::Undefined, Val::Undefined) => return Ok(None),
        (Val::Undefined, _) => return Ok(Some(true)),
        (_, Val::Undefined) => return Ok(Some(false)),
        _ => {}
    }
    let sortable = |value: &Val<'a>| value.text().is_some() || value.number().is_some();
    if !sortable(left) {
        return fail(Error::of("T2008", left));
    }
    if !sortable(right) {
        return fail(Error::of("T2008", right));
    }
    let greater = match (left, right) {
        (Val::Text(left), Val::Text(right)) => match compare(left.as_str(), right.as_str()) {
            std::cmp::Ordering::Equal => return Ok(None),
            order => order.is_gt(),
        },
        _ => match (left.number(), right.number()) {
            (Some(left), Some(right)) if left == right => return Ok(None),
            // What is no number counts as greater.
            (Some(left), Some(right)) => left > right || left.is_nan() || right.is_nan(),
            _ => return fail(Error::of_both("T2007", left, right)),
        },
    };
    Ok(Some(greater != descending))
}
