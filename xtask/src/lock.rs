//! `table.lock`: the packages from which the table is made, and the result. Lines of `name = "value"`.

use std::collections::BTreeMap;
use std::fmt::Write;

const HEAD: &str = "# Made by `cargo xtask services`, which reads the versions and hashes from here.\n";

/// The lines, by name.
#[derive(Default, PartialEq, Eq)]
pub(crate) struct Lock(BTreeMap<String, String>);

impl Lock {
    pub(crate) fn parse(text: &str) -> Self {
        let line = |line: &str| {
            let (name, value) = line.split_once(" = ")?;
            Some((name.to_owned(), value.trim_matches('"').to_owned()))
        };
        Self(text.lines().filter(|line| !line.starts_with('#')).filter_map(line).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(crate) fn set(&mut self, name: &str, value: impl ToString) {
        self.0.insert(name.to_owned(), value.to_string());
    }

    pub(crate) fn to_text(&self) -> String {
        let mut text = HEAD.to_owned();
        for (name, value) in &self.0 {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{name} = \"{value}\"");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut lock = Lock::default();
        lock.set("b-version", "1.2.3");
        lock.set("a", 7);
        assert_eq!(lock.to_text(), format!("{HEAD}a = \"7\"\nb-version = \"1.2.3\"\n"));
        assert!(Lock::parse(&lock.to_text()) == lock);
        assert_eq!(lock.get("b-version"), Some("1.2.3"));
        assert!(Lock::parse("# nothing\nno line") == Lock::default());
    }
}
