//! Line items: what a caller may leave out, line arithmetic and tax by line (xero.md 4.5, 9).

use super::document::{Kind, TaxMode};
use super::errors::{self, Findings, Refusal};
use super::shelf::Key;
use super::wire_in::Object;
use super::{Books, Context};
use crate::xero::switches::{Halves, TaxOverride};
use rust_decimal::{Decimal, RoundingStrategy};
use uuid::Uuid;

/// The largest line amount, 9,999,999,999.99 (xero.md 4.5).
const LARGEST: Decimal = Decimal::from_parts(3_567_587_327, 232, 0, false, 2);

/// A discount of the whole line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Discount {
    None,
    /// Per cent.
    Rate(Decimal),
    /// In the document's currency.
    Amount(Decimal),
}

/// One line as the books hold it; a line without `amount` is a description only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) id: Uuid,
    pub(super) description: Option<String>,
    pub(super) quantity: Option<Decimal>,
    pub(super) unit: Option<Decimal>,
    pub(super) item: Option<String>,
    pub(super) account: Option<String>,
    pub(super) account_id: Option<Uuid>,
    pub(super) tax_type: Option<String>,
    pub(super) tax: Decimal,
    /// A tax that the caller set; it stays until the line's amount or tax type changes.
    pub(super) tax_sent: Option<Decimal>,
    pub(super) amount: Option<Decimal>,
    pub(super) discount: Discount,
    /// What the discount is worth.
    pub(super) discounted: Decimal,
    /// Category and option.
    pub(super) tracking: Vec<(Uuid, Uuid)>,
}

/// One line as it was sent; absent members keep the value of the line with the same id.
#[derive(Clone, Debug, Default)]
pub(super) struct LineInput {
    id: Option<Uuid>,
    description: Option<String>,
    quantity: Option<Decimal>,
    unit: Option<Decimal>,
    item: Option<String>,
    account: Option<String>,
    account_id: Option<Uuid>,
    tax_type: Option<String>,
    tax: Option<Decimal>,
    amount: Option<Decimal>,
    rate: Option<Decimal>,
    off: Option<Decimal>,
    tracking: Option<Vec<TrackingInput>>,
}

#[derive(Clone, Debug)]
struct TrackingInput {
    category: Option<Uuid>,
    name: Option<String>,
    option_id: Option<Uuid>,
    option: Option<String>,
}

impl LineInput {
    pub(super) fn read(object: &Object<'_>) -> Result<Self, Refusal> {
        let tracking = match object.list("Tracking")? {
            None => None,
            Some(list) => Some(
                list.iter()
                    .map(|entry| {
                        Ok(TrackingInput {
                            category: entry.id("TrackingCategoryID")?,
                            name: entry.text("Name")?,
                            option_id: entry.id("TrackingOptionID")?,
                            option: entry.text("Option")?,
                        })
                    })
                    .collect::<Result<Vec<_>, Refusal>>()?,
            ),
        };
        Ok(Self {
            id: object.id("LineItemID")?,
            description: object.text("Description")?,
            quantity: object.decimal("Quantity")?,
            unit: object.decimal("UnitAmount")?,
            item: object.text("ItemCode")?,
            account: object.text("AccountCode")?,
            account_id: object.id("AccountID")?,
            tax_type: object.text("TaxType")?.filter(|text| !text.is_empty()),
            tax: object.decimal("TaxAmount")?,
            amount: object.decimal("LineAmount")?,
            rate: object.decimal("DiscountRate")?,
            off: object.decimal("DiscountAmount")?,
            tracking,
        })
    }

    fn prices(&self) -> bool {
        self.quantity.is_some() || self.unit.is_some() || self.amount.is_some() || self.discounts()
    }

    fn discounts(&self) -> bool {
        [self.rate, self.off].into_iter().flatten().any(|value| !value.is_zero())
    }
}

/// What a line is judged by besides itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub(super) kind: Kind,
    pub(super) mode: TaxMode,
}

pub(super) fn half_up(value: Decimal, places: u32) -> Decimal {
    value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)
}

/// Rounds to cents as the switch says (xero.md 9.6).
pub(super) fn cents(value: Decimal, halves: Halves) -> Decimal {
    match halves {
        Halves::AwayFromZero => half_up(value, 2),
        Halves::ToEven => value.round_dp_with_strategy(2, RoundingStrategy::MidpointNearestEven),
    }
}

