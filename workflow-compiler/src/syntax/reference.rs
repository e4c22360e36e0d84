//! References to data with their members and indices, calls, and variants of enums.

use proc_macro2::{Delimiter, Ident, Span, TokenTree};
use workflow_asl::Code;

use super::ast::{Expr, ExprKind, Reference, Root, Segment, Spot, Text, plain};
use super::cursor::Cursor;
use super::literal::string_value;
use super::name::rust_name;
use super::parser::Parser;
use super::word::{Role, Step};
use crate::problem::Problem;

impl Parser<'_> {
    /// `$name`, `$name.x`, `$name(…)`
    pub(super) fn variable(&mut self, cursor: &mut Cursor) -> Expr {
        let dollar = cursor.here();
        let Some(name) = cursor.peek_ident_at(1).cloned() else {
            let problem = Problem::new(Code::Syntax, dollar, "expected a variable's or a function's name after `$`");
            self.report(problem.help("a path or an expression as text: `path \"$.x\"`, `\"{% $states.input.x %}\"`"));
            cursor.next();
            if cursor.is_punct("$") {
                cursor.next();
            }
            self.hole(cursor.before().last, Role::Variable(Vec::new()));
            self.segments(cursor);
            return self.leaf(ExprKind::Invalid, dollar);
        };
        cursor.advance(2);
        let spot = dollar.to(name.span().into());
        let text = plain(&name);
        if let Some(group) = cursor.eat_group(Delimiter::Parenthesis) {
            return self.call(Text { value: format!("${text}"), spot }, &group, cursor);
        }
        let (segments, steps) = self.segments(cursor);
        self.word(&name, Role::Variable(steps));
        self.referred(Root::Variable(text), spot, false, segments, cursor)
    }

    /// A reference, call or variant that starts with a word.
    pub(super) fn reference(&mut self, cursor: &mut Cursor) -> Expr {
        let Some(word) = cursor.eat_ident() else { return self.no_value(cursor) };
        let spot = Spot::from(word.span());
        if cursor.is_punct("::") {
            return self.variant_of(word, cursor);
        }
        if let Some(expr) = self.dotted_call(&word, cursor) {
            return expr;
        }
        let root = match plain(&word).as_str() {
            "input" => Root::Input,
            "state" => Root::State,
            "result" => Root::Result,
            "item" => Root::Item,
            "index" => Root::Index,
            "context" => Root::Context,
            "params" => Root::Params,
            "caught" => Root::Caught,
            _ => Root::StateResult(rust_name(&word)),
        };
        // `Train?`, `Train?[0]` and `Train?.x` say that the state may not have run, `input?.x` that x may be absent.
        let alone = cursor.is_punct("?") && !cursor.is_punct("?.") && !cursor.is_punct("??");
        let mut optional = alone && matches!(root, Root::StateResult(_));
        cursor.advance(usize::from(optional));
        let (mut segments, steps) = self.segments(cursor);
        if let (Root::StateResult(_), Some(Segment::Member { optional: first, .. })) = (&root, segments.first_mut()) {
            optional |= std::mem::replace(first, false);
        }
        self.word(&word, Role::Root(steps));
        self.referred(root, spot, optional, segments, cursor)
    }

    fn referred(
        &mut self,
        root: Root,
        root_spot: Spot,
        optional: bool,
        segments: Vec<Segment>,
        cursor: &mut Cursor,
    ) -> Expr {
        if self.calls_method(&segments, cursor) {
            return self.leaf(ExprKind::Invalid, root_spot.to(cursor.before()));
        }
        let height = self.height + 1;
        let whole = if segments.is_empty() { root_spot } else { root_spot.to(cursor.before()) };
        self.grown(ExprKind::Reference(Reference { root, root_spot, optional, segments }), whole, height)
    }

    /// Reports parentheses after a member.
    pub(super) fn calls_method(&mut self, segments: &[Segment], cursor: &mut Cursor) -> bool {
        let Some(Segment::Member { name, .. }) = segments.last() else { return false };
        let called = cursor.eat_group(Delimiter::Parenthesis).is_some();
        if called {
            self.report(no_method(name));
        }
        called
    }

    /// `f(…)`, `States.Format(…)`, but not `input.name.len()`: looks ahead for the parenthesis after words and dots.
    fn dotted_call(&mut self, first: &Ident, cursor: &mut Cursor) -> Option<Expr> {
        let mut ahead = 0;
        let mut name = plain(first);
        let mut last = first.clone();
        while cursor.is_punct_at(ahead, ".") {
            let Some(word) = cursor.peek_ident_at(ahead + 1) else { break };
            name.push('.');
            name.push_str(&plain(word));
            last = word.clone();
            ahead += 2;
        }
        if ahead > 0 && !plain(&last).starts_with(char::is_uppercase) {
            return None;
        }
        let group = cursor.peek_group_at(ahead, Delimiter::Parenthesis)?.clone();
        cursor.advance(ahead + 1);
        self.word(first, Role::Function);
        let spot = Spot { first: first.span(), last: last.span() };
        Some(self.call(Text { value: name, spot }, &group, cursor))
    }

    fn call(&mut self, name: Text, group: &proc_macro2::Group, cursor: &Cursor) -> Expr {
        let arguments = self.list(group, "argument");
        let whole = name.spot.to(cursor.before());
        let height = self.height + 1;
        self.grown(ExprKind::Call { name, arguments }, whole, height)
    }

    /// `Mode::Full`, after the first word.
    fn variant_of(&mut self, ty: Ident, cursor: &mut Cursor) -> Expr {
        self.word(&ty, Role::TypeReference);
        cursor.advance(2);
        let Some(variant) = cursor.eat_ident() else {
            self.expected(cursor, &format!("a variant of `{ty}` after `::`"));
            self.hole(cursor.here_first(), Role::VariantReference(ty.clone()));
            return self.leaf(ExprKind::Invalid, ty.span());
        };
        self.word(&variant, Role::VariantReference(ty.clone()));
        let spot = Spot { first: ty.span(), last: variant.span() };
        if cursor.is_punct("::") {
            let mut path = format!("{ty}::{variant}");
            while cursor.eat_punct("::").is_some() {
                match cursor.eat_ident() {
                    Some(word) => path.push_str(&format!("::{word}")),
                    None => break,
                }
            }
            let problem = Problem::new(Code::Syntax, spot.to(cursor.before()), "a variant is `Type::Variant`");
            self.report(problem.help(format!("a constant of your Rust code is written `const {path}`")));
            return self.leaf(ExprKind::Invalid, spot);
        }
        self.leaf(ExprKind::Variant { ty: rust_name(&ty), variant: rust_name(&variant) }, spot)
    }

    /// Members and indices; sets the height to the highest index's.
    pub(super) fn segments(&mut self, cursor: &mut Cursor) -> (Vec<Segment>, Vec<Step>) {
        let mut segments = Vec::new();
        let mut steps = Vec::new();
        let mut height = 0;
        loop {
            if let Some(group) = cursor.eat_group(Delimiter::Bracket) {
                let (segment, step) = self.index(&group);
                height = height.max(self.height);
                segments.push(segment);
                steps.push(step);
                continue;
            }
            if cursor.is_punct("?") && cursor.peek_group_at(1, Delimiter::Bracket).is_some() {
                let problem = Problem::new(Code::Syntax, cursor.here_first(), "an index has no `?` before it");
                self.report(problem.help("leave it out: what an absent value holds is absent too"));
                cursor.advance(1);
                continue;
            }
            let optional = cursor.is_punct("?.");
            if !optional && !cursor.is_punct(".") {
                break;
            }
            cursor.advance(1 + usize::from(optional));
            let dot = cursor.before().last;
            if !self.member(dot, optional, cursor, &mut segments, &mut steps) {
                break;
            }
        }
        self.height = height;
        (segments, steps)
    }

    /// What follows a dot; `false` when nothing more can follow.
    fn member(
        &mut self,
        dot: Span,
        optional: bool,
        cursor: &mut Cursor,
        segments: &mut Vec<Segment>,
        steps: &mut Vec<Step>,
    ) -> bool {
        match cursor.peek().cloned() {
            Some(TokenTree::Ident(name)) => {
                cursor.next();
                let text = Text { value: plain(&name), spot: name.span().into() };
                segments.push(Segment::Member { name: text, optional, quoted: false });
                steps.push(Step::Member(name));
                true
            }
            Some(TokenTree::Literal(literal)) => {
                cursor.next();
                let problem = Problem::new(Code::Syntax, literal.span(), "expected a member's name after `.`");
                self.report(match string_value(&literal) {
                    Some(text) => problem.help(format!("write `[{:?}]` without the dot", text.value)),
                    None => problem.help("an index is written `[0]`, without a dot"),
                });
                steps.push(Step::Index);
                true
            }
            _ => {
                let problem = Problem::new(Code::Syntax, dot, "expected a member's name after `.`");
                self.report(problem);
                steps.push(Step::Hole(dot));
                false
            }
        }
    }

    /// `["a-b"]` or `[expr]`
    fn index(&mut self, group: &proc_macro2::Group) -> (Segment, Step) {
        let inside = Cursor::inside(group);
        if let (Some(text), None) = (inside.peek_literal_at(0).and_then(string_value), inside.peek_at(1)) {
            self.height = 0;
            let step = Step::Quoted(text.value.clone());
            return (Segment::Member { name: text, optional: false, quoted: true }, step);
        }
        let index = self.within(group, |parser, cursor| parser.expr(cursor));
        let index = index.unwrap_or_else(|| self.leaf(ExprKind::Invalid, group.span_open()));
        (Segment::Index(index), Step::Index)
    }
}

/// Values have no methods; what Rust's own are written as here.
fn no_method(name: &Text) -> Problem {
    let help = match name.value.as_str() {
        "is_some" => "write `is_present(x)`",
        "is_none" => "write `!is_present(x)`",
        "unwrap_or" | "unwrap_or_default" | "unwrap_or_else" => "write `x ?? default`",
        "to_string" => "write `$string(x)`",
        "len" => "write `$count(x)` of an array, `$length(x)` of text",
        "is_empty" => "write `$count(x) == 0` of an array, `x == \"\"` of text",
        "contains" => "write `$contains(x, \"…\")`",
        "starts_with" => "write `matches(x, \"…*\")`",
        "ends_with" => "write `matches(x, \"*…\")`",
        "to_lowercase" => "write `$lowercase(x)`",
        "to_uppercase" => "write `$uppercase(x)`",
        _ => "functions of the query language take the value, such as `$length(x)`",
    };
    Problem::new(Code::Syntax, name.spot, format!("values have no methods, such as `{}`", name.value)).help(help)
}
