//! Whether a type implements `Schema`, asked where it need not: the answer is a constant.

use std::marker::PhantomData;

use super::shape::Shape;
use crate::Schema;

/// Asks about `T`: what it has of its own comes before what a trait gives it, and it has its own where `T: Schema`.
#[derive(Debug)]
pub struct Probe<T: ?Sized>(PhantomData<T>);

impl<T: Schema + ?Sized> Probe<T> {
    /// The type's shape.
    pub const FOUND: Option<&'static Shape> = Some(T::SHAPE);
}

/// The answer for all other types.
pub trait Otherwise {
    /// None.
    const FOUND: Option<&'static Shape> = None;
}

impl<T: ?Sized> Otherwise for Probe<T> {}

/// `shape!(Type, "Type")`: the shape of a type, which for one without `Schema` is its name alone.
#[doc(hidden)]
#[macro_export]
macro_rules! __workflow_shape {
    ($type:ty, $name:literal) => {{
        #[allow(unused_imports)]
        use $crate::__private::schema::Otherwise as _;
        match <$crate::__private::schema::Probe<$type>>::FOUND {
            ::core::option::Option::Some(shape) => shape,
            ::core::option::Option::None => &$crate::__private::schema::Shape::Opaque { name: $name },
        }
    }};
}
