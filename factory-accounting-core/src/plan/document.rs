//! Documents of trade: accounts, taxes, representation of lines, predicted totals.

use crate::amounts::{self, LineInput, Representation, TotalCheck};
use crate::code::{Code, Parked};
use crate::error::Issue;
use crate::model::{Discount, ItemLine, Line, QuoteStage, Record, RecordKey, RecordKind, TaxMode, Trade};
use crate::money::{Quantity, TaxAmount, UnitPrice};
use crate::planned::{Charge, Content, PlannedDocument, PlannedLine, TargetStatus};
use crate::provider::{AccountClass, ProbeTarget, TaxCode};
use crate::rules;
use crate::settings::{ArrivalStatus, NumberOwner, ReferenceField};

use super::Context;
use super::draft::{Halt, closed_period, linked, target};
use crate::validate;

pub(super) fn draft_document(record: &Record, context: &Context<'_>) -> Result<(Content, ProbeTarget), Halt> {
    let Some(trade) = record.trade() else {
        return Err(Parked::new(Code::Damaged, format!("{} has no lines to send", record.key())).into());
    };
    if let Some(reason) = rules::before_start(trade.date, context.settings) {
        return Err(Halt::Skip(reason));
    }
    let party_path = if trade.kind.is_purchase() { "supplier" } else { "customer" };
    let party = linked(&trade.party, party_path, trade.number, trade.kind, context)?;
    // Quotes and purchase orders post nothing to the ledger, so no period is closed to them.
    if !matches!(trade.kind, RecordKind::Quote | RecordKind::PurchaseOrder | RecordKind::Order) {
        closed_period(trade.kind, trade.number, trade.date, context)?;
    }
    if !context.catalogue.allows(trade.currency) {
        let reason =
            format!("{} {:?}: {} does not use {}", trade.kind, trade.number, context.organisation.name, trade.currency);
        return Err(Parked::new(Code::Currency, reason).into());
    }
    let mut lines = charge_lines(&trade, context)?;
    let totals = total_lines(&trade, &mut lines, context)?;
    lines.extend(host_number_line(record, &trade, context));

    // Where there is no reference field to find the document by, the number stays the host's: a bill's is its supplier's.
    let has_reference = context.capabilities.of(trade.kind).is_some_and(|capability| capability.reference_text > 0);
    let in_reference = has_reference && context.settings.number_owner(trade.kind) == NumberOwner::Package;
    let reference = if in_reference { Some(trade.number.to_owned()) } else { reference_text(&trade, context) };
    let document = PlannedDocument {
        number: (!in_reference).then(|| trade.number.to_owned()),
        reference,
        date: trade.date,
        due: trade.due,
        currency: trade.currency,
        exchange_rate: trade.exchange_rate,
        tax_mode: trade.tax_mode,
        status: arrival(record, context),
        lines,
        totals,
        title: quote_text(record, |quote| quote.title.as_ref()),
        summary: quote_text(record, |quote| quote.summary.as_ref()),
        terms: quote_text(record, |quote| quote.terms.as_ref()),
        party: party.clone(),
    };
    let probe = ProbeTarget {
        party: Some(party),
        date: Some(trade.date),
        in_reference,
        ..target(trade.kind, trade.number.to_owned())
    };
    Ok((Content::Document(Box::new(document)), probe))
}

/// The state that a document is to arrive in (F52, F55, F62).
fn arrival(record: &Record, context: &Context<'_>) -> TargetStatus {
    let arrival = &context.settings.arrival;
    let status = match record {
        Record::Quote(quote) => return TargetStatus::Quote(quote.stage),
        Record::Order(_) => ArrivalStatus::Draft,
        Record::Bill(_) => arrival.bills,
        Record::CreditNote(_) => arrival.credit_notes,
        Record::PurchaseOrder(_) => arrival.purchase_orders,
        _ => arrival.invoices,
    };
    match status {
        ArrivalStatus::Draft => TargetStatus::Draft,
        ArrivalStatus::Approved => TargetStatus::Approved,
    }
}

fn charge_lines(trade: &Trade<'_>, context: &Context<'_>) -> Result<Vec<PlannedLine>, Halt> {
    let mut issues = Vec::new();
    let mut lines = Vec::with_capacity(trade.lines.len() + 2);
    for (index, line) in trade.lines.iter().enumerate() {
        match line {
            Line::Text(text) => lines.push(PlannedLine { remote: None, description: text.text.clone(), charge: None }),
            Line::Item(item) => match charge_line(index, item, trade, context)? {
                Ok(line) => lines.push(line),
                Err(issue) => issues.push(issue),
            },
        }
    }
    if issues.is_empty() {
        return Ok(lines);
    }
    let reason = format!("{} {:?} cannot be sent as it is", trade.kind, trade.number);
    Err(Parked::new(Code::Invalid, reason).with_issues(issues).into())
}

