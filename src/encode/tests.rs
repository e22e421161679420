//! The decision table, cell by cell, and the engines' own answers.
