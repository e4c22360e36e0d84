//! `policy!`: generates the template of the policy for a workflow's role, an item of its `impl Workflow`.

/// `policy! { "[…]", [("Table", "table")], [("const TABLE", &TABLE)] }`: the template, and the values of its holes.
#[cfg(feature = "iam")]
#[doc(hidden)]
#[macro_export]
macro_rules! __workflow_policy {
    ($text:literal, [$($param:expr),*], [$($constant:expr),*]) => {
        const POLICY: $crate::PolicyTemplate = $crate::PolicyTemplate::new($text, &[$($param),*], &[$($constant),*]);
    };
}

/// Generates nothing without the feature `iam`.
#[cfg(not(feature = "iam"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __workflow_policy {
    ($($tokens:tt)*) => {};
}
