//! How far a feed has been read.

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::Cursor;

use crate::wire::date::instant_text;

/// Changes may become visible a little after their time; what is read twice is harmless (qbo.md 7.2).
const OVERLAP: TimeDelta = TimeDelta::minutes(5);

/// A place in a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Everything up to this time has been read; go on by asking for changes.
    Changes { since: DateTime<Utc> },
    /// In the middle of an enumeration.
    Enumeration(Enumeration),
}

/// A place in an enumeration, which goes through one entity after the other.
///
/// It moves by time, not by page: a record that changes meanwhile moves to the end of the list and would pull the following
/// pages forward, past what has not been read. Only where a whole page falls into one second, the finest that changes are
/// told by, or does not come in order, is the next page asked for by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Enumeration {
    /// Which of the feed's entities.
    pub(super) entity: usize,
    /// Where each entity begins; `None` is the beginning of the books.
    from: Option<DateTime<Utc>>,
    /// Everything of this entity that changed before has been read.
    upto: Option<DateTime<Utc>>,
    pub(super) page: u32,
    /// When the enumeration began: changes from then on are asked for as such afterwards.
    pub(super) began: Option<DateTime<Utc>>,
}

impl Place {
    /// Nothing has been read.
    pub(super) fn beginning() -> Self {
        Self::enumeration(None)
    }

    /// An enumeration of all that changed since a time.
    pub(super) fn enumeration(since: Option<DateTime<Utc>>) -> Self {
        let from = since.map(Self::with_overlap);
        Self::Enumeration(Enumeration { entity: 0, from, upto: from, page: 1, began: None })
    }

    /// A little earlier.
    pub(super) fn with_overlap(since: DateTime<Utc>) -> DateTime<Utc> {
        since.checked_sub_signed(OVERLAP).unwrap_or(since)
    }

    pub(super) fn write(self) -> Cursor {
        let text = |instant: Option<DateTime<Utc>>| instant.map(instant_text).unwrap_or_default();
        Cursor::new(match self {
            Self::Changes { since } => format!("q1|changes|{}", instant_text(since)),
            Self::Enumeration(at) => {
                let (from, upto, began) = (text(at.from), text(at.upto), text(at.began));
                format!("q1|enumeration|{}|{from}|{upto}|{}|{began}", at.entity, at.page)
            }
        })
    }

    pub(super) fn read(cursor: &Cursor) -> Result<Self, ProviderError> {
        Self::parse(cursor.as_str()).ok_or_else(|| {
            let message =
                format!("the cursor {:?} is not one of this provider's: read from the beginning", cursor.as_str());
            ProviderError::new(ErrorKind::Internal, message)
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let instant = |text: &str| DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.to_utc());
        let optional = |text: &str| if text.is_empty() { Some(None) } else { instant(text).map(Some) };
        match text.split('|').collect::<Vec<_>>().as_slice() {
            ["q1", "changes", since] => Some(Self::Changes { since: instant(since)? }),
            ["q1", "enumeration", entity, from, upto, page, began] => Some(Self::Enumeration(Enumeration {
                entity: entity.parse().ok()?,
                from: optional(from)?,
                upto: optional(upto)?,
                page: page.parse().ok().filter(|page| *page > 0)?,
                began: optional(began)?,
            })),
            _ => None,
        }
    }
}

impl Enumeration {
    /// From when on rows are asked for.
    pub(super) fn since(self) -> Option<DateTime<Utc>> {
        self.upto
    }

    /// Where to go on after a page of records with these times of change.
    pub(super) fn after(self, began: DateTime<Utc>, times: &[DateTime<Utc>], full: bool, last: bool) -> Place {
        let began_known = Self { began: Some(began), ..self };
        if !full {
            return if last {
                Place::Changes { since: began }
            } else {
                Place::Enumeration(Self { entity: self.entity + 1, upto: self.from, page: 1, ..began_known })
            };
        }
        let second = times.iter().max().map(|at| at.trunc_subsecs(0));
        if times.is_sorted() && second > self.upto.map(|at| at.trunc_subsecs(0)) {
            return Place::Enumeration(Self { upto: second, page: 1, ..began_known });
        }
        Place::Enumeration(Self { page: self.page.saturating_add(1), ..began_known })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn a_cursor_survives_as_text() {
        let started = Place::enumeration(Some(at("2026-11-01T00:00:00Z")));
        let Place::Enumeration(one) = started else { panic!("an enumeration") };
        let midway = one.after(at("2026-11-21T10:00:00Z"), &[at("2026-11-05T00:00:00Z")], true, false);
        for place in [Place::beginning(), started, midway, Place::Changes { since: at("2026-11-21T09:00:00.5Z") }] {
            assert_eq!(Place::read(&place.write()).expect("a cursor"), place);
        }
        for text in ["", "x1||1|done", "q1|changes|", "q1|enumeration|0|||0|", "q1|enumeration|a|||1|", "q2|changes|x"]
        {
            assert!(Place::read(&Cursor::new(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn x9_an_enumeration_moves_by_time_and_ends_where_it_began() {
        let Place::Enumeration(start) = Place::beginning() else { panic!("an enumeration") };
        let began = at("2026-11-21T10:00:00Z");
        let (early, late) = (at("2026-11-01T00:00:00Z"), at("2026-11-02T00:00:00Z"));
        let Place::Enumeration(next) = start.after(began, &[early, late], true, false) else { panic!("goes on") };
        assert_eq!((next.since(), next.page, next.entity), (Some(late), 1, 0));
        // A page within one second, or out of order: by number.
        let Place::Enumeration(same) = next.after(began, &[late, late], true, false) else { panic!("goes on") };
        assert_eq!((same.since(), same.page), (Some(late), 2));
        let Place::Enumeration(odd) = start.after(began, &[late, early], true, false) else { panic!("goes on") };
        assert_eq!((odd.since(), odd.page), (None, 2));
        // A short page ends the entity; the last entity ends the enumeration.
        let later = at("2026-11-21T11:00:00Z");
        let Place::Enumeration(second) = same.after(later, &[], false, false) else { panic!("goes on") };
        assert_eq!((second.entity, second.since(), second.page), (1, None, 1));
        let began_first = second.began.expect("known");
        assert_eq!(second.after(began_first, &[], false, true), Place::Changes { since: later });
    }
}
