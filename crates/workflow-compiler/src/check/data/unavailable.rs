//! Decides whether a state's result or an error is available to a reference, and if not, shows a path without it.

use workflow_asl::document::QueryLanguage;
use workflow_asl::graph::{FlowGraph, Transition};
use workflow_asl::{Code, StateKind};

use crate::check::analysis::Analysis;
use crate::check::capture::variable;
use crate::check::expression_text::changing;
use crate::check::flow::availability::{Caught, ResultAvailability};
use crate::check::flow::{Edge, Point};
use crate::check::model::StateInfo;
use crate::check::path::{Path, PathRoot};
use crate::check::root::pass_in;
use crate::check::state_names::describe;
use crate::check::value_site::ValueSite;
use crate::problem::Problem;
use crate::syntax::ast::{ClauseValue, Expr, ExprKind, Reference, Segment, TokenSpan};
use crate::syntax::keyword::ClauseKind;

/// The longest path that is drawn in full.
const DRAWN: usize = 12;

/// The maximum number of nodes to visit in searches for paths, so that thousands of errors take no longer than one.
const LOOKED_AT: usize = 2_000_000;

impl<'a> Analysis<'a> {
    /// Returns why the result of the state `of` cannot be read here; `None` if it can.
    pub(in crate::check) fn unavailable(
        &self,
        place: ValueSite<'_, 'a>,
        reference: &Reference,
        of: &StateInfo<'a>,
    ) -> Option<Problem> {
        let (reader, number) = (place.state.number?, of.number?);
        let span = reference.root_span;
        let name = of.name.as_str();
        let path = reference.segments.iter().map_while(Segment::member).map(|name| name.value.as_str());
        if let Some(problem) = self.uncapturable(span, path, of) {
            return Some(problem);
        }
        if reference.optional && place.state.language == QueryLanguage::JsonPath {
            let message = format!("JSONPath cannot express that `{name}` may not have run");
            let help = "give this state the clause `query jsonata`, or the workflow `query jsonata;`";
            return Some(Problem::new(Code::NeedsJsonata, span, message).help(help));
        }
        if reader == number {
            if reference.optional {
                return None;
            }
            let message = format!("`{name}` is this state itself");
            let help = "its result is `result`, its input is `state`; its result from an earlier run is";
            return Some(Problem::new(Code::StateReference, span, message).help(format!("{help} `{name}?.…`")));
        }
        match self.availability.sight(&self.graphs, reader, number)? {
            ResultAvailability::Certain => None,
            ResultAvailability::Uncertain { .. } | ResultAvailability::Around
                if reference.optional || place.facts.present(&PathRoot::StateResult(name.into()).into()) =>
            {
                None
            }
            ResultAvailability::Uncertain { state: of, reader: at } => Some(self.uncertain(place, reference, of, at)),
            ResultAvailability::Around => {
                let message = format!("`{name}` has not ended when `{}` begins, which is inside it", place.state.name);
                Some(Problem::new(Code::MayNotHaveRun, span, message).help("read it in a state after it"))
            }
            ResultAvailability::Inside(owner) => Some(self.inside(span, of, owner)),
            ResultAvailability::Distributed(map) => {
                let (_, map) = self.states.get_index(map)?;
                let message = format!(
                    "`{name}` is outside the distributed map `{}`, whose iterations are separate executions",
                    map.name
                );
                let help = pass_in(map, &variable(name).to_lowercase(), &Path::of(reference).to_string());
                Some(Problem::new(Code::OtherScope, span, message).help(help))
            }
        }
    }

