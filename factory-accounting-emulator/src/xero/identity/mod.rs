//! Apps, consents, tokens and connections (xero.md 1).
//!
//! A connection ties an app, a user and an organisation together; every consent of a user to an app adds connections
//! and scopes to the earlier ones, and opens a grant with its own chain of refresh tokens. The user is whoever the
//! consent page was opened for (`login_hint`), one demo user unless a test says otherwise.

mod authorize;
mod discovery;
mod jwt;
mod page;
#[cfg(test)]
mod tests;
mod token;
mod token_set;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

pub(crate) use discovery::{configuration, keys};
pub(crate) use token::invalid_grant;
pub use token_set::TokenSet;

use crate::seeded::Seeded;
use crate::xero::config::AppConfig;
use crate::xero::switches::OldRefreshToken;

/// The user for whom the consent page opens when nobody says otherwise.
pub(crate) const DEMO_USER: &str = "demo@example.test";

const ACCESS_LIFE: Duration = Duration::minutes(30);
const CODE_LIFE: Duration = Duration::minutes(5);
const REFRESH_LIFE: Duration = Duration::days(60);
const ROTATION_GRACE: Duration = Duration::minutes(30);

/// Everything that login.xero.com and identity.xero.com know.
#[derive(Clone)]
pub(crate) struct Identity {
    apps: Vec<AppConfig>,
    codes: BTreeMap<String, Code>,
    grants: Vec<Grant>,
    refresh: BTreeMap<String, Refresh>,
    access: BTreeMap<String, Access>,
    connections: Vec<Connection>,
    chance: Seeded,
}

/// An authorization code on its way back to the app.
#[derive(Clone)]
struct Code {
    grant: usize,
    redirect_uri: String,
    challenge: Option<String>,
    issued_at: DateTime<Utc>,
    used: bool,
}

/// One consent.
#[derive(Clone)]
struct Grant {
    app: usize,
    user: Arc<str>,
    scopes: Arc<[String]>,
    event: Uuid,
    consented_at: DateTime<Utc>,
    revoked: bool,
}

/// One link in a grant's chain of refresh tokens.
#[derive(Clone)]
struct Refresh {
    grant: usize,
    issued_at: DateTime<Utc>,
    /// When it was first used, and what that answered.
    rotated: Option<(DateTime<Utc>, TokenSet)>,
}

#[derive(Clone)]
struct Access {
    caller: Caller,
    grant: Option<usize>,
    expires_at: DateTime<Utc>,
}

/// An organisation that a user connected to an app.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) id: Uuid,
    pub(crate) app: usize,
    pub(crate) user: Arc<str>,
    pub(crate) tenant: Uuid,
    pub(crate) event: Uuid,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}

/// Who a bearer token speaks for.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) app: usize,
    pub(crate) scopes: Arc<[String]>,
    reach: Reach,
}

#[derive(Clone, Debug)]
enum Reach {
    /// Every organisation that this user connected to the app.
    User(Arc<str>),
    /// The one organisation of a custom connection.
    Machine(Uuid),
}

/// Why a bearer token opens nothing.
#[derive(Clone, Debug)]
pub(crate) enum BearerFault {
    Missing,
    Unknown,
    Expired { app: usize, at: DateTime<Utc> },
}

impl Identity {
    pub(crate) fn new(seed: u64, apps: Vec<AppConfig>) -> Self {
        Self {
            apps,
            codes: BTreeMap::new(),
            grants: Vec::new(),
            refresh: BTreeMap::new(),
            access: BTreeMap::new(),
            connections: Vec::new(),
            chance: Seeded::new(seed, "identity"),
        }
    }

    pub(crate) fn app(&self, at: usize) -> Option<&AppConfig> {
        self.apps.get(at)
    }

