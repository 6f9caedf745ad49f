//! How whole products use the settings: when they send, under whose number, what they create. A profile says nothing about
//! a company's own accounts, taxes and items; it is laid over settings that do.

use chrono::NaiveDate;

use super::{
    Arrival, ArrivalStatus, ContactPolicy, EditsAfterSending, NumberOwner, NumberSeries, PaymentsIn, Settings,
    SettingsIssue, Severity, TRIGGERED, Trigger, UnlinkedProducts, fit,
};
use crate::capability::{Capabilities, OrderForm};
use crate::model::RecordKind;

/// Documents whose numbers the package can give. A bill carries its supplier's.
const OWN_NUMBERS: [RecordKind; 4] =
    [RecordKind::Quote, RecordKind::Order, RecordKind::Invoice, RecordKind::PurchaseOrder];

/// How a product uses the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Profile {
    name: String,
    settings: Settings,
}

/// A package cannot do what a profile asks for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the profile {profile} does not fit {package}: {}", SettingsIssue::summary(.issues))]
pub struct ProfileMisfit {
    /// The profile.
    pub profile: String,
    /// How the package is called.
    pub package: String,
    /// What it cannot do, at least one.
    pub issues: Vec<SettingsIssue>,
}

/// Factory: everything goes out as soon as it is made, orders as drafts that their invoices take over; the package numbers
/// what it gets, and each document says in a line what it is called here. It records no payments.
pub fn factory() -> Profile {
    Profile::new("Factory")
        .customers(ContactPolicy::OnCreate)
        .suppliers(ContactPolicy::OnCreate)
        .products(ContactPolicy::Never)
        .jobs(ContactPolicy::Never)
        .without_items(UnlinkedProducts::NoItem)
        .numbered_by_the_package(&OWN_NUMBERS)
        .named_in_a_line("Factory")
        .without(&[RecordKind::Payment, RecordKind::CreditNote])
        .payments_in(PaymentsIn::Ignore)
}

/// Factor: only final invoices go out, under their own numbers, to customers and projects that are made when they are
/// needed; payments and expenses come in.
pub fn factor() -> Profile {
    Profile::new("Factor")
        .customers(ContactPolicy::OnCreate)
        .suppliers(ContactPolicy::Never)
        .products(ContactPolicy::Never)
        .jobs(ContactPolicy::OnCreate)
        .sending(&[RecordKind::Invoice])
        .trigger(RecordKind::Invoice, Trigger::Finalised)
        .payments_in(PaymentsIn::Count)
}

/// Ascora: customers come with their first invoice, supplier invoices once they are accepted, purchase orders not at all;
/// its own series of numbers, drawn in blocks of 25; payments on either side.
pub fn ascora() -> Profile {
    let series = NumberSeries::default();
    Profile::new("Ascora")
        .customers(ContactPolicy::OnFirstDocument)
        .suppliers(ContactPolicy::OnFirstDocument)
        .products(ContactPolicy::Never)
        .jobs(ContactPolicy::Never)
        .without_items(UnlinkedProducts::NoItem)
        .sending(&[RecordKind::Invoice, RecordKind::CreditNote, RecordKind::Bill, RecordKind::Payment])
        .trigger(RecordKind::Bill, Trigger::Accepted)
        .series(RecordKind::Invoice, series.clone())
        .series(RecordKind::Quote, series.clone())
        .series(RecordKind::Job, series)
        .payments_in(PaymentsIn::Count)
}

