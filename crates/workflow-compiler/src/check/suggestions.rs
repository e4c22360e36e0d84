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
use crate::syntax::ast::{Quotes, Reference, Root, Segment, Text, TokenSpan, plain};
use crate::syntax::keyword::RESERVED;
use crate::syntax::root;
use crate::syntax::spelling::spelled_reference;

/// Other languages' words for the input, for an error, before the name of a state, and for the environment.
const INPUTS: &str =
    "event evt self this payload body request req data args arguments inputs message msg record ctx props kwargs";
const ERRORS: &str = "error err e ex exc exception failure";
const RESULTS: &str = "states steps tasks results outputs";
const ENVIRONMENTS: &str = "env ENV environ process";

/// What the language has for them.
const MEANT: [(&str, &str); 4] = [
    (INPUTS, "the execution's input is `input`, the state's own `state`, and the item of a map `item`"),
    (ERRORS, "the caught error is `caught.Error` and `caught.Cause`"),
    (RESULTS, "the result of a state is read by its name: `Train.Payload`"),
    (ENVIRONMENTS, "a value known at deployment is a parameter: `params { table: String }`, read as `params.table`"),
];

/// A reference that may have been meant: its root, a member of it, and the number of written steps that they replace
/// beside the first word.
type Candidate<'n> = (Root, Option<&'n str>, usize);

/// Returns the reference of a candidate, without the remaining written steps.
fn own_part(&(ref root, member, _): &Candidate<'_>, span: TokenSpan) -> Reference {
    let member = member.map(|name| {
        let name = Text { value: name.to_owned(), span };
        Segment::Member { name, optional: false, quoted: Quotes::None }
    });
    Reference { segments: member.into_iter().collect(), ..Reference::to(root.clone(), span) }
}

/// Returns the problem with the fix that writes a candidate in place of the words for it.
fn written_as(candidate: &Candidate<'_>, problem: Problem, written: &Reference) -> Problem {
    let last = candidate.2.checked_sub(1).and_then(|last| written.segments.get(last));
    let span = last.map_or(written.root_span, |last| written.root_span.to(last.span()));
    Problem { span, ..problem }.write(spelled_reference(&own_part(candidate, span)))
}

