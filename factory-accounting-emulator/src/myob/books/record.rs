//! What a row holds: members named by its shape, in the shape's order.

use super::shape::{Field, Kind, Shape, Target};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use uuid::Uuid;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Text(String),
    Number(Decimal),
    Flag(bool),
    Day(NaiveDate),
    Guid(Uuid),
    Version(i64),
    /// The row it points at; what else the link shows is looked up when it is written.
    Link(Uuid),
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
        Self::Day(value)
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

    /// Members that are there, in the shape's order.
    pub(super) fn members(&self) -> impl Iterator<Item = (&'static Field, &Node)> {
        let shape = self.shape;
        self.members.iter().map(move |(at, node)| (&shape.fields[usize::from(*at)], node))
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.members.iter().position(|(at, _)| self.shape.fields[usize::from(*at)].name == name)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        self.find(name).map(|at| &self.members[at].1)
    }

    pub(super) fn at(&self, position: u16) -> Option<&Node> {
        let found = self.members.binary_search_by_key(&position, |(at, _)| *at).ok()?;
        Some(&self.members[found].1)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
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

    pub(super) fn link_to(&mut self, name: &str, uid: Uuid) {
        self.set(name, Node::Link(uid));
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

    /// The same with the builder's hand, for seeds.
    pub(super) fn with(mut self, name: &str, value: impl Into<Node>) -> Self {
        self.set(name, value);
        self
    }

    pub(super) fn with_link(mut self, name: &str, uid: Uuid) -> Self {
        self.link_to(name, uid);
        self
    }

    pub(super) fn clear(&mut self, name: &str) {
        if let Some(at) = self.find(name) {
            self.members.remove(at);
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Node::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A text that says something.
    pub(super) fn filled(&self, name: &str) -> Option<&str> {
        self.text(name).filter(|text| !text.trim().is_empty())
    }

    pub(super) fn number(&self, name: &str) -> Option<Decimal> {
        match self.get(name) {
            Some(Node::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// The member, or zero.
    pub(super) fn amount(&self, name: &str) -> Decimal {
        self.number(name).unwrap_or_default()
    }

    /// The member, or false.
    pub(super) fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), Some(Node::Flag(true)))
    }

    pub(super) fn day(&self, name: &str) -> Option<NaiveDate> {
        match self.get(name) {
            Some(Node::Day(day)) => Some(*day),
            _ => None,
        }
    }

    pub(super) fn version(&self) -> Option<i64> {
        match self.get("RowVersion") {
            Some(Node::Version(version)) => Some(*version),
            _ => None,
        }
    }

    /// The row that a link or a bare id names.
    pub(super) fn link(&self, name: &str) -> Option<Uuid> {
        match self.get(name) {
            Some(Node::Link(uid) | Node::Guid(uid)) => Some(*uid),
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
        let at = self.find(name)?;
        match &mut self.members[at].1 {
            Node::Record(record) => Some(record),
            _ => None,
        }
    }

    /// The rows of a list, empty if there is none.
    pub(super) fn list(&self, name: &str) -> &[Record] {
        match self.get(name) {
            Some(Node::List(rows)) => rows,
            _ => &[],
        }
    }

    /// Takes a list out.
    pub(super) fn take_list(&mut self, name: &str) -> Vec<Record> {
        match self.find(name) {
            Some(at) => match self.members.remove(at).1 {
                Node::List(rows) => rows,
                _ => Vec::new(),
            },
            None => Vec::new(),
        }
    }

    /// The members that a client cannot write: what a full replacement keeps (myob.md 4).
    pub(super) fn read_only_part(&self) -> Self {
        let kept = self.members.iter().filter(|(at, _)| !self.shape.fields[usize::from(*at)].writable);
        Self { shape: self.shape, members: kept.cloned().collect() }
    }

    /// Puts another record's members over this one's.
    pub(super) fn merge(&mut self, over: Self) {
        for (at, node) in over.members {
            self.set_at(at, node);
        }
    }

    /// Every link with the path at which it stands, such as `Lines[0].Item`, and what it may point at.
    pub(super) fn links(&self, visit: &mut impl FnMut(&str, Option<Target>, Uuid)) {
        let mut path = String::new();
        self.walk(&mut path, visit);
    }

    fn walk(&self, path: &mut String, visit: &mut impl FnMut(&str, Option<Target>, Uuid)) {
        for (field, node) in self.members() {
            let length = path.len();
            if length > 0 {
                path.push('.');
            }
            path.push_str(field.name);
            match (node, field.kind) {
                (Node::Link(uid), Kind::Link(target)) => visit(path, Some(target), *uid),
                (Node::Record(record), _) => record.walk(path, visit),
                (Node::List(rows), _) => {
                    let stem = path.len();
                    for (at, row) in rows.iter().enumerate() {
                        path.push_str(&format!("[{at}]"));
                        row.walk(path, visit);
                        path.truncate(stem);
                    }
                }
                _ => {}
            }
            path.truncate(length);
        }
    }

    /// Every row that this one points at.
    pub(super) fn targets(&self, visit: &mut impl FnMut(Uuid)) {
        for (_, node) in self.members() {
            match node {
                Node::Link(uid) | Node::Guid(uid) => visit(*uid),
                Node::Record(record) => record.targets(visit),
                Node::List(rows) => rows.iter().for_each(|row| row.targets(visit)),
                _ => {}
            }
        }
    }

    /// Every text longer than its member may be, with its path.
    pub(super) fn too_long(&self, prefix: &str, visit: &mut impl FnMut(String, usize)) {
        for (field, node) in self.members() {
            match (node, field.kind) {
                (Node::Text(text), Kind::Text(max)) if text.chars().count() > max => {
                    visit(format!("{prefix}{}", field.name), max);
                }
                (Node::Record(record), _) => record.too_long(&format!("{prefix}{}.", field.name), visit),
                (Node::List(rows), _) => {
                    for (at, row) in rows.iter().enumerate() {
                        row.too_long(&format!("{prefix}{}[{at}].", field.name), visit);
                    }
                }
                _ => {}
            }
        }
    }
}
