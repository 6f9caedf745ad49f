//! Which account, tax and item a line goes to: tables that somebody who keeps books can read. docs/resolution.md is the same
//! in words.

use rust_decimal::Decimal;

use super::company::{Company, record};
use crate::capability::LineItems;
use crate::code::Parked;
use crate::ids::RemoteId;
use crate::model::{Record, RecordKind};
use crate::plan::{Draft, Lent, Subject, draft};
use crate::planned::{Charge, Content, PlannedDocument};
use crate::provider::{Account, AccountClass, CatalogueEntry, Item, TaxCode};
use crate::settings::{Mapping, TaxCodes, UnlinkedProducts};

/// A workshop that has an account, a tax and an item for everything.
pub(super) fn workshop() -> Company {
    let mut company = Company::new();
    let account = |code: &str, class| {
        CatalogueEntry::Account(Account::new(RemoteId::new(format!("id-{code}")), Some(code.into()), code, class))
    };
    let item = |code: &str, income: Option<&str>, expense: Option<&str>| {
        let mut item = Item::new(RemoteId::new(format!("item-{code}")), code);
        (item.income_account, item.expense_account) = (income.map(str::to_owned), expense.map(str::to_owned));
        item
    };
    let mut gone = item("GONE", Some("240"), None);
    gone.active = false;
    let income =
        ["201", "210", "211", "212", "220", "230", "240", "250", "260"].map(|code| (code, AccountClass::Income));
    let costs = ["301", "302", "330", "340", "350", "360", "390"].map(|code| (code, AccountClass::Expense));
    let others = [("610", AccountClass::Asset), ("820", AccountClass::Liability)];
    let accounts = income.into_iter().chain(costs).chain(others).map(|(code, class)| account(code, class));
    let items = [item("HIRE", Some("240"), None), item("TOLL", None, Some("340")), item("ODDS", None, None), gone];
    let taxes = ["LOW", "MAPPED", "OWN", "PARTY", "SIDE"].map(|code| TaxCode::new(code, code, Decimal::from(5)));
    let entries = accounts.chain(items.map(CatalogueEntry::Item)).chain(taxes.map(CatalogueEntry::TaxCode));
    company.add_to_catalogue(entries.collect::<Vec<_>>());
    let accounts = &mut company.settings.accounts;
    accounts.sales_tax_free = Some("201".into());
    accounts.purchases_tax_free = Some("301".into());
    accounts.expenses = Some("302".into());
    accounts.labour = Some("210".into());
    accounts.materials = Some("211".into());
    accounts.job_types.insert("Install".into(), "212".into());
    accounts.credit_notes = Some("220".into());
    accounts.bad_debt = Some("390".into());
    accounts.retention = Some("610".into());
    accounts.deposits = Some("820".into());
    let mapping = |item: Option<&str>, account: Option<&str>, tax: Option<&str>| Mapping {
        item: item.map(str::to_owned),
        account: account.map(str::to_owned),
        tax: tax.map(str::to_owned),
    };
    let services = [
        ("Survey", mapping(None, Some("230"), None)),
        ("Hire", mapping(Some("HIRE"), None, None)),
        ("Odds", mapping(Some("ODDS"), None, None)),
        ("Advice", mapping(None, None, Some("MAPPED"))),
        ("Gone", mapping(Some("GONE"), None, None)),
        ("Lost", mapping(None, Some("777"), None)),
        ("Empty", mapping(None, None, None)),
    ];
    company.settings.services = services.map(|(word, mapping)| (word.to_owned(), mapping)).into();
    let expenses = [("Fuel", mapping(None, Some("330"), None)), ("Tolls", mapping(Some("TOLL"), None, None))];
    company.settings.expenses = expenses.map(|(word, mapping)| (word.to_owned(), mapping)).into();
    let codes = |code: &str| TaxCodes { sales: Some(code.into()), purchases: Some(code.into()) };
    company.settings.taxes = [("zero".to_owned(), codes("NONE")), ("reduced".to_owned(), codes("LOW"))].into();
    company.link(RecordKind::Customer, "c2", "contact-3");
    company.link(RecordKind::Supplier, "s2", "contact-4");
    company.link(RecordKind::Product, "p1", "item-P1");
    company.lent = Lent::new([
        record(r#"{"kind":"customer","id":"c2","name":"Acme","account":"250","tax":"PARTY"}"#),
        record(r#"{"kind":"supplier","id":"s2","name":"Kauri","account":"350","tax":"PARTY"}"#),
        record(
            r#"{"kind":"product","id":"p1","code":"P1","name":"Hinge","sales":{"account":"260","tax":"SIDE"},
            "purchases":{"account":"360","tax":"SIDE"}}"#,
        ),
        record(r#"{"kind":"product","id":"p2","code":"P2","name":"Lock"}"#),
    ]);
    company
}

/// A document of one line from words: `credit_note bad_debt c2`, `nature=labour account=260`.
pub(super) fn document(head: &str, line: &str) -> Record {
    let mut words = head.split_whitespace();
    let kind = words.next().expect("a kind");
    let mut members = String::new();
    let purchase = matches!(kind, "bill" | "purchase_order");
    let (role, mut party) = if purchase { ("supplier", "s1") } else { ("customer", "c1") };
    for word in words {
        match word {
            "no_tax" => members.push_str(r#","tax_mode":"no_tax""#),
            "bad_debt" | "expense" => members.push_str(&format!(r#","{word}":true"#)),
            "c2" | "s2" => party = word,
            job => members.push_str(&format!(r#","references":{{"job_type":"{job}"}}"#)),
        }
    }
    let mut own = String::new();
    for word in line.split_whitespace().filter(|word| *word != "-") {
        let (name, value) = word.split_once('=').expect("name=value");
        own.push_str(&format!(r#","{name}":"{value}""#));
    }
    record(&format!(
        r#"{{"kind":"{kind}","id":"d1","number":"D-1","{role}":"{party}","date":"2026-07-01","currency":"NZD"{members},
        "lines":[{{"type":"item","description":"Oak top, oiled","quantity":"2","unit_price":"10.50"{own}}}]}}"#
    ))
}

pub(super) fn planned(company: &Company, record: &Record) -> Result<PlannedDocument, Parked> {
    let drafted = draft(&record.key(), &Subject::Record(Box::new(record.clone())), &company.context())?;
    let Draft { content: Content::Document(document), .. } = drafted.expect("not skipped") else {
        panic!("not a document")
    };
    Ok(*document)
}

fn charge(company: &Company, head: &str, line: &str) -> Result<Charge, Parked> {
    planned(company, &document(head, line)).map(|document| document.lines[0].charge.clone().expect("a charge"))
}

/// Goes through a table of `document | line | what is expected`.
#[track_caller]
fn check(company: &Company, table: &str, shown: impl Fn(&Charge) -> String) {
    let mut wrong = Vec::new();
    for row in table.lines().map(str::trim).filter(|row| !row.is_empty()) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [head, line, wanted] = cells[..] else { panic!("three cells: {row}") };
        let found = charge(company, head, line).map_or_else(|parked| parked.code.to_string(), |charge| shown(&charge));
        if found != wanted {
            wrong.push(format!("{row}  <- it is {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn account(charge: &Charge) -> String {
    charge.account.name().to_owned()
}

#[test]
fn f47_f48_f95_f96_f98_f99_f77_l2_l12_the_account_of_a_line_in_its_order() {
    let table = "
        invoice         | -                                                       | 200
        invoice         | tax=zero                                                | 201
        invoice no_tax  | -                                                       | 201
        invoice c2      | -                                                       | 250
        invoice c2      | tax=zero                                                | 250
        invoice         | nature=labour                                           | 210
        invoice Install | nature=labour                                           | 212
        invoice Repair  | nature=labour                                           | 210
        invoice c2      | nature=labour                                           | 210
        invoice Install | nature=materials                                        | 211
        invoice Install | -                                                       | 200
        invoice         | nature=materials product=p1                             | 260
        invoice Install | nature=labour product=p1                                | 260
        invoice c2      | product=p1                                              | 260
        invoice         | category=Survey product=p1 nature=labour                | 230
        invoice         | category=Hire                                           | 240
        invoice         | category=Hire product=p1                                | 240
        invoice         | category=Odds                                           | 200
        invoice         | category=Odds product=p1                                | 260
        invoice         | category=Advice nature=materials                        | 211
        invoice         | category=Nobody                                         | FA-116
        invoice         | category=Empty                                          | FA-116
        invoice         | category=Fuel                                           | FA-116
        invoice         | category=Nobody account=260                             | 260
        invoice         | category=Lost                                           | FA-103
        invoice         | nature=retention                                        | 610
        invoice c2      | nature=retention product=p1 category=Survey             | 610
        invoice         | nature=retention account=260                            | 260
        invoice         | nature=deposit                                          | 820
        quote c2        | nature=labour                                           | 210
        order           | -                                                       | 200
        credit_note     | -                                                       | 220
        credit_note     | tax=zero                                                | 220
        credit_note c2  | -                                                       | 250
        credit_note     | nature=labour                                           | 210
        credit_note     | product=p1                                              | 260
        credit_note bad_debt    | -                                               | 390
        credit_note bad_debt c2 | product=p1 category=Survey nature=labour        | 390
        credit_note bad_debt    | account=260                                     | 260
        bill            | -                                                       | 300
        bill            | tax=zero                                                | 301
        bill no_tax     | -                                                       | 301
        bill s2         | -                                                       | 350
        bill            | product=p1                                              | 360
        bill            | nature=labour                                           | 300
        bill            | nature=materials                                        | 300
        bill            | nature=retention                                        | FA-102
        bill            | nature=deposit account=820                              | 820
        bill            | category=Fuel                                           | 330
        bill            | category=Tolls                                          | 340
        bill            | category=Survey                                         | FA-116
        bill expense    | -                                                       | 302
        bill expense    | tax=zero                                                | 302
        bill expense    | account=330                                             | 330
        bill expense    | category=Fuel                                           | 330
        bill expense s2 | -                                                       | 350
        purchase_order  | -                                                       | 300
        purchase_order s2 | category=Tolls                                        | 340
        invoice         | account=999                                             | FA-103
        invoice         | account=090                                             | FA-103
    ";
    check(&workshop(), table, account);
}

#[test]
fn where_a_closer_account_is_not_set_the_next_one_holds() {
    let mut company = workshop();
    let accounts = &mut company.settings.accounts;
    (accounts.labour, accounts.materials, accounts.credit_notes, accounts.expenses) = (None, None, None, None);
    (accounts.bad_debt, accounts.retention, accounts.deposits, accounts.sales_tax_free) = (None, None, None, None);
    let table = "
        invoice              | nature=labour             | 200
        invoice Install      | nature=labour             | 212
        invoice              | nature=materials          | 200
        invoice              | tax=zero                  | 200
        invoice c2           | nature=labour             | 250
        credit_note          | -                         | 200
        bill expense         | -                         | 300
        bill expense         | tax=zero                  | 301
        credit_note bad_debt | -                         | FA-102
        invoice              | nature=retention          | FA-102
        invoice              | nature=deposit            | FA-102
    ";
    check(&company, table, account);
    (company.settings.accounts.sales, company.settings.accounts.purchases) = (None, None);
    let nothing = "
        invoice         | -             | FA-102
        invoice Install | nature=labour | 212
        bill            | -             | FA-102
        bill            | tax=zero      | 301
        bill            | product=p1    | 360
    ";
    check(&company, nothing, account);
}

#[test]
fn f44_l19_the_tax_of_a_line_in_its_order() {
    let table = "
        invoice        | -                                    | OUT
        invoice c2     | -                                    | PARTY
        invoice c2     | product=p1                           | SIDE
        invoice c2     | product=p1 category=Advice           | MAPPED
        invoice c2     | product=p1 category=Advice tax=OWN   | OWN
        invoice        | tax=reduced                          | LOW
        invoice        | category=Survey                      | OUT
        invoice        | tax=unheard                          | FA-104
        bill           | -                                    | IN
        bill s2        | -                                    | PARTY
        bill s2        | product=p1                           | SIDE
        bill           | tax=reduced                          | LOW
        purchase_order | tax=OWN                              | OWN
        invoice no_tax | tax=unheard                          |
    ";
    check(&workshop(), table, |charge| charge.tax_code.clone());
}

fn item(charge: &Charge) -> String {
    charge.item.as_ref().map_or_else(|| "none".to_owned(), |item| item.id.to_string())
}

#[test]
fn f39_f42_f43_l3_the_item_of_a_line_in_its_order() {
    let mut company = workshop();
    let ask = "
        invoice | -                         | none
        invoice | product=p1                | item-P1
        invoice | product=p1 category=Hire  | item-HIRE
        invoice | category=Survey           | none
        invoice | category=Gone             | FA-113
        invoice | product=p2                | FA-101
        bill    | category=Tolls            | item-TOLL
        bill    | product=p1                | item-P1
    ";
    check(&company, ask, item);
    company.settings.items.unlinked_products = UnlinkedProducts::DefaultItem;
    check(&company, "invoice | product=p2 | FA-113", item);
    company.settings.items.default = Some("ODDS".into());
    let default = "
        invoice | product=p2               | item-ODDS
        invoice | product=p2 category=Hire | item-HIRE
        invoice | product=p1               | item-P1
        invoice | -                        | none
    ";
    check(&company, default, item);
    company.settings.items.unlinked_products = UnlinkedProducts::NoItem;
    check(&company, "invoice | product=p2 | none", item);
    company.link(RecordKind::Product, "p1", "item-P1").status = crate::provider::RemoteStatus::Voided;
    check(&company, "invoice | product=p1 | FA-203", item);
}

#[test]
fn f46_where_lines_must_name_items_each_posts_to_the_account_of_its_line() {
    for (form, alone) in [(LineItems::Required, "FA-113"), (LineItems::AllOrNone, "none")] {
        let mut company = workshop();
        for capability in company.capabilities.records.values_mut() {
            capability.line_items = form;
        }
        company.settings.items.by_account.insert("230".into(), "ODDS".into());
        let table = format!(
            "
            invoice | -                        | {alone}
            invoice | category=Hire            | item-HIRE
            invoice | category=Hire account=260 | FA-113
            invoice | category=Odds            | item-ODDS
            invoice | product=p1               | item-P1
            bill    | category=Tolls           | item-TOLL
            "
        );
        check(&company, &table, item);
        let by_account = charge(&company, "invoice", "category=Survey").map(|charge| item(&charge));
        let wanted = if form == LineItems::Required { "item-ODDS" } else { "none" };
        assert_eq!(by_account.expect("planned"), wanted);
    }
}

#[test]
fn l14_a_line_keeps_the_hosts_text_whatever_item_it_names() {
    let company = workshop();
    for line in ["product=p1", "category=Hire", "category=Odds product=p1"] {
        let planned = planned(&company, &document("invoice", line)).expect("planned");
        assert_eq!(planned.lines[0].description, "Oak top, oiled", "{line}");
        assert!(planned.lines[0].charge.as_ref().is_some_and(|charge| charge.item.is_some()), "{line}");
    }
}

/// A row of a price table is a product of its own, so that each may be linked to an item of its own or share one, and have an
/// account of its own.
#[test]
fn l15_f40_each_row_of_a_price_table_names_its_item_and_rows_may_share_one() {
    let mut company = workshop();
    company.link(RecordKind::Product, "door/oak", "item-OAK");
    company.link(RecordKind::Product, "door/pine", "item-SOFT");
    company.link(RecordKind::Product, "door/rimu", "item-SOFT");
    company.lent = Lent::new([
        record(r#"{"kind":"product","id":"door/oak","code":"D-OAK","name":"Door, oak","sales":{"account":"260"}}"#),
        record(r#"{"kind":"product","id":"door/pine","code":"D-PINE","name":"Door, pine","sales":{"account":"240"}}"#),
    ]);
    let both = |charge: &Charge| format!("{} {}", item(charge), account(charge));
    let table = "
        invoice | product=door/oak  | item-OAK 260
        invoice | product=door/pine | item-SOFT 240
        invoice | product=door/rimu | item-SOFT 200
    ";
    check(&company, table, both);
}

#[test]
fn f45_what_is_refused_names_document_line_word_and_remedy() {
    let company = workshop();
    let text = |head: &str, line: &str| charge(&company, head, line).expect_err("a question").to_string();
    let unmapped = text("invoice", "category=Nobody");
    assert_eq!(
        unmapped,
        "FA-116 invoice \"D-1\": line 1 is of the kind \"Nobody\", which is not mapped (lines[0].category) - \
         map the kind in the settings and send again"
    );
    let lost = text("invoice", "category=Lost");
    assert!(lost.contains("account \"777\" is not in the package (settings, services.Lost.account)"), "{lost}");
    let gone = text("invoice", "category=Gone");
    assert!(gone.contains("item \"GONE\" is not in use in the package (lines[0].category)"), "{gone}");
}

#[test]
fn a_package_that_alone_reckons_the_tax_says_of_no_line_that_it_is_free() {
    let mut company = workshop();
    company.capabilities.amounts.tax_authority = crate::capability::TaxAuthority::Package;
    check(&company, "invoice | tax=zero | 200", account);
    check(&company, "invoice no_tax | - | 201", account);
}
