//! A transport that drops the `Warning` headers of answers before anybody counts them. It must not know what is asked.
//!
//! Elasticsearch 5 and 6 send such a header for each value that they find odd: a bulk request can have thousands of them, and
//! ureq refuses an answer with more than 128 headers. What became of a record is in the body.

use std::time::Instant;

use ureq::unversioned::transport::time::Duration as Time;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

/// A head that is longer is handed on as it is.
const HEAD_BYTES_MAX: usize = 16 << 20;

#[derive(Debug)]
pub(super) struct LeanConnector {
    /// Host and port of the node. A proxy on the way to it is connected to in the same manner, and what comes through its tunnel
    /// has no heads.
    pub(super) authority: String,
}

impl<In: Transport> Connector<In> for LeanConnector {
    type Out = Lean<In>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Lean<In>>, ureq::Error> {
        let is_node = details.uri.authority().is_some_and(|it| it.as_str() == self.authority);
        let stage = if is_node { Stage::Head } else { Stage::Tunnel };
        Ok(chained.map(|inner| Lean { inner, stage, held: Vec::new() }))
    }
}

/// A connection whose answers have lean heads.
#[derive(Debug)]
pub(super) struct Lean<In> {
    inner: In,
    stage: Stage,
    /// Read, and not yet handed on.
    held: Vec<u8>,
}

#[derive(Debug, PartialEq, Eq)]
enum Stage {
    /// What comes in is the head of an answer.
    Head,
    /// The head has been handed on.
    Body,
    /// Nothing is looked at.
    Tunnel,
}

impl<In: Transport> Lean<In> {
    /// Moves what has come in into `held`, until the head of the answer is whole; false where the connection ended before.
    fn hold_head(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let begun = Instant::now();
        let mut left = timeout;
        loop {
            // Each read gets what is left of the whole: a head without an end is a stall.
            if let Time::Exact(after) = timeout.after {
                let after = after.saturating_sub(begun.elapsed());
                if after.is_zero() {
                    return Err(ureq::Error::Timeout(timeout.reason));
                }
                left.after = Time::Exact(after);
            }
            // The end of a head may lie across two reads.
            let looked_at = self.held.len().saturating_sub(3);
            if !self.inner.await_input(left)? {
                return Ok(false);
            }
            let buffers = self.inner.buffers();
            self.held.extend_from_slice(buffers.input());
            let amount = buffers.input().len();
            buffers.input_consume(amount);
            let end = memchr::memmem::find(&self.held[looked_at..], b"\r\n\r\n");
            if let Some(end) = end {
                drop_warnings(&mut self.held, looked_at + end + 2);
                return Ok(true);
            }
            if self.held.len() > HEAD_BYTES_MAX {
                return Ok(true);
            }
        }
    }

    /// Hands on as much of `held` as there is room for.
    fn hand_on(&mut self) -> bool {
        let buffers = self.inner.buffers();
        let room = buffers.input_append_buf();
        let amount = self.held.len().min(room.len());
        room[..amount].copy_from_slice(&self.held[..amount]);
        buffers.input_appended(amount);
        self.held.drain(..amount);
        amount > 0
    }
}

/// Takes the warnings out of the first `end` bytes, which are whole lines.
fn drop_warnings(head: &mut Vec<u8>, end: usize) {
    let body = head.split_off(end);
    let mut kept = Vec::with_capacity(head.len().min(4 << 10) + body.len());
    let is_warning =
        |line: &[u8]| line.get(..8).is_some_and(|name| name.eq_ignore_ascii_case(b"warning:"));
    for line in head.split_inclusive(|byte| *byte == b'\n').filter(|line| !is_warning(line)) {
        kept.extend_from_slice(line);
    }
    kept.extend_from_slice(&body);
    *head = kept;
}

impl<In: Transport> Transport for Lean<In> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        // An answer is read only after its request was sent.
        if self.stage == Stage::Body {
            self.stage = Stage::Head;
        }
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        if self.stage == Stage::Head {
            let is_whole = self.hold_head(timeout)?;
            self.stage = Stage::Body;
            if !is_whole && self.held.is_empty() {
                return Ok(false);
            }
        }
        if self.held.is_empty() { self.inner.await_input(timeout) } else { Ok(self.hand_on()) }
    }

    fn is_open(&mut self) -> bool {
        self.held.is_empty() && self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_go_and_everything_else_stays_as_it_is() {
        let head =
            "HTTP/1.1 200 OK\r\nWarning: 299 a\r\nx-warning: b\r\nWARNING:c\r\nx: warning: d\r\n";
        let mut bytes = format!("{head}\r\nwarning: body\r\n").into_bytes();
        drop_warnings(&mut bytes, head.len());
        let kept = "HTTP/1.1 200 OK\r\nx-warning: b\r\nx: warning: d\r\n\r\nwarning: body\r\n";
        assert_eq!(String::from_utf8(bytes).expect("text"), kept);
    }
}
