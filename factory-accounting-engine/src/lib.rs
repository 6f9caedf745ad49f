//! The only place of factory-accounting that acts: it claims work, makes each sending durable, writes, and settles what is
//! then known.
//!
//! [`Engine::push`] puts a record into the outbox and returns at once; [`Engine::run_once`] moves the outbox on by one
//! round. Everything else, the endless loop as well as a cron job, is a thin wrapper on these two.

mod adopt;
mod bell;
mod broken;
mod calls;
mod collisions;
mod connect;
mod decisions;
mod doubt;
mod drafts;
mod engine;
mod event;
mod explain;
mod files;
mod foresee;
mod history;
mod import;
mod inbound;
mod items;
mod kept;
mod links;
mod lists;
mod locks;
mod make_way;
mod numbers;
mod onboarding;
mod payments;
mod planner;
mod planning;
mod poison;
mod preview;
mod products;
mod push;
mod queue;
mod reading;
mod references;
mod rehearse;
mod retarget;
mod round;
mod sending;
mod settings;
mod settling;
mod status;
mod suggestions;
mod surroundings;
mod sync;
mod turns;
mod wanting;

pub use adopt::{Adopted, Adoption, DocumentMatch, MatchCandidate, NotAdopted};
pub use broken::{BrokenTie, RelinkProposal};
pub use collisions::{Collision, FreeNumber, HeldThere};
pub use engine::{Engine, EngineBuilder, EngineConfig, EngineError};
pub use event::{Event, NoObserver, Observer, Verb};
pub use import::{ImportAnswer, ImportAsk, ImportHost, ImportReport};
pub use inbound::ChangeReport;
pub use locks::Freshness;
pub use numbers::Numbers;
pub use onboarding::SettingUp;
pub use push::{Pushed, Ticket};
pub use queue::{QueueFilter, QueuePage, QueueQuery, QueueRow, QueueSummary};
pub use rehearse::{Rehearsal, Rehearsed};
pub use round::RunReport;
pub use settings::SettingsSaved;
pub use status::{NextRun, RecordStatus};
pub use sync::Synced;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
