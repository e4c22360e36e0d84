//! String functions with JavaScript's semantics: UTF-16 lengths and order, or characters where JSONata counts those.

use std::cmp::Ordering;

use crate::fault::{Fault, Meter};

/// Returns the length in UTF-16 units, as regular expressions and pictures count.
pub(crate) fn units(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(char::len_utf16).sum() }
}

/// Implements `$length`: characters; one outside the basic plane counts once.
pub(crate) fn length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

/// Compares for `<` and `$sort`: by UTF-16 units, so that an emoji comes before U+FFFD.
pub(crate) fn compare(left: &str, right: &str) -> Ordering {
    // UTF-8 keeps the order of code points; UTF-16 puts those above U+FFFF between U+D7FF and U+E000.
    let unit = |c: char| if c > '\u{ffff}' { 0xd800 } else { u32::from(c) };
    let differ = left.bytes().zip(right.bytes()).position(|(left, right)| left != right);
    let Some(at) = differ else { return left.len().cmp(&right.len()) };
    let start = (0..=at).rev().find(|at| left.is_char_boundary(*at)).unwrap_or_default();
    match (left[start..].chars().next(), right.get(start..).and_then(|rest| rest.chars().next())) {
        (Some(left), Some(right)) => unit(left).cmp(&unit(right)).then(left.cmp(&right)),
        _ => left.cmp(right),
    }
}

/// Returns the byte offset of a character by index, or the end if there are fewer.
fn byte_of(text: &str, character: f64) -> usize {
    let character = character.max(0.0) as usize;
    if text.is_ascii() {
        return character.min(text.len());
    }
    text.char_indices().nth(character).map_or(text.len(), |(byte, _)| byte)
}

/// Implements `$substring`, in characters: a negative start counts from the end. Fractions are cut, as in Java. A NaN
/// start is the first character, and with a length the result is empty.
pub(crate) fn substring(text: &str, start: f64, length: Option<f64>) -> &str {
    let count = self::length(text) as f64;
    let start = start.trunc();
    let start = if start < 0.0 { (count + start).max(0.0) } else { start };
    let from = byte_of(text, start);
    let Some(length) = length else { return &text[from..] };
    text.get(from..byte_of(text, start + length.trunc())).unwrap_or_default()
}

/// Implements `$substringBefore`: the whole text if the characters do not occur in it.
pub(crate) fn substring_before<'t>(text: &'t str, characters: &str) -> &'t str {
    text.find(characters).map_or(text, |at| &text[..at])
}

/// Implements `$substringAfter`: the whole text if the characters do not occur in it.
pub(crate) fn substring_after<'t>(text: &'t str, characters: &str) -> &'t str {
    text.find(characters).map_or(text, |at| &text[at + characters.len()..])
}

/// Implements `$uppercase`.
pub(crate) fn uppercase(text: &str, meter: &mut impl Meter) -> Result<String, Fault> {
    // A character may become three.
    meter.bytes(text.len() as u64)?;
    Ok(text.to_uppercase())
}

/// Implements `$lowercase`.
pub(crate) fn lowercase(text: &str, meter: &mut impl Meter) -> Result<String, Fault> {
    meter.bytes(text.len() as u64)?;
    Ok(text.to_lowercase())
}

/// Implements `$trim`: white space at both ends is removed, and inside it is collapsed to single spaces.
pub(crate) fn trim(text: &str, meter: &mut impl Meter) -> Result<String, Fault> {
    meter.bytes(text.len() as u64)?;
    let mut out = String::with_capacity(text.len());
    for word in text.split([' ', '\t', '\n', '\r']).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    Ok(out)
}

/// Implements `$pad`: a positive width pads on the right, a negative one on the left, in characters. A fraction of the
/// width is cut, as in Java.
///
/// # Errors
/// Returns an exceeded limit.
pub(crate) fn pad(text: &str, width: f64, padding: Option<&str>, meter: &mut impl Meter) -> Result<String, Fault> {
    let padding = padding.filter(|padding| !padding.is_empty()).unwrap_or(" ");
    let missing = width.abs().trunc() - length(text) as f64;
    if missing <= 0.0 || missing.is_nan() {
        meter.bytes(text.len() as u64)?;
        return Ok(text.to_owned());
    }
    let per_round = length(padding) as f64;
    let rounds = (missing / per_round).floor();
    let bytes = text.len() as f64 + (rounds + 1.0) * padding.len() as f64;
    meter.bytes(bytes as u64)?;
    let mut fill = padding.repeat(rounds as usize);
    fill.extend(padding.chars().take((missing - rounds * per_round) as usize));
    Ok(if width > 0.0 { format!("{text}{fill}") } else { fill + text })
}

