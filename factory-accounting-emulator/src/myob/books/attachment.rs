//! Files on bills and spent money (myob.md 3.9).

use super::errors::{self, Fault};
use super::table::Table;
use super::{Books, Context, Refusal};
use crate::myob::call::{Call, Reply};
use crate::myob::refusal;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// Attached files by the document that carries them.
pub(super) type Files = BTreeMap<Uuid, Vec<File>>;

/// One attached file.
#[derive(Clone, Debug)]
pub(super) struct File {
    uid: Uuid,
    name: String,
    content: Bytes,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Sent {
    #[serde(default)]
    attachments: Vec<SentFile>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SentFile {
    original_file_name: Option<String>,
    file_base64_content: Option<String>,
}

/// What MYOB takes (myob.md 2).
const EXTENSIONS: [&str; 6] = ["pdf", "tif", "tiff", "jpg", "jpeg", "png"];

impl Books {
    /// The file behind a presigned link.
    pub(crate) fn attachment_file(&self, attachment: Uuid) -> Option<(String, Bytes)> {
        let file = self.files.values().flatten().find(|file| file.uid == attachment)?;
        Some((file.name.clone(), file.content.clone()))
    }

    pub(super) fn attach(
        &mut self,
        call: &Call<'_>,
        table: Table,
        uid: Uuid,
        ctx: &Context<'_>,
    ) -> Result<Reply, Refusal> {
        self.check_place(table, uid, ctx)?;
        let sent: Sent =
            serde_json::from_slice(call.body).map_err(|error| Fault::of("SerializationError", error.to_string()))?;
        // One file to a request (myob.md 2).
        let [file] = sent.attachments.as_slice() else {
            return Err(errors::invalid("Attachments", "send exactly one attachment").into());
        };
        let name = file.original_file_name.clone().ok_or_else(|| errors::required("OriginalFileName"))?;
        check_name(&name)?;
        let content = file.file_base64_content.as_deref().ok_or_else(|| errors::required("FileBase64Content"))?;
        let content = STANDARD
            .decode(content)
            .map_err(|_| errors::invalid("FileBase64Content", "FileBase64Content is not base64"))?;
        let most = usize::try_from(ctx.switches.attachment_bytes).unwrap_or(usize::MAX);
        if content.is_empty() || content.len() >= most {
            return Err(
                errors::invalid("FileBase64Content", format!("the file must be smaller than {most} bytes")).into()
            );
        }
        let file = File { uid: self.uids.uuid(), name, content: Bytes::from(content) };
        let location = format!("{}/Attachment/{}", ctx.uri(table, uid), file.uid);
        Arc::make_mut(&mut self.files).entry(uid).or_default().push(file);
        let body =
            call.flag("returnBody").then(|| Bytes::from(self.attachments_json(call, table, uid, ctx).to_string()));
        Ok(Reply::created(&location, body))
    }

    pub(super) fn attachments(
        &self,
        call: &Call<'_>,
        table: Table,
        uid: Uuid,
        ctx: &Context<'_>,
    ) -> Result<Reply, Refusal> {
        self.check_place(table, uid, ctx)?;
        Ok(Reply::json(StatusCode::OK, self.attachments_json(call, table, uid, ctx).to_string()))
    }

    pub(super) fn attachment(
        &self,
        call: &Call<'_>,
        table: Table,
        uid: Uuid,
        attachment: Uuid,
        ctx: &Context<'_>,
    ) -> Result<Reply, Refusal> {
        self.check_place(table, uid, ctx)?;
        let file = self.files.get(&uid).into_iter().flatten().find(|file| file.uid == attachment);
        let file = file.ok_or_else(errors::no_such_row)?;
        Ok(Reply::json(StatusCode::OK, file_json(file, call, table, uid, ctx).to_string()))
    }

    pub(super) fn detach(
        &mut self,
        table: Table,
        uid: Uuid,
        attachment: Uuid,
        ctx: &Context<'_>,
    ) -> Result<Reply, Refusal> {
        self.check_place(table, uid, ctx)?;
        let there = self.files.get(&uid).is_some_and(|files| files.iter().any(|file| file.uid == attachment));
        if !there {
            return Err(errors::no_such_row().into());
        }
        if let Some(files) = Arc::make_mut(&mut self.files).get_mut(&uid) {
            files.retain(|file| file.uid != attachment);
        }
        Ok(Reply::empty(StatusCode::OK))
    }

    /// The names of the files that a document carries.
    pub(super) fn file_names(&self, uid: Uuid) -> Vec<&str> {
        self.files.get(&uid).into_iter().flatten().map(|file| file.name.as_str()).collect()
    }

    /// On sales the path does not exist, or nobody has said that it does (myob.md 13.10).
    fn check_place(&self, table: Table, uid: Uuid, ctx: &Context<'_>) -> Result<(), Refusal> {
        if !table.has_attachments() && !ctx.switches.sale_attachments {
            return Err(refusal::token_invalid().into());
        }
        self.present(table, uid)?;
        Ok(())
    }

    fn attachments_json(&self, call: &Call<'_>, table: Table, uid: Uuid, ctx: &Context<'_>) -> Value {
        let files = self.files.get(&uid).into_iter().flatten();
        let files: Vec<Value> = files.map(|file| file_json(file, call, table, uid, ctx)).collect();
        let mut whole = json!({"UID": uid, "Attachments": files, "RowVersion": "0"});
        if ctx.uris {
            whole["URI"] = json!(format!("{}/Attachment", ctx.uri(table, uid)));
        }
        whole
    }
}

fn file_json(file: &File, call: &Call<'_>, table: Table, uid: Uuid, ctx: &Context<'_>) -> Value {
    let mut shown = json!({
        "UID": file.uid,
        "OriginalFileName": file.name,
        "ThumbnailUri": null,
        "FileUri": call.file_link(file.uid),
        "FileBase64Content": null,
        "RowVersion": "0",
    });
    if ctx.uris {
        shown["URI"] = json!(format!("{}/Attachment/{}", ctx.uri(table, uid), file.uid));
    }
    shown
}

/// Names beyond ASCII, or without an extension that MYOB takes, are refused (myob.md 3.9).
fn check_name(name: &str) -> Result<(), Fault> {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
    let printable = name.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if printable && EXTENSIONS.contains(&extension.as_str()) {
        return Ok(());
    }
    let message = "the name must be printable ASCII and end in .pdf, .tif, .tiff, .jpg, .jpeg or .png";
    Err(errors::invalid("OriginalFileName", message))
}
