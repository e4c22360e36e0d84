//! The permissions that a workflow's role needs, as a template of texts in the user's binary.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use workflow_asl::jsonata::Expressions;
use workflow_asl::{StateMachine, policy};

use crate::fragment::Fragment;

/// The template, and the values of its placeholders.
#[derive(Debug, Default)]
pub struct PolicyTemplate {
    /// The JSON that `workflow_iam::Template::read` reads.
    pub text: String,
    /// The placeholders that are params: the name of the placeholder, and the name of the param in Rust.
    pub params: Vec<(String, String)>,
    /// The placeholders that are constants: the name of the placeholder, and the path.
    pub constants: Vec<(String, TokenStream)>,
}

impl PolicyTemplate {
    /// Creates the template of a machine whose placeholders are these params, or constants of its fragments.
    pub(crate) fn of(
        (machine, expressions): (&StateMachine, &Expressions),
        params: &BTreeMap<String, String>,
        fragments: &[Fragment],
    ) -> Self {
        let template = policy::template(machine, &BTreeMap::new(), expressions);
        let constants: BTreeMap<_, _> = fragments
            .iter()
            .filter_map(|fragment| match fragment {
                Fragment::Constant { path, .. } => Some((Fragment::constant_name(path), path)),
                _ => None,
            })
            .collect();
        let mut made = Self { text: template.to_json().to_string(), ..Self::default() };
        for slot in template.holes() {
            if let Some(param) = params.get(slot) {
                made.params.push((slot.to_owned(), param.clone()));
            } else if let Some(path) = constants.get(slot) {
                made.constants.push((slot.to_owned(), (*path).clone()));
            }
        }
        made
    }
}
