//! Functions of numbers, pictures and times. <https://docs.jsonata.org/numeric-functions>

use super::Arguments;
use super::strings::made;
use crate::evaluate::error::Error;
use crate::evaluate::machine::{Machine, Res};
use crate::evaluate::value::Val;
use crate::functions::Id;
use crate::{number, pictures};

impl<'a> Machine<'a> {
    pub(super) fn number_function(&mut self, id: Id, given: &Arguments<'_, 'a>) -> Res<Val<'a>> {
        match id {
            Id::Millis => return Ok(Val::Number(self.now())),
            Id::Now => {
                let text = pictures::from_millis(self.now(), given.text(0), given.text(1), self)?;
                return Ok(made(text));
            }
            Id::Number => return to_number(given.at(0)),
            Id::ParseInteger => {
                let Some(text) = given.text(0) else { return Ok(Val::Undefined) };
                self.work(text.len() as u64)?;
                return Ok(Val::Number(pictures::parse_integer(text, given.text(1).unwrap_or_default())?));
            }
            Id::ToMillis => {
                let Some(text) = given.text(0) else { return Ok(Val::Undefined) };
                let now = self.now();
                return Ok(pictures::to_millis(text, given.text(1), now, self)?.map_or(Val::Undefined, Val::Number));
            }
            _ => {}
        }
        let Some(number) = given.number(0) else { return Ok(Val::Undefined) };
        let argument = given.number(1);
        Ok(match id {
            Id::Floor => Val::calculated(number.floor()),
            Id::Ceil => Val::calculated(number.ceil()),
            Id::Round => Val::calculated(number::round(number, argument)),
            Id::Abs => Val::calculated(number.abs()),
            Id::Sqrt => Val::calculated(number::sqrt(number)?),
            Id::Power => Val::calculated(number::power(number, argument.unwrap_or(f64::NAN))?),
            Id::FormatBase => made(number::format_base(number, argument)?),
            Id::FormatInteger => made(pictures::format_integer(number, given.text(1).unwrap_or_default(), self)?),
            Id::FromMillis => made(pictures::from_millis(number, given.text(1), given.text(2), self)?),
            _ => {
                let mut symbols = pictures::Symbols::default();
                if let Val::Object(options) = given.at(2) {
                    for (name, value) in options.entries() {
                        if let Some(value) = value.text() {
                            symbols.set(name.as_str(), value);
                        }
                    }
                }
                made(pictures::format_number(number, given.text(1).unwrap_or_default(), &symbols, self)?)
            }
        })
    }
}

fn to_number<'a>(value: &Val<'a>) -> Res<Val<'a>> {
    Ok(match value {
        Val::Undefined | Val::Number(_) | Val::Long(_) => value.clone(),
        Val::Bool(flag) => Val::Number(f64::from(u8::from(*flag))),
        Val::Text(text) => Val::calculated(number::from_string(text.as_str())?),
        other => return Err(Error::of("D3030", other)),
    })
}
