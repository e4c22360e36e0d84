//! Maps and parallels: states within states.

use proc_macro2::{Delimiter, Group, Ident};
use workflow_asl::{Code, StateKind};

use super::ast::{
    Body, Branch, Expr, ExprKind, Head, MapItems, Reference, Repeated, Repetition, Root, TokenSpan, plain,
};
use super::body::Level;
use super::clause::{ClauseOwner, Clauses};
use super::cursor::{Cursor, attributes_length, group_span};
use super::keyword::FOR;
use super::parser::Parser;
use super::reader::{Format, SHORT};
use super::recover::{clause_starts_here, holds_states, item_starts_here};
use super::reference::root;
use super::word::Role;
use crate::problem::{Problem, Reported};

impl Parser<'_> {
    /// Parses `[over …] clauses [iterator] { states }`. The caller parses what follows.
    pub(super) fn map(&mut self, name: TokenSpan, cursor: &mut Cursor, clauses: &mut Clauses) -> (Head, bool) {
        let mut over = None;
        let mut iterator = false;
        let mut item = None;
        loop {
            if let (None, Some((name, items))) = (&over, self.item_in(cursor)) {
                self.declare_parameter(&name, true);
                (over, item) = (Some(MapItems::Items(items)), Some(name));
            }
            if let (None, Some(words)) = (&over, before_items(cursor)) {
                // As in `items_path "$.items"`.
                let is_text = cursor.peek_text_at(words).is_some();
                let over_path = if is_text { "over path" } else { "over" };
                let reported = self.expected_text(cursor, words, "`over` and the items of the map", over_path);
                over = Some(match self.over(cursor) {
                    MapItems::Items(items) if is_text => {
                        MapItems::Items(Expr::made(ExprKind::Invalid(reported), items.span))
                    }
                    items => items,
                });
            }
            if let (Some(_), true, Some(name)) = (&over, cursor.is_word("as"), cursor.peek_ident_at(1).cloned()) {
                cursor.advance(2);
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
            } else if let Some(group) = cursor.eat_group(Delimiter::Brace) {
                let body = self.inner_body(&group, name);
                clauses.broken |= body.is_broken();
                return (Head::Map { over, item, body, iterator }, true);
            } else if cursor.is_end()
                || cursor.is_punct(";")
                || cursor.is_punct("->")
                    && cursor.peek_group_at(2, Delimiter::Brace).is_none_or(|group| !holds_states(group))
                || (item_starts_here(cursor) && !clause_starts_here(cursor))
            {
                let help = "for example `map Each over input.items { pass One -> end; } -> Next;`";
                let reported = self.expected_as(cursor, "the states of the map in braces", help);
                self.hole(cursor.here_first(), Role::Setting("map"));
                let body = Body { broken: Some(reported), ..Body::new(name) };
                clauses.broken = true;
                return (Head::Map { over, item, body, iterator }, false);
            } else {
                self.clause_here(ClauseOwner::State(StateKind::Map), cursor, clauses);
            }
        }
    }

    /// Parses `for x in xs`, `over x in xs`, `(x in xs)` and `x in xs`, which are reported: the name of an item and the items.
    fn item_in(&mut self, cursor: &mut Cursor) -> Option<(Ident, Expr)> {
        let group = cursor.peek_group(Delimiter::Parenthesis).cloned();
        if let Some(group) = group.filter(|group| Cursor::inside(group).is_word_at(1, "in")) {
            cursor.next();
            return self.within(&group, Self::item_in).ok()?;
        }
        let before = usize::from(cursor.is_word("for") || cursor.is_word("over"));
        let name = cursor.peek_ident_at(before)?.clone();
        if !cursor.is_word_at(before + 1, "in") {
            return None;
        }
        let help = format!("write `over … as {name}`, with the items in the middle");
        self.wrong(cursor.here(), "a map iterates `over` its items, without `in`", help);
        cursor.advance(before + 2);
        Some((name, self.head_expr(cursor)))
    }

    /// Parses the items after `over`.
    fn over(&mut self, cursor: &mut Cursor) -> MapItems {
        let is_reader = cursor.peek_ident().is_some_and(|word| Format::named(&plain(word)).is_some());
        let is_short = is_reader && cursor.is_punct_at(1, "<");
        if cursor.peek_ident().is_some() && (cursor.is_punct_at(1, "::") || is_short) {
            let mut path = Vec::new();
            if is_short {
                // Not a comparison: a map iterates over no `bool`.
                let reader = format!("s3::{}", cursor.found().trim_matches('`'));
                self.rewrite(cursor.here(), "a reader is written with its service", reader);
                path.push(Ident::new("s3", cursor.here_first()));
            }
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
            let help = "for example `over s3::csv { Bucket: \"b\", Key: \"k\" } { … }`";
            let reported = self.expected_as(cursor, "the location of the file in braces", help);
            Expr::made(ExprKind::Invalid(reported), cursor.before())
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
                let problem = Problem::new(Code::Syntax, key.span, message).suggest(&key.value, known());
                let help = format!("its settings are `{}`", known().collect::<Vec<_>>().join("`, `"));
                member.value.kind = ExprKind::Invalid(self.report(problem.help(help)));
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
        body.unwrap_or_else(|reported| Body { broken: Some(reported), ..Body::new(span) })
    }

    /// `{ branch { … } … }`
    pub(super) fn parallel(&mut self, cursor: &mut Cursor, repeats: &mut Vec<Repetition>) -> (Head, bool) {
        let Some(group) = cursor.eat_group(Delimiter::Brace) else {
            let help = "for example `{ branch { pass A -> end; } branch { pass B -> end; } }`";
            self.expected_as(cursor, "the branches in braces", help);
            // As in `[{ … }, { … }]` and `branch { … } branch { … }`.
            cursor.eat_group(Delimiter::Bracket);
            while cursor.is_word("branch") && cursor.peek_group_at(1, Delimiter::Brace).is_some() {
                cursor.advance(2);
            }
            return (Head::Parallel(Vec::new()), false);
        };
        let branches = self.branches(&group, repeats);
        let complete = !branches.is_empty() || !repeats.is_empty() || group.stream().is_empty();
        (Head::Parallel(branches), complete)
    }

    /// Parses the branches in braces, and the repetitions among them.
    fn branches(&mut self, group: &Group, repeats: &mut Vec<Repetition>) -> Vec<Branch> {
        let branches = self.within(group, |parser, cursor| {
            let (mut branches, mut missing) = (Vec::new(), None);
            while !cursor.is_end() {
                if cursor.eat_punct(";").is_some() {
                    continue;
                }
                if let Some(comma) = cursor.eat_punct(",") {
                    missing.get_or_insert_with(|| parser.needless(comma, "branches are not separated by `,`"));
                    continue;
                }
                if cursor.is_word_at(attributes_length(cursor, 0), FOR.word) {
                    repeats.extend(parser.repeated_branches(branches.len(), cursor));
                    continue;
                }
                branches.extend(parser.branch(cursor, &mut missing));
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

    /// Parses a branch. The first one without its keyword stands for the others.
    fn branch(&mut self, cursor: &mut Cursor, missing: &mut Option<Reported>) -> Option<Branch> {
        let attributes = self.attributes_before(cursor)?;
        let here = cursor.here();
        let comment = self.only_comment(attributes);
        let Some(word) = cursor.peek_ident().cloned() else {
            // Braces alone are most likely a branch without its keyword.
            missing.get_or_insert_with(|| self.expected(cursor, "`branch`"));
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
            let help = "a parallel contains branches, which contain states: `branch { … }`";
            let problem = self.unexpected(cursor, "`branch`").suggest(&word.to_string(), ["branch"]);
            self.report(problem.help(help));
        }
        let is_named = cursor.peek_ident_at(1).is_some() && cursor.peek_group_at(2, Delimiter::Brace).is_some();
        if is_named && word == "branch" {
            cursor.next();
            self.needless(cursor.here(), "branches have no names");
        }
        cursor.next();
        let Some(group) = cursor.eat_group(Delimiter::Brace) else {
            if word == "branch" {
                self.expected(cursor, "the states of the branch in braces");
            }
            self.skip_to_branch(cursor);
            return None;
        };
        Some(Branch { comment, body: self.inner_body(&group, here) })
    }

    /// Skips at least one token, to the next `branch`.
    fn skip_to_branch(&mut self, cursor: &mut Cursor) {
        cursor.next();
        cursor.skip_until(|cursor| cursor.is_word_at(attributes_length(cursor, 0), "branch"));
    }
}

/// Returns the number of tokens of another word for `over` here; 0 before items, such as `input.items`.
fn before_items(cursor: &Cursor) -> Option<usize> {
    let word = cursor.peek_ident().map(plain).unwrap_or_default();
    if OVER.contains(&word.as_str()) {
        return Some(1 + usize::from(cursor.is_punct_at(1, ":")));
    }
    let is_reference = root(&word).is_some() && cursor.is_punct_at(1, ".");
    (is_reference || cursor.peek_group(Delimiter::Parenthesis).is_some()).then_some(0)
}

/// Other words for `over`.
const OVER: [&str; 5] = ["in", "items", "items_path", "Items", "ItemsPath"];

/// The settings of a reader whose values may be bare words: `headers: first_row`.
const WORD_SETTINGS: [&str; 4] = ["headers", "delimiter", "manifest", "transformation"];
