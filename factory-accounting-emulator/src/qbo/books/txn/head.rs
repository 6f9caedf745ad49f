//! The head of every transaction: dates, closed books, currency, classes (qbo.md 5.0, 5.9).

use crate::qbo::books::entity::Entity;
use crate::qbo::books::errors::{self, Fault};
use crate::qbo::books::record::Record;
use crate::qbo::books::write::Draft;
use crate::qbo::books::{Books, Context};
use crate::qbo::switches::ClassWithoutTracking;
use chrono::NaiveDate;
use rust_decimal::Decimal;

const CLOSED: &str = "The account period has closed and the account books cannot be updated through the QBO Services API. Please use the QBO website to make these changes.";
const DEPOSITED: &str = "Deposited Transaction cannot be changed: If you want to modify or delete it, you must edit the deposit it appears on and remove it first.";

impl Books {
    pub(super) fn check_head(&self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        required(draft)?;
        if let Some(stored) = draft.stored() {
            self.refuse_deposited(stored)?;
            self.check_open_period(draft.entity, stored.date("TxnDate"))?;
        }
        draft.body.set_default("TxnDate", self.today(ctx.now));
        self.check_open_period(draft.entity, draft.body.date("TxnDate"))?;
        self.check_txn_currency(draft)?;
        self.check_class_use(&mut draft.body, "ClassTrackingPerTxn", ctx)
    }

    /// 6200 for a posting transaction on or before the day up to which the books are closed (qbo.md 11).
    pub(super) fn check_open_period(&self, entity: Entity, date: Option<NaiveDate>) -> Result<(), Fault> {
        let posts = !matches!(entity, Entity::Estimate | Entity::PurchaseOrder);
        match (self.close_date(), date) {
            (Some(closed), Some(date)) if posts && date <= closed => Err(Fault::of(6200, CLOSED).on("TxnDate")),
            _ => Ok(()),
        }
    }

    /// 6540 for what stands in a deposit (qbo.md 5.16, 11).
    pub(super) fn refuse_deposited(&self, body: &Record) -> Result<(), Fault> {
        let deposited = body.list("LinkedTxn").iter().any(|link| link.text("TxnType") == Some("Deposit"));
        if deposited { Err(Fault::of(6540, DEPOSITED)) } else { Ok(()) }
    }

    /// Documents are in the home currency; a company with several currencies keeps a rate beside it (qbo.md 5.0).
    fn check_txn_currency(&self, draft: &mut Draft) -> Result<(), Fault> {
        let home = self.country.currency();
        let several = self.preference_flag("CurrencyPrefs", "MultiCurrencyEnabled");
        if draft.body.text("CurrencyRef").is_some_and(|currency| currency != home) {
            return Err(if several {
                errors::gap("transactions in a foreign currency")
            } else {
                errors::business(&format!("Multicurrency is off: CurrencyRef must be {home}")).on("CurrencyRef")
            });
        }
        draft.body.set("CurrencyRef", home);
        if several {
            draft.body.set("ExchangeRate", Decimal::ONE);
        } else {
            draft.body.clear("ExchangeRate");
        }
        Ok(())
    }

    /// A class where the company does not track classes (qbo.md 5.9).
    pub(super) fn check_class_use(&self, body: &mut Record, preference: &str, ctx: &Context<'_>) -> Result<(), Fault> {
        let known = body.shape().position("ClassRef").is_some();
        if !known || !body.has("ClassRef") || self.preference_flag("AccountingInfoPrefs", preference) {
            return Ok(());
        }
        match ctx.switches.class_without_tracking {
            ClassWithoutTracking::Refused => {
                Err(errors::business(&format!("{preference} is off: ClassRef cannot be used")).on("ClassRef"))
            }
            ClassWithoutTracking::Dropped => {
                body.clear("ClassRef");
                Ok(())
            }
        }
    }
}

/// What each kind needs (qbo.md 5.9 to 5.20); two members have to come with a sparse update as well (qbo.md 5.0).
fn required(draft: &Draft) -> Result<(), Fault> {
    let (members, again): (&[&'static str], &[&'static str]) = match draft.entity {
        Entity::Estimate | Entity::Invoice | Entity::CreditMemo => (&["CustomerRef", "Line"], &[]),
        Entity::SalesReceipt => (&["Line"], &[]),
        Entity::RefundReceipt => (&["DepositToAccountRef", "Line"], &[]),
        Entity::Payment => (&["CustomerRef", "TotalAmt"], &[]),
        Entity::PurchaseOrder | Entity::VendorCredit => (&["VendorRef", "Line"], &[]),
        Entity::Bill => (&["VendorRef", "Line"], &["VendorRef"]),
        Entity::Purchase => (&["PaymentType", "AccountRef", "Line"], &["PaymentType"]),
        Entity::BillPayment => (&["VendorRef", "TotalAmt", "PayType"], &[]),
        Entity::Deposit => (&["DepositToAccountRef", "Line"], &[]),
        _ => (&[], &[]),
    };
    let empty = |name: &&&str| !draft.body.has(name) || (**name == "Line" && draft.body.list("Line").is_empty());
    let missing = members.iter().find(empty);
    let missing = missing.or_else(|| again.iter().find(|name| !draft.input.body.has(name)));
    missing.map_or(Ok(()), |name| Err(errors::required(name)))
}
