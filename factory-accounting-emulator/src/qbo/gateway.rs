//! The way of a call to the Accounting API: injected faults, token, company, limits, metering, path, form, `requestid`,
//! books (qbo.md 14).

use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};

use super::QboEmulator;
use super::batch::{Batch, Done};
use super::books::{Books, Fault as BookFault};
use super::call::{Call, Reply};
use super::config::realm_number;
use super::fault_body::{self, GatewayFault};
use super::identity::{self, Caller, Companies};
use super::limits::{HANGING_CALL, Seat};
use super::replay::{self, Key, Print, Remembered};
use super::switches::{BatchMetering, ReplayAfterLost500, RequestIds, ReusedRequestId, WrongCompany};
use super::target::Target;
use super::{ConsentMode, distort, upload};
use crate::credentials::bearer;
use crate::distort::bad_gateway;
use crate::fault::{CommitPoint, Fault, OfflineText};
use crate::outcome::Outcome;
use crate::target::{pairs, value};

/// On every answer; Intuit's support asks for it (qbo.md 2).
const TRACE: HeaderName = HeaderName::from_static("intuit_tid");
const VERSION: HeaderName = HeaderName::from_static("qbo-version");

/// One call on its way through the gateway.
struct Passing<'a> {
    realm: &'a str,
    path: &'a [String],
    request: &'a Request<Bytes>,
    query: Vec<(String, String)>,
    fault: Option<&'a Fault>,
    now: DateTime<Utc>,
}

impl Passing<'_> {
    fn method(&self) -> &Method {
        self.request.method()
    }

    fn segment(&self) -> &str {
        self.path.first().map(String::as_str).unwrap_or_default()
    }

    fn is_batch(&self) -> bool {
        self.segment() == "batch" && *self.method() == Method::POST
    }

    /// Whether data goes out: CorePlus, and nothing to remember (qbo.md 3.2).
    fn reads(&self) -> bool {
        *self.method() == Method::GET || self.segment() == "query"
    }

    fn header(&self, name: HeaderName) -> String {
        let value = self.request.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_ascii_lowercase()
    }
}

/// An answer, and whose call it was, once that is known.
struct Answered {
    reply: Reply,
    seat: Option<Seat>,
}

impl QboEmulator {
    /// What becomes of a call that is not a control call.
    pub(super) fn outcome(
        &mut self,
        target: &Target,
        request: &Request<Bytes>,
        fault: Option<Fault>,
        now: DateTime<Utc>,
    ) -> Outcome {
        if let Some(outcome) = self.refused_early(fault.as_ref(), now) {
            return outcome;
        }
        let answered = match target {
            Target::Api { realm, path } => {
                let query = pairs(request.uri().query().unwrap_or_default().as_bytes());
                self.api(&Passing { realm, path, request, query, fault: fault.as_ref(), now })
            }
            Target::File { realm, id } => Answered { reply: self.file(realm, id, request, now), seat: None },
            _ => Answered { reply: self.identity_answer(target, request, now), seat: None },
        };
        let reply = match fault {
            Some(Fault::CommitThen500) => fault_body::system_failure(now),
            _ => answered.reply,
        };
        let response = self.traced(reply);
        let outcome = distort::deliver(response, fault);
        let held = match &outcome {
            Outcome::Delayed { by, .. } => Some(*by),
            Outcome::Hang => Some(HANGING_CALL),
            _ => None,
        };
        if let (Some(seat), Some(by)) = (answered.seat, held) {
            self.limits.occupy(seat, now + by);
        }
        outcome
    }

