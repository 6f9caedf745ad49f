//! Lists: filters, order, pages, If-Modified-Since (xero.md 6).

use super::{Bench, invoice};
use http::Method;
use serde_json::{Value, json};

fn numbers(answer: &Value) -> Vec<String> {
    let rows = answer["Invoices"].as_array().expect("rows");
    rows.iter().map(|row| row["InvoiceNumber"].as_str().expect("number").to_owned()).collect()
}

fn stocked() -> (Bench, String) {
    let mut bench = Bench::new();
    let contact = bench.customer("Café Ärger");
    for number in ["A-1", "A-2", "A-3"] {
        bench.later(1);
        let status = if number == "A-3" { "DRAFT" } else { "AUTHORISED" };
        let mut body = invoice(&contact, number, status);
        body["Reference"] = json!(format!("ref {number}"));
        bench.made(Method::PUT, "Invoices", &body);
    }
    (bench, contact)
}

#[test]
fn a_voided_invoice_is_not_found_among_those_with_something_due() {
    let (mut bench, _) = stocked();
    bench.made(Method::POST, "Invoices/A-1", &json!({"Status": "VOIDED"}));
    let found = bench.get_query("Invoices", &[("where", "AmountDue>0"), ("page", "1")]);
    assert_eq!(numbers(&found), ["A-2", "A-3"]);
    let found = bench.get_query("Invoices", &[("where", "AmountDue==0"), ("page", "1")]);
    assert_eq!((numbers(&found), &found["Invoices"][0]["AmountDue"]), (vec!["A-1".to_owned()], &json!(0.0)));
}

