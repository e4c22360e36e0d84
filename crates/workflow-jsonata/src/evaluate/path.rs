//! Evaluates paths: steps over sequences, filters, and names that steps bind.

use std::rc::Rc;

use serde_json::Value;

use super::frame::{Env, Frame};
use super::machine::{Machine, Res};
use super::program::{Expr, ExprKind, Stage, Steps};
use super::tuple::{Tuple, Tuples};
use super::value::{Array, CONSTRUCTED, Items, KEEP, Object, SEQUENCE, Text, Val, WRAPPER, member};

/// The values between two steps.
enum Stream<'a> {
    /// A value. Unless it is an array, it stands for a sequence of itself.
    Values(Val<'a>),
    /// A new sequence.
    Sequence(Vec<Val<'a>>),
}

impl<'a> Stream<'a> {
    fn items(&self) -> Either<'_, 'a> {
        match self {
            Self::Values(value) => Either::Items(value.items()),
            Self::Sequence(items) => Either::Slice(items),
        }
    }
}

enum Either<'s, 'a> {
    Items(Items<'a>),
    Slice(&'s [Val<'a>]),
}

impl<'a> Either<'_, 'a> {
    fn len(&self) -> usize {
        match self {
            Self::Items(items) => items.len(),
            Self::Slice(items) => items.len(),
        }
    }

    fn get(&self, at: usize) -> Val<'a> {
        match self {
            Self::Items(items) => items.get(at),
            Self::Slice(items) => items.get(at).cloned().unwrap_or(Val::Undefined),
        }
    }
}

/// Rows of values with their bound names. Sorting makes them plain objects, like the reference.
struct Rows<'a> {
    rows: Vec<Tuple<'a>>,
    stream: bool,
}

