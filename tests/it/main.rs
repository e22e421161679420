//! Everything that needs more than one room of the crate, in one test binary.

mod bench;
mod cli;
mod docs;
mod engines;
mod faulty;
mod golden;
mod hostile;
mod tidy;
mod upload;
