workflow! {
    fragment Tell {
        input { to: String }
        choice How { if input.to == "owner" -> Wait; else -> Send; }
        wait Wait for 1d -> Send;
        task Send = lambda::invoke { FunctionName: "send", Payload: { to: input.to } } -> end;
    }
    workflow Remind {
        query jsonata;
        input { days: u64, mode: String, person: String, due: Timestamp }
        choice IsLate {
            if input.days > 30 && input.mode != "quiet" -> Kind;
            else -> Rest;
        }
        choice Kind match input.mode { "post" | "mail" -> Owner; _ -> Failed; }
        wait Rest until input.due -> Owner;
        use Tell as Owner { to: input.person } catch [States.ALL] -> Failed -> end;
        fail Failed { error: input.mode, cause: "The mode is unknown" }
    }
}
