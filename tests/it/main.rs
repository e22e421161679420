//! Everything that needs more than one room of the crate, in one test binary.

mod engines;
mod faulty;
mod tidy;
