//! How a setting is chosen: the words in which [`SETTINGS`](super::SETTINGS) says it. Forms, checks and readers of settings
//! all go by these, so that none of them knows a setting of its own.

use serde::Serialize;
use serde_json::Value;

use super::Settings;
use crate::model::RecordKind;

/// One setting that a person can choose: a leaf of the settings' JSON form.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Setting {
    /// Where it stands, `*` for the key of a row: `accounts.sales`, `taxes.*.purchases`.
    pub path: &'static str,
    /// The part of the form that it belongs to.
    pub section: Section,
    /// Its name, for people.
    pub title: &'static str,
    /// What it does, for people.
    pub help: &'static str,
    /// What can be chosen.
    pub choose: Choose,
}

impl Setting {
    /// Whether nothing may be chosen.
    #[must_use]
    pub fn may_be_null(&self) -> bool {
        match self.path.contains('*') {
            true => matches!(self.choose, Choose::Named(_)) && !self.path.ends_with('*'),
            false => Settings::default().value(self.path).is_ok_and(|value| value.is_null()),
        }
    }

    /// What is wrong with a value, one line that says what would be right.
    pub(super) fn complaint(&self, value: &Value) -> Option<String> {
        if value.is_null() && self.may_be_null() {
            return None;
        }
        let wanted = match self.choose {
            Choose::Switch if value.is_boolean() => return None,
            Choose::Switch => "true or false".to_owned(),
            Choose::One(choices) if choices.iter().any(|(choice, _)| value == choice) => return None,
            Choose::One(choices) => {
                let choices: Vec<&str> = choices.iter().map(|(choice, _)| *choice).collect();
                format!("one of {}", choices.join(", "))
            }
            Choose::Kinds(kinds) => {
                let listed = value
                    .as_array()
                    .is_some_and(|all| all.iter().all(|one| kinds.iter().any(|kind| one == kind.as_str())));
                if listed {
                    return None;
                }
                let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
                format!("a list of some of {}", kinds.join(", "))
            }
            Choose::Named(_) | Choose::Text if value.is_string() => return None,
            Choose::Named(_) | Choose::Text => "a text".to_owned(),
            Choose::Number { least, most } => {
                if value.as_u64().is_some_and(|number| (least..=most).contains(&number)) {
                    return None;
                }
                format!("a whole number from {least} to {most}")
            }
            Choose::Date => {
                if value.as_str().is_some_and(|text| text.parse::<chrono::NaiveDate>().is_ok()) {
                    return None;
                }
                "a day, such as 2026-07-01".to_owned()
            }
        };
        Some(format!("is {value}: give {wanted}"))
    }
}

/// Settings of one row per kind, word or account.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Table {
    /// Where it stands: `taxes`. Its columns are the settings below `taxes.*`.
    pub path: &'static str,
    /// Its name, for people.
    pub title: &'static str,
    /// What it is for.
    pub help: &'static str,
    /// What its rows are called by.
    pub rows: RowsOf,
}

/// Parts of the form, in the order in which a company comes to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Section {
    /// What goes out, when, and in which state.
    Sending,
    /// Customers, suppliers, products and jobs.
    Records,
    /// Numbers, references and texts.
    Numbers,
    /// Lines and amounts.
    Lines,
    /// Accounts.
    Accounts,
    /// Tax codes.
    Taxes,
    /// Items.
    Items,
    /// What the host's kinds of service and expense are in the package.
    Mappings,
    /// Payments.
    Payments,
}

impl Section {
    /// Every section.
    pub const ALL: [Self; 9] = [
        Self::Sending,
        Self::Records,
        Self::Numbers,
        Self::Lines,
        Self::Accounts,
        Self::Taxes,
        Self::Items,
        Self::Mappings,
        Self::Payments,
    ];

    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Sending => "What is sent, and when",
            Self::Records => "Customers, suppliers, products and jobs",
            Self::Numbers => "Numbers and references",
            Self::Lines => "Lines and amounts",
            Self::Accounts => "Accounts",
            Self::Taxes => "Taxes",
            Self::Items => "Items",
            Self::Mappings => "Services and expenses",
            Self::Payments => "Payments",
        }
    }
}

/// What can be chosen for a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Choose {
    /// On or off.
    Switch,
    /// One of these: as stored, and as people read it.
    One(&'static [(&'static str, &'static str)]),
    /// Any of these kinds of record.
    Kinds(&'static [RecordKind]),
    /// A name of the package's own lists.
    Named(NameOf),
    /// Any text.
    Text,
    /// A whole number within bounds.
    Number {
        /// The least.
        least: u64,
        /// The most.
        most: u64,
    },
    /// A day.
    Date,
}

/// Which list of the package a name stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameOf {
    /// An account, by code or id.
    Account(AccountUse),
    /// A tax code for a side of trade.
    TaxCode(Side),
    /// A tax code for a side of trade, or a tax term of the host.
    TaxTerm(Side),
    /// An item, by code or id.
    Item,
}

/// The two sides of trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// To customers.
    Sales,
    /// From suppliers.
    Purchases,
}

/// What an account is chosen for. Which classes fit is said in one place: [`check`](crate::setup::check).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AccountUse {
    /// Income, on lines.
    Income,
    /// Cost, on lines.
    Cost,
    /// What is written off.
    BadDebt,
    /// What customers hold back.
    Retention,
    /// What customers have paid in advance.
    Deposits,
    /// Rounding differences.
    Rounding,
    /// Where money is received and paid from.
    Payments,
}

/// What the rows of a table are called by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RowsOf {
    /// Kinds of record.
    Kinds(&'static [RecordKind]),
    /// Words of the host.
    Words,
    /// Accounts of the package, by code or id.
    Accounts,
}
