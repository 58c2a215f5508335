use super::*;

fn span(last: Option<i64>, next: Option<i64>) -> Span {
    Span { last, next }
}

fn wrongs(account: &Account) -> Vec<(i64, Wrong)> {
    let violations = account.violations.iter();
    violations.map(|violation| (violation.at, violation.wrong)).collect()
}

#[test]
fn every_frame_is_delivered_or_strictly_within_a_gap() {
    let mut account = Account::new(1, false);
    (1..=9).for_each(|at| account.sent(0, at));
    [2, 5, 6].into_iter().for_each(|at| account.delivered(0, at));
    account.gap(0, span(None, Some(2)));
    account.gap(0, span(Some(2), None));
    account.gap(0, span(Some(2), Some(5)));
    account.gap(0, span(Some(7), None));
    // A late word of what was sent into a gap.
    account.sent(0, 3);
    account.close();
    assert_eq!(
        wrongs(&account),
        [(7, Wrong::Lost)],
        "the edge of a gap is a frame that was delivered"
    );
    let totals = Totals {
        sent: 9,
        delivered: 3,
        in_gaps: 5,
    };
    assert_eq!(account.totals, totals);
}

#[test]
fn nothing_is_delivered_twice_or_made_up_or_from_within_a_gap() {
    let mut account = Account::new(2, false);
    [1, 2, 3].into_iter().for_each(|at| account.sent(1, at));
    [1, 1, 3].into_iter().for_each(|at| account.delivered(1, at));
    account.gap(1, span(Some(1), Some(3)));
    account.delivered(1, 2);
    account.delivered(0, 2);
    let expected = [(1, Wrong::Twice), (2, Wrong::FromWithinGap), (2, Wrong::NeverSent)];
    assert_eq!(wrongs(&account), expected);
}

#[test]
fn a_gap_that_stands_for_several_may_hold_what_was_delivered() {
    let mut account = Account::new(1, true);
    (1..=5).for_each(|at| account.sent(0, at));
    account.delivered(0, 1);
    account.table(vec![(0, span(Some(1), None))]);
    account.table(vec![(0, span(Some(1), Some(5)))]);
    [3, 5].into_iter().for_each(|at| account.delivered(0, at));
    account.close();
    assert_eq!(wrongs(&account), []);
    let totals = Totals {
        sent: 5,
        delivered: 3,
        in_gaps: 2,
    };
    assert_eq!(account.totals, totals);
}

#[test]
fn what_is_settled_is_forgotten_and_what_is_late_is_lost() {
    let mut account = Account::new(1, false);
    account.sent(0, 1);
    account.delivered(0, 1);
    account.sent(0, 2);
    account.sent(0, REMEMBERED + 2);
    account.prune();
    assert_eq!(
        account.slots[0].frames.len(),
        2,
        "one on its way keeps the others, settled ones go"
    );
    account.gap(0, span(Some(1), None));
    account.sent(0, 2 * PATIENCE);
    account.prune();
    assert_eq!(wrongs(&account), [], "it may still come: the gap is open");
    account.gap(0, span(Some(2), Some(REMEMBERED + 2)));
    account.prune();
    assert_eq!(wrongs(&account)[0], (2, Wrong::Lost));
}
