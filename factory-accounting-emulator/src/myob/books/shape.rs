//! Shapes: which members an object has, in the order of answers, and what each may hold.
//!
//! Reading, full replacement, answers and filters all follow from these tables (myob.md 3, 4, 5).

use super::table::{Form, Table};

/// The members of one kind of object.
#[derive(Debug)]
pub(super) struct Shape {
    /// MYOB's name for the type.
    pub(super) name: &'static str,
    pub(super) fields: Vec<Field>,
}

/// One member.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Whether a client writes it; what it sends for another one is ignored (myob.md 3.4).
    pub(super) writable: bool,
}

/// What a member holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// At most this many characters, 1000 else (myob.md 12.3).
    Text(usize),
    /// One of these words, 50 else.
    Word(&'static [&'static str]),
    /// Two decimals (myob.md 7).
    Money,
    Decimal,
    Whole,
    Flag,
    /// A day without a zone.
    Day,
    /// A bare id.
    Guid,
    /// A row version, as text or, on the lines of payments and of spent money, as a number (myob.md 3.7, 3.8).
    Version(VersionForm),
    Link(Target),
    Record(&'static Shape),
    List(&'static Shape),
    /// Worked out from other rows when it is read.
    Derived(Derived),
    /// Null, or the name of what is not modelled.
    Gap(&'static str),
    /// Only MYOB writes it, and nothing here works it out: null in answers, and no filter can ask for it.
    Unkept(&'static str),
}

/// How a line's row version is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VersionForm {
    Text,
    Number,
}

/// Members that other rows decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Derived {
    /// What a card owes or is owed.
    Balance,
    /// What is left of a card's limit.
    CreditLeft,
    /// What of its balance is due since before today.
    PastDue,
    OnHand,
    Committed,
    OnOrder,
    Available,
    /// The number of the document that a payment's line names.
    PaidNumber,
    /// Its address.
    PaidUri,
}

/// What a link may point at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Customer,
    Supplier,
    Employee,
    AnyCard,
    Account,
    TaxCode,
    Job,
    Category,
    Item,
    /// A document of one form in any layout.
    Document(Form),
    /// An order or invoice.
    Sale,
    /// An order or bill.
    Purchase,
}

impl Target {
    pub(super) fn admits(self, table: Table) -> bool {
        let form = table.form();
        match self {
            Self::Customer => table == Table::Customer,
            Self::Supplier => table == Table::Supplier,
            Self::Employee => table == Table::Employee,
            Self::AnyCard => table.is_card(),
            Self::Account => table == Table::Account,
            Self::TaxCode => table == Table::TaxCode,
            Self::Job => table == Table::Job,
            Self::Category => table == Table::Category,
            Self::Item => table == Table::Item,
            Self::Document(wanted) => form == Some(wanted),
            Self::Sale => matches!(form, Some(Form::Order | Form::Invoice)),
            Self::Purchase => matches!(form, Some(Form::PurchaseOrder | Form::Bill)),
        }
    }

    /// The display members of the link, which only answers carry (myob.md 3).
    pub(super) fn labels(self) -> &'static [&'static str] {
        match self {
            Self::Customer | Self::Supplier | Self::Employee | Self::AnyCard => &["Name", "DisplayID"],
            Self::Account | Self::Category => &["Name", "DisplayID"],
            Self::TaxCode => &["Code"],
            Self::Job | Self::Item => &["Number", "Name"],
            Self::Document(_) | Self::Sale | Self::Purchase => &["Number"],
        }
    }
}

impl Shape {
    pub(super) fn new(name: &'static str, fields: Vec<Field>) -> Self {
        Self { name, fields }
    }

    /// Where a member stands, spelt exactly.
    pub(super) fn position(&self, name: &str) -> Option<u16> {
        self.fields.iter().position(|field| field.name == name).and_then(|at| u16::try_from(at).ok())
    }

    /// The same as bodies are read, without regard to case (myob.md 6: `lines[0].Account.uid`).
    pub(super) fn position_of_sent(&self, name: &str) -> Option<u16> {
        let at = self.fields.iter().position(|field| field.name.eq_ignore_ascii_case(name))?;
        u16::try_from(at).ok()
    }
}

impl Field {
    const fn of(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, writable: true }
    }

    pub(super) const fn text(name: &'static str, max: usize) -> Self {
        Self::of(name, Kind::Text(max))
    }

    pub(super) const fn word(name: &'static str, words: &'static [&'static str]) -> Self {
        Self::of(name, Kind::Word(words))
    }

    pub(super) const fn money(name: &'static str) -> Self {
        Self::of(name, Kind::Money)
    }

    pub(super) const fn decimal(name: &'static str) -> Self {
        Self::of(name, Kind::Decimal)
    }

    pub(super) const fn whole(name: &'static str) -> Self {
        Self::of(name, Kind::Whole)
    }

    pub(super) const fn flag(name: &'static str) -> Self {
        Self::of(name, Kind::Flag)
    }

    pub(super) const fn day(name: &'static str) -> Self {
        Self::of(name, Kind::Day)
    }

    pub(super) const fn guid(name: &'static str) -> Self {
        Self::of(name, Kind::Guid)
    }

    pub(super) const fn version(form: VersionForm) -> Self {
        Self::of("RowVersion", Kind::Version(form))
    }

    pub(super) const fn link(name: &'static str, target: Target) -> Self {
        Self::of(name, Kind::Link(target))
    }

    pub(super) const fn record(name: &'static str, shape: &'static Shape) -> Self {
        Self::of(name, Kind::Record(shape))
    }

    pub(super) const fn list(name: &'static str, shape: &'static Shape) -> Self {
        Self::of(name, Kind::List(shape))
    }

    pub(super) const fn derived(name: &'static str, derived: Derived) -> Self {
        Self { name, kind: Kind::Derived(derived), writable: false }
    }

    /// Null in every answer; a value that a client sends is refused as not modelled.
    pub(super) const fn gap(name: &'static str, what: &'static str) -> Self {
        Self::of(name, Kind::Gap(what))
    }

    /// Null in every answer, whatever a client sends; a query that asks for it is refused as not modelled.
    pub(super) const fn unkept(name: &'static str, what: &'static str) -> Self {
        Self { name, kind: Kind::Unkept(what), writable: false }
    }

    /// MYOB alone writes it.
    pub(super) const fn read_only(mut self) -> Self {
        self.writable = false;
        self
    }
}
