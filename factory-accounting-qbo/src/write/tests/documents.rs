//! Headers of documents, and what an update of them carries.

use factory_accounting_core::capability::OrderForm;
use factory_accounting_core::code::Code;
use factory_accounting_core::model::{QuoteStage, RecordKind, TaxMode};
use factory_accounting_core::planned::{Changes, Planned, PlannedDocument, PlannedSource, StatedTax, TargetStatus};
use factory_accounting_core::provider::{Intent, RemoteRecord, RemoteStatus, Settled};
use factory_accounting_core::settings::DeliveryMark;

use super::plans::*;
use super::{check, encoded, encoded_for, refused};
use crate::capability::capabilities;
use crate::config::{ReferenceTarget, Region};
use crate::write::encode;

const HOPPER: &str = r#"{"Description":"Hopper","Amount":1183,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"ItemRef":{"value":"243"},"Qty":2,"UnitPrice":591.5,"TaxCodeRef":{"value":"5"}}}"#;
const DRAWING: &str = r#"{"Description":"as per drawing 7","DetailType":"DescriptionOnly","DescriptionLineDetail":{}}"#;

fn invoice(change: impl FnOnce(&mut PlannedDocument)) -> Planned {
    let mut document = document("customer:62");
    change(&mut document);
    planned_document(RecordKind::Invoice, document)
}

/// An invoice in the books that holds what is planned.
fn stored() -> RemoteRecord {
    let mut stored = held(RecordKind::Invoice, "invoice:145", RemoteStatus::Open);
    let planned = document("customer:62");
    stored.number = planned.number;
    stored.reference = planned.reference;
    stored.party = Some(planned.party);
    stored.date = Some(planned.date);
    stored.due = planned.due;
    stored.currency = Some(planned.currency);
    stored.tax_mode = Some(planned.tax_mode);
    stored
}

fn changing(planned: Planned, stored: RemoteRecord, changes: Changes) -> Planned {
    Planned { changes, ..based(planned, stored) }
}

#[test]
fn an_invoice_goes_out_net_with_its_tax_codes() {
    check(
        Intent::Create,
        invoice(|_| {}),
        "invoice?minorversion=75&",
        &format!(
            r#"{{"DocNumber":"INV-1042","TxnDate":"2026-11-21","CustomerRef":{{"value":"62"}},"DueDate":"2026-11-30",
                "CurrencyRef":{{"value":"AUD"}},"GlobalTaxCalculation":"TaxExcluded","PrivateNote":"job 17",
                "Line":[{HOPPER},{DRAWING}]}}"#
        ),
    );
}

