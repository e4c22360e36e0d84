//! Transitions: every state has one if required, and every target is a state of the same scope.

use workflow_asl::{Code, StateKind};

use super::analysis::Analysis;
use super::computed_parameters;
use super::model::{StateInfo, names_handler};
use super::sink::Sink;
use super::state_names::describe;
use crate::problem::{Edit, Problem};
use crate::syntax::ast::{
    Clause, ClauseValue, DeclarationKind, ExprKind, Head, Member, State, Target, TokenSpan, plain,
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
                start => target(analysis, index, start, sink),
            }
        }
    }
    for info in analysis.all_states() {
        missing_transition(analysis, info, sink);
        no_way_to_end(analysis, info, sink);
        let own = info.state.transition.iter().chain(info.state.arms().iter().map(|arm| &arm.target));
        let caught = info.state.own_catchers().map(|(_, catcher)| &catcher.target);
        own.chain(caught).for_each(|to| target(analysis, info.scope, to, sink));
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
        let is_near = |next: &StateInfo<'_>| next.state.in_use == state.in_use;
        let help = match after {
            Some(next) if is_near(next) => format!("add `-> {}`, or `-> end`", next.written()),
            _ => "add `-> end`, or `-> State`".to_owned(),
        };
        let message = format!("`{}` has no transition", info.name);
        // In the braces, it is data.
        if let Some(member) = members(state).iter().find(|member| is_transition(&member.key.value)) {
            let key = &member.key.value;
            let written = if key == "End" { "-> end" } else { "-> State" };
            let problem = Problem::new(Code::MissingTransition, member.key.span, message);
            return problem.help(format!("`{key}` in the braces is data: write `{written}` after them"));
        }
        let problem = Problem::new(Code::MissingTransition, state.span(), message).help(help);
        // Where others end already, this state may be meant to lead to one of them.
        let ends = |other: &StateInfo<'_>| {
            other.state.kind == StateKind::Succeed || matches!(other.state.transition, Some(Target::End(_)))
        };
        if after.is_some() || state.in_use != 0 || analysis.states_of(info.scope).any(ends) {
            return problem;
        }
        let end = if state.closed { "" } else { ";" };
        problem.edit(Edit::after(state.tail, format!(" -> end{end}")))
    });
}

/// Returns the members in the braces of a task or a pass.
fn members(state: &State) -> &[Member] {
    match &state.head {
        Head::Task { body: Some(body), .. } | Head::Pass { value: Some(body) } => match &body.kind {
            ExprKind::Object(members) => members,
            _ => &[],
        },
        _ => &[],
    }
}

/// Returns the members of a task's request that are fields of the state in ASL.
pub(crate) fn fields_of_state(state: &State) -> impl Iterator<Item = &Member> {
    let is_field = |name: &str| is_transition(name) || of_state(name).is_some();
    members(state).iter().filter(move |member| {
        let name = &member.key.value;
        state.kind == StateKind::Task && is_field(name) && !computed_parameters::has_parameter(state, name)
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
                None => problem.help("write `Done`, and declare it: `succeed Done;`"),
            }
        });
    }
}

/// A target is a state of the scope it is written in.
fn target(analysis: &Analysis<'_>, scope: usize, target: &Target, sink: &mut Sink<'_>) {
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
            sink.report(|| unknown(analysis, scope, &name, text, span));
        }
        return;
    };
    // A transition to a use leads to its first state.
    let used = analysis.workflow.inlined.iter().find(|used| used.first == other.name && !text);
    sink.report(|| other_scope(analysis, scope, other, used.map_or(&name, |used| &used.name), span));
}

fn other_scope(analysis: &Analysis<'_>, scope: usize, other: &StateInfo<'_>, name: &str, span: TokenSpan) -> Problem {
    let there = describe(analysis, other.scope);
    let (message, help) = match analysis.scopes.get(scope).and_then(|scope| scope.owner) {
        Some(owner) => (
            format!("`{name}` is in {there}, not in {}", describe(analysis, scope)),
            format!("end here with `-> end`, and continue from `{}`", plain(&owner.name)),
        ),
        None => (
            format!("`{name}` is in {there}: no transition leads into it"),
            "go to the state that contains it".to_owned(),
        ),
    };
    Problem::new(Code::TargetInOtherScope, span, message).help(help)
}

