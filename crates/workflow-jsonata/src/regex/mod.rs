//! JavaScript's regular expressions without the flag `u`: over UTF-16 units, with look-ahead, look-behind and
//! back-references.
//!
//! A pattern is parsed, compiled to a small program, and matched by backtracking on an explicit stack, so that the
//! thread's stack cannot overflow. A meter, not a clock, counts each step and the growth of the stack: a pattern
//! such as `(a+)+$` fails in the same way everywhere. No crate does both: one does not count, others lack
//! back-references.

#[cfg_attr(not(feature = "evaluate"), allow(dead_code, reason = "only the search reads all of it"))]
mod class;
#[cfg(feature = "evaluate")]
mod matcher;
#[cfg_attr(not(feature = "evaluate"), allow(dead_code, reason = "only the compiled program reads the tree"))]
mod parser;
#[cfg(feature = "evaluate")]
mod program;
#[cfg(feature = "evaluate")]
mod replace;
#[cfg(feature = "evaluate")]
mod search;

#[cfg(feature = "evaluate")]
pub(crate) use {
    replace::expand,
    search::{Match, Regex, Subject},
};

/// Checks the text between two slashes.
///
/// # Errors
/// Returns why JavaScript rejects the pattern, or that it nests more than 200 groups.
pub(crate) fn check(pattern: &str) -> Result<(), &'static str> {
    parser::parse(pattern).map(|_| ())
}

