//! A loopback listener around an emulator: it makes each [`Outcome`] real on a socket.
//!
//! This is the only place of the crate that reads the real clock, waits, or opens connections.
//!
//! ```
//! use factory_accounting_emulator::{server::Server, xero::{XeroConfig, XeroEmulator}};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let running = Server::start(XeroEmulator::new(XeroConfig::default())).await?;
//! let api = format!("{}/api.xro/2.0", running.base_url());
//! assert!(api.starts_with("http://127.0.0.1:"));
//! running.stop().await;
//! # Ok::<(), std::io::Error>(()) }).unwrap();
//! ```

mod body;
mod deliver;

use std::convert::Infallible;
use std::future::{Future, pending};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use crate::answer::refused;
use crate::bench::CONTROL;
use crate::outcome::Outcome;
use crate::package::Package;
use body::WireBody;

/// More than the largest attachment of any package; a longer body is refused before the emulator sees it.
const LARGEST_BODY: usize = 128 * 1024 * 1024;

/// How long a shutdown waits for answers that are on their way.
const PARTING: Duration = Duration::from_millis(500);

/// Starts emulators on a free loopback port.
#[derive(Debug)]
pub struct Server;

impl Server {
    /// Listens on a free port of 127.0.0.1 and serves until [`Running::stop`].
    ///
    /// # Errors
    /// The port could not be opened.
    pub async fn start<P: Package>(emulator: P) -> io::Result<Running<P>> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let emulator = Arc::new(Mutex::new(emulator));
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async move {
            // A sender that was dropped means the same as one that sent.
            let _ = stopped.await;
        };
        let join = tokio::spawn(serve(listener, Arc::clone(&emulator), shutdown));
        Ok(Running { address, emulator, stop, join })
    }
}

/// A server at work; dropping it stops the server.
#[derive(Debug)]
pub struct Running<P> {
    address: SocketAddr,
    emulator: Arc<Mutex<P>>,
    stop: oneshot::Sender<()>,
    join: JoinHandle<io::Result<()>>,
}

impl<P: Package> Running<P> {
    /// `http://127.0.0.1:port`, without a closing slash.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address listened on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The emulator, to inject, advance and look; do not hold it across an await.
    pub fn emulator(&self) -> MutexGuard<'_, P> {
        locked(&self.emulator)
    }

    /// Stops listening, lets answers that are on their way leave, and ends.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.join.await;
    }
}

/// Serves an emulator on a listener until `shutdown` is ready.
///
/// # Errors
/// The listener failed for good.
pub async fn serve<P: Package>(
    listener: TcpListener,
    emulator: Arc<Mutex<P>>,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let graceful = GracefulShutdown::new();
    let mut tasks = JoinSet::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(_) = tasks.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    tasks.spawn(converse(stream, Arc::clone(&emulator), graceful.watcher()));
                }
                // A peer that vanished between its SYN and our accept is no reason to stop.
                Err(fault) if fault.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(fault) => return Err(fault),
            },
        }
    }
    drop(listener);
    // Calls that hang on purpose never end by themselves: after the parting they are cut.
    let _ = tokio::time::timeout(PARTING, graceful.shutdown()).await;
    tasks.shutdown().await;
    Ok(())
}

async fn converse<P: Package>(
    stream: TcpStream,
    emulator: Arc<Mutex<P>>,
    watcher: hyper_util::server::graceful::Watcher,
) {
    let service = service_fn(move |request| answer(Arc::clone(&emulator), request));
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    // A connection that dies is the caller's affair, and often the very fault that was asked for.
    let _ = watcher.watch(connection).await;
}

/// `Err` closes the connection without an answer, which is how a dropped call is made real.
async fn answer<P: Package>(
    emulator: Arc<Mutex<P>>,
    request: Request<Incoming>,
) -> Result<Response<WireBody>, ClosedOnPurpose> {
    let (head, incoming) = request.into_parts();
    let Ok(body) = Limited::new(incoming, LARGEST_BODY).collect().await else {
        let refusal = refused(StatusCode::PAYLOAD_TOO_LARGE, "the body is beyond what any package takes");
        return Ok(whole(refusal.into_response()));
    };
    let request = Request::from_parts(head, body.to_bytes());
    if *request.method() == Method::POST && request.uri().path() == format!("{CONTROL}/webhooks/deliver") {
        return Ok(whole(deliver::deliver_due(&emulator).await));
    }
    let outcome = locked(&emulator).handle(request, real_now());
    match outcome {
        Outcome::Reply(response) => Ok(whole(response)),
        Outcome::Truncated { response, bytes } => Ok(response.map(|body| WireBody::truncated(body, bytes))),
        Outcome::Delayed { by, response } => {
            let by = by.to_std().unwrap_or_default();
            Ok(response.map(|body| WireBody::delayed(body, by)))
        }
        Outcome::Endless { response, bytes } => Ok(response.map(|_| WireBody::endless(bytes))),
        Outcome::Dropped => Err(ClosedOnPurpose),
        Outcome::Hang => match pending::<Infallible>().await {},
    }
}

fn whole(response: Response<Bytes>) -> Response<WireBody> {
    response.map(WireBody::whole)
}

/// The emulator's lock. A panic while it was held would be a bug of the emulator; its state is still the best there is.
fn locked<P>(emulator: &Mutex<P>) -> MutexGuard<'_, P> {
    emulator.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The one look at the real clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the listener is where real time enters; the core takes it as a parameter"
)]
fn real_now() -> DateTime<Utc> {
    Utc::now()
}

/// The connection is closed because a fault wants it so.
#[derive(Debug)]
struct ClosedOnPurpose;

impl std::fmt::Display for ClosedOnPurpose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("closed by an injected fault")
    }
}

impl std::error::Error for ClosedOnPurpose {}
