//! A document and an input, in one array: run to an end or an error, and the same again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use workflow_local::Engine;

fuzz_target!(|bytes: &[u8]| {
    let Ok((definition, input)) = serde_json::from_slice::<(serde_json::Value, serde_json::Value)>(bytes) else {
        return;
    };
    let Ok(engine) = Engine::new(&definition) else { return };
    let outcomes = [(); 2].map(|()| match engine.run(&input) {
        Ok(execution) => {
            for (i, event) in execution.history().iter().enumerate() {
                assert_eq!(event.id, i as u64 + 1);
                assert!(event.previous_id < event.id);
            }
            (execution.history_table().to_string(), execution.output().cloned())
        }
        Err(error) => (error.to_string(), None),
    });
    assert_eq!(outcomes[0], outcomes[1]);
});
