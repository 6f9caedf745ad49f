//! Reading faults of any shape: from the service, from the gateway in lower case, from either in XML (qbo.md 8.1).

use factory_accounting_http::{json, sketch};
use serde_json::Value;

/// Members of a fault in JSON.
const FAULT: [&str; 7] = ["Fault", "Error", "Message", "Detail", "code", "element", "type"];

/// A fault, as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fault {
    /// `ValidationFault`, `AUTHENTICATION` and others, as Intuit says it.
    pub(crate) fault_type: String,
    pub(crate) errors: Vec<Complaint>,
}

/// One complaint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Complaint {
    /// Number; `None` where none can be read.
    pub(crate) code: Option<u32>,
    pub(crate) message: String,
    pub(crate) detail: String,
    /// Member that it is about, where Intuit names one.
    pub(crate) element: Option<String>,
}

impl Complaint {
    /// Message and detail as one text, neither said twice.
    pub(crate) fn text(&self) -> String {
        let (message, detail) = (self.message.trim(), self.detail.trim());
        match (message.is_empty(), detail.is_empty()) {
            (_, true) => message.to_owned(),
            (true, false) => detail.to_owned(),
            _ if detail.starts_with(message) => detail.to_owned(),
            // What a gateway's message says stands in its code and status.
            _ if message.starts_with("message=") => detail.to_owned(),
            _ => format!("{message}: {detail}"),
        }
    }
}

impl Fault {
    /// The fault of a body; `None` for a body that is none.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let start = body.iter().find(|byte| !byte.is_ascii_whitespace())?;
        match start {
            b'{' => sketch(std::str::from_utf8(body).ok()?, &FAULT).ok().and_then(|value| Self::of_envelope(&value)),
            b'<' => Self::of_xml(&String::from_utf8_lossy(body)),
            _ => None,
        }
    }

    fn of_envelope(envelope: &Value) -> Option<Self> {
        json::member(envelope, "Fault").filter(|fault| fault.is_object()).map(Self::of_json)
    }

    /// The fault in a member of an answer: of the whole, or of one item of a batch.
    pub(crate) fn of_json(fault: &Value) -> Self {
        let errors = json::member(fault, "Error").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Self {
            fault_type: json::text_of(fault, "type").unwrap_or_default().to_owned(),
            errors: errors.iter().map(complaint).collect(),
        }
    }

    /// An XML body is small and flat: it is scanned, not parsed (qbo.md 8.1, shape C).
    fn of_xml(body: &str) -> Option<Self> {
        let (attributes, inner) = tag(body, "Fault")?;
        let mut errors = Vec::new();
        let mut rest = inner;
        while let Some((attributes, inner)) = tag(rest, "Error") {
            let part = |name: &str| tag(inner, name).map(|(_, text)| unescaped(text)).unwrap_or_default();
            let message = part("Message");
            errors.push(Complaint {
                code: attribute(attributes, "code")
                    .and_then(|code| code.parse().ok())
                    .or_else(|| gateway_code(&message)),
                message,
                detail: part("Detail"),
                element: attribute(attributes, "element").filter(|name| !name.is_empty()),
            });
            let end = inner.as_ptr() as usize - rest.as_ptr() as usize + inner.len();
            rest = rest.get(end..).unwrap_or_default();
        }
        Some(Self { fault_type: attribute(attributes, "type").unwrap_or_default(), errors })
    }
}

fn complaint(error: &Value) -> Complaint {
    let message = json::text_of(error, "Message").unwrap_or_default().to_owned();
    let stated = json::member(error, "code").and_then(|code| match code {
        Value::String(text) => text.trim().parse().ok(),
        Value::Number(number) => number.as_u64().and_then(|number| u32::try_from(number).ok()),
        _ => None,
    });
    Complaint {
        code: stated.or_else(|| gateway_code(&message)),
        detail: json::text_of(error, "Detail").unwrap_or_default().to_owned(),
        element: json::text_of(error, "element").map(str::to_owned),
        message,
    }
}

