use std::time::Duration;

use bytes::Bytes;
use factory_accounting_core::code::Code;
use factory_accounting_core::error::ErrorKind;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{EncodedWrite, Fate, Intent, RemoteStatus};
use factory_accounting_http::Answer;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::fates::{Sent, Settlement};
use super::messages::{self, CATALOGUE};
use crate::testing::{CONTACT, CREDIT_NOTE, INVOICE, OTHER, ZERO, ten_o_clock};

fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answer {
    let headers = headers
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header")))
        .collect::<HeaderMap>();
    Answer::new(StatusCode::from_u16(status).expect("a status"), headers, Bytes::copy_from_slice(body.as_bytes()))
}

fn write(kind: RecordKind, intent: Intent, members: usize, target: &str, body: &str) -> EncodedWrite {
    EncodedWrite { kind, intent, key: "k".to_owned(), members, target: target.to_owned(), body: body.to_owned() }
}

fn invoices(numbers: &[&str]) -> EncodedWrite {
    let elements: Vec<_> = numbers
        .iter()
        .map(|number| {
            format!(
                r#"{{"Type":"ACCREC","InvoiceNumber":"{number}","Contact":{{"ContactID":"{CONTACT}"}},
                    "LineItems":[{{"Description":"a","AccountCode":"200","TaxType":"OUTPUT2"}},{{"Description":"b","AccountCode":"999","TaxType":"X"}}]}}"#
            )
        })
        .collect();
    let body = format!(r#"{{"Invoices":[{}]}}"#, elements.join(","));
    write(RecordKind::Invoice, Intent::Create, numbers.len(), "PUT Invoices?summarizeErrors=false", &body)
}

fn fates(write: &EncodedWrite, answer: &Answer) -> Vec<Fate> {
    let sent = Sent::read(write).expect("one of ours");
    Settlement::new(write, &sent, answer, ten_o_clock()).report().into_fates()
}

/// `applied`, or `not applied` or `unknown` with kind and code.
fn told(fate: &Fate) -> String {
    let error = |fate: &str, error: &factory_accounting_core::error::ProviderError| {
        format!("{fate} {:?} {}", error.kind(), error.package_code().unwrap_or("-"))
    };
    match fate {
        Fate::Applied(record) => format!("applied {:?}", record.status),
        Fate::NotApplied(why) => error("not applied", why),
        Fate::Unknown(why) => error("unknown", why),
    }
}

fn good(number: &str) -> String {
    format!(
        r#"{{"Type":"ACCREC","InvoiceID":"{INVOICE}","InvoiceNumber":"{number}","Contact":{{"ContactID":"{CONTACT}","Name":"x"}},
            "Status":"AUTHORISED","Total":24.15,"StatusAttributeString":"OK","LineItems":[{{"LineItemID":"{OTHER}","ValidationErrors":[]}}]}}"#
    )
}

fn envelope(elements: &[String]) -> String {
    format!(r#"{{"Id":"x","Status":"OK","Invoices":[{}]}}"#, elements.join(","))
}

const VALIDATION: &str = r#"{"ErrorNumber":10,"Type":"ValidationException","Message":"A validation exception occurred","Elements":[
    {"InvoiceID":"00000000-0000-0000-0000-000000000000","InvoiceNumber":"A-1","ValidationErrors":[{"Message":"Invoice # must be unique."}]}]}"#;

