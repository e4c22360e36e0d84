//! Transitions: every state has one if required, and every target is a state of the same scope.

use std::collections::BTreeSet;

use workflow_asl::{Code, StateKind};

use super::analysis::Analysis;
use super::computed_parameters;
use super::model::StateInfo;
use super::sink::Sink;
use super::state_names::describe;
use crate::problem::{Edit, Problem};
use crate::syntax::ast::{
    Clause, ClauseValue, DeclarationKind, Expr, ExprKind, Head, Member, State, Target, TokenSpan, plain,
};
use crate::syntax::keyword::{ClauseKind, state_keyword};
use crate::syntax::{is_transition, of_state};

pub(super) fn check(analysis: &Analysis<'_>, sink: &mut Sink<'_>) {
    for (index, scope) in analysis.scopes.iter().enumerate() {
        if let Some(start) = &scope.body.start {
            match start {
                Target::End(end) => {
                    sink.push(Problem::new(Code::UnknownTarget, end.span(), "`end` cannot be the first state"))
                }
                start => target(analysis, (index, 0), start, sink),
            }
        }
    }
    for info in analysis.all_states() {
        missing_transition(analysis, info, sink);
        no_way_to_end(analysis, info, sink);
        for (to, number) in own_targets(info) {
            let number = number.unwrap_or_else(|| around_transition(analysis, info));
            target(analysis, (info.scope, number), to, sink);
        }
    }
    handlers(analysis, sink);
}

/// A body has states. Silent where something in it did not parse: the skipped part may contain the states.
pub(super) fn no_states(analysis: &Analysis<'_>, sink: &mut Sink<'_>) {
    for scope in analysis.scopes.iter().filter(|scope| scope.body.states.is_empty() && !scope.body.is_broken()) {
        let what = match (scope.owner, scope.branch) {
            (None, _) if analysis.workflow.is_fragment => format!("the fragment `{}`", plain(&analysis.workflow.name)),
            (None, _) => format!("the workflow `{}`", plain(&analysis.workflow.name)),
            (_, Some(_)) => "this branch".to_owned(),
            (Some(map), None) => format!("the map `{}`", plain(&map.name)),
        };
        let problem = Problem::new(Code::NoStates, scope.body.span, format!("{what} has no states"));
        sink.push(problem.help("declare one, such as `pass Hello -> end;`"));
    }
}

/// Checks that every state has a transition or ends the execution.
fn missing_transition(analysis: &Analysis<'_>, info: &StateInfo<'_>, sink: &mut Sink<'_>) {
    let state = info.state;
    let goes_on = !matches!(state.kind, StateKind::Choice | StateKind::Succeed | StateKind::Fail);
    if !goes_on || state.transition.is_some() || state.is_broken() {
        return;
    }
    sink.report(|| {
        let after = analysis.states_of(info.scope).skip_while(|other| other.id != info.id).nth(1);
        let next = after.and_then(|next| analysis.word_for(next, info)).unwrap_or_else(|| "end".to_owned());
        let other = if next == "end" { "State" } else { "end" };
        let help = format!("add `-> {next}`, or `-> {other}`");
        let message = format!("`{}` has no transition", info.name);
        // In the braces, it is data.
        let body = match &state.head {
            Head::Task { body, .. } => body.as_ref(),
            Head::Pass { value } => value.as_ref(),
            _ => None,
        };
        let members = match body.map(|body| &body.kind) {
            Some(ExprKind::Object(members)) => members.as_slice(),
            _ => &[],
        };
        if let Some(member) = members.iter().find(|member| is_transition(&member.key.value)) {
            let key = &member.key.value;
            let written = if key == "End" { "-> end" } else { "-> State" };
            let problem = Problem::new(Code::MissingTransition, member.key.span, message);
            return problem.help(format!("`{key}` in the braces is data: write `{written}` after them"));
        }
        let problem = Problem::new(Code::MissingTransition, state.span(), message).help(help);
        // In the states of a use or copy, other states of the scope may lead to it.
        let is_own = after.is_none_or(|after| after.name == next) || next == "end";
        if !is_own || !only_leads_to(analysis, info, &next) {
            return problem;
        }
        let end = if state.closed { "" } else { ";" };
        problem.edit(Edit::after(state.tail, format!(" -> {next}{end}")))
    });
}

