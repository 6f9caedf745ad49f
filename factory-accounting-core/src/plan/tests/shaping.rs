//! What becomes of lines: sums, discounts, items, texts, references, and what is left out.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::company::{Company, record};
use crate::capability::{AmountRules, LineItems, TaxAuthority, TaxRounding};
use crate::code::{Code, Parked};
use crate::ids::RemoteId;
use crate::model::{Discount, ItemLine, Line, Nature, Record, RecordKey, RecordKind, TaxMode};
use crate::money::{Halves, Quantity, Rate, UnitPrice};
use crate::plan::{Subject, draft, new_items, omissions};
use crate::planned::{Content, PlannedDocument};
use crate::provider::{CatalogueEntry, Item};
use crate::settings::{Discounts, LineDetail, LongReferences, ReferenceField, RoundingPolicy};

fn company() -> Company {
    let mut company = Company::new();
    company.settings.host_number_line.enabled = false;
    company.settings.accounts.rounding = Some("860".into());
    company.settings.accounts.retention = Some("200".into());
    company
}

fn planned(record: &Record, company: &Company) -> Result<PlannedDocument, Parked> {
    let subject = Subject::Record(Box::new(record.clone()));
    match draft(&record.key(), &subject, &company.context())? {
        Ok(draft) => match draft.content {
            Content::Document(document) => Ok(*document),
            other => panic!("{other:?}"),
        },
        Err(reason) => panic!("skipped: {reason}"),
    }
}

/// What is left out, as path and beginning of the reason.
fn left_out(record: &Record, company: &Company) -> Vec<(String, String)> {
    let context = company.context();
    let draft = draft(&record.key(), &Subject::Record(Box::new(record.clone())), &context);
    let draft = draft.expect("no question").expect("not skipped");
    omissions(record, &draft, &context).into_iter().map(|left| (left.path, left.reason)).collect()
}

fn lines(document: &PlannedDocument) -> Vec<String> {
    let line = |line: &crate::planned::PlannedLine| match &line.charge {
        Some(charge) => {
            let item = charge.item.as_ref().map(|item| format!(" [{}]", item.name())).unwrap_or_default();
            let number = |value: Decimal| value.normalize();
            format!("{} x {} {}{item}", number(charge.quantity.0), number(charge.unit_price.0), line.description)
        }
        None => line.description.clone(),
    };
    document.lines.iter().map(line).collect()
}

fn invoice(members: &str, lines: &[&str]) -> Record {
    record(&format!(
        r#"{{"kind":"invoice","id":"i1","number":"INV-1","customer":"c1","date":"2026-07-01","currency":"NZD",{members}
        "lines":[{}]}}"#,
        lines.join(",")
    ))
}

const HOURS: &str = r#"{"type":"item","description":"Fitting","quantity":"3","unit_price":"80","nature":"labour"}"#;
const MORE_HOURS: &str = r#"{"type":"item","description":"Painting","quantity":"2.5","unit_price":"70.25","nature":"labour","discount":{"rate":"10"}}"#;
const OAK: &str = r#"{"type":"item","description":"Oak","quantity":"4","unit_price":"25","nature":"materials","discount":{"amount":"5"}}"#;
const FREE: &str = r#"{"type":"item","description":"Permit","quantity":"1","unit_price":"60","tax":"NONE"}"#;
const NOTE: &str = r#"{"type":"text","text":"As agreed on site"}"#;
const HELD: &str =
    r#"{"type":"item","description":"Retention of 5 %","quantity":"1","unit_price":"-20","nature":"retention"}"#;

