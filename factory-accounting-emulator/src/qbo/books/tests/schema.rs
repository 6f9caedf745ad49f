//! Every member that Intuit's schema gives a type is either kept or known to be unkept, so that "unknown property" is
//! answered only where QuickBooks answers it (qbo.md 8.2).

use crate::qbo::books::entity::Entity;
use crate::qbo::books::shape::{Kind, Shape};
use crate::qbo::books::wire::unkept::is_unkept;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;

/// What a client only reads, so that no member of it is refused.
const READ_ONLY: [&str; 4] = ["CompanyInfo", "ReimburseCharge", "TaxCode", "TaxRate"];

/// In the schema a tax agency is a kind of vendor; QuickBooks Online takes three members of it (qbo.md 5.7).
const NARROWER: [&str; 1] = ["TaxAgency"];

/// What stands on every entity and is read by itself.
const ENVELOPE: [&str; 3] = ["Id", "SyncToken", "MetaData"];

/// Each complex type of the schema: what it extends, and its elements.
type Types = BTreeMap<String, (Option<String>, Vec<String>)>;

fn schema() -> Option<Types> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/contracts/qbo");
    let mut types = Types::new();
    for name in ["Finance.xsd", "IntuitBaseTypes.xsd", "IntuitNamesTypes.xsd", "SalesTax.xsd"] {
        let text = std::fs::read_to_string(folder.join(name)).ok()?;
        for part in text.split("<xs:complexType ").skip(1) {
            let part = part.split("</xs:complexType>").next().unwrap_or_default();
            let Some(name) = attribute(part.split('>').next().unwrap_or_default(), "name") else { continue };
            let base = part.split("<xs:extension ").nth(1).and_then(|tag| attribute(tag, "base"));
            let elements = part.split("<xs:element").skip(1);
            let named = elements.filter_map(|tag| attribute(tag.split('>').next().unwrap_or_default(), "name"));
            types.insert(name, (base, named.collect()));
        }
    }
    Some(types)
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, after) = tag.split_once(&format!("{name}=\""))?;
    after.split_once('"').map(|(value, _)| value.to_owned())
}

fn strangers(shape: &'static Shape, types: &Types, seen: &mut BTreeSet<&'static str>, found: &mut Vec<String>) {
    if !seen.insert(shape.name) {
        return;
    }
    let mut at = Some(shape.name.to_owned());
    while let Some((base, elements)) = at.as_ref().and_then(|name| types.get(name)) {
        for element in elements {
            let extension = element.ends_with("Ex") || ENVELOPE.contains(&element.as_str());
            if !extension && shape.position(element).is_none() && !is_unkept(shape.name, element) {
                found.push(format!("{}.{element}", shape.name));
            }
        }
        at = base.clone();
    }
    for field in shape.fields {
        if let Kind::Record(inner) | Kind::List(inner) = &field.kind
            && field.is_writable()
        {
            strangers(inner, types, seen, found);
        }
    }
}

#[test]
fn every_member_of_intuits_types_is_kept_or_known() {
    let Some(types) = schema() else {
        let _ = writeln!(std::io::stderr(), "skipped: ../shared/contracts/qbo is not there");
        return;
    };
    assert!(types.len() > 150, "the schemas were read: {} types", types.len());
    let (mut seen, mut found) = (BTreeSet::from(NARROWER), Vec::new());
    for entity in Entity::all().filter(|entity| !READ_ONLY.contains(&entity.name())) {
        strangers(entity.shape(), &types, &mut seen, &mut found);
    }
    assert!(seen.contains("TelephoneNumber") && seen.contains("SalesItemLineDetail"), "nested types were compared");
    assert_eq!(found, Vec::<String>::new());
}
