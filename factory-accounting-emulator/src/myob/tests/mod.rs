//! The emulator at the boundary.

mod clients;
mod control;
mod faults;
mod gateway;
mod hostile;
mod late;
