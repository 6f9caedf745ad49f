//! Where the reference of a document is written and read (F70, F94). QuickBooks has no field of that name.

use crate::config::ReferenceTarget;
use crate::endpoint::Entity;

/// Longest note that only the company sees (qbo.md 5.0).
pub(crate) const PRIVATE_NOTE: usize = 4_000;
/// Longest message that the customer sees (qbo.md 5.0).
pub(crate) const CUSTOMER_MEMO: usize = 1_000;
/// Longest value of a custom field (qbo.md 10.2).
pub(crate) const CUSTOM_FIELD: usize = 31;

/// Where the reference of a document stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    /// The note that only the company sees.
    PrivateNote,
    /// The message that the customer sees.
    CustomerMemo,
    /// A custom field.
    CustomField {
        /// Id of its definition.
        definition_id: &'a str,
        /// Its name.
        name: &'a str,
    },
}

impl<'a> Place<'a> {
    /// Where documents of an entity have it. The message on an estimate holds the quote's own texts, purchases have none,
    /// and custom fields are on sales forms and purchase orders only: the private note stands in.
    pub(crate) fn of(target: &'a ReferenceTarget, entity: Entity) -> Self {
        match (target, entity) {
            (ReferenceTarget::CustomerMemo, Entity::Invoice | Entity::CreditMemo) => Self::CustomerMemo,
            (
                ReferenceTarget::CustomField { definition_id, name },
                Entity::Estimate | Entity::Invoice | Entity::CreditMemo | Entity::PurchaseOrder,
            ) => Self::CustomField { definition_id, name },
            _ => Self::PrivateNote,
        }
    }

    /// Longest reference there, in characters.
    pub(crate) fn text(self) -> usize {
        match self {
            Self::PrivateNote => PRIVATE_NOTE,
            Self::CustomerMemo => CUSTOMER_MEMO,
            Self::CustomField { .. } => CUSTOM_FIELD,
        }
    }

    /// The reference of a document as answered. A document whose number QuickBooks gave has the host's number in its
    /// private note whatever is configured, so that the note is read where the place is empty. `fields` are ids of
    /// definitions with their values.
    pub(crate) fn read<'t>(
        self,
        note: Option<&'t str>,
        memo: Option<&'t str>,
        fields: impl IntoIterator<Item = (&'t str, &'t str)>,
    ) -> Option<&'t str> {
        let placed = match self {
            Self::PrivateNote => None,
            Self::CustomerMemo => memo,
            Self::CustomField { definition_id, .. } => {
                fields.into_iter().find(|(id, _)| *id == definition_id).map(|(_, value)| value)
            }
        };
        placed.or(note).map(str::trim).filter(|text| !text.is_empty())
    }
}

/// Whether a custom field is one of the three that every company has; the others are shown and taken on demand only
/// (qbo.md 10.2).
pub(crate) fn on_demand(target: &ReferenceTarget) -> bool {
    match target {
        ReferenceTarget::CustomField { definition_id, .. } => !matches!(definition_id.as_str(), "1" | "2" | "3"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(id: &str) -> ReferenceTarget {
        ReferenceTarget::CustomField { definition_id: id.to_owned(), name: "Job".to_owned() }
    }

    #[test]
    fn f94_the_reference_stands_where_the_form_has_the_field() {
        let custom = field("2");
        let places = |target, entities: [Entity; 3]| entities.map(|entity| Place::of(target, entity).text());
        let forms = [Entity::Invoice, Entity::Estimate, Entity::Bill];
        assert_eq!(places(&ReferenceTarget::PrivateNote, forms), [4_000, 4_000, 4_000]);
        assert_eq!(places(&ReferenceTarget::CustomerMemo, forms), [1_000, 4_000, 4_000]);
        assert_eq!(places(&custom, forms), [31, 31, 4_000]);
    }

    #[test]
    fn f70_the_reference_is_read_from_its_place_or_from_the_note() {
        let custom = field("2");
        let place = Place::of(&custom, Entity::Invoice);
        assert_eq!(place.read(Some("note"), Some("memo"), [("1", "no"), ("2", "job 17")]), Some("job 17"));
        assert_eq!(place.read(Some(" INV-1 "), None, [("1", "no")]), Some("INV-1"));
        assert_eq!(Place::CustomerMemo.read(Some("note"), Some("memo"), []), Some("memo"));
        assert_eq!(Place::PrivateNote.read(Some("  "), Some("memo"), []), None);
    }

    #[test]
    fn only_the_three_fields_of_old_come_without_being_asked_for() {
        assert!(!on_demand(&field("3")) && !on_demand(&ReferenceTarget::PrivateNote));
        assert!(on_demand(&field("4")) && on_demand(&field("100000000000000001")));
    }
}
