//! The 62 types of history events.

use std::fmt;

macro_rules! event_types {
    ($( $name:ident )*) => {
        /// The type of a history event.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "snapshot", derive(serde::Serialize, serde::Deserialize))]
        #[non_exhaustive]
        pub enum EventType {
            $( #[doc = concat!("`", stringify!($name), "`")] $name, )*
        }

        impl EventType {
            /// All types, in the order of the API reference.
            pub const ALL: &'static [Self] = &[ $( Self::$name, )* ];

            /// Returns the type's name in the API.
            pub fn name(self) -> &'static str {
                match self { $( Self::$name => stringify!($name), )* }
            }
        }
    };
}

event_types! {
    ActivityFailed ActivityScheduled ActivityScheduleFailed ActivityStarted ActivitySucceeded ActivityTimedOut
    ChoiceStateEntered ChoiceStateExited
    ExecutionAborted ExecutionFailed ExecutionStarted ExecutionSucceeded ExecutionTimedOut
    FailStateEntered
    LambdaFunctionFailed LambdaFunctionScheduled LambdaFunctionScheduleFailed LambdaFunctionStarted
    LambdaFunctionStartFailed LambdaFunctionSucceeded LambdaFunctionTimedOut
    MapIterationAborted MapIterationFailed MapIterationStarted MapIterationSucceeded
    MapStateAborted MapStateEntered MapStateExited MapStateFailed MapStateStarted MapStateSucceeded
    ParallelStateAborted ParallelStateEntered ParallelStateExited ParallelStateFailed ParallelStateStarted
    ParallelStateSucceeded
    PassStateEntered PassStateExited
    SucceedStateEntered SucceedStateExited
    TaskFailed TaskScheduled TaskStarted TaskStartFailed TaskStateAborted TaskStateEntered TaskStateExited
    TaskSubmitFailed TaskSubmitted TaskSucceeded TaskTimedOut
    WaitStateAborted WaitStateEntered WaitStateExited
    MapRunAborted MapRunFailed MapRunStarted MapRunSucceeded
    ExecutionRedriven MapRunRedriven
    EvaluationFailed
}

impl EventType {
    /// Returns the type with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// Returns the member of the API's event that contains its details, such as `stateEnteredEventDetails`.
    pub(crate) fn details_member(self) -> String {
        let name = self.name();
        let stem = if name.ends_with("StateEntered") {
            "StateEntered"
        } else if name.ends_with("StateExited") {
            "StateExited"
        } else {
            name
        };
        let mut letters = stem.chars();
        let first = letters.next().map(|c| c.to_ascii_lowercase());
        first.into_iter().chain(letters).chain("EventDetails".chars()).collect()
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::EventType;

    #[test]
    fn there_are_62_and_their_details_are_named_as_the_api_does() {
        assert_eq!(EventType::ALL.len(), 62);
        assert_eq!(EventType::PassStateEntered.details_member(), "stateEnteredEventDetails");
        assert_eq!(EventType::MapStateStarted.details_member(), "mapStateStartedEventDetails");
        assert!(EventType::ALL.iter().all(|kind| EventType::from_name(kind.name()) == Some(*kind)));
    }
}
