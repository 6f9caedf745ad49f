//! What a person chooses from: the package's parties, each with what it is to the host (F21, F25 to F28).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::register::{PartyKeys, SameBy};
use super::{Link, LinkOrigin, StoreError};
use crate::ids::{LocalId, RemoteId};
use crate::matching::search_words;
use crate::model::RecordKind;
use crate::provider::RemoteParty;

/// A party of the package, as a row to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The party, with all its addresses and people (F18, F19).
    pub party: RemoteParty,
    /// What it is to the host, in the role asked for.
    pub state: CandidateState,
}

/// What a party of the package is to the host, in one role.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CandidateState {
    /// Can be imported.
    NotImported,
    /// An import has linked it (F25); a second one would make a double.
    PreviouslyImported {
        /// The host's record.
        local: LocalId,
    },
    /// Linked, but not by an import (F26).
    Linked {
        /// The host's record.
        local: LocalId,
    },
    /// The host seems to have it, though nothing links the two (F28): link them instead.
    ExistsLocally {
        /// The host's record.
        local: LocalId,
        /// Why it is taken for that one.
        same_by: SameBy,
    },
    /// No longer in use in the package (L17).
    Archived,
}

/// States of candidates, for filtering and counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CandidateFilter {
    /// [`CandidateState::NotImported`].
    NotImported,
    /// [`CandidateState::PreviouslyImported`].
    PreviouslyImported,
    /// [`CandidateState::Linked`].
    Linked,
    /// [`CandidateState::ExistsLocally`].
    ExistsLocally,
    /// [`CandidateState::Archived`].
    Archived,
}

impl CandidateFilter {
    /// Every state, in the order that candidates are sorted in by state.
    pub const ALL: [Self; 5] =
        [Self::NotImported, Self::PreviouslyImported, Self::Linked, Self::ExistsLocally, Self::Archived];

    /// As people read it, lower case.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::NotImported => "not imported",
            Self::PreviouslyImported => "imported before",
            Self::Linked => "linked",
            Self::ExistsLocally => "here already",
            Self::Archived => "archived",
        }
    }

    /// Place in [`ALL`](Self::ALL): how stores keep it.
    #[must_use]
    pub fn ordinal(self) -> u8 {
        self as u8
    }
}

impl CandidateState {
    /// What a party is to the host, given whether the package still uses it, its link in the role, if any, and what the host
    /// has that seems to be the same. A link says more than anything else; what is archived is not proposed for anything.
    #[must_use]
    pub fn of(active: bool, link: Option<&Link>, exists: impl FnOnce() -> Option<(LocalId, SameBy)>) -> Self {
        match link {
            Some(link) if link.origin == LinkOrigin::Imported => {
                Self::PreviouslyImported { local: link.key.id.clone() }
            }
            Some(link) => Self::Linked { local: link.key.id.clone() },
            None if !active => Self::Archived,
            None => match exists() {
                Some((local, same_by)) => Self::ExistsLocally { local, same_by },
                None => Self::NotImported,
            },
        }
    }

    /// Whether a person may tick it for import.
    #[must_use]
    pub fn selectable(&self) -> bool {
        *self == Self::NotImported
    }

    /// Which it is, for filtering and counting.
    #[must_use]
    pub fn filter(&self) -> CandidateFilter {
        match self {
            Self::NotImported => CandidateFilter::NotImported,
            Self::PreviouslyImported { .. } => CandidateFilter::PreviouslyImported,
            Self::Linked { .. } => CandidateFilter::Linked,
            Self::ExistsLocally { .. } => CandidateFilter::ExistsLocally,
            Self::Archived => CandidateFilter::Archived,
        }
    }

    /// The host's record that it is about.
    #[must_use]
    pub fn local(&self) -> Option<&LocalId> {
        match self {
            Self::PreviouslyImported { local } | Self::Linked { local } | Self::ExistsLocally { local, .. } => {
                Some(local)
            }
            Self::NotImported | Self::Archived => None,
        }
    }

