//! Signatures of functions: their arguments, defaults to the context value, and conversions to arrays.

use super::error::Error;
use super::value::{Array, Val};

/// A parsed signature.
#[derive(Debug)]
pub(crate) struct Signature {
    params: Vec<Param>,
    /// Whether arguments can be matched to parameters one by one.
    plain: bool,
}

#[derive(Debug, Default)]
struct Param {
    /// The accepted kinds, one bit each.
    kinds: u16,
    array: bool,
    /// The required kind of array items.
    items: Option<String>,
    context: bool,
    optional: bool,
    repeats: bool,
    lazy: bool,
}

impl Param {
    fn of(letters: &str) -> Self {
        Self { kinds: letters.chars().map(bit).fold(0, |all, bit| all | bit), ..Self::default() }
    }

    fn takes(&self, kind: char) -> bool {
        self.kinds & bit(kind) != 0
    }
}

/// The letters of the kinds of values.
const LETTERS: [char; 8] = ['m', 'l', 'b', 'n', 's', 'a', 'o', 'f'];

fn bit(letter: char) -> u16 {
    LETTERS.iter().position(|known| *known == letter).map_or(0, |at| 1 << at)
}

/// Returns the bit of a value's kind.
fn bit_of(value: &Val<'_>) -> u16 {
    match value {
        Val::Undefined => 1,
        Val::Null => 1 << 1,
        Val::Bool(_) => 1 << 2,
        Val::Number(_) | Val::Long(_) => 1 << 3,
        Val::Text(_) => 1 << 4,
        Val::Array(_) | Val::Tuples(_) => 1 << 5,
        Val::Object(_) => 1 << 6,
        Val::Function(_) => 1 << 7,
    }
}

/// Returns the letter of a value's kind; `m` is for missing.
fn kind(value: &Val<'_>) -> char {
    LETTERS.get(bit_of(value).trailing_zeros() as usize).copied().unwrap_or('m')
}

