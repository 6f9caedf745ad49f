//! The way of a call to the Accounting API, in the order of xero.md 11.2: injected gateway faults, path, token, tenant,
//! scope, limits, idempotency, size, books, headers.

use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use uuid::Uuid;

use super::idempotency::{self, Print, Remembered};
use super::identity::{self, BearerFault, Caller};
use super::limits::{HANGING_CALL, Limits, Seat};
use super::switches::{CheckOrder, SimultaneousKeys};
use super::{ConsentMode, XeroEmulator, connections, distort, refusal, scopes, writes};
use crate::credentials::bearer;
use crate::distort::bad_gateway;
use crate::fault::{CommitPoint, Fault};
use crate::outcome::Outcome;
use crate::target::{pairs, segments_under, value};
use crate::xero::call::{Call, Reply};

const CORRELATION: HeaderName = HeaderName::from_static("xero-correlation-id");
const TENANT: HeaderName = HeaderName::from_static("xero-tenant-id");

/// The largest body of a write, attachments apart, which the books measure themselves (xero.md 5).
const LARGEST_BODY: usize = 3_500_000;

/// Which of Xero's hosts a path was meant for.
#[derive(Debug)]
pub(super) enum Target {
    /// `api.xero.com/api.xro/2.0/...`
    Api(Vec<String>),
    /// `api.xero.com/connections[/{id}]`
    Connections(Vec<String>),
    /// `login.xero.com/identity/connect/authorize`
    Authorize,
    /// `identity.xero.com/connect/token`
    Token,
    /// `identity.xero.com/connect/revocation`
    Revocation,
    /// `identity.xero.com/.well-known/openid-configuration`
    Configuration,
    /// Its key set.
    Keys,
    /// No host of Xero's has it.
    Nowhere,
}

impl Target {
    pub(super) fn of(path: &str) -> Self {
        if let Some(segments) = segments_under(path, "/api.xro/2.0") {
            return Self::Api(segments);
        }
        if let Some(segments) = segments_under(path, "/connections") {
            return Self::Connections(segments);
        }
        match path.trim_end_matches('/').to_ascii_lowercase().as_str() {
            "/identity/connect/authorize" => Self::Authorize,
            "/connect/token" => Self::Token,
            "/connect/revocation" => Self::Revocation,
            "/.well-known/openid-configuration" => Self::Configuration,
            "/.well-known/openid-configuration/jwks" => Self::Keys,
            _ => Self::Nowhere,
        }
    }

    /// The name by which faults and counts know it.
    pub(super) fn resource(&self) -> &'static str {
        match self {
            Self::Api(path) => path.first().and_then(|segment| scopes::resource(segment)).unwrap_or("unknown"),
            Self::Connections(_) => "connections",
            Self::Authorize => "authorize",
            Self::Token => "token",
            Self::Revocation => "revocation",
            Self::Configuration | Self::Keys => "discovery",
            Self::Nowhere => "unknown",
        }
    }
}

/// One call on its way through the gateway.
struct Passing<'a> {
    path: &'a [String],
    request: &'a Request<Bytes>,
    fault: Option<&'a Fault>,
    now: DateTime<Utc>,
}

/// An answer, whose limits it tells, and how long it has to wait for another call.
struct Answered {
    reply: Reply,
    seat: Option<Seat>,
    wait: Option<Duration>,
}

/// A call that was refused before its organisation was known, and whose app it came from, if known.
struct Stopped {
    reply: Box<Reply>,
    app: Option<usize>,
}

impl Answered {
    fn now(reply: Reply, seat: Option<Seat>) -> Self {
        Self { reply, seat, wait: None }
    }
}

