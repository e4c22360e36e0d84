//! What only rustc can answer: types of the user's own Rust code, and the questions that become constants which it computes.

use std::rc::Rc;

use proc_macro2::TokenStream;
use workflow_asl::Code;

use crate::schema::rust_type::spell;
use crate::syntax::ast::Spot;

/// How many steps into a type are followed; what lies deeper is not checked. Each step is a question with its whole path.
pub(crate) const DEPTH: usize = 32;

/// A type of the user's Rust code, or what is somewhere inside a value of it.
#[derive(Clone, Debug)]
pub struct Foreign {
    /// The type, as it is written.
    pub name: Rc<str>,
    /// Its tokens.
    pub tokens: TokenStream,
    /// What of it is meant.
    pub part: ForeignPart,
    /// Where in its JSON.
    pub steps: Vec<ForeignStep>,
}

/// What of a type is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignPart {
    /// Itself.
    Whole,
    /// The input of the workflow that it is.
    Input,
    /// The output of the workflow that it is.
    Output,
}

/// A step into the JSON of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignStep {
    /// The member or index.
    pub to: ForeignMember,
    /// Whether a test in the workflow has shown that it is there.
    pub certain: bool,
}

/// What a step leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForeignMember {
    /// A member, by its name in JSON.
    Name(String),
    /// An item.
    Index(i64),
    /// An item whose index is computed.
    Computed,
}

impl Eq for Foreign {}

impl PartialEq for Foreign {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.steps == other.steps
    }
}

/// A question about a type, which rustc answers where the words are.
#[derive(Clone, Debug)]
pub struct Question {
    /// The type, and where in its JSON.
    pub of: Foreign,
    /// What is asked.
    pub asks: Asks,
    /// The words that are wrong where the answer is no.
    pub spot: Spot,
}

/// What is asked.
#[derive(Clone, Debug)]
pub enum Asks {
    /// The last step leads somewhere.
    Member {
        /// The words before it.
        words: String,
        /// The error where it does not.
        code: Code,
        /// Whether the reference ends with it. A step on the way is asked about once, however many take it.
        last: bool,
    },
    /// The last step, which a document in Amazon States Language or JSONata of the user's own makes, leads somewhere, as
    /// far as that is known.
    Read {
        /// The words before it.
        words: String,
        /// The error where it does not.
        code: Code,
        /// Where it stands in the document or the text, as a line of the message; empty where that is all of it.
        place: String,
    },
    /// The value is of one of these kinds.
    Kind {
        /// The kinds, as bits of `kinds`.
        kinds: u8,
        /// What it should be: `a condition must be `bool``.
        wanted: String,
        /// The error where it is of none.
        code: Code,
        /// How to mend it.
        help: Vec<String>,
    },
    /// The value is certainly there.
    Needed {
        /// The value's own words.
        words: String,
        /// Whether a test has shown that it is not null.
        not_null: bool,
        /// How to mend it where it may be absent.
        help: Vec<String>,
    },
    /// The value is not left out, though it may be null.
    There {
        /// The value's own words.
        words: String,
        /// How to mend it.
        help: Vec<String>,
    },
    /// The value may be this text.
    Text {
        /// The text.
        text: String,
        /// The value's own words.
        words: String,
    },
    /// An object that is given has all members that it needs.
    Members {
        /// Those that it has.
        given: Vec<String>,
        /// What is given.
        what: String,
        /// The error where it lacks one.
        code: Code,
    },
    /// The member that is given, to which the last step leads, is no slip for another.
    NoSlip {
        /// What it is given in.
        what: String,
    },
    /// A value that is given is of the kinds that its place takes.
    Takes {
        /// The kinds, as bits of `kinds`.
        kinds: u8,
        /// Whether it may be absent.
        absent: bool,
        /// What is given.
        what: String,
        /// What it is.
        given: String,
        /// The error where it does not fit.
        code: Code,
    },
    /// A whole number that is given is one that its place takes.
    InRange {
        /// It.
        number: i128,
        /// What is given.
        what: String,
        /// It, as it is written.
        given: String,
        /// The error where it does not fit.
        code: Code,
    },
    /// Another part of a type of the user's own that is given fits.
    Fits {
        /// It.
        given: Foreign,
        /// Whether that it may be absent is to be told here too.
        absent: bool,
        /// What is given.
        what: String,
        /// The error where it is of another kind.
        code: Code,
        /// The error where it lacks a member.
        lacks: Code,
    },
    /// The workflow can be waited for with `.sync`.
    Awaited,
}

impl Foreign {
    /// A type as it is written.
    pub(crate) fn of(tokens: TokenStream) -> Self {
        Self { name: spell(tokens.clone()).into(), tokens, part: ForeignPart::Whole, steps: Vec::new() }
    }

    /// The input or output of a workflow.
    pub(crate) fn part_of(tokens: TokenStream, part: ForeignPart) -> Self {
        let suffix = match part {
            ForeignPart::Whole => "",
            ForeignPart::Input => "::Input",
            ForeignPart::Output => "::Output",
        };
        let name = format!("{}{suffix}", spell(tokens.clone()));
        Self { name: name.into(), tokens, part, steps: Vec::new() }
    }

    /// The member of it that has this name in JSON; `None` where that lies too deep to be checked.
    pub(crate) fn member(&self, name: &str) -> Option<Self> {
        self.inner(ForeignMember::Name(name.to_owned()))
    }

    /// What is at an index of it, likewise.
    pub(crate) fn at(&self, index: usize) -> Option<Self> {
        self.item_at(i64::try_from(index).ok()?)
    }

    /// The same of an index that counts from the end where it is negative.
    pub(crate) fn item_at(&self, index: i64) -> Option<Self> {
        self.inner(ForeignMember::Index(index))
    }

    fn inner(&self, to: ForeignMember) -> Option<Self> {
        let mut inner = self.clone();
        inner.steps.push(ForeignStep { to, certain: false });
        (inner.steps.len() < DEPTH).then_some(inner)
    }
}
