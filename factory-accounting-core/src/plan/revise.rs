//! What an update or a void comes to, given the record as the books hold it now.

use crate::capability::Editable;
use crate::code::{Code, Parked};
use crate::model::{QuoteStage, RecordKey, RecordKind};
use crate::planned::{Changes, Content, Planned, PlannedDocument, PlannedLine, TargetStatus};
use crate::provider::{RemoteLine, RemoteRecord, RemoteStatus};
use crate::rules;
use crate::store::Link;

use super::document::quote_advances;
use super::draft::Draft;
use super::{Context, addressee, marks};

/// What an update comes to.
#[derive(Clone, Debug)]
pub enum Revision {
    /// Write these parts; line ids are filled in.
    Update {
        /// What to write.
        content: Content,
        /// Which parts.
        changes: Changes,
    },
    /// The books show it already.
    Unchanged,
    /// A person must look.
    Park(Parked),
}

/// Compares what the books are to show with what they hold, and allows what may be changed (F71, F82, R11, R39, R44).
#[must_use]
pub fn revise(key: &RecordKey, name: &str, draft: &Draft, base: &RemoteRecord, context: &Context<'_>) -> Revision {
    if base.status.is_gone() {
        let reason =
            format!("{} {name:?} was deleted or voided in {}; it is not brought back", key.kind, context.package);
        let parked = Parked::new(Code::RemoteGone, reason).with_candidates([super::evidence::candidate(base)]);
        return Revision::Park(until_relinked(parked, key));
    }
    if base.status == RemoteStatus::Archived {
        let survivor = base.merged_into.as_ref().map(|id| format!(", merged into {id}")).unwrap_or_default();
        let reason = format!("{} {name:?} is archived in {}{survivor}", key.kind, context.package);
        let parked = Parked::new(Code::of_archived(key.kind), reason);
        return Revision::Park(until_relinked(parked.with_candidates([super::evidence::candidate(base)]), key));
    }
    let Some(capability) = context.capabilities.of(key.kind).filter(|capability| capability.update > 0) else {
        let reason = format!("{} cannot change a {} that it holds: {name:?}", context.package, key.kind);
        return Revision::Park(
            Parked::new(Code::Unsupported, reason).with_candidates([super::evidence::candidate(base)]),
        );
    };
    match &draft.content {
        Content::Document(document) => {
            revise_document(key, name, document, base, capability.editable_when_settled, context)
        }
        content @ (Content::Party(_) | Content::Item(_) | Content::Job(_)) => Revision::Update {
            content: content.clone(),
            changes: Changes { lines: false, status: false, header: true },
        },
        Content::Payment(_) | Content::Allocation(_) | Content::Void => {
            if super::evidence::same(&draft.content, &draft.probe, base).is_empty() {
                return Revision::Unchanged;
            }
            let reason = format!("{} cannot change a {} once it is made: {name:?}", context.package, key.kind);
            Revision::Park(Parked::new(Code::Unsupported, reason))
        }
    }
}

/// A party, item or job that is out of use goes on once another of the package's is linked to it (R29).
fn until_relinked(parked: Parked, key: &RecordKey) -> Parked {
    let named_by_others = key.kind.is_named_by_others();
    if named_by_others { parked.until_linked(key.clone()) } else { parked }
}

