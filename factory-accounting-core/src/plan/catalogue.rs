//! The package's lists, indexed for planning.

use std::collections::{BTreeMap, BTreeSet};

use crate::money::Currency;
use crate::provider::{Account, CatalogueEntry, TaxCode};

/// Accounts, tax codes and currencies by the codes that documents name them with.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    accounts: BTreeMap<String, Account>,
    tax_codes: BTreeMap<String, TaxCode>,
    currencies: BTreeSet<Currency>,
}

impl Catalogue {
    /// Indexes entries of any lists; those that planning does not need are passed over.
    pub fn new(entries: impl IntoIterator<Item = CatalogueEntry>) -> Self {
        let mut catalogue = Self::default();
        for entry in entries {
            match entry {
                CatalogueEntry::Account(account) => {
                    let name = account.code.clone().unwrap_or_else(|| account.id.to_string());
                    catalogue.accounts.insert(name, account);
                }
                CatalogueEntry::TaxCode(code) => {
                    catalogue.tax_codes.insert(code.code.clone(), code);
                }
                CatalogueEntry::Currency(currency) => {
                    catalogue.currencies.insert(currency);
                }
                CatalogueEntry::Item(_) | CatalogueEntry::Party(_) | CatalogueEntry::Job(_) => {}
            }
        }
        catalogue
    }

    /// An account by its code, or by its id where it has none.
    #[must_use]
    pub fn account(&self, code: &str) -> Option<&Account> {
        self.accounts.get(code)
    }

    /// A tax code.
    #[must_use]
    pub fn tax_code(&self, code: &str) -> Option<&TaxCode> {
        self.tax_codes.get(code)
    }

    /// A tax code in use that charges nothing, the plainest first: fewest restrictions, then by code.
    #[must_use]
    pub fn untaxed(&self) -> Option<&TaxCode> {
        self.tax_codes
            .values()
            .filter(|code| code.active && code.rate.is_zero())
            .min_by_key(|code| (usize::from(!code.account_classes.is_empty()), code.code.as_str()))
    }

    /// Whether documents may carry a currency. A package that lists none leaves the answer to its own refusal.
    #[must_use]
    pub fn allows(&self, currency: Currency) -> bool {
        self.currencies.is_empty() || self.currencies.contains(&currency)
    }
}
