use serde::de::DeserializeOwned;

use super::*;
use crate::testing::decimal;

fn parse<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).expect("a row")
}

fn tax(codes: &str, rates: &str) -> Result<Vec<TaxCode>, &'static str> {
    let entries = tax_codes(parse(codes), parse(rates))?;
    let code = |entry| if let CatalogueEntry::TaxCode(code) = entry { Some(code) } else { None };
    Ok(entries.into_iter().filter_map(code).collect())
}

#[test]
fn tax_codes_are_made_of_rates_side_by_side() {
    let codes = r#"[{"Id":"5","Name":"GST","Active":true,
        "SalesTaxRateList":{"TaxRateDetail":[{"TaxRateRef":{"value":"3"},"TaxTypeApplicable":"TaxOnAmount","TaxOrder":0}]},
        "PurchaseTaxRateList":{"TaxRateDetail":[{"TaxRateRef":{"value":"4"}}]}},
        {"Id":"TAX","Name":"TAX"},{"Id":"6","Name":"Old","Active":false},{"Id":"7","Name":"Odd","Hidden":true}]"#;
    let rates = r#"[{"Id":"3","Name":"GST sales","RateValue":10},{"Id":"4","Name":"GST purchases","RateValue":9.5}]"#;
    let read = tax(codes, rates).expect("tax codes");
    assert_eq!((read[0].code.as_str(), read[0].rate), ("5", decimal("10")));
    assert_eq!(read[0].rate_on(TradeSide::Purchases), Some(decimal("9.5")));
    assert_eq!(read[0].components_on(TradeSide::Sales).map(|one| one.id.as_str()).collect::<Vec<_>>(), ["3"]);
    // The codes of the United States leave out whether they are in use, and have no rates.
    assert!(read[1].active && read[1].components.is_empty() && read[1].rate.is_zero());
    assert!(!read[2].active && !read[3].active);
}

#[test]
fn a_rate_on_top_of_another_counts_with_what_it_comes_to() {
    let codes = r#"[{"Id":"8","SalesTaxRateList":{"TaxRateDetail":[
        {"TaxRateRef":{"value":"2"},"TaxTypeApplicable":"TaxOnAmountPlusTax","TaxOrder":2},
        {"TaxRateRef":{"value":"1"},"TaxTypeApplicable":"TaxOnAmount","TaxOrder":1}]}}]"#;
    let rates = r#"[{"Id":"1","RateValue":5},{"Id":"2","RateValue":"9.975"}]"#;
    let read = tax(codes, rates).expect("tax codes");
    // 9.975 % of 105 %.
    assert_eq!(read[0].rate, decimal("15.47375"));
    assert_eq!(read[0].components.len(), 2);
}

#[test]
fn a_tax_code_whose_rates_are_not_known_is_an_error_and_not_a_guess() {
    let code = |basis: &str| {
        format!(
            r#"[{{"Id":"8","SalesTaxRateList":{{"TaxRateDetail":[{{"TaxRateRef":{{"value":"1"}},"TaxTypeApplicable":"{basis}"}}]}}}}]"#
        )
    };
    assert!(tax(&code("TaxOnAmount"), "[]").is_err());
    assert!(tax(&code("TaxOnMoon"), r#"[{"Id":"1","RateValue":5}]"#).is_err());
    assert!(tax(&code("TaxOnAmount"), r#"[{"Id":"1","RateValue":5}]"#).is_ok());
}

#[test]
fn accounts_say_what_they_may_be_used_for() {
    let read = |json: &str| match account(parse(json)).expect("a row") {
        Some(CatalogueEntry::Account(account)) => Some(account),
        _ => None,
    };
    for (json, lines, payments, card, class) in [
        (r#"{"Id":"60","Name":"Sales","AccountType":"Income"}"#, true, false, false, AccountClass::Income),
        (
            r#"{"Id":"35","Name":"Bank","AccountType":"Bank","Classification":"Asset"}"#,
            false,
            true,
            false,
            AccountClass::Asset,
        ),
        (r#"{"Id":"42","Name":"Visa","AccountType":"Credit Card"}"#, false, true, true, AccountClass::Liability),
        (
            r#"{"Id":"4","Name":"Undeposited","AccountType":"Other Current Asset"}"#,
            true,
            true,
            false,
            AccountClass::Asset,
        ),
        (r#"{"Id":"84","Name":"A/R","AccountType":"Accounts Receivable"}"#, false, false, false, AccountClass::Asset),
        (r#"{"Id":"80","Name":"COGS","AccountType":"Cost of Goods Sold"}"#, true, false, false, AccountClass::Expense),
    ] {
        let account = read(json).expect("an account");
        let found = (account.usable_on_lines, account.usable_for_payments, account.card, account.class);
        assert_eq!(found, (lines, payments, card, class), "{json}");
        assert_eq!(account.code, None);
    }
    let coded = read(
        r#"{"Id":"1","AcctNum":"4000","FullyQualifiedName":"Income:Sales","AccountType":"Income","Active":false}"#,
    );
    let coded = coded.expect("an account");
    assert_eq!((coded.code.as_deref(), coded.name.as_str(), coded.active), (Some("4000"), "Income:Sales", false));
    assert!(read(r#"{"Id":"9","AccountType":"Novelty","Classification":"Novelty"}"#).is_none());
}

#[test]
fn items_name_their_accounts_and_categories_are_none() {
    let read = item(parse(
        r#"{"Id":"243","Name":"Hopper","Sku":"HOP-1","Type":"NonInventory","IncomeAccountRef":{"value":"60"},"ExpenseAccountRef":{"value":"80"}}"#,
    ));
    let Some(CatalogueEntry::Item(hopper)) = read.expect("a row") else { panic!("an item") };
    assert_eq!((hopper.id.as_str(), hopper.code.as_str()), ("item:243", "HOP-1"));
    assert_eq!((hopper.income_account.as_deref(), hopper.expense_account.as_deref()), (Some("60"), Some("80")));
    let plain = item(parse(r#"{"Id":"2","Name":"Services","Type":"Service","Active":false}"#)).expect("a row");
    assert!(matches!(plain, Some(CatalogueEntry::Item(item)) if item.code == "Services" && !item.active));
    for kind in ["Category", "Group"] {
        assert_eq!(item(parse(&format!(r#"{{"Id":"3","Name":"Bolts","Type":"{kind}"}}"#))).expect("a row"), None);
    }
}

#[test]
fn f37_projects_are_told_from_jobs_made_from_here() {
    let read = job(parse(
        r#"{"Id":"62","DisplayName":"PRJ-042 Hopper","ParentRef":{"value":"61"},"Job":true,"IsProject":true}"#,
    ));
    let CatalogueEntry::Job(project) = read.expect("a row") else { panic!("a job") };
    assert!(project.project && project.active);
    assert_eq!(project.group, Some(RemoteId::new("customer:61")));
}
