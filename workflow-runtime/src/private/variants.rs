//! `variants!`: implements serde's two traits for an enum with data, without `serde_derive`. Data of workflows is JSON, so
//! the traits go through JSON values.

use serde::de::DeserializeOwned;
use serde::{Serialize, de, ser};
use serde_json::{Map, Value};

/// serde's representations of enums: <https://serde.rs/enum-representations.html>.
#[derive(Clone, Copy, Debug)]
pub enum Tagging {
    /// An object with the variant's name as its only member; the name alone for a variant without data.
    External,
    /// The name is a member beside those of the variant.
    Internal(&'static str),
    /// An object with the name and the data, in members of these names.
    Adjacent(&'static str, &'static str),
    /// The data alone.
    Untagged,
}

/// Returns the JSON of a variant's data.
///
/// # Errors
///
/// The data cannot be JSON, such as a map whose keys are not strings.
pub fn written<E: ser::Error>(data: &(impl Serialize + ?Sized)) -> Result<Value, E> {
    serde_json::to_value(data).map_err(E::custom)
}

/// Returns the data in JSON.
///
/// # Errors
///
/// The JSON does not fit the type.
pub fn read<T: DeserializeOwned, E: de::Error>(data: Value) -> Result<T, E> {
    serde_json::from_value(data).map_err(E::custom)
}

impl Tagging {
    /// Returns the JSON of a variant with this name and data.
    ///
    /// # Errors
    ///
    /// The data is not an object, so the name cannot be beside its members.
    pub fn write<E: ser::Error>(self, name: &str, data: Option<Value>) -> Result<Value, E> {
        let object = |members: [Option<(&str, Value)>; 2]| {
            let members = members.into_iter().flatten();
            Value::Object(members.map(|(name, value)| (name.to_owned(), value)).collect())
        };
        Ok(match (self, data) {
            (Self::External, None) => name.into(),
            (Self::External, Some(data)) => object([Some((name, data)), None]),
            (Self::Internal(tag), None) => object([Some((tag, name.into())), None]),
            (Self::Internal(tag), Some(Value::Object(members))) => {
                let first = (tag.to_owned(), Value::from(name));
                Value::Object(std::iter::once(first).chain(members).collect())
            }
            (Self::Internal(_), Some(_)) => {
                return Err(E::custom(format!("the data of `{name}` is not an object, so it cannot have a tag")));
            }
            (Self::Adjacent(tag, content), data) => {
                object([Some((tag, name.into())), data.map(|data| (content, data))])
            }
            (Self::Untagged, data) => data.unwrap_or_default(),
        })
    }

    /// Returns the name and the data of a variant. An untagged one has no name.
    ///
    /// # Errors
    ///
    /// The JSON has no name of a variant.
    pub fn read<E: de::Error>(self, value: Value) -> Result<(String, Value), E> {
        let name = |tag: &'static str, members: &mut Map<String, Value>| match members.remove(tag) {
            Some(Value::String(name)) => Ok(name),
            Some(_) => Err(E::custom(format!("`{tag}` must be a string, the name of a variant"))),
            None => Err(E::missing_field(tag)),
        };
        match (self, value) {
            (Self::Untagged, value) => Ok((String::new(), value)),
            (Self::External, Value::String(name)) => Ok((name, Value::Null)),
            (Self::External, Value::Object(members)) if members.len() == 1 => {
                members.into_iter().next().ok_or_else(|| E::custom("expected one member"))
            }
            (Self::External, _) => Err(E::custom("expected a string, or an object with one member")),
            (Self::Internal(tag), Value::Object(mut members)) => Ok((name(tag, &mut members)?, Value::Object(members))),
            (Self::Adjacent(tag, content), Value::Object(mut members)) => {
                Ok((name(tag, &mut members)?, members.remove(content).unwrap_or_default()))
            }
            _ => Err(E::custom("expected an object")),
        }
    }

    /// Returns whether a variant without data has this JSON in place of data.
    pub fn is_unit(self, data: &Value) -> bool {
        matches!((self, data), (Self::Internal(_), _) | (_, Value::Null))
    }
}

/// `variants! { Name Internal("kind") { Name::A(x) => ("a", Some(json)), … } { "a" (Type) => |x| Name::A(x), … } }`
#[doc(hidden)]
#[macro_export]
macro_rules! __workflow_variants {
    (
        $name:ident $tagging:ident $( ( $($tag:literal),* ) )?
        { $($arms:tt)* }
        { $( $wire:literal $type:tt => $made:expr, )* }
    ) => {
        const __TAGGING: $crate::__private::variants::Tagging =
            $crate::__private::variants::Tagging::$tagging $( ( $($tag),* ) )?;

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<__S>(&self, serializer: __S) -> ::core::result::Result<__S::Ok, __S::Error>
            where
                __S: $crate::__private::serde::Serializer,
            {
                let (name, data): (&str, ::core::option::Option<$crate::Json>) = match self { $($arms)* };
                $crate::__private::serde::Serialize::serialize(
                    &__TAGGING.write::<__S::Error>(name, data)?,
                    serializer,
                )
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<__D>(deserializer: __D) -> ::core::result::Result<Self, __D::Error>
            where
                __D: $crate::__private::serde::Deserializer<'de>,
            {
                use $crate::__private::serde::de::Error as _;
                let value = <$crate::Json as $crate::__private::serde::Deserialize<'de>>::deserialize(deserializer)?;
                let (name, data) = __TAGGING.read::<__D::Error>(value)?;
                if ::core::matches!(__TAGGING, $crate::__private::variants::Tagging::Untagged) {
                    $(
                        let read = $crate::__workflow_variants!(@read __D data.clone(), $type, $made);
                        if read.is_ok() {
                            return read;
                        }
                    )*
                    return ::core::result::Result::Err(__D::Error::custom(::core::concat!(
                        "the value fits no variant of `", ::core::stringify!($name), "`",
                    )));
                }
                match name.as_str() {
                    $( $wire => $crate::__workflow_variants!(@read __D data, $type, $made), )*
                    other => ::core::result::Result::Err(__D::Error::unknown_variant(other, &[ $( $wire, )* ])),
                }
            }
        }
    };

    (@read $deserializer:ident $data:expr, (), $made:expr) => {{
        let data = $data;
        if __TAGGING.is_unit(&data) {
            ::core::result::Result::<Self, $deserializer::Error>::Ok($made(()))
        } else {
            ::core::result::Result::Err($deserializer::Error::custom("this variant has no data"))
        }
    }};
    (@read $deserializer:ident $data:expr, $type:tt, $made:expr) => {
        $crate::__private::variants::read::<$type, $deserializer::Error>($data).map($made)
    };
}
