//! Tax rates (xero.md 4.4, 9.8).

use super::errors::{Findings, Refusal};
use super::filter::{Field, Filtered, Value};
use super::shelf::{Key, Shelved};
use super::wire_in::{self, Object};
use super::wire_out::Writer;
use super::{Answer, Books, Context, Verb, Written, respond};
use crate::xero::call::Call;
use chrono::{DateTime, Utc};
use http::Method;
use rust_decimal::Decimal;
use uuid::Uuid;

#[derive(Clone, Debug)]
pub(super) struct Component {
    pub(super) name: String,
    /// Per cent, four places.
    pub(super) rate: Decimal,
    pub(super) compound: bool,
    pub(super) non_recoverable: bool,
}

#[derive(Clone, Debug)]
pub(super) struct TaxRate {
    /// Not on the wire: rates are known by their TaxType.
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) tax_type: String,
    pub(super) report: String,
    /// ACTIVE, DELETED, ARCHIVED or PENDING.
    pub(super) status: &'static str,
    pub(super) components: Vec<Component>,
    /// Account classes that the rate may be used with.
    pub(super) classes: Vec<&'static str>,
    pub(super) system: bool,
    pub(super) updated: DateTime<Utc>,
}

impl TaxRate {
    /// The sum of the components; a compound one is applied on the amount and the earlier tax (xero.md 9.8).
    pub(super) fn effective(&self) -> Decimal {
        let (compound, plain): (Vec<_>, Vec<_>) = self.components.iter().partition(|component| component.compound);
        let base = plain.iter().map(|component| component.rate);
        let hundred = Decimal::ONE_HUNDRED;
        // A refused rate is echoed whatever it holds, so what no decimal can hold stands at the largest.
        let base = base.fold(Decimal::ZERO, Decimal::saturating_add);
        let total = compound.iter().fold(base, |sum, component| {
            let over = hundred.saturating_add(sum).saturating_mul(component.rate) / hundred;
            sum.saturating_add(over)
        });
        total.round_dp(4)
    }
}

pub(super) const CLASSES: [(&str, &str); 5] = [
    ("CanApplyToAssets", "ASSET"),
    ("CanApplyToEquity", "EQUITY"),
    ("CanApplyToExpenses", "EXPENSE"),
    ("CanApplyToLiabilities", "LIABILITY"),
    ("CanApplyToRevenue", "REVENUE"),
];

impl Shelved for TaxRate {
    fn id(&self) -> Uuid {
        self.id
    }

    fn keys(&self) -> Vec<(Key, String)> {
        vec![(Key::Number, self.tax_type.to_lowercase()), (Key::Name, self.name.to_lowercase())]
    }
}

impl Filtered for TaxRate {
    const NAME: &'static str = "TaxRate";

    fn field(path: &str) -> Option<Field<Self>> {
        Some(match path {
            "name" => Field::of(|_, row: &TaxRate| Value::text(&row.name)),
            "taxtype" => Field::of(|_, row: &TaxRate| Value::text(&row.tax_type)),
            "status" => Field::of(|_, row: &TaxRate| Value::text(row.status)),
            "effectiverate" | "displaytaxrate" => Field::of(|_, row: &TaxRate| Value::Number(row.effective())),
            "canapplytoassets" => Field::of(|_, row: &TaxRate| Value::Flag(row.classes.contains(&"ASSET"))),
            "canapplytoequity" => Field::of(|_, row: &TaxRate| Value::Flag(row.classes.contains(&"EQUITY"))),
            "canapplytoexpenses" => Field::of(|_, row: &TaxRate| Value::Flag(row.classes.contains(&"EXPENSE"))),
            "canapplytoliabilities" => Field::of(|_, row: &TaxRate| Value::Flag(row.classes.contains(&"LIABILITY"))),
            "canapplytorevenue" => Field::of(|_, row: &TaxRate| Value::Flag(row.classes.contains(&"REVENUE"))),
            _ => return None,
        })
    }

    fn updated(&self) -> DateTime<Utc> {
        self.updated
    }
}

impl Books {
    pub(super) fn active_tax(&self, tax_type: &str) -> Option<&TaxRate> {
        self.tax_rates.find(Key::Number, tax_type).find(|rate| rate.status == "ACTIVE")
    }

    /// Whether an active rate may be used with an account of a class.
    pub(super) fn tax_fits(&self, tax_type: &str, class: &str) -> bool {
        self.active_tax(tax_type).is_some_and(|rate| rate.classes.contains(&class))
    }

    pub(super) fn tax_rates_call(&mut self, call: &Call<'_>, rest: &[String], ctx: &Context<'_>) -> Answer {
        match (call.method, rest) {
            (&Method::GET, [] | [_]) => {
                let wanted = rest.first();
                let rows = self.select(call, self.tax_rates.iter(), |rate| {
                    wanted.is_none_or(|wanted| rate.tax_type.eq_ignore_ascii_case(wanted))
                })?;
                if wanted.is_some() && rows.is_empty() {
                    return Err(Refusal::NotFound);
                }
                Ok(ctx.envelope(None, |out| out.list("TaxRates", rows, render)))
            }
            (&Method::PUT, []) => self.save_tax_rates(call, Verb::Put, ctx),
            (&Method::POST, []) => self.save_tax_rates(call, Verb::Post, ctx),
            (_, [] | [_]) => Err(Refusal::MethodNotAllowed),
            _ => Err(Refusal::NotFound),
        }
    }

