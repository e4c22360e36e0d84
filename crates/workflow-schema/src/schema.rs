//! The trait `Schema`, with which types of your own Rust code describe their JSON to a workflow.

use crate::Shape;

/// A type whose JSON a workflow can look into: its members, which of them may be absent, and their kinds.
///
/// `workflow!` cannot see a type that is declared outside of it. If such a type is the input, a field, or the result of
/// a task, rustc checks every reference into it against this description when it compiles the crate:
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use workflow_runtime::{Schema, workflow};
///
/// #[derive(Serialize, Deserialize, Schema)]
/// #[serde(rename_all = "camelCase")]
/// pub struct Order {
///     customer_id: String,
///     lines: Vec<Line>,
///     note: Option<String>,
/// }
///
/// #[derive(Serialize, Deserialize, Schema)]
/// pub struct Line {
///     article: String,
/// }
///
/// workflow! {
///     workflow Ship {
///         input self::Order;
/// // Members have their JSON names.
///         pass First { customer: input.customerId, article: input.lines[0].article } -> end;
///     }
/// }
/// # fn main() {}
/// ```
///
/// Derive it together with serde's traits. The derive reads serde's attributes: `rename`, `rename_all`,
/// `rename_all_fields`, `default`, `skip`, `skip_serializing`, `skip_serializing_if`, `flatten`, `with`, `transparent`,
/// `into`, `from`, `try_from`, and for enums `tag`, `content`, `untagged` and `other`
/// (<https://serde.rs/attributes.html>). If a name differs between serializing and deserializing, the one for
/// serializing counts. `#[schema(crate = "path")]` on the type gives the path of this crate if you renamed it.
/// `#[schema(unchecked)]` on a field leaves its value unchecked, which two types that contain each other need.
/// `#[validate(range(…), length(…), regex(pattern = "…"))]` on a field limits its values, as in a workflow.
#[diagnostic::on_unimplemented(
    message = "the JSON of `{Self}` is unknown: it does not implement `Schema`",
    label = "its members are unknown",
    note = "derive it: `#[derive(workflow_runtime::Schema)]`",
    note = "or declare the type as a `struct` in the workflow, or as `Json`, which is not checked"
)]
pub trait Schema {
    /// The shape of its JSON.
    #[doc(hidden)]
    const SHAPE: &'static Shape;
}
