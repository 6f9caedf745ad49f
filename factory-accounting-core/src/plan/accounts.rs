//! The account of a line, in the one order that there is. docs/resolution.md is the same for those who keep the books.
//!
//! | | what says it | |
//! |---|---|---|
//! | 1 | the line itself | |
//! | 2 | what the line, or its document, is for | a retention or a deposit on sales goes to the settings' account for it, a credit note that writes off a bad debt to the one for bad debts. None is set: FA-102. On purchases the settings have none for retentions and deposits, so that the line has to name it |
//! | 3 | the line's kind of service on sales, of expense on purchases | the mapping's account; where it names an item alone, the item's own account as far as the package tells it. Not mapped at all: FA-116 |
//! | 4 | the line's product, on the document's side of trade | |
//! | 5 | work and materials on sales | work: the account of the document's type of job, else the one for labour; materials: the one for materials |
//! | 6 | the document's customer or supplier | |
//! | 7 | the settings | an expense: `expenses`; a credit note: `credit_notes`; a line free of tax: `sales_tax_free` or `purchases_tax_free`; then `sales` or `purchases` |
//!
//! Each leaves to the next what it does not say; where none says anything the document waits with FA-102. Whether a line is
//! free of tax follows from its tax, which is resolved first: its rate is nothing, or the document carries no tax at all.
//! Where the package alone reckons the tax, nobody knows the rate before, and only the latter counts.

use super::Context;
use super::grounds::{Grounds, Mapped, Purpose};
use super::trail::{Origin, Step};
use crate::code::{Code, Parked};
use crate::error::Issue;
use crate::model::{Nature, RecordKind};
use crate::planned::AccountRef;
use crate::provider::{Account, TradeSide};
use crate::settings::path_of;

/// Where the account of a line may be said.
#[derive(Clone, Copy)]
enum Place<'a> {
    Line,
    Nature(Nature),
    Setting(&'static str),
    JobType(&'a str),
    Mapping(&'a str),
    MappedItem(&'a str),
    Product,
    Party,
}

/// What follows where a place says nothing.
#[derive(Clone, Copy)]
enum Else<'a> {
    /// The next one is asked.
    Next,
    /// The document waits for an account for this.
    Missing(&'static str),
    /// The document waits for a mapping of this kind.
    Unmapped(&'a str),
}

/// The account of a line, in the order of this module.
pub(super) fn account_of(grounds: &Grounds<'_>, tax_free: bool, context: &Context<'_>) -> Result<AccountRef, Parked> {
    for (place, says, otherwise) in order(grounds, tax_free, context).into_iter().flatten() {
        if let Some(name) = says {
            context.trace(format_args!("{}.account", grounds.charge()), || Step::from(place.origin(grounds), &name));
            return named(name, place, grounds, context);
        }
        context.trace(format_args!("{}.account", grounds.charge()), || Step::passed_over(place.origin(grounds)));
        match otherwise {
            Else::Next => {}
            Else::Missing(what) => return Err(missing(what, grounds)),
            Else::Unmapped(category) => return Err(unmapped(category, grounds)),
        }
    }
    Err(missing(grounds.side.label(), grounds))
}

/// A place, what it says, and what follows where it says nothing. `None` for places that do not bear on the line.
type Asked<'a> = Option<(Place<'a>, Option<&'a str>, Else<'a>)>;

/// The places in their order, each with what it says.
fn order<'a>(grounds: &Grounds<'a>, tax_free: bool, context: &Context<'a>) -> [Asked<'a>; 12] {
    let accounts = &context.settings.accounts;
    let sale = grounds.side == TradeSide::Sales;
    let nature = grounds.item.nature.filter(|_| sale);
    let next = |place, says: Option<&'a String>| Some((place, says.map(String::as_str), Else::Next));
    let setting = |applies: bool, path, set: &'a Option<String>| {
        applies.then_some((Place::Setting(path), set.as_deref(), Else::Next))
    };
    let demanded = match (grounds.item.nature, grounds.purpose) {
        (Some(Nature::Retention), _) if sale => Some(("retention", &accounts.retention, "retentions")),
        (Some(Nature::Deposit), _) if sale => Some(("deposits", &accounts.deposits, "deposits")),
        (_, Purpose::BadDebt) => Some(("bad_debt", &accounts.bad_debt, "bad debts")),
        _ => None,
    };
    let demanded = demanded.map(|(path, set, what)| (Place::Setting(path), set.as_deref(), Else::Missing(what)));
    // What we hold back from a supplier, or have paid ahead, is not what customers have: the line has to say where it goes.
    let theirs = grounds.item.nature.filter(|nature| !sale && nature.is_beside_work());
    let demanded = demanded.or(theirs.map(|nature| (Place::Nature(nature), None, Else::Missing("it on purchases"))));
    let (mapping, mapped_item) = match grounds.mapped {
        Mapped::Nothing => (None, None),
        Mapped::Unknown(category) => (Some((Place::Mapping(category), None, Else::Unmapped(category))), None),
        Mapped::To(category, mapping) => (
            next(Place::Mapping(category), mapping.account.as_ref()),
            mapping.item.as_deref().and_then(|name| next(Place::MappedItem(name), own_account(name, grounds, context))),
        ),
    };
    let job_type = grounds.trade.references.job_type.as_deref().filter(|_| nature == Some(Nature::Labour));
    let usual = if sale { ("sales", &accounts.sales) } else { ("purchases", &accounts.purchases) };
    let free = match sale {
        true => ("sales_tax_free", &accounts.sales_tax_free),
        false => ("purchases_tax_free", &accounts.purchases_tax_free),
    };
    let of_document = match grounds.purpose {
        Purpose::Expense => Some(("expenses", &accounts.expenses)),
        Purpose::CreditNote => Some(("credit_notes", &accounts.credit_notes)),
        Purpose::Usual | Purpose::BadDebt => None,
    };
    [
        next(Place::Line, grounds.item.account.as_ref()),
        demanded,
        mapping,
        mapped_item,
        grounds
            .item
            .product
            .as_ref()
            .and_then(|_| next(Place::Product, grounds.product.and_then(|side| side.account.as_ref()))),
        job_type.and_then(|kind| next(Place::JobType(kind), accounts.job_types.get(kind))),
        setting(nature == Some(Nature::Labour), "labour", &accounts.labour),
        setting(nature == Some(Nature::Materials), "materials", &accounts.materials),
        next(Place::Party, grounds.party.and_then(|party| party.account.as_ref())),
        of_document.and_then(|(path, set)| next(Place::Setting(path), set.as_ref())),
        setting(tax_free, free.0, free.1),
        setting(true, usual.0, usual.1),
    ]
}

/// The account that an item posts a side of trade to, as far as the package tells it.
fn own_account<'a>(item: &str, grounds: &Grounds<'_>, context: &Context<'a>) -> Option<&'a String> {
    let item = context.catalogue.item(item)?;
    match grounds.side {
        TradeSide::Sales => item.income_account.as_ref(),
        TradeSide::Purchases => item.expense_account.as_ref(),
    }
}

impl Place<'_> {
    fn origin(self, grounds: &Grounds<'_>) -> Origin {
        match self {
            Self::Line => Origin::Host { path: grounds.at("account") },
            Self::Nature(nature) => {
                Origin::Rule { rule: format!("a {} on purchases names its account", nature.label()) }
            }
            Self::Setting(path) => Origin::Setting { path: format!("accounts.{path}") },
            Self::JobType(kind) => Origin::Setting { path: path_of(["accounts", "job_types", kind]) },
            Self::Mapping(category) => Origin::Setting { path: grounds.mapping_path(category, "account") },
            Self::MappedItem(item) => Origin::Books { what: format!("the account of item {item:?}") },
            Self::Product => grounds.of_product("account"),
            Self::Party => Origin::Lent { record: grounds.trade.party.clone(), path: "account".to_owned() },
        }
    }

    /// Who named an account that cannot be used; nothing where the line itself did.
    fn named_by(self, grounds: &Grounds<'_>) -> String {
        match self {
            Self::Line | Self::Nature(_) => String::new(),
            Self::Setting(path) => format!(" (settings, accounts.{path})"),
            Self::JobType(kind) => format!(" (settings, jobs of the type {kind:?})"),
            Self::Mapping(category) => format!(" (settings, {})", grounds.mapping_path(category, "account")),
            Self::MappedItem(item) => format!(" (of item {item:?})"),
            Self::Product => " (of its product)".to_owned(),
            Self::Party => format!(" (of its {})", grounds.trade.party.kind),
        }
    }
}

