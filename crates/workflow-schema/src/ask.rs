//! The checks that generated code makes. Each check is a constant, and a failure is an error at its source text.

use super::answer;
use super::shape::Shape;
use super::walk::PathStep;
use workflow_services::MachineType;

macro_rules! questions {
    ($($name:ident($($argument:ident: $type:ty),*);)*) => { $(
        #[doc = concat!("Fails if [`answer::", stringify!($name), "`] returns an error.")]
        #[track_caller]
        pub const fn $name($($argument: $type),*) {
            if let Some(message) = answer::$name($($argument),*) {
                // When rustc evaluates a constant, a panic is an error in the user's code.
                panic!("{}", message.text());
            }
        }
    )* };
}

questions! {
    is_member(shape: &'static Shape, path: &[PathStep<'_>], words: &str, code: &str);
    is_read(shape: &'static Shape, path: &[PathStep<'_>], words: &str, code: &str, place: &str);
    kind(shape: &'static Shape, path: &[PathStep<'_>], kinds: u8, wanted: &str, code: &str, help: &str);
    needed(shape: &'static Shape, path: &[PathStep<'_>], not_null: bool, words: &str, code: &str, help: &str);
    present(shape: &'static Shape, path: &[PathStep<'_>], words: &str, effect: &str, code: &str, help: &str);
    text(shape: &'static Shape, path: &[PathStep<'_>], text: &str, words: &str, code: &str);
    members(shape: &'static Shape, path: &[PathStep<'_>], given: &[&str], what: &str, code: &str);
    no_slip(shape: &'static Shape, path: &[PathStep<'_>], what: &str, code: &str);
    takes(shape: &'static Shape, path: &[PathStep<'_>], kinds: u8, absent: bool, what: &str, given: &str, code: &str);
    in_range(shape: &'static Shape, path: &[PathStep<'_>], number: i128, what: &str, given: &str, code: &str);
    awaited(machine: MachineType, name: &str, code: &str);
    express(machine: MachineType, name: &str, code: &str);
}
