//! What hangs on records: attached files and notes (qbo.md 5.22).

use bytes::{BufMut as _, Bytes, BytesMut};
use factory_accounting_core::error::{ErrorKind, Issue, ProviderError};
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{Attachment, ByteStream, NewAttachment};
use factory_accounting_http::{Answer, Call, fetch_file, unreadable};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use rust_decimal::prelude::ToPrimitive as _;

use crate::client::Client;
use crate::dialect::body::Fault;
use crate::endpoint::{Endpoint, Entity};
use crate::query::{Property, Query};
use crate::wire::attachable::{Attachable, AttachableRef, AttachableWrite, EntityRef, Uploaded};
use crate::wire::envelope;
use crate::{dialect, remote_id};

/// Bytes of an upload, everything together.
const FILE_BYTES: usize = 100 * 1_024 * 1_024;
/// Characters of a note.
const NOTE_TEXT: usize = 2_000;
/// Longest file name.
const NAME_TEXT: usize = 1_000;
/// Endings of the files that QuickBooks takes.
const ENDINGS: [&str; 17] = [
    "ai", "csv", "doc", "docx", "eps", "gif", "jpeg", "jpg", "ods", "pdf", "png", "rtf", "tif", "txt", "xls", "xlsx",
    "xml",
];

/// The record that a file hangs on.
fn holder(kind: RecordKind, id: &RemoteId) -> Result<(Entity, &str), ProviderError> {
    let found = remote_id::split(id).filter(|(entity, _)| {
        // Lists take files too; QuickBooks' own pages show them on transactions.
        !matches!(entity, Entity::Item | Entity::Customer | Entity::Vendor)
    });
    found.ok_or_else(|| {
        ProviderError::new(ErrorKind::Unsupported, format!("QuickBooks takes no files on {kind} {id} from here"))
    })
}

async fn attached(
    client: &Client,
    operation: &'static str,
    entity: Entity,
    id: &str,
) -> Result<Vec<Attachable>, ProviderError> {
    let query =
        Query::of(Entity::Attachable).is(Property::AttachedType, entity.name())?.is(Property::AttachedTo, id)?;
    client.all(operation, &query).await
}

/// The files attached to a record; notes are none.
pub(crate) async fn list(client: &Client, kind: RecordKind, id: &RemoteId) -> Result<Vec<Attachment>, ProviderError> {
    let operation = "list attachments";
    let (entity, bare) = holder(kind, id)?;
    let found = attached(client, operation, entity, bare).await?;
    found
        .iter()
        .filter(|one| one.file_name.is_some())
        .map(attachment)
        .collect::<Option<_>>()
        .ok_or_else(|| unreadable(operation, "a file without an id"))
}

/// Attaches a file. QuickBooks keeps files of one name side by side: those that were there before are removed once the new
/// one is there, so that repeating is harmless.
pub(crate) async fn attach(
    client: &Client,
    kind: RecordKind,
    id: &RemoteId,
    file: NewAttachment,
) -> Result<Attachment, ProviderError> {
    let operation = "attach a file";
    let (entity, bare) = holder(kind, id)?;
    check(&file)?;
    let before = attached(client, operation, entity, bare).await?;
    let taken = upload(client, operation, entity, bare, &file).await?;
    if taken.size != file.content.len() as u64 {
        // What was mangled on the way is answered as taken.
        let why = format!("{} has {} bytes there and {} here", file.name, taken.size, file.content.len());
        return Err(unreadable(operation, &why));
    }
    for old in before.iter().filter(|old| old.file_name.as_deref() == Some(file.name.as_str())) {
        remove(client, old).await?;
    }
    Ok(taken)
}

async fn upload(
    client: &Client,
    operation: &'static str,
    entity: Entity,
    id: &str,
    file: &NewAttachment,
) -> Result<Attachment, ProviderError> {
    let metadata = AttachableWrite {
        attachable_ref: [tie(entity, id, file.show_to_party)],
        file_name: Some(&file.name),
        content_type: Some(&file.media_type),
        note: None,
    };
    let metadata = serde_json::to_string(&metadata).map_err(|error| unreadable(operation, &error.to_string()))?;
    let boundary = boundary(&file.content);
    let mut request = client.request(&Endpoint::upload(), multipart(&boundary, &metadata, file))?;
    let form = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"))
        .map_err(|_| unreadable(operation, "the form cannot be described"))?;
    request.headers_mut().insert(CONTENT_TYPE, form);
    let answer = written(client, operation, request).await?;
    let uploaded: Uploaded = serde_json::from_slice(&answer.body)
        .map_err(|error| dialect::unreadable(operation, &answer, &error.to_string()))?;
    let [one] = uploaded.responses.as_slice() else {
        return Err(dialect::unreadable(operation, &answer, "not one file in the answer"));
    };
    if let Some(fault) = &one.fault {
        let intent = factory_accounting_core::provider::Intent::Create;
        let kind = RecordKind::Invoice;
        return Err(dialect::refusal(operation, kind, intent, &Fault::of_json(fault), &answer));
    }
    let taken = one.attachable.as_ref().and_then(attachment);
    taken.ok_or_else(|| dialect::unreadable(operation, &answer, "a file without id or name"))
}

fn tie(entity: Entity, id: &str, include_on_send: bool) -> AttachableRef<'_> {
    AttachableRef { entity_ref: EntityRef { entity: entity.name(), value: id }, include_on_send }
}

/// Sends a write once; any answer but a success without a fault is an error.
async fn written(
    client: &Client,
    operation: &'static str,
    request: http::Request<Bytes>,
) -> Result<Answer, ProviderError> {
    let answer = client.exchange.call(Call::write(operation, request)).await?;
    if answer.status == StatusCode::OK && Fault::read(&answer.body).is_none() {
        return Ok(answer);
    }
    Err(dialect::error(operation, &answer, client.clock.now()))
}

