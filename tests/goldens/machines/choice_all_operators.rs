workflow_runtime::workflow! {
    pub workflow ChoiceAllOperators {
        query jsonpath;

        /// every operator
        choice C {
            if state.v == "abc" -> End;
            if StringEqualsPath(state.v, state.w) -> End;
            if state.v < "abc" -> End;
            if StringLessThanPath(state.v, state.w) -> End;
            if state.v > "abc" -> End;
            if StringGreaterThanPath(state.v, state.w) -> End;
            if state.v <= "abc" -> End;
            if StringLessThanEqualsPath(state.v, state.w) -> End;
            if state.v >= "abc" -> End;
            if StringGreaterThanEqualsPath(state.v, state.w) -> End;
            if state.v == 1.5 -> End;
            if NumericEqualsPath(state.v, state.w) -> End;
            if state.v < 1.5 -> End;
            if NumericLessThanPath(state.v, state.w) -> End;
            if state.v > 1.5 -> End;
            if NumericGreaterThanPath(state.v, state.w) -> End;
            if state.v <= 1.5 -> End;
            if NumericLessThanEqualsPath(state.v, state.w) -> End;
            if state.v >= 1.5 -> End;
            if NumericGreaterThanEqualsPath(state.v, state.w) -> End;
            if state.v == timestamp("2030-01-01T00:00:00Z") -> End;
            if TimestampEqualsPath(state.v, state.w) -> End;
            if state.v < timestamp("2030-01-01T00:00:00Z") -> End;
            if TimestampLessThanPath(state.v, state.w) -> End;
            if state.v > timestamp("2030-01-01T00:00:00Z") -> End;
            if TimestampGreaterThanPath(state.v, state.w) -> End;
            if state.v <= timestamp("2030-01-01T00:00:00Z") -> End;
            if TimestampLessThanEqualsPath(state.v, state.w) -> End;
            if state.v >= timestamp("2030-01-01T00:00:00Z") -> End;
            if TimestampGreaterThanEqualsPath(state.v, state.w) -> End;
            if state.v == true -> End;
            if BooleanEqualsPath(state.v, state.w) -> End;
            if is_null(state.v) -> End;
            if is_present(state.v) -> End;
            if is_string(state.v) -> End;
            if is_numeric(state.v) -> End;
            if is_timestamp(state.v) -> End;
            if is_boolean(state.v) -> End;
            if matches(state.v, "log-*.txt") -> End;
            if is_present(state.a) && state.a > 0 -> End;
            if is_present(state.a) || state.a > 0 -> End;
            if !is_present(state.a) -> End;
            if (is_present(state.a) || !(state.a > 0)) && state.a > 0 -> End;
            else -> NoMatch;
        }
            input_path "$.i"
            output_path "$.o";
        fail NoMatch { error: "NoMatch", cause: "no rule matched" }
        succeed End;
    }
}
