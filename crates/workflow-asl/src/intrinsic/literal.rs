//! Literal arguments on which a function certainly fails, although the call is well-formed.

use super::{Argument, Function, FunctionCall};
use crate::hash;
use crate::limits::ARRAY_RANGE_ITEMS;
use crate::path::JsonPath;

impl FunctionCall {
    /// Returns the problems of the literals in this call and in nested calls, each with the offset of its call.
    pub fn failing(&self) -> Vec<(usize, String)> {
        let mut found: Vec<_> = self.problem().map(|problem| (self.offset, problem)).into_iter().collect();
        for argument in &self.args {
            if let Argument::Call(call) = argument {
                found.extend(call.failing());
            }
        }
        found
    }

    /// Returns the paths that are written as text in this call and in nested calls, each with the offset of its call and
    /// whether it is in the template of `States.Format`.
    pub fn quoted_paths(&self) -> Vec<(usize, String, bool)> {
        let mut found = Vec::new();
        for argument in &self.args {
            match argument {
                Argument::String(text) => {
                    found.extend(path_in(text).filter(|path| path == text).map(|path| (self.offset, path, false)));
                }
                Argument::Template(pieces) => {
                    found.extend(pieces.iter().filter_map(|text| path_in(text)).map(|path| (self.offset, path, true)));
                }
                Argument::Call(call) => found.extend(call.quoted_paths()),
                _ => {}
            }
        }
        found
    }

    /// Returns a literal number, cut towards zero as the service does.
    fn number(&self, index: usize) -> Option<f64> {
        match self.args.get(index)? {
            Argument::Number(number) => number.as_f64().map(f64::trunc),
            _ => None,
        }
    }

    fn problem(&self) -> Option<String> {
        let name = self.function;
        match name {
            Function::ArrayPartition if self.number(1)? <= 0.0 => Some(format!("`{name}` requires a size above 0")),
            Function::ArrayGetItem if self.number(1)? < 0.0 => {
                Some(format!("`{name}` requires an index of at least 0"))
            }
            Function::ArrayRange => {
                let step = self.number(2)?;
                if step == 0.0 {
                    return Some(format!("`{name}` requires a step other than 0"));
                }
                let items = (self.number(1)? - self.number(0)?) / step + 1.0;
                let most = ARRAY_RANGE_ITEMS;
                (items.floor() > most as f64).then(|| format!("`{name}` returns at most {most} items"))
            }
            Function::Hash => match self.args.get(1)? {
                Argument::String(text) => hash::unknown(text),
                _ => None,
            },
            Function::JsonMerge => match self.args.get(2)? {
                Argument::Bool(true) => {
                    Some(format!("`{name}` only merges shallowly: its third argument must be false"))
                }
                _ => None,
            },
            Function::MathRandom if self.number(0)? >= self.number(1)? => {
                Some(format!("`{name}` requires an end above its start"))
            }
            Function::MathAdd => {
                let range = f64::from(i32::MIN)..=f64::from(i32::MAX);
                // AWS takes a double of any size, but no such integer (measured in 2026).
                let integer = |index| match self.args.get(index)? {
                    Argument::Number(number) if !number.is_f64() => number.as_f64(),
                    _ => None,
                };
                let (a, b) = (integer(0), integer(1));
                let sum = a.zip(b).map(|(a, b)| a + b);
                let outside = [a, b, sum].into_iter().flatten().any(|one| !range.contains(&one));
                outside.then(|| format!("`{name}` only supports 32-bit numbers"))
            }
            Function::StringToJson => match self.args.first()? {
                Argument::String(text) if serde_json::from_str::<serde_json::Value>(text).is_err() => {
                    Some("the text is not JSON".to_owned())
                }
                _ => None,
            },
            _ => None,
        }
    }
}

/// Returns the first path in a text, such as `$.order.id`.
fn path_in(text: &str) -> Option<String> {
    let starts = text.match_indices('$').map(|(at, _)| at);
    starts.into_iter().find_map(|at| {
        let rest = text.get(at..)?;
        let names = rest.trim_start_matches('$').strip_prefix('.')?;
        let is_name = names.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        let end = names.find(|next: char| !(next.is_ascii_alphanumeric() || matches!(next, '_' | '.' | '[' | ']')));
        let length = rest.len() - names.len() + end.unwrap_or(names.len());
        let path = rest.get(..length)?.trim_end_matches('.');
        (is_name && JsonPath::parse(path).is_ok()).then(|| path.to_owned())
    })
}
