//! What no source settles about QuickBooks Online, as settings: a client is tested with each of them both ways
//! (qbo.md 15 and what that sheet marks `[choice]` or `[memory]`).

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use crate::window::RateWindow;

/// One setting for each unsettled fact; the default is the reading that the fact sheet prefers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// Whether `requestid` is heeded at all (qbo.md 4).
    pub request_ids: RequestIds,
    /// How many hours a `requestid` is remembered; 0 forgets it as soon as the call is over (qbo.md 4, 15.1).
    pub request_id_hours: u32,
    /// What a known `requestid` with other content gets (qbo.md 4, 15.1).
    pub reused_request_id: ReusedRequestId,
    /// Whether a 4xx fault is remembered under its `requestid` (qbo.md 4, 15.1).
    pub refusals_replayed: bool,
    /// What a `requestid` gets after a write that was booked but answered with a 500 (qbo.md 4).
    pub replay_after_lost_500: ReplayAfterLost500,
    /// How long a refresh token lives after it was replaced (qbo.md 1.3).
    pub old_refresh_token: OldRefreshToken,
    /// When a refresh answers another refresh token (qbo.md 1.3).
    pub refresh_rotation: RefreshRotation,
    /// What exchanging a code twice does (qbo.md 1.3).
    pub code_reuse: CodeReuse,
    /// How much an `invalid_grant` says (qbo.md 1.6).
    pub invalid_grant_body: InvalidGrantBody,
    /// Which body the revoke endpoint takes (qbo.md 1.5).
    pub revoke_body: RevokeBody,
    /// The status of code 120 (qbo.md 8.2).
    pub admin_removed_status: AdminRemovedStatus,
    /// What a company that the token is not for answers (qbo.md 2, 8.2).
    pub wrong_company: WrongCompany,
    /// How 401, 403 and 429 are written (qbo.md 2, 8.1).
    pub gateway_errors: GatewayErrors,
    /// What the limit of ten for a company and app counts (qbo.md 3.1).
    pub rate_by: RateBy,
    /// How seconds and minutes of the limits are cut (qbo.md 3.1).
    pub rate_window: RateWindow,
    /// The order in which a batch's items are worked on and answered (qbo.md 7.1).
    pub batch_order: BatchOrder,
    /// How a batch of queries counts as CorePlus calls (qbo.md 3.2, 15.9).
    pub batch_metering: BatchMetering,
    /// The form of webhook bodies (qbo.md 9).
    pub webhook_format: WebhookFormat,
    /// For how many seconds events are gathered before they are posted; up to 300 were seen (qbo.md 9).
    pub webhook_delay_seconds: u32,
    /// What later events do while the receiver fails (qbo.md 9).
    pub failing_receiver: FailingReceiver,
    /// Whether the name of an inactive customer, vendor or employee is taken (qbo.md 5.0, 15.4).
    pub names_of_inactive: NamesOfInactive,
    /// Whether letter case tells names apart (qbo.md 5.0, 15.4).
    pub name_case: NameCase,
    /// Whether inactivating a customer, vendor or employee appends ` (deleted)` to its display name (qbo.md 5.0, 15.4).
    pub deleted_suffix: bool,
    /// The code for `:`, tab or newline in a name (qbo.md 5.0).
    pub name_characters: NameCharacters,
    /// The code for a reference to an inactive row (qbo.md 5.0, 8.2).
    pub inactive_reference: InactiveReference,
    /// What `MAXRESULTS` above 1000 gets (qbo.md 6, 15.7).
    pub max_results_above: MaxResultsAbove,
    /// What `changedSince` more than 30 days ago gets (qbo.md 7.2, 15.7).
    pub changes_too_old: ChangesTooOld,
    /// For how many seconds a created row is absent from queries; reads by id and change data capture see it at once (qbo.md 6).
    pub query_lag_seconds: u32,
    /// How far `Amount` may stand from the rounded product of quantity and price, in units of the document's currency (qbo.md 12.1).
    pub amount_tolerance: Decimal,
    /// Decimals of a unit price or quantity; one with more is refused (qbo.md 12.1, 15.10).
    pub unit_price_places: u32,
    /// How a `TaxInclusive` line without `TaxInclusiveAmt` is read (qbo.md 12.3, 15.5).
    pub gross_amount: GrossAmount,
    /// A document without `GlobalTaxCalculation` outside the US (qbo.md 12.3).
    pub missing_tax_calculation: MissingTaxCalculation,
    /// `GlobalTaxCalculation` sent to a US company (qbo.md 12.2).
    pub us_tax_calculation: UsTaxCalculation,
    /// An update that lowers an invoice below what is applied to it (qbo.md 11, 15.2).
    pub below_applied: BelowApplied,
    /// Another customer on a paid invoice (qbo.md 11, 15.2).
    pub paid_customer_change: PaidCustomerChange,
    /// Deleting an invoice with payments (qbo.md 11, 15.2).
    pub paid_delete: PaidDelete,
    /// Voiding an invoice with payments through the API (qbo.md 11, 15.3).
    pub paid_void: PaidVoid,
    /// A payment line above the balance of its invoice (qbo.md 5.16, 15.11).
    pub payment_above_balance: PaymentAboveBalance,
    /// A payment line for an invoice of another customer (qbo.md 5.16).
    pub payment_of_other_customer: PaymentOfOtherCustomer,
    /// A link to an estimate on an invoice's line (qbo.md 5.13, 15.6).
    pub line_estimate_link: LineEstimateLink,
    /// The status of an estimate once an invoice is linked (qbo.md 5.13).
    pub linked_estimate_status: LinkedEstimateStatus,
    /// A sales line without `ItemRef`, where its amount counts (qbo.md 5.9).
    pub item_missing: ItemMissing,
    /// `BillableStatus` of a purchase line with a customer and without the status (qbo.md 5.21).
    pub billable_default: BillableDefault,
    /// A class where class tracking is off (qbo.md 5.9).
    pub class_without_tracking: ClassWithoutTracking,
    /// How sales documents are numbered and compared for duplicates (qbo.md 5.10).
    pub sales_numbers: SalesNumbers,
    /// The same number on two bills (qbo.md 5.10).
    pub duplicate_bill_number: DuplicateBillNumber,
    /// The PDF of a purchase order (qbo.md 2, 15.12).
    pub order_pdf: OrderPdf,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            request_ids: RequestIds::default(),
            request_id_hours: 24,
            reused_request_id: ReusedRequestId::default(),
            refusals_replayed: true,
            replay_after_lost_500: ReplayAfterLost500::default(),
            old_refresh_token: OldRefreshToken::default(),
            refresh_rotation: RefreshRotation::default(),
            code_reuse: CodeReuse::default(),
            invalid_grant_body: InvalidGrantBody::default(),
            revoke_body: RevokeBody::default(),
            admin_removed_status: AdminRemovedStatus::default(),
            wrong_company: WrongCompany::default(),
            gateway_errors: GatewayErrors::default(),
            rate_by: RateBy::default(),
            rate_window: RateWindow::default(),
            batch_order: BatchOrder::default(),
            batch_metering: BatchMetering::default(),
            webhook_format: WebhookFormat::default(),
            webhook_delay_seconds: 0,
            failing_receiver: FailingReceiver::default(),
            names_of_inactive: NamesOfInactive::default(),
            name_case: NameCase::default(),
            deleted_suffix: true,
            name_characters: NameCharacters::default(),
            inactive_reference: InactiveReference::default(),
            max_results_above: MaxResultsAbove::default(),
            changes_too_old: ChangesTooOld::default(),
            query_lag_seconds: 0,
            amount_tolerance: Decimal::ZERO,
            unit_price_places: 7,
            gross_amount: GrossAmount::default(),
            missing_tax_calculation: MissingTaxCalculation::default(),
            us_tax_calculation: UsTaxCalculation::default(),
            below_applied: BelowApplied::default(),
            paid_customer_change: PaidCustomerChange::default(),
            paid_delete: PaidDelete::default(),
            paid_void: PaidVoid::default(),
            payment_above_balance: PaymentAboveBalance::default(),
            payment_of_other_customer: PaymentOfOtherCustomer::default(),
            line_estimate_link: LineEstimateLink::default(),
            linked_estimate_status: LinkedEstimateStatus::default(),
            item_missing: ItemMissing::default(),
            billable_default: BillableDefault::default(),
            class_without_tracking: ClassWithoutTracking::default(),
            sales_numbers: SalesNumbers::default(),
            duplicate_bill_number: DuplicateBillNumber::default(),
            order_pdf: OrderPdf::default(),
        }
    }
}

