//! Everything that needs more than one room of the crate, in one test binary.

mod cli;
mod docs;
mod engines;
mod faulty;
mod oracle;
mod tidy;
