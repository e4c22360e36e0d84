//! The outcomes of mutants.

use crate::explore::NOT_SHOWN;

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
    /// No test failed, and exploration shows no difference but did not look at everything.
    NotShown,
    /// No engine made the change: the definition differs from run to run, runs on another engine, or a program of tests did
    /// not start.
    NotRun,
}

impl Outcome {
    /// All of them, in the order of reports.
    pub(crate) const ALL: [Self; 7] = [
        Self::Killed,
        Self::TimedOut,
        Self::Survived,
        Self::NotCovered,
        Self::Equivalent,
        Self::NotShown,
        Self::NotRun,
    ];

    /// The word for programs.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Killed => "killed",
            Self::TimedOut => "timed-out",
            Self::Survived => "survived",
            Self::NotCovered => "not-covered",
            Self::Equivalent => "equivalent",
            Self::NotShown => "not-shown",
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
            Self::NotShown => "not decided",
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
    /// What exploration did not look at.
    pub(crate) not_shown: Option<String>,
}

impl Judged {
    /// Returns how many mutants the tests noticed, and how many they should: all but the equivalent ones.
    pub(crate) fn score<'j>(all: impl Iterator<Item = &'j Self>) -> (usize, usize) {
        all.filter(|judged| judged.outcome != Outcome::Equivalent).fold((0, 0), |(noticed, count), judged| {
            (noticed + usize::from(matches!(judged.outcome, Outcome::Killed | Outcome::TimedOut)), count + 1)
        })
    }

    /// Returns the exit code of the command.
    pub(crate) fn exit_code(all: &[Option<Self>]) -> u8 {
        let has = |is: fn(Outcome) -> bool| all.iter().flatten().any(|judged| is(judged.outcome));
        match has(Outcome::is_unnoticed) {
            true => 1,
            false if has(|outcome| outcome == Outcome::NotShown) => NOT_SHOWN,
            false => 0,
        }
    }
}
