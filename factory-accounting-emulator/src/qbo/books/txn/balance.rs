//! What customers and vendors owe or are owed: the sum of their open transactions (qbo.md 5.3, 5.4).

use crate::qbo::books::Books;
use crate::qbo::books::entity::Entity;
use crate::qbo::books::ids::Id;
use crate::qbo::books::record::Record;
use rust_decimal::Decimal;

/// Whose balance a transaction moves, and by how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OpenAmount {
    party: (Entity, Id),
    amount: Decimal,
}

/// What a transaction leaves open; none for one that moves no balance.
pub(super) fn open_amount(entity: Entity, body: &Record) -> Option<OpenAmount> {
    let (party, member, amount) = match entity {
        Entity::Invoice => (Entity::Customer, "CustomerRef", body.amount("Balance")),
        Entity::CreditMemo => (Entity::Customer, "CustomerRef", -body.amount("Balance")),
        Entity::Payment => (Entity::Customer, "CustomerRef", -body.amount("UnappliedAmt")),
        Entity::Bill => (Entity::Vendor, "VendorRef", body.amount("Balance")),
        Entity::VendorCredit => (Entity::Vendor, "VendorRef", -body.amount("Balance")),
        _ => return None,
    };
    Some(OpenAmount { party: (party, body.target(member)?), amount })
}

impl Books {
    /// Takes one open amount out of its party's balance and puts another into its own.
    pub(super) fn shift_balances(&mut self, before: Option<OpenAmount>, after: Option<OpenAmount>) {
        if before == after {
            return;
        }
        if let Some(before) = before {
            self.shift_balance(before.party, -before.amount);
        }
        if let Some(after) = after {
            self.shift_balance(after.party, after.amount);
        }
    }

    /// A job's balance counts in BalanceWithJobs of everything above it (qbo.md 5.3).
    fn shift_balance(&mut self, (entity, id): (Entity, Id), by: Decimal) {
        if by.is_zero() {
            return;
        }
        self.adjust(entity, id, |body| body.set("Balance", body.amount("Balance") + by));
        let mut above = (entity == Entity::Customer).then_some(id);
        // The hierarchy is at most five levels deep (qbo.md 5.3).
        for _ in 0..5 {
            let Some(id) = above else { return };
            self.adjust(entity, id, |body| body.set("BalanceWithJobs", body.amount("BalanceWithJobs") + by));
            above = self.get(entity, id).and_then(|row| row.body.target("ParentRef"));
        }
    }
}
