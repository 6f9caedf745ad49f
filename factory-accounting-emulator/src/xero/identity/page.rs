//! The pages that a person sees.

use crate::consent::{Pick, Wording};

pub(super) const PAGE: Wording = Wording {
    package: "Xero",
    title: "Allow access",
    failed: "Sorry, something went wrong",
    action: "/identity/connect/authorize",
    legend: "Organisations",
    pick: Pick::Several,
    field: "tenant",
    allow: "Allow access",
};
