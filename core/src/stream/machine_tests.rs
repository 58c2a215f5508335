use proptest::prelude::*;
use rand::{SeedableRng, rngs::StdRng};

use super::*;

const SECOND: Duration = Duration::from_secs(1);
/// When the tables' inputs come: long after any forced dial.
const NOW: Duration = Duration::from_secs(100);

fn machine() -> Machine {
    Machine::new(StreamConfig::default())
}

fn error(kind: ErrorKind, status: Option<u16>) -> Error {
    let error = Error::new(kind, "x");
    match status {
        Some(status) => error.with_http_status(status),
        None => error,
    }
}

fn broken() -> Input {
    Input::Lost(error(ErrorKind::Connection, None))
}

fn refused_token() -> Input {
    Input::Lost(error(ErrorKind::Authentication, Some(401)))
}

fn step(machine: &mut Machine, input: Input, now: Duration) -> Vec<Action> {
    machine.step(input, now, &mut StdRng::seed_from_u64(1))
}

/// A machine in this state, which it reached in a usual way by the first second.
fn in_state(state: State) -> Machine {
    let mut machine = machine();
    machine.start(Duration::ZERO, false, Duration::ZERO);
    let way: &[Input] = match state {
        State::Connecting => &[],
        State::Live => &[Input::Opened],
        State::Waiting => &[Input::Opened, broken()],
        State::Paused => &[Input::Pause],
        State::Closed => &[Input::Close],
        State::Failed => &[Input::Lost(error(ErrorKind::NotFound, Some(404)))],
    };
    for input in way {
        step(&mut machine, input.clone(), SECOND);
    }
    assert_eq!(machine.state(), state);
    machine
}

/// Actions in short, e.g. `"hangup unobserved:paused tell:paused"`.
fn names(actions: &[Action]) -> String {
    let name = |action: &Action| match action {
        Action::Refresh => "refresh".to_owned(),
        Action::Dial => "dial".to_owned(),
        Action::Hangup(Farewell::Quick) => "hangup".to_owned(),
        Action::Hangup(Farewell::Polite) => "goodbye".to_owned(),
        Action::Wait(_) => "wait".to_owned(),
        Action::Tell(status) => format!("tell:{}", status.name()),
        Action::Unobserved(cause) => format!("unobserved:{}", cause.name()),
        Action::End(End::Closed) => "end:closed".to_owned(),
        Action::End(End::Failed(_)) => "end:failed".to_owned(),
    };
    actions.iter().map(name).collect::<Vec<_>>().join(" ")
}

fn wait_of(actions: &[Action]) -> Option<Duration> {
    actions.iter().find_map(|action| match action {
        Action::Wait(wait) => Some(*wait),
        _ => None,
    })
}

#[test]
fn every_state_has_its_answer_to_every_input() {
    use State::{Closed, Connecting, Failed, Live, Paused, Waiting};
    let fatal = Input::Lost(error(ErrorKind::PermissionDenied, Some(403)));
    let inputs = [
        Input::Opened,
        Input::Frames,
        broken(),
        fatal,
        refused_token(),
        Input::Elapsed,
        Input::Pause,
        Input::Resume,
        Input::Wake(Duration::ZERO),
        Input::DevicesChanged,
        Input::Close,
    ];
    let nothing = |state| (state, "");
    let paused = (Paused, "goodbye unobserved:paused tell:paused");
    let closed = (Closed, "hangup tell:closed end:closed");
    let failed = (Failed, "unobserved:failed tell:failed end:failed");
    // In the order of the inputs.
    let table: [(State, [(State, &str); 11]); 6] = [
        (
            Connecting,
            [
                (Live, "tell:live"),
                nothing(Connecting),
                (Waiting, "tell:waiting wait"),
                failed,
                (Connecting, "refresh dial"),
                nothing(Connecting),
                paused,
                nothing(Connecting),
                (Connecting, "hangup dial"),
                (Connecting, "goodbye dial"),
                closed,
            ],
        ),
        (
            Live,
            [
                nothing(Live),
                nothing(Live),
                (Waiting, "unobserved:reconnect tell:waiting wait"),
                failed,
                (Connecting, "unobserved:reconnect refresh tell:connecting dial"),
                nothing(Live),
                paused,
                nothing(Live),
                (Connecting, "hangup unobserved:reconnect tell:connecting dial"),
                (Connecting, "goodbye unobserved:reconnect tell:connecting dial"),
                closed,
            ],
        ),
        (
            Waiting,
            [
                nothing(Waiting),
                nothing(Waiting),
                nothing(Waiting),
                nothing(Waiting),
                nothing(Waiting),
                (Connecting, "tell:connecting dial"),
                paused,
                nothing(Waiting),
                // The wait of this table's machine is long over at `NOW`; see the tests of wakes for one that is not.
                nothing(Waiting),
                nothing(Waiting),
                closed,
            ],
        ),
        (
            Paused,
            [
                nothing(Paused),
                nothing(Paused),
                nothing(Paused),
                nothing(Paused),
                nothing(Paused),
                nothing(Paused),
                nothing(Paused),
                (Connecting, "tell:connecting dial"),
                nothing(Paused),
                nothing(Paused),
                closed,
            ],
        ),
        (Closed, [nothing(Closed); 11]),
        (Failed, [nothing(Failed); 11]),
    ];
    for (state, row) in table {
        for (input, (then, actions)) in inputs.iter().zip(row) {
            let mut machine = in_state(state);
            let done = step(&mut machine, input.clone(), NOW);
            assert_eq!(
                (machine.state(), names(&done).as_str()),
                (then, actions),
                "{state:?} {input:?}"
            );
        }
    }
}

