//! How far it has got: a bar on a terminal, a plain line now and then elsewhere. On standard error, so that a report on
//! standard output can be kept.

use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

/// A bar, or lines in its place.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    total: AtomicU64,
    done: AtomicU64,
    told: AtomicU64,
}

impl Progress {
    /// A bar with nothing to do yet.
    #[must_use]
    pub fn new(what: &'static str) -> Self {
        let bar = ProgressBar::new(0).with_message(what);
        if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:40}] {pos}/{len} {elapsed}") {
            bar.set_style(style.progress_chars("=> "));
        }
        Self { bar, total: AtomicU64::new(0), done: AtomicU64::new(0), told: AtomicU64::new(0) }
    }

    /// So many more are to be done.
    pub fn expect(&self, more: u64) {
        self.total.fetch_add(more, Ordering::Relaxed);
        self.bar.inc_length(more);
    }

    /// One is done.
    pub fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        self.bar.inc(1);
        if self.bar.is_hidden() && done >= self.told.load(Ordering::Relaxed) + 100 {
            self.told.store(done, Ordering::Relaxed);
            let total = self.total.load(Ordering::Relaxed).max(done);
            // Nobody can be told that standard error is closed.
            let _ = writeln!(std::io::stderr(), "{}: {done} of {total}", self.bar.message());
        }
    }

    /// Takes the bar away, so that a report can follow.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
