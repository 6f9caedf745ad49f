//! Rules that every posted transaction obeys: dates, categories, and what must be reversed (myob.md 4, 12.3).

use super::errors::{self, Fault};
use super::record::Record;
use super::settings::CategoryTracking;
use super::shelf::Row;
use super::{Books, Context};
use crate::myob::switches::{LockDay, LockError};
use chrono::NaiveDate;

impl Books {
    /// No locked day, and none before the books begin (myob.md 6).
    pub(super) fn check_date(&self, day: Option<NaiveDate>, ctx: &Context<'_>) -> Result<(), Fault> {
        let Some(day) = day else { return Ok(()) };
        if day < self.settings.beginning {
            return Err(Fault::of("DatePriorToBeginningOfFinancialYear", "Date"));
        }
        let Some(lock) = self.settings.lock_before else { return Ok(()) };
        let locked = match ctx.switches.lock_day {
            LockDay::Included => day <= lock,
            LockDay::Excluded => day < lock,
        };
        let fault = || match ctx.switches.lock_error {
            LockError::BusinessEvent => {
                Fault::of("BusinessEvent_DateOccurred_InLockPeriod", "DateOccurred:(SaleEvent)")
            }
            LockError::DateInLockPeriod => Fault::of("DateInLockPeriod", "Date"),
        };
        if locked { Err(fault()) } else { Ok(()) }
    }

    /// Every document has a category where the file asks for it (myob.md 3.3).
    pub(super) fn check_category(&self, body: &Record) -> Result<(), Fault> {
        let required = self.settings.category_tracking == CategoryTracking::OnAndRequired;
        if required && body.shape().position("Category").is_some() && body.link("Category").is_none() {
            return Err(Fault::of("CategoryRequired", "CategoryId:(SaleEvent)"));
        }
        Ok(())
    }

    /// A posted transaction may go while its day is open and nothing says that it must be reversed (myob.md 4).
    pub(super) fn check_reversible(&self, row: &Row, ctx: &Context<'_>) -> Result<(), Fault> {
        if self.settings.must_reverse {
            return Err(Fault::of("TransactionsCannotBeDeleted", row.table.path()));
        }
        self.check_date(row.body.day("Date"), ctx)
    }

    /// An account that money can stand in (myob.md 3.6).
    pub(super) fn check_money_account(&self, body: &Record, member: &str) -> Result<(), Fault> {
        let Some(account) = body.link(member).and_then(|uid| self.find(uid)) else { return Ok(()) };
        if account.body.flag("IsHeader") {
            return Err(Fault::of("AccountHeaderNotAllowed", member));
        }
        let undeposited = account.uid == self.settings.undeposited;
        if !undeposited && !matches!(account.body.text("Type"), Some("Bank" | "CreditCard")) {
            let message = format!(
                "{} is not an account that money is kept in",
                account.body.text("DisplayID").unwrap_or_default()
            );
            return Err(Fault::of("JournalLine_InvalidAccount", member).saying(message));
        }
        let to_undeposited =
            body.shape().position("DepositTo").is_some() && body.text("DepositTo") == Some("UndepositedFunds");
        if to_undeposited && !undeposited {
            return Err(Fault::of("DepositToAccountMismatch", member));
        }
        Ok(())
    }

    /// Rows of a list that others use stay (myob.md 3.1, 3.2).
    pub(super) fn check_list_deletion(&self, row: &Row) -> Result<(), Fault> {
        use super::table::Table;
        let used = self.derived.uses(row.uid) > 0;
        match row.table {
            Table::Item if used => Err(Fault::of("ItemLinkedToSales", row.number())),
            Table::Item if !self.derived.stock(row.uid).on_hand.is_zero() => {
                Err(Fault::of("ItemWithInventory", row.number()))
            }
            _ if used => Err(errors::invalid(
                row.table.path(),
                format!("{} is used by other records; make it inactive", row.name()),
            )),
            _ => Ok(()),
        }
    }
}
