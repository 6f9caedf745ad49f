//! What of the host's own words has no place in the books yet, found before anything is sent (F45).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Catalogue;
use super::taxes::find_tax;
use crate::provider::TradeSide;
use crate::settings::{Mapping, Settings, path_of};

/// The words that a host's documents use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Used {
    /// Kinds of service: categories of lines on sales (F42).
    pub services: BTreeSet<String>,
    /// Kinds of expense: categories of lines on purchases (F43).
    pub expenses: BTreeSet<String>,
    /// Tax terms on sales (F44).
    pub sales_taxes: BTreeSet<String>,
    /// Tax terms on purchases.
    pub purchase_taxes: BTreeSet<String>,
}

/// A word that would keep documents from going out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Where in the settings it is to be mended: `services.Surveying.item`, as [`Settings::with`] takes it.
    pub path: String,
    /// The host's word.
    pub word: String,
    /// What is wrong.
    pub kind: GapKind,
    /// The same in words, with the remedy, one line.
    pub message: String,
}

/// What is wrong with a word of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GapKind {
    /// Nobody has said what it is.
    NotMapped,
    /// The item that it is mapped to is not in use, or not there any more.
    ItemGone,
    /// The account that it is mapped to is unknown, archived, or none for lines.
    AccountUnusable,
    /// No tax code in use stands for it, or none with a rate for the side of trade.
    TaxUnknown,
}

/// Everything that a host's words lack before documents that use them can be sent, in the order of the words.
#[must_use]
pub fn unmapped(settings: &Settings, catalogue: &Catalogue, used: &Used, package: &str) -> Vec<Gap> {
    let check = Check { settings, catalogue, package };
    let mut gaps = Vec::new();
    check.kinds("services", &used.services, &settings.services, TradeSide::Sales, &mut gaps);
    check.kinds("expenses", &used.expenses, &settings.expenses, TradeSide::Purchases, &mut gaps);
    for (terms, side) in [(&used.sales_taxes, TradeSide::Sales), (&used.purchase_taxes, TradeSide::Purchases)] {
        let terms = terms.iter().map(|term| (path_of(["taxes", term, side.label()]), term));
        gaps.extend(terms.filter_map(|(path, term)| check.tax(path, term, term, side)));
    }
    gaps
}

struct Check<'a> {
    settings: &'a Settings,
    catalogue: &'a Catalogue,
    package: &'a str,
}

impl Check<'_> {
    fn kinds(
        &self,
        table: &str,
        used: &BTreeSet<String>,
        mappings: &BTreeMap<String, Mapping>,
        side: TradeSide,
        gaps: &mut Vec<Gap>,
    ) {
        for word in used {
            let gap = |member: Option<&str>, kind, complaint: String| Gap {
                path: path_of([table, word].into_iter().chain(member)),
                word: word.clone(),
                kind,
                message: format!("{word:?} {complaint}"),
            };
            let Some(mapping) = mappings.get(word).filter(|mapping| !mapping.is_empty()) else {
                gaps.push(gap(None, GapKind::NotMapped, "is not mapped: choose its item or its account".to_owned()));
                continue;
            };
            let item = |name| self.catalogue.item_in_use(name).err();
            let account = |name| self.catalogue.usable_on_lines(name).err();
            for (member, name, unusable, kind) in [
                ("item", &mapping.item, mapping.item.as_deref().and_then(item), GapKind::ItemGone),
                ("account", &mapping.account, mapping.account.as_deref().and_then(account), GapKind::AccountUnusable),
            ] {
                let (Some(name), Some(unusable)) = (name, unusable) else { continue };
                let why = unusable.in_words(name, self.package);
                gaps.push(gap(Some(member), kind, format!("is mapped to an {member}, but {why}: choose another")));
            }
            if let Some(term) = &mapping.tax {
                gaps.extend(self.tax(path_of([table, word, "tax"]), word, term, side));
            }
        }
    }

    fn tax(&self, path: String, word: &str, term: &str, side: TradeSide) -> Option<Gap> {
        let unfound = find_tax(Some(term), side, self.settings, self.catalogue).err()?;
        let message = format!("{word:?}: {}: choose one", unfound.in_words(side, self.package));
        Some(Gap { path, word: word.to_owned(), kind: GapKind::TaxUnknown, message })
    }
}
