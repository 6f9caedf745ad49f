//! Lists, queries, changes and attachments, driven through `handle` with literal JSON.

mod attachables;
mod hostile;
mod lists;
mod names;
mod people;
mod reads;
mod schema;
mod settings;
mod strict;
mod txn;

use super::{Books, Country};
use crate::qbo::call::{Call, Reply};
use crate::qbo::switches::Switches;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

/// One company's books and the caller's instant.
struct Desk {
    books: Books,
    switches: Switches,
    now: DateTime<Utc>,
}

impl Desk {
    fn new(country: Country) -> Self {
        let now = "2026-11-21T01:00:00Z".parse().expect("instant");
        Self { books: Books::seeded(country, 9_341_453, 7), switches: Switches::default(), now }
    }

    fn au() -> Self {
        Self::new(Country::Au)
    }

    fn later(&mut self, seconds: i64) {
        self.now += TimeDelta::seconds(seconds);
    }

    /// Any call, its query not percent-encoded.
    fn call(&mut self, method: &str, target: &str, body: &[u8]) -> Reply {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path: Vec<String> = path.split('/').map(str::to_owned).collect();
        let query: Vec<(String, String)> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let method = Method::from_bytes(method.as_bytes()).expect("method");
        let (headers, body) = (HeaderMap::new(), Bytes::copy_from_slice(body));
        let call = Call { method: &method, path: &path, query: &query, body: &body, headers: &headers, now: self.now };
        self.books.handle(&call, &self.switches)
    }

    fn send(&mut self, method: &str, target: &str, body: &str) -> (StatusCode, Value) {
        let reply = self.call(method, target, body.as_bytes());
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        (reply.status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// A write that succeeds; answers the entity.
    #[track_caller]
    fn post(&mut self, target: &str, body: &str) -> Value {
        let (status, answer) = self.send("POST", target, body);
        assert_eq!(status, 200, "{target}: {answer}");
        entity(answer)
    }

    #[track_caller]
    fn get(&mut self, target: &str) -> Value {
        let (status, answer) = self.send("GET", target, "");
        assert_eq!(status, 200, "{target}: {answer}");
        entity(answer)
    }

    /// A call that is refused; answers code, detail and element of the first error.
    #[track_caller]
    fn fault(&mut self, method: &str, target: &str, body: &str) -> (String, String, String) {
        let (status, answer) = self.send(method, target, body);
        assert!(!status.is_success(), "{target}: {answer}");
        let error = &answer["Fault"]["Error"][0];
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        (text("code"), text("Detail"), text("element"))
    }

    /// The code of a refused write.
    #[track_caller]
    fn code(&mut self, target: &str, body: &str) -> String {
        self.fault("POST", target, body).0
    }

    /// The QueryResponse of a statement.
    #[track_caller]
    fn query(&mut self, statement: &str) -> Value {
        let (status, answer) = self.send("POST", "query", statement);
        assert_eq!(status, 200, "{statement}: {answer}");
        answer["QueryResponse"].clone()
    }

    /// The ids that a statement finds.
    #[track_caller]
    fn ids(&mut self, entity: &str, rest: &str) -> Vec<String> {
        let response = self.query(&format!("select * from {entity} {rest}"));
        let rows = response[entity].as_array().cloned().unwrap_or_default();
        rows.iter().map(|row| row["Id"].as_str().expect("id").to_owned()).collect()
    }

    /// A new row's id.
    #[track_caller]
    fn id(&mut self, target: &str, body: &str) -> String {
        self.post(target, body)["Id"].as_str().expect("id").to_owned()
    }

    #[track_caller]
    fn customer(&mut self, name: &str) -> String {
        self.id("customer", &format!(r#"{{"DisplayName":"{name}"}}"#))
    }
}

/// What stands in the envelope beside `time`.
fn entity(answer: Value) -> Value {
    let members = answer.as_object().expect("an envelope");
    let (_, entity) = members.iter().find(|(name, _)| *name != "time").expect("an entity");
    entity.clone()
}
