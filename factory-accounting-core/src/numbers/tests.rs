//! The rules over blocks, and the report over any of them.

use std::convert::Infallible;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::gaps::{self, Hand, Span, Used};
use super::*;
use crate::ids::{BlockId, DeviceId, LocalId};
use crate::model::{RecordKey, RecordKind};
use crate::settings::NumberSeries;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

fn act() -> Act {
    Act { by: "Ann".to_owned(), at: at(9) }
}

fn request(start: u64, size: u32) -> LeaseRequest {
    LeaseRequest {
        kind: RecordKind::Invoice,
        series: NumberSeries { prefix: "INV-".to_owned(), start, width: 4, block: 25 },
        device: DeviceId::from("phone"),
        request: "1".to_owned(),
        size,
    }
}

fn state(used: u64, gone: bool, reclaimed: bool) -> BlockState {
    let block = Block {
        id: BlockId(3),
        kind: RecordKind::Invoice,
        prefix: "INV-".to_owned(),
        width: 4,
        first: 1,
        last: 25,
        device: DeviceId::from("phone"),
        leased_at: at(1),
    };
    let mut state = BlockState::new(block, "1".to_owned());
    state.used = used;
    state.gone = gone.then(act);
    state.reclaimed = reclaimed.then(act);
    state
}

#[test]
fn a_lease_follows_what_was_given_last_and_never_begins_below_the_start() {
    // start, next, free, size, first, last, taken back
    for (start, next, free, size, expected) in [
        (1, None, None, 25, (1, 25, false)),
        (1_000, None, None, 25, (1_000, 1_024, false)),
        (1, Some(26), None, 25, (26, 50, false)),
        (100, Some(26), None, 1, (100, 100, false)),
        (1, Some(26), Some((3, 9)), 25, (3, 9, true)),
        (1, Some(26), Some((3, 9)), 2, (3, 4, true)),
        (5, Some(26), Some((3, 9)), 2, (5, 6, true)),
        (10, Some(26), Some((3, 9)), 2, (26, 27, false)),
    ] {
        let allotted = allot(&request(start, size), next, free).expect("numbers");
        assert_eq!((allotted.first, allotted.last, allotted.reclaimed), expected, "{start} {next:?} {free:?} {size}");
    }
}

#[test]
fn a_series_that_has_come_to_its_end_says_so() {
    let refused = allot(&request(1, 25), Some(LARGEST - 24), None).expect_err("too few");
    assert!(matches!(refused, NumberError::Exhausted { wanted: 25, .. }), "{refused}");
    assert!(refused.to_string().contains("choose another prefix"));
    assert!(allot(&request(1, 24), Some(LARGEST - 24), None).is_ok());
}

#[test]
fn every_standing_of_a_lease_is_judged() {
    let asked = request(1, 25);
    assert_eq!(admit_lease(&asked, None, None), Ok(None));
    assert_eq!(admit_lease(&asked, None, Some(&state(0, false, false))), Ok(Some(state(0, false, false).block)));
    for used in [state(1, false, false), state(25, false, false)] {
        let refused = admit_lease(&asked, None, Some(&used)).expect_err("it has used them");
        assert!(matches!(refused, NumberError::RequestReused { .. }), "{refused}");
    }
    let for_quotes = LeaseRequest { kind: RecordKind::Quote, ..request(1, 25) };
    assert!(admit_lease(&for_quotes, None, Some(&state(0, false, false))).is_err());
    for known in [None, Some(state(0, true, false)), Some(state(3, true, true))] {
        let refused = admit_lease(&asked, Some(&act()), known.as_ref()).expect_err("it is gone");
        assert!(matches!(&refused, NumberError::DeviceGone { by, .. } if by == "Ann"), "{refused}");
    }
    for size in [0, LARGEST_BLOCK + 1] {
        assert!(admit_lease(&request(1, size), None, None).is_err(), "{size}");
    }
}

#[test]
fn every_standing_of_a_use_is_judged() {
    let document = RecordKey::new(RecordKind::Invoice, "one");
    let other = RecordKey::new(RecordKind::Invoice, "two");
    let (phone, tablet) = (DeviceId::from("phone"), DeviceId::from("tablet"));
    let blocks = [None, Some(state(0, false, false)), Some(state(0, true, false)), Some(state(0, true, true))];
    for (at, own) in blocks.iter().enumerate() {
        let judged = |holder: Option<&RecordKey>| {
            let standing = Standing { holder, own: own.as_ref(), leased_to: Some(&tablet) };
            admit_use("INV-0007", &document, &phone, standing)
        };
        assert_eq!(judged(Some(&document)), Ok(false), "told again");
        assert!(matches!(judged(Some(&other)), Err(NumberError::Taken { .. })));
        match (at, judged(None)) {
            (0, Err(NumberError::NotLeased { holder, .. })) => assert_eq!(holder.as_ref(), Some(&tablet)),
            (1 | 2, Ok(true)) | (3, Err(NumberError::Reclaimed { .. })) => {}
            (_, verdict) => panic!("{own:?}: {verdict:?}"),
        }
    }
}

#[test]
fn only_what_a_device_that_is_gone_has_left_is_taken_back_and_once() {
    assert!(matches!(admit_reclaim(&state(0, false, false)), Err(NumberError::DeviceInUse { .. })));
    assert_eq!(admit_reclaim(&state(0, true, false)), Ok(true));
    assert_eq!(admit_reclaim(&state(0, true, true)), Ok(false));
}

