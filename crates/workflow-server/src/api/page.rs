//! Pages of a list: `maxResults` and `nextToken`.
//!
//! Items have numbers, which determine the order of the list. A token contains the number of the last item returned: a
//! page begins where the previous one ended, whatever was added or removed in between.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{ApiError, Code, Members};

/// The default number of items in a page.
const SIZE: usize = 100;
/// The maximum number of items in a page.
const MOST: usize = 1000;
/// The maximum length of a token.
const TOKEN_CHARS: usize = 1024;

/// The page that a request wants.
pub(crate) struct Paging<'a> {
    size: usize,
    token: Option<&'a str>,
}

/// A page of a list, and the token of the next page.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    next_token: Option<String>,
}

impl<'a> Paging<'a> {
    pub(crate) fn read(members: &mut Members<'a>) -> Self {
        Self::read_with(members, TOKEN_CHARS)
    }

    /// Like `read`, for an operation with longer tokens.
    pub(crate) fn read_with(members: &mut Members<'a>, token_chars: usize) -> Self {
        // 0 is the default: https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
        let size = members.number("maxResults", MOST).filter(|size| *size != 0).unwrap_or(SIZE);
        Self { size, token: members.bounded("nextToken", 1, token_chars) }
    }

    /// Returns the page of items after a number. `items` returns the items after a number. `list` identifies the list
    /// that a token belongs to, including its filters.
    pub(crate) fn page<T, I: Iterator<Item = (u64, T)>>(
        &self,
        list: &str,
        items: impl FnOnce(Option<u64>) -> I,
    ) -> Result<Page<T>, ApiError> {
        let last = match self.token {
            None => None,
            Some(token) => match read(token) {
                Some((number, of)) if of == list => Some(number),
                Some(_) => return Err(invalid(&format!("Input inconsistent with page token: {token}"))),
                None => return Err(invalid("Invalid token")),
            },
        };
        let mut rest = items(last);
        let mut last = 0;
        let mut page = Vec::new();
        for (number, item) in rest.by_ref().take(self.size) {
            last = number;
            page.push(item);
        }
        let next_token = rest.next().map(|_| URL_SAFE_NO_PAD.encode(format!("{last}:{list}")));
        Ok(Page { items: page, next_token })
    }
}

impl Page<Value> {
    /// Returns the answer: the items as a member of this name, and the token of the next page.
    pub(crate) fn into_answer(self, member: &str) -> Value {
        let mut answer = json!({member: self.items});
        if let Some(token) = self.next_token {
            answer["nextToken"] = json!(token);
        }
        answer
    }
}

/// Returns the number of the last item returned, and the list that it belongs to.
fn read(token: &str) -> Option<(u64, String)> {
    let token = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let (number, of) = token.split_once(':')?;
    Some((number.parse().ok()?, of.to_owned()))
}

fn invalid(why: &str) -> ApiError {
    ApiError::new(Code::InvalidToken, format!("Invalid Token: '{why}'"))
}

impl<T> Page<T> {
    /// Maps the items of the page.
    pub(crate) fn map<U>(self, map: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(map).collect(), next_token: self.next_token }
    }
}
