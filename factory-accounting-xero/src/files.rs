//! What hangs on records: attached files and notes.

use bytes::Bytes;
use factory_accounting_core::error::{ErrorKind, Issue, ProviderError};
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{Attachment, ByteStream, NewAttachment};
use factory_accounting_http::{Call, unreadable};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use rust_decimal::prelude::ToPrimitive as _;

use crate::client::Client;
use crate::dialect;
use crate::endpoint::{Endpoint, Resource};
use crate::wire::lists as wire;

/// Bytes that every page of the documentation grants (xero.md 4.13).
const FILE_BYTES: usize = 10 * 1_024 * 1_024;
/// Bytes of a file that is read: the most that any page mentions.
const DOWNLOAD_BYTES: usize = 25 * 1_024 * 1_024;
/// Characters of a note (xero.md 4.14).
const NOTE_TEXT: usize = 450;

/// The files attached to a record.
pub(crate) async fn list(client: &Client, kind: RecordKind, id: &RemoteId) -> Result<Vec<Attachment>, ProviderError> {
    let operation = "list attachments";
    let endpoint = Endpoint::get(holder(kind)?).at(id.as_str()).below(Resource::Attachments);
    let read: Vec<wire::Attachment> = client.parsed(operation, Resource::Attachments, &endpoint).await?;
    read.into_iter()
        .map(attachment)
        .collect::<Option<_>>()
        .ok_or_else(|| unreadable(operation, "a file without id or name"))
}

/// Attaches a file. One of the same name is replaced (xero.md 4.13), so that sending it again is harmless.
pub(crate) async fn attach(
    client: &Client,
    kind: RecordKind,
    id: &RemoteId,
    file: NewAttachment,
) -> Result<Attachment, ProviderError> {
    let operation = "attach a file";
    let resource = holder(kind)?;
    check(&file)?;
    let mut endpoint = Endpoint::post(resource).at(id.as_str()).below(Resource::Attachments).at(&file.name);
    if file.show_to_party && matches!(kind, RecordKind::Order | RecordKind::Invoice | RecordKind::CreditNote) {
        endpoint = endpoint.with("IncludeOnline", "true");
    }
    let mut request = client.request(&endpoint, file.content)?;
    let media_type = HeaderValue::try_from(&file.media_type)
        .map_err(|_| refused("media_type", format!("{:?} is no media type", file.media_type)))?;
    request.headers_mut().insert(CONTENT_TYPE, media_type);
    let answer = client.exchange.call(Call::write(operation, request)).await?;
    let envelope = client.collection(operation, Resource::Attachments, &answer)?;
    let read: Vec<wire::Attachment> = envelope.parse().map_err(|why| unreadable(operation, &why))?;
    read.into_iter().next_back().and_then(attachment).ok_or_else(|| unreadable(operation, "no file in the answer"))
}

/// Reads a file as it comes.
pub(crate) async fn download(
    client: &Client,
    kind: RecordKind,
    id: &RemoteId,
    file: &Attachment,
) -> Result<ByteStream, ProviderError> {
    let operation = "download an attachment";
    let endpoint = Endpoint::get(holder(kind)?).at(id.as_str()).below(Resource::Attachments).at(file.id.as_str());
    let mut request = client.request(&endpoint, Bytes::new())?;
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("*/*"));
    let call = Call::read(operation, request).with_body_cap(DOWNLOAD_BYTES);
    let (parts, stream) = client.exchange.stream(call).await?;
    if parts.status == StatusCode::OK {
        return Ok(stream);
    }
    let answer = factory_accounting_http::Answer::new(parts.status, parts.headers, Bytes::new());
    Err(dialect::error(operation, &answer, client.clock.now()))
}

/// Adds a note to a record's history. A longer text is cut: a note is for people, and the record itself is the truth.
pub(crate) async fn note(client: &Client, kind: RecordKind, id: &RemoteId, text: &str) -> Result<(), ProviderError> {
    let operation = "add a note";
    let resource = match Resource::of(kind) {
        Some(resource) if resource != Resource::Allocations => resource,
        _ => return Err(unsupported(kind, "notes")),
    };
    let details: String = text.chars().take(NOTE_TEXT).collect();
    let body = serde_json::json!({ "HistoryRecords": [{ "Details": details }] }).to_string();
    let request = client.request(&Endpoint::put(resource).at(id.as_str()).at("History"), Bytes::from(body))?;
    let answer = client.exchange.call(Call::write(operation, request)).await?;
    if answer.status == StatusCode::OK { Ok(()) } else { Err(dialect::error(operation, &answer, client.clock.now())) }
}

/// The resource that files of a kind hang on (xero.md 4.13).
fn holder(kind: RecordKind) -> Result<Resource, ProviderError> {
    match Resource::of(kind) {
        Some(Resource::Items | Resource::Payments | Resource::Allocations) | None => {
            Err(unsupported(kind, "attachments"))
        }
        Some(resource) => Ok(resource),
    }
}

fn unsupported(kind: RecordKind, what: &str) -> ProviderError {
    ProviderError::new(ErrorKind::Unsupported, format!("Xero takes no {what} on a {kind}"))
}

fn refused(path: &str, message: String) -> ProviderError {
    ProviderError::new(ErrorKind::Validation, "the file cannot be attached in Xero")
        .with_issues([Issue::new(path, message)])
}

/// Refuses before sending what Xero would refuse, or store under another name (xero.md 4.13).
fn check(file: &NewAttachment) -> Result<(), ProviderError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ' ');
    if let Some(odd) = file.name.chars().find(|c| !allowed(*c)) {
        return Err(refused(
            "name",
            format!("{:?} holds {odd:?}: use letters, digits, spaces, dots, - and _", file.name),
        ));
    }
    if !file.name.chars().any(|c| c.is_ascii_alphanumeric()) || file.name.chars().count() > 255 {
        return Err(refused("name", format!("{:?} is no file name: use 1 to 255 characters", file.name)));
    }
    if file.content.is_empty() || file.content.len() > FILE_BYTES {
        return Err(refused(
            "content",
            format!("{} has {} bytes: Xero takes 1 to {FILE_BYTES}", file.name, file.content.len()),
        ));
    }
    Ok(())
}

fn attachment(read: wire::Attachment) -> Option<Attachment> {
    Some(Attachment {
        id: RemoteId::new(read.id?),
        name: read.name?,
        media_type: read.media_type.unwrap_or_else(|| "application/octet-stream".to_owned()),
        size: read.size.and_then(|size| size.0.to_u64()).unwrap_or_default(),
    })
}