/// Returns whether a state without a transition can only lead to the next state, or only end: the others of its scope have
/// transitions, and it is not reached by them.
fn only_leads_to(analysis: &Analysis<'_>, info: &StateInfo<'_>, next: &str) -> bool {
    let others = || analysis.states_of(info.scope).filter(|other| other.id != info.id);
    let ends = |other: &StateInfo<'_>| {
        matches!(other.state.kind, StateKind::Succeed) || matches!(other.state.transition, Some(Target::End(_)))
    };
    let is_open = |other: &StateInfo<'_>| other.state.is_broken() || own_targets(other).next().is_none();
    let goes_on = |other: &&StateInfo<'_>| !matches!(other.state.kind, StateKind::Succeed | StateKind::Fail);
    if others().filter(goes_on).any(is_open) {
        return false;
    }
    if next == "end" {
        return !others().any(ends);
    }
    let (mut reached, mut open) = (BTreeSet::new(), Vec::from_iter(analysis.start_of(info.scope)));
    while let Some(state) = open.pop() {
        if reached.insert(state.name.as_str()) {
            open.extend(own_targets(state).filter_map(|(target, _)| analysis.target(target, info.scope)));
        }
    }
    !reached.contains(next)
}

/// Returns the members of a task's request that are fields of the state in ASL.
pub(crate) fn fields_of_state(state: &State) -> impl Iterator<Item = &Member> {
    let members = match &state.head {
        Head::Task { body: Some(Expr { kind: ExprKind::Object(members), .. }), .. } => members.as_slice(),
        _ => &[],
    };
    let is_field = |name: &str| is_transition(name) || of_state(name).is_some();
    members.iter().filter(move |member| {
        is_field(&member.key.value) && !computed_parameters::has_parameter(state, &member.key.value)
    })
}

/// An arm of a choice and a catcher lead to a state: only a state's own transition ends the workflow or branch.
fn no_way_to_end(analysis: &Analysis<'_>, info: &StateInfo<'_>, sink: &mut Sink<'_>) {
    let arms = info.state.arms();
    let caught = info.state.own_catchers().map(|(_, catcher)| ("a catcher", &catcher.target));
    for (what, target) in arms.iter().map(|arm| ("an arm of a choice", &arm.target)).chain(caught) {
        let Target::End(end) = target else { continue };
        sink.report(|| {
            let message = format!("{what} must lead to a state: it cannot end the workflow itself");
            let problem = Problem::new(Code::UnknownTarget, end.span(), message);
            let ending = analysis.states_of(info.scope).find(|other| {
                matches!(other.state.head, Head::Succeed { value: None }) && other.state.clauses.is_empty()
            });
            match ending {
                Some(other) => problem.write(other.name.clone()),
                None => {
                    let free = |name: &&str| !analysis.states.contains_key(*name);
                    let name = ["Done", "Finished", "Ended"].into_iter().find(free).unwrap_or("Done");
                    let last = info.state.tail;
                    let problem = problem.help(format!("write `{name}`, and declare it: `succeed {name};`"));
                    if arms.is_empty() {
                        return problem;
                    }
                    // After a choice that nothing follows; elsewhere the user decides.
                    let declared = Edit::after(last, format!(" succeed {name};"));
                    problem.edit(Edit::over(end.span(), name)).edit(declared)
                }
            }
        });
    }
}

/// Returns the number of the use or copy that has the words of a state's transition: what ends a use continues at the
/// transition of the use.
fn around_transition(analysis: &Analysis<'_>, info: &StateInfo<'_>) -> u32 {
    let ended = analysis.workflow.inlined.iter().find(|used| used.ends.contains(&info.name));
    ended.map_or(info.state.in_use, |used| used.outer.unwrap_or_default())
}

/// Returns the targets written in the state itself, with the number of the use or copy of all but its transition.
fn own_targets<'a>(info: &StateInfo<'a>) -> impl Iterator<Item = (&'a Target, Option<u32>)> {
    let caught = info.state.own_catchers().map(|(clause, catcher)| (&catcher.target, Some(clause.span.in_use)));
    let own = info.state.transition.iter().map(|target| (target, None));
    own.chain(info.state.arms().iter().map(|arm| (&arm.target, Some(info.state.in_use)))).chain(caught)
}

