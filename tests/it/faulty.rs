//! A scripted HTTP server that misbehaves on request: refuses early, answers late, cuts, stalls, trickles, resets.
//! Owns sockets and the record of what arrived; must not know what any client wants, nor what an engine would answer.
//!
//! A test gives a handler (the well-behaved server) and plants [`Fault`]s: the next request whose line contains the given
//! text meets the fault, once. [`Effect::Taken`] lets the handler run first, so that the client cannot know.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What arrived, as it arrived: a gzip body stays packed, a chunked body is put together.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Number of the connection, counted from 0: tells whether a client opened a new one.
    pub(crate) connection: usize,
    pub(crate) method: String,
    /// Path and query.
    pub(crate) path: String,
    /// In order, names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// False where the fault stopped reading, or the client stopped sending, before the end of the body.
    pub(crate) whole: bool,
}

impl Request {
    /// The first header of that name (lower case).
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as text, unpacked where it is gzip.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let read = match self.header("content-encoding") {
            Some("gzip") => {
                flate2::read::MultiGzDecoder::new(&self.body[..]).read_to_string(&mut text)
            }
            _ => (&self.body[..]).read_to_string(&mut text),
        };
        read.expect("a test's request body is UTF-8, gzip where the header says so");
        text
    }
}

/// What is sent back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// `content-length` and `connection` are added.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// An answer without a body.
    pub(crate) fn empty(status: u16) -> Answer {
        Answer { status, headers: Vec::new(), body: Vec::new() }
    }

    /// A JSON answer.
    pub(crate) fn json(status: u16, body: impl ToString) -> Answer {
        Answer::empty(status)
            .with("content-type", "application/json")
            .with_body(body.to_string().into_bytes())
    }

    /// The same with one more header.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Answer {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with another body.
    pub(crate) fn with_body(mut self, body: Vec<u8>) -> Answer {
        self.body = body;
        self
    }
}

/// Whether the handler sees a request that meets a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Never.
    None,
    /// It does: the request has taken effect, whatever the client is told.
    Taken,
}

/// How much of the request's body is read before the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    Whole,
    /// At most so many bytes; with 0 the answer comes on sight of the headers.
    Bytes(usize),
}

/// How the answer goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sending {
    Whole,
    /// Nothing at all.
    Nothing,
    /// The head promises the whole body, and so many bytes of it come.
    Cut(usize),
    /// So many bytes at a time, with a pause after each.
    Trickle(usize, Duration),
    /// In chunks of so many bytes.
    Chunked(usize),
    /// As HTTP/1.0 does it, whose body ends with the connection; so many bytes of it at most. Needs an ending that closes.
    Unmeasured(usize),
    /// Header after header, and never the last.
    EndlessHead,
}

/// What becomes of the connection after the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    KeepAlive,
    /// Closed in order; the head says so.
    Close,
    /// Closed in order although the head promises to keep it.
    CloseUnannounced,
    /// The client gets a connection reset.
    Reset,
    /// Held open, silent, until the server stops.
    Stall,
}

/// One misbehaviour.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// `None`: the handler's own answer; needs [`Effect::Taken`].
    pub(crate) answer: Option<Answer>,
    /// Sent before those of the answer.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) effect: Effect,
    pub(crate) reading: Reading,
    /// Before the first byte of the answer.
    pub(crate) delay: Duration,
    pub(crate) sending: Sending,
    pub(crate) ending: Ending,
}

impl Fault {
    /// Another answer than the handler's; the request takes no effect.
    pub(crate) fn answer(answer: Answer) -> Fault {
        Fault {
            answer: Some(answer),
            headers: Vec::new(),
            effect: Effect::None,
            reading: Reading::Whole,
            delay: Duration::ZERO,
            sending: Sending::Whole,
            ending: Ending::KeepAlive,
        }
    }

    /// The handler's answer, to be spoilt on its way; the request takes effect.
    pub(crate) fn on_the_way(sending: Sending, ending: Ending) -> Fault {
        Fault {
            answer: None,
            effect: Effect::Taken,
            sending,
            ending,
            ..Fault::answer(Answer::empty(200))
        }
    }

    /// No answer; the request takes no effect.
    pub(crate) fn silence(reading: Reading, ending: Ending) -> Fault {
        Fault { reading, sending: Sending::Nothing, ending, ..Fault::answer(Answer::empty(200)) }
    }
}

type Handler = dyn Fn(&Request) -> Answer + Send + Sync;

struct Shared {
    handler: Box<Handler>,
    faults: Mutex<VecDeque<(String, Fault)>>,
    requests: Mutex<Vec<Request>>,
    sockets: Mutex<Vec<TcpStream>>,
    stopped: AtomicBool,
    /// Whether the bodies of requests are dropped once they are answered.
    forgets: AtomicBool,
}

