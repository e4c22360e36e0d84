//! Expands repetitions: puts a copy of what they repeat in their place for each item of the list. In a copy, the item is
//! replaced with its value, and the states have names that contain it.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Ident;
use workflow_asl::Code;
use workflow_asl::nearest::nearest;

use super::substitute::{self, fresh};
use super::walk::{self, Change};
use super::{Inliner, MOST_STATES, leads_on};
use crate::problem::{Edit, Problem, Problems};
use crate::syntax::ast::{
    Arm, BinaryOp, Body, Branch, Clause, Comment, Copied, Expr, ExprKind, Head, NO_WORD, Reference, Repeated,
    Repetition, Root, Segment, State, Target, Text, Use, When, plain,
};
use crate::syntax::in_camel_case;
use crate::syntax::spelling::spelled;

impl Inliner<'_> {
    /// Expands the repetitions of states in a body.
    pub(super) fn repeat_states(&mut self, body: &mut Body) {
        let mut states = std::mem::take(&mut body.states).into_iter();
        let mut uses = std::mem::take(&mut body.uses).into_iter();
        // How many of the body's own were moved, and how many states the copies have.
        let (mut own, mut own_uses, mut added) = (0, 0, 0);
        for repetition in std::mem::take(&mut body.repeats) {
            body.states.extend(states.by_ref().take(repetition.place.saturating_sub(own)));
            own = own.max(repetition.place);
            let before = uses.by_ref().take(repetition.uses_before.saturating_sub(own_uses));
            body.uses.extend(before.map(|used| Use { place: used.place + added, ..used }));
            own_uses = own_uses.max(repetition.uses_before);
            for copy in self.chain(repetition) {
                let place = body.states.len();
                body.uses.extend(copy.uses.into_iter().map(|used| Use { place: used.place + place, ..used }));
                added += copy.states.len();
                body.states.extend(copy.states);
                body.broken |= copy.broken;
            }
        }
        body.states.extend(states);
        body.uses.extend(uses.map(|used| Use { place: used.place + added, ..used }));
    }

    /// Expands the repetitions of branches or arms in a state.
    pub(super) fn repeat_inside(&mut self, state: &mut State) {
        let repeats = std::mem::take(&mut state.repeats);
        let before = self.problems.iter().len();
        match &mut state.head {
            Head::Parallel(branches) => self.repeat_branches(branches, repeats),
            Head::Choice(choice) => self.repeat_arms(&mut choice.arms, repeats),
            _ => {}
        }
        state.broken |= self.problems.iter().len() > before;
    }

    fn repeat_branches(&mut self, branches: &mut Vec<Branch>, repeats: Vec<Repetition>) {
        let copies = repeats.into_iter().map(|mut repetition| {
            let (place, comment) = (repetition.place, repetition.comment.take());
            let copies = self.copies(repetition).into_iter().filter_map(|copy| match copy {
                Repeated::Branches(branches, _) => Some(branches),
                _ => None,
            });
            let mut copies: Vec<_> = copies.flatten().collect();
            documented(copies.first_mut().map(|branch| &mut branch.comment), comment);
            (place, copies)
        });
        let copies = copies.collect();
        *branches = inserted(std::mem::take(branches), copies);
    }

    fn repeat_arms(&mut self, arms: &mut Vec<Arm>, repeats: Vec<Repetition>) {
        let copies = repeats.into_iter().map(|mut repetition| {
            let (place, comment) = (repetition.place, repetition.comment.take());
            let copies = self.copies(repetition).into_iter().filter_map(|copy| match copy {
                Repeated::Arms(mut arms, _) => {
                    // A condition that reads an invalid item was reported.
                    arms.retain(|arm| !matches!(&arm.when, When::If(Expr { kind: ExprKind::Invalid, .. })));
                    Some(arms)
                }
                _ => None,
            });
            let mut copies: Vec<_> = copies.flatten().collect();
            documented(copies.first_mut().map(|arm| &mut arm.comment), comment);
            (place, copies)
        });
        let copies = copies.collect();
        *arms = inserted(std::mem::take(arms), copies);
    }

    /// Returns the copies of states. What ends one leads to the next, and what ends the last to what follows.
    fn chain(&mut self, mut repetition: Repetition) -> Vec<Body> {
        let (transition, comment) = (repetition.transition.take(), repetition.comment.take());
        let (keyword, tail, closed) = (repetition.keyword.clone(), repetition.tail, repetition.closed);
        let silent = repetition.broken;
        let copies = self.copies(repetition).into_iter().filter_map(|copy| match copy {
            Repeated::States(body) => Some(body),
            _ => None,
        });
        let mut copies: Vec<_> = copies.collect();
        let firsts: Vec<_> = copies.iter().map(first).collect();
        let mut ended = false;
        for (at, copy) in copies.iter_mut().enumerate() {
            let next = firsts.iter().skip(at + 1).flatten().next().cloned().map(Target::State);
            let last = next.is_none();
            let ends = lead_on(copy, next.or_else(|| transition.clone()).as_ref());
            ended |= last && ends;
        }
        if ended && transition.is_none() && !silent {
            let problem = Problem::new(Code::MissingTransition, keyword.span(), "the `for` has no transition");
            let problem = problem.help("add `-> end`, or `-> State`, for the end of the last copy");
            let end = if closed { "" } else { ";" };
            self.problems.push(problem.edit(Edit::after(tail, format!(" -> end{end}"))));
        }
        documented(copies.iter_mut().find_map(|copy| copy.states.first_mut()).map(|state| &mut state.comment), comment);
        copies
    }

    /// Returns the copies of what a repetition repeats, in which nothing is repeated.
    fn copies(&mut self, repetition: Repetition) -> Vec<Repeated> {
        let reported = self.problems.iter().len();
        let items = items(&repetition, self.problems);
        let mut names = Names::default();
        let mut copies = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let before = self.states;
            self.states = before.saturating_add(count(&repetition.content).max(1));
            if self.states > MOST_STATES {
                if before <= MOST_STATES {
                    let message = format!("the repetitions of this workflow make more than {MOST_STATES} states");
                    let problem = Problem::new(Code::NotRepeated, repetition.keyword.span(), message);
                    self.problems.push(problem.help("a `map` runs the same states for each item of a list"));
                }
                break;
            }
            self.around.1 += 1;
            let number = self.around.1;
            let outer = self.around.0.last().copied();
            self.copies.push(Copied { number, outer, word: repetition.word, item: label(item) });
            let mut renamed = BTreeMap::new();
            let mut naming = Naming { repetition: &repetition, item, index, problems: self.problems };
            names_in(&repetition.content, &mut |name, _, computed| {
                renamed.insert(plain(name), naming.in_rust(name, computed));
            });
            let mut content = repetition.content.clone();
            let mut copy = Copy {
                naming,
                renamed: &renamed,
                number,
                nodes: &mut self.nodes,
                words: (index == 0).then_some(&mut self.items),
            };
            walk::repeated(&mut content, &mut copy);
            if names.collide(&repetition, &content, index, &renamed, self.problems) {
                self.broken = true;
                break;
            }
            for (name, copy) in renamed {
                let copies = self.repeated.entry(name).or_default();
                if copies.len() == index {
                    copies.push(copy);
                }
            }
            self.around.0.push(number);
            match &mut content {
                Repeated::States(body) => self.repeat_states(body),
                Repeated::Branches(branches, inner) => self.repeat_branches(branches, std::mem::take(inner)),
                Repeated::Arms(arms, inner) => self.repeat_arms(arms, std::mem::take(inner)),
            }
            self.around.0.pop();
            copies.push(content);
        }
        if self.problems.iter().len() > reported {
            copies.iter_mut().for_each(|copy| walk::repeated(copy, &mut Broken));
        }
        copies
    }
}

