//! Suggestions for the unknown first word of a reference: equivalents of other languages' words, fields without their
//! parents, misspelt names.

use proc_macro2::Ident;
use workflow_asl::Code;
use workflow_asl::nearest::nearest;

use super::analysis::Analysis;
use super::expression_text::VALUES;
use super::flow::Narrowing;
use super::sink::Sink;
use super::types::Ty;
use super::value_site::{ClosureScope, ValueField, ValueSite};
use crate::problem::{Edit, Problem, Problems};
use crate::syntax::ast::{DeclarationKind, Inlined, Quotes, Reference, Root, Segment, Text, TokenSpan, plain};
use crate::syntax::keyword::RESERVED;
use crate::syntax::root;
use crate::syntax::spelling::spelled_reference;

/// Other languages' words for the input.
const INPUTS: [&str; 18] = [
    "event",
    "evt",
    "self",
    "this",
    "payload",
    "body",
    "request",
    "req",
    "data",
    "args",
    "arguments",
    "inputs",
    "message",
    "msg",
    "record",
    "ctx",
    "props",
    "kwargs",
];

/// Other languages' words for an error.
const ERRORS: [&str; 7] = ["error", "err", "e", "ex", "exc", "exception", "failure"];

/// Other languages' words before the name of a state.
const RESULTS: [&str; 5] = ["states", "steps", "tasks", "results", "outputs"];

/// The variables of an environment.
const ENVIRONMENTS: [&str; 4] = ["env", "ENV", "environ", "process"];

/// Returns whether a word is another language's for the variables of the environment.
pub(super) fn is_environment(word: &Ident) -> bool {
    ENVIRONMENTS.iter().any(|environment| *word == environment)
}

/// A reference that may have been meant, and the number of written steps that it replaces beside the first word.
struct Candidate {
    root: Root,
    /// The steps between the root and the written steps.
    inner: Vec<Segment>,
    consumed: usize,
}

impl Candidate {
    fn new(root: Root) -> Self {
        Self { root, inner: Vec::new(), consumed: 0 }
    }

    fn consuming(root: Root, consumed: usize) -> Self {
        Self { root, inner: Vec::new(), consumed }
    }

    fn member(root: Root, name: &str, span: TokenSpan) -> Self {
        let name = Text { value: name.to_owned(), span };
        Self { root, inner: vec![Segment::Member { name, optional: false, quoted: Quotes::None }], consumed: 0 }
    }

    /// Returns the reference, with the remaining written steps.
    fn reference(&self, written: &Reference) -> Reference {
        let rest = written.segments.iter().skip(self.consumed);
        let segments = self.inner.iter().chain(rest).cloned().collect();
        Reference { optional: written.optional, segments, ..Reference::to(self.root.clone(), written.root_span) }
    }

    /// Returns the problem with its fix, which replaces the whole reference if that ends in a word, else the matching
    /// words.
    fn fix(&self, problem: Problem, written: &Reference) -> Problem {
        let whole = match written.segments.last() {
            None if !written.optional => Some(written.root_span),
            Some(Segment::Member { name, quoted: Quotes::None, .. }) => Some(written.root_span.to(name.span)),
            _ => None,
        };
        if let Some(span) = whole {
            return Problem { span, ..problem }.write(spelled_reference(&self.reference(written)));
        }
        let last = self.consumed.checked_sub(1).and_then(|last| written.segments.get(last));
        let span = match last {
            Some(Segment::Member { name, .. }) => written.root_span.to(name.span),
            _ => written.root_span,
        };
        let own = Reference { root: self.root.clone(), segments: self.inner.clone(), ..written.clone() };
        // A `?` after the first word stays where it is.
        Problem { span, ..problem }.write(spelled_reference(&Reference { optional: false, ..own }))
    }
}

