use jiff::{Timestamp, ToSpan as _};
use proptest::prelude::*;

use super::*;
use crate::id::WorkspaceId;
use crate::plan::Plan;
use crate::testing::config;
use crate::workspace::Workspace;

const NOW: Timestamp = Timestamp::constant(1_769_898_000, 0);
const US: &str = "cus_1";

fn customer() -> BillingAccount {
    BillingAccount::new(US.to_owned(), false)
}

fn workspace(plan: Plan) -> Workspace {
    let slug = "acme".parse().unwrap();
    Workspace {
        plan,
        ..Workspace::new(WorkspaceId::new(1, 1), slug, "Acme".into(), "UTC".into())
    }
}

fn fact(subscription: &str, news: SubscriptionEvent) -> SubscriptionFact {
    SubscriptionFact {
        subscription: subscription.to_owned(),
        customer: US.to_owned(),
        workspace: None,
        event: news,
    }
}

fn stand(status: SubscriptionStatus, offer: PlanOffer) -> SubscriptionEvent {
    SubscriptionEvent::StateReported(SubscriptionState {
        status,
        period_end: NOW + 720.hours(),
        offer: Some(offer),
        ends_at: None,
    })
}

/// What comes of events, each so many hours after the first.
fn after(events: &[(i64, SubscriptionEvent)]) -> BillingAccount {
    let mut account = customer();
    for (hours, news) in events {
        let at = NOW + hours.hours();
        account = account.join(false, at, &fact("sub_1", *news)).unwrap();
    }
    account
}

fn applied(account: &BillingAccount, plan: Plan) -> (Plan, Option<Timestamp>) {
    let before = workspace(plan);
    let after = account.apply_to(&before).unwrap_or(before);
    (after.plan, after.downgrades_at)
}

#[test]
fn active_subscription_gives_its_plan_until_end() {
    use PlanOffer::{ProMonthly as Pro, TeamYearly as Team};
    use SubscriptionStatus::{
        Active, Canceled, Incomplete, IncompleteExpired, PastDue, Paused, Unpaid,
    };
    let lapses = Some(NOW + 72.hours() + GRACE_PERIOD);
    let active = (1, stand(Active, Pro));
    for (events, plan) in [
        (vec![], (Plan::Starter, None)),
        (vec![(0, stand(Incomplete, Pro))], (Plan::Starter, None)),
        (vec![(0, stand(Incomplete, Pro)), active], (Plan::Pro, None)),
        (vec![active, (2, stand(Active, Team))], (Plan::Team, None)),
        (
            vec![active, (2, stand(Canceled, Pro))],
            (Plan::Starter, None),
        ),
        (vec![active, (2, stand(Paused, Pro))], (Plan::Starter, None)),
        (
            vec![(1, stand(IncompleteExpired, Pro))],
            (Plan::Starter, None),
        ),
        (
            vec![
                active,
                (72, SubscriptionEvent::PaymentFailed),
                (72, stand(PastDue, Pro)),
            ],
            (Plan::Pro, lapses),
        ),
        // The grace counts from the first failure, however often it is tried again.
        (
            vec![
                active,
                (72, SubscriptionEvent::PaymentFailed),
                (72, stand(PastDue, Pro)),
                (144, SubscriptionEvent::PaymentFailed),
                (200, stand(Unpaid, Pro)),
            ],
            (Plan::Pro, lapses),
        ),
        // No failure was told of yet: from when it was seen.
        (vec![active, (72, stand(PastDue, Pro))], (Plan::Pro, lapses)),
        // Paying lifts it, whichever of the two events tells first.
        (
            vec![
                active,
                (72, SubscriptionEvent::PaymentFailed),
                (72, stand(PastDue, Pro)),
                (80, SubscriptionEvent::Paid),
            ],
            (Plan::Pro, None),
        ),
        (
            vec![
                active,
                (72, SubscriptionEvent::PaymentFailed),
                (72, stand(PastDue, Pro)),
                (80, stand(Active, Pro)),
            ],
            (Plan::Pro, None),
        ),
    ] {
        assert_eq!(applied(&after(&events), Plan::Starter), plan, "{events:?}");
    }
}

#[test]
fn granted_plan_stays_until_first_subscription() {
    let begun = after(&[(
        0,
        stand(SubscriptionStatus::Incomplete, PlanOffer::ProMonthly),
    )]);
    assert_eq!(applied(&begun, Plan::Team), (Plan::Team, None));
    assert_eq!(begun.apply_to(&workspace(Plan::Team)), None);
    let never = after(&[(
        0,
        stand(SubscriptionStatus::IncompleteExpired, PlanOffer::ProMonthly),
    )]);
    assert_eq!(applied(&never, Plan::Team), (Plan::Team, None));
    let over = after(&[(
        0,
        stand(SubscriptionStatus::Canceled, PlanOffer::ProMonthly),
    )]);
    assert_eq!(applied(&over, Plan::Team), (Plan::Starter, None));
}