    /// Records a user's consent: adds connections and scopes, and opens a grant.
    fn consent(&mut self, app: usize, user: &str, tenants: &[Uuid], scopes: &[String], now: DateTime<Utc>) -> usize {
        let event = self.chance.uuid();
        for &tenant in tenants {
            let known = self
                .connections
                .iter_mut()
                .find(|known| known.app == app && &*known.user == user && known.tenant == tenant);
            match known {
                Some(known) => {
                    known.event = event;
                    known.updated_at = now;
                }
                None => {
                    let id = self.chance.uuid();
                    let (created_at, updated_at) = (now, now);
                    self.connections.push(Connection {
                        id,
                        app,
                        user: user.into(),
                        tenant,
                        event,
                        created_at,
                        updated_at,
                    });
                }
            }
        }
        // Scopes only add up until everything is revoked (xero.md 1.1).
        let mut all: Vec<String> = scopes.to_vec();
        for grant in self.grants.iter().filter(|grant| grant.app == app && &*grant.user == user && !grant.revoked) {
            let more: Vec<String> = grant.scopes.iter().filter(|scope| !all.contains(scope)).cloned().collect();
            all.extend(more);
        }
        let (user, scopes) = (user.into(), all.into());
        self.grants.push(Grant { app, user, scopes, event, consented_at: now, revoked: false });
        self.grants.len() - 1
    }

    /// Consent and tokens at once, without a browser.
    pub(crate) fn authorised(&mut self, tenants: &[Uuid], scopes: &[String], now: DateTime<Utc>) -> TokenSet {
        let grant = self.consent(0, DEMO_USER, tenants, scopes, now);
        self.issue(grant, now)
    }

    /// A fresh set of tokens for a grant.
    fn issue(&mut self, at: usize, now: DateTime<Utc>) -> TokenSet {
        let (app, user, scopes, event, auth_time) = {
            let grant = &self.grants[at];
            (grant.app, grant.user.clone(), grant.scopes.clone(), grant.event, grant.consented_at)
        };
        let client_id = self.apps[app].client_id.clone();
        let has = |scope: &str| scopes.iter().any(|given| given == scope);
        let expires_at = now + ACCESS_LIFE;
        let facts =
            jwt::Facts { client_id: &client_id, user: Some(&user), scopes: &scopes, event, auth_time, now, expires_at };
        let access_token = jwt::access_token(&facts, &mut self.chance);
        let id_token = has("openid").then(|| jwt::id_token(&facts, &access_token));
        let refresh_token = has("offline_access").then(|| self.chance.token(43));
        if let Some(value) = &refresh_token {
            self.refresh.insert(value.clone(), Refresh { grant: at, issued_at: now, rotated: None });
        }
        let caller = Caller { app, scopes: scopes.clone(), reach: Reach::User(user) };
        self.access.insert(access_token.clone(), Access { caller, grant: Some(at), expires_at });
        TokenSet { access_token, refresh_token, id_token, expires_at, scope: scopes.join(" ") }
    }

    /// An access token for a custom connection: no refresh token, one organisation (xero.md 1.6).
    fn issue_machine(&mut self, app: usize, tenant: Uuid, scopes: Vec<String>, now: DateTime<Utc>) -> TokenSet {
        let scopes: Arc<[String]> = scopes.into();
        let client_id = self.apps[app].client_id.clone();
        let event = self.chance.uuid();
        let expires_at = now + ACCESS_LIFE;
        let facts =
            jwt::Facts { client_id: &client_id, user: None, scopes: &scopes, event, auth_time: now, now, expires_at };
        let access_token = jwt::access_token(&facts, &mut self.chance);
        let caller = Caller { app, scopes: scopes.clone(), reach: Reach::Machine(tenant) };
        self.access.insert(access_token.clone(), Access { caller, grant: None, expires_at });
        TokenSet { access_token, refresh_token: None, id_token: None, expires_at, scope: scopes.join(" ") }
    }

    /// Exchanges a refresh token (xero.md 1.2). `None` is `invalid_grant`.
    fn rotate(&mut self, app: usize, value: &str, old: OldRefreshToken, now: DateTime<Utc>) -> Option<TokenSet> {
        let token = self.refresh.get(value)?;
        let grant = &self.grants[token.grant];
        if grant.app != app || grant.revoked {
            return None;
        }
        let at = token.grant;
        match &token.rotated {
            None if now - token.issued_at > REFRESH_LIFE => None,
            None => {
                let fresh = self.issue(at, now);
                if let Some(token) = self.refresh.get_mut(value) {
                    token.rotated = Some((now, fresh.clone()));
                }
                Some(fresh)
            }
            Some((first_used, _)) if now - *first_used > ROTATION_GRACE => None,
            Some((_, answered)) => match old {
                OldRefreshToken::AnotherPair => Some(self.issue(at, now)),
                OldRefreshToken::SamePair => Some(answered.clone()),
            },
        }
    }

