//! What no source settles about the MYOB Business API, as settings: a client is tested with each of them both ways
//! (myob.md 12, 13 and what that sheet marks `[unverified]` or `[memory]`).

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use crate::window::RateWindow;

/// One setting for each unsettled fact; the default is the reading that the fact sheet prefers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// What an old refresh token gets once it was replaced (myob.md 1.1, 12.1).
    pub refresh_reuse: RefreshReuse,
    /// Whether `expires_in` is written as text (myob.md 1.2).
    pub expires_in_as_string: bool,
    /// For how many seconds the token of a new consent is answered with 401; up to 20 were seen (myob.md 1.2).
    pub propagation_seconds: u32,
    /// How many days a refresh token lives (myob.md 1.2, 13.2).
    pub refresh_days: u32,
    /// What a second consent to the same file does to the tokens of the first (myob.md 13.18).
    pub reconsent: Reconsent,
    /// How a key beyond its limit is answered (myob.md 2).
    pub rate_limit_answer: RateLimitAnswer,
    /// How the seconds of the limit are cut (myob.md 2).
    pub rate_window: RateWindow,
    /// The hour of the day, UTC, at which the daily limit begins anew (myob.md 2, 13.7).
    pub day_starts_at_hour: u32,
    /// What a file answers that the token was not given for (myob.md 12.1).
    pub ungranted_file: UngrantedFile,
    /// What the list of company files holds (myob.md 1.5).
    pub company_list: CompanyList,
    /// What a call without `x-myobapi-version: v2` gets (myob.md 12.1, 13.13).
    pub missing_version: MissingVersion,
    /// What a verb gets that the path does not take (myob.md 12.1).
    pub wrong_method: WrongMethod,
    /// The host in `URI` and `Location` (myob.md 1.5).
    pub uri_host: UriHost,
    /// The host in `NextPageLink` (myob.md 12.4).
    pub next_page_host: UriHost,
    /// What pages of a list without `$orderby` hold (myob.md 5, 12.4).
    pub unordered_pages: UnorderedPages,
    /// The most rows that a page holds (myob.md 5).
    pub top_maximum: u32,
    /// What `$top` above the maximum gets (myob.md 12.4, 13.12).
    pub top_above_maximum: TopAboveMaximum,
    /// What a `UID` in the body of a POST does (myob.md 4, 13.1).
    pub client_uid: ClientUid,
    /// Two quotes, orders or invoices of one number (myob.md 4, 13.4).
    pub sale_numbers: UniqueNumbers,
    /// Two orders or bills of one number from one supplier (myob.md 3.7).
    pub purchase_numbers: UniqueNumbers,
    /// Two items of one number (myob.md 3.2).
    pub item_numbers: UniqueNumbers,
    /// Two customers, suppliers, employees or personal contacts of one `DisplayID` that is not `*None` (myob.md
    /// 3.1).
    pub display_ids: UniqueNumbers,
    /// Where warnings go, such as a doubled number or a limit of credit passed (myob.md 4, 13.17).
    pub warnings: Warnings,
    /// What an order is after an invoice or bill was made of it through the API (myob.md 3.5).
    pub order_after_conversion: OrderAfterConversion,
    /// What becomes of quantities of an item order that its invoice or bill leaves out (myob.md 3.5, 13.5).
    pub converted_remainder: ConvertedRemainder,
    /// Where tax is rounded to cents (myob.md 7, 13.8).
    pub tax_rounding: TaxRounding,
    /// What a document without `IsTaxInclusive` is (myob.md 3.4).
    pub tax_inclusive_when_missing: bool,
    /// The PUT of a payment to a supplier, which some clients have and others lack (myob.md 3.0).
    pub supplier_payment_put: SupplierPaymentPut,
    /// A payment above the balance of its document (myob.md 3.6, 13.9).
    pub over_application: OverApplication,
    /// The refusal of a smaller total or another customer on a paid document (myob.md 4, 13.3).
    pub paid_edit: PaidEdit,
    /// What `Status` in the PUT of a quote does (myob.md 3.5, 13.11).
    pub quote_status: QuoteStatus,
    /// An item line without `Total` (myob.md 7, 13.16).
    pub item_total: ItemTotal,
    /// How far `Total` of an item line may stand from the rounded product, in units of the document's currency
    /// (myob.md 7).
    pub line_total_tolerance: Decimal,
    /// Decimals of a unit price that are kept; more are rounded away (myob.md 7).
    pub unit_price_places: u32,
    /// Whether a document needs a line (myob.md 12.3).
    pub lines_required: bool,
    /// When a bill needs `FreightTaxCode` (myob.md 3.7).
    pub bill_freight_tax_code: BillFreightTaxCode,
    /// What `Subtotal` adds up (myob.md 3.4).
    pub subtotal_of: SubtotalOf,
    /// `Subtotal` of a document that includes tax (myob.md 3.4).
    pub subtotal_tax: SubtotalTax,
    /// Whether documents of a typed collection carry `InvoiceType` and its like, as those of the union do
    /// (myob.md 3.4, 12.4).
    pub typed_documents_name_layout: bool,
    /// A link to an inactive row (myob.md 12.3).
    pub inactive_links: InactiveLinks,
    /// A consolidated tax code on a line (myob.md 3.3).
    pub consolidated_codes: ConsolidatedCodes,
    /// An invoice for a customer on hold (myob.md 6).
    pub credit_hold: CreditHold,
    /// An invoice or bill beyond the card's limit (myob.md 6).
    pub credit_limit: CreditLimit,
    /// An invoice for more than there is in stock (myob.md 3.4, 6).
    pub stock_check: StockCheck,
    /// Whether every line needs a job (myob.md 6).
    pub jobs_required: bool,
    /// The form of numbers that the file gives (myob.md 3.4).
    pub numbering: Numbering,
    /// Whether the lock date itself is locked (myob.md 6).
    pub lock_day: LockDay,
    /// How a locked date is refused (myob.md 6).
    pub lock_error: LockError,
    /// What a payment does to `LastModified` of the document it pays (myob.md 5).
    pub payment_touch: PaymentTouch,
    /// The zone of `Created` and `LastModified`, in answers and in filters (myob.md 5, 13.15).
    pub last_modified_zone: LastModifiedZone,
    /// How far every company file's local time is ahead of UTC, in minutes; `None` is ten hours in Australia and twelve
    /// in New Zealand, without daylight saving (myob.md 12.4).
    pub file_offset_minutes: Option<i32>,
    /// What a file answers that is being upgraded, restored or checked out (myob.md 6, 13.14).
    pub offline_file: OfflineFile,
    /// How large an attached file may be, in bytes; one that large is refused (myob.md 2).
    pub attachment_bytes: u32,
    /// Whether quotes, orders and invoices take attachments as bills do (myob.md 3.9, 13.10).
    pub sale_attachments: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            refresh_reuse: RefreshReuse::default(),
            expires_in_as_string: false,
            propagation_seconds: 0,
            refresh_days: 30,
            reconsent: Reconsent::default(),
            rate_limit_answer: RateLimitAnswer::default(),
            rate_window: RateWindow::default(),
            day_starts_at_hour: 0,
            ungranted_file: UngrantedFile::default(),
            company_list: CompanyList::default(),
            missing_version: MissingVersion::default(),
            wrong_method: WrongMethod::default(),
            uri_host: UriHost::default(),
            next_page_host: UriHost::default(),
            unordered_pages: UnorderedPages::default(),
            top_maximum: 1000,
            top_above_maximum: TopAboveMaximum::default(),
            client_uid: ClientUid::default(),
            sale_numbers: UniqueNumbers::default(),
            purchase_numbers: UniqueNumbers::Reject,
            item_numbers: UniqueNumbers::Reject,
            display_ids: UniqueNumbers::Reject,
            warnings: Warnings::default(),
            order_after_conversion: OrderAfterConversion::default(),
            converted_remainder: ConvertedRemainder::default(),
            tax_rounding: TaxRounding::default(),
            tax_inclusive_when_missing: true,
            supplier_payment_put: SupplierPaymentPut::default(),
            over_application: OverApplication::default(),
            paid_edit: PaidEdit::default(),
            quote_status: QuoteStatus::default(),
            item_total: ItemTotal::default(),
            line_total_tolerance: Decimal::ZERO,
            unit_price_places: 6,
            lines_required: true,
            bill_freight_tax_code: BillFreightTaxCode::default(),
            subtotal_of: SubtotalOf::default(),
            subtotal_tax: SubtotalTax::default(),
            typed_documents_name_layout: false,
            inactive_links: InactiveLinks::default(),
            consolidated_codes: ConsolidatedCodes::default(),
            credit_hold: CreditHold::default(),
            credit_limit: CreditLimit::default(),
            stock_check: StockCheck::default(),
            jobs_required: false,
            numbering: Numbering::default(),
            lock_day: LockDay::default(),
            lock_error: LockError::default(),
            payment_touch: PaymentTouch::default(),
            last_modified_zone: LastModifiedZone::default(),
            file_offset_minutes: None,
            offline_file: OfflineFile::default(),
            attachment_bytes: 3_145_728,
            sale_attachments: false,
        }
    }
}

