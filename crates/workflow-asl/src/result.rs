//! The parts of a task's result, from the table of AWS's APIs: their members, and whether they are always present.

use workflow_services::{Integration, Limits, Pattern, Shape, TaskResource};

use crate::nearest::nearest;

/// Whether a part of a result is present after the call has succeeded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// AWS's model guarantees it.
    #[default]
    Always,
    /// AWS's model guarantees nothing about the enclosing object, so nothing is known. The same applies to a job's
    /// description, which has more members when the job is done than the model guarantees for any job.
    Unsaid,
    /// The model guarantees other members of the enclosing object but not this one, or it ends a list of pages, or the
    /// API may not find it.
    Maybe,
}

/// A part of a result: the whole, or a path into it. Members are read on demand, so a part may contain itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResultPart {
    shape: Shape,
    documented: bool,
    certain: bool,
    sdk: bool,
    waited: bool,
    absent_if_empty: &'static [&'static str],
    /// The limits of its value, if AWS's model has any.
    limits: Option<Limits>,
}

/// The result of looking up a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    /// A member.
    Found(ResultPart, Presence),
    /// It may be anything.
    Unknown,
    /// There is no such member.
    None,
}

impl ResultPart {
    /// Returns the result of a task in the API's format.
    ///
    /// ```
    /// use workflow_asl::result::{Member, Presence, ResultPart};
    /// use workflow_services::TaskResource;
    ///
    /// let training = TaskResource::parse("arn:aws:states:::sagemaker:createTrainingJob.sync").unwrap();
    /// let result = ResultPart::of(training);
    /// let Member::Found(artifacts, Presence::Always) = result.member("ModelArtifacts") else { unreachable!() };
    /// assert_eq!(artifacts.member("S3ModelArtefacts"), Member::None);
    /// assert_eq!(artifacts.meant("S3ModelArtefacts").unwrap(), "did you mean `S3ModelArtifacts`?");
    /// ```
    pub fn of(task: TaskResource<'_>) -> Self {
        Self {
            shape: task.output(),
            documented: task.output_documented(),
            certain: task.output_verified(),
            sdk: matches!(task, TaskResource::Sdk(..)),
            waited: matches!(task.pattern(), Some(Pattern::Sync | Pattern::Sync2)),
            absent_if_empty: task.absent_if_empty(),
            limits: None,
        }
    }

    fn with(self, shape: Shape, limits: Option<Limits>) -> Self {
        Self { shape, absent_if_empty: &[], limits, ..self }
    }

    /// Returns the most characters of a text, if AWS's model has a limit.
    pub fn most_characters(self) -> Option<f64> {
        self.limits.filter(|_| matches!(self.shape, Shape::String))?.greatest()
    }

    /// Returns its shape in the table.
    pub fn shape(self) -> Shape {
        self.shape
    }

    /// Returns whether AWS documents the result, or a recording shows it.
    pub fn is_documented(self) -> bool {
        self.documented
    }

    /// Returns whether the table's data comes from AWS's documentation or a recording.
    pub fn is_certain(self) -> bool {
        self.certain
    }

    /// Returns whether it is the result of an SDK call, and not of an optimised integration.
    pub fn is_of_sdk(self) -> bool {
        self.sdk
    }

    /// Returns the elements of a list, or the values of an object whose keys are data.
    pub fn item(self) -> Option<Self> {
        match self.shape {
            Shape::List(list) => Some(self.with(list.element(), list.element_limits())),
            Shape::Map(map) => Some(self.with(map.value(), None)),
            _ => None,
        }
    }

    /// Returns the member with this name, case-sensitively.
    pub fn member(self, name: &str) -> Member {
        match self.shape {
            Shape::Map(map) => Member::Found(self.with(map.value(), None), Presence::Always),
            // The table has the API's type for blobs; an integration may parse them as JSON.
            Shape::Blob | Shape::Document => Member::Unknown,
            shape => match shape.member(name) {
                Some(member) => {
                    Member::Found(self.with(member.shape, member.limits), self.presence(name, member.required))
                }
                None => Member::None,
            },
        }
    }

    fn presence(self, name: &str, required: bool) -> Presence {
        if !self.certain {
            return Presence::Unsaid;
        }
        if required {
            return Presence::Always;
        }
        match self.shape {
            _ if ends_pages(name) || self.absent_if_empty.contains(&name) => Presence::Maybe,
            Shape::Structure(structure) if !self.waited && structure.members().any(|member| member.required) => {
                Presence::Maybe
            }
            _ => Presence::Unsaid,
        }
    }

    /// Returns whether an unknown name is similar to the name of a member.
    pub(crate) fn is_like_a_member(self, name: &str) -> bool {
        let members = self.shape.structure().into_iter().flat_map(|structure| structure.members());
        nearest(name, members.map(|member| member.name)).is_some()
    }

    /// Returns a suggestion for an unknown member: `did you mean …?`, or its location.
    pub fn meant(self, name: &str) -> Option<String> {
        self.meant_by(name, |names| nearest(name, names))
    }

