//! Writing: a batch becomes bytes once, and exactly those bytes are sent.

use bytes::Bytes;
use factory_accounting_core::capability::Capabilities;
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::planned::{Content, Planned, PlannedDocument};
use factory_accounting_core::provider::{EncodeError, EncodedWrite, Intent, RemoteRecord, WriteBatch, WriteReport};
use factory_accounting_http::{base_of, foreign, without_answer};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use uuid::Uuid;

use crate::capability::WRITE_TIMEOUT;
use crate::client::Client;
use crate::config::QboConfig;
use crate::dialect::fates::{Sent, Settlement};
use crate::endpoint::{Endpoint, Entity};
use crate::map::document::Form;
use crate::map::reference::{Place, on_demand};
use crate::map::{QUICKBOOKS, allocation, document, head, item, job, party, payment};
use crate::remote_id;
use crate::wire::write::RetireWrite;

/// Longest key of a single write, and of a batch (qbo.md 4).
const KEY_TEXT: usize = 50;
const BATCH_KEY_TEXT: usize = 36;

/// Makes the bytes of a write. Pure.
pub(crate) fn encode(
    config: &QboConfig,
    capabilities: &Capabilities,
    batch: &WriteBatch,
) -> Result<EncodedWrite, EncodeError> {
    check(capabilities, batch).map_err(|error| EncodeError { member: 0, error })?;
    let members = batch
        .members
        .iter()
        .enumerate()
        .map(|(at, planned)| member(config, batch.intent, planned).map_err(|error| member_error(batch, at, error)))
        .collect::<Result<Vec<_>, _>>()?;
    let (endpoint, body) = match members.as_slice() {
        [one] => (alone(config, one, &batch.key), one.body.get().to_owned()),
        several => together(several, &batch.key).map_err(|error| member_error(batch, 0, error))?,
    };
    Ok(EncodedWrite {
        kind: batch.kind,
        intent: batch.intent,
        key: batch.key.clone(),
        members: batch.members.len(),
        target: endpoint.target(),
        body,
    })
}

fn check(capabilities: &Capabilities, batch: &WriteBatch) -> Result<(), ProviderError> {
    let refused = |kind, why: String| {
        ProviderError::new(kind, why).with_operation(format!("{} of {}", batch.intent.as_str(), batch.kind))
    };
    let most = capabilities.most(batch.kind, batch.intent);
    match batch.members.len() {
        _ if most == 0 => Err(refused(ErrorKind::Unsupported, "QuickBooks cannot do this".to_owned())),
        0 => Err(refused(ErrorKind::Internal, "the batch is empty".to_owned())),
        members if members > most => {
            Err(refused(ErrorKind::Internal, format!("{members} members, {most} at most: split the batch")))
        }
        _ => Ok(()),
    }
}

/// Says whose error it is: operation, kind and name (R28).
fn member_error(batch: &WriteBatch, member: usize, error: ProviderError) -> EncodeError {
    let name = batch.members.get(member).map_or("", |planned| planned.name.as_str());
    let operation = format!("{} of {} {name}", batch.intent.as_str(), batch.kind);
    EncodeError { member, error: error.with_operation(operation) }
}

/// One member, ready to be sent alone or with others.
#[derive(Debug)]
struct Member {
    entity: Entity,
    verb: Verb,
    body: Box<RawValue>,
}

/// What is to happen to a record, in QuickBooks' terms (qbo.md 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Create,
    Update,
    Delete,
    VoidInvoice,
    VoidPayment,
}

impl Verb {
    fn endpoint(self, entity: Entity) -> Endpoint {
        let endpoint = Endpoint::post(entity);
        match self {
            // Which of the two is said by the body.
            Self::Create | Self::Update => endpoint,
            Self::Delete => endpoint.with("operation", "delete"),
            Self::VoidInvoice => endpoint.with("operation", "void"),
            Self::VoidPayment => endpoint.with("operation", "update").with("include", "void"),
        }
    }

    /// Its name in a batch; `None` where the capabilities let it travel alone only.
    fn in_batch(self) -> Option<&'static str> {
        match self {
            Self::Create => Some("create"),
            Self::Update => Some("update"),
            Self::Delete => Some("delete"),
            Self::VoidInvoice | Self::VoidPayment => None,
        }
    }
}

