//! Settings that call an account, a tax code or an item by its name, as a person finds it in a list, turned into settings
//! that name it by its code, as the engine wants it. Some packages show no codes at all.

use std::collections::BTreeMap;

use factory_accounting::engine::Engine;
use factory_accounting::provider::{CatalogueEntry, CatalogueKind};
use factory_accounting::settings::{Settings, TaxCodes};

/// Codes by name, and the codes that there are.
#[derive(Debug, Default)]
struct Names {
    codes: Vec<String>,
    by_name: BTreeMap<String, Vec<String>>,
}

impl Names {
    fn add(&mut self, name: &str, codes: &[&str]) {
        let Some(code) = codes.first() else { return };
        self.codes.extend(codes.iter().map(|code| (*code).to_owned()));
        self.by_name.entry(name.to_owned()).or_default().push((*code).to_owned());
    }

    /// The code that a text means: itself, or that of the only entry of this name. What is neither is left for the engine to
    /// refuse.
    fn choose(&self, text: &mut String) {
        if self.codes.contains(text) {
            return;
        }
        if let Some([code]) = self.by_name.get(text).map(Vec::as_slice) {
            text.clone_from(code);
        }
    }
}

/// The settings with codes in place of names, by the lists as they were last read.
///
/// # Errors
/// The store failed.
pub async fn by_name(engine: &Engine, mut settings: Settings) -> anyhow::Result<Settings> {
    let (mut accounts, mut taxes, mut items) = (Names::default(), Names::default(), Names::default());
    for kind in [CatalogueKind::Accounts, CatalogueKind::TaxCodes, CatalogueKind::Items] {
        let list = engine.store().catalogue(engine.connection(), kind).await?;
        for entry in list.map(|(_, entries)| entries).unwrap_or_default() {
            match &entry {
                CatalogueEntry::Account(account) => {
                    let codes: Vec<&str> = account.code.as_deref().into_iter().chain([account.id.as_str()]).collect();
                    accounts.add(&account.name, &codes);
                }
                CatalogueEntry::TaxCode(code) => taxes.add(&code.name, &[&code.code]),
                CatalogueEntry::Item(item) => {
                    items.add(item.name.as_deref().unwrap_or(&item.code), &[&item.code, item.id.as_str()]);
                }
                _ => {}
            }
        }
    }
    let own = &mut settings.accounts;
    let single = [&mut own.sales, &mut own.purchases, &mut own.credit_notes, &mut own.rounding, &mut own.payments];
    single.into_iter().flatten().chain(own.payment_methods.values_mut()).for_each(|text| accounts.choose(text));
    for TaxCodes { sales, purchases } in settings.taxes.values_mut().chain([&mut settings.default_tax]) {
        [sales, purchases].into_iter().flatten().for_each(|text| taxes.choose(text));
    }
    settings.items.default.iter_mut().chain(settings.items.by_account.values_mut()).for_each(|text| items.choose(text));
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_its_code_unless_it_is_a_code_already_or_two_have_it() {
        let mut names = Names::default();
        names.add("GST", &["5"]);
        names.add("Sales", &["200", "79"]);
        names.add("Freight", &["300"]);
        names.add("Freight", &["301"]);
        names.add("79", &["400"]);
        let chosen = |text: &str| {
            let mut text = text.to_owned();
            names.choose(&mut text);
            text
        };
        assert_eq!(chosen("GST"), "5");
        assert_eq!(chosen("Sales"), "200");
        assert_eq!(chosen("79"), "79", "a code goes before a name");
        assert_eq!(chosen("Freight"), "Freight", "nothing is guessed");
        assert_eq!(chosen("Unknown"), "Unknown");
    }
}