    /// Revokes everything that the user of a refresh token gave to the app, connections included (xero.md 1.4).
    fn revoke(&mut self, app: usize, refresh_token: &str) {
        let grant = self.refresh.get(refresh_token).map(|token| &self.grants[token.grant]);
        if let Some(user) = grant.filter(|grant| grant.app == app).map(|grant| grant.user.clone()) {
            self.revoke_where(|grant| grant.app == app && grant.user == user);
        }
    }

    /// Revokes everything that anybody gave.
    pub(crate) fn revoke_all(&mut self) {
        self.revoke_where(|_| true);
    }

    fn revoke_where(&mut self, wanted: impl Fn(&Grant) -> bool) {
        for grant in self.grants.iter_mut().filter(|grant| wanted(grant)) {
            grant.revoked = true;
            self.connections.retain(|connection| connection.app != grant.app || connection.user != grant.user);
        }
    }

    /// Who a bearer token speaks for.
    pub(crate) fn authenticate(&self, bearer: Option<&str>, now: DateTime<Utc>) -> Result<Caller, BearerFault> {
        let token = bearer.ok_or(BearerFault::Missing)?;
        let access = self.access.get(token).ok_or(BearerFault::Unknown)?;
        if access.grant.is_some_and(|grant| self.grants[grant].revoked) {
            return Err(BearerFault::Unknown);
        }
        if now >= access.expires_at {
            return Err(BearerFault::Expired { app: access.caller.app, at: access.expires_at });
        }
        Ok(access.caller.clone())
    }

    /// The organisation that a call means: the tenant header where it names a live connection; a custom connection
    /// needs none (xero.md 1.6).
    pub(crate) fn tenant(&self, caller: &Caller, header: Option<&str>) -> Option<Uuid> {
        let named = header.map(str::trim).filter(|text| !text.is_empty());
        match (&caller.reach, named) {
            (Reach::Machine(tenant), None) => Some(*tenant),
            (Reach::Machine(tenant), Some(text)) => Uuid::parse_str(text).ok().filter(|named| named == tenant),
            (Reach::User(user), Some(text)) => {
                let tenant = Uuid::parse_str(text).ok()?;
                let live =
                    |known: &Connection| known.app == caller.app && known.user == *user && known.tenant == tenant;
                self.connections.iter().any(live).then_some(tenant)
            }
            (Reach::User(_), None) => None,
        }
    }

    /// The live connections that a caller reaches, oldest first.
    pub(crate) fn connections(&self, caller: &Caller) -> Vec<Connection> {
        match &caller.reach {
            Reach::User(user) => {
                let own = |known: &&Connection| known.app == caller.app && known.user == *user;
                self.connections.iter().filter(own).cloned().collect()
            }
            Reach::Machine(tenant) => {
                let (app, tenant, user) = (caller.app, *tenant, "".into());
                let (created_at, updated_at) = (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH);
                vec![Connection { id: tenant, app, user, tenant, event: tenant, created_at, updated_at }]
            }
        }
    }

    /// Ends one connection of the caller; false when there is none of that id.
    pub(crate) fn disconnect(&mut self, caller: &Caller, id: Uuid) -> bool {
        let Reach::User(user) = &caller.reach else { return false };
        let before = self.connections.len();
        self.connections.retain(|known| known.id != id || known.app != caller.app || known.user != *user);
        self.connections.len() < before
    }

    /// What a person does inside Xero: nobody is told (xero.md 1.4). Answers how many connections ended.
    pub(crate) fn disconnect_tenant(&mut self, tenant: Uuid) -> usize {
        let before = self.connections.len();
        self.connections.retain(|known| known.tenant != tenant);
        before - self.connections.len()
    }

    /// Whether anybody connected the organisation to the app.
    pub(crate) fn is_connected(&self, app: usize, tenant: Uuid) -> bool {
        self.connections.iter().any(|known| known.app == app && known.tenant == tenant)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("apps", &self.apps)
            .field("grants", &self.grants.len())
            .field("connections", &self.connections)
            .finish_non_exhaustive()
    }
}
