//! Checks workflows of one Rust file that start each other, and values of declared enums with data, as rustc would check
//! their types. The compiler always asks the same questions; rustc answers them by the Rust types, and here the
//! declarations in the file do, by the same functions. A workflow that is not in the file, or of whose name there are
//! two, is unknown, and so are types of Rust code.

use std::collections::{BTreeMap, BTreeSet};

use workflow_asl::Code;
use workflow_compiler::CompiledWorkflow;
use workflow_compiler::check::{ForeignMember, ForeignPart, Question, QuestionKind};
use workflow_compiler::problem::Problem;
use workflow_compiler::syntax::ast::plain;
use workflow_runtime::MachineType;
use workflow_schema::{PathStep, Shape, answer};

use crate::shapes::Shapes;
use crate::siblings::Siblings;

impl Siblings<'_> {
    /// Returns the problems of the inputs that a workflow in these modules passes to others of the file, of the outputs
    /// that it reads, and of values of the enums with data that it declares.
    pub(crate) fn problems(&self, workflow: &CompiledWorkflow, modules: &[String]) -> Vec<Problem> {
        let mut asked = BTreeSet::new();
        let mut found = Vec::new();
        let own: Vec<_> = modules.iter().cloned().chain([plain(&workflow.source.name)]).collect();
        // What did not parse may be the test of a tag.
        let understood = self.get(&own).is_some();
        let mut enums = BTreeMap::new();
        for question in &workflow.questions {
            let of = &question.subject;
            let (shape, machine_type) = if of.part == ForeignPart::Whole {
                if !understood {
                    continue;
                }
                let shape = enums.entry(&of.name);
                let Some(shape) = *shape.or_insert_with(|| Shapes::of_workflow(workflow).enum_with_data(&of.name))
                else {
                    continue;
                };
                (shape, workflow.machine_type)
            } else {
                let Some((_, other)) = self.find(&of.tokens, modules) else { continue };
                (Shapes::of_workflow(other).part(of.part), other.machine_type)
            };
            let on_the_way = matches!(question.asks, QuestionKind::Member { last: false, .. });
            if on_the_way && !asked.insert(format!("{} {:?}", question.subject.name, question.subject.steps)) {
                continue;
            }
            found.extend(answer(question, shape, machine_type));
        }
        found
    }
}

/// Returns the problem, by the shape of the type in question.
fn answer(question: &Question, shape: &'static Shape, machine_type: MachineType) -> Option<Problem> {
    let texts = question.subject.steps.iter().map(|step| {
        let texts = step.tag.iter().flat_map(|(_, texts)| texts);
        texts.map(String::as_str).collect::<Vec<_>>()
    });
    let texts: Vec<_> = texts.collect();
    let path = question.subject.steps.iter().zip(&texts).map(|(step, texts)| match &step.to {
        ForeignMember::Name(name) => match &step.tag {
            Some((tag, _)) => PathStep::Tagged(name, step.certain, tag, texts),
            None => PathStep::Member(name, step.certain),
        },
        ForeignMember::Index(index) => PathStep::Index(*index, step.certain),
        ForeignMember::Computed => PathStep::Computed(step.certain),
    });
    let path = path.collect::<Vec<_>>();
    let (code, message, help): (Code, _, &[String]) = match &question.asks {
        QuestionKind::Member { words, code, .. } => (*code, answer::is_member(shape, &path, words, code.id()), &[]),
        QuestionKind::Read { words, code, .. } => (*code, answer::is_read(shape, &path, words, code.id(), ""), &[]),
        QuestionKind::Kind { kinds, wanted, code, help } => {
            (*code, answer::kind(shape, &path, *kinds, wanted, code.id(), ""), help)
        }
        QuestionKind::Needed { words, not_null, help } => {
            let code = Code::UnguardedOption;
            let message = answer::needed(shape, &path, *not_null, words, code.id(), "");
            // A value that may be null has its own help.
            let absent = message.as_ref().is_some_and(|message| message.helps().next().is_none());
            (code, message, if absent { help } else { &[] })
        }
        QuestionKind::Present { words, effect, help } => {
            let code = Code::UnguardedOption;
            (code, answer::present(shape, &path, words, effect, code.id(), ""), help)
        }
        QuestionKind::Text { text, words } => {
            let code = Code::UnknownVariant;
            (code, answer::text(shape, &path, text, words, code.id()), &[])
        }
        QuestionKind::Members { given_members: given, object: what, code } => {
            let given: Vec<_> = given.iter().map(String::as_str).collect();
            (*code, answer::members(shape, &path, &given, what, code.id()), &[])
        }
        QuestionKind::NoSlip { object: what } => {
            let code = Code::UnknownMember;
            (code, answer::no_slip(shape, &path, what, code.id()), &[])
        }
        QuestionKind::Takes { kinds, absent, target: what, value: given, code } => {
            (*code, answer::takes(shape, &path, *kinds, *absent, what, given, code.id()), &[])
        }
        QuestionKind::InRange { number, target: what, written: given, code } => {
            (*code, answer::in_range(shape, &path, *number, what, given, code.id()), &[])
        }
        QuestionKind::Awaited | QuestionKind::Express => {
            let code = Code::UnknownApi;
            let name = question.subject.name.strip_suffix("::Input").unwrap_or(&question.subject.name);
            let awaited = matches!(question.asks, QuestionKind::Awaited);
            let answer = if awaited { answer::awaited } else { answer::express };
            (code, answer(machine_type, name, code.id()), &[])
        }
        // Types of the user's own on both sides: rustc has them.
        _ => return None,
    };
    let message = message?;
    let mut problem = Problem::new(code, question.span, message.sentence()).of_language();
    problem.help = help.iter().cloned().chain(message.helps().map(str::to_owned)).collect();
    Some(problem)
}
