//! Settings against what a package can do, and against one another. What they name of the package's lists is checked in
//! [`setup`](crate::setup).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    ArrivalStatus, Discounts, LongReferences, NumberOwner, NumberSeries, ReferenceField, RoundingPolicy, Settings,
};
use crate::capability::{Capabilities, LineItems, OrderForm, RecordCapability, SourceTie};
use crate::model::RecordKind;
use crate::numbers::LARGEST_BLOCK;

/// Documents of sale that can carry a mark for delivery.
const SALES: [RecordKind; 4] = [RecordKind::Quote, RecordKind::Order, RecordKind::Invoice, RecordKind::CreditNote];
/// And those of purchase.
const PURCHASES: [RecordKind; 2] = [RecordKind::PurchaseOrder, RecordKind::Bill];

/// How much a complaint about settings weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// They can be saved; this has no effect, or will ask a question.
    Warning,
    /// They are not saved: documents could not be sent.
    Error,
}

/// A complaint about one setting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SettingsIssue {
    /// Where it stands: `accounts.sales`; a whole list of the package where that is what lacks: `accounts`.
    pub path: String,
    /// What is wrong, one line.
    pub message: String,
    /// What would mend it, one line.
    pub remedy: String,
    /// How much it weighs.
    pub severity: Severity,
}

impl SettingsIssue {
    /// Something that keeps settings from being saved.
    pub fn error(path: impl Into<String>, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), remedy: remedy.into(), severity: Severity::Error }
    }

    /// Some of them in one line.
    #[must_use]
    pub fn summary(issues: &[Self]) -> String {
        match issues {
            [] => "nothing is wrong".to_owned(),
            [only] => only.to_string(),
            [first, rest @ ..] => format!("{first} (and {} more)", rest.len()),
        }
    }

    /// Something that a person should know.
    pub fn warning(path: impl Into<String>, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(path, message, remedy) }
    }
}

impl fmt::Display for SettingsIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.path, self.message, self.remedy)
    }
}

/// Everything that is wrong with settings at a package, whatever its lists hold; `package` is how it is called.
#[must_use]
pub fn fit(settings: &Settings, capabilities: &Capabilities, package: &str) -> Vec<SettingsIssue> {
    let at = Package { capabilities, name: package };
    let mut issues = Vec::new();
    at.without_effect(settings, &mut issues);
    at.arrivals(settings, &mut issues);
    at.orders(settings, &mut issues);
    at.numbers(settings, &mut issues);
    at.marks(settings, &mut issues);
    at.items(settings, &mut issues);
    payments(settings, &mut issues);
    issues.sort();
    issues
}

/// Whether a setting means anything at a package; `path` is that of its [`Setting`](super::Setting).
///
/// # Errors
/// Why it means nothing there, one line.
pub fn applies(path: &str, capabilities: &Capabilities, package: &str) -> Result<(), String> {
    Package { capabilities, name: package }.applies(path)
}

struct Package<'a> {
    capabilities: &'a Capabilities,
    name: &'a str,
}

