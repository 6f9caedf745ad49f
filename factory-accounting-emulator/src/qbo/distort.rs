//! What a fault makes of an answer after the work was done.

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use serde_json::Value;

use crate::distort::{self, Vocabulary, with_body};
use crate::fault::Fault;
use crate::html::escaped;
use crate::outcome::Outcome;
use crate::qbo::fault_body::XML;

const MEMBERS: Vocabulary = Vocabulary {
    // Vocabularies that grow with releases of the interface (qbo.md 2, 5.6, 5.7, 5.13).
    growing: &[
        "EmailStatus",
        "PrintStatus",
        "TxnStatus",
        "POStatus",
        "EInvoiceStatus",
        "AccountSubType",
        "SpecialTaxType",
        "TaxTypeApplicable",
        "PreferredDeliveryMethod",
        "DisplayType",
    ],
    often_absent: &[
        "DocNumber",
        "PrivateNote",
        "DueDate",
        "ShipDate",
        "TrackingNum",
        "Description",
        "PaymentRefNum",
        "AcctNum",
        "Sku",
        "CompanyName",
        "GlobalTaxCalculation",
    ],
};

/// The outcome of a call whose work is done and whose answer is `response`.
pub(super) fn deliver(response: Response<Bytes>, fault: Option<Fault>) -> Outcome {
    match fault {
        Some(Fault::XmlInsteadOfJson) => Outcome::Reply(in_xml(response)),
        Some(Fault::BatchAnswerLacks { items }) => Outcome::Reply(shortened(response, items)),
        fault => distort::deliver(response, fault, &MEMBERS),
    }
}

/// A batch answer without its last items; any other answer stays as it is.
fn shortened(response: Response<Bytes>, by: usize) -> Response<Bytes> {
    let Ok(mut body) = serde_json::from_slice::<Value>(response.body()) else { return response };
    let Some(items) = body.get_mut("BatchItemResponse").and_then(Value::as_array_mut) else { return response };
    items.truncate(items.len().saturating_sub(by));
    with_body(response, body.to_string().into())
}

/// The answer's members as elements. A body that is no JSON stays as it is.
fn in_xml(response: Response<Bytes>) -> Response<Bytes> {
    let Ok(Value::Object(body)) = serde_json::from_slice::<Value>(response.body()) else { return response };
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\
         <IntuitResponse xmlns=\"http://schema.intuit.com/finance/v3\">",
    );
    body.iter().for_each(|(name, value)| element(&mut text, name, value));
    text.push_str("</IntuitResponse>");
    let mut response = with_body(response, text.into());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(XML));
    response
}

fn element(text: &mut String, name: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Array(values) => values.iter().for_each(|value| element(text, name, value)),
        Value::Object(members) => {
            text.push_str(&format!("<{name}>"));
            members.iter().for_each(|(name, value)| element(text, name, value));
            text.push_str(&format!("</{name}>"));
        }
        Value::String(words) => text.push_str(&format!("<{name}>{}</{name}>", escaped(words))),
        Value::Bool(_) | Value::Number(_) => text.push_str(&format!("<{name}>{value}</{name}>")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distorted(body: &'static str, fault: Fault) -> (String, String) {
        let mut response = Response::new(Bytes::from(body));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let Outcome::Reply(response) = deliver(response, Some(fault)) else { panic!("a reply") };
        let kind = response.headers()[header::CONTENT_TYPE].to_str().expect("text").to_owned();
        (kind, String::from_utf8(response.into_body().to_vec()).expect("text"))
    }

    #[test]
    fn an_answer_in_xml_says_so() {
        let body = r#"{"Invoice":{"DocNumber":"A&B","Line":[{"Amount":1.5},{"Amount":2}]},"time":"t"}"#;
        let (kind, text) = distorted(body, Fault::XmlInsteadOfJson);
        assert!(kind.starts_with("application/xml"), "{kind}");
        let lines = "<Line><Amount>1.5</Amount></Line><Line><Amount>2</Amount></Line>";
        assert!(text.contains(&format!("<Invoice><DocNumber>A&amp;B</DocNumber>{lines}</Invoice>")), "{text}");
    }

    #[test]
    fn a_batch_answer_loses_its_last_items_and_nothing_else_does() {
        let batch = r#"{"BatchItemResponse":[{"bId":"1"},{"bId":"2"},{"bId":"3"}],"time":"t"}"#;
        let (_, text) = distorted(batch, Fault::BatchAnswerLacks { items: 2 });
        assert_eq!(text, r#"{"BatchItemResponse":[{"bId":"1"}],"time":"t"}"#);
        let (_, text) = distorted(r#"{"Invoice":{}}"#, Fault::BatchAnswerLacks { items: 2 });
        assert_eq!(text, r#"{"Invoice":{}}"#);
    }

    #[test]
    fn vocabularies_grow_below_the_envelope_only() {
        let body = r#"{"Invoice":{"EmailStatus":"NotSet"},"EmailStatus":"x"}"#;
        let (_, text) = distorted(body, Fault::UnknownEnumValues { members: Vec::new() });
        assert!(text.contains("FUTURENotSet") && text.contains(r#""EmailStatus":"x""#), "{text}");
        let (_, text) = distorted(r#"{"Invoice":{"Id":"1"}}"#, Fault::NullInsteadOfAbsent);
        assert!(text.contains(r#""DocNumber":null"#), "{text}");
    }
}
