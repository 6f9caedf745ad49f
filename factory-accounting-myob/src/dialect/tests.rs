use bytes::Bytes;
use factory_accounting_core::code::Code;
use http::{HeaderMap, HeaderValue};
use serde_json::json;

use super::codes::{CATALOGUE, field, find};
use super::*;

fn answer(status: u16, body: &str) -> Answer {
    let status = StatusCode::from_u16(status).expect("a status");
    let mut headers = HeaderMap::new();
    headers.insert("x-myobapi-requestid", HeaderValue::from_static("64886bfd"));
    Answer::new(status, headers, Bytes::copy_from_slice(body.as_bytes()))
}

fn now() -> DateTime<Utc> {
    "2026-11-21T10:00:00Z".parse().expect("an instant")
}

fn told(status: u16, body: &str) -> ProviderError {
    refusal("create of invoice INV-1", RecordKind::Invoice, Intent::Create, &answer(status, body), now())
}

fn one(name: &str, code: Option<u32>, message: &str, details: &str) -> String {
    let error = json!({ "Name": name, "Message": message, "AdditionalDetails": details, "ErrorCode": code, "Severity": "Error" });
    json!({ "Errors": [error], "Information": null }).to_string()
}

#[test]
fn r27_every_entry_is_found_by_its_number_its_names_and_its_words_and_says_what_mends_it() {
    for entry in CATALOGUE {
        let is_it = |complaint: &Complaint| find(complaint).is_some_and(|found| std::ptr::eq(found, entry));
        let mut ways = 0;
        if entry.code != 0 {
            ways += 1;
            assert!(is_it(&Complaint { code: Some(entry.code), ..Complaint::default() }), "{}", entry.code);
        }
        for name in entry.names {
            ways += 1;
            assert!(is_it(&Complaint { name: (*name).to_owned(), ..Complaint::default() }), "{name}");
        }
        for phrase in entry.phrases {
            ways += 1;
            assert_eq!(*phrase, phrase.to_lowercase());
            let details = format!("Sale {} 7", phrase.to_uppercase());
            // Under the general number, as the sources tell it (myob.md 6).
            let complaint =
                Complaint { code: Some(1000), name: "ValidationError".to_owned(), details, ..Complaint::default() };
            assert!(is_it(&complaint), "{phrase}");
        }
        assert!(ways > 0 && !entry.remedy.is_empty() && !entry.remedy.ends_with('.'), "{entry:?}");
    }
}

#[test]
fn r27_what_can_be_done_follows_from_the_error_and_not_from_its_status() {
    for (name, code, details, kind, question, path) in [
        ("Required", Some(100), "Customer", ErrorKind::Validation, None, "customer"),
        ("Required", Some(100), "Lines[2].TaxCode", ErrorKind::Validation, None, "lines[2]"),
        ("NotFound", Some(150), "Lines[0].Item", ErrorKind::Validation, None, "lines[0]"),
        ("Duplicate", Some(200), "Number", ErrorKind::AlreadyExists, None, "number"),
        ("X", Some(4223), "DateOccurred:(SaleEvent)", ErrorKind::Locked, Some(Code::PeriodClosed), "date"),
        ("X", None, "DateOccurred:(SaleEvent)", ErrorKind::Locked, Some(Code::PeriodClosed), "date"),
        ("X", Some(4227), "CategoryId:(SaleEvent)", ErrorKind::Validation, None, ""),
        ("X", Some(4245), "JobId:(SaleEventLine)", ErrorKind::Validation, None, "lines"),
        (
            "ValidationError",
            Some(1000),
            "CardId:(SalesEvent)",
            ErrorKind::Validation,
            Some(Code::RemoteState),
            "customer",
        ),
        ("InvoicePaid", Some(10001), "", ErrorKind::Locked, Some(Code::Locked), ""),
        ("TransactionsCannotBeDeleted", Some(25003), "", ErrorKind::Locked, Some(Code::RemoteState), ""),
        (
            "IncorrectAccountType",
            Some(25006),
            "Lines[1].Account",
            ErrorKind::Validation,
            Some(Code::AccountUnusable),
            "lines[1]",
        ),
        ("InvalidTaxCode", Some(32002), "Lines[0].TaxCode", ErrorKind::Validation, Some(Code::TaxUnmapped), "lines[0]"),
        ("OrderConvertedToInvoice", Some(37001), "Order", ErrorKind::AlreadyExists, Some(Code::RemoteState), ""),
        ("LayoutTypeMismatch", Some(37004), "Order", ErrorKind::Validation, None, "lines"),
        (
            "AccountHeaderNotAllowed",
            None,
            "Lines[0].Account",
            ErrorKind::Validation,
            Some(Code::AccountUnusable),
            "lines[0]",
        ),
        ("Line_JobHeaderNotAllowed", None, "Lines[0].Job", ErrorKind::Validation, None, "lines[0]"),
        ("SerializationError", Some(50), "lines[0].Account.uid", ErrorKind::Internal, None, "lines[0]"),
        ("Unheard", Some(777), "", ErrorKind::Validation, None, ""),
    ] {
        let error = told(400, &one(name, code, "words of MYOB", details));
        assert_eq!((error.kind(), error.code()), (kind, question), "{name} {details}");
        assert_eq!(error.issues()[0].path, path, "{name} {details}");
        assert!(error.issues()[0].message.starts_with("words of MYOB"), "{error}");
        assert_eq!((error.status(), error.request_id()), (Some(400), Some("64886bfd")));
        assert!(error.to_string().starts_with("create of invoice INV-1: refused by MYOB"), "{error}");
    }
    assert_eq!(told(409, &one("IncorrectRowVersionSupplied", Some(111), "stale", "")).kind(), ErrorKind::Conflict);
}

