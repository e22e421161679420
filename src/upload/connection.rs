//! Requests to the nodes of one cluster: agents, time limits, repetitions, and which nodes are alive.
//!
//! It is the only place that sends, sleeps or reads a clock on the network's behalf. It must not know what is sent.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use ureq::http::Request;
use ureq::tls::{ClientCert, RootCerts, TlsConfig};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::{Agent, ProxyProtocol};

use crate::error::{Category, Error, Result};

use super::address::Address;
use super::credentials::{authorization, hidden, joined, long_enough, secrets};
use super::identity::{ClusterIdentity, PLACES};
use super::pem::{client_certificate, roots};
use super::proxy::{proxy, proxy_authorization, proxy_secrets};
use super::response::Response;
use super::retry::{Backoff, retry_after};
use super::transport::{ViaProxy, connector};
use super::unanswered::Unanswered;
use super::wait::Waits;
use super::{ConnectionConfig, Secret, Trust};

/// How long a node that failed is left alone while others live.
const DEAD_FOR: Duration = Duration::from_secs(30);
/// Longest wait for a connection. Nothing cuts one short, and a signal ends the run within 10 s, settings set back included.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// An answer that never stalls may take so many times the time limit.
const ANSWER_TIMEOUTS_MAX: u32 = 10;
/// How often the first request of all is sent again.
const FIRST_RETRIES_MAX: u32 = 4;
/// Bytes of an answer, at most.
const ANSWER_BYTES_MAX: u64 = 1 << 30;
/// How long answers under way are awaited once the run is to end.
pub(super) const GRACE: Duration = Duration::from_secs(4);
/// How often it is looked whether the run is to end.
pub(super) const WATCH_STEP: Duration = Duration::from_millis(20);
/// Time for each request once the run is being ended.
const HURRIED: Duration = Duration::from_secs(2);

/// What a request carries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Content<'a> {
    pub(super) kind: &'static str,
    pub(super) bytes: &'a [u8],
    pub(super) gzip: bool,
}

impl<'a> Content<'a> {
    pub(super) fn json(bytes: &'a [u8]) -> Content<'a> {
        Content { kind: "application/json", bytes, gzip: false }
    }

    fn none() -> Content<'a> {
        Content::json(&[])
    }
}

/// What an answer of 403 means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Forbidden {
    Ends,
    ComesBack,
}

/// Does its work when dropped, also where a thread panics, so that nobody waits for that thread for ever.
pub(super) struct AtEnd<F: Fn()>(pub(super) F);

impl<F: Fn()> Drop for AtEnd<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

struct Node {
    address: Address,
    /// On the way to it, without its credentials.
    proxy: Option<String>,
    /// For a proxy that is asked for plain http.
    proxy_authorization: Option<Secret>,
    agent: Mutex<Agent>,
    dead_since: Mutex<Option<Instant>>,
    /// Whether it has told to which cluster it belongs.
    is_known: AtomicBool,
}

/// The nodes of one cluster.
pub(super) struct Connection {
    nodes: Vec<Node>,
    authorization: Option<Secret>,
    /// What no message may quote.
    secrets: Vec<Secret>,
    config: ConnectionConfig,
    identity: Identity,
    /// The cluster that all nodes must belong to.
    cluster: OnceLock<ClusterIdentity>,
    pub(super) retries: AtomicU64,
    hurried: AtomicBool,
    /// Whether any request was ever answered.
    answered: AtomicBool,
    /// Set while workers are to give up because one of them failed.
    stopped: AtomicBool,
    /// Waits that were told.
    pub(super) waits: Waits,
}

struct Identity {
    roots: Option<RootCerts>,
    client: Option<ClientCert>,
}

