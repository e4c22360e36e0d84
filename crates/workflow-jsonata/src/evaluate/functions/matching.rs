//! Functions that search with strings, regular expressions or matcher functions.

use super::Arguments;
use super::strings::made;
use crate::evaluate::call::ClosureKind;
use crate::evaluate::error::Error;
use crate::evaluate::machine::{Machine, Res};
use crate::evaluate::value::{SEQUENCE, Val};
use crate::functions::Id;
use crate::regex::{Regex, Subject, expand};
use crate::{number, text};

/// A match.
struct SubstringMatch<'a> {
    text: String,
    start: usize,
    end: usize,
    groups: Vec<Option<String>>,
    /// The function that finds the next match, if a function found this one.
    next: Option<Val<'a>>,
    /// The value that `$replace` passes to a function.
    whole: Option<Val<'a>>,
}

/// A string, regular expression or function that finds matches.
enum Matcher<'m, 'a> {
    Regex(&'a Regex),
    Function(&'m Val<'a>),
}

impl<'m, 'a> Matcher<'m, 'a> {
    fn of(value: &'m Val<'a>) -> Self {
        match value {
            Val::Function(function) => function.regex().map_or(Self::Function(value), Self::Regex),
            _ => Self::Function(value),
        }
    }
}

impl<'a> Machine<'a> {
    pub(super) fn matching_function(&mut self, id: Id, given: &Arguments<'_, 'a>) -> Res<Val<'a>> {
        let Some(subject) = given.text(0) else { return Ok(Val::Undefined) };
        self.work(subject.len() as u64 / 64)?;
        match id {
            Id::Contains => match given.text(1) {
                Some(part) => Ok(Val::Bool(subject.contains(part))),
                None => {
                    let wide = Subject::new(subject, self)?;
                    let found = self.first_match(&Matcher::of(given.at(1)), given.at(0), &wide)?;
                    Ok(Val::Bool(found.is_some()))
                }
            },
            Id::Match => self.all_matches(subject, given),
            Id::Split => self.split(subject, given),
            _ => self.replace(subject, given),
        }
    }

