//! The accounting packages that the programs work with. Each is known in its own module and nowhere else.

mod app;
mod emulated;
mod myob;
mod qbo;
mod xero;

use std::fmt;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use factory_accounting::ids::RemoteId;
use factory_accounting::model::{Record, RecordKind};
use factory_accounting::settings::Settings;
use factory_accounting_emulator::FaultRule;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

pub use app::{App, Authoriser, BodyOf, ByHand, Reached, Seams};
pub use emulated::Emulated;

use crate::books::Booked;
use crate::chaos::Seeded;
use crate::connection::Addresses;
use crate::control::Control;
use crate::country::Country;
use crate::tally::{Rates, Rounding};

/// An accounting package.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Package {
    /// Xero.
    #[default]
    Xero,
    /// QuickBooks Online.
    Qbo,
    /// MYOB Business.
    Myob,
}

impl Package {
    /// How people call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Xero => "Xero",
            Self::Qbo => "QuickBooks Online",
            Self::Myob => "MYOB Business",
        }
    }

    /// Whether its gateway is to be spoken to over HTTP/1.1 alone (myob.md 1.4).
    #[must_use]
    pub fn wants_http1(self) -> bool {
        self == Self::Myob
    }

    /// Whether an order is cut down for each part of it that is billed, until the last takes it over.
    #[must_use]
    pub fn cuts_orders_down(self) -> bool {
        self == Self::Myob
    }

    /// A variable of the environment that is about it: `FA_XERO_CLIENT_ID`.
    #[must_use]
    pub fn variable(self, what: &str) -> String {
        format!("FA_{}_{what}", self.to_string().to_uppercase())
    }

    /// The secret of an app, where the package gives one to each.
    fn secret(self, given: Option<SecretString>) -> anyhow::Result<SecretString> {
        let (title, variable) = (self.title(), self.variable("CLIENT_SECRET"));
        given.with_context(|| format!("{title} gives every app a secret: set {variable} or give --client-secret-file"))
    }

    /// An app at it, before it is connected to an organisation.
    ///
    /// # Errors
    /// The package needs what was not given, or has no such address.
    pub fn app(
        self,
        client_id: &str,
        redirect_uri: &Url,
        secret: Option<SecretString>,
        addresses: &Addresses,
    ) -> anyhow::Result<App> {
        match self {
            Self::Xero => Ok(App::Xero(xero::app(client_id, redirect_uri, secret, addresses))),
            Self::Qbo => Ok(App::Qbo(qbo::app(client_id, redirect_uri, secret, addresses)?)),
            Self::Myob => Ok(App::Myob(Box::new(myob::app(client_id, redirect_uri, secret, addresses)?))),
        }
    }

    /// The app that a card of its emulator names, connected to the first organisation, at the emulator's address.
    ///
    /// # Errors
    /// It is no card of this package.
    pub fn app_of_card(self, card: &Value, host: &Url) -> anyhow::Result<App> {
        match self {
            Self::Xero => xero::app_of_card(card, host).map(App::Xero),
            Self::Qbo => qbo::app_of_card(card, host).map(App::Qbo),
            Self::Myob => myob::app_of_card(card, host).map(Box::new).map(App::Myob),
        }
    }

    /// Everything in a ledger of its emulator that counts, sorted. Where the books do not tell one kind from another, `known`
    /// says what the host calls a record.
    #[must_use]
    pub fn booked(self, ledger: &Value, known: &dyn Fn(&RemoteId) -> Option<RecordKind>) -> Vec<Booked> {
        let mut books = match self {
            Self::Xero => xero::booked(ledger),
            Self::Qbo => qbo::booked(ledger, known),
            Self::Myob => myob::booked(ledger),
        };
        books.sort();
        books
    }

    /// Faults of its servers for one run, each kind a few times, at calls that the seed picks.
    #[must_use]
    pub fn faults(self, seeded: &mut Seeded) -> Vec<FaultRule> {
        match self {
            Self::Xero => xero::faults(seeded),
            Self::Qbo => qbo::faults(seeded),
            Self::Myob => myob::faults(seeded),
        }
    }
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Xero => "xero",
            Self::Qbo => "qbo",
            Self::Myob => "myob",
        })
    }
}

/// Something that a person has to see to in the package before records can be sent there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetUp {
    /// What.
    pub title: String,
    /// Why, and where in the package.
    pub how: String,
    /// Whether it is done; `None` where the package does not show it.
    pub done: Option<bool>,
}

/// A package, and the country of the company that keeps its books there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The package.
    pub package: Package,
    /// The country.
    pub country: Country,
}

impl Place {
    /// Gives the emulated company what such a workshop's books hold before anything is connected: accounts under the
    /// workshop's own numbers, and whatever the package wants named on lines.
    ///
    /// # Errors
    /// The emulator could not be reached.
    pub async fn furnish(self, control: &Control) -> anyhow::Result<()> {
        match self.package {
            Package::Xero => Ok(()),
            Package::Qbo => qbo::furnish(control).await,
            Package::Myob => myob::furnish(control).await,
        }
    }

    /// What a person does who enters one customer more into books, with an address, a phone and somebody to talk to.
    ///
    /// # Errors
    /// The books lack what the package wants said of a customer.
    pub fn newcomer(self, who: &Acquaintance, ledger: &Value) -> anyhow::Result<Value> {
        match self.package {
            Package::Xero => Ok(xero::newcomer(who)),
            Package::Qbo => Ok(qbo::newcomer(who)),
            Package::Myob => myob::newcomer(who, ledger),
        }
    }

