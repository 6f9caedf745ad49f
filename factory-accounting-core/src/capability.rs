//! What a package can do, as data: checked before each call by one guard and proven by the testkit's provider suite.

use std::collections::BTreeMap;
use std::time::Duration;

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::RecordKind;
use crate::money::Halves;
use crate::onboarding::SetupStep;
use crate::provider::{CatalogueKind, ChangeFeed, Intent};
use crate::settings::DeliveryMark;

/// What one connected organisation can do. A kind that is not listed cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Capabilities {
    /// Per kind of record.
    pub records: BTreeMap<RecordKind, RecordCapability>,
    /// How the package reckons.
    pub amounts: AmountRules,
    /// For how long identical bytes under the same key are answered with the first answer; `None` without such keys.
    pub replay_window: Option<Duration>,
    /// How long the package may still be working on a write whose answer was lost. Probing earlier proves nothing (R5).
    pub write_timeout: Duration,
    /// Longest text of a line's description.
    pub line_text: usize,
    /// Most lines on a document that it accepts in practice.
    pub max_lines: usize,
    /// Largest amount of a line, payment or allocation, whatever the currency; `None` where no limit is known.
    pub max_amount: Option<Decimal>,
    /// The forms in which it can hold an order, the usual one first; empty where it holds none.
    pub orders: &'static [OrderForm],
    /// Where it keeps the job of a document.
    pub jobs: JobPlace,
    /// Whether customers and suppliers are records of different kinds, so that one record is never both.
    pub separate_roles: bool,
    /// The kinds of change that can be followed.
    pub feeds: &'static [ChangeFeed],
    /// What people must do in the package before everything works, in the order in which they go through it (F13); empty
    /// where nothing is known.
    pub setup: Vec<SetupStep>,
    /// The lists that it has.
    pub lists: &'static [CatalogueKind],
    /// Those of its lists of which what has changed can be asked for alone.
    pub incremental_lists: &'static [CatalogueKind],
    /// Which characters any text may hold.
    pub text_characters: Characters,
}

impl Capabilities {
    /// Capabilities with nothing in them but the rules that hold for every kind.
    #[must_use]
    pub fn new(amounts: AmountRules, write_timeout: Duration) -> Self {
        Self {
            records: BTreeMap::new(),
            amounts,
            replay_window: None,
            write_timeout,
            line_text: 4_000,
            max_lines: 1_000,
            max_amount: None,
            orders: &[OrderForm::DraftInvoice],
            jobs: JobPlace::Line,
            separate_roles: false,
            feeds: &ChangeFeed::ALL,
            setup: Vec::new(),
            lists: &[],
            incremental_lists: &[],
            text_characters: Characters::Any,
        }
    }

    /// How many records of a kind one write may carry; 0 where it may carry none.
    #[must_use]
    pub fn most(&self, kind: RecordKind, intent: Intent) -> usize {
        self.of(kind).map_or(0, |capability| match intent {
            Intent::Create => capability.create,
            Intent::Update => capability.update,
            Intent::Void => capability.void,
        })
    }

    /// What can be done with a kind.
    #[must_use]
    pub fn of(&self, kind: RecordKind) -> Option<&RecordCapability> {
        self.records.get(&kind)
    }
}

