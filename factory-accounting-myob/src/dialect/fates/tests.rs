use bytes::Bytes;
use chrono::TimeZone as _;
use factory_accounting_core::error::ErrorKind;
use factory_accounting_core::model::RecordKind;
use http::HeaderMap;

use super::*;
use crate::profile::FileProfile;
use crate::remote_id::{Layout, compose};

const FILE: &str = "7d3f2a10-8a1c-4a60-9b0e-2c5a90c3b111";
const NEW: &str = "3f6c0a52-1b7e-4d0a-9a57-0c2f6f3c9e11";
const CUSTOMER: &str = "c0000000-0000-4000-8000-000000000001";
const OTHER: &str = "c0000000-0000-4000-8000-000000000099";

fn invoices() -> Collection {
    Collection::Invoice(Layout::Item)
}

fn write(intent: Intent) -> EncodedWrite {
    let endpoint = match intent {
        Intent::Create => Endpoint::post(invoices()),
        Intent::Update => Endpoint::put(invoices(), NEW),
        Intent::Void => Endpoint::delete(invoices(), NEW),
    };
    let body = format!(r#"{{"Number":"INV-1042","Customer":{{"UID":"{CUSTOMER}"}},"Lines":[]}}"#);
    EncodedWrite {
        kind: RecordKind::Invoice,
        intent,
        key: "k-1".to_owned(),
        members: 1,
        target: endpoint.target(),
        body: if intent == Intent::Void { String::new() } else { body },
    }
}

/// The invoice as MYOB answers it.
fn echo(uid: &str, number: &str, customer: &str) -> String {
    format!(
        r#"{{"UID":"{uid}","Number":"{number}","Date":"2026-11-21T00:00:00","Customer":{{"UID":"{customer}","Name":"Acme"}},
            "Terms":{{"DueDate":"2026-12-21T00:00:00"}},"IsTaxInclusive":true,"Subtotal":1183.00,"TotalTax":118.30,
            "TotalAmount":1301.30,"BalanceDueAmount":1301.30,"Status":"Open","Lines":[{{"RowID":1,"Type":"Transaction",
            "Description":"Hopper","ShipQuantity":2,"UnitPrice":650.65,"DiscountPercent":0,"Total":1301.30,
            "Item":{{"UID":"{OTHER}"}},"TaxCode":{{"UID":"{OTHER}","Code":"GST"}},"RowVersion":"-1"}}],"RowVersion":"-69"}}"#
    )
}

fn answer(status: u16, body: &str) -> Answer {
    let mut headers = HeaderMap::new();
    headers.insert("x-myobapi-requestid", "r-7".parse().expect("a header"));
    Answer::new(StatusCode::from_u16(status).expect("a status"), headers, Bytes::from(body.to_owned()))
}

fn located(status: u16, location: &str) -> Answer {
    let mut answer = answer(status, "");
    answer.headers.insert(LOCATION, location.parse().expect("a header"));
    answer
}

fn verdict_on(write: &EncodedWrite, answer: &Answer) -> Verdict {
    let sent = Sent::read(write).expect("a write of this crate");
    let reader = Reader::of(&FileProfile::default());
    let now = Utc.with_ymd_and_hms(2026, 11, 21, 10, 0, 0).single().expect("an instant");
    Settlement::new(write, &sent, answer, &reader, FILE, now).verdict()
}

fn verdict(intent: Intent, answer: &Answer) -> Verdict {
    verdict_on(&write(intent), answer)
}

#[track_caller]
fn applied(verdict: Verdict) -> RemoteRecord {
    match verdict {
        Verdict::Settled(Fate::Applied(record)) => *record,
        other => panic!("not applied: {other:?}"),
    }
}

#[track_caller]
fn not_applied(verdict: Verdict) -> ProviderError {
    match verdict {
        Verdict::Settled(Fate::NotApplied(error)) => error,
        other => panic!("not refused: {other:?}"),
    }
}

#[track_caller]
fn unknown(verdict: Verdict) -> ProviderError {
    match verdict {
        Verdict::Settled(Fate::Unknown(error)) => error,
        other => panic!("not unknown: {other:?}"),
    }
}

fn refusal_of(code: u32, name: &str, details: &str) -> String {
    serde_json::json!({ "Errors": [{ "Name": name, "Message": "no", "AdditionalDetails": details, "ErrorCode": code,
        "Severity": "Error" }], "Information": null })
    .to_string()
}

