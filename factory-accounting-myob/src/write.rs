//! Writing: a record becomes bytes once, and exactly those bytes are sent.

use bytes::Bytes;
use factory_accounting_core::capability::Capabilities;
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::planned::{Content, Planned};
use factory_accounting_core::provider::{
    EncodeError, EncodedWrite, Fate, Intent, RemoteRecord, WriteBatch, WriteReport,
};
use factory_accounting_http::{base_of, foreign, without_answer};
use serde_json::value::RawValue;

use crate::client::Client;
use crate::config::MyobConfig;
use crate::dialect::fates::{Sent, Settlement, Verdict};
use crate::endpoint::Endpoint;
use crate::map::document::Form;
use crate::map::{MYOB, allocation, carry, document, item, job, party, payment, unwritable};
use crate::remote_id::{self, Collection};
use crate::wire::members::Members;
use crate::wire::write::RetireWrite;

/// Makes the bytes of a write. Pure.
pub(crate) fn encode(
    config: &MyobConfig,
    capabilities: &Capabilities,
    batch: &WriteBatch,
) -> Result<EncodedWrite, EncodeError> {
    let failed = |error| EncodeError { member: 0, error };
    let planned = only_member(capabilities, batch).map_err(failed)?;
    let (endpoint, body) =
        request(config, batch.intent, planned).map_err(|error| failed(about(batch, planned, error)))?;
    let body = body.as_ref().map(serde_json::to_string).transpose();
    let body = body.map_err(|error| failed(about(batch, planned, unwritable(&error))))?;
    Ok(EncodedWrite {
        kind: batch.kind,
        intent: batch.intent,
        key: batch.key.clone(),
        members: 1,
        target: endpoint.target(),
        body: body.unwrap_or_default(),
    })
}

/// There is no batch (myob.md 0).
fn only_member<'a>(capabilities: &Capabilities, batch: &'a WriteBatch) -> Result<&'a Planned, ProviderError> {
    let refused = |kind, why: String| {
        ProviderError::new(kind, why).with_operation(format!("{} of {}", batch.intent.as_str(), batch.kind))
    };
    match batch.members.as_slice() {
        _ if capabilities.most(batch.kind, batch.intent) == 0 => {
            Err(refused(ErrorKind::Unsupported, "this company file cannot do this".to_owned()))
        }
        [one] => Ok(one),
        members => Err(refused(ErrorKind::Internal, format!("{} members, MYOB takes one at a time", members.len()))),
    }
}

/// Says whose error it is: operation, kind and name (R28).
fn about(batch: &WriteBatch, planned: &Planned, error: ProviderError) -> ProviderError {
    error.with_operation(format!("{} of {} {}", batch.intent.as_str(), batch.kind, planned.name))
}

/// Where a member goes and what it holds; nothing where it is deleted.
fn request(
    config: &MyobConfig,
    intent: Intent,
    planned: &Planned,
) -> Result<(Endpoint, Option<Members>), ProviderError> {
    let (kind, profile) = (planned.key.kind, &config.profile);
    if profile.read_only {
        return Err(read_only());
    }
    match (intent, &planned.content) {
        // The content of a void says nothing: kind and base do.
        (Intent::Void, _) => void(kind, base_of(planned)?),
        (Intent::Create, content) => {
            let (collection, body) = match content {
                Content::Party(content) => (role(kind)?, party::create(kind, content, profile)?),
                Content::Item(content) => (Collection::Item, item::create(content, profile)?),
                Content::Job(content) => (Collection::Job, job::create(content)?),
                Content::Document(content) => {
                    let form = Form::of_new(config, kind, content)?;
                    (form.collection, document::create(&form, content)?)
                }
                Content::Payment(content) => payment::create(config, content)?,
                Content::Allocation(content) => (Collection::CreditSettlement, allocation::create(content, profile)?),
                _ => return Err(MYOB.unsupported("", format!("a new {kind} has no form in MYOB"))),
            };
            Ok((Endpoint::post(collection), Some(body)))
        }
        (Intent::Update, content) => {
            let base = base_of(planned)?;
            let body = match content {
                Content::Party(content) => party::update(kind, content, base, profile)?,
                Content::Item(content) => item::update(content, base, profile)?,
                Content::Job(content) => job::update(content, base)?,
                Content::Document(content) => {
                    let form = Form::of_held(config, kind, base)?;
                    document::update(&form, content, planned.changes, base)?
                }
                _ => {
                    let message =
                        format!("a {kind} cannot be changed in MYOB once it is made: undo it and make it anew");
                    return Err(MYOB.unsupported("", message));
                }
            };
            let (collection, uid) = place(kind, base)?;
            Ok((Endpoint::put(collection, uid), Some(body)))
        }
    }
}

