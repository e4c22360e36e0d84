//! Regular expressions as in `java.util.regex`, which the service uses (measured on AWS for `\s`, 2026-08): with
//! look-ahead, look-behind, back-references, atomic groups and inline flags.
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
/// Returns why the pattern has no meaning, or that it nests more than 200 groups.
pub(crate) fn check(pattern: &str) -> Result<(), &'static str> {
    parser::parse(pattern, "").map(|_| ())
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
    fn a_run_gives_back_and_takes_whole_characters() {
        // The first run begins within the two surrogates of a character.
        assert_eq!(whole("\\uD83D\\uDE00?2a", "", "😀?2a"), None);
        assert_eq!(whole("😀?2a", "", "😀?2a").as_deref(), Some("2a"));
        assert_eq!(whole("(?<=x.*?)b", "", "x😀b").as_deref(), Some("b"));
        assert_eq!(whole("a.{0,1}?b", "", "a😀😀b"), None);
        assert_eq!(whole("a.{0,2}?b", "", "a😀😀b").as_deref(), Some("a😀😀b"));
        assert_eq!(whole("😀{2}", "", "😀😀").as_deref(), Some("😀😀"));
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
        assert_eq!(whole("\\1(a)", "", "a"), None, "a group that took no part does not match");
        assert_eq!(whole("(?:(a)|b)*\\1", "", "aba").as_deref(), Some("aba"));
    }

    #[test]
    fn keeps_groups_between_iterations() {
        let groups = search("(?:(a)|(b)|(c))*", "", "abc").unwrap();
        assert_eq!(groups, ["abc", "a", "b", "c"].map(|group| Some(group.to_owned())));
        let groups = search("(z)((a+)?(b+)?(c))*", "", "zaacbbbcac").unwrap();
        assert_eq!(groups[3..5], [Some("a".into()), Some("bbb".into())]);
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
    fn ignores_the_case_of_ascii() {
        assert_eq!(whole("straße", "i", "STRAßE").as_deref(), Some("STRAßE"));
        assert_eq!(whole("a(?i)b(?-i)c|d", "", "aBC aBc").as_deref(), Some("aBc"));
        assert_eq!(whole("(?i:a)b", "", "AB Ab").as_deref(), Some("Ab"));
        assert_eq!(whole("(a(?s).)b.", "", "a\nb\n"), None);
        assert_eq!(whole("k", "i", "\u{212a}"), None);
        assert_eq!(whole("s", "i", "\u{17f}"), None);
        assert_eq!(whole("é", "i", "É"), None);
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
    fn reads_what_only_java_has() {
        every(
            [
                ("a++b|a+", "aab", Some("aab")),
                ("a++ab", "aab", None),
                ("(?>a+)ab", "aab", None),
                ("(?>a|ab)c", "abc", None),
                ("[a-z&&[^b]]+", "bac", Some("ac")),
                ("[a-c&&b-d]+", "abcd", Some("bc")),
                ("[a[x-z]]+", "bxa", Some("xa")),
                ("[a]&&b", "a&&b", Some("a&&b")),
                ("\\Qa.b\\E+", "a.bb", Some("a.bb")),
                ("\\\\Q", "\\Q", Some("\\Q")),
                ("\\Aa\\z", "a", Some("a")),
                ("a\\z", "a\n", None),
                ("a\\Z", "a\n", Some("a")),
                ("a$", "a\r\n", Some("a")),
                ("a$", "a\n\n", None),
                ("(?m)^$", "a\r\n\r\nb", Some("")),
                ("\\p{Lu}\\p{L}+", "xÉté1", Some("Été")),
                ("\\P{Alpha}", "aé", Some("é")),
                ("[\\p{Punct}\\h]+", "a ,\u{a0}", Some(" ,\u{a0}")),
                ("a\\Rb", "a\r\nb", Some("a\r\nb")),
                ("\\v", "\u{2028}", Some("\u{2028}")),
                ("a.b", "a\u{85}b", None),
                ("(?s)a.b", "a\nb", Some("a\nb")),
            ],
            |(pattern, text, expected)| {
                assert_eq!(whole(pattern, "", text).as_deref(), expected, "{pattern}");
            },
        );
    }

    #[test]
    fn counts_in_utf16() {
        let meter = &mut Allowance::new();
        let subject = Subject::new("😀b", meter).unwrap();
        let found = Regex::compile("b", "").unwrap().find_at(&subject, 0, meter).unwrap().unwrap();
        assert_eq!((found.start, found.end), (2, 3));
        assert_eq!(whole("^.$", "", "😀").as_deref(), Some("😀"));
        assert_eq!(whole("[^x]+?b", "", "a😀b").as_deref(), Some("a😀b"));
        assert_eq!(whole("(?<=^.)b", "", "😀b").as_deref(), Some("b"));
        assert_eq!(whole("^..$", "", "😀"), None);
    }

    #[test]
    fn refuses_what_has_no_meaning() {
        every(
            [
                "(",
                ")",
                "[a",
                "a**",
                "*",
                "{1}",
                "a{2,1}",
                "[b-a]",
                "(?y)",
                "\\",
                "\\p{Foo}",
                "[a",
                "[a&&",
                "[a&&b",
                "(?<a>.)(?<a>.)",
                "(?<=a)*",
            ],
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
