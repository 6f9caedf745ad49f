//! The tax of a line, in the one order that there is: the line, the mapping of its kind of service or expense, its product,
//! the document's customer or supplier (L19), the settings' default for the side of trade. A term of the host is mapped by
//! the settings; what is not mapped may be a code of the package. Nothing is guessed (F44, F45).

use rust_decimal::Decimal;

use super::grounds::{Grounds, Mapped};
use super::trail::{Origin, Step};
use super::{Catalogue, Context};
use crate::code::{Code, Parked};
use crate::error::Issue;
use crate::model::{RecordKind, Trade};
use crate::provider::{AccountClass, TaxCode, TradeSide};
use crate::settings::{Settings, TaxCodes, path_of};

/// A tax code in use, with its per cent on one side of trade.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tax<'a> {
    pub(super) code: &'a TaxCode,
    pub(super) rate: Decimal,
}

/// Where the tax of a line may be said, before the settings' default.
#[derive(Clone, Copy)]
enum Place<'a> {
    Line,
    Mapping(&'a str),
    Product,
    Party,
}

impl Place<'_> {
    fn origin(self, grounds: &Grounds<'_>) -> Origin {
        match self {
            Self::Line => Origin::Host { path: grounds.at("tax") },
            Self::Mapping(category) => Origin::Setting { path: grounds.mapping_path(category, "tax") },
            Self::Product => grounds.of_product("tax"),
            Self::Party => Origin::Lent { record: grounds.trade.party.clone(), path: "tax".to_owned() },
        }
    }
}

/// The places in their order, each with what it says. `None` for those that do not bear on the line.
fn order<'a>(grounds: &Grounds<'a>) -> [Option<(Place<'a>, Option<&'a str>)>; 4] {
    let mapping = match grounds.mapped {
        Mapped::To(category, mapping) => Some((Place::Mapping(category), mapping.tax.as_deref())),
        Mapped::Nothing | Mapped::Unknown(_) => None,
    };
    let product = grounds.product.and_then(|side| side.tax.as_deref());
    [
        Some((Place::Line, grounds.item.tax.as_deref())),
        mapping,
        grounds.item.product.as_ref().map(|_| (Place::Product, product)),
        Some((Place::Party, grounds.party.and_then(|party| party.tax.as_deref()))),
    ]
}

/// The tax of a line, in the order of this module.
pub(super) fn tax_of<'a>(grounds: &Grounds<'_>, context: &Context<'a>) -> Result<Tax<'a>, Parked> {
    let mut term = None;
    for (place, says) in order(grounds).into_iter().flatten() {
        let path = format_args!("{}.tax_code", grounds.charge());
        if let Some(says) = says {
            context.trace(path, || Step::from(place.origin(grounds), &says));
            term = Some(says);
            break;
        }
        context.trace(path, || Step::passed_over(place.origin(grounds)));
    }
    let (trade, side) = (grounds.trade, grounds.side);
    let tax = resolve_tax(term, side, &grounds.at("tax"), trade.number, trade.kind, context)?;
    context.trace(format_args!("{}.tax_code", grounds.charge()), || {
        match (term, mapped_to(term, side, context.settings)) {
            (Some(term), Some(code)) => Step::setting(path_of(["taxes", term, side.label()]), &code),
            (None, Some(code)) => Step::setting(format!("default_tax.{}", side.label()), &code),
            (_, None) => Step::rule("a term that is not mapped is a tax code of the package", &term),
        }
    });
    trace_code(grounds.index, tax, side, context);
    Ok(tax)
}

/// The steps from a tax code to what the document carries of it.
pub(super) fn trace_code(index: usize, tax: Tax<'_>, side: TradeSide, context: &Context<'_>) {
    let what = || format!("tax code {:?} in the list of tax codes", tax.code.name);
    context.trace(format_args!("lines[{index}].charge.tax_code"), || Step::books(what(), &tax.code.code));
    context.trace(format_args!("lines[{index}].charge.tax_rate"), || {
        Step::books(format!("the rate on {} of {}", side.label(), what()), &tax.rate)
    });
}

