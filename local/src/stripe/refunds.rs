//! What goes back: refunds, by the platform or by the account's owner, and disputes.

use serde_json::{Value, json};

use super::desk::Desk;
use super::form::Form;
use super::objects::{text, whole};
use super::refusal::Refusal;

/// How long there is to answer a dispute, in seconds.
const TO_ANSWER: i64 = 21 * 24 * 60 * 60;

/// `POST /v1/refunds`.
pub(super) fn create(desk: &mut Desk<'_>, form: &Form) -> Result<Value, Refusal> {
    form.only(&[
        "amount",
        "charge",
        "metadata",
        "payment_intent",
        "reason",
        "refund_application_fee",
        "reverse_transfer",
    ])?;
    let charge = match (form.text("payment_intent"), form.text("charge")) {
        (Some(intent), _) => {
            let intent = desk.get("payment_intent", intent, "payment_intent")?;
            text(intent, "latest_charge").to_owned()
        }
        (None, Some(charge)) => charge.to_owned(),
        (None, None) => {
            let words = "One of the following params should be provided for this request: payment_intent or charge.";
            return Err(Refusal::new(words));
        }
    };
    let amount = form.whole("amount")?;
    refund(
        desk,
        &charge,
        amount,
        (form.text("reason"), &form.metadata("metadata")),
    )
}

/// Gives a part of a charge back, or what is left of it.
pub(super) fn refund(
    desk: &mut Desk<'_>,
    charge: &str,
    amount: Option<i64>,
    (reason, metadata): (Option<&str>, &Value),
) -> Result<Value, Refusal> {
    let paid = desk.get("charge", charge, "charge")?.clone();
    if text(&paid, "status") != "succeeded" {
        let words = format!("Charge {charge} is not successful, so it can't be refunded.");
        return Err(Refusal::of("charge", words));
    }
    if paid.get("disputed") == Some(&Value::Bool(true)) {
        let words = format!("Charge {charge} has been charged back; cannot issue a refund.");
        return Err(Refusal::new(words).coded("charge_disputed"));
    }
    let before = whole(&paid, "amount_refunded");
    let left = whole(&paid, "amount") - before;
    if left == 0 {
        let words = format!("Charge {charge} has already been refunded.");
        return Err(Refusal::new(words).coded("charge_already_refunded"));
    }
    let amount = amount.unwrap_or(left);
    if amount < 1 || amount > left {
        let words = format!(
            "Refund amount ({amount}) must be between 1 and the unrefunded amount on charge ({left})."
        );
        return Err(Refusal::of("amount", words));
    }
    let fields = json!({
        "amount": amount,
        "charge": charge,
        "currency": paid.get("currency"),
        "metadata": metadata,
        "payment_intent": paid.get("payment_intent"),
        "reason": reason,
    });
    let refund = desk.make("refund", "re", fields);
    let fields = json!({ "amount_refunded": before + amount, "refunded": amount == left });
    desk.change_and_tell("charge", (charge, fields), "charge.refunded")?;
    desk.emit_event("refund.created", &refund);
    Ok(refund)
}

/// Has a refund fail that was made: the money comes back to the account.
pub(super) fn fail(desk: &mut Desk<'_>, id: &str) -> Result<(), Refusal> {
    let refund = desk.get("refund", id, "refund")?.clone();
    if text(&refund, "status") != "succeeded" {
        return Err(Refusal::new("This refund failed before."));
    }
    let charge = text(&refund, "charge").to_owned();
    let paid = desk.get("charge", &charge, "charge")?;
    let left = whole(paid, "amount_refunded") - whole(&refund, "amount");
    let fields = json!({ "amount_refunded": left, "refunded": false });
    desk.change("charge", &charge, fields)?;
    let fields = json!({ "status": "failed", "failure_reason": "lost_or_stolen_card" });
    let after = desk.change_and_tell("refund", (id, fields), "refund.updated")?;
    desk.emit_event("refund.failed", &after);
    Ok(())
}

/// Disputes a charge, in whole.
pub(super) fn dispute(desk: &mut Desk<'_>, charge: &str) -> Result<Value, Refusal> {
    let paid = desk.get("charge", charge, "charge")?.clone();
    let taken = whole(&paid, "amount") - whole(&paid, "amount_refunded");
    let again = paid.get("disputed") == Some(&Value::Bool(true));
    if text(&paid, "status") != "succeeded" || taken < 1 || again {
        return Err(Refusal::new("There is nothing to dispute of this charge."));
    }
    let fields = json!({
        "amount": taken,
        "charge": charge,
        "currency": paid.get("currency"),
        "evidence_details": {
            "due_by": desk.seconds() + TO_ANSWER, "enhanced_eligibility": {},
            "has_evidence": false, "past_due": false, "submission_count": 0,
        },
        "payment_intent": paid.get("payment_intent"),
    });
    let dispute = desk.make("dispute", "du", fields);
    desk.change("charge", charge, json!({ "disputed": true }))?;
    desk.emit_event("charge.dispute.created", &dispute);
    desk.emit_event("charge.dispute.funds_withdrawn", &dispute);
    Ok(dispute)
}

/// Ends a dispute.
pub(super) fn close(desk: &mut Desk<'_>, id: &str, won: bool) -> Result<(), Refusal> {
    let dispute = desk.get("dispute", id, "dispute")?;
    if ["won", "lost"].contains(&text(dispute, "status")) {
        return Err(Refusal::new("This dispute is closed."));
    }
    let charge = text(dispute, "charge").to_owned();
    let status = if won { "won" } else { "lost" };
    let (_, after) = desk.change("dispute", id, json!({ "status": status }))?;
    desk.emit_event("charge.dispute.closed", &after);
    if won {
        desk.emit_event("charge.dispute.funds_reinstated", &after);
    }
    // What was lost stays taken: nothing of it can be given back.
    desk.change("charge", &charge, json!({ "disputed": !won }))?;
    Ok(())
}
