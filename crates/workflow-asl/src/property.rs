//! Properties of executions: their kinds, their syntax, and the states that they can be about.
//!
//! `workflow!` and texts such as command line arguments share this grammar; each splits its own source into [`Token`]s.

use crate::StateKind;
use crate::nearest::nearest;
use Part::{Colon, State, States, Word};

/// The kinds of properties. In their descriptions, A, B and C are states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyKind {
    /// When A has succeeded, B or C is entered before the end.
    After,
    /// A and B do not both succeed.
    NeverBoth,
    /// A does not succeed twice.
    AtMostOnce,
    /// B is not entered before A has succeeded.
    Before,
    /// The last state is A or B.
    EndsIn,
    /// A is not entered after B was.
    NoneAfter,
}

/// A part of the syntax of a property.
#[derive(Clone, Copy)]
enum Part {
    Word(&'static str),
    Colon,
    State,
    /// One or more, with [`OR`] between them.
    States,
}

const OR: &str = "or";

/// A token of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// A word: one of the syntax, or the name of a state.
    Word(&'a str),
    /// A name in quotes.
    Quoted(&'a str),
    /// Any other token; `:` is one of the syntax.
    Sign(&'a str),
}

/// The parts of a property that could be parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// Its kind.
    pub kind: PropertyKind,
    /// The indices of the tokens that name its states, in the order of the text.
    pub states: Vec<usize>,
    /// The first mistake.
    pub fault: Option<Fault>,
}

/// A mistake in the text of a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The index of the token; the number of tokens if something is missing at the end.
    pub at: usize,
    /// The message.
    pub message: String,
    /// The word that may be meant.
    pub near: Option<&'static str>,
    /// The syntax of the property.
    pub help: String,
    /// Whether the name of a state is expected.
    pub wants_state: bool,
}

/// Why a property cannot be about one of its states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit<'a> {
    /// The state does not exist.
    Unknown,
    /// The property is about the success of a Fail state.
    NeverSucceeds,
    /// One state runs in the children of a distributed map, which have histories of their own, and another does not.
    Distributed {
        /// The index of the state that runs in them.
        inside: usize,
        /// The map.
        map: &'a str,
        /// The index of the state that does not.
        outside: usize,
    },
}

impl PropertyKind {
    const ALL: [Self; 6] =
        [Self::After, Self::NeverBoth, Self::AtMostOnce, Self::Before, Self::EndsIn, Self::NoneAfter];

    fn syntax(self) -> &'static [Part] {
        match self {
            Self::After => &[Word("after"), State, Colon, States],
            Self::NeverBoth => &[Word("never"), Word("both"), State, Word("and"), State],
            Self::AtMostOnce => &[Word("at"), Word("most"), Word("once"), State],
            Self::Before => &[State, Word("before"), State],
            Self::EndsIn => &[Word("ends"), Word("in"), States],
            Self::NoneAfter => &[Word("no"), State, Word("after"), State],
        }
    }

    /// Returns its first word, unless it begins with a state.
    fn first_word(self) -> Option<&'static str> {
        self.words().next().filter(|_| matches!(self.syntax(), [Word(_), ..]))
    }

    fn words(self) -> impl Iterator<Item = &'static str> {
        self.syntax().iter().filter_map(|part| if let Word(word) = part { Some(*word) } else { None })
    }

    /// Returns whether the property is about the success of the state with this index, not only about its entry.
    fn is_about_success(self, index: usize) -> bool {
        match self {
            Self::NeverBoth => true,
            Self::After | Self::Before | Self::AtMostOnce => index == 0,
            Self::EndsIn | Self::NoneAfter => false,
        }
    }

    /// Returns how it is written: `after A: B or C`, in backticks.
    fn example(self) -> String {
        let names = self.syntax().iter().map(|part| match part {
            State => 1,
            States => 2,
            Word(_) | Colon => 0,
        });
        format!("`{}`", self.text(["A", "B", "C"].get(..names.sum()).unwrap_or_default()))
    }

    /// Returns the text of a property of these states.
    ///
    /// ```
    /// use workflow_asl::property::PropertyKind;
    /// assert_eq!(PropertyKind::After.text(&["Reserve", "Done", "Give back"]), "after Reserve: Done or \"Give back\"");
    /// ```
    pub fn text<S: AsRef<str>>(self, states: &[S]) -> String {
        let mut states = states.iter().map(|name| quoted(name.as_ref()));
        let mut text = String::new();
        for part in self.syntax() {
            if !text.is_empty() && !matches!(part, Colon) {
                text.push(' ');
            }
            match part {
                Word(word) => text.push_str(word),
                Colon => text.push(':'),
                State => text.extend(states.next()),
                States => text.push_str(&states.by_ref().collect::<Vec<_>>().join(&format!(" {OR} "))),
            }
        }
        text
    }

    /// Returns why it cannot be about these states: the index of the state, and the reason. `place` returns the kind of a
    /// state, and the nearest distributed map that it is in.
    pub fn misfit<'a>(
        self,
        states: &[impl AsRef<str>],
        place: impl Fn(&str) -> Option<(StateKind, Option<&'a str>)>,
    ) -> Option<(usize, Misfit<'a>)> {
        let mut first = None;
        for (index, name) in states.iter().map(AsRef::as_ref).enumerate() {
            let Some((kind, within)) = place(name) else { return Some((index, Misfit::Unknown)) };
            let around = *first.get_or_insert(within);
            if let Some((inside, map, outside)) = match (within, around) {
                _ if within == around => None,
                (Some(map), _) => Some((index, map, 0)),
                (None, map) => map.map(|map| (0, map, index)),
            } {
                return Some((index, Misfit::Distributed { inside, map, outside }));
            }
            if self.is_about_success(index) && kind == StateKind::Fail {
                return Some((index, Misfit::NeverSucceeds));
            }
        }
        None
    }
}