#[test]
fn f100_a_summary_has_a_line_for_labour_one_for_materials_and_one_for_the_rest_of_each_tax() {
    let mut company = company();
    company.settings.line_detail = LineDetail::Summary;
    let detailed = invoice("", &[OAK, NOTE, HOURS, FREE, MORE_HOURS, HELD]);
    let summary = planned(&detailed, &company).expect("a plan");
    // 2.5 x 70.25 less 10 % are 158.06, as the package rounds it.
    assert_eq!(lines(&summary), ["1 x 398.06 Labour", "1 x 95 Materials", "1 x 60 Other", "1 x -20 Retention of 5 %"]);
    company.settings.line_detail = LineDetail::Individual;
    assert_eq!(planned(&detailed, &company).expect("a plan").totals.subtotal, summary.totals.subtotal);
    let bill = record(
        r#"{"kind":"bill","id":"b1","number":"B-1","supplier":"s1","date":"2026-07-01","currency":"NZD",
        "lines":[{"type":"item","description":"Oak","quantity":"1","unit_price":"5"},
                 {"type":"item","description":"Ash","quantity":"1","unit_price":"6"}]}"#,
    );
    company.settings.line_detail = LineDetail::Summary;
    assert_eq!(planned(&bill, &company).expect("a plan").lines.len(), 2, "purchases keep their lines");
    let texts = invoice("", &[NOTE]);
    assert_eq!(lines(&planned(&texts, &company).expect("a plan")), ["As agreed on site"], "nothing to sum up");
    assert_eq!(left_out(&texts, &company), []);
}

#[test]
fn f100_r15_everything_that_a_summary_leaves_out_is_told() {
    let mut company = company();
    company.settings.line_detail = LineDetail::Summary;
    let told = left_out(&invoice("", &[HOURS, NOTE, HELD]), &company);
    assert_eq!(told[0].0, "lines[0]");
    assert_eq!(told[0].1, "its amount is within the sum \"Labour\"");
    assert_eq!(told[1].0, "lines[1].text");
    assert_eq!(told.len(), 2);
}

#[test]
fn l4_a_discount_gets_a_line_of_its_own_below_its_line() {
    let mut company = company();
    company.settings.discounts = Discounts::OwnLine;
    let document = planned(&invoice("", &[OAK, NOTE, HOURS]), &company).expect("a plan");
    assert_eq!(lines(&document), ["4 x 25 Oak", "1 x -5 Discount", "As agreed on site", "3 x 80 Fitting"]);
    company.add_to_catalogue([CatalogueEntry::Item(Item::new(RemoteId::new("it9"), "DISC"))]);
    company.settings.items.sales_discount = Some("DISC".into());
    let document = planned(&invoice("", &[OAK]), &company).expect("a plan");
    assert_eq!(lines(&document), ["4 x 25 Oak", "1 x -5 Discount [DISC]"]);
    company.settings.items.sales_discount = Some("GONE".into());
    let question = planned(&invoice("", &[OAK]), &company).expect_err("no such item");
    assert_eq!((question.code, question.issues[0].path.as_str()), (Code::ItemMissing, "items.sales_discount"));
}

#[test]
fn l4_where_lines_must_name_items_a_discount_without_one_is_a_question() {
    let mut company = company();
    company.settings.discounts = Discounts::OwnLine;
    let capability = company.capabilities.records.get_mut(&RecordKind::Invoice).expect("invoices");
    capability.line_items = LineItems::Required;
    let mut sales = Item::new(RemoteId::new("it1"), "SALES");
    sales.income_account = Some("200".into());
    company.add_to_catalogue([CatalogueEntry::Item(sales)]);
    company.settings.items.default = Some("SALES".into());
    let question = planned(&invoice("", &[OAK]), &company).expect_err("no discount item");
    assert_eq!((question.code, question.issues[0].path.as_str()), (Code::ItemMissing, "items.sales_discount"));
    let mut discounts = Item::new(RemoteId::new("it9"), "DISC");
    discounts.income_account = Some("860".into());
    company.add_to_catalogue([CatalogueEntry::Item(discounts)]);
    company.settings.items.sales_discount = Some("DISC".into());
    let document = planned(&invoice("", &[OAK]), &company).expect("a plan");
    let off = document.lines[1].charge.as_ref().expect("a charge");
    assert_eq!((off.account.name(), off.amount), ("860", Decimal::new(-500, 2)), "it posts where the item does");
}

#[test]
fn l4_a_discount_stays_on_its_line_rather_than_move_the_tax_by_a_cent_and_is_told() {
    let mut company = company();
    company.settings.discounts = Discounts::OwnLine;
    // 15 % of 0.10 are 0.02, of 0.07 and of 0.03 are 0.01 and 0.00.
    let cents =
        r#"{"type":"item","description":"Screw","quantity":"1","unit_price":"0.10","discount":{"amount":"0.03"}}"#;
    let document = planned(&invoice("", &[cents]), &company).expect("a plan");
    assert_eq!(lines(&document), ["1 x 0.1 Screw"]);
    assert!(left_out(&invoice("", &[cents]), &company)[0].1.starts_with("stays on its line"));
}

