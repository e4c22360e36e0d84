//! Parses a pattern into a tree, with the leniency of browsers and Node (ECMAScript, annex B).

use super::class::{Class, DIGIT, SPACE, WORD};

/// A part of a pattern.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Empty,
    Unit(u16),
    /// `.`
    Any,
    Class {
        class: Class,
        inverted: bool,
    },
    LineStart,
    LineEnd,
    /// `\b`, or `\B` if negated.
    WordEdge(bool),
    Group {
        capture: Option<usize>,
        node: Box<Node>,
    },
    Reference(usize),
    Look {
        behind: bool,
        negative: bool,
        node: Box<Node>,
    },
    Repeat {
        node: Box<Node>,
        min: u32,
        max: Option<u32>,
        greedy: bool,
        captures: (usize, usize),
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

pub(super) fn parse(pattern: &str) -> Result<Tree, &'static str> {
    let units: Vec<u16> = pattern.encode_utf16().collect();
    let mut parser = Parser { units: &units, at: 0, opened: 0, depth: 0, total: 0, names: Vec::new() };
    parser.count_groups()?;
    let root = parser.either()?;
    if parser.peek().is_some() {
        return Err("Unmatched ')'");
    }
    Ok(Tree { root, captures: parser.total })
}

struct Parser<'p> {
    units: &'p [u16],
    at: usize,
    /// The number of capture groups opened so far.
    opened: usize,
    depth: usize,
    total: usize,
    names: Vec<(Vec<u16>, usize)>,
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
        let mut options = vec![self.sequence()?];
        while self.eat("|") {
            options.push(self.sequence()?);
        }
        self.depth -= 1;
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
            let before = self.opened;
            let term = self.term()?;
            let term = self.quantified(term, before)?;
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
            Some('^') => Ok(Node::LineStart),
            Some('$') => Ok(Node::LineEnd),
            Some('.') => Ok(Node::Any),
            Some('[') => self.class(),
            Some('(') => self.group(),
            Some('\\') => self.escape(),
            _ => Ok(Node::Unit(first)),
        }
    }

    fn group(&mut self) -> Result<Node, &'static str> {
        let mut capture = None;
        let mut look = None;
        if self.eat("?") {
            look = match () {
                () if self.eat(":") => None,
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
                () => return Err("Invalid group"),
            };
        } else {
            self.opened += 1;
            capture = Some(self.opened);
        }
        let node = Box::new(self.either()?);
        if !self.eat(")") {
            return Err("Unterminated group");
        }
        Ok(match look {
            Some((behind, negative)) => Node::Look { behind, negative, node },
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

    fn quantified(&mut self, node: Node, before: usize) -> Result<Node, &'static str> {
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
        if matches!(node, Node::LineStart | Node::LineEnd | Node::WordEdge(_) | Node::Look { behind: true, .. }) {
            return Err("Nothing to repeat");
        }
        if max.is_some_and(|max| max < min) {
            return Err("numbers out of order in {} quantifier");
        }
        let greedy = !self.eat("?");
        Ok(Node::Repeat { node: Box::new(node), min, max, greedy, captures: (before + 1, self.opened + 1) })
    }

    fn escape(&mut self) -> Result<Node, &'static str> {
        let set = |ranges: &[(u16, u16)], inverted| Node::Class { class: Class::new(ranges.to_vec()), inverted };
        Ok(match self.peek() {
            None => return Err("\\ at end of pattern"),
            Some('b') => self.skip(Node::WordEdge(true)),
            Some('B') => self.skip(Node::WordEdge(false)),
            Some('d') => self.skip(set(DIGIT, false)),
            Some('D') => self.skip(set(DIGIT, true)),
            Some('w') => self.skip(set(WORD, false)),
            Some('W') => self.skip(set(WORD, true)),
            Some('s') => self.skip(set(SPACE, false)),
            Some('S') => self.skip(set(SPACE, true)),
            Some('1'..='9') => {
                let mut length = 0;
                let mut number = 0usize;
                while let Some(digit) = self.ahead(length).and_then(|c| c.to_digit(10)) {
                    number = number.saturating_mul(10).saturating_add(digit as usize);
                    length += 1;
                }
                if number <= self.total {
                    self.at += length;
                    Node::Reference(number)
                } else {
                    Node::Unit(self.character()?)
                }
            }
            Some('k') if !self.names.is_empty() => {
                self.at += 1;
                if !self.eat("<") {
                    return Err("Invalid named reference");
                }
                let name = self.name().map_err(|_| "Invalid named reference")?;
                let known = self.names.iter().find(|(known, _)| *known == name);
                Node::Reference(known.ok_or("Invalid named capture referenced")?.1)
            }
            Some(_) => Node::Unit(self.character()?),
        })
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
            Some('v') => (11, 1),
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
        let mut ranges = Vec::new();
        while let Some(first) = self.member(&mut ranges)? {
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
        Ok(Node::Class { class: Class::new(ranges), inverted })
    }

    /// Parses the next member of a class: a unit, `Some(None)` for a set, which is added to `ranges`, or `None` after
    /// its `]`.
    fn member(&mut self, ranges: &mut Vec<(u16, u16)>) -> Result<Option<Option<u16>>, &'static str> {
        let Some(&first) = self.units.get(self.at) else { return Err("Unterminated character class") };
        self.at += 1;
        if first == unit(']') {
            return Ok(None);
        }
        if first != unit('\\') {
            return Ok(Some(Some(first)));
        }
        let (set, inverted) = match self.peek() {
            Some('d') => (DIGIT, false),
            Some('D') => (DIGIT, true),
            Some('w') => (WORD, false),
            Some('W') => (WORD, true),
            Some('s') => (SPACE, false),
            Some('S') => (SPACE, true),
            Some('b') => {
                self.at += 1;
                return Ok(Some(Some(8)));
            }
            Some('c') if self.ahead(1).is_some_and(|c| c.is_ascii_digit() || c == '_') => {
                let control = self.units[self.at + 1] & 31;
                self.at += 2;
                return Ok(Some(Some(control)));
            }
            _ => return self.character().map(|unit| Some(Some(unit))),
        };
        self.at += 1;
        let set = Class::new(set.to_vec());
        ranges.extend_from_slice(if inverted { set.inverted() } else { set }.ranges());
        Ok(Some(None))
    }
}