fn charge_line(
    index: usize,
    item: &ItemLine,
    trade: &Trade<'_>,
    context: &Context<'_>,
) -> Result<Result<PlannedLine, Issue>, Halt> {
    let at = |field: &str| format!("lines[{index}].{field}");
    let purchase = trade.kind.is_purchase();
    let product = match &item.product {
        Some(id) if context.settings.sends(RecordKind::Product) => {
            let key = RecordKey::new(RecordKind::Product, id.clone());
            linked(&key, &at("product"), trade.number, trade.kind, context)?;
            context.link(&key)
        }
        Some(id) => context.link(&RecordKey::new(RecordKind::Product, id.clone())),
        None => None,
    };
    let accounts = &context.settings.accounts;
    let fallback = match trade.kind {
        RecordKind::CreditNote => accounts.credit_notes.as_ref().or(accounts.sales.as_ref()),
        _ if purchase => accounts.purchases.as_ref(),
        _ => accounts.sales.as_ref(),
    };
    let Some(account) = item.account.as_ref().or(fallback) else {
        let side = if purchase { "purchases" } else { "sales" };
        let reason = format!(
            "{} {:?}: line {} names no account and none is set for {side}",
            trade.kind,
            trade.number,
            index + 1
        );
        return Err(Parked::new(Code::AccountMissing, reason)
            .with_issues([Issue::new(at("account"), "name an account")])
            .into());
    };
    let account = resolve_account(account, &at("account"), trade.number, trade.kind, context)?;
    let class = context.catalogue.account(&account).map(|found| found.class);
    let tax = if trade.tax_mode == TaxMode::NoTax {
        None
    } else {
        let tax = resolve_tax(item.tax.as_deref(), purchase, &at("tax"), trade.number, trade.kind, context)?;
        fits(tax, class, &account, &at("tax"), trade)?;
        Some(tax)
    };
    let input = LineInput {
        quantity: item.quantity,
        unit_price: item.unit_price,
        discount: item.discount,
        tax_rate: tax.map_or(rust_decimal::Decimal::ZERO, |tax| tax.rate),
    };
    let discounts = context.capabilities.of(trade.kind).is_none_or(|capability| capability.line_discounts);
    let rules = &context.capabilities.amounts;
    let (quantity, unit_price, discount, suffix) =
        match amounts::represent(index, &input, context.settings.fine_prices, discounts, trade.currency, rules) {
            Representation::AsIs => (item.quantity, item.unit_price, item.discount, None),
            Representation::Rewritten { unit_price, discount } => (item.quantity, unit_price, discount, None),
            Representation::OneUnit { unit_price, description_suffix } => {
                (Quantity(rust_decimal::Decimal::ONE), unit_price, None, Some(description_suffix))
            }
            Representation::Refused(issue) => return Ok(Err(issue)),
        };
    let description = match suffix {
        Some(suffix) => format!("{}{suffix}", item.description),
        None => item.description.clone(),
    };
    if let Some(issue) = validate::check_line_text(index, &description, context.capabilities) {
        return Ok(Err(issue));
    }
    let mut jobs = Vec::new();
    if let Some(id) = &item.job {
        let key = RecordKey::new(RecordKind::Job, id.clone());
        jobs.push(linked(&key, &at("job"), trade.number, trade.kind, context)?);
    }
    Ok(Ok(PlannedLine {
        remote: None,
        description,
        charge: Some(Charge {
            quantity,
            unit_price,
            discount,
            item_code: product.and_then(|link| link.number.clone()),
            account,
            tax_code: tax.map(|tax| tax.code.clone()).unwrap_or_default(),
            tax_rate: input.tax_rate,
            amount: rust_decimal::Decimal::ZERO,
            tax: TaxAmount::default(),
            jobs,
        }),
    }))
}

