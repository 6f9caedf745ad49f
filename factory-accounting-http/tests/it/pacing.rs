//! The pacer on a simulated clock.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use factory_accounting_core::clock::Clock;
use factory_accounting_core::error::ErrorKind;
use factory_accounting_http::{AppPacer, Limits, Scope, Signals, Throttle, Window};
use proptest::prelude::*;

use crate::support::{SimulatedClock, start};

fn window(name: &'static str, seconds: u64, permits: u32, scope: Scope) -> Window {
    Window { name, span: Duration::from_secs(seconds), permits, scope }
}

const PATIENT: Duration = Duration::from_secs(1_000_000);

/// One call in the log: which organisation, when it left, when it ended.
#[derive(Clone, Copy, Debug)]
struct Seen {
    organisation: usize,
    left: DateTime<Utc>,
    ended: DateTime<Utc>,
}

/// Makes calls that arrive at given milliseconds and last for given milliseconds; returns them in order of leaving.
fn run(limits: &Limits, calls: &[(usize, u64, u64)]) -> Vec<Seen> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let clock = SimulatedClock::new();
        let app = AppPacer::new(limits.clone(), Arc::clone(&clock) as _);
        let log = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = Vec::new();
        for &(organisation, arrives, lasts) in calls {
            let pacer = app.organisation(format!("o{organisation}"));
            let (clock, log) = (Arc::clone(&clock), Arc::clone(&log));
            tasks.push(tokio::spawn(async move {
                clock.sleep(Duration::from_millis(arrives)).await;
                let permit = pacer.acquire().await.unwrap();
                let left = clock.now();
                let place = {
                    let mut log = log.lock().unwrap();
                    log.push(Seen { organisation, left, ended: left });
                    log.len() - 1
                };
                clock.sleep(Duration::from_millis(lasts)).await;
                log.lock().unwrap()[place].ended = clock.now();
                drop(permit);
            }));
        }
        clock
            .drive(async {
                for task in tasks {
                    task.await.unwrap();
                }
            })
            .await;
        let log = log.lock().unwrap();
        log.clone()
    })
}

/// The most calls that the peer could count in one span, wherever between leaving and ending each was counted.
fn worst(calls: &[Seen], span: TimeDelta) -> usize {
    let overlaps =
        |begin: DateTime<Utc>| calls.iter().filter(|call| call.ended >= begin && call.left < begin + span).count();
    calls.iter().flat_map(|call| [call.left, call.ended]).map(overlaps).max().unwrap_or_default()
}

/// The most calls that left within one span.
fn leaving(calls: &[Seen], span: TimeDelta) -> usize {
    let within =
        |begin: DateTime<Utc>| calls.iter().filter(|call| call.left >= begin && call.left < begin + span).count();
    calls.iter().map(|call| within(call.left)).max().unwrap_or_default()
}

fn flying(calls: &[Seen]) -> usize {
    let at = |instant: DateTime<Utc>| calls.iter().filter(|call| call.left <= instant && instant < call.ended).count();
    calls.iter().map(|call| at(call.left)).max().unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_span_ever_holds_more_than_its_permits(
        permits in 1_u32..6,
        app_permits in 2_u32..10,
        concurrent in 1_usize..4,
        calls in prop::collection::vec((0_usize..3, 0_u64..30_000, 0_u64..4_000), 1..40),
    ) {
        let limits = Limits {
            concurrent,
            windows: vec![
                window("own", 10, permits, Scope::Organisation),
                window("long", 60, permits * 3, Scope::Organisation),
                window("app", 7, app_permits, Scope::App),
            ],
            inline_wait: PATIENT,
        };
        let all = run(&limits, &calls);
        prop_assert_eq!(all.len(), calls.len(), "every call left");
        prop_assert!(worst(&all, TimeDelta::seconds(7)) <= app_permits as usize);
        for organisation in 0..3 {
            let own: Vec<Seen> = all.iter().copied().filter(|call| call.organisation == organisation).collect();
            prop_assert!(worst(&own, TimeDelta::seconds(10)) <= permits as usize);
            prop_assert!(worst(&own, TimeDelta::seconds(60)) <= permits as usize * 3);
            prop_assert!(flying(&own) <= concurrent);
        }
    }
}

#[test]
fn sixty_a_minute_is_sixty_in_any_minute_even_as_the_peer_counts() {
    let limits =
        Limits { concurrent: 5, windows: vec![window("minute", 60, 60, Scope::Organisation)], inline_wait: PATIENT };
    let calls: Vec<_> = (0..300).map(|call| (0, 0, 100 + call * 7 % 400)).collect();
    let all = run(&limits, &calls);
    assert_eq!(leaving(&all, TimeDelta::seconds(60)), 60);
    assert_eq!(flying(&all), 5);
    assert_eq!(worst(&all, TimeDelta::seconds(60)), 60);
    let took = all.iter().map(|call| call.ended).max().unwrap() - start();
    assert!(took < TimeDelta::seconds(5 * 66), "and no slower than the latency costs: {took}");
}

#[test]
fn calls_of_one_organisation_leave_in_order_of_arrival() {
    let limits =
        Limits { concurrent: 1, windows: vec![window("own", 10, 2, Scope::Organisation)], inline_wait: PATIENT };
    // The length of each call tells it from the others.
    let calls: Vec<_> = (0..12_u64).map(|call| (0, call, 500 + call)).collect();
    let lengths: Vec<_> = run(&limits, &calls).iter().map(|call| (call.ended - call.left).num_milliseconds()).collect();
    assert_eq!(lengths, (500..512).collect::<Vec<i64>>());
}

