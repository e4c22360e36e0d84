//! Stable sorting with the comparisons of the reference implementation.

use std::cmp::Ordering;

use super::error::Error;
use super::frame::Env;
use super::machine::{Machine, Res};
use super::program::{Expr, ExprKind, Term};
use super::tuple::Tuple;
use super::value::Val;
use crate::text::compare;

/// Returns whether the left one of two items, given by index, belongs after the right one.
type IsAfter<'f, 'a, T> = dyn FnMut(&mut Machine<'a>, &[T], usize, usize) -> Res<bool> + 'f;

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
        self.make(items.len() * (size_of::<T>() + (terms.len() + 1) * size_of::<Option<Val<'_>>>()))?;
        if terms.iter().all(|term| is_plain(&term.key)) {
            let mut keys = Vec::with_capacity(items.len() * terms.len());
            for item in &items {
                for term in terms {
                    keys.push(key(self, item, term)?);
                }
            }
            let kept = |at: usize| keys.iter().skip(at).step_by(terms.len());
            if (0..terms.len()).all(|at| of_one_kind(kept(at))) {
                self.work(items.len() as u64 * u64::from(items.len().checked_ilog2().unwrap_or(0)))?;
                return Ok(sorted(items, terms, &keys));
            }
        }
        let mut keys: Vec<Option<Val<'a>>> = vec![None; items.len() * terms.len()];
        self.merge_sort(items, &mut |machine, items, left, right| {
            for (at, term) in terms.iter().enumerate() {
                for item in [left, right] {
                    if let (Some(place @ None), Some(value)) = (keys.get_mut(item * terms.len() + at), items.get(item))
                    {
                        *place = Some(key(machine, value, term)?);
                    }
                }
                let known = |item: usize| keys.get(item * terms.len() + at).and_then(Option::as_ref);
                if let (Some(left), Some(right)) = (known(left), known(right))
                    && let Some(after) = after(left, right, term.descending, step)?
                {
                    return Ok(after);
                }
            }
            Ok(false)
        })
    }

    /// Sorts by a function that compares the same plain members of both arguments: `$l.price > $r.price`. Returns
    /// `None` for any other function, or if the keys have different kinds.
    pub(crate) fn sort_by_comparison(
        &mut self,
        function: &Val<'a>,
        items: &mut Vec<Val<'a>>,
    ) -> Res<Option<Vec<Val<'a>>>> {
        let Val::Function(function) = function else { return Ok(None) };
        let Some((names, descending)) = function.compares() else { return Ok(None) };
        let mut keys = Vec::with_capacity(items.len());
        for item in items.iter() {
            keys.push(self.members_of(item, names)?);
        }
        if !of_one_kind(keys.iter()) {
            return Ok(None);
        }
        self.work(items.len() as u64 * u64::from(items.len().checked_ilog2().unwrap_or(0)))?;
        let items = std::mem::take(items);
        let mut order: Vec<usize> = (0..items.len()).collect();
        order.sort_by(|left, right| in_order(keys.get(*left), keys.get(*right), descending));
        Ok(Some(arranged(items, &order)))
    }

    /// Merge sort as in the reference implementation, so that comparisons happen in the same order.
    pub(crate) fn merge_sort<T>(&mut self, items: Vec<T>, after: &mut IsAfter<'_, 'a, T>) -> Res<Vec<T>> {
        let mut order: Vec<usize> = (0..items.len()).collect();
        let mut merged = Vec::with_capacity(items.len());
        self.sort_half(&items, &mut order, &mut merged, after)?;
        Ok(arranged(items, &order))
    }

    fn sort_half<T>(
        &mut self,
        items: &[T],
        order: &mut [usize],
        merged: &mut Vec<usize>,
        after: &mut IsAfter<'_, 'a, T>,
    ) -> Res<()> {
        if order.len() <= 1 {
            return Ok(());
        }
        let (left, right) = order.split_at_mut(order.len() / 2);
        self.sort_half(items, left, merged, after)?;
        self.sort_half(items, right, merged, after)?;
        merged.clear();
        {
            let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
            while let (Some(one), Some(other)) = (left.peek(), right.peek()) {
                self.work(1)?;
                if after(self, items, **one, **other)? {
                    merged.extend(right.next());
                } else {
                    merged.extend(left.next());
                }
            }
            merged.extend(left);
            merged.extend(right);
        }
        order.copy_from_slice(merged);
        Ok(())
    }
}

/// Returns whether evaluating a key cannot fail and has no side effects.
fn is_plain(key: &Expr) -> bool {
    matches!(key.kind, ExprKind::Straight(..) | ExprKind::Context) && key.extra.is_none()
}

/// Returns whether all keys are strings, or all are comparable numbers.
fn of_one_kind<'k, 'a: 'k>(mut keys: impl Iterator<Item = &'k Val<'a>> + Clone) -> bool {
    keys.clone().all(|key| key.text().is_some()) || keys.all(|key| key.number().is_some_and(f64::is_finite))
}

/// Sorts items by their keys. The keys of each term have the same kind.
fn sorted<T>(items: Vec<T>, terms: &[Term], keys: &[Val<'_>]) -> Vec<T> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by(|left, right| {
        let known = |item: usize, at: usize| keys.get(item * terms.len() + at);
        let each = terms.iter().enumerate();
        let mut orders = each.map(|(at, term)| in_order(known(*left, at), known(*right, at), term.descending));
        orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
    arranged(items, &order)
}

fn in_order(left: Option<&Val<'_>>, right: Option<&Val<'_>>, descending: bool) -> Ordering {
    let (Some(left), Some(right)) = (left, right) else { return Ordering::Equal };
    let order = match (left.text(), right.text()) {
        (Some(left), Some(right)) => compare(left, right),
        _ => left.number().partial_cmp(&right.number()).unwrap_or(Ordering::Equal),
    };
    if descending { order.reverse() } else { order }
}

/// Returns the items in the given order, a permutation.
fn arranged<T>(items: Vec<T>, order: &[usize]) -> Vec<T> {
    let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
    order.iter().filter_map(|at| items.get_mut(*at).and_then(Option::take)).collect()
}

/// Returns whether the left key belongs after the right one, or `None` if they are equal.
fn after<'a>(left: &Val<'a>, right: &Val<'a>, descending: bool, step: &Expr) -> Res<Option<bool>> {
    let fail = |mut error: Box<Error>| {
        error.span = Some(step.span.clone());
        Err(error)
    };
    match (left, right) {
        // `undefined` comes last in either order.
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
            Ordering::Equal => return Ok(None),
            order => order.is_gt(),
        },
        _ => match (left.number(), right.number()) {
            (Some(left), Some(right)) if left == right => return Ok(None),
            // NaN counts as greater.
            (Some(left), Some(right)) => left > right || left.is_nan() || right.is_nan(),
            _ => return fail(Error::of_both("T2007", left, right)),
        },
    };
    Ok(Some(greater != descending))
}