#[test]
fn a_start_dials_at_once_later_or_not_yet() {
    let start = |after, paused| names(&machine().start(after, paused, Duration::ZERO));
    assert_eq!(start(Duration::ZERO, false), "tell:connecting dial");
    assert_eq!(start(SECOND, false), "wait");
    assert_eq!(start(SECOND, true), "tell:paused");
}

#[test]
fn a_refused_token_is_renewed_once_until_a_connection_stands() {
    let mut machine = in_state(State::Connecting);
    step(&mut machine, refused_token(), NOW);
    assert_eq!(machine.state(), State::Connecting);
    step(&mut machine, refused_token(), NOW);
    assert_eq!(machine.state(), State::Failed);
    let mut machine = in_state(State::Connecting);
    for input in [
        refused_token(),
        Input::Opened,
        broken(),
        Input::Elapsed,
        refused_token(),
    ] {
        step(&mut machine, input, NOW);
    }
    assert_eq!(machine.state(), State::Connecting);
}

#[test]
fn in_an_outage_tokens_may_be_revoked_more_than_once() {
    let mut machine = in_state(State::Connecting);
    let unavailable = || Input::Lost(error(ErrorKind::Server, Some(503)));
    for input in [refused_token(), unavailable(), Input::Elapsed, refused_token()] {
        step(&mut machine, input, NOW);
    }
    assert_eq!(machine.state(), State::Connecting);
    step(&mut machine, refused_token(), NOW);
    assert_eq!(machine.state(), State::Failed, "twice in a row is final");
}

#[test]
fn missing_rights_and_unknown_devices_are_final_and_a_refused_second_connection_is_not() {
    let after = |error: Error| {
        let mut machine = in_state(State::Connecting);
        step(&mut machine, Input::Lost(error), NOW);
        machine.state()
    };
    for (kind, status) in [
        (ErrorKind::PermissionDenied, 403),
        (ErrorKind::NotFound, 404),
        (ErrorKind::InvalidRequest, 400),
    ] {
        assert_eq!(after(error(kind, Some(status))), State::Failed, "{kind}");
    }
    let pin_mismatch = error(ErrorKind::Connection, None).with_retryable(false);
    assert_eq!(after(pin_mismatch), State::Failed);
    let no_token = error(ErrorKind::Authentication, None);
    assert_eq!(after(no_token), State::Failed);
    for kind in [
        ErrorKind::Conflict,
        ErrorKind::RateLimited,
        ErrorKind::Server,
        ErrorKind::Connection,
        ErrorKind::Timeout,
    ] {
        assert_eq!(after(error(kind, None)), State::Waiting, "{kind}");
    }
}