fn documented(own: Option<&mut Comment>, comment: Comment) {
    if let (Some(own @ None), Some(_)) = (own, &comment) {
        *own = comment;
    }
}

/// Returns a list with others inserted, each before the element that had this index.
fn inserted<T>(own: Vec<T>, others: Vec<(usize, Vec<T>)>) -> Vec<T> {
    let mut out = Vec::new();
    let (mut own, mut taken) = (own.into_iter(), 0);
    for (place, others) in others {
        out.extend(own.by_ref().take(place - taken));
        taken = place;
        out.extend(others);
    }
    out.extend(own);
    out
}

/// Returns the name of the state or use that runs first.
fn first(body: &Body) -> Option<Ident> {
    let used = body.uses.first().filter(|used| used.place == 0).map(|used| &used.name);
    used.or_else(|| body.states.first().map(|state| &state.name)).cloned()
}

/// Replaces the transitions that end a copy. Returns whether there are any.
fn lead_on(body: &mut Body, next: Option<&Target>) -> bool {
    let mut ended = false;
    for state in &mut body.states {
        ended |= leads_on(state, next);
    }
    for used in body.uses.iter_mut().filter(|used| matches!(used.transition, Some(Target::End(_)))) {
        ended = true;
        used.transition = next.cloned().or_else(|| used.transition.take());
    }
    ended
}

