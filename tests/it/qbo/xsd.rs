//! Intuit's XSDs, read far enough to hold JSON against them: names of members, their types, and which may repeat.
//!
//! In JSON an attribute is a member like any other, and the text of an element with attributes is its member `value`.

use std::collections::BTreeMap;
use std::path::Path;

use roxmltree::{Document, Node};
use serde_json::Value;

const FILES: [&str; 5] =
    ["Finance.xsd", "IntuitBaseTypes.xsd", "IntuitNamesTypes.xsd", "IntuitRestServiceDef.xsd", "SalesTax.xsd"];

/// Any entity may stand where the description says so.
const ANY_ENTITY: &str = "IntuitObject";

/// Types and global elements by name.
#[derive(Debug, Default)]
pub(crate) struct Description {
    types: BTreeMap<String, Type>,
    entities: BTreeMap<String, String>,
}

#[derive(Debug, Default)]
struct Type {
    base: Option<String>,
    members: BTreeMap<String, Member>,
    /// The words of an enumeration.
    words: Vec<String>,
    /// Whether it is text with attributes rather than members.
    text: bool,
    any_entity: bool,
    anything: bool,
}

#[derive(Clone, Debug)]
struct Member {
    of: String,
    many: bool,
    /// Whether it may stand alone where it may repeat: an entity in the answer to a write and in that to a question.
    alone: bool,
}

/// What does not fit: the type, the member, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Complaint {
    pub(crate) of: String,
    pub(crate) member: String,
    pub(crate) why: String,
}

impl Description {
    /// The description beside the project; `None` where it is not there.
    pub(crate) fn read() -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/contracts/qbo");
        let mut description = Self::default();
        for name in FILES {
            let text = std::fs::read_to_string(folder.join(name)).ok()?;
            let document = Document::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            document.root_element().children().filter(Node::is_element).for_each(|node| description.global(node));
        }
        Some(description)
    }

    fn global(&mut self, node: Node<'_, '_>) {
        let Some(name) = node.attribute("name") else { return };
        match node.tag_name().name() {
            "complexType" | "simpleType" => self.declare(name, node),
            "element" if node.attribute("substitutionGroup").is_some() => {
                self.entities.insert(name.to_owned(), bare(node.attribute("type").unwrap_or(name)));
            }
            _ => {}
        }
    }

    fn declare(&mut self, name: &str, node: Node<'_, '_>) {
        let mut own = Type::default();
        self.gather(name, node, &mut own);
        self.types.insert(name.to_owned(), own);
    }

    fn gather(&mut self, name: &str, node: Node<'_, '_>, own: &mut Type) {
        for child in node.children().filter(Node::is_element) {
            match child.tag_name().name() {
                "extension" | "restriction" => {
                    own.base = child.attribute("base").map(bare);
                    own.text |= child.parent().is_some_and(|parent| parent.tag_name().name() == "simpleContent");
                    self.gather(name, child, own);
                }
                "enumeration" => own.words.extend(child.attribute("value").map(str::to_owned)),
                "element" => self.element(name, child, own),
                "attribute" => {
                    let of = bare(child.attribute("type").unwrap_or("string"));
                    if let Some(name) = child.attribute("name") {
                        own.members.insert(name.to_owned(), Member { of, many: false, alone: false });
                    }
                }
                "any" | "anyAttribute" => own.anything = true,
                _ => self.gather(name, child, own),
            }
        }
    }

    fn element(&mut self, within: &str, node: Node<'_, '_>, own: &mut Type) {
        if let Some(reference) = node.attribute("ref").map(bare) {
            own.any_entity |= reference == ANY_ENTITY;
            if reference != ANY_ENTITY {
                own.members.insert(reference.clone(), Member { of: reference, many: repeats(node), alone: false });
            }
            return;
        }
        let Some(name) = node.attribute("name") else { return };
        let of = match node.attribute("type") {
            Some(of) => bare(of),
            // A type of its own, declared in place.
            None => {
                let of = format!("{within}.{name}");
                self.declare(&of, node);
                of
            }
        };
        own.members.insert(name.to_owned(), Member { of, many: repeats(node), alone: false });
    }

    /// What of a value does not fit a type.
    pub(crate) fn complaints(&self, of: &str, value: &Value, found: &mut Vec<Complaint>) {
        let Some(own) = self.types.get(of) else { return simple(of, value, found) };
        match value {
            Value::Object(members) if own.words.is_empty() => {
                let text = self.is_text(of);
                for (name, value) in members {
                    if text && name == "value" {
                        continue;
                    }
                    match self.member(of, name) {
                        Some(member) => self.held(of, name, &member, value, found),
                        None if self.takes_anything(of) => {}
                        None => complain(of, name, "is no member", found),
                    }
                }
            }
            Value::Object(_) => complain(of, "", "is a word, not an object", found),
            Value::String(word) if !own.words.is_empty() => {
                if !own.words.contains(word) {
                    complain(of, word, "is none of the words", found);
                }
            }
            _ if own.words.is_empty() => match &own.base {
                Some(base) => self.complaints(base, value, found),
                None => complain(of, "", &format!("is an object, not {value}"), found),
            },
            _ => complain(of, "", &format!("is a word, not {value}"), found),
        }
    }

    fn held(&self, of: &str, name: &str, member: &Member, value: &Value, found: &mut Vec<Complaint>) {
        match value {
            Value::Array(_) if !member.many => complain(of, name, "does not repeat", found),
            Value::Array(values) => values.iter().for_each(|value| self.complaints(&member.of, value, found)),
            _ if member.many && !member.alone => complain(of, name, "is a list", found),
            _ => self.complaints(&member.of, value, found),
        }
    }

    fn member(&self, of: &str, name: &str) -> Option<Member> {
        let own = self.types.get(of)?;
        let entity = || {
            let of = self.entities.get(name).filter(|_| own.any_entity)?;
            Some(Member { of: of.clone(), many: true, alone: true })
        };
        own.members.get(name).cloned().or_else(entity).or_else(|| self.member(own.base.as_deref()?, name))
    }

    fn is_text(&self, of: &str) -> bool {
        self.types.get(of).is_some_and(|own| own.text || own.base.as_deref().is_some_and(|base| self.is_text(base)))
    }

    fn takes_anything(&self, of: &str) -> bool {
        let own = self.types.get(of);
        own.is_some_and(|own| own.anything || own.base.as_deref().is_some_and(|base| self.takes_anything(base)))
    }

    /// The type of an entity by its name.
    pub(crate) fn entity(&self, name: &str) -> Option<&str> {
        self.entities.get(name).map(String::as_str)
    }
}

