workflow_runtime::workflow! {
    pub workflow ParallelWithRetryCatchAndChains {
        query jsonpath;

        /// c
        parallel Par {
            branch {
                pass B1a -> B1b;
                pass B1b -> end;
            }
            branch {
                wait B2 for 1s -> end;
            }
        }
            parameters { a: state.x }
            input_path "$.i"
            result_path "$.r"
            output_path "$.o"
            retry [States.ALL]
            catch [States.Timeout] -> TimedOut
            catch [States.ALL] -> Cleanup { result_path "$.error" }
            -> Done;
        succeed Done;
        fail TimedOut;
        pass Cleanup -> Failed;
        fail Failed;
    }
}
