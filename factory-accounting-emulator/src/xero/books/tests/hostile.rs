//! Any input gets an answer, gaps are named, and the same calls give the same bytes.

use super::Bench;
use http::Method;
use serde_json::{Value, json};

/// A generator of its own, so that no run differs from another.
struct Noise(u64);

impl Noise {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % below
    }
}

const PATHS: [&str; 22] = [
    "Invoices",
    "CreditNotes",
    "PurchaseOrders",
    "Quotes",
    "Contacts",
    "Items",
    "Accounts",
    "TaxRates",
    "Payments",
    "BatchPayments",
    "TrackingCategories",
    "Currencies",
    "Organisation",
    "Prepayments",
    "ContactGroups",
    "LinkedTransactions",
    "Invoices/A-1",
    "Invoices/A-1/History",
    "Invoices/A-1/Attachments/x.pdf",
    "CreditNotes/CN-0001/Allocations",
    "Invoices/A-1/Email",
    "",
];

const SEED: &str = r#"{"Invoices":[{"Type":"ACCREC","InvoiceNumber":"A-1","Contact":{"Name":"Acme"},"Date":"/Date(1789344000000+0000)/",
"DueDate":"2026-10-01","Status":"AUTHORISED","CurrencyRate":1e2,"LineItems":[{"Description":"\u00e9\ud83d\ude00","Quantity":"99999999999999999999999999.9",
"UnitAmount":-79228162514264337593543950335,"LineAmount":1e-9,"DiscountRate":1e20,"TaxAmount":5,"AccountCode":"200","Tracking":[{"Name":"Region","Option":"North"}]}]}]}"#;

#[test]
fn no_bytes_and_no_path_bring_the_books_down() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    bench.invoice(&contact, "A-1");
    let mut noise = Noise(1);
    let methods = [Method::GET, Method::PUT, Method::POST, Method::DELETE];
    for _ in 0..4_000 {
        let mut body = SEED.as_bytes().to_vec();
        for _ in 0..noise.next(6) {
            let at = noise.next(body.len());
            match noise.next(3) {
                0 => body[at] = u8::try_from(noise.next(256)).unwrap_or(0),
                1 => body.truncate(at.max(1)),
                _ => {
                    let piece = body[at..].iter().copied().take(noise.next(40)).collect::<Vec<_>>();
                    let to = noise.next(body.len());
                    body.splice(to..to, piece);
                }
            }
        }
        let method = methods[noise.next(methods.len())].clone();
        let path = PATHS[noise.next(PATHS.len())];
        let reply = bench.reply(method, path, &body);
        let known = [200, 204, 400, 404, 405, 501];
        assert!(known.contains(&reply.status.as_u16()), "{path}: {}", reply.status);
    }
}

#[test]
fn what_is_not_modelled_is_named_and_what_does_not_exist_is_an_empty_404() {
    let mut bench = Bench::new();
    for gap in ["banktransactions", "Reports/BalanceSheet", "RepeatingInvoices", "PaymentTerms"] {
        let (status, answer) = bench.send(Method::GET, gap, &json!({}));
        assert_eq!(status, 501, "{gap}");
        assert!(answer["Message"].as_str().is_some_and(|text| text.contains("does not model")), "{answer}");
    }
    let reply = bench.reply(Method::GET, "Invoces", b"");
    assert_eq!((reply.status.as_u16(), reply.body.len()), (404, 0));
    assert_eq!(bench.reply(Method::DELETE, "Invoices", b"").status, 405);
}

#[test]
fn two_books_of_one_seed_answer_the_same_bytes() {
    let run = || {
        let mut bench = Bench::new();
        let contact = bench.customer("Acme");
        let id = bench.invoice(&contact, "A-1");
        bench.pay(&id, "1");
        bench.reply(Method::GET, "Invoices?page=1", b"").body
    };
    assert_eq!(run(), run());
}

#[test]
fn ten_thousand_invoices_are_written_by_index() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    for batch in 0..100 {
        let invoices: Vec<Value> =
            (0..100).map(|at| super::invoice(&contact, &format!("N-{batch}-{at}"), "DRAFT")).collect();
        assert_eq!(bench.put("Invoices", &json!({"Invoices": invoices})).0, 200);
    }
    let (status, _) = bench.put("Invoices", &super::invoice(&contact, "n-57-3", "DRAFT"));
    assert_eq!(status, 400);
    let found = bench.get("Invoices?InvoiceNumbers=N-99-99&page=1");
    assert_eq!(found["pagination"]["itemCount"], 1);
}

#[test]
fn amounts_that_no_decimal_can_add_up_are_refused_not_fatal() {
    let mut bench = Bench::new();
    let contact = bench.customer("Acme");
    let (most, least) = ("79228162514264337593543950335", "-79228162514264337593543950335");
    for amount in [most, least] {
        for member in ["Quantity", "UnitAmount", "LineAmount", "TaxAmount", "DiscountRate", "DiscountAmount"] {
            let mut line = json!({"Description": "x", "Quantity": -2, "UnitAmount": 10.5, "AccountCode": "200"});
            line[member] = json!(amount);
            let mut body = super::invoice(&contact, "A-1", "DRAFT");
            body["LineItems"] = json!([line, line, line]);
            assert_eq!(bench.put("Invoices", &body).0, 400, "{member} {amount}");
        }
        let parts = json!([{"Name": "a", "Rate": amount}, {"Name": "b", "Rate": amount},
            {"Name": "c", "Rate": amount, "IsCompound": true}]);
        let rate = json!({"Name": "Huge", "ReportTaxType": "OUTPUT", "TaxComponents": parts});
        assert_eq!(bench.put("TaxRates", &rate).0, 400, "{amount}");
    }
}