fn revise_document(
    key: &RecordKey,
    name: &str,
    document: &PlannedDocument,
    base: &RemoteRecord,
    editable: Editable,
    context: &Context<'_>,
) -> Revision {
    let document: &PlannedDocument = &addressee::as_held(document, base, context);
    let rules = &context.capabilities.amounts;
    let remote_lines = base.lines.as_deref().unwrap_or_default();
    let differences = rules::line_differences(&document.lines, remote_lines, rules);
    let header = header_differences(document, base);
    let mut changes = Changes {
        header: !header.is_empty(),
        lines: differences.any() || document.tax_mode != base.tax_mode.unwrap_or(document.tax_mode),
        status: status_change(&document.status, &base.status),
    };
    // An order's document that becomes its invoice is written for the first time as one.
    let taken_over = key.kind == RecordKind::Invoice && context.link(key).is_none();
    let marked_now = taken_over || changes.status;
    if !changes.any() {
        let written = context.link(key).is_some_and(|link| link.fingerprint.is_some());
        changes = if written { unseen(document) } else { Changes::NONE };
    }
    let currency = base.currency.unwrap_or(document.currency);
    let lock = rules::edit_lock(
        key.kind,
        &base.status,
        base.settled.as_ref(),
        currency,
        base.updated_at.unwrap_or_default(),
        editable,
    );
    if !changes.any() {
        if !(taken_over && document.mark_sent && lock.is_none()) {
            return Revision::Unchanged;
        }
        changes.status = true;
    }
    if let Some(lock) = lock {
        let fixed = header.iter().any(|field| matches!(*field, "date" | "currency"));
        let touches_money =
            differences.pricing || fixed || document.tax_mode != base.tax_mode.unwrap_or(document.tax_mode);
        if touches_money || lock.scope == rules::LockScope::Everything {
            let mut details = differences.details.clone();
            details.extend(header.iter().map(|field| format!("{field} would change")));
            let reason = format!("{} {name:?}: {}", key.kind, lock.reason);
            let issues = details.into_iter().map(|detail| crate::error::Issue::new("lines", detail));
            return Revision::Park(
                Parked::new(Code::Locked, reason)
                    .with_issues(issues)
                    .with_candidates([super::evidence::candidate(base)]),
            );
        }
    }
    let lines = align(&document.lines, remote_lines);
    let source = document.source.clone().or_else(|| super::source::held(key.kind, base));
    let mut document = PlannedDocument { lines, source, ..document.clone() };
    marks::of_update(&mut document, marked_now);
    Revision::Update { content: Content::Document(Box::new(document)), changes }
}

/// Parts of a document that the books do not tell. Where nothing else differs from what was last written, one of these does:
/// what is asked for is never the same as what was written, or there would be nothing to compare.
fn unseen(document: &PlannedDocument) -> Changes {
    let texts = document.title.is_some() || document.summary.is_some() || document.terms.is_some();
    let jobs = document.lines.iter().filter_map(|line| line.charge.as_ref()).any(|charge| !charge.jobs.is_empty());
    Changes { header: texts, lines: jobs, status: false }
}

/// Names of owned header fields that differ. What the books do not tell is not compared.
fn header_differences(document: &PlannedDocument, base: &RemoteRecord) -> Vec<&'static str> {
    let mut fields = Vec::new();
    let mut differs = |name, different: bool| {
        if different {
            fields.push(name);
        }
    };
    differs("number", document.number.is_some() && document.number != base.number);
    differs(
        "reference",
        document.reference.as_ref().is_some_and(|text| base.reference.as_ref().unwrap_or(&String::new()) != text),
    );
    differs("date", base.date.is_some_and(|date| date != document.date));
    differs("due", document.due.is_some() && base.due != document.due);
    differs("party", base.party.as_ref().is_some_and(|party| *party != document.party));
    differs("currency", base.currency.is_some_and(|currency| currency != document.currency));
    fields
}

/// Whether a document that was just written has come nearer to the state wanted without reaching it: packages let some
/// states be reached through others only, such as a quote that must be sent before it can be accepted (xero.md 4.6).
#[must_use]
pub fn is_on_the_way(planned: &Planned, written: &RemoteRecord) -> bool {
    let Content::Document(document) = &planned.content else { return false };
    let moved = planned.base.as_ref().is_none_or(|base| base.status != written.status);
    moved && status_change(&document.status, &written.status)
}

/// Whether the state in the books is behind the one wanted. It is never taken back.
fn status_change(wanted: &TargetStatus, now: &RemoteStatus) -> bool {
    match wanted {
        TargetStatus::Draft => false,
        TargetStatus::Approved => matches!(now, RemoteStatus::Draft | RemoteStatus::Submitted),
        TargetStatus::Quote(stage) => {
            let now = match now {
                RemoteStatus::Draft => QuoteStage::Draft,
                RemoteStatus::Open | RemoteStatus::Submitted => QuoteStage::Sent,
                RemoteStatus::Declined => QuoteStage::Declined,
                _ => QuoteStage::Accepted,
            };
            quote_advances(now, *stage)
        }
    }
}

