//! Documents of trade: party, lines and how they are represented, state and number.

use rust_decimal::Decimal;

use crate::capability::{JobPlace, OrderForm, TaxAuthority};
use crate::code::{Code, Parked};
use crate::error::Issue;
use crate::ids::RemoteId;
use crate::model::{QuoteStage, Record, RecordKey, RecordKind, Trade};
use crate::planned::{Content, PlannedDocument, PlannedLine, TargetStatus};
use crate::provider::ProbeTarget;
use crate::rules;
use crate::settings::{ArrivalStatus, NumberOwner};

use super::charge::{charge_lines, text_line, trace_new};
use super::draft::{Halt, closed_period, linked, target};
use super::reference::reference_text;
use super::totals::{Outlook, total_lines};
use super::trail::Step;
use super::{Context, addressee, header, marks, remainder, shape, source};

pub(super) fn draft_document(record: &Record, context: &Context<'_>) -> Result<(Content, ProbeTarget), Halt> {
    let record = &*remainder::left_of(record, context);
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
    let order_form = match trade.kind {
        RecordKind::Order => Some(context.order_form().ok_or_else(|| no_such_orders(&trade, context))?),
        _ => None,
    };
    let status = arrival(record, order_form, context)?;
    context.trace(format_args!("party"), || Step::books(format!("what {} is linked to", trade.party), &party));
    let party = addressee::stays_with(record, job_of(&trade, context)?.unwrap_or(party), context);
    let mut lines = shape::shaped(record, &trade, charge_lines(record, &trade, context)?, context)?;
    let Outlook { totals, tax_mode, stated_taxes } = total_lines(&trade, &mut lines, context)?;
    let tax_slack = tax_slack(&lines, &trade, context);
    let source = source::tie(record, &mut lines, totals, context);
    lines.extend(shape::below(record, lines.len(), context));
    lines.extend(host_number_line(record, &trade, lines.len(), context));

    // Where there is no reference field to find the document by, the number stays the host's: a bill's is its supplier's.
    let capability = context.capabilities.of(trade.kind);
    let in_reference = in_reference(trade.kind, context);
    let reference = if in_reference {
        context.trace(format_args!("reference"), || Step::host("number", &trade.number));
        Some(trade.number.to_owned())
    } else {
        reference_text(&trade, context)?
    };
    let number = (!in_reference).then(|| trade.number.to_owned());
    trace_number(&trade, number.as_deref(), context);
    let document = PlannedDocument {
        number,
        reference,
        date: trade.date,
        due: trade.due.filter(|_| capability.is_none_or(|capability| capability.due_dates)),
        currency: trade.currency,
        exchange_rate: trade.exchange_rate,
        tax_mode,
        status,
        lines,
        totals,
        tax_authority: context.capabilities.amounts.tax_authority,
        tax_slack,
        stated_taxes,
        source,
        title: quote_text(record, |quote| quote.title.as_ref()),
        summary: quote_text(record, |quote| quote.summary.as_ref()),
        terms: quote_text(record, |quote| quote.terms.as_ref()),
        mark_sent: marks::as_sent(trade.kind, status, capability, context.settings),
        delivery: marks::for_delivery(trade.kind, capability, context.settings),
        party: party.clone(),
    };
    header::trace(record, &trade, &document, context);
    let probe = ProbeTarget {
        party: Some(party),
        date: Some(trade.date),
        in_reference,
        order_form,
        ..target(trade.kind, trade.number.to_owned())
    };
    Ok((Content::Document(Box::new(document)), probe))
}

/// A smallest unit for each line that charges something, where the package keeps to itself where it rounds.
fn tax_slack(lines: &[PlannedLine], trade: &Trade<'_>, context: &Context<'_>) -> Decimal {
    if context.capabilities.amounts.tax_authority != TaxAuthority::WithinTotal {
        return Decimal::ZERO;
    }
    let charges = lines.iter().filter(|line| line.charge.is_some()).count();
    Decimal::new(1, trade.currency.decimals()).saturating_mul(Decimal::from(charges))
}

/// Whether a document's own number travels in its reference, because the package numbers it.
fn in_reference(kind: RecordKind, context: &Context<'_>) -> bool {
    let has_reference = context.capabilities.of(kind).is_some_and(|capability| capability.reference_text > 0);
    has_reference && context.settings.number_owner(kind) == NumberOwner::Package
}

/// How a document of the host is looked for in books that were kept before, whether it could be sent or not; `None` for
/// records that are no documents.
#[must_use]
pub fn probe_target(record: &Record, context: &Context<'_>) -> Option<ProbeTarget> {
    let trade = record.trade()?;
    Some(ProbeTarget {
        party: context.link(&trade.party).map(|link| link.remote.clone()),
        date: Some(trade.date),
        in_reference: in_reference(trade.kind, context),
        order_form: context.order_form().filter(|_| trade.kind == RecordKind::Order),
        ..target(trade.kind, trade.number.to_owned())
    })
}

