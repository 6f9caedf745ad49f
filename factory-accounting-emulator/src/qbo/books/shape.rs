//! Shapes: which members an object has, what each may hold, who may write it and whether a query may name it.
//!
//! Strict reading, sparse and full updates, answers and queries all follow from these tables (qbo.md 5, 6).

use super::entity::Entity;

/// The members of one kind of object, in the order in which they are written.
#[derive(Debug)]
pub(super) struct Shape {
    /// Intuit's name for the type.
    pub(super) name: &'static str,
    pub(super) fields: &'static [Field],
}

impl Shape {
    pub(super) const fn new(name: &'static str, fields: &'static [Field]) -> Self {
        Self { name, fields }
    }

    /// Where a member stands; names compare with case, as JSON members do.
    pub(super) fn position(&self, name: &str) -> Option<u16> {
        self.fields.iter().position(|field| field.name == name).and_then(|at| u16::try_from(at).ok())
    }

    /// The field at a path such as `PrimaryEmailAddr.Address`; names compare without case (qbo.md 6).
    pub(super) fn field_at(&self, path: &str) -> Option<&'static Field> {
        let (head, rest) = path.split_once('.').map_or((path, None), |(head, rest)| (head, Some(rest)));
        let field = self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(head))?;
        match (rest, &field.kind) {
            (None, _) => Some(field),
            (Some(rest), Kind::Record(shape) | Kind::List(shape)) => shape.field_at(rest),
            (Some("value" | "Value" | "name" | "Type" | "type"), Kind::Ref(_)) => Some(field),
            _ => None,
        }
    }
}

/// One member.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) access: Access,
    /// Whether a `WHERE` may name it.
    pub(super) filterable: bool,
    /// Whether an `ORDERBY` may name it.
    pub(super) sortable: bool,
}

/// Who writes a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// The client.
    Write,
    /// QuickBooks alone: what a client sends is ignored (qbo.md 2).
    Read,
}

/// What a member holds.
#[derive(Debug)]
pub(super) enum Kind {
    /// At most this many characters, 2050 else.
    Text(usize),
    /// The same without `:`, tab and newline (qbo.md 5.0).
    Name(usize),
    /// An address with `@` and `.`, 2210 else.
    Email(usize),
    /// 2200 if malformed.
    Url(usize),
    /// One of these words, 2170 else.
    Word(&'static [&'static str]),
    Decimal,
    /// A whole number in a range, both ends included.
    Whole(i64, i64),
    Flag,
    /// `YYYY-MM-DD`.
    Date,
    /// `{"value","name"}` of a currency.
    Currency,
    /// `{"value","name"}` of a row of one of these kinds; several kinds need `type`.
    Ref(&'static [Entity]),
    Record(&'static Shape),
    List(&'static Shape),
}

impl Field {
    const fn of(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, access: Access::Write, filterable: false, sortable: false }
    }

    pub(super) const fn text(name: &'static str, max: usize) -> Self {
        Self::of(name, Kind::Text(max))
    }

    pub(super) const fn name(name: &'static str, max: usize) -> Self {
        Self::of(name, Kind::Name(max))
    }

    pub(super) const fn email(name: &'static str, max: usize) -> Self {
        Self::of(name, Kind::Email(max))
    }

    pub(super) const fn url(name: &'static str, max: usize) -> Self {
        Self::of(name, Kind::Url(max))
    }

    pub(super) const fn word(name: &'static str, words: &'static [&'static str]) -> Self {
        Self::of(name, Kind::Word(words))
    }

    pub(super) const fn decimal(name: &'static str) -> Self {
        Self::of(name, Kind::Decimal)
    }

    pub(super) const fn whole(name: &'static str, min: i64, max: i64) -> Self {
        Self::of(name, Kind::Whole(min, max))
    }

    pub(super) const fn flag(name: &'static str) -> Self {
        Self::of(name, Kind::Flag)
    }

    pub(super) const fn date(name: &'static str) -> Self {
        Self::of(name, Kind::Date)
    }

    pub(super) const fn currency(name: &'static str) -> Self {
        Self::of(name, Kind::Currency)
    }

    pub(super) const fn reference(name: &'static str, targets: &'static [Entity]) -> Self {
        Self::of(name, Kind::Ref(targets))
    }

    pub(super) const fn record(name: &'static str, shape: &'static Shape) -> Self {
        Self::of(name, Kind::Record(shape))
    }

    pub(super) const fn list(name: &'static str, shape: &'static Shape) -> Self {
        Self::of(name, Kind::List(shape))
    }

    /// QuickBooks alone writes it.
    pub(super) const fn read_only(mut self) -> Self {
        self.access = Access::Read;
        self
    }

    /// A `WHERE` may name it.
    pub(super) const fn filterable(mut self) -> Self {
        self.filterable = true;
        self
    }

    /// `WHERE` and `ORDERBY` may name it.
    pub(super) const fn sortable(mut self) -> Self {
        self.filterable = true;
        self.sortable = true;
        self
    }

    pub(super) fn is_writable(&self) -> bool {
        self.access == Access::Write
    }
}

/// Postal address (qbo.md 5.0).
pub(super) static ADDRESS: Shape = Shape::new(
    "PhysicalAddress",
    &[
        Field::text("Id", 30),
        Field::text("Line1", 500),
        Field::text("Line2", 500),
        Field::text("Line3", 500),
        Field::text("Line4", 500),
        Field::text("Line5", 500),
        Field::text("City", 255),
        Field::text("Country", 255),
        Field::text("CountryCode", 255),
        Field::text("CountrySubDivisionCode", 255),
        Field::text("PostalCode", 30),
        Field::text("PostalCodeSuffix", 30),
        Field::text("Lat", 30),
        Field::text("Long", 30),
        Field::text("Note", 500),
        Field::text("Tag", 100),
    ],
);

/// Telephone number (qbo.md 5.3).
pub(super) static PHONE: Shape = Shape::new("TelephoneNumber", &[Field::text("FreeFormNumber", 30)]);

/// E-mail address (qbo.md 5.3).
pub(super) static EMAIL: Shape = Shape::new("EmailAddress", &[Field::email("Address", 100)]);

/// Web address (qbo.md 5.3).
pub(super) static WEB: Shape = Shape::new("WebSiteAddress", &[Field::url("URI", 1000)]);

/// `{"Name","Value"}`.
pub(super) static NAME_VALUE: Shape = Shape::new("NameValue", &[Field::text("Name", 100), Field::text("Value", 4000)]);

/// A custom field of a document or of the preferences (qbo.md 10.2).
pub(super) static CUSTOM_FIELD: Shape = Shape::new(
    "CustomField",
    &[
        Field::text("DefinitionId", 30),
        Field::text("Name", 100),
        Field::word("Type", &["StringType", "BooleanType", "NumberType", "DateType"]),
        Field::text("StringValue", 31),
        Field::flag("BooleanValue"),
        Field::date("DateValue"),
        Field::decimal("NumberValue"),
    ],
);
