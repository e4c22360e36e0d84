//! Parses a pattern into a tree. The syntax is Java's, as the service's is; where Java refuses a pattern that JavaScript
//! takes, this takes it.

use std::borrow::Cow;

use super::class::{Class, DIGIT, HORIZONTAL, SPACE, VERTICAL, WORD, property};

/// A part of a pattern.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Empty,
    Unit(u16),
    /// `.`; whether it takes the ends of lines.
    Any {
        line_ends: bool,
    },
    Class {
        class: Class,
        inverted: bool,
    },
    LineStart {
        multiline: bool,
    },
    LineEnd {
        multiline: bool,
    },
    /// `\z`
    TextEnd,
    /// `\b`, or `\B` if negated.
    WordEdge(bool),
    Group {
        capture: Option<usize>,
        node: Box<Node>,
    },
    Reference {
        group: usize,
        fold: bool,
    },
    Look {
        behind: bool,
        negative: bool,
        node: Box<Node>,
    },
    /// What matched is not tried again.
    Atomic(Box<Node>),
    Repeat {
        node: Box<Node>,
        min: u32,
        max: Option<u32>,
        greedy: bool,
    },
    Sequence(Vec<Node>),
    Either(Vec<Node>),
}

/// A pattern and its number of capture groups.
#[derive(Debug)]
pub(super) struct Tree {
    pub root: Node,
    pub captures: usize,
}

const DEEPEST: usize = 200;

/// `flags` may contain `i` and `m`; others are ignored.
pub(super) fn parse(pattern: &str, flags: &str) -> Result<Tree, &'static str> {
    let units: Vec<u16> = unquoted(pattern).encode_utf16().collect();
    let flags = Flags { fold: flags.contains('i'), multiline: flags.contains('m'), dot_all: false };
    let mut parser = Parser { units: &units, at: 0, opened: 0, depth: 0, total: 0, names: Vec::new(), flags };
    parser.count_groups()?;
    let root = parser.either()?;
    if parser.peek().is_some() {
        return Err("Unmatched ')'");
    }
    Ok(Tree { root, captures: parser.total })
}

/// Returns a pattern with a backslash before each sign between `\Q` and `\E`.
fn unquoted(pattern: &str) -> Cow<'_, str> {
    if !pattern.contains("\\Q") {
        return Cow::Borrowed(pattern);
    }
    let mut out = String::with_capacity(pattern.len() * 2);
    let mut rest = pattern;
    while let Some(letter) = rest.chars().next() {
        if let Some(quoted) = rest.strip_prefix("\\Q") {
            let (quoted, after) = quoted.split_once("\\E").unwrap_or((quoted, ""));
            for letter in quoted.chars() {
                out.extend(letter.is_ascii_punctuation().then_some('\\'));
                out.push(letter);
            }
            rest = after;
            continue;
        }
        // An escaped backslash is not the beginning of `\Q`.
        let length = if rest.starts_with("\\\\") { 2 } else { letter.len_utf8() };
        let (taken, after) = rest.split_at(length);
        out.push_str(taken);
        rest = after;
    }
    Cow::Owned(out)
}

/// What `(?ims)` changes.
#[derive(Debug, Clone, Copy)]
struct Flags {
    /// The case of ASCII letters does not count.
    fold: bool,
    multiline: bool,
    dot_all: bool,
}

struct Parser<'p> {
    units: &'p [u16],
    at: usize,
    /// The number of capture groups opened so far.
    opened: usize,
    depth: usize,
    total: usize,
    names: Vec<(Vec<u16>, usize)>,
    flags: Flags,
}

