//! What the books are to show for one operation, links and lists resolved.

use crate::capability::Capabilities;
use crate::code::{Code, Parked};
use crate::error::Issue;
use crate::ids::RemoteId;
use crate::model::{Job, Party, Record, RecordKey, RecordKind};
use crate::planned::{Content, PlannedAllocation, PlannedDocument, PlannedJob, PlannedParty};
use crate::provider::ProbeTarget;
use crate::rules;
use crate::store::Link;

use super::Context;
use super::document::draft_document;
use super::marks;
use super::payment::payment;
use super::product::item;
use super::subject::{AllocationSubject, Subject};
use super::terms::terms_of;
use super::trail::Step;

/// What to write and how to find it again.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What to write.
    pub content: Content,
    /// How to find it again.
    pub probe: ProbeTarget,
    /// Digest of `content`.
    pub fingerprint: String,
}

/// Why there is nothing to write.
pub(super) enum Halt {
    Park(Parked),
    Skip(String),
}

impl From<Parked> for Halt {
    fn from(parked: Parked) -> Self {
        Self::Park(parked)
    }
}

/// Resolves an operation into what the books are to show.
///
/// # Errors
/// `Ok(Err(reason))`: not to be sent, for the reason given. `Err`: a question for a person.
pub fn draft(key: &RecordKey, subject: &Subject, context: &Context<'_>) -> Result<Result<Draft, String>, Parked> {
    match content(key, subject, context) {
        Ok((content, probe)) => Ok(Ok(Draft { fingerprint: fingerprint(&content), content, probe })),
        Err(Halt::Skip(reason)) => Ok(Err(reason)),
        Err(Halt::Park(parked)) => Err(parked),
    }
}

/// Digest of what is wanted, whatever ids its lines have in the books by now, whatever it has been tied to there, and without
/// the marks that it gets once.
#[must_use]
pub fn fingerprint(content: &Content) -> String {
    match content {
        Content::Document(document) if has_ids_of_the_books(document) || marks::any(document) => {
            let mut document = document.clone();
            marks::clear(&mut document);
            document.source = None;
            document.lines.iter_mut().for_each(|line| (line.remote, line.source_line) = (None, None));
            digest_of(&Content::Document(document))
        }
        content => digest_of(content),
    }
}

fn has_ids_of_the_books(document: &PlannedDocument) -> bool {
    document.source.is_some() || document.lines.iter().any(|line| line.remote.is_some() || line.source_line.is_some())
}

fn digest_of(content: &Content) -> String {
    // Most documents find room in this, and are not moved while they are written.
    let mut text = Vec::with_capacity(2_048);
    // Planned content holds nothing that JSON cannot.
    serde_json::to_writer(&mut text, content).unwrap_or_else(|error| unreachable!("planned content is JSON: {error}"));
    crate::digest(&text)
}

fn content(key: &RecordKey, subject: &Subject, context: &Context<'_>) -> Result<(Content, ProbeTarget), Halt> {
    if context.capabilities.of(key.kind).is_none() {
        return Err(unsupported(key, context).into());
    }
    match subject {
        Subject::Allocation(part) => allocation(part, context),
        Subject::Record(record) => match record.as_ref() {
            Record::Customer(party) | Record::Supplier(party) => Ok(self::party(key, party, context)),
            Record::Product(product) => item(key, product, context),
            Record::Job(job) => self::job(key, job, context),
            Record::Payment(paid) => payment(paid, context),
            document => draft_document(document, context),
        },
    }
}

pub(super) fn unsupported(key: &RecordKey, context: &Context<'_>) -> Parked {
    Parked::new(Code::Unsupported, format!("{} cannot take a {} from here", context.package, key.kind))
}

pub(super) fn target(kind: RecordKind, marker: String) -> ProbeTarget {
    ProbeTarget::new(kind, marker)
}

fn party(key: &RecordKey, party: &Party, context: &Context<'_>) -> (Content, ProbeTarget) {
    let external_key = external_key(key, context.capabilities);
    let terms = terms_of(party, context);
    trace_key("party", &external_key, context);
    context.trace(format_args!("party"), || Step::host("", party));
    context.trace(format_args!("terms"), || Step::books("its payment terms that say what the party's do", &terms));
    context.trace(format_args!("distinct"), || {
        Step::rule(
            "a name that belongs to another record is told apart where a person or the settings say so",
            &context.distinct,
        )
    });
    let content = Content::Party(PlannedParty {
        external_key: external_key.clone(),
        party: party.clone(),
        terms,
        distinct: context.distinct,
    });
    (content, ProbeTarget { name: Some(party.name.clone()), ..target(key.kind, external_key) })
}

fn trace_key(content: &str, external_key: &str, context: &Context<'_>) {
    context.trace(format_args!("content"), || Step::rule("the kind of the record", &content));
    context.trace(format_args!("external_key"), || {
        Step::rule("the host's id, as it fits into the characters that the package takes", &external_key)
    });
}

/// The key that travels with a party or job: readable where the host's id allows it, a digest where not. One company that is both
/// customer and supplier has two.
#[must_use]
pub fn external_key(key: &RecordKey, capabilities: &Capabilities) -> String {
    let limit = capabilities.of(key.kind).map_or(50, |capability| capability.number_text);
    let role = match key.kind {
        RecordKind::Supplier => 'S',
        RecordKind::Job => 'J',
        _ => 'C',
    };
    let readable = format!("{role}-{}", key.id);
    let plain = key.id.as_str().chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if plain && readable.len() <= limit {
        return readable;
    }
    let mut digest = crate::digest(key.id.as_str().as_bytes());
    digest.truncate(limit.saturating_sub(2).min(40));
    format!("{role}#{digest}")
}

