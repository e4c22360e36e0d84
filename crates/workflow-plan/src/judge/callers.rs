//! What callers must send: the parts of the input that executions read.

use serde_json::Value;

use super::task::listed;
use super::{Judge, Subject};
use crate::flow::Read;
use crate::rule::{self, Rule};
use crate::schema;

impl Judge<'_> {
    pub(super) fn callers(&mut self) {
        let (old, new) = (self.old.machine, self.new.machine);
        if let (Some(old), Some(new)) = (&old.input, &new.input) {
            return self.schema("input", (old, new), (&rule::INPUT_NARROWED, &rule::INPUT_WIDENED));
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

    /// Judges the schemas of an input or output: by the first rule the values that only the first one accepts, else by the
    /// second rule those that only the second one accepts.
    pub(super) fn schema(&mut self, field: &str, schemas: (&Value, &Value), rules: (&'static Rule, &'static Rule)) {
        let (first, second) = (schema::beyond(schemas.0, schemas.1), schema::beyond(schemas.1, schemas.0));
        let (rule, places) = if first.is_empty() { (rules.1, second) } else { (rules.0, first) };
        if !places.is_empty() {
            self.find(rule, &Subject { state: None, field }, listed(&places));
        }
    }
}
