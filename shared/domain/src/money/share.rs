//! Rounding, and dividing without losing anything.

/// `numerator / denominator`, to the nearest multiple of `step`; what lies halfway
/// goes up, as merchants round. For what isn't negative only.
pub fn rounded(numerator: i128, denominator: i128, step: i64) -> Option<i64> {
    let unit = denominator.checked_mul(i128::from(step))?;
    if numerator < 0 || unit <= 0 {
        return None;
    }
    let doubled = numerator.checked_mul(2)?.checked_add(unit)?;
    let steps = doubled.checked_div(unit.checked_mul(2)?)?;
    i64::try_from(steps.checked_mul(i128::from(step))?).ok()
}

/// `amount` divided by `weights`, in multiples of `step`, so that nothing is lost:
/// each gets what is below its share, and what is left goes to those of the
/// largest remainders, the first of equals before the others.
///
/// `amount` must be such a multiple, and at most the weights' sum; then no part is
/// more than its weight, if the weights are such multiples too.
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