#[test]
fn the_where_grammar_finds_what_it_says() {
    let (mut bench, contact) = stocked();
    for (filter, found) in [
        (r#"InvoiceNumber=="a-2""#.to_owned(), vec!["A-2"]),
        (r#"Reference="REF A-1" and Status=="AUTHORISED""#.to_owned(), vec!["A-1"]),
        (format!(r#"Contact.ContactID==Guid("{contact}") AND Status!="DRAFT""#), vec!["A-1", "A-2"]),
        (r#"Contact.Name=="CAFE arger""#.to_owned(), vec!["A-1", "A-2", "A-3"]),
        (r#"(InvoiceNumber=="A-1" OR InvoiceNumber=="A-3") && Total>=24.15"#.to_owned(), vec!["A-1", "A-3"]),
        ("Date>=DateTime(2026, 9, 14) AND Date<DateTime(2026,09,15,0,0,0)".to_owned(), vec!["A-1", "A-2", "A-3"]),
        (r#"Reference.ToLower().Contains("a-3")"#.to_owned(), vec!["A-3"]),
        (r#"Reference!=null&&Reference.StartsWith("ref")==false"#.to_owned(), vec![]),
        (r#"InvoiceNumber.EndsWith("2")"#.to_owned(), vec!["A-2"]),
        ("FullyPaidOnDate==null AND AmountDue > 0".to_owned(), vec!["A-1", "A-2", "A-3"]),
        ("IsDiscounted==true OR HasAttachments==true".to_owned(), vec![]),
        (r#"LineAmountTypes=="Exclusive" AND CurrencyRate==1"#.to_owned(), vec!["A-1", "A-2", "A-3"]),
    ] {
        let answer = bench.get_query("Invoices", &[("where", &filter), ("page", "1")]);
        assert_eq!(numbers(&answer), found, "{filter}");
    }
    for filter in [
        "Colour==\"red\"",
        "Status==",
        "(Status==\"DRAFT\"",
        "Status==\"DRAFT",
        "Contact.ContactID==\"x\"",
        "Date==DateTime(2026)",
        "Status ~ 1",
        "Status==\"A\" Status==\"B\"",
    ] {
        let (status, answer) = bench.query("Invoices", &[("where", filter)]);
        assert_eq!((status, &answer["Type"]), (400, &json!("QueryParseException")), "{filter}");
        assert_eq!(answer["ErrorNumber"], 16);
    }
    let deep = format!("{}Status==\"A\"", "(".repeat(50_000));
    assert_eq!(bench.query("Invoices", &[("where", &deep)]).0, 400);
}

impl Bench {
    fn query(&mut self, resource: &str, pairs: &[(&str, &str)]) -> (u16, Value) {
        let query: Vec<(String, String)> = pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let path = [resource.to_owned()];
        let body = bytes::Bytes::from_static(b"{}");
        let call = crate::xero::call::Call {
            method: &Method::GET,
            path: &path,
            query: &query,
            headers: &self.headers,
            body: &body,
            now: self.now,
            app: "Job Tracker",
        };
        let reply = self.books.handle(&call, &self.switches);
        (reply.status.as_u16(), serde_json::from_slice(&reply.body).expect("json"))
    }

    fn get_query(&mut self, resource: &str, pairs: &[(&str, &str)]) -> Value {
        let (status, answer) = self.query(resource, pairs);
        assert_eq!(status, 200, "{pairs:?}: {answer}");
        answer
    }
}

#[test]
fn pages_are_clamped_and_described_and_lists_without_a_page_have_no_lines() {
    let (mut bench, _) = stocked();
    let answer = bench.get("invoices?page=2&pageSize=2&order=InvoiceNumber%20DESC".replace("%20", " ").as_str());
    assert_eq!(numbers(&answer), ["A-1"]);
    assert_eq!(answer["pagination"], json!({"page": 2, "pageSize": 2, "pageCount": 2, "itemCount": 3}));
    assert_eq!(answer["Invoices"][0]["LineItems"].as_array().map(Vec::len), Some(1));
    let bare = bench.get("Invoices");
    assert_eq!((bare.get("pagination"), &bare["Invoices"][0]["LineItems"]), (None, &json!([])));
    let summary = bench.get("Invoices?summaryOnly=true");
    assert_eq!(
        (summary["pagination"]["pageSize"].as_u64(), summary["Invoices"][0].get("LineItems")),
        (Some(100), None)
    );
    assert_eq!(bench.get("Invoices?page=1&pageSize=5000")["pagination"]["pageSize"], 1000);
}

#[test]
fn the_other_filters_of_invoices_narrow_the_list() {
    let (mut bench, contact) = stocked();
    for (query, found) in [
        ("InvoiceNumbers=A-1,a-3&page=1".to_owned(), vec!["A-1", "A-3"]),
        ("Statuses=DRAFT,PAID".to_owned(), vec!["A-3"]),
        (format!("ContactIDs={contact}"), vec!["A-1", "A-2", "A-3"]),
        ("SearchTerm=REF a-2".to_owned(), vec!["A-2"]),
        ("createdByMyApp=True".to_owned(), vec!["A-1", "A-2", "A-3"]),
        ("IDs=7f9a1f6a-0000-4000-8000-000000000001".to_owned(), vec![]),
    ] {
        assert_eq!(numbers(&bench.get(&format!("Invoices?{query}"))), found, "{query}");
    }
}

#[test]
fn if_modified_since_is_inclusive_to_the_second_in_every_spelling() {
    let (mut bench, _) = stocked();
    for text in [
        "2026-09-14T09:30:02",
        "2026-09-14T09:30:02Z",
        "2026-09-14T09:30:02+00:00",
        "2026-09-14T09:30:02.900Z",
        "2026-09-14T21:30:02+12:00",
        "Mon, 14 Sep 2026 09:30:02 GMT",
    ] {
        bench.header("if-modified-since", text);
        assert_eq!(numbers(&bench.get("Invoices")), ["A-3"], "{text}");
    }
    bench.header("if-modified-since", "2027-01-01T00:00:00");
    assert_eq!(bench.get("Invoices")["Invoices"], json!([]));
}

#[test]
fn one_invoice_is_read_by_number_and_lists_its_payments() {
    let (mut bench, _) = stocked();
    let id = bench.get("Invoices/A-1")["Invoices"][0]["InvoiceID"].as_str().expect("id").to_owned();
    bench.pay(&id, "4.15");
    let read = bench.get("Invoices/A-1")["Invoices"][0].clone();
    assert_eq!((&read["Payments"][0]["Amount"], &read["AmountPaid"]), (&json!(4.15), &json!(4.15)));
    let filter = format!("Invoice.InvoiceID==guid(\"{id}\") AND Status==\"AUTHORISED\"");
    assert_eq!(bench.get_query("Payments", &[("where", &filter)])["Payments"][0]["Reference"], "RCPT-77");
    let pdf = bench.reply(Method::GET, "Invoices/A-1/pdf", b"");
    assert!(pdf.body.starts_with(b"%PDF-1.4"));
    let online = bench.get("Invoices/A-1/OnlineInvoice");
    assert!(
        online["OnlineInvoices"][0]["OnlineInvoiceUrl"]
            .as_str()
            .is_some_and(|url| url.starts_with("https://in.xero.com/"))
    );
}
