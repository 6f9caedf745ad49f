//! What can go wrong at a package, told so that the caller knows what to do: whether to wait, to correct, to
//! reconnect or to look. What is *known to have happened* is a separate question: see [`Fate`](crate::provider::Fate).

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::code::Code;

/// What the caller can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The package refused the content; a person corrects it.
    Validation,
    /// A number, code or name is already taken in the books; possibly by our own earlier try.
    AlreadyExists,
    /// The remote record is not there.
    NotFound,
    /// The remote record has moved on since it was read; read it again.
    Conflict,
    /// The document can no longer be changed in this way: paid, allocated, voided or in a closed period.
    Locked,
    /// Credentials are expired or revoked; a person reconnects.
    Unauthorised,
    /// The connection may not do this: missing scope, role or subscription.
    Forbidden,
    /// Too many calls; wait for `retry_after`.
    Throttled,
    /// The package is down or overloaded; try later.
    Unavailable,
    /// The call did not get through or its answer did not come back.
    Network,
    /// The answer is not what the package promises: HTML, half a body, nothing, too much.
    Protocol,
    /// The package cannot do this at all; see the capabilities.
    Unsupported,
    /// Our own configuration or code is at fault.
    Internal,
}

impl ErrorKind {
    /// Whether the same call may succeed later without anyone changing anything.
    #[must_use]
    pub fn is_transient(self) -> bool {
        matches!(self, Self::Throttled | Self::Unavailable | Self::Network | Self::Protocol)
    }
}

/// One complaint about one field, in the host's terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Path into the host's record: `lines[2].unit_price`; empty for the record as a whole.
    pub path: String,
    /// What is wrong and what would be right, one line.
    pub message: String,
}

impl Issue {
    /// A complaint about a field.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.message) } else { write!(f, "{}: {}", self.path, self.message) }
    }
}

/// A failure at or on the way to a package. One word wide; `Display` is one line and holds no secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProviderError(Box<Inner>);

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Inner {
    kind: ErrorKind,
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    package_code: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    issues: Vec<Issue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after: Option<Duration>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<Code>,
}

impl ProviderError {
    /// An error of a kind with the package's own words or ours.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            operation: None,
            package_code: None,
            issues: Vec::new(),
            retry_after: None,
            request_id: None,
            status: None,
            code: None,
        }))
    }

    /// The same error, told as one of another kind.
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// Says what was being done, and to which record: `create of invoice INV-1` (R28). It stands apart from the message, for
    /// whoever shows the error beside the record has said that already.
    #[must_use]
    pub fn with_operation(mut self, operation: impl Into<String>) -> Self {
        self.0.operation = Some(operation.into());
        self
    }

    /// Adds the package's own code or the catalogue's name for its message (`DuplicateInvoiceNumber`).
    #[must_use]
    pub fn with_package_code(mut self, code: impl Into<String>) -> Self {
        self.0.package_code = Some(code.into());
        self
    }

    /// Adds complaints about fields, in the host's terms.
    #[must_use]
    pub fn with_issues(mut self, issues: impl IntoIterator<Item = Issue>) -> Self {
        self.0.issues.extend(issues);
        self
    }

    /// Adds the wait that the package asks for: a floor, not a guess.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// Adds the package's correlation id.
    #[must_use]
    pub fn with_request_id(mut self, id: impl Into<String>) -> Self {
        self.0.request_id = Some(id.into());
        self
    }

    /// Adds the HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Says which question it is to a person, where that is more telling than the kind.
    #[must_use]
    pub fn with_code(mut self, code: Code) -> Self {
        self.0.code = Some(code);
        self
    }

    /// What the caller can do.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The package's own message, or ours.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What was being done, and to which record.
    #[must_use]
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// The package's own code.
    #[must_use]
    pub fn package_code(&self) -> Option<&str> {
        self.0.package_code.as_deref()
    }

    /// Complaints about fields of the host's record.
    #[must_use]
    pub fn issues(&self) -> &[Issue] {
        &self.0.issues
    }

    /// How long the package asks to wait at least.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The package's correlation id.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Which question it is to a person, where the provider knows.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        self.0.code
    }

    /// The HTTP status, where there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = &self.0.operation {
            write!(f, "{}: ", one_line(operation))?;
        }
        f.write_str(&one_line(&self.0.message))?;
        for issue in &self.0.issues {
            write!(f, "; {}", one_line(&issue.to_string()))?;
        }
        if let Some(wait) = self.0.retry_after {
            write!(f, " (wait {} s)", wait.as_secs())?;
        }
        if let Some(id) = &self.0.request_id {
            write!(f, " [request {id}]")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProviderError({:?}: {self})", self.0.kind)
    }
}

impl std::error::Error for ProviderError {}

fn one_line(text: &str) -> String {
    text.split(['\r', '\n']).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
