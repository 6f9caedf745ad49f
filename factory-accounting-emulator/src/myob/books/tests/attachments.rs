use super::Desk;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

fn file(name: &str, content: &[u8]) -> Value {
    json!({"Attachments": [{"OriginalFileName": name, "FileBase64Content": STANDARD.encode(content)}]})
}

fn bill(desk: &mut Desk) -> (String, Value) {
    let supplier = desk.supplier("Steel Co");
    let body = desk.purchase(&supplier, "100");
    let bill = desk.post("Purchase/Bill/Service", body);
    (format!("Purchase/Bill/Service/{}/Attachment", bill["UID"].as_str().expect("a UID")), bill)
}

#[test]
fn a_bill_carries_files_with_links_that_open_without_a_token() {
    let mut desk = Desk::au();
    let (path, bill) = bill(&mut desk);
    let (status, _) = desk.send("POST", &path, &file("A-991.pdf", b"%PDF-1.4"));
    assert_eq!(status, 201);
    let listed = desk.get(&path);
    let attached = &listed["Attachments"][0];
    assert_eq!((&attached["OriginalFileName"], &attached["FileBase64Content"]), (&json!("A-991.pdf"), &Value::Null));
    assert!(attached["FileUri"].as_str().is_some_and(|uri| uri.contains("Signature")));
    let uid = attached["UID"].as_str().expect("a UID").to_owned();
    let held = desk.books.attachment_file(uid.parse().expect("uuid")).expect("the file");
    assert_eq!((held.0.as_str(), held.1.as_ref()), ("A-991.pdf", &b"%PDF-1.4"[..]));
    assert_eq!(desk.get(&format!("{path}/{uid}"))["UID"], json!(uid));
    assert_eq!(desk.get(&format!("{path}?generateUris=false"))["Attachments"][0].get("URI"), None);
    assert_eq!(desk.books.ledger()["attachments"][bill["UID"].as_str().expect("a UID")], json!(["A-991.pdf"]));
    assert_eq!(desk.send("DELETE", &format!("{path}/{uid}"), &Value::Null).0, 200);
    assert_eq!(desk.send("DELETE", &format!("{path}/{uid}"), &Value::Null).0, 404);
}

#[test]
fn names_sizes_and_counts_are_limited() {
    let mut desk = Desk::au();
    let (path, _) = bill(&mut desk);
    for name in ["Rechnung ü.pdf", "nameless", "a.exe"] {
        assert_eq!(desk.refused(&path, file(name, b"x")).1, "OriginalFileName", "{name}");
    }
    desk.switches.attachment_bytes = 4;
    assert_eq!(desk.refused(&path, file("a.pdf", b"1234")).1, "FileBase64Content");
    assert_eq!(desk.send("POST", &path, &file("a.pdf", b"123")).0, 201);
    let mut two = file("a.pdf", b"1");
    let one = two["Attachments"][0].clone();
    two["Attachments"] = json!([one, one]);
    assert_eq!(desk.refused(&path, two).1, "Attachments");
    assert_eq!(
        desk.refused(&path, json!({"Attachments": [{"OriginalFileName": "a.pdf", "FileBase64Content": "!"}]})).1,
        "FileBase64Content"
    );
}

#[test]
fn sales_carry_files_only_by_switch_and_files_go_with_their_document() {
    let mut desk = Desk::au();
    let customer = desk.customer("Acme");
    let invoice = desk.invoice(&customer, "1");
    let path = format!("Sale/Invoice/Item/{}/Attachment", invoice["UID"].as_str().expect("a UID"));
    assert_eq!(desk.refusal("POST", &path, &file("a.pdf", b"1")).2, Some(31001));
    desk.switches.sale_attachments = true;
    assert_eq!(desk.send("POST", &path, &file("a.pdf", b"1")).0, 201);
    desk.delete("Sale/Invoice/Item", &invoice);
    assert_eq!(desk.send("GET", &path, &Value::Null).0, 404);
    assert_eq!(desk.books.ledger()["attachments"], json!({}));
}
