//! A workflow with existing states in Amazon States Language, and Rust types around them.

use workflow_runtime::workflow;

workflow! {
    /// Refunds money.
    pub workflow Refund {
        input { customer: String, amount: u32 }
        returns { receipt: String }
        // `${ApprovalQueueUrl}`, `${Company}` and `${PayFunction.Arn}` in the document.
        params { approval_queue_url: String, company: String, pay_function_arn: Arn }
        from "flows/refund.asl.json";
    }
}
