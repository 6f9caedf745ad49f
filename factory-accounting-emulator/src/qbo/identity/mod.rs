//! Apps, consents and tokens (qbo.md 1).
//!
//! A grant ties an app, a company and the one demo user together. It ends when either of its tokens is revoked, when a
//! person disconnects the app inside QuickBooks, after 101 days without a refresh, or after five years.

mod authorize;
mod discovery;
mod id_token;
mod page;
#[cfg(test)]
mod tests;
mod token;
mod token_set;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};

pub(crate) use authorize::Companies;
pub(crate) use discovery::{configuration, keys};
pub(crate) use token::invalid_grant;
pub use token_set::TokenSet;

use crate::qbo::config::{ACCOUNTING, AppConfig};
use crate::qbo::fault_body::GatewayFault;
use crate::qbo::switches::{CodeReuse, OldRefreshToken, RefreshRotation, Switches};
use crate::seeded::Seeded;

/// Who answers the consent page.
const DEMO_USER: &str = "demo@example.test";

const ACCESS_LIFE: Duration = Duration::seconds(3_600);
const CODE_LIFE: Duration = Duration::minutes(10);
const REFRESH_LIFE: Duration = Duration::seconds(8_726_400);
/// Five years, leap day included (qbo.md 1.4).
const HARD_LIFE: Duration = Duration::days(5 * 365 + 1);
/// How old a refresh token grows before a refresh replaces it (qbo.md 1.3).
const REFRESH_AGE: Duration = Duration::hours(24);

/// The head of an encrypted token; two dots in a row follow it, as in real ones (qbo.md 1.3).
const ENCRYPTED_HEAD: &str = "eyJlbmMiOiJBMTI4Q0JDLUhTMjU2IiwiYWxnIjoiZGlyIn0..";

/// Everything that Intuit's identity hosts know.
#[derive(Clone)]
pub(crate) struct Identity {
    apps: Vec<AppConfig>,
    codes: BTreeMap<String, Code>,
    grants: Vec<Grant>,
    refresh: BTreeMap<String, Refresh>,
    access: BTreeMap<String, Access>,
    chance: Seeded,
}

/// An authorization code on its way back to the app.
#[derive(Clone)]
struct Code {
    consent: Consent,
    redirect_uri: String,
    issued_at: DateTime<Utc>,
    /// The grant that its exchange opened.
    exchanged: Option<usize>,
}

/// What the user agreed to.
#[derive(Clone)]
struct Consent {
    app: usize,
    realm: u64,
    scopes: Arc<[String]>,
    at: DateTime<Utc>,
}

#[derive(Clone)]
struct Grant {
    consent: Consent,
    refresh_token: String,
    refresh_given_at: DateTime<Utc>,
    refresh_expires_at: DateTime<Utc>,
    hard_expires_at: DateTime<Utc>,
    ended: bool,
    admin_removed: bool,
}

/// One value that a grant's refresh token has had.
#[derive(Clone)]
struct Refresh {
    grant: usize,
    replaced_at: Option<DateTime<Utc>>,
}

#[derive(Clone)]
struct Access {
    grant: usize,
    expires_at: DateTime<Utc>,
}

/// Who a bearer token speaks for.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) app: usize,
    pub(crate) realm: u64,
    /// The user is no longer an admin: calls are refused while tokens look good (qbo.md 1.5).
    pub(crate) admin_removed: bool,
    scopes: Arc<[String]>,
}

impl Caller {
    /// Whether the token opens the Accounting API at all.
    pub(crate) fn may_account(&self) -> bool {
        self.has(ACCOUNTING)
    }

    fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|given| given == scope)
    }
}

impl Identity {
    pub(crate) fn new(seed: u64, apps: Vec<AppConfig>) -> Self {
        Self {
            apps,
            codes: BTreeMap::new(),
            grants: Vec::new(),
            refresh: BTreeMap::new(),
            access: BTreeMap::new(),
            chance: Seeded::new(seed, "qbo identity"),
        }
    }

    pub(crate) fn app(&self, at: usize) -> Option<&AppConfig> {
        self.apps.get(at)
    }

    /// Consent to the first app and its tokens at once, without a browser.
    pub(crate) fn authorised(&mut self, realm: u64, scopes: &[String], now: DateTime<Utc>) -> TokenSet {
        let grant = self.open(Consent { app: 0, realm, scopes: scopes.into(), at: now }, now);
        self.issue(grant, now)
    }

    /// A new grant.
    fn open(&mut self, consent: Consent, now: DateTime<Utc>) -> usize {
        let grant = self.grants.len();
        let refresh_token = self.refresh_value(grant);
        let hard_expires_at = now + HARD_LIFE;
        self.grants.push(Grant {
            consent,
            refresh_token,
            refresh_given_at: now,
            refresh_expires_at: now + REFRESH_LIFE,
            hard_expires_at,
            ended: false,
            admin_removed: false,
        });
        grant
    }

    fn refresh_value(&mut self, grant: usize) -> String {
        let value = format!("RT1-{}-H0-{}", 10 + grant, self.chance.token(34));
        self.refresh.insert(value.clone(), Refresh { grant, replaced_at: None });
        value
    }

