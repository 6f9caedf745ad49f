use bytes::Bytes;
use chrono::DateTime;
use factory_accounting_core::code::Code;
use factory_accounting_core::provider::{EncodedWrite, Fate};
use http::HeaderMap;

use super::fates::{Sent, Settlement};
use super::*;
use crate::config::ReferenceTarget;
use crate::map::remote::Reader;

fn answer(status: u16, body: &str) -> Answer {
    let mut headers = HeaderMap::new();
    headers.insert("intuit_tid", http::HeaderValue::from_static("1-64886bfd"));
    Answer::new(StatusCode::from_u16(status).expect("a status"), headers, Bytes::from(body.to_owned()))
}

fn fault(code: u32, message: &str, detail: &str) -> String {
    let error = serde_json::json!({ "Message": message, "Detail": detail, "code": code.to_string(), "element": "" });
    serde_json::json!({ "Fault": { "Error": [error], "type": "ValidationFault" }, "time": "x" }).to_string()
}

fn judged(code: u32, detail: &str) -> ProviderError {
    error("read", &answer(400, &fault(code, "", detail)), DateTime::<Utc>::UNIX_EPOCH)
}

/// Code, text, what it is, which question it is to a person, the field that it is about.
#[rustfmt::skip]
const KNOWN: &[(u32, &str, ErrorKind, Option<Code>, &str)] = {
    use ErrorKind::{AlreadyExists, Conflict, Forbidden, Internal, Locked, NotFound, Throttled, Unauthorised, Unavailable, Unsupported, Validation};
    &[
        (100, "General Authentication Error", Unauthorised, None, ""),
        (110, "SRV-110-Authentication Failure , statusCode: 401", Unauthorised, None, ""),
        (120, "-11014-You do not have access", Forbidden, None, ""),
        (130, "Accessing Wrong Cluster", Forbidden, None, ""),
        (140, "Company Locked Out", Forbidden, None, ""),
        (150, "Company Under Maintenance", Unavailable, None, ""),
        (500, "Unsupported Operation", Unsupported, None, ""),
        (600, "Duplicate Request ID", Internal, None, ""),
        (610, "Another user has deleted this transaction.", NotFound, None, ""),
        (610, "Something you're trying to use has been made inactive. Check the fields with accounts, customers, items, vendors or employees.", Validation, None, ""),
        (620, "Transaction cannot be linked", Validation, Some(Code::RemoteState), ""),
        (630, "Duplicate Object", AlreadyExists, None, ""),
        (700, "Parent is invalid", Validation, None, "parent"),
        (900, "Parent is a child", Validation, None, "parent"),
        (800, "Cannot delete, dependencies", Locked, Some(Code::RemoteState), ""),
        (1000, "Operation failed", Unavailable, None, ""),
        (1010, "Create failed", Unavailable, None, ""),
        (1020, "Update failed", Unavailable, None, ""),
        (1040, "Batch too big", Internal, None, ""),
        (2000, "Unknown object", Internal, None, ""),
        (2010, "Property Name:Unrecognized field \"X\" specified is unsupported or invalid", Internal, None, ""),
        (2020, "Required parameter Line is missing in the request", Validation, None, ""),
        (2030, "Invalid ID", Validation, None, ""),
        (2040, "Invalid characters", Validation, None, ""),
        (2050, "Min: , Max: 21, Supplied length:22", Validation, None, ""),
        (2060, "Invalid date", Internal, None, ""),
        (2070, "Invalid number", Internal, None, ""),
        (2080, "Invalid number", Internal, None, ""),
        (2090, "Invalid decimal", Internal, None, ""),
        (2100, "Invalid decimal", Internal, None, ""),
        (2110, "Invalid decimal", Internal, None, ""),
        (2120, "Invalid type", Internal, None, ""),
        (2130, "Invalid Request Id Format", Internal, None, ""),
        (2140, "Invalid amount", Validation, None, ""),
        (2150, "Invalid percent", Validation, None, ""),
        (2160, "Invalid quantity", Validation, None, ""),
        (2170, "Invalid Enumeration : HAS_BEEN_BILLED", Validation, None, ""),
        (2180, "Out of range", Validation, None, ""),
        (2190, "Out of range", Validation, None, ""),
        (2200, "Invalid URL", Validation, None, ""),
        (2210, "Invalid email", Validation, None, "email"),
        (2250, "at least one split line", Validation, None, "lines"),
        (2280, "Tax amount missing", Validation, Some(Code::TaxUnmapped), "lines"),
        (2290, "Negative amount", Validation, None, "lines"),
        (2500, "Invalid Reference Id : Accounts element id 88 not found", Validation, None, ""),
        (2600, "Conflicting elements", Validation, None, ""),
        (3000, "Invalid custom field", Validation, None, ""),
        (3001, "The request limit was reached.  Try again later", Throttled, None, ""),
        (3100, "AuthorizationFailed", Forbidden, None, ""),
        (3200, "Token expired", Unauthorised, None, ""),
        (3202, "Token is empty", Unauthorised, None, ""),
        (4000, "QueryParserError: Encountered \" <IDENTIFIER> \"s \"\" at line 1, column 48.\nWas expecting one of: ...", Internal, None, ""),
        (4001, "QueryValidationError: property 'DepartmentRef' is not queryable", Internal, None, ""),
        (4002, "Query processing error", Internal, None, ""),
        (5000, "Deprecated field", Internal, None, ""),
        (5010, "Stale Object Error : You and J Smith were working on this at the same time.", Conflict, None, ""),
        (5010, "The account period has closed and the account books cannot be updated through the QBO Services API.", Locked, Some(Code::PeriodClosed), "date"),
        (5020, "Permission denied", Forbidden, None, ""),
        (5030, "Feature not supported", Unsupported, None, ""),
        (6000, "You must set a transaction amount.", Validation, None, ""),
        (6000, "Make sure all your transactions have a GST/HST rate before you save.", Validation, Some(Code::TaxUnmapped), "lines"),
        (6000, "Make sure all your transactions have a VAT rate before you save.", Validation, Some(Code::TaxUnmapped), "lines"),
        (6000, "One or more transaction lines do not have a tax code associated with it.", Validation, Some(Code::TaxUnmapped), "lines"),
        (6000, "We're sorry, QuickBooks encountered an error while calculating tax.", Unavailable, None, ""),
        (6000, "The transaction amount is less than the amount already applied", Locked, Some(Code::Locked), "lines"),
        (6000, "Transaction amount must be 0 or greater", Validation, None, "lines"),
        (6010, "Account type missing", Validation, None, ""),
        (6030, "Attachment too big", Validation, None, "content"),
        (6040, "Metadata is no Attachable", Internal, None, ""),
        (6041, "Bad type", Validation, None, "media_type"),
        (6050, "Bad entity", Unsupported, None, ""),
        (6070, "Amount is not equal to UnitPrice * Qty. Supplied value:1,861.07", Validation, Some(Code::TotalsDiffer), "lines"),
        (6080, "No name provided", Validation, None, "name"),
        (6090, "Discount line without amount", Validation, None, "lines"),
        (6100, "Invalid line tax code", Validation, Some(Code::TaxUnmapped), "lines"),
        (6110, "Merchant account transaction", Locked, Some(Code::RemoteState), ""),
        (6120, "Merchant account transaction", Locked, Some(Code::RemoteState), ""),
        (6130, "Cannot change bill with parent", Locked, None, ""),
        (6140, "You must specify a different number. This number has already been used.", AlreadyExists, Some(Code::NumberTaken), "number"),
        (6150, "ParentRef required", Validation, Some(Code::NotLinked), "customer"),
        (6160, "Tax code not allowed", Validation, Some(Code::TaxUnmapped), "lines"),
        (6170, "TxnTaxDetail not allowed", Validation, Some(Code::TaxUnmapped), "lines"),
        (6180, "More than five levels", Validation, None, "parent"),
        (6190, "Subscription ended", Forbidden, None, ""),
        (6200, "Books closed", Locked, Some(Code::PeriodClosed), "date"),
        (6210, "The account period has closed", Locked, Some(Code::PeriodClosed), "date"),
        (6220, "Balance not zero", Locked, Some(Code::RemoteState), ""),
        (6230, "Tax code not allowed", Validation, Some(Code::TaxUnmapped), "lines"),
        (6240, "The name supplied already exists. : Another customer, vendor or employee is already using this name.", AlreadyExists, Some(Code::NameTaken), "name"),
        (6250, "Invalid sales customer", Validation, Some(Code::NotLinked), "customer"),
        (6270, "Before the inventory start date", Validation, None, "date"),
        (6280, "Unbilled expenses", Locked, Some(Code::RemoteState), ""),
        (6290, "Employee or vendor", Validation, None, "customer"),
        (6300, "Billable without customer", Validation, None, "lines"),
        (6310, "Billable without customer", Validation, None, "lines"),
        (6320, "Bad billable status", Validation, None, "lines"),
        (6400, "Delete would break a link", Locked, Some(Code::RemoteState), ""),
        (6420, "E-mail address needed", Validation, None, "email"),
        (6430, "Wrong account type", Validation, Some(Code::AccountUnusable), ""),
        (6440, "Item or account needed", Validation, Some(Code::AccountUnusable), ""),
        (6450, "Merchant account transaction", Locked, Some(Code::RemoteState), ""),
        (6460, "Merchant account transaction", Locked, Some(Code::RemoteState), ""),
        (6470, "Tax liability account error", Validation, Some(Code::TaxUnmapped), "lines"),
        (6480, "Bank match", Locked, Some(Code::RemoteState), ""),
        (6520, "Tracked item without quantity", Validation, None, "lines"),
        (6530, "Raw card number", Validation, None, ""),
        (6540, "Deposited Transaction cannot be changed", Locked, Some(Code::RemoteState), ""),
        (6560, "CustomerRef missing", Validation, Some(Code::NotLinked), "customer"),
        (10000, "System Failure Error: x", Unavailable, None, ""),
        (10100, "Result too big", Internal, None, ""),
        (10200, "Company reset", Unavailable, None, ""),
    ]
};

