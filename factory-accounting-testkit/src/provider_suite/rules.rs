//! The rules. Each is a function that panics where the provider breaks it.

use std::collections::BTreeSet;
use std::pin::pin;

use bytes::Bytes;
use factory_accounting_core::capability::TaxAuthority;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::planned::Content;
use factory_accounting_core::provider::{ChangeFeed, Fate, Intent, NewAttachment, ProbeTarget};
use http::Response;

use super::Removed;
use super::workbench::Workbench;
use crate::wire::Wire;

fn answer(status: u16, media_type: &str, body: &'static str) -> Wire {
    let head = Response::builder().status(status).header("content-type", media_type);
    Wire::Answer(head.body(Bytes::from_static(body.as_bytes())).unwrap_or_default())
}

/// As few requests as the package allows, and an answer that planning can work with.
pub fn the_organisation_is_read_in_at_most_two_calls(own: &Workbench<'_>) {
    let before = own.bench.requests();
    let organisation = own.run(own.provider.organisation()).unwrap_or_else(|error| panic!("{error}"));
    assert!((before + 1..=before + 2).contains(&own.bench.requests()), "{} requests", own.bench.requests() - before);
    assert!(!organisation.name.is_empty() && !organisation.id.as_str().is_empty());
}

/// The same batch makes the same bytes, and none of it calls.
pub fn encoding_is_pure_and_equal(own: &Workbench<'_>) {
    for record in own.bench.samples("p") {
        own.create(&record);
        let batch = own.batch(Intent::Create, vec![own.planned(&record)]);
        let before = own.bench.requests();
        let first = own.encode(&batch).unwrap_or_else(|error| panic!("{error}"));
        own.bench.clock().advance(std::time::Duration::from_secs(3_600));
        assert_eq!(Ok(&first), own.encode(&batch).as_ref(), "{}", record.key());
        assert_eq!((first.members, first.kind, first.intent), (1, record.kind(), Intent::Create));
        assert_eq!(own.bench.requests(), before);
    }
}

/// Every kind with a claimed create has a sample, is created, and comes to the predicted totals.
pub fn a_claimed_kind_can_be_created_and_comes_to_what_was_predicted(own: &Workbench<'_>) {
    let created = own.create_all("c");
    for (planned, echo) in &created {
        assert!(!echo.id.as_str().is_empty());
        if let Content::Document(document) = &planned.content {
            match document.tax_authority {
                // What the package reckons itself is not predicted (R17).
                TaxAuthority::Package => {
                    let subtotal = echo.totals.map(|totals| totals.subtotal);
                    assert_eq!(subtotal, Some(document.totals.subtotal), "{}", planned.key);
                }
                TaxAuthority::WithinTotal => {
                    let total = echo.totals.map(|totals| totals.total);
                    assert_eq!(total, Some(document.totals.total), "{}", planned.key);
                }
                _ => assert_eq!(echo.totals, Some(document.totals), "{}", planned.key),
            }
        }
    }
    let kinds: BTreeSet<RecordKind> = created.iter().map(|(planned, _)| planned.key.kind).collect();
    for (kind, capability) in &own.provider.capabilities().records {
        // Allocations are cut out of credit notes by the engine; the host has no such record.
        let claimed = capability.create > 0 && *kind != RecordKind::Allocation;
        assert!(!claimed || kinds.contains(kind), "{kind} is claimed, and there is no sample of it");
    }
}

/// What the capabilities do not list is refused before anything is sent.
pub fn a_kind_that_is_not_listed_is_refused_without_a_call(own: &Workbench<'_>) {
    let Some(sample) = own.bench.samples("d").into_iter().next() else { panic!("no samples") };
    let planned = own.planned(&sample);
    let before = own.bench.requests();
    for kind in RecordKind::ALL.into_iter().filter(|kind| own.provider.capabilities().of(*kind).is_none()) {
        let mut batch = own.batch(Intent::Create, vec![planned.clone()]);
        batch.kind = kind;
        batch.members.iter_mut().for_each(|member| member.key.kind = kind);
        assert!(own.encode(&batch).is_err(), "{kind} is not claimed, and yet encoded");
        assert!(
            own.run(own.provider.fetch(kind, &[RemoteId::new("x")])).is_err(),
            "{kind} is not claimed, and yet fetched"
        );
    }
    assert_eq!(own.bench.requests(), before);
}

