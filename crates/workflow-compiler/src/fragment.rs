//! Fragments of a definition's text, split at the values that only rustc or the deployment knows.

use proc_macro2::TokenStream;
use workflow_services::{ResourceForm, ResourceKind};

/// How to write a value in its context: `workflow_runtime::__private::Escape`, with the same names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// A whole JSON value that Step Functions takes literally.
    Json,
    /// A whole JSON value in a JSONata state.
    JsonataTemplate,
    /// Inside a JSON string.
    Text,
    /// A JSONata literal, inside the JSON string of the expression.
    Jsonata,
    /// Inside a JSONata string literal, inside the JSON string of the expression.
    JsonataText,
    /// Inside an intrinsic function's `'…'` literal, inside a JSON string.
    Intrinsic,
}

impl Fragment {
    /// Returns the name of the placeholder for a constant: `const crate::TABLE`.
    pub(crate) fn constant_name(path: &TokenStream) -> String {
        format!("const {}", path.to_string().replace(' ', ""))
    }
}

/// A fragment of a definition's text.
#[derive(Clone, Debug)]
pub enum Fragment {
    /// Literal text.
    Text(String),
    /// A deploy-time parameter.
    Param {
        /// Its name in `params { … }`, without `r#`.
        name: String,
        /// The resource that it names, and the form of it.
        resource: Option<(ResourceKind, ResourceForm)>,
        /// Its context.
        escape: Escape,
    },
    /// `const PATH`: a constant of the user's Rust code.
    Constant {
        /// The path, as written.
        path: TokenStream,
        /// Its context.
        escape: Escape,
    },
}
