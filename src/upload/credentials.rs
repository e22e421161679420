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
    fn a_credential_that_cannot_stand_in_a_header_is_refused_without_being_shown() {
        let error =
            authorization(&Credentials::Bearer(Secret::new("geheim\n"))).expect_err("a line feed");
        assert!(!error.to_string().contains("geheim"));
    }
}
