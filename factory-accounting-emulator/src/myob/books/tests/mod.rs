//! Books of one file, driven through `handle` with literal JSON.

mod attachments;
mod contacts;
mod conversions;
mod documents;
mod hostile;
mod lists;
mod money;
mod payments;
mod people;
mod reads;
mod refusals;
mod seeds;
mod totals;
mod updates;
mod walk;

use super::{Books, Country};
use crate::myob::call::{Call, Reply};
use crate::myob::presigned::{Links, Signer};
use crate::myob::switches::Switches;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

const BASE: &str = "https://arl2.api.myob.com/accountright/7d3f2a10-8a1c-4a60-9b0e-2c5a90c3b111";

/// One file's books and the caller's instant.
#[derive(Clone)]
struct Desk {
    books: Books,
    switches: Switches,
    now: DateTime<Utc>,
}

impl Desk {
    fn new(country: Country) -> Self {
        let now = "2026-11-21T01:00:00Z".parse().expect("instant");
        let id = Uuid::from_u128(0x7d3f_2a10_8a1c_4a60_9b0e_2c5a_90c3_b111);
        Self { books: Books::seeded(country, id, 7), switches: Switches::default(), now }
    }

    fn au() -> Self {
        Self::new(Country::Au)
    }

    /// The same with another reading of an unsettled fact.
    fn with(set: impl FnOnce(&mut Switches)) -> Self {
        let mut desk = Self::au();
        set(&mut desk.switches);
        desk
    }

    fn later(&mut self, seconds: i64) {
        self.now += TimeDelta::seconds(seconds);
    }

    /// Any call, its query not percent-encoded.
    fn call(&mut self, method: &str, target: &str, accept: &str, body: &[u8]) -> Reply {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(str::to_lowercase).collect();
        let query: Vec<(String, String)> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let method = Method::from_bytes(method.as_bytes()).expect("method");
        let mut headers = HeaderMap::new();
        headers.insert("accept", accept.parse().expect("header"));
        let (body, links) = (Bytes::copy_from_slice(body), links());
        let call = Call {
            method: &method,
            path: &path,
            query: &query,
            body: &body,
            headers: &headers,
            now: self.now,
            base: BASE,
            links: &links,
        };
        self.books.handle(&call, &self.switches)
    }

