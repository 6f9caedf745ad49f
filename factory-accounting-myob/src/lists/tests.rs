use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::{AddressKind, Due, PaymentTerms};
use factory_accounting_core::provider::{AccountingProvider as _, RemoteParty};

use super::*;
use crate::testing::{Answers as _, FILE, Wire, config, configured, provider, uid};

fn card(number: usize) -> String {
    format!(
        r#"{{"UID":"00000000-0000-4000-9000-{number:012}","CompanyName":"Card {number}","IsIndividual":false,"IsActive":true}}"#
    )
}

fn cards(from: usize, to: usize) -> Vec<String> {
    (from..to).map(card).collect()
}

fn rows(rows: &[String], next: Option<&str>) -> Wire {
    Wire::page(&rows.iter().map(String::as_str).collect::<Vec<_>>(), next)
}

#[tokio::test]
async fn f18_customers_come_by_the_thousand_and_all_suppliers_with_the_last_of_them() {
    let next = |skip: usize| {
        format!("https://arl9.api.myob.com/accountright/{FILE}/Contact/Customer?$top=1000&$skip={skip}&$orderby=UID")
    };
    // MYOB may give four hundred at once, whatever it is asked for (myob.md 2).
    let answers = [
        rows(&cards(0, 400), Some(&next(400))),
        rows(&cards(400, 800), Some(&next(800))),
        rows(&cards(800, 1_000), Some(&next(1_000))),
        rows(&cards(1_000, 1_001), None),
        rows(&cards(2_000, 2_002), None),
    ];
    let (provider, script) = provider(answers);
    let first = provider.catalogue(&CatalogueRequest::new(CatalogueKind::Parties, 1)).await.expect("a page");
    assert_eq!((first.entries.len(), first.more), (1_000, true));
    let second = provider.catalogue(&CatalogueRequest::new(CatalogueKind::Parties, 2)).await.expect("a page");
    assert_eq!((second.entries.len(), second.more), (3, false));
    let lines = script.lines();
    assert!(lines[3].contains("$skip=1000"), "{}", lines[3]);
    assert_eq!(lines[4], "GET Contact/Supplier?$orderby=UID&$top=1000&generateUris=false");
}

async fn imported(json: &str) -> RemoteParty {
    let (provider, _) = provider([Wire::rows(&[json]), Wire::rows(&[])]);
    let page = provider.catalogue(&CatalogueRequest::new(CatalogueKind::Parties, 1)).await.expect("a page");
    match page.entries.into_iter().next() {
        Some(CatalogueEntry::Party(party)) => *party,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn f19_a_customer_is_taken_over_with_all_that_a_party_has() {
    let json = format!(
        r#"{{"UID":"{}","CompanyName":"Acme Joinery","IsIndividual":false,"DisplayID":"C-17","IsActive":true,"Addresses":[
        {{"Location":2,"Street":"9 Dock Rd","City":"Geelong","State":"VIC","PostCode":"3220","Country":"Australia"}},
        {{"Location":1,"Street":"Unit 4\n12 Mill Rd\r\nRear\nShed\nGate 2","City":"Geelong","Phone1":"03 5555 0100","Email":"ap@acme.example","ContactName":"Jo van Park"}}],
        "SellingDetails":{{"ABN":"51 824 753 556","Terms":{{"PaymentIsDue":"NumberOfDaysAfterEOM","BalanceDueDate":30}}}}}}"#,
        uid(1)
    );
    let party = imported(&json).await;
    assert_eq!(party.id, RemoteId::new(format!("contact/customer/{}", uid(1))));
    assert_eq!((party.is_customer, party.is_supplier, party.active), (true, false, true));
    assert_eq!(party.external_key.as_deref(), Some("C-17"));
    let party = party.party;
    assert_eq!(party.name, "Acme Joinery");
    assert_eq!((party.email.as_deref(), party.phone.as_deref()), (Some("ap@acme.example"), Some("03 5555 0100")));
    assert_eq!(party.tax_number.as_deref(), Some("51 824 753 556"));
    assert_eq!(party.terms, Some(PaymentTerms { days: 30, from: Due::EndOfMonth }));
    assert_eq!(
        party.addresses.iter().map(|address| address.kind).collect::<Vec<_>>(),
        [AddressKind::Postal, AddressKind::Delivery]
    );
    assert_eq!(party.addresses[0].lines, ["Unit 4", "12 Mill Rd", "Rear", "Shed, Gate 2"]);
    assert_eq!(
        (party.contacts[0].first_name.as_deref(), party.contacts[0].last_name.as_deref()),
        (Some("Jo van"), Some("Park"))
    );
}

#[tokio::test]
async fn a_person_is_called_by_both_names_and_terms_without_a_form_are_left_out() {
    let json = format!(
        r#"{{"UID":"{}","IsIndividual":true,"FirstName":"Jo","LastName":"Park","DisplayID":"*None","IsActive":false,
        "SellingDetails":{{"Terms":{{"PaymentIsDue":"Prepaid","BalanceDueDate":0}}}}}}"#,
        uid(1)
    );
    let party = imported(&json).await;
    assert_eq!((party.external_key, party.active), (None, false));
    assert_eq!((party.party.name.as_str(), party.party.contacts.len(), party.party.terms), ("Jo Park", 1, None));
}

#[tokio::test]
async fn what_has_changed_is_asked_for_with_a_day_to_spare_and_said_to_be_no_more_than_that() {
    let (provider, script) = provider([rows(&cards(0, 1), None), rows(&[], None), rows(&[], None)]);
    let since = "2026-11-21T10:00:00Z".parse().ok();
    let page =
        provider.catalogue(&CatalogueRequest::new(CatalogueKind::Parties, 1).since(since)).await.expect("a page");
    assert_eq!((page.entries.len(), page.complete), (1, false));
    let whole =
        provider.catalogue(&CatalogueRequest::new(CatalogueKind::TaxCodes, 1).since(since)).await.expect("a page");
    assert!(whole.complete);
    let filter = "$filter=LastModified ge datetime'2026-11-20T10:00:00'";
    let asked = script.lines();
    assert!(asked[..2].iter().all(|line| line.contains(filter)) && !asked[2].contains("filter"), "{asked:?}");
}

#[tokio::test]
async fn what_the_plan_does_not_have_is_an_empty_list_and_not_an_error() {
    let mut config = config();
    config.profile.resources = ["contact/customer".to_owned()].into();
    let (provider, script) = configured(config, []);
    for kind in [CatalogueKind::Items, CatalogueKind::Jobs] {
        let page = provider.catalogue(&CatalogueRequest::new(kind, 1)).await.expect("a page");
        assert!(page.entries.is_empty() && !page.more);
    }
    let home = provider.catalogue(&CatalogueRequest::new(CatalogueKind::Currencies, 1)).await.expect("a page");
    assert!(matches!(home.entries.as_slice(), [CatalogueEntry::Currency(currency)] if currency.code() == "AUD"));
    assert!(
        provider
            .catalogue(&CatalogueRequest::new(CatalogueKind::Currencies, 2))
            .await
            .expect("a page")
            .entries
            .is_empty()
    );
    assert!(script.lines().is_empty());
}