impl Connection {
    pub(super) fn open(config: &ConnectionConfig) -> Result<Connection> {
        let mut credentials = config.credentials.clone();
        let mut addresses = Vec::new();
        for url in &config.urls {
            let (address, found) = Address::parse(url)?;
            if let Some(found) = found {
                credentials = joined(credentials, found)?;
            }
            addresses.push(address);
        }
        if addresses.is_empty() {
            return Err(Error::usage("no node is named; give `--url` or set `LITEBULK_URL`"));
        }
        if let (Trust::Anything, Some(progress)) = (&config.trust, &config.progress) {
            progress.warn(
                "certificates are not checked: whoever sits between can read and change everything",
            );
        }
        let identity =
            Identity { roots: roots(&config.trust)?, client: client_certificate(config)? };
        let authorization = authorization(&credentials)?;
        let mut connection = Connection {
            nodes: Vec::new(),
            secrets: secrets(&credentials, authorization.as_ref()),
            authorization,
            config: config.clone(),
            identity,
            cluster: OnceLock::new(),
            retries: AtomicU64::new(0),
            hurried: AtomicBool::new(false),
            answered: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
            waits: Waits::default(),
        };
        for address in addresses {
            let agent = Mutex::new(connection.agent(&address)?);
            let proxy = proxy(&address)?.map(|proxy| format!("{}:{}", proxy.host(), proxy.port()));
            let proxy_authorization = proxy_authorization(&address)?;
            connection.secrets.extend(long_enough(proxy_secrets(&address)?));
            connection.nodes.push(Node {
                address,
                proxy,
                proxy_authorization,
                agent,
                dead_since: Mutex::new(None),
                is_known: AtomicBool::new(false),
            });
        }
        Ok(connection)
    }

