//! Figures that no company has: every one is answered, none brings the books down.

use super::{Country, Desk, text};

const FIGURES: [&str; 10] = [
    "79228162514264337593543950335",
    "-79228162514264337593543950335",
    "0.0000000000000000000000000001",
    "-0.0000000000000000000000000001",
    "9999999999",
    "-9999999999",
    "9999999999.999999",
    "1e28",
    "-0",
    "0.005",
];

/// Targets and bodies; `#` is the figure, `@` the other party, `$` an account.
const FORMS: [(&str, &str); 12] = [
    (
        "invoice",
        r#"{"CustomerRef":{"value":"@"},"Line":[{"Amount":#,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"TaxCodeRef":{"value":"5"}}}]}"#,
    ),
    (
        "invoice",
        r#"{"CustomerRef":{"value":"@"},"GlobalTaxCalculation":"TaxInclusive","Line":[{"Amount":1,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"TaxInclusiveAmt":#,"Qty":#,"TaxCodeRef":{"value":"5"}}}]}"#,
    ),
    (
        "invoice",
        r#"{"CustomerRef":{"value":"@"},"Line":[{"Amount":#,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"Qty":#,"UnitPrice":#,"TaxCodeRef":{"value":"5"}}}]}"#,
    ),
    (
        "invoice",
        r#"{"CustomerRef":{"value":"@"},"Deposit":#,"Line":[{"Amount":1,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"TaxCodeRef":{"value":"5"}}}]}"#,
    ),
    (
        "invoice",
        r#"{"CustomerRef":{"value":"@"},"Line":[{"Amount":1,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"TaxCodeRef":{"value":"5"}}},{"Amount":#,"DetailType":"DiscountLineDetail","DiscountLineDetail":{}}]}"#,
    ),
    (
        "estimate",
        r#"{"CustomerRef":{"value":"@"},"Line":[{"Amount":9999999999,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"TaxCodeRef":{"value":"5"}}},{"Amount":-9999999998.99,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"TaxCodeRef":{"value":"5"}}},{"DetailType":"DiscountLineDetail","DiscountLineDetail":{"PercentBased":true,"DiscountPercent":#}}]}"#,
    ),
    (
        "invoice",
        r#"{"CustomerRef":{"value":"@"},"TxnTaxDetail":{"TotalTax":#,"TaxLine":[{"Amount":#,"DetailType":"TaxLineDetail","TaxLineDetail":{"TaxRateRef":{"value":"3"}}}]},"Line":[{"Amount":1,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"TaxCodeRef":{"value":"5"}}}]}"#,
    ),
    ("payment", r#"{"CustomerRef":{"value":"@"},"TotalAmt":#}"#),
    (
        "payment",
        r#"{"CustomerRef":{"value":"@"},"TotalAmt":1,"Line":[{"Amount":#,"LinkedTxn":[{"TxnId":"1001","TxnType":"Invoice"}]}]}"#,
    ),
    (
        "deposit",
        r#"{"DepositToAccountRef":{"value":"1"},"CashBack":{"AccountRef":{"value":"2"},"Amount":#},"Line":[{"Amount":#,"DetailType":"DepositLineDetail","DepositLineDetail":{"AccountRef":{"value":"$"}}}]}"#,
    ),
    (
        "purchase",
        r#"{"PaymentType":"Cash","AccountRef":{"value":"1"},"Line":[{"Amount":1,"DetailType":"AccountBasedExpenseLineDetail","AccountBasedExpenseLineDetail":{"AccountRef":{"value":"$"},"TaxCodeRef":{"value":"5"},"CustomerRef":{"value":"@"},"BillableStatus":"Billable","MarkupInfo":{"Percent":#}}}]}"#,
    ),
    (
        "salesreceipt",
        r#"{"CustomerRef":{"value":"@"},"TxnTaxDetail":{"UseAutomatedSalesTax":false,"TotalTax":#},"Line":[{"Amount":1,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"TaxCodeRef":{"value":"TAX"}}}]}"#,
    ),
];

#[test]
fn no_figure_brings_the_books_down() {
    for country in [Country::Au, Country::Us] {
        let mut desk = Desk::new(country);
        let customer = desk.customer("Acme");
        let account = desk.account("Expense");
        let mut stored = 0;
        for (target, form) in FORMS {
            for figure in FIGURES {
                let body = form.replace('#', figure).replace('@', &customer).replace('$', &account);
                let body = if country.is_us() {
                    body.replace(r#""TaxCodeRef":{"value":"5"}"#, r#""TaxCodeRef":{"value":"TAX"}"#)
                } else {
                    body
                };
                let (status, answer) = desk.send("POST", target, &body);
                assert!(status.is_success() || status == 400, "{target} {body}: {answer}");
                stored += usize::from(status.is_success());
            }
        }
        assert!(stored > 20, "{country:?}: only {stored} were stored");
        let action = serde_json::json!({"do": "bill_billables", "customer": customer});
        let billed = desk.books.act(&action, desk.now, &desk.switches.clone());
        assert!(billed.as_ref().map_or_else(|error| !error.is_empty(), |row| !text(row, "Id").is_empty()));
        desk.get(&format!("customer/{customer}"));
    }
}
