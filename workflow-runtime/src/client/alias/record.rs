//! The record of an alias: which versions served before, and which were withdrawn.
//!
//! It is at the end of the alias's description, which AWS changes in the same request as the routes:
//! `TEXT [served 1 4; withdrawn 2=ab12cd34]`.

use std::fmt::{self, Write as _};

/// The maximum length of a description, in characters.
const CHARS: usize = 256;
const BEGIN: &str = "[served";
const WITHDRAWN: &str = "; withdrawn";

/// The parts of an alias's description.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AliasRecord {
    /// What others wrote.
    text: String,
    /// The versions that had most of the executions before others, the latest last.
    pub(super) served: Vec<u64>,
    /// The versions that a roll-back took away, the latest last.
    pub(super) withdrawn: Vec<Withdrawn>,
}

/// A version that a roll-back took away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Withdrawn {
    pub(super) version: u64,
    /// A hash of its definition and role.
    pub(super) hash: String,
}

impl AliasRecord {
    /// Reads a description. A record that somebody has changed is text.
    pub(super) fn read(description: &str) -> Self {
        let read = || {
            let (text, record) = description.strip_suffix(']')?.rsplit_once(BEGIN)?;
            let (served, withdrawn) = record.split_once(WITHDRAWN).unwrap_or((record, ""));
            let served = served.split_whitespace().map(|number| number.parse().ok());
            let withdrawn = withdrawn.split_whitespace().map(|entry| {
                let (version, hash) = entry.split_once('=')?;
                Some(Withdrawn { version: version.parse().ok()?, hash: hash.to_owned() })
            });
            let text = text.trim_end().to_owned();
            Some(Self { text, served: served.collect::<Option<_>>()?, withdrawn: withdrawn.collect::<Option<_>>()? })
        };
        read().unwrap_or_else(|| Self { text: description.to_owned(), ..Self::default() })
    }

    /// Adds a version that has served.
    pub(super) fn has_served(&mut self, version: u64) {
        self.served.retain(|other| *other != version);
        self.served.push(version);
    }

    /// Adds a version that never had most of the executions, before all others.
    pub(super) fn has_taken_part(&mut self, version: u64) {
        if !self.served.contains(&version) {
            self.served.insert(0, version);
        }
    }

    /// Adds a version that is withdrawn.
    pub(super) fn withdraw(&mut self, version: u64, hash: String) {
        self.admit(version);
        self.withdrawn.push(Withdrawn { version, hash });
    }

    /// Removes a version from those that are withdrawn.
    pub(super) fn admit(&mut self, version: u64) {
        self.withdrawn.retain(|other| other.version != version);
    }

    /// Returns the description. What is oldest is left out if there is not enough room.
    pub(super) fn into_description(mut self) -> String {
        loop {
            let description = self.to_string();
            if description.chars().count() <= CHARS {
                return description;
            }
            if self.served.len() > self.withdrawn.len() {
                self.served.remove(0);
            } else if !self.withdrawn.is_empty() {
                self.withdrawn.remove(0);
            } else {
                return self.text;
            }
        }
    }
}

impl fmt::Display for AliasRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        if self.served.is_empty() && self.withdrawn.is_empty() {
            return Ok(());
        }
        if !self.text.is_empty() {
            f.write_char(' ')?;
        }
        f.write_str(BEGIN)?;
        self.served.iter().try_for_each(|version| write!(f, " {version}"))?;
        if !self.withdrawn.is_empty() {
            f.write_str(WITHDRAWN)?;
        }
        self.withdrawn.iter().try_for_each(|withdrawn| write!(f, " {}={}", withdrawn.version, withdrawn.hash))?;
        f.write_char(']')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written_and_leaves_the_text_of_others() {
        for (text, begins) in
            [("", "[served 1 4; withdrawn 2=ab 3=cd]"), ("for [orders]", "for [orders] [served 1 4; ")]
        {
            let mut record = AliasRecord::read(text);
            record.has_served(4);
            record.has_served(1);
            record.has_served(4);
            record.withdraw(2, "ab".to_owned());
            record.withdraw(3, "cd".to_owned());
            let description = record.clone().into_description();
            assert!(description.starts_with(begins), "{description}");
            assert_eq!(AliasRecord::read(&description), record);
        }
        for other in ["[served x]", "[served 1", "a [served 1; withdrawn 2]"] {
            assert_eq!(AliasRecord::read(other).into_description(), other);
        }
    }

    #[test]
    fn what_is_oldest_is_left_out() {
        let mut record = AliasRecord::read(&"x".repeat(150));
        (1..200).for_each(|version| record.has_served(version));
        let kept = AliasRecord::read(&record.into_description());
        assert!(kept.served.len() > 10 && kept.served.last() == Some(&199), "{kept:?}");
        let full = "x".repeat(256);
        let mut record = AliasRecord::read(&full);
        record.withdraw(1, "ab".to_owned());
        assert_eq!(record.into_description(), full);
    }
}
