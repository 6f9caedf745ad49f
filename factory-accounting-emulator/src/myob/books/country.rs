//! Where a company file is kept.

use serde::{Deserialize, Serialize};

/// The country of a company file; it decides chart, tax codes and some members (myob.md 9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Country {
    /// Australia: GST at 10 %, AUD.
    #[default]
    Au,
    /// New Zealand: GST at 15 %, NZD.
    Nz,
}

impl Country {
    /// As the file list shows it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Au => "AU",
            Self::Nz => "NZ",
        }
    }

    /// How far standard time is ahead of UTC, in minutes (myob.md 12.4).
    pub(crate) fn offset_minutes(self) -> i32 {
        match self {
            Self::Au => 600,
            Self::Nz => 720,
        }
    }

    /// The home currency.
    pub fn currency(self) -> &'static str {
        match self {
            Self::Au => "AUD",
            Self::Nz => "NZD",
        }
    }
}
