//! Tokens at rest: XChaCha20-Poly1305 under a key of the host, bound to the connection and the version they belong to, so
//! that no sealed row can be put in the place of another.
//!
//! A sealed body is one byte that names the key, a nonce of 24 bytes, then the ciphertext with its tag.

use std::fmt;
use std::num::NonZeroU8;

use chacha20poly1305::aead::{Aead, Generate, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use chrono::{DateTime, Utc};
use factory_accounting_core::ids::ConnectionId;
use factory_accounting_core::store::StoreError;
use factory_accounting_core::token::TokenSet;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::fault::{Fault, Outcome};

/// Marks a body that is not sealed.
const PLAIN: u8 = 0;
const NONCE: usize = 24;

/// A key for tokens, with the number by which sealed tokens name it.
pub struct TokenKey {
    id: NonZeroU8,
    key: SecretBox<[u8; 32]>,
}

impl TokenKey {
    /// A key of 32 random bytes. Give each key another `id`; to change keys make the new one the store's key and give the
    /// old one as an older key until every token has been refreshed.
    #[must_use]
    pub fn new(id: NonZeroU8, key: SecretBox<[u8; 32]>) -> Self {
        Self { id, key }
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// How tokens are sealed and opened.
#[derive(Debug, Default)]
pub(crate) struct Sealer {
    /// Seals, and opens what it has sealed.
    pub(crate) key: Option<TokenKey>,
    /// Open what was sealed before.
    pub(crate) older: Vec<TokenKey>,
    /// Whether tokens may lie open.
    pub(crate) plaintext: bool,
}

/// The tokens in clear, as they are sealed; wiped when dropped.
#[derive(Serialize, Deserialize)]
struct Clear {
    access: String,
    refresh: Option<String>,
    expires_at: DateTime<Utc>,
    scopes: String,
    #[serde(default)]
    ends_at: Option<DateTime<Utc>>,
}

impl Drop for Clear {
    fn drop(&mut self) {
        self.access.zeroize();
        self.refresh.zeroize();
    }
}

impl Sealer {
    /// Seals tokens for one version of one connection.
    pub(crate) fn seal(&self, connection: &ConnectionId, version: u64, tokens: &TokenSet) -> Outcome<Vec<u8>> {
        let clear = Clear {
            access: tokens.access.expose_secret().to_owned(),
            refresh: tokens.refresh.as_ref().map(|refresh| refresh.expose_secret().to_owned()),
            expires_at: tokens.expires_at,
            scopes: tokens.scopes.clone(),
            ends_at: tokens.ends_at,
        };
        let text = serde_json::to_vec(&clear).map_err(|_| failed("they have no JSON form"))?;
        let text = Zeroizing::new(text);
        let Some(key) = &self.key else {
            self.allow_plaintext()?;
            return Ok([&[PLAIN], text.as_slice()].concat());
        };
        let nonce = fresh_nonce()?;
        let context = context(connection, version);
        let sealed = cipher(key).encrypt(&nonce, Payload { msg: &text, aad: &context });
        let sealed = sealed.map_err(|_| failed("they are too long"))?;
        Ok([&[key.id.get()], nonce.as_slice(), &sealed].concat())
    }

    /// Opens what was sealed for that version of that connection.
    pub(crate) fn open(&self, connection: &ConnectionId, version: u64, body: &[u8]) -> Outcome<TokenSet> {
        let (id, rest) = body.split_first().ok_or_else(|| unreadable(connection, "they are empty"))?;
        if *id == PLAIN {
            self.allow_plaintext()?;
            return read(connection, rest);
        }
        let key = self.key.iter().chain(&self.older).find(|key| key.id.get() == *id).ok_or_else(|| {
            Fault(StoreError::Refused(format!(
                "the tokens of connection {connection} are sealed with key {id}, which was not given: give it as an older key"
            )))
        })?;
        let (nonce, sealed) =
            rest.split_at_checked(NONCE).ok_or_else(|| unreadable(connection, "they are cut short"))?;
        let nonce = XNonce::try_from(nonce).map_err(|_| unreadable(connection, "they are cut short"))?;
        let context = context(connection, version);
        let text = cipher(key)
            .decrypt(&nonce, Payload { msg: sealed, aad: &context })
            .map_err(|_| unreadable(connection, "the key is another one, or they were changed"))?;
        read(connection, &Zeroizing::new(text))
    }

    fn allow_plaintext(&self) -> Outcome<()> {
        if self.plaintext {
            return Ok(());
        }
        Err(Fault(StoreError::Refused(
            "tokens are not kept in clear: open the store with a token key, or choose plaintext_tokens".to_owned(),
        )))
    }
}

fn read(connection: &ConnectionId, text: &[u8]) -> Outcome<TokenSet> {
    // The parser's message could quote the text.
    let mut clear: Clear = serde_json::from_slice(text).map_err(|_| unreadable(connection, "they are garbled"))?;
    Ok(TokenSet {
        access: SecretString::from(std::mem::take(&mut clear.access)),
        refresh: clear.refresh.take().map(SecretString::from),
        expires_at: clear.expires_at,
        scopes: std::mem::take(&mut clear.scopes),
        ends_at: clear.ends_at,
    })
}

fn cipher(key: &TokenKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(*key.key.expose_secret()))
}

/// What a sealed body is bound to. The byte in between occurs in no text.
fn context(connection: &ConnectionId, version: u64) -> Vec<u8> {
    [connection.as_str().as_bytes(), &[0xff], &version.to_be_bytes()].concat()
}

/// The one place that needs randomness: 24 random bytes never meet twice.
fn fresh_nonce() -> Outcome<XNonce> {
    XNonce::try_generate().map_err(|_| failed("the operating system gives no random bytes"))
}

fn failed(reason: &str) -> Fault {
    Fault(StoreError::Failed(format!("tokens cannot be sealed: {reason}")))
}

fn unreadable(connection: &ConnectionId, reason: &str) -> Fault {
    Fault(StoreError::Damaged(format!(
        "the tokens of connection {connection} cannot be opened: {reason}; connect it again"
    )))
}
