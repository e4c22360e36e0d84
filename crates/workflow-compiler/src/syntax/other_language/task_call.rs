//! The resource of a task in the syntax of ASL and other languages: `task A: lambda::invoke`, `lambda("f")`,
//! `lambda::invoke({ … })`.

use proc_macro2::{Delimiter, Group, Ident, TokenTree};
use workflow_asl::Code;

use super::asl::as_clause;
use crate::problem::{Edit, Problem};
use crate::syntax::ast::{Expr, ExprKind, Member, Resource, Text, TokenSpan, plain};
use crate::syntax::cursor::{Cursor, group_span};
use crate::syntax::literal::string_value;
use crate::syntax::parser::Parser;
use crate::syntax::recover::braces_of_values;
use crate::syntax::spelling::spelled;

/// Services with a single action in Step Functions.
const ONLY_ACTIONS: [(&str, &str); 2] = [("lambda", "invoke"), ("http", "invoke")];

/// Returns the only action of a service.
pub(in crate::syntax) fn only_action(service: &str) -> Option<&'static str> {
    ONLY_ACTIONS.iter().find(|(name, _)| *name == service).map(|(_, action)| *action)
}

/// Returns whether the name of an action is certainly `at` tokens ahead: `lambda::invoke`.
fn action_at(cursor: &Cursor, at: usize) -> bool {
    cursor.peek_ident_at(at).is_some() && cursor.is_punct_at(at + 1, "::")
}