#[test]
fn the_first_connection_is_tried_a_few_times_and_a_live_one_for_ever() {
    let tries = |machine: &mut Machine, input: Input| {
        let again = |_: &i32| {
            step(machine, input.clone(), NOW);
            step(machine, Input::Elapsed, NOW);
            machine.state() == State::Connecting
        };
        (0..100).take_while(again).count()
    };
    assert_eq!(tries(&mut in_state(State::Connecting), broken()), 4, "five attempts");
    let mut machine = in_state(State::Live);
    assert_eq!(tries(&mut machine, broken()), 100);
    let mut machine = in_state(State::Connecting);
    machine.prove();
    assert_eq!(tries(&mut machine, broken()), 100, "another one has stood");
    let conflict = Input::Lost(error(ErrorKind::Conflict, Some(409)));
    assert_eq!(tries(&mut in_state(State::Connecting), conflict), 100, "waited out");
}

#[test]
fn the_count_starts_anew_only_after_frames_have_flowed_for_a_while() {
    let mut machine = in_state(State::Connecting);
    for _ in 0..3 {
        step(&mut machine, Input::Opened, Duration::ZERO);
        step(&mut machine, Input::Frames, SECOND);
        step(&mut machine, broken(), SECOND);
        step(&mut machine, Input::Elapsed, SECOND);
    }
    assert_eq!(machine.attempt, 3);
    step(&mut machine, Input::Opened, Duration::ZERO);
    step(&mut machine, broken(), SECOND * 90);
    step(&mut machine, Input::Elapsed, SECOND * 90);
    assert_eq!(
        machine.attempt, 4,
        "a connection that stood and brought nothing proves nothing"
    );
    step(&mut machine, Input::Opened, Duration::ZERO);
    step(&mut machine, Input::Frames, SECOND * 31);
    step(&mut machine, broken(), SECOND * 31);
    assert_eq!(machine.attempt, 1);
}

#[test]
fn waits_are_jittered_from_the_first_on_and_keep_their_floors() {
    let wait = |error: Error, seed| {
        let mut machine = in_state(State::Live);
        let actions = machine.step(Input::Lost(error), NOW, &mut StdRng::seed_from_u64(seed));
        wait_of(&actions).unwrap()
    };
    let waits = |error: Error| (0..200).map(move |seed| wait(error.clone(), seed)).collect::<Vec<_>>();
    let plain = waits(error(ErrorKind::Connection, None));
    assert!(plain.iter().any(|wait| *wait < SECOND / 5) && plain.iter().any(|wait| *wait > SECOND * 4 / 5));
    let conflict = waits(error(ErrorKind::Conflict, Some(409)));
    assert!(
        conflict.iter().all(|wait| (SECOND / 2..=SECOND).contains(wait)),
        "half the nominal wait"
    );
    let asked = error(ErrorKind::RateLimited, Some(429)).with_retry_after(Some(SECOND * 7));
    assert!(waits(asked).iter().all(|wait| (SECOND * 7..=SECOND * 8).contains(wait)));
    let slip = error(ErrorKind::Server, Some(503)).with_retry_after(Some(Duration::MAX));
    assert!(waits(slip).iter().all(|wait| *wait <= LONGEST_RETRY_AFTER + SECOND));
}

/// A machine whose fifth back-off began at [`NOW`].
fn in_long_wait(error: &Error) -> (Machine, Duration) {
    let mut machine = in_state(State::Live);
    let mut wait = None;
    // Long enough for the tests whatever the jitter: the seed is fixed.
    for _ in 0..6 {
        wait = wait_of(&step(&mut machine, Input::Lost(error.clone()), NOW)).or(wait);
        if machine.attempt < 6 {
            step(&mut machine, Input::Elapsed, NOW);
        }
    }
    assert_eq!(machine.state(), State::Waiting);
    (machine, wait.unwrap())
}

