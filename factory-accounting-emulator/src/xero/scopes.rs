//! Which resources there are, and which scopes open them (xero.md 1.7, 4.1).

use http::Method;

use crate::xero::config::ScopeModel;
use crate::xero::switches::ItemsScope;

/// Resources of the Accounting API and the scope family that opens each. What the books do not model they refuse
/// themselves, loudly; what is not here is unknown to Xero.
const RESOURCES: &[(&str, &str)] = &[
    ("accounts", SETTINGS),
    ("banktransactions", "accounting.banktransactions"),
    ("banktransfers", "accounting.banktransactions"),
    ("batchpayments", "accounting.payments"),
    ("brandingthemes", SETTINGS),
    ("budgets", "accounting.budgets"),
    ("contactgroups", "accounting.contacts"),
    ("contacts", "accounting.contacts"),
    ("creditnotes", INVOICES),
    ("currencies", SETTINGS),
    ("invoicereminders", SETTINGS),
    ("invoices", INVOICES),
    ("items", SETTINGS),
    ("journals", "accounting.journals"),
    ("linkedtransactions", INVOICES),
    ("manualjournals", "accounting.manualjournals"),
    ("organisation", SETTINGS),
    ("organisations", SETTINGS),
    ("overpayments", "accounting.payments"),
    ("payments", "accounting.payments"),
    ("prepayments", "accounting.payments"),
    ("purchaseorders", INVOICES),
    ("quotes", INVOICES),
    ("repeatinginvoices", INVOICES),
    ("reports", "accounting.reports"),
    ("taxrates", SETTINGS),
    ("trackingcategories", SETTINGS),
    ("users", SETTINGS),
];

/// Resources whose scopes the fact sheet does not name and that the books do not model either: any accounting scope
/// leads to their refusal.
const UNMODELLED: &[&str] = &["employees", "expenseclaims", "paymentservices", "paymentterms", "receipts", "setup"];

const SETTINGS: &str = "accounting.settings";
const INVOICES: &str = "accounting.invoices";

/// What the deprecated broad scope stands for.
const TRANSACTIONS: &[&str] =
    &[INVOICES, "accounting.payments", "accounting.banktransactions", "accounting.manualjournals"];

/// Report families by the names of the reports that they open.
const REPORTS: &[(&str, &str)] = &[
    ("aged", "aged"),
    ("balancesheet", "balancesheet"),
    ("banksummary", "banksummary"),
    ("budgetsummary", "budgetsummary"),
    ("executivesummary", "executivesummary"),
    ("profitandloss", "profitandloss"),
    ("trialbalance", "trialbalance"),
    ("tenninetynine", "tenninetynine"),
    ("gst", "taxreports"),
    ("bas", "taxreports"),
];

/// Scopes that are not about the books.
const IDENTITY: &[&str] = &["openid", "profile", "email", "offline_access"];

/// Families with a write scope besides `.read`.
const WRITABLE: &[&str] = &[
    INVOICES,
    "accounting.payments",
    "accounting.banktransactions",
    "accounting.manualjournals",
    "accounting.contacts",
    SETTINGS,
    "accounting.attachments",
];

/// The resource of a path's first segment, in lower case; `None` when Xero has no such resource.
pub(crate) fn resource(segment: &str) -> Option<&'static str> {
    let modelled = RESOURCES.iter().map(|(name, _)| *name);
    modelled.chain(UNMODELLED.iter().copied()).find(|name| name.eq_ignore_ascii_case(segment))
}

/// Whether one of the scopes opens the verb on the path, whose first segment is a known resource.
pub(crate) fn allow(scopes: &[String], method: &Method, path: &[String], items: ItemsScope) -> bool {
    let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    if path.first().is_some_and(|segment| UNMODELLED.iter().any(|name| name.eq_ignore_ascii_case(segment))) {
        return scopes.iter().any(|scope| scope.starts_with("accounting."));
    }
    families(path, reads, items).iter().any(|family| {
        let read = format!("{family}.read");
        scopes.iter().any(|scope| {
            *scope == *family
                || (reads && *scope == read)
                || (TRANSACTIONS.contains(&family.as_str())
                    && (scope == "accounting.transactions" || (reads && scope == "accounting.transactions.read")))
                || (family.starts_with("accounting.reports.") && scope == "accounting.reports.read")
        })
    })
}

