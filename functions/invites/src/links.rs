//! What becomes of an invitation that waits: a new link, or none any more.

use domain::invite::Invite;
use store::{InviteLink, Scope};
use web::{EmptyForm, Ids, PageError, ProtectedForm, Reply, see_other};

use crate::invite_new::{link_hash, mail};
use crate::place::{InvitePath, MembershipPlace};

pub(crate) async fn resend<S: Scope>(
    place: MembershipPlace<S>,
    Ids(at): Ids<InvitePath>,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let invite = read(&place, at).await?;
    let Some(after) = invite.resent(&place.actor.name, place.ctx.now) else {
        return Ok(changed(&place));
    };
    let old = link_hash(&place, &invite);
    let (hash, mail) = (link_hash(&place, &after), mail(&place, &after));
    let link = InviteLink {
        hash: &hash,
        mail: &mail,
    };
    let sent = place.store.resend_invite(&old, &after, link).await;
    told(&place, sent, "invite-resent")
}

pub(crate) async fn revoke<S: Scope>(
    place: MembershipPlace<S>,
    Ids(at): Ids<InvitePath>,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let invite = read(&place, at).await?;
    let hash = link_hash(&place, &invite);
    let revoked = place.store.revoke_invite(&invite, &hash, place.ctx.now);
    told(&place, revoked.await, "invite-revoked")
}

/// The invitation, if it is one that the actor could have made.
async fn read<S: Scope>(place: &MembershipPlace<S>, at: InvitePath) -> Result<Invite, PageError> {
    let invite = place.store.invite(at.invite).await?;
    let invite = invite.ok_or(PageError::NotFound)?;
    if place.actor.role.may_appoint(invite.role) {
        Ok(invite)
    } else {
        Err(PageError::Forbidden)
    }
}

fn told<S>(
    place: &MembershipPlace<S>,
    result: Result<(), store::StoreError>,
    code: &str,
) -> Result<Reply, PageError> {
    match result {
        Ok(()) => Ok(see_other(&place.home).flash(code)),
        Err(store::StoreError::Refused(_)) => Ok(changed(place)),
        Err(error) => Err(error.into()),
    }
}

fn changed<S>(place: &MembershipPlace<S>) -> Reply {
    see_other(&place.home).flash("changed-meanwhile")
}
