//! The checks of `#[handler]`: a function's types must be those that a task sends and reads.

#![expect(clippy::panic, reason = "a panic while rustc computes a constant is an error of the user's code")]

use super::message::{Message, same};
use super::shape::{Field, Shape};
use super::types::{Handled, Types};
use super::walk::{FEW, PathStep};
use crate::Schema;

const fn find(types: &Types, state: &str) -> Option<&'static Handled> {
    let mut rest = types.handled;
    while let [handled, tail @ ..] = rest {
        if same(handled.state, state) {
            return Some(handled);
        }
        rest = tail;
    }
    None
}

/// Fails if a state calls neither a function nor an activity.
#[track_caller]
pub const fn is_handled(types: &Types, workflow: &str, state: &str) {
    if find(types, state).is_some() {
        return;
    }
    let mut message = Message::new();
    message.all(&["`", state, "` of `", workflow, "` calls neither a Lambda function nor an activity"]);
    let (mut rest, mut count) = (types.handled, 0);
    while let [handled, tail @ ..] = rest
        && count < FEW
    {
        message.all(&[if count == 0 { "\n\n= help: these do: `" } else { ", `" }, handled.state, "`"]);
        rest = tail;
        count += 1;
    }
    panic!("{}", message.text());
}

/// Returns the shape of a task's request. A state that is not a handled task has any shape; [`is_handled`] reports it.
pub const fn sends(types: &Types, state: &str) -> &'static Shape {
    match find(types, state) {
        Some(handled) => handled.sends,
        None => &Shape::Any,
    }
}

/// Returns the shape that the source declares for a task's result.
pub const fn reads(types: &Types, state: &str) -> &'static Shape {
    match find(types, state) {
        Some(handled) => handled.reads,
        None => &Shape::Any,
    }
}

/// The return type of a handler: `Result<T, E>`. `T` becomes the task's result.
#[diagnostic::on_unimplemented(
    message = "a handler returns `Result<T, E>`, not `{Self}`",
    label = "no `Result`",
    note = "`T` becomes the task's result, `E` its error"
)]
pub trait Returned {
    /// The shape of `T` in JSON.
    const SHAPE: &'static Shape;
}

impl<T: Schema, E> Returned for Result<T, E> {
    const SHAPE: &'static Shape = T::SHAPE;
}

/// Returns the shape at a path in a type, or any shape if it is unknown.
pub const fn shape_at(shape: &'static Shape, path: &[PathStep<'_>]) -> &'static Shape {
    lead(shape, shape, path)
}

const fn lead(shape: &'static Shape, own: &'static Shape, path: &[PathStep<'_>]) -> &'static Shape {
    match (shape, path) {
        (Shape::Own, _) => match own {
            Shape::Named { of: of @ Shape::Object { .. }, .. } if !path.is_empty() => lead(of, own, path),
            Shape::Named { .. } => own,
            _ => &Shape::Any,
        },
        (Shape::Named { .. }, []) => shape,
        // Without the enclosing type, `Own` would refer to another shape.
        (_, []) if has_own(shape) => &Shape::Any,
        (_, []) => shape,
        (Shape::Named { of, .. }, _) => lead(of, shape, path),
        (Shape::Option { of } | Shape::Read { of, .. }, _) => lead(of, own, path),
        (Shape::Object { of }, [PathStep::Member(name, certain) | PathStep::Tagged(name, certain, ..), path @ ..]) => {
            match member(of, name) {
                Some(Shape::Option { of }) if *certain => lead(of, own, path),
                Some(of) => lead(of, own, path),
                None => &Shape::Any,
            }
        }
        (Shape::Map { of }, [_, path @ ..]) => lead(of, own, path),
        (Shape::Array { of }, [PathStep::Index(..) | PathStep::Computed(_), path @ ..]) => lead(of, own, path),
        _ => &Shape::Any,
    }
}

/// Returns a member of the object itself.
const fn member(fields: &'static [Field], name: &str) -> Option<&'static Shape> {
    let mut rest = fields;
    while let [field, tail @ ..] = rest {
        if !field.flat && same(field.name, name) {
            return Some(field.shape);
        }
        rest = tail;
    }
    None
}

/// Returns whether a shape refers to an enclosing shape.
const fn has_own(shape: &Shape) -> bool {
    match shape {
        Shape::Own => true,
        Shape::Array { of } | Shape::Option { of } | Shape::Map { of } | Shape::Read { of, .. } => has_own(of),
        Shape::Tuple { of } | Shape::OneOf { of, .. } => {
            let mut rest = *of;
            while let [item, tail @ ..] = rest {
                if has_own(item) {
                    return true;
                }
                rest = tail;
            }
            false
        }
        Shape::Object { of } => {
            let mut rest = *of;
            while let [field, tail @ ..] = rest {
                if has_own(field.shape) {
                    return true;
                }
                rest = tail;
            }
            false
        }
        _ => false,
    }
}