impl Books {
    /// The lines after an update: a known LineItemID updates its line, a line without one is new, a line
    /// that is not mentioned goes (xero.md 4.5).
    pub(super) fn build_lines(
        &self,
        inputs: &[LineInput],
        held: &[Line],
        terms: Terms,
        ctx: &Context<'_>,
        findings: &mut Findings,
    ) -> Vec<Line> {
        inputs
            .iter()
            .map(|input| {
                let base = input.id.and_then(|id| held.iter().find(|line| line.id == id));
                let mut line = self.merge_line(input, base, terms, ctx, findings);
                price(&mut line, input, terms, ctx, findings);
                self.tax_line(&mut line, input, terms, ctx, findings);
                line
            })
            .collect()
    }

    /// Taxes lines again that were not sent, after the tax mode has changed.
    pub(super) fn retax(&self, lines: &mut [Line], terms: Terms, ctx: &Context<'_>) {
        for line in lines {
            self.tax_line(line, &LineInput::default(), terms, ctx, &mut Findings::default());
        }
    }

    fn merge_line(
        &self,
        input: &LineInput,
        base: Option<&Line>,
        terms: Terms,
        ctx: &Context<'_>,
        findings: &mut Findings,
    ) -> Line {
        let mut line = base.cloned().unwrap_or(Line {
            id: Uuid::nil(),
            description: None,
            quantity: None,
            unit: None,
            item: None,
            account: None,
            account_id: None,
            tax_type: None,
            tax: Decimal::ZERO,
            tax_sent: None,
            amount: None,
            discount: Discount::None,
            discounted: Decimal::ZERO,
            tracking: Vec::new(),
        });
        if input.description.is_some() {
            line.description.clone_from(&input.description);
        }
        if input.item.is_some() {
            line.item = input.item.clone().filter(|code| !code.is_empty());
            self.item_defaults(&mut line, input, terms, findings);
        }
        self.merge_account(&mut line, input, findings);
        if let Some(tracking) = &input.tracking {
            line.tracking = self.tracking_of(tracking, findings);
        }
        findings.limit("Description", line.description.as_deref(), 4000);
        if let Some(quantity) = input.quantity {
            line.quantity = Some(half_up(quantity, 4));
        }
        if let Some(unit) = input.unit {
            line.unit = Some(half_up(unit, terms.kind.unit_places().unwrap_or(ctx.unit_places)));
        }
        line
    }

    /// A line with an item takes what it does not say itself from the item (xero.md 4.3).
    fn item_defaults(&self, line: &mut Line, input: &LineInput, terms: Terms, findings: &mut Findings) {
        let Some(code) = line.item.clone() else { return };
        let Some(item) = self.items.find(Key::Number, &code).next() else {
            findings.error(format!("Item code '{code}' is not valid")); // [impl]
            return;
        };
        let (details, words) = if terms.kind.is_sale() {
            (&item.sales, &item.description)
        } else {
            (&item.purchase, &item.purchase_description)
        };
        line.item = Some(item.code.clone());
        if line.description.is_none() && !words.is_empty() {
            line.description = Some(words.clone());
        }
        if input.unit.is_none() && input.amount.is_none() && line.unit.is_none() {
            line.unit = details.unit_price;
        }
        if input.account.is_none() && input.account_id.is_none() && line.account.is_none() {
            line.account.clone_from(&details.account);
        }
        if input.tax_type.is_none() && line.tax_type.is_none() && terms.kind != Kind::Quote {
            line.tax_type.clone_from(&details.tax_type);
        }
    }

    fn merge_account(&self, line: &mut Line, input: &LineInput, findings: &mut Findings) {
        let before = line.account.clone();
        if let Some(code) = &input.account {
            line.account = Some(code.clone()).filter(|code| !code.is_empty());
        } else if let Some(id) = input.account_id {
            match self.accounts.get(id) {
                Some(account) => line.account = Some(account.code.clone()),
                None => findings.error(errors::ACCOUNT_NOT_FOUND),
            }
        }
        let Some(code) = line.account.clone() else { return };
        if before.as_ref() == Some(&code) && line.account_id.is_some() {
            return;
        }
        match self.account_coded(&code) {
            Some(account) if !account.is_active() => findings.error(errors::account_archived(&code)),
            Some(account) if account.fits_documents() => {
                line.account_id = Some(account.id);
                line.account = Some(account.code.clone());
            }
            _ => findings.error(errors::account_invalid(&code)),
        }
        // Another account brings its own tax unless the caller says otherwise.
        if before.is_some() && input.tax_type.is_none() {
            line.tax_type = None;
        }
    }