    /// Why it cannot be ticked, one line for a person; `None` where it can.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        match self {
            Self::NotImported => None,
            Self::PreviouslyImported { local } => Some(format!("imported before, as {local}")),
            Self::Linked { local } => Some(format!("linked to {local}")),
            Self::ExistsLocally { local, same_by } => {
                Some(format!("{local} has the same {}: link the two instead", same_by.label()))
            }
            Self::Archived => {
                Some("archived in the accounting package: restore it there, then update the lists".to_owned())
            }
        }
    }
}

/// What to sort candidates by. Ties are in order of the package's ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CandidateSort {
    /// Name, case and diacritics apart.
    #[default]
    Name,
    /// E-mail address; those without one last.
    Email,
    /// Last change in the package; those of which it is not known first.
    Updated,
    /// State, then name.
    State,
    /// The package's id: the order that an import goes by.
    Id,
}

/// Which candidates to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateQuery {
    /// Customer or supplier.
    pub role: RecordKind,
    /// Only those that the package counts to the role. For packages that keep customers and suppliers apart; the engine sets
    /// it.
    #[serde(default)]
    pub of_role: bool,
    /// Words; each must begin a word of the candidate's name, addresses for e-mail, phone numbers, key, tax number or people.
    #[serde(default)]
    pub search: String,
    /// Only in these states; in any where empty.
    #[serde(default)]
    pub states: BTreeSet<CandidateFilter>,
    /// Order.
    #[serde(default)]
    pub sort: CandidateSort,
    /// The other way round.
    #[serde(default)]
    pub descending: bool,
    /// Where the page before ended: its [`next`](CandidatePage::next).
    #[serde(default)]
    pub after: Option<CandidateCursor>,
    /// Rows at most; 0 means 50.
    #[serde(default)]
    pub limit: usize,
}

impl CandidateQuery {
    /// All candidates of a role by name.
    #[must_use]
    pub fn new(role: RecordKind) -> Self {
        Self {
            role,
            of_role: false,
            search: String::new(),
            states: BTreeSet::new(),
            sort: CandidateSort::default(),
            descending: false,
            after: None,
            limit: 0,
        }
    }

    /// Rows at most.
    #[must_use]
    pub fn page_size(&self) -> usize {
        if self.limit == 0 { 50 } else { self.limit }
    }

    /// The words to find, each once.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let words: BTreeSet<String> = search_words(&self.search).into_iter().collect();
        words.into_iter().collect()
    }

    /// Where the page before ended.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the cursor is of a query that sorts otherwise, or none at all.
    pub fn place(&self) -> Result<Option<CandidatePlace>, StoreError> {
        let Some(cursor) = &self.after else { return Ok(None) };
        let place: Option<CandidatePlace> = serde_json::from_str(&cursor.0).ok();
        place.filter(|place| place.is_of(self.sort)).map(Some).ok_or_else(|| {
            StoreError::Refused("the page to go on behind is of another query: begin with the first page".to_owned())
        })
    }

    /// Whether a state is asked for.
    #[must_use]
    pub fn wants(&self, state: CandidateFilter) -> bool {
        self.states.is_empty() || self.states.contains(&state)
    }
}

/// Where a page of candidates ended; opaque to all but stores.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CandidateCursor(String);

/// A candidate's place in an order. Within one order, places compare as candidates come.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CandidatePlace {
    /// By name.
    Name(String, RemoteId),
    /// By e-mail address.
    Email(String, RemoteId),
    /// By last change, milliseconds since 1970 UTC.
    Updated(i64, RemoteId),
    /// By ordinal of the state and name.
    State(u8, String, RemoteId),
    /// By id.
    Id(RemoteId),
}

impl CandidatePlace {
    fn is_of(&self, sort: CandidateSort) -> bool {
        matches!(
            (self, sort),
            (Self::Name(..), CandidateSort::Name)
                | (Self::Email(..), CandidateSort::Email)
                | (Self::Updated(..), CandidateSort::Updated)
                | (Self::State(..), CandidateSort::State)
                | (Self::Id(..), CandidateSort::Id)
        )
    }

