use proptest::prelude::*;

use super::*;

#[test]
fn totals_are_the_product_rounded_once_half_away_from_zero() {
    let number = |text: &str| text.parse::<Decimal>().expect("a decimal");
    for (quantity, price, discount, expected) in [
        ("2", "650.65", "0", "1301.30"),
        ("3", "0.335", "0", "1.01"),
        ("-3", "0.335", "0", "-1.01"),
        ("12", "4.25", "12.5", "44.63"),
        ("1", "0.01", "50", "0.01"),
        ("7", "3.33333", "33.33", "15.56"),
        ("5", "19.99", "100", "0.00"),
    ] {
        let total = rounded(number(quantity), number(price), number(discount));
        assert_eq!(total, Some(number(expected)), "{quantity} x {price} less {discount} %");
    }
    assert_eq!(rounded(number("99999999999"), number("99999999999"), Decimal::ZERO), None);
    assert_eq!(rounded(Decimal::MAX, Decimal::MAX, Decimal::ZERO), None);
}

proptest! {
    /// Against integers: quantity in millionths, price in hundred-thousandths, discount in hundredths of a per cent.
    #[test]
    fn every_total_is_round2_of_quantity_times_price_less_discount(
        quantity in -2_000_000_000_i64..2_000_000_000,
        price in 0_i64..2_000_000_000,
        discount in 0_i64..=10_000,
    ) {
        let total = rounded(Decimal::new(quantity, 6), Decimal::new(price, 5), Decimal::new(discount, 2));
        // In units of 10^-15, of which a cent has 10^13.
        let exact = i128::from(quantity) * i128::from(price) * i128::from(10_000 - discount);
        let cent = 10_i128.pow(13);
        let cents = (exact.abs() + cent / 2) / cent * exact.signum();
        let expected = Decimal::from_i128_with_scale(cents, 2);
        prop_assert_eq!(total, Some(expected));
    }
}