/// See [`Switches::request_ids`] (qbo.md 4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestIds {
    /// The first answer is replayed.
    #[default]
    Honoured,
    /// `requestid` has no effect, so that a client shows whether it relies on it alone.
    Ignored,
}

/// See [`Switches::reused_request_id`] (qbo.md 4, 15.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReusedRequestId {
    /// 400 with code 600.
    #[default]
    Refused,
    /// The first answer, whatever the new content.
    Replayed,
    /// The new content is carried out.
    RunsAgain,
}

/// See [`Switches::replay_after_lost_500`] (qbo.md 4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplayAfterLost500 {
    /// The answer that the 500 replaced.
    #[default]
    RealAnswer,
    /// Nothing was stored: the call is carried out once more.
    RunsAgain,
}

/// See [`Switches::old_refresh_token`] (qbo.md 1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OldRefreshToken {
    /// It is refused as soon as its successor is given.
    #[default]
    DiesAtOnce,
    /// It works for 24 hours more.
    LivesADay,
}

/// See [`Switches::refresh_rotation`] (qbo.md 1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshRotation {
    /// Once the old one is 24 hours old.
    #[default]
    Daily,
    /// At every refresh, so that of two refreshes at once only one can win.
    EveryTime,
}

/// See [`Switches::code_reuse`] (qbo.md 1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeReuse {
    /// The second exchange fails, the tokens of the first live on.
    #[default]
    Refused,
    /// The second exchange fails and ends the tokens of the first.
    RevokesGrant,
}

