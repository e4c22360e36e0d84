//! The words that the user wrote, for the mirror that an editor sees.
//!
//! What is in the list depends on tokens only, never on whether a name is known: an editor
//! expands the macro a second time with a marker where the cursor is, and compares the two.

use proc_macro2::{Ident, Span};
use workflow_asl::StateKind;

use super::keyword::ClauseKind;

/// A word with its meaning, or a hole where one could be written.
#[derive(Clone, Debug)]
pub struct Word {
    /// The word with the user's own span; `None` for a hole.
    pub ident: Option<Ident>,
    /// Where it is; for a hole, the token before it or the closing delimiter after it.
    pub span: Span,
    /// What it means.
    pub role: Role,
}

/// What a word means.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Role {
    /// At the top of the macro: `workflow`.
    Top,
    /// The name of a workflow. The words after it, up to the next, are in that workflow.
    Workflow {
        /// The brace that opens its body.
        brace: Option<Span>,
    },
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
    /// A word that means something after this other word only, as the table `SETTINGS` has it.
    Setting(&'static str),
    /// A state's name where it is declared.
    StateName {
        /// The sign that follows it.
        sign: Option<Span>,
    },
    /// A state's name where it is used; `end` too.
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
    /// A word of a resource: the service, `aws_sdk`, the action, the pattern; after these words.
    Resource(Vec<Ident>),
    /// A function that is called by a plain name.
    Function,
    /// The first word of a reference: a root (`input`, `params`, …) or a state; a hole stands for any value.
    Root(Vec<Step>),
    /// The name of a variable in a reference, after `$`.
    Variable(Vec<Step>),
    /// The name of a variable where it is assigned.
    VariableName,
}

/// A step of a reference.
#[derive(Clone, Debug)]
pub enum Step {
    /// `.name`
    Member(Ident),
    /// `["a-b"]`
    Quoted(String),
    /// `[…]`, with the number where it is written out.
    Index(Option<usize>),
    /// A member is missing after the dot, which is here.
    Hole(Span),
}