fn read_only() -> ProviderError {
    let message =
        "the company file can only be read: renew its subscription, or check it in, then look at the file anew";
    ProviderError::new(ErrorKind::Forbidden, message).with_package_code("RefusedBeforeSending")
}

fn role(kind: RecordKind) -> Result<Collection, ProviderError> {
    match kind {
        RecordKind::Customer => Ok(Collection::Customer),
        RecordKind::Supplier => Ok(Collection::Supplier),
        _ => Err(MYOB.unsupported("", format!("a {kind} is neither customer nor supplier"))),
    }
}

fn place(kind: RecordKind, base: &RemoteRecord) -> Result<(Collection, &str), ProviderError> {
    remote_id::split(&base.id).filter(|(collection, _)| collection.holds(kind)).ok_or_else(|| {
        let message = format!("{} is no id of a {kind} in MYOB: link the record anew", base.id);
        ProviderError::new(ErrorKind::Internal, message)
    })
}

/// Lists keep what is not used any more; transactions go for good, because there is no other way (myob.md 4).
fn void(kind: RecordKind, base: &RemoteRecord) -> Result<(Endpoint, Option<Members>), ProviderError> {
    if base.status.is_gone() {
        return Err(ProviderError::new(ErrorKind::Locked, format!("the {kind} is gone from MYOB already")));
    }
    let (collection, uid) = place(kind, base)?;
    let read_only = match collection {
        Collection::Customer | Collection::Supplier => carry::PARTY,
        Collection::Item => carry::ITEM,
        Collection::Job => carry::JOB,
        _ => return Ok((Endpoint::delete(collection, uid), None)),
    };
    let mut body = carry::of(base, &[read_only])?;
    body.overlay(&RetireWrite { is_active: false }).map_err(|error| unwritable(&error))?;
    Ok((Endpoint::put(collection, uid), Some(body)))
}

/// Sends an encoded write once and judges the answer. Where MYOB says that it has written but not what, the record is read
/// back (myob.md 4).
pub(crate) async fn send(client: &Client, write: &EncodedWrite) -> WriteReport {
    let Some(sent) = Sent::read(write) else { return foreign(write) };
    let body = Bytes::from(write.body.clone());
    let answer = match client.send(write.intent.as_str(), &sent.endpoint, body).await {
        Ok(answer) => answer,
        Err(error) => return without_answer(write, &error),
    };
    let settlement = Settlement::new(write, &sent, &answer, &client.reader, client.file.as_str(), client.clock.now());
    let fate = match settlement.verdict() {
        Verdict::Settled(fate) => fate,
        Verdict::ReadBack(uid) => {
            let endpoint = Endpoint::get(sent.collection, &uid);
            let read: Result<Box<RawValue>, ProviderError> = client.one("read what was written", &endpoint).await;
            match read {
                Ok(raw) => settlement.read_back(&raw),
                Err(error) => Fate::Unknown(error),
            }
        }
    };
    let fate = match fate {
        // MYOB says the same of a token that ran out and of a permission that is missing (myob.md 1.3).
        Fate::NotApplied(error) if error.kind() == ErrorKind::Unauthorised => {
            Fate::NotApplied(client.refused_sign_in(&settlement.operation(), &sent.endpoint, &answer).await)
        }
        fate => fate,
    };
    let mut report = WriteReport::unknown(write.members, &settlement.unproven());
    report.set(0, fate);
    report
}

#[cfg(test)]
mod tests;
