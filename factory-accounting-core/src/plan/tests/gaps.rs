//! What of a host's words is not mapped, before anything is sent.

use std::collections::BTreeSet;

use super::company::Company;
use crate::ids::RemoteId;
use crate::plan::{GapKind, Used, unmapped};
use crate::provider::{CatalogueEntry, Item};
use crate::settings::{Mapping, TaxCodes};

fn words(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(ToString::to_string).collect()
}

#[test]
fn f42_f43_f44_f45_every_word_that_would_stop_a_document_is_told_before_one_is_sent() {
    let mut company = Company::new();
    let mut gone = Item::new(RemoteId::new("i9"), "GONE");
    gone.active = false;
    company
        .add_to_catalogue([CatalogueEntry::Item(gone), CatalogueEntry::Item(Item::new(RemoteId::new("i1"), "HIRE"))]);
    let mapping = |item: Option<&str>, account: Option<&str>, tax: Option<&str>| Mapping {
        item: item.map(str::to_owned),
        account: account.map(str::to_owned),
        tax: tax.map(str::to_owned),
    };
    let settings = &mut company.settings;
    settings.services = [
        ("Hire".to_owned(), mapping(Some("HIRE"), Some("200"), Some("zero"))),
        ("Old".to_owned(), mapping(Some("GONE"), Some("999"), Some("unheard"))),
        ("Empty".to_owned(), Mapping::default()),
    ]
    .into();
    settings.expenses = [("Fuel".to_owned(), mapping(Some("NEVER"), Some("090"), None))].into();
    settings.taxes.insert("zero".into(), TaxCodes { sales: Some("NONE".into()), purchases: None });
    settings.taxes.insert("gst".into(), TaxCodes { sales: Some("WAS".into()), purchases: Some("IN".into()) });
    let used = Used {
        services: words(&["Hire", "Old", "Empty", "Survey"]),
        expenses: words(&["Fuel", "Hire"]),
        sales_taxes: words(&["zero", "gst", "OUT"]),
        purchase_taxes: words(&["zero", "gst"]),
    };
    let gaps = unmapped(&company.settings, &company.catalogue, &used, "the package");
    let found: Vec<(&str, GapKind)> = gaps.iter().map(|gap| (gap.path.as_str(), gap.kind)).collect();
    let wanted = [
        ("services.Empty", GapKind::NotMapped),
        ("services.Old.item", GapKind::ItemGone),
        ("services.Old.account", GapKind::AccountUnusable),
        ("services.Old.tax", GapKind::TaxUnknown),
        ("services.Survey", GapKind::NotMapped),
        ("expenses.Fuel.item", GapKind::ItemGone),
        ("expenses.Fuel.account", GapKind::AccountUnusable),
        ("expenses.Hire", GapKind::NotMapped),
        ("taxes.gst.sales", GapKind::TaxUnknown),
        ("taxes.zero.purchases", GapKind::TaxUnknown),
    ];
    assert_eq!(found, wanted);
    for gap in &gaps {
        assert!(company.settings.value(&gap.path).is_ok(), "{}", gap.path);
        assert!(gap.message.contains(&format!("{:?}", gap.word)) && gap.message.contains("choose"), "{}", gap.message);
    }
}
