//! What the host has of its own: its customers and suppliers, as far as telling whether one of the package is among them
//! (F28) needs it.

use serde::{Deserialize, Serialize};

use super::operation::{Goal, NewOperation};
use crate::ids::LocalId;
use crate::matching::{email_key, name_key, phone_key, tax_number_key};
use crate::model::Party;

/// A customer or supplier of the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownParty {
    /// The host's id.
    pub id: LocalId,
    /// Name.
    pub name: String,
    /// E-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// Phone number.
    #[serde(default)]
    pub phone: Option<String>,
    /// Registration number for tax.
    #[serde(default)]
    pub tax_number: Option<String>,
    /// Whether the host still uses it. One that it does not is not found again.
    #[serde(default = "yes")]
    pub active: bool,
}

fn yes() -> bool {
    true
}

impl KnownParty {
    /// A party in use of which no more than the name is known.
    pub fn new(id: impl Into<LocalId>, name: impl Into<String>) -> Self {
        Self { id: id.into(), name: name.into(), email: None, phone: None, tax_number: None, active: true }
    }

    /// What a push of a customer or supplier tells; `None` for other records. A push to void it: no longer in use.
    #[must_use]
    pub fn pushed(operation: &NewOperation) -> Option<Self> {
        /// As much of a record as is needed, so that nothing else of it is read.
        #[derive(Deserialize)]
        struct Slip {
            name: Option<String>,
            email: Option<String>,
            phone: Option<String>,
            tax_number: Option<String>,
        }
        if !operation.key.kind.is_party() {
            return None;
        }
        let slip: Slip = serde_json::from_str(&operation.record).ok()?;
        Some(Self {
            id: operation.key.id.clone(),
            name: slip.name.unwrap_or_else(|| operation.name.clone()),
            email: slip.email,
            phone: slip.phone,
            tax_number: slip.tax_number,
            active: operation.goal == Goal::Present,
        })
    }

    /// Its keys.
    #[must_use]
    pub fn keys(&self) -> PartyKeys {
        PartyKeys {
            name: name_key(&self.name),
            email: self.email.as_deref().and_then(email_key),
            phone: self.phone.as_deref().and_then(phone_key),
            tax_number: self.tax_number.as_deref().and_then(tax_number_key),
        }
    }
}

impl From<&Party> for KnownParty {
    fn from(party: &Party) -> Self {
        Self {
            id: party.id.clone(),
            name: party.name.clone(),
            email: party.email.clone(),
            phone: party.phone.clone(),
            tax_number: party.tax_number.clone(),
            active: true,
        }
    }
}

/// What parties are compared by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartyKeys {
    /// [`name_key`] of its name.
    pub name: Option<String>,
    /// [`email_key`] of its address.
    pub email: Option<String>,
    /// [`phone_key`] of its number.
    pub phone: Option<String>,
    /// [`tax_number_key`] of its registration.
    pub tax_number: Option<String>,
}

impl PartyKeys {
    /// The keys of a party in the model's terms.
    #[must_use]
    pub fn of(party: &Party) -> Self {
        KnownParty::from(party).keys()
    }

    /// Whether two parties share any key.
    #[must_use]
    pub fn shares(&self, other: &Self) -> bool {
        let same = |one: &Option<String>, two: &Option<String>| one.is_some() && one == two;
        same(&self.name, &other.name)
            || same(&self.email, &other.email)
            || same(&self.phone, &other.phone)
            || same(&self.tax_number, &other.tax_number)
    }
}

/// Why a party of the package is taken for one that the host has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SameBy {
    /// Both have this registration number for tax.
    TaxNumber,
    /// Both have this e-mail address.
    Email,
    /// Both have this name, case, punctuation and diacritics apart.
    Name,
}

impl SameBy {
    /// How a person calls it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::TaxNumber => "tax number",
            Self::Email => "e-mail address",
            Self::Name => "name",
        }
    }
}

/// The party of the host that one of the package seems to be (F28): by the strongest reason, and of several by one reason the
/// first by id. A phone number alone is none: people of one house share it.
#[must_use]
pub fn exists_locally<'a>(
    keys: &PartyKeys,
    known: impl IntoIterator<Item = (&'a LocalId, &'a PartyKeys)>,
) -> Option<(LocalId, SameBy)> {
    let reason = |other: &PartyKeys| {
        let same = |one: &Option<String>, two: &Option<String>| one.is_some() && one == two;
        if same(&keys.tax_number, &other.tax_number) {
            Some(SameBy::TaxNumber)
        } else if same(&keys.email, &other.email) {
            Some(SameBy::Email)
        } else if same(&keys.name, &other.name) {
            Some(SameBy::Name)
        } else {
            None
        }
    };
    let found = known.into_iter().filter_map(|(id, other)| Some((reason(other)?, id)));
    found.min().map(|(reason, id)| (id.clone(), reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(name: &str, email: &str, tax_number: &str) -> PartyKeys {
        let told = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        PartyKeys { name: told(name), email: told(email), phone: None, tax_number: told(tax_number) }
    }

    #[test]
    fn f28_the_strongest_reason_wins_and_of_equals_the_first_by_id() {
        let ids = ["C-1", "C-2", "C-3"].map(LocalId::from);
        let known = [keys("hale", "", ""), keys("hale", "info@hale.nz", ""), keys("", "", "51")];
        let found = |wanted: &PartyKeys| exists_locally(wanted, ids.iter().zip(&known));
        assert_eq!(found(&keys("hale", "", "")), Some((ids[0].clone(), SameBy::Name)));
        assert_eq!(found(&keys("hale", "info@hale.nz", "")), Some((ids[1].clone(), SameBy::Email)));
        assert_eq!(found(&keys("hale", "info@hale.nz", "51")), Some((ids[2].clone(), SameBy::TaxNumber)));
        assert_eq!(found(&keys("", "", "")), None, "what neither has is nothing in common");
        assert_eq!(found(&keys("rimu", "x@y.nz", "52")), None);
    }

    #[test]
    fn f28_a_pushed_party_is_known_and_a_voided_one_no_longer_in_use() {
        use crate::model::{RecordKey, RecordKind};
        use crate::store::Start;
        let operation = |kind, goal, record: &str| NewOperation {
            key: RecordKey::new(kind, "C-1"),
            name: "Hale".to_owned(),
            goal,
            revision: None,
            record: record.to_owned(),
            fingerprint: String::new(),
            needs: Vec::new(),
            parent: None,
            net: None,
            start: Start::Queued,
            expects: None,
        };
        let record = r#"{"kind":"customer","id":"C-1","name":"Hale Ltd","email":"info@hale.nz","terms":null}"#;
        let known = KnownParty::pushed(&operation(RecordKind::Customer, Goal::Present, record)).expect("a party");
        assert_eq!(
            (known.name.as_str(), known.email.as_deref(), known.active),
            ("Hale Ltd", Some("info@hale.nz"), true)
        );
        assert!(!KnownParty::pushed(&operation(RecordKind::Customer, Goal::Voided, record)).expect("a party").active);
        assert_eq!(KnownParty::pushed(&operation(RecordKind::Invoice, Goal::Present, record)), None);
    }
}