    pub(crate) fn meant_by<'n>(
        self,
        name: &str,
        nearest: impl FnOnce(&mut dyn Iterator<Item = &'static str>) -> Option<&'n str>,
    ) -> Option<String> {
        let structure = self.shape.structure()?;
        let mut names = structure.members().map(|member| member.name);
        let mean = |near: &str| format!("did you mean `{near}`?");
        let plural = |one: &str, other: &str| one.strip_suffix('s') == Some(other);
        let is_like = |known: &&str| alike(known, name) || plural(known, name) || plural(name, known);
        if let Some(near) = names.clone().find(is_like) {
            return Some(mean(near));
        }
        let place = structure.members().find_map(|member| match member.shape {
            Shape::List(list) => list.element().member(name).map(|_| (member.name, format!("{}[0]", member.name))),
            shape => shape.member(name).map(|_| (member.name, member.name.to_owned())),
        });
        match place {
            Some((holder, place)) => Some(format!("it is in `{holder}`: `{place}.{name}`")),
            None => nearest(&mut names).map(mean),
        }
    }
}

/// Returns the help for a member of the input that is read where only a result or an error is seen.
pub(crate) fn sees_only(field: &str, what: &str) -> String {
    let instead = match field {
        "ResultSelector" => "`ResultPath` puts the result into the input",
        _ => "assign what the input has in an earlier state",
    };
    format!("`{field}` sees only {what} here, not the state's input: {instead}")
}

/// Returns a suggestion for a member that the result of a call lacks, such as `glue:startJobRun` or `lambda:invoke`:
/// the pattern with which the result has it, a similar name, or the member that contains what was called returns. The
/// last is only one possibility: then the second value is `true`.
pub(crate) fn meant_of_call<'n>(
    call: &str,
    part: ResultPart,
    name: &str,
    nearest: impl FnOnce(&mut dyn Iterator<Item = &'static str>) -> Option<&'n str>,
) -> Option<(String, bool)> {
    let whole = result_of(call) == Some(part);
    let waiting = if whole { waiting_has(call, name).or_else(|| started_has(call, name)) } else { None };
    waiting.or_else(|| part.meant_by(name, nearest)).map(|help| (help, false)).or_else(|| {
        let (action, pattern) = Pattern::split(call);
        let holder = Integration::find(action)?.returned_in(pattern).filter(|_| whole)?;
        // `Body` for `ResponseBody`.
        let is_part = holder.to_ascii_lowercase().ends_with(&name.to_ascii_lowercase());
        Some(match is_part {
            true => (format!("did you mean `{holder}`?"), false),
            false => (format!("the returned value is in `{holder}`: `{holder}.{name}`"), true),
        })
    })
}

/// Returns a suggestion for a member that the result of a call lacks because the task does not wait for the end.
///
/// ```
/// use workflow_asl::result::waiting_has;
///
/// let help = waiting_has("glue:startJobRun", "JobRunState").unwrap();
/// assert_eq!(help, "a task that ends in `.sync` waits for the end, and its result has `JobRunState`");
/// ```
pub fn waiting_has(call: &str, member: &str) -> Option<String> {
    let has = |pattern: &Pattern| {
        let waiting = format!("{call}{}", pattern.suffix());
        result_of(&waiting).is_some_and(|part| matches!(part.member(member), Member::Found(..)))
    };
    let pattern = [Pattern::Sync2, Pattern::Sync].into_iter().find(has)?;
    Some(format!("a task that ends in `{}` waits for the end, and its result has `{member}`", pattern.suffix()))
}

/// Returns a suggestion for a member of the start of a job, which its end lacks, such as `Tasks` of `ecs:runTask`.
fn started_has(call: &str, member: &str) -> Option<String> {
    let (start, pattern) = Pattern::split(call);
    let waits = matches!(pattern, Pattern::Sync | Pattern::Sync2);
    let has = || result_of(start).is_some_and(|part| matches!(part.member(member), Member::Found(..)));
    (waits && has()).then(|| {
        format!(
            "with `{}` the result is the finished job; only the result of `{start}` has `{member}`",
            pattern.suffix()
        )
    })
}

fn result_of(call: &str) -> Option<ResultPart> {
    TaskResource::parse_integration(call).ok().map(ResultPart::of)
}

/// Returns whether a member is the start of the next page of a list, which is absent after the last page.
/// <https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-pagination.html>
fn ends_pages(name: &str) -> bool {
    name == "LastEvaluatedKey" || name.starts_with("Next") && (name.ends_with("Token") || name.ends_with("Marker"))
}

/// Returns whether two names differ at most in case, hyphens and underscores.
pub(crate) fn alike(a: &str, b: &str) -> bool {
    let letters = |text: &str| -> Vec<u8> {
        text.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase()).collect()
    };
    // Most names differ in length, so nothing is allocated for them.
    a.len().abs_diff(b.len()) < 8 && letters(a) == letters(b)
}