    fn first_match(
        &mut self,
        matcher: &Matcher<'_, 'a>,
        value: &Val<'a>,
        subject: &Subject<'_>,
    ) -> Res<Option<SubstringMatch<'a>>> {
        match matcher {
            Matcher::Regex(regex) => {
                let found = regex.find_at(subject, 0, self)?;
                self.found(subject, found)
            }
            Matcher::Function(function) => {
                let result = self.apply(function, vec![value.clone()], &Val::Null)?;
                self.read_match(&result)
            }
        }
    }

    fn next_match(
        &mut self,
        matcher: &Matcher<'_, 'a>,
        subject: &Subject<'_>,
        last: &SubstringMatch<'a>,
    ) -> Res<Option<SubstringMatch<'a>>> {
        match (matcher, &last.next) {
            (Matcher::Regex(regex), _) => {
                let found = regex.find_after(subject, last.end, self)?;
                self.found(subject, found)
            }
            (_, Some(next)) => {
                let result = self.apply(next, Vec::new(), &Val::Null)?;
                self.read_match(&result)
            }
            (_, None) => Ok(None),
        }
    }

    fn found(&mut self, subject: &Subject<'_>, found: Option<crate::regex::Match>) -> Res<Option<SubstringMatch<'a>>> {
        let Some(found) = found else { return Ok(None) };
        let bytes = found.end - found.start + found.groups.iter().flatten().map(ExactSizeIterator::len).sum::<usize>();
        self.make(bytes)?;
        let text = |range| subject.slice(range).into_owned();
        Ok(Some(SubstringMatch {
            text: text(found.start..found.end),
            start: found.start,
            end: found.end,
            groups: found.groups.into_iter().map(|group| group.map(text)).collect(),
            next: None,
            whole: None,
        }))
    }

    /// Reads the match object that a function returns.
    fn read_match(&mut self, value: &Val<'a>) -> Res<Option<SubstringMatch<'a>>> {
        let Val::Object(object) = value else {
            return match value {
                Val::Undefined => Ok(None),
                _ => Err(Error::new("T1010")),
            };
        };
        let (start, end, groups, next) =
            (object.get("start"), object.get("end"), object.get("groups"), object.get("next"));
        if start.number().is_none() && !groups.is_array() && !matches!(next, Val::Function(_)) {
            return Err(Error::new("T1010"));
        }
        let place = |value: &Val<'a>| value.number().unwrap_or(0.0).max(0.0) as usize;
        let groups = if groups.is_array() { groups.items().iter().collect() } else { Vec::new() };
        Ok(Some(SubstringMatch {
            text: object.get("match").text().unwrap_or_default().to_owned(),
            start: place(&start),
            end: place(&end),
            groups: groups.iter().map(|group| group.text().map(str::to_owned)).collect(),
            next: Some(next),
            whole: Some(value.clone()),
        }))
    }

    fn match_value(&mut self, found: &SubstringMatch<'a>, index: &'static str, next: Option<Val<'a>>) -> Res<Val<'a>> {
        if let (Some(whole), "start") = (&found.whole, index) {
            return Ok(whole.clone());
        }
        let groups = found.groups.iter().map(|group| group.clone().map_or(Val::Undefined, made)).collect();
        let groups = self.list(groups, 0)?;
        let mut members = vec![("match", made(found.text.clone())), (index, Val::Number(found.start as f64))];
        if index == "start" {
            members.push(("end", Val::Number(found.end as f64)));
        }
        members.push(("groups", groups));
        members.extend(next.map(|next| ("next", next)));
        self.object(members)
    }

    fn all_matches(&mut self, subject: &str, given: &Arguments<'_, 'a>) -> Res<Val<'a>> {
        let limit = given.number(2).map(f64::trunc);
        if let Some(limit) = limit.filter(|limit| *limit < 0.0) {
            let mut error = Error::new("D3040");
            error.value = Some(number::text(limit));
            return Err(error);
        }
        let matcher = Matcher::of(given.at(1));
        let wide = Subject::new(subject, self)?;
        let mut all = Vec::new();
        if limit.is_none_or(|limit| limit > 0.0) {
            let mut next = self.first_match(&matcher, given.at(0), &wide)?;
            while let Some(found) = next.filter(|_| limit.is_none_or(|limit| (all.len() as f64) < limit)) {
                let value = self.match_value(&found, "index", None)?;
                self.push(&mut all, value)?;
                next = self.next_match(&matcher, &wide, &found)?;
            }
        }
        self.list(all, SEQUENCE)
    }

    fn split(&mut self, subject: &str, given: &Arguments<'_, 'a>) -> Res<Val<'a>> {
        let limit = given.number(2).map(f64::trunc);
        if let Some(separator) = given.text(1) {
            let parts = text::split(subject, separator, limit, self)?;
            return self.list(parts.into_iter().map(|part| made(part.to_owned())).collect(), 0);
        }
        if let Some(limit) = limit.filter(|limit| *limit < 0.0) {
            let mut error = Error::new("D3020");
            error.value = Some(number::text(limit));
            return Err(error);
        }
        let matcher = Matcher::of(given.at(1));
        let wide = Subject::new(subject, self)?;
        let mut parts = Vec::new();
        let below = |count: usize| limit.is_none_or(|limit| (count as f64) < limit);
        if limit.is_none_or(|limit| limit > 0.0) {
            let mut next = self.first_match(&matcher, given.at(0), &wide)?;
            let mut start = 0;
            while let Some(found) = next.filter(|_| below(parts.len())) {
                let part = self.text(wide.slice(between(start, found.start)).into_owned())?;
                self.push(&mut parts, part)?;
                start = found.end;
                next = self.next_match(&matcher, &wide, &found)?;
            }
            if below(parts.len()) {
                let part = self.text(wide.slice(between(start, wide.len())).into_owned())?;
                self.push(&mut parts, part)?;
            }
        }
        self.list(parts, 0)
    }

    fn replace(&mut self, subject: &str, given: &Arguments<'_, 'a>) -> Res<Val<'a>> {
        let (replacement, limit) = (given.at(2), given.number(3));
        if let Some(pattern) = given.text(1) {
            // A function is converted to text here, as in JavaScript.
            let with = replacement.text().unwrap_or_default();
            return Ok(made(text::replace(subject, pattern, with, limit, self)?));
        }
        let most = text::replacements(limit)?;
        let matcher = Matcher::of(given.at(1));
        let wide = Subject::new(subject, self)?;
        let mut next = if most > 0 { self.first_match(&matcher, given.at(0), &wide)? } else { None };
        if next.is_none() {
            return Ok(given.at(0).clone());
        }
        let mut out = String::new();
        let (mut position, mut count) = (0, 0);
        while let Some(found) = next.filter(|_| count < most) {
            self.make(out.len() / 64)?;
            let before = wide.slice(between(position, found.start));
            self.make(before.len())?;
            out.push_str(&before);
            match replacement.text() {
                Some(with) => {
                    let groups: Vec<_> = found.groups.iter().map(Option::as_deref).collect();
                    expand(&mut out, with, &found.text, &groups, self)?;
                }
                None => {
                    let following = match &matcher {
                        Matcher::Regex(regex) => {
                            let closing = ClosureKind::Next(regex, found.end);
                            Some(self.closure(closing, vec![given.at(0).clone()], &None)?)
                        }
                        Matcher::Function(_) => None,
                    };
                    let whole = self.match_value(&found, "start", following)?;
                    let with = self.apply(replacement, vec![whole], &Val::Null)?;
                    let Some(with) = with.text() else { return Err(Error::of("D3012", &with)) };
                    self.make(with.len())?;
                    out.push_str(with);
                }
            }
            position = found.start + text::units(&found.text);
            count += 1;
            next = self.next_match(&matcher, &wide, &found)?;
        }
        let rest = wide.slice(between(position, wide.len()));
        self.make(rest.len())?;
        out.push_str(&rest);
        Ok(made(out))
    }
}

/// Returns a range of units, swapped if it ends before it starts, like JavaScript's `substring`.
fn between(start: usize, end: usize) -> std::ops::Range<usize> {
    start.min(end)..end.max(start)
}