#[test]
fn the_proof_table_decides_every_status_and_body() {
    let zero = |errors: &str| {
        format!(
            r#"{{"InvoiceID":"{ZERO}","InvoiceNumber":"A-1","HasErrors":true,"StatusAttributeString":"ERROR","ValidationErrors":[{errors}]}}"#
        )
    };
    let offline = "The Organisation is offline";
    let cases: Vec<(u16, String, &str)> = vec![
        (200, envelope(&[good("A-1")]), "applied Open"),
        (200, envelope(&[good("A-1").replace("\"OK\"", "\"WARNING\"")]), "applied Open"),
        (200, envelope(&[good("a-1")]), "applied Open"),
        (200, envelope(&[zero(r#"{"Message":"Invoice # must be unique."}"#)]), "not applied AlreadyExists DuplicateInvoiceNumber"),
        (200, envelope(&[zero(r#"{"Description":"One or more line items must be specified"}"#)]), "not applied Validation LinesMissing"),
        (200, envelope(&[zero("")]), "not applied Validation ValidationException"),
        (200, envelope(&[good("A-1").replace(INVOICE, ZERO)]), "not applied Validation ValidationException"),
        (
            200,
            envelope(&[zero(r#"{"Message":"Invoice # must be unique."}"#).replace("{\"InvoiceID\"", "{\"Total\":\"much\",\"InvoiceID\"")]),
            "not applied AlreadyExists DuplicateInvoiceNumber",
        ),
        (200, envelope(&[good("A-1").replace("StatusAttributeString", "statusattributestring")]), "applied Open"),
        (
            200,
            envelope(&[zero(r#"{"Message":"Idempotency Key: k is used with a different request."}"#)]),
            "unknown Internal KeyReuse",
        ),
        (200, envelope(&[good("B-2")]), "unknown Protocol -"),
        (200, envelope(&[good("A-1").replace(CONTACT, OTHER)]), "unknown Protocol -"),
        (200, envelope(&[good("A-1").replace(r#""StatusAttributeString""#, r#""HasErrors":true,"StatusAttributeString""#)]), "unknown Protocol -"),
        (200, envelope(&[good("A-1").replace("24.15", "\"much\"")]), "unknown Protocol -"),
        (200, envelope(&[]), "unknown Protocol -"),
        (200, envelope(&[good("A-1"), good("A-2")]), "unknown Protocol -"),
        (200, String::new(), "unknown Protocol -"),
        (200, "<html>".to_owned(), "unknown Protocol -"),
        (200, envelope(&[good("A-1")])[..60].to_owned(), "unknown Protocol -"),
        (201, envelope(&[good("A-1")]), "unknown Protocol -"),
        (204, String::new(), "unknown Protocol -"),
        (302, String::new(), "unknown Protocol -"),
        (400, VALIDATION.to_owned(), "not applied AlreadyExists DuplicateInvoiceNumber"),
        (
            400,
            r#"{"ErrorNumber":14,"Type":"PostDataInvalidException","Message":"JSON for post data was invalid,x"}"#.to_owned(),
            "not applied Internal PostDataInvalidException",
        ),
        (
            400,
            r#"{"ErrorNumber":17,"Type":"NoDataProcessedException","Message":"No data has been processed for this endpoint."}"#.to_owned(),
            "not applied Internal NoDataProcessedException",
        ),
        (
            400,
            r#"{"ErrorNumber":10,"Type":"ValidationException","Message":"Idempotency Key: k is used with a different request."}"#.to_owned(),
            "unknown Internal KeyReuse",
        ),
        (
            400,
            r#"{"ErrorNumber":10,"Message":"A validation exception occurred","Elements":[{"ValidationErrors":[{"Message":"Idempotency Key: k is used with a different request."}]}]}"#.to_owned(),
            "unknown Internal KeyReuse",
        ),
        (400, "<html>Bad Request</html>".to_owned(), "unknown Protocol -"),
        (400, String::new(), "unknown Protocol -"),
        (
            401,
            r#"{"Type":null,"Title":"Unauthorized","Status":401,"Detail":"TokenExpired: token expired at 01/23/2020 18:21:16","Instance":"x"}"#.to_owned(),
            "not applied Unauthorised TokenExpired",
        ),
        (401, r#"{"Title":"Unauthorized","Detail":"AuthenticationUnsuccessful"}"#.to_owned(), "not applied Unauthorised AuthenticationUnsuccessful"),
        (401, r#"{"Title":"Unauthorized","Detail":"AuthorizationUnsuccessful"}"#.to_owned(), "not applied Forbidden insufficient_scope"),
        (401, String::new(), "not applied Unauthorised AuthenticationUnsuccessful"),
        (403, r#"{"title":"Forbidden","status":403,"detail":"AuthenticationUnsuccessful","instance":"x"}"#.to_owned(), "not applied Unauthorised AuthenticationUnsuccessful"),
        (403, r#"{"title":"Forbidden","status":403,"detail":"AuthorizationUnsuccessful"}"#.to_owned(), "not applied Forbidden insufficient_scope"),
        (403, String::new(), "not applied Forbidden Forbidden"),
        (404, String::new(), "not applied NotFound -"),
        (404, "The resource you're looking for cannot be found".to_owned(), "not applied NotFound -"),
        (404, "<html>gateway</html>".to_owned(), "unknown NotFound -"),
        (405, String::new(), "not applied Unsupported -"),
        (408, String::new(), "unknown Unavailable -"),
        (409, String::new(), "unknown Protocol -"),
        (412, r#"{"Message":"precondition"}"#.to_owned(), "not applied Validation -"),
        (413, String::new(), "not applied Validation -"),
        (429, String::new(), "not applied Throttled unknown"),
        (500, r#"{"ErrorNumber":500,"Message":"An error occurred"}"#.to_owned(), "unknown Unavailable Server"),
        (500, "<html>".to_owned(), "unknown Unavailable Server"),
        (501, String::new(), "unknown Unavailable Server"),
        (502, "<html>".to_owned(), "unknown Unavailable Gateway"),
        (503, offline.to_owned(), "unknown Unavailable Server"),
        (504, String::new(), "unknown Unavailable Gateway"),
    ];
    for (status, body, expected) in cases {
        let found = fates(&invoices(&["A-1"]), &answer(status, &[], &body));
        assert_eq!(found.iter().map(told).collect::<Vec<_>>(), [expected], "{status} {body}");
    }
}

#[test]
fn each_element_of_a_batch_has_its_own_fate() {
    let failed = format!(
        r#"{{"InvoiceID":"{ZERO}","InvoiceNumber":"A-2","HasErrors":true,"StatusAttributeString":"ERROR","ValidationErrors":[{{"Message":"Invoice # must be unique."}}]}}"#
    );
    let body = envelope(&[good("A-1"), failed, good("A-4")]);
    let found = fates(&invoices(&["A-1", "A-2", "A-3"]), &answer(200, &[], &body));
    assert_eq!(
        found.iter().map(told).collect::<Vec<_>>(),
        ["applied Open", "not applied AlreadyExists DuplicateInvoiceNumber", "unknown Protocol -"]
    );
}

#[test]
fn a_batch_of_fifty_with_mixed_outcomes_is_told_one_by_one() {
    let numbers: Vec<String> = (0..50).map(|at| format!("A-{at}")).collect();
    let refused = |number: &str, rest: &str| {
        format!(r#"{{"InvoiceID":"{ZERO}","InvoiceNumber":"{number}","StatusAttributeString":"ERROR",{rest}}}"#)
    };
    let account = r#"{"Message":"Account code '999' is not a valid code for this document."}"#;
    let taken = r#"{"Message":"Invoice # must be unique."}"#;
    let answered: Vec<String> = numbers
        .iter()
        .enumerate()
        .map(|(at, number)| match at % 5 {
            0 => good(number),
            1 => good(number).replace(r#""OK""#, r#""WARNING","Url":"a \"quoted\" ümlaut""#),
            2 => refused(number, &format!(r#""HasErrors":true,"ValidationErrors":[{account},{taken}]"#)),
            3 => refused(number, &format!(r#""LineItems":[{{}},{{"validationErrors":[{account}]}}]"#)),
            _ => good(&format!("B-{at}")),
        })
        .collect();
    let write = invoices(&numbers.iter().map(String::as_str).collect::<Vec<_>>());
    let found = fates(&write, &answer(200, &[], &envelope(&answered)));
    assert_eq!(found.len(), 50);
    for ((at, fate), number) in found.iter().enumerate().zip(&numbers) {
        let expected = [
            "applied Open",
            "applied Open",
            "not applied AlreadyExists DuplicateInvoiceNumber",
            "not applied Validation AccountInvalid",
            "unknown Protocol -",
        ];
        assert_eq!(told(fate), expected[at % 5], "{number}");
        match fate {
            Fate::Applied(record) => assert_eq!(record.number.as_ref(), Some(number)),
            Fate::NotApplied(why) => {
                assert_eq!(why.operation(), Some(format!("create of invoice {number}").as_str()));
                assert_eq!(why.message(), "refused by Xero");
                assert_eq!(why.issues()[0].path, "lines[1].account", "{number}");
            }
            Fate::Unknown(why) => assert!(why.to_string().contains(&format!("create of invoice {number}: ")), "{why}"),
        }
    }
}

#[test]
fn a_batch_refused_as_a_whole_leaves_the_unnamed_in_doubt() {
    let found = fates(&invoices(&["A-0", "A-1"]), &answer(400, &[], VALIDATION));
    assert_eq!(
        found.iter().map(told).collect::<Vec<_>>(),
        ["unknown Protocol -", "not applied AlreadyExists DuplicateInvoiceNumber"]
    );
    let not_found = fates(&invoices(&["A-0", "A-1"]), &answer(404, &[], ""));
    assert!(not_found.iter().all(|fate| matches!(fate, Fate::Unknown(_))));
}

#[test]
fn a_failed_update_that_echoes_its_wish_is_not_believed() {
    let body = format!(r#"{{"Invoices":[{{"InvoiceID":"{INVOICE}","Status":"VOIDED"}}]}}"#);
    let void = write(RecordKind::Invoice, Intent::Void, 1, "POST Invoices?summarizeErrors=false", &body);
    let echo = |status: &str, rest: &str| {
        envelope(&[format!(r#"{{"Type":"ACCREC","InvoiceID":"{INVOICE}","Status":"{status}"{rest}}}"#)])
    };
    let wish = echo(
        "VOIDED",
        r#","HasErrors":true,"StatusAttributeString":"ERROR","ValidationErrors":[
            {"Message":"Invoice not of valid status for modification"},
            {"Message":"This document cannot be edited as it has a payment or credit note allocated to it."}]"#,
    );
    let refused = fates(&void, &answer(200, &[], &wish));
    assert_eq!(told(&refused[0]), "not applied Locked Allocated");
    assert!(matches!(&refused[0], Fate::NotApplied(why) if why.code() == Some(Code::VoidSettled)));
    assert_eq!(told(&fates(&void, &answer(200, &[], &echo("VOIDED", "")))[0]), "applied Voided");
    assert_eq!(told(&fates(&void, &answer(200, &[], &echo("AUTHORISED", "")))[0]), "unknown Protocol -");
}

#[test]
fn deletions_are_proven_by_their_own_answers() {
    let item = write(RecordKind::Product, Intent::Void, 1, &format!("DELETE Items/{OTHER}"), "");
    assert_eq!(told(&fates(&item, &answer(204, &[], ""))[0]), "applied Deleted");
    assert_eq!(told(&fates(&item, &answer(404, &[], ""))[0]), "not applied NotFound -");
    assert_eq!(told(&fates(&item, &answer(200, &[], "{}"))[0]), "unknown Protocol -");
    let target = format!("DELETE CreditNotes/{CREDIT_NOTE}/Allocations/{OTHER}");
    let allocation = write(RecordKind::Allocation, Intent::Void, 1, &target, "");
    let gone = fates(&allocation, &answer(200, &[], r#"{"AllocationID":"x","IsDeleted":true}"#));
    assert!(matches!(&gone[0], Fate::Applied(record) if record.id.as_str() == format!("{CREDIT_NOTE}/{OTHER}")
        && record.status == RemoteStatus::Deleted));
    assert_eq!(told(&fates(&allocation, &answer(200, &[], "{}"))[0]), "unknown Protocol -");
    let target = format!("POST Payments/{OTHER}");
    let payment = write(RecordKind::Payment, Intent::Void, 1, &target, r#"{"Status":"DELETED"}"#);
    let echo = format!(r#"{{"Payments":[{{"PaymentID":"{OTHER}","Status":"DELETED","Amount":24.15}}]}}"#);
    assert_eq!(told(&fates(&payment, &answer(200, &[], &echo))[0]), "applied Deleted");
    let other = echo.replace(OTHER, INVOICE);
    assert_eq!(told(&fates(&payment, &answer(200, &[], &other))[0]), "unknown Protocol -");
}

#[test]
fn an_allocation_is_known_by_credit_note_and_id() {
    let target = format!("PUT CreditNotes/{CREDIT_NOTE}/Allocations?summarizeErrors=false");
    let sent =
        format!(r#"{{"Allocations":[{{"Invoice":{{"InvoiceID":"{INVOICE}"}},"Amount":60.5,"Date":"2026-11-21"}}]}}"#);
    let allocation = write(RecordKind::Allocation, Intent::Create, 1, &target, &sent);
    let echo = format!(
        r#"{{"Allocations":[{{"AllocationID":"{OTHER}","Amount":60.5,"Invoice":{{"InvoiceID":"{INVOICE}"}},"ValidationErrors":[]}}]}}"#
    );
    let applied = fates(&allocation, &answer(200, &[], &echo));
    let Fate::Applied(record) = &applied[0] else { panic!("not applied: {}", told(&applied[0])) };
    assert_eq!(record.id.as_str(), format!("{CREDIT_NOTE}/{OTHER}"));
    assert_eq!(record.counterpart.as_ref().map(|id| id.as_str()), Some(INVOICE));
    // The description's own example has no id: it has landed, but under which id is not known yet.
    let without = echo.replace(&format!(r#""AllocationID":"{OTHER}","#), "");
    assert_eq!(told(&fates(&allocation, &answer(200, &[], &without))[0]), "unknown Protocol -");
    let elsewhere = echo.replace(INVOICE, CONTACT);
    assert_eq!(told(&fates(&allocation, &answer(200, &[], &elsewhere))[0]), "unknown Protocol -");
}

#[test]
fn a_missing_scope_is_named_in_both_spellings() {
    for spelling in ["insufficient_scope", "insufficent_scope"] {
        let challenge = format!(r#"Bearer error="{spelling}", scope="accounting.payments""#);
        let found = fates(&invoices(&["A-1"]), &answer(401, &[("www-authenticate", &challenge)], ""));
        assert_eq!(told(&found[0]), "not applied Forbidden insufficient_scope");
        assert!(matches!(&found[0], Fate::NotApplied(why) if why.message().contains("accounting.payments")));
    }
}

#[test]
fn x2_the_recorded_429_carries_limit_and_wait() {
    let headers = [("retry-after", "66975"), ("x-rate-limit-problem", "day"), ("x-minlimit-remaining", "60")];
    let found = fates(&invoices(&["A-1"]), &answer(429, &headers, ""));
    let Fate::NotApplied(why) = &found[0] else { panic!("a limit proves that nothing was done") };
    assert_eq!((why.kind(), why.package_code()), (ErrorKind::Throttled, Some("day")));
    assert_eq!(why.retry_after(), Some(Duration::from_secs(66_975)));
    let concurrent = fates(&invoices(&["A-1"]), &answer(429, &[("x-rate-limit-problem", "concurrent")], ""));
    assert!(matches!(&concurrent[0], Fate::NotApplied(why) if why.retry_after().is_none()));
}

#[test]
fn r28_an_error_names_operation_record_field_and_request() {
    let body = envelope(&[format!(
        r#"{{"InvoiceID":"{ZERO}","InvoiceNumber":"A-1","StatusAttributeString":"ERROR","ValidationErrors":[
            {{"Message":"Account code '999' is not a valid code for this document."}},
            {{"Message":"Something nobody has seen before"}}],
            "LineItems":[{{"ValidationErrors":[]}},{{"ValidationErrors":[{{"Message":"The TaxType code 'X' does not exist or cannot be used with account code '999'."}}]}}]}}"#
    )]);
    let found = fates(&invoices(&["A-1"]), &answer(200, &[("xero-correlation-id", "corr-1")], &body));
    let Fate::NotApplied(why) = &found[0] else { panic!("a validation error proves that nothing was done") };
    assert_eq!((why.operation(), why.message()), (Some("create of invoice A-1"), "refused by Xero"));
    assert_eq!(
        (why.request_id(), why.package_code(), why.status()),
        (Some("corr-1"), Some("AccountInvalid"), Some(200))
    );
    assert_eq!(why.code(), Some(Code::AccountUnusable));
    let paths: Vec<_> = why.issues().iter().map(|issue| issue.path.as_str()).collect();
    assert_eq!(paths, ["lines[1].account", "", "lines[1].tax"]);
    assert!(why.issues()[0].message.ends_with("choose an account that documents may use"));
}

/// Text as Xero writes it, our name for it, what the caller can do, the field it blames on an invoice.
const MESSAGES: &[(&str, &str, ErrorKind, &str)] = &[
    ("Idempotency Key: 4f-1 is used with a different request.", "KeyReuse", ErrorKind::Internal, ""),
    (
        "The contact name O'Brien & Söhne is already assigned to another contact. The contact name must be unique across all active contacts.",
        "DuplicateContactName",
        ErrorKind::AlreadyExists,
        "name",
    ),
    (
        "Another contact has this contact number. Please enter a different contact number.",
        "DuplicateContactNumber",
        ErrorKind::AlreadyExists,
        "id",
    ),
    ("Invoice # must be unique.", "DuplicateInvoiceNumber", ErrorKind::AlreadyExists, "number"),
    ("Credit Note # must be unique.", "DuplicateCreditNoteNumber", ErrorKind::AlreadyExists, "number"),
    ("Order number must be unique", "DuplicateOrderNumber", ErrorKind::AlreadyExists, "number"),
    ("Quote number must be unique", "DuplicateQuoteNumber", ErrorKind::AlreadyExists, "number"),
    ("Price List Item with Code 'abc' already exists", "DuplicateItemCode", ErrorKind::AlreadyExists, "code"),
    ("Please enter a unique Name.", "AccountDupName", ErrorKind::AlreadyExists, "name"),
    (
        "The specified contact details matched an archived contact. Archived contacts cannot currently be edited via the API.",
        "ContactArchivedEdit",
        ErrorKind::Locked,
        "",
    ),
    (
        "The contact with the specified contact details has been archived. The contact must be un-archived before creating new invoices or credit notes.",
        "ContactArchivedUse",
        ErrorKind::Validation,
        "customer",
    ),
    ("A Contact must be specified for this type of transaction", "ContactMissing", ErrorKind::Validation, "customer"),
    ("Email address must be valid.", "EmailInvalid", ErrorKind::Validation, "email"),
    ("One or more line items must be specified", "LinesMissing", ErrorKind::Validation, "lines"),
    ("Invoice Type must be specified", "TypeMissing", ErrorKind::Internal, ""),
    ("Invoice not of valid status for creation", "CreateStatus", ErrorKind::Validation, ""),
    ("Invoice not of valid status for modification", "ModifyStatus", ErrorKind::Locked, ""),
    (
        "This document cannot be edited as it has a payment or credit note allocated to it.",
        "Allocated",
        ErrorKind::Locked,
        "",
    ),
    (
        "The status VOIDED cannot be applied to the invoice because it has payments or credit notes allocated to it.",
        "AllocatedStatus",
        ErrorKind::Locked,
        "",
    ),
    ("Deleted PurchaseOrders cannot be updated", "OrderDeleted", ErrorKind::Locked, ""),
    ("PurchaseOrder status change is invalid", "OrderDeleted", ErrorKind::Locked, ""),
    (
        "Account code '999' is not a valid code for this document.",
        "AccountInvalid",
        ErrorKind::Validation,
        "lines[1].account",
    ),
    (
        "Account code '999' has been archived, or has been deleted. Each line item must reference a valid account.",
        "AccountArchived",
        ErrorKind::Validation,
        "lines[1].account",
    ),
    ("Account could not be found", "AccountNotFound", ErrorKind::Validation, "account"),
    (
        "The TaxType code 'X' does not exist or cannot be used with account code '999'.",
        "TaxInvalid",
        ErrorKind::Validation,
        "lines[1].tax",
    ),
    ("Organisation is not subscribed to currency EUR", "Currency", ErrorKind::Validation, "currency"),
    ("Users Organisation is not subscribed to currency NZD", "Currency", ErrorKind::Validation, "currency"),
    ("The line total 1.00 does not match the expected line total 100.00", "LineTotal", ErrorKind::Internal, "lines"),
    ("The invoice total does not equal the sum of the lines.", "TotalMismatch", ErrorKind::Internal, "total"),
    (
        "The discount rate '27.83' is invalid. Discount must not be greater than the line total.",
        "DiscountTooBig",
        ErrorKind::Validation,
        "lines",
    ),
    (
        "The UnitAmount should be used when specifying a discount for a line item.",
        "DiscountUnit",
        ErrorKind::Internal,
        "lines",
    ),
    (
        "Payment amount exceeds the amount outstanding on this document",
        "PaymentTooBig",
        ErrorKind::Validation,
        "amount",
    ),
    (
        "The payment amount exceeds the amount outstanding on this document.",
        "PaymentTooBig",
        ErrorKind::Validation,
        "amount",
    ),
    ("Payments can only be made against authorised documents", "PaymentNotApproved", ErrorKind::Validation, "target"),
    (
        "The invoice you are trying to allocate to has already been paid off",
        "AllocPaid",
        ErrorKind::Locked,
        "allocations",
    ),
    (
        "Credit Note cannot be allocated as amount is greater than amount outstanding",
        "AllocTooBig",
        ErrorKind::Validation,
        "allocations",
    ),
    (
        "Credit Note cannot be allocated to an incorrect invoice type (ACCPAY)",
        "AllocWrongType",
        ErrorKind::Validation,
        "allocations",
    ),
    (
        "An existing Credit Note with the specified CreditNoteID could not be found",
        "CreditNoteMissing",
        ErrorKind::NotFound,
        "",
    ),
    ("The document date cannot be before the period lock date", "LockDate", ErrorKind::Locked, "date"),
    ("Only AUTHORISED invoices may have SentToContact updated.", "SentWarning", ErrorKind::Validation, ""),
    (
        "Only AUTHORISED and BILLED purchase orders may have SentToContact updated.",
        "SentWarning",
        ErrorKind::Validation,
        "",
    ),
    ("The SourceLineItemID and SourceTransactionID do not match", "LinkedMismatch", ErrorKind::Validation, ""),
];

#[test]
fn r27_every_message_of_the_catalogue_is_classified() {
    let write = invoices(&["A-1"]);
    let sent: serde_json::Value = serde_json::from_str(&write.body).expect("JSON");
    for (text, code, kind, path) in MESSAGES {
        for spelling in [(*text).to_owned(), text.to_uppercase(), format!("  {text} ")] {
            // Upper case would change what the quotes hold, which is compared without case as well.
            let complaint = super::body::Complaint { text: spelling.clone(), line: None };
            let verdict = messages::weigh(RecordKind::Invoice, Some(&sent["Invoices"][0]), &[complaint]);
            assert_eq!((verdict.code, verdict.kind), (Some(*code), *kind), "{spelling}");
            assert_eq!(
                verdict.issues.iter().map(|issue| issue.path.as_str()).collect::<Vec<_>>(),
                [*path],
                "{spelling}"
            );
        }
    }
    for entry in CATALOGUE {
        assert!(MESSAGES.iter().any(|(_, code, ..)| *code == entry.code), "no row proves {}", entry.code);
    }
}

#[test]
fn a_message_matches_from_end_to_end_only() {
    for text in [
        "",
        ".",
        "must be unique",
        "Invoice # must be unique, and more",
        "Re: Invoice # must be unique",
        "Straße {} lock",
    ] {
        assert!(messages::find(text).is_none(), "{text}");
    }
}

#[test]
fn r25_a_taken_number_outweighs_what_else_is_wrong() {
    let complaints = ["Account code '999' is not a valid code for this document.", "Invoice # must be unique."]
        .map(|text| super::body::Complaint { text: text.to_owned(), line: None });
    let verdict = messages::weigh(RecordKind::Invoice, None, &complaints);
    assert_eq!((verdict.kind, verdict.issues.len()), (ErrorKind::AlreadyExists, 2));
}

#[test]
fn an_account_is_found_on_the_side_of_an_item_or_on_the_payment() {
    let complaint = [super::body::Complaint {
        text: "Account code '999' is not a valid code for this document.".to_owned(),
        line: None,
    }];
    let item = serde_json::json!({ "Code": "x", "SalesDetails": { "AccountCode": "200" }, "PurchaseDetails": { "AccountCode": "999" } });
    let verdict = messages::weigh(RecordKind::Product, Some(&item), &complaint);
    assert_eq!(verdict.issues[0].path, "purchases.account");
    let verdict = messages::weigh(RecordKind::Payment, None, &complaint);
    assert_eq!(verdict.issues[0].path, "account");
    let bill = messages::weigh(
        RecordKind::Bill,
        None,
        &[super::body::Complaint {
            text: "A Contact must be specified for this type of transaction".to_owned(),
            line: None,
        }],
    );
    assert_eq!(bill.issues[0].path, "supplier");
}