/// More members than the capability allows are refused before anything is sent.
pub fn a_batch_beyond_the_capability_is_refused_without_a_call(own: &Workbench<'_>) {
    for record in own.bench.samples("b") {
        let (planned, _) = own.create(&record);
        let most = own.provider.capabilities().of(record.kind()).map_or(0, |capability| capability.create);
        let before = own.bench.requests();
        assert!(own.encode(&own.batch(Intent::Create, vec![planned; most + 1])).is_err(), "{}", record.kind());
        assert_eq!(own.bench.requests(), before);
    }
}

/// A broken connection, silence, a gateway's page, a failure, nothing: one request each, and nothing is claimed.
pub fn a_write_leaves_once_whatever_comes_back(own: &Workbench<'_>) {
    let Some(sample) = own.bench.samples("w").into_iter().next() else { panic!("no samples") };
    for wire in [
        Wire::Dropped,
        Wire::Silence,
        answer(500, "text/html", "<html>failure</html>"),
        answer(502, "text/html", "<html>bad gateway</html>"),
        answer(200, "text/html", "<html>sign in</html>"),
        answer(200, "application/json", "{\"half\":"),
        answer(200, "application/json", ""),
        answer(408, "text/plain", "too slow"),
    ] {
        let told = format!("{wire:?}");
        own.bench.next_request_meets(wire);
        let before = own.bench.requests();
        let report = own.write(Intent::Create, own.planned(&sample));
        assert_eq!(own.bench.requests(), before + 1, "{told}");
        assert!(matches!(report.fates(), [Fate::Unknown(_)]), "{told}: {report:?}");
    }
}

/// Only a connection that never came about proves that nothing was sent.
pub fn a_write_that_never_left_is_not_applied(own: &Workbench<'_>) {
    let Some(sample) = own.bench.samples("n").into_iter().next() else { panic!("no samples") };
    let planned = own.planned(&sample);
    let encoded = own.encode(&own.batch(Intent::Create, vec![planned])).unwrap_or_else(|error| panic!("{error}"));
    // It may be tried again inside the call; in the end it is written, or provably not.
    own.bench.next_request_meets(Wire::Refused);
    let report = own.run(own.provider.write(&encoded));
    assert!(!matches!(report.fates(), [Fate::Unknown(_)]), "{report:?}");
}

/// A refusal for a limit proves that nothing was done, and asks to wait.
pub fn a_limit_reached_is_not_applied(own: &Workbench<'_>) {
    let Some(sample) = own.bench.samples("l").into_iter().next() else { panic!("no samples") };
    let head = Response::builder().status(429).header("retry-after", "26");
    own.bench.next_request_meets(Wire::Answer(head.body(Bytes::new()).unwrap_or_default()));
    let report = own.write(Intent::Create, own.planned(&sample));
    let [Fate::NotApplied(error)] = report.fates() else { panic!("{report:?}") };
    assert_eq!(error.kind(), factory_accounting_core::error::ErrorKind::Throttled);
    assert_eq!(error.retry_after().map(|wait| wait.as_secs()), Some(26));
}

/// Within the replay window the first answer comes again.
pub fn the_same_bytes_under_the_same_key_are_one_record(own: &Workbench<'_>) {
    if own.provider.capabilities().replay_window.is_none() {
        return;
    }
    for record in own.bench.samples("r") {
        let encoded = own.encode(&own.batch(Intent::Create, vec![own.planned(&record)]));
        let encoded = encoded.unwrap_or_else(|error| panic!("{error}"));
        let ids: Vec<RemoteId> = (0..3)
            .map(|_| match own.run(own.provider.write(&encoded)).fates() {
                [Fate::Applied(echo)] => echo.id.clone(),
                other => panic!("{}: {other:?}", record.key()),
            })
            .collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "{}: {ids:?}", record.key());
        // Linked, so that the samples that need it can be planned: under a key of its own it would be another record.
        own.adopt(&record, &ids[0]);
    }
}

