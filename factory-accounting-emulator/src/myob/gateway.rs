//! The way of a call: injected faults, API key, limits, token, company file, sign-on, route and scope, verb, books
//! (myob.md 12.1).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use uuid::Uuid;

use super::books::Books;
use super::call::{Call, Reply};
use super::config::CfToken;
use super::identity::{self, Caller, Offered};
use super::landing::Kept;
use super::presigned::Links;
use super::refusal::{self, UsedUp};
use super::scopes::{COMPANY_FILE, Need};
use super::switches::CompanyList;
use super::target::Target;
use super::{MyobEmulator, distort, etag, files};
use crate::credentials::bearer;
use crate::distort::bad_gateway;
use crate::fault::{CommitPoint, Fault, LateAnswer, LimitProblem};
use crate::gzip;
use crate::outcome::Outcome;
use crate::target::pairs;

/// On every answer; MYOB's support asks for it (myob.md 1.4).
const REQUEST_ID: HeaderName = HeaderName::from_static("x-myobapi-requestid");
const KEY: HeaderName = HeaderName::from_static("x-myobapi-key");
const VERSION: HeaderName = HeaderName::from_static("x-myobapi-version");
const CF_TOKEN: HeaderName = HeaderName::from_static("x-myobapi-cftoken");

/// A refusal on the way; boxed because answers are large.
type Passed<T> = Result<T, Box<Reply>>;

/// What a call asks of the books, now or when it lands.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) method: &'a Method,
    pub(super) path: &'a [String],
    pub(super) query: &'a [(String, String)],
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a Bytes,
    pub(super) origin: &'a str,
}

/// What the work came to.
enum Worked {
    Reply(Reply),
    Dropped,
    Hang,
}

impl MyobEmulator {
    /// What becomes of a call that is not a control call.
    pub(super) fn outcome(
        &mut self,
        target: &Target,
        request: &Request<Bytes>,
        fault: Option<Fault>,
        now: DateTime<Utc>,
    ) -> Outcome {
        let outcome = match self.refused_early(fault.as_ref()) {
            Some(outcome) => outcome,
            None => match self.worked(target, request, fault.as_ref(), now) {
                Worked::Dropped => Outcome::Dropped,
                Worked::Hang => Outcome::Hang,
                Worked::Reply(reply) => {
                    let reply = match fault {
                        Some(Fault::CommitThen500) => refusal::internal_error(),
                        Some(Fault::GatewayTimeout504 { .. }) => refusal::gateway_timeout(),
                        _ => etag::answered(request.method(), request.headers(), reply),
                    };
                    distort::deliver(self.traced(reply), fault)
                }
            },
        };
        if accepts_gzip(request.headers()) { packed(outcome) } else { outcome }
    }

    /// Faults that hit before any work is done.
    fn refused_early(&mut self, fault: Option<&Fault>) -> Option<Outcome> {
        let reply = match fault? {
            Fault::DropBeforeCommit => return Some(Outcome::Dropped),
            Fault::Html502 { work: CommitPoint::NotDone } => return Some(Outcome::Reply(bad_gateway())),
            Fault::InvalidGrant => identity::invalid_grant().into(),
            Fault::RateLimited { problem, retry_after } => {
                let used_up = if *problem == LimitProblem::Day { UsedUp::Day } else { UsedUp::Second };
                refusal::retry_after(refusal::over_limit(used_up, self.switches.rate_limit_answer), *retry_after)
            }
            Fault::Unavailable503 { .. } => refusal::unavailable(),
            Fault::Unauthorised401 => refusal::token_invalid(),
            Fault::InternalError500 => refusal::internal_error(),
            Fault::GatewayTimeout504 { work: CommitPoint::NotDone } => refusal::gateway_timeout(),
            _ => return None,
        };
        Some(Outcome::Reply(self.traced(reply)))
    }

    /// The answer with the header that all answers carry (myob.md 12.1).
    fn traced(&mut self, reply: Reply) -> Response<Bytes> {
        let mut response = reply.into_response();
        if let Ok(id) = HeaderValue::from_str(&self.requests.uuid().to_string()) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        response
    }

    fn worked(
        &mut self,
        target: &Target,
        request: &Request<Bytes>,
        fault: Option<&Fault>,
        now: DateTime<Utc>,
    ) -> Worked {
        let (method, headers, body) = (request.method(), request.headers(), request.body());
        let query = request.uri().query().unwrap_or_default();
        Worked::Reply(match target {
            Target::Authorize => {
                let offered = self.offered();
                self.identity.authorize(method, query, body, &offered, now).into()
            }
            Target::Token => self.identity.token(method, headers, body, &self.switches, now).into(),
            Target::Files => self.company_files(request, now).unwrap_or_else(|refusal| *refusal),
            Target::Info => self.info(request, now).unwrap_or_else(|refusal| *refusal),
            Target::File { id, path } => {
                let worked = self.company_file(*id, path, request, fault, now);
                return worked.unwrap_or_else(|refusal| Worked::Reply(*refusal));
            }
            Target::Attachment { file, attachment } => self.attachment(*file, *attachment, request, now),
            Target::Nowhere => refusal::html_not_found(),
        })
    }

