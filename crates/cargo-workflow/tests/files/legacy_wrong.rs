//! A workflow whose document reads another input.

workflow! {
    pub workflow Legacy {
        input { txt: String }
        from "tests/files/flows/legacy.asl.json";
    }
}
