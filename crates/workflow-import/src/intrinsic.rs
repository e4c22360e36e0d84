//! Intrinsic functions in the language's own operators and calls.

use workflow_asl::intrinsic::{Argument, Function, FunctionCall, Intrinsic};

use super::params::Params;
use super::path;
use super::printer::{Spelling, ValuePosition};
use super::text::quoted;

/// Returns the spellings of a call as a value, the most natural first.
pub(super) fn spellings(text: &str, here: ValuePosition, params: &Params) -> Vec<Spelling> {
    let right = Intrinsic::parse(text).ok().filter(|call| call.misuses().is_empty());
    let Some(intrinsic) = right else { return Vec::new() };
    let natural = natural(&intrinsic.call, here, params);
    natural.into_iter().chain([call(&intrinsic.call, here, params)]).collect()
}

/// Returns a spelling with operators, if the language compiles them to the same call.
fn natural(call: &FunctionCall, here: ValuePosition, params: &Params) -> Option<Spelling> {
    match (call.function, call.args.as_slice()) {
        (Function::Format, [Argument::Template(pieces), arguments @ ..]) => sum(pieces, arguments, here, params),
        (Function::MathAdd, [Argument::Path(left), Argument::Number(right)]) => {
            let mut out = Spelling::default();
            let left = out.take(path::value(left.source(), here));
            let right = right.as_i64()?;
            let sign = if right < 0 { '-' } else { '+' };
            out.text = format!("{left} {sign} {}", right.unsigned_abs());
            Some(out)
        }
        (Function::Array, arguments)
            if arguments.iter().any(|one| matches!(one, Argument::Path(_) | Argument::Call(_))) =>
        {
            let mut out = Spelling::default();
            let items: Vec<_> = arguments.iter().map(|one| out.take(argument(one, here, params))).collect();
            out.text = super::text::array(&items);
            Some(out)
        }
        _ => None,
    }
}

/// Writes `States.Format('a {}', $.b)` as `"a " + state.b`.
fn sum(pieces: &[String], arguments: &[Argument], here: ValuePosition, params: &Params) -> Option<Spelling> {
    let mut out = Spelling::default();
    let mut words = Vec::new();
    let mut texts = Vec::new();
    let mut arguments = arguments.iter();
    for (index, piece) in pieces.iter().enumerate() {
        if index > 0 {
            let value = arguments.next()?;
            // A literal would become part of the template.
            if !matches!(value, Argument::Path(_) | Argument::Call(_)) {
                return None;
            }
            words.push(out.take(argument(value, here, params)));
        }
        if !piece.is_empty() {
            for word in params.words(piece, quoted) {
                if !word.starts_with("params.") {
                    texts.push(words.len());
                }
                words.push(word);
            }
        }
    }
    if arguments.next().is_some() || words.len() < 2 {
        return None;
    }
    // The whole is a sum of text only if one of the first two parts is text.
    if texts.first().is_none_or(|first| *first >= 2) {
        if !words.iter().any(|word| word.starts_with("params.")) {
            return None;
        }
        words.insert(0, "\"\"".to_owned());
    }
    out.text = words.join(" + ");
    Some(out)
}

fn call(call: &FunctionCall, here: ValuePosition, params: &Params) -> Spelling {
    let mut out = Spelling::default();
    let arguments: Vec<_> = call.args.iter().map(|one| out.take(argument(one, here, params))).collect();
    out.text = format!("{}({})", call.function.name(), arguments.join(", "));
    out
}

fn argument(value: &Argument, here: ValuePosition, params: &Params) -> Spelling {
    match value {
        Argument::String(text) => match params.words(text, quoted).as_slice() {
            [word] => Spelling::in_language(word.clone()),
            _ => Spelling::in_language(quoted(text)),
        },
        Argument::Template(pieces) => Spelling::in_language(template(pieces, params)),
        Argument::Number(number) => Spelling::in_language(number.to_string()),
        Argument::Bool(value) => Spelling::in_language(value.to_string()),
        Argument::Null => Spelling::in_language("null"),
        Argument::Path(path) => path::value(path.source(), here),
        Argument::Call(inner) => call(inner, here, params),
    }
}

/// Writes a template; with parameters, it is a sum.
fn template(pieces: &[String], params: &Params) -> String {
    let mut words = Vec::new();
    let mut text = String::new();
    for (index, piece) in pieces.iter().enumerate() {
        if index > 0 {
            text.push_str("{}");
        }
        for word in params.words(piece, |text| format!("\"{}", template_piece(text))) {
            match word.strip_prefix('"') {
                Some(part) => text.push_str(part),
                None => {
                    // A sum of text begins with text.
                    if words.is_empty() || !text.is_empty() {
                        words.push(quoted(&std::mem::take(&mut text)));
                    }
                    words.push(word);
                }
            }
        }
    }
    if words.is_empty() || !text.is_empty() {
        words.push(quoted(&text));
    }
    words.join(" + ")
}

/// Unescapes braces in the text of a template.
fn template_piece(piece: &str) -> String {
    let mut out = String::with_capacity(piece.len());
    for ch in piece.chars() {
        if matches!(ch, '{' | '}' | '\\') {
            out.push('\\');
        }
        out.push(ch);
    }
    out
}
