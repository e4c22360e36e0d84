//! States: keyword, name, head by kind, clauses, transition.

use proc_macro2::{Delimiter, Ident, TokenTree};
use workflow_asl::{Code, StateKind};

use super::ast::{Comment, ComputedName, Expr, ExprKind, Head, State, Target, Text, TokenSpan, WaitHead, plain};
use super::clause::{ClauseOwner, Clauses};
use super::cursor::{Cursor, token_span};
use super::keyword::{ClauseKind, FAIL_FIELDS, RESERVED, STATES, state_keyword};
use super::literal::string_value;
use super::object::Braces;
use super::other_language::{Form, Place, form, with_other_letters};
use super::parser::Parser;
use super::recover::{
    attributes_length, braces_of_values, clause_starts_here, is_declaration, item_starts, item_starts_here,
    skip_in_state, skip_item, skip_to_end,
};
use super::reference::root;
use super::spelling::spelled;
use super::word::Role;
use crate::problem::{Edit, Problem};

impl Parser<'_> {
    /// Parses a state after its keyword. With `guessed`, it is unknown, and words up to the transition are skipped.
    pub(super) fn state(
        &mut self,
        comment: Comment,
        kind: StateKind,
        keyword: Ident,
        guessed: bool,
        cursor: &mut Cursor,
    ) -> Option<State> {
        let named = cursor.peek_ident().filter(|word| !begins_head(word, cursor)).cloned();
        let Some(written) = named else {
            let problem = self.unexpected(cursor, &format!("a name after `{keyword}`"));
            let text = cursor.peek_literal_at(0).and_then(string_value);
            let help = text
                .map(|text| format!("the name is a word; after it, `as {:?}` is the name in the document", text.value));
            self.complain(cursor, help.into_iter().fold(problem, Problem::help));
            self.hole(cursor.here_first(), Role::StateName { sign: None, repeated: false });
            let start = cursor.position();
            skip_item(cursor);
            self.note_skipped(cursor.since(start));
            return None;
        };
        cursor.next();
        let sign = match cursor.peek() {
            Some(TokenTree::Punct(sign)) => Some(sign.span()),
            Some(TokenTree::Group(group)) => Some(group.span_open()),
            _ => None,
        };
        let repeated = self.parameters.iter().any(|parameter| parameter.of_repetition);
        self.word(&written, Role::StateName { sign, repeated });
        let name = self.state_name(&written);
        let called = kind == StateKind::Task && cursor.peek_group_at(1, Delimiter::Brace).is_none();
        if cursor.is_punct(":") && !cursor.is_punct("::") && !called {
            let colon = cursor.here();
            cursor.next();
            let problem = Problem::new(Code::Syntax, colon, "unexpected `:` after a state's name");
            self.report(problem.help("remove the `:`").edit(Edit::over(colon, "")));
        }
        let (outer, errors) = (self.parameters.len(), self.errors_so_far());
        let mut clauses = Clauses::default();
        let (alias, computed) = self.alias(&written, cursor, &mut clauses);
        let mut repeats = Vec::new();
        let (head, complete) = match kind {
            _ if guessed => {
                clauses.broken = true;
                skip_in_state(cursor, false);
                (Head::Task { resource: None, body: None }, cursor.ends_in_braces())
            }
            StateKind::Task => self.task(&written, cursor),
            StateKind::Pass => {
                let (value, complete) = self.output_head(cursor);
                (Head::Pass { value }, complete)
            }
            StateKind::Succeed => {
                let (value, complete) = self.output_head(cursor);
                (Head::Succeed { value }, complete)
            }
            StateKind::Wait => self.wait(cursor),
            StateKind::Choice => self.choice(cursor, &mut repeats),
            StateKind::Parallel => self.parallel(cursor, &mut repeats),
            StateKind::Map => self.map(written.span().into(), cursor, &mut clauses),
            StateKind::Fail => self.fail(cursor),
        };
        clauses.broken |= !complete;
        let (transition, tail, closed) = self.state_tail(kind, cursor, &mut clauses);
        self.end_items(outer, !clauses.broken && self.errors_so_far() == errors);
        Some(State {
            comment,
            keyword,
            kind,
            name: name?,
            alias,
            computed,
            head,
            repeats,
            clauses: clauses.list,
            transition,
            tail,
            closed,
            broken: self.proof(clauses.broken),
            in_use: 0,
            written: None,
        })
    }

    pub(super) fn state_name(&mut self, written: &Ident) -> Option<Ident> {
        let text = plain(written);
        if RESERVED.contains(&text.as_str()) {
            let problem = Problem::new(Code::ReservedName, written.span(), format!("a state cannot be named `{text}`"));
            self.report(
                problem.help("the word has a meaning in values and transitions; use `as` for any name in the document"),
            );
        }
        self.checked_name(written, "state")
    }

    /// `as "any state name"`, and the rest of the name if it contains the item of a repetition.
    fn alias(&mut self, name: &Ident, cursor: &mut Cursor, clauses: &mut Clauses) -> (Option<Text>, Vec<Expr>) {
        let named = cursor.eat_word("as").is_some();
        let computed = if named { self.computed_name(cursor) } else { self.implied_name(name) };
        match computed.map(ComputedName::split) {
            Some((text, rest)) => (Some(text), rest),
            None if named => (self.written_alias(cursor, clauses), Vec::new()),
            None => (None, Vec::new()),
        }
    }

    fn written_alias(&mut self, cursor: &mut Cursor, clauses: &mut Clauses) -> Option<Text> {
        match cursor.peek_literal_at(0).and_then(string_value) {
            Some(text) => {
                cursor.next();
                Some(text)
            }
            None => {
                self.expected(cursor, "the name in the document, as text, after `as`");
                clauses.broken = true;
                if !clause_starts_here(cursor) && !item_starts_here(cursor) {
                    cursor.eat_ident();
                }
                None
            }
        }
    }

    /// `= resource { body }`
    fn task(&mut self, name: &Ident, cursor: &mut Cursor) -> (Head, bool) {
        if !self.task_sign(name, cursor) {
            self.skip_to_body(cursor);
            let body = self.object_here(cursor);
            return (Head::Task { resource: None, body }, false);
        }
        let errors = self.errors_so_far();
        let resource = self.resource(cursor);
        let mut complete = resource.is_some();
        if !complete {
            self.skip_to_body(cursor);
        }
        if cursor.peek_group(Delimiter::Parenthesis).is_some() {
            if self.errors_so_far() == errors {
                let help = "for example `lambda::invoke { FunctionName: \"f\" }`";
                self.expected_as(cursor, "the request in braces", help);
            }
            cursor.next();
            complete = false;
        }
        let body = self.object_here(cursor);
        if let (None, Some(group)) = (&body, cursor.peek_group(Delimiter::Brace)) {
            let problem = Problem::new(Code::Syntax, group.span_open(), "a task cannot contain states");
            self.report(problem);
            cursor.next();
            complete = false;
        }
        (Head::Task { resource, body }, complete)
    }

    /// Parses the `=` before a task's resource. Returns whether a resource follows.
    fn task_sign(&mut self, name: &Ident, cursor: &mut Cursor) -> bool {
        if !cursor.is_punct("=>") && cursor.eat_punct("=").is_some() {
            return true;
        }
        let problem = self.unexpected(cursor, &format!("`=` and the resource of `{name}`"));
        let is_call = |at: usize| cursor.peek_ident_at(at).is_some() && cursor.is_punct_at(at + 1, "::");
        // `:`, or `->` before a call.
        let sign = match cursor.is_punct("->") {
            true => {
                if is_call(2) {
                    2
                } else {
                    0
                }
            }
            false if cursor.is_punct(":=") => 2,
            false => usize::from(cursor.is_punct(":") && !cursor.is_punct("::")),
        };
        let called = sign > 0 || is_call(0);
        let last = cursor.peek_at(sign.saturating_sub(1)).map_or(cursor.here(), token_span);
        let edit = match sign {
            0 => Edit::before(cursor.here(), "= "),
            _ => Edit::over(cursor.here().to(last), if cursor.is_punct(":") { " =" } else { "=" }),
        };
        self.complain(
            cursor,
            match called {
                true => problem.help("write `=`").edit(edit),
                false => problem.help("for example `task Convert = lambda::invoke { FunctionName: \"f\" } -> Next;`"),
            },
        );
        cursor.advance(sign);
        called
    }

    /// After a resource that did not parse, skips to its body or what follows.
    fn skip_to_body(&mut self, cursor: &mut Cursor) {
        cursor.skip_until(|cursor| {
            cursor.peek_group(Delimiter::Brace).is_some()
                || cursor.is_any(&[";", "->"])
                || item_starts_here(cursor)
                || clause_starts_here(cursor)
        });
    }

    /// Parses `{ body }` or `= value`: the output of a pass or succeed.
    fn output_head(&mut self, cursor: &mut Cursor) -> (Option<Expr>, bool) {
        let sign = if cursor.is_punct("=>") { None } else { cursor.eat_punct("=") };
        if let Some(sign) = sign {
            let object = cursor.peek_group(Delimiter::Brace).is_some();
            let value = self.expr(cursor);
            if object && matches!(value.kind, ExprKind::Object(_)) {
                let problem = Problem::new(Code::Syntax, sign, "an object follows the name without `=`");
                self.report(problem.help("remove the `=`").edit(Edit::over(sign, "")));
            }
            let complete = !matches!(value.kind, ExprKind::Invalid(_));
            return (Some(value), complete);
        }
        if let Some(object) = self.object_here(cursor) {
            return (Some(object), true);
        }
        let value = match cursor.peek() {
            Some(TokenTree::Literal(_)) => true,
            Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Bracket,
            Some(TokenTree::Ident(word)) => root(&plain(word)).is_some() && cursor.is_punct_at(1, "."),
            _ => false,
        };
        if !value {
            return (None, true);
        }
        let here = cursor.here();
        let value = self.expr(cursor);
        let problem = Problem::new(Code::Syntax, here, "an output that is not an object must follow `=`");
        self.report(problem.help(format!("write `= {}`", spelled(&value))).edit(Edit::before(here, "= ")));
        let complete = !matches!(value.kind, ExprKind::Invalid(_));
        (Some(value), complete)
    }

    /// `for duration` or `until timestamp`
    fn wait(&mut self, cursor: &mut Cursor) -> (Head, bool) {
        if let Some(word) = cursor.eat_word("for") {
            self.word(&word, Role::Setting("wait"));
            self.stray_sign(&word, &[":"], cursor);
            return (Head::Wait(Some(WaitHead::For(self.duration_expr(cursor)))), true);
        }
        if let Some(word) = cursor.eat_word("until") {
            self.word(&word, Role::Setting("wait"));
            if cursor.peek_literal_at(0).is_some_and(|literal| string_value(literal).is_none()) {
                let help = "a time is text: `until \"2030-01-01T00:00:00Z\"`; a number of seconds follows `for`";
                self.expected_as(cursor, "a timestamp", help);
                skip_in_state(cursor, false);
                return (Head::Wait(None), false);
            }
            return (Head::Wait(Some(WaitHead::Until(self.expr(cursor)))), true);
        }
        let problem = self.unexpected(cursor, "`for` and a duration, or `until` and a timestamp");
        let is_time = cursor.peek_literal_at(0).is_some_and(|literal| string_value(literal).is_none());
        self.complain(
            cursor,
            match is_time {
                true => problem.help("write `for` before it").edit(Edit::before(cursor.here(), "for ")),
                false => problem.help("for example `wait Cool for 30s -> Next;`"),
            },
        );
        self.hole(cursor.here_first(), Role::Setting("wait"));
        if !clause_starts_here(cursor) {
            skip_in_state(cursor, false);
        }
        (Head::Wait(None), false)
    }

    /// `{ error: …, cause: … }`
    fn fail(&mut self, cursor: &mut Cursor) -> (Head, bool) {
        let (mut error, mut cause) = (None, None);
        if let Some(opened) = braces_of_values(cursor) {
            cursor.next();
            for (member, _) in self.members(opened, Braces::Fail) {
                let field = if member.key.value == "error" { &mut error } else { &mut cause };
                *field = Some(member.value);
            }
            return (Head::Fail { error, cause }, true);
        }
        let ends = cursor.is_end() || cursor.is_any(&[";", "#", "->"]);
        let is_field = |word: &Ident| {
            let words = FAIL_FIELDS.iter().map(|field| field.word);
            with_other_letters(&word.to_string(), words).is_some()
        };
        if !ends && cursor.peek_ident().is_none_or(is_field) {
            let help = "for example `fail Refused { error: \"Refused\", cause: \"no stock\" }`";
            self.expected_as(cursor, "`{ error: …, cause: … }`", help);
            skip_to_end(cursor);
            return (Head::Fail { error, cause }, false);
        }
        (Head::Fail { error, cause }, true)
    }

    /// Clauses, the transition, `;`.
    pub(super) fn state_tail(
        &mut self,
        kind: StateKind,
        cursor: &mut Cursor,
        clauses: &mut Clauses,
    ) -> (Option<Target>, TokenSpan, bool) {
        let braces = cursor.ends_in_braces().then(|| cursor.before());
        let mut transition = None;
        let mut first = true;
        let mut ended_by_comma = false;
        let mut tail = None;
        loop {
            if transition.is_none() && goes_on_after_semicolon(kind, cursor) {
                let early = cursor.here();
                let problem = Problem::new(Code::Syntax, early, "the `;` ends a state after its transition");
                self.complain(cursor, problem.help("remove it").edit(Edit::over(early, "")));
                cursor.next();
                continue;
            }
            let nothing = cursor.peek_at(attributes_length(cursor, 0)).is_none();
            if nothing || cursor.is_punct(";") || item_starts_here(cursor) {
                break;
            }
            let is_arrow = cursor.is_punct("->") || cursor.is_punct("=>");
            if is_arrow || goes_on(kind) && arrow_word(cursor) > 0 {
                self.hole(cursor.here_first(), Role::Clause(kind));
                tail.get_or_insert_with(|| cursor.before());
                let arrow = cursor.here();
                let target = if is_arrow { self.arrow("a state", cursor) } else { self.target_after_word(cursor) };
                clauses.broken |= matches!(target, Target::Missing(..));
                self.transition(kind, arrow, target, (&mut transition, clauses.broken));
                // In JSON, other signs and another order follow.
                clauses.broken |= transition.is_none() || !is_arrow;
                first = false;
                continue;
            }
            if first && cursor.ends_in_braces() && self.next_is_item(cursor) {
                break;
            }
            if cursor.is_punct(",")
                && transition.is_some()
                && cursor.peek_ident_at(1).is_some()
                && cursor.is_punct_at(2, ";")
            {
                let problem = Problem::new(Code::Syntax, cursor.here(), "a state has one transition");
                self.complain(cursor, problem.help("a `parallel` runs several branches"));
                cursor.advance(2);
                clauses.broken = true;
                continue;
            }
            if let Some(comma) = cursor.eat_punct(",") {
                ended_by_comma = cursor.is_end() || item_starts_here(cursor);
                // The first one is the mistake; as in JSON, it may follow another one.
                if !std::mem::replace(&mut clauses.broken, true) {
                    let message = if ended_by_comma {
                        "a state ends with `;`, not with `,`"
                    } else {
                        "clauses are not separated by `,`"
                    };
                    let problem = Problem::new(Code::Syntax, comma, message);
                    self.report(match ended_by_comma {
                        true => problem.write(";"),
                        false => problem.help("remove the `,`").edit(Edit::over(comma, "")),
                    });
                }
                if ended_by_comma {
                    break;
                }
                continue;
            }
            first = false;
            if kind == StateKind::Map && self.late_over(braces, cursor) {
                clauses.broken = true;
                continue;
            }
            let start = cursor.position();
            let clause = cursor.peek_ident().cloned();
            self.clause_here(ClauseOwner::State(kind), cursor, clauses);
            if let (Some(clause), Some(_), false) = (clause, &transition, clauses.broken)
                && ClauseKind::from_keyword(&clause.to_string()).is_some()
            {
                let problem = Problem::new(Code::Syntax, clause.span(), format!("found clause `{clause}` after `->`"));
                self.report(problem.help("clauses must come before the transition"));
            }
            if cursor.position() == start {
                cursor.next();
            }
        }
        if transition.is_none() {
            self.hole(cursor.here_first(), Role::Clause(kind));
        }
        let complete = ended_by_comma || first && cursor.ends_in_braces();
        let end = cursor.peek_at(attributes_length(cursor, 0)).is_none();
        let last = cursor.before();
        let closed = cursor.eat_punct(";").is_some();
        // Where a transition is missing, that is the mistake.
        let ends = transition.is_some() || !goes_on(kind);
        if !closed && !end && !complete && ends && !clauses.broken {
            let found = cursor.found();
            let problem = Problem::new(Code::Syntax, cursor.here_first(), format!("expected `;` before {found}"));
            self.complain(cursor, problem.edit(Edit::after(last, ";")));
        }
        (transition, tail.unwrap_or(last), closed)
    }

    /// Parses `Next: "State"`, whose word is reported.
    fn target_after_word(&mut self, cursor: &mut Cursor) -> Target {
        let (word, length) = (cursor.here(), arrow_word(cursor));
        let problem = Problem::new(Code::UnknownClause, word, format!("unknown clause {}", cursor.found()));
        cursor.advance(length);
        let words = word.to(cursor.before());
        let problem = problem.help("write `->`").edit(Edit::over(words, "->"));
        let target = self.target(words, cursor);
        let last = cursor.before();
        let comma = cursor.eat_punct(",");
        let end = if cursor.is_end() || item_starts_here(cursor) { ";" } else { "" };
        self.report(match comma {
            Some(comma) => problem.edit(Edit::over(comma, end)),
            None if end.is_empty() => problem,
            None => problem.edit(Edit::after(last, end)),
        });
        target
    }

    fn transition(
        &mut self,
        kind: StateKind,
        arrow: TokenSpan,
        target: Target,
        (transition, is_broken): (&mut Option<Target>, bool),
    ) {
        let refused = match kind {
            StateKind::Choice => Some("the transitions of a `choice` are in its arms"),
            StateKind::Succeed => Some("a `succeed` ends the workflow or branch, and has no transition"),
            StateKind::Fail => Some("a `fail` ends the workflow, and has no transition"),
            _ if transition.is_some() => Some("a state has one transition"),
            _ => None,
        };
        match refused {
            // It belongs to what was reported.
            Some(_) if is_broken => {}
            Some(message) => {
                let problem = Problem::new(Code::MisplacedClause, arrow_span(arrow, &target), message);
                self.report(match kind {
                    StateKind::Choice => problem.help("`else -> State;` is the arm for all other cases"),
                    _ => problem,
                });
            }
            None => *transition = Some(target),
        }
    }

    /// Returns whether an unknown word after a complete state is a misspelt beginning of the next.
    fn next_is_item(&self, cursor: &Cursor) -> bool {
        let Some(word) = cursor.peek_ident().map(Ident::to_string) else { return false };
        ClauseKind::from_keyword(&word).is_none()
            && cursor.peek_ident_at(1).is_some()
            && workflow_asl::nearest::nearest(&word, STATES.iter().map(|(kind, _)| state_keyword(*kind))).is_some()
    }
}

