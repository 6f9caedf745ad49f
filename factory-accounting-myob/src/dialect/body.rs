//! Reading complaints of any shape: the list of the API, an array, a flat object of the gateway, of the sign-in, or no JSON
//! at all (myob.md 6).

use factory_accounting_http::json;
use serde_json::Value;

/// What an answer complains of, as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Complaints {
    /// In the order of the answer; warnings last.
    pub(crate) entries: Vec<Complaint>,
    /// The gateway's words where the body is no JSON.
    plain: Option<String>,
}

/// One complaint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Complaint {
    /// `Required`, `InvoicePaid` and others; empty where there is none.
    pub(crate) name: String,
    /// Number; `None` where none can be read.
    pub(crate) code: Option<u32>,
    pub(crate) message: String,
    /// What it is about: `Lines[0].Item`, `DateOccurred:(SaleEvent)`.
    pub(crate) details: String,
    /// It did not stand in the way.
    pub(crate) warning: bool,
}

impl Complaint {
    /// Message and details as one text, neither said twice.
    pub(crate) fn text(&self) -> String {
        let (message, details) = (self.message.trim(), self.details.trim());
        match (message.is_empty(), details.is_empty()) {
            (true, true) => self.name.clone(),
            (_, true) => message.to_owned(),
            (true, false) => details.to_owned(),
            _ if message.contains(details) => message.to_owned(),
            _ => format!("{message} ({details})"),
        }
    }

    /// Everything that it says, in lower case.
    pub(crate) fn words(&self) -> String {
        format!("{} {} {}", self.name, self.message, self.details).to_lowercase()
    }

    /// What people quote: the number, or the name where there is none.
    pub(crate) fn quoted(&self) -> Option<String> {
        match self.code {
            Some(code) => Some(code.to_string()),
            None => Some(self.name.clone()).filter(|name| !name.is_empty()),
        }
    }
}

impl Complaints {
    /// The complaints of a body.
    pub(crate) fn read(body: &[u8]) -> Self {
        match serde_json::from_slice::<Value>(body) {
            Ok(Value::Array(entries)) => Self::of(entries.iter().map(complaint)),
            Ok(value) => match json::member(&value, "Errors").and_then(Value::as_array) {
                Some(entries) => Self::of(entries.iter().map(complaint)),
                None if value.is_object() => Self::of([complaint(&value)]),
                None => Self::default(),
            },
            Err(_) => {
                let text = String::from_utf8_lossy(body).trim().to_lowercase();
                Self { entries: Vec::new(), plain: Some(text).filter(|text| !text.is_empty()) }
            }
        }
    }

    fn of(entries: impl IntoIterator<Item = Complaint>) -> Self {
        let mut entries: Vec<Complaint> =
            entries.into_iter().filter(|entry| entry.quoted().is_some() || !entry.message.is_empty()).collect();
        entries.sort_by_key(|entry| entry.warning);
        Self { entries, plain: None }
    }

    /// Whether it is the API itself that complains, rather than something before it.
    pub(crate) fn are_the_apis(&self) -> bool {
        !self.entries.is_empty()
    }

    /// Whether a limit of calls is used up: by its name, or in the words of the older gateway (myob.md 2).
    pub(crate) fn is_rate_limit(&self) -> bool {
        let by_name = self.entries.iter().any(|entry| entry.name.eq_ignore_ascii_case("RateLimitError"));
        let words = self.plain.as_deref().unwrap_or_default();
        by_name || ["over qps", "over rate", "over quota"].iter().any(|over| words.contains(over))
    }
}

fn complaint(error: &Value) -> Complaint {
    let stated = json::member(error, "ErrorCode");
    let code = match stated {
        Some(Value::Number(number)) => number.as_u64().and_then(|code| u32::try_from(code).ok()),
        Some(Value::String(text)) => text.trim().parse().ok(),
        _ => None,
    };
    // Of the sign-in, and of the gateway, which has a text where others have a number.
    let named = json::text_of(error, "Name").or_else(|| json::text_of(error, "error")).or_else(|| match stated {
        Some(Value::String(text)) if code.is_none() => Some(text.as_str()),
        _ => None,
    });
    let message = json::text_of(error, "Message").or_else(|| json::text_of(error, "error_description"));
    Complaint {
        name: named.unwrap_or_default().trim().to_owned(),
        code: code.filter(|code| *code != 0),
        message: message.unwrap_or_default().to_owned(),
        details: json::text_of(error, "AdditionalDetails").unwrap_or_default().to_owned(),
        warning: json::text_of(error, "Severity").is_some_and(|severity| severity.eq_ignore_ascii_case("Warning")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Vec<(String, Option<u32>, String)> {
        let complaints = Complaints::read(body.as_bytes());
        complaints.entries.into_iter().map(|entry| (entry.name.clone(), entry.code, entry.text())).collect()
    }

    #[test]
    fn every_shape_of_a_complaint_is_read() {
        let several = r#"{"Errors":[{"Name":"Duplicate","Message":"used","ErrorCode":200,"Severity":"Warning"},
            {"Name":"Required","Message":"Customer is required","AdditionalDetails":"Customer","ErrorCode":100,
             "Severity":"Error","LearnMore":null}],"Information":null}"#;
        assert_eq!(
            read(several),
            [
                ("Required".to_owned(), Some(100), "Customer is required".to_owned()),
                ("Duplicate".to_owned(), Some(200), "used".to_owned()),
            ]
        );
        for (body, name, code, text) in [
            (r#"[{"Message":"Access denied"}]"#, "", None, "Access denied"),
            (r#"{"Message":"No right","ErrorCode":"AccessDenied"}"#, "AccessDenied", None, "No right"),
            (r#"{"Message":"Token","ErrorCode":31001}"#, "", Some(31001), "Token"),
            (r#"{"Message":"Token","ErrorCode":"31001"}"#, "", Some(31001), "Token"),
            (r#"{"error":"invalid_grant","error_description":"gone"}"#, "invalid_grant", None, "gone"),
            (
                r#"{"Errors":[{"Name":"ValidationError","Message":null,"AdditionalDetails":"CardId:(SalesEvent)"}]}"#,
                "ValidationError",
                None,
                "CardId:(SalesEvent)",
            ),
        ] {
            assert_eq!(read(body), [(name.to_owned(), code, text.to_owned())], "{body}");
        }
        for nothing in ["", "<html>503</html>", "[]", "{}", "17", r#"{"globalId":"x","status":"UPGRADED"}"#] {
            assert_eq!(read(nothing), [], "{nothing}");
        }
    }

    #[test]
    fn only_the_gateways_own_words_are_taken_for_a_limit() {
        let limited = |body: &str| Complaints::read(body.as_bytes()).is_rate_limit();
        assert!(limited("Developer Over Qps") && limited("<h1>403 Developer Over Rate</h1>"));
        assert!(limited(r#"{"Errors":[{"Name":"RateLimitError"}]}"#));
        assert!(!limited(r#"{"Errors":[{"Name":"ValidationError","Message":"over rate"}]}"#));
        assert!(!limited("Forbidden"));
    }
}