    fn send(&mut self, method: &str, target: &str, body: &Value) -> (StatusCode, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let reply = self.call(method, target, "application/json", body.as_bytes());
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        (reply.status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// A POST that succeeds; answers the entity.
    #[track_caller]
    fn post(&mut self, path: &str, body: Value) -> Value {
        let (status, answer) = self.send("POST", &format!("{path}?returnBody=true"), &body);
        assert_eq!(status, 201, "{path}: {answer}");
        answer
    }

    /// A PUT that succeeds; answers the entity.
    #[track_caller]
    fn put(&mut self, path: &str, body: &Value) -> Value {
        let uid = body["UID"].as_str().expect("a UID");
        let (status, answer) = self.send("PUT", &format!("{path}/{uid}?returnBody=true"), body);
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    #[track_caller]
    fn get(&mut self, target: &str) -> Value {
        let (status, answer) = self.send("GET", target, &Value::Null);
        assert_eq!(status, 200, "{target}: {answer}");
        answer
    }

    /// The entity as it stands now.
    #[track_caller]
    fn again(&mut self, path: &str, entity: &Value) -> Value {
        let uid = entity["UID"].as_str().expect("a UID");
        self.get(&format!("{path}/{uid}"))
    }

    /// The status of a DELETE.
    fn delete(&mut self, path: &str, entity: &Value) -> StatusCode {
        let uid = entity["UID"].as_str().expect("a UID");
        self.send("DELETE", &format!("{path}/{uid}"), &Value::Null).0
    }

    /// A call that is refused; answers status, name, code and details of the first error.
    #[track_caller]
    fn refusal(&mut self, method: &str, target: &str, body: &Value) -> (u16, String, Option<u64>, String) {
        let (status, answer) = self.send(method, target, body);
        assert!(!status.is_success(), "{target}: {answer}");
        let error = &answer["Errors"][0];
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        (status.as_u16(), text("Name"), error["ErrorCode"].as_u64(), text("AdditionalDetails"))
    }

    /// Name and details of a refused POST.
    #[track_caller]
    fn refused(&mut self, path: &str, body: Value) -> (String, String) {
        let (status, name, _, details) = self.refusal("POST", path, &body);
        assert_eq!(status, 400, "{name}");
        (name, details)
    }

    #[track_caller]
    fn act(&mut self, action: Value) -> Value {
        self.books.act(&action, self.now, &self.switches).unwrap_or_else(|fault| panic!("{action}: {fault}"))
    }

    /// The rows of a list.
    #[track_caller]
    fn items(&mut self, target: &str) -> Vec<Value> {
        self.get(target)["Items"].as_array().cloned().expect("items")
    }

    /// A link to the one row that a filter finds.
    #[track_caller]
    fn link(&mut self, path: &str, filter: &str) -> Value {
        let rows = self.items(&format!("{path}?$filter={filter}"));
        assert_eq!(rows.len(), 1, "{path} {filter}");
        json!({"UID": rows[0]["UID"]})
    }

    fn tax(&mut self, code: &str) -> Value {
        self.link("GeneralLedger/TaxCode", &format!("Code eq '{code}'"))
    }

    fn account(&mut self, number: &str) -> Value {
        self.link("GeneralLedger/Account", &format!("DisplayID eq '{number}'"))
    }

    fn item(&mut self, number: &str) -> Value {
        self.link("Inventory/Item", &format!("Number eq '{number}'"))
    }

    /// A new customer's link.
    fn customer(&mut self, name: &str) -> Value {
        let gst = self.tax("GST");
        let details = json!({"TaxCode": gst, "FreightTaxCode": gst});
        let body = json!({"CompanyName": name, "IsIndividual": false, "SellingDetails": details});
        json!({"UID": self.post("Contact/Customer", body)["UID"]})
    }

    /// A new supplier's link.
    fn supplier(&mut self, name: &str) -> Value {
        let gst = self.tax("GST");
        let details = json!({"TaxCode": gst, "FreightTaxCode": gst});
        let body = json!({"CompanyName": name, "IsIndividual": false, "BuyingDetails": details});
        json!({"UID": self.post("Contact/Supplier", body)["UID"]})
    }

    /// What an item document with one line looks like, without tax in its prices.
    fn sale(&mut self, customer: &Value, quantity: &str, price: &str) -> Value {
        let (gst, item) = (self.tax("GST"), self.item("BRK90"));
        json!({"Date": "2026-11-21", "Customer": customer, "IsTaxInclusive": false,
            "Lines": [{"Item": item, "ShipQuantity": number(quantity), "UnitPrice": number(price), "TaxCode": gst}]})
    }

    /// What a service bill with one line looks like, without tax in its amount.
    fn purchase(&mut self, supplier: &Value, total: &str) -> Value {
        let (gst, account) = (self.tax("GST"), self.account("5-1200"));
        json!({"Date": "2026-11-21", "Supplier": supplier, "IsTaxInclusive": false, "FreightTaxCode": gst,
            "Lines": [{"Account": account, "Total": number(total), "TaxCode": gst}]})
    }

    /// A stored invoice over `price` and GST.
    fn invoice(&mut self, customer: &Value, price: &str) -> Value {
        let body = self.sale(customer, "1", price);
        self.post("Sale/Invoice/Item", body)
    }

    /// What a payment of documents looks like.
    fn payment(&mut self, customer: &Value, applied: &[(&Value, &str)]) -> Value {
        let lines: Vec<Value> = applied
            .iter()
            .map(|(document, amount)| {
                json!({"UID": document["UID"], "Type": "Invoice", "AmountApplied": number(amount)})
            })
            .collect();
        let sum: rust_decimal::Decimal =
            applied.iter().map(|(_, amount)| amount.parse::<rust_decimal::Decimal>().expect("amount")).sum();
        json!({"DepositTo": "Account", "Account": self.account("1-1110"), "Customer": customer, "Date": "2026-11-30",
            "AmountReceived": number(&sum.to_string()), "PaymentMethod": "EFT", "Invoices": lines})
    }
}

fn links() -> Links {
    Signer::new(7).links("http://localhost", Uuid::nil())
}

/// A number as it is spelt, without a float in between.
fn number(text: &str) -> Value {
    serde_json::from_str(text).expect("a number")
}