/// A target is a state of the scope it is written in, by words of the use or copy with this number.
fn target(analysis: &Analysis<'_>, (scope, number): (usize, u32), target: &Target, sink: &mut Sink<'_>) {
    if analysis.target(target, scope).is_some() {
        return;
    }
    let (name, span) = match target {
        Target::State(name) => (plain(name), TokenSpan::from(name.span())),
        Target::Text(text) => (text.value.clone(), text.span),
        Target::Computed(_) | Target::End(_) | Target::Missing(..) => return,
    };
    let text = matches!(target, Target::Text(_));
    let elsewhere = analysis.all_states().find(|info| if text { info.asl_name == name } else { info.name == name });
    let Some(other) = elsewhere else {
        if analysis.may_be_declared(&name).is_none() {
            sink.report(|| unknown(analysis, (scope, number), &name, text, span));
        }
        return;
    };
    // A transition to a use leads to its first state.
    let around: Vec<u32> = analysis.workflow.around(number).collect();
    let mut uses = analysis.workflow.inlined.iter().filter(|used| !around.contains(&used.number));
    let used = uses.find(|used| used.first == other.name && !text);
    sink.report(|| other_scope(analysis, scope, other, used.map_or(&name, |used| &used.name), span));
}

/// Returns whether a number identifies a copy of a repetition.
fn is_copy(analysis: &Analysis<'_>, number: u32) -> bool {
    analysis.workflow.copies.iter().any(|copy| copy.number == number)
}

fn other_scope(analysis: &Analysis<'_>, scope: usize, other: &StateInfo<'_>, name: &str, span: TokenSpan) -> Problem {
    let there = describe(analysis, other.scope);
    let message = match scope {
        0 => format!("`{name}` is in {there}: no transition leads into it"),
        _ => format!(
            "`{name}` is in {there}, this is in {}: no transition leads from one to the other",
            describe(analysis, scope)
        ),
    };
    let problem = Problem::new(Code::TargetInOtherScope, span, message);
    match analysis.scopes.get(scope).and_then(|scope| scope.owner) {
        Some(owner) => problem.help(format!("end here with `-> end`, and continue from `{}`", plain(&owner.name))),
        None => match analysis.scopes.get(other.scope).and_then(|scope| scope.owner) {
            Some(owner) => problem.help(format!("go to `{}`, which contains that state", plain(&owner.name))),
            None => problem,
        },
    }
}

fn unknown(analysis: &Analysis<'_>, (scope, number): (usize, u32), name: &str, text: bool, span: TokenSpan) -> Problem {
    let message = if text { format!("unknown state {name:?}") } else { format!("unknown state `{name}`") };
    let problem = Problem::new(Code::UnknownTarget, span, message);
    let own = || analysis.states_of(scope).filter(|info| info.state.written.is_none());
    let copied = || analysis.states_of(scope).filter(|info| analysis.workflow.use_around(info.state.in_use).is_none());
    let words = analysis.words_in(number);
    let is_there = |word: &&String| {
        let states = analysis.states_of(scope).map(|info| info.state.written.as_ref().unwrap_or(&info.name));
        let uses = analysis
            .workflow
            .inlined
            .iter()
            .filter(|used| analysis.states.get(&used.first).is_some_and(|first| first.scope == scope));
        states.map(String::as_str).any(|state| state == *word)
            || uses.into_iter().any(|used| used.written == word.as_str())
    };
    let (exact, names): (Option<&StateInfo<'_>>, Vec<&str>) = if text {
        (own().find(|info| info.name == name), copied().map(|info| info.asl_name.as_str()).collect())
    } else {
        (own().find(|info| info.asl_name == name), words.keys().filter(is_there).map(String::as_str).collect())
    };
    if let Some(exact) = exact {
        let written = if text { format!("{:?}", exact.asl_name) } else { exact.name.clone() };
        return problem
            .help(format!("it is `{}` here and {:?} in the document", exact.name, exact.asl_name))
            .edit(Edit::over(span, written));
    }
    // Other languages' words for the end of a path.
    const ENDS: [&str; 15] = [
        "end",
        "End",
        "END",
        "return",
        "Return",
        "done",
        "stop",
        "finish",
        "exit",
        "null",
        "None",
        "nil",
        "quit",
        "terminate",
        "break",
    ];
    if ENDS.contains(&name) {
        return problem.write("end");
    }
    let names = names.into_iter().chain(["end"]);
    let problem = match text {
        // The name contains an item, and the fix would not.
        true if is_copy(analysis, span.in_use) => match workflow_asl::nearest::nearest(name, names) {
            Some(near) => problem.help(format!("there is a state {near:?}: use the same text around the item")),
            None => problem,
        },
        true => problem.suggest_text(name, names),
        false => problem.suggest(name, names),
    };
    if !problem.help.is_empty() {
        return problem;
    }
    let others = analysis.states.values().filter(|info| info.state.written.is_none());
    match workflow_asl::nearest::nearest(name, others.map(|info| info.name.as_str())) {
        Some(near) => match analysis.states.get(near) {
            Some(other) => problem.help(format!("there is a `{near}` in {}", describe(analysis, other.scope))),
            None => problem,
        },
        None if analysis.workflow.is_fragment => {
            problem.help("`-> end` ends the fragment; where the workflow continues then is written at the use")
        }
        // A state cannot be declared with a word of Rust.
        None if text || syn::parse_str::<syn::Ident>(name).is_err() => problem,
        None => problem.help(format!("declare it, such as `pass {name} -> end;`")),
    }
}