/// Returns the letters and digits of a text; each word begins with an upper-case letter.
pub(crate) fn in_camel_case(text: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
    };
    text.split(|letter: char| !letter.is_ascii_alphanumeric()).map(word).collect()
}

/// Returns the span from the arrow to the end of its target.
fn arrow_span(arrow: TokenSpan, target: &Target) -> TokenSpan {
    match target {
        Target::State(name) | Target::End(name) => arrow.to(name.span().into()),
        Target::Text(text) => arrow.to(text.span),
        Target::Computed(name) => arrow.to(name.span),
        Target::Missing(span, _) => arrow.to(*span),
    }
}

/// Returns whether a state of this kind has a transition.
fn goes_on(kind: StateKind) -> bool {
    !matches!(kind, StateKind::Choice | StateKind::Succeed | StateKind::Fail)
}

/// Returns whether a `;` is next that a transition or a clause of the same state follows: no declaration begins so.
fn goes_on_after_semicolon(kind: StateKind, cursor: &Cursor) -> bool {
    let is_clause = |word: &Ident| {
        let word = word.to_string();
        ClauseKind::from_keyword(&word).is_some_and(|clause| ClauseOwner::State(kind).allows(clause))
            && (!is_declaration(&word) || cursor.peek_group_at(2, Delimiter::Bracket).is_some())
    };
    cursor.is_punct(";")
        && (goes_on(kind) && cursor.is_punct_at(1, "->")
            || cursor.peek_ident_at(1).is_some_and(is_clause) && !item_starts(cursor, 1))
}

/// Returns whether the word after a state's keyword begins what follows the name, which is missing.
fn begins_head(word: &Ident, cursor: &Cursor) -> bool {
    let word = plain(word);
    let is_head = ["over", "for", "until", "match"].contains(&word.as_str()) && !cursor.is_word_at(1, &word);
    is_head && !cursor.is_punct_at(1, ";") && !cursor.is_punct_at(1, "->")
        || root(&word).is_some() && cursor.is_punct_at(1, ".")
}

/// Returns the number of tokens of another word for `->` with the sign after it, if a state follows; 0 for none.
fn arrow_word(cursor: &Cursor) -> usize {
    let length = 1 + usize::from(cursor.is_punct_at(1, ":") || cursor.is_punct_at(1, "="));
    let named = cursor.peek_ident_at(length).is_some() && !item_starts(cursor, length);
    let follows = named || cursor.peek_literal_at(length).is_some();
    let is_arrow = |word: &Ident| form(Place::Clause, &word.to_string()) == Some(Form::Words("->"));
    if follows && cursor.peek_ident().is_some_and(is_arrow) { length } else { 0 }
}