impl XeroEmulator {
    /// What becomes of a call that is not a control call.
    pub(super) fn outcome(
        &mut self,
        target: &Target,
        request: &Request<Bytes>,
        fault: Option<Fault>,
        now: DateTime<Utc>,
    ) -> Outcome {
        if let Some(outcome) = self.refused_early(fault.as_ref(), request, now) {
            return outcome;
        }
        match target {
            Target::Api(path) => self.api(&Passing { path, request, fault: fault.as_ref(), now }),
            Target::Connections(path) => {
                let reply = self.connections(path, request, now);
                let response = self.correlated(reply);
                self.delivered_or_500(response, fault)
            }
            Target::Nowhere => self.delivered_or_500(refusal::not_found().into_response(), fault),
            _ => {
                let response = self.identity_answer(target, request, now);
                self.delivered_or_500(response, fault)
            }
        }
    }

    /// Faults that hit before any work is done.
    fn refused_early(
        &mut self,
        fault: Option<&Fault>,
        request: &Request<Bytes>,
        now: DateTime<Utc>,
    ) -> Option<Outcome> {
        let reply = match fault? {
            Fault::DropBeforeCommit => return Some(Outcome::Dropped),
            Fault::InvalidGrant => return Some(Outcome::Reply(identity::invalid_grant())),
            Fault::RateLimited { problem, retry_after } => {
                let mut reply = refusal::too_many(*problem, *retry_after);
                if let Some(tenant) = tenant_header(request.headers()).and_then(|text| Uuid::parse_str(text).ok()) {
                    self.limits.tell((0, tenant), now, self.switches.rate_window, &mut reply.headers);
                    Limits::tell_exhausted(*problem, &mut reply.headers);
                }
                reply
            }
            Fault::Unavailable503 { text } => refusal::unavailable(*text),
            Fault::Unauthorised401 => refusal::token_expired(now, self.instances.uuid()),
            Fault::Html502 { work: CommitPoint::NotDone } => {
                return Some(Outcome::Reply(bad_gateway()));
            }
            _ => return None,
        };
        Some(Outcome::Reply(self.correlated(reply)))
    }

    fn delivered_or_500(&mut self, response: Response<Bytes>, fault: Option<Fault>) -> Outcome {
        match fault {
            Some(Fault::CommitThen500) => {
                let reply = refusal::internal_error(self.instances.uuid());
                Outcome::Reply(self.correlated(reply))
            }
            fault => distort::deliver(response, fault),
        }
    }

    fn correlated(&mut self, reply: Reply) -> Response<Bytes> {
        let mut response = reply.into_response();
        if let Ok(id) = HeaderValue::from_str(&self.instances.uuid().to_string()) {
            response.headers_mut().insert(CORRELATION, id);
        }
        response
    }

    fn identity_answer(&mut self, target: &Target, request: &Request<Bytes>, now: DateTime<Utc>) -> Response<Bytes> {
        let (method, headers, body) = (request.method(), request.headers(), request.body());
        match target {
            Target::Authorize => {
                let organisations: Vec<(Uuid, String)> =
                    self.tenants().into_iter().map(|tenant| (tenant.id, tenant.name)).collect();
                let auto = match &self.consent {
                    ConsentMode::Page => None,
                    ConsentMode::All => Some(organisations.iter().map(|(tenant, _)| *tenant).collect()),
                    ConsentMode::Only(tenants) => Some(tenants.clone()),
                };
                let query = request.uri().query().unwrap_or_default();
                self.identity.authorize(method, query, body, &organisations, auto.as_deref(), now)
            }
            Target::Token => {
                let tenants: Vec<Uuid> = self.organisations.iter().map(|own| own.id).collect();
                self.identity.token(method, headers, body, &tenants, self.switches.old_refresh_token, now)
            }
            Target::Revocation => self.identity.revocation(method, headers, body),
            Target::Configuration => {
                let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
                identity::configuration(&format!("http://{host}"))
            }
            _ => identity::keys(),
        }
    }

    fn connections(&mut self, path: &[String], request: &Request<Bytes>, now: DateTime<Utc>) -> Reply {
        let caller = match self.identity.authenticate(bearer(request.headers()), now) {
            Ok(caller) => caller,
            Err(fault) => return self.bearer_refusal(&fault),
        };
        let query = pairs(request.uri().query().unwrap_or_default().as_bytes());
        let organisations = &self.organisations;
        let name = |tenant: Uuid| {
            organisations.iter().find(|own| own.id == tenant).map(|own| own.books.organisation_name().to_owned())
        };
        let event = value(&query, "authEventId");
        connections::answer(&mut self.identity, &caller, request.method(), path, event, name)
    }

