//! TCP for ureq that hears a server out (an answer that comes before the whole body was sent is read even when sending fails),
//! and that asks a proxy for plain http in the way that every proxy takes, without a tunnel.
//!
//! Servers and proxies that refuse a body (413, 401, 429) often answer and close while it is still being sent. The write then
//! fails, and without this the answer would be lost. It must not know what is sent.

use std::io;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, NextTimeout, RustlsConnector,
    TcpConnector, Transport,
};

use super::heads::LeanConnector;

/// The chain of connectors: through a tunnel of a proxy or directly, hearing out, then TLS, then heads
/// made lean.
///
/// With `origin` (`http://host:port`) the other end is a proxy, which is told the whole address in each request. `authority` is
/// the node's `host:port`.
pub(super) fn connector(authority: String, origin: Option<String>) -> impl Connector<()> {
    ().chain(ConnectProxyConnector::default())
        .chain(TcpConnector::default())
        .chain(HearOutConnector { origin })
        .chain(RustlsConnector::default())
        .chain(LeanConnector { authority })
}

/// Finds a proxy in place of the node that is asked for.
#[derive(Debug)]
pub(super) struct ViaProxy {
    pub(super) proxy: Uri,
}

impl Resolver for ViaProxy {
    fn resolve(
        &self,
        _: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        DefaultResolver::default().resolve(&self.proxy, config, timeout)
    }
}

#[derive(Debug)]
struct HearOutConnector {
    origin: Option<String>,
}

impl<In: Transport> Connector<In> for HearOutConnector {
    type Out = HearOut<In>;

    fn connect(
        &self,
        _: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<HearOut<In>>, ureq::Error> {
        let origin = self.origin.clone();
        Ok(chained.map(|inner| HearOut { inner, failed: None, origin, begins: true }))
    }
}

/// A connection that, once a write has failed, only reads.
#[derive(Debug)]
struct HearOut<In> {
    inner: In,
    failed: Option<io::ErrorKind>,
    origin: Option<String>,
    /// Whether the next write begins a request.
    begins: bool,
}

impl<In: Transport> HearOut<In> {
    /// Writes the whole address into the first line of a request; gives the bytes that there are then.
    fn with_origin(&mut self, amount: usize) -> usize {
        let begins = std::mem::replace(&mut self.begins, false);
        let (true, Some(origin)) = (begins, &self.origin) else { return amount };
        let output = self.inner.buffers().output();
        let longer = amount + origin.len();
        let Some(target) = memchr::memchr(b' ', &output[..amount]).map(|blank| blank + 1) else {
            return amount;
        };
        if longer > output.len() {
            return amount;
        }
        output.copy_within(target..amount, target + origin.len());
        output[target..target + origin.len()].copy_from_slice(origin.as_bytes());
        longer
    }
}

impl<In: Transport> Transport for HearOut<In> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        if self.failed.is_some() {
            return Ok(());
        }
        let amount = self.with_origin(amount);
        match self.inner.transmit_output(amount, timeout) {
            Err(ureq::Error::Io(error)) if closed_by_peer(error.kind()) => {
                self.failed = Some(error.kind());
                Ok(())
            }
            outcome => outcome,
        }
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.begins = true;
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
