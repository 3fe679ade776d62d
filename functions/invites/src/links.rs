//! What becomes of an invitation that waits: a new link, or none any more.

use domain::invite::Invite;
use store::{NewLink, Scope};
use web::{Error, Ids, Nothing, ProtectedForm, Reply, see_other};

use crate::invite_new::{link_hash, mail};
use crate::place::{AtInvite, Place};

pub(crate) async fn resend<S: Scope>(
    place: Place<S>,
    Ids(at): Ids<AtInvite>,
    _form: ProtectedForm<Nothing>,
) -> Result<Reply, Error> {
    let invite = read(&place, at).await?;
    let Some(after) = invite.resent(&place.actor.name, place.ctx.now) else {
        return Ok(changed(&place));
    };
    let old = link_hash(&place, &invite);
    let (hash, mail) = (link_hash(&place, &after), mail(&place, &after));
    let link = NewLink {
        hash: &hash,
        mail: &mail,
    };
    let sent = place.store.resend_invite(&old, &after, link).await;
    told(&place, sent, "invite-resent")
}

pub(crate) async fn revoke<S: Scope>(
    place: Place<S>,
    Ids(at): Ids<AtInvite>,
    _form: ProtectedForm<Nothing>,
) -> Result<Reply, Error> {
    let invite = read(&place, at).await?;
    let hash = link_hash(&place, &invite);
    let revoked = place.store.revoke_invite(&invite, &hash, place.ctx.now);
    told(&place, revoked.await, "invite-revoked")
}

/// The invitation, if it is one that the actor could have made.
async fn read<S: Scope>(place: &Place<S>, at: AtInvite) -> Result<Invite, Error> {
    let invite = place.store.invite(at.invite).await?;
    let invite = invite.ok_or(Error::NotFound)?;
    if place.actor.role.may_appoint(invite.role) {
        Ok(invite)
    } else {
        Err(Error::Forbidden)
    }
}

fn told<S>(place: &Place<S>, result: Result<(), store::Error>, code: &str) -> Result<Reply, Error> {
    match result {
        Ok(()) => Ok(see_other(&place.home).flash(code)),
        Err(store::Error::Refused(_)) => Ok(changed(place)),
        Err(error) => Err(error.into()),
    }
}

fn changed<S>(place: &Place<S>) -> Reply {
    see_other(&place.home).flash("changed-meanwhile")
}
