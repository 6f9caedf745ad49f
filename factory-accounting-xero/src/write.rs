//! Writing: a batch becomes bytes once, and exactly those bytes are sent.

use bytes::Bytes;
use factory_accounting_core::capability::Capabilities;
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::OrganisationId;
use factory_accounting_core::planned::{Content, Planned};
use factory_accounting_core::provider::{EncodeError, EncodedWrite, Intent, WriteBatch, WriteReport};
use factory_accounting_http::{Call, base_of, foreign, without_answer};
use http::HeaderValue;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use uuid::Uuid;

use crate::capability::WRITE_TIMEOUT;
use crate::client::Client;
use crate::dialect::fates::{Sent, Settlement};
use crate::endpoint::{Endpoint, Resource};
use crate::map::{XERO, allocation, document, item, party, payment};

/// Longest key that Xero takes (xero.md 3).
const KEY_TEXT: usize = 128;

/// Makes the bytes of a write. Pure.
pub(crate) fn encode(capabilities: &Capabilities, batch: &WriteBatch) -> Result<EncodedWrite, EncodeError> {
    let resource = check(capabilities, batch).map_err(|error| EncodeError { member: 0, error })?;
    let (endpoint, body) = match (batch.intent, resource, batch.members.as_slice()) {
        (Intent::Void, Resource::Items | Resource::Payments | Resource::Allocations, [one]) => {
            void_alone(resource, one).map_err(|error| member_error(batch, 0, error))?
        }
        (Intent::Create, Resource::Allocations, [one]) => {
            allocate(one).map_err(|error| member_error(batch, 0, error))?
        }
        _ => collection(resource, batch)?,
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

fn check(capabilities: &Capabilities, batch: &WriteBatch) -> Result<Resource, ProviderError> {
    let refused = |kind, why: String| {
        ProviderError::new(kind, why).with_operation(format!("{} of {}", batch.intent.as_str(), batch.kind))
    };
    let most = capabilities.most(batch.kind, batch.intent);
    let resource = Resource::of(batch.kind).filter(|_| most > 0);
    let resource = resource.ok_or_else(|| refused(ErrorKind::Unsupported, "Xero cannot do this".to_owned()))?;
    match batch.members.len() {
        0 => Err(refused(ErrorKind::Internal, "the batch is empty".to_owned())),
        members if members > most => {
            Err(refused(ErrorKind::Internal, format!("{members} members, {most} at most: split the batch")))
        }
        _ => Ok(resource),
    }
}

/// Says whose error it is: operation, kind and name (R28).
fn member_error(batch: &WriteBatch, member: usize, error: ProviderError) -> EncodeError {
    let name = batch.members.get(member).map_or("", |planned| planned.name.as_str());
    let operation = format!("{} of {} {name}", batch.intent.as_str(), batch.kind);
    EncodeError { member, error: error.with_operation(operation) }
}

/// Many members in one envelope. Every element is answered for itself: `summarizeErrors=false` is always said, because
/// the real default is not the documented one (xero.md 5).
fn collection(resource: Resource, batch: &WriteBatch) -> Result<(Endpoint, String), EncodeError> {
    let elements = batch
        .members
        .iter()
        .enumerate()
        .map(|(at, planned)| element(batch.intent, resource, planned).map_err(|error| member_error(batch, at, error)))
        .collect::<Result<Vec<_>, _>>()?;
    let endpoint = match batch.intent {
        Intent::Create => Endpoint::put(resource),
        Intent::Update | Intent::Void => Endpoint::post(resource),
    };
    let endpoint = endpoint.with("summarizeErrors", "false").with_unit_decimals(resource);
    let body = envelope(resource, &elements).map_err(|error| member_error(batch, 0, error))?;
    Ok((endpoint, body))
}

fn element(intent: Intent, resource: Resource, planned: &Planned) -> Result<Box<RawValue>, ProviderError> {
    let kind = planned.key.kind;
    match (&planned.content, intent) {
        // The content of a void says nothing: kind and base do.
        (_, Intent::Void) if kind.is_party() => raw(&party::archive(base_of(planned)?)),
        (_, Intent::Void) => raw(&document::void(kind, resource, base_of(planned)?)?),
        (Content::Party(content), Intent::Create) => raw(&party::create(kind, content)?),
        (Content::Party(content), Intent::Update) => raw(&party::update(kind, content, base_of(planned)?)?),
        (Content::Item(content), Intent::Create) => raw(&item::create(content)?),
        (Content::Item(content), Intent::Update) => raw(&item::update(content, base_of(planned)?)?),
        (Content::Document(content), Intent::Create) => raw(&document::create(kind, resource, content)?),
        (Content::Document(content), Intent::Update) => {
            raw(&document::update(kind, resource, content, planned.changes, base_of(planned)?)?)
        }
        (Content::Payment(content), Intent::Create) => raw(&payment::create(content)?),
        _ => Err(XERO.unsupported("", format!("{} of {kind} has no form in Xero", intent.as_str()))),
    }
}

/// Deletions that the API takes one at a time (xero.md 4.3, 4.10, 4.11).
fn void_alone(resource: Resource, planned: &Planned) -> Result<(Endpoint, String), ProviderError> {
    let id = &base_of(planned)?.id;
    Ok(match resource {
        Resource::Payments => (Endpoint::post(resource).at(id.as_str()), r#"{"Status":"DELETED"}"#.to_owned()),
        Resource::Allocations => {
            let (credit_note, one) = allocation::split(id)?;
            (Endpoint::delete(Resource::CreditNotes).at(credit_note).below(resource).at(one), String::new())
        }
        _ => (Endpoint::delete(resource).at(id.as_str()), String::new()),
    })
}

fn allocate(planned: &Planned) -> Result<(Endpoint, String), ProviderError> {
    let Content::Allocation(content) = &planned.content else {
        return Err(XERO.unsupported("", "only an allocation can be allocated"));
    };
    let endpoint = Endpoint::put(Resource::CreditNotes)
        .at(content.credit_note.as_str())
        .below(Resource::Allocations)
        .with("summarizeErrors", "false");
    Ok((endpoint, envelope(Resource::Allocations, &[raw(&allocation::create(content))?])?))
}

fn raw(element: &impl Serialize) -> Result<Box<RawValue>, ProviderError> {
    to_raw_value(element).map_err(|error| unwritable(&error))
}

fn envelope(resource: Resource, elements: &[Box<RawValue>]) -> Result<String, ProviderError> {
    let members = std::collections::BTreeMap::from([(resource.key(), elements)]);
    serde_json::to_string(&members).map_err(|error| unwritable(&error))
}

fn unwritable(error: &serde_json::Error) -> ProviderError {
    XERO.refused("", format!("cannot be written as JSON: {error}"))
}

/// Sends an encoded write once and judges the answer.
pub(crate) async fn send(client: &Client, tenant: &OrganisationId, write: &EncodedWrite) -> WriteReport {
    let Some(sent) = Sent::read(write) else { return foreign(write) };
    let request = match request(client, tenant, write, &sent.endpoint) {
        Ok(request) => request,
        Err(error) => return WriteReport::not_applied(write.members, &error),
    };
    let call = Call::write(write.intent.as_str(), request).with_timeout(WRITE_TIMEOUT);
    match client.exchange.call(call).await {
        Ok(answer) => Settlement::new(write, &sent, &answer, client.clock.now()).report(),
        Err(error) => without_answer(write, &error),
    }
}

fn request(
    client: &Client,
    tenant: &OrganisationId,
    write: &EncodedWrite,
    endpoint: &Endpoint,
) -> Result<http::Request<Bytes>, ProviderError> {
    let mut request = client.request(endpoint, Bytes::from(write.body.clone()))?;
    let key = HeaderValue::try_from(idempotency_key(tenant, &write.key)).map_err(|error| {
        ProviderError::new(ErrorKind::Internal, format!("the idempotency key cannot be sent: {error}"))
    })?;
    request.headers_mut().insert("idempotency-key", key);
    Ok(request)
}

/// The key as sent. Xero keeps keys per app and not per organisation, so that the organisation becomes part of it
/// (xero.md 3). A key that would be too long, or no header text, is replaced by a digest of both.
fn idempotency_key(tenant: &OrganisationId, key: &str) -> String {
    let prefixed = if key.contains(tenant.as_str()) {
        key.to_owned()
    } else {
        let short: String = tenant.as_str().chars().filter(char::is_ascii_hexdigit).take(12).collect();
        format!("{short}-{key}")
    };
    if prefixed.len() <= KEY_TEXT && prefixed.bytes().all(|byte| byte.is_ascii_graphic()) {
        return prefixed;
    }
    let named = Uuid::new_v5(&Uuid::NAMESPACE_URL, tenant.as_str().as_bytes());
    Uuid::new_v5(&named, key.as_bytes()).to_string()
}

#[cfg(test)]
mod tests;
