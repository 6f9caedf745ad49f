use super::Desk;
use crate::qbo::books::Country;
use serde_json::json;

#[test]
fn every_country_has_its_own_books() {
    for (country, code, currency, codes) in [
        (Country::Au, "AU", "AUD", 7),
        (Country::Us, "US", "USD", 6),
        (Country::Gb, "GB", "GBP", 5),
        (Country::Ca, "CA", "CAD", 7),
    ] {
        let mut desk = Desk::new(country);
        let company = desk.get("companyinfo/9341453");
        assert_eq!((&company["Country"], &company["Id"]), (&json!(code), &json!("1")));
        let preferences = desk.get("preferences");
        assert_eq!(preferences["CurrencyPrefs"]["HomeCurrency"]["value"], currency);
        let partner = &preferences["TaxPrefs"]["PartnerTaxEnabled"];
        assert_eq!(*partner, if country == Country::Us { json!(true) } else { json!(null) });
        assert_eq!(desk.ids("TaxCode", "").len(), codes);
        assert_eq!(desk.get("item/1")["Name"], "Services");
        assert_eq!(desk.get("item/2")["Name"], "Hours");
        for subtype in ["AccountsReceivable", "AccountsPayable", "UndepositedFunds", "DiscountsRefundsGiven"] {
            assert_eq!(desk.ids("Account", &format!("where AccountSubType = '{subtype}'")).len(), 1, "{subtype}");
        }
        assert_eq!(desk.ids("Term", "").len(), 4);
    }
}

#[test]
fn a_tax_code_names_its_rates_and_a_rate_its_agency() {
    let mut desk = Desk::au();
    let code = desk.get("taxcode/5");
    assert_eq!(
        code["SalesTaxRateList"]["TaxRateDetail"],
        json!([{"TaxRateRef": {"value": "3"}, "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": 0}])
    );
    let rate = desk.get("taxrate/3");
    assert_eq!((&rate["Name"], &rate["RateValue"]), (&json!("GST (sales)"), &json!(10)));
    assert_eq!(desk.get("taxagency/1")["DisplayName"], "Australian Taxation Office");
}

#[test]
fn the_tax_service_makes_codes_of_new_rates_or_known_ones() {
    let mut desk = Desk::au();
    let body = r#"{"TaxCode":"GST15","TaxRateDetails":[
        {"TaxRateName":"GST15 sale","RateValue":"15","TaxAgencyId":"1","TaxApplicableOn":"Sales"},
        {"TaxRateId":"4","TaxApplicableOn":"Purchase"}]}"#;
    let (status, answer) = desk.send("POST", "taxservice/taxcode", body);
    assert_eq!((status.as_u16(), &answer["TaxCodeId"]), (200, &json!("8")));
    assert_eq!(answer["TaxRateDetails"][0]["TaxRateId"], "10");
    assert_eq!(answer["TaxRateDetails"][1]["RateValue"], json!(10));
    let code = desk.get("taxcode/8");
    assert_eq!(code["SalesTaxRateList"]["TaxRateDetail"][0]["TaxRateRef"]["value"], "10");
    assert_eq!(code["PurchaseTaxRateList"]["TaxRateDetail"][0]["TaxRateRef"]["value"], "4");
    assert_eq!(desk.get("taxrate/10")["RateValue"], json!(15));
    for (body, code) in [
        (r#"{"TaxCode":"GST15","TaxRateDetails":[{"TaxRateId":"3"}]}"#, "6240"),
        (r#"{"TaxCode":"X"}"#, "2020"),
        (r#"{"TaxRateDetails":[{"TaxRateId":"3"}]}"#, "2020"),
        (r#"{"TaxCode":"X","TaxRateDetails":[{"TaxRateId":"99"}]}"#, "2500"),
        (r#"{"TaxCode":"X","TaxRateDetails":[{"TaxRateName":"n","RateValue":101,"TaxAgencyId":"1"}]}"#, "2150"),
        (r#"{"TaxCode":"X","TaxRateDetails":[{"TaxRateName":"n","RateValue":1,"TaxAgencyId":"9"}]}"#, "2500"),
    ] {
        assert_eq!(desk.code("taxservice/taxcode", body), code, "{body}");
    }
    assert_eq!(desk.ids("TaxRate", "where Name = 'n'").len(), 0);
}

#[test]
fn an_agency_can_be_made_but_not_changed() {
    let mut desk = Desk::au();
    let id = desk.id("taxagency", r#"{"DisplayName":"Revenue NSW"}"#);
    assert_eq!(desk.code("taxagency", r#"{"DisplayName":"revenue nsw"}"#), "6240");
    assert_eq!(desk.code("taxagency", &format!(r#"{{"Id":"{id}","SyncToken":"0","DisplayName":"x"}}"#)), "500");
}

#[test]
fn a_setting_changes_alone_and_a_read_only_one_not_at_all() {
    let mut desk = Desk::au();
    let body = r#"{"Id":"1","SyncToken":"0","SalesFormsPrefs":{"CustomTxnNumbers":true},"CurrencyPrefs":{"MultiCurrencyEnabled":true}}"#;
    let after = desk.post("preferences", body);
    assert_eq!(after["SalesFormsPrefs"]["CustomTxnNumbers"], json!(true));
    assert_eq!(after["SalesFormsPrefs"]["AllowDiscount"], json!(true));
    assert_eq!(after["CurrencyPrefs"]["MultiCurrencyEnabled"], json!(false));
    assert_eq!(after["TaxPrefs"]["UsingSalesTax"], json!(true));
}

#[test]
fn the_company_can_be_renamed_but_not_moved() {
    let mut desk = Desk::au();
    let after =
        desk.post("companyinfo", r#"{"Id":"1","SyncToken":"0","sparse":true,"CompanyName":"New","Country":"US"}"#);
    assert_eq!((&after["CompanyName"], &after["Country"]), (&json!("New"), &json!("AU")));
    assert_eq!(desk.books.company_name(), "New");
}

#[test]
fn the_home_currency_is_worth_one_of_itself_and_others_are_a_gap() {
    let mut desk = Desk::au();
    let rate = desk.get("exchangerate?sourcecurrencycode=AUD&asofdate=2026-11-01");
    assert_eq!((&rate["Rate"], &rate["AsOfDate"]), (&json!(1), &json!("2026-11-01")));
    assert_eq!(desk.fault("GET", "exchangerate?sourcecurrencycode=USD", "").0, "501");
    assert_eq!(desk.fault("GET", "exchangerate", "").0, "2020");
    assert_eq!(desk.fault("GET", "exchangerate?sourcecurrencycode=AUD&asofdate=today", "").0, "2060");
}