    /// Enters a customer at the package's own screens, as its bookkeeper did before anything was connected.
    ///
    /// # Errors
    /// The emulator could not be reached.
    pub async fn enter(self, control: &Control, who: &Acquaintance) -> anyhow::Result<()> {
        let action = self.newcomer(who, &control.ledger().await?)?;
        control.act(&action).await.map(drop)
    }

    /// What the workshop's bookkeeper has done since: June is closed, and nobody books advertising any more.
    ///
    /// # Errors
    /// The emulator could not be reached.
    pub async fn close_june(self, control: &Control) -> anyhow::Result<()> {
        match self.package {
            Package::Xero => xero::close_june(control).await,
            Package::Qbo => qbo::close_june(control).await,
            Package::Myob => myob::close_june(control).await,
        }
    }

    /// What the workshop's terms for tax stand for, and where it rounds. Prices that contain tax are rounded line by line.
    #[must_use]
    pub fn rates(self) -> Rates {
        let rates = self.country.rates();
        if self.package == Package::Myob { rates.rounded(Rounding::Line) } else { rates }
    }

    /// The number that the package's chart has for an account of the order book.
    #[must_use]
    pub fn account(self, number: &str) -> &str {
        if self.package == Package::Myob { myob::account(number) } else { number }
    }

    /// A record as the workshop would have kept it with this package: accounts under the numbers that its chart has.
    #[must_use]
    pub fn renumbered(self, record: Record) -> Record {
        if self.package == Package::Myob { myob::renumbered(record) } else { record }
    }

    /// The workshop's settings, as a person has chosen them from the package's lists.
    ///
    /// # Errors
    /// Somebody has edited the shipped file into something else.
    pub fn settings(self) -> anyhow::Result<Settings> {
        let (name, text) = match self.package {
            Package::Xero => ("settings.json", include_str!("../../data/settings.json")),
            Package::Qbo => qbo::settings_file(self.country),
            Package::Myob => myob::settings_file(self.country),
        };
        serde_json::from_str(text).map_err(|error| anyhow::anyhow!("examples/data/{name} holds no settings: {error}"))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.package, self.country)
    }
}

/// Which package, and where.
#[derive(Clone, Copy, Debug, Args)]
pub struct Choice {
    /// The accounting package.
    #[arg(long, value_enum, default_value_t)]
    pub package: Package,
    /// Country of the emulated company; the package's usual one where absent: New Zealand for xero, Australia for the others.
    #[arg(long, value_enum)]
    pub country: Option<Country>,
}

impl Choice {
    /// The package with a country in which it is emulated.
    ///
    /// # Errors
    /// It is not emulated there.
    pub fn place(self) -> anyhow::Result<Place> {
        let offered: &[Country] = match self.package {
            Package::Xero => &[Country::Nz],
            Package::Qbo => &[Country::Au, Country::Us, Country::Uk],
            Package::Myob => &[Country::Au, Country::Nz],
        };
        let country = self.country.unwrap_or(offered[0]);
        if !offered.contains(&country) {
            let names: Vec<String> = offered.iter().map(ToString::to_string).collect();
            anyhow::bail!(
                "there is no emulated {} company in {country}: give --country {}",
                self.package.title(),
                names.join(" or ")
            );
        }
        Ok(Place { package: self.package, country })
    }
}

/// A customer as a bookkeeper knows one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acquaintance {
    /// Name of the company.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Phone number.
    pub phone: String,
    /// Street and number.
    pub street: String,
}

/// A customer whose name shares its words with many.
#[must_use]
pub fn stranger(number: u64) -> Acquaintance {
    const FIRST: [&str; 11] =
        ["Hale", "Rimu", "Zeta", "Kauri", "Totara", "North", "South", "Green", "Stone", "River", "Élan"];
    const SECOND: [&str; 7] = ["Joinery", "Kitchens", "Cabinets", "Builders", "Doors", "Timber", "Homes"];
    let of = |words: &[&'static str], at: u64| words.get(at as usize % words.len()).copied().unwrap_or_default();
    let (first, second) = (of(&FIRST, number), of(&SECOND, number / 11));
    Acquaintance {
        name: format!("{first} {second} {number:06} Ltd"),
        email: format!("info{number}@{}.example", second.to_lowercase()),
        phone: format!("021 555 {number:06}"),
        street: format!("{number} Mill Road"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_that_a_package_is_not_emulated_in_is_refused_with_those_it_is() {
        let choice = |package, country| Choice { package, country };
        assert_eq!(choice(Package::Qbo, None).place().unwrap().to_string(), "qbo-au");
        assert_eq!(choice(Package::Xero, None).place().unwrap().to_string(), "xero-nz");
        assert_eq!(choice(Package::Myob, None).place().unwrap().to_string(), "myob-au");
        let told = choice(Package::Qbo, Some(Country::Nz)).place().unwrap_err().to_string();
        assert!(told.contains("QuickBooks Online") && told.contains("au or us or uk"), "{told}");
    }

    #[test]
    fn every_shipped_settings_file_holds_settings() {
        for (package, country) in [
            (Package::Xero, Country::Nz),
            (Package::Qbo, Country::Au),
            (Package::Qbo, Country::Us),
            (Package::Qbo, Country::Uk),
            (Package::Myob, Country::Au),
            (Package::Myob, Country::Nz),
        ] {
            let settings = Place { package, country }.settings().unwrap();
            let sales = if package == Package::Myob { "4-1000" } else { "200" };
            assert_eq!(settings.accounts.sales.as_deref(), Some(sales), "{package} {country}");
            assert_eq!(settings.accounts.purchases, None, "a bill without an account is one of the refused documents");
        }
    }
}
