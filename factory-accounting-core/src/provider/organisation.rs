//! The organisation, files on its records, and the end of a connection.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;

use bytes::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use futures_core::Stream;
use serde::{Deserialize, Serialize};

use crate::error::ProviderError;
use crate::ids::{OrganisationId, RemoteId};
use crate::money::Currency;

/// Facts about the organisation that planning needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Organisation {
    /// Its id at the package.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// Country code of two letters where known.
    pub country: Option<String>,
    /// The currency it keeps its books in.
    pub currency: Currency,
    /// Documents dated on or before this day are refused.
    pub locked_until: Option<NaiveDate>,
    /// Subscription plan in the package's own words.
    pub plan: Option<String>,
    /// Part of links into the package, where it needs one.
    pub short_code: Option<String>,
    /// When the grant ends for good, whatever is refreshed, UTC: a person must sign in again before.
    #[serde(default)]
    pub reconnect_by: Option<DateTime<Utc>>,
    /// What a person should know of how it is set up; the host shows it when it connects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
}

impl Organisation {
    /// An organisation of which the essentials are known.
    pub fn new(id: OrganisationId, name: impl Into<String>, currency: Currency) -> Self {
        Self {
            id,
            name: name.into(),
            country: None,
            currency,
            locked_until: None,
            plan: None,
            short_code: None,
            reconnect_by: None,
            notices: Vec::new(),
        }
    }
}

/// A way in which an organisation is set up that will get in the host's way. Shown, it is one line with its remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Notice {
    /// The package sets credits off against invoices by itself, and so races the host's own allocations (R20).
    AppliesCredits,
    /// The books can be read but not written.
    ReadOnly,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AppliesCredits => {
                "the accounting package sets credits off against invoices by itself: switch that off in its settings, or \
                 payments and credits from here may find their invoice settled"
            }
            Self::ReadOnly => {
                "the books can be read but not written, because the subscription has lapsed: renew it in the accounting \
                 package"
            }
        })
    }
}

/// A file attached to a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The package's id.
    pub id: RemoteId,
    /// File name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
}

/// A file to attach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAttachment {
    /// File name; the package's restrictions apply.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Content.
    pub content: Bytes,
    /// Whether the other party sees it with the document, where the package offers that.
    pub show_to_party: bool,
}

/// What became of the parts of a disconnect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DisconnectReport {
    /// Parts by name, each done or failed.
    pub parts: BTreeMap<&'static str, Result<(), ProviderError>>,
}

impl DisconnectReport {
    /// Whether every part succeeded.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.parts.values().all(Result::is_ok)
    }
}

/// A file as it comes.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, ProviderError>> + Send>>;
