//! The Python SDK's Hello World. Both of its workflows use `happy_path`, which is one chain.

workflow_runtime::workflow! {
    fragment HappyPath {
        wait WaitFor3Seconds as "Wait for 3 seconds" for 3s -> MyParallelState;
        parallel MyParallelState {
            branch {
                pass Hello -> end;
            }
            branch {
                pass World -> end;
            }
        } -> ConvertHelloWorldToBase64;
        task ConvertHelloWorldToBase64 as "Convert HelloWorld to Base64" = lambda::invoke {
            FunctionName: "<lambda-function-name>",
            Payload: { input: "HelloWorld" },
        }
            retry [States.TaskFailed] { interval: 15s, max_attempts: 2, backoff: 4.0 }
            catch [States.TaskFailed] -> LambdaTaskFailed
            -> HelloWorldSuccessful;
        succeed HelloWorldSuccessful;
        fail LambdaTaskFailed;
    }

    pub workflow Seed004HelloWorldBranching {
        query jsonpath;

        pass MyPassState -> IsThisHelloWorldExample;
        choice IsThisHelloWorldExample as "Is this Hello World example?" nonexhaustive {
            if state.IsHelloWorldExample == true -> HappyPath;
            if state.IsHelloWorldExample == false -> HelloWorldFailed;
        }
        use HappyPath as "" -> end;
        fail HelloWorldFailed;
    }

    pub workflow Seed004HelloWorldHappy {
        query jsonpath;

        use HappyPath as "" -> end;
    }
}
