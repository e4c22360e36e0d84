//! Workflows with one word of each kind, in a module.

use workflow_runtime::workflow;

use crate::Parcel;

workflow! {
    /// Sells what is in stock.
    pub workflow Order {
        input { customer: String, express: bool, mood: Mood, lines: Vec<Line>, gift: Option<Gift> }
        returns { total: f64, model: String }
        params { charge_function: String, role: Arn }

        /// What is bought.
        struct Line { sku: String, count: u32, size: Size }
        struct Size { weight: f64 }
        struct Gift { note: String }
        /// What was paid.
        struct Bill { amount: f64, payer: Option<Payer> }
        struct Payer { account: String }
        enum Mood { Calm, Angry }

        retry Busy [Lambda.TooManyRequestsException] { interval: 2s, max_attempts: 3, backoff: 2.0 }
        catch Failed [States.ALL] -> NotSold;

        /// Who pays is served.
        property after Charge: Sold or NotSold;

        choice Route {
            if input.express && input.mood == Mood::Calm -> Charge;
            else -> Patience;
        }

        wait Patience for 30s -> Charge;

        /// Takes the money.
        task Charge = lambda::invoke<Bill> {
            FunctionName: params.charge_function,
            Payload: {
                who: "Dr " + input.customer,
                weight: input.lines[0].size.weight,
                note: input.gift?.note ?? "",
            },
        }
            retry Busy
            catch Failed
            timeout 5m
            assign { bill: result.Payload }
            -> Each;

        map Each over input.lines {
            pass One { article: item.sku, number: item.count, id: context.Execution.Id } -> end;
        } -> Train;

        task Train = sagemaker::createTrainingJob.sync {
            TrainingJobName: "stock",
            RoleArn: params.role,
            AlgorithmSpecification: { TrainingImage: "image", TrainingInputMode: "File" },
            OutputDataConfig: { S3OutputPath: "s3://bucket/models" },
            ResourceConfig: { InstanceCount: 1, InstanceType: "ml.m5.large", VolumeSizeInGB: 10 },
            StoppingCondition: { MaxRuntimeInSeconds: 3600 },
        }
            catch Failed
            -> Both;

        parallel Both {
            branch { pass Left { paid: $bill.amount, by: $bill.payer?.account ?? "cash" } -> end; }
            branch { pass Right { each: Each[0].article } -> end; }
        } -> Sold;

        succeed Sold { total: $round(Both[0].paid, 2), model: Train.ModelArtifacts.S3ModelArtifacts }

        fail NotSold { error: caught.Error, cause: caught.Cause }
    }

    /// Sends what was sold.
    pub workflow Send {
        input { parcel: Parcel }
        params { order: Arn }

        task Sell = workflow::<Order>.sync:2 {
            StateMachineArn: params.order,
            Input: { customer: input.parcel.receiver, express: true, mood: "Calm", lines: [] },
        } -> Done;

        pass Done { paid: Sell.Output.total } -> end;
    }
}

macro_rules! with_tell {
    ($($workflows:tt)*) => { workflow! {
        fragment Tell {
            input { receiver: String }
            returns { receipt: String }
            task Send = sns::publish { PhoneNumber: input.receiver, Message: "sent" } -> Done;
            pass Done { receipt: Send.MessageId } -> end;
        }
        $($workflows)*
    } };
}

with_tell! {
    /// Tells a customer with a fragment that several modules use.
    pub workflow Remind {
        input { telephone: String, times: u32 }
        use Tell as Told { receiver: input.telephone } -> Noted;
        pass Noted { receipt: Told.receipt } -> Closed;
        succeed Closed { times: input.times }
    }
}
