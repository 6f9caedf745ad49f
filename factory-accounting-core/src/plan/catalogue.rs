//! The package's lists, indexed for planning.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::PaymentTerms;
use crate::money::Currency;
use crate::provider::{Account, AccountClass, CatalogueEntry, CatalogueKind, Item, TaxCode, Terms, TradeSide};

/// Accounts, tax codes, items and currencies by the codes and ids that documents name them with, and terms of payment.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    accounts: BTreeMap<String, Account>,
    tax_codes: BTreeMap<String, TaxCode>,
    items: BTreeMap<String, Item>,
    currencies: BTreeSet<Currency>,
    terms: Vec<Terms>,
    read: BTreeSet<CatalogueKind>,
}

impl Catalogue {
    /// The same, knowing which lists have been read: one may have nothing in it.
    #[must_use]
    pub fn of_lists(self, read: impl IntoIterator<Item = CatalogueKind>) -> Self {
        Self { read: read.into_iter().collect(), ..self }
    }

    /// Whether the package's items are known, so that one that is not among them is none.
    pub fn knows_items(&self) -> bool {
        !self.items.is_empty() || self.read.contains(&CatalogueKind::Items)
    }

    /// Indexes entries of any lists; those that planning does not need are passed over.
    pub fn new(entries: impl IntoIterator<Item = CatalogueEntry>) -> Self {
        let mut catalogue = Self::default();
        for entry in entries {
            match entry {
                CatalogueEntry::Account(account) => {
                    // A code goes before an id that happens to read the same.
                    catalogue.accounts.entry(account.id.to_string()).or_insert_with(|| account.clone());
                    if let Some(code) = account.code.clone()
                        && (account.active
                            || catalogue
                                .accounts
                                .get(&code)
                                .is_none_or(|known| !known.active || known.code.as_ref() != Some(&code)))
                    {
                        catalogue.accounts.insert(code, account);
                    }
                }
                CatalogueEntry::TaxCode(code) => {
                    catalogue.tax_codes.insert(code.code.clone(), code);
                }
                CatalogueEntry::Currency(currency) => {
                    catalogue.currencies.insert(currency);
                }
                CatalogueEntry::Item(item) => {
                    catalogue.items.entry(item.id.to_string()).or_insert_with(|| item.clone());
                    // Of two items under one code, the one in use is meant (R46).
                    let known = catalogue.items.get(&item.code);
                    if item.active || known.is_none_or(|known| !known.active || known.code != item.code) {
                        catalogue.items.insert(item.code.clone(), item);
                    }
                }
                CatalogueEntry::Terms(terms) => catalogue.terms.push(terms),
                CatalogueEntry::Party(_) | CatalogueEntry::Job(_) => {}
            }
        }
        catalogue
    }

    /// An account by its code or id.
    #[must_use]
    pub fn account(&self, code: &str) -> Option<&Account> {
        self.accounts.get(code)
    }

    /// An account that lines of documents may use, by its code or id.
    ///
    /// # Errors
    /// What keeps lines from using it.
    pub fn usable_on_lines(&self, code: &str) -> Result<&Account, Unusable<'_>> {
        match self.account(code) {
            None => Err(Unusable::UnknownAccount),
            Some(account) if !account.active => Err(Unusable::ArchivedAccount(account)),
            Some(account) if !account.usable_on_lines => Err(Unusable::NotOnLines(account)),
            Some(account) => Ok(account),
        }
    }

    /// An item that lines of documents may name, by its code or id.
    ///
    /// # Errors
    /// What keeps lines from naming it.
    pub fn item_in_use(&self, name: &str) -> Result<&Item, Unusable<'_>> {
        match self.item(name) {
            None => Err(Unusable::UnknownItem),
            Some(item) if !item.active => Err(Unusable::InactiveItem),
            Some(item) => Ok(item),
        }
    }

    /// A tax code.
    #[must_use]
    pub fn tax_code(&self, code: &str) -> Option<&TaxCode> {
        self.tax_codes.get(code)
    }

    /// An item by its code or id.
    #[must_use]
    pub fn item(&self, name: &str) -> Option<&Item> {
        self.items.get(name)
    }

    /// Terms in use that say just this, the first by name. Those that grant a discount say more.
    #[must_use]
    pub fn terms(&self, due: PaymentTerms) -> Option<&Terms> {
        let fit = |terms: &&Terms| terms.active && !terms.discounted && terms.due == Some(due);
        self.terms.iter().filter(fit).min_by_key(|terms| (&terms.name, &terms.id))
    }

    /// Every account, once each, in order of code or id.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        let named =
            |(name, account): &(&String, &Account)| *name == account.code.as_deref().unwrap_or(account.id.as_str());
        self.accounts.iter().filter(named).map(|(_, account)| account)
    }

    /// Every tax code, in order of code.
    pub fn tax_codes(&self) -> impl Iterator<Item = &TaxCode> {
        self.tax_codes.values()
    }

    /// Every item, once each, in order of code.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|(name, item)| **name == item.code).map(|(_, item)| item)
    }

    /// A tax code in use that charges nothing on a side of trade and may stand beside an account of a class, the plainest
    /// first: fewest restrictions, then by code.
    #[must_use]
    pub fn untaxed(&self, side: TradeSide, beside: Option<AccountClass>) -> Option<&TaxCode> {
        self.tax_codes
            .values()
            .filter(|code| code.active && code.rate_on(side).is_some_and(|rate| rate.is_zero()))
            .filter(|code| code.may_stand_beside(beside))
            .min_by_key(|code| (usize::from(!code.account_classes.is_empty()), code.code.as_str()))
    }

    /// Whether documents may carry a currency. A package that lists none leaves the answer to its own refusal.
    #[must_use]
    pub fn allows(&self, currency: Currency) -> bool {
        self.currencies.is_empty() || self.currencies.contains(&currency)
    }
}

/// What keeps an account or an item from being used on lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unusable<'a> {
    /// The package has no such account.
    UnknownAccount,
    /// The account is archived.
    ArchivedAccount(&'a Account),
    /// The account is of a kind that lines may not use.
    NotOnLines(&'a Account),
    /// The package has no such item.
    UnknownItem,
    /// The item is not in use.
    InactiveItem,
}

impl Unusable<'_> {
    /// One line, with the name that was looked for.
    #[must_use]
    pub fn in_words(&self, name: &str, package: &str) -> String {
        match self {
            Self::UnknownAccount => format!("account {name:?} is not in {package}"),
            Self::ArchivedAccount(account) => format!("account {name:?} ({}) is archived in {package}", account.name),
            Self::NotOnLines(account) => {
                format!("account {name:?} ({}) cannot be used on lines of documents", account.name)
            }
            Self::UnknownItem => format!("item {name:?} is not in {package}"),
            Self::InactiveItem => format!("item {name:?} is not in use in {package}"),
        }
    }
}