    /// Returns why the state cannot capture a part of its result.
    pub(super) fn uncapturable<'n>(
        &self,
        span: TokenSpan,
        path: impl Iterator<Item = &'n str>,
        of: &StateInfo<'a>,
    ) -> Option<Problem> {
        let name = of.name.as_str();
        for clause in of.state.clauses.iter().filter(|clause| clause.kind == ClauseKind::Raw) {
            let ClauseValue::Expr(Expr { kind: ExprKind::Object(members), .. }) = &clause.value else { continue };
            let own = members.iter().find(|member| match member.key.value.as_str() {
                "Assign" => true,
                field => field == "Output" && of.state.kind == StateKind::Pass,
            });
            if let Some(field) = own.map(|member| &member.key.value) {
                let message = format!("the result of `{name}` cannot be read by its name: its `raw` has `{field}`");
                let help = format!("write the clause `{}` instead", field.to_lowercase());
                return Some(Problem::new(Code::StateReference, span, message).help(help));
            }
        }
        // A JSONata pass has no result: its output is computed again for the capture.
        if of.state.kind == StateKind::Pass && of.language == QueryLanguage::Jsonata {
            let mut part = of.output_value().map(|(value, _)| value);
            for step in path {
                match part.map(|part| &part.kind) {
                    Some(ExprKind::Object(members)) => {
                        part = members.iter().find(|member| member.key.value == step).map(|member| &member.value);
                    }
                    _ => break,
                }
            }
            let call = part.and_then(changing);
            if let Some(call) = call {
                let message = format!(
                    "`${call}` returns a different value on each call, and a JSONata pass such as `{name}` would compute it twice"
                );
                let help = format!("store it once, with `assign {{ value: ${call}(…) }}` in an earlier state");
                return Some(Problem::new(Code::StateReference, span, message).help(help));
            }
        }
        None
    }

    fn uncertain(&self, place: ValueSite<'_, 'a>, reference: &Reference, of: Point, at: Point) -> Problem {
        let span = reference.root_span;
        let name = self.name_at(of);
        let reader = &place.state.name;
        let point = self.name_at(at);
        let inside = if point == *reader { String::new() } else { format!(", inside `{point}`,") };
        let begins = format!("when `{reader}`{inside} begins");
        let graph = self.graphs.graph(at.scope);
        let Some(graph) = graph.filter(|graph| self.may_look(graph.size())) else {
            return Problem::new(Code::MayNotHaveRun, span, format!("`{name}` may not have run {begins}"));
        };
        let before = graph.reaching([at.node], |_| true);
        let is_reached = graph.order().contains(&of.node);
        if !is_reached || !before.get(of.node).copied().unwrap_or_default() {
            let way = if is_reached { "from it to that state" } else { "to it" };
            let message = format!("`{name}` has not run {begins}: no path leads {way}");
            return Problem::new(Code::MayNotHaveRun, span, message)
                .help("a state sees the results of the states before it");
        }
        let way = graph.shortest(at.node, |edge| !edge.is_success_of(of.node)).unwrap_or_default();
        let drawn = self.drawn(at.scope, graph, &way);
        let problem = Problem::new(Code::MayNotHaveRun, span, format!("`{name}` may not have run {begins}"));
        let problem = problem.help(format!("`{point}` can be reached before `{name}` has succeeded: {drawn}"));
        match place.state.language {
            QueryLanguage::Jsonata => {
                let rest = Path::of(reference).rest();
                problem.help(format!("`{name}?{rest}` may be absent: give it a default, `({name}?{rest} ?? …)`"))
            }
            QueryLanguage::JsonPath => problem.help(format!("make every path to `{point}` go through `{name}`")),
        }
    }

    fn inside(&self, span: TokenSpan, of: &StateInfo<'a>, owner: usize) -> Problem {
        let name = of.name.as_str();
        let there = describe(self, of.scope);
        let owner = self.states.get_index(owner).map_or("", |(name, _)| name);
        let message = format!("`{name}` is in {there}: its result is not available outside");
        let index = self.scopes.get(of.scope).and_then(|scope| scope.branch);
        let index = index.map_or_else(|| "…".to_owned(), |branch| branch.to_string());
        let help = format!("return the value from the last state inside, and read `{owner}[{index}]` after `{owner}`");
        Problem::new(Code::OtherScope, span, message).help(help)
    }

    /// Returns why `caught` cannot be read in this place, or the variable that holds the error.
    pub(in crate::check) fn error_in(
        &self,
        place: ValueSite<'_, 'a>,
        reference: &Reference,
    ) -> Result<String, Box<Problem>> {
        let span = reference.root_span;
        let name = &place.state.name;
        let Some(point) = place.state.number.and_then(|number| self.graphs.point(number)) else {
            return Ok("caught".to_owned());
        };
        let availability = &self.availability;
        match availability.error_at(&self.graphs, point) {
            Caught::In(scope) => Ok(availability.error_variable(scope).to_owned()),
            Caught::Distributed(map) => {
                let map = self.states.get_index(map).map_or("", |(name, _)| name);
                let message = format!("no error is caught on the path to `{name}` inside the distributed map `{map}`");
                let help = format!("pass it in with `item_selector` on `{map}`");
                Err(Box::new(Problem::new(Code::NothingCaught, span, message).help(help)))
            }
            // The catcher may be the one whose target is unknown, which was reported.
            Caught::Uncertain(_) if self.leads_nowhere() => Ok("caught".to_owned()),
            Caught::Uncertain(at) => {
                let graph = self.graphs.graph(at.scope).filter(|graph| self.may_look(graph.size()));
                let way = graph.and_then(|graph| Some((graph, graph.shortest(at.node, |edge| !edge.is_caught())?)));
                let message = format!("an error may not have been caught when `{name}` begins");
                let mut problem = Problem::new(Code::NothingCaught, span, message);
                if let Some((graph, way)) = way {
                    let drawn = self.drawn(at.scope, graph, &way);
                    problem =
                        problem.help(format!("`{name}` can be reached without an error having been caught: {drawn}"));
                }
                Err(Box::new(problem.help("read it only in states that are always reached through a `catch`")))
            }
        }
    }

    /// Returns whether a catcher leads to no state of its scope.
    fn leads_nowhere(&self) -> bool {
        self.all_states().any(|info| {
            self.catchers_of(info).iter().any(|(_, catcher)| self.target(&catcher.target, info.scope).is_none())
        })
    }

    fn name_at(&self, point: Point) -> &str {
        let state = self.graphs.state_at(point).and_then(|number| self.states.get_index(number));
        state.map_or("", |(name, _)| name)
    }

    /// Formats a path: `Start -> Check -> Deploy`; a transition taken after an error is `Train fails -> Cleanup`.
    fn drawn(&self, scope: usize, graph: &FlowGraph<Edge>, way: &[&Edge]) -> String {
        let mut text = self.name_at(Point { scope, node: graph.start().unwrap_or_default() }).to_owned();
        for (index, edge) in way.iter().enumerate() {
            let left_out = way.len() >= DRAWN && (DRAWN / 2..way.len() - DRAWN / 2).contains(&index);
            if left_out && index == DRAWN / 2 {
                text.push_str(" -> …");
            } else if let (false, Some(node)) = (left_out, edge.target()) {
                text.push_str(if edge.is_caught() { " fails -> " } else { " -> " });
                text.push_str(self.name_at(Point { scope, node }));
            }
        }
        text
    }

    /// Consumes the budget for paths.
    fn may_look(&self, nodes: usize) -> bool {
        let spent = self.looked_at.get();
        self.looked_at.set(spent.saturating_add(nodes));
        spent <= LOOKED_AT
    }
}
