//! Calls of intrinsic functions as JSONata.

use serde_json::Value;
use workflow_asl::Pointer;
use workflow_asl::intrinsic::{Argument, ArgumentKind, Function, FunctionCall};
use workflow_asl::json_kind::JsonKind;
use workflow_asl::jsonata::{Node, NodeKind};

use super::value::{Data, Place};
use super::{Doubt, Writer};

impl Writer {
    /// Returns a call.
    pub(super) fn call(&mut self, call: &FunctionCall, data: &Data<'_>, at: &Pointer, place: Place) -> Option<Node> {
        let name = call.function.name();
        self.look_at_arguments(call, at);
        if call.function == Function::Format {
            return self.format(call, data, at);
        }
        if call.function == Function::StringSplit {
            return self.split(call, data, at, place);
        }
        // What an absent argument does: these return a value.
        let tolerant = matches!(
            call.function,
            Function::Array | Function::ArrayLength | Function::ArrayContains | Function::JsonMerge
        );
        let inner = if tolerant { Place::Inside } else { place };
        let mut arguments = Vec::new();
        for argument in &call.args {
            arguments.push(self.argument(argument, data, at, inner)?);
        }
        let function = match call.function {
            Function::StringToJson => {
                self.doubt(at, Doubt::NoJson, name);
                "parse"
            }
            Function::JsonToString => {
                self.doubt(at, Doubt::Printed, name);
                return self.json_text(call.args.first()?, arguments.into_iter().next()?, at);
            }
            Function::ArrayPartition | Function::ArrayRange => {
                let function = if call.function == Function::ArrayRange { "range" } else { "partition" };
                // Without items, or with one, they return no list.
                return Some(Node::array([Node::call(function, arguments)]));
            }
            Function::ArrayLength => "count",
            Function::ArrayUnique => "distinct",
            Function::Base64Encode => "base64encode",
            Function::Base64Decode => {
                self.doubt(at, Doubt::Decoded, name);
                "base64decode"
            }
            Function::Hash => {
                // Only JSONPath takes other values, as JSON.
                let is_text = match call.args.first()? {
                    Argument::Path(path) => self.kind_of(path, at) == Some(JsonKind::Text),
                    Argument::Call(call) => call.function.result() == ArgumentKind::String,
                    _ => true,
                };
                if let (false, Some(data)) = (is_text, arguments.first_mut()) {
                    *data = Node::call("string", [data.clone()]);
                }
                "hash"
            }
            Function::Uuid => "uuid",
            Function::JsonMerge => {
                arguments.truncate(2);
                return Some(Node::call("merge", [Node::array(arguments)]));
            }
            Function::Array => {
                self.doubt(at, Doubt::Joined, name);
                return Some(Node::array(arguments));
            }
            _ => return self.of_numbers(call, arguments, at),
        };
        Some(Node::call(function, arguments))
    }

    /// Notes the arguments that only JSONPath refuses.
    fn look_at_arguments(&mut self, call: &FunctionCall, at: &Pointer) {
        for (number, argument) in call.args.iter().enumerate() {
            let wanted = match call.function.argument(number) {
                Some(ArgumentKind::Array) => JsonKind::Array,
                Some(ArgumentKind::Object) => JsonKind::Object,
                _ => continue,
            };
            let is_known = match argument {
                Argument::Path(path) => self.kind_of(path, at) == Some(wanted),
                Argument::Call(inner) => Some(inner.function.result()) == call.function.argument(number),
                _ => false,
            };
            if !is_known {
                self.doubt(at, Doubt::Assumed, call.function.name());
            }
        }
        let numbers: Vec<_> = call
            .args
            .iter()
            .filter_map(|argument| match argument {
                Argument::Number(number) => number.as_f64(),
                _ => None,
            })
            .collect();
        let is_accepted = match (call.function, numbers.as_slice()) {
            (Function::ArrayGetItem, [index]) => *index >= 0.0,
            (Function::ArrayPartition, [size]) => *size >= 1.0,
            (Function::ArrayRange, [first, last, step]) => *step != 0.0 && (last - first) / step < 1000.0,
            (Function::ArrayGetItem | Function::ArrayPartition | Function::ArrayRange, _) => false,
            _ => true,
        };
        if !is_accepted {
            self.doubt(at, Doubt::Accepted, call.function.name());
        }
    }

