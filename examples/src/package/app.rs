//! An app at a package, and the organisation that it is connected to.

use std::sync::Arc;

use factory_accounting::clock::Clock;
use factory_accounting::http::{AppPacer, Authorisation, Limits, Transport};
use factory_accounting::ids::{ConnectionId, WorkerId};
use factory_accounting::model::Invoice;
use factory_accounting::myob::{MyobAuthoriser, MyobConfig, MyobProvider};
use factory_accounting::provider::{AccountingProvider, CatalogueEntry};
use factory_accounting::qbo::{QboAuthoriser, QboConfig, QboProvider};
use factory_accounting::settings::Settings;
use factory_accounting::sqlite::SqliteStore;
use factory_accounting::xero::{XeroAuthoriser, XeroConfig, XeroProvider};
use url::Url;

use super::{Package, SetUp, myob, qbo, xero};

/// What an app is configured with.
#[derive(Clone, Debug)]
pub enum App {
    /// At Xero.
    Xero(XeroConfig),
    /// At Intuit.
    Qbo(QboConfig),
    /// At MYOB.
    Myob(Box<MyobConfig>),
}

/// What a provider or a sign-in is made of besides.
#[derive(Clone, Debug)]
pub struct Seams {
    /// The network.
    pub transport: Arc<dyn Transport>,
    /// Where the tokens are.
    pub store: Arc<SqliteStore>,
    /// The connection.
    pub connection: ConnectionId,
    /// The process.
    pub worker: WorkerId,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The app's limits, shared by whoever calls for it in this process.
    pub pacer: AppPacer,
}

impl App {
    /// The package.
    #[must_use]
    pub fn package(&self) -> Package {
        match self {
            Self::Xero(_) => Package::Xero,
            Self::Qbo(_) => Package::Qbo,
            Self::Myob(_) => Package::Myob,
        }
    }

    /// The limits that the app has there.
    #[must_use]
    pub fn limits(&self) -> Limits {
        match self {
            Self::Xero(config) => factory_accounting::xero::limits(config),
            Self::Qbo(config) => factory_accounting::qbo::limits(config),
            Self::Myob(config) => factory_accounting::myob::limits(config),
        }
    }

    /// Where the person's browser comes back to.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        match self {
            Self::Xero(config) => &config.redirect_uri,
            Self::Qbo(config) => &config.redirect_uri,
            Self::Myob(config) => &config.redirect_uri,
        }
    }

    /// Connected to an organisation.
    #[must_use]
    pub fn with_organisation(self, id: &str) -> Self {
        match self {
            Self::Xero(config) => Self::Xero(config.with_tenant(id)),
            Self::Qbo(config) => Self::Qbo(config.with_realm(id)),
            Self::Myob(config) => Self::Myob(Box::new(config.with_file(id))),
        }
    }

    /// With a trait of the organisation that the provider has to know beforehand, as [`App::trait_of`] gave it.
    ///
    /// # Errors
    /// It is none that the package has.
    pub fn with_trait(self, name: &str) -> anyhow::Result<Self> {
        match self {
            Self::Qbo(config) => qbo::with_region(config, name).map(Self::Qbo),
            Self::Xero(_) | Self::Myob(_) => {
                anyhow::bail!("a connection to {} has no trait {name:?}: run connect again", self.package().title())
            }
        }
    }

    /// What of the organisation the provider has to know beforehand, to be kept with the connection.
    #[must_use]
    pub fn trait_of(&self) -> Option<&'static str> {
        match self {
            Self::Xero(_) | Self::Myob(_) => None,
            Self::Qbo(config) => Some(qbo::region_name(config)),
        }
    }

    /// As it is to be made a provider of, once the connection is signed in: with what the organisation itself says that it
    /// offers and asks for. Asked anew by each run, because people change it.
    ///
    /// # Errors
    /// The organisation could not be asked.
    pub async fn prepared(self, seams: Seams) -> anyhow::Result<Self> {
        match self {
            Self::Myob(config) => myob::discovered(*config, &seams).await.map(Box::new).map(Self::Myob),
            Self::Xero(_) | Self::Qbo(_) => Ok(self),
        }
    }

    /// What a person has to see to in the package, and whether it is done; empty where nothing is to be seen to.
    #[must_use]
    pub fn set_up(&self) -> Vec<SetUp> {
        match self {
            Self::Myob(config) => myob::set_up(config),
            Self::Xero(_) | Self::Qbo(_) => Vec::new(),
        }
    }

    /// Without limits on this side: for measuring what work costs.
    #[must_use]
    pub fn unpaced(self) -> Self {
        match self {
            Self::Xero(_) => self,
            Self::Qbo(config) => Self::Qbo(qbo::unpaced(config)),
            Self::Myob(config) => Self::Myob(Box::new(myob::unpaced(*config))),
        }
    }

    /// The provider.
    ///
    /// # Errors
    /// The configuration is not one that a provider can be made from.
    pub fn provider(&self, seams: Seams) -> anyhow::Result<Arc<dyn AccountingProvider>> {
        let Seams { transport, store, connection, worker, clock, pacer } = seams;
        Ok(match self {
            Self::Xero(config) => {
                Arc::new(XeroProvider::new(config.clone(), transport, store, connection, worker, clock, &pacer)?)
            }
            Self::Qbo(config) => {
                Arc::new(QboProvider::new(config.clone(), transport, store, connection, worker, clock, &pacer)?)
            }
            Self::Myob(config) => {
                let config = config.as_ref().clone();
                Arc::new(MyobProvider::new(config, transport, store, connection, worker, clock, &pacer)?)
            }
        })
    }

    /// Leads a person through signing in.
    ///
    /// # Errors
    /// The configuration is not one that a sign-in can be begun with.
    pub fn authoriser(&self, seams: Seams) -> anyhow::Result<Authoriser> {
        let Seams { transport, store, connection, worker, clock, .. } = seams.clone();
        let of = match self {
            Self::Xero(config) => {
                Of::Xero(XeroAuthoriser::new(config.clone(), transport, store, connection, worker, clock)?)
            }
            Self::Qbo(config) => {
                Of::Qbo(QboAuthoriser::new(config.clone(), transport, store, connection, worker, clock)?)
            }
            Self::Myob(config) => {
                let config = config.as_ref().clone();
                Of::Myob(MyobAuthoriser::new(config, transport, store, connection, worker, clock)?)
            }
        };
        Ok(Authoriser { of, seams })
    }

    /// How a loop that keeps nothing would post the same invoices; `accounts` is the organisation's chart.
    ///
    /// # Errors
    /// The app is not connected to an organisation.
    pub fn by_hand(&self, bearer: String, settings: &Settings, accounts: &[CatalogueEntry]) -> anyhow::Result<ByHand> {
        match self {
            Self::Xero(config) => xero::by_hand(config, bearer),
            Self::Qbo(config) => qbo::by_hand(config, bearer, settings),
            Self::Myob(config) => myob::by_hand(config, bearer, settings, accounts),
        }
    }
}

