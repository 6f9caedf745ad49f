//! One exact sliding window: pure, with time as a parameter.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Window, later};

/// How long the peer's word on calls left counts. Others who share the limit are seen only through it, and when their calls
/// leave a window is not known; after this one call goes through and brings a newer word or an exact `Retry-After`.
const READING_HOLDS: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(super) struct SlidingWindow {
    window: Window,
    /// Calls that have not ended.
    in_flight: u32,
    /// When calls ended and how many at that instant, oldest first.
    ended: VecDeque<(DateTime<Utc>, u32)>,
    ended_total: u32,
    /// Calls of others that the peer has told of, and until when its word counts.
    others: Option<(u32, DateTime<Utc>)>,
    blocked_until: Option<DateTime<Utc>>,
}

impl SlidingWindow {
    pub(super) fn new(window: Window) -> Self {
        Self { window, in_flight: 0, ended: VecDeque::new(), ended_total: 0, others: None, blocked_until: None }
    }

    pub(super) fn name(&self) -> &'static str {
        self.window.name
    }

    /// How many calls may leave now.
    pub(super) fn room(&mut self, now: DateTime<Utc>) -> u32 {
        self.expire(now);
        if self.blocked_until.is_some() { 0 } else { self.window.permits.saturating_sub(self.used()) }
    }

    /// When a call behind `ahead` others may leave, if nothing else happens: now, or later.
    pub(super) fn free_at(&mut self, now: DateTime<Utc>, ahead: u32) -> DateTime<Utc> {
        self.expire(now);
        let floor = self.blocked_until.unwrap_or(now);
        let wanted = self.used().saturating_add(ahead).saturating_add(1);
        let surplus = wanted.saturating_sub(self.window.permits);
        if surplus == 0 {
            return floor;
        }
        let (others, others_until) = self.others.unwrap_or((0, now));
        let mut freed = 0_u32;
        for &(ended, count) in &self.ended {
            let leaves = later(ended, self.window.span);
            let others_left = if others_until <= leaves { others } else { 0 };
            if freed.saturating_add(others_left) >= surplus {
                return floor.max(others_until);
            }
            freed = freed.saturating_add(count);
            if freed.saturating_add(others_left) >= surplus {
                return floor.max(leaves);
            }
        }
        if freed.saturating_add(others) >= surplus {
            return floor.max(others_until);
        }
        // What is in flight must end first; nobody knows when.
        floor.max(later(now, self.window.span))
    }

    pub(super) fn enter(&mut self) {
        self.in_flight += 1;
    }

    pub(super) fn leave(&mut self, now: DateTime<Utc>) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.ended_total += 1;
        match self.ended.back_mut() {
            // A clock that was set back must not let an older call leave the window after a newer one.
            Some((last, count)) if *last >= now => *count += 1,
            _ => self.ended.push_back((now, 1)),
        }
    }

    /// The peer says how many calls are left; what we have not used ourselves was used by others.
    pub(super) fn told_remaining(&mut self, remaining: u32, now: DateTime<Utc>) {
        self.expire(now);
        let ours = self.in_flight.saturating_add(self.ended_total);
        let others = self.window.permits.saturating_sub(ours).saturating_sub(remaining);
        self.others = (others > 0).then(|| (others, later(now, READING_HOLDS.min(self.window.span))));
    }

    pub(super) fn block_until(&mut self, until: DateTime<Utc>) {
        self.blocked_until = Some(self.blocked_until.map_or(until, |earlier| earlier.max(until)));
    }

    fn used(&self) -> u32 {
        let others = self.others.map_or(0, |(count, _)| count);
        self.in_flight.saturating_add(self.ended_total).saturating_add(others)
    }

    fn expire(&mut self, now: DateTime<Utc>) {
        while let Some(&(ended, count)) = self.ended.front()
            && later(ended, self.window.span) <= now
        {
            self.ended_total -= count;
            self.ended.pop_front();
        }
        self.others = self.others.filter(|&(_, until)| until > now);
        self.blocked_until = self.blocked_until.filter(|&until| until > now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pacing::Scope;

    fn window(permits: u32) -> SlidingWindow {
        SlidingWindow::new(Window {
            name: "minute",
            span: Duration::from_secs(60),
            permits,
            scope: Scope::Organisation,
        })
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap_or_default()
    }

    #[test]
    fn a_call_keeps_its_place_until_a_span_after_its_end() {
        let mut window = window(2);
        window.enter();
        window.enter();
        assert_eq!(window.room(at(500)), 0, "a call in flight never leaves");
        window.leave(at(510));
        assert_eq!(window.room(at(569)), 0);
        assert_eq!(window.free_at(at(569), 0), at(570));
        assert_eq!(window.room(at(570)), 1);
    }

    #[test]
    fn the_time_to_wait_counts_those_ahead() {
        let mut window = window(2);
        for end in [0, 10] {
            window.enter();
            window.leave(at(end));
        }
        assert_eq!(window.free_at(at(20), 0), at(60));
        assert_eq!(window.free_at(at(20), 1), at(70));
        assert_eq!(window.free_at(at(20), 2), at(80), "beyond what is known: a whole span");
    }

    #[test]
    fn a_lower_count_from_the_peer_is_believed_and_a_newer_one_replaces_it() {
        let mut window = window(60);
        window.enter();
        window.leave(at(0));
        window.told_remaining(10, at(0));
        assert_eq!(window.room(at(1)), 10);
        window.told_remaining(40, at(2));
        assert_eq!(window.room(at(2)), 40);
        window.told_remaining(59, at(3));
        assert_eq!(window.room(at(3)), 59);
        window.told_remaining(0, at(4));
        assert_eq!(window.room(at(5)), 0);
        assert_eq!(window.free_at(at(5), 0), at(60), "our own call leaves first");
        assert_eq!(window.free_at(at(5), 1), at(64), "then the peer's word lapses");
        assert_eq!(window.room(at(64)), 60);
    }

    #[test]
    fn a_refusal_blocks_until_its_time_and_the_longest_counts() {
        let mut window = window(60);
        window.block_until(at(26));
        window.block_until(at(20));
        assert_eq!(window.room(at(25)), 0);
        assert_eq!(window.free_at(at(25), 0), at(26));
        assert_eq!(window.room(at(26)), 60);
    }

    #[test]
    fn a_clock_that_is_set_back_frees_nothing_early() {
        let mut window = window(2);
        window.enter();
        window.enter();
        window.leave(at(100));
        window.leave(at(40));
        assert_eq!(window.room(at(101)), 0);
        assert_eq!(window.room(at(160)), 2);
    }
}
