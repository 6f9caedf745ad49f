//! Files and notes on records in the books.

use factory_accounting_core::model::RecordKey;
use factory_accounting_core::provider::{Attachment, ByteStream, NewAttachment};
use factory_accounting_core::store::Link;

use crate::engine::{Engine, EngineError};
use crate::event::Verb;

impl Engine {
    /// Files attached to a record in the package.
    pub async fn attachments(&self, key: &RecordKey) -> Result<Vec<Attachment>, EngineError> {
        let link = self.linked(key).await?;
        Ok(self.inner.provider.attachments(key.kind, &link.remote).await?)
    }

    /// Attaches a file; one of the same name is replaced, so repeating is harmless.
    pub async fn attach(&self, key: &RecordKey, file: NewAttachment) -> Result<Attachment, EngineError> {
        let link = self.linked(key).await?;
        Ok(self.inner.provider.attach(key.kind, &link.remote, file).await?)
    }

    /// Reads an attached file as it comes.
    pub async fn download(&self, key: &RecordKey, attachment: &Attachment) -> Result<ByteStream, EngineError> {
        let link = self.linked(key).await?;
        Ok(self.inner.provider.download(key.kind, &link.remote, attachment).await?)
    }

    /// Adds a note to the record's history in the package.
    pub async fn note(&self, key: &RecordKey, text: &str) -> Result<(), EngineError> {
        let link = self.linked(key).await?;
        Ok(self.inner.provider.note(key.kind, &link.remote, text).await?)
    }

    async fn linked(&self, key: &RecordKey) -> Result<Link, EngineError> {
        self.inner.called(Verb::Files, Some(key.kind), 1);
        self.inner.link_of(key).await?.ok_or_else(|| EngineError::NotLinked(key.clone()))
    }
}
