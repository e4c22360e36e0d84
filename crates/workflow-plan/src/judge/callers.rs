//! What callers must send: the parts of the input that executions read.

use super::task::listed;
use super::{Judge, Subject};
use crate::flow::Read;
use crate::rule;
use crate::schema;

impl Judge<'_> {
    pub(super) fn callers(&mut self) {
        if let (Some(old), Some(new)) = (&self.old.machine.input, &self.new.machine.input) {
            let (narrower, wider) = (schema::beyond(old, new), schema::beyond(new, old));
            let at = Subject { state: None, field: "input" };
            if !narrower.is_empty() {
                self.find(&rule::INPUT_NARROWED, &at, listed(&narrower));
            } else if !wider.is_empty() {
                self.find(&rule::INPUT_WIDENED, &at, listed(&wider));
            }
            return;
        }
        let (old, new) = (self.old.flow.reads.clone(), self.new.flow.reads.clone());
        let mut told: Vec<Vec<String>> = Vec::new();
        let mut reads: Vec<&Read> = new.iter().collect();
        // Required parts first, and a whole before its parts.
        reads.sort_by_key(|read| (!read.needed, read.asked, read.path.len()));
        for read in reads {
            if told.iter().any(|told| read.path.starts_with(told)) {
                continue;
            }
            // Reading a part of a value counts as reading it.
            let known = old.iter().filter(|old| old.path.starts_with(&read.path));
            let (mut is_read, mut is_needed) = (false, false);
            for old in known {
                is_read = true;
                is_needed |= old.needed;
            }
            let inside = old.iter().any(|old| read.path.starts_with(&old.path));
            let asks = |other: &Read| other.asked && other.state == read.state && read.path.starts_with(&other.path);
            let rule = match (read.needed, is_read) {
                (true, true) if is_needed => continue,
                // A state that asks whether there is such a part works without it.
                (false, false) if new.iter().any(asks) => &rule::INPUT_OPTIONAL,
                (false, true) => continue,
                (true, false) if !inside => &rule::INPUT_NEEDED,
                _ => &rule::INPUT_MAYBE_NEEDED,
            };
            told.push(read.path.clone());
            let place = read.path.join(".").replace(".[", "[");
            self.find(rule, &Subject { state: Some(&read.state), field: &place }, format!("`{place}`"));
        }
        for read in &old {
            let related = |new: &Read| new.path.starts_with(&read.path) || read.path.starts_with(&new.path);
            let place = read.path.join(".").replace(".[", "[");
            if !new.iter().any(related) && !told.contains(&read.path) {
                told.push(read.path.clone());
                self.find(&rule::INPUT_UNREAD, &Subject { state: None, field: &place }, format!("`{place}`"));
            }
        }
    }
}