/// See [`Switches::refresh_reuse`] (myob.md 1.1, 12.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshReuse {
    /// It is refused; its successor lives on.
    #[default]
    Reject,
    /// It is refused, and every token that came from it ends.
    KillChain,
}

/// See [`Switches::reconsent`] (myob.md 13.18).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reconsent {
    /// They stay good.
    #[default]
    KeepsOldTokens,
    /// They end.
    EndsOldTokens,
}

/// See [`Switches::rate_limit_answer`] (myob.md 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateLimitAnswer {
    /// 403 with `RateLimitError`.
    #[default]
    RateLimitError,
    /// 403 with the older gateway's text.
    OverQpsText,
    /// 429 with `RateLimitError`.
    TooManyRequests,
}

/// See [`Switches::ungranted_file`] (myob.md 12.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UngrantedFile {
    /// 401 with `Access denied`.
    #[default]
    AccessDenied,
    /// 404.
    NotFound,
}

/// See [`Switches::company_list`] (myob.md 1.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompanyList {
    /// The files that the token was given for.
    #[default]
    Granted,
    /// Nothing, as for keys created since 12 March 2025.
    Empty,
}

/// See [`Switches::missing_version`] (myob.md 12.1, 13.13).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingVersion {
    /// 400.
    #[default]
    BadRequest,
    /// 404.
    NotFound,
}

