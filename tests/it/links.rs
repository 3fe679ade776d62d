//! Links are made of the patterns by which routes are served.

use std::collections::BTreeSet;

use domain::finding::Transition;
use domain::id::{ClientId, EngagementId, FindingId};
use web::links::{self, BELOW_CLIENT, ELSEWHERE, LinkBase};

use crate::matrix::routes;

#[test]
fn each_link_pattern_is_the_path_of_a_route() {
    let paths: BTreeSet<&str> = routes().map(|route| route.path).collect();
    for pattern in BELOW_CLIENT {
        let paths_of = [pattern.team, pattern.portal, pattern.settings];
        assert!(
            paths_of.iter().any(|path| paths.contains(path)),
            "no route serves {}",
            pattern.portal
        );
    }
    for pattern in ELSEWHERE {
        assert!(paths.contains(pattern), "no route serves {pattern}");
    }
}

/// The handler of transitions knows its transition by the last segment of the route's path.
#[test]
fn transition_path_is_a_route_and_ends_with_its_name() {
    let paths: BTreeSet<&str> = routes().map(|route| route.path).collect();
    for transition in Transition::ALL {
        let path = links::transition_path(transition);
        for path in [path.team, path.portal] {
            assert!(
                path.ends_with(&format!("/findings/{{finding}}/{}", transition.name())),
                "{path}"
            );
        }
        assert!(
            paths.contains(path.team) || paths.contains(path.portal),
            "no route serves {}",
            path.portal
        );
    }
}

#[test]
fn link_below_a_client_names_the_client_for_the_team_only() {
    let (client, engagement) = (ClientId::new(1, 1), EngagementId::new(1, 2));
    let finding = FindingId::new(1, 3);
    let portal = links::finding(LinkBase::Portal, engagement, finding);
    assert_eq!(
        portal,
        format!("/engagements/{engagement}/findings/{finding}")
    );
    let team = links::finding(LinkBase::Team(client), engagement, finding);
    assert_eq!(team, format!("/clients/{client}{portal}"));
}