/// Leads a person through signing in.
#[derive(Clone, Debug)]
pub struct Authoriser {
    of: Of,
    seams: Seams,
}

#[derive(Clone, Debug)]
enum Of {
    Xero(XeroAuthoriser),
    Qbo(QboAuthoriser),
    Myob(MyobAuthoriser),
}

/// An organisation that a sign-in reaches.
#[derive(Clone, Debug)]
pub struct Reached {
    /// The package's id of it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The app, connected to it.
    pub app: App,
}

impl Authoriser {
    /// Begins: the page to open, and what to keep until the browser comes back.
    #[must_use]
    pub fn begin(&self) -> Authorisation {
        match &self.of {
            Of::Xero(authoriser) => authoriser.begin(),
            Of::Qbo(authoriser) => authoriser.begin(),
            Of::Myob(authoriser) => authoriser.begin(),
        }
    }

    /// Ends the sign-in with the address that the browser came back with.
    ///
    /// # Errors
    /// The person refused, or chose another organisation than the connection's.
    pub async fn finish(&self, begun: &Authorisation, back: &Url) -> anyhow::Result<Vec<Reached>> {
        match &self.of {
            Of::Xero(authoriser) => {
                let tenants = authoriser.finish(begun, back.as_str()).await?;
                // One that is pinned to another organisation stays with its own (R55).
                let chosen = tenants.iter().filter_map(|tenant| Some((tenant, authoriser.choose(tenant).ok()?)));
                let reached = chosen.map(|(tenant, config)| Reached {
                    id: tenant.id.to_string(),
                    name: tenant.name.clone(),
                    app: App::Xero(config),
                });
                Ok(reached.collect())
            }
            Of::Qbo(authoriser) => {
                let config = authoriser.finish(begun, back.as_str()).await?;
                qbo::reached(config, &self.seams).await.map(|reached| vec![reached])
            }
            Of::Myob(authoriser) => {
                let config = authoriser.finish(begun, back.as_str()).await?;
                myob::reached(config, &self.seams).await.map(|reached| vec![reached])
            }
        }
    }
}

/// Makes the body of a batch: each invoice with the package's id of its customer, and the words that lines name.
pub type BodyOf = fn(&[(Invoice, String)], &[String]) -> String;

/// A loop that posts invoices in the same batches and keeps nothing, to measure beside.
#[derive(Clone, Debug)]
pub struct ByHand {
    /// Method of the request.
    pub method: &'static str,
    /// Where to.
    pub url: Url,
    /// Headers beyond those of any JSON request.
    pub headers: Vec<(&'static str, String)>,
    /// Invoices in one request.
    pub batch: usize,
    /// Items and the like that lines name.
    pub words: Vec<String>,
    /// Makes the body of a batch.
    pub body: BodyOf,
    /// How many of a batch were taken, by the answer.
    pub taken: fn(&[u8]) -> usize,
}
