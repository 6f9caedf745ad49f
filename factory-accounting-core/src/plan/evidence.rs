//! Whether what a probe found is ours. A marker alone proves nothing: somebody may have used our number (R4, R10).

use rust_decimal::Decimal;

use crate::capability::TaxAuthority;
use crate::code::{Candidate, Code, Parked};
use crate::money::Totals;
use crate::planned::Content;
use crate::provider::{ProbeTarget, RemoteRecord};

/// What follows from a probe.
#[derive(Clone, Debug)]
pub enum Finding {
    /// Exactly one record carries the marker and holds what was sent: ours.
    Ours(Box<RemoteRecord>),
    /// Exactly one item has the code and the name of ours, but it may not be as we would have it: ours to link, then to bring
    /// up to date (R8).
    OursToUpdate(Box<RemoteRecord>),
    /// Only records that count no more carry the marker, and these hold what was sent: it may have landed and been voided
    /// or deleted since.
    Gone(Vec<RemoteRecord>),
    /// Records have the name of a party or job, but not its key: they are not ours, or a person has to say so.
    Namesakes(Vec<RemoteRecord>),
    /// No live record carries the marker, nor was what was sent there.
    Nothing,
    /// A person must look.
    Park(Parked),
}

/// Judges what was found for a create whose fate is unknown, or whose number is taken.
#[must_use]
pub fn judge(name: &str, content: &Content, target: &ProbeTarget, found: &[RemoteRecord]) -> Finding {
    let kind = target.kind;
    let keyed = matches!(content, Content::Party(_) | Content::Job(_));
    let (found, namesakes): (Vec<&RemoteRecord>, Vec<&RemoteRecord>) =
        found.iter().partition(|record| !keyed || record.number.as_ref() == Some(&target.marker));
    if found.is_empty() && !namesakes.is_empty() {
        return Finding::Namesakes(namesakes.into_iter().cloned().collect());
    }
    let live: Vec<&RemoteRecord> = found.iter().copied().filter(|record| !record.status.is_gone()).collect();
    match live.as_slice() {
        [] => {
            let ours = found.into_iter().filter(|record| same(content, target, record).is_empty());
            let gone: Vec<RemoteRecord> = ours.cloned().collect();
            if gone.is_empty() { Finding::Nothing } else { Finding::Gone(gone) }
        }
        [record] => {
            let differences = same(content, target, record);
            // What an item costs and where it posts cannot be seen: whether it is as it should be is not known.
            if differences.is_empty() && matches!(content, Content::Item(_)) {
                return Finding::OursToUpdate(Box::new((*record).clone()));
            }
            if differences.is_empty() {
                return Finding::Ours(Box::new((*record).clone()));
            }
            let reason = format!("{kind} {name:?}: one with this number is there, but {}", differences.join(", "));
            Finding::Park(Parked::new(Code::FoundDiffers, reason).with_candidates([candidate(record)]))
        }
        several => {
            // Payments and allocations are looked for by their place: of several, those that hold what was sent are meant.
            let exact: Vec<&&RemoteRecord> =
                several.iter().filter(|record| same(content, target, record).is_empty()).collect();
            if let ([one], true) = (exact.as_slice(), matches!(content, Content::Payment(_) | Content::Allocation(_))) {
                return Finding::Ours(Box::new((**one).clone()));
            }
            let reason = format!("{kind} {name:?}: {} records could be this one", several.len());
            Finding::Park(
                Parked::new(Code::SeveralFound, reason).with_candidates(several.iter().map(|record| candidate(record))),
            )
        }
    }
}

/// How a found record differs from what was sent, in words; empty when it is the same. Some packages leave a voided record
/// its number, date and party and nothing else (qbo.md 5.0): amounts of nothing are no difference then.
pub(super) fn same(content: &Content, target: &ProbeTarget, record: &RemoteRecord) -> Vec<String> {
    let emptied = |totals: &Totals| record.status.is_gone() && totals.total.is_zero();
    let totals = record.totals.filter(|totals| !emptied(totals));
    let mut differences = Vec::new();
    if let Content::Document(document) = content
        && record.party.as_ref().is_some_and(|party| *party != document.party)
    {
        // Ids of the package tell a bookkeeper nothing.
        differences.push("it is for another party".to_owned());
    }
    let mut compare = |what: &str, ours: String, theirs: Option<String>| {
        if let Some(theirs) = theirs.filter(|theirs| *theirs != ours) {
            differences.push(format!("its {what} is {theirs}, not {ours}"));
        }
    };
    match content {
        Content::Document(document) => {
            compare("date", document.date.to_string(), record.date.map(|date| date.to_string()));
            compare("currency", document.currency.to_string(), record.currency.map(|currency| currency.to_string()));
            let (what, amount): (_, fn(Totals) -> Decimal) = match document.tax_authority {
                TaxAuthority::Rates | TaxAuthority::WithinTotal => ("total", |totals| totals.total),
                TaxAuthority::Package => ("amount before tax", |totals| totals.subtotal),
            };
            let shown = |totals| amount(totals).normalize().to_string();
            compare(what, shown(document.totals), totals.map(shown));
        }
        Content::Payment(payment) => {
            compare("document", payment.document.to_string(), record.parent.as_ref().map(ToString::to_string));
            compare("date", payment.date.to_string(), record.date.map(|date| date.to_string()));
            compare(
                "amount",
                payment.amount.amount.normalize().to_string(),
                totals.map(|totals| totals.total.normalize().to_string()),
            );
            compare("reference", target.marker.clone(), record.reference.clone());
        }
        Content::Allocation(allocation) => {
            compare("invoice", allocation.invoice.to_string(), record.counterpart.as_ref().map(ToString::to_string));
            compare(
                "amount",
                allocation.amount.amount.normalize().to_string(),
                totals.map(|totals| totals.total.normalize().to_string()),
            );
        }
        Content::Party(party) => compare("name", squash(&party.party.name), record.name.as_deref().map(squash)),
        Content::Job(job) => compare("place", job.parent.to_string(), record.parent.as_ref().map(ToString::to_string)),
        Content::Item(item) => {
            let other = record.name.as_deref().filter(|theirs| squash(theirs) != squash(&item.name));
            compare("name", format!("{:?}", item.name), other.map(|theirs| format!("{theirs:?}")));
        }
        // A void is not looked for: the record is read by its id.
        Content::Void => {}
    }
    differences
}

/// Packages fold white space and case of names as they see fit.
fn squash(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// A found record as a person is shown it.
#[must_use]
pub fn candidate(record: &RemoteRecord) -> Candidate {
    let number = record.number.as_ref().or(record.name.as_ref()).map_or_else(|| record.id.to_string(), Clone::clone);
    let mut about = format!("{} {number}", record.kind);
    if let Some(date) = record.date {
        about.push_str(&format!(" of {date}"));
    }
    if let (Some(totals), Some(currency)) = (record.totals, record.currency) {
        about.push_str(&format!(" over {} {currency}", totals.total));
    }
    Candidate { remote: record.id.clone(), about }
}
