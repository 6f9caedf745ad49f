//! Classes, departments, terms and payment methods (qbo.md 5.8).

use super::Books;
use super::entity::Entity;
use super::errors::{self, Fault};
use super::shape::{ADDRESS, Field, Shape};
use super::tree::Tree;
use super::write::Draft;

pub(super) static CLASS: Shape = Shape::new(
    "Class",
    &[
        Field::name("Name", 100).sortable(),
        Field::flag("SubClass"),
        Field::reference("ParentRef", &[Entity::Class]),
        Field::text("FullyQualifiedName", 4000).read_only().sortable(),
        Field::flag("Active").filterable(),
    ],
);

pub(super) static DEPARTMENT: Shape = Shape::new(
    "Department",
    &[
        Field::name("Name", 100).sortable(),
        Field::flag("SubDepartment"),
        Field::reference("ParentRef", &[Entity::Department]),
        Field::text("FullyQualifiedName", 4000).read_only().sortable(),
        Field::flag("Active").filterable(),
        Field::record("Address", &ADDRESS),
    ],
);

pub(super) static TERM: Shape = Shape::new(
    "Term",
    &[
        Field::text("Name", 31).sortable(),
        Field::flag("Active").filterable(),
        Field::word("Type", &["STANDARD", "DATE_DRIVEN"]).read_only().filterable(),
        Field::decimal("DiscountPercent"),
        Field::whole("DueDays", 0, 999).filterable(),
        Field::whole("DiscountDays", 0, 999),
        Field::whole("DayOfMonthDue", 1, 31).filterable(),
        Field::whole("DueNextMonthDays", 0, 999),
        Field::whole("DiscountDayOfMonth", 1, 31),
    ],
);

pub(super) static PAYMENT_METHOD: Shape = Shape::new(
    "PaymentMethod",
    &[
        Field::text("Name", 31).sortable(),
        Field::flag("Active").filterable(),
        Field::word("Type", &["CREDIT_CARD", "NON_CREDIT_CARD"]).filterable(),
    ],
);

const CLASSES: Tree = Tree { name: "Name", flag: "SubClass", leveled: false };
const DEPARTMENTS: Tree = Tree { name: "Name", flag: "SubDepartment", leveled: false };

impl Books {
    /// The rule of classes and departments.
    pub(super) fn check_tree(&mut self, draft: &mut Draft) -> Result<(), Fault> {
        draft.body.set_default("Active", true);
        self.check_unique_in_parent(draft)?;
        self.place(draft, if draft.entity == Entity::Class { &CLASSES } else { &DEPARTMENTS })
    }

    /// Due after days, or on a day of the month; which of them makes the type (qbo.md 5.8).
    pub(super) fn check_term(&mut self, draft: &mut Draft) -> Result<(), Fault> {
        draft.body.set_default("Active", true);
        self.check_unique_in_parent(draft)?;
        let kind = match (draft.body.has("DueDays"), draft.body.has("DayOfMonthDue")) {
            (true, false) => "STANDARD",
            (false, true) => "DATE_DRIVEN",
            (false, false) => return Err(errors::required("DueDays")),
            (true, true) => {
                return Err(Fault::of(2600, "DueDays and DayOfMonthDue exclude each other.").on("DueDays"));
            }
        };
        draft.body.set("Type", kind);
        Ok(())
    }

    pub(super) fn check_payment_method(&mut self, draft: &mut Draft) -> Result<(), Fault> {
        draft.body.set_default("Active", true);
        draft.body.set_default("Type", "NON_CREDIT_CARD");
        self.check_unique_in_parent(draft)
    }
}
