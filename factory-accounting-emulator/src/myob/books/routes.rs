//! What stands at which path, and which verbs it takes (myob.md 3.0). Paths are in lower case when they arrive here.

use super::payment;
use super::table::{Form, Table};
use uuid::Uuid;

/// Where a call goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Company,
    Preferences,
    /// All cards.
    Contacts,
    /// All layouts of one form.
    Union(Form),
    Rows(Table),
    Row(Table, Uuid),
    /// The place of an id, and none in it.
    NoRow(Table),
    Attachments(Table, Uuid),
    Attachment(Table, Uuid, Uuid),
    /// In the real service, and not here.
    Unmodelled(&'static str),
}

type Verbs = &'static [&'static str];

const READ: Verbs = &["GET"];
const REVISE: Verbs = &["GET", "PUT"];
const ENTER: Verbs = &["GET", "POST"];
const RUN: Verbs = &["POST"];
const ALL: Verbs = &["GET", "POST", "PUT", "DELETE"];
const PHOTO: Verbs = &["GET", "PUT", "DELETE"];
/// Payments but those to suppliers are changed by deleting them and posting others (myob.md 3.0, 3.6).
const ROW_NO_PUT: Verbs = &["GET", "DELETE"];
const ROW: Verbs = &["GET", "PUT", "DELETE"];

/// Paths of the route table that the books do not serve; a longer path below one of them is the same.
const UNMODELLED: [(&str, Verbs); 27] = [
    ("Company/FormTemplate", READ),
    ("Company/CustomList", READ),
    ("Inventory/Location", ALL),
    ("Inventory/Adjustment", ALL),
    ("Inventory/Build", ALL),
    ("Inventory/ItemPriceMatrix", REVISE),
    ("Inventory/PriceLevelDetail", READ),
    ("GeneralLedger/GeneralJournal", ALL),
    ("GeneralLedger/AccountBudget", REVISE),
    ("GeneralLedger/JobBudget", REVISE),
    ("GeneralLedger/LinkedAccount", REVISE),
    ("GeneralLedger/Currency", READ),
    ("GeneralLedger/AccountRegister", READ),
    ("GeneralLedger/JobRegister", READ),
    ("GeneralLedger/CategoryRegister", READ),
    ("GeneralLedger/JournalTransaction", READ),
    ("GeneralLedger/AccountingProperties", READ),
    ("Sale/CustomerPayment/RecordWithDiscountsAndFees", RUN),
    ("Sale/CustomerPayment/CalculateDiscountsFees", RUN),
    ("Banking/BankAccount", READ),
    ("Banking/Statement", READ),
    ("Report/ProfitAndLossSummary", READ),
    ("Report/BalanceSheetSummary", READ),
    ("Report/TaxCodeSummary", READ),
    ("Report/PayrollCategorySummary", READ),
    ("Report/GST/NZGSTReport", READ),
    ("Report/JournalTransactionHistory", READ),
];

/// What the root of a company file lists, in the case in which MYOB writes it.
pub(super) const RESOURCES: [&str; 49] = [
    "Company",
    "Company/Preferences",
    "Contact",
    "Contact/Customer",
    "Contact/Supplier",
    "Contact/Employee",
    "Contact/Personal",
    "Inventory/Item",
    "GeneralLedger/Account",
    "GeneralLedger/TaxCode",
    "GeneralLedger/Job",
    "GeneralLedger/Category",
    "Sale/Quote",
    "Sale/Quote/Item",
    "Sale/Quote/Service",
    "Sale/Quote/Professional",
    "Sale/Quote/Miscellaneous",
    "Sale/Quote/TimeBilling",
    "Sale/Order",
    "Sale/Order/Item",
    "Sale/Order/Service",
    "Sale/Order/Professional",
    "Sale/Order/Miscellaneous",
    "Sale/Order/TimeBilling",
    "Sale/Invoice",
    "Sale/Invoice/Item",
    "Sale/Invoice/Service",
    "Sale/Invoice/Professional",
    "Sale/Invoice/Miscellaneous",
    "Sale/Invoice/TimeBilling",
    "Sale/CustomerPayment",
    "Sale/CreditSettlement",
    "Sale/CreditRefund",
    "Purchase/Order",
    "Purchase/Order/Item",
    "Purchase/Order/Service",
    "Purchase/Order/Professional",
    "Purchase/Order/Miscellaneous",
    "Purchase/Bill",
    "Purchase/Bill/Item",
    "Purchase/Bill/Service",
    "Purchase/Bill/Professional",
    "Purchase/Bill/Miscellaneous",
    "Purchase/SupplierPayment",
    "Purchase/DebitSettlement",
    "Purchase/DebitRefund",
    "Banking/SpendMoneyTxn",
    "Banking/ReceiveMoneyTxn",
    "Banking/TransferMoneyTxn",
];

