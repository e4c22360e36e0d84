//! Questions that only rustc can answer, about the user's own Rust types. They become constants that rustc evaluates.

use std::rc::Rc;

use proc_macro2::TokenStream;
use workflow_asl::Code;

use crate::span::TokenSpan;

/// The maximum number of steps into a type; deeper ones are not checked. Each step is a question with its whole path.
pub(crate) const DEPTH: usize = 32;

/// A user-defined Rust type, or a part of its values.
#[derive(Clone, Debug)]
pub struct Foreign {
    /// The type as text.
    pub name: Rc<str>,
    /// Its tokens.
    pub tokens: TokenStream,
    /// The part of the type.
    pub part: ForeignPart,
    /// The path in its JSON.
    pub steps: Vec<ForeignStep>,
}

/// A part of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignPart {
    /// The type itself.
    Whole,
    /// The input of the workflow.
    Input,
    /// The output of the workflow.
    Output,
}

/// A step into the JSON of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignStep {
    /// The member or index.
    pub to: ForeignMember,
    /// Whether a test in the workflow has shown that it is present.
    pub certain: bool,
    /// Another member of the same object that a test has shown to be one of these texts, such as the tag of an enum.
    pub tag: Option<(String, Vec<String>)>,
}

/// The target of a step.
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

/// A question about a type, with the span of the words for the answer.
#[derive(Clone, Debug)]
pub struct Question {
    /// The type, and the path in its JSON.
    pub subject: Foreign,
    /// The question.
    pub asks: QuestionKind,
    /// The words to report if the answer is no.
    pub span: TokenSpan,
}

/// The kinds of questions.
#[derive(Clone, Debug)]
pub enum QuestionKind {
    /// Does the last step lead to an existing member?
    Member {
        /// The words before it.
        words: String,
        /// The code of the error.
        code: Code,
        /// Whether the reference ends with it. Shared steps on the way are asked about once.
        last: bool,
    },
    /// Does the last step, in a document in Amazon States Language or in the user's own JSONata, lead to an existing
    /// member, if known?
    Read {
        /// The words before it.
        words: String,
        /// The code of the error.
        code: Code,
        /// The position in the document or the text, as a line of the message; empty if it is the whole text.
        place: String,
    },
    /// Is the value of one of these kinds?
    Kind {
        /// The kinds, as bits of `kinds`.
        kinds: u8,
        /// The requirement: `a condition must be `bool``.
        wanted: String,
        /// The code of the error.
        code: Code,
        /// How to fix it.
        help: Vec<String>,
    },
    /// Is the value certainly present?
    Needed {
        /// The value's own words.
        words: String,
        /// Whether a test has shown that it is not null.
        not_null: bool,
        /// How to fix it if the value may be absent.
        help: Vec<String>,
    },
    /// Is the value always present, though it may be null?
    Present {
        /// The value's own words.
        words: String,
        /// The effect of an absent value: `, in which case this state fails`.
        effect: &'static str,
        /// How to fix it.
        help: Vec<String>,
    },
    /// Can the value be this text?
    Text {
        /// The text.
        text: String,
        /// The value's own words.
        words: String,
    },
    /// Does a given object have all required members?
    Members {
        /// The given members.
        given_members: Vec<String>,
        /// A description of the object.
        object: String,
        /// The code of the error.
        code: Code,
    },
    /// Is the given member, the last step, not a misspelling of another?
    NoSlip {
        /// A description of the object.
        object: String,
    },
    /// Does a given value have one of the kinds that its target accepts?
    Takes {
        /// The kinds, as bits of `kinds`.
        kinds: u8,
        /// Whether the value may be absent.
        absent: bool,
        /// A description of the target.
        target: String,
        /// A description of the value.
        value: String,
        /// The code of the error.
        code: Code,
    },
    /// Is a given whole number in the range of its target?
    InRange {
        /// The number.
        number: i128,
        /// A description of the target.
        target: String,
        /// The number as written.
        written: String,
        /// The code of the error.
        code: Code,
    },
    /// Does a part of another user-defined type match?
    Fits {
        /// The other type.
        value: Foreign,
        /// Whether to report here that it may be absent.
        absent: bool,
        /// A description of the target.
        target: String,
        /// The code of the error for another kind.
        code: Code,
        /// The code of the error for a missing member.
        lacks: Code,
    },
    /// Can the workflow be waited for with `.sync`?
    Awaited,
    /// Can the workflow be waited for with `.express`?
    Express,
}

impl Foreign {
    /// Creates a reference to a type, as written.
    pub(crate) fn of(tokens: TokenStream) -> Self {
        Self { name: spell(tokens.clone()).into(), tokens, part: ForeignPart::Whole, steps: Vec::new() }
    }

    /// Creates a reference to the input or output of a workflow.
    pub(crate) fn part_of(tokens: TokenStream, part: ForeignPart) -> Self {
        let suffix = match part {
            ForeignPart::Whole => "",
            ForeignPart::Input => "::Input",
            ForeignPart::Output => "::Output",
        };
        let name = format!("{}{suffix}", spell(tokens.clone()));
        Self { name: name.into(), tokens, part, steps: Vec::new() }
    }

    /// Returns the member with this JSON name; `None` if it is too deep to be checked.
    pub(crate) fn member(&self, name: &str) -> Option<Self> {
        self.inner(ForeignMember::Name(name.to_owned()))
    }

    /// Returns the item at an index; `None` if it is too deep to be checked.
    pub(crate) fn nth(&self, index: usize) -> Option<Self> {
        self.item_at(i64::try_from(index).ok()?)
    }

    /// Returns the item at an index, which counts from the end if it is negative.
    pub(crate) fn item_at(&self, index: i64) -> Option<Self> {
        self.inner(ForeignMember::Index(index))
    }

    /// Returns any of its items or values; `None` if it is too deep to be checked.
    pub(crate) fn each(&self) -> Option<Self> {
        self.inner(ForeignMember::Computed)
    }

    fn inner(&self, to: ForeignMember) -> Option<Self> {
        let mut inner = self.clone();
        inner.steps.push(ForeignStep { to, certain: false, tag: None });
        (inner.steps.len() < DEPTH).then_some(inner)
    }
}

/// Formats the tokens of a type for messages, without the spaces between them.
pub(crate) fn spell(tokens: TokenStream) -> String {
    tokens
        .to_string()
        .replace(" :: ", "::")
        .replace(":: ", "::")
        .replace(" < ", "<")
        .replace(" >", ">")
        .replace(" ,", ",")
}
