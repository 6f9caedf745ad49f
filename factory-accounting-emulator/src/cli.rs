//! The program's arguments.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Parser, ValueEnum};
use factory_accounting_emulator::ClockMode;
use factory_accounting_emulator::myob::{Country as FileCountry, FileConfig, MyobConfig};
use factory_accounting_emulator::qbo::{CompanyConfig, Country, QboConfig};
use factory_accounting_emulator::xero::XeroConfig;
use serde::de::DeserializeOwned;

/// An accounting package's servers as stateful books, for tests of any client.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Cli {
    /// Which package to emulate.
    #[arg(long, value_enum, default_value_t = PackageName::Xero)]
    pub(crate) package: PackageName,
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
    /// Allow an address that other machines can reach: there is no authentication worth the name.
    #[arg(long)]
    allow_remote: bool,
    /// A company of this country, in place of the configured ones; repeat it for several (QuickBooks Online: au, us,
    /// uk, ca; MYOB: au, nz).
    #[arg(long, value_enum)]
    country: Vec<CountryName>,
    /// JSON file with the whole configuration; the other options change it.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Derives every id, token and chance.
    #[arg(long)]
    seed: Option<u64>,
    /// Time moves only by POST /_emulator/clock, from 2026-01-01T00:00:00Z on.
    #[arg(long)]
    manual_clock: bool,
    /// Refuse no call for its number.
    #[arg(long)]
    no_limits: bool,
    /// The consent page answers itself, for every organisation.
    #[arg(long)]
    auto_consent: bool,
}

/// The packages that can be emulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PackageName {
    /// Xero.
    Xero,
    /// QuickBooks Online.
    Qbo,
    /// MYOB Business and AccountRight.
    Myob,
}

/// The countries of companies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CountryName {
    /// Australia.
    Au,
    /// The United States.
    Us,
    /// The United Kingdom.
    #[value(alias = "gb")]
    Uk,
    /// Canada.
    Ca,
    /// New Zealand.
    Nz,
}

impl CountryName {
    fn company(self) -> Result<CompanyConfig, String> {
        let country = match self {
            Self::Au => Country::Au,
            Self::Us => Country::Us,
            Self::Uk => Country::Gb,
            Self::Ca => Country::Ca,
            Self::Nz => {
                return Err("--country nz is for --package myob; QuickBooks Online takes au, us, uk and ca".into());
            }
        };
        Ok(CompanyConfig { country, realm: None })
    }

    fn file(self) -> Result<FileConfig, String> {
        match self {
            Self::Au => Ok(FileConfig::of(FileCountry::Au)),
            Self::Nz => Ok(FileConfig::of(FileCountry::Nz)),
            Self::Us | Self::Uk | Self::Ca => Err("--country: MYOB files are of au or nz".into()),
        }
    }
}

/// What the options change in a configuration of any package.
struct Common<'a> {
    seed: &'a mut u64,
    clock: &'a mut ClockMode,
    limited: &'a mut bool,
    auto_consent: &'a mut bool,
}

impl Cli {
    /// Refuses an address that other machines can reach, unless that is allowed.
    pub(crate) fn check_listen(&self) -> Result<(), String> {
        if self.allow_remote || self.listen.ip().is_loopback() {
            return Ok(());
        }
        Err(format!("{} is no loopback address; add --allow-remote to listen there all the same", self.listen))
    }

    /// The configuration that file and options make.
    pub(crate) fn xero_config(&self) -> Result<XeroConfig, String> {
        if !self.country.is_empty() {
            return Err(
                "--country is for --package qbo and myob; a Xero emulator takes its tenants from --config".into()
            );
        }
        let mut config: XeroConfig = self.file()?;
        self.overlay(Common {
            seed: &mut config.seed,
            clock: &mut config.clock,
            limited: &mut config.limits.enforced,
            auto_consent: &mut config.auto_consent,
        });
        config.check()?;
        Ok(config)
    }