/// See [`Switches::invalid_grant_body`] (qbo.md 1.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvalidGrantBody {
    /// The code and a description.
    #[default]
    Described,
    /// The code alone.
    Bare,
}

/// See [`Switches::revoke_body`] (qbo.md 1.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevokeBody {
    /// A form body is taken as well.
    #[default]
    JsonOrForm,
    /// A form body is a 400.
    JsonOnly,
}

/// See [`Switches::admin_removed_status`] (qbo.md 8.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdminRemovedStatus {
    /// 403.
    #[default]
    Forbidden,
    /// 401.
    Unauthorised,
}

/// See [`Switches::wrong_company`] (qbo.md 2, 8.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WrongCompany {
    /// 403 with code 3100, in the gateway's shape.
    #[default]
    Forbidden,
    /// 401 with code 130, as for a company of another cluster.
    WrongCluster,
}

/// See [`Switches::gateway_errors`] (qbo.md 2, 8.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GatewayErrors {
    /// Lower-case JSON.
    #[default]
    Json,
    /// XML in spite of `Accept: application/json`.
    Xml,
}

/// See [`Switches::rate_by`] (qbo.md 3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateBy {
    /// Ten requests in a second.
    #[default]
    PerSecond,
    /// Ten requests at a time, as the older page says.
    InFlight,
}

/// See [`Switches::batch_order`] (qbo.md 7.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchOrder {
    /// As sent.
    #[default]
    AsSent,
    /// The last first.
    Reversed,
}

/// See [`Switches::batch_metering`] (qbo.md 3.2, 15.9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchMetering {
    /// Each query counts.
    #[default]
    EachQuery,
    /// The batch counts once.
    OnePerBatch,
}

/// See [`Switches::webhook_format`] (qbo.md 9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookFormat {
    /// An array of CloudEvents.
    #[default]
    CloudEvents,
    /// One object with `eventNotifications`.
    Legacy,
}

/// See [`Switches::failing_receiver`] (qbo.md 9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailingReceiver {
    /// They are posted all the same.
    #[default]
    IsSentMore,
    /// They are withheld until the receiver took what failed.
    IsSpared,
}

/// See [`Switches::names_of_inactive`] (qbo.md 5.0, 15.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NamesOfInactive {
    /// 6240 for the name of an inactive row too.
    #[default]
    StayTaken,
    /// An inactive row gives its name back.
    AreFreed,
}

/// See [`Switches::name_case`] (qbo.md 5.0, 15.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameCase {
    /// `acme` and `Acme` are one name.
    #[default]
    Ignored,
    /// They are two names.
    Counts,
}

/// See [`Switches::name_characters`] (qbo.md 5.0).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameCharacters {
    /// 2040.
    #[default]
    InvalidCharacters,
    /// 6000.
    BusinessValidation,
}

/// See [`Switches::inactive_reference`] (qbo.md 5.0, 8.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InactiveReference {
    /// 610.
    #[default]
    ObjectNotFound,
    /// 2500.
    InvalidReference,
}

/// See [`Switches::max_results_above`] (qbo.md 6, 15.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaxResultsAbove {
    /// 1000 rows are served.
    #[default]
    Clamped,
    /// 400 with code 4001.
    Refused,
}