fn unit(c: char) -> u16 {
    u32::from(c) as u16
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.ahead(0)
    }

    /// Returns the ASCII character `count` units ahead; any other unit becomes U+FFFD.
    fn ahead(&self, count: usize) -> Option<char> {
        self.units.get(self.at + count).map(|unit| match u8::try_from(*unit) {
            Ok(byte) if byte < 128 => char::from(byte),
            _ => '\u{fffd}',
        })
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = text.chars().enumerate().all(|(at, c)| self.ahead(at) == Some(c));
        if found {
            self.at += text.len();
        }
        found
    }

    /// Counts the groups and reads their names, because a reference may precede its group.
    fn count_groups(&mut self) -> Result<(), &'static str> {
        let mut in_class = false;
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                '\\' => self.at += 1,
                '[' => in_class = true,
                ']' => in_class = false,
                '(' if !in_class => {
                    if self.peek() != Some('?') {
                        self.total += 1;
                    } else if self.ahead(1) == Some('<') && !matches!(self.ahead(2), Some('=' | '!')) {
                        self.total += 1;
                        self.at += 2;
                        let name = self.name()?;
                        if self.names.iter().any(|(known, _)| *known == name) {
                            return Err("Duplicate capture group name");
                        }
                        self.names.push((name, self.total));
                    }
                }
                _ => {}
            }
        }
        self.at = 0;
        Ok(())
    }

    /// Reads a group's name, from after its `<` through its `>`.
    fn name(&mut self) -> Result<Vec<u16>, &'static str> {
        const INVALID: &str = "Invalid capture group name";
        let rest = &self.units[self.at..];
        let end = rest.iter().position(|unit| *unit == 0x3e).ok_or(INVALID)?;
        let name = String::from_utf16(&rest[..end]).map_err(|_| INVALID)?;
        let starts = |c: char| c.is_alphabetic() || c == '$' || c == '_';
        if !name.starts_with(starts) || !name.chars().all(|c| starts(c) || c.is_numeric() || c == '\u{200d}') {
            return Err(INVALID);
        }
        self.at += end + 1;
        Ok(name.encode_utf16().collect())
    }

    fn either(&mut self) -> Result<Node, &'static str> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("Regular expression too large");
        }
        let flags = self.flags;
        let mut options = vec![self.sequence()?];
        while self.eat("|") {
            options.push(self.sequence()?);
        }
        self.depth -= 1;
        self.flags = flags;
        Ok(match options.pop() {
            Some(only) if options.is_empty() => only,
            last => {
                options.extend(last);
                Node::Either(options)
            }
        })
    }

    fn sequence(&mut self) -> Result<Node, &'static str> {
        let mut terms = Vec::new();
        while !matches!(self.peek(), None | Some('|' | ')')) {
            let term = self.term()?;
            let term = self.quantified(term)?;
            terms.push(term);
        }
        Ok(match terms.pop() {
            None => Node::Empty,
            Some(only) if terms.is_empty() => only,
            last => {
                terms.extend(last);
                Node::Sequence(terms)
            }
        })
    }

    fn term(&mut self) -> Result<Node, &'static str> {
        let Some(&first) = self.units.get(self.at) else { return Ok(Node::Empty) };
        if matches!(self.peek(), Some('*' | '+' | '?')) || self.bounds().is_some() {
            return Err("Nothing to repeat");
        }
        self.at += 1;
        match char::from_u32(u32::from(first)) {
            Some('^') => Ok(Node::LineStart { multiline: self.flags.multiline }),
            Some('$') => Ok(Node::LineEnd { multiline: self.flags.multiline }),
            Some('.') => Ok(Node::Any { line_ends: self.flags.dot_all }),
            Some('[') => self.class(),
            Some('(') => self.group(),
            Some('\\') => self.escape(),
            // A quantifier is of the whole character.
            _ => Ok(match self.units.get(self.at) {
                Some(&second) if (0xd800..0xdc00).contains(&first) && (0xdc00..0xe000).contains(&second) => {
                    self.at += 1;
                    Node::Sequence(vec![Node::Unit(first), Node::Unit(second)])
                }
                _ => self.unit(first),
            }),
        }
    }

    /// Returns a node for one unit, or for both cases of a letter.
    fn unit(&self, unit: u16) -> Node {
        if !self.flags.fold {
            return Node::Unit(unit);
        }
        self.set(&Class::new(vec![(unit, unit)]), false)
    }

    fn set(&self, class: &Class, inverted: bool) -> Node {
        let class = if self.flags.fold { class.without_case() } else { class.clone() };
        Node::Class { class, inverted }
    }

    /// Reads `ims-ims` of `(?ims-ims)`, up to its `)` or `:`.
    fn inline_flags(&mut self) -> Result<(), &'static str> {
        let mut on = true;
        loop {
            match self.peek() {
                Some('i') => self.flags.fold = on,
                Some('m') => self.flags.multiline = on,
                Some('s') => self.flags.dot_all = on,
                // Unix lines and Unicode, which change nothing in most texts.
                Some('d' | 'u' | 'U') => {}
                Some('-') if on => on = false,
                Some(')' | ':') => return Ok(()),
                _ => return Err("Invalid group"),
            }
            self.at += 1;
        }
    }

    fn group(&mut self) -> Result<Node, &'static str> {
        let mut capture = None;
        let mut look = None;
        let mut atomic = false;
        let flags = self.flags;
        if self.eat("?") {
            look = match () {
                () if self.eat(":") => None,
                () if self.eat(">") => {
                    atomic = true;
                    None
                }
                () if self.eat("=") => Some((false, false)),
                () if self.eat("!") => Some((false, true)),
                () if self.eat("<=") => Some((true, false)),
                () if self.eat("<!") => Some((true, true)),
                () if self.eat("<") => {
                    self.name()?;
                    self.opened += 1;
                    capture = Some(self.opened);
                    None
                }
                () => {
                    self.inline_flags()?;
                    if self.eat(")") {
                        return Ok(Node::Empty);
                    }
                    self.at += 1;
                    None
                }
            };
        } else {
            self.opened += 1;
            capture = Some(self.opened);
        }
        let node = Box::new(self.either()?);
        self.flags = flags;
        if !self.eat(")") {
            return Err("Unterminated group");
        }
        Ok(match look {
            Some((behind, negative)) => Node::Look { behind, negative, node },
            None if atomic => Node::Atomic(node),
            None => Node::Group { capture, node },
        })
    }

    /// Parses the bounds `{n}`, `{n,}` or `{n,m}`, if they follow, with their length.
    fn bounds(&self) -> Option<(u32, Option<u32>, usize)> {
        if self.peek() != Some('{') {
            return None;
        }
        let mut length = 1;
        let number = |length: &mut usize| {
            let mut value = None;
            while let Some(digit) = self.ahead(*length).and_then(|c| c.to_digit(10)) {
                value = Some(value.unwrap_or(0u32).saturating_mul(10).saturating_add(digit));
                *length += 1;
            }
            value
        };
        let min = number(&mut length)?;
        let max = if self.ahead(length) == Some(',') {
            length += 1;
            number(&mut length)
        } else {
            Some(min)
        };
        (self.ahead(length) == Some('}')).then_some((min, max, length + 1))
    }

    fn quantified(&mut self, node: Node) -> Result<Node, &'static str> {
        let (min, max) = if self.eat("*") {
            (0, None)
        } else if self.eat("+") {
            (1, None)
        } else if self.eat("?") {
            (0, Some(1))
        } else if let Some((min, max, length)) = self.bounds() {
            self.at += length;
            (min, max)
        } else {
            return Ok(node);
        };
        if matches!(
            node,
            Node::LineStart { .. }
                | Node::LineEnd { .. }
                | Node::TextEnd
                | Node::WordEdge(_)
                | Node::Look { behind: true, .. }
        ) {
            return Err("Nothing to repeat");
        }
        if max.is_some_and(|max| max < min) {
            return Err("numbers out of order in {} quantifier");
        }
        let greedy = !self.eat("?");
        let repeat = Node::Repeat { node: Box::new(node), min, max, greedy };
        Ok(if greedy && self.eat("+") { Node::Atomic(Box::new(repeat)) } else { repeat })
    }

    fn escape(&mut self) -> Result<Node, &'static str> {
        if let Some((class, inverted)) = self.known_set()? {
            return Ok(self.set(&class, inverted));
        }
        Ok(match self.peek() {
            None => return Err("\\ at end of pattern"),
            Some('b') => self.skip(Node::WordEdge(true)),
            Some('B') => self.skip(Node::WordEdge(false)),
            Some('A') => self.skip(Node::LineStart { multiline: false }),
            Some('Z') => self.skip(Node::LineEnd { multiline: false }),
            Some('z') => self.skip(Node::TextEnd),
            Some('R') => {
                let both = Node::Sequence(vec![Node::Unit(0x0d), Node::Unit(0x0a)]);
                let one = Node::Class { class: Class::new(VERTICAL.to_vec()), inverted: false };
                self.skip(Node::Atomic(Box::new(Node::Either(vec![both, one]))))
            }
            Some('1'..='9') => {
                let mut length = 0;
                let mut number = 0usize;
                while let Some(digit) = self.ahead(length).and_then(|c| c.to_digit(10)) {
                    number = number.saturating_mul(10).saturating_add(digit as usize);
                    length += 1;
                }
                if number <= self.total {
                    self.at += length;
                    Node::Reference { group: number, fold: self.flags.fold }
                } else {
                    let unit = self.character()?;
                    self.unit(unit)
                }
            }
            Some('k') if !self.names.is_empty() => {
                self.at += 1;
                if !self.eat("<") {
                    return Err("Invalid named reference");
                }
                let name = self.name().map_err(|_| "Invalid named reference")?;
                let known = self.names.iter().find(|(known, _)| *known == name);
                let group = known.ok_or("Invalid named capture referenced")?.1;
                Node::Reference { group, fold: self.flags.fold }
            }
            Some(_) => {
                let unit = self.character()?;
                self.unit(unit)
            }
        })
    }

    /// Parses the escape of a set, after its backslash, with whether it is inverted.
    fn known_set(&mut self) -> Result<Option<(Class, bool)>, &'static str> {
        let Some(letter) = self.peek() else { return Ok(None) };
        let class = match letter.to_ascii_lowercase() {
            'd' => Class::new(DIGIT.to_vec()),
            'w' => Class::new(WORD.to_vec()),
            's' => Class::new(SPACE.to_vec()),
            'h' => Class::new(HORIZONTAL.to_vec()),
            'v' => Class::new(VERTICAL.to_vec()),
            'p' => {
                let rest = self.units.get(self.at + 1..).unwrap_or(&[]);
                let (name, length) = match rest {
                    [0x7b, rest @ ..] => {
                        let end = rest.iter().position(|unit| *unit == 0x7d).ok_or("Unclosed character family")?;
                        (rest.get(..end).unwrap_or(&[]), end + 2)
                    }
                    rest => (rest.get(..1).unwrap_or(&[]), 1),
                };
                let class = property(&String::from_utf16_lossy(name)).ok_or("Unknown character property")?;
                self.at += length;
                class
            }
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some((class, letter.is_ascii_uppercase())))
    }

    fn skip(&mut self, node: Node) -> Node {
        self.at += 1;
        node
    }

    fn hexadecimal(&self, from: usize, count: usize) -> Option<u16> {
        let mut value = 0;
        for at in from..from + count {
            value = value << 4 | self.ahead(at)?.to_digit(16)?;
        }
        Some(value as u16)
    }

    /// Parses the escape of one character, after its backslash.
    fn character(&mut self) -> Result<u16, &'static str> {
        let Some(&written) = self.units.get(self.at) else { return Err("\\ at end of pattern") };
        let (value, length) = match self.peek() {
            Some('t') => (9, 1),
            Some('n') => (10, 1),
            Some('a') => (7, 1),
            Some('e') => (27, 1),
            Some('f') => (12, 1),
            Some('r') => (13, 1),
            Some('c') => match self.ahead(1) {
                Some(letter) if letter.is_ascii_alphabetic() => (unit(letter) & 31, 2),
                // The backslash is literal.
                _ => (unit('\\'), 0),
            },
            Some('x') => self.hexadecimal(1, 2).map_or((written, 1), |value| (value, 3)),
            Some('u') => self.hexadecimal(1, 4).map_or((written, 1), |value| (value, 5)),
            Some('0'..='7') => {
                let (mut value, mut length) = (0, 0);
                while let Some(digit) = self.ahead(length).and_then(|c| c.to_digit(8))
                    && length < 3
                    && value * 8 + digit <= 0o377
                {
                    value = value * 8 + digit;
                    length += 1;
                }
                (value as u16, length)
            }
            _ => (written, 1),
        };
        self.at += length;
        Ok(value)
    }

    /// Parses a class, after its `[`.
    fn class(&mut self) -> Result<Node, &'static str> {
        let inverted = self.eat("^");
        let class = self.members()?;
        Ok(self.set(&class, inverted))
    }

    /// Parses the members of a class through its `]`. `&&` is the intersection with the members behind it.
    fn members(&mut self) -> Result<Class, &'static str> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("Regular expression too large");
        }
        let mut ranges = Vec::new();
        let mut intersected;
        loop {
            intersected = self.eat("&&");
            let member = if intersected { None } else { self.member(&mut ranges)? };
            let Some(first) = member else { break };
            if self.peek() != Some('-') || self.ahead(1) == Some(']') {
                ranges.extend(first.map(|first| (first, first)));
                continue;
            }
            self.at += 1;
            let Some(last) = self.member(&mut ranges)? else { break };
            match (first, last) {
                (Some(first), Some(last)) if first > last => return Err("Range out of order in character class"),
                (Some(first), Some(last)) => ranges.push((first, last)),
                // Next to a set such as `\w`, the dash is literal.
                (first, last) => {
                    ranges.push((unit('-'), unit('-')));
                    ranges.extend([first, last].into_iter().flatten().map(|only| (only, only)));
                }
            }
        }
        self.depth -= 1;
        let class = Class::new(ranges);
        Ok(if intersected { class.intersection(&self.members()?) } else { class })
    }

    /// Parses the next member of a class: a unit, `Some(None)` for a set, which is added to `ranges`, or `None` after
    /// its `]`.
    fn member(&mut self, ranges: &mut Vec<(u16, u16)>) -> Result<Option<Option<u16>>, &'static str> {
        let Some(&first) = self.units.get(self.at) else { return Err("Unterminated character class") };
        self.at += 1;
        if first == unit(']') {
            return Ok(None);
        }
        if first == unit('[') {
            let inverted = self.eat("^");
            let inner = self.members()?;
            ranges.extend_from_slice(if inverted { inner.inverted() } else { inner }.ranges());
            return Ok(Some(None));
        }
        if first != unit('\\') {
            return Ok(Some(Some(first)));
        }
        if let Some((set, inverted)) = self.known_set()? {
            ranges.extend_from_slice(if inverted { set.inverted() } else { set }.ranges());
            return Ok(Some(None));
        }
        match self.peek() {
            Some('b') => {
                self.at += 1;
                Ok(Some(Some(8)))
            }
            Some('c') if self.ahead(1).is_some_and(|c| c.is_ascii_digit() || c == '_') => {
                let control = self.units[self.at + 1] & 31;
                self.at += 2;
                Ok(Some(Some(control)))
            }
            _ => self.character().map(|unit| Some(Some(unit))),
        }
    }
}
