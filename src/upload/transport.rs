//! TCP for ureq that hears a server out: an answer that comes before the whole body was sent is read even when sending fails.
//!
//! Servers and proxies that refuse a body (413, 401, 429) often answer and close while it is still being sent. The write then
//! fails, and without this the answer would be lost. It must not know what is sent.

use std::io;

use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, NextTimeout, RustlsConnector,
    TcpConnector, Transport,
};

/// The chain of connectors: through a proxy or directly, hearing out, then TLS.
pub(super) fn connector() -> impl Connector<()> {
    ().chain(ConnectProxyConnector::default())
        .chain(TcpConnector::default())
        .chain(HearOutConnector)
        .chain(RustlsConnector::default())
}

#[derive(Debug)]
struct HearOutConnector;

impl<In: Transport> Connector<In> for HearOutConnector {
    type Out = HearOut<In>;

    fn connect(
        &self,
        _: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<HearOut<In>>, ureq::Error> {
        Ok(chained.map(|inner| HearOut { inner, failed: None }))
    }
}

/// A connection that, once a write has failed, only reads.
#[derive(Debug)]
struct HearOut<In> {
    inner: In,
    failed: Option<io::ErrorKind>,
}

impl<In: Transport> Transport for HearOut<In> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        if self.failed.is_some() {
            return Ok(());
        }
        match self.inner.transmit_output(amount, timeout) {
            Err(ureq::Error::Io(error)) if closed_by_peer(error.kind()) => {
                self.failed = Some(error.kind());
                Ok(())
            }
            outcome => outcome,
        }
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let Some(kind) = self.failed else {
            return self.inner.await_input(timeout);
        };
        match self.inner.await_input(timeout) {
            Ok(true) => Ok(true),
            _ => Err(ureq::Error::Io(io::Error::new(
                kind,
                "connection closed while the request was sent",
            ))),
        }
    }

    fn is_open(&mut self) -> bool {
        self.failed.is_none() && self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

fn closed_by_peer(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
    )
}
