workflow_runtime::workflow! {
    pub workflow Seed000002ReadmeChain {
        query jsonpath;

        pass MyPassState -> WaitFor3Seconds;
        wait WaitFor3Seconds as "Wait for 3 seconds" for 3s -> ConvertHelloWorldToBase64;
        task ConvertHelloWorldToBase64 as "Convert HelloWorld to Base64" = lambda::invoke {
            FunctionName: "MyLambda",
            Payload: { input: "HelloWorld" },
        }
            retry [States.TaskFailed] { interval: 15s, max_attempts: 2, backoff: 4.0 }
            catch [States.TaskFailed] -> LambdaTaskFailed
            -> end;
        fail LambdaTaskFailed;
    }
}
