//! Maps and parallels: states within states.

use proc_macro2::{Delimiter, Group, Ident};
use workflow_asl::nearest::nearest;
use workflow_asl::{Code, StateKind};

use super::ast::{
    Body, Branch, Expr, ExprKind, Head, MapItems, Reference, Repeated, Repetition, Root, State, Target, Text,
    TokenSpan, plain,
};
use super::body::Level;
use super::clause::{ClauseOwner, Clauses};
use super::cursor::{Cursor, group_span};
use super::keyword::FOR;
use super::parser::Parser;
use super::recover::{attributes_length, clause_starts_here, item_starts_here, state_kind};
use super::spelling::spelled;
use super::word::Role;
use crate::problem::{Edit, Problem};
use crate::reader::{Format, SHORT};

impl Parser<'_> {
    /// Parses `[over …] clauses [iterator] { states }`. The caller parses what follows.
    pub(super) fn map(&mut self, name: TokenSpan, cursor: &mut Cursor, clauses: &mut Clauses) -> (Head, bool) {
        let mut over = None;
        let mut iterator = false;
        let mut item = None;
        loop {
            if over.is_none()
                && let Some((words, written)) = other_over(cursor)
            {
                self.report(Problem::new(Code::Syntax, words, "a map iterates `over` its items").write(written));
                over = Some(self.over_as_written(written, cursor));
            }
            if let Some((name, items)) = self.named_item(over.is_some(), cursor) {
                over = items.or(over);
                self.declare_parameter(&name, true);
                item = Some(name);
            } else if let Some(word) = cursor.eat_word("over") {
                self.word(&word, Role::Setting("map"));
                if over.is_some() {
                    self.error(Code::RepeatedClause, word.span(), "`over` is given twice");
                }
                over = Some(self.over(cursor));
            } else if let Some(word) = cursor.eat_word("iterator") {
                self.word(&word, Role::Setting("map"));
                iterator = true;
            } else if let (None, Some(group)) = (&over, cursor.peek_group(Delimiter::Brace))
                && begins_with_over(group)
            {
                let group = group.clone();
                cursor.next();
                let (items, body) = self.over_inside(&group, name);
                return (Head::Map { over: items, item, body, iterator }, true);
            } else if let Some(group) = cursor.eat_group(Delimiter::Brace) {
                let body = self.inner_body(&group, name);
                clauses.broken |= body.broken;
                return (Head::Map { over, item, body, iterator }, true);
            } else if cursor.is_end()
                || cursor.is_punct(";")
                || cursor.is_punct("->")
                || (item_starts_here(cursor) && !clause_starts_here(cursor))
            {
                let problem = self.unexpected(cursor, "the states of the map in braces");
                self.complain(
                    cursor,
                    problem.help("for example `map Each over input.items { pass One -> end; } -> Next;`"),
                );
                self.hole(cursor.here_first(), Role::Setting("map"));
                let body = Body { broken: true, ..Body::new(name) };
                clauses.broken = true;
                return (Head::Map { over, item, body, iterator }, false);
            } else {
                self.clause_here(ClauseOwner::State(StateKind::Map), cursor, clauses);
            }
        }
    }

    /// Parses the name of an item: `as x` after `over xs`, or `for x in xs`, `over x in xs` and `x in xs` as in other
    /// languages, which are reported. Also returns the items if the words contain them.
    fn named_item(&mut self, has_items: bool, cursor: &mut Cursor) -> Option<(Ident, Option<MapItems>)> {
        if has_items && cursor.is_word("as") {
            let name = cursor.peek_ident_at(1)?.clone();
            cursor.advance(2);
            return Some((name, None));
        }
        let first = cursor.here();
        let words_before = usize::from(cursor.is_word("for") || cursor.is_word("over"));
        let name = cursor.peek_ident_at(words_before)?.clone();
        let between = cursor.peek_ident_at(words_before + 1)?;
        if has_items || !(*between == "in" || *between == "of") {
            return None;
        }
        cursor.advance(words_before + 2);
        let items = self.head_expr(cursor);
        let span = first.to(cursor.before());
        let written = format!("over {} as {name}", spelled(&items));
        let problem = Problem::new(Code::Syntax, span, "a map iterates `over` its items");
        self.report(problem.write(written));
        Some((name, Some(MapItems::Items(items))))
    }

    /// Parses `{ over xs; states }`: the items inside the braces, which is reported.
    fn over_inside(&mut self, group: &Group, name: TokenSpan) -> (Option<MapItems>, Body) {
        let read = self.within(group, |parser, cursor| {
            let first = cursor.here();
            cursor.next();
            let items = parser.head_expr(cursor);
            let span = first.to(cursor.before());
            let end = match cursor.eat_punct(";").or_else(|| cursor.eat_punct(",")) {
                Some(end) => first.to(end),
                None => span,
            };
            let written = format!("over {}", spelled(&items));
            let problem = Problem::new(Code::Syntax, span, "`over` must come before the states of the map");
            let problem = problem.help(format!("write `{written} {{ … }}`")).edit(Edit::over(end, ""));
            parser.report(problem.edit(Edit::before(group.span_open(), format!("{written} "))));
            let (_, body) = parser.body(cursor, Level::Inner, name);
            parser.hole(group.span_close(), Role::InnerItem);
            (Some(MapItems::Items(items)), body)
        });
        read.unwrap_or((None, Body { broken: true, ..Body::new(name) }))
    }

    /// Parses `over` after the states, whose braces these are, which is reported. Returns whether it was there.
    pub(super) fn late_over(&mut self, braces: Option<TokenSpan>, cursor: &mut Cursor) -> bool {
        let first = cursor.here();
        let written = match (cursor.eat_word("over"), other_over(cursor)) {
            (Some(word), _) => {
                self.word(&word, Role::Setting("map"));
                "over"
            }
            (None, Some((_, written))) => written,
            (None, None) => return false,
        };
        let problem = Problem::new(Code::Syntax, first, "`over` must come before the states of the map");
        let items = self.over_as_written(written, cursor);
        self.report(match (items, braces) {
            (MapItems::Items(items), Some(braces)) if !matches!(items.kind, ExprKind::Invalid) => {
                let over = format!("over {}", spelled(&items));
                let problem = problem.help(format!("write `{over}` there"));
                let problem = problem.edit(Edit::before(TokenSpan::from(braces.first), format!("{over} ")));
                problem.edit(Edit::over(first.to(cursor.before()), ""))
            }
            _ => problem,
        });
        true
    }

    /// Parses the items after `over` or another word for it; `over path` is written before text.
    fn over_as_written(&mut self, written: &str, cursor: &mut Cursor) -> MapItems {
        match (written, self.over(cursor)) {
            ("over path", MapItems::Items(Expr { kind: ExprKind::Text(value), span, id, written })) => {
                MapItems::Items(Expr { kind: ExprKind::Path(Text { value, span }), span, id, written })
            }
            (_, items) => items,
        }
    }

    /// Parses the items after `over`.
    fn over(&mut self, cursor: &mut Cursor) -> MapItems {
        let format = cursor.peek_ident().filter(|word| Format::named(&plain(word)).is_some());
        if let (Some(format), true) = (format, cursor.is_punct_at(1, "<")) {
            // Not a comparison: a map iterates over no `bool`.
            let (span, reader) = (format.span(), format!("s3::{}", plain(format)));
            self.report(Problem::new(Code::Syntax, span, "a reader is written with its service").write(reader));
            let path = vec![Ident::new("s3", span), format.clone()];
            cursor.next();
            return self.reader(path, cursor);
        }
        if cursor.peek_ident().is_some() && cursor.is_punct_at(1, "::") {
            let mut path = Vec::new();
            while let Some(word) = cursor.eat_ident() {
                let before = path.iter().take(3).cloned().collect();
                self.word(&word, Role::Resource(before));
                path.push(word);
                if cursor.eat_punct("::").is_none() {
                    break;
                }
            }
            return self.reader(path, cursor);
        }
        MapItems::Items(self.head_expr(cursor))
    }

    /// Parses what follows the format of a reader: the type of its items, and its settings.
    fn reader(&mut self, path: Vec<Ident>, cursor: &mut Cursor) -> MapItems {
        let row = self.result_type(cursor);
        let body = self.object_here(cursor).unwrap_or_else(|| {
            let problem = self.unexpected(cursor, "the location of the file in braces");
            self.complain(cursor, problem.help("for example `over s3::csv { Bucket: \"b\", Key: \"k\" } { … }`"));
            Expr::made(ExprKind::Invalid, cursor.before())
        });
        MapItems::Reader { path, row, body: self.settings_as_text(body) }
    }

    /// Converts the bare words in a reader's settings, which are not references, to text. Reports unknown settings.
    fn settings_as_text(&mut self, mut body: Expr) -> Expr {
        let ExprKind::Object(members) = &mut body.kind else { return body };
        let known = || SHORT.iter().map(|(short, _)| *short);
        for member in members {
            let key = &mut member.key;
            // The parameters of S3 begin with a capital letter.
            if key.value.starts_with(|first: char| first.is_ascii_lowercase())
                && known().all(|short| short != key.value)
            {
                let message = format!("a reader has no setting `{}`", key.value);
                let problem = Problem::new(Code::Syntax, key.span, message);
                let near = nearest(&key.value, known());
                self.report(match near {
                    Some(near) => problem.did_you_mean(near, near),
                    None => problem.help(format!("its settings are `{}`", known().collect::<Vec<_>>().join("`, `"))),
                });
                match near {
                    Some(near) => near.clone_into(&mut key.value),
                    None => member.value.kind = ExprKind::Invalid,
                }
            }
            if let ExprKind::Reference(Reference { root: Root::StateResult(word), segments, .. }) = &member.value.kind
                && segments.is_empty()
                && WORD_SETTINGS.contains(&member.key.value.as_str())
            {
                member.value.kind = ExprKind::Text(plain(word));
            }
        }
        body
    }

    /// Parses the states of a branch or map.
    pub(super) fn inner_body(&mut self, group: &Group, span: TokenSpan) -> Body {
        let body = self.within(group, |parser, cursor| {
            let (_, body) = parser.body(cursor, Level::Inner, span);
            parser.hole(group.span_close(), Role::InnerItem);
            body
        });
        body.unwrap_or(Body { broken: true, ..Body::new(span) })
    }

    /// `{ branch { … } … }`
    pub(super) fn parallel(&mut self, cursor: &mut Cursor, repeats: &mut Vec<Repetition>) -> (Head, bool) {
        if let Some(group) = cursor.peek_group(Delimiter::Bracket).cloned() {
            cursor.next();
            return (Head::Parallel(self.listed_branches(&group)), true);
        }
        let Some(group) = cursor.eat_group(Delimiter::Brace) else {
            let problem = self.unexpected(cursor, "the branches in braces");
            self.complain(
                cursor,
                problem.help("for example `{ branch { pass A -> end; } branch { pass B -> end; } }`"),
            );
            return (Head::Parallel(Vec::new()), false);
        };
        let branches = self.branches(&group, repeats);
        let complete = !branches.is_empty() || !repeats.is_empty() || group.stream().is_empty();
        (Head::Parallel(branches), complete)
    }

    /// Parses the branches in braces, and the repetitions among them.
    fn branches(&mut self, group: &Group, repeats: &mut Vec<Repetition>) -> Vec<Branch> {
        let branches = self.within(group, |parser, cursor| {
            let mut branches = Vec::new();
            while !cursor.is_end() {
                if cursor.eat_punct(";").is_some() {
                    continue;
                }
                if cursor.is_word_at(attributes_length(cursor, 0), FOR.word) {
                    repeats.extend(parser.repeated_branches(branches.len(), cursor));
                    continue;
                }
                if state_kind(cursor, attributes_length(cursor, 0)).is_some() && item_starts_here(cursor) {
                    branches.extend(parser.states_as_branches(cursor));
                    continue;
                }
                branches.extend(parser.branch(cursor));
            }
            parser.hole(group.span_close(), Role::Branch);
            branches
        });
        branches.unwrap_or_default()
    }

    fn repeated_branches(&mut self, place: usize, cursor: &mut Cursor) -> Option<Repetition> {
        let attributes = self.attributes(cursor);
        let comment = self.only_comment(attributes);
        self.word(&cursor.peek_ident()?.clone(), Role::Branch);
        self.repetition(comment, (place, 0), cursor, |parser, group, _| {
            let mut inner = Vec::new();
            let branches = parser.branches(group, &mut inner);
            Repeated::Branches(branches, inner)
        })
    }

    /// Parses `[{ states }, { states }]`: the branches as a list, which is reported.
    fn listed_branches(&mut self, group: &Group) -> Vec<Branch> {
        let mut edits = vec![Edit::over(group.span_open(), "{"), Edit::over(group.span_close(), "}")];
        let branches = self.within(group, |parser, cursor| {
            let mut branches = Vec::new();
            while !cursor.is_end() {
                let here = cursor.here();
                if let Some(comma) = cursor.eat_punct(",") {
                    edits.push(Edit::over(comma, ""));
                } else if let Some(inner) = cursor.eat_group(Delimiter::Brace) {
                    edits.push(Edit::before(here, "branch "));
                    branches.push(Branch { comment: None, body: parser.inner_body(&inner, here) });
                } else {
                    parser.expected(cursor, "the states of a branch in braces");
                    cursor.next();
                }
            }
            branches
        });
        let problem = Problem::new(Code::Syntax, group.span_open(), "the branches of a parallel go in braces");
        let problem = problem.help("write `{ branch { … } branch { … } }`");
        self.report(edits.into_iter().fold(problem, Problem::edit));
        branches.unwrap_or_default()
    }

    /// Parses states without a branch around them, which is reported. A branch ends where all of its states have ended.
    fn states_as_branches(&mut self, cursor: &mut Cursor) -> Vec<Branch> {
        let first = cursor.here_first();
        let (mut branches, mut edits) = (Vec::new(), Vec::new());
        while state_kind(cursor, attributes_length(cursor, 0)).is_some() {
            let open = cursor.here_first();
            let mut body = Body::new(open.into());
            while !cursor.is_end() && state_kind(cursor, attributes_length(cursor, 0)).is_some() {
                let errors = self.errors_so_far();
                self.item(cursor, Level::Inner, &mut Vec::new(), &mut body);
                body.broken |= self.errors_so_far() > errors;
                while cursor.eat_punct(";").is_some() {}
                if has_ended(&body) {
                    break;
                }
            }
            edits.push(Edit::before(open, "branch { "));
            edits.push(Edit::after(cursor.before(), " }"));
            branches.push(Branch { comment: None, body });
        }
        let problem =
            Problem::new(Code::UnknownDeclaration, first, "a parallel contains branches, which contain states");
        let problem = problem.help("write `branch { … }` around the states of each branch");
        self.report(edits.into_iter().fold(problem, Problem::edit));
        branches
    }

    fn branch(&mut self, cursor: &mut Cursor) -> Option<Branch> {
        let attributes = self.attributes(cursor);
        if cursor.is_end() {
            self.dangling(&attributes);
            return None;
        }
        let here = cursor.here();
        let comment = self.only_comment(attributes);
        let Some(word) = cursor.peek_ident().cloned() else {
            // Braces alone are most likely a branch without its keyword.
            self.expected(cursor, "`branch`");
            return match cursor.eat_group(Delimiter::Brace) {
                Some(group) => Some(Branch { comment, body: self.inner_body(&group, group_span(&group)) }),
                None => {
                    self.skip_to_branch(cursor);
                    None
                }
            };
        };
        self.word(&word, Role::Branch);
        if word != "branch" {
            let text = word.to_string();
            let problem = Problem::new(Code::UnknownDeclaration, here, format!("expected `branch`, found `{text}`"));
            let problem = problem.suggest(&text, ["branch"]);
            self.report(problem.help("a parallel contains branches, which contain states: `branch { … }`"));
            if cursor.peek_group_at(1, Delimiter::Brace).is_none() || item_starts_here(cursor) {
                self.skip_to_branch(cursor);
                return None;
            }
        }
        cursor.next();
        let Some(group) = cursor.eat_group(Delimiter::Brace) else {
            let problem = self.unexpected(cursor, "the states of the branch in braces");
            let name = cursor.here();
            self.complain(
                cursor,
                match cursor.peek_ident() {
                    Some(_) => problem.help("branches have no names: remove it").edit(Edit::over(name, "")),
                    None => problem,
                },
            );
            if cursor.peek_ident().is_some() && cursor.peek_group_at(1, Delimiter::Brace).is_some() {
                cursor.next();
                let group = cursor.eat_group(Delimiter::Brace)?;
                return Some(Branch { comment, body: self.inner_body(&group, here) });
            }
            self.skip_to_branch(cursor);
            return None;
        };
        Some(Branch { comment, body: self.inner_body(&group, here) })
    }

    /// Skips at least one token, to the next `branch`.
    fn skip_to_branch(&mut self, cursor: &mut Cursor) {
        loop {
            cursor.next();
            let next = cursor.is_word("branch") || cursor.is_punct("#") && cursor.peek_ident_at(2).is_some();
            if cursor.is_end() || next {
                return;
            }
        }
    }
}

