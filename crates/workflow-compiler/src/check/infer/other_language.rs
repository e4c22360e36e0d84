//! Values in the syntax of other languages, and their equivalents.

use proc_macro2::Ident;
use workflow_asl::Code;
use workflow_asl::document::QueryLanguage;

use super::method::{CAST, POWERS, SURELY};
use crate::check::analysis::Analysis;
use crate::check::sink::Sink;
use crate::check::types::Ty;
use crate::check::value_site::ValueSite;
use crate::problem::{Edit, Problem};
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, OtherLanguage, Reference, Root, Text, TokenSpan, plain};
use crate::syntax::reference_in_text;
use crate::syntax::spelling::{is_word, spelled};

impl<'a> Analysis<'a> {
    /// Returns the type of the intended expression, and reports the foreign syntax to the sink.
    pub(super) fn infer_other_language(
        &self,
        place: ValueSite<'_, 'a>,
        other: &OtherLanguage,
        span: TokenSpan,
        sink: &mut Sink<'_>,
    ) -> Ty {
        if let Some(full) = self.with_whole_reference(place, other) {
            return self.infer_other_language(place, &full, span, sink);
        }
        if let OtherLanguage::Format { parts } = other {
            return self.infer_format(place, parts, span, sink);
        }
        let is_own = |value: &&Expr| !matches!(value.kind, ExprKind::OtherLanguage(_) | ExprKind::Closure(_));
        for value in other.values().filter(is_own) {
            self.infer(place.knowing(&place.facts.asking()), value, sink);
        }
        let meant = self.written_here(place, other);
        // The first of an object's members reports the others.
        let told = matches!(other, OtherLanguage::Short { others: None, .. });
        let mut report = |problem: &dyn Fn() -> Problem| {
            if !told {
                sink.report(problem);
            }
        };
        report(&|| {
            let problem = match other {
                OtherLanguage::Method { name, .. } if name.value == SURELY => {
                    Problem::new(Code::Syntax, name.span, "unexpected `!` after a value")
                }
                OtherLanguage::Method { name, .. } if POWERS.contains(&name.value.as_str()) => {
                    Problem::new(Code::Syntax, name.span, format!("`{}` is not an operator here", name.value))
                }
                OtherLanguage::Method { name, .. } if name.value.starts_with(CAST) => {
                    Problem::new(Code::Syntax, span, "values are not cast with `as`")
                }
                OtherLanguage::Method { name, .. } => {
                    let message = format!("values have no methods, such as `{}`", name.value);
                    Problem::new(Code::Syntax, name.span, message)
                }
                OtherLanguage::Format { .. } => without_function(span),
                OtherLanguage::Short { reference: of, others } => {
                    return self.short_members(place, of, others.as_deref().unwrap_or_default());
                }
            };
            match &meant {
                Some(meant) => {
                    let text = spelled(meant);
                    problem.help(format!("write `{text}`")).edit(Edit::over(span, text))
                }
                None if place.state.language == QueryLanguage::JsonPath => {
                    problem.help("JSONata has functions for this: use `query jsonata` on the state")
                }
                None => problem.help("functions of the query language take the value, such as `$length(x)`"),
            }
        });
        meant.map_or(Ty::Unknown, |meant| self.type_of(place, &meant))
    }

