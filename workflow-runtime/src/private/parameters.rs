//! `parameters!`: implements [`Params`](crate::Params) for the struct of a workflow's deploy-time parameters.

/// `parameters! { DeployParams { bucket = "bucket", r#type = "type" } }`
#[doc(hidden)]
#[macro_export]
macro_rules! __workflow_parameters {
    ($name:ident { $( $field:ident = $param:literal ),* $(,)? }) => {
        impl $crate::Params for $name {
            fn value(&self, name: &str) -> ::core::option::Option<$crate::__private::serde_json::Value> {
                match name {
                    $( $param => $crate::__private::serde_json::to_value(&self.$field).ok(), )*
                    _ => ::core::option::Option::None,
                }
            }
        }
    };
}
