//! A crate that depends on `workflow-runtime` as `some_name`, and denies every warning.

#![deny(missing_docs, warnings)]

some_name::workflow! {
    pub workflow Renamed {
        input { name: String, kind: Kind, at: Timestamp }
        returns { greeting: String }
        params { role: Arn, tags: Map<Json> }
        enum Kind { Formal, Casual }
        pass Params { role: params.role, tags: params.tags } -> Greet;
        pass Greet { greeting: "Hello, " + input.name } -> end;
    }
}

#[cfg(test)]
mod tests {
    use some_name::{Arn, Workflow};

    use super::{Renamed, RenamedParams};

    #[test]
    fn a_workflow_compiles_without_the_crate_s_own_name() {
        let params = RenamedParams { role: Arn::from("arn:aws:iam::123456789012:role/r"), tags: Default::default() };
        let definition = Renamed::definition_with(&params).expect("plain text is JSON");
        assert_eq!(definition.name(), Renamed::NAME);
        assert!(definition.as_str().contains("role/r"));
    }
}
