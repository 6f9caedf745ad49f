//! Money on a screen, and an order that is billed in parts.

use anyhow::ensure;
use factory_accounting::billing::{Billing, Head, Part, RetentionPolicy};
use factory_accounting::engine::Freshness;
use factory_accounting::model::{Invoice, Order, Record};
use factory_accounting::money::{Rate, Totals};
use factory_accounting::preview::MoneyChange;
use factory_accounting::settings::Occasion;
use rust_decimal::Decimal;

use super::desk::{DAY, DUE};
use super::words::NOTHING;
use super::{Office, show};
use crate::report;

/// An amount with its thousands apart.
pub(super) fn shown(amount: Decimal) -> String {
    report::money(amount)
}

/// What a document comes to, before and after.
pub(super) fn change(change: &MoneyChange) -> anyhow::Result<()> {
    let amount = |totals: Option<Totals>, part: fn(Totals) -> Decimal| {
        totals.map_or_else(|| NOTHING.to_owned(), |totals| shown(part(totals)))
    };
    let row = |name: &str, part| [name.to_owned(), amount(change.before, part), amount(change.after, part)];
    let currency = change.currency.map(|currency| currency.to_string()).unwrap_or_default();
    let rows = [
        row("before tax", |totals| totals.subtotal),
        row("tax", |totals| totals.tax),
        row("total", |totals| totals.total),
    ];
    show::figures([currency.as_str(), "in the books", "then"], &rows, 1)?;
    if let Some(rounding) = change.rounding {
        show::line(format_args!("A line of {} settles a difference of rounding.", shown(rounding)))?;
    }
    Ok(())
}

impl Office {
    /// Two claims on an order, by what is done to date, of which the customer holds a part back; then its release.
    pub(super) async fn bill_in_parts(&self) -> anyhow::Result<()> {
        show::screen("Order SO-7, billed as the work goes on")?;
        let record = self.record(self.desk.stairs())?;
        self.engine.push_on(Occasion::Saved, record.clone()).await?;
        self.send().await?;
        let Record::Order(order) = record else { anyhow::bail!("{} is an order", record.key()) };
        show::line(format_args!("Order: {}", self.standing(&order.key()).await?))?;

        let policy = RetentionPolicy { percent: Rate(Decimal::TEN), most: Some(Rate(Decimal::from(5))), until: None };
        let mut invoices = Vec::new();
        self.bill(&order, &mut invoices, |billing| {
            Ok(billing.by_percentage(Rate(Decimal::from(40)), true)?.retaining(&policy, DAY.parse()?)?)
        })
        .await?;
        self.bill(&order, &mut invoices, |billing| {
            Ok(billing.by_percentage(Rate(Decimal::ONE_HUNDRED), true)?.retaining(&policy, DAY.parse()?)?)
        })
        .await?;
        show::line("A further part of it:")?;
        match Billing::of(&order, &invoices)?.by_amount(Decimal::from(500))?.invoice(head(3)?) {
            Err(refused) => show::item(refused)?,
            Ok(_) => anyhow::bail!("more than the order was billed without anybody's consent"),
        }
        self.bill(&order, &mut invoices, |billing| Ok(billing.release(None)?)).await?;
        let sums = Billing::of(&order, &invoices)?.sums()?;
        ensure!(sums.remaining.is_zero() && sums.retention_open.is_zero(), "all of the order is billed and released");
        let progress = self.engine.order_progress(&order.id).await?;
        show::line(format_args!(
            "Order SO-7: {}; {} of {}.",
            progress.state().label(),
            shown(progress.invoiced),
            shown(progress.ordered)
        ))?;
        Ok(())
    }

    /// Makes the next invoice, shows it, and sends it.
    async fn bill<P>(&self, order: &Order, invoices: &mut Vec<Invoice>, part: P) -> anyhow::Result<()>
    where
        P: for<'b> FnOnce(&'b Billing) -> anyhow::Result<Part<'b>>,
    {
        let billing = Billing::of(order, invoices)?;
        let part = part(&billing)?;
        for warning in part.warnings()? {
            show::item(format_args!("note: {warning}"))?;
        }
        let invoice = part.invoice(head(invoices.len() + 1)?)?;
        show::line(format_args!("Invoice {}:", invoice.number))?;
        for line in invoice.lines.iter().filter_map(|line| line.as_item()) {
            show::item(format_args!(
                "{}: {} × {}",
                line.description,
                line.quantity.0.normalize(),
                shown(line.unit_price.0)
            ))?;
        }
        let record = Record::Invoice(invoice.clone());
        for effect in self.engine.plan(&record, Freshness::Stored).await?.effects {
            show::item(format_args!("and {effect}"))?;
        }
        self.engine.push_on(Occasion::Finalised, record).await?;
        self.send().await?;
        show::item(self.standing(&invoice.key()).await?)?;
        invoices.push(invoice);
        let sums = Billing::of(order, invoices)?.sums()?;
        let rows = [
            ["invoiced to date".to_owned(), shown(sums.invoiced)],
            ["remaining to be invoiced".to_owned(), shown(sums.remaining)],
            ["held back by the customer".to_owned(), shown(sums.retention_open)],
        ];
        Ok(show::figures(["before tax", ""], &rows, 1)?)
    }
}

fn head(number: usize) -> anyhow::Result<Head> {
    let id = format!("f-7-{number}");
    let due = Some(DUE.parse()?);
    Ok(Head { due, ..Head::new(id.as_str(), format!("F-107{number}"), DAY.parse()?) })
}
