//! The report: survivors at the words that they change, and how many mutants there are of each outcome.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use workflow_asl::Pointer;
use workflow_asl::printable::{printable, printable_lines};
use workflow_asl::source::Location;
use workflow_explore::Mutant;

use super::Subject;
use super::outcome::{Judged, Outcome};
use super::suite::Suite;
use crate::explore::NOT_SHOWN;
use crate::report::{self, Report};
use crate::{Failure, terminal};

/// The file as the user sees it from the current folder.
fn shown(file: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    file.strip_prefix(&here).unwrap_or(file).to_owned()
}

/// The file, and the place in it of the mutant with this number.
fn place(subject: &Subject, number: usize) -> Option<(PathBuf, Location)> {
    let placed = subject.placed.as_ref()?;
    Some((shown(&placed.file), *placed.locations.get(number)?))
}

/// Returns `file:line:column`, or the pointer if there is no file.
fn short_place(subject: &Subject, number: usize, mutant: &Mutant) -> String {
    match place(subject, number) {
        Some((file, Location { line, column, .. })) => format!("{}:{line}:{column}", file.display()),
        None => mutant.pointer.to_string(),
    }
}

/// The mutants of all workflows, each with its number in its own.
fn numbered(subjects: &[Subject]) -> impl Iterator<Item = (&Subject, usize, &Mutant)> {
    subjects
        .iter()
        .flat_map(|subject| subject.mutants.iter().enumerate().map(move |(number, mutant)| (subject, number, mutant)))
}

/// Prints all mutants without trying them.
pub(crate) fn list(subjects: &[Subject], as_json: bool, output: &mut impl Write) -> Result<(), Failure> {
    if as_json {
        let all = numbered(subjects).map(|(subject, number, mutant)| to_json(subject, number, mutant, None));
        writeln!(output, "{}", report::json_text(&json!({ "mutants": all.collect::<Vec<_>>() })))?;
        return Ok(());
    }
    for (subject, number, mutant) in numbered(subjects) {
        let place = short_place(subject, number, mutant);
        let line = format!("{place}: {}: {}\n", mutant.operator, mutant.description);
        terminal::write(output, &printable_lines(&line))?;
    }
    writeln!(output, "{} mutants", numbered(subjects).count())?;
    Ok(())
}

/// Prints for people: each mutant that no test noticed, at its words, then the counts.
pub(crate) fn text(
    suite: &Suite,
    subjects: &[Subject],
    judged: &[Option<Judged>],
    output: &mut impl Write,
) -> Result<(), Failure> {
    let mut rest = judged.iter();
    let mut lines = Vec::new();
    for subject in subjects {
        let own: Vec<_> = rest.by_ref().take(subject.mutants.len()).flatten().collect();
        // Changes of one place that no test reaches are one remark.
        let place = |(mutant, judged): (&Mutant, &&Judged)| {
            let at = mutant.reached_at.clone().unwrap_or_else(|| mutant.pointer.clone());
            (judged.outcome == Outcome::NotCovered).then_some(at)
        };
        let places: Vec<_> = subject.mutants.iter().zip(&own).map(place).collect();
        for (number, (mutant, judged)) in subject.mutants.iter().zip(&own).enumerate() {
            let at = places.get(number).and_then(Option::as_ref);
            let same = |place: &&Option<Pointer>| at.is_some() && place.as_ref() == at;
            let is_told = places.iter().take(number).any(|place| same(&place));
            if is_told || !judged.outcome.is_unnoticed() && judged.outcome != Outcome::NotShown {
                continue;
            }
            let more = places.iter().skip(number + 1).filter(same).count();
            let remark = remark(suite, (subject, number, mutant), judged, more).to_text();
            writeln!(output, "{}", terminal::coloured(&remark, &std::io::stdout()))?;
        }
        lines.push(format!("{}: {}", subject.covered.title(), counts(own.into_iter())));
    }
    if lines.len() != 1 {
        lines.push(format!("total: {}", counts(judged.iter().flatten())));
    }
    for line in &lines {
        terminal::write(output, &format!("{}\n", printable(line)))?;
    }
    Ok(())
}

fn counts<'j>(judged: impl Iterator<Item = &'j Judged>) -> String {
    let judged: Vec<_> = judged.collect();
    let of = |outcome: Outcome| judged.iter().filter(|judged| judged.outcome == outcome).count();
    let counts = Outcome::ALL.into_iter().map(|outcome| (of(outcome), outcome.words()));
    let counts: Vec<_> =
        counts.filter(|(count, _)| *count > 0).map(|(count, words)| format!("{count} {words}")).collect();
    let noun = if judged.len() == 1 { "mutant" } else { "mutants" };
    let (noticed, all) = Judged::score(judged.iter().copied());
    match counts.as_slice() {
        [] => format!("{} {noun}", judged.len()),
        counts => format!("{} {noun}: {}; noticed {noticed} of {all}", judged.len(), counts.join(", ")),
    }
}