/// Returns the number of states, uses and arms.
fn count(content: &Repeated) -> usize {
    let mut count = 0;
    names_in(content, &mut |_, _, _| count += 1);
    if let Repeated::Arms(arms, inner) = content {
        count += arms.len() + inner.len();
    }
    count
}

/// Calls a function for each state and use: its name, its alias, and the rest of its name in the document.
type EachName<'n> = &'n mut dyn FnMut(&Ident, Option<&Text>, &[Expr]);

fn names_in(content: &Repeated, each: EachName<'_>) {
    match content {
        Repeated::States(body) => names_of(body, each),
        Repeated::Branches(branches, inner) => {
            branches.iter().for_each(|branch| names_of(&branch.body, each));
            inner.iter().for_each(|inner| names_in(&inner.content, each));
        }
        Repeated::Arms(..) => {}
    }
}

fn names_of(body: &Body, each: EachName<'_>) {
    for used in &body.uses {
        each(&used.name, used.alias.as_ref(), &used.computed);
    }
    for state in &body.states {
        each(&state.name, state.alias.as_ref(), &state.computed);
        state.bodies().for_each(|inner| names_of(inner, each));
    }
    body.repeats.iter().for_each(|inner| names_in(&inner.content, each));
}

/// Returns the items of a repetition. If they are invalid, which is reported, it is one invalid item.
fn items(repetition: &Repetition, problems: &mut Problems) -> Vec<Expr> {
    let invalid = || vec![Expr::made(ExprKind::Invalid, repetition.list.span)];
    let mut report = |span, message: String, help: String| {
        problems.push(Problem::new(Code::NotRepeated, span, message).help(help));
    };
    let mut list = &repetition.list;
    while let ExprKind::Paren(inner) = &list.kind {
        list = inner;
    }
    let items = match &list.kind {
        ExprKind::Array(items) => items,
        ExprKind::Invalid => return invalid(),
        _ => {
            let written = spelled(list);
            let message = format!("`for` takes a list that is known at compile time, and `{written}` is not");
            let help = match list.span.in_use {
                0 => format!(
                    "write the items: `[\"a\", \"b\"]`; for each item of a value, `map Each over {written} {{ … }}` runs states"
                ),
                _ => "give the items where the fragment is used, such as `[\"a\", \"b\"]`".to_owned(),
            };
            report(list.span, message, help);
            return invalid();
        }
    };
    let Some(first) = items.first() else {
        report(list.span, "the list has no items".to_owned(), "write at least one, or remove the `for`".to_owned());
        return invalid();
    };
    if items.iter().any(|item| matches!(item.kind, ExprKind::Invalid)) {
        return invalid();
    }
    if let Some(item) = items.iter().find(|item| !substitute::is_stable(item)) {
        let message = format!("`{}` is not known at compile time", spelled(item));
        report(
            item.span,
            message,
            "an item is a literal, or an object of literals such as `{ name: \"a\" }`".to_owned(),
        );
        return invalid();
    }
    for item in items.iter().skip(1) {
        if let Err((span, message, help)) = same_type(first, item) {
            report(span, message, help);
            return invalid();
        }
    }
    items.clone()
}

type Mismatch = (crate::syntax::ast::TokenSpan, String, String);

