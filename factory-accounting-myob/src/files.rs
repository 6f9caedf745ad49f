//! Attached files: on bills and money spent, in company files that lie with MYOB (myob.md 3.9).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use factory_accounting_core::error::{ErrorKind, Issue, ProviderError};
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{Attachment, ByteStream, NewAttachment};
use factory_accounting_http::{fetch_file, unreadable};
use http::{Method, StatusCode};

use crate::client::Client;
use crate::config::MyobConfig;
use crate::dialect;
use crate::endpoint::Endpoint;
use crate::remote_id::{self, Collection};
use crate::wire::attachment::{Attached, AttachedWrite, Attachments, AttachmentsWrite};

/// Longest file name that is sent (myob.md 3.9).
const NAME_TEXT: usize = 100;
/// Bytes of a file that is read.
const DOWNLOAD_BYTES: usize = 32 * 1_024 * 1_024;
/// Endings of the files that MYOB takes, with their types (myob.md 2).
const ENDINGS: [(&str, &str); 6] = [
    ("pdf", "application/pdf"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("png", "image/png"),
];

/// The record that files hang on.
fn holder(kind: RecordKind, id: &RemoteId) -> Result<(Collection, &str), ProviderError> {
    let found = remote_id::split(id)
        .filter(|(collection, _)| matches!(collection, Collection::Bill(_) | Collection::SpendMoney));
    found.ok_or_else(|| {
        let message = format!("MYOB takes no files on a {kind}, only on bills and money spent: attach it to the bill");
        ProviderError::new(ErrorKind::Unsupported, message)
    })
}

async fn attached(
    client: &Client,
    operation: &'static str,
    collection: Collection,
    uid: &str,
) -> Result<Vec<Attached>, ProviderError> {
    let read: Attachments = client.one(operation, &Endpoint::attachments(Method::GET, collection, uid)).await?;
    Ok(read.attachments)
}

/// The files attached to a record. MYOB does not say how large they are.
pub(crate) async fn list(client: &Client, kind: RecordKind, id: &RemoteId) -> Result<Vec<Attachment>, ProviderError> {
    let operation = "list attachments";
    let (collection, uid) = holder(kind, id)?;
    let found = attached(client, operation, collection, uid).await?;
    found
        .iter()
        .map(|one| attachment(one, 0))
        .collect::<Option<_>>()
        .ok_or_else(|| unreadable(operation, "a file without an id"))
}

/// Attaches a file. Those of its name that were there before are removed once the new one is there, so that repeating is
/// harmless.
pub(crate) async fn attach(
    client: &Client,
    config: &MyobConfig,
    kind: RecordKind,
    id: &RemoteId,
    file: &NewAttachment,
) -> Result<Attachment, ProviderError> {
    let operation = "attach a file";
    let (collection, uid) = holder(kind, id)?;
    if !config.profile.online {
        let message =
            "a company file in the customer's own network takes no attachments: attach the file there by hand";
        return Err(ProviderError::new(ErrorKind::Unsupported, message));
    }
    let name = checked(file, config.attachment_bytes)?;
    let before = attached(client, operation, collection, uid).await?;
    let content = STANDARD.encode(&file.content);
    let body = AttachmentsWrite { attachments: [AttachedWrite { name: &name, content: &content }] };
    let body = serde_json::to_string(&body).map_err(|error| unreadable(operation, &error.to_string()))?;
    written(client, operation, &Endpoint::attachments(Method::POST, collection, uid), Bytes::from(body)).await?;
    let after = attached(client, operation, collection, uid).await?;
    let is_old = |one: &Attached| before.iter().any(|old| old.uid == one.uid);
    let taken = after.iter().find(|one| one.original_file_name.as_deref() == Some(name.as_str()) && !is_old(one));
    let size = file.content.len() as u64;
    let taken =
        taken.and_then(|one| attachment(one, size)).ok_or_else(|| unreadable(operation, "the file is not listed"))?;
    for old in before.iter().filter(|old| old.original_file_name.as_deref() == Some(name.as_str())) {
        let Some(old) = &old.uid else { continue };
        let endpoint = Endpoint::attachments(Method::DELETE, collection, uid).below(old);
        written(client, "remove an earlier file", &endpoint, Bytes::new()).await?;
    }
    Ok(taken)
}

/// Sends a write once; any answer but a success is an error.
async fn written(
    client: &Client,
    operation: &'static str,
    endpoint: &Endpoint,
    body: Bytes,
) -> Result<(), ProviderError> {
    let answer = client.send(operation, endpoint, body).await?;
    match answer.status {
        StatusCode::OK | StatusCode::CREATED | StatusCode::NO_CONTENT => Ok(()),
        StatusCode::UNAUTHORIZED => Err(client.refused_sign_in(operation, endpoint, &answer).await),
        _ => Err(dialect::error(operation, &answer, client.clock.now())),
    }
}

/// Reads a file as it comes. It lies in a store of its own, at an address that holds for a minute or two and must not be
/// shown the connection's token.
pub(crate) async fn download(
    client: &Client,
    kind: RecordKind,
    id: &RemoteId,
    file: &Attachment,
) -> Result<ByteStream, ProviderError> {
    let operation = "download an attachment";
    let (collection, uid) = holder(kind, id)?;
    let found = attached(client, operation, collection, uid).await?;
    let Some(one) = found.into_iter().find(|one| one.uid.as_deref() == Some(file.id.as_str())) else {
        let message = format!("{operation}: {} is not attached to {id} any more", file.name);
        return Err(ProviderError::new(ErrorKind::NotFound, message));
    };
    let address = one.file_uri.unwrap_or_default();
    fetch_file(&client.storage, operation, &client.base, &address, DOWNLOAD_BYTES).await
}

/// Records have no history that a note could be added to.
pub(crate) fn note(kind: RecordKind) -> ProviderError {
    let message =
        format!("MYOB keeps no history of a {kind} that a note could go into: write it into the record's own texts");
    ProviderError::new(ErrorKind::Unsupported, message)
}

fn refused(path: &str, message: String) -> ProviderError {
    ProviderError::new(ErrorKind::Validation, "the file cannot be attached in MYOB")
        .with_issues([Issue::new(path, message)])
}

/// The name that a file goes under, or why MYOB would refuse the file.
fn checked(file: &NewAttachment, most: usize) -> Result<String, ProviderError> {
    let ending = ending(&file.name).to_ascii_lowercase();
    if !ENDINGS.iter().any(|(known, _)| *known == ending) {
        let all = ENDINGS.map(|(known, _)| known).join(", ");
        return Err(refused("name", format!("{:?} is no file that MYOB takes: attach one of {all}", file.name)));
    }
    let bytes = file.content.len();
    if bytes == 0 || bytes >= most {
        return Err(refused(
            "content",
            format!("{} has {bytes} bytes: MYOB takes 1 to {}", file.name, most.saturating_sub(1)),
        ));
    }
    Ok(plain_name(&file.name))
}

/// Names are of plain letters, and not long (myob.md 3.9); the ending stays.
fn plain_name(name: &str) -> String {
    let plain = |c: char| if matches!(c, ' '..='~') { c } else { '_' };
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let room = NAME_TEXT.saturating_sub(ending.chars().count() + 1);
    let stem: String = stem.chars().map(plain).take(room).collect();
    format!("{stem}.{ending}")
}

fn ending(name: &str) -> &str {
    name.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default()
}

fn attachment(read: &Attached, size: u64) -> Option<Attachment> {
    let name = read.original_file_name.clone()?;
    let own = ending(&name).to_ascii_lowercase();
    let media_type =
        ENDINGS.iter().find(|(known, _)| *known == own).map_or("application/octet-stream", |(_, kind)| kind);
    Some(Attachment { id: RemoteId::new(read.uid.clone()?), media_type: media_type.to_owned(), name, size })
}

#[cfg(test)]
mod tests;
