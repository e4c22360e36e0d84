//! Texts cut, shuffled and spliced from seeds, the same in every run.

/// Calls `check` with `count` mutations of the seeds, and with each seed cut after every character.
pub(crate) fn mutated(seeds: &[&str], count: usize, mut check: impl FnMut(&str)) {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below.max(1) as u64).unwrap()
    };
    for seed in seeds {
        for (at, _) in seed.char_indices() {
            check(&seed[..at]);
            check(&seed[at..]);
        }
    }
    for _ in 0..count {
        let mut text: Vec<char> = seeds[random(seeds.len())].chars().collect();
        for _ in 0..=random(4) {
            let other: Vec<char> = seeds[random(seeds.len())].chars().collect();
            let (at, from) = (random(text.len() + 1), random(other.len()));
            match random(4) {
                0 if at < text.len() => {
                    text.remove(at);
                }
                1 => text.insert(at, other[from]),
                2 => {
                    let to = from + random(other.len() - from);
                    text.splice(at..at, other[from..to].iter().copied());
                }
                _ => {
                    let end = at + random(text.len() - at + 1);
                    text.drain(at..end);
                }
            }
        }
        check(&text.into_iter().collect::<String>());
    }
}