/// A job under its customer or under the job that it is part of (F37).
fn job(key: &RecordKey, job: &Job, context: &Context<'_>) -> Result<(Content, ProbeTarget), Halt> {
    let (path, parent) = match (&job.parent, &job.customer) {
        (Some(parent), _) => ("parent", RecordKey::new(RecordKind::Job, parent.clone())),
        (None, Some(customer)) => ("customer", RecordKey::new(RecordKind::Customer, customer.clone())),
        (None, None) => {
            let reason =
                format!("job {:?} names no customer, and {} keeps jobs under customers", job.number, context.package);
            let issue = Issue::new("customer", "name the customer whose job it is");
            return Err(Parked::new(Code::Invalid, reason).with_issues([issue]).into());
        }
    };
    let belongs_to = parent;
    let parent = linked(&belongs_to, path, &job.number, key.kind, context)?;
    let external_key = external_key(key, context.capabilities);
    trace_key("job", &external_key, context);
    context.trace(format_args!("number"), || Step::host("number", &job.number));
    context.trace(format_args!("name"), || Step::host("name", &job.name));
    context.trace(format_args!("parent"), || Step::host(path, &belongs_to.id));
    context.trace(format_args!("parent"), || Step::books(format!("what {belongs_to} is linked to"), &parent));
    let planned = PlannedJob {
        external_key: external_key.clone(),
        number: job.number.clone(),
        name: job.name.clone(),
        parent: parent.clone(),
    };
    let probe = ProbeTarget { name: Some(planned.title()), parent: Some(parent), ..target(key.kind, external_key) };
    Ok((Content::Job(planned), probe))
}

fn allocation(part: &AllocationSubject, context: &Context<'_>) -> Result<(Content, ProbeTarget), Halt> {
    let label = &part.credit_note_number;
    if let Some(reason) = rules::before_start(part.date, context.settings) {
        return Err(Halt::Skip(reason));
    }
    let credit_note = linked(&part.credit_note_key(), "", label, RecordKind::Allocation, context)?;
    let invoice = linked(&part.invoice_key(), "allocations", label, RecordKind::Allocation, context)?;
    let party = context.link(&part.invoice_key()).and_then(|link| link.party.clone());
    let probe = ProbeTarget {
        party: party.clone(),
        parent: Some(credit_note.clone()),
        counterpart: Some(invoice.clone()),
        ..target(RecordKind::Allocation, label.clone())
    };
    context.trace(format_args!("content"), || Step::rule("the kind of the record", &"allocation"));
    for (path, key, id) in
        [("credit_note", part.credit_note_key(), &credit_note), ("invoice", part.invoice_key(), &invoice)]
    {
        context.trace(format_args!("{path}"), || Step::books(format!("what {key} is linked to"), id));
    }
    context.trace(format_args!("party"), || Step::books("the party on the invoice there", &party));
    context.trace(format_args!("amount"), || Step::host("amount", &part.amount));
    context.trace(format_args!("date"), || Step::host("date", &part.date));
    let content =
        Content::Allocation(PlannedAllocation { credit_note, invoice, party, amount: part.amount, date: part.date });
    Ok((content, probe))
}

/// The package's id of a record that this one needs (F14, F33).
pub(super) fn linked(
    key: &RecordKey,
    path: &str,
    label: &str,
    kind: RecordKind,
    context: &Context<'_>,
) -> Result<RemoteId, Halt> {
    let needs = |code, complaint: String| {
        let reason = format!("{kind} {label:?} {complaint}");
        Parked::new(code, reason).with_issues([Issue::new(path, complaint)]).until_linked(key.clone())
    };
    let Some(link) = context.link(key) else {
        let complaint = format!("needs {key}, which is not linked to {}", context.package);
        return Err(needs(Code::NotLinked, complaint).into());
    };
    if link.suppressed {
        return Err(Halt::Skip(format!("{key} is marked \"do not send\"")));
    }
    if link.status.is_gone() {
        let complaint = format!("needs {key}, which was deleted or voided in {}", context.package);
        return Err(needs(Code::RemoteGone, complaint).into());
    }
    if link.is_broken() {
        return Err(archived(link, path, label, kind, context).into());
    }
    Ok(link.remote.clone())
}

/// A record that this one needs is archived there: it goes on once another is linked, or this one is restored (R29).
fn archived(link: &Link, path: &str, label: &str, kind: RecordKind, context: &Context<'_>) -> Parked {
    let key = &link.key;
    let survivor = link.merged_into.as_ref().map(|id| format!(", merged into {id}")).unwrap_or_default();
    let (code, complaint) = out_of_use(key.kind, format!("{key} is archived in {}{survivor}", context.package));
    let reason = format!("{kind} {label:?}: {complaint}");
    Parked::new(code, reason).with_issues([Issue::new(path, complaint)]).until_linked(key.clone())
}

/// What a record that is out of use there is to those that name it. The complaint says what mends it where the code's own
/// remedy is about other things.
#[must_use]
pub fn out_of_use(kind: RecordKind, complaint: String) -> (Code, String) {
    match Code::of_archived(kind) {
        Code::PartyArchived => (Code::PartyArchived, complaint),
        other => (other, format!("{complaint}: link another, or restore it there")),
    }
}

pub(super) fn closed_period(
    kind: RecordKind,
    label: &str,
    date: chrono::NaiveDate,
    context: &Context<'_>,
) -> Result<(), Parked> {
    match rules::in_closed_period(date, context.organisation.locked_until) {
        Some(parked) => {
            let reason = format!("{kind} {label:?} is {}", parked.reason);
            Err(Parked { reason, ..parked }.with_issues([Issue::new("date", "give a later date")]))
        }
        None => Ok(()),
    }
}