#[test]
fn f102_the_work_undertaken_stands_below_the_lines_and_counts_nothing() {
    let mut company = company();
    company.capabilities.line_text = 20;
    let done = invoice(r#""work_undertaken":"Hung the door, planed it and oiled it.","#, &[HOURS]);
    assert_eq!(planned(&done, &company).expect("a plan").lines.len(), 1, "off by default");
    assert_eq!(left_out(&done, &company)[0].0, "work_undertaken");
    company.settings.work_undertaken = true;
    let document = planned(&done, &company).expect("a plan");
    assert_eq!(lines(&document)[1..], ["Hung the door,", "planed it and oiled", "it."]);
    assert_eq!(document.totals.subtotal, Decimal::new(24_000, 2));
    assert!(left_out(&done, &company).is_empty());
}

#[test]
fn f94_a_long_reference_is_kept_at_its_start_or_its_end_or_refused() {
    let mut company = company();
    company.settings.reference = ReferenceField::SiteAddress;
    let site = invoice(r#""references":{"site_address":"Unit 4, 221 Kahikatea Drive","job_number":"J-7"},"#, &[HOURS]);
    assert_eq!(planned(&site, &company).expect("a plan").reference.as_deref(), Some("Unit 4, 221 Kahikate"));
    let told = left_out(&site, &company);
    assert_eq!(
        told.iter().map(|left| left.0.as_str()).collect::<Vec<_>>(),
        ["references.job_number", "references.site_address"]
    );
    assert!(told[1].1.starts_with("cut to \"Unit 4, 221 Kahikate\""), "{told:?}");
    company.settings.long_references = LongReferences::KeepEnd;
    assert_eq!(
        planned(&site, &company).expect("a plan").reference.as_deref(),
        Some(", 221 Kahikatea Drive").map(|text| &text[1..])
    );
    company.settings.long_references = LongReferences::Refuse;
    let question = planned(&site, &company).expect_err("too long");
    assert_eq!((question.code, question.issues[0].path.as_str()), (Code::Invalid, "references.site_address"));
}

#[test]
fn f101_r24_r36_each_text_becomes_one_item_and_only_where_it_is_wanted() {
    let mut company = company();
    company.capabilities.records.get_mut(&RecordKind::Product).expect("products").number_text = 30;
    let again = HOURS.replace("\"quantity\":\"3\"", "\"quantity\":\"1\"");
    let document = invoice("", &[HOURS, OAK, &again, HELD]);
    let items = |company: &Company| new_items(&document, &company.settings, &company.capabilities);
    assert!(items(&company).is_empty(), "off by default");
    company.settings.lines_as_items = true;
    let made = items(&company);
    assert_eq!(made.iter().map(|item| item.name.as_str()).collect::<Vec<_>>(), ["Fitting", "Oak"]);
    assert!(
        made.iter().all(|item| item.code.chars().count() <= 30 && item.code.starts_with(&item.name.to_uppercase()))
    );
    assert_eq!(made[0].description.as_deref(), Some("Fitting"));

    let admission = crate::plan::admit(&document, &company.settings, &company.capabilities, None);
    let keys: Vec<&RecordKey> = admission.before.iter().map(|operation| &operation.key).collect();
    assert_eq!(keys.len(), 2);
    assert!(keys.iter().all(|key| admission.operations[0].needs.contains(key)), "the document waits for its items");
    let mut subject = Subject::Record(Box::new(document.clone()));
    subject.name_items(&company.settings, &company.capabilities);
    let Subject::Record(named) = subject else { unreachable!("it was a record") };
    let question = planned(&named, &company).expect_err("its items are not there");
    assert_eq!(question.code, Code::NotLinked);
    for item in &made {
        company.link(RecordKind::Product, item.id.as_str(), &item.code);
    }
    let document = planned(&named, &company).expect("a plan");
    let of = |line: usize| document.lines[line].charge.as_ref().and_then(|charge| charge.item.clone());
    assert_eq!((of(0).map(|item| item.id), of(2), of(3)), (Some(RemoteId::new(made[0].code.as_str())), of(0), None));

    company.settings.line_detail = LineDetail::Summary;
    assert!(items(&company).is_empty(), "sums are no items");
}

/// How the three packages reckon.
fn rules() -> Vec<AmountRules> {
    let mut by_line = AmountRules::new(4, 4, TaxRounding::PerLine, Halves::AwayFromZero);
    by_line.discount_decimals = 2;
    let mut by_rate = AmountRules::new(7, 7, TaxRounding::PerRate, Halves::AwayFromZero);
    by_rate.inclusive_prices = false;
    let mut gross_prices = AmountRules::new(6, 6, TaxRounding::PerLine, Halves::AwayFromZero);
    gross_prices.discount_decimals = 2;
    gross_prices.discount_amounts = false;
    gross_prices.exclusive_prices = false;
    gross_prices.negative_prices = false;
    let mut gross_by_rate = gross_prices;
    gross_by_rate.tax_rounding = TaxRounding::PerRate;
    gross_prices.tax_authority = TaxAuthority::WithinTotal;
    vec![by_line, by_rate, gross_prices, gross_by_rate]
}

fn drawn_line() -> impl Strategy<Value = Line> {
    let natures = prop::sample::select(vec![None, Some(Nature::Labour), Some(Nature::Materials)]);
    let taxes = prop::sample::select(vec!["OUT", "NONE"]);
    (1_i64..50, 1_i64..900_000, 0..3, 0_i64..10_000, natures, taxes).prop_map(
        |(quantity, price, discounted, off, nature, tax)| {
            let (quantity, price) = (Decimal::new(quantity, 0), Decimal::new(price, 3));
            let mut line = ItemLine::new("Thing", Quantity(quantity), UnitPrice(price));
            line.nature = nature;
            line.tax = Some(tax.to_owned());
            let half = (quantity * price / Decimal::TWO).round_dp(2);
            line.discount = match discounted {
                1 => Some(Discount::Rate(Rate(Decimal::new(off, 2)))),
                2 if half * Decimal::TWO <= quantity * price => Some(Discount::Amount(half)),
                _ => None,
            };
            Line::Item(line)
        },
    )
}

fn drawn() -> impl Strategy<Value = Record> {
    let modes = prop::sample::select(vec![TaxMode::Exclusive, TaxMode::Inclusive, TaxMode::NoTax]);
    (prop::collection::vec(drawn_line(), 1..8), modes).prop_map(|(lines, mode)| match invoice("", &[HOURS]) {
        Record::Invoice(mut invoice) => {
            invoice.lines = lines;
            invoice.tax_mode = mode;
            Record::Invoice(invoice)
        }
        other => other,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever the package: the document comes to the same total as with discounts on their lines.
    #[test]
    fn l4_discounts_on_lines_of_their_own_leave_the_total_as_it_is(record in drawn(), package in 0_usize..4) {
        let mut company = company();
        company.capabilities.amounts = rules()[package];
        company.settings.rounding = RoundingPolicy::Line;
        let (usual, own) = {
            let usual = planned(&record, &company);
            company.settings.discounts = Discounts::OwnLine;
            (usual, planned(&record, &company))
        };
        match (usual, own) {
            (Ok(usual), Ok(own)) => prop_assert_eq!(usual.totals.total, own.totals.total, "{:?}", lines(&own)),
            (Err(usual), Err(own)) => prop_assert_eq!(usual.code, own.code),
            (usual, own) => prop_assert!(false, "{usual:?} and {own:?}"),
        }
    }

    /// A summary comes to the host's total, and to the amounts of its lines.
    #[test]
    fn f100_a_summary_comes_to_the_total_of_its_lines(record in drawn(), package in 0_usize..4) {
        let mut company = company();
        company.capabilities.amounts = rules()[package];
        company.settings.rounding = RoundingPolicy::Line;
        let Ok(detailed) = planned(&record, &company) else { return Ok(()) };
        let mut told = record.clone();
        if let Record::Invoice(invoice) = &mut told {
            invoice.total = Some(detailed.totals.total);
        }
        company.settings.line_detail = LineDetail::Summary;
        let summary = planned(&told, &company).map_err(|parked| TestCaseError::fail(parked.to_string()))?;
        prop_assert_eq!(summary.totals.total, detailed.totals.total, "{:?}", lines(&summary));
        let charged = summary.lines.iter().filter(|line| line.charge.is_some() && line.description != "Rounding").count();
        prop_assert!(charged <= 6, "{:?}", lines(&summary));
    }
}