impl Parser<'_> {
    /// Parses the `=` before a task's resource, or its equivalent in other languages with the problem. Returns `None`
    /// if neither is found, which is reported.
    pub(in crate::syntax) fn task_sign(&mut self, name: &Ident, cursor: &mut Cursor) -> Option<Option<Problem>> {
        if !cursor.is_punct("=>") && cursor.eat_punct("=").is_some() {
            return Some(None);
        }
        let message = format!("expected `=` between `{name}` and its resource");
        let sign = ["->", "=>", ":"].into_iter().find(|sign| cursor.is_punct(sign) && !cursor.is_punct("::"));
        if let Some(sign) = sign {
            let after = sign.len();
            let called = action_at(cursor, after)
                || cursor.peek_ident_at(after).is_some()
                    && cursor.peek_group_at(after + 1, Delimiter::Parenthesis).is_some()
                || cursor.peek_literal_at(after).and_then(string_value).is_some()
                || sign == ":" && cursor.peek_ident_at(after).is_some();
            if called && let Some(span) = cursor.eat_punct(sign) {
                let text = if sign == ":" { " =" } else { "=" };
                let problem = Problem::new(Code::Syntax, span, message);
                return Some(Some(problem.help("write `=`").edit(Edit::over(span, text))));
            }
        }
        let text = cursor.peek_literal_at(0).and_then(string_value).is_some();
        let function = cursor.peek_ident().is_some_and(|word| only_action(&plain(word)).is_some())
            && cursor.peek_group_at(1, Delimiter::Parenthesis).is_some();
        if action_at(cursor, 0) || text || function {
            let here = cursor.here();
            let problem = Problem::new(Code::Syntax, here, message);
            return Some(Some(problem.help("write `=` before this").edit(Edit::before(here, "= "))));
        }
        let problem = self.unexpected(cursor, &format!("`=` and the resource of `{name}`"));
        self.complain(
            cursor,
            problem.help("for example `task Convert = lambda::invoke { FunctionName: \"f\" } -> Next;`"),
        );
        None
    }

    /// Parses a task in ASL syntax: `{ Resource: "…", Arguments: { … } }`. Returns its head, or `None` for other
    /// braces.
    pub(in crate::syntax) fn asl_task(&mut self, cursor: &mut Cursor) -> Option<(Resource, Option<Expr>)> {
        let group = cursor.peek_group(Delimiter::Brace)?;
        let inside = Cursor::inside(group);
        let resource = |at: usize| match inside.peek_at(at) {
            Some(TokenTree::Ident(word)) => *word == "Resource",
            Some(TokenTree::Literal(literal)) => string_value(literal).is_some_and(|text| text.value == "Resource"),
            _ => false,
        };
        (0..inside.remaining()).find(|at| resource(*at) && inside.is_punct_at(at + 1, ":"))?;
        let span = group_span(group);
        let opened = braces_of_values(cursor)?;
        cursor.next();
        let object = self.object(opened);
        let ExprKind::Object(members) = object.kind else { return None };
        let (mut resource, mut body, mut rest) = (None, None, Vec::new());
        for Member { key, value, .. } in members {
            match (key.value.as_str(), value.kind) {
                ("Resource", ExprKind::Text(arn)) => resource = Some(Text { value: arn, span: value.span }),
                ("Arguments" | "Parameters", kind) => body = Some(Expr { kind, ..value }),
                ("Type", _) => {}
                (name, kind) => rest.extend(as_clause(name, &Expr::made(kind, value.span))),
            }
        }
        let resource = resource?;
        // The transition comes last.
        rest.sort_by_key(|written| written.starts_with("->"));
        let mut written = format!("= {:?}", resource.value);
        for part in body.as_ref().map(spelled).iter().chain(&rest) {
            written.push(' ');
            written.push_str(part);
        }
        let ends =
            rest.last().is_some_and(|last| last.starts_with("->")) && !cursor.is_punct(";") && !cursor.is_punct("->");
        let problem = Problem::new(Code::Syntax, span, "found a state in JSON");
        let edit = Edit::over(span, format!("{written}{}", if ends { ";" } else { "" }));
        self.report(problem.help(format!("write `{written}`")).edit(edit));
        Some((Resource::Text(resource), body))
    }

    /// Parses `lambda("f", { … })`: a call of a function as an action with a request.
    pub(in crate::syntax) fn called_function(
        &mut self,
        sign: Option<&Problem>,
        cursor: &mut Cursor,
    ) -> Option<(Resource, Option<Expr>)> {
        let service = cursor.peek_ident()?.clone();
        let action = only_action(&plain(&service))?;
        let first = cursor.here();
        let arguments = match cursor.peek_at(1)?.clone() {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                cursor.advance(2);
                self.list(&group, "argument")
            }
            TokenTree::Literal(literal) => {
                let text = string_value(&literal)?;
                cursor.advance(2);
                vec![Expr::made(ExprKind::Text(text.value), text.span)]
            }
            _ => return None,
        };
        let mut arguments = arguments.into_iter();
        let name = arguments.next();
        let mut payload = arguments.next();
        if payload.is_none()
            && let Some(opened) = braces_of_values(cursor)
        {
            cursor.next();
            payload = Some(self.object(opened));
        }
        let span = first.to(cursor.before());
        let path = vec![service.clone(), Ident::new(action, service.span())];
        let written = format!("{service}::{action}");
        let body = request(name, payload, span);
        let problem =
            Problem::new(Code::Syntax, first, "a task calls an action of a service, with a request in braces");
        let written = format!("{written} {}", spelled(&body));
        // The problem with the sign before it is fixed with it.
        let own = if sign.is_some() { format!("= {written}") } else { written.clone() };
        let problem = problem.help(format!("write `{own}`")).edit(Edit::over(span, written));
        self.report(sign.into_iter().flat_map(|sign| sign.fix.clone()).fold(problem, Problem::edit));
        let resource = Resource::Service { path, result: None, workflow: None, pattern: None, span: first };
        Some((resource, Some(body)))
    }

    /// Parses `({ … })` after an action: the request in parentheses, which is reported.
    pub(in crate::syntax) fn request_in_parentheses(
        &mut self,
        resource: &Resource,
        cursor: &mut Cursor,
    ) -> Option<Expr> {
        let group = cursor.peek_group(Delimiter::Parenthesis)?.clone();
        cursor.next();
        if group.stream().is_empty() && cursor.peek_group(Delimiter::Brace).is_some() {
            let span = group_span(&group);
            let problem = Problem::new(Code::Syntax, span, "the request goes in braces, without parentheses");
            self.report(problem.help("remove them").edit(Edit::over(span, "")));
            return None;
        }
        let body = self.in_parentheses(resource, &group);
        let span = group_span(&group);
        let problem = Problem::new(Code::Syntax, group.span_open(), "the request goes in braces, without parentheses");
        let written = spelled(&body);
        self.report(problem.help(format!("write `{written}`")).edit(Edit::over(span, format!(" {written}"))));
        Some(body)
    }

    fn in_parentheses(&mut self, resource: &Resource, group: &Group) -> Expr {
        let span = group_span(group);
        let mut arguments = self.list(group, "argument").into_iter();
        match arguments.next() {
            Some(body @ Expr { kind: ExprKind::Object(_), .. }) => body,
            None => Expr::made(ExprKind::Object(Vec::new()), span),
            first => {
                let function = matches!(resource, Resource::Service { path, .. } if path.first().is_some_and(|word| *word == "lambda"));
                let rest = arguments.next();
                if function { request(first, rest, span) } else { Expr::made(ExprKind::Invalid, span) }
            }
        }
    }

    /// Parses `lambda.invoke({ … })`: with `.` instead of `::`, which is reported together with the parentheses.
    pub(in crate::syntax) fn method_of_service(&mut self, cursor: &mut Cursor) -> Option<(Resource, Option<Expr>)> {
        let group = cursor.peek_group_at(3, Delimiter::Parenthesis)?.clone();
        let action = cursor.peek_ident_at(2).filter(|_| cursor.is_punct_at(1, "."))?.clone();
        let service = cursor.peek_ident()?.clone();
        if crate::syntax::reference::root(&plain(&service)).is_some() {
            return None;
        }
        let first = cursor.here();
        cursor.advance(4);
        let span = first.to(cursor.before());
        let path = vec![service.clone(), action.clone()];
        let resource = Resource::Service { path, result: None, workflow: None, pattern: None, span: first };
        let body = self.in_parentheses(&resource, &group);
        let problem =
            Problem::new(Code::Syntax, first, "expected `::` between service and action, and the request in braces");
        let written = format!("{service}::{action} {}", spelled(&body));
        self.report(problem.help(format!("write `{written}`")).edit(Edit::over(span, written)));
        Some((resource, Some(body)))
    }
}

/// Returns the request that calls a function by its name. An object that is a request is unchanged.
fn request(name: Option<Expr>, payload: Option<Expr>, span: TokenSpan) -> Expr {
    let whole = |value: &Expr| match &value.kind {
        ExprKind::Object(members) => members.iter().any(|member| member.key.value == "FunctionName"),
        _ => false,
    };
    match (name, payload) {
        (Some(request), None) if whole(&request) => request,
        (_, Some(request)) if whole(&request) => request,
        (name, payload) => {
            let member = |key: &str, value: Expr| Member {
                key: Text { value: key.to_owned(), span },
                optional: false,
                value,
                comma: None,
            };
            let name = name.map(|name| member("FunctionName", name));
            let payload = payload.map(|payload| member("Payload", payload));
            Expr::made(ExprKind::Object(name.into_iter().chain(payload).collect()), span)
        }
    }
}
