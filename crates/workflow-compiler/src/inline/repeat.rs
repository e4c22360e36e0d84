//! Expands repetitions: replaces each repetition with one copy of its body for each item of the list. In a copy, the
//! item is replaced with its value, and the states have names that contain it.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Ident;
use workflow_asl::{Code, StateKind};

use super::copied_names::{Names, Naming, NoText, names_in, whole};
use super::items::{Given, items, label};
use super::substitute::{self, fresh};
use super::walk::{self, Change};
use super::{Inliner, MOST_STATES, alone, leads_on};
use crate::problem::{Problem, Reported};
use crate::syntax::ast::{
    Arm, BinaryOp, Body, Branch, Clause, Comment, Copied, Expr, ExprKind, Head, Member, Reference, Repeated,
    Repetition, Root, State, Target, Text, Use, When, Written, plain,
};
use crate::syntax::spelling::{spelled, spelled_reference};

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
                body.broken = body.broken.or(copy.broken);
            }
        }
        body.states.extend(states);
        body.uses.extend(uses.map(|used| Use { place: used.place + added, ..used }));
    }

    /// Expands the repetitions of branches or arms in a state.
    pub(super) fn repeat_inside(&mut self, state: &mut State) {
        let repeats = std::mem::take(&mut state.repeats);
        let errors = self.problems.errors();
        match &mut state.head {
            Head::Parallel(branches) => self.repeat_branches(branches, repeats),
            Head::Choice(choice) => self.repeat_arms(&mut choice.arms, repeats),
            _ => {}
        }
        state.broken = state.broken.or(self.problems.reported().filter(|_| self.problems.errors() > errors));
    }

    /// Inserts the copies of repetitions of branches or arms, which `parts` takes out of a copy.
    fn repeat_among<T>(
        &mut self,
        all: &mut Vec<T>,
        repeats: Vec<Repetition>,
        parts: fn(Repeated) -> Vec<T>,
        comment_of: fn(&mut T) -> &mut Comment,
    ) {
        let (mut own, mut taken) = (std::mem::take(all).into_iter(), 0);
        for mut repetition in repeats {
            let (place, comment) = (repetition.place, repetition.comment.take());
            all.extend(own.by_ref().take(place - std::mem::replace(&mut taken, place)));
            let mut copies: Vec<_> = self.copies(repetition).into_iter().flat_map(parts).collect();
            documented(copies.first_mut().map(comment_of), comment);
            all.extend(copies);
        }
        all.extend(own);
    }

    fn repeat_branches(&mut self, branches: &mut Vec<Branch>, repeats: Vec<Repetition>) {
        let parts = |copy| if let Repeated::Branches(branches, _) = copy { branches } else { Vec::new() };
        self.repeat_among(branches, repeats, parts, |branch| &mut branch.comment);
    }

    fn repeat_arms(&mut self, arms: &mut Vec<Arm>, repeats: Vec<Repetition>) {
        let parts = |copy| {
            let Repeated::Arms(mut arms, _) = copy else { return Vec::new() };
            // A condition that reads an invalid item was reported.
            arms.retain(|arm| !matches!(&arm.when, When::If(Expr { kind: ExprKind::Invalid(_), .. })));
            arms
        };
        self.repeat_among(arms, repeats, parts, |arm| &mut arm.comment);
    }

    /// Returns the copies of states. What ends one leads to the next, and what ends the last to what follows.
    fn chain(&mut self, mut repetition: Repetition) -> Vec<Body> {
        let (transition, comment) = (repetition.transition.take(), repetition.comment.take());
        let keyword = repetition.keyword.clone();
        let (is_broken, errors) = (repetition.broken.is_some(), self.problems.errors());
        let mut own = BTreeSet::new();
        names_in(&repetition.content, &mut |(name, _), _, _| {
            own.insert(plain(name));
        });
        let copies = self.copies(repetition).into_iter().filter_map(|copy| match copy {
            Repeated::States(body) => Some(body),
            _ => None,
        });
        let mut copies: Vec<_> = copies.collect();
        let silent = is_broken || self.problems.errors() > errors;
        let firsts: Vec<_> = copies.iter().map(first).collect();
        let mut ended = false;
        for (at, copy) in copies.iter_mut().enumerate() {
            let next = firsts.iter().skip(at + 1).flatten().next().cloned().map(Target::State);
            let last = next.is_none();
            let ends = lead_on(copy, next.or_else(|| transition.clone()).as_ref());
            ended |= last && ends;
        }
        if ended && transition.is_none() {
            if !silent {
                let problem = Problem::new(Code::MissingTransition, keyword.span(), "the `for` has no transition");
                self.problems.push(problem.help("add `-> end`, or `-> State`, for the end of the last copy"));
            }
            if let (Some(last), Some(reported)) = (copies.last_mut(), self.problems.reported()) {
                lead_on(last, Some(&Target::Missing(keyword.span().into(), reported)));
            }
        }
        let is_open =
            |body: &Body| body.is_broken() || body.states.iter().any(|state| state.is_broken() || goes_nowhere(state));
        if let (false, Some(next), true) = (ended, &transition, copies.len() > 1)
            && !silent
            && !copies.iter().any(is_open)
        {
            let message = "nothing in the braces of the `for` leads to its next copy";
            let next = match next {
                Target::State(name) => format!("to `{}`", plain(name)),
                _ => "where the `for` leads".to_owned(),
            };
            let help = format!("`-> end` in the braces leads to the next copy, and in the last one {next}");
            let reported =
                self.problems.push(Problem::new(Code::MissingTransition, keyword.span(), message).help(help));
            copies.iter_mut().for_each(|copy| copy.states.iter_mut().for_each(|state| state.broken = Some(reported)));
            self.wrong.extend(own);
        }
        documented(copies.iter_mut().find_map(|copy| copy.states.first_mut()).map(|state| &mut state.comment), comment);
        copies
    }

    /// Returns the copies of a repetition's body, with inner repetitions expanded.
    fn copies(&mut self, repetition: Repetition) -> Vec<Repeated> {
        let errors = self.problems.errors();
        let given = repetition.field.as_ref().zip(self.arguments.last()).and_then(|(field, given)| {
            let value = &given.iter().find(|member| member.key.value == *field)?.value;
            Some(Given { field, fragment: self.stack.last()?, value })
        });
        // A fragment by itself does not know the items that its uses give.
        let is_unknown = given.as_ref().map_or(!self.stack.is_empty(), |given| alone::reads_input(given.value));
        self.is_open |=
            self.alone && if repetition.field.is_some() { is_unknown } else { alone::reads_input(&repetition.list) };
        let around = self.copies.iter().filter(|copy| self.around.0.contains(&copy.number));
        let around: Vec<_> = around.map(|copy| copy.name.as_str()).collect();
        let items = items(&repetition, given, &around, self.problems);
        // An argument is reported once.
        let is_given = |member: &&mut Member| Some(&member.key.value) == repetition.field.as_ref();
        if self.problems.errors() > errors
            && let Some(given) = self.arguments.last_mut().and_then(|given| given.iter_mut().find(is_given))
            && let Some(reported) = items.iter().find_map(Expr::reported)
        {
            given.value.kind = ExprKind::Invalid(reported);
        }
        let mut names = Names::default();
        // What is invalid was reported.
        let mut is_wrong = items.iter().any(|item| matches!(item.kind, ExprKind::Invalid(_)));
        names_in(&repetition.content, &mut |_, _, computed| {
            is_wrong |= computed.iter().any(|part| matches!(part.kind, ExprKind::Invalid(_)));
        });
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
            self.copies.push(Copied {
                number,
                outer,
                word: repetition.word,
                name: repetition.item.value.clone(),
                index,
                item: label(item),
                braces: repetition.braces,
            });
            let mut renamed = BTreeMap::new();
            let mut naming = Naming {
                repetition: &repetition,
                item,
                index,
                outer: outer.unwrap_or_default(),
                problems: self.problems,
            };
            names_in(&repetition.content, &mut |(name, _), _, computed| {
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
            let collide = names.collide(&repetition, &content, index, &renamed, self.problems);
            for (name, copy) in renamed {
                let copies = self.repeated.entry(name).or_default();
                if copies.len() == index {
                    copies.push(copy);
                }
            }
            if collide {
                self.broken = self.broken.or(self.problems.reported());
                is_wrong = true;
                break;
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
        if is_wrong || self.problems.errors() > errors {
            names_in(&repetition.content, &mut |(name, _), _, _| {
                self.wrong.insert(plain(name));
            });
            let reported = self.problems.reported();
            copies.iter_mut().for_each(|copy| walk::repeated(copy, &mut Broken(reported)));
        }
        copies
    }
}

fn documented(own: Option<&mut Comment>, comment: Comment) {
    if let (Some(own @ None), Some(_)) = (own, &comment) {
        *own = comment;
    }
}

/// Returns the name of the state or use that runs first.
fn first(body: &Body) -> Option<Ident> {
    let used = body.uses.first().filter(|used| used.place == 0).map(|used| &used.name);
    used.or_else(|| body.states.first().map(|state| &state.name)).cloned()
}

/// Returns whether a transition is missing, which is reported elsewhere.
fn goes_nowhere(state: &State) -> bool {
    let goes_on = !matches!(state.kind, StateKind::Choice | StateKind::Succeed | StateKind::Fail);
    goes_on && state.transition.is_none()
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
        state.written.get_or_insert_with(|| plain(&state.name));
        self.rename(&mut state.name);
        self.record(&state.computed);
        self.naming.in_document(&mut state.alias, &mut state.computed);
        state.in_use = self.number;
    }

    fn used(&mut self, used: &mut Use) {
        used.written.get_or_insert_with(|| plain(&used.name));
        used.in_use = self.number;
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
                            if let Some(reported) = self.naming.problems.reported() {
                                *target = Target::Missing(name.span, reported);
                            }
                            return;
                        }
                        None => {}
                    }
                }
                if let Some(value) = whole(&name.parts) {
                    *target = Target::Text(Text { value, span: name.span });
                }
            }
            Target::Text(_) | Target::End(_) | Target::Missing(..) => {}
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
                let written =
                    expr.written.clone().unwrap_or_else(|| Written::Item(spelled_reference(&reference).into()));
                let kind = self.naming.value(&reference, true);
                let mut value = Expr { written: Some(written), ..Expr::new(expr.id, kind, expr.span) };
                substitute::renumber(&mut value, self.nodes);
                *expr = Expr { id: fresh(self.nodes), ..value };
            }
            ExprKind::Reference(reference @ Reference { root: Root::StateResult(_), .. }) => {
                let written = Written::Words(spelled_reference(reference).into());
                if let Root::StateResult(state) = &mut reference.root
                    && self.renamed.contains_key(&plain(state))
                {
                    expr.written.get_or_insert(written);
                    self.rename(state);
                }
            }
            // What is computed from something invalid is not reported again.
            ExprKind::Binary(_, _, left, right) if left.reported().or(right.reported()).is_some() => {
                expr.kind = left.reported().or(right.reported()).map_or(ExprKind::Null, ExprKind::Invalid);
            }
            ExprKind::Unary(_, inner) | ExprKind::Paren(inner) if inner.reported().is_some() => {
                expr.kind = inner.reported().map_or(ExprKind::Null, ExprKind::Invalid);
            }
            // The document has one text where the source joins texts.
            ExprKind::Binary(BinaryOp::Add, _, left, right) => {
                if let (ExprKind::Text(left), ExprKind::Text(right)) = (&left.kind, &right.kind)
                    && ![left, right].iter().any(|text| text.starts_with("{%"))
                {
                    let joined = format!("{left}{right}");
                    let written = Written::Item(spelled(expr).into());
                    expr.written.get_or_insert(written);
                    expr.kind = ExprKind::Text(joined);
                }
            }
            _ => {}
        }
    }
}

/// Marks states as broken, so that what follows from a reported problem is not reported.
struct Broken(Option<Reported>);

impl Change for Broken {
    fn state(&mut self, state: &mut State) {
        state.broken = state.broken.or(self.0);
    }
}
