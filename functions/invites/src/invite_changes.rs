//! Resending and revoking a pending invite.

use domain::invite::Invite;
use store::{InviteLink, Scope};
use web::{EmptyForm, Ids, PageError, ProtectedForm, Reply, see_other};

use crate::invite_new::{invite_mail, link_hash};
use crate::membership_access::{InvitePath, MembershipAccess};

pub(crate) async fn resend<S: Scope>(
    access: MembershipAccess<S>,
    Ids(path): Ids<InvitePath>,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let invite = load_invite(&access, path).await?;
    let Some(after) = invite.resend(&access.actor.name, access.ctx.now) else {
        return Ok(changed_reply(&access));
    };
    let limited = access
        .ctx
        .limit_unasked_mail(access.actor.user, &after.email);
    if limited.await?.is_some() {
        return Ok(see_other(&access.home).flash("invite-limit"));
    }
    let old_hash = link_hash(&access, &invite);
    let (hash, mail) = (link_hash(&access, &after), invite_mail(&access, &after));
    let link = InviteLink {
        hash: &hash,
        mail: &mail,
    };
    let resent = access.store.resend_invite(&old_hash, &after, link).await;
    outcome_reply(&access, resent, "invite-resent")
}

pub(crate) async fn revoke<S: Scope>(
    access: MembershipAccess<S>,
    Ids(path): Ids<InvitePath>,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let invite = load_invite(&access, path).await?;
    let hash = link_hash(&access, &invite);
    let revoked = access.store.revoke_invite(&invite, &hash, access.ctx.now);
    outcome_reply(&access, revoked.await, "invite-revoked")
}

/// The invite, if the actor may assign its role.
async fn load_invite<S: Scope>(
    access: &MembershipAccess<S>,
    path: InvitePath,
) -> Result<Invite, PageError> {
    let invite = access.store.get_invite(path.invite).await?;
    let invite = invite.ok_or(PageError::NotFound)?;
    if access.actor.role.may_assign(invite.role) {
        Ok(invite)
    } else {
        Err(PageError::Forbidden)
    }
}

fn outcome_reply<S>(
    access: &MembershipAccess<S>,
    result: Result<(), store::StoreError>,
    code: &str,
) -> Result<Reply, PageError> {
    match result {
        Ok(()) => Ok(see_other(&access.home).flash(code)),
        Err(store::StoreError::Refused(_)) => Ok(changed_reply(access)),
        Err(error) => Err(error.into()),
    }
}

fn changed_reply<S>(access: &MembershipAccess<S>) -> Reply {
    see_other(&access.home).flash("changed-meanwhile")
}
