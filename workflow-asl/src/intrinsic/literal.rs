//! Literal arguments that a function certainly fails on, although the call reads well.

use super::{Argument, Call, Function};
use crate::hash;
use crate::limits::ARRAY_RANGE_ITEMS;

impl Call {
    /// What is wrong with the literals in this call and in those inside it, each with the offset of its call.
    pub fn failing(&self) -> Vec<(usize, String)> {
        let mut found: Vec<_> = self.problem().map(|problem| (self.offset, problem)).into_iter().collect();
        for argument in &self.args {
            if let Argument::Call(call) = argument {
                found.extend(call.failing());
            }
        }
        found
    }

    /// A literal number, rounded as the service rounds it.
    fn number(&self, index: usize) -> Option<f64> {
        match self.args.get(index)? {
            Argument::Number(number) => number.as_f64().map(f64::round),
            _ => None,
        }
    }

    fn problem(&self) -> Option<String> {
        let name = self.function;
        match name {
            Function::ArrayPartition if self.number(1)? <= 0.0 => Some(format!("`{name}` needs a size above 0")),
            Function::ArrayGetItem if self.number(1)? < 0.0 => Some(format!("`{name}` counts from 0")),
            Function::ArrayRange => {
                let step = self.number(2)?;
                if step == 0.0 {
                    return Some(format!("`{name}` needs a step other than 0"));
                }
                let items = (self.number(1)? - self.number(0)?) / step + 1.0;
                let most = ARRAY_RANGE_ITEMS;
                (items.floor() > most as f64).then(|| format!("`{name}` gives at most {most} items"))
            }
            Function::Hash => match self.args.get(1)? {
                Argument::String(text) => hash::unknown(text),
                _ => None,
            },
            Function::JsonMerge => match self.args.get(2)? {
                Argument::Bool(true) => Some(format!("`{name}` merges shallowly only: its third argument is false")),
                _ => None,
            },
            Function::MathAdd => {
                let range = f64::from(i32::MIN)..=f64::from(i32::MAX);
                let outside = [self.number(0), self.number(1)].into_iter().flatten().any(|one| !range.contains(&one));
                outside.then(|| format!("`{name}` takes numbers of 32 bits"))
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
