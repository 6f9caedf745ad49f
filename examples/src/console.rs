//! Talking to the person at the terminal.

use std::fmt::Display;
use std::io::{self, Write as _};
use std::process::ExitCode;

/// A line on standard output.
///
/// # Errors
/// Nobody reads it.
pub fn say(text: impl Display) -> io::Result<()> {
    writeln!(io::stdout(), "{text}")
}

/// A line on standard error. Where nobody reads it there is nobody to tell.
pub fn warn(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Ends a program: its own exit code, or 1 with the error and its causes on one line.
#[must_use]
pub fn finish(outcome: anyhow::Result<ExitCode>) -> ExitCode {
    outcome.unwrap_or_else(|error| {
        warn(format_args!("error: {error:#}"));
        ExitCode::FAILURE
    })
}