/// The route of a path, with its verbs; none for a path that the table does not have.
pub(super) fn of(path: &[String]) -> Option<(Route, Verbs)> {
    let words: Vec<&str> = path.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["company"] => return Some((Route::Company, READ)),
        ["company", "preferences"] => return Some((Route::Preferences, READ)),
        ["contact"] => return Some((Route::Contacts, READ)),
        [group, form] => {
            let path = format!("{group}/{form}");
            let form = Form::ALL.into_iter().find(|form| form.path().eq_ignore_ascii_case(&path));
            if let Some(form) = form {
                return Some((Route::Union(form), READ));
            }
        }
        _ => {}
    }
    unmodelled(&words).or_else(|| rows(&words))
}

fn unmodelled(words: &[&str]) -> Option<(Route, Verbs)> {
    let path = words.join("/");
    let below = |known: &str| {
        path.get(..known.len()).is_some_and(|head| head.eq_ignore_ascii_case(known))
            && matches!(path.as_bytes().get(known.len()), None | Some(b'/'))
    };
    let found = UNMODELLED.iter().find(|(known, _)| below(known));
    if let Some((known, verbs)) = found {
        return Some((Route::Unmodelled(known), verbs));
    }
    match words {
        ["payroll", _, ..] => Some((Route::Unmodelled("payroll"), ALL)),
        ["timebilling", _, ..] => Some((Route::Unmodelled("time billing"), ALL)),
        _ => None,
    }
}

/// Rows of a collection, one row, or what hangs on it.
fn rows(words: &[&str]) -> Option<(Route, Verbs)> {
    let (table, rest) = [3, 2].into_iter().find_map(|length| {
        let (path, rest) = words.split_at_checked(length)?;
        Some((Table::at(&path.join("/"))?, rest))
    })?;
    let changes = !payment::is_payment(table) || table == Table::SupplierPayment;
    match rest {
        [] => Some((Route::Rows(table), ENTER)),
        [uid] => {
            let route = Uuid::parse_str(uid).map_or(Route::NoRow(table), |uid| Route::Row(table, uid));
            Some((route, if changes { ROW } else { ROW_NO_PUT }))
        }
        [uid, part] => {
            let uid = Uuid::parse_str(uid).ok()?;
            match *part {
                "attachment" if may_have_attachments(table) => Some((Route::Attachments(table, uid), ENTER)),
                "photo" if table.is_card() || table == Table::Item => Some((Route::Unmodelled("photos"), PHOTO)),
                "email" if matches!(table.form(), Some(Form::Quote | Form::Invoice)) => {
                    Some((Route::Unmodelled("e-mailing of documents"), RUN))
                }
                _ => None,
            }
        }
        [uid, "attachment", attachment] if may_have_attachments(table) => {
            let (uid, attachment) = (Uuid::parse_str(uid).ok()?, Uuid::parse_str(attachment).ok()?);
            Some((Route::Attachment(table, uid, attachment), ROW_NO_PUT))
        }
        _ => None,
    }
}

/// Sales may have them, which nobody has said (myob.md 13.10).
fn may_have_attachments(table: Table) -> bool {
    table.has_attachments() || table.form().is_some_and(Form::is_sale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(path: &str) -> Option<(Route, Verbs)> {
        of(&path.split('/').map(str::to_lowercase).collect::<Vec<_>>())
    }

    #[test]
    fn every_listed_resource_is_a_route_that_can_be_read() {
        for path in RESOURCES {
            assert!(route(path).is_some_and(|(_, verbs)| verbs.contains(&"GET")), "{path}");
        }
        assert_eq!(route("Sale/Invoices"), None);
        assert_eq!(route("Purchase/PaymentTxn"), None, "myob.md 1.3");
    }

    #[test]
    fn of_payments_and_settlements_only_those_to_suppliers_are_put() {
        let uid = Uuid::nil();
        for path in ["Sale/CustomerPayment", "Sale/CreditSettlement", "Purchase/DebitRefund"] {
            let (_, verbs) = route(&format!("{path}/{uid}")).expect("a route");
            assert_eq!(verbs, ["GET", "DELETE"], "{path}");
        }
        assert!(route(&format!("Purchase/SupplierPayment/{uid}")).is_some_and(|(_, verbs)| verbs.contains(&"PUT")));
        assert!(route(&format!("Sale/Invoice/Item/{uid}")).is_some_and(|(_, verbs)| verbs.contains(&"PUT")));
    }

    #[test]
    fn what_hangs_on_a_row_is_known_where_it_exists() {
        let uid = Uuid::nil();
        let at = |path: &str| route(path).map(|(route, _)| route);
        assert_eq!(
            at(&format!("Purchase/Bill/Service/{uid}/Attachment")),
            Some(Route::Attachments(Table::at("Purchase/Bill/Service").expect("a table"), uid))
        );
        assert_eq!(at(&format!("Purchase/Order/Service/{uid}/Attachment")), None);
        assert_eq!(at(&format!("Contact/Customer/{uid}/Photo")), Some(Route::Unmodelled("photos")));
        assert_eq!(at("Contact/Customer/nonsense"), Some(Route::NoRow(Table::Customer)));
        assert_eq!(at("Report/TaxCodeSummary"), Some(Route::Unmodelled("Report/TaxCodeSummary")));
        assert_eq!(at("Payroll/Wage/x"), Some(Route::Unmodelled("payroll")));
    }
}
