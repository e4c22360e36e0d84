//! The limits of an evaluation: the one table that the evaluator, the checks of definitions and the engine read.

/// The resources that one evaluation may use. The limits do not depend on a clock: the same expression over the same
/// values always passes or always fails.
///
/// An evaluation that exceeds a limit fails with the code `U1001` and a message: the service's own for
/// [`depth`](Self::depth) and for memory, and the name of the limit for the others.
///
/// Step Functions does not document its bounds. [`depth`](Self::depth), [`range`](Self::range),
/// [`range_function`](Self::range_function) and [`text`](Self::text) were measured on AWS in August 2026, on both sides
/// of each bound, by one person only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The most steps: evaluated parts of the expression, items that built-in functions read, and steps of regular
    /// expressions. The default is 5 million.
    pub steps: u64,
    /// The most parts of the expression that are evaluated inside one another, each operator, bracket, call, function
    /// body and operand counted. A call in tail position does not nest. The default is AWS's 100.
    pub depth: u32,
    /// The most nested arrays and objects in values that the expression makes, walks or returns. The default is 500.
    pub nesting: u32,
    /// The most items of a range, `[a..b]`. The default is AWS's 873,782.
    pub range: u32,
    /// The most items of `$range`. The default is AWS's 360,145.
    pub range_function: u32,
    /// The most characters of a string that the expression makes, in UTF-16 units. The default is AWS's 2^22.
    pub text: u32,
    /// The most bytes of live values that the expression has made. The default is 24 MiB.
    pub held: u64,
    /// The most bytes of all values that the expression makes. The default is 512 MiB.
    pub produced: u64,
}

impl Limits {
    /// The limits of [`Limits::default`].
    pub const DEFAULT: Self = Self {
        steps: 5_000_000,
        depth: 100,
        nesting: 500,
        range: 873_782,
        range_function: 360_145,
        text: 1 << 22,
        held: 24 << 20,
        produced: 512 << 20,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
