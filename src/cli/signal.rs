//! What SIGINT and SIGTERM do: the first asks the run to end, the second ends it at once. Knows no command.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::flag;

use litebulk::Category;

use super::failure::Failure;

const SIGNALS: [i32; 2] = [SIGINT, SIGTERM];

/// How things stand after a command that writes files of its own.
pub(super) const NOTHING_LEFT: &str = "nothing half-written is left";

/// Shells add the signal's number to this.
const EXIT_CODE_OF_SIGNAL_0: i32 = 128;

/// Listens from its making to the end of the program.
#[derive(Debug)]
pub(super) struct Interruption {
    cancel: Arc<AtomicBool>,
    signal: Arc<AtomicUsize>,
}

impl Interruption {
    /// The first signal sets [`Interruption::cancel`], the second ends the program.
    pub(super) fn listen() -> Result<Interruption, Failure> {
        let interruption = Interruption { cancel: Arc::default(), signal: Arc::default() };
        let registered = large_files_fail().and_then(|()| interruption.register());
        registered.map_err(cannot_listen)?;
        Ok(interruption)
    }

    fn register(&self) -> io::Result<()> {
        for number in SIGNALS {
            // In this order: a second signal finds the flag that the first has set, and whoever sees the flag finds the number.
            let exit_code = EXIT_CODE_OF_SIGNAL_0 + number;
            flag::register_conditional_shutdown(number, exit_code, self.cancel.clone())?;
            let value = usize::try_from(number).map_err(io::Error::other)?;
            flag::register_usize(number, self.signal.clone(), value)?;
            flag::register(number, self.cancel.clone())?;
        }
        Ok(())
    }

    /// For runs that leave nothing behind: the first signal ends the program, even one that waits for a reader.
    pub(super) fn end_at_once() -> Result<(), Failure> {
        large_files_fail().map_err(cannot_listen)?;
        for number in SIGNALS {
            let always = Arc::new(AtomicBool::new(true));
            flag::register_conditional_shutdown(number, EXIT_CODE_OF_SIGNAL_0 + number, always)
                .map_err(cannot_listen)?;
        }
        Ok(())
    }

    /// Set as soon as the run is asked to end.
    pub(super) fn cancel(&self) -> Arc<AtomicBool> {
        self.cancel.clone()
    }

    /// What `error` means to the one who sent the signal; `left` says how things stand then.
    pub(super) fn explain(&self, error: litebulk::Error, left: &'static str) -> Failure {
        if error.category() != Category::Interrupted {
            return Failure::Library(error);
        }
        match i32::try_from(self.signal.load(Ordering::SeqCst)) {
            Ok(SIGTERM) => Failure::Interrupted(143, left),
            _ => Failure::Interrupted(130, left),
        }
    }
}

/// A file that would be larger than the process may write (`ulimit -f`) is an error as a full disk is, not a signal that
/// ends the program without a word.
fn large_files_fail() -> io::Result<()> {
    flag::register(SIGXFSZ, Arc::default()).map(drop)
}

fn cannot_listen(cause: io::Error) -> Failure {
    Failure::Environment("signals cannot be listened to", cause)
}