/// Gives each planned line the id, and the tie, of the line in the books that it continues: first equal lines, then lines of the same
/// place among what is left. The rest are new; lines of the books that nothing continues go.
fn align(planned: &[PlannedLine], remote: &[RemoteLine]) -> Vec<PlannedLine> {
    let mut free: Vec<Option<&RemoteLine>> = remote.iter().map(Some).collect();
    let mut continued: Vec<Option<&RemoteLine>> = vec![None; planned.len()];
    for (line, place) in planned.iter().zip(&mut continued) {
        let equal = |candidate: &RemoteLine| {
            candidate.description == line.description
                && candidate.unit_price == line.charge.as_ref().map(|charge| charge.unit_price.0)
        };
        if let Some(slot) = free.iter_mut().find(|slot| slot.is_some_and(equal)) {
            *place = slot.take();
        }
    }
    for (index, place) in continued.iter_mut().enumerate().filter(|(_, place)| place.is_none()) {
        *place = free.get_mut(index).and_then(Option::take);
    }
    let lines = planned.iter().zip(continued).map(|(line, held)| PlannedLine {
        remote: held.and_then(|held| held.id.clone()),
        source_line: line.source_line.clone().or_else(|| held.and_then(|held| held.source_line.clone())),
        ..line.clone()
    });
    lines.collect()
}

/// Whether a record is to be voided as the books hold it (F72, R2); `false` where it counts no more already.
///
/// # Errors
/// A question for a person: something has been applied, or the package cannot.
pub fn void(key: &RecordKey, name: &str, base: &RemoteRecord, context: &Context<'_>) -> Result<bool, Parked> {
    let currency = base.currency.unwrap_or(context.organisation.currency);
    let about = |parked: Parked| {
        let reason = format!("{name:?}: {}", parked.reason);
        Parked { reason, ..parked }.with_candidates([super::evidence::candidate(base)])
    };
    let form = rules::may_void(key.kind, &base.status, base.settled.as_ref(), currency).map_err(about)?;
    if form == rules::VoidForm::AlreadyDone {
        return Ok(false);
    }
    if context.capabilities.of(key.kind).is_none_or(|capability| capability.void == 0) {
        return Err(Parked::new(
            Code::Unsupported,
            format!("{} cannot void a {}: {name:?}", context.package, key.kind),
        ));
    }
    Ok(true)
}

/// What somebody else has changed since we last saw a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// What, one line each.
    pub what: Vec<String>,
}

/// Compares a record with what its link remembers (F65, R33). Changes that our own document causes, such as payments
/// arriving, are not drift.
#[must_use]
pub fn drift(link: &Link, now: &RemoteRecord) -> Option<Drift> {
    let mut what = Vec::new();
    if now.status.is_gone() && !link.status.is_gone() {
        what.push("deleted or voided there".to_owned());
    }
    if let (Some(before), Some(after)) = (link.totals, now.totals)
        && before != after
        && matches!(
            link.key.kind,
            RecordKind::Quote
                | RecordKind::Order
                | RecordKind::Invoice
                | RecordKind::Bill
                | RecordKind::CreditNote
                | RecordKind::PurchaseOrder
        )
    {
        what.push(format!("total was {}, is {}", before.total, after.total));
    }
    if let (Some(before), Some(after)) = (&link.number, &now.number)
        && before != after
    {
        what.push(format!("number was {before:?}, is {after:?}"));
    }
    if now.status == RemoteStatus::Archived && link.status != RemoteStatus::Archived {
        what.push(match &now.merged_into {
            Some(survivor) => format!("merged into {survivor}"),
            None => "archived there".to_owned(),
        });
    }
    (!what.is_empty()).then_some(Drift { what })
}
