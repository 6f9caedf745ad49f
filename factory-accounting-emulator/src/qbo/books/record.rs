//! What a row holds: members named by its shape, in the shape's order.

use super::entity::Entity;
use super::ids::Id;
use super::shape::{Kind, Shape};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::borrow::Cow;

/// A reference as it was sent and is stored; its name is looked up when it is written (qbo.md 5.0).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ref {
    /// What `type` names, on references that may point at several kinds.
    pub(super) entity: Option<Entity>,
    /// The id, or one of the words that stand for a row (`SHIPPING_ITEM_ID`).
    pub(super) value: String,
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Text(String),
    Number(Decimal),
    Flag(bool),
    Date(NaiveDate),
    Ref(Ref),
    Record(Record),
    List(Vec<Record>),
}

/// An object of a known shape. Absent and null are the same.
#[derive(Clone, Debug)]
pub(super) struct Record {
    shape: &'static Shape,
    /// Index into the shape's fields and value, ascending.
    members: Vec<(u16, Node)>,
}

impl PartialEq for Record {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.shape, other.shape) && self.members == other.members
    }
}

impl From<&str> for Node {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Node {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Decimal> for Node {
    fn from(value: Decimal) -> Self {
        Self::Number(value)
    }
}

impl From<bool> for Node {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}

impl From<NaiveDate> for Node {
    fn from(value: NaiveDate) -> Self {
        Self::Date(value)
    }
}

impl From<Id> for Node {
    fn from(value: Id) -> Self {
        Self::Ref(Ref { entity: None, value: value.to_string() })
    }
}

impl From<Record> for Node {
    fn from(value: Record) -> Self {
        Self::Record(value)
    }
}

impl From<Vec<Record>> for Node {
    fn from(value: Vec<Record>) -> Self {
        Self::List(value)
    }
}

impl Record {
    pub(super) fn new(shape: &'static Shape) -> Self {
        Self { shape, members: Vec::new() }
    }

    pub(super) fn shape(&self) -> &'static Shape {
        self.shape
    }

