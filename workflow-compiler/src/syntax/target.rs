//! Where a transition goes: `Name`, `"any state name"`, `end`.

use workflow_asl::Code;

use super::ast::{Spot, Target};
use super::cursor::Cursor;
use super::literal::string_value;
use super::name::rust_name;
use super::parser::Parser;
use super::word::Role;
use crate::problem::Problem;

impl Parser<'_> {
    /// What follows an arrow.
    pub(super) fn target(&mut self, arrow: Spot, cursor: &mut Cursor) -> Target {
        if let Some(text) = cursor.peek_literal_at(0).and_then(string_value) {
            cursor.next();
            return Target::Text(text);
        }
        if let (Some(name), false) = (cursor.peek_ident().cloned(), super::recover::item_starts(cursor, 0)) {
            cursor.next();
            self.word(&name, Role::StateReference);
            return if name == "end" { Target::End(name) } else { Target::State(rust_name(&name)) };
        }
        let problem = Problem::new(Code::Syntax, arrow, "expected a state after the arrow");
        self.report(problem.help("name a state, or `end`"));
        self.hole(arrow.last, Role::StateReference);
        Target::Missing(arrow)
    }

    /// An arrow and what follows it; another arrow than the wanted one is reported and read.
    pub(super) fn arrow(&mut self, wanted: &str, whose: &str, cursor: &mut Cursor) -> Target {
        let other = if wanted == "->" { "=>" } else { "->" };
        if let Some(arrow) = cursor.eat_punct(wanted) {
            return self.target(arrow, cursor);
        }
        if let Some(arrow) = cursor.eat_punct(other) {
            let problem = Problem::new(Code::Syntax, arrow, format!("{whose} goes on with `{wanted}`, not `{other}`"));
            self.report(problem.write(wanted));
            return self.target(arrow, cursor);
        }
        let problem = self.unexpected(cursor, &format!("`{wanted}` and a state"));
        self.complain(cursor, problem);
        // `if c Name;`: the arrow alone was forgotten.
        if cursor.peek_ident().is_some() && (cursor.is_punct_at(1, ";") || cursor.is_punct_at(1, ",")) {
            return self.target(cursor.here(), cursor);
        }
        Target::Missing(cursor.before())
    }
}