#[test]
fn r27_every_code_is_what_it_says() {
    for (code, text, kind, question, path) in KNOWN {
        let error = judged(*code, text);
        assert_eq!((error.kind(), error.code()), (*kind, *question), "{code} {text}");
        assert_eq!(error.package_code(), Some(code.to_string().as_str()));
        let issue = error.issues().first().expect("an issue");
        assert_eq!(issue.path, *path, "{code} {text}");
        let shown = error.to_string();
        assert!(!shown.contains('\n') && shown.contains(" - ") && shown.contains("1-64886bfd"), "{shown}");
    }
}

#[test]
fn r27_every_code_of_the_catalogue_is_tested() {
    for entry in codes::CATALOGUE {
        for code in entry.codes {
            let tried =
                KNOWN.iter().any(|(known, text, ..)| known == code && text.to_lowercase().contains(entry.phrase));
            // A phrase stands for all its codes; each code alone is tried as well.
            let alone = entry.phrase.is_empty() || KNOWN.iter().any(|(known, ..)| known == code);
            assert!(tried || (!entry.phrase.is_empty() && alone), "{code} {}", entry.phrase);
        }
        assert!(!entry.remedy.is_empty());
    }
}

#[test]
fn an_unknown_code_is_passed_on_word_for_word() {
    let error = judged(7777, "Something new happened.");
    assert_eq!((error.kind(), error.package_code()), (ErrorKind::Validation, Some("7777")));
    assert_eq!(error.issues()[0].message, "Something new happened");
}

