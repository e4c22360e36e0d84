//! Functions that call functions. <https://docs.jsonata.org/higher-order-functions>

use super::Arguments;
use crate::evaluate::error::Error;
use crate::evaluate::machine::{Machine, Res};
use crate::evaluate::members::Members;
use crate::evaluate::value::{SEQUENCE, Val};
use crate::functions::Id;

/// Returns how many arguments a function takes.
fn arity(function: &Val<'_>) -> usize {
    match function {
        Val::Function(function) => function.arity(),
        _ => 0,
    }
}

impl<'a> Machine<'a> {
    pub(super) fn higher_order_function(&mut self, id: Id, given: &Arguments<'_, 'a>) -> Res<Val<'a>> {
        let (value, function) = (given.at(0), given.at(1));
        match id {
            Id::Sift => return self.sift(value, function),
            Id::Each => return self.each(value, function),
            _ if value.is_undefined() => return Ok(Val::Undefined),
            Id::Reduce => return self.reduce(value, function, given.at(2)),
            Id::Single => return self.single(value, function),
            Id::Sort => return self.sort(value, function),
            _ => {}
        }
        let items = value.items();
        let arity = arity(function);
        let mut found = Vec::new();
        for at in 0..items.len() {
            let item = items.get(at);
            let result = self.hand_on(function, arity, item.clone(), Val::Number(at as f64), value)?;
            if id == Id::Map {
                if !result.is_undefined() {
                    self.push(&mut found, result)?;
                }
            } else if self.is_true(&result)? {
                self.push(&mut found, item)?;
            }
        }
        self.list(found, SEQUENCE)
    }

    /// Calls a function with as many arguments as it takes.
    fn hand_on(
        &mut self,
        function: &Val<'a>,
        arity: usize,
        item: Val<'a>,
        key: Val<'a>,
        whole: &Val<'a>,
    ) -> Res<Val<'a>> {
        self.work(1)?;
        let mut arguments = self.spare.arguments(arity);
        arguments.push(item);
        if arity >= 2 {
            arguments.push(key);
        }
        if arity >= 3 {
            arguments.push(whole.clone());
        }
        self.apply(function, arguments, &Val::Null)
    }

    fn single(&mut self, value: &Val<'a>, function: &Val<'a>) -> Res<Val<'a>> {
        let items = value.items();
        let arity = arity(function);
        let mut found = None;
        for at in 0..items.len() {
            let item = items.get(at);
            let fits = if function.is_undefined() {
                true
            } else {
                let result = self.hand_on(function, arity, item.clone(), Val::Number(at as f64), value)?;
                self.is_true(&result)?
            };
            if fits && found.replace(item).is_some() {
                return Err(Error::new("D3138"));
            }
        }
        found.ok_or_else(|| Error::new("D3139"))
    }

    fn reduce(&mut self, value: &Val<'a>, function: &Val<'a>, first: &Val<'a>) -> Res<Val<'a>> {
        let arity = arity(function);
        if arity < 2 {
            return Err(Error::new("D3050"));
        }
        let items = value.items();
        let (mut result, from) =
            if first.is_undefined() && items.len() > 0 { (items.get(0), 1) } else { (first.clone(), 0) };
        for at in from..items.len() {
            self.work(1)?;
            let mut arguments = self.spare.arguments(arity);
            arguments.extend([result, items.get(at)]);
            if arity >= 3 {
                arguments.push(Val::Number(at as f64));
            }
            if arity >= 4 {
                arguments.push(value.clone());
            }
            result = self.apply(function, arguments, &Val::Null)?;
        }
        Ok(result)
    }

    fn sift(&mut self, value: &Val<'a>, function: &Val<'a>) -> Res<Val<'a>> {
        let arity = arity(function);
        let mut object = Members::new();
        if let Val::Object(members) = value {
            for (name, member) in members.entries() {
                let result = self.hand_on(function, arity, member.clone(), Val::Text(name.clone()), value)?;
                if self.is_true(&result)? {
                    self.make(64)?;
                    object.insert(name, member);
                }
            }
        }
        if object.len() == 0 { Ok(Val::Undefined) } else { self.finished(object) }
    }

    fn each(&mut self, value: &Val<'a>, function: &Val<'a>) -> Res<Val<'a>> {
        let arity = arity(function);
        let mut found = Vec::new();
        if let Val::Object(members) = value {
            for (name, member) in members.entries() {
                let result = self.hand_on(function, arity, member, Val::Text(name), value)?;
                if !result.is_undefined() {
                    self.push(&mut found, result)?;
                }
            }
        }
        self.list(found, SEQUENCE)
    }

    fn sort(&mut self, value: &Val<'a>, function: &Val<'a>) -> Res<Val<'a>> {
        let items = value.items();
        if items.len() <= 1 {
            return Ok(value.clone());
        }
        self.make(items.len() * size_of::<Val<'_>>())?;
        let mut all: Vec<_> = items.iter().collect();
        let sorted = if function.is_undefined() {
            let mut numbers = true;
            for item in &all {
                numbers &= self.numeric(item)?.is_some();
            }
            if !numbers && !all.iter().all(|item| item.text().is_some()) {
                return Err(Error::new("D3070"));
            }
            self.merge_sort(all, &mut |_, all, left, right| {
                let (Some(left), Some(right)) = (all.get(left), all.get(right)) else { return Ok(false) };
                Ok(match (left.text(), right.text()) {
                    (Some(left), Some(right)) => crate::text::compare(left, right).is_gt(),
                    _ => left.number() > right.number(),
                })
            })?
        } else if let Some(sorted) = self.sort_by_comparison(function, &mut all)? {
            sorted
        } else {
            self.merge_sort(all, &mut |machine, all, left, right| {
                let mut arguments = machine.spare.arguments(2);
                arguments.extend([left, right].into_iter().filter_map(|at| all.get(at).cloned()));
                let result = machine.apply(function, arguments, &Val::Null)?;
                Ok(is_truthy(&result))
            })?
        };
        self.list(sorted, 0)
    }
}

/// Returns whether JavaScript treats a value as true. Objects and arrays always are.
fn is_truthy(value: &Val<'_>) -> bool {
    match value {
        Val::Undefined | Val::Null => false,
        Val::Bool(flag) => *flag,
        Val::Number(_) | Val::Long(_) => value.number().is_some_and(|number| number != 0.0 && !number.is_nan()),
        Val::Text(text) => !text.as_str().is_empty(),
        _ => true,
    }
}
