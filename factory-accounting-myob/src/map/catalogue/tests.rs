use serde::de::DeserializeOwned;

use super::*;
use crate::testing::{decimal, uid};

fn parse<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).expect("reads")
}

fn read_account(json: &str) -> Account {
    match account(parse(json)).expect("reads") {
        Some(CatalogueEntry::Account(account)) => account,
        other => panic!("{other:?}"),
    }
}

fn read_code(json: &str) -> TaxCode {
    match tax_code(parse(json)).expect("reads") {
        Some(CatalogueEntry::TaxCode(code)) => code,
        other => panic!("{other:?}"),
    }
}

fn row(number: u32, more: &str) -> String {
    format!(r#"{{"UID":"{}",{more}}}"#, uid(number))
}

#[test]
fn an_account_is_named_by_its_uid_and_shown_by_its_number() {
    let of = |more: &str| read_account(&row(60, more));
    let sales = of(
        r#""DisplayID":"4-1000","Name":"Sales","Classification":"Income","Type":"Income","IsHeader":false,"IsActive":true"#,
    );
    assert_eq!((sales.id.as_str(), sales.code.as_deref()), (uid(60).as_str(), Some("4-1000")));
    assert_eq!((sales.class, sales.usable_on_lines, sales.usable_for_payments), (AccountClass::Income, true, false));
    let bank = of(r#""DisplayID":"1-1110","Classification":"Asset","Type":"Bank""#);
    assert_eq!((bank.usable_on_lines, bank.usable_for_payments, bank.card), (false, true, false));
    let card = of(r#""DisplayID":"2-1100","Classification":"Liability","Type":"CreditCard""#);
    assert_eq!((card.usable_for_payments, card.card), (true, true));
    let header = of(r#""DisplayID":"1-0000","Classification":"Asset","Type":"Bank","IsHeader":true"#);
    assert_eq!((header.usable_on_lines, header.usable_for_payments), (false, false));
    let cost = of(r#""DisplayID":"5-1000","Classification":"CostOfSales","Type":"CostOfSales","IsActive":false"#);
    assert_eq!((cost.class, cost.usable_on_lines, cost.active), (AccountClass::Expense, true, false));
    assert_eq!(account(parse(&row(61, r#""Classification":"Novel""#))), Ok(None));
}

#[test]
fn a_tax_code_is_named_by_its_uid_because_people_change_its_letters() {
    let gst = read_code(&row(91, r#""Code":"GST","Description":"Goods & Services Tax","Type":"GST_VAT","Rate":10"#));
    assert_eq!((gst.code.as_str(), gst.name.as_str()), (uid(91).as_str(), "GST Goods & Services Tax"));
    assert_eq!((gst.rate, gst.active, gst.rate_on(TradeSide::Sales)), (decimal("10"), true, Some(decimal("10"))));
}

#[test]
fn a_tax_code_that_lines_cannot_carry_is_not_offered_there() {
    let input = read_code(&row(92, r#""Code":"INP","Description":"Input Taxed","Type":"InputTaxed","Rate":0"#));
    assert_eq!((input.active, input.rate_on(TradeSide::Sales)), (true, None));
    assert_eq!(input.rate_on(TradeSide::Purchases), Some(decimal("0")));
    for special in ["Consolidated", "LuxuryCarTax", "WithholdingsTax", "NoABN_TFN", "Novel"] {
        let code = read_code(&row(93, &format!(r#""Code":"X","Type":"{special}","Rate":5"#)));
        assert!(!code.active, "{special}");
    }
    let negative = read_code(&row(94, r#""Code":"NEG","Type":"GST_VAT","Rate":5,"IsRateNegative":true"#));
    assert_eq!(negative.rate, decimal("-5"));
}

#[test]
fn documents_without_tax_get_the_code_that_is_not_reported_if_there_is_one() {
    let code = |number, letters: &str, rate: &str, kind: &str| {
        parse::<wire::TaxCode>(&row(number, &format!(r#""Code":"{letters}","Rate":{rate},"Type":"{kind}""#)))
    };
    let all = [
        code(1, "GST", "10", "GST_VAT"),
        code(2, "INP", "0", "InputTaxed"),
        code(3, "FRE", "0", "GST_VAT"),
        code(4, "n-t", "0", "GST_VAT"),
    ];
    assert_eq!(untaxed(&all), Some(uid(4).as_str()));
    assert_eq!(untaxed(&all[..3]), Some(uid(3).as_str()));
    assert_eq!(untaxed(&[code(5, "OURS", "0", "GST_VAT")]), Some(uid(5).as_str()));
    assert_eq!(untaxed(&all[..2]), None);
}

#[test]
fn an_item_says_where_it_posts_on_either_side() {
    let of = |more: &str| match item(parse(&row(50, more))).expect("reads") {
        Some(CatalogueEntry::Item(item)) => item,
        other => panic!("{other:?}"),
    };
    let accounts = format!(
        r#""IncomeAccount":{{"UID":"{}"}},"ExpenseAccount":{{"UID":"{}"}},"AssetAccount":{{"UID":"{}"}}"#,
        uid(60),
        uid(61),
        uid(62)
    );
    let plain = of(&format!(r#""Number":"BRK","Name":"Bracket","IsSold":true,"IsBought":true,{accounts}"#));
    assert_eq!((plain.id.as_str(), plain.code.as_str()), (format!("inventory/item/{}", uid(50)).as_str(), "BRK"));
    assert_eq!((plain.income_account, plain.expense_account), (Some(uid(60)), Some(uid(61))));
    let stock = of(&format!(r#""Number":"BRK","IsSold":false,"IsBought":true,"IsInventoried":true,{accounts}"#));
    assert_eq!((stock.income_account, stock.expense_account), (None, Some(uid(62))));
    assert!(item(parse(&row(51, r#""Name":"nameless""#))).is_err());
}

#[test]
fn f37_a_header_job_is_not_offered_for_lines() {
    let of = |more: &str| match job(parse(&row(70, more))).expect("reads") {
        Some(CatalogueEntry::Job(job)) => job,
        other => panic!("{other:?}"),
    };
    let detail =
        of(&format!(r#""Number":"J-1","Name":"Hopper","IsActive":true,"LinkedCustomer":{{"UID":"{}"}}"#, uid(1)));
    assert_eq!((detail.name.as_str(), detail.active), ("J-1 Hopper", true));
    assert_eq!(detail.group, Some(RemoteId::new(format!("contact/customer/{}", uid(1)))));
    assert!(!of(r#""Number":"J-0","Name":"All","IsHeader":true"#).active);
    assert!(!of(r#""Number":"J-2","Name":"Old","IsActive":false"#).active);
}
