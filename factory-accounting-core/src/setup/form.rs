//! The settings as a form: sections of fields, each with its choices, that a host renders without knowing the package.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::check::{called, classes, fits, trade_side};
use crate::capability::Capabilities;
use crate::model::RecordKind;
use crate::plan::Catalogue;
use crate::provider::{AccountClass, TradeSide};
use crate::settings::{
    self, AccountUse, Choose, NameOf, RowsOf, SETTINGS, Section, Setting, Settings, SettingsIssue, Table, table_at,
};

/// A form for all settings of a connection.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Form {
    /// What stands above it.
    pub header: Header,
    /// Its sections, in order.
    pub sections: Vec<FormSection>,
    /// What is wrong with the values as they are.
    pub issues: Vec<SettingsIssue>,
}

/// What a page of settings shows above them (L1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Header {
    /// How the package is called.
    pub package: String,
    /// Whether the connection works, one line: `connected`.
    pub status: String,
    /// The organisation's name, where it is known.
    pub connected_to: Option<String>,
    /// When the package's lists were read last, UTC: the oldest of them.
    pub lists_read_at: Option<DateTime<Utc>>,
    /// The version of the settings shown; 0 where none were saved. Saving hands it back.
    pub version: u64,
    /// When that version was saved, UTC.
    pub saved_at: Option<DateTime<Utc>>,
}

/// A part of the form.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FormSection {
    /// Which it is.
    pub section: Section,
    /// Its heading.
    pub title: &'static str,
    /// Its fields, in order.
    pub fields: Vec<Field>,
}

/// A field: one setting, or a table of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Field {
    /// Where it stands, for [`Settings::with`]; in a column `*` is the key of the row.
    pub path: &'static str,
    /// Its name.
    pub title: &'static str,
    /// What it does.
    pub help: &'static str,
    /// What can be chosen.
    pub kind: FieldKind,
    /// What holds where nothing is chosen: null for no choice, and in columns.
    pub default: Value,
    /// What is chosen; of a table its rows by their keys; null in columns.
    pub value: Value,
    /// Whether it means anything at this package.
    pub applies: bool,
    /// Why it does not.
    pub why_not: Option<String>,
}

/// What can be chosen in a field.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum FieldKind {
    /// On or off.
    Switch,
    /// One of some.
    Choice {
        /// These.
        choices: Vec<Choice>,
    },
    /// Any of some.
    Choices {
        /// These.
        choices: Vec<Choice>,
    },
    /// An account.
    Account {
        /// Classes that are usual for it; empty where all are offered.
        classes: Vec<AccountClass>,
        /// The accounts in use that fit.
        choices: Vec<Choice>,
    },
    /// A tax code.
    TaxCode {
        /// Its side of trade.
        side: TradeSide,
        /// The codes in use with a rate there, and where they are welcome the host's own tax terms.
        choices: Vec<Choice>,
    },
    /// An item.
    Item {
        /// The items in use.
        choices: Vec<Choice>,
    },
    /// Any text.
    Text,
    /// A whole number.
    Number {
        /// The least.
        least: u64,
        /// The most.
        most: u64,
    },
    /// A day, as `2026-07-01`.
    Date,
    /// Rows of further fields.
    Table {
        /// What the rows are called by.
        rows: Rows,
        /// The fields of each row. A row of one field whose path ends in `*` is that value itself.
        columns: Vec<Field>,
    },
}

/// What the rows of a table are called by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "rows", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rows {
    /// One of some.
    Of {
        /// These.
        choices: Vec<Choice>,
    },
    /// Words of the host.
    Words,
}

/// A value with its name for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// As stored.
    pub value: String,
    /// As people read it.
    pub label: String,
}

impl Header {
    /// A header of which the rest is not known.
    pub fn new(package: impl Into<String>, status: impl Into<String>) -> Self {
        Self { package: package.into(), status: status.into(), ..Self::default() }
    }
}

impl Choice {
    fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

impl Form {
    /// Every field, those of tables before their columns.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        let top = self.sections.iter().flat_map(|section| &section.fields);
        top.flat_map(|field| {
            let columns: &[Field] = match &field.kind {
                FieldKind::Table { columns, .. } => columns,
                _ => &[],
            };
            std::iter::once(field).chain(columns)
        })
    }
}

/// The form for some settings at a package; `header` says which.
#[must_use]
pub fn form(settings: &Settings, capabilities: &Capabilities, catalogue: &Catalogue, header: Header) -> Form {
    let issues = super::check(settings, capabilities, catalogue, &header.package);
    let facts = Facts { settings, usual: Settings::default(), capabilities, catalogue, package: &header.package };
    let sections =
        Section::ALL.map(|section| FormSection { section, title: section.title(), fields: facts.section(section) });
    Form { sections: sections.into(), issues, header }
}

struct Facts<'a> {
    settings: &'a Settings,
    usual: Settings,
    capabilities: &'a Capabilities,
    catalogue: &'a Catalogue,
    package: &'a str,
}

