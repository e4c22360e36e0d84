//! Functions of strings. <https://docs.jsonata.org/string-functions>

use super::Arguments;
use crate::evaluate::machine::{Machine, Res};
use crate::evaluate::value::{Text, Val};
use crate::functions::Id;
use crate::text;

impl<'a> Machine<'a> {
    pub(super) fn string_function(&mut self, id: Id, given: &Arguments<'_, 'a>) -> Res<Val<'a>> {
        if id == Id::String {
            let pretty = matches!(given.at(1), Val::Bool(true));
            return Ok(self.string_of(given.at(0), pretty)?.map_or(Val::Undefined, made));
        }
        if id == Id::Join {
            return self.join_strings(given);
        }
        let Some(subject) = given.text(0) else { return Ok(Val::Undefined) };
        self.work(subject.len() as u64 / 64)?;
        Ok(match id {
            Id::Length => Val::Number(text::length(subject) as f64),
            Id::Substring => {
                // A missing length differs from an `undefined` one.
                let part = text::substring(subject, given.number(1).unwrap_or(f64::NAN), given.number(2));
                self.part(given.at(0), part)?
            }
            Id::SubstringBefore => {
                let part = text::substring_before(subject, given.text(1).unwrap_or("undefined"));
                self.part(given.at(0), part)?
            }
            Id::SubstringAfter => {
                let part = text::substring_after(subject, given.text(1).unwrap_or("undefined"));
                self.part(given.at(0), part)?
            }
            Id::Lowercase => made(text::lowercase(subject, self)?),
            Id::Uppercase => made(text::uppercase(subject, self)?),
            Id::Trim => made(text::trim(subject, self)?),
            Id::Pad => made(text::pad(subject, given.number(1).unwrap_or(f64::NAN), given.text(2), self)?),
            Id::Base64encode => made(text::base64_encode(subject, self)?),
            Id::Base64decode => made(text::base64_decode(subject, self)?),
            Id::EncodeUrl => made(text::encode_url(subject, self)?),
            Id::EncodeUrlComponent => made(text::encode_url_component(subject, self)?),
            Id::DecodeUrl => made(text::decode_url(subject, "decodeUrl", self)?),
            _ => made(text::decode_url(subject, "decodeUrlComponent", self)?),
        })
    }

    /// Returns a part of a string. If it is the whole string, it is shared.
    fn part(&mut self, whole: &Val<'a>, part: &str) -> Res<Val<'a>> {
        if whole.text().is_some_and(|text| text.len() == part.len()) {
            return Ok(whole.clone());
        }
        self.text(part.to_owned())
    }

    fn join_strings(&mut self, given: &Arguments<'_, 'a>) -> Res<Val<'a>> {
        if given.at(0).is_undefined() {
            return Ok(Val::Undefined);
        }
        let items = given.at(0).items();
        self.work(items.len() as u64 / 4)?;
        let strings: Vec<_> = items.iter().collect();
        let texts = strings.iter().map(|item| item.text().unwrap_or_default());
        Ok(made(text::join(texts, given.text(1).unwrap_or_default(), self)?))
    }
}

/// Returns a new string that the meter has counted.
pub(super) fn made<'a>(text: String) -> Val<'a> {
    Val::Text(Text::own(text))
}