impl Profile {
    /// A profile that sends everything as soon as it is made, under the host's numbers, and follows later changes.
    pub fn new(name: impl Into<String>) -> Self {
        let mut settings = Settings::default();
        settings.host_number_line.enabled = false;
        Self { name: name.into(), settings }
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When customers are created.
    pub fn customers(mut self, policy: ContactPolicy) -> Self {
        self.settings.customers = policy;
        self
    }

    /// When suppliers are created.
    pub fn suppliers(mut self, policy: ContactPolicy) -> Self {
        self.settings.suppliers = policy;
        self
    }

    /// When products are created.
    pub fn products(mut self, policy: ContactPolicy) -> Self {
        self.settings.products = policy;
        self
    }

    /// When jobs are created.
    pub fn jobs(mut self, policy: ContactPolicy) -> Self {
        self.settings.jobs = policy;
        self
    }

    /// What stands in for products that are not linked.
    pub fn without_items(mut self, instead: UnlinkedProducts) -> Self {
        self.settings.items.unlinked_products = instead;
        self
    }

    /// Sends these kinds of document and payment, and no others.
    pub fn sending(mut self, kinds: &[RecordKind]) -> Self {
        self.settings.switched_off = TRIGGERED.iter().copied().filter(|kind| !kinds.contains(kind)).collect();
        self
    }

    /// Does not send these kinds either.
    pub fn without(mut self, kinds: &[RecordKind]) -> Self {
        let off = &mut self.settings.switched_off;
        let new: Vec<RecordKind> = kinds.iter().copied().filter(|kind| !off.contains(kind)).collect();
        off.extend(new);
        self
    }

    /// What first sends a kind.
    pub fn trigger(mut self, kind: RecordKind, trigger: Trigger) -> Self {
        self.settings.triggers.insert(kind, trigger);
        self
    }

    /// What becomes of later changes.
    pub fn edits(mut self, edits: EditsAfterSending) -> Self {
        self.settings.edits_after_sending = edits;
        self
    }

    /// The state in which everything arrives that can be a draft.
    pub fn arriving(mut self, status: ArrivalStatus) -> Self {
        self.settings.arrival =
            Arrival { invoices: status, bills: status, credit_notes: status, purchase_orders: status };
        self
    }

    /// The form in which orders are held.
    pub fn orders_as(mut self, form: OrderForm) -> Self {
        self.settings.orders_as = Some(form);
        self
    }

    /// Has the package number these kinds; the others keep the host's numbers.
    pub fn numbered_by_the_package(mut self, kinds: &[RecordKind]) -> Self {
        self.settings.numbers = kinds.iter().map(|kind| (*kind, NumberOwner::Package)).collect();
        self
    }

    /// The series that a kind is numbered from.
    pub fn series(mut self, kind: RecordKind, series: NumberSeries) -> Self {
        self.settings.series.insert(kind, series);
        self
    }

    /// Names the host's own document in a line of each.
    pub fn named_in_a_line(mut self, host: impl Into<String>) -> Self {
        self.settings.host_number_line.enabled = true;
        self.settings.host_number_line.host_name = host.into();
        self
    }

    /// The day from which documents are sent (F75).
    pub fn starting(mut self, day: NaiveDate) -> Self {
        self.settings.start_date = Some(day);
        self
    }

    /// Whether payments entered in the package count.
    pub fn payments_in(mut self, payments: PaymentsIn) -> Self {
        self.settings.payments_in = payments;
        self
    }

    /// Settings that follow the profile in what it is about, and keep the company's own accounts, taxes, items, mappings,
    /// texts and ways with lines.
    #[must_use]
    pub fn over(&self, settings: &Settings) -> Settings {
        let Settings {
            switched_off,
            part_invoices_off,
            customers,
            suppliers,
            jobs,
            products,
            triggers,
            edits_after_sending,
            start_date,
            arrival,
            numbers,
            series,
            host_number_line,
            payments_in,
            orders_as,
            items,
            ..
        } = self.settings.clone();
        let mut over = Settings {
            switched_off,
            part_invoices_off,
            customers,
            suppliers,
            jobs,
            products,
            triggers,
            edits_after_sending,
            start_date: start_date.or(settings.start_date),
            arrival,
            numbers,
            series,
            host_number_line,
            payments_in,
            orders_as: orders_as.or(settings.orders_as),
            ..settings.clone()
        };
        over.items.unlinked_products = items.unlinked_products;
        over
    }

    /// Whether a package can do all that the profile asks for.
    ///
    /// # Errors
    /// What it cannot do.
    pub fn fits(&self, capabilities: &Capabilities, package: &str) -> Result<(), ProfileMisfit> {
        let mut issues = fit(&self.settings, capabilities, package);
        issues.retain(|issue| issue.severity == Severity::Error);
        if issues.is_empty() {
            return Ok(());
        }
        Err(ProfileMisfit { profile: self.name.clone(), package: package.to_owned(), issues })
    }
}
