//! The progress line on a terminal.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};
use workflow_asl::printable::printable;
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
