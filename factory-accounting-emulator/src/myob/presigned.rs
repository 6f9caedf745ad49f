//! Links to attached files, which open without a token for a short while (myob.md 3.9).

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use url::form_urlencoded;
use uuid::Uuid;

use super::switches::UriHost;
use super::target::API;
use crate::seeded::Seeded;
use crate::target::{pairs, value};

/// Where the store is; the real one is another host.
pub(super) const STORE: &str = "/attachments";

/// Links were seen to live for one to two minutes (myob.md 3.9).
const LIFE: Duration = Duration::minutes(2);

/// Signs links and proves them.
#[derive(Clone)]
pub(crate) struct Signer {
    secret: Arc<str>,
}

impl Signer {
    pub(super) fn new(seed: u64) -> Self {
        Self { secret: Seeded::new(seed, "myob links").token(40).into() }
    }

    /// Makes the links of one company file for a caller who reached the emulator at `origin` (`http://host:port`).
    pub(super) fn links(&self, origin: &str, file: Uuid) -> Links {
        Links { signer: self.clone(), origin: origin.to_owned(), file }
    }

    /// Whether the query of a link is a signature of ours that has not run out.
    pub(super) fn proves(&self, file: Uuid, attachment: Uuid, query: &str, now: DateTime<Utc>) -> bool {
        let query = pairs(query.as_bytes());
        let given = |name| value(&query, name).unwrap_or_default();
        let until = given("Expires").parse::<i64>().ok();
        until.is_some_and(|until| now.timestamp() <= until && given("Signature") == self.sign(file, attachment, until))
    }

    fn sign(&self, file: Uuid, attachment: Uuid, until: i64) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()) else { return String::new() };
        mac.update(format!("{file}/{attachment}/{until}").as_bytes());
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").finish_non_exhaustive()
    }
}

/// The links of one company file.
#[derive(Clone, Debug)]
pub(crate) struct Links {
    signer: Signer,
    origin: String,
    file: Uuid,
}

impl Links {
    /// How addresses of the file begin: on MYOB's own `foreign` host, or on the one that was called (myob.md 1.5).
    pub(super) fn api(&self, host: UriHost, foreign: &str) -> String {
        match host {
            UriHost::Foreign => format!("https://{foreign}{API}/{}", self.file),
            UriHost::Same => format!("{}{API}/{}", self.origin, self.file),
        }
    }

    /// The link to one attachment, good from now on for two minutes.
    pub(super) fn of(&self, attachment: Uuid, now: DateTime<Utc>) -> String {
        let until = (now + LIFE).timestamp();
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("Expires", &until.to_string());
        query.append_pair("Signature", &self.signer.sign(self.file, attachment, until));
        format!("{}{STORE}/{}/{attachment}?{}", self.origin, self.file, query.finish())
    }
}
