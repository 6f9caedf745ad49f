//! The emulator at the boundary.

mod batches;
mod control;
mod faults;
mod flow;
mod gateway;
mod hostile;
mod replay;
