//! JSON pointers (RFC 6901) into a definition.

use std::fmt;

/// A JSON pointer such as `/States/Ship/Retry/0`; the empty pointer is the document.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(String);

impl Pointer {
    /// Creates the pointer to the whole document.
    pub fn root() -> Self {
        Self::default()
    }

    /// Returns the pointer to the member `key` of this value.
    #[must_use]
    pub fn child(&self, key: &str) -> Self {
        let mut text = String::with_capacity(self.0.len() + key.len() + 1);
        text.push_str(&self.0);
        text.push('/');
        if key.as_bytes().contains(&b'~') || key.as_bytes().contains(&b'/') {
            text.push_str(&key.replace('~', "~0").replace('/', "~1"));
        } else {
            text.push_str(key);
        }
        Self(text)
    }

    /// Returns the pointer to the element `index` of this array.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        Self(format!("{}/{index}", self.0))
    }

    /// Returns the pointer to the containing value; `None` for the document.
    pub fn parent(&self) -> Option<Self> {
        self.0.rfind('/').map(|at| Self(self.0[..at].to_owned()))
    }

    /// Returns whether this is a place, or in it.
    pub fn is_within(&self, place: &Self) -> bool {
        self.0.strip_prefix(&place.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Returns the text in the format of RFC 6901.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the unescaped names and indices, outermost first.
    pub fn tokens(&self) -> impl Iterator<Item = String> + '_ {
        self.0.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~"))
    }

    /// Returns the pointer in the format of the Step Functions API: `/States/Ship/Retry[0]`, and `/` for the document.
    pub fn to_aws_location(&self) -> String {
        let mut text = String::new();
        let mut in_states = false;
        for token in self.tokens() {
            let is_index = !in_states && !token.is_empty() && token.bytes().all(|b| b.is_ascii_digit());
            if is_index {
                text.push_str(&format!("[{token}]"));
            } else {
                text.push('/');
                text.push_str(&token);
            }
            // A state may be named `0`: the token after `States` is always a name.
            in_states = !in_states && token == "States";
        }
        if text.is_empty() { "/".to_owned() } else { text }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Pointer;

    #[test]
    fn escapes_and_prints_both_forms() {
        let pointer = Pointer::root().child("States").child("a/b~c").child("Retry").index(0);
        assert_eq!(pointer.as_str(), "/States/a~1b~0c/Retry/0");
        assert_eq!(pointer.to_aws_location(), "/States/a/b~c/Retry[0]");
        assert_eq!(pointer.tokens().nth(1).as_deref(), Some("a/b~c"));
        assert_eq!(Pointer::root().child("States").child("0").to_aws_location(), "/States/0");
        assert_eq!(Pointer::root().to_aws_location(), "/");
        assert_eq!(pointer.parent().map(|p| p.as_str().to_owned()).as_deref(), Some("/States/a~1b~0c/Retry"));
    }
}