/// Predicts the package's totals, settles a difference to the host's, and writes the predicted amounts into the lines.
fn total_lines(
    trade: &Trade<'_>,
    lines: &mut Vec<PlannedLine>,
    context: &Context<'_>,
) -> Result<crate::money::Totals, Halt> {
    let reckoned = reckon(trade, lines, context)?;
    let check = amounts::settle_total(trade.total, &reckoned, context.settings.rounding, trade.currency);
    let reckoned = match check {
        TotalCheck::Equal => reckoned,
        TotalCheck::RoundingLine { amount } => {
            lines.push(rounding_line(amount, trade, context)?);
            reckon(trade, lines, context)?
        }
        TotalCheck::Refused { host, package } => {
            let reason = format!(
                "{} {:?}: the host reckons {host} {currency}, {} will reckon {package} {currency}",
                trade.kind,
                trade.number,
                context.package,
                currency = trade.currency,
            );
            return Err(Parked::new(Code::TotalsDiffer, reason)
                .with_issues([Issue::new("total", format!("{host} is not {package}"))])
                .into());
        }
    };
    for (line, amounts) in lines.iter_mut().zip(&reckoned.lines) {
        if let (Some(charge), Some(amounts)) = (&mut line.charge, amounts) {
            charge.amount = amounts.amount;
            charge.tax = TaxAmount(amounts.tax);
        }
    }
    Ok(reckoned.totals)
}

fn reckon(trade: &Trade<'_>, lines: &[PlannedLine], context: &Context<'_>) -> Result<amounts::Reckoned, Parked> {
    let inputs: Vec<Option<LineInput>> = lines
        .iter()
        .map(|line| {
            line.charge.as_ref().map(|charge| LineInput {
                quantity: charge.quantity,
                unit_price: charge.unit_price,
                discount: charge.discount,
                tax_rate: charge.tax_rate,
            })
        })
        .collect();
    amounts::reckon(&inputs, trade.tax_mode, trade.currency, &context.capabilities.amounts).map_err(|error| {
        let reason = format!("{} {:?} cannot be reckoned", trade.kind, trade.number);
        Parked::new(Code::Invalid, reason).with_issues([error.issue()])
    })
}

/// The explicit line that carries a rounding difference (F97). It has no tax: the tax is what differs.
fn rounding_line(
    amount: rust_decimal::Decimal,
    trade: &Trade<'_>,
    context: &Context<'_>,
) -> Result<PlannedLine, Parked> {
    let missing = |code, what: &str| {
        Parked::new(
            code,
            format!("{} {:?}: a rounding line of {amount} is needed, but {what}", trade.kind, trade.number),
        )
    };
    let account = context.settings.accounts.rounding.as_ref();
    let account = account.ok_or_else(|| missing(Code::AccountMissing, "no rounding account is set"))?;
    let account = resolve_account(account, "accounts.rounding", trade.number, trade.kind, context)?;
    let tax_code = match trade.tax_mode {
        TaxMode::NoTax => String::new(),
        TaxMode::Exclusive | TaxMode::Inclusive => context
            .catalogue
            .untaxed()
            .ok_or_else(|| missing(Code::TaxUnmapped, "the package has no tax code of 0 % in use"))?
            .code
            .clone(),
    };
    Ok(PlannedLine {
        remote: None,
        description: "Rounding".to_owned(),
        charge: Some(Charge {
            quantity: Quantity(rust_decimal::Decimal::ONE),
            unit_price: UnitPrice(amount),
            discount: None::<Discount>,
            item_code: None,
            account,
            tax_code,
            tax_rate: rust_decimal::Decimal::ZERO,
            amount,
            tax: TaxAmount::default(),
            jobs: Vec::new(),
        }),
    })
}

/// An account that lines may use.
pub(super) fn resolve_account(
    code: &str,
    path: &str,
    label: &str,
    kind: RecordKind,
    context: &Context<'_>,
) -> Result<String, Parked> {
    let complaint = match context.catalogue.account(code) {
        None => format!("account {code:?} is not in {}", context.package),
        Some(account) if !account.active => {
            format!("account {code:?} ({}) is archived in {}", account.name, context.package)
        }
        Some(account) if !account.usable_on_lines => {
            format!("account {code:?} ({}) cannot be used on lines of documents", account.name)
        }
        Some(_) => return Ok(code.to_owned()),
    };
    let reason = format!("{kind} {label:?}: {complaint}");
    Err(Parked::new(Code::AccountUnusable, reason).with_issues([Issue::new(path, complaint)]))
}

