//! MYOB's errors as data: what each means, what it blames, what mends it (R27, myob.md 6). Many have a name and no number
//! that is known, or come under a general one with the telling word in their text.

use factory_accounting_core::code::Code;
use factory_accounting_core::error::ErrorKind;

use super::body::Complaint;

/// What an error is about, in the host's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blame {
    /// The record as a whole, or the member that the error names.
    Record,
    /// A field by its path.
    Field(&'static str),
    /// The customer or supplier of a document.
    Party,
}

/// One known error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// Its number; 0 where none is known.
    pub(crate) code: u32,
    /// Its names; the first is the one that people find in MYOB's own list.
    pub(crate) names: &'static [&'static str],
    /// Words that tell it where neither number nor name does, in lower case.
    pub(crate) phrases: &'static [&'static str],
    pub(crate) kind: ErrorKind,
    /// The question that it is to a person; `None` leaves that to its kind.
    pub(crate) question: Option<Code>,
    pub(crate) blame: Blame,
    /// What mends it, as the end of a sentence.
    pub(crate) remedy: &'static str,
}

const fn entry(
    code: u32,
    names: &'static [&'static str],
    kind: ErrorKind,
    question: Option<Code>,
    blame: Blame,
    remedy: &'static str,
) -> Entry {
    Entry { code, names, phrases: &[], kind, question, blame, remedy }
}

const fn saying(phrases: &'static [&'static str], entry: Entry) -> Entry {
    Entry { phrases, ..entry }
}