/// Returns all words of the syntax.
pub fn words() -> impl Iterator<Item = &'static str> {
    PropertyKind::ALL.into_iter().flat_map(PropertyKind::words).chain([OR])
}

/// Returns how properties are written, for messages.
pub fn help() -> String {
    let examples = PropertyKind::ALL.map(PropertyKind::example);
    let (last, others) = examples.split_last().map_or(("", &[][..]), |(last, others)| (last.as_str(), others));
    format!(
        "write {} or {last}; put a name that is not a plain word, or is one of these words, in double quotes",
        others.join(", ")
    )
}

/// Returns a name, quoted if necessary.
fn quoted(name: &str) -> String {
    let plain = !name.is_empty()
        && words().all(|word| word != name)
        && name.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c));
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"")) }
}

/// Reads a property. `end` describes what follows its tokens, for messages.
pub fn read(tokens: &[Token<'_>], end: &str) -> Parsed {
    let first = tokens.first().copied();
    let begins = |kind: &PropertyKind| kind.first_word().is_some_and(|word| first == Some(Token::Word(word)));
    let kind = PropertyKind::ALL.into_iter().find(begins).unwrap_or(PropertyKind::Before);
    let mut reader = Reader { tokens, end, kind, at: 0, states: Vec::new() };
    let fault = reader.property().err();
    Parsed { kind, states: reader.states, fault }
}

struct Reader<'t> {
    tokens: &'t [Token<'t>],
    end: &'t str,
    kind: PropertyKind,
    at: usize,
    states: Vec<usize>,
}

impl Reader<'_> {
    fn property(&mut self) -> Result<(), Fault> {
        for part in self.kind.syntax() {
            match part {
                Word(word) => self.sign(Token::Word(word), word).map_err(|fault| self.unknown_kind(fault))?,
                Colon => self.sign(Token::Sign(":"), ":")?,
                State => self.state()?,
                States => {
                    self.state()?;
                    while self.at < self.tokens.len() {
                        self.sign(Token::Word(OR), OR)?;
                        self.state()?;
                    }
                }
            }
        }
        match self.tokens.get(self.at) {
            None => Ok(()),
            Some(_) => Err(self.fault(format!("unexpected {} after the property", self.found()))),
        }
    }

    fn found(&self) -> String {
        match self.tokens.get(self.at) {
            Some(Token::Word(text) | Token::Quoted(text) | Token::Sign(text)) => format!("`{text}`"),
            None => self.end.to_owned(),
        }
    }

    fn fault(&self, message: String) -> Fault {
        // A property that begins with a state may be meant as another kind.
        let any = self.kind == PropertyKind::Before && self.at < 2;
        let help = if any { help() } else { format!("it is written {}", self.kind.example()) };
        Fault { at: self.at, message, near: None, help, wants_state: false }
    }

    fn sign(&mut self, sign: Token<'_>, text: &'static str) -> Result<(), Fault> {
        match self.tokens.get(self.at) {
            Some(token) if *token == sign => {
                self.at += 1;
                Ok(())
            }
            other => {
                let near = if let Some(Token::Word(word)) = other { nearest(word, [text]) } else { None };
                Err(Fault { near, ..self.fault(format!("expected `{text}`, found {}", self.found())) })
            }
        }
    }

    fn state(&mut self) -> Result<(), Fault> {
        match self.tokens.get(self.at) {
            Some(Token::Word(word)) if words().any(|known| known == *word) => {}
            Some(Token::Word(_) | Token::Quoted(_)) => {
                self.states.push(self.at);
                self.at += 1;
                return Ok(());
            }
            Some(Token::Sign(_)) | None => {}
        }
        let what = if self.at == 0 { "a property" } else { "the name of a state" };
        let message = format!("expected {what}, found {}", self.found());
        Err(Fault { wants_state: true, ..self.fault(message) })
    }

    /// A property that begins like a kind that does not exist has its fault at that word.
    fn unknown_kind(&self, fault: Fault) -> Fault {
        let Some(Token::Word(first)) = self.tokens.first().filter(|_| self.kind == PropertyKind::Before) else {
            return fault;
        };
        let near = nearest(first, PropertyKind::ALL.into_iter().filter_map(PropertyKind::first_word));
        let is_lower = first.starts_with(char::is_lowercase);
        if fault.near.is_some() || !(is_lower || near.is_some()) {
            return fault;
        }
        Fault { at: 0, near, ..self.fault(format!("unknown kind of property `{first}`")) }
    }
}
