//! The resource of a task: `service::action<T>.pattern`, an ARN, an activity or a reference.

use proc_macro2::{Delimiter, Ident, TokenTree};
use workflow_asl::Code;
use workflow_asl::nearest::nearest;

use super::ast::{ExprKind, Resource, START, START_EXPRESS, Text, TokenSpan, Type, TypeKind, plain};
use super::cursor::Cursor;
use super::parser::Parser;
use super::root;
use super::word::Role;
use crate::problem::Problem;

const EXAMPLES: &str =
    "for example `lambda::invoke`, `aws_sdk::s3::listObjectsV2`, `activity(\"arn…\")`, or an ARN in quotes";

/// The suffix of `workflow::<Other>.express`.
const EXPRESS: &str = "express";

/// The suffixes of `workflow::<Other>`.
const SUFFIXES: [&str; 4] = ["sync", "sync:2", "waitForTaskToken", EXPRESS];

impl Parser<'_> {
    /// Parses a resource.
    pub(super) fn resource(&mut self, cursor: &mut Cursor) -> Option<Resource> {
        if let Some(text) = cursor.peek_text_at(0) {
            if cursor.is_punct_at(1, "+") {
                return Some(Resource::Value(self.head_expr(cursor)));
            }
            cursor.next();
            return Some(Resource::Text(text));
        }
        if cursor.is_word("activity")
            && (cursor.is_punct_at(1, "<") || cursor.peek_group_at(1, Delimiter::Parenthesis).is_some())
        {
            cursor.next();
            let result = self.result_type(cursor);
            let Some(group) = cursor.eat_group(Delimiter::Parenthesis) else {
                self.expected(cursor, "the activity's ARN in parentheses");
                return None;
            };
            return self.within(&group, |parser, cursor| Resource::Activity { arn: parser.expr(cursor), result }).ok();
        }
        let dotted = is_dotted(cursor);
        let reference = cursor.is_punct("$")
            || !dotted && (cursor.peek_ident().is_some() && (cursor.is_punct_at(1, ".") || cursor.is_word("const")));
        if let (Some(name), true) = (cursor.peek_ident().cloned(), reference && is_workflow(cursor)) {
            self.expected_as(cursor, "a resource", format!("a workflow is started with `workflow::<{name}>`"));
            cursor.next();
            self.pattern_of(&[], cursor);
            return None;
        }
        if reference {
            let value = self.head_expr(cursor);
            return (!matches!(value.kind, ExprKind::Invalid(_))).then_some(Resource::Value(value));
        }
        let first = self.expect_word(cursor, "a resource", EXAMPLES, Role::Resource(Vec::new()))?;
        self.service(first, dotted, cursor)
    }

    /// Parses the name of a service and what follows. `dotted` means that its words have dots between them.
    fn service(&mut self, first: Ident, dotted: bool, cursor: &mut Cursor) -> Option<Resource> {
        let span = TokenSpan::from(first.span());
        let mut path = vec![first];
        let mut colons = false;
        loop {
            // `lambda:invoke`, as in an ARN, and `lambda.invoke<T>`.
            let other = [":", "."]
                .into_iter()
                .find(|sign| (*sign == ":" || dotted) && cursor.is_punct(sign) && cursor.peek_ident_at(1).is_some());
            let other = other.filter(|_| !cursor.is_punct("::"));
            colons |= other.is_some() && path.len() < 3;
            if cursor.eat_punct(other.unwrap_or("::")).is_none() {
                break;
            }
            if cursor.is_punct("<") {
                break;
            }
            // More words than `aws_sdk::service::action` are invalid, and need no role.
            let before: Vec<Ident> = path.iter().take(3).cloned().collect();
            path.push(self.expect_word(cursor, "a name after `::`", EXAMPLES, Role::Resource(before))?);
        }
        if colons {
            let words: Vec<_> = path.iter().map(plain).collect();
            self.rewrite(span.to(cursor.before()), "expected `::` between service and action", words.join("::"));
        }
        let mut workflow = None;
        if let ([only], true) = (path.as_slice(), cursor.is_punct("<"))
            && *only == "workflow"
        {
            workflow = self.result_type(cursor);
            path = START.map(|word| Ident::new(word, span.first)).to_vec();
        }
        if let [only] = path.as_slice() {
            let name = plain(only);
            let problem = self.unexpected(cursor, &format!("`::` and an action after `{name}`"));
            let problem = Problem { span: only.span().into(), ..problem };
            let is_fragment = self.fragments.contains(&name);
            self.report(problem.help(if is_fragment {
                "a fragment is used by `use Name { … } -> Next;`"
            } else {
                EXAMPLES
            }));
            self.result_type(cursor);
            self.pattern_of(&path, cursor);
            return None;
        }
        let result = if workflow.is_none() { self.result_type(cursor) } else { None };
        let mut pattern = self.pattern_of(&path, cursor);
        let misspelt = |pattern: &&mut Text| workflow.is_some() && nearest(&pattern.value, SUFFIXES) == Some(EXPRESS);
        if let Some(pattern) = pattern.as_mut().filter(misspelt) {
            let message = format!("unknown pattern `.{}`", pattern.value);
            self.report(Problem::new(Code::BadResource, pattern.span, message).did_you_mean(EXPRESS, EXPRESS));
            EXPRESS.clone_into(&mut pattern.value);
        }
        if workflow.is_some() && pattern.as_ref().is_some_and(|pattern| pattern.value == EXPRESS) {
            path = START_EXPRESS.map(|word| Ident::new(word, span.first)).to_vec();
            pattern = None;
        }
        Some(Resource::Service { path, result, workflow, pattern, span: span.to(cursor.before()) })
    }

    /// Parses `<T>`, the type of the result or of the items.
    pub(super) fn result_type(&mut self, cursor: &mut Cursor) -> Option<Type> {
        cursor.eat_punct("<")?;
        let ty = self.ty(cursor);
        if matches!(ty.kind, TypeKind::Invalid(_)) {
            // As in `<{ id: String }>`.
            cursor.eat_group(Delimiter::Brace);
        }
        if cursor.eat_char('>').is_none() {
            self.expected(cursor, "`>`");
        }
        Some(ty)
    }

    /// `.sync`, `.sync:2`, `.waitForTaskToken`; for `workflow::<Other>` also `.express`
    fn pattern_of(&mut self, path: &[Ident], cursor: &mut Cursor) -> Option<Text> {
        cursor.eat_punct(".")?;
        let before: Vec<Ident> = path.iter().take(3).cloned().collect();
        let help = "`.sync`, `.sync:2` or `.waitForTaskToken`";
        let word = self.expect_word(cursor, "a pattern after `.`", help, Role::Resource(before))?;
        let mut value = plain(&word);
        let span = TokenSpan::from(word.span());
        if cursor.is_punct(":")
            && let Some(TokenTree::Literal(version)) = cursor.peek_at(1)
        {
            value.push_str(&format!(":{version}"));
            cursor.advance(2);
        }
        Some(Text { value, span: span.to(cursor.before()) })
    }
}

/// Returns whether the name of a workflow and a suffix follow, `Other.sync:2`.
fn is_workflow(cursor: &Cursor) -> bool {
    cursor.is_punct_at(1, ".") && cursor.peek_ident_at(2).is_some_and(|word| SUFFIXES.contains(&plain(word).as_str()))
}

/// Returns whether words with dots and a type follow, `lambda.invoke<T>`: a resource is no comparison.
fn is_dotted(cursor: &Cursor) -> bool {
    let is_root = cursor.peek_ident().is_none_or(|word| root(&plain(word)).is_some());
    let mut at = 1;
    while cursor.is_punct_at(at, ".") && cursor.peek_ident_at(at + 1).is_some() {
        at += 2;
    }
    let is_called = cursor.is_punct_at(at, "<") && cursor.peek_ident_at(at + 1).is_some()
        || cursor.peek_group_at(at, Delimiter::Parenthesis).is_some();
    !is_root && at > 1 && is_called
}
