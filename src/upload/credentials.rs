//! What proves who is asking: credentials joined from where they can stand, and the header that they become. Pure; shows none.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::{Error, Result};

use super::{Credentials, Secret};

/// Credentials given apart, and those found in a node's URL.
pub(super) fn joined(given: Credentials, found: Credentials) -> Result<Credentials> {
    match (&given, &found) {
        (Credentials::Anonymous, _) => Ok(found),
        (
            Credentials::Basic { user, password },
            Credentials::Basic { user: user_found, password: password_found },
        ) if user == user_found && password == password_found => Ok(found),
        _ => Err(Error::usage(
            "two kinds of credentials are given at once, one of them in a node's URL; give only one",
        )),
    }
}

/// The value of the `authorization` header; none where nothing is sent.
pub(super) fn authorization(credentials: &Credentials) -> Result<Option<Secret>> {
    let value = match credentials {
        Credentials::Anonymous => return Ok(None),
        Credentials::Basic { user, password } => {
            if user.contains(':') {
                return Err(Error::usage("the name of a user cannot hold a colon"));
            }
            format!("Basic {}", STANDARD.encode(format!("{user}:{}", password.reveal())))
        }
        Credentials::ApiKey(key) if key.reveal().contains(':') => {
            format!("ApiKey {}", STANDARD.encode(key.reveal()))
        }
        Credentials::ApiKey(key) => format!("ApiKey {}", key.reveal()),
        Credentials::Bearer(token) => format!("Bearer {}", token.reveal()),
    };
    if !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Err(Error::usage(
            "an API key or token holds a character that cannot stand in a header",
        ));
    }
    Ok(Some(Secret::new(value)))
}

/// Shorter ones would be found in any text.
const HIDDEN_BYTES_MIN: usize = 4;

/// What must not be shown: the secrets as they are, and as they stand in the header `authorization`.
pub(super) fn secrets(credentials: &Credentials, authorization: Option<&Secret>) -> Vec<Secret> {
    let plain = match credentials {
        Credentials::Anonymous => None,
        Credentials::Basic { password, .. } => Some(password),
        Credentials::ApiKey(secret) | Credentials::Bearer(secret) => Some(secret),
    };
    let header = authorization.and_then(|value| value.reveal().split_once(' '));
    let all = plain.map(Secret::reveal).into_iter().chain(header.map(|(_, secret)| secret));
    long_enough(all.map(Secret::new).collect()).collect()
}

/// Those that are not to be found in any text.
pub(super) fn long_enough(secrets: Vec<Secret>) -> impl Iterator<Item = Secret> {
    secrets.into_iter().filter(|secret| secret.reveal().len() >= HIDDEN_BYTES_MIN)
}

/// What a server said, without the secrets that it repeats: messages quote it.
pub(super) fn hidden(mut said: Vec<u8>, secrets: &[Secret]) -> Vec<u8> {
    for secret in secrets {
        let found: Vec<usize> = memchr::memmem::find_iter(&said, secret.reveal()).collect();
        for at in found.into_iter().rev() {
            said.splice(at..at + secret.reveal().len(), *b"***");
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_kinds_of_credentials_are_refused_and_the_same_ones_twice_are_not() {
        let basic = |password: &str| Credentials::Basic {
            user: "u".into(),
            password: Secret::new(password),
        };
        assert!(joined(Credentials::Anonymous, basic("a")).is_ok());
        assert!(joined(basic("a"), basic("a")).is_ok());
        assert!(joined(basic("a"), basic("b")).is_err());
        assert!(joined(Credentials::Bearer(Secret::new("t")), basic("a")).is_err());
    }

    #[test]
    fn what_a_server_repeats_of_a_secret_is_hidden() {
        let basic = Credentials::Basic { user: "me".into(), password: Secret::new("geheim") };
        let header = authorization(&basic).expect("good credentials");
        let secrets = secrets(&basic, header.as_ref());
        let said = b"Basic bWU6Z2VoZWlt: geheim, geheim".to_vec();
        assert_eq!(hidden(said, &secrets), b"Basic ***: ***, ***");
    }

    #[test]
    fn a_credential_that_cannot_stand_in_a_header_is_refused_without_being_shown() {
        let error =
            authorization(&Credentials::Bearer(Secret::new("geheim\n"))).expect_err("a line feed");
        assert!(!error.to_string().contains("geheim"));
    }
}