fn repeats(node: Node<'_, '_>) -> bool {
    let many = |node: &Node<'_, '_>| node.attribute("maxOccurs").is_some_and(|most| most != "1" && most != "0");
    // A group that repeats has its members repeat.
    many(&node)
        || node.parent().is_some_and(|group| ["sequence", "choice"].contains(&group.tag_name().name()) && many(&group))
}

fn bare(name: &str) -> String {
    name.rsplit(':').next().unwrap_or(name).to_owned()
}

fn complain(of: &str, member: &str, why: &str, found: &mut Vec<Complaint>) {
    let why = why.chars().take(160).collect();
    found.push(Complaint { of: of.to_owned(), member: member.to_owned(), why });
}

/// A type of XML Schema itself.
fn simple(of: &str, value: &Value, found: &mut Vec<Complaint>) {
    let text = value.as_str();
    let fits = match of {
        "boolean" => value.is_boolean(),
        // JSON's numbers, or their digits in text, which the API takes as well.
        "decimal" | "double" | "float" => {
            value.is_number() || text.is_some_and(|text| text.parse::<rust_decimal::Decimal>().is_ok())
        }
        "int" | "integer" | "long" | "short" | "positiveInteger" | "nonNegativeInteger" => {
            value.is_u64() || value.is_i64() || text.is_some_and(|text| text.parse::<i64>().is_ok())
        }
        "date" => text.is_some_and(|text| text.get(..10).is_some_and(|day| day.parse::<chrono::NaiveDate>().is_ok())),
        "dateTime" => text.is_some_and(|text| chrono::DateTime::parse_from_rfc3339(text).is_ok()),
        _ => value.is_string(),
    };
    if !fits {
        complain(of, "", &format!("not {value}"), found);
    }
}