fn no_such_orders(trade: &Trade<'_>, context: &Context<'_>) -> Parked {
    let form = context.settings.orders_as;
    let reason = match form {
        Some(form) => {
            let offered = context.capabilities.orders;
            format!(
                "order {:?}: {} does not hold orders as {form:?}, but as {offered:?}",
                trade.number, context.package
            )
        }
        None => format!("order {:?}: {} holds no orders", trade.number, context.package),
    };
    Parked::new(Code::Unsupported, reason)
}

/// The job that a sales document is addressed to in place of its customer, where the package keeps jobs there (F37).
fn job_of(trade: &Trade<'_>, context: &Context<'_>) -> Result<Option<RemoteId>, Halt> {
    if trade.kind.is_purchase() || context.capabilities.jobs != JobPlace::SalesParty {
        return Ok(None);
    }
    let jobs = trade.lines.iter().enumerate();
    let mut jobs = jobs.filter_map(|(index, line)| Some((index, line.as_item()?.job.as_ref()?)));
    let path = |index: usize| format!("lines[{index}].job");
    let Some((first, job)) = jobs.next() else { return Ok(None) };
    if let Some((index, other)) = jobs.find(|(_, other)| *other != job) {
        let complaint = format!("its lines belong to the jobs {job} and {other}: {} takes one", context.package);
        let reason = format!("{} {:?}: {complaint}", trade.kind, trade.number);
        return Err(Parked::new(Code::Unsupported, reason).with_issues([Issue::new(path(index), complaint)]).into());
    }
    let key = RecordKey::new(RecordKind::Job, job.clone());
    let job = linked(&key, &path(first), trade.number, trade.kind, context)?;
    context.trace(format_args!("party"), || {
        Step::capability("a sales document is addressed to its job in place of its customer", &job)
    });
    Ok(Some(job))
}

/// The state that a document is to arrive in (F52, F55, F62).
fn arrival(record: &Record, order_form: Option<OrderForm>, context: &Context<'_>) -> Result<TargetStatus, Parked> {
    let arrival = &context.settings.arrival;
    let kind = record.kind();
    let (setting, status) = match record {
        Record::Quote(quote) => {
            let status = TargetStatus::Quote(quote.stage);
            context.trace(format_args!("status"), || Step::host("stage", &quote.stage));
            context.trace(format_args!("status"), || Step::rule("a quote is as far as it has come", &status));
            return Ok(status);
        }
        Record::Order(_) => {
            let status = match order_form {
                Some(OrderForm::AcceptedQuote) => TargetStatus::Quote(QuoteStage::Accepted),
                Some(OrderForm::DraftInvoice) => TargetStatus::Draft,
                _ => TargetStatus::Approved,
            };
            context.trace(format_args!("status"), || Step::capability("the form in which it holds orders", &status));
            return Ok(status);
        }
        Record::Bill(_) => ("arrival.bills", arrival.bills),
        Record::CreditNote(_) => ("arrival.credit_notes", arrival.credit_notes),
        Record::PurchaseOrder(_) => ("arrival.purchase_orders", arrival.purchase_orders),
        _ => ("arrival.invoices", arrival.invoices),
    };
    let status = match status {
        ArrivalStatus::Draft if context.capabilities.of(kind).is_some_and(|capability| !capability.drafts) => {
            let name = record.name();
            let reason = format!(
                "{kind} {name:?} is to arrive as a draft, and {} has none: have it arrive approved (settings, arrival)",
                context.package
            );
            return Err(Parked::new(Code::Unsupported, reason));
        }
        ArrivalStatus::Draft => TargetStatus::Draft,
        ArrivalStatus::Approved => TargetStatus::Approved,
    };
    context.trace(format_args!("status"), || Step::setting(setting, &status));
    Ok(status)
}

fn trace_number(trade: &Trade<'_>, number: Option<&str>, context: &Context<'_>) {
    let path = format_args!("number");
    context.trace(path, || Step::host("number", &trade.number));
    let setting = || format!("numbers.{}", trade.kind.as_str());
    if number.is_none() {
        context.trace(path, || Step::setting(setting(), &number));
    } else if context.settings.number_owner(trade.kind) == NumberOwner::Package {
        context.trace(path, || Step::capability("has no reference field to find the document by", &number));
    }
}

/// The text line with the host's own number: of the document, or of its parent where that is what people look for (F50,
/// F53, F56, F60, F63).
fn host_number_line(record: &Record, trade: &Trade<'_>, index: usize, context: &Context<'_>) -> Option<PlannedLine> {
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
    trace_new(index, context);
    context.trace(format_args!("lines[{index}].description"), || Step::setting("host_number_line", &text));
    Some(text_line(index, text, context))
}

fn parent_number(kind: RecordKind, id: &crate::ids::LocalId, context: &Context<'_>) -> String {
    let key = RecordKey::new(kind, id.clone());
    if let Some(number) = context.lent.number(&key) {
        return number.to_owned();
    }
    let owned = context.settings.number_owner(kind) == NumberOwner::Host;
    let linked = context.link(&key).filter(|_| owned).and_then(|link| link.number.clone());
    linked.unwrap_or_else(|| id.to_string())
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
