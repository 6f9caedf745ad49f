//! What no source settles about Xero, as settings: a client is tested with each of them both ways (xero.md 13).

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use crate::window::RateWindow;

/// One setting for each unsettled fact; the default is the reading that the fact sheet prefers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// 1. What a failing element does to its good neighbours when `summarizeErrors` is true.
    pub partial_commit: PartialCommit,
    /// 2. Where the message of a reused idempotency key stands in the 400 answer.
    pub key_mismatch: KeyMismatchShape,
    /// 3. What a second call with a key gets while the first is still running.
    pub simultaneous_keys: SimultaneousKeys,
    /// 4. Whether a 401 or 403 is remembered under its idempotency key.
    pub authorisation_errors_cached: bool,
    /// 5. Where an exact half of a cent goes.
    pub halves: Halves,
    /// 6. How far a sent `LineAmount` may stand from the computed one, in units of the document's currency.
    pub line_amount_tolerance: Decimal,
    /// 7. How far a sent `TaxAmount` may deviate from the computed one.
    pub tax_override: TaxOverride,
    /// 8. What `LineItems: []` means on an update.
    pub empty_line_items: EmptyLineItems,
    /// 9. Whether the number of a voided or deleted sales document may be used again.
    pub retired_numbers: RetiredNumbers,
    /// 10. What the old refresh token answers when it is used again within the grace.
    pub old_refresh_token: OldRefreshToken,
    /// 11. Which scopes allow writing items.
    pub items_scope: ItemsScope,
    /// 12. Whether a 429 itself counts against the day limit.
    pub refused_calls: RefusedCalls,
    /// 13. What deleting a reconciled payment does.
    pub reconciled_payment: ReconciledPayment,
    /// 14. How the minute and the day of the limits are cut.
    pub rate_window: RateWindow,
    /// 15. The status of a body above 3.5 MB.
    pub oversize: Oversize,
    /// 16. The largest attachment.
    pub attachment_limit: AttachmentLimit,
    /// 17. Whether `POST /Contacts` falls back to the name when the number sent is held by nobody.
    pub contact_match: ContactMatch,
    /// 18. The order of the checks of token, tenant and scope.
    pub check_order: CheckOrder,
    /// 19. Whether setting a credit off against an invoice, or taking that back, moves the invoice's `UpdatedDateUTC`
    ///     and is told by a webhook. The list of xero.md 13 lacks it; 4.7 knows of other changes that move no stamp.
    pub allocation_stamp: AllocationStamp,
}

/// See [`Switches::partial_commit`] (xero.md 5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartialCommit {
    /// Good elements are saved although the answer is a 400.
    #[default]
    KeepsGood,
    /// One failing element undoes the whole call.
    RollsBack,
}

/// See [`Switches::key_mismatch`] (xero.md 3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyMismatchShape {
    /// In the top-level `Message`.
    #[default]
    TopLevel,
    /// In `Elements[].ValidationErrors[]`.
    Elements,
}

/// See [`Switches::simultaneous_keys`] (xero.md 3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SimultaneousKeys {
    /// The second waits for the first and gets its answer.
    #[default]
    Waits,
    /// The second is answered 409.
    Conflict,
    /// The second is answered 500.
    ServerError,
}

/// See [`Switches::halves`] (xero.md 9.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Halves {
    /// 0.125 becomes 0.13.
    #[default]
    AwayFromZero,
    /// 0.125 becomes 0.12.
    ToEven,
}

/// See [`Switches::tax_override`] (xero.md 9.9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxOverride {
    /// Any amount up to the line's own amount.
    #[default]
    UpToLineAmount,
    /// Any amount up to the unit price, as one page words it.
    UpToUnitAmount,
    /// At most this far from the computed tax, in units of the document's currency.
    Within(Decimal),
}

/// See [`Switches::empty_line_items`] (xero.md 4.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmptyLineItems {
    /// As if the member were absent: lines stay.
    #[default]
    MeanNoneSent,
    /// Every line goes.
    DeleteAll,
}

/// See [`Switches::retired_numbers`] (xero.md 4.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetiredNumbers {
    /// A number is taken for ever, as it is on purchase orders (xero.md 4.8).
    #[default]
    StayTaken,
    /// Voiding or deleting frees the number.
    AreFreed,
}

/// See [`Switches::old_refresh_token`] (xero.md 1.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OldRefreshToken {
    /// Another new pair; both new pairs stay valid.
    #[default]
    AnotherPair,
    /// The pair that the first use answered.
    SamePair,
}

/// See [`Switches::items_scope`] (xero.md 1.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemsScope {
    /// `accounting.invoices` is enough, as the documentation lists it.
    #[default]
    SettingsOrInvoices,
    /// Only `accounting.settings`, as the OpenAPI description says.
    SettingsOnly,
}

/// See [`Switches::refused_calls`] (xero.md 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusedCalls {
    /// A 429 counts.
    #[default]
    Count,
    /// A 429 is free.
    DoNotCount,
}

/// See [`Switches::reconciled_payment`] (xero.md 4.11).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReconciledPayment {
    /// The deletion is refused.
    #[default]
    RefusesDeletion,
    /// The payment is un-reconciled and deleted.
    IsUnreconciled,
}

/// See [`Switches::oversize`] (xero.md 5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Oversize {
    /// 413.
    #[default]
    PayloadTooLarge,
    /// 400.
    BadRequest,
}

/// See [`Switches::attachment_limit`] (xero.md 4.13).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentLimit {
    /// 10 MB, as the Attachments page says.
    #[default]
    TenMegabytes,
    /// 25 MB, as the pages of the documents say.
    TwentyFiveMegabytes,
}

/// See [`Switches::contact_match`] (xero.md 4.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactMatch {
    /// The contact of that name is updated and takes the new number.
    #[default]
    FallsBackToName,
    /// The element fails: the name is taken.
    RefusesTakenName,
}

/// See [`Switches::check_order`] (xero.md 11.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckOrder {
    /// Token, then tenant, then scope.
    #[default]
    TenantBeforeScope,
    /// Token, then scope, then tenant.
    ScopeBeforeTenant,
}

/// See [`Switches::allocation_stamp`] (xero.md 4.7, 4.10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllocationStamp {
    /// As a payment does.
    #[default]
    MovesInvoice,
    /// Only the credit's own stamp moves: whoever reads changes of invoices does not see it.
    LeavesInvoice,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_object_is_the_preferred_reading_and_a_misspelt_switch_is_refused() {
        let read: Switches = serde_json::from_str("{}").expect("defaults");
        assert_eq!(read, Switches::default());
        assert!(serde_json::from_str::<Switches>(r#"{"halfs":"to_even"}"#).is_err());
        let bound: Switches = serde_json::from_str(r#"{"tax_override":{"within":"0.02"}}"#).expect("bound");
        assert_eq!(bound.tax_override, TaxOverride::Within(Decimal::new(2, 2)));
    }
}
