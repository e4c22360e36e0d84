//! References to data with their members and indices, calls, and variants of enums.

use proc_macro2::{Delimiter, Ident, Span, TokenTree};
use workflow_asl::Code;

use super::ast::{Expr, ExprKind, Quotes, Reference, Root, Segment, Slice, Text, TokenSpan, plain};
use super::cursor::{Cursor, group_span, string_value};
use super::name::rust_name;
use super::other_language;
use super::parser::Parser;
use super::spelling::{is_word, spelled};
use super::word::{ReferenceSegment, Role};

const FUNCTION: &str = "write the value itself; a value known at deployment is a parameter: `params { name: String }`";

const METHOD: &str = "a value is passed to a function: in JSONata `$count(input.items)`, `$uppercase(input.name)`";

impl Parser<'_> {
    /// `$name`, `$name.x`, `$name(…)`
    pub(super) fn variable(&mut self, cursor: &mut Cursor) -> Expr {
        let dollar = cursor.here();
        let double = cursor.is_punct_at(1, "$");
        let after = 1 + usize::from(double);
        let path = cursor.is_punct_at(after, ".") || cursor.peek_group_at(after, Delimiter::Bracket).is_some();
        if path || double || cursor.peek_at(after).is_none() || cursor.is_punct_at(after, ",") {
            cursor.advance(after);
            let span = dollar.to(cursor.before());
            let (segments, steps) = self.segments(cursor);
            self.hole(span.last, Role::Variable(steps));
            let name = if double { "$" } else { "" };
            return self.referred(Root::Variable(name.to_owned()), span, false, segments, cursor);
        }
        let Some(name) = cursor.peek_ident_at(1).cloned() else {
            let help = "a path or an expression as text: `path \"$.x\"`, `\"{% $states.input.x %}\"`";
            let reported = self.wrong(dollar, "expected a variable's or a function's name after `$`", help);
            cursor.next();
            // As in `${input.id}`.
            cursor.eat_group(Delimiter::Brace);
            let called = cursor.peek_group(Delimiter::Parenthesis).is_some();
            let role = if called { Role::Function } else { Role::Variable(Vec::new()) };
            self.hole(cursor.before().last, role);
            self.segments(cursor);
            return self.leaf(ExprKind::Invalid(reported), dollar);
        };
        cursor.advance(2);
        let span = dollar.to(name.span().into());
        let text = plain(&name);
        if let Some(group) = cursor.eat_group(Delimiter::Parenthesis) {
            self.word(&name, Role::Function);
            return self.call(Text { value: format!("${text}"), span }, &group, cursor);
        }
        let (segments, steps) = self.segments(cursor);
        self.word(&name, Role::Variable(steps));
        self.referred(Root::Variable(text), span, false, segments, cursor)
    }

    /// Parses a reference, call or variant that starts with a word.
    pub(super) fn reference(&mut self, cursor: &mut Cursor) -> Expr {
        let Some(word) = cursor.eat_ident() else { return self.no_value(cursor) };
        let span = TokenSpan::from(word.span());
        if cursor.is_punct("::") {
            return self.variant_of(word, cursor);
        }
        if let Some(expr) = self.dotted_call(&word, cursor) {
            return expr;
        }
        if let Some(parameter) = self.parameters.iter_mut().rev().find(|parameter| word == parameter.name.as_str()) {
            parameter.is_read = true;
            let declared = parameter.word;
            let name = plain(&word);
            let root = if parameter.is_item { Root::NamedItem(name) } else { Root::Parameter(name) };
            let (segments, steps) = self.segments(cursor);
            self.word(&word, Role::Parameter(declared, steps));
            return self.referred(root, span, false, segments, cursor);
        }
        let root = root(&plain(&word)).unwrap_or_else(|| Root::StateResult(rust_name(&word)));
        // `Train?`, `Train?[0]` and `Train?.x` mean that the state may not have run, `input?.x` that x may be absent.
        let alone = cursor.is_punct("?") && !cursor.is_punct("?.") && !cursor.is_punct("??");
        let mut optional = alone && matches!(root, Root::StateResult(_));
        cursor.advance(usize::from(optional));
        let (mut segments, steps) = self.segments(cursor);
        if let (Root::StateResult(_), Some(Segment::Member { optional: first, .. })) = (&root, segments.first_mut()) {
            optional |= std::mem::replace(first, false);
        }
        self.word(&word, Role::Root(steps));
        self.referred(root, span, optional, segments, cursor)
    }

    fn referred(
        &mut self,
        root: Root,
        root_span: TokenSpan,
        optional: bool,
        segments: Vec<Segment>,
        cursor: &mut Cursor,
    ) -> Expr {
        let height = self.height + 1;
        // The root was recorded last.
        let word = self.words.len().saturating_sub(1);
        let called = cursor.peek_group(Delimiter::Parenthesis).is_some() && !cursor.is_punct_at(1, "=>");
        if called && matches!(segments.last(), Some(Segment::Member { quoted: Quotes::None, .. })) {
            let reference = Reference { word, optional, ..Reference::to(root, root_span) };
            let root = self.grown(ExprKind::Reference(reference), root_span, height);
            return self.with_steps(root, segments, cursor);
        }
        let whole = if segments.is_empty() { root_span } else { root_span.to(cursor.before()) };
        let unfinished = self.nameless_member.take();
        let reference = Reference { word, optional, segments, unfinished, ..Reference::to(root, root_span) };
        self.grown(ExprKind::Reference(reference), whole, height)
    }

    /// Parses `f(…)` and `States.Format(…)`, but not `input.name.len()`: looks ahead for the parenthesis.
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
        let group = cursor.peek_group_at(ahead, Delimiter::Parenthesis).cloned();
        if ahead > 0 && !plain(&last).starts_with(char::is_uppercase) {
            return None;
        }
        let group = group?;
        cursor.advance(ahead + 1);
        let span = TokenSpan::new(first.span(), last.span());
        Some(self.call(Text { value: name, span }, &group, cursor))
    }

    fn call(&mut self, name: Text, group: &proc_macro2::Group, cursor: &Cursor) -> Expr {
        let whole = name.span.to(cursor.before());
        // An object that is an argument has no members of the request.
        let request = self.request.take();
        let arguments = self.list(group, "argument");
        self.request = request;
        let height = self.height + 1;
        self.grown(ExprKind::Call { name, arguments }, whole, height)
    }

    /// `Mode::Full`, after the first word.
    fn variant_of(&mut self, ty: Ident, cursor: &mut Cursor) -> Expr {
        self.word(&ty, Role::TypeReference);
        cursor.advance(2);
        let role = Role::VariantReference(ty.clone());
        let Some(variant) = self.expect_word(cursor, "a variant after `::`", "for example `Mode::Full`", role) else {
            let reported = self.expected(cursor, "a variant");
            return self.leaf(ExprKind::Invalid(reported), ty.span());
        };
        let span = TokenSpan::new(ty.span(), variant.span());
        let mut path = format!("{ty}::{variant}");
        let is_path = cursor.is_punct("::");
        let mut last = variant.to_string();
        while cursor.eat_punct("::").is_some() {
            let Some(word) = cursor.eat_ident() else { break };
            last = word.to_string();
            path.push_str(&format!("::{last}"));
        }
        let is_called = cursor.eat_group(Delimiter::Parenthesis).is_some();
        if is_called || is_path {
            let whole = span.to(cursor.before());
            let help = match other_language::help_for_method(&last) {
                _ if !is_called => format!("a constant of your Rust code is written `const {path}`"),
                Some(help) => help,
                None => FUNCTION.to_owned(),
            };
            let reported = self.wrong(whole, format!("`{path}` is not a variant of an enum"), help);
            return self.leaf(ExprKind::Invalid(reported), whole);
        }
        self.leaf(ExprKind::Variant { ty: rust_name(&ty), variant: rust_name(&variant) }, span)
    }

    /// Parses `value.a.b`; the segments are already read. A method is reported.
    pub(super) fn with_steps(&mut self, of: Expr, segments: Vec<Segment>, cursor: &mut Cursor) -> Expr {
        let height = self.height + 1;
        let called = cursor.peek_group(Delimiter::Parenthesis).cloned();
        if let (Some(_), Some(Segment::Member { name, quoted: Quotes::None, .. })) = (called, segments.last()) {
            // Its arguments are part of what is written in another way, and so are methods after it.
            while cursor.eat_group(Delimiter::Parenthesis).is_some() {
                self.segments(cursor);
            }
            // As in `Date.now()` and `JSON.parse(…)`.
            let of_module = other_language::help_for_method(&format!("{}{}", spelled(&of), name.value));
            let help = of_module.or_else(|| other_language::help_for_method(&name.value));
            let help = help.unwrap_or_else(|| METHOD.to_owned());
            let reported = self.wrong(name.span, format!("values have no methods, such as `{}`", name.value), help);
            return self.leaf(ExprKind::Invalid(reported), of.span.to(cursor.before()));
        }
        if let Some(reported) = self.nameless_member.take() {
            return self.leaf(ExprKind::Invalid(reported), of.span);
        }
        let span = of.span.to(cursor.before());
        let kind = ExprKind::Access(Box::new(Expr::made(of.kind, of.span)), segments);
        self.grown(kind, span, height)
    }

    /// Parses members and indices. Sets the height to the maximum of the indices'.
    pub(super) fn segments(&mut self, cursor: &mut Cursor) -> (Vec<Segment>, Vec<ReferenceSegment>) {
        let mut segments = Vec::new();
        let mut steps = Vec::new();
        let mut height = 0;
        loop {
            if let (Some(Segment::Each { gaps, .. }), true) = (
                segments.iter_mut().rfind(|segment| matches!(segment, Segment::Each { .. })),
                self.ends_an_item(cursor),
            ) {
                *gaps = true;
                cursor.advance(1);
                continue;
            }
            if let Some(group) = cursor.eat_group(Delimiter::Bracket) {
                if let Some(slice) = self.slice(&group) {
                    // A part of a list has the type of the list, so editors see no step.
                    segments.push(slice);
                } else {
                    let (segment, step) = self.index(&group);
                    segments.push(segment);
                    steps.push(step);
                }
                height = height.max(self.height);
                continue;
            }
            let optional = cursor.is_punct("?.");
            if !optional && cursor.is_punct("..") {
                // Between the dots, a user may be typing a member's name.
                if !self.mode.in_range && cursor.peek_ident_at(2).is_some() {
                    let dot = cursor.here_first();
                    cursor.advance(1);
                    let dots = TokenSpan::from(dot).to(cursor.here());
                    let help = "a list of numbers is in brackets: `[1..=3]`";
                    let reported = self.wrong(dots, "expected a member's name between the dots", help);
                    steps.push(ReferenceSegment::Hole(dot));
                    self.segments(cursor);
                    self.nameless_member = Some(reported);
                }
                break;
            }
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

    /// Returns whether the `?` here ends the steps for each item of a list, as in `xs[*].a?`.
    fn ends_an_item(&self, cursor: &Cursor) -> bool {
        cursor.is_punct("?") && !cursor.is_punct("?.") && !cursor.is_punct("??")
    }

    /// Parses the part after a dot. Returns `false` if nothing more can follow.
    fn member(
        &mut self,
        dot: Span,
        optional: bool,
        cursor: &mut Cursor,
        segments: &mut Vec<Segment>,
        steps: &mut Vec<ReferenceSegment>,
    ) -> bool {
        match cursor.peek().cloned() {
            Some(TokenTree::Ident(name)) => {
                cursor.next();
                let text = Text { value: plain(&name), span: name.span().into() };
                segments.push(Segment::Member { name: text, optional, quoted: Quotes::None });
                steps.push(ReferenceSegment::Member(name));
                true
            }
            Some(TokenTree::Literal(literal)) => {
                cursor.next();
                if let Some(name) = string_value(&literal) {
                    steps.push(ReferenceSegment::Quoted(name.value.clone()));
                    segments.push(Segment::Member { name, optional, quoted: Quotes::Dot });
                    return true;
                }
                let help = "an index is written `[0]`, without a dot";
                self.wrong(literal.span().into(), "expected a member's name after `.`", help);
                steps.push(ReferenceSegment::Index(None));
                true
            }
            Some(TokenTree::Punct(star)) if star.as_char() == '*' => {
                cursor.next();
                let span = TokenSpan::from(dot).to(star.span().into());
                self.rewrite(span, "each item of a list is selected in brackets", "[*]");
                segments.push(Segment::Each { span, gaps: false });
                steps.push(ReferenceSegment::Index(None));
                true
            }
            _ => {
                let reported = self.error(Code::Syntax, dot, "expected a member's name after `.`");
                steps.push(ReferenceSegment::Hole(dot));
                // As in `Reserve. .left`.
                self.segments(cursor);
                self.nameless_member = Some(reported);
                false
            }
        }
    }

    /// Parses `[1..3]`, `[1..=2]`, `[1..]`, `[..3]` and `[..]`. Sets the height to the maximum of the
    /// indices'.
    fn slice(&mut self, group: &proc_macro2::Group) -> Option<Segment> {
        let inside = Cursor::inside(group);
        let at = (0..inside.remaining()).find(|at| inside.is_punct_at(*at, ".."))?;
        let whole = group_span(group);
        let mut height = 0;
        let (from, to) = self
            .within(group, |parser, cursor| {
                let mut bound = |parser: &mut Self, cursor: &mut Cursor| {
                    let bound = parser.range_bound(cursor);
                    height = height.max(parser.height);
                    bound
                };
                let from = if at == 0 { None } else { Some(bound(parser, cursor)) };
                while cursor.position() < at {
                    cursor.next();
                }
                let here = cursor.here();
                cursor.advance(2);
                let includes = cursor.eat_punct("=").map(|_| here.to(cursor.before()));
                let to = if cursor.is_end() { None } else { Some(bound(parser, cursor)) };
                let to = match (to, includes) {
                    (Some(last), Some(sign)) => parser.after(sign, last),
                    (None, Some(sign)) => {
                        parser.rewrite(sign, "`..=` is followed by the index of the last item", "..");
                        None
                    }
                    (to, None) => to,
                };
                (from, to)
            })
            .ok()?;
        self.height = height;
        Some(Segment::Slice(Box::new(Slice { from, to, span: whole })))
    }

    /// Returns the index after the last item of a part, which is after the sign `..=`: 4 after 3, the end of the list after
    /// -1.
    fn after(&mut self, sign: TokenSpan, last: Expr) -> Option<Expr> {
        let number = match &last.kind {
            ExprKind::Number(number) => number.parse::<i64>().ok(),
            _ => None,
        };
        match number.and_then(|number| number.checked_add(1)) {
            Some(0) => None,
            Some(after) => Some(Expr::made(ExprKind::Number(after.to_string()), last.span)),
            // It was reported.
            None if matches!(last.kind, ExprKind::Invalid(_)) => Some(last),
            None => {
                // A negative index counts from the end, and only the value shows whether it is one.
                let text = format!("..{} + 1", spelled(&last));
                let reported = self.rewrite(sign.to(last.span), "the index after `..=` is a number", text);
                Some(Expr::made(ExprKind::Invalid(reported), last.span))
            }
        }
    }

    /// `["a-b"]`, `[*]` or `[expr]`
    fn index(&mut self, group: &proc_macro2::Group) -> (Segment, ReferenceSegment) {
        let inside = Cursor::inside(group);
        if inside.is_punct("*") && inside.peek_at(1).is_none() {
            self.height = 0;
            return (Segment::Each { span: group_span(group), gaps: false }, ReferenceSegment::Index(None));
        }
        if let (Some(text), None) = (inside.peek_text_at(0), inside.peek_at(1)) {
            self.height = 0;
            let step = ReferenceSegment::Quoted(text.value.clone());
            return (Segment::Member { name: text, optional: false, quoted: Quotes::Brackets }, step);
        }
        let index = self.within(group, |parser, cursor| {
            let index = parser.expr(cursor);
            if cursor.is_punct(":") {
                parser.expected_as(cursor, "`]`", "a part of a list is written with `..`: `[0..2]`");
            }
            index
        });
        let index = index.unwrap_or_else(|reported| self.leaf(ExprKind::Invalid(reported), group.span_open()));
        let literal = match &index.kind {
            ExprKind::Number(text) => text.parse().ok(),
            _ => None,
        };
        (Segment::Index(index), ReferenceSegment::Index(literal))
    }
}

/// Parses a reference in a string: `input.id`, `$name.x[0]`, `Train.Payload["a-b"]`.
pub(crate) fn reference_in_text(text: &str, span: TokenSpan) -> Option<Reference> {
    let (variable, text) = match text.strip_prefix('$') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let end = text.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).unwrap_or(text.len());
    let (name, mut rest) = text.split_at_checked(end)?;
    if !is_word(name) {
        return None;
    }
    let mut segments = Vec::new();
    while !rest.is_empty() {
        if let Some(member) = rest.strip_prefix('.') {
            let end = member.find(['.', '[']).unwrap_or(member.len());
            let (name, after) = member.split_at_checked(end)?;
            is_word(name).then_some(())?;
            segments.push(Segment::Member {
                name: Text { value: name.to_owned(), span },
                optional: false,
                quoted: Quotes::None,
            });
            rest = after;
        } else {
            let (index, after) = rest.strip_prefix('[')?.split_once(']')?;
            index.parse::<u32>().ok()?;
            segments.push(Segment::Index(Expr::made(ExprKind::Number(index.to_owned()), span)));
            rest = after;
        }
    }
    let root = match name {
        name if variable => Root::Variable(name.to_owned()),
        name => root(name).unwrap_or_else(|| Root::StateResult(rust_name(&Ident::new(name, span.first)))),
    };
    Some(Reference { segments, ..Reference::to(root, span) })
}

/// Returns the root for the first word of a reference that is not a state's name.
pub fn root(word: &str) -> Option<Root> {
    Some(match word {
        "input" => Root::Input,
        "state" => Root::State,
        "result" => Root::Result,
        "item" => Root::Item,
        "index" => Root::Index,
        "context" => Root::Context,
        "params" => Root::Params,
        "caught" => Root::Caught,
        _ => return None,
    })
}
