//! Intuit's own schemas as a witness: every member that is written is one that they know, at its place.
//!
//! The schemas are optional reference material beside the project; without them the test says so and passes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;

use factory_accounting_core::model::{QuoteStage, RecordKind};
use factory_accounting_core::planned::{Planned, PlannedPayment, PlannedSource, StatedTax, TargetStatus};
use factory_accounting_core::provider::{Intent, RemoteStatus};
use serde_json::Value;

use super::plans::*;
use super::{encoded, encoded_for};
use crate::config::{ReferenceTarget, Region};
use crate::endpoint::{Endpoint, Entity};

/// Members that JSON has beside the schema's: the sparse flag is an attribute there.
const BESIDE: [&str; 1] = ["sparse"];

/// The complex types of the schemas: what each extends, and its elements with their types.
#[derive(Debug, Default)]
struct Schemas {
    types: BTreeMap<String, Type>,
}

#[derive(Debug, Default)]
struct Type {
    extends: Option<String>,
    elements: BTreeMap<String, String>,
}

impl Schemas {
    fn load() -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/contracts/qbo");
        let mut schemas = Self::default();
        for name in ["Finance.xsd", "IntuitBaseTypes.xsd", "IntuitNamesTypes.xsd"] {
            schemas.read(&std::fs::read_to_string(folder.join(name)).ok()?);
        }
        Some(schemas)
    }

    fn read(&mut self, schema: &str) {
        let mut within: Option<String> = None;
        let mut depth = 0;
        for tag in schema.split('<').filter_map(|part| part.split_once('>')).map(|(tag, _)| tag) {
            // Attributes may stand on lines of their own.
            let tag = tag.replace(['\n', '\r', '\t'], " ");
            let attribute = |name: &str| {
                let (_, after) = tag.split_once(&format!(" {name}=\""))?;
                after.split_once('"').map(|(value, _)| value.to_owned())
            };
            match tag.split_whitespace().next().unwrap_or_default() {
                "xs:complexType" if !tag.ends_with('/') => {
                    depth += 1;
                    within = within.or_else(|| attribute("name"));
                }
                "/xs:complexType" => {
                    depth -= 1;
                    if depth == 0 {
                        within = None;
                    }
                }
                "xs:extension" => {
                    if let (Some(name), Some(base)) = (&within, attribute("base")) {
                        self.types.entry(name.clone()).or_default().extends.get_or_insert(base);
                    }
                }
                "xs:element" => {
                    if let (Some(holder), Some(name)) = (&within, attribute("name")) {
                        let of = attribute("type").unwrap_or_default();
                        self.types.entry(holder.clone()).or_default().elements.insert(name, of);
                    }
                }
                _ => {}
            }
        }
    }

    /// The type of a member of a type or of one that it extends.
    fn member(&self, holder: &str, name: &str) -> Option<&str> {
        let found = self.types.get(holder)?;
        match found.elements.get(name) {
            Some(of) => Some(of),
            None => self.member(found.extends.as_deref()?, name),
        }
    }

    /// Adds every member that the schemas do not know.
    fn compare(&self, holder: &str, value: &Value, unknown: &mut BTreeSet<String>) {
        let Some(members) = value.as_object() else {
            value.as_array().into_iter().flatten().for_each(|one| self.compare(holder, one, unknown));
            return;
        };
        for (name, inner) in members {
            let reference = matches!(holder, "ReferenceType" | "MemoRef") && name == "value";
            if BESIDE.contains(&name.as_str()) || reference {
                continue;
            }
            match self.member(holder, name) {
                Some(of) => self.compare(of, inner, unknown),
                None => drop(unknown.insert(format!("{holder}.{name}"))),
            }
        }
    }
}