fn unknown(analysis: &Analysis<'_>, scope: usize, name: &str, text: bool, span: TokenSpan) -> Problem {
    let message = if text { format!("unknown state {name:?}") } else { format!("unknown state `{name}`") };
    let problem = Problem::new(Code::UnknownTarget, span, message);
    let mut own = analysis.states_of(scope).filter(|info| info.state.written.is_none());
    let exact = own.find(|info| if text { info.name == name } else { info.asl_name == name });
    let copied = analysis.states_of(scope).filter(|info| analysis.workflow.use_around(info.state.in_use).is_none());
    let names: Vec<&str> =
        if text { copied.map(|info| info.asl_name.as_str()).collect() } else { analysis.words(Some(scope)) };
    if let Some(exact) = exact {
        let written = if text { format!("{:?}", exact.asl_name) } else { exact.name.clone() };
        return problem
            .help(format!("it is `{}` here and {:?} in the document", exact.name, exact.asl_name))
            .edit(Edit::over(span, written));
    }
    // Other languages' words for the end of a path.
    const ENDS: &str = "end End END return Return done stop finish exit null None nil quit terminate break";
    if ENDS.split(' ').any(|word| word == name) {
        return problem.write("end");
    }
    let names = names.into_iter().chain(["end"]);
    let problem = match text {
        // In a copy, the name contains an item, and the fix would not.
        true if span.in_use != 0 => match workflow_asl::nearest::nearest(name, names) {
            Some(near) => problem.help(format!("there is a state {near:?}")),
            None => problem,
        },
        true => problem.suggest_text(name, names),
        false => problem.suggest(name, names),
    };
    if !problem.help.is_empty() {
        return problem;
    }
    let mut others = analysis.states.values().filter(|info| info.state.written.is_none());
    let near = workflow_asl::nearest::nearest(name, others.clone().map(|info| info.name.as_str()));
    match others.find(|info| Some(&*info.name) == near) {
        Some(near) => problem.help(format!("there is a `{}` in {}", near.name, describe(analysis, near.scope))),
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
                    target(analysis, 0, &catcher.target, sink);
                    continue;
                }
                let name = plain(name);
                for info in analysis.all_states() {
                    let catches = |clause: &&Clause| names_handler(clause, ClauseKind::Catch, &name);
                    let uses = info.state.clauses.iter().find(catches).map(|clause| clause.span);
                    let inherits = || analysis.clauses_of(info).any(|clause| catches(&clause));
                    if let Some(span) = uses.or_else(|| inherits().then(|| info.state.span())) {
                        shared(analysis, info, (&name, &catcher.target), span, sink);
                    }
                }
            }
            DeclarationKind::Defaults(kind, clauses) => {
                for clause in clauses {
                    if let ClauseValue::Catcher(catcher) = &clause.value
                        && analysis.target_anywhere(&catcher.target).is_none()
                    {
                        target(analysis, 0, &catcher.target, sink);
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
    let help = match target {
        _ if states().next().is_none() => format!("the workflow has no {noun}: remove it"),
        Some(target) if states().all(|info| info.scope != target.scope) => {
            let there = describe(analysis, target.scope);
            format!("`{}` is in {there}, which has no {noun}: lead to a state beside a {noun}", target.name)
        }
        _ => format!("every {noun} has its own `{keyword}`: remove it"),
    };
    sink.push(Problem::new(Code::NoEffect, clause.keyword.span(), message).help(help));
}

fn shared(
    analysis: &Analysis<'_>,
    info: &StateInfo<'_>,
    (name, to): (&str, &Target),
    span: TokenSpan,
    sink: &mut Sink<'_>,
) {
    let (None, Some(other)) = (analysis.target(to, info.scope), analysis.target_anywhere(to)) else { return };
    let [there, here] = [other, info].map(|info| format!("`{}` is in {}", info.name, describe(analysis, info.scope)));
    let message = format!("the catcher `{name}` leads to another scope: {there}, {here}");
    let help = "catch here into a state of this scope; `catch none` turns `defaults` off";
    sink.push(Problem::new(Code::TargetInOtherScope, span, message).help(help));
}
