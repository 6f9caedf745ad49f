//! Ids: digits given in sequence, and the two words that US files use for tax codes (qbo.md 5.0, 5.7).

use std::fmt;

/// The id of a row; unique for each entity type. Numbers sort by value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Id {
    Number(u64),
    /// The US tax code `NON`.
    Non,
    /// The US tax code `TAX`.
    Tax,
}

impl Id {
    /// An id as a client spells it; anything else names no row.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "TAX" => Some(Self::Tax),
            "NON" => Some(Self::Non),
            _ if text.starts_with('0') || !text.bytes().all(|byte| byte.is_ascii_digit()) => None,
            _ => text.parse().ok().map(Self::Number),
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Tax => f.write_str("TAX"),
            Self::Non => f.write_str("NON"),
        }
    }
}

/// Which entities draw from one sequence: transactions share one, and so do customers, vendors and employees
/// (qbo.md 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sequence {
    Names,
    Transactions,
    Attachments,
    /// Every other list has its own.
    List(super::entity::Entity),
}
