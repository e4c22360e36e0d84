//! Properties of executions: their syntax as one table, and what they can be about.
//!
//! `workflow!` and texts such as command line arguments share this grammar; each splits its own source into [`Token`]s.

mod subject;

use crate::nearest::nearest;
use Part::{Colon, Event, Events, Member, States, Values, Word};
pub use subject::{Misfit, Subjects};

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
    /// An execution can enter A.
    Reachable,
    /// The output has a member, with one of these texts.
    Output,
}

/// What happens to a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// It is entered.
    Entered,
    /// It is left, but not through a catcher.
    Succeeded,
    /// It fails, and no retrier runs it again.
    Failed,
    /// It fails because it takes too long.
    TimedOut,
    /// It is a distributed map that succeeds although some of its items failed.
    ToleratedFailures,
}

const MOMENTS: [(Moment, &[&str]); 5] = [
    (Moment::Entered, &["entered"]),
    (Moment::Succeeded, &["succeeded"]),
    (Moment::Failed, &["failed"]),
    (Moment::TimedOut, &["timed", "out"]),
    (Moment::ToleratedFailures, &["tolerated", "failures"]),
];

/// When a property is checked. The clauses follow the property in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Clause {
    /// Only what happens after the event counts, each time anew.
    Since,
    /// Only what happens before the event counts. After it, `after` and `no … after` begin anew with their first event.
    Until,
    /// An execution with the event need not have the property.
    Unless,
}

const CLAUSES: [(Clause, &str, Moment); 3] = [
    (Clause::Since, "since", Moment::Succeeded),
    (Clause::Until, "until", Moment::Entered),
    (Clause::Unless, "unless", Moment::Entered),
];

/// Something that happens to a state. `N` is how names are given: as text, or as the index of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventOf<N> {
    /// The state.
    pub state: N,
    /// What happens to it.
    pub moment: Moment,
    /// The error that it fails with; any if `None`.
    pub error: Option<N>,
}

/// A property. `N` is how names are given: as text, or as the index of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyOf<N> {
    /// Its kind.
    pub kind: PropertyKind,
    /// Its events, in the order of the text.
    pub events: Vec<EventOf<N>>,
    /// The member of the output.
    pub member: Option<N>,
    /// The texts that this member may have; any value if there are none.
    pub values: Vec<N>,
    /// When it is checked.
    pub clauses: Vec<(Clause, EventOf<N>)>,
}

/// A part of the syntax of a property. A moment is the one of a state without a word for it.
#[derive(Clone, Copy)]
enum Part {
    Word(&'static str),
    Colon,
    Event(Moment),
    /// One or more, with [`OR`] between them.
    Events(Moment),
    /// States only, without moments.
    States,
    Member,
    /// Nothing, or a colon and texts.
    Values,
}

const OR: &str = "or";
const WITH: &str = "with";

/// A token of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// A word: one of the syntax, or a name, which may have dots.
    Word(&'a str),
    /// A name in quotes.
    Quoted(&'a str),
    /// Any other token; `:` is one of the syntax.
    Sign(&'a str),
}

/// The parts of a property that could be parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The property, with the indices of the tokens that are names.
    pub property: PropertyOf<usize>,
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

impl PropertyKind {
    const ALL: [Self; 8] = [
        Self::After,
        Self::NeverBoth,
        Self::AtMostOnce,
        Self::Before,
        Self::EndsIn,
        Self::NoneAfter,
        Self::Reachable,
        Self::Output,
    ];

    fn syntax(self) -> &'static [Part] {
        use Moment::{Entered, Succeeded};
        match self {
            Self::After => &[Word("after"), Event(Succeeded), Colon, Events(Entered)],
            Self::NeverBoth => &[Word("never"), Word("both"), Event(Succeeded), Word("and"), Event(Succeeded)],
            Self::AtMostOnce => &[Word("at"), Word("most"), Word("once"), Event(Succeeded)],
            Self::Before => &[Event(Succeeded), Word("before"), Event(Entered)],
            Self::EndsIn => &[Word("ends"), Word("in"), States],
            Self::NoneAfter => &[Word("no"), Event(Entered), Word("after"), Event(Entered)],
            Self::Reachable => &[Word("reachable"), Event(Entered)],
            Self::Output => &[Word("output"), Word("has"), Member, Values],
        }
    }

    /// Returns its first word, unless it begins with a state.
    fn first_word(self) -> Option<&'static str> {
        self.words().next().filter(|_| matches!(self.syntax(), [Word(_), ..]))
    }

    fn words(self) -> impl Iterator<Item = &'static str> {
        self.syntax().iter().filter_map(|part| if let Word(word) = part { Some(*word) } else { None })
    }

