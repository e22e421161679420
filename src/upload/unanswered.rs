//! Why no answer came, in words that say the way out where there is one. Pure; knows no socket.

use rustls::{AlertDescription, CertificateError};

/// Why no answer came.
#[derive(Debug)]
pub(super) struct Unanswered {
    pub(super) words: String,
    /// Whether asking again can only end in the same way.
    pub(super) is_final: bool,
}

impl Unanswered {
    pub(super) fn new(error: &ureq::Error) -> Unanswered {
        let is_final = match error {
            ureq::Error::Rustls(_) | ureq::Error::Tls(_) | ureq::Error::BadUri(_) => true,
            // What a TLS handshake refuses, certificates first of all, comes as data that is not valid.
            ureq::Error::Io(error) => error.kind() == std::io::ErrorKind::InvalidData,
            _ => false,
        };
        Unanswered { words: in_words(error), is_final }
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
        ureq::Error::ConnectProxyFailed(_) => "the proxy refused to connect".into(),
        error => error.to_string(),
    }
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