fn member(config: &QboConfig, intent: Intent, planned: &Planned) -> Result<Member, ProviderError> {
    match (intent, &planned.content) {
        // The content of a void says nothing: kind and base do.
        (Intent::Void, _) => void(planned.key.kind, base_of(planned)?),
        (Intent::Create, Content::Document(content)) => {
            let form = form(config, planned, content, entity_of_new(planned)?);
            made(form.entity, Verb::Create, &document::create(&form, content)?)
        }
        (Intent::Update, Content::Document(content)) => {
            let base = base_of(planned)?;
            let form = form(config, planned, content, entity_of(&base.id)?);
            made(form.entity, Verb::Update, &document::update(&form, content, planned.changes, base)?)
        }
        (Intent::Create, content) => created(config, planned.key.kind, content),
        (Intent::Update, content) => updated(config, planned.key.kind, content, base_of(planned)?),
    }
}

fn created(config: &QboConfig, kind: RecordKind, content: &Content) -> Result<Member, ProviderError> {
    let verb = Verb::Create;
    match content {
        Content::Party(content) => made(role(kind)?, verb, &party::create(kind, content)?),
        Content::Job(content) => made(Entity::Customer, verb, &job::create(content)?),
        Content::Item(content) => made(Entity::Item, verb, &item::create(config.region, content)?),
        Content::Payment(content) => match payment::entity(content)? {
            Entity::BillPayment => made(Entity::BillPayment, verb, &payment::made(content)?),
            entity => made(entity, verb, &payment::received(content)?),
        },
        Content::Allocation(content) => made(Entity::Payment, verb, &allocation::create(content)?),
        _ => Err(QUICKBOOKS.unsupported("", format!("a new {kind} has no form in QuickBooks"))),
    }
}

fn updated(
    config: &QboConfig,
    kind: RecordKind,
    content: &Content,
    base: &RemoteRecord,
) -> Result<Member, ProviderError> {
    let verb = Verb::Update;
    match content {
        Content::Party(content) => made(role(kind)?, verb, &party::update(kind, content, base)?),
        Content::Job(content) => made(Entity::Customer, verb, &job::update(content, base)?),
        Content::Item(content) => made(Entity::Item, verb, &item::update(config.region, content, base)?),
        _ => Err(QUICKBOOKS.unsupported("", format!("a {kind} cannot be changed in QuickBooks once it is made"))),
    }
}

/// Voided where QuickBooks keeps what counts no more, deleted where it knows no such state, retired where it is a list
/// (qbo.md 5.0). An allocation moves no money, so that nothing of it has to stay visible.
fn void(kind: RecordKind, base: &RemoteRecord) -> Result<Member, ProviderError> {
    if base.status.is_gone() {
        return Err(ProviderError::new(ErrorKind::Locked, format!("the {kind} counts no more in QuickBooks already")));
    }
    let entity = entity_of(&base.id)?;
    let (verb, sparse, active) = match entity {
        Entity::Customer | Entity::Vendor | Entity::Item => (Verb::Update, true, Some(false)),
        Entity::Invoice => (Verb::VoidInvoice, false, None),
        Entity::Payment if kind == RecordKind::Allocation => (Verb::Delete, false, None),
        Entity::Payment | Entity::BillPayment => (Verb::VoidPayment, true, None),
        Entity::Estimate | Entity::CreditMemo | Entity::PurchaseOrder | Entity::Bill => (Verb::Delete, false, None),
        _ => {
            return Err(
                QUICKBOOKS.unsupported("", format!("a {kind} held as {} cannot be voided from here", entity.name()))
            );
        }
    };
    made(entity, verb, &RetireWrite { head: head(base, sparse)?, active })
}

fn made(entity: Entity, verb: Verb, body: &impl Serialize) -> Result<Member, ProviderError> {
    Ok(Member { entity, verb, body: to_raw_value(body).map_err(|error| unwritable(&error))? })
}

fn unwritable(error: &serde_json::Error) -> ProviderError {
    QUICKBOOKS.refused("", format!("cannot be written as JSON: {error}"))
}

