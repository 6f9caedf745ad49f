//! Whether a line bills what another one ordered.

use crate::model::ItemLine;

/// Whether a line bills what another one ordered: the same product, or the same text where neither names one. A claim by
/// amount on a product has a text and a price of its own, and is no quantity of it.
#[must_use]
pub fn same_thing(ordered: &ItemLine, billed: &ItemLine) -> bool {
    let alike = ordered.description == billed.description || ordered.unit_price == billed.unit_price;
    match (&ordered.product, &billed.product) {
        (Some(ordered), Some(billed)) => ordered == billed && alike,
        (None, None) => ordered.description == billed.description,
        _ => false,
    }
}