fn families(path: &[String], reads: bool, items: ItemsScope) -> Vec<String> {
    if path.iter().skip(1).any(|segment| segment.eq_ignore_ascii_case("attachments")) {
        return vec!["accounting.attachments".into()];
    }
    let name = path.first().and_then(|segment| resource(segment)).unwrap_or_default();
    if name == "items" && (reads || items == ItemsScope::SettingsOrInvoices) {
        return vec![SETTINGS.into(), INVOICES.into()];
    }
    if name == "reports" {
        let report = path.get(1).map(|report| report.to_ascii_lowercase()).unwrap_or_default();
        return REPORTS
            .iter()
            .filter(|(start, _)| report.starts_with(start))
            .map(|(_, family)| format!("accounting.reports.{family}"))
            .collect();
    }
    RESOURCES.iter().filter(|(known, _)| *known == name).map(|(_, family)| (*family).to_owned()).collect()
}

/// Whether an app of this generation may ask for the scope.
pub(crate) fn may_ask(model: ScopeModel, scope: &str) -> bool {
    let broad = ["accounting.transactions", "accounting.transactions.read", "accounting.reports.read"];
    let family = scope.strip_suffix(".read").unwrap_or(scope);
    IDENTITY.contains(&scope)
        || WRITABLE.contains(&family)
        || ["accounting.journals.read", "accounting.budgets.read"].contains(&scope)
        || (scope.ends_with(".read")
            && family
                .strip_prefix("accounting.reports.")
                .is_some_and(|name| REPORTS.iter().any(|(_, known)| *known == name)))
        || (model == ScopeModel::Legacy && broad.contains(&scope))
}

/// What a custom connection gets when it names no scope.
pub(crate) fn machine_default() -> Vec<String> {
    WRITABLE.iter().map(|scope| (*scope).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opens(scope: &str, method: &str, path: &str) -> bool {
        let path: Vec<String> = path.split('/').map(str::to_owned).collect();
        let method = Method::from_bytes(method.as_bytes()).expect("a verb");
        allow(&[scope.to_owned()], &method, &path, ItemsScope::SettingsOrInvoices)
    }

    #[test]
    fn scopes_open_what_the_table_says() {
        for (scope, method, path, expected) in [
            ("accounting.invoices", "PUT", "Invoices", true),
            ("accounting.invoices", "PUT", "PURCHASEORDERS", true),
            ("accounting.invoices.read", "GET", "Quotes", true),
            ("accounting.invoices.read", "PUT", "Invoices", false),
            ("accounting.invoices", "PUT", "Invoices/x/Attachments/a.pdf", false),
            ("accounting.attachments", "PUT", "Invoices/x/Attachments/a.pdf", true),
            ("accounting.invoices", "PUT", "Invoices/x/History", true),
            ("accounting.payments", "PUT", "Invoices", false),
            ("accounting.invoices", "PUT", "Items", true),
            ("accounting.settings", "PUT", "Items", true),
            ("accounting.settings.read", "GET", "Organisation", true),
            ("accounting.contacts", "GET", "Organisation", false),
            ("accounting.transactions", "PUT", "CreditNotes", true),
            ("accounting.transactions", "PUT", "Contacts", false),
            ("accounting.transactions.read", "GET", "Payments", true),
            ("accounting.transactions.read", "POST", "Payments", false),
            ("accounting.reports.profitandloss.read", "GET", "Reports/ProfitAndLoss", true),
            ("accounting.reports.profitandloss.read", "GET", "Reports/BalanceSheet", false),
            ("accounting.reports.read", "GET", "Reports/AgedPayablesByContact", true),
        ] {
            assert_eq!(opens(scope, method, path), expected, "{scope} {method} {path}");
        }
    }

    #[test]
    fn items_may_be_writable_with_settings_only() {
        let allowed =
            |method: Method| allow(&[INVOICES.to_owned()], &method, &["Items".to_owned()], ItemsScope::SettingsOnly);
        assert!(allowed(Method::GET) && !allowed(Method::PUT));
    }

    #[test]
    fn broad_scopes_are_for_apps_that_had_them() {
        assert!(may_ask(ScopeModel::Legacy, "accounting.transactions"));
        assert!(!may_ask(ScopeModel::Granular, "accounting.transactions"));
        assert!(may_ask(ScopeModel::Granular, "accounting.reports.aged.read"));
        assert!(!may_ask(ScopeModel::Granular, "accounting.reports.aged"));
        assert!(!may_ask(ScopeModel::Legacy, "payroll.employees"));
    }
}
