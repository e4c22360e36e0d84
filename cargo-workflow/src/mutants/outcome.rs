//! The outcomes of mutants.

/// The outcome of a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A test failed.
    Killed,
    /// The tests did not end in time.
    TimedOut,
    /// No test failed.
    Survived,
    /// No test reaches it.
    NotCovered,
    /// No test failed, and exploration shows no difference.
    Equivalent,
    /// No engine made the change: the definition differs from run to run, runs on another engine, or a program of tests did
    /// not start.
    NotRun,
}

impl Outcome {
    /// All of them, in the order of reports.
    pub(crate) const ALL: [Self; 6] =
        [Self::Killed, Self::TimedOut, Self::Survived, Self::NotCovered, Self::Equivalent, Self::NotRun];

    /// The word for programs.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Killed => "killed",
            Self::TimedOut => "timed-out",
            Self::Survived => "survived",
            Self::NotCovered => "not-covered",
            Self::Equivalent => "equivalent",
            Self::NotRun => "not-run",
        }
    }

    /// The words for people.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Killed => "killed",
            Self::TimedOut => "timed out",
            Self::Survived => "survived",
            Self::NotCovered => "not covered",
            Self::Equivalent => "equivalent within the bounds",
            Self::NotRun => "not run",
        }
    }

    /// Returns whether the user has something to do about it.
    pub(crate) fn is_unnoticed(self) -> bool {
        matches!(self, Self::Survived | Self::NotCovered | Self::NotRun)
    }
}

/// A mutant that was tried.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) outcome: Outcome,
    /// The tests that failed.
    pub(crate) failed: Vec<String>,
    /// The number of tests that reach it.
    pub(crate) tests: usize,
    /// The difference that a test could show, if exploration found one.
    pub(crate) difference: Option<String>,
}