/// Checks that an item has the type of the first.
fn same_type(first: &Expr, item: &Expr) -> Result<(), Mismatch> {
    let help = || "give all items the same type, and objects the same members".to_owned();
    let (wanted, found) = (type_of(first), type_of(item));
    let (Some(wanted), Some(found)) = (wanted, found) else { return Ok(()) };
    if wanted != found {
        let message = format!("the items have different types: this is {found}, and in the first item it is {wanted}");
        return Err((item.span, message, help()));
    }
    let (ExprKind::Object(wanted), ExprKind::Object(found)) = (&first.kind, &item.kind) else { return Ok(()) };
    for member in wanted {
        let Some(other) = found.iter().find(|other| other.key.value == member.key.value) else {
            let message = format!("the item has no member `{}`, which the first item has", member.key.value);
            return Err((item.span, message, help()));
        };
        same_type(&member.value, &other.value)?;
    }
    let known = |key: &str| wanted.iter().any(|member| member.key.value == key);
    match found.iter().find(|member| !known(&member.key.value)) {
        Some(member) => {
            let key = &member.key.value;
            let near = nearest(key, wanted.iter().map(|member| member.key.value.as_str()));
            let help = near.map_or_else(help, |near| format!("did you mean `{near}`?"));
            Err((member.key.span, format!("the first item has no member `{key}`"), help))
        }
        None => Ok(()),
    }
}

/// Returns the type of a literal; `None` for other values.
fn type_of(item: &Expr) -> Option<&'static str> {
    Some(match &item.kind {
        ExprKind::Text(_) => "text",
        ExprKind::Number(_) => "a number",
        ExprKind::Bool(_) => "a truth value",
        ExprKind::Duration(_) => "a duration",
        ExprKind::Object(_) => "an object",
        ExprKind::Array(_) => "a list",
        _ => return None,
    })
}

/// Returns an item for messages.
fn label(item: &Expr) -> String {
    match &item.kind {
        ExprKind::Object(members) => match members.as_slice() {
            [first, _, ..] => format!("{{ {}: {}, … }}", first.key.value, spelled(&first.value)),
            _ => spelled(item),
        },
        _ => spelled(item),
    }
}

/// The names of copies.
struct Naming<'r> {
    repetition: &'r Repetition,
    item: &'r Expr,
    /// The index of the item. Problems that all items have are reported for the first.
    index: usize,
    problems: &'r mut Problems,
}

impl Naming<'_> {
    fn is_item(&self, reference: &Reference) -> bool {
        matches!(&reference.root, Root::Parameter(name) if *name == self.repetition.item.value)
    }

    /// Returns the value of a reference to the item. With `reports`, problems are reported.
    fn value(&mut self, reference: &Reference, reports: bool) -> ExprKind {
        if let (ExprKind::Object(members), Some(Segment::Member { name, .. })) =
            (&self.item.kind, reference.segments.first())
            && !members.iter().any(|member| member.key.value == name.value)
        {
            if self.index == 0 && reports {
                let message = format!("the items have no member `{}`", name.value);
                let problem = Problem::new(Code::UnknownMember, name.span, message);
                let keys: Vec<_> = members.iter().map(|member| member.key.value.as_str()).collect();
                let problem = problem.suggest(&name.value, keys.iter().copied());
                let help = format!("their members are `{}`", keys.join("`, `"));
                self.problems.push(if problem.help.is_empty() { problem.help(help) } else { problem });
            }
            return ExprKind::Invalid;
        }
        let item = self.item.clone();
        let optional = matches!(reference.segments.last(), Some(Segment::Member { optional: true, .. }));
        substitute::at(item, None, &reference.segments, optional)
    }

    /// Returns the text of a part of a name: an error if it has none, `None` if another repetition replaces it.
    fn text(&mut self, part: &Expr, reports: bool) -> Option<Result<String, NoText>> {
        let reference = match &part.kind {
            ExprKind::Reference(reference) if self.is_item(reference) => reference,
            ExprKind::Invalid => return Some(Err(NoText)),
            kind => return literal(kind).map(Ok),
        };
        let value = self.value(reference, reports);
        Some(literal(&value).ok_or_else(|| {
            let wrong = reference.word != NO_WORD && !matches!(value, ExprKind::Invalid);
            if wrong && self.index == 0 && reports {
                self.not_text(part);
            }
            NoText
        }))
    }

    /// Reports a part of a name that is not text.
    fn not_text(&mut self, part: &Expr) {
        let message = format!("a state's name is text, and `{}` is not", spelled(part));
        let problem = Problem::new(Code::NotRepeated, part.span, message);
        self.problems.push(problem.help(match &self.item.kind {
            ExprKind::Object(members) => match members.iter().find(|member| literal(&member.value.kind).is_some()) {
                Some(member) => format!("write a member: `{}.{}`", self.repetition.item.value, member.key.value),
                None => "add a member to the items that is text".to_owned(),
            },
            _ => "it must be a literal: text, a number or a truth value".to_owned(),
        }));
    }

    /// Returns the name of a copy in Rust: the name, and what the item adds to the name in the document.
    fn in_rust(&mut self, name: &Ident, computed: &[Expr]) -> String {
        let mut out = plain(name);
        for part in computed {
            if let ExprKind::Reference(reference) = &part.kind
                && self.is_item(reference)
                && let Some(text) = self.text(part, true)
            {
                let text = text.map(|text| in_camel_case(&text)).unwrap_or_default();
                out.push_str(&if text.is_empty() { self.index.to_string() } else { text });
            }
        }
        out
    }

    /// Replaces the item in the name of a state or use in the document.
    fn in_document(&mut self, alias: &mut Option<Text>, computed: &mut Vec<Expr>) {
        for part in computed.iter_mut() {
            if let Some(text) = self.text(part, false) {
                // An object has no text, so that its index distinguishes the copies.
                part.kind = ExprKind::Text(text.unwrap_or_else(|_| self.index.to_string()));
            }
        }
        if let (Some(alias), Some(rest)) = (alias, whole(computed)) {
            alias.value.push_str(&rest);
            computed.clear();
        }
    }
}