    /// Returns the type of a string that another language fills in. Names that the workflow knows are written in full; of
    /// one that it does not know nothing can be proposed.
    fn infer_format(&self, place: ValueSite<'_, 'a>, parts: &[Expr], span: TokenSpan, sink: &mut Sink<'_>) -> Ty {
        let known: Result<Vec<_>, _> = parts.iter().map(|part| self.in_full(place, part)).collect();
        let known = match known {
            Ok(known) => known,
            Err(name) => {
                let problem = without_function(span);
                sink.push(problem.help(format!("cannot find `{name}`: join the text with the intended value")));
                return Ty::Text;
            }
        };
        for part in known.iter().filter(|part| !matches!(part.kind, ExprKind::OtherLanguage(_))) {
            self.infer(place.knowing(&place.facts.asking()), part, sink);
        }
        let known: Option<Vec<_>> = known
            .into_iter()
            .map(|part| match &part.kind {
                ExprKind::OtherLanguage(inner) => self.written_here(place, inner),
                _ => Some(part),
            })
            .collect();
        let joined = known.and_then(|known| self.joined(place, &known));
        sink.report(|| match &joined {
            Some(joined) => {
                let text = spelled(joined);
                without_function(span).help(format!("write `{text}`")).edit(Edit::over(span, text))
            }
            None => without_function(span).help("text is joined with `+`: `\"order \" + input.id`"),
        });
        joined.map_or(Ty::Text, |joined| self.type_of(place, &joined))
    }

    /// Returns a method of a value that is called by its name alone, with the whole reference.
    fn with_whole_reference(&self, place: ValueSite<'_, 'a>, other: &OtherLanguage) -> Option<OtherLanguage> {
        let OtherLanguage::Method { receiver: of, name, arguments } = other else { return None };
        let ExprKind::Reference(Reference { root: Root::StateResult(word), .. }) = &of.kind else { return None };
        let full = self.in_full(place, of).ok()?;
        let known = |of: &Expr| !matches!(&of.kind, ExprKind::Reference(Reference { root: Root::StateResult(name), .. }) if !self.states.contains_key(&plain(name)));
        let changed = !self.states.contains_key(&plain(word)) && known(&full);
        changed.then(|| OtherLanguage::Method {
            receiver: Box::new(full),
            name: name.clone(),
            arguments: arguments.clone(),
        })
    }

    /// A part of such a string with the whole reference where it is a name alone; the name where nothing is called so.
    fn in_full(&self, place: ValueSite<'_, 'a>, part: &Expr) -> Result<Expr, String> {
        let ExprKind::Reference(reference) = &part.kind else { return Ok(part.clone()) };
        let name = match &reference.root {
            Root::StateResult(name) if !self.states.contains_key(&plain(name)) => name,
            _ => return Ok(part.clone()),
        };
        let meant = self.meant_by_name(place, reference).or_else(|| {
            // Other languages' words for the input, and misspelt names.
            let problem = self.unknown_word(place, reference, name);
            let [edit] = problem.fix.as_slice() else { return None };
            reference_in_text(&edit.text, part.span)
        });
        let meant = meant.ok_or_else(|| plain(name))?;
        Ok(Expr::made(ExprKind::Reference(meant), part.span))
    }

    /// Returns the probable meaning; `None` if nothing is similar.
    fn written_here(&self, place: ValueSite<'_, 'a>, other: &OtherLanguage) -> Option<Expr> {
        match other {
            OtherLanguage::Method { receiver: of, name, arguments } => {
                let inner = |value: &Expr| match &value.kind {
                    ExprKind::OtherLanguage(inner) => self.written_here(place, inner),
                    _ => Some(value.clone()),
                };
                let arguments: Option<Vec<_>> = arguments.iter().map(inner).collect();
                self.instead_of_method(place, &inner(of)?, &name.value, &arguments?)
            }
            OtherLanguage::Format { parts } => self.joined(place, parts),
            OtherLanguage::Short { reference: of, .. } => self.called_alike(place, of),
        }
    }

    /// Returns the value that a member without a value names; `None` where nothing is called so.
    fn called_alike(&self, place: ValueSite<'_, 'a>, of: &Expr) -> Option<Expr> {
        let ExprKind::Reference(reference) = &of.kind else { return None };
        let meant = self.meant_by_name(place, reference).or_else(|| {
            let Root::StateResult(name) = &reference.root else { return None };
            let near = self.nearest_value(place, &plain(name)).filter(|near| is_word(near))?;
            let root = Root::StateResult(Ident::new(&near, name.span()));
            self.meant_by_name(place, &Reference { root, ..reference.clone() })
        })?;
        Some(Expr::made(ExprKind::Reference(meant), of.span))
    }

