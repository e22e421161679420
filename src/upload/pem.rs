//! Certificates and keys from PEM files, as TLS wants them. It reads files and must not know a socket.

use std::path::Path;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, parse_pem};

use crate::error::{Error, Result};

use super::{ConnectionConfig, Trust, shown};

fn read_pem(path: &Path) -> Result<Vec<PemItem<'static>>> {
    let text = std::fs::read(path).map_err(|error| {
        Error::environment(format!("`{}` cannot be read", shown(path))).with_source(error)
    })?;
    parse_pem(&text)
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(|error| Error::environment(format!("`{}` is no PEM file: {error}", shown(path))))
}

fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>> {
    let found: Vec<_> = read_pem(path)?
        .into_iter()
        .filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect();
    if found.is_empty() {
        return Err(Error::environment(format!("`{}` holds no certificate in PEM", shown(path))));
    }
    Ok(found)
}

/// Whose certificates are trusted; none for the usual ones.
pub(super) fn roots(trust: &Trust) -> Result<Option<RootCerts>> {
    match trust {
        Trust::File(path) => Ok(Some(RootCerts::new_with_certs(&certificates(path)?))),
        Trust::Public | Trust::Anything => Ok(None),
    }
}

/// What the client shows.
pub(super) fn client_certificate(config: &ConnectionConfig) -> Result<Option<ClientCert>> {
    let Some(given) = &config.client_certificate else { return Ok(None) };
    let chain = certificates(&given.certificate)?;
    let key: Option<PrivateKey<'static>> =
        read_pem(&given.key)?.into_iter().find_map(|item| match item {
            PemItem::PrivateKey(key) => Some(key),
            _ => None,
        });
    let key = key.ok_or_else(|| {
        Error::environment(format!("`{}` holds no private key in PEM", shown(&given.key)))
    })?;
    check_pair(&chain, &key).map_err(|error| {
        Error::environment(format!(
            "no server would take `{}` with the key `{}`: {error}; give an X.509 certificate of version 3 and the key that it \
             was made for",
            shown(&given.certificate),
            shown(&given.key)
        ))
    })?;
    Ok(Some(ClientCert::new_with_certs(&chain, key)))
}

/// ureq takes any pair, and panics when it connects with one that TLS cannot use.
fn check_pair(
    chain: &[Certificate<'static>],
    key: &PrivateKey<'static>,
) -> std::result::Result<(), rustls::Error> {
    let chain = chain.iter().map(|one| CertificateDer::from(one.der().to_vec())).collect();
    let key = PrivateKeyDer::try_from(key.der().to_vec())
        .map_err(|error| rustls::Error::General(error.to_string()))?;
    CertifiedKey::from_der(chain, key, &rustls::crypto::ring::default_provider()).map(drop)
}