impl<'a> Analysis<'a> {
    /// Returns the problem of an unknown word, with its probable meaning.
    pub(super) fn unknown_word(&self, place: ValueSite<'_, 'a>, reference: &Reference, name: &Ident) -> Problem {
        let word = plain(name);
        let problem = Problem::new(Code::ReferenceNotHere, reference.root_span, format!("cannot find `{word}`"));
        if let Some((value, _)) = VALUES.iter().find(|(_, words)| words.contains(&word.as_str()))
            && reference.segments.is_empty()
        {
            return problem.write(*value);
        }
        if ENVIRONMENTS.contains(&word.as_str())
            && let Some(problem) = self.environment(&problem, reference)
        {
            return problem;
        }
        if let (Some(_), Some(Segment::Member { name: variant, .. })) =
            (self.types.enums.get(&word), reference.segments.first())
            && self.variant_wire(&word, &variant.value).is_some()
        {
            let written = format!("{word}::{}", variant.value);
            let edit = Edit::over(reference.root_span.to(variant.span), written.clone());
            return problem.help(format!("write `{written}`")).edit(edit);
        }
        if let (true, Some(Segment::Member { name, .. })) =
            (RESULTS.contains(&word.as_str()), reference.segments.first())
            && let Some(info) = self.states.get(&name.value)
        {
            let candidate = Candidate::consuming(Root::StateResult(info.state.name.clone()), 1);
            return candidate.fix(problem, reference);
        }
        let uses = || self.workflow.inlined.iter().filter(|used| used.fragment == word.as_str());
        let is_here =
            |used: &&Inlined| self.states.get(&used.first).is_some_and(|first| first.scope == place.state.scope);
        if let (Some(used), false) = (uses().find(is_here).or_else(|| uses().next()), self.states.contains_key(&word)) {
            let name = &used.written;
            return problem
                .help(format!("`{word}` is a fragment: its result is read by the name of a use, such as `{name}`"));
        }
        let fields = self.has_field(place, &word);
        let mut candidates = Vec::new();
        if self.variables.as_ref().is_some_and(|names| names.contains(&word)) {
            candidates.push(Candidate::new(Root::Variable(word.clone())));
        }
        candidates.extend(fields.into_iter().map(|root| Candidate::member(root, &word, reference.root_span)));
        if INPUTS.contains(&word.as_str()) {
            candidates.extend((word == "ctx").then(|| Candidate::new(Root::Context)));
            candidates.extend([Root::Input, Root::State, Root::Item].map(Candidate::new));
        }
        if ERRORS.contains(&word.as_str()) {
            candidates.push(Candidate::new(Root::Caught));
        }
        if let Some(problem) = self.meant(place, reference, &candidates, &problem) {
            return problem;
        }
        let enums = self.types.enums.iter();
        let variant =
            enums.into_iter().find(|(_, decl)| decl.variants.iter().any(|variant| plain(&variant.name) == word));
        if let Some((of, _)) = variant {
            let variant = format!("{of}::{word}");
            let edit = Edit::over(reference.root_span, variant.clone());
            let problem = problem.help(format!("a variant is named with its enum: `{variant}`"));
            return if reference.segments.is_empty() { problem.edit(edit) } else { problem };
        }
        if ERRORS.contains(&word.as_str()) {
            return problem.help("the caught error is `caught.Error` and `caught.Cause`");
        }
        if place.position == ValueField::Path && reference.segments.is_empty() {
            return problem.write(format!("\"$.{word}\""));
        }
        let here: Vec<_> = self.workflow.around(reference.root_span.in_use).collect();
        let (copies, others): (Vec<_>, Vec<_>) =
            self.workflow.copies.iter().partition(|copy| here.contains(&copy.number));
        if others.iter().any(|copy| copy.name == word) {
            return problem.help(format!("`{word}` is the item of a `for`, which is known only in its braces"));
        }
        let copied = copies.iter().map(|copy| copy.name.clone());
        let items: Vec<_> = self.items_around(place.state).map(plain).chain(copied).collect();
        let words = self.words_in(reference.root_span.in_use);
        let roots = RESERVED.iter().copied().chain(words.keys().map(String::as_str));
        let parameters = place.closure.into_iter().flat_map(ClosureScope::names);
        let near = nearest(&word, roots.chain(items.iter().map(String::as_str)).chain(parameters));
        if let Some(near) = near {
            let written = words.get(near).map_or(near, String::as_str);
            // The result of a copy has a number, which may be there already.
            let is_copy = written != near;
            return match is_copy && reference.segments.first().is_some_and(|first| matches!(first, Segment::Index(_))) {
                true => problem.did_you_mean(near, near),
                false => problem.did_you_mean(written, written),
            };
        }
        // A misspelt member without its root.
        if let Some(near) = self.nearest_value(place, &word) {
            let roots = self.has_field(place, &near).into_iter();
            let candidates: Vec<_> = roots.map(|root| Candidate::member(root, &near, reference.root_span)).collect();
            if let Some(problem) = self.meant(place, reference, &candidates, &problem) {
                return problem;
            }
        }
        if self.workflow.is_fragment {
            return problem.help("a value from outside is a field of `input`, which the use of the fragment passes");
        }
        problem.help(format!("text is written in quotes, `\"{word}\"`; a constant of your Rust code is `const {word}`"))
    }

