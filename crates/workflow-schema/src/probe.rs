//! Tests whether a type implements `Schema` or `Deserialize` where neither is required. The result is a constant.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use super::shape::{Reads, Shape, Unread};
use crate::{Json, Schema};

/// Probes `T`. An inherent item takes precedence over a trait's item, and the inherent item exists only for `T:
/// Schema`.
#[derive(Debug)]
pub struct Probe<T: ?Sized>(PhantomData<T>);

impl<T: Schema + ?Sized> Probe<T> {
    /// The type's shape.
    pub const FOUND: Option<&'static Shape> = Some(T::SHAPE);
}

/// The result for all other types.
pub trait Otherwise {
    /// `None`, because the type has no shape.
    const FOUND: Option<&'static Shape> = None;
}

impl<T: ?Sized> Otherwise for Probe<T> {}

/// Probes whether values of `T` can be deserialized.
#[derive(Debug)]
pub struct ReadProbe<T: ?Sized>(PhantomData<T>);

impl<T: DeserializeOwned> ReadProbe<T> {
    /// The function that deserializes them.
    pub const READS: Option<Reads> = Some(read::<T>);
}

/// The result for types that serde cannot deserialize.
pub trait OtherwiseUnread {
    /// `None`, because the type cannot be deserialized.
    const READS: Option<Reads> = None;
}

impl<T: ?Sized> OtherwiseUnread for ReadProbe<T> {}

fn read<T: DeserializeOwned>(value: &Json) -> Result<(), Unread> {
    serde_path_to_error::deserialize::<_, T>(value).map(drop).map_err(|error| {
        let segments = error.path().iter().filter_map(|segment| match segment {
            Segment::Seq { index } => Some(index.to_string()),
            Segment::Map { key } => Some(key.clone()),
            Segment::Enum { .. } | Segment::Unknown => None,
        });
        Unread { path: segments.collect(), message: error.inner().to_string() }
    })
}

/// `shape!(Type, "Type")`: the shape of a type; for a type without `Schema`, only its name.
#[doc(hidden)]
#[macro_export]
macro_rules! __workflow_shape {
    ($type:ty, $name:literal) => {{
        #[allow(unused_imports)]
        use $crate::Otherwise as _;
        match <$crate::Probe<$type>>::FOUND {
            ::core::option::Option::Some(shape) => shape,
            ::core::option::Option::None => &$crate::Shape::Opaque { name: $name },
        }
    }};
}

/// `readable!(Type, "Type")`: like `shape!`, for a type without lifetimes, with the function that deserializes it. For
/// a type with a lifetime, rustc would report an error instead of choosing the fallback.
#[doc(hidden)]
#[macro_export]
macro_rules! __workflow_readable {
    ($type:ty, $name:literal) => {{
        #[allow(unused_imports)]
        use $crate::OtherwiseUnread as _;
        const OF: &$crate::Shape = $crate::__workflow_shape!($type, $name);
        const READ: $crate::Shape = $crate::Shape::Read { of: OF, reads: <$crate::ReadProbe<$type>>::READS };
        &READ
    }};
}