/// See [`Switches::wrong_method`] (myob.md 12.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WrongMethod {
    /// 405.
    #[default]
    MethodNotAllowed,
    /// 404.
    NotFound,
}

/// See [`Switches::uri_host`] (myob.md 1.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UriHost {
    /// One of MYOB's hosts, whichever was asked: a client must keep path and query only.
    #[default]
    Foreign,
    /// The host that was asked.
    Same,
}

/// See [`Switches::unordered_pages`] (myob.md 5, 12.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnorderedPages {
    /// Every row once.
    #[default]
    Stable,
    /// Each page is cut from another order, so that rows are missed and doubled.
    Shuffled,
}

/// See [`Switches::top_above_maximum`] (myob.md 12.4, 13.12).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TopAboveMaximum {
    /// The maximum.
    #[default]
    Clamped,
    /// 400.
    Refused,
}

/// See [`Switches::client_uid`] (myob.md 4, 13.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientUid {
    /// The file gives its own.
    #[default]
    Ignored,
    /// It becomes the row's, unless it is zero or taken.
    Honoured,
}

/// See [`Switches::sale_numbers`] (myob.md 4, 13.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UniqueNumbers {
    /// Both are stored; the second raises a warning.
    #[default]
    Off,
    /// 400 with code 200.
    Reject,
}

/// See [`Switches::warnings`] (myob.md 4, 13.17).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Warnings {
    /// Nowhere, unless `warningsAsErrors=true` makes them errors.
    #[default]
    Silent,
    /// Into `Errors` of the 201 or 200, beside the entity.
    InBody,
}

/// See [`Switches::order_after_conversion`] (myob.md 3.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderAfterConversion {
    /// It stays, with its status.
    #[default]
    Keep,
    /// 404.
    Gone,
}

/// See [`Switches::converted_remainder`] (myob.md 3.5, 13.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConvertedRemainder {
    /// They are gone with the order.
    #[default]
    Lost,
    /// The order stays open with what is left.
    StaysOpen,
}

/// See [`Switches::tax_rounding`] (myob.md 7, 13.8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxRounding {
    /// Once, on the sum of all lines.
    #[default]
    PerDocument,
    /// On each line, then summed.
    PerLine,
}

/// See [`Switches::supplier_payment_put`] (myob.md 3.0).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupplierPaymentPut {
    /// It replaces the payment, and what it applies.
    #[default]
    Allowed,
    /// No such verb, as on payments of customers.
    Refused,
}

/// See [`Switches::over_application`] (myob.md 3.6, 13.9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverApplication {
    /// 400.
    #[default]
    Refused,
    /// The balance goes below zero and the document becomes a credit.
    TakenAsCredit,
}

