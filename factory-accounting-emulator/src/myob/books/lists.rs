//! Accounts, tax codes, jobs and categories (myob.md 3.3).

use super::Books;
use super::errors::{self, Fault, Missing};
use super::record::Record;
use super::save::Draft;
use super::shapes::lists::CLASSES;
use super::shelf::Row;
use super::table::Table;
use rust_decimal::Decimal;
use std::sync::Arc;

pub(super) fn require(draft: &Draft, missing: &mut Missing) {
    let body = &draft.body;
    match draft.table {
        Table::Account => {
            missing.need(body.filled("Name").is_some(), "Name");
            missing.need(body.number("Number").is_some(), "Number");
            missing.need(body.has("Type") || body.flag("IsHeader") && body.has("Classification"), "Type");
        }
        Table::TaxCode => {
            missing.need(body.filled("Code").is_some(), "Code");
            missing.need(body.has("Type"), "Type");
        }
        Table::Job => missing.need(body.filled("Number").is_some(), "Number"),
        _ => missing.need(body.filled("DisplayID").is_some(), "DisplayID"),
    }
}

impl Books {
    pub(super) fn check_list(&mut self, draft: &mut Draft) -> Result<(), Fault> {
        match draft.table {
            Table::Account => self.check_account(draft)?,
            Table::TaxCode => check_rate(&mut draft.body)?,
            Table::Job => self.check_parent(draft, "ParentJob", "IsHeader")?,
            _ => {}
        }
        if draft.table != Table::TaxCode {
            draft.body.set_default("IsActive", true);
        }
        let member = draft.table.number_member();
        let number = draft.body.text(member).unwrap_or_default();
        if self.shelf(draft.table).find(member, number).any(|row| row.uid != draft.uid) {
            return Err(Fault::of("Duplicate", member).saying(format!("{member} {number} is used already")));
        }
        Ok(())
    }

    /// `4-1100` follows from the class and the number (myob.md 3.3).
    fn check_account(&mut self, draft: &mut Draft) -> Result<(), Fault> {
        let body = &mut draft.body;
        let class = body.text("Type").map(class_of_type).or(body.text("Classification")).unwrap_or("Asset").to_owned();
        let number = body.amount("Number");
        if number < Decimal::ONE || number > Decimal::from(9999) {
            return Err(errors::invalid("Number", "Number must have one to four digits"));
        }
        let digit = CLASSES.iter().find(|(name, _)| *name == class).map_or('1', |(_, digit)| *digit);
        body.set("DisplayID", format!("{digit}-{number:0>4}"));
        body.set("Classification", class);
        self.check_parent(draft, "ParentAccount", "IsHeader")
    }

    /// Only a header has something below it.
    fn check_parent(&self, draft: &Draft, member: &str, header: &str) -> Result<(), Fault> {
        let parent: Option<&Arc<Row>> = draft.body.link(member).and_then(|uid| self.find(uid));
        match parent {
            Some(parent) if parent.uid == draft.uid || !parent.body.flag(header) => {
                Err(errors::invalid(member, format!("{member} must be a header")))
            }
            _ => Ok(()),
        }
    }
}

fn class_of_type(kind: &str) -> &'static str {
    match kind {
        "CreditCard" | "AccountsPayable" | "OtherCurrentLiability" | "LongTermLiability" | "OtherLiability" => {
            "Liability"
        }
        "Equity" => "Equity",
        "Income" => "Income",
        "CostOfSales" => "CostOfSales",
        "Expense" => "Expense",
        "OtherIncome" => "OtherIncome",
        "OtherExpense" => "OtherExpense",
        _ => "Asset",
    }
}

fn check_rate(body: &mut Record) -> Result<(), Fault> {
    body.set_default("Rate", Decimal::ZERO);
    if !(Decimal::ZERO..Decimal::ONE_HUNDRED).contains(&body.amount("Rate")) {
        return Err(errors::invalid("Rate", "Rate must be from 0 to less than 100"));
    }
    Ok(())
}
