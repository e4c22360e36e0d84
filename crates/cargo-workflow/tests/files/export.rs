//! A job that is started and asked for until it is done.

workflow! {
    /// Exports a table, and tells by which run.
    pub workflow Export {
        input { job: String }
        returns { run: String }
        catch failed [States.ALL] -> Failed;

        task Start = aws_sdk::glue::startJobRun { JobName: input.job }
            timeout 1m
            retry [Glue.ConcurrentRunsExceededException] { interval: 30s, max_attempts: 5 }
            catch failed
            -> Pause;
        wait Pause for 30s -> Ask;
        task Ask = aws_sdk::glue::getJobRun { JobName: input.job, RunId: Start.JobRunId } timeout 1m catch failed -> Done;
        choice Done {
            if Ask.JobRun.JobRunState == "SUCCEEDED" -> Told;
            else -> Pause;
        }
        succeed Told { run: Start.JobRunId }
        fail Failed { error: "ExportFailed", cause: caught.Cause }
    }
}
