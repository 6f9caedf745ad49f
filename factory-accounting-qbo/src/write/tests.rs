mod contract;
mod documents;
mod lines;
mod plans;
mod sending;

use factory_accounting_core::capability::OrderForm::{self, AcceptedQuote};
use factory_accounting_core::model::{QuoteStage, RecordKind, TaxMode};
use factory_accounting_core::planned::{Content, Planned, PlannedItem, PlannedParty, PlannedPayment, TargetStatus};
use factory_accounting_core::provider::RemoteStatus;

use self::plans::*;
use super::*;
use crate::capability::capabilities;
use crate::config::Region;

fn encoded_for(region: Region, intent: Intent, members: Vec<Planned>) -> Result<EncodedWrite, EncodeError> {
    let config = config(region);
    encode(&config, &capabilities(&config), &batch(intent, members))
}

fn encoded(intent: Intent, members: Vec<Planned>) -> EncodedWrite {
    encoded_for(Region::International, intent, members).expect("it can be encoded")
}

/// Where one member goes and what it holds, as a company outside the United States is sent it.
#[track_caller]
fn check(intent: Intent, planned: Planned, target: &str, body: &str) {
    let write = encoded(intent, vec![planned]);
    assert_eq!(write.target, format!("POST {target}requestid=k-1"));
    assert_eq!(write.body, flat(body));
}

/// The JSON as it travels: laid out in several lines to be read here.
fn flat(json: &str) -> String {
    json.lines().map(str::trim).collect()
}

/// The field that a member is refused for.
#[track_caller]
fn refused(intent: Intent, planned: Planned, path: &str) -> EncodeError {
    let error = encoded_for(Region::International, intent, vec![planned]).expect_err(path);
    assert_eq!(error.error.issues().first().map(|issue| issue.path.as_str()), Some(path), "{error}");
    error
}

#[test]
fn a_customer_carries_its_key_in_the_notes_of_a_new_record_only() {
    let (kind, open) = (RecordKind::Customer, RemoteStatus::Open);
    check(
        Intent::Create,
        party(kind),
        "customer?minorversion=75&",
        r#"{"DisplayName":"Acme Fabrication Ltd","CompanyName":"Acme Fabrication Ltd",
            "PrintOnCheckName":"Acme Fabrication Ltd","GivenName":"Ana","FamilyName":"Rau",
            "PrimaryEmailAddr":{"Address":"ap@acme.test"},"PrimaryPhone":{"FreeFormNumber":"+61 3 5550 0100"},
            "BillAddr":{"Line1":"PO Box 9","City":"Geelong","CountrySubDivisionCode":"VIC","PostalCode":"3220","Country":"Australia"},
            "ShipAddr":{"Line1":"Stores","Line2":"1 Dock Rd","City":"Corio"},
            "PrimaryTaxIdentifier":"51 824 753 556","CurrencyRef":{"value":"AUD"},"Notes":"Ref C-1042"}"#,
    );
    let mut stored = held(kind, "customer:62", open);
    stored.name = Some("Acme Fabrication Ltd".to_owned());
    let small = |planned: Planned| {
        let Content::Party(mut content) = planned.content.clone() else { return planned };
        content.party.addresses.clear();
        content.party.contacts.clear();
        content.party.tax_number = None;
        Planned { content: Content::Party(content), ..planned }
    };
    check(
        Intent::Update,
        based(small(party(kind)), stored.clone()),
        "customer?minorversion=75&",
        r#"{"Id":"62","SyncToken":"3","sparse":true,"PrimaryEmailAddr":{"Address":"ap@acme.test"},
            "PrimaryPhone":{"FreeFormNumber":"+61 3 5550 0100"}}"#,
    );
    stored.name = Some("Acme".to_owned());
    check(
        Intent::Update,
        based(small(party(kind)), stored.clone()),
        "customer?minorversion=75&",
        r#"{"Id":"62","SyncToken":"3","sparse":true,"DisplayName":"Acme Fabrication Ltd",
            "CompanyName":"Acme Fabrication Ltd","PrintOnCheckName":"Acme Fabrication Ltd",
            "PrimaryEmailAddr":{"Address":"ap@acme.test"},"PrimaryPhone":{"FreeFormNumber":"+61 3 5550 0100"}}"#,
    );
    check(
        Intent::Void,
        based(party(kind), stored),
        "customer?minorversion=75&",
        r#"{"Id":"62","SyncToken":"3","sparse":true,"Active":false}"#,
    );
}

