//! The engine over the reference store and books in this process.

mod doubt;
mod neighbours;
mod orders;
mod outage;
mod scripted;
mod terminal;
mod workers;
mod world;
