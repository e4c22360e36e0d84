//! Finds the parts of items that an expression needs, for a value that a filter, a lambda or a step iterates over.

use std::ops::Range;

use workflow_asl::jsonata::{Node, NodeKind};
use workflow_plan::data::PARSED;

use super::wanted::{Found, Kind, Probe, covers, gives};

/// What represents a value in a part of an expression.
#[derive(Clone, Copy)]
pub(super) enum Focus<'n> {
    /// The context: its members are names.
    Context,
    /// A variable, by its name without `$`.
    Variable(&'n str),
}

impl Focus<'_> {
    /// Returns the members that the first step of a path leads to. Returns `None` if the path begins elsewhere.
    fn begins(self, node: &Node) -> Option<Vec<String>> {
        match (self, &node.kind) {
            (Self::Context, NodeKind::Name(name)) => Some(vec![name.clone()]),
            (Self::Context, NodeKind::Variable(name)) if name.is_empty() => Some(Vec::new()),
            (Self::Variable(variable), NodeKind::Variable(name)) if name == variable => Some(Vec::new()),
            _ => None,
        }
    }

    /// Collects each use in a part of an expression, with the members that it leads to.
    fn uses(self, node: &Node, into: &mut Vec<(Range<usize>, Vec<String>)>) {
        if let Some(names) = self.begins(node) {
            into.push((node.span.clone(), names));
            return;
        }
        // In other parts, the context is another value.
        let follows = matches!(self, Self::Variable(_));
        match &node.kind {
            NodeKind::Path(steps) => {
                let Some((first, rest)) = steps.split_first() else { return };
                match self.begins(first) {
                    Some(mut names) => {
                        let mut end = first.span.end;
                        for step in rest {
                            let NodeKind::Name(name) = &step.kind else { break };
                            names.push(name.clone());
                            end = step.span.end;
                        }
                        into.push((first.span.start..end, names));
                    }
                    None => self.uses(first, into),
                }
                if follows {
                    rest.iter().for_each(|step| self.uses(step, into));
                }
            }
            NodeKind::Predicate(of, _) | NodeKind::Sort(of, _) | NodeKind::Group(of, _) if !follows => {
                self.uses(of, into);
            }
            NodeKind::Lambda { params, .. }
                if params.iter().any(|name| matches!(self, Self::Variable(own) if own == name)) => {}
            _ => node.children().into_iter().for_each(|part| self.uses(part, into)),
        }
    }
}

/// Returns the arguments of a function's lambda that are items of the function's first argument.
fn items_of(function: &str, arguments: usize) -> &'static [usize] {
    match function {
        "map" | "filter" | "single" => &[0],
        "reduce" if arguments > 2 => &[1],
        "reduce" | "sort" => &[0, 1],
        _ => &[],
    }
}

impl Found {
    /// Records the needs of a part of the expression for the members behind `at`. `focus` represents these members.
    pub(super) fn through(&mut self, part: &Node, focus: Focus<'_>, at: &[String], is_test: bool) {
        let mut uses = Vec::new();
        focus.uses(part, &mut uses);
        for (range, names) in uses {
            let mut found = Self::default();
            found.node(part, part, &range);
            if is_test && covers(part, &range) {
                found.probes.push(Probe::Truth);
            }
            self.inside.push((at.iter().cloned().chain(names).collect(), found));
        }
    }

    /// Records a call with a lambda that gets the items of the use.
    pub(super) fn called_with_items(&mut self, function: &str, arguments: &[Node], range: &Range<usize>) {
        let items = items_of(function, arguments.len());
        let (Some(first), Some(NodeKind::Lambda { params, body, .. })) =
            (arguments.first(), arguments.get(1).map(|lambda| &lambda.kind))
        else {
            return;
        };
        if items.is_empty() || !gives(first, range) {
            return;
        }
        self.kind = Some(Kind::Array);
        for name in items.iter().filter_map(|number| params.get(*number)) {
            self.through(body, Focus::Variable(name), &any_item(), matches!(function, "filter" | "single"));
        }
    }

    /// Records a variable whose value is the use, in the expressions after it.
    pub(super) fn bound(&mut self, name: &str, after: &[Node]) {
        after.iter().for_each(|part| self.through(part, Focus::Variable(name), &[], false));
    }

