//! Reading error bodies of any shape: Pascal case, camel case, plain text, HTML or nothing (xero.md 7.1, 10.18).

use factory_accounting_http::json;
use serde_json::Value;

/// An error body, as far as it could be read.
#[derive(Debug, Default)]
pub(crate) struct ErrorBody {
    /// Whether it was a JSON object of one of Xero's shapes.
    pub(crate) recognised: bool,
    pub(crate) number: Option<i64>,
    /// `ValidationException` and the like.
    pub(crate) exception: Option<String>,
    /// `Message`, or `Detail` of the problem form.
    pub(crate) message: Option<String>,
    /// The elements that failed, each with its complaints.
    pub(crate) elements: Vec<Value>,
}

/// One complaint of Xero's about an element, and the line that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Complaint {
    pub(crate) text: String,
    pub(crate) line: Option<usize>,
}

impl ErrorBody {
    /// Reads a body; what cannot be read leaves the fields empty.
    pub(crate) fn read(body: &[u8]) -> Self {
        let Ok(Value::Object(members)) = serde_json::from_slice::<Value>(body) else { return Self::default() };
        let value = Value::Object(members);
        let text = |name: &str| json::member(&value, name).and_then(Value::as_str).map(str::to_owned);
        let message = text("Message").or_else(|| text("Detail"));
        Self {
            recognised: message.is_some() || json::member(&value, "ErrorNumber").is_some(),
            number: json::member(&value, "ErrorNumber").and_then(Value::as_i64),
            exception: text("Type"),
            message,
            elements: json::member(&value, "Elements").and_then(Value::as_array).cloned().unwrap_or_default(),
        }
    }
}

/// Every complaint of an element, those about its lines included. Docs show `Description` once instead of `Message`.
pub(crate) fn complaints(element: &Value) -> Vec<Complaint> {
    let mut found = messages(element, None);
    let lines = json::member(element, "LineItems").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    found.extend(lines.iter().enumerate().flat_map(|(at, line)| messages(line, Some(at))));
    found
}

fn messages(holder: &Value, line: Option<usize>) -> Vec<Complaint> {
    let errors =
        json::member(holder, "ValidationErrors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    errors
        .iter()
        .filter_map(|error| {
            json::text_of(error, "Message").or_else(|| json::text_of(error, "Description")).or_else(|| error.as_str())
        })
        .map(|text| Complaint { text: text.trim().to_owned(), line })
        .collect()
}
