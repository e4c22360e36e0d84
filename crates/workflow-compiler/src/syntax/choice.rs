//! Choices: arms with conditions, or patterns of one value.

use proc_macro2::{Delimiter, Group, Ident, TokenTree};
use workflow_asl::Code;
use workflow_asl::document::Operator;

use super::ast::{
    Arm, Choice, Comment, Expr, ExprKind, Head, Repeated, Repetition, Target, Text, TokenSpan, When, plain,
};
use super::attributes::Attributes;
use super::clause::ClauseOwner;
use super::cursor::{Cursor, OpenGroup, group_span};
use super::keyword::FOR;
use super::name::rust_name;
use super::other_language::asl::{Field, field, written_target};
use super::parser::Parser;
use super::recover::{attributes_length, braces_of_values, holds_states, skip_in_state};
use super::reference::root;
use super::spelling::spelled;
use super::word::Role;
use crate::problem::{Edit, Problem};

impl Parser<'_> {
    /// `[nonexhaustive] [match value] { arms }`
    pub(super) fn choice(&mut self, cursor: &mut Cursor, repeats: &mut Vec<Repetition>) -> (Head, bool) {
        let mut choice = Choice { subject: None, nonexhaustive: None, arms: Vec::new() };
        let mut without_match = None;
        loop {
            if let Some(word) = cursor.eat_word("nonexhaustive") {
                self.word(&word, Role::Setting("choice"));
                if choice.nonexhaustive.is_some() {
                    self.error(Code::RepeatedClause, word.span(), "`nonexhaustive` is given twice");
                }
                choice.nonexhaustive = Some(word);
            } else if choice.subject.is_none() && cursor.is_word("match") {
                if let Some(word) = cursor.eat_ident() {
                    self.word(&word, Role::Setting("choice"));
                }
                choice.subject = Some(self.head_expr(cursor));
            } else if choice.subject.is_none()
                && let Some((subject, problem)) = self.loose_subject(cursor)
            {
                without_match = Some(problem);
                choice.subject = Some(subject);
            } else {
                break;
            }
        }
        let (head, complete, slip) = self.choice_of(choice, cursor, repeats);
        // Problems of the arms are fixed with the head.
        let problem = match (without_match, slip) {
            (Some(head), Some(arms)) => Some(arms.fix.into_iter().fold(head, Problem::edit)),
            (head, arms) => head.or(arms),
        };
        if let Some(problem) = problem {
            self.report(problem);
        }
        (head, complete)
    }

    /// Parses `switch x`, `on x`, `x`: the subject of a choice without `match` before it.
    fn loose_subject(&mut self, cursor: &mut Cursor) -> Option<(Expr, Problem)> {
        let first = cursor.here();
        let foreign = ["switch", "case", "on", "by", "of", "when", "over"].iter().any(|word| cursor.is_word(word))
            && cursor.peek_group_at(1, Delimiter::Brace).is_none();
        let value = match cursor.peek()? {
            TokenTree::Ident(word) if root(&plain(word)).is_some() => true,
            TokenTree::Ident(_) => cursor.is_punct_at(1, "."),
            TokenTree::Group(group) => group.delimiter() == Delimiter::Parenthesis,
            TokenTree::Punct(punct) => punct.as_char() == '$',
            TokenTree::Literal(_) => false,
        };
        if !foreign && !value {
            return None;
        }
        let problem = Problem::new(Code::Syntax, first, "the value that a choice tests comes after `match`");
        let edit = if foreign { Edit::over(first, "match") } else { Edit::before(first, "match ") };
        cursor.advance(usize::from(foreign));
        let subject = self.head_expr(cursor);
        let problem = problem.help(format!("write `match {}`", spelled(&subject))).edit(edit);
        Some((subject, problem))
    }

    /// Parses the rest of a choice, including arms in the syntax of other languages.
    pub(super) fn choice_of(
        &mut self,
        mut choice: Choice,
        cursor: &mut Cursor,
        repeats: &mut Vec<Repetition>,
    ) -> (Head, bool, Option<Problem>) {
        let repeated = |opened: &OpenGroup| opened.inside.is_word_at(attributes_length(&opened.inside, 0), FOR.word);
        let group = cursor.peek_group(Delimiter::Brace);
        let opened = group.map(OpenGroup::of).filter(repeated).or_else(|| braces_of_values(cursor));
        let Some(opened) = opened else {
            let problem = self.unexpected(cursor, "the arms of the choice in braces");
            self.complain(cursor, problem.help("for example `{ if input.n > 3 -> Large; else -> Small; }`"));
            self.hole(cursor.here_first(), Role::Setting("choice"));
            skip_in_state(cursor, false);
            return (Head::Choice(choice), false, None);
        };
        cursor.next();
        let patterns = choice.subject.is_some();
        let (arms, complete, slip) = self.arms(opened, patterns, repeats);
        choice.arms = arms;
        (Head::Choice(choice), complete, slip)
    }

    /// Parses the arms. Also returns whether all arms and targets were understood.
    fn arms(
        &mut self,
        opened: OpenGroup,
        patterns: bool,
        repeats: &mut Vec<Repetition>,
    ) -> (Vec<Arm>, bool, Option<Problem>) {
        self.within_opened(opened, |parser, cursor| {
            let mut arms: Vec<Arm> = Vec::new();
            let mut complete = true;
            let mut slips = ForeignArms::default();
            while !cursor.is_end() {
                if cursor.eat_punct(";").is_some() || cursor.eat_punct(",").is_some() {
                    continue;
                }
                let start = cursor.position();
                let attributes = parser.attributes(cursor);
                if cursor.is_end() {
                    parser.dangling(&attributes);
                    break;
                }
                if cursor.is_word(FOR.word) {
                    let comment = parser.only_comment(attributes);
                    let repetition = parser.repeated_arms(comment, arms.len(), patterns, cursor);
                    complete &= repetition.is_some();
                    repeats.extend(repetition);
                    continue;
                }
                let before = slips.edits.len();
                let arm = match patterns {
                    true => parser.match_arm(attributes, cursor, &mut slips),
                    false => parser.if_arm(attributes, cursor, &mut slips),
                };
                complete &= arm.as_ref().is_some_and(|arm| !matches!(arm.target, Target::Missing(_)));
                parser.arm_end(cursor, start, &mut slips);
                if let (Some(arm), true) = (&arm, slips.edits.len() > before) {
                    slips.written.get_or_insert_with(|| spelled_arm(arm, patterns));
                }
                arms.extend(arm);
            }
            parser.hole(cursor.here_first(), Role::Arm);
            (arms, complete, slips.problem())
        })
        .unwrap_or_default()
    }

    fn repeated_arms(
        &mut self,
        comment: Comment,
        place: usize,
        patterns: bool,
        cursor: &mut Cursor,
    ) -> Option<Repetition> {
        self.word(&cursor.peek_ident()?.clone(), Role::Arm);
        let mut all = true;
        let repetition = self.repetition(comment, (place, 0), cursor, |parser, group, _| {
            let mut inner = Vec::new();
            let (arms, complete, slip) = parser.arms(OpenGroup::of(group), patterns, &mut inner);
            all = complete;
            if let Some(problem) = slip {
                parser.report(problem);
            }
            Repeated::Arms(arms, inner)
        });
        repetition.filter(|_| all)
    }

    /// `if condition -> X`, `else -> X`
    fn if_arm(&mut self, attributes: Attributes, cursor: &mut Cursor, slips: &mut ForeignArms) -> Option<Arm> {
        let first = cursor.here();
        if let Some(opened) = braces_of_values(cursor) {
            cursor.next();
            return self.asl_rule(opened, slips);
        }
        let Some(word) = cursor.peek_ident().cloned() else {
            self.expected(cursor, "`if` or `else`");
            return None;
        };
        let comment = self.only_comment(attributes);
        self.word(&word, Role::Arm);
        let text = word.to_string();
        let when = match text.as_str() {
            "if" => {
                cursor.next();
                match self.let_pattern(cursor) {
                    Some((span, condition)) => {
                        let message = "a choice has no patterns: use `is_present` to test whether a value is present";
                        slips.note(span, message, Edit::over(span, spelled(&condition)));
                        When::If(condition)
                    }
                    None => When::If(self.head_expr(cursor)),
                }
            }
            "else" => {
                cursor.next();
                if let Some(word) = cursor.eat_word("if") {
                    let span = first.to(word.span().into());
                    slips.note(span, "arms are tried in order: remove `else`", Edit::over(span, "if"));
                    When::If(self.head_expr(cursor))
                } else {
                    When::Else(first)
                }
            }
            "elif" | "elsif" | "elseif" | "when" | "case" => {
                cursor.next();
                let message = format!("an arm begins with `if`, not with `{text}`");
                slips.note(first, message, Edit::over(first, "if"));
                When::If(self.head_expr(cursor))
            }
            "_" => self.other_cases(first, &text, "else", cursor, slips),
            text if field(text) == Some(Field::Default) => self.other_cases(first, text, "else", cursor, slips),
            _ if cursor.is_punct_at(1, ".") || cursor.peek_group_at(1, Delimiter::Parenthesis).is_some() => {
                slips.note(first, "an arm begins with `if`", Edit::before(first, "if "));
                When::If(self.head_expr(cursor))
            }
            _ => {
                let problem = self.unexpected(cursor, "`if` or `else`");
                self.complain(
                    cursor,
                    problem.suggest(&text, ["if", "else"]).help("an arm is `if condition -> State;`"),
                );
                cursor.next();
                // Parsed as the most likely arm, so that its state is not reported as unreachable.
                if cursor.is_punct("->") { When::Else(first) } else { When::If(self.head_expr(cursor)) }
            }
        };
        let target = self.arm_arrow(cursor, slips);
        Some(self.arm_rest(comment, when, target, first, cursor))
    }

    /// Parses `let Some(x) = value` after `if`. Returns the words and the equivalent condition.
    pub(super) fn let_pattern(&mut self, cursor: &mut Cursor) -> Option<(TokenSpan, Expr)> {
        if !cursor.is_word("let") {
            return None;
        }
        let sign =
            (1..cursor.remaining().min(8)).find(|at| cursor.is_punct_at(*at, "=") && !cursor.is_punct_at(*at, "=="))?;
        let first = cursor.here();
        let name = (1..sign).rev().find_map(|at| match cursor.peek_at(at) {
            Some(TokenTree::Group(group)) => Cursor::inside(group).peek_ident().cloned(),
            Some(TokenTree::Ident(word)) => Some(word.clone()),
            _ => None,
        });
        cursor.advance(sign + 1);
        let value = self.head_expr(cursor);
        let span = first.to(cursor.before());
        let function = Text { value: "is_present".to_owned(), span };
        let height = self.height + 1;
        let kind = ExprKind::Call { name: function, arguments: vec![value] };
        let condition = self.grown(kind, span, height);
        self.let_names.extend(name.map(|name| plain(&name)));
        Some((span, condition))
    }

    /// `"a" | "b" -> X`, `_ -> X`
    fn match_arm(&mut self, attributes: Attributes, cursor: &mut Cursor, slips: &mut ForeignArms) -> Option<Arm> {
        let first = cursor.here();
        let comment = self.only_comment(attributes);
        if let Some(word) = cursor.eat_word("case").or_else(|| cursor.eat_word("when")) {
            let span = TokenSpan::from(word.span());
            let message = format!("an arm of `match` begins with its value, without `{word}`");
            slips.note(span, message, Edit::over(span, ""));
        }
        let word = cursor.peek_ident().map(Ident::to_string).unwrap_or_default();
        let when = if word == "_" || word == "else" {
            cursor.next();
            When::Else(first)
        } else if field(&word) == Some(Field::Default) && !cursor.is_punct_at(1, "::") {
            self.other_cases(first, &word, "_", cursor, slips)
        } else {
            When::Patterns(self.patterns(cursor, slips)?)
        };
        let target = self.arm_arrow(cursor, slips);
        Some(self.arm_rest(comment, when, target, first, cursor))
    }

    /// Handles another language's word for the arm for all other cases.
    fn other_cases(
        &mut self,
        first: TokenSpan,
        text: &str,
        word: &str,
        cursor: &mut Cursor,
        slips: &mut ForeignArms,
    ) -> When {
        cursor.next();
        let message = format!("the arm for all other cases is `{word}` here, not `{text}`");
        slips.note(first, message, Edit::over(first, word));
        When::Else(first)
    }

    /// Parses a rule in ASL syntax: `{ Condition: "{% … %}", Next: "State" }`.
    fn asl_rule(&mut self, opened: OpenGroup, slips: &mut ForeignArms) -> Option<Arm> {
        let span = group_span(&opened.group);
        let rule = self.object(opened);
        let read = asl_rule(&rule);
        let message = "an arm is a condition and a state, not an object";
        let Some((condition, name)) = read else {
            let problem = Problem::new(Code::Syntax, span, message);
            self.report(problem.help("for example `if input.n > 3 -> Large;`"));
            return None;
        };
        let text = format!("if {} -> {};", spelled(&condition), written_target(&name));
        slips.note(span, message, Edit::over(span, text));
        let target = Target::Text(Text { value: name, span });
        Some(Arm { comment: None, when: When::If(condition), target, clauses: Vec::new(), span })
    }

    /// Parses an arm's arrow and target, including the syntax of other languages.
    fn arm_arrow(&mut self, cursor: &mut Cursor, slips: &mut ForeignArms) -> Target {
        let here = cursor.here();
        if cursor.is_punct("->") {
            return self.arrow("an arm", cursor);
        }
        let message = |sign: &str| format!("expected `->` in an arm, found `{sign}`");
        for (sign, arrow) in [("=>", "->"), (":", " ->")] {
            if let Some(span) = if cursor.is_punct("::") { None } else { cursor.eat_punct(sign) } {
                slips.note(span, message(sign), Edit::over(span, arrow));
                return self.target(span, cursor);
            }
        }
        for word in ["then", "goto", "next", "Next"] {
            if let Some(word) = cursor.eat_word(word) {
                cursor.eat_punct(":");
                slips.note(here, message(&word.to_string()), Edit::over(here.to(cursor.before()), "->"));
                return self.target(here, cursor);
            }
        }
        if cursor.peek_group(Delimiter::Brace).is_some_and(holds_states) {
            cursor.next();
            slips.states(here);
            return Target::Missing(here);
        }
        if let Some(group) = cursor.peek_group(Delimiter::Brace)
            && let Some(name) = only_name(group)
        {
            cursor.next();
            let message = "an arm names its next state without braces";
            slips.note(here, message, Edit::over(here, format!("-> {name};")));
            self.word(&name, Role::StateReference);
            return if name == "end" { Target::End(name) } else { Target::State(rust_name(&name)) };
        }
        let ends = [";", ",", "->", "=>"].iter().any(|end| cursor.is_punct_at(1, end)) || cursor.peek_at(1).is_none();
        if ends && let Some(name) = cursor.peek_ident().cloned() {
            slips.note(here, "expected `->` and a state in an arm", Edit::before(here, "-> "));
            cursor.next();
            self.word(&name, Role::StateReference);
            return if name == "end" { Target::End(name) } else { Target::State(rust_name(&name)) };
        }
        self.arrow("an arm", cursor)
    }

    fn patterns(&mut self, cursor: &mut Cursor, slips: &mut ForeignArms) -> Option<Vec<Expr>> {
        if cursor.is_word("if") {
            let problem = self.unexpected(cursor, "a pattern");
            self.complain(
                cursor,
                problem.help("an arm of `match` is `\"text\" -> State;`; for conditions, omit `match`"),
            );
            return None;
        }
        let mut patterns = Vec::new();
        loop {
            let start = cursor.position();
            patterns.push(self.pattern(cursor));
            if cursor.position() == start {
                return None;
            }
            let here = cursor.here();
            // Rust's `Event::Paid { amount } =>`
            let binds = matches!(cursor.peek(), Some(TokenTree::Group(_)))
                && (cursor.is_punct_at(1, "->") || cursor.is_punct_at(1, "=>"));
            if let (Some(pattern), true) = (patterns.last_mut(), binds) {
                cursor.next();
                let span = pattern.span.to(here);
                let problem =
                    Problem::new(Code::Syntax, span, "an arm of `match` compares a value, and binds no fields");
                let problem = problem
                    .help("match the tag by its text, for example `match input.event.kind { \"paid\" -> Paid; … }`");
                self.report(problem.help("the states read the fields, for example `input.event.amount`"));
                *pattern = Expr::made(ExprKind::Invalid, span);
            }
            let here = cursor.here();
            // A pattern after a comma: the arrow follows it.
            let comma = cursor.is_punct(",") && (cursor.is_punct_at(2, "->") || cursor.is_punct_at(2, "=>"));
            if cursor.is_punct("..") || cursor.is_word("if") {
                let message = if cursor.is_word("if") {
                    "an arm of `match` has no `if`"
                } else {
                    "a pattern is a single value, not a range"
                };
                let problem = Problem::new(Code::Syntax, here, message);
                self.complain(
                    cursor,
                    problem.help("for conditions, omit `match`: `choice Name { if input.n > 3 -> State; … }`"),
                );
                while !cursor.is_end() && !cursor.is_punct("=>") && !cursor.is_punct("->") && !cursor.is_punct(",") {
                    cursor.next();
                }
                return Some(vec![Expr::made(ExprKind::Invalid, here)]);
            }
            let foreign = if comma { 1 } else { ["||", "or"].iter().map(|sign| joined(cursor, sign)).sum() };
            if foreign > 0 {
                cursor.advance(foreign);
                let span = here.to(cursor.before());
                slips.note(span, "patterns are joined by one `|`", Edit::over(span, if comma { " |" } else { "|" }));
            } else if cursor.eat_punct("|").is_none() {
                return Some(patterns);
            }
        }
    }

    fn arm_rest(&mut self, comment: Comment, when: When, target: Target, first: TokenSpan, cursor: &mut Cursor) -> Arm {
        let clauses = self.block_clauses(ClauseOwner::Block { catcher: false }, cursor);
        Arm { comment, when, target, clauses, span: first.to(cursor.before()) }
    }

    /// Parses the `;` that ends an arm. It is optional after braces and at the end.
    fn arm_end(&mut self, cursor: &mut Cursor, start: usize, slips: &mut ForeignArms) {
        let braces = cursor.ends_in_braces();
        let advanced = cursor.position() > start;
        if let (true, Some(comma)) = (advanced, cursor.eat_punct(",")) {
            slips.note(comma, "an arm ends with `;`, not with `,`", Edit::over(comma, ";"));
            return;
        }
        if cursor.is_end() || (advanced && (cursor.eat_punct(";").is_some() || braces)) {
            return;
        }
        if advanced && (cursor.is_word("if") || cursor.is_word("else") || cursor.is_word("_")) {
            let message = format!("expected `;` after the arm, found {}", cursor.found());
            slips.note(cursor.here(), message, Edit::after(cursor.before(), ";"));
            return;
        }
        if advanced {
            self.expected(cursor, "`;` after the arm");
        }
        while !cursor.is_end() && !(cursor.position() > start && (cursor.is_word("if") || cursor.is_word("else"))) {
            if cursor.eat_punct(";").is_some() || cursor.eat_punct(",").is_some() {
                return;
            }
            cursor.next();
        }
    }
}

