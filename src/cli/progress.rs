//! A progress bar, on a terminal alone. Knows neither what is counted nor by whom.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::style::TemplateError;
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use litebulk::Progress;

use super::Console;

/// Often enough to look alive.
const TICK: Duration = Duration::from_millis(100);

/// Draws from its making until it is dropped, and leaves no trace on the terminal.
pub(super) struct Bar {
    drawer: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Bar {
    /// Draws what `progress` counts; nothing where stderr is no terminal or nobody wants to know.
    pub(super) fn draw(console: &Console, what: &'static str, progress: Arc<Progress>) -> Bar {
        let target = ProgressDrawTarget::stderr();
        if console.is_quiet() || target.is_hidden() {
            return Bar { drawer: None };
        }
        let bar = ProgressBar::with_draw_target(None, target).with_prefix(what);
        let (stop, stopped) = mpsc::channel();
        let thread = std::thread::Builder::new().spawn(move || {
            while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                show(&bar, &progress);
            }
            bar.finish_and_clear();
        });
        // Without a thread to draw it there is no bar.
        Bar { drawer: thread.ok().map(|thread| (stop, thread)) }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.drawer.take() {
            drop(stop);
            // A bar that could not be drawn is no reason to fail.
            let _ = thread.join();
        }
    }
}

fn show(bar: &ProgressBar, progress: &Progress) {
    let template = match progress.total() {
        Some(total) => {
            bar.set_length(total);
            "{prefix} [{bar:30}] {human_pos} of {human_len}, {rate}, {eta} left"
        }
        None => "{prefix} {human_pos}, {rate}, {elapsed}",
    };
    bar.set_style(style(template).expect("both templates are constants that a test draws"));
    bar.set_position(progress.done());
    bar.tick();
}

/// As `template` says, with `{rate}` for whole documents a second.
pub(super) fn style(template: &str) -> Result<ProgressStyle, TemplateError> {
    let rate = |state: &ProgressState, out: &mut dyn Write| {
        // What cannot be drawn is left out.
        let _ = write!(out, "{}/s", HumanCount(state.per_sec() as u64));
    };
    Ok(ProgressStyle::with_template(template)?.progress_chars("=> ").with_key("rate", rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_without_a_known_end_can_be_drawn() {
        let bar = ProgressBar::hidden();
        show(&bar, &Progress::default());
        assert_eq!(bar.length(), None);
    }
}
