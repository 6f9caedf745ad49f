//! Wakes the endless loop when this engine has put something into the outbox, so that it is sent at once (F105).

use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

#[derive(Debug, Default)]
pub(crate) struct Bell {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    rung: bool,
    waiting: Vec<Waker>,
}

impl Bell {
    /// Wakes who waits, or whoever waits next.
    pub(crate) fn ring(&self) {
        let waiting = {
            let mut state = self.state();
            state.rung = true;
            std::mem::take(&mut state.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Ready once it has rung since the last time.
    pub(crate) async fn rung(&self) {
        poll_fn(|context| {
            let mut state = self.state();
            if std::mem::take(&mut state.rung) {
                return Poll::Ready(());
            }
            state.waiting.retain(|waker| !waker.will_wake(context.waker()));
            state.waiting.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