#[test]
fn account_with_several_subscriptions_has_best_standing() {
    let mut account = after(&[(0, stand(SubscriptionStatus::Active, PlanOffer::TeamMonthly))]);
    let at = NOW + 1.hour();
    for (subscription, news) in [
        (
            "sub_2",
            stand(SubscriptionStatus::Active, PlanOffer::ProMonthly),
        ),
        (
            "sub_3",
            stand(SubscriptionStatus::Canceled, PlanOffer::TeamMonthly),
        ),
    ] {
        account = account.join(false, at, &fact(subscription, news)).unwrap();
    }
    assert_eq!(applied(&account, Plan::Starter), (Plan::Team, None));
    assert_eq!(account.running_count(), 2);
}

#[test]
fn subscription_fact_of_other_customer_or_price_is_refused() {
    let account = customer();
    let active = fact(
        "sub_1",
        stand(SubscriptionStatus::Active, PlanOffer::ProMonthly),
    );
    let foreign = SubscriptionFact {
        customer: "cus_2".to_owned(),
        ..active.clone()
    };
    let unknown = |status| {
        let stand = SubscriptionState {
            status,
            period_end: NOW,
            offer: None,
            ends_at: None,
        };
        fact("sub_1", SubscriptionEvent::StateReported(stand))
    };
    for (livemode, fact, why) in [
        (false, foreign, SubscriptionRefusal::Customer),
        (true, active, SubscriptionRefusal::Livemode),
        (
            false,
            unknown(SubscriptionStatus::Active),
            SubscriptionRefusal::Price,
        ),
    ] {
        assert_eq!(account.join(livemode, NOW, &fact), Err(why), "{fact:?}");
    }
    // What ends gives nothing: its price doesn't matter.
    assert!(
        account
            .join(false, NOW, &unknown(SubscriptionStatus::Canceled))
            .is_ok()
    );
}

fn any_news() -> impl Strategy<Value = SubscriptionEvent> {
    let stand = (
        0..SubscriptionStatus::ALL.len(),
        0..PlanOffer::ALL.len(),
        0..3_i64,
    )
        .prop_map(|(s, o, days)| {
            SubscriptionEvent::StateReported(SubscriptionState {
                status: SubscriptionStatus::ALL[s].0,
                period_end: NOW + (24 * days).hours(),
                offer: Some(PlanOffer::ALL[o]),
                ends_at: (days == 2).then_some(NOW),
            })
        });
    prop_oneof![4 => stand, 1 => Just(SubscriptionEvent::Paid), 2 => Just(SubscriptionEvent::PaymentFailed)]
}

/// Events, each with its second.
type Events = Vec<(i64, SubscriptionFact)>;

/// Events of up to three subscriptions, many of them in the same second; and the same
/// as they may arrive: in another order, and some more than once, the last ones late.
fn deliveries() -> impl Strategy<Value = (Events, Events)> {
    let event = (0..3_u8, 0..12_i64, any_news());
    let event = event.prop_map(|(n, at, news)| (at, fact(&format!("sub_{n}"), news)));
    proptest::collection::vec(event, 1..14).prop_flat_map(|events| {
        let again = proptest::sample::subsequence(events.clone(), 0..=events.len());
        let arriving = again.prop_flat_map({
            let events = events.clone();
            move |again| Just([events.clone(), again].concat()).prop_shuffle()
        });
        (Just(events), arriving)
    })
}

fn run(events: &[(i64, SubscriptionFact)]) -> BillingAccount {
    let joined = events.iter().fold(customer(), |account, (at, fact)| {
        let at = NOW + at.seconds();
        account.join(false, at, fact).expect("ours")
    });
    BillingAccount {
        version: 1,
        ..joined
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..config() })]

    #[test]
    fn facts_in_any_order_and_number_give_same_account((events, arriving) in deliveries()) {
        let expected = run(&events);
        prop_assert_eq!(&run(&arriving), &expected);
        // Lost ones that come when all else is there change nothing either.
        let (lost, kept) = arriving.split_at(arriving.len() / 2);
        let late: Vec<_> = kept.iter().chain(lost).cloned().collect();
        let found = run(&late);
        prop_assert_eq!(&found, &expected);
        prop_assert_eq!(
            applied(&found, Plan::Starter),
            applied(&expected, Plan::Starter)
        );
    }
}