/// Returns the remark on a mutant. `more` is the number of other mutants of its place, which no test reaches either.
fn remark(
    suite: &Suite,
    (subject, number, mutant): (&Subject, usize, &Mutant),
    judged: &Judged,
    more: usize,
) -> Report {
    let tests = |count: usize| if count == 1 { "1 test".to_owned() } else { format!("{count} tests") };
    let Mutant { operator, description, .. } = mutant;
    let message = match judged.outcome {
        Outcome::NotCovered => format!("no test reaches this: {description} ({operator})"),
        Outcome::NotRun => format!("never tried: {description} ({operator})"),
        _ => format!("no test notices: {description} ({operator})"),
    };
    let mut help = Vec::new();
    match judged.outcome {
        Outcome::NotRun => {
            let command = suite.command.join(" ");
            help.push("no engine of the tests made the change, or a program of tests did not start".to_owned());
            help.push(format!(
                "if the definition differs in each run of `{command}`, give it the same values each time; if the tests run it on \
                 `workflow-server` or on an older `workflow-local`, run it on an `Engine` of this version"
            ));
        }
        Outcome::Survived | Outcome::NotShown => help.push(format!("{} run it", tests(judged.tests))),
        _ => {}
    }
    if more > 0 {
        let s = if more == 1 { "" } else { "s" };
        help.push(format!("{more} more change{s} of this place would not be noticed either"));
    }
    help.extend(judged.difference.as_ref().map(|difference| format!("a test could show it: {difference}")));
    help.extend(
        judged
            .not_shown
            .as_ref()
            .map(|missing| format!("exploration does not show whether it has an effect: {missing}")),
    );
    match (&subject.placed, place(subject, number)) {
        (Some(placed), Some((file, location))) => Report::remark(&file, &placed.text, location, message, help),
        _ => Report::remark(Path::new(&subject.covered.title()), "", Location::default(), message, help),
    }
}

/// Prints for programs.
pub(crate) fn json(
    suite: &Suite,
    subjects: &[Subject],
    judged: &[Option<Judged>],
    output: &mut impl Write,
) -> Result<(), Failure> {
    let mutants = numbered(subjects).zip(judged);
    let mutants = mutants.map(|((subject, number, mutant), judged)| to_json(subject, number, mutant, judged.as_ref()));
    let of = |outcome: Outcome| judged.iter().flatten().filter(|judged| judged.outcome == outcome).count();
    let counts: Map<_, _> =
        Outcome::ALL.into_iter().map(|outcome| (outcome.name().to_owned(), of(outcome).into())).collect();
    let (noticed, all) = Judged::score(judged.iter().flatten());
    let json = json!({
        "score": { "noticed": noticed, "of": all },
        "status": match Judged::exit_code(judged) {
            0 => "noticed",
            NOT_SHOWN => "not-shown",
            _ => "unnoticed",
        },
        "tests": suite.tests.iter().map(|test| test.title(suite)).collect::<Vec<_>>(),
        "counts": counts,
        "mutants": mutants.collect::<Vec<_>>(),
    });
    writeln!(output, "{}", report::json_text(&json))?;
    Ok(())
}

fn to_json(subject: &Subject, number: usize, mutant: &Mutant, judged: Option<&Judged>) -> Value {
    let mut json = mutant.to_json();
    let Some(members) = json.as_object_mut() else { return json };
    members.insert("workflow".to_owned(), subject.covered.title().into());
    if let Some((file, Location { line, column, .. })) = place(subject, number) {
        members.insert("file".to_owned(), file.display().to_string().into());
        members.insert("line".to_owned(), line.into());
        members.insert("column".to_owned(), column.into());
    }
    if let Some(judged) = judged {
        members.insert("outcome".to_owned(), judged.outcome.name().into());
        members.insert("tests".to_owned(), judged.tests.into());
        members.insert("failed".to_owned(), json!(judged.failed));
        members.insert("difference".to_owned(), json!(judged.difference));
        members.insert("not_shown".to_owned(), json!(judged.not_shown));
    }
    let variable = mutant.mutation(subject.covered.definitions.iter().cloned()).to_json().to_string();
    members.insert("variable".to_owned(), variable.into());
    json
}
