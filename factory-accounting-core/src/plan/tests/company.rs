//! A small company: settings, lists, links and documents to plan with.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use crate::capability::{AmountRules, Capabilities, Editable, MarkerField, RecordCapability, TaxRounding};
use crate::ids::{OrganisationId, RemoteId};
use crate::model::{Record, RecordKey, RecordKind};
use crate::money::{Currency, Halves};
use crate::plan::{Catalogue, Context, Lent};
use crate::provider::{Account, AccountClass, CatalogueEntry, Organisation, RemoteRecord, RemoteStatus, TaxCode};
use crate::settings::Settings;
use crate::store::{Link, LinkOrigin};

pub(super) struct Company {
    pub(super) settings: Settings,
    pub(super) capabilities: Capabilities,
    pub(super) organisation: Organisation,
    pub(super) catalogue: Catalogue,
    entries: Vec<CatalogueEntry>,
    pub(super) links: BTreeMap<RecordKey, Link>,
    pub(super) former: BTreeMap<RecordKey, Vec<RemoteId>>,
    pub(super) sources: BTreeMap<RecordKey, RemoteRecord>,
    pub(super) billed: BTreeMap<RecordKey, Vec<Record>>,
    pub(super) lent: Lent,
}

impl Company {
    pub(super) fn new() -> Self {
        let mut settings = Settings::default();
        settings.accounts.sales = Some("200".into());
        settings.accounts.purchases = Some("300".into());
        settings.accounts.payments = Some("090".into());
        settings.default_tax.sales = Some("OUT".into());
        settings.default_tax.purchases = Some("IN".into());
        settings.host_number_line.host_name = "Workshop".into();
        let rules = AmountRules::new(4, 4, TaxRounding::PerLine, Halves::AwayFromZero);
        let mut capabilities = Capabilities::new(rules, Duration::from_secs(100));
        for kind in RecordKind::ALL.into_iter().filter(|kind| !matches!(kind, RecordKind::Job | RecordKind::Expense)) {
            let mut capability = RecordCapability::new(50, MarkerField::Number);
            capability.editable_when_settled = Editable::Descriptive;
            capability.reference_text = 20;
            if matches!(kind, RecordKind::Payment | RecordKind::Allocation) {
                capability.update = 0;
            }
            capabilities.records.insert(kind, capability);
        }
        let nzd: Currency = "NZD".parse().expect("NZD is a currency");
        let mut organisation = Organisation::new(OrganisationId::new("org"), "Demo", nzd);
        organisation.locked_until = NaiveDate::from_ymd_opt(2026, 3, 31);
        let mut bank = Account::new(RemoteId::new("a0"), Some("090".into()), "Bank", AccountClass::Asset);
        bank.usable_on_lines = false;
        bank.usable_for_payments = true;
        let mut old = Account::new(RemoteId::new("a9"), Some("999".into()), "Old sales", AccountClass::Income);
        old.active = false;
        let entries = vec![
            CatalogueEntry::Account(bank),
            CatalogueEntry::Account(old),
            CatalogueEntry::Account(Account::new(
                RemoteId::new("a2"),
                Some("200".into()),
                "Sales",
                AccountClass::Income,
            )),
            CatalogueEntry::Account(Account::new(
                RemoteId::new("a3"),
                Some("300".into()),
                "Costs",
                AccountClass::Expense,
            )),
            CatalogueEntry::Account(Account::new(
                RemoteId::new("a8"),
                Some("860".into()),
                "Rounding",
                AccountClass::Liability,
            )),
            CatalogueEntry::TaxCode(TaxCode::new("OUT", "Sales 15 %", Decimal::from(15))),
            CatalogueEntry::TaxCode(TaxCode::new("IN", "Purchases 15 %", Decimal::from(15))),
            CatalogueEntry::TaxCode(TaxCode::new("NONE", "No tax", Decimal::ZERO)),
            CatalogueEntry::Currency(nzd),
        ];
        let catalogue = Catalogue::new(entries.clone());
        let mut company = Self {
            settings,
            capabilities,
            organisation,
            catalogue,
            entries,
            links: BTreeMap::new(),
            former: BTreeMap::new(),
            sources: BTreeMap::new(),
            billed: BTreeMap::new(),
            lent: Lent::default(),
        };
        company.link(RecordKind::Customer, "c1", "contact-1");
        company.link(RecordKind::Supplier, "s1", "contact-2");
        company
    }

    pub(super) fn add_to_catalogue(&mut self, more: impl IntoIterator<Item = CatalogueEntry>) {
        self.entries.extend(more);
        self.catalogue = Catalogue::new(self.entries.clone());
    }

    /// Links a record to one of the package, whose id says what it is.
    pub(super) fn tie(&mut self, key: &RecordKey) {
        self.link(key.kind, key.id.as_str(), &format!("{}:{}", key.kind.as_str(), key.id));
    }

    pub(super) fn link(&mut self, kind: RecordKind, local: &str, remote: &str) -> &mut Link {
        let key = RecordKey::new(kind, local);
        self.links.entry(key.clone()).or_insert(Link {
            key,
            remote: RemoteId::new(remote),
            number: Some(local.to_uppercase()),
            version: None,
            revision: None,
            fingerprint: None,
            status: RemoteStatus::Open,
            totals: None,
            settled: None,
            seen_at: DateTime::<Utc>::UNIX_EPOCH,
            origin: LinkOrigin::ByHand,
            url: None,
            settled_since: None,
            suppressed: false,
            merged_into: None,
            party: None,
        })
    }

    pub(super) fn context(&self) -> Context<'_> {
        Context {
            settings: &self.settings,
            capabilities: &self.capabilities,
            organisation: &self.organisation,
            catalogue: &self.catalogue,
            links: &self.links,
            former: &self.former,
            sources: &self.sources,
            billed: &self.billed,
            lent: &self.lent,
            trail: None,
            distinct: false,
            package: "the package",
        }
    }
}

/// A record from its JSON form.
pub(in crate::plan) fn record(json: &str) -> Record {
    Record::parse(json).unwrap_or_else(|error| panic!("{error} in {json}"))
}

/// An invoice of one line, with more members for the document and for the line.
pub(super) fn invoice(members: &str, line: &str) -> Record {
    record(&format!(
        r#"{{"kind":"invoice","id":"i1","number":"INV-1","customer":"c1","date":"2026-07-01","currency":"NZD",{members}
        "lines":[{{"type":"item","description":"Bench","quantity":"2","unit_price":"10.50"{line}}}]}}"#
    ))
}
