//! Ids of records: `<entity in lower case>:<Id>`, such as `invoice:145`.
//!
//! QuickBooks numbers each entity on its own (qbo.md 2), and some of our kinds live in two entities: a payment is a
//! `Payment` or a `BillPayment`, an order an `Estimate` or an `Invoice`. Accounts, tax codes, tax rates and lines are named
//! by documents alone and carry the bare id.

use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::RemoteId;

use crate::endpoint::Entity;

/// The id of a record.
pub(crate) fn compose(entity: Entity, id: &str) -> RemoteId {
    RemoteId::new(format!("{}:{id}", entity.path()))
}

/// Entity and bare id; `None` for a text that is no id of this provider's.
pub(crate) fn split(id: &RemoteId) -> Option<(Entity, &str)> {
    let (entity, bare) = id.as_str().split_once(':')?;
    let plain = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_alphanumeric());
    Entity::of_path(entity).filter(|_| plain).map(|entity| (entity, bare))
}

/// The bare id of a record of this entity.
///
/// # Errors
/// Names the id where it belongs to another entity or to none: what is linked is then not what is needed.
pub(crate) fn bare(id: &RemoteId, entity: Entity) -> Result<&str, ProviderError> {
    match split(id) {
        Some((found, bare)) if found == entity => Ok(bare),
        _ => {
            let message = format!("{id} is no id of a QuickBooks {}: link the record anew", entity.name());
            Err(ProviderError::new(ErrorKind::Internal, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_its_entity() {
        let id = compose(Entity::BillPayment, "9");
        assert_eq!(id.as_str(), "billpayment:9");
        assert_eq!(split(&id), Some((Entity::BillPayment, "9")));
        assert_eq!(bare(&id, Entity::BillPayment).expect("the entity"), "9");
        assert!(bare(&id, Entity::Payment).is_err());
    }

    #[test]
    fn a_text_of_another_origin_is_no_id() {
        for text in ["", "9", "invoice:", "Invoice:9", "novelty:9", "invoice:9' or", "invoice:9:9", "invoice: 9"] {
            assert_eq!(split(&RemoteId::new(text)), None, "{text}");
        }
    }

    #[test]
    fn every_entity_survives_as_text() {
        for entity in Entity::ALL {
            assert_eq!(split(&compose(entity, "17")), Some((entity, "17")));
        }
    }
}
