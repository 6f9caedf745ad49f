//! Apps, consents and tokens (myob.md 1.1, 1.2).
//!
//! A grant ties an app, one company file and the one demo user together. It ends when a person disconnects the app, after
//! twelve months, and, where the switch says so, when a refresh token is used twice.

mod authorize;
mod page;
#[cfg(test)]
mod tests;
mod token;
mod token_set;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Duration, Months, Utc};
use uuid::Uuid;

pub(crate) use authorize::{Answering, Offered};
pub(crate) use token::invalid_grant;
pub use token_set::TokenSet;

use crate::myob::config::AppConfig;
use crate::myob::switches::{Reconsent, RefreshReuse, Switches};
use crate::seeded::Seeded;

/// Who answers the consent page.
pub(super) const DEMO_USER: &str = "demo@example.test";

const ACCESS_LIFE: Duration = Duration::seconds(1_200);
/// A few minutes; the sheet's choice (myob.md 1.1, 12.1).
const CODE_LIFE: Duration = Duration::seconds(120);
/// How long a person's consent lasts (myob.md 1.1).
const CONSENT_LIFE: Months = Months::new(12);

/// Everything that MYOB's identity host knows.
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
    used: bool,
}

/// What the user agreed to: one company file (myob.md 1.1).
#[derive(Clone)]
struct Consent {
    app: usize,
    file: Uuid,
    scopes: Arc<[String]>,
    at: DateTime<Utc>,
}

impl Consent {
    fn ends_at(&self) -> DateTime<Utc> {
        self.at.checked_add_months(CONSENT_LIFE).unwrap_or(self.at)
    }
}

#[derive(Clone)]
struct Grant {
    consent: Consent,
    ended: bool,
}

impl Grant {
    fn is_dead(&self, now: DateTime<Utc>) -> bool {
        self.ended || now >= self.consent.ends_at()
    }
}

/// One value that a grant's refresh token has had.
#[derive(Clone)]
struct Refresh {
    grant: usize,
    expires_at: DateTime<Utc>,
    replaced: bool,
}

#[derive(Clone)]
struct Access {
    grant: usize,
    /// Until then it has not reached the API (myob.md 1.2).
    known_from: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

/// Who a bearer token speaks for.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) file: Uuid,
    scopes: Arc<[String]>,
}

