//! Implements `Schema` for the types that serde itself supports (<https://serde.rs/data-model.html>).

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, LinkedList, VecDeque};
use std::marker::PhantomData;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::rc::Rc;
use std::sync::{Arc, Mutex, RwLock};

use super::shape::{Field, Shape};
use crate::{Json, Schema};

macro_rules! shapes {
    ($($shape:ident: $($type:ty),*;)*) => { $($(
        impl Schema for $type {
            const SHAPE: &'static Shape = &Shape::$shape;
        }
    )*)* };
}

shapes! {
    Any: Json;
    Null: ();
    Bool: bool, std::sync::atomic::AtomicBool;
    Number: serde_json::Number;
    Float: f32, f64;
    Text: str, String, std::path::Path, std::path::PathBuf;
}

macro_rules! parsed {
    ($($type:ty),*) => { $(
        impl Schema for $type {
            const SHAPE: &'static Shape =
                &Shape::Parsed { name: stringify!($type), parses: |text| text.parse::<Self>().is_ok() };
        }
    )* };
}

parsed! { char, IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6 }

impl Schema for std::ffi::CString {
    // serde_json writes the bytes as numbers.
    const SHAPE: &'static Shape = &Shape::Array { of: u8::SHAPE };
}

macro_rules! integers {
    ($($type:ty, $nonzero:ident;)*) => { $(
        impl Schema for $type {
            const SHAPE: &'static Shape = &integer(<$type>::MIN as i128, <$type>::MAX as i128);
        }

        impl Schema for std::num::$nonzero {
            const SHAPE: &'static Shape =
                &integer(std::num::$nonzero::MIN.get() as i128, std::num::$nonzero::MAX.get() as i128);
        }
    )* };
}

integers! {
    u8, NonZeroU8;
    u16, NonZeroU16;
    u32, NonZeroU32;
    u64, NonZeroU64;
    usize, NonZeroUsize;
    i8, NonZeroI8;
    i16, NonZeroI16;
    i32, NonZeroI32;
    i64, NonZeroI64;
    i128, NonZeroI128;
    isize, NonZeroIsize;
}

const fn integer(least: i128, greatest: i128) -> Shape {
    Shape::Integer { least, greatest }
}

impl Schema for u128 {
    // The actual upper bound does not fit into an `i128`.
    const SHAPE: &'static Shape = &integer(0, i128::MAX);
}

/// Implements `Schema` for pointers and containers, whose JSON is that of their value.
macro_rules! transparent {
    ($($type:ident),*) => { $(
        impl<T: Schema + ?Sized> Schema for $type<T> {
            const SHAPE: &'static Shape = T::SHAPE;
        }
    )* };
}

transparent! { Box, Rc, Arc, Cell, RefCell, Mutex, RwLock }

impl<T: Schema + ?Sized> Schema for &T {
    const SHAPE: &'static Shape = T::SHAPE;
}

impl<T: Schema + ?Sized> Schema for &mut T {
    const SHAPE: &'static Shape = T::SHAPE;
}

impl<T: Schema + ToOwned + ?Sized> Schema for Cow<'_, T> {
    const SHAPE: &'static Shape = T::SHAPE;
}

impl<T: ?Sized> Schema for PhantomData<T> {
    const SHAPE: &'static Shape = &Shape::Null;
}

impl<T: Schema> Schema for Option<T> {
    const SHAPE: &'static Shape = &Shape::Option { of: T::SHAPE };
}

macro_rules! arrays {
    ($($type:ident),*) => { $(
        impl<T: Schema> Schema for $type<T> {
            const SHAPE: &'static Shape = &Shape::Array { of: T::SHAPE };
        }
    )* };
}

arrays! { Vec, VecDeque, LinkedList, BinaryHeap, BTreeSet }

#[expect(clippy::disallowed_types, reason = "the user's; nothing is put into it here")]
impl<T: Schema, S> Schema for std::collections::HashSet<T, S> {
    const SHAPE: &'static Shape = &Shape::Array { of: T::SHAPE };
}

impl<T: Schema> Schema for [T] {
    const SHAPE: &'static Shape = &Shape::Array { of: T::SHAPE };
}

impl<T: Schema, const N: usize> Schema for [T; N] {
    const SHAPE: &'static Shape = &Shape::Array { of: T::SHAPE };
}

impl<K, V: Schema> Schema for BTreeMap<K, V> {
    const SHAPE: &'static Shape = &Shape::Map { of: V::SHAPE };
}

#[expect(clippy::disallowed_types, reason = "the user's; nothing is put into it here")]
impl<K, V: Schema, S> Schema for std::collections::HashMap<K, V, S> {
    const SHAPE: &'static Shape = &Shape::Map { of: V::SHAPE };
}

impl Schema for serde_json::Map<String, Json> {
    const SHAPE: &'static Shape = &Shape::Map { of: &Shape::Any };
}

macro_rules! tuples {
    ($($first:ident $($rest:ident)*;)*) => { $(
        impl<$first: Schema, $($rest: Schema),*> Schema for ($first, $($rest,)*) {
            const SHAPE: &'static Shape = &Shape::Tuple { of: &[$first::SHAPE, $($rest::SHAPE),*] };
        }
    )* };
}

tuples! { A; A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G; A B C D E F G H; }

const fn number(name: &'static str) -> Field {
    Field { name, rust: name, optional: false, skipped: false, flat: false, shape: u64::SHAPE, rules: &[] }
}

impl Schema for std::time::Duration {
    const SHAPE: &'static Shape = &Shape::Named {
        name: "Duration",
        of: &Shape::Object { of: &[const { number("secs") }, const { number("nanos") }] },
    };
}

impl Schema for std::time::SystemTime {
    const SHAPE: &'static Shape = &Shape::Named {
        name: "SystemTime",
        of: &Shape::Object { of: &[const { number("secs_since_epoch") }, const { number("nanos_since_epoch") }] },
    };
}