/// The arms of a choice in the syntax of other languages, which are reported as one problem at the first.
#[derive(Default)]
struct ForeignArms {
    first: Option<(TokenSpan, String)>,
    /// The first such arm, in the language's syntax.
    written: Option<String>,
    edits: Vec<Edit>,
    /// An arm that contains states.
    holds_states: Option<Problem>,
}

impl ForeignArms {
    fn note(&mut self, span: TokenSpan, message: impl Into<String>, edit: Edit) {
        self.first.get_or_insert_with(|| (span, message.into()));
        self.edits.push(edit);
    }

    /// Records an arm with states in braces instead of a state's name.
    fn states(&mut self, span: TokenSpan) {
        self.holds_states.get_or_insert_with(|| {
            let message = "an arm names its next state, and cannot contain states";
            let help =
                "write the states next to the choice: `choice Which { if … -> First; else -> Second; } pass First …`";
            Problem::new(Code::Syntax, span.first, message).help(help)
        });
    }

    fn problem(self) -> Option<Problem> {
        if self.holds_states.is_some() {
            return self.holds_states;
        }
        let (span, message) = self.first?;
        let problem = Problem::new(Code::Syntax, span, message);
        let problem = match self.written {
            Some(written) => problem.help(format!("write `{written}`")),
            None => problem,
        };
        Some(self.edits.into_iter().fold(problem, Problem::edit))
    }
}

