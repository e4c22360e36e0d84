//! The progress line on a terminal.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};
use workflow_asl::printable::{printable, thousands};
use workflow_local::HistoryEvent;
use workflow_local::history::Details;

/// Most executions in virtual time end before this, so nothing flickers.
const QUIET: Duration = Duration::from_millis(300);

/// How often the line is drawn.
const TICK: Duration = Duration::from_millis(100);

/// The line. It is cleared when it ends or is dropped.
pub(crate) struct Progress {
    bar: ProgressBar,
    quiet: Duration,
}

impl Progress {
    /// Creates the line on standard error if that is a terminal; immediately for an execution in real time.
    pub(crate) fn on_stderr(real_time: bool) -> Self {
        Self::on(ProgressDrawTarget::stderr(), if real_time { Duration::ZERO } else { QUIET })
    }

    /// Creates the line for work that does not say how far it is.
    pub(crate) fn working(what: String) -> Self {
        let line = Self::on(ProgressDrawTarget::hidden(), QUIET);
        line.bar.set_message(printable(&what).into_owned());
        line.drawn_later()
    }

    /// Creates the line for work on so many things, such as `files`.
    pub(crate) fn counting(all: usize, what: &'static str) -> Self {
        let line = Self::on(ProgressDrawTarget::hidden(), QUIET);
        let style = ProgressStyle::with_template("{bar:20} {pos} of {len} {prefix} {elapsed} {wide_msg}");
        line.bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        line.bar.set_length(u64::try_from(all).unwrap_or(u64::MAX));
        line.bar.set_prefix(what);
        line.drawn_later()
    }

    /// Draws the line once the work has taken a moment.
    fn drawn_later(self) -> Self {
        let bar = self.bar.downgrade();
        // A target without threads shows no progress.
        let _ = std::thread::Builder::new().spawn(move || {
            std::thread::sleep(QUIET);
            if let Some(bar) = bar.upgrade() {
                bar.set_draw_target(ProgressDrawTarget::stderr());
                bar.enable_steady_tick(TICK);
            }
        });
        self
    }

    /// Counts one thing as done.
    pub(crate) fn advance(&self) {
        self.bar.inc(1);
    }

    /// Says what is worked on.
    pub(crate) fn tell(&self, what: &str) {
        self.bar.set_message(printable(what).into_owned());
    }

    /// Returns a callback for work on executions: the line shows how many there were.
    pub(crate) fn counter(&self, what: &str) -> impl Fn(u64) + Send + Sync + use<> {
        let (bar, what) = (self.bar.clone(), printable(what).into_owned());
        move |count| bar.set_message(format!("{what}: {} executions", thousands(count)))
    }

    /// Clears the line while something else is printed.
    #[cfg(feature = "aws")]
    pub(crate) fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bar.suspend(print)
    }

    fn on(target: ProgressDrawTarget, quiet: Duration) -> Self {
        let style = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}");
        // The template is fixed, and a test draws it.
        let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bar = ProgressBar::with_draw_target(None, target).with_style(style);
        Self { bar: bar.with_finish(ProgressFinish::AndClear), quiet }
    }

    /// Returns a callback for events: the line shows the last state entered and the number of events.
    pub(crate) fn watcher(&self) -> impl FnMut(&HistoryEvent) + Send + use<> {
        let (bar, quiet) = (self.bar.clone(), self.quiet);
        let is_hidden = bar.is_hidden();
        let began = Instant::now();
        let mut is_drawn = false;
        move |event| {
            let Details::StateEntered { name, .. } = &event.details else { return };
            if is_hidden || began.elapsed() < quiet {
                return;
            }
            bar.set_message(format!("{} (event {})", printable(name), event.id));
            if !is_drawn {
                is_drawn = true;
                // The clock continues while a state waits.
                bar.enable_steady_tick(TICK);
            }
        }
    }

    /// Clears the line.
    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use indicatif::InMemoryTerm;
    use serde_json::json;
    use workflow_local::Engine;

    use super::*;

    fn engine() -> Engine {
        let states =
            json!({ "A": { "Type": "Pass", "Next": "Rest" }, "Rest": { "Type": "Wait", "Seconds": 9, "End": true } });
        Engine::new(&json!({ "StartAt": "A", "States": states })).unwrap()
    }

    #[test]
    fn a_terminal_shows_the_state_that_was_entered_last_and_nothing_at_the_end() {
        let terminal = InMemoryTerm::new(5, 40);
        let progress = Progress::on(ProgressDrawTarget::term_like(Box::new(terminal.clone())), Duration::ZERO);
        let engine = engine();
        let mut driver = engine.driver(&json!({})).unwrap();
        driver.watch(progress.watcher());
        driver.finish().unwrap();
        // The ticking thread clears the line before it redraws it, so it must not draw while the test reads the line.
        progress.bar.disable_steady_tick();
        progress.bar.force_draw();
        let line = terminal.contents();
        assert!(line.contains("s Rest (event 4)"), "{line:?}");
        progress.end();
        assert_eq!(terminal.contents(), "");
    }

    #[test]
    fn what_is_over_at_once_shows_nothing() {
        let terminal = InMemoryTerm::new(5, 40);
        let progress =
            Progress::on(ProgressDrawTarget::term_like(Box::new(terminal.clone())), Duration::from_secs(3600));
        let engine = engine();
        let mut driver = engine.driver(&json!({})).unwrap();
        driver.watch(progress.watcher());
        driver.finish().unwrap();
        progress.end();
        assert_eq!(terminal.contents_formatted(), Vec::<u8>::new());
    }
}
