//! `states!`: implements the traits of every workflow's enum of states.

/// `states! { HelloState { Greet = "Greet", Wait = "Wait for 3 seconds" } }`: variants with their ASL names.
#[doc(hidden)]
#[macro_export]
macro_rules! __workflow_states {
    ($name:ident { $( $variant:ident = $asl:literal ),* $(,)? }) => {
        impl $crate::WorkflowState for $name {
            const ALL: &'static [Self] = &[ $( $name::$variant, )* ];

            fn name(self) -> &'static str {
                match self { $( $name::$variant => $asl, )* }
            }
        }

        impl ::core::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                <Self as $crate::WorkflowState>::name(*self)
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(<Self as $crate::WorkflowState>::name(*self))
            }
        }
    };
}