/// Implements `$split` for a string: at most `limit` parts. An empty separator splits into characters.
///
/// # Errors
/// Returns `D3020` if the limit is negative, or an exceeded limit of the evaluation.
pub(crate) fn split<'t>(
    text: &'t str,
    separator: &str,
    limit: Option<f64>,
    meter: &mut impl Meter,
) -> Result<Vec<&'t str>, Fault> {
    let limit = match limit.map(f64::trunc) {
        Some(limit) if limit < 0.0 => {
            return Err(Fault { index: Some(3), ..Fault::new("D3020").value(crate::number::text(limit)) });
        }
        // JavaScript takes the limit modulo 2^32.
        Some(limit) => (limit % 4_294_967_296.0) as usize,
        None => usize::MAX,
    };
    let mut parts = Vec::new();
    let mut push = |part: &'t str| {
        meter.bytes(part.len() as u64 + 16)?;
        parts.push(part);
        Ok(())
    };
    if separator.is_empty() {
        text.char_indices().take(limit).try_for_each(|(at, c)| push(&text[at..at + c.len_utf8()]))?;
    } else {
        text.split(separator).take(limit).try_for_each(&mut push)?;
    }
    Ok(parts)
}

/// Implements `$join`.
pub(crate) fn join<'t>(
    texts: impl Iterator<Item = &'t str> + Clone,
    separator: &str,
    meter: &mut impl Meter,
) -> Result<String, Fault> {
    let bytes = texts.clone().map(|text| (text.len() + separator.len()) as u64).fold(0u64, u64::saturating_add);
    meter.bytes(bytes)?;
    let mut out = String::new();
    for (index, text) in texts.enumerate() {
        if index > 0 {
            out.push_str(separator);
        }
        out.push_str(text);
    }
    Ok(out)
}

/// Implements `$replace` for a string pattern: `replacement` is literal.
///
/// # Errors
/// Returns `D3010` for an empty pattern, `D3011` for a negative limit, or an exceeded limit of the evaluation.
pub(crate) fn replace(
    text: &str,
    pattern: &str,
    replacement: &str,
    limit: Option<f64>,
    meter: &mut impl Meter,
) -> Result<String, Fault> {
    if pattern.is_empty() {
        return Err(Fault { index: Some(2), ..Fault::new("D3010").value("") });
    }
    let count = replacements(limit)?;
    let mut out = String::new();
    let mut rest = 0;
    for (at, _) in text.match_indices(pattern).take(count) {
        meter.bytes((at - rest + replacement.len()) as u64)?;
        out.push_str(&text[rest..at]);
        out.push_str(replacement);
        rest = at + pattern.len();
    }
    meter.bytes((text.len() - rest) as u64)?;
    out.push_str(&text[rest..]);
    Ok(out)
}

/// Returns the number of replacements that the limit of `$replace` allows. A fraction is cut, as in Java.
///
/// # Errors
/// Returns `D3011` if it is negative.
pub(crate) fn replacements(limit: Option<f64>) -> Result<usize, Fault> {
    match limit.map(f64::trunc) {
        Some(limit) if limit < 0.0 => {
            Err(Fault { index: Some(4), ..Fault::new("D3011").value(crate::number::text(limit)) })
        }
        Some(limit) => Ok(limit as usize),
        None => Ok(usize::MAX),
    }
}

const URL_MARKS: &[u8] = b"-_.!~*'()";
const URL_RESERVED: &[u8] = b";/?:@&=+$,#";

/// Implements `$encodeUrlComponent`.
pub(crate) fn encode_url_component(text: &str, meter: &mut impl Meter) -> Result<String, Fault> {
    encode(text, b"", meter)
}

/// Implements `$encodeUrl`: reserved characters and `#` are kept.
pub(crate) fn encode_url(text: &str, meter: &mut impl Meter) -> Result<String, Fault> {
    encode(text, URL_RESERVED, meter)
}

