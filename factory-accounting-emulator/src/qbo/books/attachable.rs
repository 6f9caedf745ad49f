//! Files and notes on documents (qbo.md 5.22).

use super::entity::{Entity, Family};
use super::errors::{self, Fault};
use super::ids::Id;
use super::shape::{Field, Shape};
use super::wire::reader::{self, Input};
use super::write::Draft;
use super::{Books, Context};
use crate::qbo::call::{Call, Reply};
use crate::qbo::switches::Switches;
use crate::seeded::Seeded;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::{Method, StatusCode, header};
use rust_decimal::Decimal;

static ATTACHABLE_REF: Shape = Shape::new(
    "AttachableRef",
    &[
        Field::reference("EntityRef", &[]).filterable(),
        Field::text("LineInfo", 100),
        Field::flag("IncludeOnSend"),
        Field::flag("NoRefOnly"),
    ],
);

const CATEGORIES: [&str; 7] = ["Contact Photo", "Document", "Image", "Receipt", "Signature", "Sound", "Other"];

pub(super) static ATTACHABLE: Shape = Shape::new(
    "Attachable",
    &[
        Field::text("FileName", 1000).sortable(),
        Field::text("FileAccessUri", 4000).read_only(),
        Field::text("TempDownloadUri", 4000).read_only(),
        Field::whole("Size", 0, i64::MAX).read_only().sortable(),
        Field::text("ContentType", 100).filterable(),
        Field::word("Category", &CATEGORIES).filterable(),
        Field::text("Lat", 30),
        Field::text("Long", 30),
        Field::text("PlaceName", 2000),
        Field::text("Note", 2000).sortable(),
        Field::text("Tag", 2000),
        Field::text("ThumbnailFileAccessUri", 4000).read_only(),
        Field::text("ThumbnailTempDownloadUri", 4000).read_only(),
        Field::list("AttachableRef", &ATTACHABLE_REF),
    ],
);

/// What may be uploaded: extension and MIME types.
const TYPES: [(&str, &[&str]); 17] = [
    ("ai", &["application/postscript", "application/illustrator"]),
    ("csv", &["text/csv", "application/vnd.ms-excel"]),
    ("doc", &["application/msword"]),
    ("docx", &["application/vnd.openxmlformats-officedocument.wordprocessingml.document"]),
    ("eps", &["application/postscript"]),
    ("gif", &["image/gif"]),
    ("jpeg", &["image/jpeg"]),
    ("jpg", &["image/jpeg", "image/jpg"]),
    ("ods", &["application/vnd.oasis.opendocument.spreadsheet"]),
    ("pdf", &["application/pdf"]),
    ("png", &["image/png"]),
    ("rtf", &["text/rtf", "application/rtf"]),
    ("tif", &["image/tiff"]),
    ("txt", &["text/plain"]),
    ("xls", &["application/vnd.ms-excel", "application/vnd/ms-excel"]),
    ("xlsx", &["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"]),
    ("xml", &["text/xml", "application/xml"]),
];

const LARGEST: usize = 100 * 1024 * 1024;

/// How long a download address lives.
const ADDRESS_LIFE: TimeDelta = TimeDelta::minutes(15);

impl Books {
    /// Stores one uploaded file; answers the Attachable as JSON. Metadata is the JSON part that belongs to the file.
    ///
    /// # Errors
    /// 6030, 6040, 6041, 6050, and what a strict reader refuses in the metadata.
    pub(crate) fn attach(
        &mut self,
        metadata: Option<&[u8]>,
        content: &[u8],
        content_type: &str,
        file_name: &str,
        now: DateTime<Utc>,
        switches: &Switches,
    ) -> Result<String, Fault> {
        if content.len() > LARGEST {
            let text = format!("The file upload request should not exceed 100MB in size. Size: {}", content.len());
            return Err(Fault::of(6030, text));
        }
        let mut input = match metadata {
            Some(bytes) => {
                let text = std::str::from_utf8(bytes).map_err(|_| not_attachable())?;
                reader::read(&ATTACHABLE, text, switches)?
            }
            None => Input::of(super::record::Record::new(&ATTACHABLE)),
        };
        if input.id.is_some() {
            return Err(not_attachable());
        }
        input.body.set_default("FileName", file_name);
        let mime = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        check_type(input.body.text("FileName").unwrap_or_default(), &mime)?;
        input.body.set_default("ContentType", mime);
        let ctx = Context { now, switches, options: &[] };
        let id = self.attempt(|books| {
            let mut draft = Draft {
                entity: Entity::Attachable,
                id: books.next_id(Entity::Attachable),
                before: None,
                body: input.body.clone(),
                input,
                voided: false,
            };
            books.check_attachable(&mut draft)?;
            draft.body.set("Size", Decimal::from(content.len()));
            draft.body.set("FileAccessUri", format!("/v3/company/{}/download/{}", books.realm, draft.id));
            books.put_new(Entity::Attachable, draft.id, draft.body, &ctx);
            Ok::<Id, Fault>(draft.id)
        })?;
        self.contents.insert(id, Bytes::copy_from_slice(content));
        Ok(self.shown(Entity::Attachable, id)?.json)
    }

