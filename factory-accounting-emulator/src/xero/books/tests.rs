//! The rules of the books, driven through literal calls.

mod contacts;
mod credits;
mod groups_and_links;
mod hostile;
mod messages;
mod money;
mod orders_and_quotes;
mod reads;
mod sales;
mod settings;

use super::{Books, Region};
use crate::xero::call::{Call, Reply};
use crate::xero::switches::Switches;
use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::{Value, json};
use uuid::Uuid;

struct Bench {
    books: Books,
    switches: Switches,
    headers: HeaderMap,
    now: DateTime<Utc>,
}

impl Bench {
    fn new() -> Self {
        Self::of(Region::Nz)
    }

    fn of(region: Region) -> Self {
        Self {
            books: Books::seeded(region, Uuid::from_u128(7), 1),
            switches: Switches::default(),
            headers: HeaderMap::new(),
            now: "2026-09-14T09:29:59.100Z".parse().expect("instant"),
        }
    }

    fn reply(&mut self, method: Method, target: &str, body: &[u8]) -> Reply {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path: Vec<String> = path.split('/').map(str::to_owned).collect();
        let query: Vec<(String, String)> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let body = Bytes::copy_from_slice(body);
        let call = Call {
            method: &method,
            path: &path,
            query: &query,
            headers: &self.headers,
            body: &body,
            now: self.now,
            app: "Job Tracker",
        };
        self.books.handle(&call, &self.switches)
    }

    fn send(&mut self, method: Method, target: &str, body: &Value) -> (u16, Value) {
        let reply = self.reply(method, target, body.to_string().as_bytes());
        (reply.status.as_u16(), serde_json::from_slice(&reply.body).unwrap_or(Value::Null))
    }

    fn get(&mut self, target: &str) -> Value {
        let (status, answer) = self.send(Method::GET, target, &json!({}));
        assert_eq!(status, 200, "{target}: {answer}");
        answer
    }

    fn put(&mut self, target: &str, body: &Value) -> (u16, Value) {
        self.send(Method::PUT, target, body)
    }

    fn post(&mut self, target: &str, body: &Value) -> (u16, Value) {
        self.send(Method::POST, target, body)
    }

    /// The first element of a write that must succeed.
    fn made(&mut self, method: Method, target: &str, body: &Value) -> Value {
        let (status, answer) = self.send(method, target, body);
        assert_eq!(status, 200, "{target}: {answer}");
        let collection = target.split(['/', '?']).next().unwrap_or_default();
        answer[collection][0].clone()
    }

    /// The messages of a write that must be refused with a 400.
    fn refused(&mut self, method: Method, target: &str, body: &Value) -> Vec<String> {
        let (status, answer) = self.send(method, target, body);
        assert_eq!(status, 400, "{target}: {answer}");
        messages(&answer)
    }

    fn customer(&mut self, name: &str) -> String {
        let made = self.made(Method::PUT, "Contacts", &json!({"Name": name}));
        made["ContactID"].as_str().expect("id").to_owned()
    }

    /// An approved invoice of one line, 21.00 and 15 % GST.
    fn invoice(&mut self, contact: &str, number: &str) -> String {
        let made = self.made(Method::PUT, "Invoices", &invoice(contact, number, "AUTHORISED"));
        made["InvoiceID"].as_str().expect("id").to_owned()
    }

    fn pay(&mut self, invoice: &str, amount: &str) -> (u16, Value) {
        self.put(
            "Payments",
            &json!({"Payments": [{"Invoice": {"InvoiceID": invoice}, "Account": {"Code": "090"},
                "Date": "2026-09-20", "Amount": amount, "Reference": "RCPT-77"}]}),
        )
    }

    fn later(&mut self, seconds: i64) {
        self.now += Duration::seconds(seconds);
    }

    fn header(&mut self, name: &'static str, value: &str) {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).expect("header"));
    }
}

fn invoice(contact: &str, number: &str, status: &str) -> Value {
    json!({
        "Type": "ACCREC", "Contact": {"ContactID": contact}, "InvoiceNumber": number, "Reference": "job 17",
        "Date": "2026-09-14", "DueDate": "2026-10-20", "Status": status,
        "LineItems": [{"Description": "Cutting", "Quantity": "2", "UnitAmount": 10.5, "AccountCode": "200"}],
    })
}

fn messages(answer: &Value) -> Vec<String> {
    let elements = answer["Elements"].as_array().cloned().unwrap_or_default();
    let mut texts: Vec<String> = elements
        .iter()
        .flat_map(|element| element["ValidationErrors"].as_array().cloned().unwrap_or_default())
        .filter_map(|error| error["Message"].as_str().map(str::to_owned))
        .collect();
    if texts.is_empty() {
        texts.extend(answer["Message"].as_str().map(str::to_owned));
    }
    texts
}
