use workflow_runtime::workflow;

workflow! {
    pub workflow Order {
        input { line: Line }
        struct Line { count: i64 }
        pass Only -> end;
    }

    workflow Order {
        input { line: Line }
        struct Line { count: String }
        pass Other -> end;
    }

    workflow Invoice {
        input { line: Line }
        struct Line { count: f64 }
        pass Only -> end;
    }
}

fn main() {
    let _ = Order::definition();
    let _ = InvoiceInput { line: Line { count: 1 } };
}