#[test]
fn a_wake_cuts_a_wait_short_but_not_below_what_the_platform_asked_for() {
    let woken = |error: &Error, slept: Duration| {
        let (mut machine, wait) = in_long_wait(error);
        assert!(wait > SECOND * 3, "{wait:?}");
        let actions = step(&mut machine, Input::Wake(slept), NOW + SECOND);
        (names(&actions), wait_of(&actions))
    };
    let plain = error(ErrorKind::Server, Some(503));
    assert_eq!(woken(&plain, Duration::ZERO), ("tell:connecting dial".into(), None));
    let asked = plain.with_retry_after(Some(SECOND * 10));
    assert_eq!(woken(&asked, Duration::ZERO), ("wait".into(), Some(SECOND * 9)));
    assert_eq!(woken(&asked, SECOND * 4), ("wait".into(), Some(SECOND * 5)));
    assert_eq!(woken(&asked, SECOND * 3600), ("tell:connecting dial".into(), None));
}

#[test]
fn forced_dials_keep_their_distance_and_none_is_lost() {
    let wake = || Input::Wake(Duration::ZERO);
    let later = NOW + SECOND / 4;
    // Live: the second wake comes before the first dial is through, which is then given its time.
    let mut machine = in_state(State::Live);
    assert!(names(&step(&mut machine, wake(), NOW)).ends_with("dial"));
    assert_eq!(wait_of(&step(&mut machine, wake(), later)), Some(SECOND * 3 / 4));
    assert_eq!(names(&step(&mut machine, Input::Elapsed, NOW + SECOND)), "hangup dial");
    // The dial came through in time: the wake has nothing left to do.
    let mut machine = in_state(State::Live);
    step(&mut machine, wake(), NOW);
    step(&mut machine, wake(), later);
    assert_eq!(names(&step(&mut machine, Input::Opened, later)), "tell:live");
    assert_eq!(names(&step(&mut machine, Input::Elapsed, NOW + SECOND)), "");
    // Live again within the distance: it hangs up, and waits out the rest.
    let again = step(&mut machine, wake(), NOW + SECOND / 2);
    assert_eq!(names(&again), "hangup unobserved:reconnect tell:connecting wait");
    assert_eq!(wait_of(&again), Some(SECOND / 2));
    // The dial failed by itself: the wake shortens the back-off.
    let (mut machine, _) = in_long_wait(&error(ErrorKind::Server, Some(503)));
    step(&mut machine, wake(), NOW + SECOND);
    step(&mut machine, wake(), NOW + SECOND + SECOND / 4);
    let lost = step(&mut machine, broken(), NOW + SECOND + SECOND / 2);
    assert_eq!(wait_of(&lost), Some(SECOND / 2));
    assert_eq!(names(&lost), "tell:waiting wait");
    // Waiting: a wake within the distance shortens the wait to what is left.
    let (mut machine, _) = in_long_wait(&error(ErrorKind::Server, Some(503)));
    machine.forced = Some(NOW);
    assert_eq!(wait_of(&step(&mut machine, wake(), later)), Some(SECOND * 3 / 4));
    assert_eq!(names(&step(&mut machine, wake(), later)), "");
    // Many changes of devices in a row: two dials, not a hundred.
    let mut machine = in_state(State::Live);
    let done: Vec<_> = (0..100)
        .flat_map(|_| step(&mut machine, Input::DevicesChanged, NOW))
        .collect();
    let dials = done.iter().filter(|action| matches!(action, Action::Dial)).count();
    assert_eq!((dials, wait_of(&done)), (1, Some(SECOND)));
    assert_eq!(names(&step(&mut machine, Input::Elapsed, NOW + SECOND)), "dial");
}

