//! An https node behind a proxy that is asked for a tunnel.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use super::program::program;
use super::*;

/// A key that protects nothing, and a certificate of it for `search.test`, both DER.
const KEY: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgaSET8Wt6OvMYbPO94CvbntT80occaoYyCR9N6X2S/puhRANC\
        AASi/pB27naicedgwVbcJsGEoc5D6dfscLFkraqhtSD19iw1IynoJFd5Qb3QFw3hqxM9/Tplge82w37oS6XO+U0L";
const CERTIFICATE: &str = "MIIBmzCCAUGgAwIBAgIUC5tj/sEH+7Pq5tMnLhwlq9JRhnEwCgYIKoZIzj0EAwIwFjEUMBIGA1UEAwwLc2VhcmNoLnRlc3Qw\
        IBcNMjYxMTI3MTQyNzU1WhgPMjEyNjExMDMxNDI3NTVaMBYxFDASBgNVBAMMC3NlYXJjaC50ZXN0MFkwEwYHKoZIzj0CAQYI\
        KoZIzj0DAQcDQgAEov6Qdu52onHnYMFW3CbBhKHOQ+nX7HCxZK2qobUg9fYsNSMp6CRXeUG90BcN4asTPf06ZYHvNsN+6Eul\
        zvlNC6NrMGkwHQYDVR0OBBYEFCkZz2YaGrMXqWNicVm3rIJvMWNvMB8GA1UdIwQYMBaAFCkZz2YaGrMXqWNicVm3rIJvMWNv\
        MA8GA1UdEwEB/wQFMAMBAf8wFgYDVR0RBA8wDYILc2VhcmNoLnRlc3QwCgYIKoZIzj0EAwIDSAAwRQIgCLEroMaAdLfHz6R8\
        drb9SdXJK1qmVaAGE2UPWoOtSW8CIQCfr/xzIzYcHXTRBUXhNGh3xvc1uJGL/hyPtbF2T7S6Ng==";

/// A proxy that is the node itself at the other end of every tunnel, and answers 401 there; what it was asked for is the result.
fn serve(listener: &TcpListener) -> Vec<String> {
    let decoded = |text: &str| STANDARD.decode(text).expect("base64");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(decoded(KEY)));
    let chain = vec![CertificateDer::from(decoded(CERTIFICATE))];
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a pair");
    let config = Arc::new(config);
    let (stream, _) = listener.accept().expect("a connection");
    let mut heads = vec![head(&stream)];
    (&stream).write_all(b"HTTP/1.1 200 Tunnel\r\n\r\n").expect("sent");
    let mut tls =
        rustls::StreamOwned::new(rustls::ServerConnection::new(config).expect("a server"), stream);
    let mut asked = Vec::new();
    while !asked.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        tls.read_exact(&mut byte).expect("a request through the tunnel");
        asked.push(byte[0]);
    }
    heads.push(String::from_utf8(asked).expect("text"));
    tls.write_all(b"HTTP/1.1 401 No\r\ncontent-length: 9\r\n\r\nnot so me").expect("sent");
    tls.flush().expect("sent");
    heads
}

fn head(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).expect("a line"), 0);
    }
    head
}

#[test]
fn what_comes_through_the_tunnel_of_a_proxy_is_read() {
    let exported = Exported::new(1, 1);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let proxy = format!("http://p:geheim@{}", listener.local_addr().expect("an address"));
    let node = std::thread::spawn(move || serve(&listener));
    let mut command =
        program(&exported, &["verify", "--insecure", "--url", "https://search.test:9200"]);
    let output = command.env("https_proxy", proxy).output().expect("the program");
    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("does not accept the credentials (status 401: not so me)"), "{told}");
    let heads = node.join().expect("no panic");
    assert!(heads[0].starts_with("CONNECT search.test:9200 HTTP/1.1\r\n"), "{heads:?}");
    assert!(heads[0].contains("Basic cDpnZWhlaW0="), "{heads:?}");
    assert!(heads[1].starts_with("GET / HTTP/1.1\r\n"), "{heads:?}");
    assert!(!heads[1].contains("cDpnZWhlaW0="), "{heads:?}");
}
