//! A package that thinks otherwise: items on sales lines, net prices, tax per rate or its own, orders as quotes, jobs as
//! parties, ties between documents.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::company::{Company, record};
use crate::capability::{JobPlace, LineItems, OrderForm, RecordCapability, SourceTie, TaxAuthority, TaxRounding};
use crate::code::{Code, Parked};
use crate::ids::RemoteId;
use crate::model::{QuoteStage, Record, RecordKey, RecordKind, TaxMode};
use crate::plan::{Draft, Revision, Subject, admit, draft, fingerprint, left_undone, revise};
use crate::planned::{Content, PlannedDocument, PlannedSource, TargetStatus};
use crate::provider::{
    Account, AccountClass, CatalogueEntry, Item, RemoteLine, RemoteRecord, RemoteStatus, Settled, TaxCode,
    TaxComponent, TradeSide,
};
use crate::settings::{ArrivalStatus, ContactPolicy, RoundingPolicy};
use crate::store::Start;

pub(super) fn other_ways() -> Company {
    let mut company = Company::new();
    let amounts = &mut company.capabilities.amounts;
    (amounts.price_decimals, amounts.quantity_decimals) = (7, 5);
    amounts.tax_rounding = TaxRounding::PerRate;
    (amounts.inclusive_prices, amounts.stated_taxes) = (false, true);
    company.capabilities.orders = &[OrderForm::AcceptedQuote, OrderForm::Invoice];
    company.capabilities.jobs = JobPlace::SalesParty;
    for kind in [RecordKind::Quote, RecordKind::Order, RecordKind::Invoice, RecordKind::CreditNote] {
        capability(&mut company, kind, |capability| capability.line_items = LineItems::Required);
    }
    for kind in [RecordKind::Invoice, RecordKind::Bill] {
        capability(&mut company, kind, |capability| {
            (capability.sources, capability.drafts) = (SourceTie::Linked, false)
        });
    }
    let job = RecordCapability::new(1, crate::capability::MarkerField::ExternalKey);
    company.capabilities.records.insert(RecordKind::Job, job);
    let income = |id: &str, code: &str| {
        CatalogueEntry::Account(Account::new(RemoteId::new(id), Some(code.into()), code, AccountClass::Income))
    };
    let item = |id: &str, name: &str, account: &str| {
        let mut item = Item::new(RemoteId::new(id), name);
        item.income_account = Some(account.to_owned());
        CatalogueEntry::Item(item)
    };
    let gst = |code: &str, rate: i64, id: &str| {
        let mut tax = TaxCode::new(code, code, Decimal::from(rate));
        let component = |side| TaxComponent::new(RemoteId::new(id), code, Decimal::from(rate), side);
        tax.components = vec![component(TradeSide::Sales), component(TradeSide::Purchases)];
        CatalogueEntry::TaxCode(tax)
    };
    company.add_to_catalogue([
        income("79", "210"),
        income("80", "211"),
        item("item:1", "Services", "79"),
        item("item:2", "Hire", "80"),
        gst("GST", 10, "3"),
        gst("FREE", 0, "4"),
    ]);
    company.settings.accounts.sales = Some("210".into());
    company.settings.items.default = Some("Services".into());
    company.settings.default_tax.sales = Some("GST".into());
    company.settings.default_tax.purchases = Some("GST".into());
    company
}

fn capability(company: &mut Company, kind: RecordKind, change: impl FnOnce(&mut RecordCapability)) {
    change(company.capabilities.records.get_mut(&kind).expect("the kind is there"));
}

fn invoice(members: &str, lines: &str) -> Record {
    document("invoice", members, lines)
}

fn document(kind: &str, members: &str, lines: &str) -> Record {
    let party = if matches!(kind, "bill" | "purchase_order") { "supplier" } else { "customer" };
    record(&format!(
        r#"{{"kind":"{kind}","id":"d1","number":"D-1","{party}":"c1","date":"2026-07-01","currency":"NZD"{members},"lines":[{lines}]}}"#
    ))
}

