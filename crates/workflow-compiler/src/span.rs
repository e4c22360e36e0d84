//! Ranges of source tokens, and their positions.

use proc_macro2::Span;

/// A range of source tokens.
#[derive(Clone, Copy, Debug)]
pub struct TokenSpan {
    /// The first token.
    pub first: Span,
    /// The last token.
    pub last: Span,
    /// The number of the use of a fragment, or of the copy of a repetition, that these tokens belong to; 0 for none.
    /// The tokens have a separate meaning in each.
    pub(crate) in_use: u32,
}

impl TokenSpan {
    /// Returns the range from a token to another.
    pub fn new(first: Span, last: Span) -> Self {
        Self { first, last, in_use: 0 }
    }

    /// Returns the range from the start of this one to the end of `other`.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { last: other.last, ..self }
    }
}

impl From<Span> for TokenSpan {
    fn from(span: Span) -> Self {
        Self::new(span, span)
    }
}

/// A position in the source: line and column. It orders problems, and identifies problems at the same words.
pub type Position = (usize, usize);

/// Returns the position of a span, or `None` if unknown. Outside of rustc, spans have positions only with proc-macro2's
/// `span-locations`; inside of it, only through `proc_macro`. So the caller passes this function.
pub type Locate<'a> = &'a dyn Fn(Span) -> Option<Position>;
