use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use futures::FutureExt as _;
use futures::channel::oneshot;
use futures::future::{pending, select};

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// Tasks that wait, yield and draw; with what they said, in order, the trace and the draws.
fn run(seed: u64) -> (Vec<usize>, u64, Vec<[u8; 16]>) {
    let runtime = SimRuntime::new(seed);
    let (say, said) = mpsc::channel();
    for task in 0..20 {
        let (process, say) = (runtime.process(), say.clone());
        runtime.spawn(Box::pin(async move {
            for _ in 0..3 {
                yield_now().await;
                let millis = process.bytes()[0];
                process.pass(Duration::from_millis(millis.into())).await;
                say.send((task, process.bytes())).unwrap();
            }
        }));
    }
    runtime.block_on(runtime.pass(60 * SECOND));
    let (tasks, bytes) = said.try_iter().unzip();
    (tasks, runtime.trace(), bytes)
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_seed_another() {
    let first = run(1);
    assert_eq!(first.0.len(), 60);
    assert_eq!(run(1), first);
    let others: Vec<_> = (2..10).map(run).collect();
    assert!(others.iter().all(|other| other.0 != first.0));
    assert!(others.iter().all(|other| other.1 != first.1));
    assert!(others.iter().all(|other| other.2 != first.2));
}

#[test]
fn every_order_of_tasks_comes_up() {
    let mut orders = std::collections::BTreeSet::new();
    for seed in 0..200 {
        let runtime = SimRuntime::new(seed);
        let (say, said) = mpsc::channel();
        for task in 0..3 {
            let say = say.clone();
            runtime.spawn(async move { say.send(task).unwrap() }.boxed());
        }
        runtime.block_on(runtime.pass(SECOND));
        orders.insert(said.try_iter().collect::<Vec<u8>>());
    }
    assert_eq!(orders.len(), 6);
}

#[test]
fn timers_end_in_order_at_their_time_and_the_wait_takes_none() {
    let runtime = SimRuntime::new(1);
    let start = runtime.now();
    let (say, said) = mpsc::channel();
    for seconds in [86_400 * 365, 3, 1, 2, 1] {
        let (process, say) = (runtime.process(), say.clone());
        runtime.spawn(Box::pin(async move {
            process.pass(seconds * SECOND).await;
            say.send((seconds, process.now())).unwrap();
        }));
    }
    runtime.block_on(runtime.pass(86_400 * 366 * SECOND));
    let said: Vec<_> = said.try_iter().collect();
    let expected = [1, 1, 2, 3, 86_400 * 365];
    assert_eq!(
        said,
        expected.map(|seconds| (seconds, start + seconds * SECOND))
    );
    assert_eq!(runtime.tasks_left(), 0);
}

#[test]
fn time_stands_while_anybody_can_go_on() {
    let runtime = SimRuntime::new(1);
    let start = runtime.now();
    let process = runtime.process();
    runtime.spawn(Box::pin(async move { process.pass(SECOND).await }));
    runtime.block_on(async {
        for _ in 0..1000 {
            yield_now().await;
            assert_eq!(runtime.now(), start);
        }
        runtime.pass(Duration::ZERO).await;
    });
    assert_eq!(runtime.now(), start);
}

#[test]
fn a_thousand_tasks_run_to_their_end() {
    let runtime = SimRuntime::new(1);
    let ended = Arc::new(AtomicUsize::new(0));
    let (all, wait) = oneshot::channel();
    let all = Arc::new(Mutex::new(Some(all)));
    for _ in 0..1000 {
        let (process, ended, all) = (runtime.process(), ended.clone(), all.clone());
        runtime.spawn(Box::pin(async move {
            for _ in 0..10 {
                process
                    .pass(Duration::from_millis(process.bytes()[0].into()))
                    .await;
            }
            if ended.fetch_add(1, Ordering::SeqCst) == 999 {
                all.lock().unwrap().take().unwrap().send(()).unwrap();
            }
        }));
    }
    runtime.block_on(wait).unwrap();
    assert_eq!(ended.load(Ordering::SeqCst), 1000);
    assert_eq!(runtime.tasks_left(), 0);
}

#[test]
fn a_task_that_panics_ends_alone() {
    let runtime = SimRuntime::new(1);
    let process = runtime.process();
    runtime.spawn(Box::pin(async { panic!("task {}", 1) }));
    runtime.spawn(Box::pin(async move {
        process.pass(SECOND).await;
        panic!("task 2");
    }));
    runtime.block_on(runtime.pass(2 * SECOND));
    assert_eq!(runtime.panics(), ["task 1", "task 2"]);
    assert_eq!(runtime.tasks_left(), 0);
}

#[test]
fn a_panic_of_the_future_itself_comes_out_and_the_runtime_goes_on() {
    let runtime = SimRuntime::new(1);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        runtime.block_on(async { panic!("out") });
    }));
    assert!(panicked.is_err());
    assert_eq!(runtime.block_on(async { 7 }), 7);
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_wait_that_nobody_ends_is_a_deadlock() {
    let runtime = SimRuntime::new(1);
    let process = runtime.process();
    runtime.spawn(pending().boxed());
    runtime.spawn(Box::pin(async move { process.pass(SECOND).await }));
    runtime.block_on(pending::<()>());
}

