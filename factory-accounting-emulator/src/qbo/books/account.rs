//! The chart of accounts (qbo.md 5.6).

use super::entity::Entity;
use super::errors::{self, Fault};
use super::shape::{Field, Shape};
use super::tree::Tree;
use super::write::Draft;
use super::{Books, Context, Country};
use rust_decimal::Decimal;

pub(super) static ACCOUNT: Shape = Shape::new(
    "Account",
    &[
        Field::name("Name", 100).sortable(),
        Field::flag("SubAccount").filterable(),
        Field::reference("ParentRef", &[Entity::Account]),
        Field::text("Description", 4000).sortable(),
        Field::text("FullyQualifiedName", 4000).read_only().sortable(),
        Field::flag("Active").filterable(),
        Field::word("Classification", &["Asset", "Equity", "Expense", "Liability", "Revenue"]).read_only().sortable(),
        Field::word("AccountType", &TYPE_NAMES).sortable(),
        Field::text("AccountSubType", 100).sortable(),
        Field::text("AcctNum", 20).sortable(),
        Field::decimal("CurrentBalance").read_only().sortable(),
        Field::decimal("CurrentBalanceWithSubAccounts").read_only(),
        Field::currency("CurrencyRef"),
        Field::reference("TaxCodeRef", &[Entity::TaxCode]),
    ],
);

/// Type, classification and the subtype that a new account gets when it names none (qbo.md 5.6).
const TYPES: [(&str, &str, &str); 16] = [
    ("Bank", "Asset", "Checking"),
    ("Accounts Receivable", "Asset", "AccountsReceivable"),
    ("Other Current Asset", "Asset", "OtherCurrentAssets"),
    ("Fixed Asset", "Asset", "OtherFixedAssets"),
    ("Other Asset", "Asset", "OtherLongTermAssets"),
    ("Accounts Payable", "Liability", "AccountsPayable"),
    ("Credit Card", "Liability", "CreditCard"),
    ("Other Current Liability", "Liability", "OtherCurrentLiabilities"),
    ("Long Term Liability", "Liability", "OtherLongTermLiabilities"),
    ("Equity", "Equity", "OpeningBalanceEquity"),
    ("Income", "Revenue", "SalesOfProductIncome"),
    ("Cost of Goods Sold", "Expense", "SuppliesMaterialsCogs"),
    ("Expense", "Expense", "OtherMiscellaneousServiceCost"),
    ("Other Income", "Revenue", "OtherMiscellaneousIncome"),
    ("Other Expense", "Expense", "OtherMiscellaneousExpense"),
    ("Non-Posting", "Equity", "OpeningBalanceEquity"),
];

/// The words of AccountType, in the order of [`TYPES`].
const TYPE_NAMES: [&str; 16] = {
    let mut names = [""; 16];
    let mut at = 0;
    while at < TYPES.len() {
        names[at] = TYPES[at].0;
        at += 1;
    }
    names
};

/// Subtypes by which an account may be made without its type.
const SUBTYPES: [(&str, &str); 9] = [
    ("UndepositedFunds", "Other Current Asset"),
    ("Inventory", "Other Current Asset"),
    ("Savings", "Bank"),
    ("CashOnHand", "Bank"),
    ("ServiceFeeIncome", "Income"),
    ("DiscountsRefundsGiven", "Income"),
    ("CostOfLabor", "Cost of Goods Sold"),
    ("GlobalTaxPayable", "Other Current Liability"),
    ("SalesTaxPayable", "Other Current Liability"),
];

const ACCOUNTS: Tree = Tree { name: "Name", flag: "SubAccount", leveled: false };

impl Books {
    pub(super) fn check_account(&mut self, draft: &mut Draft, _ctx: &Context<'_>) -> Result<(), Fault> {
        // A sparse update names the account and its type again (qbo.md 5.0).
        if !draft.is_new() && draft.input.sparse {
            for member in ["Name", "AccountType"] {
                if !draft.input.sent(member) {
                    return Err(errors::required(member));
                }
            }
        }
        let name = draft.body.text("Name").ok_or_else(|| errors::required("Name"))?;
        if name.contains('"') {
            return Err(Fault::of(2040, format!("Element contains invalid characters : {name}")).on("Name"));
        }
        let digits = if matches!(self.country, Country::Us | Country::Gb) { 7 } else { 20 };
        if let Some(number) = draft.body.text("AcctNum").filter(|number| number.chars().count() > digits) {
            return Err(errors::length("AcctNum", digits, number.chars().count()));
        }
        let (kind, class, subtype) = account_type(draft)?;
        draft.body.set("AccountType", kind);
        draft.body.set("Classification", class);
        draft.body.set_default("AccountSubType", subtype);
        draft.body.set_default("Active", true);
        draft.body.set_default("CurrentBalance", Decimal::ZERO);
        draft.body.set_default("CurrentBalanceWithSubAccounts", Decimal::ZERO);
        let home = self.country.currency();
        match draft.body.text("CurrencyRef") {
            Some(code) if code != home => return Err(errors::gap(&format!("multicurrency: an account in {code}"))),
            _ => draft.body.set("CurrencyRef", home),
        }
        self.check_unique_in_parent(draft)?;
        self.place(draft, &ACCOUNTS)
    }
}

/// By the type, or by the subtype where only that was sent; 6010 without either.
fn account_type(draft: &Draft) -> Result<(&'static str, &'static str, &'static str), Fault> {
    let by_name = |name: &str| TYPES.into_iter().find(|entry| entry.0 == name);
    if let Some(entry) = draft.body.text("AccountType").and_then(by_name) {
        return Ok(entry);
    }
    let missing = "Either an Account.AccountType or an Account.AccountSubType must be specified";
    let subtype = draft.body.text("AccountSubType").ok_or_else(|| Fault::of(6010, missing))?;
    let own = TYPES.into_iter().find(|entry| entry.2 == subtype);
    let listed = SUBTYPES.into_iter().find(|entry| entry.0 == subtype).and_then(|entry| by_name(entry.1));
    own.or(listed).ok_or_else(|| errors::enumeration("AccountSubType", subtype))
}
