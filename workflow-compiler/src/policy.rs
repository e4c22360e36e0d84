//! What a workflow's role needs, as a template that the user's binary carries: texts only, no table of AWS's APIs.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use workflow_asl::{StateMachine, policy};

use crate::fragment::Fragment;

/// The template, and where the values of its holes come from.
#[derive(Debug, Default)]
pub struct PolicyTemplate {
    /// What `workflow_iam::Template::read` reads, as JSON.
    pub text: String,
    /// Holes that are params: the name of the placeholder, that of the param in Rust.
    pub params: Vec<(String, String)>,
    /// Holes that are constants: the name of the placeholder, the path.
    pub constants: Vec<(String, TokenStream)>,
}

impl PolicyTemplate {
    /// Of a machine whose placeholders are the params by these names, or constants of its pieces.
    pub(crate) fn of(machine: &StateMachine, params: &BTreeMap<String, String>, fragments: &[Fragment]) -> Self {
        let template = policy::template(machine, &BTreeMap::new());
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