    /// Returns a call that becomes an operator.
    fn of_numbers(&mut self, call: &FunctionCall, arguments: Vec<Node>, at: &Pointer) -> Option<Node> {
        let name = call.function.name();
        let mut arguments = arguments.into_iter();
        let (first, second) = (arguments.next()?, arguments.next()?);
        match call.function {
            Function::ArrayContains => {
                let plain = |argument: &Argument| !matches!(argument, Argument::Path(_) | Argument::Call(_));
                if !call.args.get(1).is_some_and(plain) {
                    self.doubt(at, Doubt::Contained, name);
                }
                Some(second.binary("in", first))
            }
            Function::ArrayGetItem => Some(first.item(second)),
            Function::MathAdd => {
                self.doubt(at, Doubt::Rounded, name);
                Some(first.binary("+", second))
            }
            Function::MathRandom => {
                self.doubt(at, Doubt::Random, name);
                let span = match (&first.kind, &second.kind) {
                    (NodeKind::Number(first), NodeKind::Number(second)) => Node::number(second - first),
                    _ => second.binary("-", first.clone()),
                };
                let drawn = Node::call("random", arguments.next()).binary("*", span);
                Some(Node::call("floor", [drawn]).binary("+", first))
            }
            _ => {
                self.refuse(at, format!("JSONata has no counterpart of `{name}`"));
                None
            }
        }
    }

    pub(super) fn argument(
        &mut self,
        argument: &Argument,
        data: &Data<'_>,
        at: &Pointer,
        place: Place,
    ) -> Option<Node> {
        Some(match argument {
            Argument::String(text) => Node::string(text),
            Argument::Template(pieces) => Node::string(pieces.join("{}")),
            Argument::Number(number) => return self.literal(&Value::Number(number.clone()), at),
            Argument::Bool(value) => Node::bool(*value),
            Argument::Null => Node::null(),
            Argument::Path(path) => return self.path(path, data, at, place),
            Argument::Call(call) => return self.call(call, data, at, place),
        })
    }

    /// Returns a value as JSON. JSONata's `$string` leaves a text as it is, so a text becomes the item of a list, without
    /// the brackets of the list.
    fn json_text(&self, argument: &Argument, value: Node, at: &Pointer) -> Option<Node> {
        let kind = match argument {
            Argument::Path(_) if matches!(value.kind, NodeKind::Object(_) | NodeKind::Array(_)) => {
                Some(JsonKind::Object)
            }
            Argument::Path(path) => self.kind_of(path, at),
            Argument::Call(call) => match call.function.result() {
                ArgumentKind::String => Some(JsonKind::Text),
                ArgumentKind::Any => None,
                _ => Some(JsonKind::Object),
            },
            _ => Some(JsonKind::Text),
        };
        let other = Node::call("string", [value.clone()]);
        let of_list = Node::call("string", [Node::array([value.clone()])]);
        let text = Node::call("replace", [of_list, Node::regex("^\\[|\\]$"), Node::string("")]);
        Some(match kind {
            Some(JsonKind::Text) => text,
            Some(_) => other,
            None => Node::call("type", [value]).binary("=", Node::string("string")).condition(text, other),
        })
    }

    /// Returns a text with values in it.
    fn format(&mut self, call: &FunctionCall, data: &Data<'_>, at: &Pointer) -> Option<Node> {
        let Some((Argument::Template(pieces), arguments)) = call.args.split_first() else {
            self.refuse(at, "the template of `States.Format` is only known when the execution runs");
            return None;
        };
        // One value alone must become text.
        let alone = arguments.len() == 1 && pieces.iter().all(String::is_empty);
        let place = if alone { Place::Whole } else { Place::Inside };
        let mut arguments = arguments.iter();
        let mut parts = Vec::new();
        for (number, piece) in pieces.iter().enumerate() {
            if number > 0 {
                let argument = arguments.next()?;
                if matches!(argument, Argument::Path(_)) {
                    self.doubt(at, Doubt::Printed, call.function.name());
                }
                parts.push(self.argument(argument, data, at, place)?);
            }
            if !piece.is_empty() {
                parts.push(Node::string(piece));
            }
        }
        if alone {
            return Some(Node::call("string", parts));
        }
        let text = parts.into_iter().reduce(|text, part| text.binary("&", part));
        Some(text.unwrap_or_else(|| Node::string("")))
    }

    /// Returns the parts of a text between any of the separators, without empty ones.
    fn split(&mut self, call: &FunctionCall, data: &Data<'_>, at: &Pointer, place: Place) -> Option<Node> {
        let [text, Argument::String(separators)] = call.args.as_slice() else {
            self.refuse(at, "the separators of `States.StringSplit` are only known when the execution runs");
            return None;
        };
        let text = self.argument(text, data, at, place)?;
        let mut characters = separators.chars();
        let separator = match (characters.next(), characters.next()) {
            (Some(_), None) => Node::string(separators),
            (Some(_), _) => Node::regex(format!("[{}]", escaped(separators))),
            (None, _) => {
                self.refuse(at, "`States.StringSplit` has no separator");
                return None;
            }
        };
        let is_text = Node::variable("").binary("!=", Node::string(""));
        Some(Node::array([Node::call("split", [text, separator]).item(is_text)]))
    }
}

/// Returns a text in a regular expression, also in a class.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            _ => {
                if c.is_ascii_punctuation()
                    && !matches!(
                        c,
                        '_' | '"' | '\'' | ',' | ';' | ':' | '<' | '>' | '=' | '&' | '%' | '@' | '#' | '!' | '~' | '`'
                    )
                {
                    out.push('\\');
                }
                out.push(c);
            }
        }
    }
    out
}