    /// An access token and the grant's refresh token.
    fn issue(&mut self, at: usize, now: DateTime<Utc>) -> TokenSet {
        let access_token =
            format!("{ENCRYPTED_HEAD}{}.{}.{}", self.chance.token(22), self.chance.token(620), self.chance.token(22));
        let expires_at = now + ACCESS_LIFE;
        self.access.insert(access_token.clone(), Access { grant: at, expires_at });
        let grant = &self.grants[at];
        let Consent { app, realm, scopes, at: consented_at } = &grant.consent;
        let realm = realm.to_string();
        let id_token = scopes
            .iter()
            .any(|scope| scope == "openid")
            .then(|| id_token::id_token(&self.apps[*app].client_id, &realm, *consented_at, now));
        TokenSet {
            realm,
            access_token,
            refresh_token: grant.refresh_token.clone(),
            id_token,
            expires_at,
            refresh_expires_at: grant.refresh_expires_at,
            hard_expires_at: grant.hard_expires_at,
            scope: scopes.join(" "),
        }
    }

    /// A code is good once, for ten minutes, for the app and redirect URI that it was made for. `None` is
    /// `invalid_grant`.
    fn exchange(
        &mut self,
        app: usize,
        code: &str,
        redirect_uri: &str,
        reuse: CodeReuse,
        now: DateTime<Utc>,
    ) -> Option<TokenSet> {
        let found = self.codes.get(code).filter(|found| found.consent.app == app)?;
        if let Some(grant) = found.exchanged {
            if reuse == CodeReuse::RevokesGrant {
                self.grants[grant].ended = true;
            }
            return None;
        }
        if now - found.issued_at > CODE_LIFE || found.redirect_uri != redirect_uri {
            return None;
        }
        let consent = found.consent.clone();
        let grant = self.open(consent, now);
        if let Some(found) = self.codes.get_mut(code) {
            found.exchanged = Some(grant);
        }
        Some(self.issue(grant, now))
    }

    /// Exchanges a refresh token; its value changes at most once a day (qbo.md 1.3). `None` is `invalid_grant`.
    fn refreshed(&mut self, app: usize, value: &str, switches: &Switches, now: DateTime<Utc>) -> Option<TokenSet> {
        let token = self.refresh.get(value)?;
        let at = token.grant;
        let outlived = token.replaced_at.is_some_and(|replaced_at| match switches.old_refresh_token {
            OldRefreshToken::DiesAtOnce => true,
            OldRefreshToken::LivesADay => now - replaced_at > REFRESH_AGE,
        });
        let replaced = token.replaced_at.is_some();
        let grant = &self.grants[at];
        let dead = grant.ended || now >= grant.refresh_expires_at || now >= grant.hard_expires_at;
        if outlived || dead || grant.consent.app != app {
            return None;
        }
        let due = match switches.refresh_rotation {
            RefreshRotation::Daily => now - grant.refresh_given_at >= REFRESH_AGE,
            RefreshRotation::EveryTime => true,
        };
        if due && !replaced {
            let fresh = self.refresh_value(at);
            if let Some(old) = self.refresh.get_mut(value) {
                old.replaced_at = Some(now);
            }
            let grant = &mut self.grants[at];
            grant.refresh_token = fresh;
            grant.refresh_given_at = now;
        }
        let grant = &mut self.grants[at];
        grant.refresh_expires_at = (now + REFRESH_LIFE).min(grant.hard_expires_at);
        Some(self.issue(at, now))
    }

    /// Ends the connection that either token belongs to (qbo.md 1.5); false when the token is none, or of a grant that
    /// has ended.
    fn revoke(&mut self, app: usize, token: &str) -> bool {
        let at = self.refresh.get(token).map(|token| token.grant);
        let Some(at) = at.or_else(|| self.access.get(token).map(|token| token.grant)) else { return false };
        let Consent { app: of, realm, .. } = self.grants[at].consent;
        of == app && self.end_where(|grant| grant.consent.app == app && grant.consent.realm == realm) > 0
    }

    /// Ends every grant.
    pub(crate) fn revoke_all(&mut self) {
        self.end_where(|_| true);
    }

    /// What a person does inside QuickBooks: nobody is told (qbo.md 1.5). Answers how many grants ended.
    pub(crate) fn disconnect(&mut self, realm: u64) -> usize {
        self.end_where(|grant| grant.consent.realm == realm)
    }

    fn end_where(&mut self, wanted: impl Fn(&Grant) -> bool) -> usize {
        let ending = self.grants.iter_mut().filter(|grant| !grant.ended && wanted(grant));
        ending.map(|grant| grant.ended = true).count()
    }

    /// The connecting user is demoted or removed in a company; answers how many grants are struck.
    pub(crate) fn remove_admin(&mut self, realm: u64) -> usize {
        let live = self.grants.iter_mut().filter(|grant| !grant.ended && grant.consent.realm == realm);
        live.map(|grant| grant.admin_removed = true).count()
    }

    /// Who a bearer token speaks for.
    pub(crate) fn authenticate(&self, bearer: Option<&str>, now: DateTime<Utc>) -> Result<Caller, GatewayFault> {
        let token = bearer.filter(|token| !token.is_empty()).ok_or(GatewayFault::Empty)?;
        let access = self.access.get(token).ok_or(GatewayFault::Malformed)?;
        let grant = &self.grants[access.grant];
        if grant.ended {
            return Err(GatewayFault::Revoked);
        }
        if now >= access.expires_at {
            return Err(GatewayFault::Expired);
        }
        let Consent { app, realm, scopes, .. } = &grant.consent;
        Ok(Caller { app: *app, realm: *realm, admin_removed: grant.admin_removed, scopes: Arc::clone(scopes) })
    }

    /// Whether the app is connected to the company.
    pub(crate) fn is_connected(&self, app: usize, realm: u64) -> bool {
        self.grants.iter().any(|grant| !grant.ended && grant.consent.app == app && grant.consent.realm == realm)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("apps", &self.apps).field("grants", &self.grants.len()).finish_non_exhaustive()
    }
}
