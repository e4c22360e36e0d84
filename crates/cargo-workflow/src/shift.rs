//! The steps of a gradual release: how the share of a version grows.

use std::str::FromStr;
use std::time::Duration;

/// `10%/5m`: ten percent more every five minutes. `canary:10%/5m`: ten percent, and everything after five minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Steps {
    /// From 1 to 99.
    pub(crate) percent: u8,
    pub(crate) every: Duration,
    pub(crate) is_canary: bool,
}

impl FromStr for Steps {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (is_canary, steps) = text.strip_prefix("canary:").map_or((false, text), |steps| (true, steps));
            let (percent, every) = steps.split_once("%/")?;
            let percent = percent.parse().ok().filter(|percent| (1..100).contains(percent))?;
            let unit = every.chars().last()?;
            let number: u64 = every.strip_suffix(unit)?.parse().ok().filter(|number| *number > 0)?;
            let seconds = match unit {
                's' => Some(number),
                'm' => number.checked_mul(60),
                'h' => number.checked_mul(60 * 60),
                _ => None,
            };
            Some(Self { percent, every: Duration::from_secs(seconds?), is_canary })
        };
        read().ok_or_else(|| "write `10%/5m`, or `canary:10%/5m`; the time has `s`, `m` or `h`".to_owned())
    }
}

impl Steps {
    /// Returns the share after this one, in percent.
    #[cfg(feature = "aws")]
    pub(crate) fn after(self, share: u8) -> u8 {
        if self.is_canary { 100 } else { share.saturating_add(self.percent).min(100) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_a_percentage_and_a_time() {
        let steps = |text: &str| text.parse::<Steps>().ok();
        let five = Duration::from_secs(300);
        assert_eq!(steps("10%/5m"), Some(Steps { percent: 10, every: five, is_canary: false }));
        assert_eq!(steps("canary:1%/300s"), Some(Steps { percent: 1, every: five, is_canary: true }));
        for wrong in
            ["", "10", "10%", "0%/5m", "100%/5m", "10%/5", "10%/0s", "10%/5d", "10%/m", "linear:10%/5m", "10%/ä"]
        {
            assert_eq!(steps(wrong), None, "{wrong}");
        }
    }
}