/// The code that the settings have for a term, or by default.
fn mapped_to<'a>(term: Option<&str>, side: TradeSide, settings: &'a Settings) -> Option<&'a str> {
    let codes = match term {
        Some(term) => settings.taxes.get(term),
        None => Some(&settings.default_tax),
    };
    codes.and_then(|codes| of_side(codes, side))
}

fn of_side(codes: &TaxCodes, side: TradeSide) -> Option<&str> {
    match side {
        TradeSide::Sales => codes.sales.as_deref(),
        TradeSide::Purchases => codes.purchases.as_deref(),
    }
}

/// The tax code of a term: mapped by the settings, or itself a code of the package.
pub(super) fn resolve_tax<'a>(
    term: Option<&str>,
    side: TradeSide,
    path: &str,
    label: &str,
    kind: RecordKind,
    context: &Context<'a>,
) -> Result<Tax<'a>, Parked> {
    match find_tax(term, side, context.settings, context.catalogue) {
        Ok(tax) => Ok(tax),
        Err(unfound) => {
            let complaint = unfound.in_words(side, context.package);
            let reason = format!("{kind} {label:?}: {complaint}");
            Err(Parked::new(Code::TaxUnmapped, reason).with_issues([Issue::new(path, complaint)]))
        }
    }
}

/// Why a term, or the default, leads to no tax code.
pub(super) enum Unfound<'a> {
    NoRate(&'a TaxCode),
    MappedToNothing { term: &'a str, code: &'a str },
    NotMapped(&'a str),
    DefaultGone(&'a str),
    NoDefault,
}

/// The tax code in use that a term, or the default, stands for.
pub(super) fn find_tax<'a, 'b>(
    term: Option<&'b str>,
    side: TradeSide,
    settings: &'b Settings,
    catalogue: &'a Catalogue,
) -> Result<Tax<'a>, Unfound<'b>>
where
    'a: 'b,
{
    let mapped = mapped_to(term, side, settings);
    let found = mapped.or(term).and_then(|code| catalogue.tax_code(code)).filter(|code| code.active);
    match (found, term, mapped) {
        (Some(code), ..) => code.rate_on(side).map(|rate| Tax { code, rate }).ok_or(Unfound::NoRate(code)),
        (None, Some(term), Some(code)) => Err(Unfound::MappedToNothing { term, code }),
        (None, Some(term), None) => Err(Unfound::NotMapped(term)),
        (None, None, Some(code)) => Err(Unfound::DefaultGone(code)),
        (None, None, None) => Err(Unfound::NoDefault),
    }
}

impl Unfound<'_> {
    pub(super) fn in_words(&self, side: TradeSide, package: &str) -> String {
        match self {
            Self::NoRate(code) => format!("tax code {:?} ({}) has no rate for {}", code.code, code.name, side.label()),
            Self::MappedToNothing { term, code } => {
                format!("tax term {term:?} is mapped to {code:?}, which {package} does not have in use")
            }
            Self::NotMapped(term) => format!("tax term {term:?} is not mapped to a tax code of {package}"),
            Self::DefaultGone(code) => format!("the default tax code {code:?} is not in use in {package}"),
            Self::NoDefault => "no tax is named and the settings have no default".to_owned(),
        }
    }
}

/// Refuses a tax code that may not stand beside an account.
pub(super) fn fits(
    tax: Tax<'_>,
    class: Option<AccountClass>,
    account: &str,
    path: &str,
    trade: &Trade<'_>,
) -> Result<(), Parked> {
    let code = tax.code;
    if code.may_stand_beside(class) {
        return Ok(());
    }
    let complaint = format!("tax code {:?} ({}) may not stand beside account {account:?}", code.code, code.name);
    let reason = format!("{} {:?}: {complaint}", trade.kind, trade.number);
    Err(Parked::new(Code::TaxUnmapped, reason).with_issues([Issue::new(path, complaint)]))
}
