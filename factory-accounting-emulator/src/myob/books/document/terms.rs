//! When a document is due (myob.md 3.1, 3.4). The days are worked out; nothing overrides them.

use crate::myob::books::Books;
use crate::myob::books::errors::{self, Fault};
use crate::myob::books::record::Record;
use crate::myob::books::shape::Kind;
use crate::myob::books::table::Form;
use crate::myob::books::wire::reader::cents;
use chrono::{Datelike, Days, Months, NaiveDate};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// What a client writes of a document's terms.
const WRITTEN: [&str; 5] =
    ["PaymentIsDue", "DiscountDate", "BalanceDueDate", "DiscountForEarlyPayment", "MonthlyChargeForLatePayment"];

impl Books {
    /// The terms that were sent, or else the card's, or else the file's, with their days (myob.md 3.4).
    pub(super) fn work_out_terms(&self, body: &mut Record, form: Form) -> Result<(), Fault> {
        let details = if form.is_sale() { "SellingDetails" } else { "BuyingDetails" };
        let card = body.link(form.party()).and_then(|uid| self.find(uid));
        let of_card = card.and_then(|card| card.body.record(details)?.record("Terms"));
        let Some(Kind::Record(shape)) =
            body.shape().position("Terms").map(|at| body.shape().fields[usize::from(at)].kind)
        else {
            return Ok(());
        };
        let mut terms = Record::new(shape);
        let source = body.record("Terms").or(of_card);
        if source.is_none() {
            terms.set("BalanceDueDate", Decimal::from(self.settings.due_days));
        }
        if let Some(source) = source {
            for name in WRITTEN.into_iter().filter(|name| source.shape().position(name).is_some()) {
                if let Some(node) = source.get(name) {
                    terms.set(name, node.clone());
                }
            }
        }
        terms.set_default("PaymentIsDue", "InAGivenNumberOfDays");
        for name in &WRITTEN[1..] {
            terms.set_default(name, Decimal::ZERO);
        }
        let date = body.day("Date").unwrap_or_default();
        let rule = terms.text("PaymentIsDue").unwrap_or_default().to_owned();
        for (number, day) in [("DiscountDate", "DiscountExpiryDate"), ("BalanceDueDate", "DueDate")] {
            let days = terms.amount(number).to_i64().unwrap_or_default();
            let out_of_range = || Fault::of("Term_Out_Of_Range", format!("Terms.{number}"));
            terms.set(day, due(date, &rule, days).filter(|due| *due >= date).ok_or_else(out_of_range)?);
        }
        if !(Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&terms.amount("DiscountForEarlyPayment")) {
            return Err(errors::invalid("Terms.DiscountForEarlyPayment", "must be from 0 to 100"));
        }
        // A charge is made by a statement run, which nothing here makes.
        terms.set("FinanceCharge", cents(Decimal::ZERO));
        body.set("Terms", terms);
        Ok(())
    }
}

/// The day of a rule; none where it is no day (myob.md 3.1).
fn due(date: NaiveDate, rule: &str, days: i64) -> Option<NaiveDate> {
    let later = |from: NaiveDate| from.checked_add_days(Days::new(u64::try_from(days).ok()?));
    let day_of_month = |month: NaiveDate| {
        let wanted = u32::try_from(days).ok()?.clamp(1, 31);
        (28..=wanted.max(28)).rev().map(|day| day.min(wanted)).find_map(|day| month.with_day(day))
    };
    let first = date.with_day(1)?;
    let next_month = first.checked_add_months(Months::new(1))?;
    match rule {
        "CashOnDelivery" | "Prepaid" => Some(date),
        "OnADayOfTheMonth" => match day_of_month(first)? {
            due if due >= date => Some(due),
            _ => day_of_month(next_month),
        },
        "NumberOfDaysAfterEOM" => later(next_month.pred_opt()?),
        "DayOfMonthAfterEOM" => day_of_month(next_month),
        _ => later(date),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_days_follow_their_rule() {
        let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").expect("a day");
        for (date, rule, days, expected) in [
            ("2026-11-21", "InAGivenNumberOfDays", 30, "2026-12-21"),
            ("2026-11-21", "CashOnDelivery", 30, "2026-11-21"),
            ("2026-11-21", "Prepaid", 0, "2026-11-21"),
            ("2026-11-21", "OnADayOfTheMonth", 25, "2026-11-25"),
            ("2026-11-21", "OnADayOfTheMonth", 20, "2026-12-20"),
            ("2026-11-21", "NumberOfDaysAfterEOM", 14, "2026-12-14"),
            ("2027-01-05", "DayOfMonthAfterEOM", 31, "2027-02-28"),
            ("2027-01-05", "DayOfMonthAfterEOM", 7, "2027-02-07"),
        ] {
            assert_eq!(due(day(date), rule, days), Some(day(expected)), "{date} {rule} {days}");
        }
        assert_eq!(due(day("2026-11-21"), "InAGivenNumberOfDays", -1), None);
        assert_eq!(due(NaiveDate::MAX, "DayOfMonthAfterEOM", 31), None);
    }
}
