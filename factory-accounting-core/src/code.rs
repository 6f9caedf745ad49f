//! Why an operation waits for a person: stable codes, each with a page in docs/errors.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Issue, ProviderError};
use crate::ids::RemoteId;
use crate::model::{RecordKey, RecordKind};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $title:literal, $remedy:literal;)*) => {
        /// Stable code of a question that a person answers.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The code as people quote it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What has happened, one line.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// What usually mends it, one line.
            #[must_use]
            pub fn remedy(self) -> &'static str {
                match self { $(Self::$name => $remedy,)* }
            }
        }
    };
}

codes! {
    /// The record contradicts itself or the limits of the package.
    Invalid = "FA-100", "the record cannot be sent as it is", "correct the fields named and push again";
    /// The record needs a link that does not exist.
    NotLinked = "FA-101", "a customer, supplier or document that this one needs is not in the accounting package",
        "link or create it; this document then goes on by itself";
    /// No account is known for a line or payment.
    AccountMissing = "FA-102", "no account is set for a line or payment", "choose the account in the settings, on the product or on the line, and send again";
    /// An account cannot be used here.
    AccountUnusable = "FA-103", "an account is unknown, archived or of the wrong kind", "choose another account, or restore it in the accounting package and refresh the lists; then send again";
    /// No tax code is known for a line.
    TaxUnmapped = "FA-104", "a tax term has no tax code in the accounting package", "map the term in the settings and send again";
    /// The package would come to another total.
    TotalsDiffer = "FA-105", "the accounting package would come to another total than the host", "set a rounding account and allow rounding lines, or correct the document and push again";
    /// A currency that the organisation does not use.
    Currency = "FA-106", "the organisation does not use this currency", "add the currency in the accounting package and refresh the lists, then send again";
    /// The document falls into a closed period.
    PeriodClosed = "FA-107", "the document's date lies in a closed period", "give the document a later date, or reopen the period in the accounting package, then send again";
    /// Two documents of the host carry one number.
    NumberTwice = "FA-108", "two documents of the host carry the same number", "give one of them another number and push it again";
    /// A number is taken by a document that is not ours.
    NumberTaken = "FA-109", "the number is taken in the accounting package by another document", "compare the two: adopt the one found if it is the same, else give this one another number and push again";
    /// A name is taken by a record that is not ours.
    NameTaken = "FA-110", "the name or code is taken in the accounting package by another record", "link the record found if it is the same, else have the two told apart, or change the name and push again";
    /// Invoices would exceed their order.
    AboveOrder = "FA-111", "the order's invoices would come to more than the order", "correct the amounts, or confirm that the order may be exceeded, and push again";
    /// The package cannot do this.
    Unsupported = "FA-112", "the accounting package cannot do this", "do it by hand in the accounting package and mark it done here";
    /// A line needs an item of the package.
    ItemMissing = "FA-113", "a line needs an item of the accounting package, and none is known for it", "choose items for the accounts in the settings, or give the line a product, and send again";
    /// The package has not tied a document to the one it came from.
    SourceNotTied = "FA-114", "the document is in the accounting package, but not tied to the order that it came from", "close the order there by hand if it is fulfilled, then mark this done";
    /// The package holds a payment that it has not applied.
    PaymentUnapplied = "FA-115", "the payment is in the accounting package, but not applied to its document", "apply it to the document there by hand, then mark this done";
    /// A kind of service or expense is not mapped.
    Unmapped = "FA-116", "a kind of service or expense has no item or account in the accounting package", "map the kind in the settings and send again";
    /// Payments lock lines and prices.
    Locked = "FA-201", "payments or credits have been applied: lines and prices are locked", "undo the change to lines and prices, or remove the payment in the accounting package, and send again";
    /// Payments forbid voiding.
    VoidSettled = "FA-202", "payments or credits have been applied: the document cannot be voided", "remove the payment or credit first, or write a credit note";
    /// The remote record is gone.
    RemoteGone = "FA-203", "the record was deleted or voided in the accounting package", "mark it done if that was meant; to have it again, push it as a new document";
    /// The state of the remote record does not allow it.
    RemoteState = "FA-204", "the record in the accounting package is in a state that does not allow this", "look at it in the accounting package, then send again or mark it done";
    /// The party is archived.
    PartyArchived = "FA-205", "the customer or supplier is archived in the accounting package", "restore it there and update the lists, or link another one; this document then goes on by itself";
    /// The remote record moved on twice in a row.
    Conflict = "FA-206", "someone else keeps changing the record in the accounting package", "look at it there, then send again";
    /// The document is addressed to another party than the one it was sent to.
    Retargeted = "FA-207", "the document has another customer or supplier than when it was sent", "give it its party back, or have it voided and written anew for the other one";
    /// The settings keep what has been sent.
    EditKept = "FA-208", "the document has changed since it was sent, and the settings keep documents as they were sent", "send the change, or keep what is in the accounting package and mark this done";
    /// What an applied plan was made from has moved.
    PlanOutdated = "FA-209", "what the plan was made from has changed since", "look at a new plan and apply it, or send it as it is now";
    /// Several records carry our marker.
    SeveralFound = "FA-301", "more than one record in the accounting package could be this one", "adopt the right one and void the others there";
    /// One record carries our marker but differs.
    FoundDiffers = "FA-302", "a record with this number is in the accounting package but differs from what was sent", "compare the two: adopt it if it is the same document, else drop this one and push it again under another number";
    /// It cannot be found out whether a write landed.
    Unresolved = "FA-303", "it could not be found out whether the document reached the accounting package", "look for it there: adopt it if it is there, else send again";
    /// The package refused for a reason of its own.
    Refused = "FA-400", "the accounting package refused the record", "read its message, correct the record and send again";
    /// The connection may not do this.
    Forbidden = "FA-401", "the connection is not allowed to do this", "reconnect as an administrator with the permissions named, then send again";
    /// It has failed over and over.
    GaveUp = "FA-402", "sending has failed again and again", "read the last error; when its cause is gone, send again";
    /// A worker died with it over and over.
    Poison = "FA-403", "the program that sends has died several times at this record", "report it with the record's id; send again once it is mended";
    /// The answer is not what was sent.
    Damaged = "FA-404", "the stored record cannot be read", "push the record again";
}

