//! Parses the text of an intrinsic function call.

use serde_json::Number;

use super::{Argument, ArgumentKind, Function, FunctionCall, Intrinsic};
use crate::SyntaxError;
use crate::limits::INTRINSIC_DEPTH;
use crate::nearest::nearest;
use crate::path::{JsonPath, Reader};
use crate::placeholder;

pub(super) fn read(text: &str) -> Result<Intrinsic, SyntaxError> {
    let mut reader = CallReader { text: Reader::new(text, "call"), misuses: Vec::new() };
    reader.text.skip_blanks();
    let call = reader.call()?;
    reader.text.skip_blanks();
    if reader.text.peek().is_some() {
        return Err(reader.text.fail(format!("expected the end of the call, found {}", reader.text.here())));
    }
    Ok(Intrinsic { source: text.to_owned(), call, misuses: reader.misuses })
}

struct CallReader<'a> {
    text: Reader<'a>,
    misuses: Vec<SyntaxError>,
}

impl CallReader<'_> {
    fn call(&mut self) -> Result<FunctionCall, SyntaxError> {
        let offset = self.text.at;
        self.text.depth += 1;
        if self.text.depth > INTRINSIC_DEPTH {
            return Err(self.text.fail(format!("more than {INTRINSIC_DEPTH} nested calls")));
        }
        let function = self.function()?;
        self.text.skip_blanks();
        if !self.text.eat('(') {
            return Err(self.text.fail(format!("expected '(' after `{function}`, found {}", self.text.here())));
        }
        let args = self.arguments(function)?;
        self.misuses.extend(miscounted(function, &args, offset));
        self.text.depth -= 1;
        Ok(FunctionCall { function, args, offset })
    }

    fn function(&mut self) -> Result<Function, SyntaxError> {
        let start = self.text.at;
        let name = self.text.take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '_'));
        if name.is_empty() {
            return Err(self
                .text
                .fail(format!("expected a function such as `States.Format`, found {}", self.text.here()))
                .with_help("a path starts with `$`"));
        }
        Function::from_name(name).ok_or_else(|| {
            let known = Function::ALL.iter().map(|function| function.name());
            let error = SyntaxError::new(start, format!("unknown function `{name}`"));
            match nearest(name, known) {
                Some(near) => error.with_help(format!("did you mean `{near}`?")).with_instead(name.len(), near),
                None => error.with_help("a path starts with `$`, a string is in apostrophes"),
            }
        })
    }

    /// Parses the arguments after the `(`, including its `)`.
    fn arguments(&mut self, function: Function) -> Result<Vec<Argument>, SyntaxError> {
        let mut args = Vec::new();
        self.text.skip_blanks();
        if self.text.eat(')') {
            return Ok(args);
        }
        loop {
            self.text.skip_blanks();
            let start = self.text.at;
            let template = function == Function::Format && args.is_empty();
            let argument = self.argument(template)?;
            if let Some(kind) = function.argument(args.len()).filter(|kind| !fits(&argument, *kind)) {
                let which = args.len() + 1;
                self.misuses.push(SyntaxError::new(start, format!("argument {which} of `{function}` must be {kind}")));
            }
            args.push(argument);
            self.text.skip_blanks();
            if self.text.eat(')') {
                return Ok(args);
            }
            if !self.text.eat(',') {
                return Err(self.text.fail(format!("expected ',' or ')', found {}", self.text.here())));
            }
        }
    }

    fn argument(&mut self, template: bool) -> Result<Argument, SyntaxError> {
        match self.text.peek() {
            Some('\'') if template => self.template(),
            Some('\'') => {
                let characters = self.quoted()?;
                Ok(Argument::String(characters.into_iter().map(|(c, _)| c).collect()))
            }
            Some('$') => self.path(),
            Some(c) if c.is_ascii_digit() || c == '-' => {
                let start = self.text.at;
                let text = self.text.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.'));
                number(text)
                    .map(Argument::Number)
                    .ok_or_else(|| SyntaxError::new(start, format!("`{text}` is not a number")))
            }
            Some(c) if c.is_alphabetic() => {
                let rest = self.text.rest();
                let word = rest.split(|c: char| !c.is_alphanumeric() && c != '.' && c != '_').next().unwrap_or("");
                let literal = match word {
                    "true" => Argument::Bool(true),
                    "false" => Argument::Bool(false),
                    "null" => Argument::Null,
                    _ => return self.call().map(Argument::Call),
                };
                self.text.at += word.len();
                Ok(literal)
            }
            Some('"') => {
                Err(self.text.fail("a string must be in apostrophes, not in quotes").with_help("write 'text'"))
            }
            _ => Err(self.text.fail(format!("expected an argument, found {}", self.text.here()))),
        }
    }

    /// Parses a string in apostrophes. Returns its characters, and whether each was escaped.
    fn quoted(&mut self) -> Result<Vec<(char, bool)>, SyntaxError> {
        let start = self.text.at;
        self.text.eat('\'');
        let mut text = Vec::new();
        while let Some(c) = self.text.next() {
            match c {
                '\'' => return Ok(text),
                '\\' => match self.text.peek() {
                    Some(escaped @ ('\'' | '\\' | '{' | '}')) => {
                        self.text.at += 1;
                        text.push((escaped, true));
                    }
                    // The service keeps any other backslash, such as one before `n`, which occurs in real definitions.
                    Some(_) => text.push((c, true)),
                    None => break,
                },
                c => text.push((c, false)),
            }
        }
        Err(SyntaxError::new(start, "the text is not closed").with_help("end it with an apostrophe"))
    }

    /// Parses the template of `States.Format`, split at each `{}` that is not escaped; one with a lone brace remains a
    /// string, with the escapes of its braces.
    fn template(&mut self) -> Result<Argument, SyntaxError> {
        let start = self.text.at;
        let quoted = self.quoted()?;
        let mut pieces = vec![String::new()];
        let mut characters = quoted.iter().copied().peekable();
        while let Some((c, escaped)) = characters.next() {
            match (c, escaped) {
                ('{', false) if characters.next_if_eq(&('}', false)).is_some() => pieces.push(String::new()),
                // A placeholder such as `${Name}` of a deployment tool.
                ('{', false) if pieces.last().is_some_and(|piece| piece.ends_with('$')) => {
                    let name = characters.by_ref().map(|(c, _)| c).take_while(|c| *c != '}');
                    let text = format!("{{{}}}", name.collect::<String>());
                    if let Some(piece) = pieces.last_mut() {
                        piece.push_str(&text);
                    }
                }
                ('{' | '}', false) => {
                    let misuse = SyntaxError::new(start, format!("the template has a lone `{c}`"));
                    let help = format!("write `{{}}` for a value, `\\{c}` for the brace itself");
                    self.misuses.push(misuse.with_help(help));
                    let escape = |(c, escaped)| [(escaped && matches!(c, '{' | '}')).then_some('\\'), Some(c)];
                    return Ok(Argument::String(quoted.into_iter().flat_map(escape).flatten().collect()));
                }
                (c, _) => {
                    if let Some(piece) = pieces.last_mut() {
                        piece.push(c);
                    }
                }
            }
        }
        Ok(Argument::Template(pieces))
    }

    /// Parses a path, which ends at a comma, a blank or an unmatched parenthesis.
    fn path(&mut self) -> Result<Argument, SyntaxError> {
        let start = self.text.at;
        let (mut open, mut quote, mut escaped) = (Vec::new(), None, false);
        while let Some(c) = self.text.peek() {
            match (quote, c) {
                (Some(_), _) if escaped => escaped = false,
                (Some(_), '\\') => escaped = true,
                (Some(closing), c) if c == closing => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') if !open.is_empty() => quote = Some(c),
                (None, '(' | '[') => open.push(c),
                (None, ')' | ']') if open.pop().is_none() => break,
                (None, ',' | ' ' | '\t' | '\n' | '\r') if open.is_empty() => break,
                _ => {}
            }
            self.text.at += c.len_utf8();
        }
        let text = self.text.text.get(start..self.text.at).unwrap_or("");
        match JsonPath::parse(text) {
            Ok(path) => Ok(Argument::Path(path.shifted(start))),
            Err(error) => Err(error.shifted(start)),
        }
    }
}