    /// Records a filter of the use.
    pub(super) fn filtered(&mut self, filter: &Node) {
        if !matches!(filter.kind, NodeKind::Number(_) | NodeKind::Negate(_)) {
            self.kind = Some(Kind::Array);
            self.through(filter, Focus::Context, &any_item(), true);
        }
    }

    /// Records a path that continues after the use.
    pub(super) fn path(&mut self, root: &Node, path: &Node, steps: &[Node], range: &Range<usize>) {
        let is_last = |step: &&Node| end_of(step) == range.end || step.span.end == range.end;
        let gives = |step: &Node| is_items(step, range) || is_parsed(step, range);
        let begins = steps.first().is_some_and(|first| first.span.start == range.start || gives(first));
        let Some(at) = steps.iter().position(|step| is_last(&step) || gives(step)).filter(|_| begins) else {
            return;
        };
        let mut goes_through = steps.get(at).is_some_and(|step| is_items(step, range));
        let mut step = steps.get(at);
        while let Some(Node { kind: NodeKind::Predicate(of, filter), span, .. }) = step
            && span.end > range.end
            && !is_items(of, range)
        {
            goes_through |= !matches!(filter.kind, NodeKind::Number(_));
            self.filtered(filter);
            step = Some(of);
        }
        let after = steps.get(at + 1..).unwrap_or_default();
        let mut whole = Self::default();
        if !after.is_empty() {
            whole.node(root, root, &path.span);
        }
        // A function that takes a list gets its list from a list.
        let is_list = whole.kind == Some(Kind::Array);
        if is_list && matches!(after.first().map(|step| &step.kind), Some(NodeKind::Block(_))) {
            self.kind = Some(Kind::Array);
            goes_through = true;
        }
        let parsed = steps.get(at).filter(|step| is_parsed(step, range)).map(|_| PARSED.to_owned());
        let mut names: Vec<_> = parsed.into_iter().chain(if goes_through { any_item() } else { Vec::new() }).collect();
        for step in after {
            match &step.kind {
                NodeKind::Name(name) => names.push(name.clone()),
                NodeKind::Predicate(of, filter) => {
                    if let NodeKind::Name(name) = &of.kind {
                        names.push(name.clone());
                        names.extend(any_item());
                        self.through(filter, Focus::Context, &names, true);
                    }
                    return;
                }
                _ => return self.through(step, Focus::Context, &names, false),
            }
        }
        if !after.is_empty() {
            if is_list && goes_through {
                whole = whole
                    .inside
                    .into_iter()
                    .find(|(at, _)| *at == any_item())
                    .map(|(_, item)| item)
                    .unwrap_or_default();
            }
            self.inside.push((names, whole));
        }
    }
}

/// Returns whether a node consists of items of the use, such as `$filter(…)[0]`.
fn is_items(node: &Node, range: &Range<usize>) -> bool {
    match &node.kind {
        NodeKind::Predicate(of, _) => is_items(of, range),
        NodeKind::Block(parts) if parts.len() == 1 => parts.first().is_some_and(|part| is_items(part, range)),
        NodeKind::Call(function, arguments) => {
            let passes = |name: &str| matches!(name, "filter" | "sort" | "reverse" | "distinct" | "shuffle" | "single");
            matches!(&function.kind, NodeKind::Variable(name) if passes(name))
                && arguments.first().is_some_and(|first| gives(first, range))
        }
        _ => false,
    }
}

/// Returns whether a node is the value whose JSON the use is.
fn is_parsed(node: &Node, range: &Range<usize>) -> bool {
    let NodeKind::Call(function, arguments) = &node.kind else { return false };
    matches!(&function.kind, NodeKind::Variable(name) if name == "parse")
        && arguments.first().is_some_and(|first| covers(first, range))
}

/// Returns the end of a step without its filters.
fn end_of(step: &Node) -> usize {
    match &step.kind {
        NodeKind::Predicate(of, _) => end_of(of),
        _ => step.span.end,
    }
}

pub(super) fn any_item() -> Vec<String> {
    vec!["[]".to_owned()]
}
