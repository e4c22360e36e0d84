//! Objects by keys: constructors and groupings.

use indexmap::IndexMap;
use serde_json::Value;

use super::error::Error;
use super::frame::Env;
use super::machine::{Machine, Res};
use super::members::Members;
use super::program::{ExprKind, Group};
use super::tuple::Tuple;
use super::value::{Text, Val};

/// The values of one key.
enum Gathered<'a> {
    One(Val<'a>),
    Many(Vec<Val<'a>>),
}

/// The value of a key, and the pair of the grouping that produced it.
struct GroupEntry<T> {
    pair: usize,
    data: T,
}

impl<'a> Machine<'a> {
    #[inline(never)]
    pub(crate) fn group(&mut self, group: &'a Group, input: &Val<'a>, env: &Env<'a>) -> Res<Val<'a>> {
        if let Val::Tuples(tuples) = input {
            return self.group_rows(group, &tuples.rows, env);
        }
        let items = input.items();
        // Usually a constructor: each key has one value.
        if items.len() <= 1 {
            let item = items.get(0);
            return self.group_one(group, &item, env);
        }
        let mut groups: IndexMap<Text<'a>, GroupEntry<Gathered<'a>>> = IndexMap::new();
        for at in 0..items.len() {
            let item = items.get(at);
            for (number, (key, _)) in group.pairs.iter().enumerate() {
                let key = self.eval(key, &item, env)?;
                let Some(key) = key_of(group, key)? else { continue };
                match groups.get_mut(&key) {
                    None => {
                        self.make(64)?;
                        groups.insert(key, GroupEntry { pair: number, data: Gathered::One(item.clone()) });
                    }
                    Some(entry) if entry.pair != number => return Err(twice(group, key)),
                    Some(entry) => self.gather(&mut entry.data, &item)?,
                }
            }
        }
        let mut object = Members::new();
        for (key, entry) in in_order(groups) {
            let context = match entry.data {
                Gathered::One(value) => value,
                Gathered::Many(items) => self.list(items, 0)?,
            };
            self.member(group, entry.pair, key, &context, env, &mut object)?;
        }
        self.finished(object)
    }

    fn group_one(&mut self, group: &'a Group, item: &Val<'a>, env: &Env<'a>) -> Res<Val<'a>> {
        if group.plain {
            let mut object = Members::with_capacity(group.pairs.len());
            for (key, value) in &group.pairs {
                let value = self.eval(value, item, env)?;
                if let (ExprKind::Constant(Value::String(key)), false) = (&key.kind, value.is_undefined()) {
                    self.make(64)?;
                    object.insert_new(Text::Json(key), value);
                }
            }
            return self.finished(object);
        }
        // All keys are evaluated before all values.
        let mut keys: Vec<(Text<'a>, usize)> = Vec::with_capacity(group.pairs.len());
        for (number, (key, _)) in group.pairs.iter().enumerate() {
            let key = self.eval(key, item, env)?;
            let Some(key) = key_of(group, key)? else { continue };
            if keys.iter().any(|(known, _)| *known == key) {
                return Err(twice(group, key));
            }
            keys.push((key, number));
        }
        let mut object = Members::with_capacity(keys.len());
        for (key, number) in keys {
            self.member(group, number, key, item, env, &mut object)?;
        }
        self.finished(object)
    }

    fn member(
        &mut self,
        group: &'a Group,
        pair: usize,
        key: Text<'a>,
        context: &Val<'a>,
        env: &Env<'a>,
        object: &mut Members<'a>,
    ) -> Res<()> {
        let Some((_, value)) = group.pairs.get(pair) else { return Ok(()) };
        let value = self.eval(value, context, env)?;
        if !value.is_undefined() {
            self.make(64)?;
            object.insert(key, value);
        }
        Ok(())
    }

    fn gather(&mut self, data: &mut Gathered<'a>, item: &Val<'a>) -> Res<()> {
        if item.is_undefined() {
            return Ok(());
        }
        let mut items = match std::mem::replace(data, Gathered::One(Val::Undefined)) {
            Gathered::One(Val::Undefined) => {
                *data = Gathered::One(item.clone());
                return Ok(());
            }
            Gathered::One(first) => {
                let mut items = Vec::new();
                self.spread_into(&mut items, &first)?;
                items
            }
            Gathered::Many(items) => items,
        };
        self.spread_into(&mut items, item)?;
        *data = Gathered::Many(items);
        Ok(())
    }

    /// Appends the items of an array, or a single value.
    pub(crate) fn spread_into(&mut self, items: &mut Vec<Val<'a>>, value: &Val<'a>) -> Res<()> {
        match value {
            Val::Array(array) => self.extend(items, array),
            Val::Tuples(tuples) => self.extend(items, &tuples.as_array()),
            single => self.push(items, single.clone()),
        }
    }

    /// Returns both values as one array. `undefined` adds nothing.
    pub(crate) fn append(&mut self, left: &Val<'a>, right: &Val<'a>) -> Res<Val<'a>> {
        if left.is_undefined() {
            return Ok(right.clone());
        }
        if right.is_undefined() {
            return Ok(left.clone());
        }
        let mut items = Vec::new();
        self.spread_into(&mut items, left)?;
        self.spread_into(&mut items, right)?;
        self.list(items, 0)
    }

    fn group_rows(&mut self, group: &'a Group, rows: &[Tuple<'a>], env: &Env<'a>) -> Res<Val<'a>> {
        let nothing = [Tuple::new(Val::Undefined)];
        let rows = if rows.is_empty() { &nothing[..] } else { rows };
        let mut groups: IndexMap<Text<'a>, GroupEntry<Vec<&Tuple<'a>>>> = IndexMap::new();
        for row in rows {
            let frame = self.row_frame(row, env)?;
            for (number, (key, _)) in group.pairs.iter().enumerate() {
                let key = self.eval(key, &row.value, &frame)?;
                let Some(key) = key_of(group, key)? else { continue };
                self.make(16)?;
                match groups.get_mut(&key) {
                    None => drop(groups.insert(key, GroupEntry { pair: number, data: vec![row] })),
                    Some(entry) if entry.pair != number => return Err(twice(group, key)),
                    Some(entry) => entry.data.push(row),
                }
            }
        }
        let mut object = Members::new();
        for (key, entry) in in_order(groups) {
            let row = self.one_row(&entry.data)?;
            let frame = self.row_frame(&row, env)?;
            self.member(group, entry.pair, key, &row.value, &frame, &mut object)?;
        }
        self.finished(object)
    }

    /// Merges rows into one, in which the bound names are arrays.
    fn one_row(&mut self, rows: &[&Tuple<'a>]) -> Res<Tuple<'a>> {
        let Some((first, rest)) = rows.split_first() else { return Ok(Tuple::new(Val::Undefined)) };
        let mut values = Gathered::One(first.value.clone());
        let mut bound: Vec<_> = first.bound.iter().map(|(name, value)| (*name, Gathered::One(value.clone()))).collect();
        for row in rest {
            self.gather(&mut values, &row.value)?;
            for (name, value) in &row.bound {
                match bound.iter_mut().find(|(known, _)| known == name) {
                    Some((_, data)) => self.gather(data, value)?,
                    None => bound.push((*name, Gathered::One(value.clone()))),
                }
            }
        }
        let mut row = Tuple::new(self.gathered(values)?);
        for (name, data) in bound {
            row.set(name, self.gathered(data)?);
        }
        Ok(row)
    }

    fn gathered(&mut self, data: Gathered<'a>) -> Res<Val<'a>> {
        match data {
            Gathered::One(value) => Ok(value),
            Gathered::Many(items) => self.list(items, 0),
        }
    }
}

/// Returns the groups in JavaScript's order of keys.
fn in_order<T>(mut groups: IndexMap<Text<'_>, T>) -> IndexMap<Text<'_>, T> {
    use super::value::array_index;
    if groups.keys().any(|key| array_index(key.as_str()).is_some()) {
        groups.sort_by_cached_key(|key, _| array_index(key.as_str()).unwrap_or(u64::MAX));
    }
    groups
}

/// Returns the key for a value, or `None` if it is `undefined`.
fn key_of<'a>(group: &Group, key: Val<'a>) -> Res<Option<Text<'a>>> {
    match key {
        Val::Undefined => Ok(None),
        Val::Text(text) => Ok(Some(text)),
        other => {
            let mut error = Error::of("T1003", &other);
            error.span = Some(group.span.clone());
            Err(error)
        }
    }
}

fn twice<'a>(group: &Group, key: Text<'a>) -> Box<Error> {
    let mut error = Error::of("D1009", &Val::Text(key));
    error.span = Some(group.span.clone());
    error
}
