//! Intuit's codes as data: what each means, what it blames, what mends it (R27, qbo.md 8.2).

use factory_accounting_core::code::Code;
use factory_accounting_core::error::ErrorKind;

/// What a code is about, in the host's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blame {
    /// The record as a whole, or the member that the fault names.
    Record,
    /// A field by its path.
    Field(&'static str),
    /// The customer or supplier of a document.
    Party,
}

/// One known code, or one known text under it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) codes: &'static [u32],
    /// Part of the text by which it is told from others of the same code, in lower case; empty for all others.
    pub(crate) phrase: &'static str,
    pub(crate) kind: ErrorKind,
    /// The question that it is to a person; `None` leaves that to its kind.
    pub(crate) question: Option<Code>,
    pub(crate) blame: Blame,
    /// What mends it, as the end of a sentence.
    pub(crate) remedy: &'static str,
}

/// The same key came with other content, or while its first request is still running.
pub(crate) const KEY_REUSE: u32 = 600;

const fn entry(
    codes: &'static [u32],
    kind: ErrorKind,
    question: Option<Code>,
    blame: Blame,
    remedy: &'static str,
) -> Entry {
    Entry { codes, phrase: "", kind, question, blame, remedy }
}

const fn saying(phrase: &'static str, entry: Entry) -> Entry {
    Entry { phrase, ..entry }
}