    /// Returns how it is written: `after A: B or C`, in backticks.
    fn example(self) -> String {
        let mut names = ["A", "B", "C"].into_iter();
        let mut example = PropertyOf::empty(self);
        for part in self.syntax() {
            match part {
                Event(moment) => example.events.extend(names.next().map(|name| EventOf::new(name, *moment))),
                Events(_) | States => {
                    example.events.extend(names.by_ref().take(2).map(|name| EventOf::new(name, Moment::Entered)));
                }
                Member => example.member = Some("a"),
                Word(_) | Colon | Values => {}
            }
        }
        format!("`{}`", example.map(&|name| Some(name.to_owned())).map(|made| made.to_string()).unwrap_or_default())
    }

    /// Returns the moments of its events if no word says them. The last one is for all that follow.
    pub fn moments(self) -> impl Iterator<Item = Moment> {
        let of = |part: &Part| match part {
            Event(moment) | Events(moment) => Some(*moment),
            States => Some(Moment::Entered),
            _ => None,
        };
        let all: Vec<_> = self.syntax().iter().filter_map(of).collect();
        let last = all.last().copied().unwrap_or(Moment::Entered);
        all.into_iter().chain(std::iter::repeat(last))
    }
}

impl<N> EventOf<N> {
    /// Creates the event that this happens to a state.
    pub fn new(state: N, moment: Moment) -> Self {
        Self { state, moment, error: None }
    }

    fn map<M>(&self, name: &impl Fn(&N) -> Option<M>) -> Option<EventOf<M>> {
        let error = match &self.error {
            Some(error) => Some(name(error)?),
            None => None,
        };
        Some(EventOf { state: name(&self.state)?, moment: self.moment, error })
    }
}

impl<N: AsRef<str>> EventOf<N> {
    /// Returns its text, without the words of the moment that is meant without them.
    fn text(&self, usual: Moment) -> String {
        let mut text = quoted(self.state.as_ref());
        for word in
            MOMENTS.iter().filter(|(moment, _)| *moment == self.moment && self.moment != usual).flat_map(|row| row.1)
        {
            text.push_str(&format!(" {word}"));
        }
        if let Some(error) = &self.error {
            text.push_str(&format!(" {WITH} {}", quoted(error.as_ref())));
        }
        text
    }
}

impl<N> PropertyOf<N> {
    fn empty(kind: PropertyKind) -> Self {
        Self { kind, events: Vec::new(), member: None, values: Vec::new(), clauses: Vec::new() }
    }

    /// Creates a property of this kind with these states and the moments that are meant without words.
    pub fn new(kind: PropertyKind, states: impl IntoIterator<Item = N>) -> Self {
        let events = states.into_iter().zip(kind.moments()).map(|(state, moment)| EventOf::new(state, moment));
        Self { events: events.collect(), ..Self::empty(kind) }
    }

    /// Returns all its events; the events of its clauses come last.
    pub fn all_events(&self) -> impl Iterator<Item = &EventOf<N>> {
        self.events.iter().chain(self.clauses.iter().map(|(_, event)| event))
    }

