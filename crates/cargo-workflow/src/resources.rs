//! The params that name resources, such as `jobs: sqs::Queue`, in policies: a stand-in for the ARN of each param without
//! a value, and its placeholder in the policy, because a policy is made of texts whose parts are known.

use std::collections::BTreeMap;

use workflow_asl::policy::{Policy, Setting};
use workflow_compiler::syntax::ast::{DeclarationKind, Workflow};
use workflow_services::{ResourceForm, ResourceKind};

/// The kinds of a workflow's resources, by the names of their params in JSON.
#[derive(Default)]
pub(crate) struct Resources(pub(crate) BTreeMap<String, ResourceKind>);

impl Resources {
    pub(crate) fn of(workflow: Option<&Workflow>) -> Self {
        let declarations = workflow.into_iter().flat_map(|workflow| &workflow.declarations);
        let params = declarations.filter_map(|declaration| match &declaration.kind {
            DeclarationKind::Params(fields) => Some(fields),
            _ => None,
        });
        Self(params.flatten().filter_map(|field| Some((field.wire.clone(), field.resource?))).collect())
    }

    /// Returns the param that a placeholder stands for, with the form of its resource other than its ARN.
    pub(crate) fn form<'n>(&self, placeholder: &'n str) -> Option<(&'n str, ResourceKind, ResourceForm)> {
        let (param, member) = placeholder.rsplit_once('.')?;
        Some((param, *self.0.get(param)?, ResourceForm::named(member)?))
    }

    /// Returns whether a placeholder stands for a resource, in any form.
    pub(crate) fn has(&self, placeholder: &str) -> bool {
        self.0.contains_key(placeholder) || self.form(placeholder).is_some()
    }

    /// Returns the placeholders of the other forms.
    pub(crate) fn placeholders(&self) -> impl Iterator<Item = String> {
        let forms = [ResourceForm::Name, ResourceForm::Url];
        self.0.keys().flat_map(move |param| forms.map(|form| form.placeholder(param)))
    }

    /// Gives every form of a resource its ARN, or a stand-in, as its value in a policy.
    pub(crate) fn fill(&self, setting: &mut Setting) {
        for (number, (param, kind)) in self.0.iter().enumerate() {
            let arn = setting.values.get(param).cloned().unwrap_or_else(|| stand_in(number, *kind).0);
            for form in [ResourceForm::Arn, ResourceForm::Name, ResourceForm::Url] {
                setting.values.insert(form.placeholder(param), arn.clone());
            }
        }
    }

    /// Writes placeholders instead of the stand-ins.
    pub(crate) fn name(&self, policy: &mut Policy, setting: &Setting) {
        let part = |given: &Option<String>, otherwise: &str| given.clone().unwrap_or_else(|| otherwise.to_owned());
        let [partition, region, account] =
            [part(&setting.partition, "aws"), part(&setting.region, "*"), part(&setting.account, "*")];
        let texts = policy.statements.iter_mut().chain(&mut policy.needs).flat_map(|statement| {
            statement
                .resources
                .iter_mut()
                .chain(statement.conditions.values_mut().flat_map(|keys| keys.values_mut().flatten()))
        });
        for text in texts.chain(policy.notes.iter_mut().map(|note| &mut note.text)) {
            for (number, (param, kind)) in self.0.iter().enumerate() {
                let (arn, place, name) = stand_in(number, *kind);
                // What follows from a part of the ARN, such as the executions of a state machine, is in the same place.
                *text = text
                    .replace(&arn, &format!("${{{param}}}"))
                    .replace(&format!("arn:aws:states:{place}"), &format!("arn:{partition}:states:{region}:{account}"))
                    .replace(&name, &format!("${{{}}}", ResourceForm::Name.placeholder(param)));
            }
        }
    }
}

/// Returns a stand-in for an ARN, with its region and account, and its name.
fn stand_in(number: usize, kind: ResourceKind) -> (String, String, String) {
    let (region, account) = (format!("region{number}stands"), format!("account{number}stands"));
    let name = format!("Resource{number}StandsHere");
    (kind.arn("aws", &region, &account, &name), format!("{region}:{account}"), name)
}
