//! The listener and the program, over real sockets.

mod program;
mod server;
mod wire;
