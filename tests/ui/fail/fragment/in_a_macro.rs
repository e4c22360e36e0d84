use workflow_runtime::workflow;

macro_rules! with_notify {
    ($($workflows:tt)*) => { workflow! {
        fragment Notify {
            input { to: String }
            returns { message: String }
            task Send = sns::publish { PhoneNumber: input.to, Message: "hello" } -> Done;
            pass Done { message: Send.MesageId } -> end;
        }
        $($workflows)*
    } };
}

with_notify! {
    workflow Order {
        input { customer: String }
        use Notify as Told { to: input.custmer } -> Report;
        pass Report { id: Told.message } -> Dne;
        succeed Done;
    }
}

fn main() {}
