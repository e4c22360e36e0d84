use workflow_runtime::workflow;

workflow! {
    fragment Charge {
        task AskTheBankWhetherTheCardIsValid = lambda::invoke { FunctionName: "bank" } -> end;
    }

    fragment Sell {
        use Charge as ChargeTheCustomerOfThisOrder -> end;
    }

    workflow Order {
        use Sell as SellEverythingThatIsInTheBasket -> end;
    }
}

fn main() {
    let _ = Order::definition();
}
