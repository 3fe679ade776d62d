//! What happens to a workspace's account.

use domain::stripe::{Event, What};
use store::{Error as StoreError, Outcome, Payee, Told};
use web::{Error, Machine};

use crate::stripe::Came;

/// How often it is decided anew when somebody else was first.
const TRIES: u32 = 4;

/// Brings what is known of the account up to the event.
pub(crate) async fn tell(machine: &Machine, payee: &Payee, event: &Event) -> Result<Came, Error> {
    let told = Told {
        event: &event.id,
        now: machine.now,
    };
    for _ in 0..TRIES {
        let Some(before) = payee.connection().await? else {
            return Ok(Came::NotOurs);
        };
        let after = match &event.what {
            What::AccountUpdated(flags) => before.updated(flags, event.created),
            What::Deauthorized => before.deauthorized(event.created),
            What::Payment(_) | What::Subscription(_) | What::Other(_) => None,
        };
        let Some(after) = after else {
            return Ok(Came::Repeated);
        };
        match payee.reconnect(told, (&before, &after)).await {
            Ok(Outcome::Done) => return Ok(Came::Done),
            Ok(Outcome::Repeated) => return Ok(Came::Repeated),
            Err(StoreError::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Unavailable)
}