#[test]
fn several_complaints_are_all_told_and_the_worst_decides() {
    let body = r#"{"Errors":[
        {"Name":"ValidationError","Message":"odd","ErrorCode":1000,"Severity":"Error"},
        {"Name":"X","Message":"locked","AdditionalDetails":"DateOccurred:(SaleEvent)","ErrorCode":4223,"Severity":"Error"},
        {"Name":"Duplicate","Message":"perhaps used","ErrorCode":200,"Severity":"Warning"}],"Information":null}"#;
    let error = told(400, body);
    // A warning stands in nobody's way.
    assert_eq!((error.kind(), error.package_code()), (ErrorKind::Locked, Some("4223")));
    assert_eq!(error.issues().len(), 3);
    let only = r#"{"Errors":[{"Name":"Duplicate","Message":"used","ErrorCode":200,"Severity":"Warning"}]}"#;
    assert_eq!(told(400, only).kind(), ErrorKind::AlreadyExists);
}

#[test]
fn a_purchase_blames_the_supplier() {
    let held = one("CreditLimitExceeded", Some(25005), "too much", "");
    let error = refusal("create of bill B-1", RecordKind::Bill, Intent::Create, &answer(400, &held), now());
    assert_eq!(error.issues()[0].path, "supplier");
}

#[test]
fn what_is_missing_is_the_record_itself_only_where_there_was_one() {
    let missing = one("NotFound", None, "The requested entity does not exist", "");
    assert_eq!(told(404, &missing).kind(), ErrorKind::Validation);
    let update = refusal("update", RecordKind::Invoice, Intent::Update, &answer(404, &missing), now());
    assert_eq!(update.kind(), ErrorKind::NotFound);
    assert_eq!(error("read by id", &answer(404, &missing), now()).kind(), ErrorKind::NotFound);
}

#[test]
fn r34_throttling_in_every_shape_is_throttling() {
    for (status, body) in [
        (403, one("RateLimitError", None, "API key has exceeded the per-second rate limit", "Header: x-myobapi-key")),
        (403, "<h1>403 Developer Over Qps</h1>".to_owned()),
        (429, String::new()),
    ] {
        let error = told(status, &body);
        assert_eq!((error.kind(), error.package_code()), (ErrorKind::Throttled, Some("second")), "{status} {body}");
        assert_eq!(error.retry_after().map(|wait| wait.as_secs()), Some(1));
    }
    let daily = told(403, &one("RateLimitError", None, "API key has exceeded the daily rate limit", ""));
    assert_eq!(daily.package_code(), Some("day"));
}

#[test]
fn answers_without_a_word_are_told_by_their_status() {
    for (status, body, kind) in [
        (401, "", ErrorKind::Unauthorised),
        (401, r#"[{"Message":"Access denied"}]"#, ErrorKind::Forbidden),
        (403, r#"{"Message":"You are not authorised","ErrorCode":"AccessDenied"}"#, ErrorKind::Forbidden),
        (403, "", ErrorKind::Unavailable),
        (403, "{\"Errors\":[{\"Na", ErrorKind::Unavailable),
        (403, "<html>Forbidden</html>", ErrorKind::Unavailable),
        // Of a new record it is the list that is missing.
        (404, "<html>404</html>", ErrorKind::Unsupported),
        (423, r#"{"globalId":"x","businessId":"x","status":"UPGRADING"}"#, ErrorKind::Unavailable),
        (418, "", ErrorKind::Unavailable),
        (500, &one("InternalError", None, "An internal error has occurred", ""), ErrorKind::Unavailable),
        (503, "<html><body><h1>503 Service Unavailable</h1></body></html>", ErrorKind::Unavailable),
        (504, &one("GatewayTimeout", None, "Connection to the API has timed out", ""), ErrorKind::Unavailable),
        (501, &one("NotModelled", None, "not modelled", ""), ErrorKind::Unsupported),
        (302, "", ErrorKind::Protocol),
    ] {
        let error = told(status, body);
        assert_eq!((error.kind(), error.status()), (kind, Some(status)), "{status} {body}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
    let denied = told(401, r#"[{"Message":"Access denied"}]"#);
    assert!(denied.to_string().contains("company_login"), "{denied}");
}

#[test]
fn a_member_of_myobs_is_told_as_the_hosts_field() {
    for (details, expected) in [
        ("Customer", "customer"),
        ("Lines[12].Purchase", "lines[12]"),
        ("Lines", "lines"),
        ("DateOccurred:(SaleEvent)", "date"),
        ("SellingDetails.ABN", "tax_number"),
        ("Header: x-myobapi-key", ""),
        ("", ""),
    ] {
        assert_eq!(field(details), expected, "{details}");
    }
}