/// A part of a name that is not text.
struct NoText;

/// Returns a literal as it is written in a name.
fn literal(kind: &ExprKind) -> Option<String> {
    match kind {
        ExprKind::Text(text) | ExprKind::Number(text) => Some(text.clone()),
        ExprKind::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// Joins parts of a name that all are text.
fn whole(parts: &[Expr]) -> Option<String> {
    parts.iter().map(|part| literal(&part.kind)).collect()
}

/// Replaces the item in a copy, and renames its states.
struct Copy<'c> {
    naming: Naming<'c>,
    /// The names of the copy's states and uses, by their names in the source.
    renamed: &'c BTreeMap<String, String>,
    /// The number of the copy.
    number: u32,
    nodes: &'c mut usize,
    /// The words that read the item, for the first copy.
    words: Option<&'c mut Vec<(usize, Expr)>>,
}

impl Copy<'_> {
    fn rename(&self, name: &mut Ident) {
        if let Some(new) = self.renamed.get(&plain(name)) {
            *name = Ident::new(new, name.span());
        }
    }

    /// Records the words that read the item in a name.
    fn record(&mut self, parts: &[Expr]) {
        for part in parts {
            if let ExprKind::Reference(reference) = &part.kind {
                self.record_word(reference);
            }
        }
    }

    fn record_word(&mut self, reference: &Reference) {
        if let Some(words) = &mut self.words
            && self.naming.is_item(reference)
        {
            words.push((reference.word, self.naming.item.clone()));
        }
    }
}