    /// Faults that hit before any work is done.
    fn refused_early(&mut self, fault: Option<&Fault>, now: DateTime<Utc>) -> Option<Outcome> {
        let form = self.switches.gateway_errors;
        let reply = match fault? {
            Fault::DropBeforeCommit => return Some(Outcome::Dropped),
            Fault::Html502 { work: CommitPoint::NotDone } => return Some(Outcome::Reply(bad_gateway())),
            Fault::InvalidGrant => into_reply(identity::invalid_grant(self.switches.invalid_grant_body)),
            Fault::RateLimited { retry_after, .. } => {
                let mut reply = GatewayFault::Throttled.reply(form, now);
                if let Some(seconds) = retry_after {
                    reply.headers.insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
                }
                reply
            }
            Fault::Unavailable503 { text: OfflineText::Organisation } => fault_body::under_maintenance(now),
            Fault::Unavailable503 { .. } => Reply::text(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
            Fault::Unauthorised401 => GatewayFault::Expired.reply(form, now),
            Fault::FaultInside200 => fault_body::inside_success(now),
            _ => return None,
        };
        Some(Outcome::Reply(self.traced(reply)))
    }

    /// The answer with the headers that all answers carry (qbo.md 2).
    fn traced(&mut self, reply: Reply) -> Response<Bytes> {
        let mut response = reply.into_response();
        let id = self.traces.uuid().simple().to_string();
        let (time, rest) = id.split_at(8);
        if let Ok(trace) = HeaderValue::from_str(&format!("1-{time}-{}", &rest[..24])) {
            response.headers_mut().insert(TRACE, trace);
        }
        response.headers_mut().insert(VERSION, HeaderValue::from_static("1995.110"));
        response
    }

    fn identity_answer(&mut self, target: &Target, request: &Request<Bytes>, now: DateTime<Utc>) -> Reply {
        let (method, headers, body) = (request.method(), request.headers(), request.body());
        into_reply(match target {
            Target::Authorize => {
                let companies = self.offered_companies();
                let query = request.uri().query().unwrap_or_default();
                self.identity.authorize(method, query, body, &companies, now)
            }
            Target::Token => self.identity.token(method, headers, body, &self.switches, now),
            Target::Revocation => self.identity.revocation(method, headers, body, &self.switches),
            Target::UserInfo => self.identity.userinfo(headers, now),
            Target::Configuration => {
                let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
                identity::configuration(&format!("http://{host}"))
            }
            Target::Keys => identity::keys(),
            Target::Api { .. } | Target::File { .. } | Target::Nowhere => not_found().into_response(),
        })
    }

    fn offered_companies(&self) -> Companies {
        let all: Vec<(u64, String)> =
            self.companies.iter().map(|own| (own.realm, own.books.company_name().to_owned())).collect();
        let auto = match self.consent {
            ConsentMode::Page => None,
            ConsentMode::First => all.first().map(|(realm, _)| *realm),
            ConsentMode::Only(realm) => Some(realm),
        };
        Companies { all, auto }
    }

    /// An attached file by its signed address. The store takes one kind of proof: a token beside it is refused
    /// (qbo.md 5.22).
    fn file(&self, realm: &str, id: &str, request: &Request<Bytes>, now: DateTime<Utc>) -> Reply {
        if request.headers().contains_key(header::AUTHORIZATION) {
            return Reply::text(StatusCode::BAD_REQUEST, "Only one auth mechanism allowed");
        }
        let query = pairs(request.uri().query().unwrap_or_default().as_bytes());
        let signed = |name| value(&query, name).unwrap_or_default();
        let own = self.named(realm).filter(|_| *request.method() == Method::GET);
        let file = own.and_then(|own| own.books.file(id, signed("expires"), signed("signature"), now));
        let kind = file.as_ref().and_then(|(kind, _)| HeaderValue::from_str(kind).ok());
        match (file, kind) {
            (Some((_, content)), Some(kind)) => {
                let mut reply = Reply::text(StatusCode::OK, content);
                reply.headers.insert(header::CONTENT_TYPE, kind);
                reply
            }
            _ => Reply::text(StatusCode::FORBIDDEN, "Request has expired, or its signature is wrong"),
        }
    }

    fn api(&mut self, call: &Passing<'_>) -> Answered {
        let seat = match self.checked_caller(call) {
            Ok(seat) => seat,
            Err(reply) => return Answered { reply: *reply, seat: None },
        };
        let form = self.switches.gateway_errors;
        let cap = self.limits.settings.core_plus_month;
        let over = self.limits.admit(seat, call.is_batch(), call.now, &self.switches).is_err()
            || call.reads() && self.metering.is_used_up(seat.0, cap, call.now);
        let reply = if over {
            GatewayFault::Throttled.reply(form, call.now)
        } else if !Books::knows(call.segment()) {
            not_found()
        } else if let Some(gap) = unmodelled_form(call) {
            fault_body::of_books(&gap, call.now)
        } else {
            self.identified(call, seat)
        };
        Answered { reply, seat: Some(seat) }
    }

    /// Token, company, scope and the user's standing.
    fn checked_caller(&self, call: &Passing<'_>) -> Result<Seat, Box<Reply>> {
        let (now, switches) = (call.now, &self.switches);
        let form = switches.gateway_errors;
        let Caller { app, realm, admin_removed, .. } =
            match self.identity.authenticate(bearer(call.request.headers()), now) {
                Ok(caller) if caller.may_account() => caller,
                Ok(_) => return Err(Box::new(GatewayFault::Forbidden.reply(form, now))),
                Err(fault) => return Err(Box::new(fault.reply(form, now))),
            };
        if realm_number(call.realm) != Some(realm) || self.company(realm).is_none() {
            return Err(Box::new(match switches.wrong_company {
                WrongCompany::Forbidden => GatewayFault::Forbidden.reply(form, now),
                WrongCompany::WrongCluster => fault_body::wrong_cluster(now),
            }));
        }
        if admin_removed {
            return Err(Box::new(fault_body::admin_removed(switches.admin_removed_status, now)));
        }
        Ok((app, realm))
    }

    /// Reads the frame of a batch, and looks a `requestid` up before anything is done.
    fn identified(&mut self, call: &Passing<'_>, seat: Seat) -> Reply {
        let batch = match call.is_batch().then(|| Batch::read(call.request.body())).transpose() {
            Ok(batch) => batch,
            Err(fault) => return fault_body::of_books(&fault, call.now),
        };
        let id = value(&call.query, replay::PARAMETER).filter(|id| !id.is_empty() && !call.reads());
        let Some(id) = id.filter(|_| self.switches.request_ids == RequestIds::Honoured) else {
            return self.worked(call, seat, batch);
        };
        let longest = if batch.is_some() { replay::LONGEST_OF_BATCH } else { replay::LONGEST };
        if id.chars().count() > longest || batch.as_ref().is_some_and(Batch::has_long_id) {
            let text = format!(
                "Invalid Request Id Format : a requestid has at most {longest} characters, a bId beside it at most 10"
            );
            return fault_body::of_books(&BookFault::of(2130, text), call.now);
        }
        let items = batch.as_ref().map(Batch::ids).unwrap_or_default();
        self.worked_once(call, seat, batch, Key { realm: seat.1, id: id.to_owned(), items })
    }

    /// A write under an id: done once, then replayed (qbo.md 4).
    fn worked_once(&mut self, call: &Passing<'_>, seat: Seat, batch: Option<Batch<'_>>, key: Key) -> Reply {
        let uri = call.request.uri();
        let print = Print::of(call.method(), uri.path(), uri.query().unwrap_or_default(), call.request.body());
        let duplicate = |now| {
            let text = format!("Duplicate Request ID : {} is in use by another request", key.id);
            fault_body::of_books(&BookFault::of(600, text), now)
        };
        match (
            self.replays.look_up(&key, &print, self.switches.request_id_hours, call.now),
            self.switches.reused_request_id,
        ) {
            (Remembered::Answer(reply), _) | (Remembered::Other(reply), ReusedRequestId::Replayed) => return reply,
            (Remembered::Running, _) | (Remembered::Other(_), ReusedRequestId::Refused) => return duplicate(call.now),
            (Remembered::Nothing, _) | (Remembered::Other(_), ReusedRequestId::RunsAgain) => {}
        }
        let reply = self.worked(call, seat, batch);
        let lost = call.fault == Some(&Fault::CommitThen500)
            && self.switches.replay_after_lost_500 == ReplayAfterLost500::RunsAgain;
        let kept = reply.status.is_success() || reply.status.is_client_error() && self.switches.refusals_replayed;
        if kept && !lost {
            let runs_for = match call.fault {
                Some(Fault::SlowBody { delay_ms }) => Duration::milliseconds(i64::from(*delay_ms)),
                _ => Duration::zero(),
            };
            self.replays.remember(key, print, reply.clone(), call.now, runs_for);
        }
        reply
    }

    fn worked(&mut self, call: &Passing<'_>, seat: Seat, batch: Option<Batch<'_>>) -> Reply {
        let cap = self.limits.settings.core_plus_month;
        if batch.as_ref().is_some_and(Batch::has_query) && self.metering.is_used_up(seat.0, cap, call.now) {
            return GatewayFault::Throttled.reply(self.switches.gateway_errors, call.now);
        }
        let Some(own) = self.companies.iter_mut().find(|own| own.realm == seat.1) else {
            return GatewayFault::Forbidden.reply(self.switches.gateway_errors, call.now);
        };
        let (headers, body, now) = (call.request.headers(), call.request.body(), call.now);
        let mut core_plus = u64::from(call.reads());
        let reply = match batch {
            Some(batch) => {
                let Done { reply, queries } = batch.work(&mut own.books, now, &self.switches);
                core_plus = match self.switches.batch_metering {
                    BatchMetering::EachQuery => queries,
                    BatchMetering::OnePerBatch => queries.min(1),
                };
                reply
            }
            None if call.segment() == "upload" && *call.method() == Method::POST => {
                upload::answer(headers, body, &mut own.books, now, &self.switches)
                    .unwrap_or_else(|fault| fault_body::of_books(&fault, now))
            }
            None => {
                let (method, path, query) = (call.method(), call.path, call.query.as_slice());
                own.books.handle(&Call { method, path, query, body, headers, now }, &self.switches)
            }
        };
        if reply.status.is_success() {
            self.metering.count(seat, core_plus, now);
        }
        if !call.reads() {
            self.collect_events(seat.1);
        }
        reply
    }
}

/// 404 without a body, for a path that is no entity's.
fn not_found() -> Reply {
    Reply::typed(StatusCode::NOT_FOUND, "text/html;charset=UTF-8", "")
}

fn into_reply(response: Response<Bytes>) -> Reply {
    let (head, body) = response.into_parts();
    Reply { status: head.status, headers: head.headers, body }
}

/// What QuickBooks would answer or read in XML, or in a form that no source describes: a client that forgets to ask for
/// JSON, or to announce it, must notice here (qbo.md 2).
fn unmodelled_form(call: &Passing<'_>) -> Option<BookFault> {
    let gap = |what: &str| Some(BookFault::of(501, format!("the emulator does not model {what}")));
    let accept = call.header(header::ACCEPT);
    let document = call.path.last().is_some_and(|segment| segment == "pdf") || call.segment() == "download";
    if !document && !accept.contains("json") {
        return gap("answers in XML, which QuickBooks gives without Accept: application/json; send that header");
    }
    if *call.method() != Method::POST || call.request.body().is_empty() {
        return None;
    }
    let kind = call.header(header::CONTENT_TYPE);
    match call.segment() {
        "query" if !kind.starts_with("application/text") && !kind.starts_with("text/plain") => {
            gap("a query whose Content-Type is not application/text")
        }
        "query" | "upload" => None,
        _ if !kind.contains("json") => gap("a body whose Content-Type is not application/json"),
        _ => None,
    }
}