    /// Returns the probable meaning of a variable that is never assigned: `$input.id`, `$.id`, `$$.Execution.Id`;
    /// `None` if it may be a misspelt variable.
    pub(super) fn unknown_variable(
        &self,
        place: ValueSite<'_, 'a>,
        reference: &Reference,
        name: &str,
    ) -> Option<Problem> {
        let names: Vec<_> = reference.segments.iter().map_while(member_name).collect();
        let (message, candidates) = match name {
            "" => {
                let roots = [Root::State, Root::Item, Root::Input, Root::Result];
                let mut candidates: Vec<_> = roots.map(Candidate::new).into();
                match names.as_slice() {
                    ["input", ..] => candidates.insert(0, Candidate::consuming(Root::Input, 1)),
                    ["context", ..] => candidates.insert(0, Candidate::consuming(Root::Context, 1)),
                    _ => {}
                }
                ("a path that begins with `$` is not a value here", candidates)
            }
            "$" => {
                let candidates = match names.as_slice() {
                    ["Execution", "Input", ..] => vec![Candidate::consuming(Root::Input, 2)],
                    ["Map", "Item", "Value", ..] => vec![Candidate::consuming(Root::Item, 3)],
                    ["Map", "Item", "Index", ..] => vec![Candidate::consuming(Root::Index, 3)],
                    _ => vec![Candidate::new(Root::Context)],
                };
                ("a path that begins with `$$` is not a value here", candidates)
            }
            "states" => {
                let candidate = match names.as_slice() {
                    ["input", ..] => Candidate::consuming(Root::State, 1),
                    ["result", ..] => Candidate::consuming(Root::Result, 1),
                    ["errorOutput", ..] => Candidate::consuming(Root::Caught, 1),
                    ["context", "Execution", "Input", ..] => Candidate::consuming(Root::Input, 3),
                    ["context", ..] => Candidate::consuming(Root::Context, 1),
                    _ => return None,
                };
                ("`$states` is a variable of JSONata, which this state does not use", vec![candidate])
            }
            "error" | "err" => ("this is not a variable", vec![Candidate::new(Root::Caught)]),
            name if self.params.contains_key(name) => (
                "this is not a variable, but a parameter",
                vec![Candidate::member(Root::Params, name, reference.root_span)],
            ),
            name => match root(name) {
                Some(root) => ("this is not a variable: `$` is missing before it", vec![Candidate::new(root)]),
                None => return None,
            },
        };
        let problem = Problem::new(Code::ReferenceNotHere, reference.root_span, message);
        let meant = self.meant(place, reference, &candidates, &problem);
        Some(meant.unwrap_or_else(|| match candidates.first() {
            Some(candidate) => candidate.fix(problem, reference),
            None => problem,
        }))
    }

    /// Returns the problem with the first candidate that names something.
    fn meant(
        &self,
        place: ValueSite<'_, 'a>,
        reference: &Reference,
        candidates: &[Candidate],
        problem: &Problem,
    ) -> Option<Problem> {
        let declared = Narrowing::default();
        let place = place.knowing(&declared);
        let found = candidates.iter().find(|candidate| self.resolves(place, &candidate.reference(reference)))?;
        Some(found.fix(problem.clone(), reference))
    }

