//! Rules about the marks that documents get once: as sent, and for delivery.

use std::collections::BTreeSet;

use factory_accounting_core::capability::RecordCapability;
use factory_accounting_core::planned::{Content, Planned, PlannedDocument};
use factory_accounting_core::provider::{Fate, Intent};
use factory_accounting_core::settings::DeliveryMark;

use super::workbench::Workbench;

const DELIVERY: [DeliveryMark; 4] =
    [DeliveryMark::Nothing, DeliveryMark::Print, DeliveryMark::Email, DeliveryMark::PrintAndEmail];

fn marked(planned: &Planned, mark: impl Fn(&mut PlannedDocument)) -> Option<Planned> {
    let Content::Document(document) = &planned.content else { return None };
    let mut document = document.clone();
    mark(&mut document);
    Some(Planned { content: Content::Document(document), ..planned.clone() })
}

/// What goes out for a document, or nothing where it is refused.
fn bytes(own: &Workbench<'_>, planned: Planned) -> Option<String> {
    own.encode(&own.batch(Intent::Create, vec![planned])).ok().map(|encoded| encoded.body)
}

/// The documents among the samples, planned, with what can be done with them. Each stands in the books by then under the
/// suffix given, so that what it needs is there.
fn documents<'a>(own: &'a Workbench<'_>, suffix: &str) -> Vec<(Planned, &'a RecordCapability)> {
    let created = own.create_all(suffix);
    let own = own.provider.capabilities();
    created
        .into_iter()
        .filter_map(|(planned, _)| own.of(planned.key.kind).map(|capability| (planned, capability)))
        .collect()
}

/// A mark that is claimed goes out and is taken; one that is not is refused before anything is sent.
pub fn a_mark_goes_out_where_it_is_claimed_and_is_refused_where_not(own: &Workbench<'_>) {
    for (planned, capability) in documents(own, "m") {
        let Some(sent) = marked(&planned, |document| document.mark_sent = true) else { continue };
        let key = planned.key.clone();
        let plain = bytes(own, planned.clone()).unwrap_or_else(|| panic!("{key} cannot be encoded"));
        match bytes(own, sent) {
            Some(body) => assert!(capability.sent_marks && body != plain, "{key}: the mark as sent does not go out"),
            None => assert!(!capability.sent_marks, "{key}: the mark as sent is claimed, and refused"),
        }
        let mut different = BTreeSet::new();
        for mark in DELIVERY {
            let claimed = capability.delivery_marks.contains(&mark);
            let body = marked(&planned, |document| document.delivery = Some(mark)).and_then(|one| bytes(own, one));
            assert_eq!(body.is_some(), claimed, "{key}: {mark:?}");
            different.extend(body);
        }
        assert_eq!(different.len(), capability.delivery_marks.len(), "{key}: marks that go out alike");
    }
}

/// A document that carries every mark it can is created like any other.
pub fn a_marked_document_is_created(own: &Workbench<'_>) {
    let mut taken = 0;
    for record in own.bench.samples("k") {
        let planned = own.planned(&record);
        let Some(capability) = own.provider.capabilities().of(record.kind()) else { continue };
        let carried = marked(&planned, |document| {
            document.mark_sent = capability.sent_marks;
            document.delivery = capability.delivery_marks.last().copied();
        });
        let carries = capability.sent_marks || !capability.delivery_marks.is_empty();
        let Some(carried) = carried.filter(|_| carries) else {
            own.create(&record);
            continue;
        };
        let report = own.write(Intent::Create, carried);
        let [Fate::Applied(echo)] = report.fates() else { panic!("{}: {report:?}", record.key()) };
        own.adopt(&record, &echo.id);
        taken += 1;
    }
    let claims = |capability: &RecordCapability| capability.sent_marks || !capability.delivery_marks.is_empty();
    assert!(taken > 0 || !own.provider.capabilities().records.values().any(claims), "nothing was marked");
}