fn encode(text: &str, kept: &[u8], meter: &mut impl Meter) -> Result<String, Fault> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let stays = |byte: &u8| byte.is_ascii_alphanumeric() || URL_MARKS.contains(byte) || kept.contains(byte);
    meter.bytes(text.bytes().map(|byte| if stays(&byte) { 1 } else { 3 }).sum())?;
    let mut out = String::new();
    for byte in text.bytes() {
        if stays(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    Ok(out)
}

/// Implements `$decodeUrlComponent` and `$decodeUrl` as Java's `URLDecoder` does: `+` is a blank, all escapes are
/// decoded, and bytes that are not UTF-8 become U+FFFD.
///
/// # Errors
/// Returns `D3140` with the function's name if `%` is not followed by two hexadecimal digits.
pub(crate) fn decode_url(text: &str, function: &str, meter: &mut impl Meter) -> Result<String, Fault> {
    meter.bytes(text.len() as u64)?;
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match first {
            b'+' => out.push(b' '),
            b'%' => {
                let digit = |at: usize| after.get(at).and_then(|byte| char::from(*byte).to_digit(16));
                let (Some(high), Some(low)) = (digit(0), digit(1)) else {
                    return Err(Fault::new("D3140").value(text).token(function));
                };
                out.push((high * 16 + low) as u8);
                rest = &after[2..];
            }
            byte => out.push(*byte),
        }
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Implements `$base64encode`, of UTF-8 bytes.
pub(crate) fn base64_encode(text: &str, meter: &mut impl Meter) -> Result<String, Fault> {
    meter.bytes((text.len() as u64).div_ceil(3) * 4)?;
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let six = (group >> (18 - 6 * digit)) & 63;
            out.push(if digit > chunk.len() { '=' } else { char::from(BASE64[six as usize]) });
        }
    }
    Ok(out)
}

