//! A crate that denies every warning, including those about documentation.

#![deny(missing_docs, warnings, unused_qualifications, unreachable_pub, missing_debug_implementations)]
#![deny(nonstandard_style, rust_2018_idioms, unused)]
#![forbid(unsafe_code)]

use workflow_runtime::workflow;

workflow! {
    pub workflow Undocumented {
        input { Order: order_line, r#type: Vec<Kind>, note: Option<Map<Json>> }
        returns { when: Timestamp, role: Arn }
        params { BucketName: String }
        struct order_line { id: String }
        enum Kind { small_one, LARGE_ONE, #[serde(rename = "x-large")] r#final }
        pass start_here { bucket: params.BucketName } -> DONE;
        succeed DONE { when: context.Execution.StartTime, role: context.Execution.RoleArn }
    }

    /// Private, and never used.
    workflow Unused {
        input { a: i32 }
        pass Only -> end;
    }
}

pub(crate) fn main() {
    let params = UndocumentedParams { BucketName: "b".to_owned() };
    assert!(Undocumented::definition_with(&params).is_ok());
}