impl Caller {
    pub(crate) fn has(&self, scope: &str) -> bool {
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
            chance: Seeded::new(seed, "myob identity"),
        }
    }

    pub(crate) fn app(&self, at: usize) -> Option<&AppConfig> {
        self.apps.get(at)
    }

    /// The app that a key is of.
    pub(crate) fn app_of_key(&self, key: &str) -> Option<usize> {
        self.apps.iter().position(|app| app.api_key.eq_ignore_ascii_case(key))
    }

    /// Consent to the first app and its tokens at once, without a browser; they are good at once.
    pub(crate) fn authorised(
        &mut self,
        file: Uuid,
        scopes: &[String],
        switches: &Switches,
        now: DateTime<Utc>,
    ) -> TokenSet {
        let grant = self.open(Consent { app: 0, file, scopes: scopes.into(), at: now }, switches);
        self.issue(grant, now, switches, now)
    }

    /// A new grant; it may end the earlier ones of the same app and file (myob.md 13.18).
    fn open(&mut self, consent: Consent, switches: &Switches) -> usize {
        if switches.reconsent == Reconsent::EndsOldTokens {
            self.end_where(|grant| grant.consent.app == consent.app && grant.consent.file == consent.file);
        }
        self.grants.push(Grant { consent, ended: false });
        self.grants.len() - 1
    }

    /// An access token and a fresh refresh token.
    fn issue(&mut self, at: usize, known_from: DateTime<Utc>, switches: &Switches, now: DateTime<Utc>) -> TokenSet {
        let access_token = format!("ory_at_{}.{}", self.chance.token(43), self.chance.token(43));
        let refresh_token = format!("ory_rt_{}.{}", self.chance.token(43), self.chance.token(43));
        let expires_at = now + ACCESS_LIFE;
        let refresh_expires_at = now + Duration::days(i64::from(switches.refresh_days));
        self.access.insert(access_token.clone(), Access { grant: at, known_from, expires_at });
        let refresh = Refresh { grant: at, expires_at: refresh_expires_at, replaced: false };
        self.refresh.insert(refresh_token.clone(), refresh);
        let consent = &self.grants[at].consent;
        TokenSet {
            file: consent.file,
            access_token,
            refresh_token,
            expires_at,
            refresh_expires_at,
            consent_ends_at: consent.ends_at(),
            scope: consent.scopes.join(" "),
        }
    }

    /// A code is good once, for two minutes, for the app and redirect URI that it was made for; its token may take a
    /// while to reach the API. `None` is `invalid_grant`.
    fn exchange(
        &mut self,
        app: usize,
        code: &str,
        redirect_uri: &str,
        switches: &Switches,
        now: DateTime<Utc>,
    ) -> Option<TokenSet> {
        let found = self.codes.get_mut(code).filter(|found| found.consent.app == app && !found.used)?;
        if now - found.consent.at > CODE_LIFE || found.redirect_uri != redirect_uri {
            return None;
        }
        found.used = true;
        let consent = found.consent.clone();
        let grant = self.open(consent, switches);
        let known_from = now + Duration::seconds(i64::from(switches.propagation_seconds));
        Some(self.issue(grant, known_from, switches, now))
    }

    /// Exchanges a refresh token, which dies of it (myob.md 1.2). `None` is `invalid_grant`.
    fn refreshed(&mut self, app: usize, value: &str, switches: &Switches, now: DateTime<Utc>) -> Option<TokenSet> {
        let token = self.refresh.get_mut(value)?;
        let grant = self.grants.get_mut(token.grant).filter(|grant| grant.consent.app == app)?;
        if token.replaced {
            if switches.refresh_reuse == RefreshReuse::KillChain {
                grant.ended = true;
            }
            return None;
        }
        if grant.is_dead(now) || now >= token.expires_at {
            return None;
        }
        token.replaced = true;
        let at = token.grant;
        Some(self.issue(at, now, switches, now))
    }

    /// Ends every grant.
    pub(crate) fn revoke_all(&mut self) {
        self.end_where(|_| true);
    }

    /// What a person does on the page of connected apps: nobody is told (myob.md 1.7). Answers how many grants ended.
    pub(crate) fn disconnect(&mut self, file: Uuid) -> usize {
        self.end_where(|grant| grant.consent.file == file)
    }

    fn end_where(&mut self, wanted: impl Fn(&Grant) -> bool) -> usize {
        let ending = self.grants.iter_mut().filter(|grant| !grant.ended && wanted(grant));
        ending.map(|grant| grant.ended = true).count()
    }

    /// Who a bearer token speaks for, if it is good for the app whose key the call carries.
    pub(crate) fn authenticate(&self, app: usize, bearer: Option<&str>, now: DateTime<Utc>) -> Option<Caller> {
        let access = self.access.get(bearer?)?;
        let grant = &self.grants[access.grant];
        let good = !grant.is_dead(now) && now >= access.known_from && now < access.expires_at;
        let consent = &grant.consent;
        (good && consent.app == app).then(|| Caller { file: consent.file, scopes: Arc::clone(&consent.scopes) })
    }

    /// Whether the app is connected to the file.
    fn is_connected(&self, app: usize, file: Uuid, now: DateTime<Utc>) -> bool {
        let of = |grant: &Grant| grant.consent.app == app && grant.consent.file == file;
        self.grants.iter().any(|grant| !grant.is_dead(now) && of(grant))
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("apps", &self.apps).field("grants", &self.grants.len()).finish_non_exhaustive()
    }
}