/// What can be done with one kind of record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RecordCapability {
    /// Can be created. How many in one call; 0 when it cannot.
    pub create: usize,
    /// Can be updated. How many in one call; 0 when it cannot.
    pub update: usize,
    /// Can be voided, deleted or archived. How many in one call; 0 when it cannot.
    pub void: usize,
    /// How many can be fetched by id in one call.
    pub fetch: usize,
    /// How many markers can be looked for in one call.
    pub probe: usize,
    /// Where the marker travels when the host owns the number.
    pub marker: MarkerField,
    /// How long a record that has landed may stay invisible to a search.
    pub search_lag: Duration,
    /// Whether updates carry a version that the package checks.
    pub version_checked: bool,
    /// What may still change once money has been applied, or a quote or purchase order has been decided or billed.
    pub editable_when_settled: Editable,
    /// Whether the package refuses a second document of this kind with the same number.
    pub unique_number: bool,
    /// Other kinds whose documents are numbered together with these, so that no two of them share a number.
    pub numbered_with: &'static [RecordKind],
    /// Longest number, or code of a product.
    pub number_text: usize,
    /// Which characters a number, or code of a product, may hold.
    pub number_characters: Characters,
    /// Longest name of a party or product.
    pub name_text: usize,
    /// How the name of a party or product must be written.
    pub names: NameRules,
    /// Longest texts of further fields, in characters, by path in the host's record without positions: `email`,
    /// `addresses[].city`, `title`. A field that is not listed has no known limit.
    pub texts: BTreeMap<&'static str, usize>,
    /// Most contact persons of a party; `None` where no limit is known.
    pub max_contacts: Option<usize>,
    /// Longest reference; 0 where there is no such field.
    pub reference_text: usize,
    /// Whether it says when it falls due: of a quote, until when it holds. Where not, the day stays with the host.
    pub due_dates: bool,
    /// Whether attachments can be read and written.
    pub attachments: bool,
    /// Whether lines may carry a discount. Where not, the discount is worked into a single unit at the net amount.
    pub line_discounts: bool,
    /// Whether a document can wait in the books uncounted until a bookkeeper approves it.
    pub drafts: bool,
    /// Whether lines that charge something name items, whose own account they then post to.
    pub line_items: LineItems,
    /// What becomes of the document that this one came from: the order of an invoice, the purchase order of a bill.
    pub sources: SourceTie,
    /// Whether it can be marked as sent to the other party once it counts (R35).
    pub sent_marks: bool,
    /// The marks for delivery that a new one can carry; empty where there are none (L5).
    pub delivery_marks: &'static [DeliveryMark],
}

impl RecordCapability {
    /// A kind that can be created, updated and voided in batches, found by a marker.
    #[must_use]
    pub fn new(batch: usize, marker: MarkerField) -> Self {
        Self {
            create: batch,
            update: batch,
            void: batch,
            fetch: 1,
            probe: 1,
            marker,
            search_lag: Duration::ZERO,
            version_checked: false,
            editable_when_settled: Editable::Nothing,
            unique_number: false,
            numbered_with: &[],
            number_text: 255,
            number_characters: Characters::Any,
            name_text: 255,
            names: NameRules::default(),
            texts: BTreeMap::new(),
            max_contacts: None,
            reference_text: 0,
            due_dates: true,
            attachments: false,
            line_discounts: true,
            drafts: true,
            line_items: LineItems::Optional,
            sources: SourceTie::None,
            sent_marks: false,
            delivery_marks: &[],
        }
    }
}

/// Whether lines that charge something name items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LineItems {
    /// Each as it likes.
    #[default]
    Optional,
    /// Every line must.
    Required,
    /// Either every line of a document does, or none: the two are documents of different form.
    AllOrNone,
}

/// How a document is tied to the one that it came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SourceTie {
    /// Not at all.
    #[default]
    None,
    /// Line by line: the source keeps count of what has been billed.
    Linked,
    /// As a whole: the source becomes this document. A part of it is a document of its own, and the source is cut down to
    /// what is left.
    Converted,
}

/// Which characters a field may hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Characters {
    /// All that can be printed.
    #[default]
    Any,
    /// Letters without accents, digits, signs and spaces: U+0020 to U+007E.
    PrintableAscii,
    /// The letters of western Europe, digits and signs up to U+00FF: ISO 8859-1.
    Latin1,
}

impl Characters {
    /// The first character of a text that is not among them.
    #[must_use]
    pub fn odd_in(self, text: &str) -> Option<char> {
        text.chars().find(|character| !self.hold(*character))
    }

    /// Whether a character is among them.
    #[must_use]
    pub fn hold(self, character: char) -> bool {
        match self {
            Self::Any => true,
            Self::PrintableAscii => matches!(character, ' '..='~'),
            Self::Latin1 => character <= '\u{ff}',
        }
    }
}

/// How names must be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NameRules {
    /// No spaces at either end and no two spaces in a row.
    pub tidy_spaces: bool,
    /// Characters that may not occur.
    pub forbidden: &'static [char],
    /// Whether no two records in use may share a name.
    pub unique: bool,
}

