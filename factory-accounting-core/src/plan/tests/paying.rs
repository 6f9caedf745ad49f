//! The account of a payment.

use super::company::{Company, record};
use crate::model::RecordKind;
use crate::plan::{Subject, draft};
use crate::planned::Content;

fn account(company: &Company, members: &str) -> Result<String, String> {
    let payment = record(&format!(
        r#"{{"kind":"payment","id":"p1","number":"R-1","target":{{"invoice":"i1"}},"date":"2026-07-02",
        "amount":{{"amount":"24.15","currency":"NZD"}}{members}}}"#
    ));
    let drafted = draft(&payment.key(), &Subject::Record(Box::new(payment.clone())), &company.context());
    match drafted.map_err(|parked| parked.to_string())?.expect("not skipped").content {
        Content::Payment(planned) => Ok(planned.account.name().to_owned()),
        other => panic!("not a payment: {other:?}"),
    }
}

#[test]
fn f87_f88_f89_r19_the_account_of_a_payment_in_its_order() {
    let mut company = Company::new();
    company.link(RecordKind::Invoice, "i1", "inv-1");
    let accounts = &mut company.settings.accounts;
    accounts.payments = None;
    accounts.payment_methods.insert("bank".into(), "090".into());
    // What a payment may not use shows which one was chosen.
    accounts.payment_methods.insert("card".into(), "200".into());
    assert_eq!(account(&company, r#","method":"bank""#).as_deref(), Ok("090"));
    assert!(account(&company, r#","method":"card""#).expect_err("not for payments").contains("account \"200\""));
    assert_eq!(account(&company, r#","method":"card","account":"090""#).as_deref(), Ok("090"));
    let nothing = account(&company, "").expect_err("nothing is set");
    assert!(nothing.starts_with("FA-102") && nothing.contains("names no way of payment"), "{nothing}");
    company.settings.default_payment_method = Some("bank".into());
    assert_eq!(account(&company, "").as_deref(), Ok("090"));
    company.settings.default_payment_method = Some("cheque".into());
    let missing = account(&company, "").expect_err("no account for cheques");
    assert!(missing.contains("\"cheque\", the default way of payment,"), "{missing}");
    assert!(missing.contains("accounts.payment_methods"), "{missing}");
    company.settings.accounts.payments = Some("090".into());
    assert_eq!(account(&company, "").as_deref(), Ok("090"));
    assert_eq!(account(&company, r#","method":"cash""#).as_deref(), Ok("090"));
}