#[test]
fn the_element_that_a_fault_names_becomes_the_hosts_field() {
    let body = r#"{"Fault":{"Error":[{"Message":"too long","Detail":"x","code":"2050","element":"DisplayName"}],"type":"ValidationFault"}}"#;
    let error = error("create", &answer(400, body), DateTime::<Utc>::UNIX_EPOCH);
    assert_eq!(error.issues()[0].path, "name");
}

#[test]
fn a_limit_is_a_limit_whatever_it_comes_with() {
    const XML: &str = r#"<IntuitResponse><Fault type="SERVICE"><Error><Message>message=ThrottleExceeded; errorCode=003001; statusCode=403</Message></Error></Fault></IntuitResponse>"#;
    for (status, body) in [(429, ""), (429, "<html>"), (403, XML), (429, &*fault(3001, "", "limit"))] {
        let error = error("read", &answer(status, body), DateTime::<Utc>::UNIX_EPOCH);
        assert_eq!(error.kind(), ErrorKind::Throttled, "{status} {body}");
        assert_eq!(error.retry_after(), Some(THROTTLED_WAIT));
    }
}

#[test]
fn bodies_that_say_nothing_are_judged_by_their_status() {
    for (status, kind) in [
        (401, ErrorKind::Unauthorised),
        (403, ErrorKind::Forbidden),
        (404, ErrorKind::NotFound),
        (408, ErrorKind::Unavailable),
        (413, ErrorKind::Validation),
        (500, ErrorKind::Unavailable),
        (503, ErrorKind::Unavailable),
        (302, ErrorKind::Protocol),
        (400, ErrorKind::Protocol),
    ] {
        for body in ["", "<html><body>Service</body></html>"] {
            let error = error("read", &answer(status, body), DateTime::<Utc>::UNIX_EPOCH);
            assert_eq!((error.kind(), error.status()), (kind, Some(status)), "{status} {body}");
            assert_eq!(error.request_id(), Some("1-64886bfd"));
        }
    }
}