impl<'a> Analysis<'a> {
    /// Returns the problem of an unknown word, with its probable meaning.
    pub(super) fn unknown_word(&self, place: ValueSite<'_, 'a>, reference: &Reference, name: &Ident) -> Problem {
        let word = plain(name);
        let problem = Problem::new(Code::ReferenceNotHere, reference.root_span, format!("cannot find `{word}`"));
        if let Some((value, _)) = VALUES.iter().find(|(_, words)| words.contains(&word.as_str()))
            && reference.segments.is_empty()
        {
            return match *value {
                "null" => problem.help("write `null`, or test an optional value with `is_present(x)`"),
                _ => problem.write(*value),
            };
        }
        let is_one_of = |words: &str| words.split(' ').any(|known| known == word);
        let member = reference.segments.first().and_then(Segment::member).map(|name| name.value.as_str());
        if is_one_of(RESULTS)
            && let Some(info) = member.and_then(|name| self.states.get(name))
        {
            return written_as(&(Root::StateResult(info.state.name.clone()), None, 1), problem, reference);
        }
        let used = self.workflow.inlined.iter().find(|used| used.fragment == word.as_str());
        if let Some(used) = used.filter(|_| !self.states.contains_key(&word)) {
            let name = &used.written;
            return problem
                .help(format!("`{word}` is a fragment: its result is read by the name of a use, such as `{name}`"));
        }
        let mut candidates: Vec<Candidate<'_>> = Vec::new();
        if self.variables.as_ref().is_some_and(|names| names.contains(&word)) {
            candidates.push((Root::Variable(word.clone()), None, 0));
        }
        candidates.extend(self.has_field(place, &word).into_iter().map(|root| (root, Some(&*word), 0)));
        if is_one_of(INPUTS) {
            candidates.extend((word == "ctx").then_some((Root::Context, None, 0)));
            candidates.extend([Root::Input, Root::State, Root::Item].map(|root| (root, None, 0)));
        }
        if is_one_of(ERRORS) {
            candidates.push((Root::Caught, None, 0));
        }
        if let Some(problem) = self.meant(place, reference, &candidates, &problem) {
            return problem;
        }
        let variants = self.types.enums.iter().flat_map(|(of, decl)| decl.variants.iter().map(move |one| (of, one)));
        let variant = variants
            .map(|(of, variant)| (of, plain(&variant.name)))
            .find(|(of, variant)| *variant == word || **of == word && member == Some(variant));
        if let Some((of, variant)) = variant {
            let written = format!("{of}::{variant}");
            let problem = problem.help(format!("a variant is named with its enum: `{written}`"));
            let words = match (&reference.segments[..], variant == word) {
                ([], true) => reference.root_span,
                ([member], false) => reference.root_span.to(member.span()),
                _ => return problem,
            };
            return problem.edit(Edit::over(words, written));
        }
        if let Some((_, help)) = MEANT.iter().find(|(words, _)| is_one_of(words)) {
            return problem.help(*help);
        }
        if place.position == ValueField::Path && reference.segments.is_empty() {
            return problem.write(format!("\"$.{word}\""));
        }
        let copies = &self.workflow.copies;
        if copies.iter().any(|copy| copy.name == word) {
            return problem.help(format!("`{word}` is the item of a `for`, which is known only in its braces"));
        }
        let items: Vec<_> = self.items_around(place.state).map(plain).collect();
        let items = items.iter().chain(copies.iter().map(|copy| &copy.name)).map(String::as_str);
        let roots = RESERVED.iter().copied().chain(self.words(None)).chain(items);
        let parameters = place.closure.into_iter().flat_map(ClosureScope::names);
        if let Some(near) = nearest(&word, roots.chain(parameters)) {
            return problem.did_you_mean(near, near);
        }
        // A misspelt member without its root.
        let types = self.values_with_members(place);
        let members = types.iter().flat_map(|ty| self.types.members(ty)).map(|member| member.name);
        if let Some(near) = nearest(&word, members.chain(self.params.keys().map(String::as_str))) {
            let roots = self.has_field(place, near).into_iter();
            let candidates: Vec<_> = roots.map(|root| (root, Some(near), 0)).collect();
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
        let names = reference.segments.iter().map_while(Segment::member);
        let names: Vec<_> = names.map(|name| name.value.as_str()).collect();
        let (message, candidates): (_, Vec<Candidate<'_>>) = match (name, names.as_slice()) {
            ("", names) => {
                let stated = (names.first() == Some(&"input")).then_some((Root::Input, None, 1));
                let roots = [Root::State, Root::Item, Root::Input, Root::Result].map(|root| (root, None, 0));
                ("a path that begins with `$` is not a value here", stated.into_iter().chain(roots).collect())
            }
            ("$", names) => {
                let meant = match names {
                    ["Execution", "Input", ..] => (Root::Input, None, 2),
                    ["Map", "Item", "Value", ..] => (Root::Item, None, 3),
                    ["Map", "Item", "Index", ..] => (Root::Index, None, 3),
                    _ => (Root::Context, None, 0),
                };
                ("a path that begins with `$$` is not a value here", vec![meant])
            }
            ("states", names) => {
                let meant = match names {
                    ["input", ..] => (Root::State, None, 1),
                    ["result", ..] => (Root::Result, None, 1),
                    ["errorOutput", ..] => (Root::Caught, None, 1),
                    ["context", "Execution", "Input", ..] => (Root::Input, None, 3),
                    ["context", ..] => (Root::Context, None, 1),
                    _ => return None,
                };
                ("`$states` is a variable of JSONata, which this state does not use", vec![meant])
            }
            ("error" | "err", _) => ("this is not a variable", vec![(Root::Caught, None, 0)]),
            (name, _) if self.params.contains_key(name) => {
                ("this is not a variable, but a parameter", vec![(Root::Params, Some(name), 0)])
            }
            (name, _) => ("this is not a variable: `$` is missing before it", vec![(root(name)?, None, 0)]),
        };
        let problem = Problem::new(Code::ReferenceNotHere, reference.root_span, message);
        let meant = self.meant(place, reference, &candidates, &problem);
        Some(meant.unwrap_or_else(|| match candidates.first() {
            Some(candidate) => written_as(candidate, problem, reference),
            None => problem,
        }))
    }

    /// Returns the problem with the first candidate that names something.
    fn meant(
        &self,
        place: ValueSite<'_, 'a>,
        reference: &Reference,
        candidates: &[Candidate<'_>],
        problem: &Problem,
    ) -> Option<Problem> {
        let declared = Narrowing::default();
        let place = place.knowing(&declared);
        let names_something = |candidate: &&Candidate<'_>| {
            let mut whole = own_part(candidate, reference.root_span);
            whole.optional = reference.optional;
            whole.segments.extend(reference.segments.iter().skip(candidate.2).cloned());
            self.resolves(place, &whole)
        };
        Some(written_as(candidates.iter().find(names_something)?, problem.clone(), reference))
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
        let item = self.item_around(place.state, None).map_or(Ty::Unknown, |(_, map)| self.item_type(map));
        [self.input.clone(), item, self.own_input(place.state)]
    }
}