impl Facts<'_> {
    /// Fields in the order of the settings, each table where its first column stands.
    fn section(&self, section: Section) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        for setting in SETTINGS.iter().filter(|setting| setting.section == section) {
            match setting.path.split_once(".*").and_then(|(table, _)| table_at(table)) {
                None => fields.push(self.field(setting)),
                Some(table) if fields.iter().any(|field| field.path == table.path) => {}
                Some(table) => fields.push(self.table(table)),
            }
        }
        fields
    }

    fn field(&self, setting: &'static Setting) -> Field {
        let why_not = settings::applies(setting.path, self.capabilities, self.package).err();
        Field {
            path: setting.path,
            title: setting.title,
            help: setting.help,
            kind: self.kind(setting.choose),
            default: self.usual.value(setting.path).unwrap_or_default(),
            value: self.settings.value(setting.path).unwrap_or_default(),
            applies: why_not.is_none(),
            why_not,
        }
    }

    fn table(&self, table: &'static Table) -> Field {
        let below = |setting: &&Setting| setting.path.split_once(".*").is_some_and(|(above, _)| above == table.path);
        let columns: Vec<Field> = SETTINGS
            .iter()
            .filter(below)
            .map(|setting| Field { default: Value::Null, value: Value::Null, ..self.field(setting) })
            .collect();
        let why_not = columns.iter().all(|column| !column.applies).then(|| columns.first()?.why_not.clone()).flatten();
        let rows = match table.rows {
            RowsOf::Kinds(of) => Rows::Of { choices: kinds(of) },
            RowsOf::Words => Rows::Words,
            RowsOf::Accounts => Rows::Of { choices: self.accounts(None) },
        };
        Field {
            path: table.path,
            title: table.title,
            help: table.help,
            kind: FieldKind::Table { rows, columns },
            default: self.usual.value(table.path).unwrap_or_default(),
            value: self.settings.value(table.path).unwrap_or_default(),
            applies: why_not.is_none(),
            why_not,
        }
    }

    fn kind(&self, choose: Choose) -> FieldKind {
        match choose {
            Choose::Switch => FieldKind::Switch,
            Choose::One(of) => {
                FieldKind::Choice { choices: of.iter().map(|(value, label)| Choice::new(*value, *label)).collect() }
            }
            Choose::Kinds(of) => FieldKind::Choices { choices: kinds(of) },
            Choose::Text => FieldKind::Text,
            Choose::Number { least, most } => FieldKind::Number { least, most },
            Choose::Date => FieldKind::Date,
            Choose::Named(NameOf::Account(purpose)) => {
                let classes = if self.settings.relaxed_accounts { &[] } else { classes(purpose) };
                FieldKind::Account { classes: classes.to_vec(), choices: self.accounts(Some(purpose)) }
            }
            Choose::Named(NameOf::TaxCode(side)) => {
                let side = trade_side(side);
                FieldKind::TaxCode { side, choices: self.tax_codes(side) }
            }
            Choose::Named(NameOf::TaxTerm(side)) => {
                let side = trade_side(side);
                let terms = self.settings.taxes.keys().map(|term| Choice::new(term, term));
                FieldKind::TaxCode { side, choices: terms.chain(self.tax_codes(side)).collect() }
            }
            Choose::Named(NameOf::Item) => {
                let active = self.catalogue.items().filter(|item| item.active);
                let choices = active.map(|item| match item.name.as_ref().filter(|name| **name != item.code) {
                    Some(name) => Choice::new(&item.code, format!("{} {name}", item.code)),
                    None => Choice::new(&item.code, &item.code),
                });
                FieldKind::Item { choices: sorted(choices) }
            }
        }
    }

    /// Accounts in use; of a purpose only those that fit it.
    fn accounts(&self, purpose: Option<AccountUse>) -> Vec<Choice> {
        let relaxed = self.settings.relaxed_accounts;
        let offered = self
            .catalogue
            .accounts()
            .filter(|account| purpose.map_or(account.active, |purpose| fits(account, purpose, relaxed).is_ok()));
        sorted(offered.map(|account| {
            let name = account.code.as_deref().unwrap_or(account.id.as_str());
            let code = account.code.as_ref().map(|code| format!("{code} ")).unwrap_or_default();
            Choice::new(name, format!("{code}{} ({})", account.name, called(account.class)))
        }))
    }

    fn tax_codes(&self, side: TradeSide) -> Vec<Choice> {
        let usable = self.catalogue.tax_codes().filter(|code| code.active);
        sorted(usable.filter_map(|code| {
            let rate = code.rate_on(side)?.normalize();
            Some(Choice::new(&code.code, format!("{} ({rate} %)", code.name)))
        }))
    }
}

fn kinds(of: &[RecordKind]) -> Vec<Choice> {
    of.iter().map(|kind| Choice::new(kind.as_str(), kind.label())).collect()
}

/// In the order in which people look for them: lists are kept by the package's ids.
fn sorted(choices: impl Iterator<Item = Choice>) -> Vec<Choice> {
    let mut choices: Vec<Choice> = choices.collect();
    choices.sort_by_cached_key(|choice| (choice.label.to_lowercase(), choice.value.clone()));
    choices
}