/// Returns whether the states of a branch have ended: no transition leads to a state outside.
fn has_ended(body: &Body) -> bool {
    let known = |name: &Ident| body.states.iter().any(|state| plain(&state.name) == plain(name));
    let leads_away = |target: &Target| matches!(target, Target::State(name) if !known(name));
    let ends = body.states.last().is_none_or(|last| {
        matches!(last.kind, StateKind::Succeed | StateKind::Fail) || matches!(last.transition, Some(Target::End(_)))
    });
    ends && !body.states.iter().flat_map(State::targets).any(leads_away)
}

/// Reads a word of ASL or of other languages for `over`. Returns what is written in its place.
fn other_over(cursor: &mut Cursor) -> Option<(TokenSpan, &'static str)> {
    let first = cursor.here();
    let word = ["in", "items", "items_path", "Items", "ItemsPath"].into_iter().find(|word| cursor.is_word(word))?;
    cursor.next();
    cursor.eat_punct(":");
    let text = word.to_lowercase().ends_with("path") && cursor.peek_literal_at(0).is_some();
    Some((first.to(cursor.before()), if text { "over path" } else { "over" }))
}

/// Returns whether braces begin with `over` and the items.
fn begins_with_over(group: &Group) -> bool {
    let inside = Cursor::inside(group);
    inside.is_word("over") && !inside.is_punct_at(1, ":")
}

/// The settings of a reader whose values may be bare words: `headers: first_row`.
const WORD_SETTINGS: [&str; 4] = ["headers", "delimiter", "manifest", "transformation"];