fn inputs() -> impl Strategy<Value = (Input, u64)> {
    let kinds = prop::sample::select(vec![
        (ErrorKind::Connection, None),
        (ErrorKind::Connection, None),
        (ErrorKind::Timeout, None),
        (ErrorKind::Server, Some(503)),
        (ErrorKind::Conflict, Some(409)),
        (ErrorKind::RateLimited, Some(429)),
        (ErrorKind::Authentication, Some(401)),
        (ErrorKind::NotFound, Some(404)),
    ]);
    let lost = (kinds, prop::option::of(0_u64..1_000_000)).prop_map(|((kind, status), after)| {
        Input::Lost(error(kind, status).with_retry_after(after.map(Duration::from_secs)))
    });
    let input = prop_oneof![
        3 => Just(Input::Opened),
        2 => Just(Input::Frames),
        3 => lost,
        3 => Just(Input::Elapsed),
        1 => Just(Input::Pause),
        2 => Just(Input::Resume),
        2 => (0_u64..100_000).prop_map(|slept| Input::Wake(Duration::from_millis(slept))),
        2 => Just(Input::DevicesChanged),
    ];
    // With the time that passes before it, in ms.
    (input, prop_oneof![Just(0_u64), 0_u64..2_000, 0_u64..100_000])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn whatever_comes_the_rules_hold(
        sequence in prop::collection::vec(inputs(), 0..60),
        seed in any::<u64>(),
        paused in any::<bool>(),
    ) {
        let config = StreamConfig::default();
        let mut rng = StdRng::seed_from_u64(seed);
        let mut machine = machine();
        let mut now = Duration::ZERO;
        // What the driver holds: a dial or a socket, and a wait.
        let (mut holds, mut waits) = (false, false);
        let mut statuses: Vec<&str> = Vec::new();
        let mut ends = 0;
        let mut wakes: Vec<Duration> = Vec::new();
        let closing = [(Input::Close, 0)];
        let mut turns = vec![None];
        turns.extend(sequence.into_iter().chain(closing).map(Some));
        for turn in turns {
            let before = machine.state();
            let mut wake = false;
            let actions = match turn {
                None => machine.start(Duration::ZERO, paused, now),
                Some((input, passed)) => {
                    now += Duration::from_millis(passed);
                    wake = matches!(input, Input::Wake(_));
                    match input {
                        // A driver reports these only of what it holds.
                        Input::Opened if before != State::Connecting => continue,
                        Input::Frames if before != State::Live => continue,
                        Input::Lost(_) if !holds => continue,
                        Input::Elapsed if !waits => continue,
                        Input::Lost(_) => holds = false,
                        Input::Elapsed => waits = false,
                        _ => {}
                    }
                    machine.step(input, now, &mut rng)
                }
            };
            if matches!(before, State::Closed | State::Failed) {
                prop_assert!(actions.is_empty(), "{:?} after the end", actions);
            }
            if wake && actions.iter().any(|action| matches!(action, Action::Dial)) {
                if let Some(last) = wakes.last() {
                    prop_assert!(now - *last >= config.min_wake_interval, "forced dials too close");
                }
                wakes.push(now);
            }
            for action in actions {
                match action {
                    Action::Dial => {
                        prop_assert!(!holds, "a second dial or socket");
                        (holds, waits) = (true, false);
                    }
                    Action::Hangup(_) => (holds, waits) = (false, false),
                    Action::Wait(wait) => {
                        let bound = LONGEST_RETRY_AFTER + config.backoff.cap;
                        prop_assert!(wait <= bound, "waits {wait:?}");
                        waits = true;
                    }
                    Action::Tell(status) => {
                        prop_assert!(statuses.last() != Some(&status.name()), "told twice");
                        prop_assert!(status.name() != "live" || statuses.last() == Some(&"connecting"));
                        statuses.push(status.name());
                    }
                    Action::End(_) => {
                        ends += 1;
                        waits = false;
                    }
                    Action::Refresh | Action::Unobserved(_) => {}
                }
            }
            // Nothing hangs: whoever is not at rest holds something that will report.
            match machine.state() {
                State::Connecting | State::Live => prop_assert!(holds),
                State::Waiting => prop_assert!(waits && !holds),
                State::Paused | State::Closed | State::Failed => prop_assert!(!holds && !waits),
            }
        }
        prop_assert_eq!(ends, 1);
        prop_assert!(matches!(statuses.last(), Some(&"closed" | &"failed")));
    }

    #[test]
    fn pause_and_resume_lead_back_to_a_dial_from_every_living_state(
        sequence in prop::collection::vec(inputs(), 0..30),
        seed in any::<u64>(),
    ) {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut machine = machine();
        machine.start(Duration::ZERO, false, Duration::ZERO);
        for (input, _) in sequence {
            machine.step(input, NOW, &mut rng);
        }
        prop_assume!(machine.state() != State::Failed);
        machine.step(Input::Pause, NOW, &mut rng);
        prop_assert_eq!(machine.state(), State::Paused);
        let resumed = machine.step(Input::Resume, NOW, &mut rng);
        prop_assert!(matches!(resumed.last(), Some(Action::Dial)));
        prop_assert_eq!(machine.state(), State::Connecting);
    }
}