/// Every code known; a text before the code that it belongs to.
pub(crate) const CATALOGUE: &[Entry] = {
    use Blame::{Field, Party, Record};
    use ErrorKind::{
        AlreadyExists, Conflict, Forbidden, Internal, Locked, NotFound, Throttled, Unauthorised, Unavailable,
        Unsupported, Validation,
    };
    const RECONNECT: &str = "try again, and reconnect if it stays so";
    const OURS: &str = "report it with the request's id";
    const DATE: &str = "give the document a later date, or reopen the period in QuickBooks";
    &[
        // A closed period was reported under the code of a conflict too (qbo.md 8.2).
        saying(
            "account period has closed",
            entry(&[5010, 6000, 6200, 6210], Locked, Some(Code::PeriodClosed), Field("date"), DATE),
        ),
        entry(&[100, 110, 3200, 3202], Unauthorised, None, Record, RECONNECT),
        entry(&[120], Forbidden, None, Record, "reconnect as an administrator of the company"),
        entry(
            &[130],
            Forbidden,
            None,
            Record,
            "the company lies elsewhere: check whether the app's keys and address are both of production or both of the sandbox",
        ),
        entry(&[140], Forbidden, None, Record, "the company is locked: ask its administrator"),
        entry(&[150, 10200], Unavailable, None, Record, "the company is under maintenance: try later"),
        entry(&[500], Unsupported, None, Record, "QuickBooks does not offer this"),
        entry(&[KEY_REUSE], Internal, None, Record, "the first request under the key decides"),
        saying(
            "made inactive",
            entry(
                &[610, 2500, 6000],
                Validation,
                None,
                Record,
                "make what it names active again in QuickBooks, or choose another",
            ),
        ),
        entry(&[610], NotFound, None, Record, "look for it in QuickBooks: somebody has deleted it"),
        entry(
            &[620],
            Validation,
            Some(Code::RemoteState),
            Record,
            "the two cannot be tied: compare customer and state of both",
        ),
        entry(&[630], AlreadyExists, None, Record, "link the record that is there"),
        entry(&[700, 900], Validation, None, Field("parent"), "choose another customer or job above it"),
        entry(
            &[800, 6400, 6480],
            Locked,
            Some(Code::RemoteState),
            Record,
            "remove what depends on it in QuickBooks first",
        ),
        entry(&[1000, 1010, 1020], Unavailable, None, Record, "try again"),
        entry(&[1040, 2000, 2010, 2060, 2070, 2080, 2090, 2100, 2110, 2120, 2130], Internal, None, Record, OURS),
        entry(&[4000, 4001, 4002, 5000, 6040, 10100], Internal, None, Record, OURS),
        entry(&[2020], Validation, None, Record, "add what is missing"),
        entry(&[2030], Validation, None, Record, "link what it names anew"),
        entry(&[2040], Validation, None, Record, "leave out colons, tabs and line breaks"),
        entry(&[2050], Validation, None, Record, "shorten it"),
        entry(&[2140, 2150, 2160, 2170, 2180, 2190, 2600], Validation, None, Record, "correct it"),
        entry(&[2200], Validation, None, Record, "write the web address in full"),
        entry(&[2210], Validation, None, Field("email"), "correct the e-mail address"),
        entry(&[2250], Validation, None, Field("lines"), "add a line"),
        entry(
            &[2280, 6470],
            Validation,
            Some(Code::TaxUnmapped),
            Field("lines"),
            "check the tax codes in QuickBooks and their mapping",
        ),
        entry(&[2290], Validation, None, Field("lines"), "leave out negative amounts"),
        entry(&[2500], Validation, None, Record, "choose a record that QuickBooks holds and refresh the lists"),
        entry(&[3000], Validation, None, Record, "check the custom field in the configuration"),
        entry(&[3001], Throttled, None, Record, "wait and try again"),
        entry(
            &[3100],
            Forbidden,
            None,
            Record,
            "the connection does not reach this company: reconnect and choose it, and check that keys and address belong together",
        ),
        entry(&[5010], Conflict, None, Record, "somebody has changed it meanwhile: read it again"),
        entry(&[5020], Forbidden, None, Record, "reconnect as an administrator of the company"),
        entry(&[5030], Unsupported, None, Record, "the company's plan does not offer this, or has it switched off"),
        saying(
            "gst/hst rate",
            entry(&[6000], Validation, Some(Code::TaxUnmapped), Field("lines"), "map a tax code for every line"),
        ),
        saying(
            "vat rate",
            entry(&[6000], Validation, Some(Code::TaxUnmapped), Field("lines"), "map a tax code for every line"),
        ),
        saying(
            "do not have a tax code",
            entry(&[6000], Validation, Some(Code::TaxUnmapped), Field("lines"), "map a tax code for every line"),
        ),
        saying("calculating tax", entry(&[6000], Unavailable, None, Record, "try again")),
        saying(
            "less than the amount already applied",
            entry(
                &[6000],
                Locked,
                Some(Code::Locked),
                Field("lines"),
                "remove the payment in QuickBooks, or write a credit note",
            ),
        ),
        saying(
            "must be 0 or greater",
            entry(
                &[6000],
                Validation,
                None,
                Field("lines"),
                "bring the total to nothing or more, or write a credit note",
            ),
        ),
        entry(&[6000], Validation, None, Record, "correct it and push again"),
        entry(&[6010], Validation, None, Record, "choose the account's type in QuickBooks"),
        entry(&[6030], Validation, None, Field("content"), "attach a smaller file"),
        entry(
            &[6041],
            Validation,
            None,
            Field("media_type"),
            "attach a file of a kind that QuickBooks takes, such as PDF",
        ),
        entry(&[6050], Unsupported, None, Record, "QuickBooks takes no files on such a record"),
        entry(
            &[6070],
            Validation,
            Some(Code::TotalsDiffer),
            Field("lines"),
            "the amount of a line is not its quantity times its price",
        ),
        entry(&[6080], Validation, None, Field("name"), "give a name"),
        entry(&[6090], Validation, None, Field("lines"), "give the discount an amount"),
        entry(
            &[6100],
            Validation,
            Some(Code::TaxUnmapped),
            Field("lines"),
            "in the United States a line is TAX or NON: correct the mapping",
        ),
        entry(
            &[6110, 6120, 6450, 6460],
            Locked,
            Some(Code::RemoteState),
            Record,
            "a payment service holds it: change it there",
        ),
        entry(&[6130], Locked, None, Record, "its invoices fix who is billed: leave that as it is"),
        entry(
            &[6140],
            AlreadyExists,
            Some(Code::NumberTaken),
            Field("number"),
            "adopt the document that has the number, or choose another number",
        ),
        entry(
            &[6150],
            Validation,
            Some(Code::NotLinked),
            Field("customer"),
            "name the customer that the job belongs to",
        ),
        entry(
            &[6160, 6170, 6230],
            Validation,
            Some(Code::TaxUnmapped),
            Field("lines"),
            "a document without tax takes no tax codes",
        ),
        entry(&[6180], Validation, None, Field("parent"), "QuickBooks keeps five levels: move it up"),
        entry(
            &[6190],
            Forbidden,
            None,
            Record,
            "the company's subscription has ended or has a billing problem: its owner mends that with Intuit",
        ),
        entry(&[6200, 6210], Locked, Some(Code::PeriodClosed), Field("date"), DATE),
        entry(&[6220], Locked, Some(Code::RemoteState), Record, "bring its balance to nothing first"),
        entry(
            &[6240],
            AlreadyExists,
            Some(Code::NameTaken),
            Field("name"),
            "link the record that has the name, or have the two told apart",
        ),
        entry(&[6250, 6560], Validation, Some(Code::NotLinked), Party, "name a customer that is in use"),
        entry(
            &[6270],
            Validation,
            None,
            Field("date"),
            "an item is tracked from a later day on: change the date, or the item in QuickBooks",
        ),
        entry(&[6280], Locked, Some(Code::RemoteState), Record, "bill or remove its unbilled expenses first"),
        entry(&[6290], Validation, None, Party, "name a supplier"),
        entry(
            &[6300, 6310, 6320],
            Validation,
            None,
            Field("lines"),
            "name the customer of a line that is to be billed",
        ),
        entry(&[6420], Validation, None, Field("email"), "give the customer an e-mail address"),
        entry(
            &[6430, 6440],
            Validation,
            Some(Code::AccountUnusable),
            Record,
            "choose an account or item of the right kind",
        ),
        entry(&[6520], Validation, None, Field("lines"), "give a quantity to lines of items that are tracked"),
        entry(&[6530], Validation, None, Record, "leave out card numbers"),
        entry(
            &[6540],
            Locked,
            Some(Code::RemoteState),
            Record,
            "take the payment out of its bank deposit in QuickBooks first",
        ),
        entry(&[10000], Unavailable, None, Record, "try again"),
    ]
};