/// Returns the number of tokens of a separator between patterns that is next.
fn joined(cursor: &Cursor, sign: &str) -> usize {
    match sign {
        "or" => usize::from(cursor.is_word(sign)),
        sign if cursor.is_punct(sign) => sign.len(),
        _ => 0,
    }
}

/// Formats an arm, without the contents of its braces.
pub(super) fn spelled_arm(arm: &Arm, patterns: bool) -> String {
    let target = match &arm.target {
        Target::State(name) | Target::End(name) => plain(name),
        Target::Text(text) => written_target(&text.value),
        Target::Computed(_) | Target::Missing(_) => "State".to_owned(),
    };
    match &arm.when {
        When::If(condition) => format!("if {} -> {target};", spelled(condition)),
        When::Patterns(patterns) => {
            let patterns: Vec<_> = patterns.iter().map(spelled).collect();
            format!("{} -> {target};", patterns.join(" | "))
        }
        When::Else(_) => format!("{} -> {target};", if patterns { "_" } else { "else" }),
    }
}

/// Returns the name in a group that contains only a name, and optionally an arrow before it and a `;` after it.
fn only_name(group: &Group) -> Option<Ident> {
    let mut inside = Cursor::inside(group);
    let _ = inside.eat_punct("->").or_else(|| inside.eat_punct("=>"));
    let _ = inside.eat_word("goto").or_else(|| inside.eat_word("return"));
    let name = inside.eat_ident()?;
    inside.eat_punct(";");
    inside.is_end().then_some(name)
}

/// Returns the condition and the target of a simple rule in ASL syntax.
fn asl_rule(rule: &Expr) -> Option<(Expr, String)> {
    let ExprKind::Object(members) = &rule.kind else { return None };
    let text = |name: &str| {
        members.iter().find_map(|member| match &member.value.kind {
            ExprKind::Text(text) if member.key.value == name => Some((text.clone(), member.value.span)),
            _ => None,
        })
    };
    let (next, _) = text("Next")?;
    if let Some((condition, span)) = text("Condition") {
        return Some((Expr::made(ExprKind::Text(condition), span), next));
    }
    let (variable, span) = text("Variable")?;
    let operator = members.iter().find(|member| Operator::from_name(&member.key.value).is_some())?;
    let path = |text: String, span| Expr::made(ExprKind::Path(Text { value: text, span }), span);
    let value = match &operator.value.kind {
        ExprKind::Text(other) if operator.key.value.ends_with("Path") => path(other.clone(), operator.value.span),
        _ => operator.value.clone(),
    };
    let arguments = vec![path(variable, span), value];
    Some((Expr::made(ExprKind::Call { name: operator.key.clone(), arguments }, rule.span), next))
}
