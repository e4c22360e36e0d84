//! A workflow whose states are in a document.

workflow! {
    pub workflow Legacy {
        input { text: String }
        from "tests/files/flows/legacy.asl.json";
    }
}
