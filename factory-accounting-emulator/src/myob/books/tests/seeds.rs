use super::Desk;
use crate::myob::books::{Books, Country};
use serde_json::{Value, json};
use uuid::Uuid;

#[test]
fn a_new_file_has_what_a_client_looks_for() {
    let mut desk = Desk::au();
    assert_eq!(desk.items("GeneralLedger/Account").len(), 35);
    for (number, name) in
        [("1-1110", "Business Bank Account"), ("1-1210", "Undeposited Funds"), ("2-1310", "GST Collected")]
    {
        let row = &desk.items(&format!("GeneralLedger/Account?$filter=DisplayID eq '{number}'"))[0];
        assert_eq!((&row["Name"], &row["IsHeader"]), (&json!(name), &json!(false)));
    }
    let codes: Vec<Value> =
        desk.items("GeneralLedger/TaxCode?$orderby=Code").iter().map(|row| row["Code"].clone()).collect();
    assert_eq!(codes, ["CAP", "DUT", "EXP", "FRE", "GCN", "GST", "INP", "N-T"]);
    let headers = desk.items("GeneralLedger/Job?$filter=IsHeader eq true");
    assert_eq!((headers.len(), desk.items("GeneralLedger/Job").len()), (1, 3));
    assert_eq!(desk.get("Company")["ABNOrTFN"], "51 824 753 556");
    assert_eq!(desk.get("Company/Preferences")["System"]["CategoryTracking"], "Off");
    assert_eq!(desk.books.serial_number().len(), 12);
}

#[test]
fn a_new_zealand_file_has_its_own_codes_and_numbers() {
    let mut desk = Desk::new(Country::Nz);
    let codes: Vec<Value> =
        desk.items("GeneralLedger/TaxCode?$orderby=Code").iter().map(|row| row["Code"].clone()).collect();
    assert_eq!(codes, ["DUT", "E", "INP", "N-T", "S15", "Z"]);
    assert_eq!(desk.get("Company")["GSTRegistrationNumber"], "49-091-850");
    assert_eq!((Country::Nz.code(), Country::Nz.currency()), ("NZ", "NZD"));
}

#[test]
fn one_seed_gives_one_file_and_another_id_another() {
    let ledger = |id: u128, seed| Books::seeded(Country::Au, Uuid::from_u128(id), seed).ledger();
    assert_eq!(ledger(1, 7), ledger(1, 7));
    assert_ne!(ledger(1, 7), ledger(2, 7));
    assert_ne!(ledger(1, 7), ledger(1, 8));
}
