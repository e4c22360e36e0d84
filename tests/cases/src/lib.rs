//! Tables of test cases: every case runs, and the test fails with all the cases that failed.

use std::any::Any;
use std::fmt::{self, Debug, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How much of a case is printed, in characters or less.
const SHOWN: usize = 300;

/// Runs `check` on every case.
///
/// # Panics
/// Panics after the last case if `check` panicked on any, with each such case and its message; and if there are no
/// cases.
#[track_caller]
#[allow(clippy::panic, reason = "this is how a test fails")]
pub fn every<T: Debug>(cases: impl IntoIterator<Item = T>, mut check: impl FnMut(T)) {
    let mut failed = String::new();
    let (mut count, mut failures) = (0_usize, 0_usize);
    for case in cases {
        count += 1;
        let mut shown = Start(String::new());
        // An error says that there is more than is shown.
        let _ = write!(shown, "{case:?}");
        // What `check` has changed when it panics is not read: the test fails.
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| check(case))) {
            failures += 1;
            let _ = writeln!(failed, "\n{}\n    {}", shown.0, message(&*panic).replace('\n', "\n    "));
        }
    }
    assert!(count > 0, "there are no cases");
    if failures > 0 {
        panic!("{failures} of {count} cases failed:\n{failed}");
    }
}

/// The start of a string, so that long cases cost nothing.
struct Start(String);

impl Write for Start {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let left = SHOWN.saturating_sub(self.0.len());
        self.0.extend(text.chars().take(left));
        if text.len() > left { Err(fmt::Error) } else { Ok(()) }
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied()).unwrap_or("a panic")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;

    #[test]
    fn all_cases_run_and_all_failures_are_reported() {
        let mut seen = Vec::new();
        let table = AssertUnwindSafe(|| {
            every([1, 2, 3], |case| {
                seen.push(case);
                assert!(case == 2, "found {case}");
            });
        });
        let panic = catch_unwind(table).unwrap_err();
        assert_eq!(message(&*panic), "2 of 3 cases failed:\n\n1\n    found 1\n\n3\n    found 3\n");
        assert_eq!(seen, [1, 2, 3]);
    }

    #[test]
    fn an_empty_table_fails() {
        assert!(catch_unwind(|| every([(); 0], |()| ())).is_err());
    }
}
