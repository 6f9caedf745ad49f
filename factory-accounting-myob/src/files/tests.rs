use factory_accounting_core::provider::AccountingProvider as _;
use futures::StreamExt as _;

use super::*;
use crate::testing::{Wire, config, configured, provider, uid};

fn bill() -> RemoteId {
    RemoteId::new(format!("purchase/bill/service/{}", uid(20)))
}

fn file(name: &str, content: impl Into<Bytes>) -> NewAttachment {
    NewAttachment {
        name: name.to_owned(),
        media_type: "application/pdf".to_owned(),
        content: content.into(),
        show_to_party: false,
    }
}

fn listed(files: &[(u32, &str)]) -> Wire {
    let file = |(number, name): &(u32, &str)| {
        format!(
            r#"{{"UID":"{}","OriginalFileName":"{name}","FileUri":"https://files.example/{number}?sig=planted","RowVersion":"0"}}"#,
            uid(*number)
        )
    };
    let files: Vec<String> = files.iter().map(file).collect();
    Wire::ok(format!(r#"{{"UID":"{}","Attachments":[{}]}}"#, uid(20), files.join(",")))
}

#[tokio::test]
async fn a_file_is_sent_and_the_one_of_its_name_removed_once_it_is_there() {
    let before = listed(&[(1, "A-991.pdf"), (2, "other.pdf")]);
    let after = listed(&[(1, "A-991.pdf"), (2, "other.pdf"), (3, "A-991.pdf")]);
    let (provider, script) = provider([before, Wire::status(201, ""), after, Wire::ok("")]);
    let taken = provider.attach(RecordKind::Bill, &bill(), file("A-991.pdf", "JVBE")).await.expect("attached");
    assert_eq!((taken.id.as_str(), taken.size, taken.media_type.as_str()), (uid(3).as_str(), 4, "application/pdf"));
    let at = format!("Purchase/Bill/Service/{}/Attachment", uid(20));
    assert_eq!(
        script.lines(),
        [format!("GET {at}"), format!("POST {at}"), format!("GET {at}"), format!("DELETE {at}/{}", uid(1))]
    );
    assert_eq!(
        script.seen()[1].body,
        r#"{"Attachments":[{"OriginalFileName":"A-991.pdf","FileBase64Content":"SlZCRQ=="}]}"#
    );
}

#[tokio::test]
async fn names_that_myob_refuses_are_mapped_and_files_that_it_refuses_are_not_sent() {
    assert_eq!(plain_name("Lieferschein Größe 7.PDF"), "Lieferschein Gr__e 7.PDF");
    assert_eq!(plain_name(&format!("{}.pdf", "n".repeat(200))).len(), NAME_TEXT);
    let (provider, script) = provider([]);
    let large = vec![0_u8; config().attachment_bytes];
    for (file, path) in [
        (file("a.exe", "x"), "name"),
        (file("noending", "x"), "name"),
        (file("a.pdf", ""), "content"),
        (file("a.pdf", large), "content"),
    ] {
        let error = provider.attach(RecordKind::Bill, &bill(), file).await.expect_err("refused");
        assert_eq!((error.kind(), error.issues()[0].path.as_str()), (ErrorKind::Validation, path));
    }
    let mut offline = config();
    offline.profile.online = false;
    let (own, _) = configured(offline, []);
    let error = own.attach(RecordKind::Bill, &bill(), file("a.pdf", "x")).await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(script.lines().is_empty());
}

#[tokio::test]
async fn a_file_is_read_from_its_store_without_the_connections_token() {
    let (provider, script) = provider([listed(&[(3, "A-991.pdf")]), Wire::ok("%PDF")]);
    let wanted = Attachment { id: RemoteId::new(uid(3)), name: "A-991.pdf".into(), media_type: String::new(), size: 0 };
    let mut stream = provider.download(RecordKind::Bill, &bill(), &wanted).await.expect("a stream");
    assert_eq!(stream.next().await.expect("content").expect("whole"), "%PDF");
    let seen = script.seen();
    assert_eq!(seen[1].line, "GET files.example/3?sig=planted");
    for header in ["authorization", "x-myobapi-key"] {
        assert_eq!(seen[1].header(header), None, "{header}");
    }
}

#[tokio::test]
async fn a_file_that_is_gone_or_lies_nowhere_safe_is_not_read() {
    let wanted = Attachment { id: RemoteId::new(uid(9)), name: "A-991.pdf".into(), media_type: String::new(), size: 0 };
    let (gone, _) = provider([listed(&[(3, "A-991.pdf")])]);
    let error = gone.download(RecordKind::Bill, &bill(), &wanted).await.err().expect("gone");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let listed = format!(r#"{{"Attachments":[{{"UID":"{}","FileUri":"http://elsewhere.example/x"}}]}}"#, uid(9));
    let (open, script) = provider([Wire::ok(listed)]);
    let error = open.download(RecordKind::Bill, &bill(), &wanted).await.err().expect("nowhere safe");
    assert_eq!((error.kind(), script.lines().len()), (ErrorKind::Protocol, 1));
}

#[tokio::test]
async fn files_are_listed_by_name_and_kind() {
    let (provider, _) = provider([listed(&[(1, "a.pdf"), (2, "b.JPG"), (3, "c")])]);
    let files = provider.attachments(RecordKind::Bill, &bill()).await.expect("a list");
    let shown: Vec<_> = files.iter().map(|file| (file.name.as_str(), file.media_type.as_str())).collect();
    assert_eq!(shown, [("a.pdf", "application/pdf"), ("b.JPG", "image/jpeg"), ("c", "application/octet-stream")]);
}