fn write(kind: RecordKind, intent: Intent, target: &str, body: &str, members: usize) -> EncodedWrite {
    EncodedWrite { kind, intent, key: "k".to_owned(), members, target: target.to_owned(), body: body.to_owned() }
}

fn invoice() -> EncodedWrite {
    let body = r#"{"DocNumber":"INV-55","CustomerRef":{"value":"62"},"Line":[]}"#;
    write(RecordKind::Invoice, Intent::Create, "POST invoice?minorversion=75&requestid=k", body, 1)
}

fn fates(write: &EncodedWrite, answer: &Answer) -> Vec<Fate> {
    let sent = Sent::read(write).expect("a write of ours");
    let reader = Reader { reference: ReferenceTarget::PrivateNote };
    Settlement::new(write, &sent, answer, &reader, DateTime::<Utc>::UNIX_EPOCH).report().into_fates()
}

fn told(fate: &Fate) -> String {
    match fate {
        Fate::Applied(record) => format!("applied {} {:?}", record.id, record.status),
        Fate::NotApplied(error) => format!("not applied {:?}", error.kind()),
        Fate::Unknown(error) => format!("unknown {:?}", error.kind()),
    }
}

const ECHO: &str = r#"{"Invoice":{"Id":"145","SyncToken":"0","DocNumber":"INV-55","CustomerRef":{"value":"62"},"TotalAmt":24.15,"Balance":24.15}}"#;

#[test]
fn a_single_write_is_believed_only_where_the_record_is_ours() {
    for (status, body, expected) in [
        (200, ECHO.to_owned(), "applied invoice:145 Open"),
        (200, ECHO.replace("\"145\"", "145"), "applied invoice:145 Open"),
        (200, ECHO.replace("INV-55", "INV-56"), "unknown Protocol"),
        (200, ECHO.replace("\"62\"", "\"63\""), "unknown Protocol"),
        (200, ECHO.replace("Invoice", "Estimate"), "unknown Protocol"),
        (200, ECHO.replace("\"Id\":\"145\",", ""), "unknown Protocol"),
        (200, ECHO[..40].to_owned(), "unknown Protocol"),
        (200, String::new(), "unknown Protocol"),
        (200, fault(6140, "Duplicate Document Number Error", ""), "not applied AlreadyExists"),
        (400, fault(6000, "", "You must set a transaction amount."), "not applied Validation"),
        (400, fault(5010, "Stale Object Error", ""), "not applied Conflict"),
        (400, fault(600, "Duplicate Request ID", ""), "unknown Internal"),
        (400, "<html>".to_owned(), "unknown Protocol"),
        (401, String::new(), "not applied Unauthorised"),
        (403, fault(3100, "", "ApplicationAuthorizationFailed"), "not applied Forbidden"),
        (404, "<html>".to_owned(), "unknown NotFound"),
        (408, String::new(), "unknown Unavailable"),
        (429, String::new(), "not applied Throttled"),
        (500, fault(10000, "", "System Failure Error: x"), "unknown Unavailable"),
        (502, String::new(), "unknown Unavailable"),
        (503, String::new(), "unknown Unavailable"),
        (504, String::new(), "unknown Unavailable"),
    ] {
        let answered = fates(&invoice(), &answer(status, &body));
        assert_eq!(told(&answered[0]), expected, "{status} {body}");
    }
}

