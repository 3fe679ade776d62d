//! Rounding and apportioning of amounts.

/// `numerator / denominator` rounded to the nearest multiple of `step`, half up.
///
/// `None` if a number is negative or the result too large.
pub fn round_to_step(numerator: i128, denominator: i128, step: i64) -> Option<i64> {
    let unit = denominator.checked_mul(i128::from(step))?;
    if numerator < 0 || unit <= 0 {
        return None;
    }
    let doubled = numerator.checked_mul(2)?.checked_add(unit)?;
    let steps = doubled.checked_div(unit.checked_mul(2)?)?;
    i64::try_from(steps.checked_mul(i128::from(step))?).ok()
}

/// Apportions `amount` to `weights` in multiples of `step` without a remainder.
///
/// Each share is rounded down; the rest goes to the largest remainders, the first of equal ones first.
/// If `amount` and the weights are multiples of `step` and `amount` is at most their sum, no share is
/// larger than its weight.
pub fn apportion(amount: i64, weights: &[i64], step: i64) -> Option<Vec<i64>> {
    let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if amount == 0 || sum == 0 {
        return (amount == 0).then(|| vec![0; weights.len()]);
    }
    let steps = i128::from(amount.checked_div(step)?);
    let mut parts = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    for (n, weight) in weights.iter().enumerate() {
        let exact = steps.checked_mul(i128::from(*weight))?;
        parts.push(exact.checked_div(sum)?);
        remainders.push((exact.checked_rem(sum)?, n));
    }
    let given: i128 = parts.iter().sum();
    let left = usize::try_from(steps - given).ok()?;
    remainders.sort_by_key(|(remainder, n)| (std::cmp::Reverse(*remainder), *n));
    for (_, n) in remainders.into_iter().take(left) {
        if let Some(part) = parts.get_mut(n) {
            *part += 1;
        }
    }
    let whole = |part: i128| i64::try_from(part).ok()?.checked_mul(step);
    parts.into_iter().map(whole).collect()
}
