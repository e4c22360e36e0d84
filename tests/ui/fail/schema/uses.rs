use serde::{Deserialize, Serialize};
use workflow_runtime::{Schema, workflow};

#[derive(Serialize, Deserialize, Schema)]
pub struct Order {
    total: f64,
    name: String,
    lines: Vec<u8>,
    kind: Kind,
    #[serde(default)]
    tries: u8,
    express: Option<bool>,
}

#[derive(Serialize, Deserialize, Schema)]
pub enum Kind {
    Fast,
    Slow,
}

workflow! {
    workflow Ship {
        input self::Order;
        choice First {
            if input.total -> Done;
            if input.total == "x" -> Done;
            if input.tries > 3 -> Done;
            if input.express == true -> Done;
            if input.kind == "Fats" -> Done;
            if -input.name < 3 || $length(input.total) > 3 || 1 + input.name > 2 || input.lines >= 3 -> Done;
            // These are right.
            if is_present(input.tries) && input.tries > 3 && (input.express ?? false) && input.kind == "Slow" -> Done;
            else -> Rest;
        }
        wait Rest for input.name -> Each;
        map Each over input.total {
            pass Line -> end;
        } -> ByKind;
        choice ByKind match input.kind { "Fast" -> Done; "Slo" -> Done; _ -> Done; }
        succeed Done;
    }
}

fn main() {}