    /// Members in the shape's order.
    pub(super) fn members(&self) -> impl Iterator<Item = (&'static super::shape::Field, &Node)> {
        let shape = self.shape;
        self.members.iter().map(move |(at, node)| (&shape.fields[usize::from(*at)], node))
    }

    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        self.members.iter().find(|(at, _)| self.shape.fields[usize::from(*at)].name == name).map(|(_, node)| node)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Node> {
        let shape = self.shape;
        self.members.iter_mut().find(|(at, _)| shape.fields[usize::from(*at)].name == name).map(|(_, node)| node)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Puts a member that the shape has, in its place.
    pub(super) fn set(&mut self, name: &str, value: impl Into<Node>) {
        let Some(at) = self.shape.position(name) else {
            debug_assert!(false, "{} has no {name}", self.shape.name);
            return;
        };
        self.set_at(at, value.into());
    }

    pub(super) fn set_at(&mut self, at: u16, value: Node) {
        match self.members.binary_search_by_key(&at, |(at, _)| *at) {
            Ok(found) => self.members[found].1 = value,
            Err(place) => self.members.insert(place, (at, value)),
        }
    }

    /// Puts the member or takes it away.
    pub(super) fn set_or_clear(&mut self, name: &str, value: Option<impl Into<Node>>) {
        match value {
            Some(value) => self.set(name, value),
            None => self.clear(name),
        }
    }

    /// Puts the member unless one is there.
    pub(super) fn set_default(&mut self, name: &str, value: impl Into<Node>) {
        if !self.has(name) {
            self.set(name, value);
        }
    }

    /// The same with the builder's hand, for seeds and computed members.
    pub(super) fn with(mut self, name: &str, value: impl Into<Node>) -> Self {
        self.set(name, value);
        self
    }

    pub(super) fn clear(&mut self, name: &str) {
        let shape = self.shape;
        self.members.retain(|(at, _)| shape.fields[usize::from(*at)].name != name);
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Node::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn decimal(&self, name: &str) -> Option<Decimal> {
        match self.get(name) {
            Some(Node::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// The member, or zero.
    pub(super) fn amount(&self, name: &str) -> Decimal {
        self.decimal(name).unwrap_or_default()
    }

    /// The member, or false.
    pub(super) fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), Some(Node::Flag(true)))
    }

    pub(super) fn date(&self, name: &str) -> Option<NaiveDate> {
        match self.get(name) {
            Some(Node::Date(date)) => Some(*date),
            _ => None,
        }
    }

    /// The value of a reference as it stands.
    pub(super) fn reference(&self, name: &str) -> Option<&str> {
        self.link(name).map(|link| link.value.as_str())
    }

    /// The id that a reference points at; none for the words that stand for a row.
    pub(super) fn target(&self, name: &str) -> Option<Id> {
        self.reference(name).and_then(Id::parse)
    }

    /// A reference with its type.
    pub(super) fn link(&self, name: &str) -> Option<&Ref> {
        match self.get(name) {
            Some(Node::Ref(link)) => Some(link),
            _ => None,
        }
    }

    pub(super) fn record(&self, name: &str) -> Option<&Record> {
        match self.get(name) {
            Some(Node::Record(record)) => Some(record),
            _ => None,
        }
    }

    pub(super) fn record_mut(&mut self, name: &str) -> Option<&mut Record> {
        match self.get_mut(name) {
            Some(Node::Record(record)) => Some(record),
            _ => None,
        }
    }

    pub(super) fn list(&self, name: &str) -> &[Record] {
        match self.get(name) {
            Some(Node::List(list)) => list,
            _ => &[],
        }
    }

    pub(super) fn list_mut(&mut self, name: &str) -> Option<&mut Vec<Record>> {
        match self.get_mut(name) {
            Some(Node::List(list)) => Some(list),
            _ => None,
        }
    }

    /// Takes over every member of another record of the same shape.
    pub(super) fn merge(&mut self, other: &Self) {
        for (at, node) in &other.members {
            self.set_at(*at, node.clone());
        }
    }

    /// Only the members that a client cannot write.
    pub(super) fn read_only_part(&self) -> Self {
        let writable = |at: u16| self.shape.fields[usize::from(at)].is_writable();
        Self { shape: self.shape, members: self.members.iter().filter(|(at, _)| !writable(*at)).cloned().collect() }
    }

    /// What stands at a path such as `AttachableRef.EntityRef.value`, through lists; names compare without case.
    pub(super) fn walk<'a>(&'a self, path: &str, found: &mut Vec<Leaf<'a>>) {
        let (head, rest) = path.split_once('.').map_or((path, None), |(head, rest)| (head, Some(rest)));
        let member = self.members.iter().find(|(at, _)| {
            let name = self.shape.fields[usize::from(*at)].name;
            name.eq_ignore_ascii_case(head)
        });
        match (member.map(|(_, node)| node), rest) {
            (Some(Node::Record(record)), Some(rest)) => record.walk(rest, found),
            (Some(Node::List(list)), Some(rest)) => list.iter().for_each(|record| record.walk(rest, found)),
            (Some(Node::Ref(link)), Some(rest)) if rest.eq_ignore_ascii_case("value") => {
                found.push(Leaf::Text(Cow::Borrowed(&link.value)));
            }
            (Some(Node::Ref(link)), Some(rest)) if rest.eq_ignore_ascii_case("type") => {
                found.extend(link.entity.map(|entity| Leaf::Text(Cow::Borrowed(entity.name()))));
            }
            (Some(Node::Ref(link)), None) => found.push(Leaf::Text(Cow::Borrowed(&link.value))),
            (Some(Node::Text(text)), None) => found.push(Leaf::Text(Cow::Borrowed(text))),
            (Some(Node::Number(number)), None) => found.push(Leaf::Number(*number)),
            (Some(Node::Flag(flag)), None) => found.push(Leaf::Flag(*flag)),
            (Some(Node::Date(date)), None) => found.push(Leaf::Text(Cow::Owned(date.to_string()))),
            _ => {}
        }
    }

    /// Whether it refers to a row of a kind, here or below.
    pub(super) fn points_at(&self, entity: Entity, id: Id) -> bool {
        let (mut found, value) = (false, id.to_string());
        self.references(&mut |_, targets, link| {
            found |= link.value == value && link.entity.or(targets.first().copied()) == Some(entity);
        });
        found
    }

    /// Lets every reference to one row refer to another of its kind.
    pub(super) fn repoint(&mut self, entity: Entity, from: Id, to: Id) {
        let (shape, from_text) = (self.shape, from.to_string());
        for (at, node) in &mut self.members {
            match (&shape.fields[usize::from(*at)].kind, node) {
                (Kind::Ref(targets), Node::Ref(link)) => {
                    let kind = link.entity.or(targets.first().copied());
                    if kind == Some(entity) && link.value == from_text {
                        link.value = to.to_string();
                    }
                }
                (_, Node::Record(record)) => record.repoint(entity, from, to),
                (_, Node::List(list)) => list.iter_mut().for_each(|record| record.repoint(entity, from, to)),
                _ => {}
            }
        }
    }

    /// Every reference in the record and below it, with what it may point at.
    pub(super) fn references<'a>(&'a self, visit: &mut impl FnMut(&'static str, &'static [Entity], &'a Ref)) {
        for (field, node) in self.members() {
            match (&field.kind, node) {
                (Kind::Ref(targets), Node::Ref(link)) => visit(field.name, targets, link),
                (_, Node::Record(record)) => record.references(visit),
                (_, Node::List(list)) => list.iter().for_each(|record| record.references(visit)),
                _ => {}
            }
        }
    }
}

/// A comparable value at the end of a path.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Leaf<'a> {
    Text(Cow<'a, str>),
    Number(Decimal),
    Flag(bool),
}