    /// Replaces each name. Returns `None` if one has no replacement.
    pub fn map<M>(&self, name: &impl Fn(&N) -> Option<M>) -> Option<PropertyOf<M>> {
        let member = match &self.member {
            Some(member) => Some(name(member)?),
            None => None,
        };
        Some(PropertyOf {
            kind: self.kind,
            events: self.events.iter().map(|event| event.map(name)).collect::<Option<_>>()?,
            member,
            values: self.values.iter().map(name).collect::<Option<_>>()?,
            clauses: self
                .clauses
                .iter()
                .map(|(clause, event)| Some((*clause, event.map(name)?)))
                .collect::<Option<_>>()?,
        })
    }
}

/// Writes the property as it is read.
///
/// ```
/// use workflow_asl::property::{PropertyKind, PropertyOf};
/// let property = PropertyOf::new(PropertyKind::After, ["Reserve", "Done", "Give back"]);
/// assert_eq!(property.to_string(), "after Reserve: Done or \"Give back\"");
/// ```
impl<N: AsRef<str>> std::fmt::Display for PropertyOf<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let or = |texts: Vec<String>| texts.join(&format!(" {OR} "));
        let mut events = self.events.iter();
        let mut parts = Vec::new();
        for part in self.kind.syntax() {
            match part {
                Word(word) => parts.push((*word).to_owned()),
                Event(moment) => parts.extend(events.next().map(|event| event.text(*moment))),
                Events(moment) => parts.push(or(events.by_ref().map(|event| event.text(*moment)).collect())),
                States => parts.push(or(events.by_ref().map(|event| quoted(event.state.as_ref())).collect())),
                Member => parts.extend(self.member.as_ref().map(|member| quoted(member.as_ref()))),
                Values if self.values.is_empty() => {}
                Colon | Values => {
                    if let Some(last) = parts.last_mut() {
                        last.push(':');
                    }
                    if !self.values.is_empty() {
                        parts.push(or(self.values.iter().map(|value| quoted(value.as_ref())).collect()));
                    }
                }
            }
        }
        for (clause, event) in &self.clauses {
            for (_, word, moment) in CLAUSES.iter().filter(|row| row.0 == *clause) {
                parts.push(format!("{word} {}", event.text(*moment)));
            }
        }
        f.write_str(&parts.join(" "))
    }
}

/// Returns all words of the syntax.
pub fn words() -> impl Iterator<Item = &'static str> {
    let of_kinds = PropertyKind::ALL.into_iter().flat_map(PropertyKind::words);
    of_kinds.chain(words_after_states()).chain([OR, WITH])
}

/// Returns the words that can follow a state: of moments and clauses.
fn words_after_states() -> impl Iterator<Item = &'static str> {
    MOMENTS.iter().flat_map(|row| row.1).copied().chain(CLAUSES.iter().map(|row| row.1))
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
    let mut reader = Reader { tokens, end, at: 0, property: PropertyOf::empty(kind) };
    let fault = reader.property().err();
    Parsed { property: reader.property, fault }
}

struct Reader<'t> {
    tokens: &'t [Token<'t>],
    end: &'t str,
    at: usize,
    property: PropertyOf<usize>,
}

