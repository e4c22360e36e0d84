//! Pages of a list: `maxResults` and `nextToken`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::ApiError;
use super::input::Input;

/// One page of a list, and the token of the next.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    pub(super) next_token: Option<String>,
}

/// Takes the page of `items` that the request asks for; `list` names the list that a token belongs to.
pub(super) fn page<T>(input: &Input, list: &str, items: impl IntoIterator<Item = T>) -> Result<Page<T>, ApiError> {
    // 0 is the default of 100: https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
    let size = match input.number("maxResults", 1000)? {
        None | Some(0) => 100,
        Some(size) => size,
    };
    let from = match input.text("nextToken")? {
        None => 0,
        Some(token) => {
            offset(token, list).ok_or_else(|| ApiError::new("InvalidToken", "Invalid Token: 'Invalid token'"))?
        }
    };
    let mut rest = items.into_iter().skip(from);
    let items: Vec<T> = rest.by_ref().take(size).collect();
    let next_token = rest.next().map(|_| URL_SAFE_NO_PAD.encode(format!("{}:{list}", from.saturating_add(size))));
    Ok(Page { items, next_token })
}

fn offset(token: &str, list: &str) -> Option<usize> {
    let token = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let (offset, of) = token.split_once(':')?;
    (of == list).then(|| offset.parse().ok()).flatten()
}