    /// Reports all members of an object without a value, at the first of them.
    fn short_members(&self, place: ValueSite<'_, 'a>, first: &Expr, others: &[Expr]) -> Problem {
        let problem = Problem::new(Code::Syntax, first.span, "a member has a key and a value");
        let all = std::iter::once(first).chain(others);
        let written: Vec<_> = all
            .map(|of| {
                let meant = self.called_alike(place, of);
                let text = meant.as_ref().map(|meant| format!("{}: {}", spelled(of), spelled(meant)));
                (of, text)
            })
            .collect();
        let texts: Vec<_> =
            written.iter().map(|(of, text)| text.clone().unwrap_or_else(|| format!("{}: …", spelled(of)))).collect();
        let problem = problem.help(format!("write `{}`", texts.join(", ")));
        let unknown = written.iter().find(|(_, text)| text.is_none());
        let problem = match unknown {
            Some((of, _)) => problem.help(format!("cannot find `{}`", spelled(of))),
            None => problem,
        };
        // The edit changes all of them: the rest would be another error.
        let edits: Option<Vec<_>> = written.into_iter().map(|(of, text)| Some(Edit::over(of.span, text?))).collect();
        edits.into_iter().flatten().fold(problem, Problem::edit)
    }

    /// Returns strings and values joined to one string; `None` if there is nothing to join.
    pub(super) fn joined(&self, place: ValueSite<'_, 'a>, parts: &[Expr]) -> Option<Expr> {
        let types: Vec<_> = parts.iter().map(|part| self.type_of(place, part)).collect();
        let span = parts.first()?.span;
        let make = |kind| Expr::made(kind, span);
        let is_plain = |ty: &Ty| ty.present().is_text() || ty.is_unknown();
        if place.state.language == QueryLanguage::JsonPath && !types.iter().all(is_plain) {
            let mut template = String::new();
            let mut arguments = Vec::new();
            for part in parts {
                match &part.kind {
                    ExprKind::Text(text) if text.contains(['{', '}', '\\']) => return None,
                    ExprKind::Text(text) => template.push_str(text),
                    _ => {
                        template.push_str("{}");
                        arguments.push(part.clone());
                    }
                }
            }
            let name = Text { value: "States.Format".to_owned(), span };
            let template = make(ExprKind::Text(template));
            let arguments = std::iter::once(template).chain(arguments).collect();
            return Some(make(ExprKind::Call { name, arguments }));
        }
        let joined = parts.iter().zip(&types).map(|(part, ty)| {
            let value = match &part.kind {
                ExprKind::Binary(..) | ExprKind::If(..) => make(ExprKind::Paren(Box::new(part.clone()))),
                _ => part.clone(),
            };
            let value = if ty.may_be_absent() && place.state.language == QueryLanguage::Jsonata {
                let default = make(default(ty.present()));
                let kind = ExprKind::Binary(BinaryOp::Default, span, Box::new(value), Box::new(default));
                make(ExprKind::Paren(Box::new(make(kind))))
            } else {
                value
            };
            if is_plain(ty) {
                return value;
            }
            let name = Text { value: "$string".to_owned(), span };
            make(ExprKind::Call { name, arguments: vec![value] })
        });
        let mut joined: Vec<_> = joined.collect();
        // Two values of unknown types would be added, not joined.
        if matches!(types.as_slice(), [first, second, ..] if first.is_unknown() && second.is_unknown()) {
            joined.insert(1, make(ExprKind::Text(String::new())));
        }
        joined
            .into_iter()
            .reduce(|left, right| make(ExprKind::Binary(BinaryOp::Add, span, Box::new(left), Box::new(right))))
    }
}