#[test]
fn a_busy_organisation_does_not_starve_the_others_of_the_app_window() {
    let limits = Limits { concurrent: 100, windows: vec![window("app", 60, 10, Scope::App)], inline_wait: PATIENT };
    // Organisation 0 has a hundred calls waiting before the others come with three each.
    let mut calls: Vec<_> = (0..100).map(|_| (0, 0, 1)).collect();
    calls.extend((1..4).flat_map(|organisation| (0..3).map(move |_| (organisation, 1_000, 1))));
    let all = run(&limits, &calls);
    let second_minute: Vec<_> = all.iter().skip(10).take(10).map(|call| call.organisation).collect();
    for organisation in 1..4 {
        let turns = second_minute.iter().filter(|&&turn| turn == organisation).count();
        assert!(turns >= 2, "organisation {organisation} in {second_minute:?}");
    }
}

#[test]
fn an_organisation_at_its_own_limit_does_not_hold_up_the_others() {
    let limits = Limits {
        concurrent: 1,
        windows: vec![window("own", 60, 1, Scope::Organisation), window("app", 60, 4, Scope::App)],
        inline_wait: PATIENT,
    };
    let all = run(&limits, &[(0, 0, 1), (0, 0, 1), (0, 0, 1), (1, 10, 1), (2, 20, 1)]);
    let early: Vec<_> = all.iter().take(3).map(|call| call.organisation).collect();
    assert_eq!(early, [0, 1, 2]);
    assert!(all[2].left - start() < TimeDelta::seconds(1));
}

fn impatient(concurrent: usize) -> (Arc<SimulatedClock>, AppPacer) {
    let clock = SimulatedClock::new();
    let windows = vec![window("minute", 60, 3, Scope::Organisation), window("app", 60, 100, Scope::App)];
    let limits = Limits { concurrent, windows, inline_wait: Duration::from_secs(5) };
    let app = AppPacer::new(limits, Arc::clone(&clock) as _);
    (clock, app)
}

#[tokio::test]
async fn x5_each_organisation_has_its_own_window() {
    let (_, app) = impatient(5);
    for organisation in ["one", "two", "three"] {
        for _ in 0..3 {
            drop(app.organisation(organisation).acquire().await.unwrap());
        }
    }
}

#[tokio::test]
async fn a_wait_beyond_the_inline_wait_is_refused_at_once_with_its_length() {
    let (clock, app) = impatient(5);
    for _ in 0..3 {
        drop(app.organisation("one").acquire().await.unwrap());
    }
    let error = app.organisation("one").acquire().await.unwrap_err();
    assert_eq!((error.kind(), error.package_code()), (ErrorKind::Throttled, Some("minute")));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
    assert_eq!(clock.now(), start(), "nobody slept");
}

#[tokio::test]
async fn a_place_among_the_concurrent_calls_is_waited_for_only_so_long() {
    let (clock, app) = impatient(1);
    let pacer = app.organisation("one");
    let held = pacer.acquire().await.unwrap();
    let error = clock.drive(pacer.acquire()).await.unwrap_err();
    assert_eq!((error.kind(), error.package_code()), (ErrorKind::Throttled, Some("concurrent")));
    assert_eq!(clock.now(), start() + TimeDelta::seconds(5));
    drop(held);
    drop(pacer.acquire().await.unwrap());
}

#[tokio::test]
async fn one_who_stops_waiting_leaves_the_queue() {
    let (clock, app) = impatient(1);
    let pacer = app.organisation("one");
    let held = pacer.acquire().await.unwrap();
    let waiting = tokio::spawn({
        let pacer = pacer.clone();
        async move { pacer.acquire().await.map(drop) }
    });
    tokio::task::yield_now().await;
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    drop(held);
    drop(clock.drive(pacer.acquire()).await.unwrap());
}

#[tokio::test]
async fn what_the_peer_says_is_left_is_believed_for_all_of_the_app() {
    let (_, app) = impatient(5);
    let (one, two) = (app.organisation("one"), app.organisation("two"));
    one.observe(&Signals { remaining: vec![("minute", 0), ("unheard-of", 0)], throttled: None });
    assert_eq!(one.acquire().await.unwrap_err().package_code(), Some("minute"));
    drop(two.acquire().await.unwrap());
    two.observe(&Signals { remaining: vec![("app", 0)], throttled: None });
    assert_eq!(app.organisation("three").acquire().await.unwrap_err().package_code(), Some("app"));
    two.observe(&Signals { remaining: vec![("app", 50)], throttled: None });
    drop(app.organisation("three").acquire().await.unwrap());
}

#[tokio::test]
async fn a_refusal_blocks_its_window_and_one_without_name_or_time_pauses_the_organisation() {
    let (clock, app) = impatient(5);
    let (one, two) = (app.organisation("one"), app.organisation("two"));
    let hours = Duration::from_secs(66_975);
    let refusal =
        |window, retry_after| Signals { remaining: Vec::new(), throttled: Some(Throttle { window, retry_after }) };
    one.observe(&refusal(Some("minute"), Some(hours)));
    assert_eq!(one.acquire().await.unwrap_err().retry_after(), Some(hours));
    two.observe(&refusal(Some("concurrent"), None));
    drop(clock.drive(two.acquire()).await.unwrap());
    assert_eq!(clock.now(), start() + TimeDelta::seconds(1));
    two.observe(&refusal(Some("app"), Some(hours)));
    assert_eq!(app.organisation("three").acquire().await.unwrap_err().retry_after(), Some(hours));
}
