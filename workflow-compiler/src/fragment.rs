//! A definition's text in fragments: cut where values stand that only rustc or the deployment knows.

use proc_macro2::TokenStream;

/// How a value is written for the place it lands in: `workflow_runtime::Escape`, by the same names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// In the place of a whole JSON value that Step Functions takes as it stands.
    Json,
    /// In the place of a whole JSON value in a JSONata state.
    JsonataTemplate,
    /// Within a JSON string.
    Text,
    /// As a JSONata literal, within the JSON string that holds the expression.
    Jsonata,
    /// Within a JSONata string literal, within the JSON string that holds the expression.
    JsonataText,
    /// Within an intrinsic function's `'…'` literal, within a JSON string.
    Intrinsic,
}

impl Fragment {
    /// Returns the name of the placeholder that stands for a constant: `const crate::TABLE`.
    pub(crate) fn constant_name(path: &TokenStream) -> String {
        format!("const {}", path.to_string().replace(' ', ""))
    }
}

/// A fragment of a definition's text.
#[derive(Clone, Debug)]
pub enum Fragment {
    /// Text that stands as it is.
    Text(String),
    /// A deploy-time parameter.
    Param {
        /// Its name in `params { … }`, without `r#`.
        name: String,
        /// Where it lands.
        escape: Escape,
    },
    /// `const PATH`: a constant of the user's Rust code.
    Constant {
        /// The path, as written.
        path: TokenStream,
        /// Where it lands.
        escape: Escape,
    },
}