    /// The same for QuickBooks Online.
    pub(crate) fn qbo_config(&self) -> Result<QboConfig, String> {
        let mut config: QboConfig = self.file()?;
        if !self.country.is_empty() {
            config.companies = self.country.iter().map(|country| country.company()).collect::<Result<_, _>>()?;
        }
        self.overlay(Common {
            seed: &mut config.seed,
            clock: &mut config.clock,
            limited: &mut config.limits.enforced,
            auto_consent: &mut config.auto_consent,
        });
        config.check()?;
        Ok(config)
    }

    /// The same for MYOB.
    pub(crate) fn myob_config(&self) -> Result<MyobConfig, String> {
        let mut config: MyobConfig = self.file()?;
        if !self.country.is_empty() {
            config.files = self.country.iter().map(|country| country.file()).collect::<Result<_, _>>()?;
        }
        self.overlay(Common {
            seed: &mut config.seed,
            clock: &mut config.clock,
            limited: &mut config.limits.enforced,
            auto_consent: &mut config.auto_consent,
        });
        config.check()?;
        Ok(config)
    }

    /// Changes what every package's configuration has.
    fn overlay(&self, common: Common<'_>) {
        if let Some(seed) = self.seed {
            *common.seed = seed;
        }
        if self.manual_clock {
            *common.clock = ClockMode::Manual(manual_start());
        }
        if self.no_limits {
            *common.limited = false;
        }
        *common.auto_consent |= self.auto_consent;
    }

    /// The configuration file, or the defaults where none is named.
    fn file<T: Default + DeserializeOwned>(&self) -> Result<T, String> {
        let Some(path) = &self.config else { return Ok(T::default()) };
        let at = path.display();
        let text = fs::read(path).map_err(|fault| format!("cannot read {at}: {fault}"))?;
        serde_json::from_slice(&text).map_err(|fault| format!("cannot read {at}: {fault}"))
    }
}

fn manual_start() -> DateTime<Utc> {
    // 2026-01-01T00:00:00Z, which every calendar holds.
    DateTime::from_timestamp(1_767_225_600, 0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cli(arguments: &[&str]) -> Cli {
        Cli::try_parse_from(["emulator"].iter().chain(arguments)).expect("arguments")
    }

    #[test]
    fn only_loopback_is_listened_on_unless_allowed() {
        assert!(cli(&[]).check_listen().is_ok());
        assert!(cli(&["--listen", "[::1]:0"]).check_listen().is_ok());
        assert!(cli(&["--listen", "0.0.0.0:0"]).check_listen().unwrap_err().contains("--allow-remote"));
        assert!(cli(&["--listen", "0.0.0.0:0", "--allow-remote"]).check_listen().is_ok());
    }

    #[test]
    fn options_change_the_configuration() {
        let config =
            cli(&["--seed", "7", "--manual-clock", "--no-limits", "--auto-consent"]).xero_config().expect("a config");
        assert_eq!((config.seed, config.limits.enforced, config.auto_consent), (7, false, true));
        let ClockMode::Manual(start) = config.clock else { panic!("manual") };
        assert_eq!(start.to_rfc3339(), "2026-01-01T00:00:00+00:00");
    }

    #[test]
    fn companies_are_chosen_by_country() {
        let config = cli(&["--package", "qbo", "--country", "us", "--country", "gb"]).qbo_config().expect("a config");
        let countries: Vec<Country> = config.companies.iter().map(|company| company.country).collect();
        assert_eq!(countries, [Country::Us, Country::Gb]);
        assert!(cli(&["--country", "uk"]).xero_config().unwrap_err().contains("--package qbo"));
        assert!(cli(&["--country", "nz"]).qbo_config().unwrap_err().contains("--package myob"));
    }

    #[test]
    fn company_files_are_of_australia_or_new_zealand() {
        let config = cli(&["--package", "myob", "--country", "nz", "--country", "au"]).myob_config().expect("a config");
        let countries: Vec<FileCountry> = config.files.iter().map(|file| file.country).collect();
        assert_eq!(countries, [FileCountry::Nz, FileCountry::Au]);
        assert!(cli(&["--country", "us"]).myob_config().unwrap_err().contains("au or nz"));
    }

    #[test]
    fn a_missing_configuration_file_is_named() {
        let problem = cli(&["--config", "no-such-file.json"]).xero_config().unwrap_err();
        assert!(problem.contains("no-such-file.json"), "{problem}");
    }
}
