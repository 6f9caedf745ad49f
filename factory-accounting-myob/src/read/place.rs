//! How far a feed has been read.

use chrono::{NaiveDateTime, TimeDelta};
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::Cursor;

use crate::wire::date::{parse_time, time_text};

/// In which zone MYOB takes a time that it is asked by is not known (myob.md 5, 13.15): a day covers every error, and what
/// is read twice is harmless.
const OVERLAP: TimeDelta = TimeDelta::hours(24);
/// Rows that are asked for again at the beginning of the next page: a record that changes between two pages moves to the
/// end and pulls what is behind it forward.
const SHIFT: usize = 50;

/// A place in a feed, which goes through one list after the other, each by time of change after its first reading.
///
/// It moves by time, not by page, wherever it can: only the first reading of a list, and what has changed within one day,
/// is gone through by number of rows. It never moves beyond the times that the rows themselves have had (R42).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Which of the feed's lists.
    list: usize,
    /// Rows to leave out at the beginning of what is asked for.
    skip: usize,
    /// From when on rows are asked for; `None` is the beginning of the books.
    floor: Option<NaiveDateTime>,
    /// The newest change that was seen in the list so far; in its first reading, on the first page that tells one.
    newest: Option<NaiveDateTime>,
    /// By list, up to when everything has been read.
    read: Vec<Option<NaiveDateTime>>,
}

impl Place {
    /// Nothing has been read.
    pub(super) fn beginning(lists: usize) -> Self {
        Self { list: 0, skip: 0, floor: None, newest: None, read: vec![None; lists] }
    }

    pub(super) fn list(&self) -> usize {
        self.list
    }

    pub(super) fn skip(&self) -> usize {
        self.skip
    }

    pub(super) fn floor(&self) -> Option<NaiveDateTime> {
        self.floor
    }

    /// Where to go on after a page of rows that changed at these times, and whether there is more to be read now.
    pub(super) fn after(&self, times: &[Option<NaiveDateTime>], full: bool) -> (Self, bool) {
        let last = times.iter().flatten().copied().max();
        // The first reading is in no order of time: what changes behind it is newer than its first page, and only that is
        // certain (R42).
        let newest = if self.floor.is_none() { self.newest.or(last) } else { self.newest.max(last) };
        let mut next = Self { newest, ..self.clone() };
        if full {
            // Rows without a time are found by no time at all: the first reading, which has them, goes by number.
            let later = last.and_then(|last| last.checked_sub_signed(OVERLAP));
            match later.filter(|later| self.floor.is_some_and(|floor| *later > floor)) {
                Some(later) => (next.floor, next.skip) = (Some(later), 0),
                None => next.skip = self.skip.saturating_add(times.len() - SHIFT.min(times.len() / 2)),
            }
            return (next, true);
        }
        if let Some(read) = next.read.get_mut(self.list) {
            *read = newest.or(*read);
        }
        next.list = if self.list + 1 < self.read.len() { self.list + 1 } else { 0 };
        next.skip = 0;
        next.newest = None;
        next.floor = next.read.get(next.list).copied().flatten().and_then(|read| read.checked_sub_signed(OVERLAP));
        let more = next.list != 0;
        (next, more)
    }

    pub(super) fn write(&self) -> Cursor {
        let text = |time: Option<NaiveDateTime>| time.map(time_text).unwrap_or_default();
        let read: Vec<String> = self.read.iter().copied().map(text).collect();
        let (floor, newest) = (text(self.floor), text(self.newest));
        Cursor::new(format!("m1|{}|{}|{floor}|{newest}|{}", self.list, self.skip, read.join(",")))
    }

    pub(super) fn read(cursor: &Cursor, lists: usize) -> Result<Self, ProviderError> {
        Self::parse(cursor.as_str(), lists).ok_or_else(|| {
            let message =
                format!("the cursor {:?} is not one of this provider's: read from the beginning", cursor.as_str());
            ProviderError::new(ErrorKind::Internal, message)
        })
    }

    fn parse(text: &str, lists: usize) -> Option<Self> {
        let optional = |text: &str| if text.is_empty() { Some(None) } else { parse_time(text).map(Some) };
        let ["m1", list, skip, floor, newest, read] = text.split('|').collect::<Vec<_>>()[..] else { return None };
        let read: Vec<_> = read.split(',').map(optional).collect::<Option<_>>()?;
        let list = list.parse().ok().filter(|list| *list < lists)?;
        let place = Self { list, skip: skip.parse().ok()?, floor: optional(floor)?, newest: optional(newest)?, read };
        (place.read.len() == lists).then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        parse_time(text).expect("a time")
    }

    #[test]
    fn a_place_survives_as_text_and_nothing_else_is_one() {
        let place = Place {
            list: 1,
            skip: 950,
            floor: Some(at("2026-11-20T10:00:00")),
            newest: None,
            read: vec![Some(at("2026-11-21T10:00:00.25")), None],
        };
        let text = place.write();
        assert_eq!(text.as_str(), "m1|1|950|2026-11-20T10:00:00.000||2026-11-21T10:00:00.250,");
        assert_eq!(Place::read(&text, 2).expect("a place"), place);
        assert_eq!(Place::read(&Place::beginning(5).write(), 5).expect("a place"), Place::beginning(5));
        for odd in ["", "q1|1|0||,", "m1|2|0|||,", "m1|0|x|||,", "m1|0|0|soon||,", "m1|0|0|||", "m1|0|0|||,|"] {
            assert!(Place::read(&Cursor::new(odd), 2).is_err(), "{odd}");
        }
    }

    #[test]
    fn r42_a_pass_ends_where_its_rows_ended_and_the_next_begins_a_day_before() {
        let times = [None, Some(at("2026-11-21T09:00:00")), Some(at("2026-11-21T10:00:00"))];
        let (second, more) = Place::beginning(2).after(&times, false);
        assert_eq!((second.list, second.floor, more), (1, None, true));
        let (again, more) = second.after(&[], false);
        assert_eq!((again.list, again.floor, more), (0, Some(at("2026-11-20T10:00:00")), false));
        // A pass without rows moves nothing.
        let (third, _) = again.after(&[], false);
        assert_eq!(third.after(&[], false).0, again);
    }

    #[test]
    fn the_first_pass_goes_by_number_and_every_other_by_time() {
        let page: Vec<_> =
            (0..1_000).map(|minute| Some(at("2026-11-01T00:00:00") + TimeDelta::hours(minute))).collect();
        let (next, more) = Place::beginning(1).after(&page, true);
        assert_eq!((next.floor, next.skip, more), (None, 950, true));
        // Its pages are in no order of time: only what the first one had is certain to be read.
        let (last, _) = next.after(&[Some(at("2026-12-31T00:00:00"))], false);
        assert_eq!(last.read, [page[999]]);
        let followed = Place { floor: Some(at("2026-11-01T00:00:00")), ..Place::beginning(1) };
        let (next, _) = followed.after(&page, true);
        assert_eq!((next.floor, next.skip), (Some(at("2026-12-11T15:00:00")), 0));
        // More within one day than a page holds.
        let day = vec![Some(at("2026-11-01T10:00:00")); 1_000];
        let (next, _) = followed.after(&day, true);
        assert_eq!((next.floor, next.skip), (followed.floor, 950));
        // One row a page still goes on.
        assert_eq!(Place::beginning(1).after(&[None], true).0.skip, 1);
    }
}
