//! The user's words, for the mirror that an editor sees.
//!
//! The list depends on tokens only, not on whether names are known: an editor expands the macro a second time with a
//! marker at the cursor, and compares the two.

use proc_macro2::{Ident, Span};
use workflow_asl::StateKind;

use super::keyword::ClauseKind;

/// A word with its role, or a slot for one.
#[derive(Clone, Debug)]
pub struct EditorWord {
    /// The word with its own span; `None` for a slot.
    pub ident: Option<Ident>,
    /// The span; for a slot, the token before it or the closing delimiter after it.
    pub span: Span,
    /// The role.
    pub role: Role,
}

/// The role of a word.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Role {
    /// At the top of the macro: `workflow`.
    Top,
    /// The name of a workflow. The words after it, up to the next, belong to that workflow.
    Workflow {
        /// The brace that opens its body.
        brace: Option<Span>,
    },
    /// The name of a fragment, likewise.
    Fragment {
        /// The brace that opens its body.
        brace: Option<Span>,
    },
    /// The name of a fragment where it is used.
    FragmentReference,
    /// The name of a use of a fragment, after `as`.
    UseName,
    /// The first word of an item at the top of a workflow: a declaration or a kind of state.
    Item,
    /// The first word of an item of a branch or map: a kind of state or `start`.
    InnerItem,
    /// In the braces of a parallel: `branch`.
    Branch,
    /// In the braces of a choice: `if` or `else`.
    Arm,
    /// A clause of a state of this kind.
    Clause(StateKind),
    /// A clause in `defaults`.
    DefaultClause,
    /// A clause in the braces of a catcher (`catcher`) or of a choice's arm.
    BlockClause {
        /// Whether it is a catcher's.
        catcher: bool,
    },
    /// A field in the braces of a clause: a retrier's.
    ClauseField(ClauseKind),
    /// A field in the braces of a state: a fail's.
    StateField(StateKind),
    /// A word that has a meaning only after this other word, as in the table `SETTINGS`.
    Setting(&'static str),
    /// A state's name where it is declared.
    StateName {
        /// The sign after it.
        sign: Option<Span>,
        /// Whether it is in a repetition, whose copies have other names in Rust.
        repeated: bool,
    },
    /// A state's name where it is used, including `end`.
    StateReference,
    /// A type's name where it is declared.
    TypeName,
    /// A type's name where it is used.
    TypeReference,
    /// A field's name where it is declared.
    FieldName,
    /// A variant's name where it is declared.
    VariantName,
    /// A variant's name where it is used, of this enum.
    VariantReference(Ident),
    /// A named retrier's or catcher's name where it is declared.
    HandlerName(ClauseKind),
    /// A named retrier's or catcher's name where it is used.
    HandlerReference(ClauseKind),
    /// A word of a resource: the service, `aws_sdk`, the action or the pattern, after these words.
    Resource(Vec<Ident>),
    /// A key in the request of a task: the words of the task's resource, and the keys around it.
    RequestMember(Vec<Ident>, Vec<String>),
    /// A word of an error's name: the words before it.
    ErrorName(Vec<String>),
    /// The name of a function, after `$`.
    Function,
    /// The first word of a reference: a root (`input`, `params`, …) or a state. A slot accepts any value.
    Root(Vec<ReferenceSegment>),
    /// The name of a closure's parameter where it is declared.
    ParameterName,
    /// A closure's parameter where it is used: the index of the word that declares it, and the steps after it.
    Parameter(usize, Vec<ReferenceSegment>),
    /// The name of a variable in a reference, after `$`.
    Variable(Vec<ReferenceSegment>),
    /// The name of a variable where it is assigned.
    VariableName,
}

/// A segment of a reference.
#[derive(Clone, Debug)]
pub enum ReferenceSegment {
    /// `.name`
    Member(Ident),
    /// `["a-b"]`
    Quoted(String),
    /// `[…]`, with the index if it is a literal.
    Index(Option<usize>),
    /// A missing member after the dot, with the dot's span.
    Hole(Span),
}
