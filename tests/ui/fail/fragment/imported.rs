use workflow_runtime::workflow;

workflow! {
    fragment Notify from "flows/shared.rs";

    workflow Order {
        use Notify as Told { to: "https://sqs.eu-west-1.amazonaws.com/1/orders" } -> end;
    }
}

workflow! {
    fragment Notfy from "flows/shared.rs";

    workflow Bill {
        use Notfy { to: "https://sqs.eu-west-1.amazonaws.com/1/bills" } -> end;
    }
}

workflow! {
    fragment Notify from "flows/open.wf";

    workflow Parcel {
        use Notify -> end;
    }
}

fn main() {}
