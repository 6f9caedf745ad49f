use std::collections::BTreeMap;

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{Billing, BillingError, BillingWarning, Head, Part, RetentionPolicy, Sums};
use crate::model::{Discount, Extent, Invoice, ItemLine, Line, Nature, Order, Record, RecordKey, RecordKind, TaxMode};
use crate::money::{Quantity, Rate, UnitPrice};

fn dec(text: &str) -> Decimal {
    text.parse().unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn rate(text: &str) -> Rate {
    Rate(dec(text))
}

fn order(lines: &str) -> Order {
    let json = format!(
        r#"{{"kind":"order","id":"SO-7","number":"SO-7","customer":"C1","date":"2026-07-01","currency":"NZD","lines":[{lines}]}}"#
    );
    match Record::parse(&json) {
        Ok(Record::Order(order)) => order,
        other => panic!("{other:?}"),
    }
}

fn line(text: &str, quantity: &str, price: &str, more: &str) -> String {
    format!(r#"{{"type":"item","description":"{text}","quantity":"{quantity}","unit_price":"{price}"{more}}}"#)
}

fn head(number: usize) -> Head {
    let id = format!("F-{number}");
    Head::new(id.as_str(), id.clone(), "2026-07-31".parse().expect("a day"))
}

fn shown(lines: &[Line]) -> Vec<(String, String, String)> {
    let items = lines.iter().filter_map(Line::as_item);
    let text = |value: Decimal| value.normalize().to_string();
    items.map(|line| (line.description.clone(), text(line.quantity.0), text(line.unit_price.0))).collect()
}

fn row(text: &str, quantity: &str, price: &str) -> (String, String, String) {
    (text.to_owned(), quantity.to_owned(), price.to_owned())
}

fn kitchen() -> Order {
    order(&[line("Bench", "10", "100", ""), line("Fitting", "8", "60", r#","nature":"labour","tax":"Z""#)].join(","))
}

#[test]
fn l8_an_order_is_billed_by_lines_by_amount_by_percentage_and_to_its_end() {
    let order = kitchen();
    let billing = Billing::of(&order, &[]).expect("an order");
    let first = billing.by_lines(&[(0, Quantity(dec("4")))]).expect("a part").invoice(head(1)).expect("an invoice");
    assert_eq!(shown(&first.lines), [row("Bench", "4", "100")]);
    assert_eq!((first.extent, first.order.as_ref()), (Extent::Partial, Some(&order.id)));

    let billing = Billing::of(&order, std::slice::from_ref(&first)).expect("an order");
    let second = billing.by_amount(dec("270")).expect("a part").invoice(head(2)).expect("an invoice");
    // 600 and 480 are left: 150 and 120 of 270.
    assert_eq!(
        shown(&second.lines),
        [row("Part of order SO-7", "1", "150"), row("Part of order SO-7: labour", "1", "120")]
    );

    let billing = Billing::of(&order, &[first.clone(), second.clone()]).expect("an order");
    let third = billing.by_percentage(rate("50"), true).expect("a part").invoice(head(3)).expect("an invoice");
    let sums =
        Billing::of(&order, &[first.clone(), second.clone(), third.clone()]).expect("an order").sums().expect("sums");
    assert_eq!((sums.work, sums.invoiced, sums.remaining), (dec("740.00"), dec("740.00"), dec("740.00")));

    let all = [first, second, third];
    let billing = Billing::of(&order, &all).expect("an order");
    let last = billing.remainder().expect("a part");
    assert_eq!(last.amount(), Ok(dec("740.00")));
    let texts: Vec<String> = shown(last.lines()).into_iter().map(|line| line.0).collect();
    assert_eq!(texts, ["Bench", "Fitting", "Less what is billed of order SO-7", "Less what is billed of order SO-7"]);
    let last = last.invoice(head(4)).expect("an invoice");
    let all = [&all[..], &[last]].concat();
    let billing = Billing::of(&order, &all).expect("an order");
    assert!(matches!(billing.remainder(), Err(BillingError::NothingLeft { .. })));
    let nothing = billing.by_percentage(rate("100"), true).map(drop).expect_err("all is billed");
    assert!(nothing.to_string().starts_with("order: of \"SO-7\" "), "{nothing}");
}

#[test]
fn f58_an_invoice_that_bills_the_whole_order_at_once_is_a_full_one() {
    let order = kitchen();
    let billing = Billing::of(&order, &[]).expect("an order");
    let whole = billing.remainder().expect("a part").invoice(head(1)).expect("an invoice");
    assert_eq!((whole.extent, &whole.lines), (Extent::Full, &order.lines));
    let all = billing.by_percentage(rate("100"), true).expect("a part").invoice(head(1)).expect("an invoice");
    assert_eq!(all.extent, Extent::Full);
}

#[test]
fn l9_r12_a_second_bill_for_a_whole_order_is_warned_of_and_needs_consent() {
    let order = kitchen();
    let billing = Billing::of(&order, &[]).expect("an order");
    let full = billing.remainder().expect("a part").invoice(head(1)).expect("an invoice");
    let billing = Billing::of(&order, &[full]).expect("an order");
    let more = billing.by_amount(dec("100")).expect("a part");
    assert_eq!(
        more.warnings(),
        Ok(vec![
            BillingWarning::FullAlready { invoice: RecordKey::new(RecordKind::Invoice, "F-1") },
            BillingWarning::AboveOrder { excess: dec("100.00") },
        ])
    );
    assert_eq!(
        more.clone().invoice(head(2)),
        Err(BillingError::AboveOrder { order: "SO-7".to_owned(), excess: dec("100.00") })
    );
    let agreed = more.above_order().invoice(head(2)).expect("an invoice");
    assert!(agreed.above_order);
    assert_eq!(
        billing.by_lines(&[(0, Quantity(dec("1")))]).map(drop),
        Err(BillingError::Quantity { path: "quantities[0].quantity".to_owned(), quantity: dec("1"), left: dec("0") })
    );
}

#[test]
fn deposits_are_set_off_against_the_work_and_never_more_than_was_billed() {
    let order = kitchen();
    let billing = Billing::of(&order, &[]).expect("an order");
    let deposit = billing.deposit(dec("370")).expect("a part").invoice(head(1)).expect("an invoice");
    assert_eq!(
        shown(&deposit.lines),
        [row("Deposit on order SO-7", "1", "250"), row("Deposit on order SO-7", "1", "120"),]
    );
    assert!(deposit.lines.iter().filter_map(Line::as_item).all(|line| line.nature == Some(Nature::Deposit)));

    let billing = Billing::of(&order, std::slice::from_ref(&deposit)).expect("an order");
    let claim = billing.by_percentage(rate("10"), true).expect("a part");
    assert_eq!(
        claim.clone().setting_off(Some(dec("371"))).map(drop),
        Err(BillingError::MoreThanDeposited { amount: dec("371"), open: dec("370.00") })
    );
    assert_eq!(
        claim.clone().setting_off(Some(dec("200"))).map(drop),
        Err(BillingError::MoreThanBilled { amount: dec("-52.00") })
    );
    let claim = claim.setting_off(None).expect("set off").invoice(head(2)).expect("an invoice");
    let billing = Billing::of(&order, &[deposit.clone(), claim.clone()]).expect("an order");
    let sums = billing.sums().expect("sums");
    assert_eq!((sums.work, sums.deposited, sums.deposit_open), (dec("148.00"), dec("370.00"), dec("222.00")));
    let last =
        billing.remainder().expect("a part").setting_off(None).expect("set off").invoice(head(3)).expect("an invoice");
    let billing = Billing::of(&order, &[deposit, claim, last]).expect("an order");
    let sums = billing.sums().expect("sums");
    assert_eq!((sums.deposit_open, sums.remaining), (Decimal::ZERO, Decimal::ZERO));
    let nothing = billing.by_amount(dec("1")).expect("a part").setting_off(None);
    assert!(matches!(nothing, Err(BillingError::MoreThanDeposited { .. })));
}

#[test]
fn no_deposit_is_set_off_against_a_part_that_comes_to_less_than_nothing() {
    let order = order(&[line("Bench", "1", "100", ""), line("Trade-in", "1", "-30", "")].join(","));
    let billing = Billing::of(&order, &[]).expect("an order");
    let deposit = billing.deposit(dec("50")).expect("a part").invoice(head(1)).expect("an invoice");
    let billing = Billing::of(&order, &[deposit]).expect("an order");
    let trade_in = billing.by_lines(&[(1, Quantity(dec("1")))]).expect("a part");
    assert_eq!(trade_in.setting_off(None).map(drop), Err(BillingError::MoreThanBilled { amount: dec("-30.00") }));
}

#[test]
fn as_much_of_a_deposit_is_set_off_as_its_tax_leaves_room_for() {
    let order =
        order(&[line("Bench", "1", "100", r#","tax":"S""#), line("Land", "1", "100", r#","tax":"Z""#)].join(","));
    let rates = BTreeMap::from([("S".to_owned(), rate("15")), ("Z".to_owned(), rate("0"))]);
    let policy = RetentionPolicy { percent: rate("7.5"), most: None, until: None };
    let day = "2026-07-31".parse().expect("a day");
    let over = |invoices: &[Invoice]| Billing::of(&order, invoices).expect("an order").with_rates(rates.clone(), None);
    let deposit = over(&[]).deposit(dec("100")).expect("a part").invoice(head(1)).expect("an invoice");
    let billing = over(std::slice::from_ref(&deposit));
    let bench =
        billing.by_lines(&[(0, Quantity(dec("1")))]).expect("a part").retaining(&policy, day).expect("held back");
    let billing = over(&[deposit, bench.invoice(head(2)).expect("an invoice")]);
    // Half of the deposit lies on the taxed bench: 100 less 93.02, and 6.98 of tax on half of that.
    let land = billing.remainder().expect("a part").setting_off(None).expect("set off");
    let [_, rest @ ..] = land.lines() else { panic!("{:?}", land.lines()) };
    let set_off = "Deposit on order SO-7 set off";
    assert_eq!(shown(rest), [row(set_off, "1", "-46.51"), row(set_off, "1", "-46.51")]);
    assert_eq!(land.invoice(head(3)).expect("an invoice").total, Some(dec("0.00")));
}

#[test]
fn r54_retention_is_held_back_up_to_its_limit_and_released_once() {
    let order = kitchen();
    let policy = RetentionPolicy {
        percent: rate("10"),
        most: Some(rate("5")),
        until: Some("2026-12-31".parse().expect("a day")),
    };
    let day = |text: &str| text.parse().expect("a day");
    let billing = Billing::of(&order, &[]).expect("an order");
    let first = billing.by_percentage(rate("40"), true).expect("a part");
    let first = first.retaining(&policy, day("2026-07-31")).expect("held back").invoice(head(1)).expect("an invoice");
    let billing = Billing::of(&order, std::slice::from_ref(&first)).expect("an order");
    let sums = billing.sums().expect("sums");
    assert_eq!((sums.work, sums.retained, sums.invoiced), (dec("592.00"), dec("59.20"), dec("532.80")));
    // 5 % of 1,480 are 74: only 14.80 more.
    let second = billing.by_percentage(rate("90"), true).expect("a part");
    let late = second.clone().retaining(&policy, day("2026-12-31")).expect("nothing more");
    assert_eq!(late.lines(), second.lines());
    let second = second.retaining(&policy, day("2026-08-31")).expect("held back").invoice(head(2)).expect("an invoice");
    let invoices = [first, second];
    let billing = Billing::of(&order, &invoices).expect("an order");
    assert_eq!(billing.sums().expect("sums").retention_open, dec("74.00"));
    assert_eq!(
        billing.release(Some(dec("75"))).map(drop),
        Err(BillingError::MoreThanRetained { amount: dec("75"), open: dec("74.00") })
    );
    let part = billing.release(Some(dec("30"))).expect("a part").invoice(head(3)).expect("an invoice");
    let invoices = [&invoices[..], &[part]].concat();
    let billing = Billing::of(&order, &invoices).expect("an order");
    let rest = billing.release(None).expect("a part").invoice(head(4)).expect("an invoice");
    assert!(shown(&rest.lines).iter().all(|line| line.0 == "Release of retention on order SO-7"));
    let invoices = [&invoices[..], &[rest]].concat();
    let billing = Billing::of(&order, &invoices).expect("an order");
    assert_eq!(billing.sums().expect("sums").retention_open, Decimal::ZERO);
    assert!(matches!(billing.release(None), Err(BillingError::MoreThanRetained { .. })));
    assert_eq!(billing.remainder().expect("a part").amount(), Ok(dec("148.00")));
}

#[test]
fn bad_input_is_refused_with_its_path_and_a_remedy() {
    let order = kitchen();
    let billing = Billing::of(&order, &[]).expect("an order");
    let told = |part: Result<Part<'_>, BillingError>| part.map(drop).expect_err("refused").to_string();
    assert_eq!(
        told(billing.by_percentage(rate("120"), true)),
        "percent: is 120 of order \"SO-7\": give a percentage from 0 to 100"
    );
    assert_eq!(
        told(billing.by_percentage(rate("-1"), false)),
        "percent: is -1 of order \"SO-7\": give a percentage from 0 to 100"
    );
    assert_eq!(
        told(billing.by_amount(dec("0"))),
        "amount: is 0 for order \"SO-7\": give an amount above zero in whole units of the currency"
    );
    assert!(told(billing.by_amount(dec("1.005"))).starts_with("amount: is 1.005"));
    assert!(told(billing.by_lines(&[(7, Quantity(dec("1")))])).starts_with("quantities[0].line: is 7"));
    assert!(
        told(billing.by_lines(&[(0, Quantity(dec("11")))]))
            .starts_with("quantities[0].quantity: is 11, 10 of the line")
    );
    assert!(
        told(billing.by_lines(&[(0, Quantity(dec("6"))), (0, Quantity(dec("6")))]))
            .starts_with("quantities[1].quantity: is 6, 4")
    );
    assert!(told(billing.deposit(dec("-3"))).starts_with("amount: is -3"));
    let policy = RetentionPolicy { percent: rate("101"), most: None, until: None };
    let part = billing.by_amount(dec("100")).expect("a part");
    assert!(told(part.retaining(&policy, "2026-07-31".parse().expect("a day"))).starts_with("percent: is 101"));
    let part = billing.by_percentage(rate("50"), true).expect("a part").invoice(head(1)).expect("an invoice");
    let billing = Billing::of(&order, std::slice::from_ref(&part)).expect("an order");
    assert!(
        told(billing.by_percentage(rate("40"), true))
            .starts_with("percent: of order \"SO-7\" comes to 592.00 to date, 740.00 are billed")
    );
    let strange = Invoice { order: None, ..part.clone() };
    let refused = |invoices: &[Invoice]| Billing::of(&order, invoices).map(drop).expect_err("refused").to_string();
    assert!(refused(&[strange]).starts_with("invoices[0].order: is not SO-7"));
    assert!(refused(&[part.clone(), part.clone()]).starts_with("invoices[1].id: is F-1 a second time"));
    let other = Invoice { currency: "AUD".parse().expect("a currency"), ..part.clone() };
    assert!(refused(&[other]).starts_with("invoices[0].currency"));
    let other = Invoice { tax_mode: TaxMode::Inclusive, ..part };
    assert!(refused(&[other]).starts_with("invoices[0].tax_mode"));
    let held = self::order(&line("Held", "1", "5", r#","nature":"retention""#));
    assert!(Billing::of(&held, &[]).map(drop).expect_err("refused").to_string().starts_with("lines[0].nature"));
    let rated = Billing::of(&order, &[]).expect("an order").with_rates(BTreeMap::new(), Some(rate("15")));
    let unknown = rated.by_amount(dec("100")).expect("a part").invoice(head(1)).expect_err("no rate");
    assert_eq!(unknown.to_string(), "rates: none is given for \"Z\": name it");
    assert_eq!(unknown.issue().path, "rates");
}

/// What happens to an order, drawn.
#[derive(Clone, Debug)]
enum Step {
    Lines(usize, u32),
    Amount(u32),
    Percent(u32),
    ToDate(u32),
    Deposit(u32),
    Release(u32),
}

fn step() -> impl Strategy<Value = (Step, bool, bool)> {
    let step = prop_oneof![
        (0_usize..5, 1_u32..20).prop_map(|(line, quantity)| Step::Lines(line, quantity)),
        (1_u32..60_000).prop_map(Step::Amount),
        (1_u32..40).prop_map(Step::Percent),
        (1_u32..100).prop_map(Step::ToDate),
        (1_u32..30_000).prop_map(Step::Deposit),
        (1_u32..5_000).prop_map(Step::Release),
    ];
    (step, any::<bool>(), any::<bool>())
}

fn drawn_line(taxes: &'static [&'static str]) -> impl Strategy<Value = ItemLine> {
    let natures = prop::sample::select(vec![None, Some(Nature::Labour), Some(Nature::Materials)]);
    (1_i64..30, 1_i64..2_000_000, 0_i64..10_000, 0..3, prop::sample::select(taxes), natures, 0..4).prop_map(
        |(quantity, price, off, discounted, tax, nature, text)| {
            let mut line = ItemLine::new(
                format!("Thing {text}"),
                Quantity(Decimal::new(quantity, 0)),
                UnitPrice(Decimal::new(price, 4)),
            );
            line.tax = Some(tax.to_owned());
            line.nature = nature;
            line.discount = match discounted {
                1 => Some(Discount::Rate(Rate(Decimal::new(off, 2)))),
                2 => Some(Discount::Amount(Decimal::new((off / 100).min(price * quantity / 200), 2))),
                _ => None,
            };
            line
        },
    )
}

/// Rates of New Zealand, Australia and the United Kingdom.
const LANDS: [(&[&str], &[i64]); 3] =
    [(&["S", "Z"], &[15, 0]), (&["S", "Z"], &[10, 0]), (&["S", "R", "Z"], &[20, 5, 0])];

fn drawn_order() -> impl Strategy<Value = (Order, BTreeMap<String, Rate>)> {
    let modes = prop::sample::select(vec![TaxMode::Exclusive, TaxMode::Inclusive, TaxMode::NoTax]);
    (prop::sample::select(&LANDS[..]), modes).prop_flat_map(|((taxes, rates), mode)| {
        prop::collection::vec(drawn_line(taxes), 1..5).prop_map(move |lines| {
            let mut order = kitchen();
            order.lines = lines.into_iter().map(Line::Item).collect();
            order.tax_mode = mode;
            let rates = taxes.iter().zip(rates).map(|(tax, rate)| ((*tax).to_owned(), Rate(Decimal::new(*rate, 0))));
            (order, rates.collect())
        })
    })
}

fn next<'a>(billing: &'a Billing, step: &Step) -> Result<Part<'a>, BillingError> {
    let cents = |cents: u32| Decimal::new(i64::from(cents), 2);
    match step {
        Step::Lines(line, quantity) => billing.by_lines(&[(*line, Quantity(Decimal::from(*quantity)))]),
        Step::Amount(amount) => billing.by_amount(cents(*amount)),
        Step::Percent(percent) => billing.by_percentage(Rate(Decimal::from(*percent)), false),
        Step::ToDate(percent) => billing.by_percentage(Rate(Decimal::from(*percent)), true),
        Step::Deposit(amount) => billing.deposit(cents(*amount)),
        Step::Release(amount) => billing.release(Some(cents(*amount))),
    }
}

/// With deposits set off as far as they fit; else without. `None` where a person has billed one tax so far beyond what was
/// ordered that what is left, with its tax, comes to less than nothing, or deposits that fit nowhere would go above the
/// order: that is a credit note.
fn set_off_or_whole(part: Part<'_>, at: usize) -> Result<Option<Invoice>, TestCaseError> {
    let deposits_are_open = !part.billing.sums().expect("sums").deposit_open.is_zero();
    let set_off = part.clone().setting_off(None).and_then(|part| part.invoice(head(at)));
    match set_off.or_else(|_| part.invoice(head(at))) {
        Ok(invoice) => Ok(Some(invoice)),
        Err(BillingError::MoreThanBilled { .. }) => Ok(None),
        Err(BillingError::AboveOrder { .. }) if deposits_are_open => Ok(None),
        Err(other) => Err(TestCaseError::fail(other.to_string())),
    }
}

/// What invoices come to before tax, by tax.
fn by_tax(invoices: &[Invoice]) -> BTreeMap<Option<String>, Decimal> {
    let mut sums: BTreeMap<Option<String>, Decimal> = BTreeMap::new();
    for line in invoices.iter().flat_map(|invoice| &invoice.lines) {
        let Line::Item(item) = line else { continue };
        let amount = crate::amounts::net_amount(std::slice::from_ref(line), kitchen().currency).expect("it fits");
        *sums.entry(item.tax.clone()).or_default() += amount;
    }
    sums.retain(|_, amount| !amount.is_zero());
    sums.into_iter().map(|(tax, amount)| (tax, amount.normalize())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever is billed in which order: once all is billed, set off and released, the invoices come to the order, before
    /// tax and with it, and each tax to its own.
    #[test]
    fn f58_l8_r54_all_invoices_of_an_order_come_to_the_order_to_the_cent(
        (order, rates) in drawn_order(), steps in prop::collection::vec(step(), 0..7),
    ) {
        let policy = RetentionPolicy { percent: rate("7.5"), most: Some(rate("6")), until: None };
        let day = "2026-07-31".parse().expect("a day");
        let mut invoices: Vec<Invoice> = Vec::new();
        let over = |invoices: &[Invoice]| Billing::of(&order, invoices).expect("an order").with_rates(rates.clone(), None);
        for (step, held, set_off) in steps {
            let billing = over(&invoices);
            let Ok(part) = next(&billing, &step) else { continue };
            let part = if held { part.retaining(&policy, day).expect("held back") } else { part };
            let part = if set_off { part.clone().setting_off(None).unwrap_or(part) } else { part };
            match part.invoice(head(invoices.len())) {
                Ok(invoice) => invoices.push(invoice),
                Err(BillingError::AboveOrder { .. } | BillingError::MoreThanBilled { .. }) => continue,
                Err(other) => return Err(TestCaseError::fail(other.to_string())),
            }
        }
        let billing = over(&invoices);
        match billing.remainder() {
            Ok(part) => match set_off_or_whole(part, invoices.len())? {
                Some(last) => invoices.push(last),
                None => return Ok(()),
            },
            Err(BillingError::NothingLeft { .. }) => {}
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        }
        let billing = over(&invoices);
        if let Ok(release) = billing.release(None) {
            let Some(last) = set_off_or_whole(release, invoices.len())? else { return Ok(()) };
            invoices.push(last);
        }
        let Sums { ordered, work, invoiced, deposit_open, retention_open, .. } = over(&invoices).sums().expect("sums");
        prop_assert_eq!((work, invoiced, retention_open), (ordered, ordered + deposit_open, Decimal::ZERO));
        let whole = over(&[]).remainder().expect("a part").invoice(head(0)).expect("an invoice");
        // Lines that a person picks may bill one tax beyond what was ordered and another below it, to the very amount of the
        // order: nothing is left to bill then, and the tax is that of the lines. What ends in a document over nothing
        // cannot take back the cent that rounding has given before it.
        let over_nothing = invoices.last().is_some_and(|last| last.total == Some(Decimal::ZERO));
        if deposit_open.is_zero() && !over_nothing && by_tax(&invoices) == by_tax(std::slice::from_ref(&whole)) {
            let totals: Decimal = invoices.iter().filter_map(|invoice| invoice.total).sum();
            prop_assert_eq!(Some(totals.normalize()), whole.total.map(|total| total.normalize()));
        }
        prop_assert!(invoices.iter().all(|invoice| crate::validate::validate(&Record::Invoice(invoice.clone())).is_empty()),
            "{:?}", invoices.iter().map(|invoice| crate::validate::validate(&Record::Invoice(invoice.clone()))).collect::<Vec<_>>());
    }
}