fn probed(own: &Workbench<'_>, target: &ProbeTarget) -> Vec<factory_accounting_core::provider::RemoteRecord> {
    let found = own.run(own.provider.probe(std::slice::from_ref(target)));
    let mut found = found.unwrap_or_else(|error| panic!("probe of {}: {error}", target.kind));
    assert_eq!(found.len(), 1, "one list per target");
    found.remove(0)
}

/// Exactly the one; a marker that only resembles it finds nothing.
pub fn a_probe_finds_what_was_written_and_nothing_like_it(own: &Workbench<'_>) {
    for (planned, echo) in own.create_all("f") {
        let found = probed(own, &planned.probe);
        assert_eq!(found.iter().map(|record| &record.id).collect::<Vec<_>>(), [&echo.id], "{}", planned.key);
        if planned.key.kind == RecordKind::Allocation {
            continue;
        }
        let marker = planned.probe.marker.get(..planned.probe.marker.len() - 1).unwrap_or_default().to_owned();
        // Records of the same name may be among what is found: they are told apart by whoever asked.
        let like = ProbeTarget { marker, name: None, ..planned.probe.clone() };
        assert!(probed(own, &like).iter().all(|record| record.id != echo.id), "{}", planned.key);
    }
}

/// Voided records are found, as gone; what is deleted without a trace is not found, and that is no error.
pub fn a_probe_finds_what_is_gone_too(own: &Workbench<'_>) {
    let mut looked = 0;
    for (planned, echo) in own.create_all("g").into_iter().rev() {
        let Some(removed) = own.bench.person_removes(planned.key.kind, &echo.id) else { continue };
        let found = probed(own, &planned.probe);
        let found = found.iter().find(|record| record.id == echo.id);
        let fits = match removed {
            Removed::Marked => found.is_some_and(|record| record.status.is_gone()),
            Removed::Erased => found.is_none() && own.fetched(planned.key.kind, &echo).is_none(),
        };
        assert!(fits, "{}: {removed:?}, and found is {found:?}", planned.key);
        looked += 1;
    }
    assert!(looked > 0, "a person can remove nothing: nothing was proven");
}

/// The order of the ids, and `None` where there is nothing.
pub fn a_fetch_answers_in_order_and_says_what_is_not_there(own: &Workbench<'_>) {
    for (planned, echo) in own.create_all("o") {
        let kind = planned.key.kind;
        if own.provider.capabilities().of(kind).is_none_or(|capability| capability.fetch == 0) {
            continue;
        }
        let nobody = RemoteId::new("7d0c7d8e-6f0a-4f3c-9a59-0f1d6c5b4a39");
        let mut found =
            own.run(own.provider.fetch(kind, std::slice::from_ref(&nobody))).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(found.pop(), Some(None), "{kind}");
        let found = own.fetched(kind, &echo).unwrap_or_else(|| panic!("{} is not there", planned.key));
        assert_eq!((found.id, found.kind), (echo.id, kind));
    }
}

/// Where a void is claimed, the record counts no more afterwards.
pub fn a_claimed_void_works(own: &Workbench<'_>) {
    let mut voided = BTreeSet::new();
    for (planned, echo) in own.create_all("v").into_iter().rev() {
        let kind = planned.key.kind;
        if own.provider.capabilities().of(kind).is_none_or(|capability| capability.void == 0) {
            continue;
        }
        let base = own.fetched(kind, &echo).unwrap_or_else(|| panic!("{} is not there", planned.key));
        let report = own.void(&planned, base);
        assert!(matches!(report.fates(), [Fate::Applied(_)]), "{}: {report:?}", planned.key);
        let left = own.fetched(kind, &echo);
        let archived = factory_accounting_core::provider::RemoteStatus::Archived;
        let gone = left.is_none_or(|record| record.status.is_gone() || record.status == archived);
        assert!(gone, "{} still counts", planned.key);
        voided.insert(kind);
    }
    assert!(!voided.is_empty(), "no void is claimed for anything: nothing was proven");
}