/// The tax code of a term: mapped by the settings, or itself a code of the package. Nothing is guessed (F44, F45).
pub(super) fn resolve_tax<'a>(
    term: Option<&str>,
    purchase: bool,
    path: &str,
    label: &str,
    kind: RecordKind,
    context: &Context<'a>,
) -> Result<&'a TaxCode, Parked> {
    let settings = context.settings;
    let side = |codes: &'a crate::settings::TaxCodes| {
        if purchase { codes.purchases.as_deref() } else { codes.sales.as_deref() }
    };
    let complaint = match term {
        Some(term) => match settings.taxes.get(term).and_then(side) {
            Some(code) => match context.catalogue.tax_code(code) {
                Some(tax) if tax.active => return Ok(tax),
                _ => format!("tax term {term:?} is mapped to {code:?}, which {} does not have in use", context.package),
            },
            None => match context.catalogue.tax_code(term) {
                Some(tax) if tax.active => return Ok(tax),
                _ => format!("tax term {term:?} is not mapped to a tax code of {}", context.package),
            },
        },
        None => match side(&settings.default_tax) {
            Some(code) => match context.catalogue.tax_code(code) {
                Some(tax) if tax.active => return Ok(tax),
                _ => format!("the default tax code {code:?} is not in use in {}", context.package),
            },
            None => "no tax is named and the settings have no default".to_owned(),
        },
    };
    let reason = format!("{kind} {label:?}: {complaint}");
    Err(Parked::new(Code::TaxUnmapped, reason).with_issues([Issue::new(path, complaint)]))
}

fn fits(
    tax: &TaxCode,
    class: Option<AccountClass>,
    account: &str,
    path: &str,
    trade: &Trade<'_>,
) -> Result<(), Parked> {
    let allowed = tax.account_classes.is_empty() || class.is_none_or(|class| tax.account_classes.contains(&class));
    if allowed {
        return Ok(());
    }
    let complaint = format!("tax code {:?} ({}) may not stand beside account {account:?}", tax.code, tax.name);
    let reason = format!("{} {:?}: {complaint}", trade.kind, trade.number);
    Err(Parked::new(Code::TaxUnmapped, reason).with_issues([Issue::new(path, complaint)]))
}

/// The text line with the host's own number: of the document, or of its parent where that is what people look for (F50,
/// F53, F56, F60, F63).
fn host_number_line(record: &Record, trade: &Trade<'_>, context: &Context<'_>) -> Option<PlannedLine> {
    let setting = &context.settings.host_number_line;
    if !setting.enabled {
        return None;
    }
    let (kind, number) = match record {
        Record::Invoice(invoice) => match &invoice.order {
            Some(order) => (RecordKind::Order, parent_number(RecordKind::Order, order, context)),
            None => (trade.kind, trade.number.to_owned()),
        },
        Record::Bill(bill) => match &bill.purchase_order {
            Some(order) => (RecordKind::PurchaseOrder, parent_number(RecordKind::PurchaseOrder, order, context)),
            None => (trade.kind, trade.number.to_owned()),
        },
        _ => (trade.kind, trade.number.to_owned()),
    };
    let text = format!("{} {} {number}", setting.host_name, kind.label());
    let mut text = text.trim().to_owned();
    if let Some(first) = text.get(..1).map(str::to_uppercase) {
        text.replace_range(..1, &first);
    }
    Some(PlannedLine { remote: None, description: text, charge: None })
}

fn parent_number(kind: RecordKind, id: &crate::ids::LocalId, context: &Context<'_>) -> String {
    let key = RecordKey::new(kind, id.clone());
    let owned = context.settings.number_owner(kind) == NumberOwner::Host;
    let linked = context.link(&key).filter(|_| owned).and_then(|link| link.number.clone());
    linked.unwrap_or_else(|| id.to_string())
}

/// The reference field that the settings choose, cut to what the package takes (F94).
fn reference_text(trade: &Trade<'_>, context: &Context<'_>) -> Option<String> {
    let references = trade.references;
    let text = match context.settings.reference {
        ReferenceField::None => None,
        ReferenceField::JobNumber => references.job_number.as_ref(),
        ReferenceField::PurchaseOrderNumber => references.purchase_order_number.as_ref(),
        ReferenceField::SiteAddress => references.site_address.as_ref(),
        ReferenceField::WorkOrderNumber => references.work_order_number.as_ref(),
    }?;
    let limit = context.capabilities.of(trade.kind).map_or(0, |capability| capability.reference_text);
    (limit > 0).then(|| text.chars().take(limit).collect())
}

fn quote_text(record: &Record, text: impl Fn(&crate::model::Quote) -> Option<&String>) -> Option<String> {
    match record {
        Record::Quote(quote) => text(quote).cloned(),
        _ => None,
    }
}

/// Whether a stage of a quote can follow another without going back.
pub(super) fn quote_advances(from: QuoteStage, to: QuoteStage) -> bool {
    let rank = |stage| match stage {
        QuoteStage::Draft => 0,
        QuoteStage::Sent => 1,
        QuoteStage::Accepted | QuoteStage::Declined => 2,
    };
    rank(to) > rank(from)
}
