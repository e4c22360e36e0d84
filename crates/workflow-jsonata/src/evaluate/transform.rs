//! `|pattern|update, delete|`: returns a changed copy of a value.

use super::call::Function;
use super::error::Error;
use super::frame::{Env, lookup};
use super::machine::{Machine, Res};
use super::members::Members;
use super::program::Transform;
use super::signature::Signature;
use super::value::{Object, Text, Val, WRAPPER};
use crate::functions::Id;
use crate::number::to_15_digits;

impl<'a> Machine<'a> {
    #[inline(never)]
    pub(crate) fn transform(&mut self, transform: &'a Transform, value: Val<'a>, env: &Env<'a>) -> Res<Val<'a>> {
        static TAKES: std::sync::LazyLock<Signature> = std::sync::LazyLock::new(|| Signature::parse("<(oa):o>"));
        let arguments = TAKES.validate(vec![value], &Val::Null, &mut |single| single)?;
        let value = arguments.into_iter().next().unwrap_or(Val::Undefined);
        if value.is_undefined() {
            return Ok(value);
        }
        let clone = match lookup(env, transform.clone) {
            Some(bound) => bound,
            None => self.global_value(transform.clone),
        };
        let Val::Function(function) = &clone else {
            let mut error = Error::new("T2013");
            error.span = Some(transform.span.clone());
            return Err(error);
        };
        let result = match &**function {
            Function::Native(row) if row.id == Id::Clone => self.copied(&value, 0)?,
            _ => {
                let cloned = self.apply(&clone, vec![value], &Val::Null)?;
                // Copied even so: the changed value must not be shared.
                self.copied(&cloned, 0)?
            }
        };
        let matches = self.eval(&transform.pattern, &result, env)?;
        if matches.is_undefined() {
            return Ok(result);
        }
        let matches = matches.items();
        for at in 0..matches.len() {
            let found = matches.get(at);
            let update = self.eval(&transform.update, &found, env)?;
            match &update {
                Val::Undefined => {}
                Val::Object(update_object) => {
                    for (name, value) in update_object.entries() {
                        // A separate copy, because it may contain the value that it is inserted into.
                        let value = self.copy_of(&value, 1, false)?;
                        if let Val::Object(Object::Own(members)) = &found {
                            self.make(64)?;
                            members.borrow_mut().insert(name, value);
                            self.nests(members.borrow().depth)?;
                        }
                    }
                }
                _ => {
                    let mut error = Error::of("T2011", &update);
                    error.span = Some(transform.update.span.clone());
                    return Err(error);
                }
            }
            if let Some(delete) = &transform.delete {
                let names = self.eval(delete, &found, env)?;
                if names.is_undefined() {
                    continue;
                }
                let items = names.items();
                self.work(items.len() as u64)?;
                if items.iter().any(|name| name.text().is_none()) {
                    let mut error = Error::of("T2012", &names);
                    error.span = Some(delete.span.clone());
                    return Err(error);
                }
                if let Val::Object(Object::Own(members)) = &found {
                    for name in items.iter() {
                        let many = members.borrow().len() as u64;
                        self.work(many / 4)?;
                        members.borrow_mut().remove(name.text().unwrap_or_default());
                    }
                }
            }
        }
        Ok(result)
    }

    /// Copies a value as if through JSON text: numbers have 15 digits, functions are empty strings.
    pub(crate) fn copied(&mut self, value: &Val<'a>, depth: u32) -> Res<Val<'a>> {
        self.copy_of(value, depth, true)
    }

    fn copy_of(&mut self, value: &Val<'a>, depth: u32, as_text: bool) -> Res<Val<'a>> {
        self.nests(depth)?;
        self.work(1)?;
        Ok(match value {
            Val::Number(_) | Val::Long(_) if !as_text => value.clone(),
            Val::Number(_) | Val::Long(_) => match self.numeric(value)? {
                Some(number) => Val::Number(to_15_digits(number)),
                None => Val::Null,
            },
            Val::Function(_) if as_text => Val::Text(Text::own(String::new())),
            // The array that wraps the input stands for the input.
            Val::Array(_) if depth == 0 && value.list().is_some_and(|list| list.has(WRAPPER)) => {
                return self.copy_of(&value.items().get(0), 1, as_text);
            }
            Val::Array(_) | Val::Tuples(_) => {
                let items = value.items();
                let mut copies = Vec::new();
                for item in items.iter() {
                    let copy = if item.is_undefined() { Val::Null } else { self.copy_of(&item, depth + 1, as_text)? };
                    self.push(&mut copies, copy)?;
                }
                self.list(copies, 0)?
            }
            Val::Object(object) => {
                let mut copy = Members::new();
                for (name, member) in object.entries() {
                    if !member.is_undefined() {
                        let member = self.copy_of(&member, depth + 1, as_text)?;
                        self.make(64)?;
                        copy.insert(name, member);
                    }
                }
                self.finished(copy)?
            }
            other => other.clone(),
        })
    }
}
