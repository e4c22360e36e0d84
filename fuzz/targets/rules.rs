//! Definitions of any JSON: written back as they were read, and checked.

#![no_main]

use libfuzzer_sys::fuzz_target;
use workflow_asl::document::MachineType;
use workflow_asl::{StateMachine, graph, references, rules};
use workflow_graph::{Direction, Graph};

fuzz_target!(|bytes: &[u8]| {
    let Ok(definition) = serde_json::from_slice::<serde_json::Value>(bytes) else { return };
    let (machine, _) = StateMachine::read(&definition);
    assert_eq!(machine.write(), definition);
    for kind in [MachineType::Standard, MachineType::Express] {
        let _ = rules::check(&machine, kind);
    }
    let _ = (graph::Graph::all(&machine), Graph::of(&machine).to_mermaid());
    let _ = Graph::of(&machine).layout(Direction::TopDown);
    let _ = (references::references(&machine).len(), references::variable_references(&machine));
});
