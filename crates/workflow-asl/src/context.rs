//! The context object as a table: its members, their types, and whether they are constant in an execution.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html>

/// A member of the context object, or of an object in it.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// The type of its value.
    pub kind: MemberKind,
    /// Whether it may be absent when its object is present.
    pub optional: bool,
    /// Whether it is constant during an execution or, for the item of a map, during an iteration.
    pub fixed: bool,
    /// Its description for editors.
    pub doc: &'static str,
}

/// The type of a member of the context object.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum MemberKind {
    /// An object with these members.
    Object(&'static [Member]),
    /// Any JSON value.
    Any,
    /// Text.
    Text,
    /// An ARN, as text.
    Arn,
    /// A point in time, as ISO 8601 text.
    Timestamp,
    /// A number that starts at 0.
    Count,
}

impl MemberKind {
    /// Returns the members of an object; none for other types.
    pub fn members(self) -> &'static [Member] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }
}

const fn changing(name: &'static str, kind: MemberKind, doc: &'static str) -> Member {
    Member { name, kind, optional: false, fixed: false, doc }
}

const fn fixed(name: &'static str, kind: MemberKind, doc: &'static str) -> Member {
    Member { fixed: true, ..changing(name, kind, doc) }
}

const fn optional(member: Member) -> Member {
    Member { optional: true, ..member }
}

/// The members of the context object.
///
/// ```
/// let names: Vec<_> = workflow_asl::context::MEMBERS.iter().map(|member| member.name).collect();
/// assert_eq!(names, ["Execution", "StateMachine", "State", "Task", "Map"]);
/// ```
pub static MEMBERS: &[Member] = &[
    changing("Execution", MemberKind::Object(EXECUTION), "The execution."),
    fixed("StateMachine", MemberKind::Object(STATE_MACHINE), "The state machine."),
    changing("State", MemberKind::Object(STATE), "The state that runs."),
    optional(changing("Task", MemberKind::Object(TASK), "The task, if it waits for its token.")),
    optional(changing("Map", MemberKind::Object(MAP), "The iteration, within a map.")),
];

/// Returns whether a path of names leads to a point in time, as in `Execution.StartTime`.
pub(crate) fn is_timestamp(path: &str) -> bool {
    let mut kind = MemberKind::Object(MEMBERS);
    for name in path.split('.') {
        let Some(member) = kind.members().iter().find(|member| member.name == name) else { return false };
        kind = member.kind;
    }
    matches!(kind, MemberKind::Timestamp)
}

const EXECUTION: &[Member] = &[
    fixed("Id", MemberKind::Arn, "Its ARN."),
    fixed("Input", MemberKind::Any, "Its input."),
    fixed("StartTime", MemberKind::Timestamp, "When it started."),
    fixed("Name", MemberKind::Text, "Its name."),
    fixed("RoleArn", MemberKind::Arn, "The role it runs as."),
    changing("RedriveCount", MemberKind::Count, "How often it was redriven."),
    optional(changing("RedriveTime", MemberKind::Timestamp, "When it was redriven last.")),
];

const STATE_MACHINE: &[Member] =
    &[fixed("Id", MemberKind::Arn, "Its ARN."), fixed("Name", MemberKind::Text, "Its name.")];

const STATE: &[Member] = &[
    changing("Name", MemberKind::Text, "Its name."),
    changing("EnteredTime", MemberKind::Timestamp, "When it was entered."),
    changing("RetryCount", MemberKind::Count, "How often it was retried."),
];

const TASK: &[Member] = &[changing("Token", MemberKind::Text, "The token with which a worker answers.")];

const MAP: &[Member] = &[fixed("Item", MemberKind::Object(ITEM), "The item of the iteration.")];

const ITEM: &[Member] = &[
    fixed("Index", MemberKind::Count, "Its index, from 0."),
    fixed("Value", MemberKind::Any, "The item."),
    optional(fixed("Key", MemberKind::Text, "Its key, if the items are the members of an object.")),
    optional(fixed("Source", MemberKind::Text, "The source that it was read from, in a distributed map.")),
];