/// Implements `$base64decode` as Java's basic decoder does: the `=` at the end may be missing, and bytes that are not
/// UTF-8 become U+FFFD.
///
/// # Errors
/// Returns `D3137` if the text is not Base64.
pub(crate) fn base64_decode(text: &str, meter: &mut impl Meter) -> Result<String, Fault> {
    meter.bytes(text.len() as u64)?;
    let malformed = || Fault::new("D3137").value(text);
    let digits = match text.len() % 4 {
        0 => text.strip_suffix("==").or_else(|| text.strip_suffix('=')).unwrap_or(text),
        1 => return Err(malformed()),
        _ => text,
    };
    let (mut out, mut group, mut count) = (Vec::with_capacity(digits.len() / 4 * 3 + 2), 0u32, 0);
    for byte in digits.bytes() {
        let digit = BASE64.iter().position(|digit| *digit == byte).ok_or_else(malformed)?;
        group = group << 6 | digit as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((group >> count) as u8);
        }
    }
    // One digit alone makes no byte.
    if count == 6 { Err(malformed()) } else { Ok(String::from_utf8_lossy(&out).into_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Allowance;

    #[test]
    fn counts_and_orders() {
        assert_eq!((length("a😀é"), units("a😀é")), (3, 4));
        assert_eq!(compare("a", "b"), Ordering::Less);
        assert_eq!(compare("ab", "a"), Ordering::Greater);
        assert_eq!(compare("x😀", "x\u{ffff}"), Ordering::Less, "a surrogate comes before U+FFFF");
        assert_eq!(compare("😀", "😁"), Ordering::Less);
        assert_eq!(compare("\u{d7ff}", "😀"), Ordering::Less);
        assert_eq!(compare("é", "é"), Ordering::Equal);
    }

    #[test]
    fn cuts() {
        assert_eq!(substring("hello", 3.0, None), "lo");
        assert_eq!(substring("hello", -2.0, None), "lo");
        assert_eq!(substring("hello", -9.0, Some(2.0)), "he");
        assert_eq!(substring("hello", 1.0, Some(-1.0)), "");
        assert_eq!(substring("a😀bc", 1.0, Some(2.0)), "😀b");
        assert_eq!(substring("hello", -0.5, Some(2.0)), "he");
        assert_eq!(substring("hello", -1.5, None), "o");
        assert_eq!(substring("hello", 1.9, Some(1.9)), "e");
        assert_eq!(substring("hello", -2.0, Some(1.0)), "l");
        assert_eq!(substring("hello", 10.0, Some(1.0)), "");
        assert_eq!(substring("hello", f64::NAN, None), "hello");
        assert_eq!(substring("hello", f64::NAN, Some(2.0)), "");
        assert_eq!(substring_before("a-b-c", "-"), "a");
        assert_eq!(substring_after("a-b-c", "-"), "b-c");
        assert_eq!(substring_after("abc", "x"), "abc");
    }

    #[test]
    fn pads_after_asking() {
        let meter = &mut Allowance::new();
        assert_eq!(pad("foo", 5.0, None, meter).as_deref(), Ok("foo  "));
        assert_eq!(pad("foo", -5.0, Some("#"), meter).as_deref(), Ok("##foo"));
        assert_eq!(pad("foo", 8.0, Some("-+"), meter).as_deref(), Ok("foo-+-+-"));
        assert_eq!(pad("😀", 3.0, Some("😀b"), meter).as_deref(), Ok("😀😀b"));
        assert_eq!(pad("", 1e18, None, meter), Err(Fault::new("bytes")));
        assert_eq!(pad("", 1e300, Some("ab"), meter), Err(Fault::new("bytes")));
        assert_eq!(pad("a", 2.5, None, meter).as_deref(), Ok("a "));
        assert_eq!(pad("a", -3.7, None, meter).as_deref(), Ok("  a"));
    }

    #[test]
    fn splits_joins_and_replaces() {
        let meter = &mut Allowance::new();
        assert_eq!(split("a,b,c", ",", None, meter).unwrap(), ["a", "b", "c"]);
        assert_eq!(split("a,b,c", ",", Some(2.9), meter).unwrap(), ["a", "b"]);
        assert_eq!(split("ab", "", None, meter).unwrap(), ["a", "b"]);
        assert!(split("", "", None, meter).unwrap().is_empty());
        assert_eq!(split("a", ",", Some(-1.0), meter).unwrap_err().code, "D3020");
        assert_eq!(join(["a", "b"].into_iter(), "; ", meter).as_deref(), Ok("a; b"));
        assert_eq!(replace("aXbXc", "X", "$1", Some(1.5), meter).as_deref(), Ok("a$1bXc"));
        assert_eq!(replace("aXbXc", "X", "-", Some(-0.5), meter).as_deref(), Ok("aXbXc"));
        assert_eq!(replace("aXbXc", "X", "-", Some(0.0), meter).as_deref(), Ok("aXbXc"));
        assert_eq!(replace("a", "", "-", None, meter).unwrap_err().code, "D3010");
        assert_eq!(replace("a", "b", "-", Some(-1.0), meter).unwrap_err().code, "D3011");
        let many = "a".repeat(2000);
        assert_eq!(replace(&many, "a", &many, None, meter), Err(Fault::new("bytes")));
        assert_eq!(trim(" a \n\tb\r\n ", meter).as_deref(), Ok("a b"));
        assert_eq!(trim("\u{a0}a", meter).as_deref(), Ok("\u{a0}a"));
    }

    #[test]
    fn encodes_and_decodes() {
        let meter = &mut Allowance::new();
        assert_eq!(encode_url("http://x/?a=é b#c[1]", meter).as_deref(), Ok("http://x/?a=%C3%A9%20b#c%5B1%5D"));
        assert_eq!(encode_url_component("a/b?é'", meter).as_deref(), Ok("a%2Fb%3F%C3%A9'"));
        assert_eq!(decode_url("%2Fa+%C3%A9%F0%9F%98%80", "", meter).as_deref(), Ok("/a é😀"));
        for text in ["%", "%4", "%GG"] {
            let error = decode_url(text, "decodeUrl", meter).unwrap_err();
            assert_eq!((error.code, error.token.as_deref()), ("D3140", Some("decodeUrl")), "{text}");
        }
        for (text, decoded) in [("%C3", "\u{fffd}"), ("%C3x", "\u{fffd}x"), ("%80", "\u{fffd}")] {
            assert_eq!(decode_url(text, "", meter).as_deref(), Ok(decoded), "{text}");
        }
        assert_eq!(base64_encode("myuser:mypass", meter).as_deref(), Ok("bXl1c2VyOm15cGFzcw=="));
        assert_eq!(base64_encode("é😀", meter).as_deref(), Ok("w6nwn5iA"));
        for (text, decoded) in [("w6nwn5iA", "é😀"), ("YQ==", "a"), ("YQ", "a"), ("YWI", "ab"), ("/w==", "\u{fffd}")]
        {
            assert_eq!(base64_decode(text, meter).as_deref(), Ok(decoded), "{text}");
        }
        for text in ["!", "YW-_", "Y", "YQ=", "=", "YQ==YQ==", "YWJj\n", "é"] {
            assert_eq!(base64_decode(text, meter).unwrap_err().code, "D3137", "{text}");
        }
    }
}