/// See [`Switches::paid_edit`] (myob.md 4, 13.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaidEdit {
    /// 400 with code 10001.
    #[default]
    InvoicePaid,
    /// 400 with code 1000.
    ValidationError,
}

/// See [`Switches::quote_status`] (myob.md 3.5, 13.11).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuoteStatus {
    /// Nothing.
    #[default]
    Ignored,
    /// It is stored.
    Stored,
}

/// See [`Switches::item_total`] (myob.md 7, 13.16).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemTotal {
    /// The product of quantity, price and discount.
    #[default]
    Computed,
    /// 400 with code 100.
    Required,
}

/// See [`Switches::bill_freight_tax_code`] (myob.md 3.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BillFreightTaxCode {
    /// Also without freight.
    #[default]
    Always,
    /// Only with freight.
    WithFreight,
}

/// See [`Switches::subtotal_of`] (myob.md 3.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubtotalOf {
    /// The lines.
    #[default]
    Lines,
    /// The lines and the freight.
    LinesAndFreight,
}

/// See [`Switches::subtotal_tax`] (myob.md 3.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubtotalTax {
    /// Without the tax.
    #[default]
    Excluded,
    /// With it.
    AsSent,
}

/// See [`Switches::inactive_links`] (myob.md 12.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InactiveLinks {
    /// 400.
    #[default]
    Refused,
    /// It is stored.
    Allowed,
}

/// See [`Switches::consolidated_codes`] (myob.md 3.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsolidatedCodes {
    /// 400.
    #[default]
    Refused,
    /// It is stored, at its rate.
    Allowed,
}

/// See [`Switches::credit_hold`] (myob.md 6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditHold {
    /// 400, though the screen only warns.
    #[default]
    Refused,
    /// It is stored.
    Ignored,
}

/// See [`Switches::credit_limit`] (myob.md 6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditLimit {
    /// It is stored, with a warning.
    #[default]
    Warned,
    /// 400 with code 25005.
    Refused,
    /// It is stored.
    Ignored,
}

/// See [`Switches::stock_check`] (myob.md 3.4, 6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockCheck {
    /// It is stored, and the stock goes below zero.
    #[default]
    Off,
    /// 400.
    Refused,
}

/// See [`Switches::numbering`] (myob.md 3.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Numbering {
    /// Eight digits, with zeros in front.
    #[default]
    Padded,
    /// The bare number.
    Plain,
}

/// See [`Switches::lock_day`] (myob.md 6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockDay {
    /// It is.
    #[default]
    Included,
    /// It is the first open day.
    Excluded,
}

/// See [`Switches::lock_error`] (myob.md 6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockError {
    /// `BusinessEvent_DateOccurred_InLockPeriod` with code 4223.
    #[default]
    BusinessEvent,
    /// `DateInLockPeriod` without a code.
    DateInLockPeriod,
}

/// See [`Switches::payment_touch`] (myob.md 5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentTouch {
    /// It moves, as `RowVersion` does.
    #[default]
    LastModified,
    /// It stays; only `RowVersion` moves.
    VersionOnly,
}

/// See [`Switches::last_modified_zone`] (myob.md 5, 13.15).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastModifiedZone {
    /// The company file's local time.
    #[default]
    FileLocal,
    /// UTC.
    Utc,
}

/// See [`Switches::offline_file`] (myob.md 6, 13.14).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfflineFile {
    /// 403 with `AccessDenied`.
    #[default]
    AccessDenied,
    /// 503 in HTML.
    Unavailable,
    /// 423 with a flat object, as the predecessor's interface says of a business that is being moved.
    Locked,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_object_is_the_preferred_reading_and_a_misspelt_switch_is_refused() {
        let read: Switches = serde_json::from_str("{}").expect("defaults");
        assert_eq!(read, Switches::default());
        assert_eq!((read.item_numbers, read.sale_numbers), (UniqueNumbers::Reject, UniqueNumbers::Off));
        assert!(serde_json::from_str::<Switches>(r#"{"tax_roundings":"per_line"}"#).is_err());
        let other: Switches =
            serde_json::from_str(r#"{"tax_rounding":"per_line","line_total_tolerance":"0.01"}"#).expect("both");
        assert_eq!((other.tax_rounding, other.line_total_tolerance), (TaxRounding::PerLine, Decimal::new(1, 2)));
    }
}
