use super::Desk;
use serde_json::{Value, json};

fn attach(desk: &mut Desk, metadata: &str, content: &[u8], mime: &str, name: &str) -> Result<Value, u16> {
    let metadata = Some(metadata.as_bytes()).filter(|bytes| !bytes.is_empty());
    let result = desk.books.attach(metadata, content, mime, name, desk.now, &desk.switches);
    result.map(|json| serde_json::from_str(&json).expect("an Attachable")).map_err(|fault| fault.code())
}

#[test]
fn an_upload_is_linked_sized_and_can_be_fetched_for_a_quarter_of_an_hour() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let metadata = format!(
        r#"{{"AttachableRef":[{{"EntityRef":{{"type":"customer","value":"{customer}"}},"IncludeOnSend":false}}],"FileName":"dwg7.pdf","ContentType":"application/pdf"}}"#
    );
    let file = attach(&mut desk, &metadata, b"%PDF-1.4 drawing", "application/pdf", "attachment.pdf").expect("stored");
    assert_eq!((&file["FileName"], &file["Size"]), (&json!("dwg7.pdf"), &json!(16)));
    assert_eq!(file["FileAccessUri"], format!("/v3/company/9341453/download/{}", file["Id"].as_str().expect("id")));
    assert_eq!(file["AttachableRef"][0]["EntityRef"], json!({"value": customer, "name": "Acme", "type": "Customer"}));

    let id = file["Id"].as_str().expect("id").to_owned();
    let (_, address) = desk.send("GET", &format!("download/{id}"), "");
    let address = address.as_str().expect("an address").to_owned();
    let (path, query) = address.split_once('?').expect("a query");
    assert!(path.ends_with(&format!("/temporary/9341453/{id}")), "{path}");
    let (expires, signature) = query.split_once('&').expect("two parameters");
    let (expires, signature) = (expires.trim_start_matches("expires="), signature.trim_start_matches("signature="));
    let (mime, bytes) = desk.books.file(&id, expires, signature, desk.now).expect("the file");
    assert_eq!((mime.as_str(), bytes.as_ref()), ("application/pdf", b"%PDF-1.4 drawing".as_slice()));
    assert!(desk.books.file(&id, expires, "guessed", desk.now).is_none());
    desk.later(901);
    assert!(desk.books.file(&id, expires, signature, desk.now).is_none());
}

#[test]
fn files_are_found_by_what_they_are_attached_to_and_survive_it() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let metadata = format!(r#"{{"AttachableRef":[{{"EntityRef":{{"type":"Customer","value":"{customer}"}}}}]}}"#);
    let id = attach(&mut desk, &metadata, b"a,b", "text/csv", "cut.csv").expect("stored")["Id"].clone();
    let statement =
        format!("where AttachableRef.EntityRef.Type = 'customer' and AttachableRef.EntityRef.value = '{customer}'");
    assert_eq!(desk.ids("Attachable", &statement), [id.as_str().expect("id")]);
    assert!(desk.ids("Attachable", "where AttachableRef.EntityRef.value = '7'").is_empty());
}

#[test]
fn an_update_is_full_and_replaces_the_links() {
    let mut desk = Desk::au();
    let id = attach(&mut desk, r#"{"Note":"n"}"#, b"x", "text/plain", "a.txt").expect("stored")["Id"].clone();
    let id = id.as_str().expect("id");
    let after = desk.post("attachable", &format!(r#"{{"Id":"{id}","SyncToken":"0","sparse":true,"FileName":"b.txt","AttachableRef":[{{"EntityRef":{{"type":"Item","value":"1"}}}}]}}"#));
    assert_eq!((&after["FileName"], &after["Note"], &after["Size"]), (&json!("b.txt"), &json!(null), &json!(1)));
    assert_eq!(after["AttachableRef"][0]["EntityRef"]["name"], "Services");
}

#[test]
fn what_cannot_be_attached_has_its_own_codes() {
    let mut desk = Desk::au();
    for (metadata, mime, name, code) in [
        ("", "application/octet-stream", "a.pdf", 6041),
        ("", "application/pdf", "a.exe", 6041),
        ("", "application/pdf", "noname", 6041),
        (r#"{"Invoice":{}}"#, "application/pdf", "a.pdf", 2010),
        (r#"{"Id":"1"}"#, "application/pdf", "a.pdf", 6040),
        (r#"{"AttachableRef":[{"EntityRef":{"type":"Cow","value":"1"}}]}"#, "application/pdf", "a.pdf", 6050),
        (r#"{"AttachableRef":[{"EntityRef":{"type":"Preferences","value":"1"}}]}"#, "application/pdf", "a.pdf", 6050),
        (r#"{"AttachableRef":[{"EntityRef":{"type":"Invoice","value":"1"}}]}"#, "application/pdf", "a.pdf", 2500),
        (r#"{"AttachableRef":[{"EntityRef":{"type":"JournalEntry","value":"1"}}]}"#, "application/pdf", "a.pdf", 501),
    ] {
        assert_eq!(attach(&mut desk, metadata, b"x", mime, name), Err(code), "{metadata} {mime} {name}");
    }
    let huge = vec![0; 100 * 1024 * 1024 + 1];
    assert_eq!(attach(&mut desk, "", &huge, "application/pdf", "a.pdf"), Err(6030));
    assert_eq!(desk.code("attachable", "{}"), "2020");
    assert_eq!(desk.fault("GET", "download/1", "").0, "610");
    assert!(desk.ids("Attachable", "").is_empty());
}