    fn tracking_of(&self, sent: &[TrackingInput], findings: &mut Findings) -> Vec<(Uuid, Uuid)> {
        if sent.len() > 2 {
            findings.error("A line item cannot have more than 2 tracking categories."); // [impl]
        }
        let mut pairs = Vec::new();
        for entry in sent {
            let found = self.tracking.iter().filter(|row| row.status == "ACTIVE").find_map(|category| {
                let named = entry.category == Some(category.id)
                    || entry.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(&category.name))
                    || (entry.category.is_none() && entry.name.is_none());
                let option = category.options.iter().filter(|option| option.status == "ACTIVE").find(|option| {
                    entry.option_id == Some(option.id)
                        || entry.option.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(&option.name))
                })?;
                named.then_some((category.id, option.id))
            });
            match found {
                Some(pair) => pairs.push(pair),
                None => findings.error("The tracking category or option does not exist."), // [impl]
            }
        }
        pairs
    }

    /// Tax by line, rounded to cents and then summed (xero.md 9.5).
    fn tax_line(&self, line: &mut Line, input: &LineInput, terms: Terms, ctx: &Context<'_>, findings: &mut Findings) {
        let Some(amount) = line.amount else { return };
        if input.tax_type.is_some() && input.tax_type != line.tax_type {
            line.tax_type.clone_from(&input.tax_type);
            line.tax_sent = None;
        }
        if terms.mode == TaxMode::NoTax {
            // xero.md 9.7
            line.tax_type = (terms.kind != Kind::Quote || line.tax_type.is_some()).then(|| "NONE".to_owned());
            line.tax = Decimal::ZERO;
            return;
        }
        let account = line.account.as_deref().and_then(|code| self.account_coded(code));
        // A quote does not take its tax from the account (xero.md 4.6).
        if line.tax_type.is_none() && terms.kind != Kind::Quote {
            line.tax_type = account.map(|account| account.tax_type.clone());
        }
        let Some(tax_type) = &line.tax_type else {
            line.tax = Decimal::ZERO;
            return;
        };
        let fits = match account {
            Some(account) => self.tax_fits(tax_type, account.class()),
            None => self.active_tax(tax_type).is_some(),
        };
        if !fits {
            findings.error(errors::tax_invalid(tax_type, line.account.as_deref().unwrap_or_default()));
        }
        let rate = self.tax_rates.find(Key::Number, tax_type).next().map(|rate| rate.effective()).unwrap_or_default();
        let whole = match terms.mode {
            TaxMode::Inclusive => Decimal::ONE_HUNDRED + rate,
            _ => Decimal::ONE_HUNDRED,
        };
        let computed = cents(amount * rate / whole, ctx.switches.halves);
        if input.prices() && input.tax.is_none() {
            line.tax_sent = None;
        }
        if let Some(sent) = input.tax {
            let sent = cents(sent, ctx.switches.halves);
            if override_fits(sent, computed, line, ctx.switches.tax_override) {
                line.tax_sent = (sent != computed).then_some(sent);
            } else {
                findings.error(format!("The tax amount {sent} is not valid for this line item.")); // [impl]
            }
        }
        line.tax = line.tax_sent.unwrap_or(computed);
    }
}

/// How far a sent tax may deviate is not settled (xero.md 9.9).
fn override_fits(sent: Decimal, computed: Decimal, line: &Line, bound: TaxOverride) -> bool {
    match bound {
        TaxOverride::UpToLineAmount => sent.abs() <= line.amount.unwrap_or_default().abs(),
        TaxOverride::UpToUnitAmount => sent.abs() <= line.unit.unwrap_or_default().abs(),
        TaxOverride::Within(bound) => sent.checked_sub(computed).is_some_and(|gap| gap.abs() <= bound),
    }
}