impl<'a> Machine<'a> {
    /// Returns the members of that name of a value, or of each item of an array.
    pub(crate) fn name_of(&mut self, input: &Val<'a>, name: &str) -> Res<Val<'a>> {
        match input {
            Val::Object(object) => Ok(object.get(name)),
            Val::Array(_) | Val::Tuples(_) => {
                let mut found = Vec::new();
                self.collect_members(input, name, &mut found, 0)?;
                self.sequence(found)
            }
            _ => Ok(Val::Undefined),
        }
    }

    fn collect_members(&mut self, input: &Val<'a>, name: &str, found: &mut Vec<Val<'a>>, depth: u32) -> Res<()> {
        self.nests(depth)?;
        let items = input.items();
        self.work(items.len() as u64 / 4)?;
        for item in items.iter() {
            match &item {
                Val::Object(object) => match object.get(name) {
                    Val::Undefined => {}
                    Val::Array(array) => self.extend(found, &array)?,
                    value => self.push(found, value)?,
                },
                Val::Array(_) | Val::Tuples(_) => self.collect_members(&item, name, found, depth + 1)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Follows names from a value; an array stands for its items.
    pub(crate) fn names_of_many(&mut self, value: Val<'a>, names: &'a [String], whole: bool) -> Res<Val<'a>> {
        let mut step = StepValues::default();
        if whole {
            self.walk_found(value, names, &mut step, 0)?;
        } else {
            self.walk_items(&value, names, &mut step)?;
        }
        match step.finish(self, true)? {
            Stream::Values(value) => Ok(super::machine::unwrapped(value, false)),
            Stream::Sequence(items) => self.sequence(items),
        }
    }

    /// Follows names from a value.
    pub(crate) fn members_of(&mut self, value: &Val<'a>, names: &'a [String]) -> Res<Val<'a>> {
        match value {
            _ if names.is_empty() => Ok(value.clone()),
            Val::Object(Object::Json(json)) => self.straight_json(json, names),
            value => self.names_of_many(value.clone(), names, true),
        }
    }

    fn walk_items(&mut self, value: &Val<'a>, names: &'a [String], out: &mut StepValues<'a>) -> Res<()> {
        match value {
            Val::Array(Array::Json(items)) => self.walk_all(items.as_array().map_or(&[], Vec::as_slice), names, out, 0),
            Val::Array(Array::Own(list)) => {
                self.work(list.items.len() as u64)?;
                list.items.iter().try_for_each(|item| self.walk_value(item, names, out, 0))
            }
            other => other.items().iter().try_for_each(|item| self.walk_value(&item, names, out, 0)),
        }
    }

    /// Follows the names from each item, depth first, which keeps the order.
    fn walk_all(&mut self, items: &'a [Value], names: &'a [String], out: &mut StepValues<'a>, depth: u32) -> Res<()> {
        self.nests(depth)?;
        self.work(items.len() as u64)?;
        if out.items.capacity() == 0 {
            out.items.reserve(items.len().min(64));
        }
        items.iter().try_for_each(|item| self.walk(item, names, out, depth + 1))
    }

    fn walk(&mut self, mut value: &'a Value, names: &'a [String], out: &mut StepValues<'a>, depth: u32) -> Res<()> {
        let mut rest = names;
        while let Some((name, after)) = rest.split_first() {
            match value {
                Value::Object(members) => match member(members, name) {
                    Some(Value::Array(items)) if !after.is_empty() => return self.walk_all(items, after, out, depth),
                    Some(found) => value = found,
                    None => return Ok(()),
                },
                Value::Array(_) => {
                    let found = self.name_of(&Val::json(value), name)?;
                    return self.walk_found(found, after, out, depth);
                }
                _ => return Ok(()),
            }
            rest = after;
        }
        out.add(self, Val::json(value))
    }

    /// Continues from the value of a name.
    fn walk_found(&mut self, found: Val<'a>, names: &'a [String], out: &mut StepValues<'a>, depth: u32) -> Res<()> {
        self.nests(depth)?;
        if names.is_empty() {
            return out.add(self, found);
        }
        match &found {
            Val::Array(_) if found.list().is_some_and(|list| list.has(CONSTRUCTED)) => {
                self.walk_value(&found, names, out, depth + 1)
            }
            Val::Array(_) | Val::Tuples(_) => {
                let items = found.items();
                self.work(items.len() as u64)?;
                items.iter().try_for_each(|item| self.walk_value(&item, names, out, depth + 1))
            }
            single => self.walk_value(single, names, out, depth + 1),
        }
    }

    fn walk_value(&mut self, value: &Val<'a>, names: &'a [String], out: &mut StepValues<'a>, depth: u32) -> Res<()> {
        match value {
            Val::Object(Object::Json(json)) | Val::Array(Array::Json(json)) => self.walk(json, names, out, depth),
            Val::Object(_) | Val::Array(_) | Val::Tuples(_) => match names.split_first() {
                Some((name, after)) => {
                    let found = self.name_of(value, name)?;
                    self.walk_found(found, after, out, depth)
                }
                None => out.add(self, value.clone()),
            },
            _ if names.is_empty() => out.add(self, value.clone()),
            _ => Ok(()),
        }
    }

    #[inline(never)]
    pub(crate) fn path(&mut self, expr: &'a Expr, path: &'a Steps, input: &Val<'a>, env: &Env<'a>) -> Res<Val<'a>> {
        let is_variable =
            |step: &Expr| matches!(step.kind, ExprKind::Variable(_) | ExprKind::Global(_) | ExprKind::Context);
        let first_is_variable = path.steps.first().is_some_and(is_variable);
        let mut stream = match input {
            Val::Array(_) | Val::Tuples(_) if first_is_variable => Stream::Sequence(vec![input.clone()]),
            input => Stream::Values(input.clone()),
        };
        let mut rows: Option<Rows<'a>> = None;
        let mut in_rows = false;
        for (at, step) in path.steps.iter().enumerate() {
            let last = at + 1 == path.steps.len();
            in_rows |= step.tuple();
            let constructed = match &step.kind {
                ExprKind::Array { constructed, .. } | ExprKind::Block { constructed, .. } => *constructed,
                _ => false,
            };
            if at == 0 && constructed {
                let context = self.stream_value(stream)?;
                let value = self.eval(step, &context, env)?;
                let next = path.steps.get(1).filter(|next| !next.tuple() && !matches!(next.kind, ExprKind::Sort(_)));
                stream = match (value, next) {
                    (Val::Undefined, _) => Stream::Sequence(Vec::new()),
                    // The reference treats a value that is not an array as one without items, and a string as its
                    // characters.
                    (Val::Text(text), Some(_)) => Stream::Sequence(self.characters(text.as_str())?),
                    (value, Some(_)) if !value.is_array() => Stream::Sequence(Vec::new()),
                    (value, _) => Stream::Values(value),
                };
            } else if in_rows {
                rows = Some(self.tuple_step(step, &stream, rows, env)?);
                continue;
            } else {
                stream = self.step(step, &stream, env, last)?;
            }
            if !in_rows && stream.items().len() == 0 {
                break;
            }
        }
        let group = expr.extra.as_ref().and_then(|extra| extra.group.as_ref());
        if in_rows {
            let Rows { rows, stream: is_stream } = rows.unwrap_or(Rows { rows: Vec::new(), stream: true });
            if let Some(group) = group {
                let value = self.rows_value(rows, is_stream)?;
                return self.group(group, &value, env);
            }
            if expr.tuple() {
                return self.rows_value(rows, is_stream);
            }
            stream = Stream::Sequence(rows.into_iter().map(|row| row.value).collect());
        }
        if path.keep_singleton || expr.keep_array || group.is_some() {
            return self.kept_or_grouped(expr, path, stream, env);
        }
        match stream {
            Stream::Values(value) => Ok(value),
            Stream::Sequence(items) => self.sequence(items),
        }
    }

    /// Returns the UTF-16 units of a string.
    fn characters(&mut self, text: &str) -> Res<Vec<Val<'a>>> {
        let mut all = Vec::new();
        for unit in text.encode_utf16() {
            self.work(1)?;
            self.make(64)?;
            self.push(&mut all, Val::Text(Text::own(String::from_utf16_lossy(&[unit]))))?;
        }
        Ok(all)
    }

