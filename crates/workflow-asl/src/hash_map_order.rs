//! The order of a Java `HashMap` and `HashSet`, which AWS's answers show: the keys of templates, the fields in messages.

/// Puts entries with unique names into the order in which a `java.util.HashMap` lists them, to which they were added in
/// the given order.
pub fn sort_as_hash_map<T>(entries: &mut [T], name: impl Fn(&T) -> &str) {
    // A table starts with 16 buckets and doubles when it is more than three quarters full.
    let mut buckets = 16;
    while entries.len() * 4 > buckets * 3 {
        buckets *= 2;
    }
    entries.sort_by_key(|entry| {
        let hash = hash_code(name(entry));
        (hash ^ (hash >> 16)) as usize & (buckets - 1)
    });
}

/// Returns the `hashCode` of a `String`.
fn hash_code(text: &str) -> u32 {
    text.encode_utf16().fold(0_u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_listed_by_the_buckets_of_their_names() {
        let sorted = |names: &[&'static str]| {
            let mut names = names.to_vec();
            sort_as_hash_map(&mut names, |name| name);
            names
        };
        // Measured on AWS, 2026-04.
        assert_eq!(sorted(&["payload", "requestId", "original"]), ["original", "payload", "requestId"]);
        assert_eq!(sorted(&["message", "roleCount", "originalUser"]), ["roleCount", "originalUser", "message"]);
        // Equal hashes keep their order; 13 entries need a table of 32 buckets, in which `Q` is after `A`.
        assert_eq!(sorted(&["BB", "Aa"]), ["BB", "Aa"]);
        let many = ["Q", "A", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
        assert_eq!(sorted(&many).first(), Some(&"Q"));
        let more = [many.as_slice(), &["m"]].concat();
        assert_eq!(sorted(&more).first(), Some(&"A"));
    }
}