impl Package<'_> {
    fn of(&self, kind: RecordKind) -> Option<&RecordCapability> {
        self.capabilities.of(kind)
    }

    fn any(&self, has: impl Fn(&RecordCapability) -> bool) -> bool {
        self.capabilities.records.values().any(has)
    }

    fn creates(&self, kind: RecordKind) -> bool {
        self.of(kind).is_some_and(|of| of.create > 0)
    }

    fn applies(&self, path: &str) -> Result<(), String> {
        let Self { name, .. } = self;
        let (meant, why_not) = match path {
            "jobs" => (self.creates(RecordKind::Job), "keeps no jobs that can be made from here"),
            "products" | "lines_as_items" => (self.creates(RecordKind::Product), "lets no items be made from here"),
            "taken_names" => (
                self.any_of(&[RecordKind::Customer, RecordKind::Supplier], |of| of.names.unique),
                "lets several customers and suppliers have one name",
            ),
            "items.by_account.*" => {
                (self.any(|of| of.line_items != LineItems::Optional), "posts lines to accounts by their own name")
            }
            "arrival.invoices" => (self.has_drafts(RecordKind::Invoice), "has no drafts of invoices"),
            "arrival.bills" => (self.has_drafts(RecordKind::Bill), "has no drafts of bills"),
            "arrival.credit_notes" => (self.has_drafts(RecordKind::CreditNote), "has no drafts of credit notes"),
            "arrival.purchase_orders" => {
                (self.has_drafts(RecordKind::PurchaseOrder), "has no drafts of purchase orders")
            }
            "orders_as" => (self.capabilities.orders.len() > 1, "offers no choice of forms for orders"),
            "delete_order_when_part_invoiced" => match self.of(RecordKind::Invoice).map(|of| of.sources) {
                Some(SourceTie::Converted) => (false, "cuts an order down to what is left of it by itself"),
                _ => (!self.capabilities.orders.is_empty(), "holds no orders"),
            },
            "mark_as_sent" => (self.any(|of| of.sent_marks), "keeps no mark for what has been sent"),
            "delivery.sales" => (
                self.any_of(&SALES, |of| !of.delivery_marks.is_empty()),
                "keeps no mark for the delivery of sales documents",
            ),
            "delivery.purchases" => (
                self.any_of(&PURCHASES, |of| !of.delivery_marks.is_empty()),
                "keeps no mark for the delivery of purchase documents",
            ),
            "numbers.*" => (self.any(|of| of.reference_text > 0), "has no reference that could carry our own number"),
            "reference" | "long_references" => (
                self.any_of(&[RecordKind::Quote, RecordKind::Invoice], |of| of.reference_text > 0),
                "has no reference on sales documents",
            ),
            "accounts.payments" | "accounts.payment_methods.*" | "default_payment_method" => {
                (self.creates(RecordKind::Payment), "takes no payments from here")
            }
            _ => (true, ""),
        };
        if meant { Ok(()) } else { Err(format!("{name} {why_not}")) }
    }

    fn any_of(&self, kinds: &[RecordKind], has: impl Fn(&RecordCapability) -> bool) -> bool {
        kinds.iter().filter_map(|kind| self.of(*kind)).any(has)
    }

    fn has_drafts(&self, kind: RecordKind) -> bool {
        self.of(kind).is_some_and(|of| of.drafts)
    }

    /// Choices other than the default that mean nothing here. Those that would stop documents are complained of apart.
    fn without_effect(&self, settings: &Settings, issues: &mut Vec<SettingsIssue>) {
        let usual = Settings::default();
        for leaf in settings.leaves() {
            let stops = leaf.path.starts_with("arrival.")
                || matches!(leaf.setting.path, "orders_as" | "lines_as_items" | "numbers.*");
            let chosen = usual.value(&leaf.path).is_ok_and(|value| value != leaf.value);
            // Never to make what nobody can make is what happens anyway.
            let idle = matches!(leaf.setting.path, "jobs" | "products") && leaf.value == "never";
            if let (false, true, Err(why)) = (stops || idle, chosen, self.applies(leaf.setting.path)) {
                issues.push(SettingsIssue::warning(leaf.path, why, "it has no effect: leave it out"));
            }
        }
    }

    fn arrivals(&self, settings: &Settings, issues: &mut Vec<SettingsIssue>) {
        let arrival = &settings.arrival;
        for (path, status, kind) in [
            ("arrival.invoices", arrival.invoices, RecordKind::Invoice),
            ("arrival.bills", arrival.bills, RecordKind::Bill),
            ("arrival.credit_notes", arrival.credit_notes, RecordKind::CreditNote),
            ("arrival.purchase_orders", arrival.purchase_orders, RecordKind::PurchaseOrder),
        ] {
            // What is not sent arrives in no state.
            if status == ArrivalStatus::Draft
                && settings.sends(kind)
                && let Err(why) = self.applies(path)
            {
                issues.push(SettingsIssue::error(path, why, "have them arrive approved"));
            }
        }
    }

    fn orders(&self, settings: &Settings, issues: &mut Vec<SettingsIssue>) {
        let offered = self.capabilities.orders;
        if let Some(wanted) = settings.orders_as.filter(|wanted| !offered.contains(wanted)) {
            let message = format!("{} does not hold orders as {}", self.name, called(wanted));
            let forms: Vec<&str> = offered.iter().copied().map(called).collect();
            let remedy = match forms[..] {
                [] => "switch orders off".to_owned(),
                _ => format!("choose {}", forms.join(" or ")),
            };
            issues.push(SettingsIssue::error("orders_as", message, remedy));
        }
    }

    fn numbers(&self, settings: &Settings, issues: &mut Vec<SettingsIssue>) {
        for (kind, owner) in &settings.numbers {
            let path = format!("numbers.{}", kind.as_str());
            if *owner == NumberOwner::Host || !settings.sends(*kind) {
                continue;
            }
            if *kind == RecordKind::Bill {
                let message = "a bill goes by the number that its supplier gave it";
                issues.push(SettingsIssue::error(path, message, "leave the numbers of bills to the host"));
            } else if self.of(*kind).is_some_and(|of| of.reference_text == 0) {
                let message = format!("{} has no reference on a {kind} that could carry our own number", self.name);
                issues.push(SettingsIssue::error(path, message, "let our own number be the document's"));
            }
        }
        for (kind, series) in &settings.series {
            let path = |member: &str| format!("series.{}.{member}", kind.as_str());
            if settings.number_owner(*kind) == NumberOwner::Package {
                let message = format!("the accounting package gives each {kind} its number");
                issues.push(SettingsIssue::warning(path("prefix"), message, "the series only numbers what stays here"));
            }
            self.series(*kind, series, &path, issues);
        }
    }

    /// A mark for delivery that the package does not keep, though it keeps others.
    fn marks(&self, settings: &Settings, issues: &mut Vec<SettingsIssue>) {
        for (path, chosen, kinds) in [
            ("delivery.sales", settings.delivery.sales, &SALES[..]),
            ("delivery.purchases", settings.delivery.purchases, &PURCHASES[..]),
        ] {
            let Some(mark) = chosen.filter(|_| self.applies(path).is_ok()) else { continue };
            if !self.any_of(kinds, |of| of.delivery_marks.contains(&mark)) {
                let message = format!("{} keeps no such mark", self.name);
                issues.push(SettingsIssue::warning(path, message, "choose another: documents go out without it"));
            }
        }
    }

    /// Whether a series can count, and the package takes its numbers: what [`numbers`](crate::numbers) says.
    fn series(
        &self,
        kind: RecordKind,
        series: &NumberSeries,
        path: &impl Fn(&str) -> String,
        issues: &mut Vec<SettingsIssue>,
    ) {
        if let Err(wrong) = series.check().and_then(|()| series.fits(kind, series.start, self.capabilities)) {
            let member = if series.block == 0 || series.block > LARGEST_BLOCK { "block" } else { "prefix" };
            let wrong = wrong.to_string();
            let (message, remedy) = wrong.rsplit_once(": ").unwrap_or((wrong.as_str(), "change the series"));
            issues.push(SettingsIssue::error(path(member), message, remedy));
        }
    }

    fn items(&self, settings: &Settings, issues: &mut Vec<SettingsIssue>) {
        if settings.lines_as_items
            && let Err(why) = self.applies("lines_as_items")
        {
            issues.push(SettingsIssue::error("lines_as_items", why, "switch it off"));
        }
        if settings.discounts != Discounts::OwnLine {
            return;
        }
        let items = &settings.items;
        for (path, item, kinds) in [
            ("items.sales_discount", &items.sales_discount, [RecordKind::Quote, RecordKind::Invoice]),
            ("items.purchase_discount", &items.purchase_discount, [RecordKind::PurchaseOrder, RecordKind::Bill]),
        ] {
            if item.is_none() && self.any_of(&kinds, |of| of.line_items == LineItems::Required) {
                let message =
                    format!("discounts are to be lines of their own, and {} posts lines through items", self.name);
                issues.push(SettingsIssue::error(path, message, "choose the discount item"));
            }
        }
    }
}

