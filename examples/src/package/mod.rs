//! The accounting packages that the programs work with. Each is known in its own module and nowhere else.

mod app;
mod emulated;
mod qbo;
mod xero;

use std::fmt;

use clap::{Args, ValueEnum};
use factory_accounting::ids::RemoteId;
use factory_accounting::model::RecordKind;
use factory_accounting::settings::Settings;
use factory_accounting_emulator::FaultRule;
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

/// An accounting package.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Package {
    /// Xero.
    #[default]
    Xero,
    /// QuickBooks Online.
    Qbo,
}

impl Package {
    /// How people call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Xero => "Xero",
            Self::Qbo => "QuickBooks Online",
        }
    }

    /// A variable of the environment that is about it: `FA_XERO_CLIENT_ID`.
    #[must_use]
    pub fn variable(self, what: &str) -> String {
        format!("FA_{}_{what}", self.to_string().to_uppercase())
    }

    /// An app at it, before it is connected to an organisation.
    ///
    /// # Errors
    /// The package needs what was not given, or has no such address.
    pub fn app(
        self,
        client_id: &str,
        redirect_uri: &Url,
        secret: Option<secrecy::SecretString>,
        addresses: &Addresses,
    ) -> anyhow::Result<App> {
        match self {
            Self::Xero => Ok(App::Xero(xero::app(client_id, redirect_uri, secret, addresses))),
            Self::Qbo => Ok(App::Qbo(qbo::app(client_id, redirect_uri, secret, addresses)?)),
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
        }
    }

    /// Everything in a ledger of its emulator that counts, sorted. Where the books do not tell one kind from another, `known`
    /// says what the host calls a record.
    #[must_use]
    pub fn booked(self, ledger: &Value, known: &dyn Fn(&RemoteId) -> Option<RecordKind>) -> Vec<Booked> {
        let mut books = match self {
            Self::Xero => xero::booked(ledger),
            Self::Qbo => qbo::booked(ledger, known),
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
        }
    }
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Xero => "xero",
            Self::Qbo => "qbo",
        })
    }
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
        }
    }

    /// What the workshop's bookkeeper has done since: June is closed, and nobody books advertising any more.
    ///
    /// # Errors
    /// The emulator could not be reached.
    pub async fn close_june(self, control: &Control) -> anyhow::Result<()> {
        match self.package {
            Package::Xero => xero::close_june(control).await,
            Package::Qbo => qbo::close_june(control).await,
        }
    }

    /// The workshop's settings, as a person has chosen them from the package's lists.
    ///
    /// # Errors
    /// Somebody has edited the shipped file into something else.
    pub fn settings(self) -> anyhow::Result<Settings> {
        let (name, text) = match self.package {
            Package::Xero => ("settings.json", include_str!("../../data/settings.json")),
            Package::Qbo => qbo::settings_file(self.country),
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
    /// Country of the emulated company; the package's usual one where absent: New Zealand for xero, Australia for qbo.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_that_a_package_is_not_emulated_in_is_refused_with_those_it_is() {
        let choice = |package, country| Choice { package, country };
        assert_eq!(choice(Package::Qbo, None).place().unwrap().to_string(), "qbo-au");
        assert_eq!(choice(Package::Xero, None).place().unwrap().to_string(), "xero-nz");
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
        ] {
            let settings = Place { package, country }.settings().unwrap();
            assert_eq!(settings.accounts.sales.as_deref(), Some("200"), "{package} {country}");
            assert_eq!(settings.accounts.purchases, None, "a bill without an account is one of the refused documents");
        }
    }
}
