//! Rounds of one engine take turns. Two at once would hold the same lease, and the second would take what the first is
//! just sending for something left behind by a crash, and send it again at the same moment.

use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

#[derive(Debug, Default)]
pub(crate) struct Turns {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    taken: bool,
    waiting: Vec<Waker>,
}

/// A turn, until it is dropped.
pub(crate) struct Turn<'a>(&'a Turns);

impl Turns {
    /// Waits for a turn. Dropping the future forgets the wait.
    pub(crate) async fn take(&self) -> Turn<'_> {
        poll_fn(|context| {
            let mut state = self.state();
            if state.taken {
                state.waiting.push(context.waker().clone());
                return Poll::Pending;
            }
            state.taken = true;
            Poll::Ready(Turn(self))
        })
        .await
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let waiting = {
            let mut state = self.0.state();
            state.taken = false;
            std::mem::take(&mut state.waiting)
        };
        // Who is first takes it; the others wait again.
        waiting.into_iter().for_each(Waker::wake);
    }
}