#[test]
fn r9_a_name_that_is_taken_goes_out_told_apart() {
    let distinct = |kind| changed_party(kind, |content| content.distinct = true);
    let customer = encoded(Intent::Create, vec![distinct(RecordKind::Customer)]).body;
    assert!(
        customer.starts_with(r#"{"DisplayName":"Acme Fabrication Ltd (1042)","CompanyName":"Acme Fabrication Ltd","#)
    );
    let vendor = encoded(Intent::Create, vec![distinct(RecordKind::Supplier)]);
    assert!(vendor.target.starts_with("POST vendor?"), "{}", vendor.target);
    assert!(vendor.body.starts_with(r#"{"DisplayName":"Acme Fabrication Ltd (supplier)","#), "{}", vendor.body);
    assert!(vendor.body.contains(r#""TaxIdentifier":"51 824 753 556""#) && !vendor.body.contains("ShipAddr"));
    // A name longer than a company name stands in the display name alone.
    let long = changed_party(RecordKind::Customer, |content| content.party.name = "n".repeat(101));
    let body = encoded(Intent::Create, vec![long]).body;
    assert!(!body.contains("CompanyName") && !body.contains("PrintOnCheckName"), "{body}");
}

#[test]
fn parties_that_quickbooks_refuses_are_refused_with_their_field() {
    type Change = fn(&mut PlannedParty);
    let cases: [(Change, &str); 9] = [
        (|content| content.party.name = "Acme: Wellington".to_owned(), "name"),
        (|content| content.party.name = "Acme\tLtd".to_owned(), "name"),
        (|content| content.party.name = "n".repeat(501), "name"),
        (|content| content.party.name = " ".to_owned(), "name"),
        (|content| content.party.email = Some("e".repeat(101)), "email"),
        (|content| content.party.phone = Some("0".repeat(31)), "phone"),
        (|content| content.party.tax_number = Some("0".repeat(21)), "tax_number"),
        (|content| content.party.contacts[0].first_name = Some("n".repeat(101)), "contacts[0].first_name"),
        (|content| content.party.addresses[1].lines = vec!["x".to_owned(); 5], "addresses[1].lines"),
    ];
    for (change, path) in cases {
        let error = refused(Intent::Create, changed_party(RecordKind::Customer, change), path);
        assert!(error.to_string().contains("create of customer Acme Fabrication Ltd: "), "{error}");
    }
}

#[test]
fn terms_and_the_main_persons_own_phone_go_with_a_party() {
    for (kind, member, path) in
        [(RecordKind::Customer, "SalesTermRef", "customer"), (RecordKind::Supplier, "TermRef", "vendor")]
    {
        let with_both = |planned: Planned| {
            let Content::Party(mut content) = planned.content.clone() else { return planned };
            content.terms = Some(id("3"));
            content.party.contacts[0].phone = Some("0400 111 222".to_owned());
            Planned { content: Content::Party(content), ..planned }
        };
        let stored = held(kind, &format!("{path}:62"), RemoteStatus::Open);
        let expected = [
            format!(r#""{member}":{{"value":"3"}}"#),
            r#""AlternatePhone":{"FreeFormNumber":"0400 111 222"}"#.to_owned(),
        ];
        let created = encoded(Intent::Create, vec![with_both(party(kind))]).body;
        let updated = encoded(Intent::Update, vec![based(with_both(party(kind)), stored.clone())]).body;
        assert!(
            expected.iter().all(|member| created.contains(member) && updated.contains(member)),
            "{created} {updated}"
        );
        // What the host does not say stays as people have it.
        let silent = encoded(Intent::Update, vec![based(party(kind), stored)]).body;
        assert!(!silent.contains("TermRef") && !silent.contains("AlternatePhone"), "{silent}");
    }
}

#[test]
fn f37_a_job_is_a_sub_customer_that_is_billed_with_its_customer() {
    check(
        Intent::Create,
        job(),
        "customer?minorversion=75&",
        r#"{"DisplayName":"PRJ-042 Hopper rebuild","Notes":"Ref J-42","Job":true,"ParentRef":{"value":"61"},"BillWithParent":true}"#,
    );
    let mut stored = held(RecordKind::Job, "customer:62", RemoteStatus::Open);
    stored.parent = Some(id("customer:61"));
    let renamed = r#"{"Id":"62","SyncToken":"3","sparse":true,"DisplayName":"PRJ-042 Hopper rebuild"}"#;
    check(Intent::Update, based(job(), stored.clone()), "customer?minorversion=75&", renamed);
    stored.name = Some("PRJ-042 Hopper rebuild".to_owned());
    stored.parent = Some(id("customer:60"));
    let moved = r#"{"Id":"62","SyncToken":"3","sparse":true,"Job":true,"ParentRef":{"value":"61"}}"#;
    check(Intent::Update, based(job(), stored), "customer?minorversion=75&", moved);
}

#[test]
fn r21_an_item_is_never_sent_its_stock_nor_in_an_update_its_type_and_accounts() {
    check(
        Intent::Create,
        planned_item(item()),
        "item?minorversion=75&",
        r#"{"Name":"Bolt M8","Sku":"BOLT-M8","Type":"NonInventory","Description":"Bolt M8 x 40, zinc","UnitPrice":0.2248,
            "IncomeAccountRef":{"value":"79"},"SalesTaxCodeRef":{"value":"5"},"PurchaseDesc":"Bolt M8 x 40, zinc",
            "PurchaseCost":0.11,"ExpenseAccountRef":{"value":"80"},"PurchaseTaxCodeRef":{"value":"6"}}"#,
    );
    let stored = held(RecordKind::Product, "item:243", RemoteStatus::Open);
    let sold = || PlannedItem { purchases: None, ..item() };
    check(
        Intent::Update,
        based(planned_item(sold()), stored.clone()),
        "item?minorversion=75&",
        r#"{"Id":"243","SyncToken":"3","sparse":true,"Name":"Bolt M8","Sku":"BOLT-M8","Description":"Bolt M8 x 40, zinc",
            "UnitPrice":0.2248,"SalesTaxCodeRef":{"value":"5"}}"#,
    );
    let retired = r#"{"Id":"243","SyncToken":"3","sparse":true,"Active":false}"#;
    check(Intent::Void, based(planned_item(sold()), stored), "item?minorversion=75&", retired);
    let mut taxed = sold();
    taxed.sales.as_mut().expect("a side").tax_code = Some("TAX".to_owned());
    let us = encoded_for(Region::UnitedStates, Intent::Create, vec![planned_item(taxed)]).expect("it can be encoded");
    assert!(us.body.contains(r#""Taxable":true"#) && !us.body.contains("TaxCodeRef"), "{}", us.body);
}

#[test]
fn items_that_quickbooks_refuses_are_refused_with_their_field() {
    type Change = fn(&mut PlannedItem);
    let cases: [(Change, &str); 6] = [
        (|item| item.name = "Bolt:M8".to_owned(), "name"),
        (|item| item.name = "n".repeat(101), "name"),
        (|item| item.code = "c".repeat(101), "code"),
        (|item| item.description = Some("d".repeat(1_001)), "description"),
        (|item| item.sales.as_mut().expect("a side").account = None, "sales.account"),
        (|item| (item.sales, item.purchases) = (None, None), "sales"),
    ];
    for (change, path) in cases {
        let mut item = item();
        change(&mut item);
        refused(Intent::Create, planned_item(item), path);
    }
}

#[test]
fn r20_a_payment_names_the_document_that_it_settles_and_its_party() {
    check(
        Intent::Create,
        planned_payment(payment(RecordKind::Invoice)),
        "payment?minorversion=75&",
        r#"{"CustomerRef":{"value":"62"},"TxnDate":"2026-11-21","CurrencyRef":{"value":"AUD"},"TotalAmt":1301.3,
            "PaymentRefNum":"EFT 778","DepositToAccountRef":{"value":"35"},
            "Line":[{"Amount":1301.3,"LinkedTxn":[{"TxnId":"145","TxnType":"Invoice"}]}]}"#,
    );
    let bill = |by_card| planned_payment(PlannedPayment { by_card, ..payment(RecordKind::Bill) });
    check(
        Intent::Create,
        bill(false),
        "billpayment?minorversion=75&",
        r#"{"VendorRef":{"value":"56"},"TxnDate":"2026-11-21","CurrencyRef":{"value":"AUD"},"DocNumber":"EFT 778",
            "PayType":"Check","CheckPayment":{"BankAccountRef":{"value":"35"}},"TotalAmt":1301.3,
            "Line":[{"Amount":1301.3,"LinkedTxn":[{"TxnId":"146","TxnType":"Bill"}]}]}"#,
    );
    let card = encoded(Intent::Create, vec![bill(true)]).body;
    assert!(card.contains(r#""PayType":"CreditCard","CreditCardPayment":{"CCAccountRef":{"value":"35"}}"#), "{card}");
    assert!(!card.contains("CheckPayment"));
    let stored = |id| held(RecordKind::Payment, id, RemoteStatus::Open);
    for (id, path) in [("payment:9", "payment"), ("billpayment:9", "billpayment")] {
        let void = based(planned_payment(payment(RecordKind::Invoice)), stored(id));
        let target = format!("{path}?minorversion=75&operation=update&include=void&");
        check(Intent::Void, void, &target, r#"{"Id":"9","SyncToken":"3","sparse":true}"#);
    }
}

#[test]
fn payments_that_would_go_astray_are_refused() {
    type Change = fn(&mut PlannedPayment);
    let cases: [(Change, &str); 6] = [
        (|payment| payment.party = None, "target"),
        (|payment| payment.document_kind = RecordKind::CreditNote, "target"),
        (|payment| payment.reference = " ".to_owned(), "number"),
        (|payment| payment.reference = "9".repeat(22), "number"),
        (|payment| payment.amount.amount = decimal("0"), "amount"),
        (|payment| payment.amount.amount = decimal("-1"), "amount"),
    ];
    for (change, path) in cases {
        let mut payment = payment(RecordKind::Invoice);
        change(&mut payment);
        refused(Intent::Create, planned_payment(payment), path);
    }
    let mut astray = payment(RecordKind::Invoice);
    astray.document = id("bill:145");
    let error = encoded_for(Region::International, Intent::Create, vec![planned_payment(astray)]).expect_err("a bill");
    assert_eq!(error.error.kind(), ErrorKind::Internal);
}

#[test]
fn a_credit_memo_is_set_off_by_a_payment_over_nothing() {
    check(
        Intent::Create,
        planned_allocation(),
        "payment?minorversion=75&",
        r#"{"CustomerRef":{"value":"62"},"TxnDate":"2026-11-21","CurrencyRef":{"value":"AUD"},"TotalAmt":0,
            "Line":[{"Amount":60.5,"LinkedTxn":[{"TxnId":"145","TxnType":"Invoice"}]},
                    {"Amount":60.5,"LinkedTxn":[{"TxnId":"150","TxnType":"CreditMemo"}]}]}"#,
    );
    let stored = held(RecordKind::Allocation, "payment:9", RemoteStatus::Open);
    let target = "payment?minorversion=75&operation=delete&";
    check(Intent::Void, based(planned_allocation(), stored), target, r#"{"Id":"9","SyncToken":"3"}"#);
}

#[test]
fn a_void_takes_the_way_that_its_form_knows() {
    for (kind, id, operation) in [
        (RecordKind::Invoice, "invoice:9", "void"),
        (RecordKind::Order, "invoice:9", "void"),
        (RecordKind::Order, "estimate:9", "delete"),
        (RecordKind::Quote, "estimate:9", "delete"),
        (RecordKind::CreditNote, "creditmemo:9", "delete"),
        (RecordKind::PurchaseOrder, "purchaseorder:9", "delete"),
        (RecordKind::Bill, "bill:9", "delete"),
    ] {
        let void = |status| based(planned(kind, "9", Content::Void), held(kind, id, status));
        let path = id.trim_end_matches(":9");
        let target = format!("{path}?minorversion=75&operation={operation}&");
        check(Intent::Void, void(RemoteStatus::Open), &target, r#"{"Id":"9","SyncToken":"3"}"#);
        for gone in [RemoteStatus::Voided, RemoteStatus::Deleted] {
            let error = encoded_for(Region::International, Intent::Void, vec![void(gone)]).expect_err("gone");
            assert_eq!(error.error.kind(), ErrorKind::Locked);
        }
    }
}

#[test]
fn several_members_travel_in_one_batch_each_under_its_place() {
    let order = |form| {
        let mut document = document("customer:62");
        document.status =
            if form == AcceptedQuote { TargetStatus::Quote(QuoteStage::Accepted) } else { TargetStatus::Approved };
        document.lines.truncate(1);
        document.lines[0].charge = None;
        let mut planned = planned_document(RecordKind::Order, document);
        planned.probe.order_form = Some(form);
        planned
    };
    let write = encoded(Intent::Create, vec![order(AcceptedQuote), order(OrderForm::Invoice)]);
    assert_eq!((write.target.as_str(), write.members), ("POST batch?minorversion=75&requestid=k-1", 2));
    let common = r#""DocNumber":"INV-1042","TxnDate":"2026-11-21","CustomerRef":{"value":"62"}"#;
    let lines = r#""Line":[{"Description":"Hopper","DetailType":"DescriptionOnly","DescriptionLineDetail":{}}]"#;
    let body = format!(
        r#"{{"BatchItemRequest":[
            {{"bId":"0","operation":"create","Estimate":{{{common},"ExpirationDate":"2026-11-30","CurrencyRef":{{"value":"AUD"}},
              "GlobalTaxCalculation":"TaxExcluded","TxnStatus":"Accepted","PrivateNote":"job 17",{lines}}}}},
            {{"bId":"1","operation":"create","Invoice":{{{common},"DueDate":"2026-11-30","CurrencyRef":{{"value":"AUD"}},
              "GlobalTaxCalculation":"TaxExcluded","PrivateNote":"job 17",{lines}}}}}]}}"#
    );
    assert_eq!(write.body, flat(&body));
    let retired = |id| based(party(RecordKind::Customer), held(RecordKind::Customer, id, RemoteStatus::Open));
    let write = encoded(Intent::Void, vec![retired("customer:1"), retired("customer:2")]);
    let second =
        r#"{"bId":"1","operation":"update","Customer":{"Id":"2","SyncToken":"3","sparse":true,"Active":false}}"#;
    assert!(write.body.contains(second), "{}", write.body);
}

#[test]
fn the_member_at_fault_is_named_among_many() {
    let mut broken = document("customer:62");
    broken.lines.clear();
    let members =
        [document("customer:62"), broken].map(|document| planned_document(RecordKind::Invoice, document)).to_vec();
    let error = encoded_for(Region::International, Intent::Create, members).expect_err("no lines");
    assert_eq!(error.member, 1);
}

#[test]
fn an_update_without_its_base_or_version_and_a_batch_out_of_bounds_are_refused() {
    let refused =
        |intent, members| encoded_for(Region::International, intent, members).expect_err("refused").error.kind();
    let invoice = || planned_document(RecordKind::Invoice, document("customer:62"));
    assert_eq!(refused(Intent::Update, vec![invoice()]), ErrorKind::Internal);
    assert_eq!(refused(Intent::Create, Vec::new()), ErrorKind::Internal);
    assert_eq!(refused(Intent::Create, vec![invoice(); 31]), ErrorKind::Internal);
    assert_eq!(refused(Intent::Update, vec![planned_payment(payment(RecordKind::Invoice))]), ErrorKind::Unsupported);
    let stored = || held(RecordKind::Invoice, "invoice:145", RemoteStatus::Open);
    assert_eq!(refused(Intent::Void, vec![based(invoice(), stored()); 2]), ErrorKind::Internal);
    let mut unversioned = stored();
    unversioned.version = None;
    assert_eq!(refused(Intent::Update, vec![based(invoice(), unversioned)]), ErrorKind::Internal);
    let foreign = held(RecordKind::Invoice, "145", RemoteStatus::Open);
    assert_eq!(refused(Intent::Update, vec![based(invoice(), foreign)]), ErrorKind::Internal);
}

#[test]
fn encoding_is_pure_and_is_read_back_as_it_was() {
    let write = || encoded(Intent::Create, vec![planned_document(RecordKind::Invoice, document("customer:62")); 3]);
    assert_eq!(write(), write());
    let sent = Sent::read(&write()).expect("one of ours");
    assert!(sent.endpoint.is_batch());
    assert_eq!(sent.members.len(), 3);
    let mut foreign = write();
    foreign.members = 2;
    assert!(Sent::read(&foreign).is_none());
}

#[test]
fn x10_a_key_that_does_not_fit_is_replaced_by_a_digest_of_it() {
    let key = "k".repeat(50);
    assert_eq!(request_id(&key, KEY_TEXT), key);
    let short = request_id(&key, BATCH_KEY_TEXT);
    assert_eq!((short.len(), short == request_id(&key, BATCH_KEY_TEXT)), (36, true));
    assert_ne!(short, request_id(&"k".repeat(51), BATCH_KEY_TEXT));
    assert_eq!(request_id("Schlüssel", KEY_TEXT).len(), 36);
    assert_eq!(request_id("", KEY_TEXT).len(), 36);
}

#[test]
fn f70_a_custom_field_on_demand_is_asked_for_in_the_address() {
    let field = |id: &str| {
        let target =
            crate::config::ReferenceTarget::CustomField { definition_id: id.to_owned(), name: "Job".to_owned() };
        let config = config(Region::International).with_reference_field(target);
        let invoice = planned_document(RecordKind::Invoice, document("customer:62"));
        encode(&config, &capabilities(&config), &batch(Intent::Create, vec![invoice])).expect("it can be encoded")
    };
    let legacy = field("1");
    assert_eq!(legacy.target, "POST invoice?minorversion=75&requestid=k-1");
    let expected = r#""CustomField":[{"DefinitionId":"1","Name":"Job","Type":"StringType","StringValue":"job 17"}]"#;
    assert!(legacy.body.contains(expected) && !legacy.body.contains("PrivateNote"), "{}", legacy.body);
    assert_eq!(field("7").target, "POST invoice?minorversion=75&include=enhancedAllCustomFields&requestid=k-1");
}

#[test]
fn without_tax_a_document_says_so_in_the_words_of_its_country() {
    let untaxed = || {
        let mut document = document("customer:62");
        document.tax_mode = TaxMode::NoTax;
        for line in &mut document.lines {
            if let Some(charge) = &mut line.charge {
                charge.tax_code.clear();
            }
        }
        planned_document(RecordKind::Invoice, document)
    };
    let elsewhere = encoded(Intent::Create, vec![untaxed()]).body;
    assert!(elsewhere.contains(r#""GlobalTaxCalculation":"NotApplicable""#) && !elsewhere.contains("TaxCodeRef"));
    let us = encoded_for(Region::UnitedStates, Intent::Create, vec![untaxed()]).expect("it can be encoded").body;
    assert!(us.contains(r#""TaxCodeRef":{"value":"NON"}"#) && !us.contains("GlobalTaxCalculation"), "{us}");
}