#[test]
fn an_answer_with_the_record_proves_the_write() {
    for (intent, status) in [(Intent::Create, 201), (Intent::Create, 200), (Intent::Update, 200)] {
        let record = applied(verdict(intent, &answer(status, &echo(NEW, "INV-1042", CUSTOMER))));
        assert_eq!(record.id, compose(invoices(), NEW));
        assert_eq!((record.number.as_deref(), record.carry), (Some("INV-1042"), None));
    }
}

#[test]
fn r4_an_answer_with_another_record_proves_nothing() {
    for (intent, body, words) in [
        (Intent::Create, echo(NEW, "INV-1043", CUSTOMER), "Number"),
        (Intent::Create, echo(NEW, "INV-1042", OTHER), "Customer"),
        (Intent::Create, echo("145", "INV-1042", CUSTOMER), "UID"),
        (Intent::Update, echo(OTHER, "INV-1042", CUSTOMER), "UID"),
        (Intent::Create, echo(NEW, "INV-1042", CUSTOMER)[..200].to_owned(), "no whole JSON"),
        (Intent::Create, "<html>proxy</html>".to_owned(), "no whole JSON"),
    ] {
        let error = unknown(verdict(intent, &answer(201, &body)));
        assert!(error.message().contains(words), "{error}");
        assert_eq!((error.kind(), error.request_id()), (ErrorKind::Protocol, Some("r-7")));
    }
}

#[test]
fn a_success_without_the_record_is_read_back_by_the_uid_that_it_names() {
    let at = |path: &str| format!("https://arl9.api.myob.com/accountright/{FILE}{path}");
    for location in
        [at(&format!("/Sale/Invoice/Item/{NEW}")), at(&format!("/Sale/Invoice/Item/{}/", NEW.to_uppercase()))]
    {
        let found = verdict(Intent::Create, &located(201, &location));
        assert!(matches!(&found, Verdict::ReadBack(uid) if uid == NEW), "{location}: {found:?}");
    }
    for location in [at(""), at("/"), at("/Sale/Invoice/Item"), "nowhere".to_owned()] {
        unknown(verdict(Intent::Create, &located(201, &location)));
    }
    unknown(verdict(Intent::Create, &answer(201, "")));
    let warned = r#"{"Errors":[{"Name":"Duplicate","Severity":"Warning"}],"Information":null}"#;
    let mut answered = located(201, &at(&format!("/Sale/Invoice/Item/{NEW}")));
    answered.body = Bytes::from(warned);
    assert!(matches!(verdict(Intent::Create, &answered), Verdict::ReadBack(uid) if uid == NEW));
    // A replaced record is where it was.
    for status in [200, 204] {
        assert!(matches!(verdict(Intent::Update, &answer(status, "")), Verdict::ReadBack(uid) if uid == NEW));
    }
}

