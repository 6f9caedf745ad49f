//! What goes wrong in a run, as data.

use std::fmt;

/// What goes wrong in one run: which requests are hit by which fault, and where processes end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Faults by the number of the request, counting from 0 over the whole run.
    pub faults: Vec<(u32, Fault)>,
    /// Ends of processes.
    pub strikes: Vec<Strike>,
}

impl Plan {
    /// Whether a person gets in between.
    #[must_use]
    pub fn has_intrusion(&self) -> bool {
        self.faults.iter().any(|(_, fault)| matches!(fault, Fault::Person(..)))
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.faults.is_empty() && self.strikes.is_empty() {
            return f.write_str("nothing goes wrong");
        }
        let faults = self.faults.iter().map(|(at, fault)| format!("request {at}: {fault}"));
        let parts: Vec<String> = faults.chain(self.strikes.iter().map(ToString::to_string)).collect();
        f.write_str(&parts.join("; "))
    }
}

/// What happens to one request on the way or at the package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// No connection comes about: it is certain that nothing was sent.
    NoConnection,
    /// The request is lost on the way; the client cannot know.
    LostRequest,
    /// The package does its work; the answer is lost.
    LostAnswer,
    /// The package does its work; the answer comes after the client's deadline.
    AnswerTooLate,
    /// The client gives up, and only then, so many seconds later, the package does its work.
    LandsLate(u32),
    /// The answer breaks off after so many bytes.
    Truncated(usize),
    /// A fault of the package itself, by its name in [`World::faults`](super::World::faults).
    Package(&'static str),
    /// A person does something in the package while the request is under way, by its name in
    /// [`World::intrusions`](super::World::intrusions).
    Person(&'static str, When),
}

/// When a person gets in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The request has left and has not arrived.
    BeforeTheWork,
    /// The package has done the work, and its answer is on the way.
    AfterTheWork,
    /// The package has done the work, and its answer is lost.
    AfterTheWorkUnanswered,
}

impl When {
    /// Every moment.
    pub const ALL: [Self; 3] = [Self::BeforeTheWork, Self::AfterTheWork, Self::AfterTheWorkUnanswered];
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoConnection => f.write_str("no connection"),
            Self::LostRequest => f.write_str("request lost"),
            Self::LostAnswer => f.write_str("answer lost"),
            Self::AnswerTooLate => f.write_str("answer too late"),
            Self::LandsLate(seconds) => write!(f, "lands {seconds} s after the client gave up"),
            Self::Truncated(bytes) => write!(f, "answer breaks off after {bytes} bytes"),
            Self::Package(name) => f.write_str(name),
            Self::Person(what, When::BeforeTheWork) => write!(f, "a person {what} before it arrives"),
            Self::Person(what, When::AfterTheWork) => write!(f, "a person {what} before the answer arrives"),
            Self::Person(what, When::AfterTheWorkUnanswered) => write!(f, "a person {what}, and the answer is lost"),
        }
    }
}

/// The end of a process at a crossing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strike {
    /// Number of the crossing, counting from 0 over the whole run.
    pub at: u32,
    /// On which side of it.
    pub side: Side,
    /// What end.
    pub kind: StrikeKind,
}

impl fmt::Display for Strike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            StrikeKind::Crash => "crash",
            StrikeKind::Outage => "outage",
            StrikeKind::Freeze => "freeze",
        };
        let side = match self.side {
            Side::Before => "before",
            Side::After => "after",
        };
        write!(f, "{kind} {side} crossing {}", self.at)
    }
}

/// A side of a crossing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The call behind the seam has not happened.
    Before,
    /// It has happened, but the process never learns of it.
    After,
}

/// What becomes of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StrikeKind {
    /// It is gone; another starts in its place at once.
    Crash,
    /// It is gone; another starts in its place when the package has forgotten every key.
    Outage,
    /// It stands still until another worker has taken over and finished, and then goes on as if nothing had been.
    Freeze,
}

/// A process that stands still with its request in hand, beyond its lease and beyond every probe, and then lets it go,
/// is nothing that a client can exclude: the network may do the same to any packet. Hence no freeze on the near side of
/// the transport. And a host whose processes push states of one record at the same time says by revisions which is the
/// newer one: hence no freeze in a push. An observer cannot stand still by itself: the process stands at the next crossing.
pub(crate) fn may_freeze(seam: &str, side: Side) -> bool {
    match seam {
        "store.enqueue" | "observer.observe" => false,
        "transport.send" => side == Side::After,
        _ => true,
    }
}