impl Signature {
    /// Parses a signature that the parser or the table of functions has already checked.
    pub(crate) fn parse(text: &str) -> Self {
        let symbols: Vec<char> = text.chars().collect();
        let mut params: Vec<Param> = Vec::new();
        let mut at = 1;
        while let Some(symbol) = symbols.get(at) {
            match symbol {
                ':' => break,
                's' | 'n' | 'b' | 'l' | 'o' => params.push(Param::of(&format!("{symbol}m"))),
                'a' => params.push(Param { array: true, ..Param::of("asnblfom") }),
                'f' => params.push(Param::of("f")),
                'j' => params.push(Param::of("asnblom")),
                'x' => params.push(Param::of("asnblfom")),
                '(' => {
                    let end = closing(&symbols, at, '(', ')');
                    let choice: String = symbols.get(at + 1..end).unwrap_or(&[]).iter().collect();
                    params.push(Param::of(&(choice + "m")));
                    at = end;
                }
                '<' => {
                    let end = closing(&symbols, at, '<', '>');
                    if let Some(param) = params.last_mut() {
                        param.items = Some(symbols.get(at + 1..end).unwrap_or(&[]).iter().collect());
                    }
                    at = end;
                }
                '-' => {
                    if let Some(param) = params.last_mut() {
                        param.context = true;
                        param.lazy |= param.optional || param.repeats;
                        param.optional = true;
                    }
                }
                '?' => {
                    if let Some(param) = params.last_mut() {
                        param.lazy |= param.optional || param.repeats;
                        param.optional |= !param.repeats;
                    }
                }
                '+' => {
                    if let Some(param) = params.last_mut() {
                        param.repeats = true;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        let plain = params.iter().all(|param| !param.repeats && !param.lazy);
        Self { params, plain }
    }

    /// Returns how many parameters it has.
    pub(crate) fn len(&self) -> usize {
        self.params.len()
    }

    /// Returns the arguments as the function takes them: with the context value inserted and single values wrapped in
    /// arrays.
    ///
    /// # Errors
    /// `T0410`, `T0411`, `T0412`.
    pub(crate) fn validate<'a>(
        &self,
        arguments: Vec<Val<'a>>,
        context: &Val<'a>,
        array: &mut dyn FnMut(Val<'a>) -> Val<'a>,
    ) -> Result<Vec<Val<'a>>, Box<Error>> {
        if self.is_as_declared(&arguments) {
            return self.validate_in_place(arguments, array);
        }
        let kinds: Vec<char> = arguments.iter().map(kind).collect();
        let lengths = self.lengths(&kinds).ok_or_else(|| self.misfit(&arguments, &kinds))?;
        let mut made = Vec::with_capacity(self.params.len());
        let mut at = 0;
        for (param, length) in self.params.iter().zip(lengths) {
            let first = arguments.get(at).cloned().unwrap_or(Val::Undefined);
            if length == 0 {
                if !param.context {
                    made.push(first);
                    at += 1;
                } else if param.takes(kind(context)) {
                    made.push(context.clone());
                } else {
                    return Err(Error::argument("T0411", at, context));
                }
                continue;
            }
            for _ in 0..length {
                let argument =
                    if param.array { arguments.get(at).cloned().unwrap_or(Val::Undefined) } else { first.clone() };
                if param.array && !argument.is_undefined() {
                    if !param.items_fit(&argument, kinds.get(at..at + length).unwrap_or(&[])) {
                        let items = param.items.as_deref().map_or("values", plural);
                        return Err(Error::argument("T0412", at, &argument).items(items));
                    }
                    made.push(if argument.is_array() { argument } else { array(argument) });
                } else {
                    made.push(argument);
                }
                at += 1;
            }
        }
        Ok(made)
    }

    /// Returns whether each argument matches its parameter, and the missing ones are `undefined`.
    fn is_as_declared(&self, arguments: &[Val<'_>]) -> bool {
        let Some(rest) = self.params.get(arguments.len()..) else { return false };
        let fits = |(param, argument): (&Param, &Val<'_>)| param.kinds & bit_of(argument) != 0;
        self.plain
            && self.params.iter().zip(arguments).all(fits)
            && rest.iter().all(|param| param.optional && !param.context)
    }

    fn validate_in_place<'a>(
        &self,
        mut arguments: Vec<Val<'a>>,
        array: &mut dyn FnMut(Val<'a>) -> Val<'a>,
    ) -> Result<Vec<Val<'a>>, Box<Error>> {
        for (at, (param, argument)) in self.params.iter().zip(&mut arguments).enumerate() {
            if !param.array || argument.is_undefined() {
                continue;
            }
            if !param.items_fit(argument, &[kind(argument)]) {
                let items = param.items.as_deref().map_or("values", plural);
                return Err(Error::argument("T0412", at, argument).items(items));
            }
            if !argument.is_array() {
                *argument = array(std::mem::replace(argument, Val::Undefined));
            }
        }
        arguments.resize(self.params.len(), Val::Undefined);
        Ok(arguments)
    }

    /// Returns how many arguments each parameter takes, as if a regular expression matched the letters.
    fn lengths(&self, kinds: &[char]) -> Option<Vec<usize>> {
        lengths(&self.params, kinds, true)
    }

    /// Returns the error for the first argument that does not fit.
    fn misfit(&self, arguments: &[Val<'_>], kinds: &[char]) -> Box<Error> {
        let taken = |count| lengths(self.params.get(..count).unwrap_or(&[]), kinds, false);
        let good = (1..=self.params.len()).map_while(taken).last().map_or(0, |lengths| lengths.iter().sum());
        Error::argument("T0410", good, arguments.get(good).unwrap_or(&Val::Undefined))
    }
}

/// Returns how many arguments each parameter takes. If `whole`, all arguments must be taken; otherwise, only the first
/// ones.
fn lengths(params: &[Param], kinds: &[char], whole: bool) -> Option<Vec<usize>> {
    // For each parameter, last first, and each position: whether the rest fits from there.
    let mut fits = vec![vec![!whole; kinds.len() + 1]];
    if let Some(end) = fits.last_mut().and_then(|row| row.last_mut()) {
        *end = true;
    }
    let fit = |row: &[bool], at: usize| row.get(at).copied().unwrap_or(false);
    for param in params.iter().rev() {
        let after = fits.last().cloned().unwrap_or_default();
        let mut row = vec![false; kinds.len() + 1];
        for at in (0..=kinds.len()).rev() {
            let more = kinds.get(at).is_some_and(|kind| param.takes(*kind))
                && (fit(&after, at + 1) || param.repeats && fit(&row, at + 1));
            if let Some(cell) = row.get_mut(at) {
                *cell = param.optional && fit(&after, at) || more;
            }
        }
        fits.push(row);
    }
    if !fits.last().is_some_and(|row| fit(row, 0)) {
        return None;
    }
    let mut found = Vec::with_capacity(params.len());
    let mut at = 0;
    for (param, after) in params.iter().zip(fits.iter().rev().skip(1)) {
        let rest = kinds.get(at..).unwrap_or(&[]);
        let most = rest.iter().take_while(|kind| param.takes(**kind)).count();
        let most = if param.repeats { most } else { most.min(1) };
        let mut choices = (usize::from(!param.optional)..=most).filter(|length| fit(after, at + length));
        let length = if param.lazy { choices.next() } else { choices.next_back() }?;
        found.push(length);
        at += length;
    }
    Some(found)
}

impl Param {
    /// Returns whether an argument's items have the required kind. `all` are the letters of all arguments that the
    /// parameter takes.
    fn items_fit(&self, argument: &Val<'_>, all: &[char]) -> bool {
        let Some(items) = &self.items else { return true };
        if !argument.is_array() {
            return items.chars().eq(all.iter().copied());
        }
        let given = argument.items();
        if given.len() == 0 {
            return true;
        }
        let first = bit_of(&given.get(0));
        let all = match argument {
            Val::Array(Array::Own(list)) => list.items.iter().all(|item| bit_of(item) == first),
            _ => given.iter().all(|item| bit_of(&item) == first),
        };
        all && items.chars().next().is_some_and(|letter| bit(letter) == first)
    }
}

fn plural(items: &str) -> &'static str {
    match items {
        "a" => "arrays",
        "b" => "booleans",
        "f" => "functions",
        "n" => "numbers",
        "o" => "objects",
        "s" => "strings",
        _ => "values",
    }
}

/// Returns the position of the matching closing bracket.
fn closing(symbols: &[char], from: usize, open: char, close: char) -> usize {
    let mut depth = 0;
    for (at, symbol) in symbols.iter().enumerate().skip(from) {
        if *symbol == open {
            depth += 1;
        } else if *symbol == close {
            depth -= 1;
            if depth == 0 {
                return at;
            }
        }
    }
    symbols.len()
}