    fn kept_or_grouped(&mut self, expr: &'a Expr, path: &'a Steps, stream: Stream<'a>, env: &Env<'a>) -> Res<Val<'a>> {
        let mut value = match stream {
            Stream::Values(value) => value,
            Stream::Sequence(items) => self.list(items, SEQUENCE)?,
        };
        if path.keep_singleton {
            if value.list().is_some_and(|list| list.has(CONSTRUCTED) && !list.has(SEQUENCE)) {
                value = self.list(vec![value], SEQUENCE)?;
            }
            if let Some(list) = value.list() {
                list.set(KEEP);
            }
        }
        match expr.extra.as_ref().and_then(|extra| extra.group.as_ref()) {
            Some(group) => self.group(group, &value, env),
            None => Ok(value),
        }
    }

    fn stream_value(&mut self, stream: Stream<'a>) -> Res<Val<'a>> {
        match stream {
            Stream::Values(value) if value.is_array() => Ok(value),
            Stream::Values(value) => self.list(vec![value], SEQUENCE),
            Stream::Sequence(items) => self.list(items, SEQUENCE),
        }
    }

    fn rows_value(&mut self, rows: Vec<Tuple<'a>>, stream: bool) -> Res<Val<'a>> {
        if stream {
            self.make(rows.iter().map(Tuple::bytes).sum())?;
            return Ok(Val::Tuples(Rc::new(Tuples::new(rows))));
        }
        let mut objects = Vec::with_capacity(rows.len());
        for row in rows {
            objects.push(self.row_object(row)?);
        }
        self.list(objects, 0)
    }

    /// Evaluates one step over all values.
    fn step(&mut self, step: &'a Expr, stream: &Stream<'a>, env: &Env<'a>, last: bool) -> Res<Stream<'a>> {
        if let ExprKind::Sort(terms) = &step.kind {
            let items = stream.items();
            let values: Vec<_> = (0..items.len()).map(|at| items.get(at)).collect();
            let mut value = match values.len() {
                0 | 1 => match stream {
                    Stream::Values(value) if value.is_array() => value.clone(),
                    _ => self.list(values, SEQUENCE)?,
                },
                _ => {
                    let sorted = self.sort_by(step, terms, values, env)?;
                    self.list(sorted, 0)?
                }
            };
            for stage in stages(step) {
                if let Stage::Filter(filter) = stage {
                    value = self.filter(filter, value, env)?;
                }
            }
            return Ok(Stream::Values(value));
        }
        let mut out = StepValues::default();
        if let ExprKind::Names(names) = &step.kind {
            match stream {
                Stream::Values(value) => self.walk_items(value, names, &mut out)?,
                Stream::Sequence(items) => {
                    self.work(items.len() as u64)?;
                    items.iter().try_for_each(|item| self.walk_value(item, names, &mut out, 0))?;
                }
            }
            return out.finish(self, last);
        }
        let mut one = |machine: &mut Self, item: &Val<'a>| {
            let mut value = machine.eval(step, item, env)?;
            for stage in stages(step) {
                // Values with an index are stored in rows.
                if let Stage::Filter(filter) = stage {
                    value = machine.filter(filter, value, env)?;
                }
            }
            out.add(machine, value)
        };
        match stream {
            Stream::Values(value) if !value.is_array() => one(self, value)?,
            Stream::Values(value) => value.items().iter().try_for_each(|item| one(self, &item))?,
            Stream::Sequence(items) => items.iter().try_for_each(|item| one(self, item))?,
        }
        out.finish(self, last)
    }

    /// Returns the items for which a filter is true, or those at the positions that it returns.
    #[inline(never)]
    pub(crate) fn filter(&mut self, filter: &'a Expr, input: Val<'a>, env: &Env<'a>) -> Res<Val<'a>> {
        if let Val::Tuples(tuples) = &input {
            let rows = self.filter_rows(filter, tuples.rows.clone(), true, env)?;
            return self.rows_value(rows, true);
        }
        let items = input.items();
        if let Some(place) = place(filter) {
            let at = from_end(place, items.len());
            return match at.map_or(Val::Undefined, |at| items.get(at)) {
                Val::Undefined => self.list(Vec::new(), SEQUENCE),
                item @ Val::Array(_) => Ok(item),
                item => self.list(vec![item], SEQUENCE),
            };
        }
        let mut kept = Vec::new();
        for at in 0..items.len() {
            let item = items.get(at);
            let value = self.eval(filter, &item, env)?;
            for _ in 0..self.times_kept(&value, at, items.len())? {
                self.push(&mut kept, item.clone())?;
            }
        }
        self.list(kept, SEQUENCE)
    }

    /// Returns how often an item is kept for the value of its filter.
    fn times_kept(&mut self, value: &Val<'a>, at: usize, count: usize) -> Res<usize> {
        if let Val::Bool(flag) = value {
            return Ok(usize::from(*flag));
        }
        if let Some(number) = self.numeric(value)? {
            return Ok(usize::from(from_end(number, count) == Some(at)));
        }
        if value.is_array() {
            let items = value.items();
            self.work(items.len() as u64 / 4)?;
            let mut times = 0;
            let mut numbers = true;
            for item in items.iter() {
                match self.numeric(&item)? {
                    Some(number) => times += usize::from(from_end(number, count) == Some(at)),
                    None => numbers = false,
                }
            }
            if numbers {
                return Ok(times);
            }
        }
        Ok(usize::from(self.is_true(value)?))
    }

    fn filter_rows(
        &mut self,
        filter: &'a Expr,
        rows: Vec<Tuple<'a>>,
        stream: bool,
        env: &Env<'a>,
    ) -> Res<Vec<Tuple<'a>>> {
        let count = rows.len();
        if let Some(place) = place(filter) {
            let at = from_end(place, count);
            return Ok(rows.into_iter().enumerate().filter(|(row, _)| Some(*row) == at).map(|(_, row)| row).collect());
        }
        let mut kept = Vec::new();
        for (at, row) in rows.into_iter().enumerate() {
            let value = if stream {
                let frame = self.row_frame(&row, env)?;
                self.eval(filter, &row.value, &frame)?
            } else {
                let object = self.row_object(row.clone())?;
                self.eval(filter, &object, env)?
            };
            for _ in 0..self.times_kept(&value, at, count)? {
                self.make(row.bytes())?;
                kept.push(row.clone());
            }
        }
        Ok(kept)
    }

    /// Returns a scope with the names that a row binds.
    pub(crate) fn row_frame(&mut self, row: &Tuple<'a>, env: &Env<'a>) -> Res<Env<'a>> {
        self.make(Frame::bytes(row.bound.len()))?;
        Ok(Some(Frame::new(&self.yard(), env, &[], Vec::new(), row.bound.clone())))
    }

    fn stage_rows(&mut self, step: &'a Expr, mut rows: Rows<'a>, env: &Env<'a>) -> Res<Rows<'a>> {
        for stage in stages(step) {
            match stage {
                Stage::Filter(filter) => {
                    rows.rows = self.filter_rows(filter, rows.rows, rows.stream, env)?;
                }
                Stage::Index(name) => {
                    for (at, row) in rows.rows.iter_mut().enumerate() {
                        row.set(*name, Val::Number(at as f64));
                    }
                }
            }
        }
        Ok(rows)
    }

    /// Evaluates one step over rows.
    fn tuple_step(
        &mut self,
        step: &'a Expr,
        stream: &Stream<'a>,
        rows: Option<Rows<'a>>,
        env: &Env<'a>,
    ) -> Res<Rows<'a>> {
        let extra = step.extra.as_deref();
        if let ExprKind::Sort(terms) = &step.kind {
            let sorted = match rows {
                Some(Rows { rows, stream }) => {
                    let alone = rows.len() <= 1;
                    let rows = if alone { rows } else { self.sort_rows(step, terms, rows, stream, env)? };
                    Rows { rows, stream: stream && alone }
                }
                None => {
                    let items = stream.items();
                    let mut values: Vec<_> = (0..items.len()).map(|at| items.get(at)).collect();
                    if values.len() > 1 {
                        values = self.sort_by(step, terms, values, env)?;
                    }
                    let mut rows = Vec::with_capacity(values.len());
                    for (at, value) in values.into_iter().enumerate() {
                        let mut row = Tuple::new(value);
                        if let Some(index) = extra.and_then(|extra| extra.index) {
                            row.set(index, Val::Number(at as f64));
                        }
                        self.make(row.bytes())?;
                        rows.push(row);
                    }
                    Rows { rows, stream: true }
                }
            };
            return self.stage_rows(step, sorted, env);
        }
        let before = match rows {
            Some(rows) => rows.rows,
            None => {
                let items = stream.items();
                (0..items.len()).map(|at| Tuple::new(items.get(at))).collect()
            }
        };
        let mut after = Vec::new();
        for row in before {
            let frame = self.row_frame(&row, env)?;
            let value = self.eval(step, &row.value, &frame)?;
            if value.is_undefined() {
                continue;
            }
            if let Val::Tuples(inner) = &value {
                for inner in &inner.rows {
                    let mut next = row.clone();
                    next.value = inner.value.clone();
                    inner.bound.iter().for_each(|(name, value)| next.set(*name, value.clone()));
                    self.make(next.bytes())?;
                    after.push(next);
                }
                continue;
            }
            let items = value.items();
            for at in 0..items.len() {
                let mut next = row.clone();
                let item = items.get(at);
                match extra.and_then(|extra| extra.focus) {
                    Some(focus) => next.set(focus, item),
                    None => next.value = item,
                }
                if let Some(index) = extra.and_then(|extra| extra.index) {
                    next.set(index, Val::Number(at as f64));
                }
                if let Some(label) = extra.and_then(|extra| extra.label) {
                    next.set(label, row.value.clone());
                }
                self.work(1)?;
                self.make(next.bytes())?;
                after.push(next);
            }
        }
        self.stage_rows(step, Rows { rows: after, stream: true }, env)
    }

    /// Evaluates `*`.
    pub(crate) fn wildcard(&mut self, input: &Val<'a>) -> Res<Val<'a>> {
        let inner = match input.list() {
            Some(list) if list.has(WRAPPER) && !list.items.is_empty() => list.items.first().cloned(),
            _ => None,
        };
        let input = inner.as_ref().unwrap_or(input);
        let mut found = Vec::new();
        let mut concatenated = false;
        let mut add = |machine: &mut Self, value: &Val<'a>| {
            if value.is_array() {
                concatenated = true;
                machine.flatten(value, &mut found, 0)
            } else {
                machine.push(&mut found, value.clone())
            }
        };
        match input {
            Val::Object(object) => {
                self.work(object.len() as u64 / 4)?;
                object.each(|_, value| add(self, &value))?;
            }
            Val::Array(array) => {
                self.work(array.len() as u64 / 4)?;
                for value in array.iter() {
                    add(self, &value)?;
                }
            }
            _ => {}
        }
        // Concatenated arrays become a plain array, which stays an array even with one item.
        self.list(found, if concatenated { 0 } else { SEQUENCE })
    }

    fn flatten(&mut self, value: &Val<'a>, found: &mut Vec<Val<'a>>, depth: u32) -> Res<()> {
        if !value.is_array() {
            return self.push(found, value.clone());
        }
        self.nests(depth)?;
        let items = value.items();
        self.work(items.len() as u64 / 4)?;
        items.iter().try_for_each(|item| self.flatten(&item, found, depth + 1))
    }

    /// Evaluates `**`.
    pub(crate) fn descendants(&mut self, input: &Val<'a>) -> Res<Val<'a>> {
        if input.is_undefined() {
            return Ok(Val::Undefined);
        }
        let mut found = Vec::new();
        self.descend(input, &mut found, 0)?;
        if found.len() == 1 { Ok(found.pop().unwrap_or(Val::Undefined)) } else { self.list(found, SEQUENCE) }
    }

    fn descend(&mut self, value: &Val<'a>, found: &mut Vec<Val<'a>>, depth: u32) -> Res<()> {
        self.nests(depth)?;
        self.work(1)?;
        match value {
            Val::Array(_) | Val::Tuples(_) => {
                value.items().iter().try_for_each(|item| self.descend(&item, found, depth + 1))
            }
            Val::Object(object) => {
                self.push(found, value.clone())?;
                object.each(|_, member| self.descend(&member, found, depth + 1))
            }
            _ => self.push(found, value.clone()),
        }
    }
}

/// The values of a step, flattened on insertion.
#[derive(Default)]
struct StepValues<'a> {
    /// An array that is the only value so far. A plain array is kept as it is at the end of a path.
    alone: Option<Val<'a>>,
    any: bool,
    items: Vec<Val<'a>>,
}

