//! `enumeration!`: implements serde's two traits for an enum of unit variants, without `serde_derive`.

/// `enumeration! { Mode { Fast = "Fast", Full = "full" } }`: each variant is a JSON string.
#[doc(hidden)]
#[macro_export]
macro_rules! __workflow_enumeration {
    ($name:ident { $( $variant:ident = $wire:literal ),* $(,)? }) => {
        impl $crate::__private::serde::Serialize for $name {
            #[allow(unreachable_code)]
            fn serialize<__S>(&self, serializer: __S) -> ::core::result::Result<__S::Ok, __S::Error>
            where
                __S: $crate::__private::serde::Serializer,
            {
                serializer.serialize_str(match *self { $( $name::$variant => $wire, )* })
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<__D>(deserializer: __D) -> ::core::result::Result<Self, __D::Error>
            where
                __D: $crate::__private::serde::Deserializer<'de>,
            {
                let text = <::std::string::String as $crate::__private::serde::Deserialize<'de>>::deserialize(
                    deserializer,
                )?;
                match text.as_str() {
                    $( $wire => ::core::result::Result::Ok($name::$variant), )*
                    other => ::core::result::Result::Err(
                        <__D::Error as $crate::__private::serde::de::Error>::unknown_variant(other, &[ $( $wire, )* ]),
                    ),
                }
            }
        }
    };
}