impl<'a> Analysis<'a> {
    /// A string with references in braces, as other languages fill them in: `"order {input.id}"`.
    pub(in crate::check) fn braces_in_text(
        &self,
        place: ValueSite<'_, 'a>,
        (text, span): (&str, TokenSpan),
        sink: &mut Sink<'_>,
    ) {
        if !sink.listens() || !text.contains('{') || text.starts_with("{%") {
            return;
        }
        let mut parts = Vec::new();
        let (mut first, mut rest) = (None, text);
        while let Some((before, words, reference, after)) = self.next_in_braces(rest, span) {
            first.get_or_insert(words);
            parts.extend((!before.is_empty()).then(|| Expr::made(ExprKind::Text(before.to_owned()), span)));
            parts.push(Expr::made(ExprKind::Reference(reference), span));
            rest = after;
        }
        let Some(words) = first else { return };
        parts.extend((!rest.is_empty()).then(|| Expr::made(ExprKind::Text(rest.to_owned()), span)));
        let problem = Problem::new(Code::ReferenceAsText, span, format!("`{words}` is treated as text"));
        sink.push(match self.joined(place, &parts) {
            Some(joined) => problem.write(spelled(&joined)),
            None => problem.help("text is joined with `+`: `\"order \" + input.id`"),
        });
    }

    /// Returns the first reference in braces: the text before it, the words, the reference, the text after it.
    fn next_in_braces<'t>(&self, text: &'t str, span: TokenSpan) -> Option<(&'t str, &'t str, Reference, &'t str)> {
        let mut from = 0;
        while let Some(open) = text.get(from..)?.find('{').map(|at| from + at) {
            let close = text.get(open..)?.find('}').map(|at| open + at)?;
            let inner = text.get(open + 1..close)?;
            if let Some(reference) = reference_in_text(inner.trim().trim_start_matches('{').trim(), span)
                && self.is_reference(&reference)
            {
                let start = if inner.starts_with('{') { open } else { open - prefix(text.get(..open)?) };
                let after = text.get(close + 1..)?;
                let end = if inner.starts_with('{') && after.starts_with('}') { close + 2 } else { close + 1 };
                return Some((text.get(..start)?, text.get(start..end)?, reference, text.get(end..)?));
            }
            from = open + 1;
        }
        None
    }

    /// Returns whether words in a string surely name something of the workflow.
    fn is_reference(&self, reference: &Reference) -> bool {
        !reference.segments.is_empty()
            && match &reference.root {
                Root::StateResult(name) => self.states.contains_key(&plain(name)),
                Root::Variable(name) => !self.lacks_variable(name),
                _ => true,
            }
    }
}

fn without_function(span: TokenSpan) -> Problem {
    Problem::new(Code::Syntax, span, "text is joined with `+`, without a function")
}

/// Returns the number of characters before a brace that belong to it: `$` or `#`.
fn prefix(before: &str) -> usize {
    usize::from(before.ends_with(['$', '#']))
}

/// Returns a default for an absent value, of the value's type.
pub(super) fn default(ty: &Ty) -> ExprKind {
    match ty {
        Ty::Bool => ExprKind::Bool(false),
        ty if ty.is_number() => ExprKind::Number("0".to_owned()),
        ty if ty.is_text() => ExprKind::Text(String::new()),
        ty if ty.is_array() => ExprKind::Array(Vec::new()),
        _ => ExprKind::Null,
    }
}

/// Returns the same as it is written, for types that it certainly fits.
pub(super) fn written_default(ty: &Ty) -> Option<String> {
    let fits = *ty == Ty::Text || *ty == Ty::Bool || ty.is_number() || ty.is_array();
    fits.then(|| match default(ty) {
        ExprKind::Bool(_) => "false".to_owned(),
        ExprKind::Number(number) => number,
        ExprKind::Array(_) => "[]".to_owned(),
        _ => "\"\"".to_owned(),
    })
}
