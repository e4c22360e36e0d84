//! Values as text, for `$string` and messages.

use super::error::Error;
use super::machine::{Machine, Res};
use super::value::Val;
use crate::fault::Meter;
use crate::number::{write as write_number, write_shown};

impl<'a> Machine<'a> {
    /// Returns the text of `$string`, or `None` for `undefined`.
    pub(crate) fn string_of(&mut self, value: &Val<'a>, pretty: bool) -> Res<Option<String>> {
        if value.is_undefined() {
            return Ok(None);
        }
        let mut out = String::new();
        self.append_pretty(&mut out, value, pretty)?;
        Ok(Some(out))
    }

    /// Appends the text of `$string`, nothing for `undefined`.
    pub(crate) fn append_string(&mut self, out: &mut String, value: &Val<'a>) -> Res<()> {
        self.append_pretty(out, value, false)
    }

    fn append_pretty(&mut self, out: &mut String, value: &Val<'a>, pretty: bool) -> Res<()> {
        match value {
            Val::Undefined | Val::Function(_) => {}
            Val::Text(text) => {
                self.make(text.as_str().len() + out.len())?;
                out.push_str(text.as_str());
            }
            Val::Number(number) if !number.is_finite() => return Err(Error::of("D3001", value)),
            value => {
                let unwrapped = match value.list() {
                    Some(list) if list.has(super::value::WRAPPER) => list.items.first(),
                    _ => None,
                };
                self.write(out, unwrapped.unwrap_or(value), if pretty { Some(0) } else { None }, 0)?;
            }
        }
        Ok(())
    }

    /// Writes JSON. `indent` is the indentation of the line where it begins.
    fn write(&mut self, out: &mut String, value: &Val<'a>, indent: Option<usize>, depth: u32) -> Res<()> {
        self.nests(depth)?;
        self.work(1)?;
        let before = out.len();
        match value {
            Val::Undefined | Val::Null => out.push_str("null"),
            Val::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Val::Long(whole) => out.push_str(&whole.to_string()),
            Val::Number(_) => match self.numeric(value)? {
                Some(number) => write_shown(out, number),
                None => out.push_str("null"),
            },
            Val::Text(text) => {
                self.make(text.as_str().len())?;
                quote(out, text.as_str());
            }
            Val::Function(_) => out.push_str("\"\""),
            Val::Array(_) | Val::Tuples(_) => {
                let items = value.items();
                out.push('[');
                for at in 0..items.len() {
                    separate(out, indent, at == 0);
                    self.write(out, &items.get(at), indent.map(|by| by + 2), depth + 1)?;
                }
                close(out, indent, items.len() == 0, ']');
                self.make(items.len() * 2)?;
                return Ok(());
            }
            Val::Object(object) => {
                out.push('{');
                let mut first = true;
                object.each(|name, member| {
                    if member.is_undefined() {
                        return Ok(());
                    }
                    separate(out, indent, first);
                    first = false;
                    self.work(1)?;
                    self.make(name.as_str().len() + 4)?;
                    quote(out, name.as_str());
                    out.push_str(if indent.is_some() { ": " } else { ":" });
                    self.write(out, &member, indent.map(|by| by + 2), depth + 1)
                })?;
                close(out, indent, first, '}');
                return Ok(());
            }
        }
        Ok(self.bytes((out.len() - before) as u64)?)
    }
}

fn separate(out: &mut String, indent: Option<usize>, first: bool) {
    if !first {
        out.push(',');
    }
    if let Some(by) = indent {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', by + 2));
    }
}

fn close(out: &mut String, indent: Option<usize>, empty: bool, bracket: char) {
    if let Some(by) = indent.filter(|_| !empty) {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', by));
    }
    out.push(bracket);
}

/// Writes a string in quotes, with JavaScript's escapes.
pub(crate) fn quote(out: &mut String, text: &str) {
    out.push('"');
    if !text.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        out.push_str(text);
        out.push('"');
        return;
    }
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Returns a string in quotes.
pub(crate) fn quoted(text: impl AsRef<str>) -> String {
    let mut out = String::new();
    quote(&mut out, text.as_ref());
    out
}

/// Returns a value as JSON for a message, cut after `most` bytes.
pub(crate) fn short_json(value: &Val<'_>, most: usize) -> String {
    let mut out = String::new();
    short(&mut out, value, most, 0);
    if out.len() > most {
        let end = (0..=most).rev().find(|at| out.is_char_boundary(*at)).unwrap_or(0);
        out.truncate(end);
        out.push('…');
    }
    out
}

fn short(out: &mut String, value: &Val<'_>, most: usize, depth: u32) {
    if out.len() > most {
        return;
    }
    match value {
        Val::Undefined | Val::Null => out.push_str("null"),
        Val::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Val::Number(number) if !number.is_finite() => out.push_str("null"),
        Val::Number(number) => write_number(out, *number),
        Val::Long(whole) => out.push_str(&whole.to_string()),
        Val::Text(text) => quote(out, text.as_str()),
        Val::Function(_) => out.push_str("{}"),
        _ if depth > 100 => out.push('…'),
        Val::Array(_) | Val::Tuples(_) => {
            out.push('[');
            for (at, item) in value.items().iter().enumerate() {
                if out.len() > most {
                    return;
                }
                if at > 0 {
                    out.push(',');
                }
                short(out, &item, most, depth + 1);
            }
            out.push(']');
        }
        Val::Object(object) => {
            out.push('{');
            for (at, (name, member)) in object.entries().iter().enumerate() {
                if out.len() > most {
                    return;
                }
                if at > 0 {
                    out.push(',');
                }
                quote(out, name.as_str());
                out.push(':');
                short(out, member, most, depth + 1);
            }
            out.push('}');
        }
    }
}