impl<'a> StepValues<'a> {
    fn add(&mut self, machine: &mut Machine<'a>, value: Val<'a>) -> Res<()> {
        match &value {
            Val::Undefined => return Ok(()),
            Val::Array(_) | Val::Tuples(_) => {
                if !std::mem::replace(&mut self.any, true) {
                    self.alone = Some(value);
                    return Ok(());
                }
                if let Some(first) = self.alone.take() {
                    self.flatten(machine, first)?;
                }
                return self.flatten(machine, value);
            }
            _ => self.any = true,
        }
        if let Some(first) = self.alone.take() {
            self.flatten(machine, first)?;
        }
        machine.push(&mut self.items, value)
    }

    fn flatten(&mut self, machine: &mut Machine<'a>, value: Val<'a>) -> Res<()> {
        match &value {
            Val::Array(_) if value.list().is_some_and(|list| list.has(CONSTRUCTED)) => {
                machine.push(&mut self.items, value)
            }
            Val::Array(array) => machine.extend(&mut self.items, array),
            Val::Tuples(tuples) => machine.extend(&mut self.items, &tuples.as_array()),
            _ => machine.push(&mut self.items, value),
        }
    }

    fn finish(mut self, machine: &mut Machine<'a>, last: bool) -> Res<Stream<'a>> {
        if let Some(first) = self.alone.take() {
            if last && !first.is_sequence() {
                return Ok(Stream::Values(first));
            }
            self.flatten(machine, first)?;
        }
        Ok(Stream::Sequence(self.items))
    }
}

fn stages(step: &Expr) -> &[Stage] {
    step.extra.as_ref().map_or(&[], |extra| extra.stages.as_slice())
}

/// Returns the number of a filter, if it is a number.
fn place(filter: &Expr) -> Option<f64> {
    match &filter.kind {
        ExprKind::Constant(Value::Number(number)) => number.as_f64(),
        _ => None,
    }
}

/// Resolves a position: its fraction is cut, as in Java, and a negative one counts from the end.
fn from_end(place: f64, count: usize) -> Option<usize> {
    let place = place.trunc();
    let at = if place < 0.0 { place + count as f64 } else { place };
    (at >= 0.0 && at < count as f64).then_some(at as usize)
}

impl<'a> Machine<'a> {
    /// Returns a row as the object by which the reference implementation represents it, for where it is visible.
    pub(crate) fn row_object(&mut self, row: Tuple<'a>) -> Res<Val<'a>> {
        let mut members = super::members::Members::new();
        members.insert(Text::own("@".to_owned()), row.value);
        for (name, value) in row.bound {
            let name = self.symbol_text(name);
            members.insert(Text::own(name), value);
        }
        self.finished(members)
    }
}