/// Every error known; the telling ones before the general ones that they may come under.
pub(crate) static CATALOGUE: &[Entry] = {
    use Blame::{Field, Party, Record};
    use ErrorKind::{
        AlreadyExists, Conflict, Forbidden, Internal, Locked, NotFound, Throttled, Unauthorised, Unavailable,
        Validation,
    };
    const DATE: &str = "give the document a later date, or unlock the period in MYOB";
    const OURS: &str = "report it with the request's id";
    const ACCOUNT: &str = "choose an account that can be posted to, not a header";
    const TAX: &str = "choose another tax code for the line, or correct its mapping";
    const CONVERTED: &str = "the order was converted already: find its invoice or bill in MYOB and mark this done";
    const FREIGHT: &str = "give freight a tax code, and link the file's accounts of freight";
    &[
        // Told by a word of their own, under whatever number.
        saying(
            &["dateoccurred:(", "inlockperiod", "in_lockperiod", "locked period"],
            entry(
                4223,
                &[
                    "BusinessEvent_DateOccurred_InLockPeriod",
                    "BusinessEvent_DateOccured_InLockPeriod",
                    "DateInLockPeriod",
                ],
                Locked,
                Some(Code::PeriodClosed),
                Field("date"),
                DATE,
            ),
        ),
        saying(
            &["categoryid:("],
            entry(
                4227,
                &["CategoryRequired"],
                Validation,
                None,
                Record,
                "choose the category of documents in the settings of the connection",
            ),
        ),
        saying(&["jobid:("], entry(4245, &["JobRequired"], Validation, None, Field("lines"), "give every line a job")),
        saying(
            &["creditonhold", "cardid:(sale", "credit hold"],
            entry(
                0,
                &["SaleEvent_CreditOnHold", "OnCreditHold"],
                Validation,
                Some(Code::RemoteState),
                Party,
                "the customer is on credit hold: release the hold on the card in MYOB and send again",
            ),
        ),
        saying(
            &["jobheadernotallowed"],
            entry(
                0,
                &["Line_JobHeaderNotAllowed"],
                Validation,
                None,
                Field("lines"),
                "a header job takes no lines: choose a job below it",
            ),
        ),
        saying(
            &["accountheadernotallowed", "accountnotpostable", "journalline_invalidaccount"],
            entry(
                0,
                &["AccountHeaderNotAllowed", "AccountNotPostable", "JournalLine_InvalidAccount"],
                Validation,
                Some(Code::AccountUnusable),
                Field("lines"),
                ACCOUNT,
            ),
        ),
        saying(
            &["insufficientstock"],
            entry(
                0,
                &["Inventory_InsufficientStockMultipleLocation"],
                Validation,
                None,
                Field("lines"),
                "there is less in stock than the line ships: correct the stock in MYOB or the quantity",
            ),
        ),
        saying(
            &["term_out_of_range"],
            entry(0, &["Term_Out_Of_Range"], Validation, None, Field("due"), "give a due date on or after the date"),
        ),
        saying(
            &["asofdatebeforeconversionperiod"],
            entry(0, &["AsOfDateBeforeConversionPeriod"], Locked, Some(Code::PeriodClosed), Field("date"), DATE),
        ),
        saying(&["freighthasnotbeenset"], entry(0, &["FreightHasNotBeenSet"], Validation, None, Record, FREIGHT)),
        saying(
            &["linetotalunbalanced"],
            entry(
                0,
                &["LineTotalUnbalanced"],
                Validation,
                Some(Code::TotalsDiffer),
                Field("lines"),
                "the amount of a line is not its quantity times its price less discount",
            ),
        ),
        saying(
            &["consolidatedtaxcode"],
            entry(0, &["ConsolidatedTaxCode"], Validation, Some(Code::TaxUnmapped), Field("lines"), TAX),
        ),
        saying(
            &["foreigncurrency is required"],
            entry(
                0,
                &["ForeignCurrencyRequired"],
                Validation,
                Some(Code::Currency),
                Party,
                "the card is kept in another currency: choose a card in the company's own",
            ),
        ),
        // Told by number or name.
        entry(50, &["SerializationError"], Internal, None, Record, OURS),
        entry(100, &["Required"], Validation, None, Record, "add what is missing"),
        entry(
            111,
            &["IncorrectRowVersionSupplied"],
            Conflict,
            None,
            Record,
            "somebody has changed it meanwhile: read it again",
        ),
        entry(150, &[], Validation, None, Record, "what it refers to is no longer in MYOB: link it anew"),
        entry(
            200,
            &["Duplicate", "DuplicateIdentifier"],
            AlreadyExists,
            None,
            Field("number"),
            "adopt the record that has the number, or choose another number",
        ),
        entry(
            9002,
            &["ItemLinkedToSales"],
            Locked,
            Some(Code::RemoteState),
            Record,
            "documents use the item: make it inactive instead",
        ),
        entry(
            9005,
            &["ItemWithInventory"],
            Locked,
            Some(Code::RemoteState),
            Record,
            "the item is in stock: bring its stock to nothing first",
        ),
        entry(
            10001,
            &["InvoicePaid"],
            Locked,
            Some(Code::Locked),
            Record,
            "payments or credits are applied: remove them first, or write a credit note",
        ),
        entry(
            25003,
            &["TransactionsCannotBeDeleted"],
            Locked,
            Some(Code::RemoteState),
            Record,
            "the file's transactions cannot be changed, only reversed: write a credit note, or allow changes in MYOB's preferences",
        ),
        entry(
            25005,
            &["CreditLimitExceeded"],
            Validation,
            Some(Code::RemoteState),
            Party,
            "the credit limit of the card is exceeded: raise it in MYOB and send again",
        ),
        entry(
            25006,
            &["IncorrectAccountType"],
            Validation,
            Some(Code::AccountUnusable),
            Field("lines"),
            "choose an account of another type",
        ),
        entry(
            25008,
            &["DatePriorToBeginningOfFinancialYear"],
            Locked,
            Some(Code::PeriodClosed),
            Field("date"),
            "give the document a date in the file's financial year",
        ),
        entry(
            26000,
            &["DepositToAccountMismatch"],
            Validation,
            Some(Code::AccountUnusable),
            Field("account"),
            "choose a bank account, or the account of undeposited funds",
        ),
        entry(
            29000,
            &["TransferBetweenSameAccount"],
            Validation,
            Some(Code::AccountUnusable),
            Field("account"),
            "choose another account",
        ),
        entry(31001, &["OAuthTokenIsInvalid"], Unauthorised, None, Record, "try again, and reconnect if it stays so"),
        entry(
            32002,
            &["InvalidTaxCode"],
            Validation,
            Some(Code::TaxUnmapped),
            Field("lines"),
            "input-taxed and import duty codes are for purchases only: choose another code for the line",
        ),
        // Perhaps by our own earlier try: it is looked for before anybody is asked (myob.md 3.5).
        entry(37001, &["OrderConvertedToInvoice"], AlreadyExists, Some(Code::RemoteState), Record, CONVERTED),
        entry(38001, &["OrderConvertedToBill"], AlreadyExists, Some(Code::RemoteState), Record, CONVERTED),
        entry(
            37004,
            &["LayoutTypeMismatch"],
            Validation,
            None,
            Field("lines"),
            "the order has another layout: name items on all lines as it does, or on none",
        ),
        entry(0, &["RateLimitError"], Throttled, None, Record, "wait and try again"),
        entry(
            0,
            &["DeveloperInactive"],
            Forbidden,
            None,
            Record,
            "the app's key is unknown or not active: check it with MYOB's developer portal",
        ),
        entry(
            0,
            &["AccessDenied"],
            Forbidden,
            None,
            Record,
            "the user's role does not allow this, or the company file is read-only, checked out or being upgraded: \
             ask the file's administrator",
        ),
        entry(0, &["GatewayTimeout"], Unavailable, None, Record, "MYOB ran out of time: try later"),
        entry(0, &["InternalError"], Unavailable, None, Record, "try again"),
        entry(0, &["MethodNotAllowed"], Internal, None, Record, OURS),
        entry(0, &["NotModelled"], ErrorKind::Unsupported, None, Record, "it cannot be tried here"),
        // The record that the address names. Under number 150 it is one that the body names.
        entry(0, &["NotFound"], NotFound, None, Record, "look for it in MYOB: somebody has deleted it"),
        // General ones: what is wrong is in the text.
        entry(1000, &["ValidationError"], Validation, None, Record, "correct it and push again"),
        entry(16000, &[], Internal, None, Record, OURS),
    ]
};