#[test]
fn a_refusal_by_myob_proves_that_nothing_was_written() {
    for (status, body, kind) in [
        (400, refusal_of(100, "Required", "Customer"), ErrorKind::Validation),
        (400, refusal_of(200, "Duplicate", "Number"), ErrorKind::AlreadyExists),
        (400, refusal_of(25003, "TransactionsCannotBeDeleted", ""), ErrorKind::Locked),
        (401, refusal_of(31001, "OAuthTokenIsInvalid", ""), ErrorKind::Unauthorised),
        (403, r#"{"Message":"You are not authorised to access this resource","ErrorCode":"AccessDenied"}"#.to_owned(), ErrorKind::Forbidden),
        (403, r#"{"Errors":[{"Name":"RateLimitError","Message":"API key has exceeded the per-second rate limit","ErrorCode":null}]}"#.to_owned(), ErrorKind::Throttled),
        (403, "<h1>403 Developer Over Qps</h1>".to_owned(), ErrorKind::Throttled),
        (404, "<html/>".to_owned(), ErrorKind::Unsupported),
        (429, String::new(), ErrorKind::Throttled),
    ] {
        let error = not_applied(verdict(Intent::Create, &answer(status, &body)));
        assert_eq!((error.kind(), error.status()), (kind, Some(status)), "{body}");
        assert_eq!(error.request_id(), Some("r-7"));
        assert_eq!(error.operation(), Some("create of invoice INV-1042"), "{error}");
    }
    let stale = refusal_of(111, "IncorrectRowVersionSupplied", "RowVersion");
    assert_eq!(not_applied(verdict(Intent::Update, &answer(409, &stale))).kind(), ErrorKind::Conflict);
}

#[test]
fn whatever_may_have_happened_behind_a_failure_stays_unknown() {
    let internal = r#"{"Errors":[{"Name":"InternalError","Message":"oops","ErrorCode":null,"Severity":"Error"}]}"#;
    for (status, body) in [
        (400, "<html>bad gateway</html>"),
        (400, ""),
        (408, ""),
        (500, internal),
        (502, ""),
        (503, "<html/>"),
        (504, r#"{"Errors":[{"Name":"GatewayTimeout","Message":"Connection to the API has timed out"}]}"#),
        (302, ""),
        (202, ""),
    ] {
        for intent in [Intent::Create, Intent::Update, Intent::Void] {
            unknown(verdict(intent, &answer(status, body)));
        }
    }
    // A new record has no version of its own that could be stale.
    let stale = refusal_of(111, "IncorrectRowVersionSupplied", "RowVersion");
    unknown(verdict(Intent::Create, &answer(409, &stale)));
}

#[test]
fn a_deletion_is_done_when_the_record_is_gone_whoever_did_it() {
    for (status, body) in [(200, ""), (204, ""), (404, refusal_of(0, "NotFound", "").as_str())] {
        let record = applied(verdict(Intent::Void, &answer(status, body)));
        assert_eq!((record.id, record.status), (compose(invoices(), NEW), RemoteStatus::Deleted));
    }
    let paid = not_applied(verdict(Intent::Void, &answer(400, &refusal_of(10001, "InvoicePaid", ""))));
    assert_eq!(paid.kind(), ErrorKind::Locked);
}

#[test]
fn a_card_is_void_when_it_is_out_of_use() {
    let mut retire = write(Intent::Update);
    (retire.kind, retire.intent) = (RecordKind::Customer, Intent::Void);
    retire.target = Endpoint::put(Collection::Customer, NEW).target();
    retire.body = format!(r#"{{"UID":"{NEW}","IsActive":false,"RowVersion":"-69"}}"#);
    let card = |active| {
        let body = format!(
            r#"{{"UID":"{NEW}","CompanyName":"Acme","IsIndividual":false,"DisplayID":"C-1","IsActive":{active},"RowVersion":"-70"}}"#
        );
        verdict_on(&retire, &answer(200, &body))
    };
    assert_eq!(applied(card(false)).status, RemoteStatus::Archived);
    assert!(unknown(card(true)).message().contains("after the void"));
}

#[test]
fn a_number_that_the_file_fills_up_is_the_one_that_was_sent() {
    let mut figures = write(Intent::Create);
    figures.body = figures.body.replace("INV-1042", "1042");
    applied(verdict_on(&figures, &answer(201, &echo(NEW, "00001042", CUSTOMER))));
    unknown(verdict_on(&figures, &answer(201, &echo(NEW, "10420000", CUSTOMER))));
}

#[test]
fn a_suppliers_number_may_be_cut_and_another_may_not() {
    let mut bill = write(Intent::Create);
    bill.kind = RecordKind::Bill;
    let collection = Collection::Bill(Layout::Service);
    bill.target = Endpoint::post(collection).target();
    bill.body = format!(r#"{{"SupplierInvoiceNumber":"INV-2026-000123","Supplier":{{"UID":"{CUSTOMER}"}}}}"#);
    let answered = |number: &str| {
        let body = echo(NEW, "00000007", CUSTOMER)
            .replace("\"Customer\"", "\"Supplier\"")
            .replace("\"Date\"", &format!("\"SupplierInvoiceNumber\":\"{number}\",\"Date\""));
        verdict_on(&bill, &answer(201, &body))
    };
    applied(answered("INV-2026-000123"));
    applied(answered("INV-2026-0001"));
    unknown(answered("INV-2026-00"));
    unknown(answered("INV-2026-000124"));
}

#[test]
fn a_write_of_another_origin_is_not_sent() {
    let refuse = |change: fn(&mut EncodedWrite)| {
        let mut write = write(Intent::Create);
        change(&mut write);
        assert!(Sent::read(&write).is_none(), "{write:?}");
        let internal = |fate: &Fate| matches!(fate, Fate::NotApplied(error) if error.kind() == ErrorKind::Internal);
        assert!(factory_accounting_http::foreign(&write).fates().iter().all(internal));
    };
    refuse(|write| write.target = "POST invoice?minorversion=75".to_owned());
    refuse(|write| write.target = write.target.replace("POST", "PATCH"));
    refuse(|write| write.target = write.target.replace("POST", "PUT"));
    refuse(|write| write.body = "[]".to_owned());
    refuse(|write| write.kind = RecordKind::Bill);
    refuse(|write| write.members = 2);
}
