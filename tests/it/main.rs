//! Everything that needs more than one room of the crate, in one test binary.

mod faulty;