/// The entry of a complaint; `None` for one that this version does not know.
pub(crate) fn find(complaint: &Complaint) -> Option<&'static Entry> {
    let words = complaint.words();
    let said = |entry: &&Entry| entry.phrases.iter().any(|phrase| words.contains(phrase));
    let numbered = |entry: &&Entry| entry.code != 0 && Some(entry.code) == complaint.code;
    let named = |entry: &&Entry| entry.names.iter().any(|name| name.eq_ignore_ascii_case(&complaint.name));
    let all = || CATALOGUE.iter();
    all().find(said).or_else(|| all().find(numbered)).or_else(|| all().find(named))
}

/// The field of the host's record that a member of MYOB's stands for; empty where it has none. Lines keep their place.
pub(crate) fn field(details: &str) -> String {
    const FIELDS: &[(&str, &str)] = &[
        ("CompanyName", "name"),
        ("LastName", "name"),
        ("FirstName", "name"),
        ("Name", "name"),
        ("DisplayID", "id"),
        ("Number", "number"),
        ("ReceiptNumber", "number"),
        ("PaymentNumber", "number"),
        ("SupplierInvoiceNumber", "number"),
        ("CustomerPurchaseOrderNumber", "references"),
        ("Date", "date"),
        ("DateOccurred", "date"),
        ("PromisedDate", "due"),
        ("Terms", "due"),
        ("Customer", "customer"),
        ("Supplier", "supplier"),
        ("Account", "account"),
        ("Addresses", "addresses"),
        ("Email", "email"),
        ("ABN", "tax_number"),
        ("Lines", "lines"),
        ("Invoices", "target"),
        ("Purchase", "target"),
        ("AmountReceived", "amount"),
        ("Amount", "amount"),
        ("ForeignCurrency", "currency"),
    ];
    let details = details.trim();
    let head = details.split([':', '(', ' ', ',']).next().unwrap_or_default();
    let first = head.split(['.', '[']).next().unwrap_or_default();
    // Numbers of cards and the like come with their part of the body before them.
    let known =
        |name: &str| FIELDS.iter().find(|(member, _)| member.eq_ignore_ascii_case(name)).map(|(_, field)| *field);
    let Some(field) = known(first).or_else(|| known(head.rsplit('.').next()?)) else { return String::new() };
    let at = head.strip_prefix(first).and_then(|rest| rest.strip_prefix('[')).and_then(|rest| rest.split(']').next());
    match at.and_then(|at| at.parse::<usize>().ok()) {
        Some(at) if field == "lines" => format!("lines[{at}]"),
        _ => field.to_owned(),
    }
}
