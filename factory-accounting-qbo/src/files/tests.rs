use factory_accounting_core::provider::AccountingProvider as _;
use futures::TryStreamExt as _;

use super::*;
use crate::testing::{ACCESS_TOKEN, Answers as _, Wire, provider, statements};

fn file(name: &str, content: &'static [u8]) -> NewAttachment {
    NewAttachment {
        name: name.to_owned(),
        media_type: "application/pdf".to_owned(),
        content: Bytes::from_static(content),
        show_to_party: true,
    }
}

fn bill() -> RemoteId {
    RemoteId::new("bill:42")
}

fn taken(size: usize) -> Wire {
    Wire::ok(format!(
        r#"{{"AttachableResponse":[{{"Attachable":{{"Id":"5000000000000504413","SyncToken":"0","FileName":"dwg7.pdf","ContentType":"application/pdf","Size":{size}}}}}]}}"#
    ))
}

#[tokio::test]
async fn files_are_listed_and_notes_are_none() {
    let rows =
        [r#"{"Id":"1","FileName":"a.pdf","ContentType":"application/pdf","Size":18}"#, r#"{"Id":"2","Note":"x"}"#];
    let (provider, script) = provider([Wire::rows("Attachable", &rows)]);
    let found = provider.attachments(RecordKind::Bill, &bill()).await.expect("files");
    assert_eq!((found.len(), found[0].id.as_str(), found[0].size), (1, "attachable:1", 18));
    assert_eq!(
        statements(&script),
        [
            "SELECT * FROM Attachable WHERE AttachableRef.EntityRef.Type = 'Bill' AND AttachableRef.EntityRef.value = '42' \
          STARTPOSITION 1 MAXRESULTS 1000"
        ]
    );
}

#[tokio::test]
async fn a_file_goes_up_whole_and_takes_the_place_of_its_namesake() {
    let rows =
        [r#"{"Id":"1","SyncToken":"2","FileName":"dwg7.pdf"}"#, r#"{"Id":"2","SyncToken":"0","FileName":"b.pdf"}"#];
    let (provider, script) = provider([
        Wire::rows("Attachable", &rows),
        taken(5),
        Wire::ok(r#"{"Attachable":{"Id":"1","status":"Deleted"}}"#),
    ]);
    let kept = provider.attach(RecordKind::Bill, &bill(), file("dwg7.pdf", b"%PDF-")).await.expect("taken");
    assert_eq!(kept.id.as_str(), "attachable:5000000000000504413");
    let seen = script.seen();
    assert_eq!(seen[1].line, "POST /v3/company/9341453/upload?minorversion=75");
    assert_eq!(seen[1].header("content-type"), Some("multipart/form-data; boundary=factory-accounting-0"));
    assert_eq!(
        seen[1].body,
        "--factory-accounting-0\r\nContent-Disposition: form-data; name=\"file_metadata_01\"; filename=\"attachment.json\"\r\n\
         Content-Type: application/json; charset=UTF-8\r\n\r\n\
         {\"AttachableRef\":[{\"EntityRef\":{\"type\":\"Bill\",\"value\":\"42\"},\"IncludeOnSend\":true}],\"FileName\":\"dwg7.pdf\",\"ContentType\":\"application/pdf\"}\r\n\
         --factory-accounting-0\r\nContent-Disposition: form-data; name=\"file_content_01\"; filename=\"dwg7.pdf\"\r\n\
         Content-Type: application/pdf\r\n\r\n%PDF-\r\n--factory-accounting-0--\r\n"
    );
    assert_eq!(seen[2].line, "POST /v3/company/9341453/attachable?minorversion=75&operation=delete");
    assert_eq!(seen[2].body, r#"{"Id":"1","SyncToken":"2"}"#);
}

#[tokio::test]
async fn a_mangled_file_is_noticed_by_its_size() {
    let (provider, script) = provider([Wire::rows("Attachable", &[]), taken(7)]);
    let error = provider.attach(RecordKind::Bill, &bill(), file("dwg7.pdf", b"%PDF-")).await.expect_err("mangled");
    assert_eq!((error.kind(), script.lines().len()), (ErrorKind::Protocol, 2));
}

#[tokio::test]
async fn a_refused_file_says_why() {
    let refusal = r#"{"AttachableResponse":[{"Fault":{"Error":[{"Message":"bad type","code":"6041","Detail":"x"}],"type":"ValidationFault"}}]}"#;
    let (provider, _) = provider([Wire::rows("Attachable", &[]), Wire::ok(refusal)]);
    let error = provider.attach(RecordKind::Bill, &bill(), file("dwg7.pdf", b"%PDF-")).await.expect_err("refused");
    assert_eq!((error.package_code(), error.issues()[0].path.as_str()), (Some("6041"), "media_type"));
}

#[tokio::test]
async fn what_quickbooks_would_refuse_never_leaves() {
    let mut generic = file("a.pdf", b"x");
    "application/octet-stream".clone_into(&mut generic.media_type);
    for (file, path) in [
        (file("a.exe", b"x"), "name"),
        (file("no ending", b"x"), "name"),
        (file("a\"b.pdf", b"x"), "name"),
        (file("a.pdf", b""), "content"),
        (generic, "media_type"),
    ] {
        let (provider, script) = provider([]);
        let error = provider.attach(RecordKind::Bill, &bill(), file).await.expect_err("refused");
        assert_eq!((error.issues()[0].path.as_str(), script.lines().len()), (path, 0));
    }
    let (provider, script) = provider([]);
    let error = provider.attachments(RecordKind::Product, &RemoteId::new("item:3")).await.expect_err("no files");
    assert_eq!((error.kind(), script.lines().len()), (ErrorKind::Unsupported, 0));
}

fn stored() -> Attachment {
    Attachment {
        id: RemoteId::new("attachable:7"),
        name: "a.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        size: 5,
    }
}

#[tokio::test]
async fn a_download_never_shows_the_store_the_token() {
    let (provider, script) = provider([Wire::ok("https://store.example/x?signature=planted"), Wire::ok("%PDF-")]);
    let stream = provider.download(RecordKind::Bill, &bill(), &stored()).await.expect("a file");
    let chunks: Vec<Bytes> = stream.try_collect().await.expect("whole");
    assert_eq!(chunks.concat(), b"%PDF-");
    let seen = script.seen();
    assert_eq!(seen[0].line, "GET /v3/company/9341453/download/7?minorversion=75");
    assert_eq!(seen[0].header("authorization"), Some(format!("Bearer {ACCESS_TOKEN}").as_str()));
    assert_eq!(
        (seen[1].line.as_str(), seen[1].header("authorization")),
        ("GET store.example/x?signature=planted", None)
    );
}

#[tokio::test]
async fn an_address_that_is_not_safe_is_not_followed() {
    for body in ["http://store.example/x", "file:///etc/passwd", "nonsense", ""] {
        let (provider, script) = provider([Wire::ok(body)]);
        let error = provider.download(RecordKind::Bill, &bill(), &stored()).await.err().expect("refused");
        assert_eq!((error.kind(), script.lines().len()), (ErrorKind::Protocol, 1), "{body}");
    }
    let (provider, _) = provider([Wire::ok("https://store.example/x?signature=planted"), Wire::status(403, "planted")]);
    let error = provider.download(RecordKind::Bill, &bill(), &stored()).await.err().expect("refused");
    assert!(!error.to_string().contains("planted"));
}

#[tokio::test]
async fn a_note_is_an_attachable_without_a_file() {
    let (provider, script) = provider([Wire::ok(r#"{"Attachable":{"Id":"9","Note":"sent by Factory"}}"#)]);
    provider.note(RecordKind::Bill, &bill(), &"n".repeat(3_000)).await.expect("noted");
    let body: serde_json::Value = serde_json::from_str(&script.seen()[0].body).expect("JSON");
    assert_eq!(body["AttachableRef"][0]["EntityRef"]["type"], "Bill");
    assert_eq!(body["Note"].as_str().map(str::len), Some(2_000));
    assert_eq!(body["FileName"], serde_json::Value::Null);
}

#[test]
fn the_boundary_is_never_within_the_content() {
    assert_eq!(boundary(b"plain"), "factory-accounting-0");
    assert_eq!(boundary(b"x factory-accounting-0 y factory-accounting-1"), "factory-accounting-2");
}