#[cfg(all(test, feature = "evaluate"))]
#[allow(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::{Regex, Subject, expand};
    use crate::fault::{Allowance, Fault};
    use workflow_cases::every;

    /// Returns the first match and its groups.
    fn search(pattern: &str, flags: &str, text: &str) -> Option<Vec<Option<String>>> {
        let meter = &mut Allowance::new();
        let subject = Subject::new(text, meter).unwrap();
        let found = Regex::compile(pattern, flags).unwrap().find_at(&subject, 0, meter).unwrap()?;
        let whole = Some(subject.slice(found.start..found.end).into_owned());
        let groups = found.groups.into_iter().map(|group| group.map(|range| subject.slice(range).into_owned()));
        Some(std::iter::once(whole).chain(groups).collect())
    }

    fn whole(pattern: &str, flags: &str, text: &str) -> Option<String> {
        search(pattern, flags, text)?.swap_remove(0)
    }

    #[test]
    fn looks_around_without_moving() {
        assert_eq!(whole("a(?=b)", "", "acab").as_deref(), Some("a"));
        assert_eq!(whole("a(?!b)", "", "abac").as_deref(), Some("a"));
        assert_eq!(whole("(?<=\\$)\\d+", "", "1 $23").as_deref(), Some("23"));
        assert_eq!(whole("(?<!\\$)\\b\\d+", "", "$23 45").as_deref(), Some("45"));
        assert_eq!(search("(?<=(\\d+)(\\d+))$", "", "1053").unwrap()[1..], [Some("1".into()), Some("053".into())]);
        assert_eq!(search("(?=(a+))a*b\\1", "", "baaabac").unwrap(), [Some("aba".into()), Some("a".into())]);
        assert_eq!(search("(?!(a)b)a", "", "ac").unwrap(), [Some("a".into()), None]);
    }

    #[test]
    fn refers_back_by_number_and_name() {
        assert_eq!(whole("(\\w+) \\1", "", "the the cat").as_deref(), Some("the the"));
        assert_eq!(whole("(?<q>['\"]).*?\\k<q>", "", "say 'it\"s' so").as_deref(), Some("'it\"s'"));
        assert_eq!(whole("\\1(a)", "", "a").as_deref(), Some("a"), "a group that took no part is empty");
        assert_eq!(whole("(?:(a)|b)*\\1", "", "ab").as_deref(), Some("ab"));
    }

    #[test]
    fn clears_groups_in_each_iteration() {
        let groups = search("(?:(a)|(b)|(c))*", "", "abc").unwrap();
        assert_eq!(groups, [Some("abc".into()), None, None, Some("c".into())]);
        assert_eq!(search("(z)((a+)?(b+)?(c))*", "", "zaacbbbcac").unwrap()[3..5], [Some("a".into()), None]);
    }

    #[test]
    fn repeats_greedily_and_lazily() {
        assert_eq!(whole("a{2,3}", "", "aaaa").as_deref(), Some("aaa"));
        assert_eq!(whole("a{2,3}?", "", "aaaa").as_deref(), Some("aa"));
        assert_eq!(whole("<.+?>", "", "<a><b>").as_deref(), Some("<a>"));
        assert_eq!(whole("(?:a*)*b", "", "aab").as_deref(), Some("aab"));
        assert_eq!(whole("(?:a?)*?$", "", "aa").as_deref(), Some("aa"));
        assert_eq!(whole("x{,2}", "", "x{,2}").as_deref(), Some("x{,2}"));
    }

    #[test]
    fn ignores_case_as_javascript_does_without_unicode() {
        assert_eq!(whole("straße", "i", "STRAßE").as_deref(), Some("STRAßE"));
        assert_eq!(whole("k", "i", "\u{212a}"), None);
        assert_eq!(whole("s", "i", "\u{17f}"), None);
        assert_eq!(whole("σ", "i", "ς").as_deref(), Some("ς"));
        assert_eq!(whole("[^a-z]", "i", "Ab1").as_deref(), Some("1"));
        assert_eq!(whole("(a)\\1", "i", "aA").as_deref(), Some("aA"));
    }

    #[test]
    fn reads_classes_and_escapes() {
        assert_eq!(whole("\\d", "", "\u{661}1").as_deref(), Some("1"));
        assert_eq!(whole("\\w+", "", "é_a1").as_deref(), Some("_a1"));
        // As in Java (measured on AWS, 2026-08).
        assert_eq!(whole("\\s+", "", "a\u{feff}\u{a0}\t\u{b} b").as_deref(), Some("\t\u{b} "));
        assert_eq!(whole("[^]", "", "\n").as_deref(), Some("\n"));
        assert_eq!(whole("[]", "", "a"), None);
        assert_eq!(whole("\\u0061\\x62\\cJ\\07", "", "ab\n\u{7}").as_deref(), Some("ab\n\u{7}"));
        assert_eq!(whole("[\\w-]+", "", "a-b").as_deref(), Some("a-b"));
        assert_eq!(whole("^b$", "m", "a\nb\nc").as_deref(), Some("b"));
        assert_eq!(whole("\\bé", "", "é"), None);
    }

    #[test]
    fn counts_in_utf16() {
        let meter = &mut Allowance::new();
        let subject = Subject::new("😀b", meter).unwrap();
        let found = Regex::compile("b", "").unwrap().find_at(&subject, 0, meter).unwrap().unwrap();
        assert_eq!((found.start, found.end), (2, 3));
        assert_eq!(whole("^.$", "", "😀"), None);
        assert_eq!(whole("^..$", "", "😀").as_deref(), Some("😀"));
    }

    #[test]
    fn refuses_what_javascript_refuses() {
        every(
            ["(", ")", "[a", "a**", "*", "{1}", "a{2,1}", "[b-a]", "(?i)", "\\", "(?<a>.)(?<a>.)", "(?<=a)*"],
            |pattern| {
                assert_eq!(Regex::compile(pattern, "").unwrap_err().code, "S0303", "{pattern}");
            },
        );
        assert_eq!(Regex::compile(&"(".repeat(100_000), "").unwrap_err().code, "S0303");
        assert_eq!(Regex::compile(&"a|".repeat(100_000), "").unwrap_err().code, "S0303");
    }

    #[test]
    fn counts_steps_and_memory() {
        every(["(a+)+$", "(a|aa)+$", "(.*)*x", "(a*)*b", "^(([a-z])+.)+[A-Z]([a-z])+$"], |pattern| {
            let meter = &mut Allowance::new();
            let text = "a".repeat(40) + "!";
            let subject = Subject::new(&text, meter).unwrap();
            let fault = Regex::compile(pattern, "").unwrap().find_at(&subject, 0, meter).unwrap_err();
            assert_eq!(fault, Fault::new("steps"), "{pattern}");
        });
        let meter = &mut Allowance { steps: u64::MAX, bytes: 100_000 };
        let text = "ab".repeat(40_000);
        let subject = Subject::new(&text, meter).unwrap();
        let fault = Regex::compile("(?:a|b)*c", "").unwrap().find_at(&subject, 0, meter).unwrap_err();
        assert_eq!(fault, Fault::new("bytes"));
    }

    #[test]
    fn goes_on_behind_a_match() {
        let meter = &mut Allowance::new();
        let subject = Subject::new("xab", meter).unwrap();
        let regex = Regex::compile("x*", "").unwrap();
        let first = regex.find_at(&subject, 0, meter).unwrap().unwrap();
        assert_eq!(regex.find_after(&subject, first.end, meter).unwrap_err(), Fault::new("D1004").value("x*"));
        assert_eq!(regex.find_after(&subject, 3, meter).unwrap(), None);
    }

    #[test]
    fn expands_replacements() {
        let expanded = |replacement: &str, groups: &[Option<&str>]| {
            let mut out = String::new();
            expand(&mut out, replacement, "whole", groups, &mut Allowance::new()).unwrap();
            out
        };
        assert_eq!(expanded("$0-$1-$2-$3", &[Some("a"), None]), "whole-a--");
        assert_eq!(expanded("$$1 $x $", &[Some("a")]), "$1 $x $");
        assert_eq!(expanded("$12", &[Some("a")]), "a2");
        assert_eq!(expanded("$5x", &[]), "x");
        let twelve = ["a"; 11].map(Some).into_iter().chain([Some("l")]).collect::<Vec<_>>();
        assert_eq!(expanded("$12 $13", &twelve), "l a3");
    }
}