    fn agent(&self, address: &Address) -> Result<Agent> {
        let mut tls = TlsConfig::builder()
            .client_cert(self.identity.client.clone())
            .disable_verification(matches!(self.config.trust, Trust::Anything));
        if let Some(roots) = &self.identity.roots {
            tls = tls.root_certs(roots.clone());
        }
        let timeout = self.config.timeout;
        let proxy = proxy(address)?;
        // A tunnel for plain http is what most proxies refuse; they want to be told the whole address.
        let forwarding = proxy
            .clone()
            .filter(|proxy| address.scheme == "http" && proxy.protocol() == ProxyProtocol::Http);
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("litebulk/", env!("CARGO_PKG_VERSION")))
            .accept_encoding("identity")
            .proxy(proxy.filter(|_| forwarding.is_none()))
            .tls_config(tls.build())
            .max_idle_connections(64)
            .max_idle_connections_per_host(64)
            .timeout_resolve(Some(timeout.min(CONNECT_MAX)))
            .timeout_connect(Some(timeout.min(CONNECT_MAX)))
            .timeout_per_read(Some(timeout))
            .timeout_per_write(Some(timeout))
            .timeout_recv_response(Some(timeout))
            .timeout_recv_body(Some(timeout * ANSWER_TIMEOUTS_MAX))
            .build();
        let node = address.authority.clone();
        Ok(match forwarding {
            None => Agent::with_parts(config, connector(node, None), DefaultResolver::default()),
            Some(proxy) => {
                let origin = Address { prefix: String::new(), ..address.clone() }.url("");
                Agent::with_parts(
                    config,
                    connector(node, Some(origin)),
                    ViaProxy { proxy: proxy.uri().clone() },
                )
            }
        })
    }

    pub(super) fn config(&self) -> &ConnectionConfig {
        &self.config
    }

    pub(super) fn warn(&self, message: &str) {
        if let Some(progress) = &self.config.progress {
            progress.warn(message);
        }
    }

    /// Whether every node is on this machine.
    pub(super) fn is_loopback(&self) -> bool {
        self.nodes.iter().all(|node| node.address.is_loopback())
    }

    /// The node a worker should use: its own, or the next that lives, or the one that has been dead longest.
    pub(super) fn pick(&self, preferred: usize) -> usize {
        let count = self.nodes.len();
        let order = (0..count).map(|step| (preferred + step) % count);
        let dead =
            |at: &usize| *self.nodes[*at].dead_since.lock().unwrap_or_else(|e| e.into_inner());
        order
            .clone()
            .find(|at| dead(at).is_none_or(|since| since.elapsed() > DEAD_FOR))
            .or_else(|| order.min_by_key(dead))
            .unwrap_or(0)
    }

    fn mark(&self, node: usize, dead: bool) {
        let mut since = self.nodes[node].dead_since.lock().unwrap_or_else(|e| e.into_inner());
        *since = dead.then(Instant::now);
    }

    pub(super) fn address(&self, node: usize) -> &Address {
        &self.nodes[node].address
    }

    /// Forgets the open connections to `node`, so that the next request begins on a new one.
    pub(super) fn renew(&self, node: usize) {
        if let Ok(agent) = self.agent(&self.nodes[node].address) {
            *self.nodes[node].agent.lock().unwrap_or_else(|e| e.into_inner()) = agent;
        }
    }

    /// Cuts every request under way, and gives later ones little time: the run is being ended.
    pub(super) fn hurry(&self) {
        self.hurried.store(true, Ordering::SeqCst);
        for at in 0..self.nodes.len() {
            let agent = self.nodes[at].agent.lock().unwrap_or_else(|e| e.into_inner()).clone();
            self.renew(at);
            agent.shutdown();
        }
    }

    pub(super) fn is_hurried(&self) -> bool {
        self.hurried.load(Ordering::SeqCst)
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.config.cancel.as_ref().is_some_and(|cancel| cancel.load(Ordering::Relaxed))
    }

    /// Does `work`; when the caller asks to stop, what is still under way some time later is cut.
    pub(super) fn watched<T>(&self, work: impl FnOnce() -> T) -> T {
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let watch = || {
                let mut since: Option<Instant> = None;
                while !done.load(Ordering::SeqCst) {
                    std::thread::sleep(WATCH_STEP);
                    let late = self.is_cancelled()
                        && since.get_or_insert_with(Instant::now).elapsed() > GRACE;
                    if late && !self.is_hurried() {
                        self.hurry();
                    }
                }
            };
            // Without a thread for it, what is under way when the caller asks to stop comes to its own end.
            let _watched = std::thread::Builder::new().spawn_scoped(scope, watch);
            let _done = AtEnd(|| done.store(true, Ordering::SeqCst));
            work()
        })
    }

    /// Ends every wait for a repetition: one worker failed for good.
    pub(super) fn stop_waiting(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.is_cancelled() || self.stopped.load(Ordering::SeqCst)
    }

    /// The workers are gone; what follows may wait again.
    pub(super) fn wait_again(&self) {
        self.stopped.store(false, Ordering::SeqCst);
        self.hurried.store(self.is_cancelled(), Ordering::SeqCst);
    }

    /// One request to one node, sent once.
    pub(super) fn send_once(
        &self,
        node: usize,
        method: &str,
        path: &str,
        content: Content<'_>,
    ) -> std::result::Result<Response, Unanswered> {
        let agent = self.nodes[node].agent.lock().unwrap_or_else(|e| e.into_inner()).clone();
        let outcome = self
            .belongs(&agent, node)
            .and_then(|()| self.exchange(&agent, node, method, path, content));
        // A node that has lost its cluster answers, and others may do better.
        let fails = outcome.as_ref().map_or(true, |response| matches!(response.status, 502..=504));
        self.mark(node, fails);
        let is_contacted = self.answered.fetch_or(outcome.is_ok(), Ordering::Relaxed);
        let Node { address, proxy, .. } = &self.nodes[node];
        outcome.map_err(|unanswered| {
            let by =
                proxy.as_ref().map_or(String::new(), |proxy| format!(" (by the proxy {proxy})"));
            let is_shy = unanswered.is_closed && !is_contacted && address.scheme == "http";
            let hint = if is_shy { "; it may speak `https` only" } else { "" };
            let words = format!("{address}{by}: {}{hint}", unanswered.words);
            Unanswered { words, ..unanswered }
        })
    }

    /// Asks each node to which cluster it belongs: with several addresses one may be of another, and would be loaded into.
    ///
    /// A node that does not answer is asked again before anything else is asked of it.
    pub(super) fn unite(&self) -> Result<()> {
        if self.nodes.len() < 2 {
            return Ok(());
        }
        let mut cluster = ClusterIdentity::default();
        for (at, node) in self.nodes.iter().enumerate() {
            let agent = node.agent.lock().unwrap_or_else(|e| e.into_inner()).clone();
            let Ok(found) = self.cluster_of(&agent, at) else {
                self.mark(at, true);
                continue;
            };
            if found.differs(&cluster) {
                let words = cluster.is_not_that_of(&found);
                return Err(Error::environment(format!("{}: {words}", node.address)));
            }
            cluster = cluster.or(found);
            node.is_known.store(true, Ordering::Relaxed);
        }
        let _first = self.cluster.set(cluster);
        Ok(())
    }

    fn belongs(&self, agent: &Agent, node: usize) -> std::result::Result<(), Unanswered> {
        let Some(cluster) = self.cluster.get() else { return Ok(()) };
        if self.nodes[node].is_known.load(Ordering::Relaxed) {
            return Ok(());
        }
        let found = self.cluster_of(agent, node)?;
        if found.differs(cluster) {
            return Err(Unanswered::told(cluster.is_not_that_of(&found), true));
        }
        self.nodes[node].is_known.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn cluster_of(
        &self,
        agent: &Agent,
        node: usize,
    ) -> std::result::Result<ClusterIdentity, Unanswered> {
        let mut found = ClusterIdentity::default();
        for place in PLACES {
            let response = self.exchange(agent, node, "GET", place, Content::none())?;
            if matches!(response.status, 429 | 502..=504) {
                let words = format!("status {}: {}", response.status, response.excerpt());
                return Err(Unanswered::told(words, false));
            }
            let told = response.json().filter(|_| response.status == 200).unwrap_or_default();
            found = found.or(ClusterIdentity::read(&told));
            if found.is_sure() {
                break;
            }
        }
        Ok(found)
    }

    fn exchange(
        &self,
        agent: &Agent,
        node: usize,
        method: &str,
        path: &str,
        content: Content<'_>,
    ) -> std::result::Result<Response, Unanswered> {
        let mut request = Request::builder().method(method).uri(self.nodes[node].address.url(path));
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization.reveal());
        }
        if let Some(authorization) = &self.nodes[node].proxy_authorization {
            request = request.header("proxy-authorization", authorization.reveal());
        }
        let bodyless = matches!(method, "GET" | "HEAD" | "DELETE");
        if !bodyless {
            request = request.header("content-type", content.kind);
        }
        if content.gzip {
            request = request.header("content-encoding", "gzip");
        }
        let limit = self.is_hurried().then_some(HURRIED);
        let failed = |error: ureq::http::Error| Unanswered::told(error.to_string(), true);
        let answer = if bodyless {
            let request = request.body(()).map_err(failed)?;
            agent.run(agent.configure_request(request).timeout_global(limit).build())
        } else {
            let request = request.body(content.bytes).map_err(failed)?;
            agent.run(agent.configure_request(request).timeout_global(limit).build())
        };
        let (parts, mut body) = answer.map_err(|error| Unanswered::new(&error))?.into_parts();
        let body = body
            .with_config()
            .limit(ANSWER_BYTES_MAX)
            .read_to_vec()
            .map_err(|error| Unanswered::new(&error))?;
        let status = parts.status.as_u16();
        // What a good answer holds is compared, and must stay as it is; what is quoted of it is not.
        let body = if status < 300 { body } else { hidden(body, &self.secrets) };
        Ok(Response { status, headers: parts.headers, body })
    }

    /// What a server said, as a message may quote it.
    pub(super) fn quoted(&self, said: String) -> String {
        if self.secrets.is_empty() {
            return said;
        }
        String::from_utf8_lossy(&hidden(said.into_bytes(), &self.secrets)).into_owned()
    }

    pub(super) fn retries_so_far(&self) -> u64 {
        self.retries.load(Ordering::Relaxed)
    }

    /// One request that may be repeated without harm; any answer that is neither a passing fault nor the end of the run.
    pub(super) fn call(
        &self,
        method: &str,
        path: &str,
        content: Option<&[u8]>,
    ) -> Result<Response> {
        self.repeat(0, method, path, content, Forbidden::Ends)
    }

    /// As [`Connection::call`], beginning at the node `preferred`.
    pub(super) fn call_from(
        &self,
        preferred: usize,
        method: &str,
        path: &str,
        content: Option<&[u8]>,
    ) -> Result<Response> {
        self.repeat(preferred, method, path, content, Forbidden::Ends)
    }

    /// Something that may be forbidden to those who may load nevertheless: an answer of 403 comes back like any other.
    pub(super) fn call_lenient(
        &self,
        method: &str,
        path: &str,
        content: Option<&[u8]>,
    ) -> Result<Response> {
        self.repeat(0, method, path, content, Forbidden::ComesBack)
    }

    fn repeat(
        &self,
        preferred: usize,
        method: &str,
        path: &str,
        content: Option<&[u8]>,
        forbidden: Forbidden,
    ) -> Result<Response> {
        let content = content.map_or(Content::none(), Content::json);
        // Before the first answer of all, a wrong address is likelier than a node that will be there in a minute.
        let is_contacted = self.answered.load(Ordering::Relaxed);
        let retries_max = if is_contacted {
            self.config.retries
        } else {
            self.config.retries.min(FIRST_RETRIES_MAX)
        };
        let mut backoff = Backoff::new(retries_max);
        loop {
            let node = self.pick(preferred);
            let reason;
            let mut least = Duration::ZERO;
            match self.send_once(node, method, path, content) {
                Ok(response) => {
                    let comes_back = response.status == 403 && forbidden == Forbidden::ComesBack;
                    if let Some(error) = self.end_of_run(node, &response).filter(|_| !comes_back) {
                        return Err(error);
                    }
                    if response.is_cut_off() {
                        let address = self.address(node);
                        reason = format!("{address}: an answer that was cut off");
                    } else if !matches!(response.status, 429 | 502..=504) {
                        return Ok(response);
                    } else {
                        least = retry_after(
                            response.header("retry-after"),
                            std::time::SystemTime::now(),
                        );
                        reason = format!(
                            "{}: status {}: {}",
                            self.address(node),
                            response.status,
                            response.excerpt()
                        );
                    }
                }
                Err(Unanswered { words, is_final: true, .. }) => {
                    return Err(Error::environment(words));
                }
                Err(unanswered) => {
                    backoff.forgive(unanswered.is_closed);
                    reason = unanswered.words;
                }
            }
            if self.is_hurried() {
                return Err(if self.is_cancelled() {
                    interrupted()
                } else {
                    Error::environment(reason)
                });
            }
            self.wait(&mut backoff, least, &format!("{method} {}", bare(path)), &reason)?;
        }
    }

    /// The error that an answer means whatever was asked: redirected, not known, not allowed.
    pub(super) fn end_of_run(&self, node: usize, response: &Response) -> Option<Error> {
        response.end_of_run(self.address(node)).map(|told| Error::environment(self.quoted(told)))
    }
}

pub(super) fn interrupted() -> Error {
    Error::new(Category::Interrupted, "interrupted")
}

/// A path without its query.
fn bare(path: &str) -> &str {
    path.split_once('?').map_or(path, |(path, _)| path)
}