impl Change for Copy<'_> {
    fn state(&mut self, state: &mut State) {
        self.rename(&mut state.name);
        self.record(&state.computed);
        self.naming.in_document(&mut state.alias, &mut state.computed);
        state.in_use = self.number;
    }

    fn used(&mut self, used: &mut Use) {
        self.rename(&mut used.name);
        self.record(&used.computed);
        self.naming.in_document(&mut used.alias, &mut used.computed);
    }

    fn target(&mut self, target: &mut Target) {
        match target {
            Target::State(name) => self.rename(name),
            Target::Computed(name) => {
                self.record(&name.parts);
                name.span.in_use = self.number;
                for part in &mut name.parts {
                    match self.naming.text(part, true) {
                        Some(Ok(text)) => part.kind = ExprKind::Text(text),
                        Some(Err(NoText)) => {
                            *target = Target::Missing(name.span);
                            return;
                        }
                        None => {}
                    }
                }
                if let Some(value) = whole(&name.parts) {
                    *target = Target::Text(Text { value, span: name.span });
                }
            }
            Target::Text(_) | Target::End(_) | Target::Missing(_) => {}
        }
    }

    fn clause(&mut self, clause: &mut Clause) {
        substitute::number_clause(clause, self.nodes, self.number);
    }

    fn expr(&mut self, expr: &mut Expr) {
        substitute::number_expr(expr, self.nodes, self.number);
        match &mut expr.kind {
            ExprKind::Reference(reference) if self.naming.is_item(reference) => {
                let reference = reference.clone();
                self.record_word(&reference);
                let kind = self.naming.value(&reference, true);
                let mut value = Expr { id: expr.id, kind, span: expr.span };
                substitute::renumber(&mut value, self.nodes);
                *expr = Expr { id: fresh(self.nodes), ..value };
            }
            ExprKind::Reference(Reference { root: Root::StateResult(state), .. }) => self.rename(state),
            // What is computed from something invalid is not reported again.
            ExprKind::Binary(_, _, left, right)
                if matches!(left.kind, ExprKind::Invalid) || matches!(right.kind, ExprKind::Invalid) =>
            {
                expr.kind = ExprKind::Invalid;
            }
            ExprKind::Unary(_, inner) | ExprKind::Paren(inner) if matches!(inner.kind, ExprKind::Invalid) => {
                expr.kind = ExprKind::Invalid;
            }
            // The document has one text where the source joins texts.
            ExprKind::Binary(BinaryOp::Add, _, left, right) => {
                if let (ExprKind::Text(left), ExprKind::Text(right)) = (&left.kind, &right.kind)
                    && ![left, right].iter().any(|text| text.starts_with("{%"))
                {
                    expr.kind = ExprKind::Text(format!("{left}{right}"));
                }
            }
            _ => {}
        }
    }
}

/// Marks states as broken, so that what follows from a reported problem is not reported.
struct Broken;

impl Change for Broken {
    fn state(&mut self, state: &mut State) {
        state.broken = true;
    }
}

/// The names of all copies of one repetition, with the indices of their items.
#[derive(Default)]
struct Names {
    document: BTreeMap<String, usize>,
    rust: BTreeMap<String, usize>,
}

impl Names {
    /// Reports a name that two items give.
    fn collide(
        &mut self,
        repetition: &Repetition,
        content: &Repeated,
        index: usize,
        renamed: &BTreeMap<String, String>,
        problems: &mut Problems,
    ) -> bool {
        let mut found = None;
        let mut seen = BTreeSet::new();
        names_in(content, &mut |name, alias, computed| {
            let document = alias.map_or_else(|| plain(name), |alias| alias.value.clone());
            let taken = computed.is_empty() && self.document.get(&document).is_some_and(|of| *of != index);
            if found.is_none() && taken {
                found = Some((name.clone(), alias.cloned(), Some(document.clone())));
            }
            let taken = self.rust.get(&plain(name)).is_some_and(|of| *of != index);
            if found.is_none() && taken && seen.insert(plain(name)) {
                found = Some((name.clone(), alias.cloned(), None));
            }
            if computed.is_empty() {
                self.document.insert(document, index);
            }
            self.rust.insert(plain(name), index);
        });
        let Some((name, alias, document)) = found else { return false };
        let own =
            renamed.iter().find(|(_, new)| **new == plain(&name)).map_or_else(|| plain(&name), |(own, _)| own.clone());
        let mut named = false;
        names_in(&repetition.content, &mut |name, _, computed| named |= plain(name) == own && !computed.is_empty());
        let item = &repetition.item.value;
        let part = match repetition.list.kind {
            ExprKind::Array(ref items) => match items.first().map(|item| &item.kind) {
                Some(ExprKind::Object(members)) => {
                    members.first().map_or_else(|| item.clone(), |member| format!("{item}.{}", member.key.value))
                }
                _ => item.clone(),
            },
            _ => item.clone(),
        };
        let (same, help) = match document {
            Some(document) if named => {
                (format!("the same name {document:?}"), "let the items differ in what the name contains".to_owned())
            }
            Some(document) => (
                format!("the same name {document:?}"),
                format!("let the name contain what differs: `as \"{own} \" + {part}`"),
            ),
            None => (
                format!("the same name in Rust, `{}`", plain(&name)),
                "let the letters and digits of what the name contains differ".to_owned(),
            ),
        };
        let span = alias.map_or_else(|| name.span().into(), |alias| alias.span);
        let message = format!("two items give the state `{own}` {same}");
        problems.push(Problem::new(Code::NotRepeated, span, message).help(help));
        true
    }
}
