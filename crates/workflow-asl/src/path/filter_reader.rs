//! Parses the text of a filter, `(@.price < 10 && !(@.sold))`.

use regex_lite::RegexBuilder;
use serde_json::Value;

use super::filter::{Condition, Filter, Operand, Operator};
use super::reader::{Reader, is_operator_char};
use crate::SyntaxError;
use crate::nearest::nearest;

/// Parses a filter after its `[?`, up to its `]`.
pub(super) fn read_filter(reader: &mut Reader<'_>) -> Result<Filter, SyntaxError> {
    reader.skip_blanks();
    if reader.peek() != Some('(') {
        return Err(reader
            .fail(format!("expected '(', found {}", reader.here()))
            .with_help("a filter must be in parentheses: [?(@.name == 'x')]"));
    }
    let start = reader.at;
    let condition = either(reader)?;
    let source = reader.text.get(start..reader.at).unwrap_or("");
    let inner = source.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(source);
    Ok(Filter { source: inner.trim().to_owned(), condition })
}

fn either(reader: &mut Reader<'_>) -> Result<Condition, SyntaxError> {
    several(reader, "||", |reader| several(reader, "&&", one, Condition::And), Condition::Or)
}

/// Parses conditions with a sign between them.
fn several(
    reader: &mut Reader<'_>,
    sign: &str,
    part: fn(&mut Reader<'_>) -> Result<Condition, SyntaxError>,
    whole: fn(Vec<Condition>) -> Condition,
) -> Result<Condition, SyntaxError> {
    let mut parts = vec![part(reader)?];
    while reader.eat_text(sign) {
        parts.push(part(reader)?);
    }
    Ok(if parts.len() > 1 { whole(parts) } else { parts.remove(0) })
}

/// Parses one condition and the blanks after it.
fn one(reader: &mut Reader<'_>) -> Result<Condition, SyntaxError> {
    reader.skip_blanks();
    reader.descend()?;
    let condition = if reader.eat('!') {
        Condition::Not(Box::new(one(reader)?))
    } else if reader.eat('(') {
        let inner = either(reader)?;
        if !reader.eat(')') {
            return Err(reader.fail(format!("expected an operator or ')', found {}", reader.here())));
        }
        inner
    } else {
        relation(reader)?
    };
    reader.depth -= 1;
    reader.skip_blanks();
    Ok(condition)
}

/// Parses `operand` or `operand operator operand`.
fn relation(reader: &mut Reader<'_>) -> Result<Condition, SyntaxError> {
    let start = reader.at;
    let left = operand(reader)?;
    reader.skip_blanks();
    if matches!(reader.peek(), Some(')' | '&' | '|')) {
        return match left {
            Operand::Current(_) | Operand::Root(_) => Ok(Condition::Exists(left)),
            _ => Err(SyntaxError::new(start, "a value alone is not a condition")
                .with_help("compare it with a path: @.name == 'x'")),
        };
    }
    let operator = operator(reader)?;
    reader.skip_blanks();
    let pattern_at = reader.at;
    let right = operand(reader)?;
    if (operator == Operator::Matches) != matches!((&left, &right), (Operand::Pattern(_), _) | (_, Operand::Pattern(_)))
    {
        return Err(SyntaxError::new(pattern_at, "`=~` and a pattern must be used together")
            .with_help("write @.name =~ /regular expression/"));
    }
    Ok(Condition::Compare(left, operator, right))
}

fn operator(reader: &mut Reader<'_>) -> Result<Operator, SyntaxError> {
    let start = reader.at;
    for (sign, operator) in Operator::SIGNS {
        if reader.eat_text(sign) {
            if let Some(c) = reader.peek().filter(|c| matches!(c, '<' | '>' | '=' | '~')) {
                return Err(reader.fail(format!("unexpected '{c}' after `{sign}`")));
            }
            return Ok(operator);
        }
    }
    let signs =
        "the operators are ==, !=, <, <=, >, >=, =~, in, nin, contains, size, empty, anyof, noneof, subsetof, all";
    if reader.peek().is_some_and(is_operator_char) {
        let error = reader.fail(format!("expected an operator, found {}", reader.here()));
        return Err(error.with_help(if reader.peek() == Some('=') { "did you mean `==`?" } else { signs }));
    }
    let word = reader.take_while(char::is_alphabetic);
    if word.is_empty() {
        return Err(reader.fail(format!("expected an operator or ')', found {}", reader.here())));
    }
    let known = Operator::WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
    known.map(|(_, operator)| *operator).ok_or_else(|| {
        let near = nearest(word, Operator::WORDS.map(|(known, _)| known));
        let help = near.map_or_else(|| signs.to_owned(), |near| format!("did you mean `{near}`?"));
        SyntaxError::new(start, format!("a filter has no operator `{word}`")).with_help(help)
    })
}

fn operand(reader: &mut Reader<'_>) -> Result<Operand, SyntaxError> {
    reader.skip_blanks();
    match reader.peek() {
        Some('@') => {
            reader.at += 1;
            Ok(Operand::Current(reader.inner_steps()?))
        }
        Some('$') => {
            reader.at += 1;
            Ok(Operand::Root(reader.inner_steps()?))
        }
        Some('/') => pattern(reader),
        _ => Ok(Operand::Literal(literal(reader)?)),
    }
}

fn literal(reader: &mut Reader<'_>) -> Result<Value, SyntaxError> {
    reader.skip_blanks();
    match reader.peek() {
        Some('\'' | '"') => reader.quoted().map(Value::String),
        Some('[') => list(reader),
        Some('{') => object(reader),
        Some(c) if c.is_ascii_digit() || c == '-' => {
            let start = reader.at;
            let text = reader.take_while(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E'));
            serde_json::from_str(text).map_err(|_| SyntaxError::new(start, format!("`{text}` is not a number")))
        }
        Some(c) if c.is_alphabetic() || c == '_' => {
            // Jayway 2.0 treated a bare word as text, which occurs in real definitions.
            Ok(match reader.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-')) {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                "null" => Value::Null,
                word => Value::String(word.to_owned()),
            })
        }
        _ => Err(reader
            .fail(format!("expected a value or a path, found {}", reader.here()))
            .with_help("a member of the item is written @.name, a string in quotes")),
    }
}

/// Parses `['a', 1]`: JSON with either kind of quotes.
fn list(reader: &mut Reader<'_>) -> Result<Value, SyntaxError> {
    reader.descend()?;
    reader.eat('[');
    let mut items = Vec::new();
    reader.skip_blanks();
    while !reader.eat(']') {
        items.push(literal(reader)?);
        reader.skip_blanks();
        if !reader.eat(',') && reader.peek() != Some(']') {
            return Err(reader.fail(format!("expected ',' or ']', found {}", reader.here())));
        }
        reader.skip_blanks();
    }
    reader.depth -= 1;
    Ok(Value::Array(items))
}

fn object(reader: &mut Reader<'_>) -> Result<Value, SyntaxError> {
    let mut values = serde_json::Deserializer::from_str(reader.rest()).into_iter::<Value>();
    match values.next() {
        Some(Ok(value)) => {
            reader.at += values.byte_offset();
            Ok(value)
        }
        _ => Err(reader.fail("this is not a JSON object")),
    }
}

fn pattern(reader: &mut Reader<'_>) -> Result<Operand, SyntaxError> {
    let start = reader.at;
    reader.eat('/');
    let mut text = String::new();
    loop {
        match reader.next() {
            Some('/') => break,
            Some('\\') => match reader.next() {
                Some('/') => text.push('/'),
                Some(c) => text.extend(['\\', c]),
                None => return Err(SyntaxError::new(start, "the pattern is not closed")),
            },
            Some(c) => text.push(c),
            None => return Err(SyntaxError::new(start, "the pattern is not closed")),
        }
    }
    let flags = reader.take_while(|c| c.is_ascii_alphabetic());
    if let Some(flag) = flags.chars().find(|flag| !matches!(flag, 'i' | 'm' | 's' | 'x')) {
        return Err(SyntaxError::new(reader.at - flags.len(), format!("a pattern has no flag `{flag}`")));
    }
    RegexBuilder::new(&format!("^(?:{text})$"))
        .case_insensitive(flags.contains('i'))
        .multi_line(flags.contains('m'))
        .dot_matches_new_line(flags.contains('s'))
        .ignore_whitespace(flags.contains('x'))
        .build()
        .map(Operand::Pattern)
        .map_err(|error| SyntaxError::new(start, format!("invalid regular expression: {error}")))
}