/// What settings say about payments and amounts that only makes sense together.
fn payments(settings: &Settings, issues: &mut Vec<SettingsIssue>) {
    let accounts = &settings.accounts;
    if let Some(method) = &settings.default_payment_method
        && accounts.payments.is_none()
        && !accounts.payment_methods.contains_key(method)
    {
        let message = format!("payments by {method:?} have no account");
        let remedy = "choose an account for the method, or one for all payments";
        issues.push(SettingsIssue::warning("default_payment_method", message, remedy));
    }
    if settings.rounding == RoundingPolicy::Line && accounts.rounding.is_none() {
        let message = "differences of a cent are to be carried in a line, and no account is set for it";
        issues.push(SettingsIssue::warning("accounts.rounding", message, "choose the rounding account"));
    }
    if settings.reference == ReferenceField::None && settings.long_references != LongReferences::default() {
        let message = "no reference is chosen that could be too long";
        issues.push(SettingsIssue::warning("long_references", message, "choose what the reference shows"));
    }
}

fn called(form: OrderForm) -> &'static str {
    match form {
        OrderForm::DraftInvoice => "draft invoices",
        OrderForm::Invoice => "invoices",
        OrderForm::AcceptedQuote => "accepted quotes",
        OrderForm::SalesOrder => "orders",
    }
}