    fn api(&mut self, call: &Passing<'_>) -> Outcome {
        let answered = self.pipeline(call);
        let mut response = self.correlated(answered.reply);
        if let Some(seat) = answered.seat {
            self.limits.tell(seat, call.now, self.switches.rate_window, response.headers_mut());
        }
        let outcome = match answered.wait {
            Some(by) => Outcome::Delayed { by, response },
            None => distort::deliver(response, call.fault.cloned()),
        };
        let held = match &outcome {
            Outcome::Delayed { by, .. } => Some(*by),
            Outcome::Hang => Some(HANGING_CALL),
            _ => None,
        };
        if let (Some(seat), Some(by)) = (answered.seat, held) {
            self.limits.occupy(seat, call.now + by);
        }
        outcome
    }

    fn pipeline(&mut self, call: &Passing<'_>) -> Answered {
        if call.path.first().and_then(|segment| scopes::resource(segment)).is_none() {
            return Answered::now(refusal::not_found(), None);
        }
        let (caller, tenant) = match self.checked_caller(call) {
            Ok(checked) => checked,
            Err(stopped) => {
                self.remember_refusal(call, &stopped);
                return Answered::now(*stopped.reply, None);
            }
        };
        let seat = (caller.app, tenant);
        if let Err(over) = self.limits.admit(seat, call.now, &self.switches) {
            return Answered::now(refusal::too_many(over.problem, over.retry_after), Some(seat));
        }
        match idempotency::key_of(call.request.method(), call.request.headers()) {
            Err(idempotency::KeyTooLong) => Answered::now(refusal::key_too_long(), Some(seat)),
            Ok(None) => Answered::now(self.worked(call, seat), Some(seat)),
            Ok(Some(key)) => self.worked_once(call, seat, key),
        }
    }

    /// Token, tenant and scope; the order of the last two is a switch.
    fn checked_caller(&mut self, call: &Passing<'_>) -> Result<(Caller, Uuid), Stopped> {
        let headers = call.request.headers();
        let caller = match self.identity.authenticate(bearer(headers), call.now) {
            Ok(caller) => caller,
            Err(fault) => {
                let app = if let BearerFault::Expired { app, .. } = &fault { Some(*app) } else { None };
                return Err(Stopped { reply: Box::new(self.bearer_refusal(&fault)), app });
            }
        };
        let instance = self.instances.uuid();
        let named = self.identity.tenant(&caller, tenant_header(headers));
        let tenant = named.filter(|id| self.organisation(*id).is_some());
        let scoped = scopes::allow(&caller.scopes, call.request.method(), call.path, self.switches.items_scope);
        let scope_first = self.switches.check_order == CheckOrder::ScopeBeforeTenant;
        let reply = match tenant {
            Some(tenant) if scoped => return Ok((caller, tenant)),
            None if scoped || !scope_first => refusal::forbidden(instance),
            _ => refusal::insufficient_scope(instance),
        };
        Err(Stopped { reply: Box::new(reply), app: Some(caller.app) })
    }

    fn bearer_refusal(&mut self, fault: &BearerFault) -> Reply {
        let instance = self.instances.uuid();
        match fault {
            BearerFault::Missing | BearerFault::Unknown => {
                refusal::unauthorised("AuthenticationUnsuccessful", instance)
            }
            BearerFault::Expired { at, .. } => refusal::token_expired(*at, instance),
        }
    }

    /// Keeps a 401 or 403 under the call's key where the switch says so (xero.md 13.4).
    fn remember_refusal(&mut self, call: &Passing<'_>, stopped: &Stopped) {
        let key = idempotency::key_of(call.request.method(), call.request.headers());
        if let (true, Some(app), Ok(Some(key))) = (self.switches.authorisation_errors_cached, stopped.app, key) {
            let print = print_of(call.request);
            if matches!(self.keys.look_up(app, key, &print, call.now), Remembered::Nothing) {
                self.keys.remember(app, key, print, Reply::clone(&stopped.reply), call.now, Duration::zero());
            }
        }
    }