#[test]
fn what_is_left_of_a_range() {
    let left = |used: &[u64]| unused(3, 7, used.iter().copied());
    assert_eq!(left(&[]), [(3, 7)]);
    assert_eq!(left(&[3]), [(4, 7)]);
    assert_eq!(left(&[7]), [(3, 6)]);
    assert_eq!(left(&[4, 6]), [(3, 3), (5, 5), (7, 7)]);
    assert_eq!(left(&[3, 4, 5, 6, 7]), []);
}

/// What one number of a made-up run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Used,
    Voided,
    Open,
}

/// A run as a list of spans with the fate of each number: 0 a device's, 1 a device's that is gone, 2 free, 3 nobody ever had.
fn runs() -> impl Strategy<Value = Vec<(u8, Vec<Fate>)>> {
    let fate = prop_oneof![Just(Fate::Used), Just(Fate::Used), Just(Fate::Voided), Just(Fate::Open)];
    prop::collection::vec((0..4_u8, prop::collection::vec(fate, 1..6)), 1..8)
}

proptest! {
    /// The report agrees with a look at each number on its own.
    #[test]
    fn f80_every_missing_number_is_explained_once(run in runs(), cut in (0..12_u64, 0..12_u64), limit in 0..4_usize) {
        let (mut spans, mut uses, mut single) = (Vec::new(), Vec::new(), Vec::new());
        let mut value = 10;
        for (index, (hand, fates)) in run.iter().enumerate() {
            let first = value;
            for fate in fates {
                // What was taken back has no uses, or it would not be free.
                let fate = if *hand == 2 { Fate::Open } else { *fate };
                let voided = (fate == Fate::Voided).then(|| at(4));
                if fate != Fate::Open {
                    uses.push(Used { value, document: LocalId::from(value.to_string()), voided });
                }
                single.push((value, *hand, fate));
                value += 1;
            }
            let device = DeviceId::from(format!("d{index}"));
            let used = fates.iter().filter(|fate| **fate != Fate::Open).count() as u64;
            let voided = fates.iter().filter(|fate| **fate == Fate::Voided).count() as u64;
            let hand = match hand {
                0 | 1 => Hand::Device { device, since: at(1), gone: (*hand == 1).then(act), used, voided },
                2 => Hand::Nobody(act()),
                _ => continue,
            };
            spans.push(Span { first, last: value - 1, hand });
        }
        let range = (10 + cut.0.min(value - 11), (value - 1).saturating_sub(cut.1).max(10 + cut.0.min(value - 11)));
        let read = |first, last, each: &mut dyn FnMut(Used)| {
            uses.iter().filter(|used| (first..=last).contains(&used.value)).cloned().for_each(each);
            Ok::<(), Infallible>(())
        };
        let whole = gaps::report(range, spans.clone().into_iter().map(Ok), read, 0).expect("a report");
        let mut expected = NumberTotals::default();
        for (value, hand, fate) in single.iter().filter(|(value, ..)| (range.0..=range.1).contains(value)) {
            let gap = whole.gaps.iter().find(|gap| (gap.first..=gap.last).contains(value)).map(|gap| &gap.why);
            match (fate, hand, gap) {
                (Fate::Used, _, None) => expected.used += 1,
                (Fate::Voided, _, Some(GapReason::Voided { .. })) => expected.voided += 1,
                (Fate::Open, 0, Some(GapReason::Leased { .. })) => expected.leased += 1,
                (Fate::Open, 1, Some(GapReason::Abandoned { .. })) => expected.abandoned += 1,
                (Fate::Open, 2, Some(GapReason::Reclaimed(_))) => expected.reclaimed += 1,
                (Fate::Open, 3, Some(GapReason::Skipped)) => expected.skipped += 1,
                other => prop_assert!(false, "{value}: {other:?}"),
            }
        }
        prop_assert_eq!(whole.totals, expected);
        prop_assert_eq!(whole.totals.all(), range.1 - range.0 + 1);
        prop_assert!(whole.gaps.windows(2).all(|pair| pair[0].last < pair[1].first));
        // A limit cuts the list and nothing else; what follows goes on where it was cut.
        let read = |first, last, each: &mut dyn FnMut(Used)| {
            uses.iter().filter(|used| (first..=last).contains(&used.value)).cloned().for_each(each);
            Ok::<(), Infallible>(())
        };
        let cut = gaps::report(range, spans.into_iter().map(Ok), read, limit).expect("a report");
        let shown = if limit == 0 { whole.gaps.len() } else { whole.gaps.len().min(limit) };
        prop_assert_eq!((&cut.totals, cut.gaps.len()), (&whole.totals, shown));
        prop_assert_eq!(cut.more, whole.gaps.get(shown).map(|gap| gap.first));
    }
}

#[test]
fn every_reason_is_one_line_that_a_person_understands() {
    let (device, since) = (DeviceId::from("phone 7"), at(0));
    let reasons = [
        GapReason::Leased { device: device.clone(), since },
        GapReason::Abandoned { device, gone: act() },
        GapReason::Reclaimed(act()),
        GapReason::Skipped,
        GapReason::Voided { document: LocalId::from("inv-17"), since },
    ];
    let texts: Vec<String> = reasons.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "with device phone 7 since 1970-01-01",
            "lost with device phone 7, declared gone by Ann on 1970-01-01",
            "taken back by Ann on 1970-01-01, given with the next block",
            "never given: the start of the series was raised",
            "of document inv-17, voided on 1970-01-01",
        ]
    );
}