#[test]
#[should_panic(expected = "1 tasks wait")]
fn a_sleep_for_ever_is_no_timer() {
    let runtime = SimRuntime::new(1);
    let process = runtime.process();
    runtime.spawn(Box::pin(async move { process.pass(Duration::MAX).await }));
    runtime.block_on(runtime.pass(Duration::MAX));
}

#[test]
#[should_panic(expected = "livelock")]
fn a_task_that_spins_is_a_livelock() {
    let runtime = SimRuntime::new(1);
    runtime.first.shared.state().livelock = 1000;
    runtime.spawn(Box::pin(async {
        loop {
            yield_now().await;
        }
    }));
    runtime.block_on(runtime.pass(SECOND));
}

#[test]
#[should_panic(expected = "from within itself")]
fn it_is_not_entered_twice() {
    let runtime = SimRuntime::new(1);
    runtime.block_on(async { runtime.block_on(async {}) });
}

#[test]
fn a_sleep_that_is_dropped_wakes_nobody() {
    let runtime = SimRuntime::new(1);
    let start = runtime.now();
    runtime.block_on(async {
        let short = Box::pin(runtime.pass(SECOND));
        let long = Box::pin(runtime.pass(60 * SECOND));
        select(short, long).await;
        assert!(runtime.pass(SECOND).now_or_never().is_none());
        runtime.pass(30 * SECOND).await;
    });
    assert_eq!(runtime.now(), start + 31 * SECOND);
    assert_eq!(runtime.first.shared.state().timers(), 0);
}

#[test]
fn what_has_not_ended_goes_on_with_the_next_call() {
    let runtime = SimRuntime::new(1);
    let process = runtime.process();
    let (say, said) = mpsc::channel();
    runtime.spawn(Box::pin(async move {
        process.pass(2 * SECOND).await;
        say.send(()).unwrap();
    }));
    runtime.block_on(runtime.pass(SECOND));
    assert_eq!((said.try_iter().count(), runtime.tasks_left()), (0, 1));
    runtime.block_on(runtime.pass(2 * SECOND));
    assert_eq!((said.try_iter().count(), runtime.tasks_left()), (1, 0));
}

#[test]
fn a_process_that_is_killed_does_nothing_more_and_others_go_on() {
    let runtime = SimRuntime::new(1);
    let (killed, other) = (runtime.process(), runtime.process());
    let (say, said) = mpsc::channel();
    for (name, process) in [("killed", &killed), ("other", &other)] {
        let (process, say) = (process.clone(), say.clone());
        runtime.spawn(Box::pin(async {}));
        process.clone().spawn(Box::pin(async move {
            loop {
                process.pass(SECOND).await;
                say.send(name).unwrap();
            }
        }));
    }
    runtime.block_on(runtime.pass(SECOND * 3 / 2));
    assert_eq!(said.try_iter().count(), 2);
    runtime.block_on(async {
        killed.kill();
        killed.spawn(Box::pin(async { panic!("a dead process starts nothing") }));
        runtime.pass(SECOND).await;
    });
    assert_eq!(said.try_iter().collect::<Vec<_>>(), ["other"]);
    assert_eq!(runtime.panics(), [""; 0]);
    assert_eq!(runtime.tasks_left(), 1);
}

#[test]
fn a_process_may_have_a_wrong_clock() {
    let runtime = SimRuntime::new(1);
    let ahead = runtime.process().with_clock_ahead(time::Duration::HOUR);
    assert_eq!(ahead.now() - runtime.now(), time::Duration::HOUR);
    let clock: &dyn Clock = &ahead;
    let start = runtime.now();
    runtime.block_on(Clock::sleep(clock, SECOND));
    assert_eq!(runtime.now(), start + SECOND);
    assert_eq!(ahead.now() - runtime.now(), time::Duration::HOUR);
}

#[test]
fn tasks_are_dropped_with_their_runtime() {
    let alive = Arc::new(());
    let runtime = SimRuntime::new(1);
    let (process, held) = (runtime.process(), alive.clone());
    process.clone().spawn(Box::pin(async move {
        process.pass(SECOND).await;
        drop(held);
    }));
    runtime.block_on(yield_now());
    // Also one that never had its turn.
    let (process, held) = (runtime.process(), alive.clone());
    process.clone().spawn(Box::pin(async move {
        process.pass(SECOND).await;
        drop(held);
    }));
    assert_eq!(Arc::strong_count(&alive), 3);
    drop(runtime);
    assert_eq!(Arc::strong_count(&alive), 1);
}
