//! Why no answer came, in words that say the way out where there is one. Pure; knows no socket.

use std::io::ErrorKind;

use rustls::{AlertDescription, CertificateError};

/// Why no answer came.
#[derive(Debug)]
pub(super) struct Unanswered {
    pub(super) words: String,
    /// Whether asking again can only end in the same way.
    pub(super) is_final: bool,
    /// Whether the connection ended, as one does that the server has closed because nobody used it.
    pub(super) is_closed: bool,
}

impl Unanswered {
    pub(super) fn new(error: &ureq::Error) -> Unanswered {
        let is_final = match error {
            ureq::Error::Rustls(_) | ureq::Error::Tls(_) | ureq::Error::BadUri(_) => true,
            // What a TLS handshake refuses, certificates first of all, comes as data that is not valid.
            ureq::Error::Io(error) => error.kind() == std::io::ErrorKind::InvalidData,
            _ => false,
        };
        let is_closed = match error {
            ureq::Error::Io(error) => matches!(
                error.kind(),
                ErrorKind::BrokenPipe
                    | ErrorKind::ConnectionAborted
                    | ErrorKind::ConnectionReset
                    | ErrorKind::UnexpectedEof
            ),
            _ => false,
        };
        Unanswered {
            words: in_words(error),
            is_final: is_final || refused_by_proxy(error),
            is_closed,
        }
    }

    /// No answer, for a reason that is known.
    pub(super) fn told(words: String, is_final: bool) -> Unanswered {
        Unanswered { words, is_final, is_closed: false }
    }
}

fn in_words(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
            "no connection in time".into()
        }
        ureq::Error::Timeout(_) => "no answer in time".into(),
        ureq::Error::HostNotFound => "the host is not known".into(),
        ureq::Error::Io(error) => {
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
            inner.map_or_else(|| format!("connection failed: {error}"), of_tls)
        }
        ureq::Error::Rustls(error) => of_tls(error),
        // Both may quote an address with its user info.
        ureq::Error::BadUri(_) => "the address is not accepted".into(),
        ureq::Error::ConnectProxyFailed(_) => match proxy_status(error) {
            Some(407) => {
                "the proxy asks for credentials (status 407); give them as `http://user:password@host:port` in `https_proxy`".into()
            }
            Some(status) => format!("the proxy refused to connect (status {status})"),
            None => "the proxy did not answer".into(),
        },
        error => error.to_string(),
    }
}

/// Asking a proxy again changes nothing once it has said no.
fn refused_by_proxy(error: &ureq::Error) -> bool {
    proxy_status(error).is_some_and(|status| (400..500).contains(&status))
}

/// What a proxy answered when it was asked for a tunnel; ureq tells it in words alone (`… responded 407/407`).
fn proxy_status(error: &ureq::Error) -> Option<u16> {
    let ureq::Error::ConnectProxyFailed(words) = error else { return None };
    words.rsplit_once('/')?.1.parse().ok()
}

/// Certificates are what usually stands in the way.
fn of_tls(error: &rustls::Error) -> String {
    use rustls::Error::{AlertReceived, InvalidCertificate, InvalidMessage};
    match error {
        InvalidCertificate(CertificateError::UnknownIssuer) => {
            "nobody who is trusted vouches for its certificate; give that of its authority with `--ca-cert`".into()
        }
        InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => {
            format!("its certificate is for another name ({error}); give the name that it is for with `--url`")
        }
        InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        ) => {
            format!("its certificate has expired ({error}); renew it there, or set this machine's clock right")
        }
        InvalidCertificate(
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
        ) => {
            format!("its certificate is not valid yet ({error}); set the clock of the wrong machine right")
        }
        InvalidCertificate(CertificateError::Revoked) => {
            "its certificate was revoked; renew it there".into()
        }
        AlertReceived(AlertDescription::CertificateExpired) => {
            "the certificate that is shown to it has expired; give a valid one with `--client-cert`".into()
        }
        AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::HandshakeFailure
            | AlertDescription::UnknownCA
            | AlertDescription::CertificateUnknown,
        ) => {
            format!("it does not take the certificate that is shown, or wants one ({error}); give one with `--client-cert`")
        }
        InvalidMessage(_) => {
            format!("TLS failed ({error}); it may speak plain `http`")
        }
        error => format!("TLS failed: {error}"),
    }
}