async fn remove(client: &Client, old: &Attachable) -> Result<(), ProviderError> {
    let operation = "remove an earlier file";
    let (Some(id), Some(version)) = (&old.id, &old.sync_token) else {
        return Err(unreadable(operation, "a file without id or version"));
    };
    let body = serde_json::json!({ "Id": id, "SyncToken": version }).to_string();
    let endpoint = Endpoint::post(Entity::Attachable).with("operation", "delete");
    written(client, operation, client.request(&endpoint, Bytes::from(body))?).await.map(drop)
}

/// Two parts that belong together by the end of their names. The content goes as it is: told to be base64 it has arrived
/// as that (qbo.md 13.11).
fn multipart(boundary: &str, metadata: &str, file: &NewAttachment) -> Bytes {
    let mut form = BytesMut::with_capacity(file.content.len() + metadata.len() + 512);
    form.put_slice(
        format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file_metadata_01\"; filename=\"attachment.json\"\r\n\
             Content-Type: application/json; charset=UTF-8\r\n\r\n{metadata}\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"file_content_01\"; filename=\"{}\"\r\n\
             Content-Type: {}\r\n\r\n",
            file.name, file.media_type
        )
        .as_bytes(),
    );
    form.put_slice(&file.content);
    form.put_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    form.freeze()
}

/// A line that the content does not hold.
fn boundary(content: &[u8]) -> String {
    let mut number = 0_u64;
    loop {
        let boundary = format!("factory-accounting-{number}");
        if !content.windows(boundary.len()).any(|part| part == boundary.as_bytes()) {
            return boundary;
        }
        number += 1;
    }
}

/// Reads a file as it comes. It lies in a store of its own, at an address that holds for a quarter of an hour and must not
/// be shown the connection's token.
pub(crate) async fn download(
    client: &Client,
    kind: RecordKind,
    id: &RemoteId,
    file: &Attachment,
) -> Result<ByteStream, ProviderError> {
    let operation = "download an attachment";
    holder(kind, id)?;
    let (_, attachable) = remote_id::split(&file.id)
        .filter(|(entity, _)| *entity == Entity::Attachable)
        .ok_or_else(|| ProviderError::new(ErrorKind::Internal, format!("{} is no id of a file", file.id)))?;
    let mut request = client.request(&Endpoint::download(attachable), Bytes::new())?;
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("*/*"));
    let answer = client.ask(operation, request).await?;
    let address = std::str::from_utf8(&answer.body).unwrap_or_default().trim().trim_matches('"');
    fetch_file(&client.storage, operation, &client.company, address, FILE_BYTES).await
}

/// Adds a note to a record. A longer text is cut: a note is for people, and the record itself is the truth.
pub(crate) async fn note(client: &Client, kind: RecordKind, id: &RemoteId, text: &str) -> Result<(), ProviderError> {
    let operation = "add a note";
    let (entity, bare) = holder(kind, id)?;
    let text: String = text.chars().take(NOTE_TEXT).collect();
    let note = AttachableWrite {
        attachable_ref: [tie(entity, bare, false)],
        file_name: None,
        content_type: None,
        note: Some(&text),
    };
    let body = serde_json::to_string(&note).map_err(|error| unreadable(operation, &error.to_string()))?;
    let request = client.request(&Endpoint::post(Entity::Attachable), Bytes::from(body))?;
    let answer = written(client, operation, request).await?;
    envelope::record(&answer.body, Entity::Attachable)
        .map(drop)
        .map_err(|why| dialect::unreadable(operation, &answer, &why))
}

fn refused(path: &str, message: String) -> ProviderError {
    ProviderError::new(ErrorKind::Validation, "the file cannot be attached in QuickBooks")
        .with_issues([Issue::new(path, message)])
}

/// Refuses before sending what QuickBooks would refuse.
fn check(file: &NewAttachment) -> Result<(), ProviderError> {
    if let Some(odd) = file.name.chars().find(|c| c.is_control() || matches!(c, '"' | '\\' | '/')) {
        return Err(refused("name", format!("{:?} holds {odd:?}: leave it out", file.name)));
    }
    let length = file.name.chars().count();
    if length > NAME_TEXT {
        return Err(refused("name", format!("has {length} characters, QuickBooks keeps {NAME_TEXT}: shorten it")));
    }
    let ending = file.name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    if !ENDINGS.contains(&ending.as_str()) {
        let all = ENDINGS.join(", ");
        return Err(refused("name", format!("{:?} is no file that QuickBooks takes: attach one of {all}", file.name)));
    }
    let generic = file.media_type.eq_ignore_ascii_case("application/octet-stream");
    if generic || HeaderValue::try_from(&file.media_type).is_err() || !file.media_type.contains('/') {
        return Err(refused("media_type", format!("{:?} says nothing: give the file's own type", file.media_type)));
    }
    if file.content.is_empty() || file.content.len() > FILE_BYTES {
        let bytes = file.content.len();
        return Err(refused("content", format!("{} has {bytes} bytes: QuickBooks takes 1 to {FILE_BYTES}", file.name)));
    }
    Ok(())
}

fn attachment(read: &Attachable) -> Option<Attachment> {
    Some(Attachment {
        id: remote_id::compose(Entity::Attachable, read.id.as_deref()?),
        name: read.file_name.clone()?,
        media_type: read.content_type.clone().unwrap_or_else(|| "application/octet-stream".to_owned()),
        size: read.size.and_then(|size| size.0.to_u64()).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests;
