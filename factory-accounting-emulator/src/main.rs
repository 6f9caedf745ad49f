//! The emulator as a program: listens, prints one JSON line that says where and with which credentials, and stops on
//! SIGTERM or SIGINT.

mod cli;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use clap::Parser;
use factory_accounting_emulator::Package;
use factory_accounting_emulator::myob::MyobEmulator;
use factory_accounting_emulator::qbo::QboEmulator;
use factory_accounting_emulator::server::serve;
use factory_accounting_emulator::xero::XeroEmulator;
use tokio::net::TcpListener;

use cli::{Cli, PackageName};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            // Nobody is left to tell when standard error is closed.
            let _ = writeln!(io::stderr(), "error: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<(), String> {
    cli.check_listen()?;
    match cli.package {
        PackageName::Xero => listen(XeroEmulator::new(cli.xero_config()?), cli.listen).await,
        PackageName::Myob => listen(MyobEmulator::new(cli.myob_config()?), cli.listen).await,
        PackageName::Qbo => listen(QboEmulator::new(cli.qbo_config()?), cli.listen).await,
    }
}

/// Serves one emulator until somebody stops the program.
async fn listen<P: Package>(emulator: P, on: SocketAddr) -> Result<(), String> {
    // The handlers stand before the address is printed, so that whoever read it can already stop the program.
    let stopped = stop_signal().map_err(|fault| format!("cannot watch for signals: {fault}"))?;
    let listener = TcpListener::bind(on).await.map_err(|fault| format!("cannot listen on {on}: {fault}"))?;
    let address = listener.local_addr().map_err(|fault| fault.to_string())?;
    let mut out = io::stdout();
    writeln!(out, "{}", emulator.card(&format!("http://{address}")))
        .and_then(|()| out.flush())
        .map_err(|fault| format!("cannot write the start line: {fault}"))?;

    serve(listener, Arc::new(Mutex::new(emulator)), stopped).await.map_err(|fault| fault.to_string())
}

/// Ready once somebody wants the program to stop.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
    })
}

/// Ready once somebody wants the program to stop.
#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        // Without a handler the system ends the program by itself.
        let _ = tokio::signal::ctrl_c().await;
    })
}
