//! Arithmetic that is exact or refused. The operators of `Decimal` round when a result needs more than 28 digits, and a
//! result that was rounded once and is then rounded to cents may land on the wrong cent.

use rust_decimal::Decimal;

use crate::money::Halves;

/// The exact product; `None` where it does not fit.
pub(crate) fn product(left: Decimal, right: Decimal) -> Option<Decimal> {
    let (left, right) = (left.normalize(), right.normalize());
    let mantissa = left.mantissa().checked_mul(right.mantissa())?;
    shortest(mantissa, left.scale() + right.scale())
}

/// A decimal without zeros at its end, which may fit where the longer form does not.
fn shortest(mut mantissa: i128, mut scale: u32) -> Option<Decimal> {
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    Decimal::try_from_i128_with_scale(mantissa, scale).ok()
}

/// The exact sum, at the finer one's decimals where there is room for them; `None` where it does not fit.
pub(crate) fn sum(left: Decimal, right: Decimal) -> Option<Decimal> {
    aligned_sum(left, right).or_else(|| aligned_sum(left.normalize(), right.normalize()))
}

fn aligned_sum(left: Decimal, right: Decimal) -> Option<Decimal> {
    let scale = left.scale().max(right.scale());
    let mantissa = at_scale(left, scale)?.checked_add(at_scale(right, scale)?)?;
    Decimal::try_from_i128_with_scale(mantissa, scale).ok().or_else(|| shortest(mantissa, scale))
}

/// The exact sum of all, at `decimals` at least where there is room for them; `None` where a partial sum does not fit.
pub(crate) fn total(values: impl IntoIterator<Item = Decimal>, decimals: u32) -> Option<Decimal> {
    values.into_iter().try_fold(Decimal::new(0, decimals), sum)
}

/// `value / divisor`, rounded once, to `decimals` places; `None` for a divisor of zero or where it does not fit.
pub(crate) fn rounded_quotient(value: Decimal, divisor: Decimal, decimals: u32, halves: Halves) -> Option<Decimal> {
    let (value, divisor) = (value.normalize(), divisor.normalize());
    let mut numerator = value.mantissa();
    let mut denominator = divisor.mantissa();
    // numerator / denominator is to be the quotient counted in units of the last place.
    let shift = i64::from(decimals) + i64::from(divisor.scale()) - i64::from(value.scale());
    let factor = 10_i128.checked_pow(u32::try_from(shift.unsigned_abs()).ok()?)?;
    if shift >= 0 {
        numerator = numerator.checked_mul(factor)?;
    } else {
        denominator = denominator.checked_mul(factor)?;
    }
    let units = numerator.checked_div(denominator)?;
    let rest = numerator.checked_rem(denominator)?.unsigned_abs();
    let twice = rest.checked_mul(2)?;
    let away = match (twice.cmp(&denominator.unsigned_abs()), halves) {
        (std::cmp::Ordering::Greater, _) | (std::cmp::Ordering::Equal, Halves::AwayFromZero) => true,
        (std::cmp::Ordering::Equal, Halves::ToEven) => units % 2 != 0,
        (std::cmp::Ordering::Less, _) => false,
    };
    let sign = numerator.signum().checked_mul(denominator.signum())?;
    let units = if away { units.checked_add(sign)? } else { units };
    Decimal::try_from_i128_with_scale(units, decimals).ok()
}

fn at_scale(value: Decimal, scale: u32) -> Option<i128> {
    let factor = 10_i128.checked_pow(scale.checked_sub(value.scale())?)?;
    value.mantissa().checked_mul(factor)
}