    /// Returns whether nothing is wrong with a reference.
    pub(super) fn resolves(&self, place: ValueSite<'_, 'a>, reference: &Reference) -> bool {
        let mut problems = Problems::default();
        self.follow(place, reference, &mut Sink::to(&mut problems));
        problems.iter().next().is_none()
    }

    /// Returns the values that certainly have a member of this name.
    fn has_field(&self, place: ValueSite<'_, 'a>, name: &str) -> Vec<Root> {
        let [input, item, own] = self.values_with_members(place);
        let has = |ty: &Ty| self.types.members(ty).iter().any(|member| member.name == name);
        let known = [
            (has(&input), Root::Input),
            (self.params.contains_key(name), Root::Params),
            (has(&item), Root::Item),
            (has(&own), Root::State),
        ];
        known.into_iter().filter(|(has, _)| *has).map(|(_, root)| root).collect()
    }

    /// Returns the types of the execution's input, the item and the state's own input.
    fn values_with_members(&self, place: ValueSite<'_, 'a>) -> [Ty; 3] {
        let item = self.map_around(place.state).map_or(Ty::Unknown, |(_, map)| self.item_type(map));
        [self.input.clone(), item, self.own_input(place.state)]
    }

    /// Returns the name of a value that can be read here that is nearest to another.
    pub(super) fn nearest_value(&self, place: ValueSite<'_, 'a>, name: &str) -> Option<String> {
        let types = self.values_with_members(place);
        let members = types.iter().flat_map(|ty| self.types.members(ty)).map(|member| member.name);
        let names = members.chain(self.params.keys().map(String::as_str)).chain(self.states.keys().map(String::as_str));
        nearest(name, names).map(str::to_owned)
    }

    /// Handles `env.TABLE` and `process.env.TABLE`, which are parameters here.
    fn environment(&self, problem: &Problem, reference: &Reference) -> Option<Problem> {
        let consumed = reference.segments.iter().position(|segment| member_name(segment) != Some("env"))?;
        let Segment::Member { name, quoted, .. } = reference.segments.get(consumed)? else { return None };
        let wanted = name.value.to_lowercase().replace('-', "_");
        let known = self.params.keys().map(String::as_str);
        let near = known.clone().find(|known| *known == wanted).or_else(|| nearest(&wanted, known));
        let param = near.unwrap_or(&wanted);
        let span = reference.root_span.to(name.span);
        let message = "there are no environment variables: a value known at deployment is a parameter".to_owned();
        let problem = Problem { message, span, ..problem.clone() };
        let problem = match near {
            Some(near) => problem.help(format!("write `params.{near}`")),
            None => problem.help(format!("write `params.{param}`, and declare it: `params {{ {param}: String }}`")),
        };
        if *quoted != Quotes::None || reference.segments.len() > consumed + 1 {
            return Some(problem);
        }
        let problem = problem.edit(Edit::over(span, format!("params.{param}")));
        Some(if near.is_some() { problem } else { self.declaring(problem, &format!("{param}: String")) })
    }

    /// Adds the declaration of another parameter.
    pub(super) fn declaring(&self, problem: Problem, field: &str) -> Problem {
        let declared = self.workflow.declarations.iter().find_map(|declaration| match &declaration.kind {
            DeclarationKind::Params(fields) => Some(fields),
            _ => None,
        });
        match declared.map(|fields| fields.last()) {
            None => problem.edit(Edit::after(self.workflow.brace, format!("\n    params {{ {field} }}"))),
            Some(Some(last)) => problem.edit(Edit::after(last.ty.span, format!(", {field}"))),
            Some(None) => Problem { fix: Vec::new(), ..problem },
        }
    }
}

fn member_name(segment: &Segment) -> Option<&str> {
    match segment {
        Segment::Member { name, .. } => Some(&name.value),
        Segment::Index(_) | Segment::Slice(_) | Segment::Each { .. } => None,
    }
}
