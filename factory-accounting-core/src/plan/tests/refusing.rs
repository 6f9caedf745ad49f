//! What is told of a document that is refused: the document, the field of the line, the word that is in the way and what
//! mends it, each once.

use super::company::Company;
use super::resolution::{document, planned, workshop};
use crate::capability::{JobPlace, LineItems};
use crate::code::{Code, Parked};
use crate::model::{Line, Record, RecordKey, RecordKind, TextLine};
use crate::provider::RemoteStatus;
use crate::settings::Discounts;

const DOCUMENTS: [&str; 6] = ["quote", "order", "invoice", "credit_note", "purchase_order", "bill"];

/// The document with its line as the third, so that a place that is always the first one shows.
fn below_two_texts(head: &str, line: &str) -> Record {
    let mut record = document(head, line);
    let lines = record.lines_mut().expect("a document of trade");
    let text = |text: &str| Line::Text(TextLine { text: text.to_owned() });
    lines.splice(0..0, [text("As agreed on site:"), text("Kitchen")]);
    record
}

fn refused(company: &Company, record: &Record) -> Parked {
    planned(company, record).expect_err("a question")
}

#[test]
fn f45_every_document_names_the_field_of_the_line_that_is_refused_and_says_what_is_wrong_once() {
    let mut company = workshop();
    company.link(RecordKind::Product, "gone", "item-9").status = RemoteStatus::Deleted;
    company.link(RecordKind::Product, "old", "item-8").status = RemoteStatus::Archived;
    let cases = [
        ("tax=unheard", Code::TaxUnmapped, "tax", "\"unheard\""),
        ("tax=OWN account=090", Code::AccountUnusable, "account", "\"090\""),
        ("account=777", Code::AccountUnusable, "account", "\"777\""),
        ("category=Nobody", Code::Unmapped, "category", "\"Nobody\""),
        ("product=p2", Code::NotLinked, "product", "p2"),
        ("product=gone", Code::RemoteGone, "product", "product gone"),
        ("product=old", Code::ItemMissing, "product", "product old"),
        ("job=j9", Code::NotLinked, "job", "j9"),
    ];
    for head in DOCUMENTS {
        for (line, code, field, word) in cases {
            let question = refused(&company, &below_two_texts(head, line));
            let told = question.to_string();
            let place = format!("lines[2].{field}");
            assert_eq!((question.code, question.issues[0].path.as_str()), (code, place.as_str()), "{told}");
            for once in [place.as_str(), word, "\"D-1\"", code.remedy()] {
                assert_eq!(told.matches(once).count(), 1, "{head} {line}: {once} is not told once: {told}");
            }
        }
    }
}

#[test]
fn f45_a_refusal_of_a_line_reads_as_one_sentence() {
    let company = workshop();
    let told = |head: &str, line: &str| refused(&company, &below_two_texts(head, line)).to_string();
    assert_eq!(
        told("quote", "tax=unheard"),
        "FA-104 quote \"D-1\": tax term \"unheard\" is not mapped to a tax code of the package (lines[2].tax) - map the term \
         in the settings and send again"
    );
    assert_eq!(
        told("bill", "category=Nobody"),
        "FA-116 bill \"D-1\": line 3 is of the kind \"Nobody\", which is not mapped (lines[2].category) - map the kind in the \
         settings and send again"
    );
}

#[test]
fn f14_a_party_that_is_not_linked_is_said_once() {
    let mut company = workshop();
    company.links.remove(&RecordKey::new(RecordKind::Customer, "c1"));
    let question = refused(&company, &document("invoice", "-"));
    assert_eq!(
        question.to_string(),
        "FA-101 invoice \"D-1\" needs customer c1, which is not linked to the package - link or create it; this document then \
         goes on by itself"
    );
    assert_eq!(question.issues[0].to_string(), "customer: needs customer c1, which is not linked to the package");
}

#[test]
fn a_job_in_place_of_the_customer_is_asked_for_at_the_line_that_names_it() {
    let mut company = workshop();
    company.capabilities.jobs = JobPlace::SalesParty;
    let unlinked = refused(&company, &below_two_texts("invoice", "job=j9"));
    assert_eq!((unlinked.code, unlinked.issues[0].path.as_str()), (Code::NotLinked, "lines[2].job"));
    let mut two = below_two_texts("invoice", "job=j1");
    let mut other = document("invoice", "job=j2");
    two.lines_mut().expect("lines").append(other.lines_mut().expect("lines"));
    let question = refused(&company, &two);
    assert_eq!((question.code, question.issues[0].path.as_str()), (Code::Unsupported, "lines[3].job"));
    let told = question.to_string();
    assert!(told.contains("(lines[3].job)") && told.matches("j1 and j2").count() == 1, "{told}");
}

#[test]
fn l4_a_discount_that_lacks_its_item_names_the_line_and_the_setting() {
    let mut company = workshop();
    company.settings.discounts = Discounts::OwnLine;
    for capability in company.capabilities.records.values_mut() {
        capability.line_items = LineItems::Required;
    }
    company.settings.items.default = Some("ODDS".into());
    let mut record = below_two_texts("invoice", "-");
    if let Some(Line::Item(line)) = record.lines_mut().and_then(|lines| lines.last_mut()) {
        line.discount = Some(crate::model::Discount::Amount(rust_decimal::Decimal::ONE));
    }
    let told = refused(&company, &record).to_string();
    assert!(told.contains("lines[2].discount") && told.contains("items.sales_discount"), "{told}");
}
