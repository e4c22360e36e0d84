//! `policy!`: the template of the policy of a workflow's role, an item of its `impl Workflow`.

/// `policy! { "[…]", [("Table", "table")], [("const TABLE", &TABLE)] }`: the template, and what its holes are.
#[cfg(feature = "iam")]
#[doc(hidden)]
#[macro_export]
macro_rules! __workflow_policy {
    ($text:literal, [$($param:expr),*], [$($constant:expr),*]) => {
        const POLICY: $crate::PolicyTemplate = $crate::PolicyTemplate::new($text, &[$($param),*], &[$($constant),*]);
    };
}

/// Without the feature `iam` there is none.
#[cfg(not(feature = "iam"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __workflow_policy {
    ($($tokens:tt)*) => {};
}
