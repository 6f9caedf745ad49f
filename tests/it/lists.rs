//! The packages' lists as a host gets them: terms of payment, and what a company's own settings warn of.

use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{CatalogueEntry, CatalogueKind, Notice};
use factory_accounting_emulator::qbo::Country;
use serde_json::{Value, json};

use crate::host::{Host, connection};
use crate::make::{hale, invoice, record};
use crate::questions::{between_two_good_ones, is_told_well};
use crate::world::{Books, MyobWorld, QboWorld, XeroWorld};

/// The names of the package's terms, as the store has them.
fn terms<W: Books>(host: &Host<W>) -> Option<Vec<String>> {
    host.clock.run(host.engine.refresh(&CatalogueKind::ALL)).expect("lists");
    let list = host.clock.run(factory_accounting_core::store::ListStore::catalogue(
        &host.store,
        &connection(),
        CatalogueKind::Terms,
    ));
    let names = |entry| if let CatalogueEntry::Terms(terms) = entry { Some(terms.name) } else { None };
    list.expect("read").map(|(_, entries)| entries.into_iter().filter_map(names).collect())
}

#[test]
fn terms_of_payment_are_a_list_where_the_package_keeps_one() {
    let names = ["Due on receipt", "Net 15", "Net 30", "Net 60"];
    assert_eq!(terms(&Host::au()).as_deref(), Some(&names.map(str::to_owned)[..]));
    // Elsewhere each party has its own, and all lists can be asked for all the same.
    assert_eq!(terms(&Host::<XeroWorld>::over(XeroWorld::fresh())), None);
    assert_eq!(terms(&Host::<MyobWorld>::over(MyobWorld::fresh())), None);
}

fn party(kind: &str, days: u8, from: &str) -> factory_accounting_core::model::Record {
    let terms = json!({ "days": days, "from": from });
    let people = json!([{ "first_name": "Ana", "last_name": "Rau", "phone": "0400 111 222" }, { "first_name": "Bo" }]);
    record(json!({ "kind": kind, "id": "C1", "name": "Hale Joinery", "terms": terms, "contacts": people }))
}

#[test]
fn a_party_goes_to_quickbooks_with_the_terms_that_say_what_its_own_do() {
    let host = Host::au();
    let thirty = {
        let rows = host.row("Term", "Net 30");
        rows["Id"].clone()
    };
    host.send(vec![party("customer", 30, "document_date"), party("supplier", 30, "document_date")]);
    let customer = host.row("Customer", "Hale Joinery");
    assert_eq!(customer["SalesTermRef"]["value"], thirty, "{customer}");
    assert_eq!(
        (&customer["GivenName"], &customer["AlternatePhone"]["FreeFormNumber"]),
        (&json!("Ana"), &json!("0400 111 222"))
    );
    let vendors = crate::host::locked(&host.world).ledger()["Vendor"].as_array().cloned().unwrap_or_default();
    assert!(vendors.iter().any(|vendor| vendor["TermRef"]["value"] == thirty), "{vendors:?}");
    // Terms that nobody has set up there are not made: the party goes without, and documents say their own due dates.
    let count = |host: &Host<QboWorld>| crate::host::locked(&host.world).ledger()["Term"].as_array().map(Vec::len);
    let before = count(&host);
    host.send(vec![party("customer", 20, "day_of_next_month"), crate::make::au::invoice("F-1", "C1", "10")]);
    assert_eq!(host.row("Customer", "Hale Joinery")["SalesTermRef"]["value"], thirty, "what is there stays");
    assert_eq!(host.row("Invoice", "F-1")["DueDate"], "2026-12-20");
    assert_eq!(count(&host), before);
}

#[test]
fn r20_a_company_that_sets_credits_off_by_itself_is_told_at_connect() {
    let host = Host::au();
    assert_eq!(host.clock.run(host.engine.connect()).expect("connects").notices, []);
    host.act(json!({ "do": "set_preference", "section": "SalesFormsPrefs", "set": { "AutoApplyCredit": true } }));
    let told = host.clock.run(host.engine.connect()).expect("connects").notices;
    assert_eq!(told, [Notice::AppliesCredits]);
    let text = told[0].to_string();
    assert!(text.contains("switch that off in its settings") && !text.contains('\n'), "{text}");
}

#[test]
fn r36_books_in_the_united_states_hold_the_letters_of_western_europe() {
    let american = || Host::over(QboWorld::of(Country::Us));
    let host = american();
    host.send(vec![record(json!({ "kind": "customer", "id": "C9", "name": "Müller & Ñandú" }))]);
    assert_eq!(host.row("Customer", "Müller & Ñandú")["Active"], true);
    let odd = record(json!({ "kind": "customer", "id": "C8", "name": "O’Brien" }));
    host.send(vec![odd.clone()]);
    let question = host.question(RecordKind::Customer, "C8");
    is_told_well(
        &question,
        factory_accounting_core::code::Code::Invalid,
        &["name", "’", "western Europe", "replace it"],
    );
    // Elsewhere every letter is kept.
    let host = Host::au();
    host.send(vec![odd]);
    assert_eq!(host.row("Customer", "O’Brien")["Active"], true);
}

/// Names with characters that a package refuses or that its questions quote.
fn names<W: Books>(refused: &[(&str, &str)], kept: &[&str]) {
    for (name, told) in refused {
        let host: Host<W> = Host::over(W::fresh());
        let bad = record(json!({ "kind": "customer", "id": "C7", "name": name }));
        let question = between_two_good_ones(&host, bad);
        is_told_well(&question, factory_accounting_core::code::Code::Invalid, &["name", told]);
    }
    for name in kept {
        let host: Host<W> = Host::over(W::fresh());
        host.send(vec![
            hale(),
            record(json!({ "kind": "customer", "id": "C7", "name": name })),
            crate::make::in_currency(W::CURRENCY, &invoice("F-7", "C7", "10")),
        ]);
        let known: Value = json!(host.books());
        assert!(known.to_string().contains("F-7"), "{name}: {known}");
    }
}

#[test]
fn r36_x6_a_name_is_kept_as_it_is_or_refused_with_the_character_that_is_in_the_way() {
    let quoted = ["O'Brien & Söhne", "5\" pipe, 100 %", "C\\D (NZ)"];
    names::<XeroWorld>(&[("<Hale>", "'<'")], &quoted);
    names::<QboWorld>(&[("Hale: Wellington", "':'")], &quoted);
    names::<MyobWorld>(&[], &quoted);
}
