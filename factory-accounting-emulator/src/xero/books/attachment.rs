//! Attachments (xero.md 4.13).

use super::errors::Refusal;
use super::wire_out::Writer;
use super::{Answer, Books, Context, respond};
use crate::xero::call::{Call, Reply};
use crate::xero::switches::AttachmentLimit;
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use uuid::Uuid;

/// Most files of one document.
const MOST_FILES: usize = 10;

#[derive(Clone, Debug)]
pub(super) struct Attachment {
    id: Uuid,
    name: String,
    mime: &'static str,
    bytes: Bytes,
    online: bool,
}

impl Books {
    pub(super) fn has_attachments(&self, owner: Uuid) -> bool {
        self.attachments.get(&owner).is_some_and(|files| !files.is_empty())
    }

    /// `online` says whether the owner's kind may show files with its online invoice.
    pub(super) fn attachments_call(
        &mut self,
        call: &Call<'_>,
        owner: (&str, Uuid),
        rest: &[String],
        online: bool,
        ctx: &Context<'_>,
    ) -> Answer {
        let files = self.attachments.get(&owner.1).map(Vec::as_slice).unwrap_or_default();
        match (call.method, rest) {
            (&Method::GET, []) => Ok(ctx.envelope(None, |out| {
                out.list("Attachments", files, |out, file| render(out, owner, file));
            })),
            (&Method::GET, [key]) => {
                let file = files
                    .iter()
                    .find(|file| file.name.eq_ignore_ascii_case(key) || file.id.to_string().eq_ignore_ascii_case(key))
                    .ok_or(Refusal::NotFound)?;
                let mut reply = Reply::typed(StatusCode::OK, file.mime, file.bytes.clone());
                if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", file.name)) {
                    reply.headers.insert(header::CONTENT_DISPOSITION, disposition);
                }
                Ok(reply)
            }
            (&Method::PUT | &Method::POST, [name]) => self.attach(call, owner, name, online, ctx),
            (_, [] | [_]) => Err(Refusal::MethodNotAllowed),
            _ => Err(Refusal::NotFound),
        }
    }

    fn attach(&mut self, call: &Call<'_>, owner: (&str, Uuid), name: &str, online: bool, ctx: &Context<'_>) -> Answer {
        if name.is_empty() || name.contains(['<', '>', ':', '"', '/', '\\', '|', '?', '*', '+', '\0']) {
            return Err(Refusal::validation(format!("The file name '{name}' contains invalid characters"))); // [impl]
        }
        let megabytes = match ctx.switches.attachment_limit {
            AttachmentLimit::TenMegabytes => 10,
            AttachmentLimit::TwentyFiveMegabytes => 25,
        };
        if call.body.len() > megabytes * 1024 * 1024 {
            return Err(Refusal::validation(format!("The attachment is larger than {megabytes} MB"))); // [impl]
        }
        if call.body.is_empty() {
            return Err(Refusal::validation("The attachment is empty")); // [impl]
        }
        let wants_online = respond::flag(call, "IncludeOnline");
        if wants_online && !online {
            return Err(Refusal::validation("IncludeOnline is only for ACCREC invoices and ACCRECCREDIT credit notes")); // [impl]
        }
        let id = self.ids.next();
        let files = self.attachments.entry(owner.1).or_default();
        let at = match files.iter().position(|file| file.name.eq_ignore_ascii_case(name)) {
            Some(at) => at,
            None if files.len() >= MOST_FILES => {
                return Err(Refusal::validation("A document cannot have more than 10 attachments")); // [impl]
            }
            None => files.len(),
        };
        let file = Attachment {
            id,
            name: name.to_owned(),
            mime: mime_of(name),
            bytes: call.body.clone(),
            online: wants_online,
        };
        if at == files.len() {
            files.push(file.clone());
        } else {
            files[at] = file.clone();
        }
        Ok(ctx.envelope(None, |out| out.list("Attachments", [&file], |out, file| render(out, owner, file))))
    }
}

fn render(out: &mut Writer, (endpoint, owner): (&str, Uuid), file: &Attachment) {
    out.id("AttachmentID", file.id);
    out.text("FileName", &file.name);
    out.text("Url", &format!("https://api.xero.com/api.xro/2.0/{endpoint}/{owner}/Attachments/{}", file.name));
    out.text("MimeType", file.mime);
    out.raw("ContentLength", file.bytes.len());
    if file.online {
        out.flag("IncludeOnline", true);
    }
}

/// Taken from the file name, whatever the request said (xero.md 4.13).
fn mime_of(name: &str) -> &'static str {
    let end = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    match end.as_str() {
        "pdf" => "application/pdf",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "txt" => "text/plain",
        "csv" => "text/csv",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        _ => "application/octet-stream",
    }
}