#[test]
fn a_failure_of_the_system_with_a_success_leaves_the_write_unknown() {
    let body = r#"{"Fault":{"Error":[{"Message":"x","code":"10000"}],"type":"SystemFault"}}"#;
    assert_eq!(told(&fates(&invoice(), &answer(200, body))[0]), "unknown Unavailable");
}

fn batch() -> EncodedWrite {
    let body = r#"{"BatchItemRequest":[
        {"bId":"0","operation":"create","Vendor":{"DisplayName":"Bolt Co"}},
        {"bId":"1","operation":"create","Vendor":{"DisplayName":"Nut Co"}},
        {"bId":"2","operation":"create","Vendor":{"DisplayName":"Nail Co"}}]}"#;
    write(RecordKind::Supplier, Intent::Create, "POST batch?minorversion=75&requestid=k", body, 3)
}

#[test]
fn a_batch_is_told_by_its_keys_and_an_item_that_is_missing_stays_unknown() {
    let nut = r#"{"bId":"1","Vendor":{"Id":"57","SyncToken":"0","DisplayName":"Nut Co"}}"#;
    let taken = r#"{"bId":"0","Fault":{"type":"ValidationFault","Error":[{"Message":"Duplicate Name Exists Error","code":"6240","Detail":"The name supplied already exists.","element":""}]}}"#;
    for (items, expected) in [
        (vec![nut, taken], ["not applied AlreadyExists", "applied vendor:57 Open", "unknown Protocol"]),
        (vec![nut, nut], ["unknown Protocol", "unknown Protocol", "unknown Protocol"]),
        (vec![r#"{"bId":"2"}"#, nut], ["unknown Protocol", "applied vendor:57 Open", "unknown Protocol"]),
        // The answer of one item under the key of another is nobody's.
        (
            vec![r#"{"bId":"2","Vendor":{"Id":"57","SyncToken":"0","DisplayName":"Nut Co"}}"#],
            ["unknown Protocol", "unknown Protocol", "unknown Protocol"],
        ),
        (vec![], ["unknown Protocol", "unknown Protocol", "unknown Protocol"]),
    ] {
        let body = format!(r#"{{"BatchItemResponse":[{}],"time":"x"}}"#, items.join(","));
        let answered: Vec<String> = fates(&batch(), &answer(200, &body)).iter().map(told).collect();
        assert_eq!(answered, expected, "{body}");
    }
    let whole = fates(&batch(), &answer(400, &fault(1040, "", "Batch too big")));
    assert!(whole.iter().all(|fate| told(fate) == "not applied Internal"));
    let lost = fates(&batch(), &answer(500, ""));
    assert!(lost.iter().all(|fate| told(fate) == "unknown Unavailable"));
}

#[test]
fn a_batch_of_thirty_with_mixed_outcomes_is_told_one_by_one() {
    let sent: Vec<String> = (0..30)
        .map(|at| {
            format!(
                r#"{{"bId":"{at}","operation":"create","Invoice":{{"DocNumber":"A-{at}","CustomerRef":{{"value":"62"}},"Line":[{{"Id":"9"}}]}}}}"#
            )
        })
        .collect();
    let body = format!(r#"{{"BatchItemRequest":[{}]}}"#, sent.join(","));
    let write = write(RecordKind::Invoice, Intent::Create, "POST batch?minorversion=75&requestid=k", &body, 30);
    let good = |at: usize, number: &str, customer: &str| {
        format!(
            r#"{{"Invoice":{{"Id":"{at}","SyncToken":"0","DocNumber":"{number}","CustomerRef":{{"value":"{customer}","name":"x"}},"TotalAmt":1,"Balance":1}},"bId":"{at}"}}"#
        )
    };
    let taken = r#"{"type":"ValidationFault","Error":[{"Message":"Duplicate Document Number Error","code":"6140"}]}"#;
    let answered: Vec<String> = (0..30)
        .map(|at| match at % 5 {
            0 => good(at, &format!("A-{at}"), "62"),
            1 => format!(r#"{{"Fault":{taken},"bId":"{at}"}}"#),
            2 => good(at, &format!("B-{at}"), "62"),
            3 => good(at, &format!("A-{at}"), "63"),
            _ => String::from(r#"{"bId":"elsewhere"}"#),
        })
        .rev()
        .collect();
    let body = format!(r#"{{"BatchItemResponse":[{}],"time":"x"}}"#, answered.join(","));
    let found = fates(&write, &answer(200, &body));
    assert_eq!(found.len(), 30);
    for (at, fate) in found.iter().enumerate() {
        let expected = match at % 5 {
            0 => format!("applied invoice:{at} Open"),
            1 => "not applied AlreadyExists".to_owned(),
            _ => "unknown Protocol".to_owned(),
        };
        assert_eq!(told(fate), expected, "A-{at}");
        if let Fate::NotApplied(why) = fate {
            assert!(why.to_string().contains(&format!("A-{at}:")), "{why}");
        }
    }
}

#[test]
fn a_void_is_believed_only_where_the_record_counts_no_more() {
    let void = |kind, target: &str| write(kind, Intent::Void, target, r#"{"Id":"145","SyncToken":"3"}"#, 1);
    let invoice = void(RecordKind::Invoice, "POST invoice?minorversion=75&operation=void&requestid=k");
    let bill = void(RecordKind::Bill, "POST bill?minorversion=75&operation=delete&requestid=k");
    let party = void(RecordKind::Customer, "POST customer?minorversion=75&requestid=k");
    for (write, body, expected) in [
        (
            &invoice,
            r#"{"Invoice":{"Id":"145","SyncToken":"4","TotalAmt":0,"Balance":0,"PrivateNote":"Voided - job 17"}}"#,
            "applied invoice:145 Voided",
        ),
        (&invoice, r#"{"Invoice":{"Id":"145","SyncToken":"4","TotalAmt":24.15,"Balance":24.15}}"#, "unknown Protocol"),
        (&invoice, r#"{"Invoice":{"Id":"146","TotalAmt":0,"PrivateNote":"Voided"}}"#, "unknown Protocol"),
        (&bill, r#"{"Bill":{"domain":"QBO","status":"Deleted","Id":"145"}}"#, "applied bill:145 Deleted"),
        (&party, r#"{"Customer":{"Id":"145","SyncToken":"4","Active":false}}"#, "applied customer:145 Archived"),
    ] {
        assert_eq!(told(&fates(write, &answer(200, body))[0]), expected, "{body}");
    }
    // Nobody deletes what is being updated.
    let update = write(
        RecordKind::Bill,
        Intent::Update,
        "POST bill?minorversion=75&requestid=k",
        r#"{"Id":"145","SyncToken":"3","sparse":true}"#,
        1,
    );
    let body = r#"{"Bill":{"domain":"QBO","status":"Deleted","Id":"145"}}"#;
    assert_eq!(told(&fates(&update, &answer(200, body))[0]), "unknown Protocol");
}

#[test]
fn what_this_crate_has_not_encoded_is_not_read_as_a_write() {
    let whole = invoice();
    for (target, body, members) in [
        ("", whole.body.as_str(), 1),
        ("GET invoice", whole.body.as_str(), 1),
        ("POST novelty", whole.body.as_str(), 1),
        ("POST invoice", "no JSON", 1),
        ("POST invoice", whole.body.as_str(), 2),
        ("POST batch", r#"{"BatchItemRequest":[{"operation":"create","Vendor":{}}]}"#, 1),
        ("POST batch", r#"{"BatchItemRequest":[{"bId":"0","operation":"create"}]}"#, 1),
    ] {
        let write = write(RecordKind::Invoice, Intent::Create, target, body, members);
        assert!(Sent::read(&write).is_none(), "{target} {body}");
        assert_eq!(told(&factory_accounting_http::foreign(&write).fates()[0]), "not applied Internal");
    }
}