/// The entry of a code and its text; `None` for a code that this version does not know.
pub(crate) fn find(code: Option<u32>, text: &str) -> Option<&'static Entry> {
    let code = code?;
    let text = text.to_lowercase();
    CATALOGUE.iter().find(|entry| entry.codes.contains(&code) && text.contains(entry.phrase))
}

/// The field of the host's record that a member of QuickBooks' stands for; empty where it has none.
pub(crate) fn field(element: &str) -> &'static str {
    let first = element.split(['.', '[']).next().unwrap_or_default();
    const FIELDS: &[(&str, &str)] = &[
        ("DisplayName", "name"),
        ("Name", "name"),
        ("CompanyName", "name"),
        ("PrimaryEmailAddr", "email"),
        ("PrimaryPhone", "phone"),
        ("BillAddr", "addresses"),
        ("ShipAddr", "addresses"),
        ("SalesTermRef", "terms"),
        ("Sku", "code"),
        ("DocNumber", "number"),
        ("PaymentRefNum", "number"),
        ("TxnDate", "date"),
        ("DueDate", "due"),
        ("ExpirationDate", "expires"),
        ("CustomerRef", "customer"),
        ("VendorRef", "supplier"),
        ("CurrencyRef", "currency"),
        ("PrivateNote", "references"),
        ("CustomerMemo", "references"),
        ("Line", "lines"),
        ("TxnTaxDetail", "lines"),
        ("TotalAmt", "amount"),
    ];
    FIELDS.iter().find(|(member, _)| member.eq_ignore_ascii_case(first)).map_or("", |(_, field)| field)
}