    fn offered(&self) -> Offered {
        let files = self.files.iter().map(|own| (own.id, own.books.company_name().to_owned())).collect();
        Offered { files, answering: self.answering }
    }

    /// Key, limits, token and version: what every call to the API passes first.
    fn admitted(&mut self, request: &Request<Bytes>, now: DateTime<Utc>) -> Passed<Caller> {
        let headers = request.headers();
        let app = text_of(headers, &KEY).and_then(|key| self.identity.app_of_key(key));
        let app = app.ok_or_else(|| Box::new(refusal::developer_inactive()))?;
        self.limits
            .admit(app, now, &self.switches)
            .map_err(|used_up| refusal::over_limit(used_up, self.switches.rate_limit_answer))?;
        let caller = self.identity.authenticate(app, bearer(headers), now).ok_or_else(refusal::token_invalid)?;
        if !text_of(headers, &VERSION).is_some_and(|version| version.eq_ignore_ascii_case("v2")) {
            return Err(Box::new(refusal::version_missing(self.switches.missing_version)));
        }
        Ok(caller)
    }

    /// `GET {base}`: new keys see at most the file that they were given (myob.md 1.5).
    fn company_files(&mut self, request: &Request<Bytes>, now: DateTime<Utc>) -> Passed<Reply> {
        let caller = self.with_company_scope(request, now)?;
        let listed = self.switches.company_list == CompanyList::Granted;
        let granted = self.files.iter().filter(|own| listed && own.id == caller.file);
        let origin = origin(request.headers());
        Ok(files::list(granted.map(|own| (own, self.signer.links(&origin, own.id))), self.switches.uri_host))
    }

    fn info(&mut self, request: &Request<Bytes>, now: DateTime<Utc>) -> Passed<Reply> {
        self.with_company_scope(request, now)?;
        Ok(files::info())
    }

    fn with_company_scope(&mut self, request: &Request<Bytes>, now: DateTime<Utc>) -> Passed<Caller> {
        let caller = self.admitted(request, now)?;
        if !caller.has(COMPANY_FILE) {
            return Err(Box::new(refusal::token_invalid()));
        }
        if *request.method() != Method::GET {
            return Err(Box::new(refusal::wrong_method(self.switches.wrong_method)));
        }
        Ok(caller)
    }

    fn company_file(
        &mut self,
        id: Option<Uuid>,
        path: &[String],
        request: &Request<Bytes>,
        fault: Option<&Fault>,
        now: DateTime<Utc>,
    ) -> Passed<Worked> {
        let caller = self.admitted(request, now)?;
        let at = self.opened(id, &caller, request.headers())?;
        let (method, headers) = (request.method(), request.headers());
        self.routed(path, method, &caller)?;
        let origin = origin(headers);
        let words: Vec<&str> = path.iter().map(String::as_str).collect();
        let links: Links = self.signer.links(&origin, self.files[at].id);
        let base = links.api(self.switches.uri_host, files::URI_HOST);
        if let Some(closed) = self.files[at].books.closed(method, &base, &self.switches) {
            return Err(Box::new(closed));
        }
        match words.as_slice() {
            [] => return Ok(Worked::Reply(files::root(&self.files[at], &links, self.switches.uri_host))),
            ["currentuser"] => {
                return Ok(Worked::Reply(files::current_user(&caller, &links, self.switches.uri_host)));
            }
            ["datascopes"] => return Ok(Worked::Reply(Reply::not_modelled("DataScopes, whose form nobody describes"))),
            _ => {}
        }
        let mut query = pairs(request.uri().query().unwrap_or_default().as_bytes());
        if fault == Some(&Fault::BodyUnasked) {
            query.push(("returnBody".into(), "true".into()));
        }
        let asked = Asked { method, path, query: &query, headers, body: request.body(), origin: &origin };
        Ok(match fault {
            Some(Fault::LandsLate { after_ms, answer }) => self.landing(at, &asked, *after_ms, *answer, now),
            _ => Worked::Reply(self.booked(at, &asked, now)),
        })
    }