/// Returns the number of a literal; one that is too large for a double is the largest.
fn number(text: &str) -> Option<Number> {
    let largest = |number: f64| Number::from_f64(number.clamp(f64::MIN, f64::MAX));
    serde_json::from_str(text).ok().or_else(|| text.parse().ok().filter(|n: &f64| n.is_infinite()).and_then(largest))
}

/// Returns the problem of a call with too few or too many arguments.
fn miscounted(function: Function, args: &[Argument], offset: usize) -> Option<SyntaxError> {
    let (least, most) = function.arity();
    if args.len() < least || most.is_some_and(|most| args.len() > most) {
        let takes = match most {
            Some(0) => "no argument".to_owned(),
            Some(1) => "1 argument".to_owned(),
            Some(most) if most == least => format!("{most} arguments"),
            Some(most) => format!("{least} to {most} arguments"),
            None => format!("at least {least} argument"),
        };
        let message = format!("`{function}` requires {takes}, found {}", args.len());
        return Some(SyntaxError::new(offset, message).with_help(format!("it gives {}", function.doc())));
    }
    let (Function::Format, Some(Argument::Template(pieces))) = (function, args.first()) else { return None };
    let (places, values) = (pieces.len() - 1, args.len() - 1);
    let message = match values {
        1 => format!("the template has {places} `{{}}`, but 1 value follows"),
        _ => format!("the template has {places} `{{}}`, but {values} values follow"),
    };
    let help = "each `{}` takes one value; write a literal brace as `\\{` or `\\}`";
    (places != values).then(|| SyntaxError::new(offset, message).with_help(help))
}

/// Returns whether an argument may have a type: the value of a path is only known at run time.
fn fits(argument: &Argument, kind: ArgumentKind) -> bool {
    let given = match argument {
        Argument::Path(path) if !path.is_definite() => ArgumentKind::Array,
        Argument::Path(_) => return true,
        Argument::Call(call) => call.function.result(),
        // A placeholder may become a number.
        Argument::String(text)
            if placeholder::contained(text) && matches!(kind, ArgumentKind::Integer | ArgumentKind::Boolean) =>
        {
            return true;
        }
        Argument::String(_) | Argument::Template(_) => ArgumentKind::String,
        Argument::Number(_) => ArgumentKind::Integer,
        Argument::Bool(_) => ArgumentKind::Boolean,
        Argument::Null => return matches!(kind, ArgumentKind::Any | ArgumentKind::Scalar),
    };
    // The service accepts even objects and arrays in a template.
    given == kind || matches!(kind, ArgumentKind::Any | ArgumentKind::Scalar) || given == ArgumentKind::Any
}