    /// Every link names a row that there is; what is attached survives it (qbo.md 5.22).
    pub(super) fn check_attachable(&mut self, draft: &mut Draft) -> Result<(), Fault> {
        if !draft.body.has("FileName") && !draft.body.has("Note") {
            return Err(errors::required("Note"));
        }
        for link in draft.input.body.list("AttachableRef") {
            let Some(target) = link.link("EntityRef") else { continue };
            let entity = target.entity.ok_or_else(|| errors::required("EntityRef"))?;
            if matches!(entity.family(), Family::Single | Family::Attachment) {
                return Err(Fault::of(6050, format!("The entity reference type {} is unsupported", entity.name())));
            }
            let known = Id::parse(&target.value).is_some_and(|id| self.get(entity, id).is_some());
            if !known {
                return Err(errors::invalid_reference(entity, &target.value).on("AttachableRef"));
            }
        }
        Ok(())
    }

    /// `GET /download/{id}`: a text with an address that needs no token and lives a quarter of an hour.
    pub(super) fn download(&self, call: &Call<'_>, id: &str, ctx: &Context<'_>) -> Result<Reply, Fault> {
        if call.method != Method::GET {
            return Err(errors::unsupported(&format!("{} on download", call.method)));
        }
        let row = self.present(Entity::Attachable, id)?;
        if !self.contents.contains_key(&row.id) {
            return Err(errors::no_such_row());
        }
        let host = call.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
        let expires = (ctx.now + ADDRESS_LIFE).timestamp();
        let (realm, signature) = (self.realm, self.signature(row.id, expires));
        let address = format!("http://{host}/temporary/{realm}/{}?expires={expires}&signature={signature}", row.id);
        Ok(Reply::text(StatusCode::OK, address))
    }

    /// The file behind such an address: its content type and bytes; none when the address is wrong or over.
    pub(crate) fn file(&self, id: &str, expires: &str, signature: &str, now: DateTime<Utc>) -> Option<(String, Bytes)> {
        let (id, expires) = (Id::parse(id)?, expires.parse::<i64>().ok()?);
        if expires < now.timestamp() || self.signature(id, expires) != signature {
            return None;
        }
        let row = self.get(Entity::Attachable, id)?;
        let content = self.contents.get(&id)?;
        Some((row.body.text("ContentType").unwrap_or("application/octet-stream").to_owned(), content.clone()))
    }

    fn signature(&self, id: Id, expires: i64) -> String {
        Seeded::new(self.seed, &format!("download {} {id} {expires}", self.realm)).token(32)
    }
}

/// 6041 for a type that is not taken; each part needs its own real one (qbo.md 5.22).
fn check_type(file_name: &str, mime: &str) -> Result<(), Fault> {
    let extension = file_name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let known = TYPES.iter().find(|(own, _)| extension.as_deref() == Some(own));
    let fits = TYPES.iter().any(|(_, types)| types.contains(&mime));
    if known.is_some() && fits {
        return Ok(());
    }
    Err(Fault::of(
        6041,
        format!("The file {file_name} of type {mime} can't be attached. Check extension and MIME type."),
    ))
}

fn not_attachable() -> Fault {
    Fault::of(6040, "The file metadata submitted must be of Attachable type")
}