/// `message=ThrottleExceeded; errorCode=003001; statusCode=429` holds 3001.
fn gateway_code(message: &str) -> Option<u32> {
    let digits = message.split("errorCode=").nth(1)?;
    digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Attributes and content of the first element of a name, whatever its prefix.
fn tag<'a>(body: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    let mut from = 0;
    loop {
        let open = from + body.get(from..)?.find('<')? + 1;
        let head_end = open + body.get(open..)?.find('>')?;
        let head = body.get(open..head_end)?;
        from = head_end + 1;
        let (full, attributes) = head.split_once(char::is_whitespace).unwrap_or((head, ""));
        let full = full.trim_end_matches('/');
        if full.rsplit(':').next() != Some(name) || head.starts_with(['/', '?', '!']) {
            continue;
        }
        if head.ends_with('/') {
            return Some((attributes, body.get(from..from)?));
        }
        let inner = body.get(from..)?;
        let end = inner.find(&format!("</{full}"))?;
        return Some((attributes, inner.get(..end)?));
    }
}

fn attribute(attributes: &str, name: &str) -> Option<String> {
    let start = attributes.find(&format!("{name}=\""))? + name.len() + 2;
    attributes.get(start..)?.split('"').next().map(unescaped)
}

fn unescaped(text: &str) -> String {
    text.trim()
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Fault {
        Fault::read(body.as_bytes()).expect("a fault")
    }

    const SERVICE: &str = r#"{"Fault":{"Error":[{"Message":"Stale Object Error","Detail":"Stale Object Error : You and J Smith were working on this at the same time.",
        "code":"5010","element":""}],"type":"ValidationFault"},"time":"2026-11-21T09:17:31.892-07:00"}"#;
    const GATEWAY: &str = r#"{"warnings":null,"intuitObject":null,"fault":{"error":[{"message":"message=ThrottleExceeded; errorCode=003001; statusCode=429",
        "detail":"The request limit was reached.  Try again later","code":"3001","element":null}],"type":"SERVICE"},"report":null,"time":1633520295688}"#;
    const XML: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
        <IntuitResponse time="2026-11-21T09:17:31.892-07:00" xmlns="http://schema.intuit.com/finance/v3">
        <Fault type="AuthenticationFault"><Error code="100" element="Line"><Message>General Authentication Error</Message>
        <Detail>AuthenticationFailed &amp; done</Detail></Error><Error code="3200"><Message>second</Message></Error></Fault></IntuitResponse>"#;

    #[test]
    fn every_shape_of_a_fault_is_read() {
        let service = read(SERVICE);
        assert_eq!((service.fault_type.as_str(), service.errors[0].code), ("ValidationFault", Some(5010)));
        assert_eq!(
            service.errors[0].text(),
            "Stale Object Error : You and J Smith were working on this at the same time."
        );
        let gateway = read(GATEWAY);
        assert_eq!((gateway.fault_type.as_str(), gateway.errors[0].code), ("SERVICE", Some(3001)));
        assert_eq!(gateway.errors[0].text(), "The request limit was reached.  Try again later");
        let xml = read(XML);
        let codes: Vec<_> = xml.errors.iter().map(|error| error.code).collect();
        assert_eq!((xml.fault_type.as_str(), codes), ("AuthenticationFault", vec![Some(100), Some(3200)]));
        assert_eq!(xml.errors[0].text(), "General Authentication Error: AuthenticationFailed & done");
        assert_eq!(xml.errors[0].element.as_deref(), Some("Line"));
    }

    #[test]
    fn the_gateways_code_is_found_in_its_message() {
        let body =
            r#"{"fault":{"error":[{"message":"message=AuthenticationFailed; errorCode=003200; statusCode=401"}]}}"#;
        assert_eq!(read(body).errors[0].code, Some(3200));
        let xml = "<ns2:IntuitResponse><ns2:Fault type=\"SERVICE\"><ns2:Error><ns2:Message>message=ThrottleExceeded; \
                   errorCode=003001; statusCode=403</ns2:Message></ns2:Error></ns2:Fault></ns2:IntuitResponse>";
        assert_eq!(read(xml).errors[0].code, Some(3001));
    }

    #[test]
    fn what_is_no_fault_is_none() {
        for body in [
            "",
            "   ",
            "<html><body>502</body></html>",
            "{\"Invoice\":{}}",
            "{\"fault\":null}",
            "not JSON",
            "{\"Fault\"",
            "<Fault",
        ] {
            assert_eq!(Fault::read(body.as_bytes()), None, "{body}");
        }
        assert_eq!(read("{\"Fault\":{}}"), Fault::default());
    }
}