/// Whatever is written after a cursor was given out is found behind it.
pub fn changes_are_never_skipped(own: &Workbench<'_>) {
    let read = |feed, mut cursor| {
        let mut ids = BTreeSet::new();
        for _ in 0..50 {
            let page = match own.run(own.provider.changes(feed, Option::as_ref(&cursor))) {
                Ok(page) => page,
                Err(error) if error.kind() == factory_accounting_core::error::ErrorKind::Unsupported => break,
                Err(error) => panic!("{feed:?}: {error}"),
            };
            ids.extend(page.records.iter().map(|record| record.id.clone()));
            let moved = page.next.is_some() && page.next != cursor;
            cursor = page.next.or(cursor);
            if !page.more || !moved {
                break;
            }
        }
        (ids, cursor)
    };
    let first = own.create_all("1");
    let feeds = own.provider.capabilities().feeds;
    let cursors: Vec<_> = feeds.iter().map(|feed| (*feed, read(*feed, None))).collect();
    own.bench.clock().advance(std::time::Duration::from_secs(5));
    let second = own.create_all("2");
    for (feed, (seen, cursor)) in cursors {
        let (later, _) = read(feed, cursor);
        let belongs = |kind: RecordKind| {
            matches!(
                (feed, kind),
                (ChangeFeed::Parties, RecordKind::Customer | RecordKind::Supplier)
                    | (ChangeFeed::Invoices, RecordKind::Invoice | RecordKind::Bill)
                    | (ChangeFeed::CreditNotes, RecordKind::CreditNote)
                    | (ChangeFeed::Payments, RecordKind::Payment)
            )
        };
        for (planned, echo) in first.iter().filter(|(planned, _)| belongs(planned.key.kind)) {
            assert!(seen.contains(&echo.id), "{feed:?} skips {}", planned.key);
        }
        for (planned, echo) in second.iter().filter(|(planned, _)| belongs(planned.key.kind)) {
            assert!(later.contains(&echo.id), "{feed:?} skips {}", planned.key);
        }
    }
}

/// Where attachments are claimed, bytes come back as they went.
pub fn an_attached_file_comes_back_as_it_was(own: &Workbench<'_>) {
    let content = Bytes::from_static(b"%PDF-1.4 a drawing");
    for (planned, echo) in own.create_all("x") {
        let kind = planned.key.kind;
        if !own.provider.capabilities().of(kind).is_some_and(|capability| capability.attachments) {
            continue;
        }
        let file = NewAttachment {
            name: "drawing.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            content: content.clone(),
            show_to_party: false,
        };
        let attached =
            own.run(own.provider.attach(kind, &echo.id, file)).unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(attached.name, "drawing.pdf");
        let listed =
            own.run(own.provider.attachments(kind, &echo.id)).unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(listed.len(), 1, "{kind}");
        let bytes = own.run(async {
            let mut stream = own
                .provider
                .download(kind, &echo.id, &listed[0])
                .await
                .unwrap_or_else(|error| panic!("{kind}: {error}"));
            let mut bytes = Vec::new();
            while let Some(chunk) = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await {
                bytes.extend_from_slice(&chunk.unwrap_or_else(|error| panic!("{kind}: {error}")));
            }
            bytes
        });
        assert_eq!(bytes, content, "{kind}");
    }
}

/// A verb that is dropped at its first wait does not spoil the next.
pub fn a_dropped_verb_leaves_the_provider_usable(own: &Workbench<'_>) {
    for _ in 0..3 {
        own.bench.next_request_meets(Wire::Silence);
        let verb = pin!(own.provider.organisation());
        let clock = own.bench.clock();
        drop(clock.poll_until(verb, || true));
    }
    own.run(own.provider.organisation()).unwrap_or_else(|error| panic!("{error}"));
}

/// Planted secrets are in no `Debug` and no error.
pub fn no_secret_is_in_any_debug_or_error(own: &Workbench<'_>) {
    let mut told = vec![format!("{:?}", own.provider)];
    for wire in [
        Wire::Dropped,
        answer(401, "application/json", "{}"),
        answer(403, "application/json", "{}"),
        answer(500, "text/html", "<p>"),
    ] {
        own.bench.next_request_meets(wire);
        if let Err(error) = own.run(own.provider.fetch(RecordKind::Customer, &[RemoteId::new("x")])) {
            told.push(format!("{error} {error:?}"));
        }
    }
    let secrets = own.bench.secrets();
    assert!(!secrets.is_empty(), "no secret was planted: nothing was proven");
    for secret in secrets {
        assert!(told.iter().all(|text| !text.contains(&secret)), "a secret is told: {told:#?}");
    }
}
