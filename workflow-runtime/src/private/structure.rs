//! `structure!`: implements serde's two traits for a struct with named fields, without `serde_derive`.

/// `structure! { Name { field: Type = "wire name", note: Option<String> = "note" optional, n: u8 = "n" => || 3 } }`
///
/// Behaves like `#[derive(Serialize, Deserialize)]`: unknown members are ignored, a repeated or missing one is an
/// error. An `optional` field must be an `Option`: it may be absent when deserialized, and is omitted if it is `None`.
/// `=>` precedes a function that makes the value of a field that is absent.
#[doc(hidden)]
#[macro_export]
macro_rules! __workflow_structure {
    ($name:ident { $( $field:ident : $type:ty = $wire:literal $($optional:ident)? $(=> $default:expr)? ),* $(,)? }) => {
        impl $crate::__private::serde::Serialize for $name {
            fn serialize<__S>(&self, serializer: __S) -> ::core::result::Result<__S::Ok, __S::Error>
            where
                __S: $crate::__private::serde::Serializer,
            {
                #[allow(unused_imports)]
                use $crate::__private::serde::ser::SerializeStruct as _;
                #[allow(unused_mut)]
                let mut state = serializer.serialize_struct(
                    ::core::stringify!($name),
                    0 $( + $crate::__workflow_structure!(@present self $field $($optional)?) )*,
                )?;
                $( $crate::__workflow_structure!(@write state self $field $wire $($optional)?); )*
                state.end()
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<__D>(deserializer: __D) -> ::core::result::Result<Self, __D::Error>
            where
                __D: $crate::__private::serde::Deserializer<'de>,
            {
                #[allow(non_snake_case)]
                #[derive(Default)]
                struct __Found { $( $field: ::core::option::Option<$type>, )* }

                struct __Visitor;

                impl<'de> $crate::__private::serde::de::Visitor<'de> for __Visitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                        f.write_str(::core::concat!("struct ", ::core::stringify!($name)))
                    }

                    fn visit_map<__A>(self, mut map: __A) -> ::core::result::Result<$name, __A::Error>
                    where
                        __A: $crate::__private::serde::de::MapAccess<'de>,
                    {
                        #[allow(unused_imports)]
                        use $crate::__private::serde::de::Error as _;
                        #[allow(unused_mut)]
                        let mut found = <__Found as ::core::default::Default>::default();
                        while let ::core::option::Option::Some(key) =
                            map.next_key::<::std::string::String>()?
                        {
                            match key.as_str() {
                                $(
                                    $wire => {
                                        if found.$field.is_some() {
                                            return ::core::result::Result::Err(__A::Error::duplicate_field($wire));
                                        }
                                        found.$field = ::core::option::Option::Some(map.next_value()?);
                                    }
                                )*
                                _ => {
                                    map.next_value::<$crate::__private::serde::de::IgnoredAny>()?;
                                }
                            }
                        }
                        ::core::result::Result::Ok($name {
                            $( $field: $crate::__workflow_structure!(@take __A found $field $wire $($optional)? $(=> $default)?), )*
                        })
                    }
                }

                deserializer.deserialize_struct(::core::stringify!($name), &[ $( $wire, )* ], __Visitor)
            }
        }
    };

    (@present $self:ident $field:ident) => { 1 };
    (@present $self:ident $field:ident optional) => { if $self.$field.is_some() { 1 } else { 0 } };

    (@write $state:ident $self:ident $field:ident $wire:literal) => {
        $state.serialize_field($wire, &$self.$field)?;
    };
    (@write $state:ident $self:ident $field:ident $wire:literal optional) => {
        if $self.$field.is_some() {
            $state.serialize_field($wire, &$self.$field)?;
        } else {
            $state.skip_field($wire)?;
        }
    };

    (@take $access:ident $found:ident $field:ident $wire:literal) => {
        match $found.$field {
            ::core::option::Option::Some(value) => value,
            ::core::option::Option::None => {
                return ::core::result::Result::Err($access::Error::missing_field($wire));
            }
        }
    };
    (@take $access:ident $found:ident $field:ident $wire:literal optional) => {
        $found.$field.unwrap_or_default()
    };
    (@take $access:ident $found:ident $field:ident $wire:literal $($optional:ident)? => $default:expr) => {
        $found.$field.unwrap_or_else($default)
    };
}