    /// A write under a key: done once, then replayed (xero.md 3).
    fn worked_once(&mut self, call: &Passing<'_>, seat: Seat, key: &str) -> Answered {
        let print = print_of(call.request);
        match self.keys.look_up(seat.0, key, &print, call.now) {
            Remembered::Mismatch => Answered::now(refusal::key_mismatch(key, self.switches.key_mismatch), Some(seat)),
            Remembered::Answer(reply) => Answered::now(reply, Some(seat)),
            Remembered::Running(reply, left) => match self.switches.simultaneous_keys {
                SimultaneousKeys::Waits => Answered { reply, seat: Some(seat), wait: Some(left) },
                SimultaneousKeys::Conflict => Answered::now(refusal::key_busy(StatusCode::CONFLICT), Some(seat)),
                SimultaneousKeys::ServerError => {
                    Answered::now(refusal::key_busy(StatusCode::INTERNAL_SERVER_ERROR), Some(seat))
                }
            },
            Remembered::Nothing => {
                let reply = self.worked(call, seat);
                let runs_for = match call.fault {
                    Some(Fault::SlowBody { delay_ms }) => Duration::milliseconds(i64::from(*delay_ms)),
                    _ => Duration::zero(),
                };
                self.keys.remember(seat.0, key, print, reply.clone(), call.now, runs_for);
                Answered::now(reply, Some(seat))
            }
        }
    }

    /// The books' answer, or the internal error that an injected fault makes of it after the work.
    fn worked(&mut self, call: &Passing<'_>, seat: Seat) -> Reply {
        let reply = self.booked(call, seat);
        match call.fault {
            Some(Fault::CommitThen500) => refusal::internal_error(self.instances.uuid()),
            _ => reply,
        }
    }

    fn booked(&mut self, call: &Passing<'_>, (app, tenant): Seat) -> Reply {
        let (method, body) = (call.request.method(), call.request.body());
        let attaches = call.path.iter().any(|segment| segment.eq_ignore_ascii_case("attachments"));
        if writes(method) && !attaches && body.len() > LARGEST_BODY {
            return refusal::oversize(self.switches.oversize);
        }
        if !attaches && (wants_xml(call) || sends_xml(call)) {
            return refusal::xml_not_modelled();
        }
        let query = pairs(call.request.uri().query().unwrap_or_default().as_bytes());
        let app = self.identity.app(app).map(|app| app.name.as_str()).unwrap_or_default();
        let Some(own) = self.organisations.iter_mut().find(|own| own.id == tenant) else {
            return refusal::forbidden(Uuid::nil());
        };
        let headers = call.request.headers();
        let call = Call { method, path: call.path, query: &query, headers, body, now: call.now, app };
        let reply = own.books.handle(&call, &self.switches);
        if writes(method) {
            self.collect_events(tenant);
        }
        reply
    }
}

fn print_of(request: &Request<Bytes>) -> Print {
    let url = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    Print { method: request.method().clone(), url, body: request.body().clone() }
}

/// Xero answers XML unless JSON is asked for by name (xero.md 0.3); a client that forgets to ask must notice here.
fn wants_xml(call: &Passing<'_>) -> bool {
    let accept = call.request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let pdf = call.path.last().is_some_and(|segment| segment.eq_ignore_ascii_case("pdf"));
    !pdf && !["json", "pdf"].iter().any(|kind| accept.to_ascii_lowercase().contains(kind))
}

/// XML as such, or in the form field `xml`, as older clients send it.
fn sends_xml(call: &Passing<'_>) -> bool {
    let kind = call.request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let body = call.request.body().trim_ascii_start();
    let looks_so = body.starts_with(b"<") || body.starts_with(b"xml=");
    writes(call.request.method()) && looks_so && !kind.to_ascii_lowercase().contains("json")
}

fn tenant_header(headers: &HeaderMap) -> Option<&str> {
    headers.get(TENANT)?.to_str().ok()
}