fn named(name: &str, place: Place<'_>, grounds: &Grounds<'_>, context: &Context<'_>) -> Result<AccountRef, Parked> {
    match usable(name, context) {
        Ok(account) => {
            let account = account_ref(account);
            context.trace(format_args!("{}.account", grounds.charge()), || account_in_the_books(&account));
            Ok(account)
        }
        Err(complaint) => {
            let complaint = format!("{complaint}{}", place.named_by(grounds));
            Err(unusable(&complaint, &grounds.at("account"), grounds.trade.number, grounds.trade.kind))
        }
    }
}

/// The step from an account's name to the account.
pub(super) fn account_in_the_books(account: &AccountRef) -> Step {
    Step::books(format!("account {:?} in the list of accounts", account.name()), account)
}

fn missing(what: &str, grounds: &Grounds<'_>) -> Parked {
    let reason = format!("{} names no account and none is set for {what}", line_of(grounds));
    Parked::new(Code::AccountMissing, reason).with_issues([Issue::new(grounds.at("account"), "name an account")])
}

fn unmapped(category: &str, grounds: &Grounds<'_>) -> Parked {
    let complaint = format!("is of the kind {category:?}, which is not mapped");
    let reason = format!("{} {complaint}", line_of(grounds));
    Parked::new(Code::Unmapped, reason).with_issues([Issue::new(grounds.at("category"), complaint)])
}

/// A line as people count them.
fn line_of(grounds: &Grounds<'_>) -> String {
    format!("{} {:?}: line {}", grounds.trade.kind, grounds.trade.number, grounds.index + 1)
}

/// An account that lines may use.
pub(super) fn resolve_account(
    name: &str,
    path: &str,
    label: &str,
    kind: RecordKind,
    context: &Context<'_>,
) -> Result<AccountRef, Parked> {
    usable(name, context).map(account_ref).map_err(|complaint| unusable(&complaint, path, label, kind))
}

/// The account of a name, or what keeps lines from using it.
pub(super) fn usable<'a>(name: &str, context: &Context<'a>) -> Result<&'a Account, String> {
    context.catalogue.usable_on_lines(name).map_err(|complaint| complaint.in_words(name, context.package))
}

fn unusable(complaint: &str, path: &str, label: &str, kind: RecordKind) -> Parked {
    let reason = format!("{kind} {label:?}: {complaint}");
    Parked::new(Code::AccountUnusable, reason).with_issues([Issue::new(path, complaint)])
}

pub(super) fn account_ref(account: &Account) -> AccountRef {
    AccountRef { id: account.id.clone(), code: account.code.clone() }
}
