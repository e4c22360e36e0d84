//! States: keyword, name, head by kind, clauses, transition.

use proc_macro2::{Delimiter, Ident, TokenTree};
use workflow_asl::{Code, StateKind};

use super::ast::{Comment, ComputedName, Expr, ExprKind, Head, State, Target, Text, TokenSpan, WaitHead, plain};
use super::clause::{ClauseOwner, Clauses};
use super::cursor::Cursor;
use super::keyword::{ClauseKind, RESERVED, STATES, state_keyword};
use super::literal::{is_duration, string_value};
use super::name::rust_name;
use super::object::Braces;
use super::other_language::asl::{Transition, as_clause};
use super::parser::Parser;
use super::recover::{
    attributes_length, braces_of_values, clause_starts_here, item_starts, item_starts_here, skip_in_state, skip_item,
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
        if kind == StateKind::Map {
            self.name_map(cursor);
        }
        let Some(written) = cursor.peek_ident().cloned() else {
            let problem = self.unexpected(cursor, &format!("a name after `{keyword}`"));
            self.complain(
                cursor,
                match (cursor.peek_literal_at(0).and_then(string_value), kind) {
                    (Some(text), StateKind::Fail) => problem.write(format!("Failed {{ error: {:?} }}", text.value)),
                    (Some(text), _) => {
                        let name = name_of(&text.value);
                        problem.write(format!("{name} as {:?}", text.value))
                    }
                    (None, StateKind::Succeed | StateKind::Fail) if cursor.is_punct(";") || cursor.is_end() => {
                        let name = if kind == StateKind::Fail { "Failed" } else { "Done" };
                        let edit = Edit::after(keyword.span(), format!(" {name}"));
                        problem.help(format!("write `{keyword} {name}`")).edit(edit)
                    }
                    (None, _) => problem,
                },
            );
            self.hole(cursor.here_first(), Role::StateName { sign: None, repeated: false });
            skip_item(cursor);
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
            broken: clauses.broken,
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
        if let Some((resource, body)) = self.asl_task(cursor) {
            // Other members in the braces are reported with the replacement.
            return (Head::Task { resource: Some(resource), body }, false);
        }
        let Some(sign) = self.task_sign(name, cursor) else {
            self.skip_to_body(cursor);
            let body = self.object_here(cursor);
            return (Head::Task { resource: None, body }, false);
        };
        let function = self.called_function(sign.as_ref(), cursor);
        if let (Some(problem), None) = (sign, &function) {
            self.report(problem);
        }
        if let Some((resource, body)) = function.or_else(|| self.method_of_service(cursor)) {
            let complete = !matches!(body, Some(Expr { kind: ExprKind::Invalid, .. }));
            return (Head::Task { resource: Some(resource), body }, complete);
        }
        let resource = self.resource(cursor);
        let mut complete = resource.is_some();
        if !complete {
            self.skip_to_body(cursor);
        }
        let in_parentheses = resource.as_ref().and_then(|resource| self.request_in_parentheses(resource, cursor));
        let body = in_parentheses.or_else(|| self.object_here(cursor));
        if let (None, Some(group)) = (&body, cursor.peek_group(Delimiter::Brace)) {
            let problem = Problem::new(Code::Syntax, group.span_open(), "a task cannot contain states");
            self.report(problem);
            cursor.next();
            complete = false;
        }
        (Head::Task { resource, body }, complete)
    }

    /// After a resource that did not parse, skips to its body or what follows.
    fn skip_to_body(&mut self, cursor: &mut Cursor) {
        while !cursor.is_end()
            && cursor.peek_group(Delimiter::Brace).is_none()
            && !cursor.is_punct(";")
            && !cursor.is_punct("->")
            && !item_starts_here(cursor)
            && !clause_starts_here(cursor)
        {
            cursor.next();
        }
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
            let complete = !matches!(value.kind, ExprKind::Invalid);
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
        let complete = !matches!(value.kind, ExprKind::Invalid);
        (Some(value), complete)
    }

    /// `for duration` or `until timestamp`
    fn wait(&mut self, cursor: &mut Cursor) -> (Head, bool) {
        if let Some(word) = cursor.eat_word("for") {
            self.word(&word, Role::Setting("wait"));
            return (Head::Wait(Some(WaitHead::For(self.duration_expr(cursor)))), true);
        }
        if let Some(word) = cursor.eat_word("until") {
            self.word(&word, Role::Setting("wait"));
            return (Head::Wait(Some(WaitHead::Until(self.expr(cursor)))), true);
        }
        if let Some((head, goes_on)) = self.loose_wait(cursor) {
            return (Head::Wait(Some(head)), !goes_on);
        }
        let problem = self.unexpected(cursor, "`for` and a duration, or `until` and a timestamp");
        self.complain(cursor, problem.help("for example `wait Cool for 30s -> Next;`"));
        self.hole(cursor.here_first(), Role::Setting("wait"));
        if !clause_starts_here(cursor) {
            skip_in_state(cursor, false);
        }
        (Head::Wait(None), false)
    }

    /// Parses `30s`, `Seconds: 30`, `{ Seconds: 30 }`: a time in the syntax of ASL and other languages. Also returns
    /// whether the transition is in the braces.
    fn loose_wait(&mut self, cursor: &mut Cursor) -> Option<(WaitHead, bool)> {
        let (first, errors) = (cursor.here(), self.errors_so_far());
        let mut arrow = None;
        let (name, value) = match cursor.peek()?.clone() {
            TokenTree::Literal(_) => (String::new(), self.duration_expr(cursor)),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                cursor.next();
                let value = self.within(&group, |parser, cursor| parser.duration_expr(cursor))?;
                (String::new(), value)
            }
            TokenTree::Group(_) => {
                let opened = braces_of_values(cursor)?;
                cursor.next();
                let object = self.object(opened);
                let ExprKind::Object(members) = object.kind else { return None };
                arrow = members
                    .iter()
                    .filter_map(|member| as_clause(&member.key.value, &member.value))
                    .find(|written| written.starts_with("->"));
                let member = members.into_iter().find(|member| time_field(&member.key.value).is_some())?;
                (member.key.value, member.value)
            }
            TokenTree::Ident(word) if time_field(&word.to_string()).is_some() => {
                cursor.next();
                let _ = cursor.eat_punct(":").or_else(|| cursor.eat_punct("="));
                (word.to_string(), self.duration_expr(cursor))
            }
            TokenTree::Ident(_) if cursor.is_punct_at(1, ".") => (String::new(), self.duration_expr(cursor)),
            _ => return None,
        };
        let span = first.to(cursor.before());
        cursor.eat_punct(",");
        let duration = match &value.kind {
            ExprKind::Text(text) if name.is_empty() && is_duration(text.trim()) => Some(text.trim().to_owned()),
            _ => None,
        };
        let is_text = matches!(value.kind, ExprKind::Text(_)) && duration.is_none();
        let until = time_field(&name).unwrap_or(is_text);
        let value = match (&value.kind, name.ends_with("Path")) {
            (ExprKind::Text(path), true) => {
                let path = Text { value: path.clone(), span: value.span };
                Expr { kind: ExprKind::Path(path), ..value }
            }
            (ExprKind::Number(number), _) => match number.parse() {
                Ok(seconds) => Expr { kind: ExprKind::Duration(seconds), ..value },
                Err(_) => value,
            },
            _ => value,
        };
        let arrow = arrow.filter(|_| !cursor.is_punct("->"));
        let arrow = arrow.map(|arrow| format!(" {arrow}")).unwrap_or_default();
        if matches!(value.kind, ExprKind::Invalid) {
            // A value that did not parse was reported; its fix does not include the word.
            if self.errors_so_far() == errors + 1 {
                self.mend_last(|text| format!("for {text}"));
            }
        } else {
            let value = duration.clone().unwrap_or_else(|| spelled(&value));
            let written = format!("{} {value}{arrow}", if until { "until" } else { "for" });
            let problem = Problem::new(Code::Syntax, span, "a wait has `for` and a duration, or `until` and a time");
            // Parentheses directly follow the name before them.
            let end = if arrow.is_empty() || cursor.is_punct(";") { "" } else { ";" };
            self.report(problem.help(format!("write `{written}`")).edit(Edit::over(span, format!(" {written}{end}"))));
        }
        // The quotes of a duration are reported once.
        let value = if duration.is_some() { Expr::made(ExprKind::Invalid, value.span) } else { value };
        Some((if until { WaitHead::Until(value) } else { WaitHead::For(value) }, !arrow.is_empty()))
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
        } else if cursor.is_punct("=") && !cursor.is_punct("=>")
            || cursor.peek_literal_at(0).is_some()
            || cursor.peek_group(Delimiter::Parenthesis).is_some()
        {
            let first = cursor.here();
            cursor.eat_punct("=");
            let value = self.expr(cursor);
            let complete = !matches!(value.kind, ExprKind::Invalid);
            let problem = Problem::new(Code::Syntax, first.to(cursor.before()), "the error of a fail goes in braces");
            let value = match value.kind {
                ExprKind::Paren(inner) => *inner,
                kind => Expr { kind, ..value },
            };
            self.report(problem.write(format!("{{ error: {} }}", spelled(&value))));
            return (Head::Fail { error: Some(value), cause }, complete);
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
        let mut as_in_asl: Option<Transition> = None;
        let mut commas: Vec<TokenSpan> = Vec::new();
        let mut ended_by_comma = false;
        let mut tail = None;
        loop {
            let nothing = cursor.peek_at(attributes_length(cursor, 0)).is_none();
            if nothing || cursor.is_punct(";") || item_starts_here(cursor) {
                break;
            }
            if cursor.is_punct("->") || cursor.is_punct("=>") {
                self.hole(cursor.here_first(), Role::Clause(kind));
                tail.get_or_insert_with(|| cursor.before());
                let arrow = cursor.here();
                let target = self.arrow("a state", cursor);
                clauses.broken |= matches!(target, Target::Missing(_));
                self.transition(kind, arrow, target, &mut transition);
                clauses.broken |= transition.is_none();
                first = false;
                continue;
            }
            if first && cursor.ends_in_braces() && self.next_is_item(cursor) {
                break;
            }
            if cursor.is_punct(",") {
                let comma = cursor.here();
                ended_by_comma = self.comma_ends(cursor);
                cursor.next();
                if ended_by_comma {
                    let problem = Problem::new(Code::Syntax, comma, "a state ends with `;`, not with `,`");
                    self.report(problem.write(";"));
                    break;
                }
                commas.push(comma);
                continue;
            }
            if let Some(target) = self.next_method(cursor) {
                transition.get_or_insert(target);
                first = false;
                continue;
            }
            if as_in_asl.is_none()
                && let Some(read) = self.asl_transition(cursor)
            {
                ended_by_comma = read.ends;
                as_in_asl = Some(read);
                first = false;
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
            if let (Some(clause), Some(_)) = (clause, &transition)
                && ClauseKind::from_keyword(&clause.to_string()).is_some()
            {
                let problem = Problem::new(Code::Syntax, clause.span(), format!("found clause `{clause}` after `->`"));
                self.report(problem.help("clauses must come before the transition"));
            }
            if cursor.position() == start {
                cursor.next();
            }
        }
        if let Some(comma) = commas.first() {
            let problem = Problem::new(Code::Syntax, *comma, "clauses are not separated by `,`");
            let edits = commas.iter().map(|comma| Edit::over(*comma, ""));
            self.report(edits.fold(problem.help("remove the `,`"), Problem::edit));
        }
        if let Some(read) = as_in_asl {
            if matches!(kind, StateKind::Choice | StateKind::Succeed | StateKind::Fail) {
                clauses.broken |= braces.is_some();
                self.report(read.needless(kind, braces));
            } else {
                self.report(read.problem((!read.is_last(cursor)).then(|| cursor.before())));
                transition.get_or_insert(read.target);
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
        let ends = transition.is_some()
            || clauses.broken
            || matches!(kind, StateKind::Choice | StateKind::Succeed | StateKind::Fail);
        if !closed && !end && !complete && ends {
            let found = cursor.found();
            let problem = Problem::new(Code::Syntax, cursor.here_first(), format!("expected `;` before {found}"));
            self.complain(cursor, problem.edit(Edit::after(last, ";")));
        }
        (transition, tail.unwrap_or(last), closed)
    }

    /// Parses `.next(State)`, as in the CDK and the Python SDK.
    fn next_method(&mut self, cursor: &mut Cursor) -> Option<Target> {
        let goes_on =
            cursor.peek_ident_at(1).is_some_and(|word| ["next", "then", "goto"].iter().any(|next| word == next));
        let group = cursor.peek_group_at(2, Delimiter::Parenthesis).filter(|_| goes_on && cursor.is_punct("."))?;
        let mut inside = Cursor::inside(group);
        let name = inside.eat_ident().filter(|_| inside.is_end())?;
        let first = cursor.here();
        cursor.advance(3);
        let span = first.to(cursor.before());
        let problem = Problem::new(Code::Syntax, span, "a state's transition begins with `->`");
        self.report(problem.help(format!("write `-> {name}`")).edit(Edit::over(span, format!(" -> {name}"))));
        self.word(&name, Role::StateReference);
        Some(if name == "end" { Target::End(name) } else { Target::State(rust_name(&name)) })
    }

    /// Returns whether a `,` here ends the state: another item follows, or nothing.
    fn comma_ends(&self, cursor: &Cursor) -> bool {
        cursor.is_punct(",") && (cursor.peek_at(1).is_none() || item_starts(cursor, 1))
    }

    fn transition(&mut self, kind: StateKind, arrow: TokenSpan, target: Target, transition: &mut Option<Target>) {
        let refused = match kind {
            StateKind::Choice => Some("the transitions of a `choice` are in its arms"),
            StateKind::Succeed => Some("a `succeed` ends the workflow or branch, and has no transition"),
            StateKind::Fail => Some("a `fail` ends the workflow, and has no transition"),
            _ if transition.is_some() => Some("a state has one transition"),
            _ => None,
        };
        match refused {
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

/// Returns whether an ASL field of a wait is a time to wait until, rather than one to wait for; `None` for other
/// fields.
fn time_field(name: &str) -> Option<bool> {
    match name.to_lowercase().as_str() {
        "seconds" | "secondspath" | "duration" | "delay" => Some(false),
        "timestamp" | "timestamppath" => Some(true),
        _ => None,
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

/// Returns a valid name for a state with this name in the document.
pub(super) fn name_of(text: &str) -> String {
    let name = in_camel_case(text);
    if name.starts_with(|first: char| first.is_ascii_alphabetic()) { name } else { format!("State{name}") }
}

/// Returns the span from the arrow to the end of its target.
fn arrow_span(arrow: TokenSpan, target: &Target) -> TokenSpan {
    match target {
        Target::State(name) | Target::End(name) => arrow.to(name.span().into()),
        Target::Text(text) => arrow.to(text.span),
        Target::Computed(name) => arrow.to(name.span),
        Target::Missing(span) => arrow.to(*span),
    }
}
