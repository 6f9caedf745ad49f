//! Talking to the person at the terminal.

use std::fmt::Display;
use std::io::{self, Write as _};
use std::process::ExitCode;

use crate::package::SetUp;

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

/// What a person has to see to in the package: what is done in short, what is not with the way to it.
///
/// # Errors
/// Nobody reads it.
pub fn to_set_up(steps: &[SetUp]) -> io::Result<()> {
    if steps.is_empty() {
        return Ok(());
    }
    let done = steps.iter().filter(|step| step.done == Some(true)).count();
    say(format_args!("Set up   {done} of {} steps", steps.len()))?;
    for step in steps.iter().filter(|step| step.done != Some(true)) {
        let state = if step.done.is_none() { "to be looked at" } else { "to be done" };
        say(format_args!("  {state}: {}\n    {}", step.title, step.how))?;
    }
    Ok(())
}

/// Ends a program: its own exit code, or 1 with the error and its causes on one line.
#[must_use]
pub fn finish(outcome: anyhow::Result<ExitCode>) -> ExitCode {
    outcome.unwrap_or_else(|error| {
        warn(format_args!("error: {error:#}"));
        ExitCode::FAILURE
    })
}