    /// The file that a token was given for, behind its own sign-on where it has one (myob.md 1.4, 12.1).
    fn opened(&self, id: Option<Uuid>, caller: &Caller, headers: &HeaderMap) -> Passed<usize> {
        let at = self.files.iter().position(|own| Some(own.id) == id && own.id == caller.file);
        let at = at.ok_or_else(|| Box::new(refusal::ungranted(self.switches.ungranted_file)))?;
        let given = headers.get(&CF_TOKEN).map(HeaderValue::as_bytes);
        let good = match &self.files[at].cftoken {
            CfToken::None => given.is_none(),
            CfToken::Required { user, password } => {
                given == Some(STANDARD.encode(format!("{user}:{password}")).as_bytes())
            }
        };
        if good { Ok(at) } else { Err(Box::new(refusal::access_denied())) }
    }

    /// An unknown path looks like a missing scope, and both like a token that ran out (myob.md 1.3).
    fn routed(&self, path: &[String], method: &Method, caller: &Caller) -> Passed<()> {
        if matches!(path, [one, two, three, ..] if one == "purchase" && two == "bill" && three == "timebilling") {
            return Err(Box::new(refusal::html_not_found()));
        }
        let verbs: Option<&[&str]> = if is_of_the_file(path) { Some(&["GET"]) } else { Books::verbs(path) };
        match verbs.filter(|_| Need::of(path).is_met(caller)) {
            None => Err(Box::new(refusal::token_invalid())),
            Some(verbs) if !verbs.contains(&method.as_str()) => {
                Err(Box::new(refusal::wrong_method(self.switches.wrong_method)))
            }
            Some(_) => Ok(()),
        }
    }

    /// Asks the books.
    pub(super) fn booked(&mut self, at: usize, asked: &Asked<'_>, now: DateTime<Utc>) -> Reply {
        let Some(own) = self.files.get_mut(at) else { return refusal::ungranted(self.switches.ungranted_file) };
        let links = self.signer.links(asked.origin, own.id);
        let base = links.api(self.switches.uri_host, files::URI_HOST);
        let Asked { method, path, query, headers, body, .. } = *asked;
        own.books.handle(&Call { method, path, query, body, headers, now, base: &base, links: &links }, &self.switches)
    }

    /// Keeps a write until it lands; a read has nothing to land.
    fn landing(
        &mut self,
        at: usize,
        asked: &Asked<'_>,
        after_ms: u32,
        answer: LateAnswer,
        now: DateTime<Utc>,
    ) -> Worked {
        if *asked.method != Method::GET {
            let lands_at = now + Duration::milliseconds(i64::from(after_ms));
            self.landings.keep(Kept::of(self.files[at].id, asked, now), lands_at);
        }
        match answer {
            LateAnswer::GatewayTimeout504 => Worked::Reply(refusal::gateway_timeout()),
            LateAnswer::InternalError500 => Worked::Reply(refusal::internal_error()),
            LateAnswer::Drop => Worked::Dropped,
            LateAnswer::Hang => Worked::Hang,
        }
    }

    /// The store behind presigned links, which asks for no token (myob.md 3.9).
    fn attachment(&self, file: Uuid, attachment: Uuid, request: &Request<Bytes>, now: DateTime<Utc>) -> Reply {
        let query = request.uri().query().unwrap_or_default();
        let proven = *request.method() == Method::GET && self.signer.proves(file, attachment, query, now);
        let own = self.files.iter().find(|own| proven && own.id == file);
        match own.and_then(|own| own.books.attachment_file(attachment)) {
            Some((_, content)) => Reply::typed(StatusCode::OK, "application/octet-stream", content),
            None => Reply::typed(StatusCode::FORBIDDEN, "application/xml", "<Error><Code>AccessDenied</Code></Error>"),
        }
    }
}

/// Paths that say something of the file itself and are answered here.
pub(super) fn is_of_the_file(path: &[String]) -> bool {
    match path {
        [] => true,
        [only] => only == "currentuser" || only == "datascopes",
        _ => false,
    }
}

fn text_of<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
}

/// The emulator as the caller reached it.
fn origin(headers: &HeaderMap) -> String {
    format!("http://{}", text_of(headers, &header::HOST).unwrap_or("localhost"))
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    text_of(headers, &header::ACCEPT_ENCODING).is_some_and(|accepted| {
        accepted.split(',').any(|one| {
            let mut parts = one.split(';').map(str::trim);
            parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip")) && parts.next() != Some("q=0")
        })
    })
}

/// Packs a body that arrives whole, late or in part; errors are packed like everything else (myob.md 1.4).
fn packed(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Reply(response) => Outcome::Reply(packed_body(response)),
        Outcome::Delayed { by, response } => Outcome::Delayed { by, response: packed_body(response) },
        Outcome::Truncated { response, bytes } => {
            let response = packed_body(response);
            Outcome::Truncated { bytes: bytes.min(response.body().len()), response }
        }
        other => other,
    }
}

fn packed_body(mut response: Response<Bytes>) -> Response<Bytes> {
    if response.body().is_empty() {
        return response;
    }
    let body = gzip::packed(response.body());
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    *response.body_mut() = body;
    response
}
