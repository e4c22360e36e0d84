//! Parses the picture of a date and time.

use crate::fault::Fault;
use crate::number;
use crate::pictures::integer::{Case, Picture};

#[derive(Debug, Clone)]
pub(super) enum PicturePart {
    Literal(String),
    Marker(Box<Marker>),
}

/// A component in brackets.
#[derive(Debug, Clone)]
pub(super) struct Marker {
    pub component: char,
    /// The case, if it is written as a name instead of a number.
    pub names: Option<Case>,
    pub integer: Option<Picture>,
    /// Whether a zero offset is written as `Z`.
    pub zulu: bool,
    /// The width, if any, and its maximum.
    pub width: Option<Option<f64>>,
    /// The number of digits of a year, a month or a day; -1 for as many as needed.
    pub digits: Option<f64>,
}

/// Splits a picture into its parts.
///
/// # Errors
/// Returns `D3135` for an unclosed bracket, `D3132` for an unknown component, or the errors of integers.
pub(super) fn read(picture: &str) -> Result<Vec<PicturePart>, Fault> {
    let mut parts = Vec::new();
    let literal = |parts: &mut Vec<PicturePart>, text: &str| {
        if !text.is_empty() {
            parts.push(PicturePart::Literal(text.replace("]]", "]")));
        }
    };
    let mut rest = picture;
    while let Some(open) = rest.find('[') {
        literal(&mut parts, &rest[..open]);
        let after = &rest[open + 1..];
        if let Some(after) = after.strip_prefix('[') {
            parts.push(PicturePart::Literal("[".to_owned()));
            rest = after;
            continue;
        }
        let close = after.find(']').ok_or_else(|| Fault::new("D3135"))?;
        let written: String = after[..close].chars().filter(|c| !number::is_space(*c)).collect();
        parts.push(PicturePart::Marker(Box::new(marker(&written)?)));
        rest = &after[close + 1..];
    }
    literal(&mut parts, rest);
    Ok(parts)
}

/// Returns the default presentation of a component.
fn usual(component: char) -> Option<&'static str> {
    Some(match component {
        'Y' | 'M' | 'D' | 'd' | 'W' | 'w' | 'X' | 'x' | 'H' | 'h' | 'f' => "1",
        'F' | 'P' | 'C' | 'E' => "n",
        'm' | 's' => "01",
        'Z' | 'z' => "01:01",
        _ => return None,
    })
}

fn marker(written: &str) -> Result<Marker, Fault> {
    let unknown = |component: &str| Fault::new("D3132").value(component);
    let component = written.chars().next().ok_or_else(|| unknown(""))?;
    let (shown, width) = match written.rsplit_once(',') {
        Some((shown, width)) => (shown, Some(width)),
        None => (written, None),
    };
    let width = width.map(|width| {
        let bound = |text: &str| (text != "*").then(|| number::parse_int(text));
        let (min, max) = width.split_once('-').map_or((width, None), |(min, max)| (min, Some(max)));
        (bound(min), max.and_then(bound))
    });
    // With a leading comma, nothing is left, as in the reference.
    let shown = shown.strip_prefix(component).unwrap_or_default();
    let (first, second) = match shown.char_indices().next_back() {
        None => (usual(component).ok_or_else(|| unknown(&component.to_string()))?, None),
        Some((at, last)) if at > 0 && "atco".contains(last) => (&shown[..at], Some(last)),
        Some(_) => (shown, None),
    };
    let names = match first.as_bytes() {
        [b'n', ..] => Some(Case::Lower),
        [b'N', b'n', ..] => Some(Case::Title),
        [b'N', ..] => Some(Case::Upper),
        _ => None,
    };
    let mut marker = Marker {
        component,
        names,
        integer: None,
        zulu: second == Some('t'),
        width: width.map(|(_, max)| max),
        digits: None,
    };
    let (min, max) = width.unwrap_or_default();
    if names.is_none() && "YMDdFWwXxHhmsf".contains(component) {
        let mut integer = match second {
            Some(second) => Picture::read(&format!("{first};{second}"))?,
            None => Picture::read(first)?,
        };
        if let Some(min) = min.filter(|min| integer.mandatory < *min) {
            integer.mandatory = min;
        }
        if "YMD".contains(component) {
            let digits = integer.mandatory + integer.optional;
            marker.digits = Some(match max {
                Some(max) => {
                    integer.mandatory = max;
                    max
                }
                None if digits >= 2.0 => digits,
                None => -1.0,
            });
        }
        marker.integer = Some(integer);
    }
    if matches!(component, 'Z' | 'z') {
        marker.integer = Some(Picture::read(first)?);
    }
    Ok(marker)
}
