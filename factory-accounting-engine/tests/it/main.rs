//! The engine over the reference store and books in this process.

mod doubt;
mod edits;
mod knowing;
mod lending;
mod names;
mod neighbours;
mod orders;
mod outage;
mod plans;
mod queue;
mod remainders;
mod scripted;
mod sources;
mod terminal;
mod workers;
mod world;
