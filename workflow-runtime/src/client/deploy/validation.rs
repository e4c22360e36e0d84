//! Validates a definition with the service before anything is changed.

use aws_sdk_sfn::types::{ValidateStateMachineDefinitionResultCode, ValidateStateMachineDefinitionSeverity};

use super::super::call::call;
use super::super::connection::Connection;
use super::super::error::DefinitionFinding;
use super::{Declared, sdk_type};
use crate::client::Error;

/// Asks the service for all errors of the definition.
///
/// If the service does not support the operation, or the role may not use it, the request that creates or updates the
/// state machine checks the definition. That request changes nothing if there are errors.
pub(super) async fn validate(connection: &Connection, declared: &Declared) -> Result<(), Error> {
    let request = connection
        .sfn
        .validate_state_machine_definition()
        .definition(&declared.definition)
        .r#type(sdk_type(declared.machine_type))
        .severity(ValidateStateMachineDefinitionSeverity::Error);
    let answer = match call!("ValidateStateMachineDefinition", name = declared.name, request.send()) {
        Ok(answer) => answer,
        Err(error) => {
            return match Error::of_call("ValidateStateMachineDefinition", error) {
                Error::Foreign { .. } => Ok(()),
                error if MAY_BE_MISSING.iter().any(|code| error.has_code(code)) => Ok(()),
                error => Err(error),
            };
        }
    };
    if *answer.result() != ValidateStateMachineDefinitionResultCode::Fail {
        return Ok(());
    }
    let findings = answer.diagnostics().iter().map(|found| DefinitionFinding {
        code: found.code().to_owned(),
        message: found.message().to_owned(),
        location: found.location().map(str::to_owned),
    });
    Err(Error::Invalid { name: declared.name.clone(), findings: findings.collect() })
}

/// Error codes of a service that does not have the operation, or does not let this role use it.
const MAY_BE_MISSING: [&str; 4] =
    ["AccessDeniedException", "InvalidAction", "UnknownOperationException", "NotImplemented"];
