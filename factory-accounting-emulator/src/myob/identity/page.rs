//! The pages that a person sees.

use crate::consent::{Pick, Wording};

pub(super) const PAGE: Wording = Wording {
    package: "MYOB",
    title: "Allow access to your company file",
    failed: "The app could not connect",
    action: "/oauth2/account/authorize",
    legend: "Company file",
    pick: Pick::One,
    field: "file",
    allow: "Allow",
};