/// One of everything that is written, with all that it can hold.
fn everything() -> Vec<(Intent, Planned)> {
    let full = |party: &str| {
        let mut document = document(party);
        document.exchange_rate = Some(decimal("1.5"));
        document.stated_taxes =
            vec![StatedTax { component: id("3"), rate: decimal("10"), net: decimal("1183"), tax: decimal("118.31") }];
        document
    };
    let sale = |kind| planned_document(kind, full("customer:62"));
    let mut quote = full("customer:62");
    quote.status = TargetStatus::Quote(QuoteStage::Accepted);
    quote.title = Some("Stairs".to_owned());
    let mut invoice = full("customer:62");
    invoice.source = Some(PlannedSource { kind: RecordKind::Order, id: id("estimate:12") });
    let mut bill = full("vendor:56");
    bill.source = Some(PlannedSource { kind: RecordKind::PurchaseOrder, id: id("purchaseorder:257") });
    bill.lines[0].source_line = Some(id("1"));
    bill.lines[0].charge.as_mut().expect("a charge").jobs = vec![id("customer:62")];
    bill.lines.push(bill.lines[0].clone());
    bill.lines[2].charge.as_mut().expect("a charge").item = None;
    let update = |planned, entity| {
        let kind = RecordKind::Invoice;
        (Intent::Update, based(planned, held(kind, entity, RemoteStatus::Open)))
    };
    let create = |planned| (Intent::Create, planned);
    let by_card = |by_card| planned_payment(PlannedPayment { by_card, ..payment(RecordKind::Bill) });
    vec![
        create(party(RecordKind::Customer)),
        create(party(RecordKind::Supplier)),
        update(party(RecordKind::Customer), "customer:62"),
        create(job()),
        create(planned_item(item())),
        create(planned_document(RecordKind::Quote, quote)),
        create(planned_document(RecordKind::Invoice, invoice)),
        update(sale(RecordKind::Invoice), "invoice:145"),
        create(sale(RecordKind::CreditNote)),
        create(planned_document(RecordKind::PurchaseOrder, full("vendor:56"))),
        create(planned_document(RecordKind::Bill, bill)),
        create(planned_payment(payment(RecordKind::Invoice))),
        create(by_card(false)),
        create(by_card(true)),
        create(planned_allocation()),
    ]
}

#[test]
fn every_member_that_is_written_is_known_to_intuits_schemas() {
    let Some(schemas) = Schemas::load() else {
        // Where nobody listens nothing is lost.
        let _ = writeln!(std::io::stderr(), "skipped: ../shared/contracts/qbo is not there");
        return;
    };
    assert!(schemas.types.len() > 100, "the schemas were read: {} types", schemas.types.len());
    let mut unknown = BTreeSet::new();
    let mut written = BTreeSet::new();
    let mut witness = |target: &str, body: &str| {
        let entity = Endpoint::parse(target).and_then(|endpoint| endpoint.entity()).map(Entity::name).expect(target);
        written.insert(entity);
        schemas.compare(entity, &serde_json::from_str(body).expect("JSON"), &mut unknown);
    };
    for (intent, planned) in everything() {
        let write = encoded(intent, vec![planned]);
        witness(&write.target, &write.body);
    }
    let field = ReferenceTarget::CustomField { definition_id: "1".to_owned(), name: "Job".to_owned() };
    let config = config(Region::International).with_reference_field(field);
    let invoice = batch(Intent::Create, vec![planned_document(RecordKind::Invoice, document("customer:62"))]);
    let custom = crate::write::encode(&config, &crate::capability::capabilities(&config), &invoice);
    let custom = custom.expect("it can be encoded");
    witness(&custom.target, &custom.body);
    let mut taxed = item();
    taxed.sales.as_mut().expect("a side").tax_code = Some("TAX".to_owned());
    let us = encoded_for(Region::UnitedStates, Intent::Create, vec![planned_item(taxed)]).expect("it can be encoded");
    witness(&us.target, &us.body);
    assert_eq!(unknown, BTreeSet::new());
    assert_eq!(written.len(), 10, "{written:?}");
}

#[test]
fn a_member_that_no_schema_knows_would_be_found() {
    let mut schemas = Schemas::default();
    schemas.read(
        r#"<xs:complexType name="Base"><xs:element name="Id" type="id"/></xs:complexType>
           <xs:complexType name="Row"><xs:extension base="Base"><xs:element name="PartRef"
             type="ReferenceType"/></xs:extension></xs:complexType>
           <xs:complexType name="ReferenceType"></xs:complexType>"#,
    );
    let mut unknown = BTreeSet::new();
    let row =
        serde_json::json!({ "Id": "1", "sparse": true, "PartRef": { "value": "2", "nickname": "x" }, "Extra": 1 });
    schemas.compare("Row", &row, &mut unknown);
    assert_eq!(unknown.into_iter().collect::<Vec<_>>(), ["ReferenceType.nickname", "Row.Extra"]);
}
