//! Names of things: open newtypes over text, so that a fourth package or another host needs no change here.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps the text as it is; validation happens where the id is used.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
    };
}

text_id! {
    /// The host's own id of a record, unique per [`RecordKind`](crate::model::RecordKind) and never reused.
    LocalId
}
text_id! {
    /// The package's id of a record, as the package spells it.
    RemoteId
}
text_id! {
    /// One host account tied to one organisation. Choose it globally unique (a UUID): it is part of every
    /// idempotency key, and two installations that share both an app and an id would answer for each other.
    ConnectionId
}
text_id! {
    /// One company's books at a package: Xero tenant, QuickBooks realm, MYOB company file.
    OrganisationId
}
text_id! {
    /// Opaque version of a remote record, compared only for equality.
    VersionToken
}
text_id! {
    /// How far changes have been read; opaque to everyone but the provider that made it.
    Cursor
}
text_id! {
    /// Who holds a lease: unique per running worker.
    WorkerId
}
text_id! {
    /// One installation of an app that draws numbers: a new one with every install, never the phone's own (F81).
    DeviceId
}

macro_rules! counter {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

counter! {
    /// One state of a host record; only grows.
    Revision(u64)
}
counter! {
    /// How often a person or a probe has proven that a write did not land and may be sent anew.
    Generation(u32)
}
counter! {
    /// A row of the outbox, given by the store in order of arrival.
    OperationId(u64)
}
counter! {
    /// One sending of one or more operations, given by the store before the first byte leaves.
    AttemptId(u64)
}
counter! {
    /// A block of numbers, given by the store in order of leasing.
    BlockId(u64)
}
counter! {
    /// Fence of a connection's lease; a worker with an older epoch changes nothing.
    Epoch(u64)
}