impl Code {
    /// What a record of a kind that is archived there is to those that name it.
    #[must_use]
    pub fn of_archived(kind: RecordKind) -> Self {
        match kind {
            RecordKind::Product => Self::ItemMissing,
            RecordKind::Job => Self::RemoteState,
            _ => Self::PartyArchived,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A question that a person answers: why an operation waits, with the evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parked {
    /// Stable code.
    pub code: Code,
    /// What has happened to this record, one line: names and numbers.
    pub reason: String,
    /// Complaints about fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub issues: Vec<Issue>,
    /// The package's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ProviderError>,
    /// Records in the package that bear on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
    /// Goes on by itself once this record is linked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_linked: Option<RecordKey>,
}

/// A record in the package that bears on a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The package's id.
    pub remote: RemoteId,
    /// What it is and how it differs, one line.
    pub about: String,
}

impl Parked {
    /// A question.
    pub fn new(code: Code, reason: impl Into<String>) -> Self {
        Self {
            code,
            reason: reason.into(),
            issues: Vec::new(),
            error: None,
            candidates: Vec::new(),
            until_linked: None,
        }
    }

    /// The question that a record is which cannot be sent as it is, given what is wrong with its fields.
    pub fn invalid(kind: RecordKind, name: &str, issues: impl IntoIterator<Item = Issue>) -> Self {
        Self::new(Code::Invalid, format!("{kind} {name:?} cannot be sent as it is")).with_issues(issues)
    }

    /// Adds complaints about fields.
    #[must_use]
    pub fn with_issues(mut self, issues: impl IntoIterator<Item = Issue>) -> Self {
        self.issues.extend(issues);
        self
    }

    /// Adds the package's own words.
    #[must_use]
    pub fn with_error(mut self, error: ProviderError) -> Self {
        self.error = Some(error);
        self
    }

    /// Adds records that bear on it.
    #[must_use]
    pub fn with_candidates(mut self, candidates: impl IntoIterator<Item = Candidate>) -> Self {
        self.candidates.extend(candidates);
        self
    }

    /// What has happened, one line, with the fields that it happened at: a complaint that the reason tells already adds no more
    /// than its place.
    #[must_use]
    pub fn headline(&self) -> String {
        let mut places: Vec<&str> = Vec::new();
        for Issue { path, message } in &self.issues {
            let named = self.reason.contains(path.as_str()) || places.contains(&path.as_str());
            if self.reason.contains(message.as_str()) && !named {
                places.push(path);
            }
        }
        let reason = &self.reason;
        if places.is_empty() { reason.clone() } else { format!("{reason} ({})", places.join(", ")) }
    }

    /// Complaints about fields that the headline does not tell.
    pub fn further_issues(&self) -> impl Iterator<Item = &Issue> {
        self.issues.iter().filter(|issue| !self.reason.contains(&issue.message))
    }

    /// Why it waits, one line, each thing once: the headline and the further complaints.
    #[must_use]
    pub fn told(&self) -> String {
        let mut text = self.headline();
        for issue in self.further_issues() {
            text.push_str(&format!("; {issue}"));
        }
        text
    }

    /// Lets it go on once a record is linked.
    #[must_use]
    pub fn until_linked(mut self, key: RecordKey) -> Self {
        self.until_linked = Some(key);
        self
    }
}

impl fmt::Display for Parked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} - {}", self.code, self.told(), self.code.remedy())
    }
}
