//! Units, exact times, and names of codes.

use lukao_model::channel::{self, Kind};
use lukao_model::vehicle::ActorClass;
use lukao_model::{Channel, Error};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as NameError, StrDeserializer};

use super::mapping::{Field, Meaning, Source};

/// (unit, the unit it becomes, factor).
const UNITS: &[(&str, &str, f64)] = &[
    ("m", "m", 1.0),
    ("km", "m", 1000.0),
    ("cm", "m", 0.01),
    ("mm", "m", 0.001),
    ("ft", "m", 0.3048),
    ("m/s", "m/s", 1.0),
    ("km/h", "m/s", 1.0 / 3.6),
    ("mph", "m/s", 0.44704),
    ("m/s2", "m/s2", 1.0),
    ("g", "m/s2", 9.80665),
    ("rad", "rad", 1.0),
    ("deg", "rad", std::f64::consts::PI / 180.0),
    ("rad/s", "rad/s", 1.0),
    ("deg/s", "rad/s", std::f64::consts::PI / 180.0),
    ("1", "1", 1.0),
    ("%", "1", 0.01),
    ("mm/h", "mm/h", 1.0),
    ("lx", "lx", 1.0),
];

/// What a number in `unit` is multiplied with to be in `to`.
pub(super) fn factor(unit: &str, to: &str) -> Option<f64> {
    UNITS.iter().find(|(u, t, _)| *u == unit && *t == to).map(|(_, _, f)| *f)
}

/// Units that can become `to`, for messages.
pub(super) fn known(to: &str) -> String {
    let names: Vec<&str> = UNITS.iter().filter(|(_, t, _)| *t == to).map(|(u, _, _)| *u).collect();
    if names.is_empty() { "none".into() } else { names.join(", ") }
}

/// Power of ten from a unit of time to ns.
pub(super) fn time_exponent(unit: &str) -> Option<i32> {
    match unit {
        "s" => Some(9),
        "ms" => Some(6),
        "us" => Some(3),
        "ns" => Some(0),
        _ => None,
    }
}

/// A decimal number times ten to `exponent`, rounded to a whole (half away from zero), without a float between.
///
/// `0.020000` with exponent 9 is exactly 20 000 000. `None` if it is no decimal number or does not fit.
pub(crate) fn decimal(text: &str, exponent: i32) -> Option<i64> {
    let (mantissa, e) = match text.find(['e', 'E']) {
        Some(k) => (&text[..k], text[k + 1..].parse::<i32>().ok().filter(|e| e.abs() < 1000)?),
        None => (text, 0),
    };
    let (negative, digits) = match mantissa.as_bytes().first()? {
        b'-' => (true, &mantissa[1..]),
        b'+' => (false, &mantissa[1..]),
        _ => (false, mantissa),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    // Digits left of the decimal point once the number is shifted.
    let left = i64::try_from(whole.len()).ok()? + i64::from(exponent) + i64::from(e);
    let mut value: i64 = 0;
    let mut round_up = false;
    let mut count = 0i64;
    for b in whole.bytes().chain(fraction.bytes()) {
        let digit = b.is_ascii_digit().then(|| i64::from(b - b'0'))?;
        if count < left {
            value = value.checked_mul(10)?.checked_add(digit)?;
        } else if count == left {
            round_up = digit >= 5;
        }
        count += 1;
    }
    for _ in count..left {
        if value == 0 {
            break;
        }
        value = value.checked_mul(10)?;
    }
    value = value.checked_add(i64::from(round_up))?;
    Some(if negative { -value } else { value })
}

fn named<'de, T: Deserialize<'de>>(name: &'de str) -> Option<T> {
    let de: StrDeserializer<'_, NameError> = name.into_deserializer();
    T::deserialize(de).ok()
}

/// The class of that name.
pub(super) fn class_named(name: &str) -> Option<ActorClass> {
    named(name)
}

/// The code that an enumeration's channel gives to a name.
pub(crate) fn code_named(channel: Channel, name: &str) -> Option<u8> {
    match channel {
        Channel::Gear => named::<channel::Gear>(name).map(channel::Gear::code),
        Channel::Indicator => named::<channel::Indicator>(name).map(channel::Indicator::code),
        Channel::DrivingMode => named::<channel::DrivingMode>(name).map(channel::DrivingMode::code),
        Channel::HmiAlert => named::<channel::HmiAlert>(name).map(channel::HmiAlert::code),
        Channel::FixQuality => named::<channel::FixQuality>(name).map(channel::FixQuality::code),
        Channel::SignalState => named::<channel::SignalState>(name).map(channel::SignalState::code),
        Channel::OverrideReason => name.parse().ok(),
        _ => named::<channel::Switch>(name).map(channel::Switch::code),
    }
}

/// Checks that the codes of a field mean something to its channel.
///
/// # Errors
/// At the codes.
pub(super) fn check_codes(channel: Channel, field: &Field, source: &Source<'_>) -> Result<(), Error> {
    let Some(codes) = &field.codes else { return Ok(()) };
    for (text, meaning) in codes.get_ref() {
        let fits = match (channel.kind(), meaning) {
            (Kind::Real, Meaning::Number(_)) | (Kind::Text, Meaning::Name(_)) => true,
            (Kind::Code, Meaning::Name(name)) => code_named(channel, name).is_some(),
            _ => false,
        };
        if !fits {
            let want = format!("a value of {}", channel.name());
            return Err(source.error(codes.span().start, want, format!("{meaning:?} for \"{text}\"")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_times_are_exact() {
        assert_eq!(decimal("0.020000", 9), Some(20_000_000));
        assert_eq!(decimal("12.28", 9), Some(12_280_000_000));
        assert_eq!(decimal("-0.1", 9), Some(-100_000_000));
        assert_eq!(decimal("1.5e3", 9), Some(1_500_000_000_000));
        assert_eq!(decimal("1542803046.1234567895", 9), Some(1_542_803_046_123_456_790));
        assert_eq!(decimal("315966265259836000", 0), Some(315_966_265_259_836_000));
        assert_eq!(decimal("9223372036854775808", 0), None);
        assert_eq!(decimal("1e999", 9), None);
        assert_eq!(decimal("0e999", 9), Some(0));
        for bad in ["", "-", ".", "abc", "1.2.3", "1,5", "NaN", "inf", "0x10", "1e"] {
            assert_eq!(decimal(bad, 9), None, "{bad}");
        }
    }

    #[test]
    fn names_of_codes_are_the_enumerations_own() {
        assert_eq!(
            code_named(Channel::SignalState, "red-amber"),
            Some(channel::SignalState::RedAmber.code())
        );
        assert_eq!(code_named(Channel::Indicator, "hazard"), Some(3));
        assert_eq!(code_named(Channel::BrakeLamp, "on"), Some(1));
        assert_eq!(code_named(Channel::BrakeLamp, "red"), None);
        assert_eq!(class_named("personal-mobility"), Some(ActorClass::PersonalMobility));
    }
}