impl NameRules {
    /// Rules for names.
    #[must_use]
    pub fn new(tidy_spaces: bool, forbidden: &'static [char]) -> Self {
        Self { tidy_spaces, forbidden, unique: false }
    }

    /// The same where no two records in use may share a name.
    #[must_use]
    pub fn unique(self) -> Self {
        Self { unique: true, ..self }
    }
}

/// The field that a document is found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MarkerField {
    /// The document's number.
    Number,
    /// A reference field.
    Reference,
    /// A key of the record that only interfaces see.
    ExternalKey,
    /// Its place: the allocations of one credit note, the payments of one invoice.
    Parent,
}

/// What of a document may change once money has been applied to it, or it has been decided or billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Editable {
    /// Nothing.
    Nothing,
    /// Everything but lines' quantities, prices, discounts and taxes, the dates of issue and the currency.
    Descriptive,
}

/// A form in which a package holds a customer's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OrderForm {
    /// An invoice in draft, which becomes the order's invoice (F52, F55).
    DraftInvoice,
    /// An invoice that counts from the start, because the package has no drafts, and which becomes the order's invoice.
    Invoice,
    /// A quote that the customer has accepted; its invoice is a document of its own.
    AcceptedQuote,
    /// An order.
    SalesOrder,
}

impl OrderForm {
    /// Whether the order's own document becomes its invoice.
    #[must_use]
    pub fn becomes_invoice(self) -> bool {
        matches!(self, Self::DraftInvoice | Self::Invoice)
    }
}

/// Where a package keeps the job of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JobPlace {
    /// On each line.
    Line,
    /// On purchases on each line; a sales document is addressed to the job in place of its customer, so that all of its lines
    /// belong to one job.
    SalesParty,
}

/// How a package reckons: what `prepare` needs to come to the same cent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AmountRules {
    /// Decimals of a unit price.
    pub price_decimals: u32,
    /// Decimals of a quantity.
    pub quantity_decimals: u32,
    /// Where tax is rounded.
    pub tax_rounding: TaxRounding,
    /// Where exact halves go.
    pub halves: Halves,
    /// Decimals of a discount rate.
    pub discount_decimals: u32,
    /// Who reckons the tax.
    pub tax_authority: TaxAuthority,
    /// Whether prices may contain tax. Where not, a document whose prices do is held at net prices.
    pub inclusive_prices: bool,
    /// Whether prices may be net. Where not, a document whose prices are is held at prices that contain tax.
    pub exclusive_prices: bool,
    /// Whether a unit price may be below zero. Where not, the quantity is.
    pub negative_prices: bool,
    /// Whether a line's discount may be an amount. Where not, it is worked into the price.
    pub discount_amounts: bool,
    /// Whether the tax of each rate can be stated, where it differs by cents from what the package would come to.
    pub stated_taxes: bool,
}

impl AmountRules {
    /// Rules with the given decimals of unit prices and quantities.
    #[must_use]
    pub fn new(price_decimals: u32, quantity_decimals: u32, tax_rounding: TaxRounding, halves: Halves) -> Self {
        Self {
            price_decimals,
            quantity_decimals,
            tax_rounding,
            halves,
            discount_decimals: 4,
            tax_authority: TaxAuthority::Rates,
            inclusive_prices: true,
            exclusive_prices: true,
            negative_prices: true,
            discount_amounts: true,
            stated_taxes: false,
        }
    }
}

/// Who reckons the tax of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TaxAuthority {
    /// It follows from the lines and the rates of their tax codes, so that it is predicted.
    #[default]
    Rates,
    /// It is within prices that contain it, and the total is predicted to the cent. How the total parts into net amount and
    /// tax is the package's by a cent a line, because nobody knows where it rounds.
    WithinTotal,
    /// The package, from addresses and rules of its own: only the amounts before tax are predicted, and the total that it
    /// answers with holds (R17).
    Package,
}

/// Where a package rounds tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TaxRounding {
    /// Per line, then summed.
    PerLine,
    /// On the sum of the lines of each rate.
    PerRate,
}