    /// As a cursor.
    #[must_use]
    pub fn cursor(&self) -> CandidateCursor {
        CandidateCursor(serde_json::to_string(self).unwrap_or_default())
    }
}

/// A page of candidates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CandidatePage {
    /// Candidates, in the order asked for.
    pub rows: Vec<Candidate>,
    /// Where the next page begins; `None` behind the last.
    pub next: Option<CandidateCursor>,
    /// How many the search finds in each state, whatever states are asked for; with the first page only.
    pub totals: Option<CandidateTotals>,
}

/// How many candidates there are in each state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CandidateTotals {
    /// By state; states without candidates are left out.
    pub states: BTreeMap<CandidateFilter, u64>,
    /// Whether there may be more than were counted: a store may count no further than [`COUNTED`](Self::COUNTED) where words
    /// are searched for.
    pub at_least: bool,
}

impl CandidateTotals {
    /// How many finds of a search are counted at least.
    pub const COUNTED: usize = 10_000;

    /// In all states together.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.states.values().sum()
    }
}

/// What a store keeps beside a party so that it is found, compared and sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indexed {
    /// What it is compared by.
    pub keys: PartyKeys,
    /// What it is sorted by as a name.
    pub name: String,
    /// What it is sorted by as an e-mail address.
    pub email: String,
    /// What it is sorted by as a time, milliseconds since 1970 UTC.
    pub updated: i64,
    /// The words it is found by, each once and in order.
    pub words: BTreeSet<String>,
}

impl Indexed {
    /// Of a party.
    #[must_use]
    pub fn of(remote: &RemoteParty) -> Self {
        let party = &remote.party;
        let people = party.contacts.iter();
        let texts = [&party.email, &party.phone, &party.tax_number, &remote.external_key].into_iter().flatten();
        let texts = texts.chain(
            people.flat_map(|person| [&person.first_name, &person.last_name, &person.email, &person.phone]).flatten(),
        );
        let mut words: BTreeSet<String> = search_words(&party.name).into_iter().collect();
        for text in texts {
            let found = search_words(text);
            // A number is looked for without its blanks and brackets too.
            if text.chars().filter(char::is_ascii_digit).count() >= 4 && found.len() > 1 && !text.contains('@') {
                words.insert(found.concat());
            }
            words.extend(found);
        }
        // Behind every address.
        let last = || char::MAX.to_string();
        Self {
            keys: PartyKeys::of(party),
            name: search_words(&party.name).join(" "),
            email: party
                .email
                .as_deref()
                .map(str::trim)
                .filter(|email| !email.is_empty())
                .map_or_else(last, str::to_lowercase),
            updated: remote.updated_at.map_or(0, |at: DateTime<Utc>| at.timestamp_millis()),
            words,
        }
    }

    /// Whether all words begin one of its own.
    #[must_use]
    pub fn is_found_by(&self, words: &[String]) -> bool {
        let first_from = |word: &str| self.words.range::<str, _>((Bound::Included(word), Bound::Unbounded)).next();
        words.iter().all(|word| first_from(word).is_some_and(|own| own.starts_with(word)))
    }

    /// Its place in an order.
    #[must_use]
    pub fn place(&self, sort: CandidateSort, remote: &RemoteId, state: CandidateFilter) -> CandidatePlace {
        let remote = remote.clone();
        match sort {
            CandidateSort::Name => CandidatePlace::Name(self.name.clone(), remote),
            CandidateSort::Email => CandidatePlace::Email(self.email.clone(), remote),
            CandidateSort::Updated => CandidatePlace::Updated(self.updated, remote),
            CandidateSort::State => CandidatePlace::State(state.ordinal(), self.name.clone(), remote),
            CandidateSort::Id => CandidatePlace::Id(remote),
        }
    }
}

/// Whether the package counts a party to a role.
#[must_use]
pub fn is_of_role(party: &RemoteParty, role: RecordKind) -> bool {
    if role == RecordKind::Supplier { party.is_supplier } else { party.is_customer }
}
