//! What types of the user's own Rust code tell a workflow: the trait `Schema`.

use crate::__private::schema::Shape;

/// A type whose JSON a workflow can look into: which members there are, which may be absent, of which kind they are.
///
/// `workflow!` cannot see a type that is declared outside of it. Where such a type is the input, a field, or what a
/// task gives, rustc holds every reference into it against this description, while it compiles the crate:
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
///         // Members are named as they are in JSON.
///         pass First { customer: input.customerId, article: input.lines[0].article } -> end;
///     }
/// }
/// # fn main() {}
/// ```
///
/// Derive it, beside serde's traits. The derive reads serde's attributes: `rename`, `rename_all`, `rename_all_fields`,
/// `default`, `skip`, `skip_serializing`, `skip_serializing_if`, `flatten`, `with`, `transparent`, `into`, `from`,
/// `try_from`, and of enums `tag`, `content`, `untagged` and `other` (<https://serde.rs/attributes.html>). Where names
/// differ between writing and reading, those of writing count. `#[schema(crate = "path")]` on the type says where this
/// crate is, where its name is another one; `#[schema(unchecked)]` on a field leaves its value unchecked, which two
/// types that contain each other need.
#[diagnostic::on_unimplemented(
    message = "nothing is known of the JSON of `{Self}`: it does not implement `Schema`",
    label = "its members are not known",
    note = "derive it: `#[derive(workflow_runtime::Schema)]`",
    note = "or declare the type as a `struct` in the workflow, or as `Json`, which is not checked"
)]
pub trait Schema {
    /// What its JSON looks like.
    #[doc(hidden)]
    const SHAPE: &'static Shape;
}