/// See [`Switches::changes_too_old`] (qbo.md 7.2, 15.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangesTooOld {
    /// 400 with code 4001.
    #[default]
    Refused,
    /// The last 30 days are served.
    Clamped,
}

/// See [`Switches::gross_amount`] (qbo.md 12.3, 15.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrossAmount {
    /// It is taken as net, so that the total comes out too high.
    #[default]
    TakenAsNet,
    /// The tax is taken out of it.
    TakenAsGross,
}

/// See [`Switches::missing_tax_calculation`] (qbo.md 12.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingTaxCalculation {
    /// `TaxExcluded` is assumed.
    #[default]
    TaxExcluded,
    /// 2020: it is required.
    Refused,
}

/// See [`Switches::us_tax_calculation`] (qbo.md 12.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UsTaxCalculation {
    /// It has no effect.
    #[default]
    Ignored,
    /// 6000.
    Refused,
}

/// See [`Switches::below_applied`] (qbo.md 11, 15.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BelowApplied {
    /// 6000.
    #[default]
    Refused,
    /// The application shrinks and the payment's `UnappliedAmt` rises.
    Unapplies,
}

/// See [`Switches::paid_customer_change`] (qbo.md 11, 15.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaidCustomerChange {
    /// 6000.
    #[default]
    Refused,
    /// The payments are unlinked.
    Unlinks,
}

/// See [`Switches::paid_delete`] (qbo.md 11, 15.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaidDelete {
    /// 6400.
    #[default]
    Refused,
    /// The payments become unapplied.
    Unapplies,
}

/// See [`Switches::paid_void`] (qbo.md 11, 15.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaidVoid {
    /// The payments become unapplied.
    #[default]
    Unapplies,
    /// 6000.
    Refused,
}

/// See [`Switches::payment_above_balance`] (qbo.md 5.16, 15.11).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentAboveBalance {
    /// 6000.
    #[default]
    Refused,
    /// The rest becomes unapplied.
    Clamped,
}

/// See [`Switches::payment_of_other_customer`] (qbo.md 5.16).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentOfOtherCustomer {
    /// 620.
    #[default]
    Refused,
    /// The link is dropped and the amount stays unapplied.
    Unapplied,
}

/// See [`Switches::line_estimate_link`] (qbo.md 5.13, 15.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineEstimateLink {
    /// It is not stored.
    #[default]
    Dropped,
    /// It is stored on the line.
    Stored,
}

/// See [`Switches::linked_estimate_status`] (qbo.md 5.13).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkedEstimateStatus {
    /// `Closed`.
    #[default]
    Closed,
    /// `Converted`.
    Converted,
}

/// See [`Switches::item_missing`] (qbo.md 5.9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemMissing {
    /// Item 1, Services, is put in.
    #[default]
    Services,
    /// 6440.
    Refused,
}

/// See [`Switches::billable_default`] (qbo.md 5.21).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BillableDefault {
    /// `Billable`.
    #[default]
    Billable,
    /// `NotBillable`.
    NotBillable,
}

/// See [`Switches::class_without_tracking`] (qbo.md 5.9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassWithoutTracking {
    /// 6000.
    #[default]
    Refused,
    /// It is not stored.
    Dropped,
}

/// See [`Switches::sales_numbers`] (qbo.md 5.10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SalesNumbers {
    /// One sequence and one pool.
    #[default]
    OneSequence,
    /// Each type has its own.
    PerType,
}

/// See [`Switches::duplicate_bill_number`] (qbo.md 5.10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateBillNumber {
    /// 6140 when the vendor has a bill of that number.
    #[default]
    RefusedPerVendor,
    /// It is stored.
    Allowed,
}

/// See [`Switches::order_pdf`] (qbo.md 2, 15.12).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderPdf {
    /// Like other documents.
    #[default]
    Served,
    /// 400 with code 500.
    Refused,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_object_is_the_preferred_reading_and_a_misspelt_switch_is_refused() {
        let read: Switches = serde_json::from_str("{}").expect("defaults");
        assert_eq!(read, Switches::default());
        assert_eq!((read.request_id_hours, read.unit_price_places), (24, 7));
        assert!(serde_json::from_str::<Switches>(r#"{"paid_voids":"refused"}"#).is_err());
        let other: Switches =
            serde_json::from_str(r#"{"paid_void":"refused","amount_tolerance":"0.01"}"#).expect("both");
        assert_eq!((other.paid_void, other.amount_tolerance), (PaidVoid::Refused, Decimal::new(1, 2)));
    }
}
