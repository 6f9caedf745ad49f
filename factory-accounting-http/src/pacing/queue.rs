//! Who goes next: each organisation's calls in order of arrival, organisations in turns.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::Notify;

use super::window::SlidingWindow;
use super::{Limits, Scope, Signals, later};

/// Wait after a refusal that names no time, as those for too many concurrent calls do.
pub(super) const PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct State {
    concurrent: usize,
    app: Vec<SlidingWindow>,
    lanes: Vec<Lane>,
    names: BTreeMap<String, usize>,
    next_ticket: u64,
    /// Turn of the call that left last.
    turn: u64,
    waiting: u32,
    /// Somebody waits for another organisation's turn to pass.
    contended: bool,
}

#[derive(Debug)]
struct Lane {
    windows: Vec<SlidingWindow>,
    flying: usize,
    queue: VecDeque<u64>,
    /// Turn of the call at the head of the queue; those behind it have the turns after it.
    turn: u64,
    paused_until: Option<DateTime<Utc>>,
    woken: Arc<Notify>,
}

/// Whether a waiting call may leave.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It has left the queue and occupies its places.
    Go,
    /// A window is full until about then.
    Window { name: &'static str, until: DateTime<Utc> },
    /// Others must end or go first.
    Place,
}

impl State {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            concurrent: limits.concurrent.max(1),
            app: windows(limits, Scope::App),
            lanes: Vec::new(),
            names: BTreeMap::new(),
            next_ticket: 0,
            turn: 0,
            waiting: 0,
            contended: false,
        }
    }

    pub(super) fn lane(&mut self, name: String, limits: &Limits) -> (usize, Arc<Notify>) {
        let lanes = &mut self.lanes;
        let index = *self.names.entry(name).or_insert_with(|| {
            lanes.push(Lane {
                windows: windows(limits, Scope::Organisation),
                flying: 0,
                queue: VecDeque::new(),
                turn: 0,
                paused_until: None,
                woken: Arc::new(Notify::new()),
            });
            lanes.len() - 1
        });
        (index, Arc::clone(&self.lanes[index].woken))
    }

    pub(super) fn enter(&mut self, lane: usize) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.waiting += 1;
        let lane = &mut self.lanes[lane];
        if lane.queue.is_empty() {
            // An idle lane saves up no turns.
            lane.turn = lane.turn.max(self.turn);
        }
        lane.queue.push_back(ticket);
        ticket
    }

    pub(super) fn forget(&mut self, lane: usize, ticket: u64) {
        self.lanes[lane].queue.retain(|&waiting| waiting != ticket);
        self.waiting = self.waiting.saturating_sub(1);
    }

    pub(super) fn leave(&mut self, lane: usize, now: DateTime<Utc>) {
        let lane = &mut self.lanes[lane];
        lane.flying = lane.flying.saturating_sub(1);
        for window in lane.windows.iter_mut().chain(&mut self.app) {
            window.leave(now);
        }
    }

    /// Whether someone waited for a turn since this was last asked.
    pub(super) fn take_contended(&mut self) -> bool {
        std::mem::take(&mut self.contended)
    }

    pub(super) fn verdict(&mut self, lane: usize, ticket: u64, now: DateTime<Utc>) -> Verdict {
        let rank = self.lanes[lane].queue.iter().position(|&waiting| waiting == ticket).unwrap_or_default();
        let ahead = u32::try_from(rank).unwrap_or(u32::MAX);
        let own = self.lanes[lane].free_at(now, ahead);
        let app = self.app.iter_mut().map(|window| (window.free_at(now, 0), window.name()));
        if let Some((until, name)) = app.chain([own]).max_by_key(|&(until, _)| until)
            && until > now
        {
            return Verdict::Window { name, until };
        }
        if rank > 0 || self.lanes[lane].flying >= self.concurrent {
            return Verdict::Place;
        }
        if !self.has_turn(lane, now) {
            self.contended = true;
            return Verdict::Place;
        }
        self.admit(lane);
        Verdict::Go
    }

    /// Whether the app's windows have room for the head of this lane after all calls of other lanes that could leave now
    /// and have an earlier turn.
    fn has_turn(&mut self, lane: usize, now: DateTime<Utc>) -> bool {
        let Some(room) = self.app.iter_mut().map(|window| window.room(now)).min() else { return true };
        if room >= self.waiting {
            return true;
        }
        let (turn, head) = self.lanes[lane].head();
        let mut before = 0_u64;
        for other in &mut self.lanes {
            let (other_turn, other_head) = other.head();
            // In the same turn the earlier ticket goes first. A lane is not before itself.
            let earlier = (turn + u64::from(other_head < head)).saturating_sub(other_turn);
            if earlier > 0 {
                before += earlier.min(other.could_leave(self.concurrent, now));
            }
        }
        before < u64::from(room)
    }

    fn admit(&mut self, lane: usize) {
        self.waiting = self.waiting.saturating_sub(1);
        let lane = &mut self.lanes[lane];
        lane.queue.pop_front();
        self.turn = self.turn.max(lane.turn);
        lane.turn += 1;
        lane.flying += 1;
        for window in lane.windows.iter_mut().chain(&mut self.app) {
            window.enter();
        }
    }

    pub(super) fn observe(&mut self, lane: usize, signals: &Signals, now: DateTime<Utc>) {
        let lane = &mut self.lanes[lane];
        for &(name, remaining) in &signals.remaining {
            if let Some(window) = find(&mut lane.windows, &mut self.app, name) {
                window.told_remaining(remaining, now);
            }
        }
        let Some(throttle) = &signals.throttled else { return };
        let until = later(now, throttle.retry_after.unwrap_or(PAUSE));
        match throttle.window.and_then(|name| find(&mut lane.windows, &mut self.app, name)) {
            Some(window) => window.block_until(until),
            None => lane.paused_until = lane.paused_until.max(Some(until)),
        }
    }
}

impl Lane {
    /// When the organisation's own limits let a call behind `ahead` others leave, and the name of the one that decides.
    fn free_at(&mut self, now: DateTime<Utc>, ahead: u32) -> (DateTime<Utc>, &'static str) {
        self.paused_until = self.paused_until.filter(|&until| until > now);
        let pause = (self.paused_until.unwrap_or(now), "rate");
        let windows = self.windows.iter_mut().map(|window| (window.free_at(now, ahead), window.name()));
        windows.fold(pause, |latest, next| if next.0 > latest.0 { next } else { latest })
    }

    /// Turn and ticket of the head of the queue.
    fn head(&self) -> (u64, u64) {
        (self.turn, self.queue.front().copied().unwrap_or(u64::MAX))
    }

    /// How many waiting calls the organisation's own limits would let leave now.
    fn could_leave(&mut self, concurrent: usize, now: DateTime<Utc>) -> u64 {
        if self.queue.is_empty() || self.paused_until.is_some_and(|until| until > now) {
            return 0;
        }
        let places = self.queue.len().min(concurrent.saturating_sub(self.flying)) as u64;
        self.windows.iter_mut().fold(places, |least, window| least.min(u64::from(window.room(now))))
    }
}

fn windows(limits: &Limits, scope: Scope) -> Vec<SlidingWindow> {
    limits.windows.iter().filter(|window| window.scope == scope).cloned().map(SlidingWindow::new).collect()
}

fn find<'a>(own: &'a mut [SlidingWindow], app: &'a mut [SlidingWindow], name: &str) -> Option<&'a mut SlidingWindow> {
    own.iter_mut().chain(app).find(|window| window.name() == name)
}