fn form<'a>(config: &'a QboConfig, planned: &Planned, document: &PlannedDocument, entity: Entity) -> Form<'a> {
    // Where the number is QuickBooks', the host's travels in the note, whatever is configured for references.
    let in_note = planned.probe.in_reference && document.number.is_none();
    let reference = if in_note { Place::PrivateNote } else { Place::of(&config.reference_field, entity) };
    Form { kind: planned.key.kind, entity, region: config.region, reference }
}

fn role(kind: RecordKind) -> Result<Entity, ProviderError> {
    Entity::of(kind, None, None)
        .filter(|entity| matches!(entity, Entity::Customer | Entity::Vendor))
        .ok_or_else(|| QUICKBOOKS.unsupported("", format!("a {kind} is neither customer nor vendor")))
}

fn entity_of_new(planned: &Planned) -> Result<Entity, ProviderError> {
    let kind = planned.key.kind;
    let lines = |entity: &Entity| !matches!(entity, Entity::Payment | Entity::Customer | Entity::Vendor | Entity::Item);
    Entity::of(kind, planned.probe.order_form, None)
        .filter(lines)
        .ok_or_else(|| QUICKBOOKS.unsupported("", format!("a {kind} has no form with lines in QuickBooks")))
}

/// What a record that the books hold is there.
fn entity_of(id: &RemoteId) -> Result<Entity, ProviderError> {
    remote_id::split(id).map(|(entity, _)| entity).ok_or_else(|| {
        ProviderError::new(ErrorKind::Internal, format!("{id} is no id of QuickBooks: link the record anew"))
    })
}

fn alone(config: &QboConfig, one: &Member, key: &str) -> Endpoint {
    let endpoint = one.verb.endpoint(one.entity);
    let written = matches!(one.verb, Verb::Create | Verb::Update);
    let custom = matches!(Place::of(&config.reference_field, one.entity), Place::CustomField { .. });
    let endpoint = if written && custom && on_demand(&config.reference_field) {
        endpoint.with("include", "enhancedAllCustomFields")
    } else {
        endpoint
    };
    endpoint.with("requestid", request_id(key, KEY_TEXT))
}

fn together(members: &[Member], key: &str) -> Result<(Endpoint, String), ProviderError> {
    let items = members
        .iter()
        .enumerate()
        .map(|(at, member)| {
            let operation = member.verb.in_batch().ok_or_else(|| {
                let message = format!("{} records are voided one at a time", member.entity.name());
                ProviderError::new(ErrorKind::Internal, message)
            })?;
            Ok(BatchItem { id: at.to_string(), operation, member })
        })
        .collect::<Result<Vec<_>, ProviderError>>()?;
    let body = serde_json::to_string(&BatchWrite { items }).map_err(|error| unwritable(&error))?;
    Ok((Endpoint::batch().with("requestid", request_id(key, BATCH_KEY_TEXT)), body))
}

#[derive(Debug, Serialize)]
struct BatchWrite<'a> {
    #[serde(rename = "BatchItemRequest")]
    items: Vec<BatchItem<'a>>,
}

/// One member among several. Its answer is told by its id, which counts from 0 (qbo.md 7.1).
#[derive(Debug)]
struct BatchItem<'a> {
    id: String,
    operation: &'static str,
    member: &'a Member,
}

impl Serialize for BatchItem<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("bId", &self.id)?;
        map.serialize_entry("operation", self.operation)?;
        map.serialize_entry(self.member.entity.name(), &self.member.body)?;
        map.end()
    }
}

/// The key as sent: QuickBooks answers it a second time with what it answered the first time, company by company
/// (qbo.md 4). One that would be too long, or no plain text, is replaced by a digest of it.
fn request_id(key: &str, most: usize) -> String {
    if !key.is_empty() && key.len() <= most && key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return key.to_owned();
    }
    Uuid::new_v5(&Uuid::NAMESPACE_URL, key.as_bytes()).to_string()
}

/// Sends an encoded write once and judges the answer.
pub(crate) async fn send(client: &Client, write: &EncodedWrite) -> WriteReport {
    let Some(sent) = Sent::read(write) else { return foreign(write) };
    let body = Bytes::from(write.body.clone());
    match client.send(write.intent.as_str(), &sent.endpoint, body, WRITE_TIMEOUT).await {
        Ok(answer) => Settlement::new(write, &sent, &answer, &client.reader, client.clock.now()).report(),
        Err(error) => without_answer(write, &error),
    }
}

#[cfg(test)]
mod tests;