/// The server; it stops, and closes every connection, when dropped.
pub(crate) struct Server {
    /// `http://127.0.0.1:PORT`.
    pub(crate) url: String,
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server that answers each request by `handler`, which may be called from several threads at once.
    pub(crate) fn start(handler: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let shared = Arc::new(Shared {
            handler: Box::new(handler),
            faults: Mutex::default(),
            requests: Mutex::default(),
            sockets: Mutex::default(),
            stopped: AtomicBool::new(false),
            forgets: AtomicBool::new(false),
        });
        let of_acceptor = Arc::clone(&shared);
        let acceptor = thread::spawn(move || accept(&listener, &of_acceptor));
        Server { url: format!("http://{address}"), address, shared, acceptor: Some(acceptor) }
    }

    /// Starts a server that gives these answers in turn, and 500 once they are used up.
    pub(crate) fn scripted(answers: impl IntoIterator<Item = Answer>) -> Server {
        let answers = Mutex::new(answers.into_iter().collect::<VecDeque<_>>());
        Server::start(move |_| {
            let next = lock(&answers).pop_front();
            next.unwrap_or_else(|| Answer::json(500, r#"{"error":"the script is over"}"#))
        })
    }

    /// Keeps no bodies of requests from now on: a test may send more than memory should hold.
    pub(crate) fn forget_bodies(&self) {
        self.shared.forgets.store(true, Ordering::SeqCst);
    }

    /// Plants `fault` for the next request whose `METHOD /path?query` contains `within`; faults are used up in order.
    pub(crate) fn plant(&self, within: &str, fault: Fault) {
        lock(&self.shared.faults).push_back((within.to_owned(), fault));
    }

    /// How many planted faults nobody met yet; a test that ends with some has not tested them.
    pub(crate) fn unmet(&self) -> usize {
        lock(&self.shared.faults).len()
    }

    /// Every request so far, in the order in which their bodies ended.
    pub(crate) fn requests(&self) -> Vec<Request> {
        lock(&self.shared.requests).clone()
    }

    /// The requests whose `METHOD /path?query` contains `within`.
    pub(crate) fn requests_to(&self, within: &str) -> Vec<Request> {
        let mut requests = self.requests();
        requests.retain(|request| line(request).contains(within));
        requests
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // The acceptor sits in `accept`: a connection of our own wakes it.
        let _ = TcpStream::connect(self.address);
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut workers = Vec::new();
    for (connection, stream) in listener.incoming().enumerate() {
        if shared.stopped.load(Ordering::SeqCst) {
            break;
        }
        let Ok(stream) = stream else { continue };
        if let Ok(copy) = stream.try_clone() {
            lock(&shared.sockets).push(copy);
        }
        let shared = Arc::clone(shared);
        // A client that goes away in mid-request is what many tests want: its error ends the connection, not the server.
        workers.push(thread::spawn(move || drop(serve(&stream, connection, &shared))));
    }
    for socket in lock(&shared.sockets).iter() {
        let _ = socket.shutdown(Shutdown::Both);
    }
    for worker in workers {
        let _ = worker.join();
    }
}

fn serve(stream: &TcpStream, connection: usize, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(mut request) = read_head(&mut reader, connection)? {
        let fault = meet(shared, &request);
        let reading = fault.as_ref().map_or(Reading::Whole, |fault| fault.reading);
        let read = read_body(&mut reader, stream, &mut request, reading);
        let body = match shared.forgets.load(Ordering::SeqCst) {
            true => Vec::new(),
            false => request.body.clone(),
        };
        lock(&shared.requests).push(Request { body, ..head(&request) });
        read?;
        let fault = fault.unwrap_or_else(|| Fault::on_the_way(Sending::Whole, Ending::KeepAlive));
        let handled = (fault.effect == Effect::Taken).then(|| (shared.handler)(&request));
        let mut answer = fault.answer.or(handled).expect("a fault without an answer takes effect");
        answer.headers.splice(..0, fault.headers);
        thread::sleep(fault.delay);
        send(stream, &answer, fault.sending, fault.ending)?;
        match fault.ending {
            Ending::KeepAlive if says(&request, "connection", "close") => return finish(stream),
            Ending::KeepAlive => {}
            Ending::Close | Ending::CloseUnannounced => return finish(stream),
            Ending::Reset => return reset(stream, shared),
            Ending::Stall => {
                // Reads (and drops) whatever comes, so that only silence is left for the client to notice.
                io::copy(&mut reader, &mut io::sink())?;
                return Ok(());
            }
        }
    }
    Ok(())
}

/// A request without its body.
fn head(request: &Request) -> Request {
    Request {
        connection: request.connection,
        method: request.method.clone(),
        path: request.path.clone(),
        headers: request.headers.clone(),
        body: Vec::new(),
        whole: request.whole,
    }
}

/// Takes the first planted fault that `request` meets.
fn meet(shared: &Shared, request: &Request) -> Option<Fault> {
    let mut faults = lock(&shared.faults);
    let line = line(request);
    let at = faults.iter().position(|(within, _)| line.contains(within.as_str()))?;
    faults.remove(at).map(|(_, fault)| fault)
}

fn line(request: &Request) -> String {
    format!("{} {}", request.method, request.path)
}

fn says(request: &Request, name: &str, word: &str) -> bool {
    request.header(name).is_some_and(|value| value.eq_ignore_ascii_case(word))
}

fn read_head(reader: &mut impl BufRead, connection: usize) -> io::Result<Option<Request>> {
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut words = first.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    Ok(Some(Request { connection, method, path, headers, body: Vec::new(), whole: false }))
}

fn read_body(
    reader: &mut impl BufRead,
    mut stream: &TcpStream,
    request: &mut Request,
    reading: Reading,
) -> io::Result<()> {
    let limit = match reading {
        Reading::Whole => usize::MAX,
        Reading::Bytes(limit) => limit,
    };
    let chunked = says(request, "transfer-encoding", "chunked");
    if says(request, "expect", "100-continue") && limit > 0 {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    if chunked {
        return read_chunks(reader, request, limit);
    }
    let length = request.header("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
    take(reader, request, length.min(limit))?;
    request.whole = request.body.len() == length;
    Ok(())
}

fn read_chunks(reader: &mut impl BufRead, request: &mut Request, limit: usize) -> io::Result<()> {
    while request.body.len() < limit {
        let mut size = String::new();
        reader.read_line(&mut size)?;
        let size = usize::from_str_radix(size.trim(), 16).map_err(io::Error::other)?;
        take(reader, request, size.min(limit - request.body.len()))?;
        if request.body.len() < limit {
            reader.read_line(&mut String::new())?;
        }
        if size == 0 {
            request.whole = true;
            break;
        }
    }
    Ok(())
}

/// Reads `count` more bytes of the body; what came before the client went away is kept.
fn take(reader: &mut impl BufRead, request: &mut Request, count: usize) -> io::Result<()> {
    let got = reader.take(count as u64).read_to_end(&mut request.body)?;
    if got == count { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

fn send(
    mut stream: &TcpStream,
    answer: &Answer,
    sending: Sending,
    ending: Ending,
) -> io::Result<()> {
    let version = if matches!(sending, Sending::Unmeasured(_)) { "1.0" } else { "1.1" };
    let mut bytes = format!("HTTP/{version} {} Scripted\r\n", answer.status).into_bytes();
    for (name, value) in &answer.headers {
        write!(bytes, "{name}: {value}\r\n")?;
    }
    if ending == Ending::Close {
        bytes.extend_from_slice(b"connection: close\r\n");
    }
    match sending {
        Sending::Chunked(_) => bytes.extend_from_slice(b"transfer-encoding: chunked\r\n\r\n"),
        Sending::Unmeasured(_) => bytes.extend_from_slice(b"\r\n"),
        Sending::EndlessHead => {}
        _ => write!(bytes, "content-length: {}\r\n\r\n", answer.body.len())?,
    }
    let head_len = bytes.len();
    bytes.extend_from_slice(&answer.body);
    match sending {
        Sending::Nothing => Ok(()),
        Sending::Whole => stream.write_all(&bytes),
        Sending::Cut(count) => stream.write_all(&bytes[..bytes.len().min(head_len + count)]),
        Sending::Chunked(count) => {
            stream.write_all(&bytes[..head_len])?;
            for piece in answer.body.chunks(count) {
                write!(stream, "{:x}\r\n", piece.len())?;
                stream.write_all(piece)?;
                stream.write_all(b"\r\n")?;
            }
            stream.write_all(b"0\r\n\r\n")
        }
        Sending::Unmeasured(count) => {
            stream.write_all(&bytes[..bytes.len().min(head_len.saturating_add(count))])
        }
        Sending::EndlessHead => loop {
            stream.write_all(b"x-more: of the same\r\n")?;
            thread::sleep(Duration::from_millis(20));
        },
        Sending::Trickle(count, pause) => bytes.chunks(count).try_for_each(|piece| {
            stream.write_all(piece)?;
            thread::sleep(pause);
            Ok(())
        }),
    }
}

/// Closes in order: unread bytes would turn the close into a reset, so they are drained for as long as they come.
fn finish(mut stream: &TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(Duration::from_millis(500)))?;
    let mut rest = [0; 64 << 10];
    while matches!(stream.read(&mut rest), Ok(count) if count > 0) {}
    stream.shutdown(Shutdown::Both)
}

/// Makes the close that follows a reset, which needs every other handle of the socket gone.
fn reset(stream: &TcpStream, shared: &Shared) -> io::Result<()> {
    rustix::net::sockopt::set_socket_linger(stream, Some(Duration::ZERO))?;
    let peer = stream.peer_addr()?;
    lock(&shared.sockets).retain(|socket| socket.peer_addr().is_ok_and(|other| other != peer));
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends `request` as it stands and reads to the end of the connection, or to `until` bytes.
    fn exchange(server: &Server, request: &str, until: usize) -> (String, io::Result<()>) {
        let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let _ = stream.write_all(request.as_bytes());
        let mut answer = Vec::new();
        let mut byte = [0];
        while answer.len() < until {
            match stream.read(&mut byte) {
                Ok(0) => break,
                Ok(_) => answer.push(byte[0]),
                Err(error) => return (String::from_utf8(answer).unwrap(), Err(error)),
            }
        }
        (String::from_utf8(answer).unwrap(), Ok(()))
    }

    const POST: &str = "POST /_bulk HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc";

    fn echo() -> Server {
        Server::start(|request| Answer::empty(200).with_body(request.body.clone()))
    }

    #[test]
    fn requests_on_one_connection_are_answered_and_recorded() {
        let server = Server::scripted([Answer::json(200, "{}"), Answer::empty(404)]);
        let chunked = "PUT /i?x=1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
        let (answer, _) = exchange(&server, &format!("{POST}{chunked}"), 10_000);
        assert!(
            answer.starts_with("HTTP/1.1 200") && answer.contains("\r\n\r\n{}HTTP/1.1 404"),
            "{answer}"
        );
        let requests = server.requests();
        assert_eq!(requests.len(), 2);
        assert_eq!((requests[1].method.as_str(), requests[1].path.as_str()), ("PUT", "/i?x=1"));
        assert_eq!((requests[1].text().as_str(), requests[1].whole), ("abc", true));
        assert_eq!(server.requests_to("PUT /i").len(), 1);
        assert_eq!(requests[0].connection, requests[1].connection);
    }

    #[test]
    fn an_answer_is_cut_after_the_handler_ran() {
        let server = echo();
        server.plant("_bulk", Fault::on_the_way(Sending::Cut(1), Ending::CloseUnannounced));
        let (answer, end) = exchange(&server, POST, 10_000);
        assert!(answer.ends_with("content-length: 3\r\n\r\na"), "{answer}");
        assert!(end.is_ok());
        assert_eq!((server.unmet(), server.requests().len()), (0, 1));
    }

    #[test]
    fn a_reset_is_a_reset_before_and_after_the_body_is_read() {
        for reading in [Reading::Bytes(0), Reading::Bytes(2), Reading::Whole] {
            let server = echo();
            server.plant("_bulk", Fault::silence(reading, Ending::Reset));
            let (answer, end) = exchange(&server, POST, 10_000);
            assert_eq!(answer, "");
            assert_eq!(end.unwrap_err().kind(), io::ErrorKind::ConnectionReset, "{reading:?}");
            assert_eq!(server.requests()[0].whole, reading == Reading::Whole);
        }
    }

    #[test]
    fn a_refusal_comes_before_the_body_and_the_connection_ends_in_order() {
        let server = echo();
        let refusal = Fault::answer(Answer::empty(413));
        server
            .plant("_bulk", Fault { reading: Reading::Bytes(0), ending: Ending::Close, ..refusal });
        let head = "POST /_bulk HTTP/1.1\r\ncontent-length: 30\r\n\r\n";
        let (answer, end) = exchange(&server, head, 10_000);
        assert!(
            answer.starts_with("HTTP/1.1 413") && answer.contains("connection: close"),
            "{answer}"
        );
        assert!(end.is_ok());
    }

    #[test]
    fn a_stalled_client_hears_nothing_until_the_server_stops() {
        let server = echo();
        server.plant("_bulk", Fault::silence(Reading::Whole, Ending::Stall));
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.write_all(POST.as_bytes()).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let error = stream.read(&mut [0]).unwrap_err();
        assert!(matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut));
        drop(server);
        assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    }

    #[test]
    fn a_trickle_arrives_whole() {
        let server = echo();
        let mut fault =
            Fault::on_the_way(Sending::Trickle(7, Duration::from_millis(1)), Ending::Close);
        fault.delay = Duration::from_millis(1);
        server.plant("POST", fault);
        assert!(exchange(&server, POST, 10_000).0.ends_with("\r\n\r\nabc"));
    }
}
