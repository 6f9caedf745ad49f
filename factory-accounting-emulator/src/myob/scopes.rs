//! Which scope opens which path (myob.md 1.3).

use super::identity::Caller;

/// The scope without which nothing of a company file opens.
pub(super) const COMPANY_FILE: &str = "sme-company-file";

const CONTACTS: [&str; 4] =
    ["sme-contacts-customer", "sme-contacts-supplier", "sme-contacts-employee", "sme-contacts-personal"];

/// What a path asks of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// Any token that was given for the file.
    Nothing,
    /// This scope.
    Scope(&'static str),
    /// One scope of contacts, whichever: the union of all kinds.
    AnyContact,
}

impl Need {
    /// The need of a path behind the company file, in lower case.
    pub(super) fn of(path: &[String]) -> Self {
        let words: Vec<&str> = path.iter().take(2).map(String::as_str).collect();
        match words.as_slice() {
            [] | ["company"] => Self::Scope(COMPANY_FILE),
            ["currentuser" | "datascopes", ..] => Self::Nothing,
            ["company", _] => Self::Scope("sme-company-settings"),
            ["contact", "customer"] => Self::Scope("sme-contacts-customer"),
            ["contact", "supplier"] => Self::Scope("sme-contacts-supplier"),
            ["contact", "employee"] => Self::Scope("sme-contacts-employee"),
            ["contact", "personal"] => Self::Scope("sme-contacts-personal"),
            ["contact", ..] => Self::AnyContact,
            ["inventory", ..] => Self::Scope("sme-inventory"),
            ["sale", ..] => Self::Scope("sme-sales"),
            ["purchase", ..] => Self::Scope("sme-purchases"),
            ["banking", ..] => Self::Scope("sme-banking"),
            ["payroll", ..] => Self::Scope("sme-payroll"),
            ["timebilling", ..] => Self::Scope("sme-timebilling"),
            // No source places the reports; the ledger is what they show.
            ["generalledger" | "report", ..] | [_, ..] => Self::Scope("sme-general-ledger"),
        }
    }

    /// Whether the token has it.
    pub(super) fn is_met(self, caller: &Caller) -> bool {
        match self {
            Self::Nothing => true,
            Self::Scope(scope) => caller.has(scope),
            Self::AnyContact => CONTACTS.iter().any(|scope| caller.has(scope)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::myob::config::SCOPES;

    #[test]
    fn every_path_needs_the_scope_of_its_part_of_the_file() {
        let need = |path: &str| {
            Need::of(&path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>())
        };
        for (path, scope) in [
            ("", COMPANY_FILE),
            ("company", COMPANY_FILE),
            ("company/preferences", "sme-company-settings"),
            ("contact/supplier/x", "sme-contacts-supplier"),
            ("sale/invoice/item", "sme-sales"),
            ("purchase/bill/service/x/attachment", "sme-purchases"),
            ("generalledger/taxcode", "sme-general-ledger"),
            ("inventory/item", "sme-inventory"),
            ("banking/spendmoneytxn", "sme-banking"),
        ] {
            assert_eq!(need(path), Need::Scope(scope), "{path}");
            assert!(SCOPES.contains(&scope), "{scope}");
        }
        assert_eq!((need("contact"), need("datascopes")), (Need::AnyContact, Need::Nothing));
    }
}
