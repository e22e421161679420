//! Stand-in for the date room: takes whatever looks like text, refuses numbers.

use super::{FieldOptions, Refusal, Value};
use crate::target::Target;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resolution {
    Millis,
    Nanos,
}

#[derive(Clone, Debug)]
pub(crate) struct DateRule {}

#[derive(Clone, Debug)]
pub(crate) struct DateEncoder {}

impl DateRule {
    pub(crate) fn compile(
        _format: Option<&str>,
        _resolution: Resolution,
        _target: &Target,
    ) -> Result<DateRule, String> {
        Ok(DateRule {})
    }

    pub(crate) fn check_text(&self, _text: &str) -> Result<(), Refusal> {
        Ok(())
    }

    pub(crate) fn check_number(&self, _literal: &str) -> Result<(), Refusal> {
        Ok(())
    }
}

impl DateEncoder {
    pub(crate) fn new(_rule: DateRule, _options: &FieldOptions) -> Result<DateEncoder, String> {
        Ok(DateEncoder {})
    }

    pub(crate) fn encode(&self, value: Value<'_>, out: &mut Vec<u8>) -> Result<(), Refusal> {
        match value {
            Value::Text(bytes) => {
                super::text::push_string(&String::from_utf8_lossy(bytes), out);
                Ok(())
            }
            _ => {
                out.extend_from_slice(b"null");
                Ok(())
            }
        }
    }
}
