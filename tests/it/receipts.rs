//! Receipts attached to a bill, the same story at each package that keeps files.

use bytes::Bytes;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::NewAttachment;
use serde_json::json;

use crate::host::Host;
use crate::make::au::document;
use crate::make::{key, supplier};
use crate::world::Books;

/// What is attached to a bill is listed there, and read as it was.
pub(crate) fn is_listed_and_read<W: Books>(host: &Host<W>) {
    host.send(vec![supplier("S1", "Kauri Timber"), document("bill", "KT-1", "S1", "80", json!({}))]);
    let key = key(RecordKind::Bill, "KT-1");
    let content = Bytes::from_static(b"%PDF-1.4 a receipt");
    let receipt = NewAttachment {
        name: "receipt.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        content: content.clone(),
        show_to_party: false,
    };
    host.clock.run(host.engine.attach(&key, receipt)).expect("attached");
    let listed = host.clock.run(host.engine.attachments(&key)).expect("listed");
    assert_eq!(listed.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["receipt.pdf"]);
    let read = host.clock.run(async {
        let mut stream = host.engine.download(&key, &listed[0]).await.expect("a stream");
        let mut bytes = Vec::new();
        while let Some(chunk) = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await {
            bytes.extend_from_slice(&chunk.expect("a chunk"));
        }
        bytes
    });
    assert_eq!(read, content);
}
