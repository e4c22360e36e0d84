//! The least-privilege policy of a workflow's role: the template that `workflow!` generates, filled in.

use std::collections::BTreeMap;

use workflow_iam::{Policy, Setting, Template};

use crate::__private::Constant;
use crate::{Definition, Params};

/// The permissions that a workflow's role needs, computed at compile time, with holes for the parameters.
///
/// `workflow!` generates it; [`Definition::iam_policy`] fills it in.
#[derive(Clone, Copy, Debug)]
pub struct PolicyTemplate {
    text: &'static str,
    params: &'static [(&'static str, &'static str)],
    constants: &'static [(&'static str, &'static dyn Constant)],
}

impl PolicyTemplate {
    /// The template of a workflow without one: its [`Workflow`](crate::Workflow) is implemented by hand.
    pub const UNKNOWN: Self = Self { text: "", params: &[], constants: &[] };

    /// Creates a template from JSON, with the parameters and constants by the names of their holes.
    #[doc(hidden)]
    pub const fn new(
        text: &'static str,
        params: &'static [(&'static str, &'static str)],
        constants: &'static [(&'static str, &'static dyn Constant)],
    ) -> Self {
        Self { text, params, constants }
    }

    /// Returns the template's text with the values of its holes. Only a string, number or boolean can be part of an
    /// ARN.
    pub(crate) fn with(self, params: &impl Params) -> FilledTemplate {
        let params = self.params.iter().map(|(hole, param)| (*hole, params.value(param)));
        let constants = self.constants.iter().map(|(hole, constant)| (*hole, constant.value()));
        let texts = params
            .chain(constants)
            .filter_map(|(hole, value)| Some((hole.to_owned(), workflow_iam::text_of(&value?)?)));
        FilledTemplate { text: self.text, values: texts.collect() }
    }
}

/// A template with the values of its holes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FilledTemplate {
    text: &'static str,
    values: BTreeMap<String, String>,
}

impl Definition {
    /// Returns the policy that the workflow's role needs, without a known region and account.
    ///
    /// The macro computed it from AWS's own data; this method fills in the parameters of the definition. The result
    /// equals the output of `cargo workflow iam` for the same parameters, including the notes. Check [`Policy::notes`]
    /// for anything that is not known.
    ///
    /// ```
    /// use workflow_runtime::workflow;
    ///
    /// workflow! {
    ///     pub workflow Remember {
    ///         input { id: String }
    ///         params { table: String }
    ///
    ///         task Put = dynamodb::putItem { TableName: params.table, Item: { id: { S: input.id } } } -> end;
    ///     }
    /// }
    ///
    /// let definition = Remember::definition_with(&RememberParams { table: "orders".to_owned() })?;
    /// let policy = definition.iam_policy();
    /// assert_eq!(policy.statements[0].actions, ["dynamodb:PutItem"]);
    /// assert_eq!(policy.statements[0].resources, ["arn:aws:dynamodb:*:*:table/orders"]);
    /// # Ok::<(), workflow_runtime::ParamsError>(())
    /// ```
    pub fn iam_policy(&self) -> Policy {
        self.iam_policy_in(&Setting::default())
    }

    /// Returns the policy that the workflow's role needs in that region, account and partition, including permissions
    /// for logging and tracing if the setting enables them.
    ///
    /// The state machine has the workflow's name, unless the setting gives another one. Values in the setting are for
    /// placeholders that are not parameters.
    ///
    /// ```
    /// use workflow_runtime::{iam, workflow};
    ///
    /// workflow! {
    ///     pub workflow Greet {
    ///         task Call = lambda::invoke { FunctionName: "greet" } -> end;
    ///     }
    /// }
    ///
    /// let setting = iam::Setting {
    ///     region: Some("eu-west-1".to_owned()),
    ///     account: Some("123456789012".to_owned()),
    ///     tracing: true,
    ///     ..iam::Setting::default()
    /// };
    /// let policy = Greet::definition().iam_policy_in(&setting);
    /// assert!(policy.to_json().to_string().contains("arn:aws:lambda:eu-west-1:123456789012:function:greet"));
    /// assert!(policy.to_json().to_string().contains("xray:PutTraceSegments"));
    /// // And the trust policy:
    /// assert_eq!(iam::trust(&setting)["Statement"][0]["Principal"]["Service"], "states.amazonaws.com");
    /// ```
    pub fn iam_policy_in(&self, setting: &Setting) -> Policy {
        let mut setting = setting.clone();
        setting.machine.get_or_insert_with(|| self.name().to_owned());
        let FilledTemplate { text, values } = self.template();
        setting.values.extend(values.iter().map(|(hole, value)| (hole.clone(), value.clone())));
        Template::parse(text).policy(&setting)
    }
}