fn line(quantity: &str, price: &str, members: &str) -> String {
    format!(r#"{{"type":"item","description":"a","quantity":"{quantity}","unit_price":"{price}"{members}}}"#)
}

fn plan(company: &mut Company, record: &Record) -> Result<PlannedDocument, Parked> {
    company.tie(&record.trade().expect("a document").party);
    let drafted = draft(&record.key(), &Subject::Record(Box::new(record.clone())), &company.context())?;
    let Draft { content: Content::Document(document), .. } = drafted.expect("not skipped") else {
        panic!("not a document")
    };
    Ok(*document)
}

fn items(document: &PlannedDocument) -> Vec<&str> {
    let charges = document.lines.iter().filter_map(|line| line.charge.as_ref());
    charges.map(|charge| charge.item.as_ref().map_or("none", |item| item.id.as_str())).collect()
}

#[test]
fn a_sales_line_posts_through_the_item_of_its_account() {
    let mut company = other_ways();
    company.settings.items.by_account.insert("211".into(), "Hire".into());
    let two = format!("{},{}", line("1", "5", ""), line("1", "5", r#","account":"211""#));
    assert_eq!(items(&plan(&mut company, &invoice("", &two)).expect("planned")), ["item:1", "item:2"]);
    let bill = document("bill", "", &line("1", "5", r#","account":"300""#));
    assert_eq!(items(&plan(&mut company, &bill).expect("planned")), ["none"], "purchases post to accounts");
}

#[test]
fn f46_a_line_without_an_item_that_posts_where_it_should_is_a_question() {
    let mut company = other_ways();
    let hire = invoice("", &line("1", "5", r#","account":"211""#));
    let parked = plan(&mut company, &hire).expect_err("the default item posts elsewhere");
    assert_eq!((parked.code, parked.issues[0].path.as_str()), (Code::ItemMissing, "lines[0].product"));
    assert!(parked.reason.contains("does not post to account \"211\""), "{}", parked.reason);
    company.settings.items.default = None;
    let parked = plan(&mut company, &hire).expect_err("no item is set");
    assert!(parked.reason.contains("none is set for account \"211\""), "{}", parked.reason);
}

#[test]
fn prices_with_tax_in_them_are_held_net_and_come_to_what_the_customer_pays() {
    let mut company = other_ways();
    // Three lines of 10.00 with a tenth in each: 9.09 net a line, 27.27, and 2.73 of tax where the rate gives 2.73.
    let thrice = [line("1", "10", ""), line("1", "10", ""), line("1", "10", "")].join(",");
    let planned = plan(&mut company, &invoice(r#","tax_mode":"inclusive""#, &thrice)).expect("planned");
    assert_eq!((planned.tax_mode, planned.totals.total), (TaxMode::Exclusive, Decimal::new(3_000, 2)));
    assert_eq!(planned.stated_taxes, [], "the rate comes to it: nothing is stated");
    // Seven lines of 1.05: 0.95 net each, 6.65; the rate gives 0.67 and 7.32, the customer pays 7.35.
    let seven = vec![line("1", "1.05", ""); 7].join(",");
    let planned = plan(&mut company, &invoice(r#","tax_mode":"inclusive""#, &seven)).expect("planned");
    let stated: Vec<_> = planned.stated_taxes.iter().map(|tax| (tax.component.as_str(), tax.net, tax.tax)).collect();
    assert_eq!(stated, [("3", Decimal::new(665, 2), Decimal::new(70, 2))]);
    assert_eq!((planned.totals.tax, planned.totals.total), (Decimal::new(70, 2), Decimal::new(735, 2)));
}

/// A package that takes prices with tax in them only, the sign on the quantity, discounts as rates, and items on all lines of
/// a document or on none.
pub(super) fn gross_ways() -> Company {
    let mut company = other_ways();
    let amounts = &mut company.capabilities.amounts;
    (amounts.inclusive_prices, amounts.exclusive_prices, amounts.stated_taxes) = (true, false, false);
    (amounts.negative_prices, amounts.discount_amounts) = (false, false);
    (amounts.price_decimals, amounts.discount_decimals) = (5, 2);
    amounts.tax_authority = TaxAuthority::WithinTotal;
    company.capabilities.jobs = JobPlace::Line;
    for kind in [RecordKind::Quote, RecordKind::Order, RecordKind::Invoice, RecordKind::CreditNote, RecordKind::Bill] {
        capability(&mut company, kind, |capability| capability.line_items = LineItems::AllOrNone);
    }
    company
}

#[test]
fn r14_net_prices_are_held_with_tax_and_come_to_the_hosts_total_whatever_the_place_of_rounding() {
    // Three lines of 3.33 net: 0.33 of tax a line, 10.98; on their sum 1.00, 10.99.
    let thrice = [line("1", "3.33", ""), line("1", "3.33", ""), line("1", "3.33", "")].join(",");
    for (place, host, total) in [
        (TaxRounding::PerLine, "", "10.98"),
        (TaxRounding::PerRate, "", "10.99"),
        (TaxRounding::PerLine, r#","total":"10.99""#, "10.99"),
        (TaxRounding::PerRate, r#","total":"10.98""#, "10.98"),
    ] {
        let mut company = gross_ways();
        company.capabilities.amounts.tax_rounding = place;
        let planned = plan(&mut company, &invoice(host, &thrice)).expect("planned");
        assert_eq!((planned.tax_mode, planned.totals.total.to_string().as_str()), (TaxMode::Inclusive, total));
        let amounts: Vec<Decimal> =
            planned.lines.iter().filter_map(|line| Some(line.charge.as_ref()?.amount)).collect();
        let sum: Decimal = amounts.iter().sum();
        assert_eq!((sum.to_string().as_str(), amounts.len()), (total, 3), "{place:?} {host}: no line is added");
    }
    let far = plan(&mut gross_ways(), &invoice(r#","total":"11.50""#, &thrice)).expect_err("no rounding does that");
    assert_eq!(far.code, Code::TotalsDiffer);
}

#[test]
fn tax_within_the_total_may_part_by_a_cent_a_line_and_the_total_by_none() {
    let twice = [line("1", "3.33", ""), line("1", "3.33", "")].join(",");
    let planned = plan(&mut gross_ways(), &invoice("", &twice)).expect("planned");
    let echoed = |tax: i64, total: i64| {
        let (tax, total) = (planned.totals.tax + Decimal::new(tax, 2), planned.totals.total + Decimal::new(total, 2));
        crate::money::Totals { subtotal: total - tax, tax, total }
    };
    let differs = |tax, total| crate::plan::comes_to_other_than(&planned, echoed(tax, total));
    assert_eq!(
        [differs(0, 0), differs(2, 0), differs(-2, 0), differs(3, 0), differs(0, 1)],
        [false, false, false, true, true]
    );
}

#[test]
fn a_price_below_zero_becomes_a_quantity_below_zero() {
    let lines = [line("2", "100", ""), line("1", "-20", "")].join(",");
    let planned = plan(&mut gross_ways(), &invoice("", &lines)).expect("planned");
    let charges: Vec<_> = planned.lines.iter().filter_map(|line| line.charge.as_ref()).collect();
    let seen = |at: usize| (charges[at].quantity.0.normalize(), charges[at].unit_price.0.normalize());
    assert_eq!(seen(0), (Decimal::from(2), Decimal::from(110)));
    assert_eq!((seen(1), charges[1].amount), ((Decimal::from(-1), Decimal::from(22)), Decimal::new(-2_200, 2)));
}

#[test]
fn a_discount_stays_where_it_is_a_rate_and_is_worked_into_the_price_where_it_is_an_amount() {
    let lines = [
        line("3", "10", r#","discount":{"rate":"12.5"}"#),
        line("4", "10", r#","discount":{"amount":"8"}"#),
        line("3", "10", r#","discount":{"rate":"12.345"}"#),
    ];
    let planned = plan(&mut gross_ways(), &invoice("", &lines.join(","))).expect("planned");
    let charges: Vec<_> = planned.lines.iter().filter_map(|line| line.charge.as_ref()).collect();
    let rate = |at: usize| charges[at].discount.is_some();
    assert_eq!([rate(0), rate(1), rate(2)], [true, false, false]);
    let amounts: Vec<String> = charges.iter().map(|charge| charge.amount.to_string()).collect();
    assert_eq!(amounts, ["28.88", "35.20", "28.93"]);
}

#[test]
fn f46_items_stand_on_all_lines_of_a_document_or_on_none() {
    let mut company = gross_ways();
    let plain = invoice("", &line("1", "5", ""));
    assert_eq!(items(&plan(&mut company, &plain).expect("planned")), ["none"]);
    company.tie(&RecordKey::new(RecordKind::Product, "p1"));
    let mixed = invoice("", &[line("1", "5", ""), line("1", "5", r#","product":"p1""#)].join(","));
    let planned = plan(&mut company, &mixed).expect("planned");
    assert_eq!(items(&planned)[0], "item:1", "the settings' item stands in");
    assert!(items(&planned).iter().all(|item| *item != "none"));
    company.settings.items.default = None;
    let parked = plan(&mut company, &mixed).expect_err("no item is set");
    assert_eq!(parked.code, Code::ItemMissing);
    assert!(parked.reason.contains("on all lines of a document or on none"), "{}", parked.reason);
}

#[test]
fn r14_a_cent_between_host_and_rate_is_stated_as_tax_where_the_settings_let_it_be_carried() {
    let mut company = other_ways();
    let lines = [line("1", "0.05", ""), line("1", "0.05", ""), line("1", "0.04", "")].join(",");
    let host = invoice(r#","total":"0.16""#, &lines);
    let parked = plan(&mut company, &host).expect_err("the rate gives one cent of tax");
    assert_eq!(parked.code, Code::TotalsDiffer);
    company.settings.rounding = RoundingPolicy::Line;
    let planned = plan(&mut company, &host).expect("planned");
    assert_eq!((planned.lines.len(), planned.stated_taxes[0].tax), (4, Decimal::new(2, 2)), "no line is added");
    assert_eq!(planned.totals.total, Decimal::new(16, 2));
}

#[test]
fn tax_is_rounded_on_the_sum_of_each_rate() {
    let mut company = other_ways();
    let lines = [line("1", "0.05", ""), line("1", "0.05", ""), line("1", "0.04", r#","tax":"FREE""#)].join(",");
    let planned = plan(&mut company, &invoice("", &lines)).expect("planned");
    assert_eq!((planned.totals.tax, planned.totals.total), (Decimal::new(1, 2), Decimal::new(15, 2)));
}

#[test]
fn r17_tax_that_the_package_reckons_is_not_predicted() {
    let mut company = other_ways();
    company.capabilities.amounts.tax_authority = TaxAuthority::Package;
    let mut tax = TaxCode::new("TAX", "Taxable", Decimal::ZERO);
    tax.active = true;
    company.add_to_catalogue([CatalogueEntry::TaxCode(tax)]);
    company.settings.default_tax.sales = Some("TAX".into());
    let planned = plan(&mut company, &invoice(r#","total":"108.25""#, &line("1", "100", ""))).expect("planned");
    assert_eq!(planned.tax_authority, TaxAuthority::Package);
    assert_eq!(planned.totals.subtotal, Decimal::new(10_000, 2));
}

#[test]
fn an_order_takes_the_form_that_package_and_settings_agree_on() {
    let mut company = other_ways();
    let order = document("order", "", &line("1", "5", ""));
    let planned = plan(&mut company, &order).expect("planned");
    assert_eq!(planned.status, TargetStatus::Quote(QuoteStage::Accepted));
    company.settings.orders_as = Some(OrderForm::Invoice);
    assert_eq!(plan(&mut company, &order).expect("planned").status, TargetStatus::Approved);
    company.settings.orders_as = Some(OrderForm::DraftInvoice);
    assert_eq!(plan(&mut company, &order).expect_err("no such form").code, Code::Unsupported);
}

#[test]
fn a_draft_is_refused_where_there_is_none() {
    let mut company = other_ways();
    company.settings.arrival.invoices = ArrivalStatus::Draft;
    let parked = plan(&mut company, &invoice("", &line("1", "5", ""))).expect_err("no drafts");
    assert_eq!(parked.code, Code::Unsupported);
    assert!(parked.reason.contains("have it arrive approved"), "{}", parked.reason);
}

#[test]
fn f37_a_sales_document_is_addressed_to_the_job_of_its_lines() {
    let mut company = other_ways();
    company.tie(&RecordKey::new(RecordKind::Job, "j1"));
    company.tie(&RecordKey::new(RecordKind::Job, "j2"));
    let job = company.links[&RecordKey::new(RecordKind::Job, "j1")].remote.clone();
    let one = [line("1", "5", r#","job":"j1""#), line("1", "5", "")].join(",");
    assert_eq!(plan(&mut company, &invoice("", &one)).expect("planned").party, job);
    let two = [line("1", "5", r#","job":"j1""#), line("1", "5", r#","job":"j2""#)].join(",");
    assert_eq!(plan(&mut company, &invoice("", &two)).expect_err("two jobs").code, Code::Unsupported);
    let bill = document("bill", "", &line("1", "5", r#","account":"300","job":"j1""#));
    let planned = plan(&mut company, &bill).expect("planned");
    assert_eq!(planned.lines[0].charge.as_ref().expect("a charge").jobs, [job]);
}

#[test]
fn f62_a_bill_is_tied_to_its_purchase_order_line_by_line_and_a_dropped_tie_is_a_question() {
    let mut company = other_ways();
    let order = RecordKey::new(RecordKind::PurchaseOrder, "po1");
    company.tie(&order);
    let remote_line = |id: &str, text: &str| {
        let mut line = RemoteLine::default();
        (line.id, line.description) = (Some(RemoteId::new(id)), text.to_owned());
        (line.amount, line.account) = (Some(Decimal::from(5)), Some("a3".to_owned()));
        line
    };
    let id = company.links[&order].remote.clone();
    let mut source = RemoteRecord::new(RecordKind::PurchaseOrder, id.clone(), RemoteStatus::Open);
    source.lines = Some(vec![remote_line("1", "b"), remote_line("2", "a")]);
    company.sources.insert(order, source);
    let lines = [line("1", "5", r#","account":"300""#), line("1", "5", r#","account":"860""#)].join(",");
    let bill = document("bill", r#","purchase_order":"po1""#, &lines);
    let planned = plan(&mut company, &bill).expect("planned");
    assert_eq!(planned.source.as_ref().map(|source| &source.id), Some(&id));
    let tied: Vec<_> = planned.lines.iter().map(|line| line.source_line.as_ref().map(RemoteId::as_str)).collect();
    assert_eq!(tied[..2], [Some("2"), None], "the same text goes before the same place");

    let mut echo = RemoteRecord::new(RecordKind::Bill, RemoteId::new("bill:9"), RemoteStatus::Open);
    echo.date = NaiveDate::from_ymd_opt(2026, 7, 1);
    let content = Content::Document(Box::new(planned));
    let question = |echo: &RemoteRecord| left_undone("D-1", &content, echo, "the package").map(|parked| parked.code);
    assert_eq!(question(&echo), None, "what is not told is not missed");
    echo.sources = Some(Vec::new());
    assert_eq!(question(&echo), Some(Code::SourceNotTied));
    echo.sources = Some(vec![id]);
    assert_eq!(question(&echo), None);
}

#[test]
fn f38_jobs_are_created_as_their_policy_says() {
    let mut company = other_ways();
    let job = record(r#"{"kind":"job","id":"j1","number":"J-1","name":"Hopper","customer":"c1"}"#);
    let start = |company: &Company| {
        let admission = admit(&job, &company.settings, &company.capabilities, None);
        admission.operations[0].start.clone()
    };
    assert_eq!(start(&company), Start::Queued);
    company.settings.jobs = ContactPolicy::OnFirstDocument;
    assert_eq!(start(&company), Start::Held);
    company.settings.jobs = ContactPolicy::Never;
    assert!(matches!(start(&company), Start::Skipped(reason) if reason.contains("every job to a person")));
}

#[test]
fn f37_a_job_stands_under_its_customer_or_the_job_that_it_is_part_of() {
    let mut company = other_ways();
    company.tie(&RecordKey::new(RecordKind::Job, "j0"));
    let parent = |company: &Company, members: &str| {
        let job = record(&format!(r#"{{"kind":"job","id":"j1","number":"J-1","name":"Hopper"{members}}}"#));
        let drafted = draft(&job.key(), &Subject::Record(Box::new(job.clone())), &company.context())?;
        let Ok(Draft { content: Content::Job(job), probe, .. }) = drafted else { panic!("not a job") };
        assert_eq!((job.title().as_str(), probe.name.as_deref()), ("J-1 Hopper", Some("J-1 Hopper")));
        Ok::<_, Parked>(job.parent.to_string())
    };
    assert_eq!(parent(&company, r#","customer":"c1""#).expect("planned"), "contact-1");
    assert_eq!(parent(&company, r#","customer":"c1","parent":"j0""#).expect("planned"), "job:j0");
    let parked = parent(&company, "").expect_err("nobody's job");
    assert_eq!((parked.code, parked.issues[0].path.as_str()), (Code::Invalid, "customer"));
}

#[test]
fn a_tie_is_kept_through_every_change_and_is_no_change_itself() {
    let mut company = other_ways();
    let lines = line("1", "5", r#","account":"300""#);
    let bill = document("bill", r#","purchase_order":"po1""#, &lines);
    let mut planned = plan(&mut company, &bill).expect("planned");
    let untied = fingerprint(&Content::Document(Box::new(planned.clone())));
    let id = RemoteId::new("purchaseorder:7");
    planned.source = Some(PlannedSource { kind: RecordKind::PurchaseOrder, id: id.clone() });
    planned.lines[0].source_line = Some(RemoteId::new("2"));
    assert_eq!(fingerprint(&Content::Document(Box::new(planned))), untied);

    // The purchase order is closed by now, so that nothing is planned about it; the bill in the books still says it.
    let mut base = RemoteRecord::new(RecordKind::Bill, RemoteId::new("bill:9"), RemoteStatus::Open);
    base.sources = Some(vec![id.clone()]);
    let mut held = RemoteLine::default();
    (held.id, held.description) = (Some(RemoteId::new("1")), "a".to_owned());
    (held.amount, held.account) = (Some(Decimal::from(4)), Some("a3".to_owned()));
    held.source_line = Some(RemoteId::new("2"));
    base.lines = Some(vec![held]);
    let drafted = draft(&bill.key(), &Subject::Record(Box::new(bill.clone())), &company.context());
    let Ok(Ok(drafted)) = drafted else { panic!("planned") };
    let Revision::Update { content: Content::Document(changed), .. } =
        revise(&bill.key(), "D-1", &drafted, &base, &company.context())
    else {
        panic!("another price is a change")
    };
    assert_eq!(changed.source.map(|source| source.id), Some(id));
    assert_eq!(changed.lines[0].source_line, Some(RemoteId::new("2")));
}

#[test]
fn r20_a_payment_that_was_not_applied_is_a_question() {
    let mut company = other_ways();
    company.tie(&RecordKey::new(RecordKind::Invoice, "i1"));
    let payment = record(
        r#"{"kind":"payment","id":"p1","number":"R-1","target":{"invoice":"i1"},"date":"2026-07-01","amount":{"amount":"10","currency":"NZD"}}"#,
    );
    let drafted = draft(&payment.key(), &Subject::Record(Box::new(payment.clone())), &company.context());
    let Ok(Ok(Draft { content, .. })) = drafted else { panic!("planned: {drafted:?}") };
    let answer = |paid: i64, due: i64, parent: Option<&str>| {
        let mut echo = RemoteRecord::new(RecordKind::Payment, RemoteId::new("payment:1"), RemoteStatus::Open);
        echo.settled = Some(Settled { paid: paid.into(), due: due.into(), ..Settled::default() });
        echo.parent = parent.map(RemoteId::new);
        left_undone("R-1", &content, &echo, "the package")
    };
    assert_eq!(answer(10, 0, Some("invoice:i1")), None);
    let parked = answer(6, 4, Some("invoice:i1")).expect("a question");
    assert_eq!(parked.code, Code::PaymentUnapplied);
    assert!(parked.reason.contains("4 NZD of it is not applied to its invoice"), "{}", parked.reason);
    assert!(answer(10, 0, Some("invoice:i2")).is_some(), "another invoice has it");
    assert!(answer(0, 10, None).is_some());
}