/// A catcher that many states share leads to a state that each of them can reach.
fn handlers(analysis: &Analysis<'_>, sink: &mut Sink<'_>) {
    for declaration in &analysis.workflow.declarations {
        match &declaration.kind {
            DeclarationKind::Catcher { name, catcher } => {
                let at = analysis.target_anywhere(&catcher.target);
                if at.is_none() {
                    target(analysis, (0, 0), &catcher.target, sink);
                    continue;
                }
                let name = plain(name);
                for info in analysis.all_states() {
                    let uses = info.state.clauses.iter().find_map(|clause| named(clause, &name));
                    let inherits = analysis.clauses_of(info).any(|clause| named(clause, &name).is_some());
                    if let Some(span) = uses.or_else(|| inherits.then(|| info.state.span())) {
                        shared(analysis, info, &format!("the catcher `{name}`"), &catcher.target, span, sink);
                    }
                }
            }
            DeclarationKind::Defaults(kind, clauses) => {
                for clause in clauses {
                    if let ClauseValue::Catcher(catcher) = &clause.value
                        && analysis.target_anywhere(&catcher.target).is_none()
                    {
                        target(analysis, (0, 0), &catcher.target, sink);
                        continue;
                    }
                    reaches_a_state(analysis, *kind, clause, sink);
                }
            }
            _ => {}
        }
    }
}

/// Reports a clause of `defaults` that no state of the kind gets.
fn reaches_a_state(analysis: &Analysis<'_>, kind: StateKind, clause: &Clause, sink: &mut Sink<'_>) {
    let gets = |info: &StateInfo<'_>| analysis.clauses_of(info).any(|inherited| inherited.id == clause.id);
    if analysis.workflow.body.is_broken() || analysis.all_states().any(|info| info.state.is_broken() || gets(info)) {
        return;
    }
    let keyword = clause.kind.keyword();
    let noun = state_keyword(kind);
    let message = format!("no {noun} gets `{keyword}` from `defaults`, so this has no effect");
    let states = || analysis.all_states().filter(|info| info.state.kind == kind);
    let target = analysis.catcher(clause).and_then(|catcher| analysis.target_anywhere(&catcher.target));
    let help = match target.filter(|target| states().all(|info| info.scope != target.scope)) {
        _ if states().next().is_none() => format!("the workflow has no {noun}: remove it"),
        Some(target) => format!(
            "`{}` is in {}, which has no {noun}: catch in the scope of the {noun}s, or at the parallel or map around them",
            target.name,
            describe(analysis, target.scope)
        ),
        None => format!("every {noun} has its own `{keyword}`: remove it"),
    };
    sink.push(Problem::new(Code::NoEffect, clause.keyword.span(), message).help(help));
}

fn named(clause: &Clause, name: &str) -> Option<TokenSpan> {
    match &clause.value {
        ClauseValue::Named(used) if clause.kind == ClauseKind::Catch && plain(used) == name => Some(used.span().into()),
        _ => None,
    }
}

fn shared(
    analysis: &Analysis<'_>,
    info: &StateInfo<'_>,
    whose: &str,
    to: &Target,
    span: TokenSpan,
    sink: &mut Sink<'_>,
) {
    let (None, Some(other)) = (analysis.target(to, info.scope), analysis.target_anywhere(to)) else { return };
    let message = format!(
        "{whose} leads to `{}`, which is in {}; `{}` is in {}",
        other.name,
        describe(analysis, other.scope),
        info.name,
        describe(analysis, info.scope)
    );
    sink.push(
        Problem::new(Code::TargetInOtherScope, span, message)
            .help("catch here into a state of this scope; `catch none` turns `defaults` off"),
    );
}
