//! Error codes and their HTTP statuses.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/apireference/CommonErrors.html>, and the page of each operation.

use hyper::StatusCode;

macro_rules! codes {
    ($( $(#[doc = $doc:literal])* $code:ident = $name:literal $status:ident; )*) => {
        /// An error code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Code {
            $( $(#[doc = $doc])* $code, )*
        }

        impl Code {
            const ALL: &[Self] = &[$(Self::$code),*];

            /// Returns the code in the API's spelling.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $( Self::$code => $name, )*
                }
            }

            pub(crate) fn status(self) -> StatusCode {
                match self {
                    $( Self::$code => StatusCode::$status, )*
                }
            }
        }
    };
}

codes! {
    // Codes of operations.
    ActivityAlreadyExists = "ActivityAlreadyExists" BAD_REQUEST;
    ActivityDoesNotExist = "ActivityDoesNotExist" BAD_REQUEST;
    ActivityWorkerLimitExceeded = "ActivityWorkerLimitExceeded" BAD_REQUEST;
    Conflict = "ConflictException" CONFLICT;
    ExecutionAlreadyExists = "ExecutionAlreadyExists" BAD_REQUEST;
    ExecutionDoesNotExist = "ExecutionDoesNotExist" BAD_REQUEST;
    ExecutionLimitExceeded = "ExecutionLimitExceeded" BAD_REQUEST;
    ExecutionNotRedrivable = "ExecutionNotRedrivable" BAD_REQUEST;
    InvalidArn = "InvalidArn" BAD_REQUEST;
    InvalidDefinition = "InvalidDefinition" BAD_REQUEST;
    InvalidEncryptionConfiguration = "InvalidEncryptionConfiguration" BAD_REQUEST;
    InvalidExecutionInput = "InvalidExecutionInput" BAD_REQUEST;
    InvalidLoggingConfiguration = "InvalidLoggingConfiguration" BAD_REQUEST;
    InvalidName = "InvalidName" BAD_REQUEST;
    InvalidOutput = "InvalidOutput" BAD_REQUEST;
    InvalidToken = "InvalidToken" BAD_REQUEST;
    MissingRequiredParameter = "MissingRequiredParameter" BAD_REQUEST;
    ResourceNotFound = "ResourceNotFound" BAD_REQUEST;
    ServiceQuotaExceeded = "ServiceQuotaExceededException" PAYMENT_REQUIRED;
    StateMachineAlreadyExists = "StateMachineAlreadyExists" BAD_REQUEST;
    StateMachineDeleting = "StateMachineDeleting" BAD_REQUEST;
    StateMachineDoesNotExist = "StateMachineDoesNotExist" BAD_REQUEST;
    StateMachineTypeNotSupported = "StateMachineTypeNotSupported" BAD_REQUEST;
    TaskDoesNotExist = "TaskDoesNotExist" BAD_REQUEST;
    TaskTimedOut = "TaskTimedOut" BAD_REQUEST;
    TooManyTags = "TooManyTags" BAD_REQUEST;
    Validation = "ValidationException" BAD_REQUEST;
    // Codes of every operation, and of HTTP.
    AccessDenied = "AccessDeniedException" FORBIDDEN;
    InternalServerError = "InternalServerError" INTERNAL_SERVER_ERROR;
    RequestTimeout = "RequestTimeoutException" REQUEST_TIMEOUT;
    RequestTooLarge = "RequestEntityTooLargeException" PAYLOAD_TOO_LARGE;
    Serialization = "SerializationException" BAD_REQUEST;
    ServiceUnavailable = "ServiceUnavailable" SERVICE_UNAVAILABLE;
    Throttling = "ThrottlingException" BAD_REQUEST;
    /// A request without a place: its connection is closed.
    Crowded = "ThrottlingException" SERVICE_UNAVAILABLE;
    UnknownOperation = "UnknownOperationException" BAD_REQUEST;
    /// A path or method that the API does not have.
    UnknownPath = "UnknownOperationException" NOT_FOUND;
    UnrecognizedClient = "UnrecognizedClientException" FORBIDDEN;
}

impl Code {
    /// Returns the code with this spelling in the API.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}
