//! What a finding is about: its place, the member's name, a variable.

use super::{Finding, NearestName};
use crate::{Code, Diagnostic, Pointer};

impl Finding {
    /// Returns the finding at a place.
    pub fn at(self, pointer: Pointer) -> Diagnostic {
        Diagnostic { code: self.code(), pointer, range: None, finding: Box::new(self) }
    }

    /// Returns whether it is about the name of the member at its place, not about the member's value.
    pub fn is_about_key(&self) -> bool {
        use Code::{
            BadVariableName, DuplicateKey, ExclusiveFields, JsonPathKey, NoEffect, OuterVariable, ReservedVariable,
            StateNameTooLong, UnknownField, UnknownParameter, WrongLanguageField,
        };
        matches!(
            self.code(),
            BadVariableName
                | DuplicateKey
                | ExclusiveFields
                | JsonPathKey
                | NoEffect
                | OuterVariable
                | ReservedVariable
                | StateNameTooLong
                | UnknownField
                | UnknownParameter
                | WrongLanguageField
        ) || matches!(self, Self::UnknownParameter { .. })
    }

    /// Returns the known member that was probably meant, of one that is absent.
    pub(crate) fn near(&self) -> NearestName {
        if let Self::AbsentMember { near, .. } = self { near.clone() } else { None }
    }

    /// Returns the variable that it is about.
    pub fn variable(&self) -> Option<&str> {
        match self {
            Self::NotOnEveryPath { name, .. }
            | Self::NeverAssigned { name, .. }
            | Self::VariableOutOfScope { name }
            | Self::NotAssignedBefore { name, .. }
            | Self::VariableOfInnerScope { name, .. } => Some(name),
            _ => None,
        }
    }
}
