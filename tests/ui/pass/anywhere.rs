//! Workflows in a function, in a generic function, in a module, in a macro's output, and next to names of the prelude.

#![deny(warnings)]
#![allow(dead_code)]

use workflow_runtime::{Workflow, WorkflowState, workflow};

type Result = ();
type String = u8;
struct Vec;
struct Option;
struct Some;

mod inner {
    workflow_runtime::workflow! {
        pub(crate) workflow Greet {
            input { name: String, tags: Vec<String>, note: Option<String> }
            pass Hello { greeting: input.name } -> end;
        }
    }
}

macro_rules! declare {
    ($name:ident, $state:ident, $text:literal) => {
        workflow! {
            pub workflow $name {
                pass $state { text: $text } -> end;
            }
        }
    };
}

declare!(First, Only, "one");
declare!(Second, Only, "two");

fn generic<T: Default>() -> T {
    workflow! {
        workflow Local {
            struct Part { x: i64 }
            input { part: Part }
            enum Word { A, B }
            returns { word: Word }
            pass Only { word: Word::A } -> end;
        }
    }
    let input = LocalInput { part: Part { x: 1 } };
    assert_eq!(input.clone(), input);
    assert_eq!(<Local as Workflow>::State::ALL.len(), 1);
    assert!(Local::definition().as_str().contains("Only"));
    T::default()
}

pub(crate) fn main() {
    generic::<u8>();
    let _ = inner::GreetInput { name: Default::default(), tags: Default::default(), note: None };
    assert_eq!(inner::Greet::NAME, "Greet");
    assert_eq!(FirstState::Only.name(), "Only");
    assert!(First::definition().as_str().contains("one"));
    assert!(Second::definition().as_str().contains("two"));
}