impl Reader<'_> {
    fn property(&mut self) -> Result<(), Fault> {
        for part in self.property.kind.syntax() {
            match part {
                Word(word) => self.sign(Token::Word(word), word).map_err(|fault| self.unknown_kind(fault))?,
                Colon => self.sign(Token::Sign(":"), ":")?,
                Event(moment) => {
                    let event = self.event(*moment)?;
                    self.property.events.push(event);
                }
                Events(moment) => self.list(|reader| {
                    let event = reader.event(*moment)?;
                    reader.property.events.push(event);
                    Ok(())
                })?,
                States => self.list(|reader| {
                    let state = reader.name("a state")?;
                    reader.property.events.push(EventOf::new(state, Moment::Entered));
                    Ok(())
                })?,
                Member => self.property.member = Some(self.name("a member")?),
                Values if self.tokens.get(self.at) == Some(&Token::Sign(":")) => {
                    self.at += 1;
                    self.list(|reader| {
                        let value = reader.name("a text")?;
                        reader.property.values.push(value);
                        Ok(())
                    })?;
                }
                Values => {}
            }
        }
        for (clause, word, moment) in CLAUSES {
            if self.eat(word) {
                let event = self.event(moment)?;
                self.property.clauses.push((clause, event));
            }
        }
        match self.tokens.get(self.at) {
            None => Ok(()),
            Some(_) => Err(self.near_word(self.fault(format!("unexpected {} after the property", self.found())))),
        }
    }

    /// Reads what is between [`OR`]s, up to a clause or the end.
    fn list(&mut self, mut item: impl FnMut(&mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        item(self)?;
        let ends = |token: &Token<'_>| CLAUSES.iter().any(|row| *token == Token::Word(row.1));
        while self.tokens.get(self.at).is_some_and(|token| !ends(token)) {
            self.sign(Token::Word(OR), OR)?;
            item(self)?;
        }
        Ok(())
    }

    fn event(&mut self, usual: Moment) -> Result<EventOf<usize>, Fault> {
        let mut event = EventOf::new(self.name("a state")?, usual);
        for (moment, words) in MOMENTS {
            let Some((_, rest)) = words.split_first().filter(|(first, _)| self.eat(first)) else { continue };
            rest.iter().try_for_each(|word| self.sign(Token::Word(word), word))?;
            event.moment = moment;
            if moment == Moment::Failed && self.eat(WITH) {
                event.error = Some(self.name("an error")?);
            }
            break;
        }
        Ok(event)
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = self.tokens.get(self.at) == Some(&Token::Word(word));
        self.at += usize::from(found);
        found
    }

    fn found(&self) -> String {
        match self.tokens.get(self.at) {
            Some(Token::Word(text) | Token::Quoted(text) | Token::Sign(text)) => format!("`{text}`"),
            None => self.end.to_owned(),
        }
    }

    fn fault(&self, message: String) -> Fault {
        // A property that begins with a state may be meant as another kind.
        let kind = self.property.kind;
        let any = kind == PropertyKind::Before && self.at < 2;
        let help = if any { help() } else { format!("it is written {}", kind.example()) };
        Fault { at: self.at, message, near: None, help, wants_state: false }
    }

    /// Adds the word that may be meant by the token of a fault, among those that can follow a state.
    fn near_word(&self, fault: Fault) -> Fault {
        let Some(Token::Word(word)) = self.tokens.get(self.at) else { return fault };
        Fault { near: fault.near.or_else(|| nearest(word, words_after_states())), ..fault }
    }

    fn sign(&mut self, sign: Token<'_>, text: &'static str) -> Result<(), Fault> {
        match self.tokens.get(self.at) {
            Some(token) if *token == sign => {
                self.at += 1;
                Ok(())
            }
            other => {
                let near = if let Some(Token::Word(word)) = other { nearest(word, [text]) } else { None };
                let fault = Fault { near, ..self.fault(format!("expected `{text}`, found {}", self.found())) };
                Err(if self.property.events.is_empty() { fault } else { self.near_word(fault) })
            }
        }
    }

    /// Reads the name of something.
    fn name(&mut self, of: &str) -> Result<usize, Fault> {
        match self.tokens.get(self.at) {
            Some(Token::Word(word)) if words().any(|known| known == *word) => {}
            Some(Token::Word(_) | Token::Quoted(_)) => {
                self.at += 1;
                return Ok(self.at - 1);
            }
            Some(Token::Sign(_)) | None => {}
        }
        let what = match of {
            _ if self.at == 0 => "a property".to_owned(),
            "a text" => of.to_owned(),
            of => format!("the name of {of}"),
        };
        let mut fault = self.fault(format!("expected {what}, found {}", self.found()));
        if let Some(Token::Word(word)) = self.tokens.get(self.at).filter(|_| self.at > 0) {
            fault.help = format!("`{word}` is a word of properties: write `\"{word}\"` for {what}");
        }
        Err(Fault { wants_state: of == "a state", ..fault })
    }

    /// A property that begins like a kind that does not exist has its fault at that word.
    fn unknown_kind(&self, fault: Fault) -> Fault {
        let Some(Token::Word(first)) =
            self.tokens.first().filter(|_| self.property.kind == PropertyKind::Before && self.at < 2)
        else {
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