    fn save_tax_rates(&mut self, call: &Call<'_>, verb: Verb, ctx: &Context<'_>) -> Answer {
        let inputs = wire_in::elements(call.body, "TaxRates", "TaxRate")?
            .iter()
            .map(TaxInput::read)
            .collect::<Result<Vec<_>, _>>()?;
        self.respond_batch(
            call,
            "TaxRates",
            false,
            ctx,
            &inputs,
            |books, input| books.write_tax_rate(input, verb, ctx),
            |_, out, rate, findings, every| {
                render(out, rate);
                respond::verdict(out, findings, every);
            },
        )
    }

    fn write_tax_rate(&mut self, input: &TaxInput, verb: Verb, ctx: &Context<'_>) -> Written<TaxRate> {
        let mut findings = Findings::default();
        let sent_type = input.tax_type.as_deref().filter(|text| !text.is_empty());
        let existing = match (verb, sent_type) {
            (Verb::Post, Some(tax_type)) => self.tax_rates.find(Key::Number, tax_type).next().cloned(),
            (Verb::Post, None) => {
                self.tax_rates.find(Key::Name, &input.name).find(|rate| rate.status == "ACTIVE").cloned()
            }
            (Verb::Put, _) => None,
        };
        let mut rate = existing.clone().unwrap_or_else(|| TaxRate {
            id: Uuid::nil(),
            name: String::new(),
            tax_type: String::new(),
            report: "OUTPUT".to_owned(),
            status: "ACTIVE",
            components: Vec::new(),
            classes: CLASSES.map(|(_, class)| class).to_vec(),
            system: false,
            updated: ctx.now,
        });
        if !input.name.is_empty() {
            rate.name.clone_from(&input.name);
        }
        if let Some(components) = &input.components {
            rate.components.clone_from(components);
        }
        if let Some(report) = &input.report {
            rate.report.clone_from(report);
        }
        match input.status.as_deref().map(str::to_uppercase).as_deref() {
            None | Some("" | "ACTIVE") => {}
            Some("DELETED") => rate.status = "DELETED",
            Some("ARCHIVED") => rate.status = "ARCHIVED",
            Some(other) => findings.error(format!("Tax rate status '{other}' is not valid.")), // [impl]
        }
        self.check_tax_rate(&rate, existing.as_ref(), &mut findings);
        if findings.is_clean() {
            if existing.is_none() {
                rate.id = self.ids.next();
                self.custom_rates += 1;
                rate.tax_type = format!("TAX{:03}", self.custom_rates);
            }
            rate.updated = ctx.now;
            self.tax_rates.put(rate.clone());
        }
        Written { row: rate, findings }
    }

    fn check_tax_rate(&self, rate: &TaxRate, existing: Option<&TaxRate>, findings: &mut Findings) {
        if existing.is_some_and(|before| before.system) {
            findings.error("System tax rates cannot be changed."); // [impl]
        }
        if rate.name.is_empty() {
            findings.error("The Name field is required."); // [impl]
        }
        if rate.components.is_empty() {
            findings.error("A tax rate needs at least one tax component."); // [impl]
        }
        let hundred = Decimal::ONE_HUNDRED;
        if rate.components.iter().any(|part| part.rate < Decimal::ZERO || part.rate > hundred) {
            findings.error("A tax component's rate must be between 0 and 100."); // [impl]
        }
        let twin =
            self.tax_rates.find(Key::Name, &rate.name).any(|other| other.id != rate.id && other.status == "ACTIVE");
        if twin {
            findings.error(super::errors::NAME_NOT_UNIQUE);
        }
    }
}

struct TaxInput {
    name: String,
    tax_type: Option<String>,
    status: Option<String>,
    report: Option<String>,
    components: Option<Vec<Component>>,
}

impl TaxInput {
    fn read(object: &Object<'_>) -> Result<Self, Refusal> {
        let components = match object.list("TaxComponents")? {
            None => None,
            Some(list) => Some(
                list.iter()
                    .map(|part| {
                        Ok(Component {
                            name: part.text("Name")?.unwrap_or_default(),
                            rate: part.decimal("Rate")?.unwrap_or_default().round_dp(4),
                            compound: part.boolean("IsCompound")?.unwrap_or_default(),
                            non_recoverable: part.boolean("IsNonRecoverable")?.unwrap_or_default(),
                        })
                    })
                    .collect::<Result<Vec<_>, Refusal>>()?,
            ),
        };
        Ok(Self {
            name: object.text("Name")?.unwrap_or_default(),
            tax_type: object.text("TaxType")?,
            status: object.text("Status")?,
            report: object.text("ReportTaxType")?,
            components,
        })
    }
}

fn render(out: &mut Writer, rate: &TaxRate) {
    out.text("Name", &rate.name);
    out.text("TaxType", &rate.tax_type);
    out.text("ReportTaxType", &rate.report);
    for (member, class) in CLASSES {
        out.flag(member, rate.classes.contains(&class));
    }
    out.decimal("DisplayTaxRate", rate.effective());
    out.decimal("EffectiveRate", rate.effective());
    out.text("Status", rate.status);
    out.list("TaxComponents", &rate.components, |out, part| {
        out.text("Name", &part.name);
        out.decimal("Rate", part.rate);
        out.flag("IsCompound", part.compound);
        out.flag("IsNonRecoverable", part.non_recoverable);
    });
}