/// Quantity, price, discount and amount; what is missing of the three is computed (xero.md 9.1 to 9.4).
fn price(line: &mut Line, input: &LineInput, terms: Terms, ctx: &Context<'_>, findings: &mut Findings) {
    if let Some(rate) = input.rate {
        line.discount = if rate.is_zero() { Discount::None } else { Discount::Rate(rate) };
    }
    if let Some(off) = input.off.filter(|off| !off.is_zero()) {
        line.discount = Discount::Amount(cents(off, ctx.switches.halves));
    }
    if !terms.kind.discounts() && line.discount != Discount::None {
        findings.error("Discounts are not supported on this type of document."); // [impl]
    }
    if input.unit.is_none() && input.amount.is_some() && line.unit.is_none() && input.discounts() {
        findings.error(errors::DISCOUNT_UNIT);
    }
    let mut given = input.amount.map(|amount| cents(amount, ctx.switches.halves));
    match (line.quantity, line.unit, given) {
        (None, None, None) => return,
        (None, Some(unit), Some(amount)) if !unit.is_zero() && line.discount == Discount::None => {
            line.quantity = amount.checked_div(unit).map(|quantity| half_up(quantity, 4));
        }
        (_, None, Some(amount)) => {
            let quantity = *line.quantity.get_or_insert(Decimal::ONE);
            let places = terms.kind.unit_places().unwrap_or(ctx.unit_places);
            line.unit = Some(amount.checked_div(quantity).map_or(amount, |unit| half_up(unit, places)));
            line.amount = Some(amount);
            // The price was derived from the amount, which therefore stands.
            given = None;
        }
        (Some(_), None, None) => {
            if terms.kind == Kind::Order {
                findings.error("UnitAmount must be specified when Quantity is specified."); // [impl], xero.md 4.5
            }
            line.unit = Some(Decimal::ZERO);
        }
        _ => {}
    }
    let quantity = *line.quantity.get_or_insert(Decimal::ONE);
    let unit = *line.unit.get_or_insert(Decimal::ZERO);
    let derived = input.amount.is_some() && given.is_none();
    match discounted(quantity, unit, line.discount, ctx.switches.halves) {
        Ok((_, off)) if derived => line.discounted = off,
        Ok((amount, off)) => {
            let tolerance = ctx.switches.line_amount_tolerance;
            let strays = |sent: &Decimal| sent.checked_sub(amount).is_none_or(|gap| gap.abs() > tolerance);
            if let Some(sent) = given.filter(strays) {
                findings.error(errors::line_total(&format!("{sent:.2}"), &format!("{amount:.2}")));
                if line.discount != Discount::None && input.unit.is_none() {
                    findings.error(errors::DISCOUNT_UNIT);
                }
            }
            line.amount = Some(given.unwrap_or(amount));
            line.discounted = off;
        }
        Err(message) => {
            findings.error(message);
            line.amount = Some(Decimal::ZERO);
        }
    }
    if line.amount.is_some_and(|amount| amount.abs() > LARGEST) {
        findings.error("The line amount must not be greater than 9999999999.99."); // [impl]
        line.amount = Some(Decimal::ZERO);
    }
}

/// The amount of a line and what its discount is worth.
fn discounted(
    quantity: Decimal,
    unit: Decimal,
    discount: Discount,
    halves: Halves,
) -> Result<(Decimal, Decimal), String> {
    let gross = quantity
        .checked_mul(unit)
        .filter(|gross| gross.abs() <= LARGEST * Decimal::ONE_HUNDRED)
        .ok_or_else(|| "The line amount must not be greater than 9999999999.99.".to_owned())?; // [impl]
    let full = cents(gross, halves);
    match discount {
        Discount::None => Ok((full, Decimal::ZERO)),
        Discount::Rate(rate) => {
            if rate > Decimal::ONE_HUNDRED || rate < Decimal::ZERO {
                return Err(errors::discount_too_big(&rate.normalize().to_string()));
            }
            let amount = cents(gross * (Decimal::ONE_HUNDRED - rate) / Decimal::ONE_HUNDRED, halves);
            Ok((amount, full - amount))
        }
        Discount::Amount(off) => {
            if off.abs() > full.abs() {
                return Err(errors::discount_too_big(&off.normalize().to_string()));
            }
            let amount = cents(gross - off, halves);
            Ok((amount, full - amount))
        }
    }
}