#[test]
fn in_the_united_states_lines_say_only_whether_they_are_taxed() {
    let taxed = invoice(|document| {
        document.lines[0].charge.as_mut().expect("a charge").tax_code = "TAX".to_owned();
        document.lines.truncate(1);
    });
    let body = encoded_for(Region::UnitedStates, Intent::Create, vec![taxed]).expect("it can be encoded").body;
    assert!(body.contains(r#""TaxCodeRef":{"value":"TAX"}"#) && !body.contains("GlobalTaxCalculation"), "{body}");
    let foreign = encoded_for(Region::UnitedStates, Intent::Create, vec![invoice(|_| {})]).expect_err("no such code");
    assert_eq!(foreign.error.issues()[0].path, "lines[0].tax");
}

#[test]
fn a_quote_keeps_its_texts_in_the_message_and_its_reference_beside_it() {
    let quote = |stage| {
        let mut quote = document("customer:62");
        quote.number = Some("Q-17".to_owned());
        quote.status = TargetStatus::Quote(stage);
        quote.title = Some("Stairs".to_owned());
        quote.summary = Some("As drawn".to_owned());
        quote.terms = Some("30 days".to_owned());
        quote.lines.truncate(1);
        planned_document(RecordKind::Quote, quote)
    };
    check(
        Intent::Create,
        quote(QuoteStage::Sent),
        "estimate?minorversion=75&",
        &format!(
            r#"{{"DocNumber":"Q-17","TxnDate":"2026-11-21","CustomerRef":{{"value":"62"}},"ExpirationDate":"2026-11-30",
                "CurrencyRef":{{"value":"AUD"}},"GlobalTaxCalculation":"TaxExcluded","TxnStatus":"Pending",
                "PrivateNote":"job 17","CustomerMemo":{{"value":"Stairs\nAs drawn\n30 days"}},"Line":[{HOPPER}]}}"#
        ),
    );
    let stored = held(RecordKind::Quote, "estimate:12", RemoteStatus::Open);
    let status = Changes { status: true, ..Changes::NONE };
    for (stage, word) in [(QuoteStage::Accepted, "Accepted"), (QuoteStage::Declined, "Rejected")] {
        let body = format!(r#"{{"Id":"12","SyncToken":"3","sparse":true,"TxnStatus":"{word}"}}"#);
        check(Intent::Update, changing(quote(stage), stored.clone(), status), "estimate?minorversion=75&", &body);
    }
}

#[test]
fn an_order_is_an_accepted_estimate_or_an_invoice() {
    let order = |form, status| {
        let mut planned = planned_document(RecordKind::Order, PlannedDocument { status, ..document("customer:62") });
        planned.probe.order_form = Some(form);
        encoded(Intent::Create, vec![planned])
    };
    let estimate = order(OrderForm::AcceptedQuote, TargetStatus::Quote(QuoteStage::Accepted));
    assert!(estimate.target.starts_with("POST estimate?"), "{}", estimate.target);
    assert!(estimate.body.contains(r#""TxnStatus":"Accepted""#), "{}", estimate.body);
    let invoice = order(OrderForm::Invoice, TargetStatus::Approved);
    assert!(invoice.target.starts_with("POST invoice?"), "{}", invoice.target);
    // What the books hold decides, whatever the settings have come to say since.
    let stored = held(RecordKind::Order, "invoice:145", RemoteStatus::Open);
    let update = changing(
        planned_document(RecordKind::Order, document("customer:62")),
        stored,
        Changes { header: true, ..Changes::NONE },
    );
    assert!(encoded(Intent::Update, vec![update]).target.starts_with("POST invoice?"));
}

#[test]
fn r35_an_invoice_is_marked_as_sent_and_never_as_one_to_be_mailed() {
    let sent = || invoice(|document| document.mark_sent = true);
    assert!(encoded(Intent::Create, vec![sent()]).body.contains(r#","EmailStatus":"EmailSent","#));
    let stored = held(RecordKind::Invoice, "invoice:145", RemoteStatus::Open);
    let alone = changing(sent(), stored, Changes { status: true, ..Changes::NONE });
    let body = r#"{"Id":"145","SyncToken":"3","sparse":true,"EmailStatus":"EmailSent"}"#;
    check(Intent::Update, alone, "invoice?minorversion=75&", body);
    let plain = encoded(Intent::Create, vec![invoice(|_| ())]).body;
    assert!(!plain.contains("EmailStatus") && !plain.contains("PrintStatus"), "{plain}");
    let bill = PlannedDocument { mark_sent: true, ..document("vendor:56") };
    let error = refused(Intent::Create, planned_document(RecordKind::Bill, bill), "mark_sent");
    assert!(error.to_string().contains("only invoices are marked as sent in QuickBooks, not this bill"), "{error}");
}

#[test]
fn l5_a_document_waits_to_be_printed_or_does_not() {
    for (mark, status) in [(DeliveryMark::Nothing, "NotSet"), (DeliveryMark::Print, "NeedToPrint")] {
        let body = encoded(Intent::Create, vec![invoice(|document| document.delivery = Some(mark))]).body;
        assert!(body.contains(&format!(r#""PrintStatus":"{status}""#)), "{body}");
    }
    let mailed = invoice(|document| document.delivery = Some(DeliveryMark::Email));
    let error = refused(Intent::Create, mailed, "delivery");
    assert!(error.to_string().contains("knows the marks to print and none for delivery"), "{error}");
    let bill = PlannedDocument { delivery: Some(DeliveryMark::Print), ..document("vendor:56") };
    refused(Intent::Create, planned_document(RecordKind::Bill, bill), "delivery");
}

#[test]
fn an_invoice_is_tied_to_its_estimate_as_a_whole() {
    let from = |source: &str| {
        invoice(|document| {
            document.source = Some(PlannedSource { kind: RecordKind::Order, id: id(source) });
            document.lines[0].source_line = Some(id("1"));
        })
    };
    let body = encoded(Intent::Create, vec![from("estimate:12")]).body;
    assert!(body.contains(r#""LinkedTxn":[{"TxnId":"12","TxnType":"Estimate"}],"Line":["#), "{body}");
    assert_eq!(body.matches("LinkedTxn").count(), 1);
    assert!(encoded_for(Region::International, Intent::Create, vec![from("invoice:12")]).is_err());
    let mut tied = stored();
    tied.sources = Some(vec![id("estimate:12")]);
    let again = changing(from("estimate:12"), tied, Changes { lines: true, ..Changes::NONE });
    assert!(!encoded(Intent::Update, vec![again]).body.contains("LinkedTxn"));
}

#[test]
fn taxes_are_stated_rate_by_rate_where_quickbooks_would_come_to_others() {
    let stated = |document: &mut PlannedDocument| {
        let tax = |component: &str, rate: &str, net: &str, tax: &str| StatedTax {
            component: id(component),
            rate: decimal(rate),
            net: decimal(net),
            tax: decimal(tax),
        };
        document.stated_taxes = vec![tax("3", "10", "1183.00", "118.31"), tax("4", "0", "20.00", "0")];
    };
    let body = encoded(Intent::Create, vec![invoice(stated)]).body;
    let expected = concat!(
        r#""TxnTaxDetail":{"TotalTax":118.31,"TaxLine":[{"Amount":118.31,"DetailType":"TaxLineDetail","#,
        r#""TaxLineDetail":{"TaxRateRef":{"value":"3"},"PercentBased":true,"TaxPercent":10,"NetAmountTaxable":1183}},"#,
        r#"{"Amount":0,"DetailType":"TaxLineDetail","#,
        r#""TaxLineDetail":{"TaxRateRef":{"value":"4"},"PercentBased":true,"TaxPercent":0,"NetAmountTaxable":20}}]}"#
    );
    assert!(body.contains(expected), "{body}");
    // Stated once, reckoned anew when the lines change without.
    let update = changing(invoice(|_| {}), stored(), Changes { lines: true, ..Changes::NONE });
    assert!(!encoded(Intent::Update, vec![update]).body.contains("TxnTaxDetail"));
}

#[test]
fn r21_an_update_carries_what_differs_and_nothing_else() {
    let header = Changes { header: true, ..Changes::NONE };
    let sent = |change: fn(&mut RemoteRecord)| {
        let mut stored = stored();
        change(&mut stored);
        let body = encoded(Intent::Update, vec![changing(invoice(|_| {}), stored, header)]).body;
        body.strip_prefix(r#"{"Id":"145","SyncToken":"3","sparse":true"#).map(str::to_owned).expect("a head")
    };
    assert_eq!(sent(|_| {}), "}");
    assert_eq!(sent(|stored| stored.number = None), r#","DocNumber":"INV-1042"}"#);
    assert_eq!(sent(|stored| stored.reference = None), r#","PrivateNote":"job 17"}"#);
    assert_eq!(sent(|stored| stored.date = None), r#","TxnDate":"2026-11-21"}"#);
    assert_eq!(sent(|stored| stored.due = None), r#","DueDate":"2026-11-30"}"#);
    assert_eq!(sent(|stored| stored.party = None), r#","CustomerRef":{"value":"62"}}"#);
}

#[test]
fn lines_go_whole_with_their_ids_or_not_at_all() {
    let planned = invoice(|document| document.lines[0].remote = Some(id("1")));
    let lines = changing(planned, stored(), Changes { lines: true, ..Changes::NONE });
    let expected = HOPPER.replacen('{', r#"{"Id":"1","#, 1);
    check(
        Intent::Update,
        lines,
        "invoice?minorversion=75&",
        &format!(
            r#"{{"Id":"145","SyncToken":"3","sparse":true,"GlobalTaxCalculation":"TaxExcluded","Line":[{expected},{DRAWING}]}}"#
        ),
    );
}

#[test]
fn r11_what_has_been_paid_stays_with_its_customer() {
    let mut paid = stored();
    paid.party = Some(id("customer:61"));
    paid.settled = Some(Settled { paid: decimal("10"), credited: decimal("0"), due: decimal("1291.30") });
    let header = Changes { header: true, ..Changes::NONE };
    let error = refused(Intent::Update, changing(invoice(|_| {}), paid.clone(), header), "customer");
    assert_eq!(error.error.code(), Some(Code::Locked));
    paid.settled = None;
    assert!(
        encoded(Intent::Update, vec![changing(invoice(|_| {}), paid.clone(), header)]).body.contains("CustomerRef")
    );
    paid.currency = "USD".parse().ok();
    refused(Intent::Update, changing(invoice(|_| {}), paid, header), "currency");
}

#[test]
fn a_number_of_quickbooks_own_leaves_the_hosts_in_the_private_note() {
    let config = config(Region::International).with_reference_field(ReferenceTarget::CustomerMemo);
    let body = |in_reference: bool| {
        let mut planned = invoice(|document| {
            document.number = (!in_reference).then(|| "INV-1042".to_owned());
            document.reference = Some("INV-1042".to_owned());
        });
        planned.probe.in_reference = in_reference;
        encode(&config, &capabilities(&config), &batch(Intent::Create, vec![planned])).expect("it can be encoded").body
    };
    let package = body(true);
    assert!(package.contains(r#""PrivateNote":"INV-1042""#) && !package.contains("DocNumber"), "{package}");
    let host = body(false);
    assert!(host.contains(r#""CustomerMemo":{"value":"INV-1042"}"#) && !host.contains("PrivateNote"), "{host}");
}

#[test]
fn an_exchange_rate_counts_as_the_model_does() {
    let body = encoded(
        Intent::Create,
        vec![invoice(|document| {
            document.currency = "USD".parse().expect("a currency");
            document.exchange_rate = Some(decimal("1.5312"));
        })],
    )
    .body;
    assert!(body.contains(r#""CurrencyRef":{"value":"USD"},"ExchangeRate":1.5312,"#), "{body}");
}

#[test]
fn documents_that_quickbooks_refuses_are_refused_with_their_field() {
    type Change = fn(&mut PlannedDocument);
    let cases: [(RecordKind, Change, &str); 13] = [
        (RecordKind::Invoice, |document| document.lines.clear(), "lines"),
        (RecordKind::Invoice, |document| document.number = Some("9".repeat(22)), "number"),
        (RecordKind::Invoice, |document| document.number = Some(" ".to_owned()), "number"),
        (RecordKind::Invoice, |document| document.reference = Some("r".repeat(4_001)), "references"),
        (RecordKind::Invoice, |document| document.exchange_rate = Some(decimal("0")), "exchange_rate"),
        (RecordKind::Invoice, |document| document.tax_mode = TaxMode::Inclusive, "tax_mode"),
        (RecordKind::Invoice, |document| document.status = TargetStatus::Draft, "status"),
        (RecordKind::Invoice, |document| document.lines[1].description = " ".to_owned(), "lines[1].description"),
        (RecordKind::Invoice, |document| document.lines[0].description = "x".repeat(4_001), "lines[0].description"),
        (RecordKind::Quote, |document| document.summary = Some("s".repeat(1_001)), "summary"),
        (RecordKind::Quote, |_| {}, "status"),
        (RecordKind::CreditNote, |document| document.status = TargetStatus::Quote(QuoteStage::Sent), "status"),
        (RecordKind::Order, |document| document.status = TargetStatus::Draft, "status"),
    ];
    for (kind, change, path) in cases {
        let mut planned = document("customer:62");
        if path == "summary" {
            planned.status = TargetStatus::Quote(QuoteStage::Draft);
        }
        change(&mut planned);
        let error = refused(Intent::Create, planned_document(kind, planned), path);
        assert!(error.to_string().contains(&format!("create of {kind}")), "{error}");
    }
    let unnumbered = PlannedDocument { number: None, ..document("vendor:56") };
    refused(Intent::Create, planned_document(RecordKind::Bill, unnumbered), "number");
}

#[test]
fn the_wrong_role_of_a_party_is_no_party() {
    for (kind, party) in [(RecordKind::Invoice, "vendor:56"), (RecordKind::Bill, "customer:62")] {
        let planned = planned_document(kind, document(party));
        let error = encoded_for(Region::International, Intent::Create, vec![planned]).expect_err(party);
        assert!(error.to_string().contains(party), "{error}");
    }
}
