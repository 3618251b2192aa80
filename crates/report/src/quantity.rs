//! Figures for people: their usual units, no more digits than they carry, and times as one reads them off a video.

use std::fmt::Write;

use lukao_model::outcome::Uncertainty;
use lukao_model::time::{Interval, to_s};

/// A unit as people use it: what SI values are multiplied by, its name, and digits after the point.
struct Shown {
    factor: f64,
    unit: &'static str,
    digits: usize,
}

fn shown(unit: &str) -> Option<Shown> {
    let s = |factor, unit, digits| Some(Shown { factor, unit, digits });
    match unit {
        "m/s" => s(3.6, "km/h", 1),
        "km/h" => s(1.0, "km/h", 1),
        "deg" => s(1.0, "°", 1),
        "m" => s(1.0, "m", 2),
        "s" => s(1.0, "s", 2),
        "m/s2" => s(1.0, "m/s²", 2),
        "m/s3" => s(1.0, "m/s³", 2),
        "rad" => s(180.0 / std::f64::consts::PI, "°", 1),
        "rad/s" => s(180.0 / std::f64::consts::PI, "°/s", 1),
        "1" => s(1.0, "", 2),
        _ => None,
    }
}

/// A blank at which no line is broken; [`crate::layout`] makes a plain one of it.
pub(crate) const TIED: char = '\u{a0}';

/// `63.2 km/h` for 17.56 m/s. Rounded away from `than`, if the two would read alike though they differ.
pub(crate) fn value(v: f64, unit: &str, than: Option<f64>) -> String {
    let (text, unit) = figure(v, unit, than);
    if unit.is_empty() || unit == "°" { format!("{text}{unit}") } else { format!("{text}{TIED}{unit}") }
}

/// ` ± 0.5`, in the unit that [`value`] prints, or ` ± unknown`.
pub(crate) fn uncertainty(u: Uncertainty, unit: &str) -> String {
    match u {
        Uncertainty::Unknown => " (uncertainty unknown)".into(),
        Uncertainty::Known(0.0) => String::new(),
        Uncertainty::Known(u) => {
            let s = shown(unit);
            let scaled = u * s.as_ref().map_or(1.0, |s| s.factor);
            // Rounded up: an uncertainty must not read smaller than it is.
            let digits = s.map_or(2, |s| s.digits);
            let step = power_of_ten(digits);
            let up = (scaled * step - 1e-9).ceil() / step;
            format!("{TIED}±{TIED}{up:.digits$}")
        }
    }
}

fn figure(v: f64, unit: &str, than: Option<f64>) -> (String, String) {
    let Some(s) = shown(unit) else {
        // A unit that is not listed: a thousandth of it is more than any log carries.
        return (plain((v * 1000.0).round() / 1000.0), unit.to_string());
    };
    let (scaled, other) = (v * s.factor, than.map(|t| t * s.factor));
    let mut digits = s.digits;
    let text = |digits: usize| format!("{scaled:.digits$}");
    // A value just over its limit must not read as the limit.
    while let Some(o) = other
        && digits < 9
        && o != scaled
        && text(digits) == format!("{o:.digits$}")
    {
        digits += 1;
    }
    (text(digits), s.unit.to_string())
}

/// A number without trailing zeros, at most six digits after the point.
pub(crate) fn plain(v: f64) -> String {
    let text = format!("{v:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.into() }
}

fn power_of_ten(n: usize) -> f64 {
    (0..n).fold(1.0, |p, _| p * 10.0)
}

/// Turns times of a drive into seconds for people.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    zero_ns: i64,
}

impl Clock {
    /// Times that start within a day of zero are printed as they are, others from the drive's begin.
    pub fn of(span: Option<Interval>) -> Self {
        const DAY_NS: i64 = 86_400 * 1_000_000_000;
        let from_ns = span.map_or(0, |s| s.from_ns);
        Self { zero_ns: if from_ns.saturating_abs() <= DAY_NS { 0 } else { from_ns } }
    }

    /// What the printed seconds count from, if not from zero.
    pub fn zero_ns(&self) -> Option<i64> {
        (self.zero_ns != 0).then_some(self.zero_ns)
    }

    fn s(self, t_ns: i64) -> f64 {
        to_s(t_ns.saturating_sub(self.zero_ns))
    }

    /// `at 12.30–13.10 s`, or `at 12.30 s`.
    pub fn at(self, when: &Interval) -> String {
        let (a, b) = (format!("{:.2}", self.s(when.from_ns)), format!("{:.2}", self.s(when.to_ns)));
        if a == b { format!("at {a}{TIED}s") } else { format!("at {a}–{b}{TIED}s") }
    }

    /// `01:02.30`: minutes and seconds.
    pub fn minutes(self, t_ns: i64) -> String {
        let hundredths = (i128::from(t_ns) - i128::from(self.zero_ns) + 5_000_000).div_euclid(10_000_000);
        let (sign, h) = (if hundredths < 0 { "−" } else { "" }, hundredths.unsigned_abs());
        format!("{sign}{:02}:{:02}.{:02}", h / 6000, h / 100 % 60, h % 100)
    }

    /// `01:02.30–01:03.10`, or one time if both read alike; nothing for what is of no time.
    pub fn span(self, when: &Interval) -> String {
        if *when == Interval::ALL {
            return String::new();
        }
        let (a, b) = (self.minutes(when.from_ns), self.minutes(when.to_ns));
        if a == b { a } else { format!("{a}–{b}") }
    }

    /// `12.30–13.10, 15.00–16.20 and 4 more`.
    pub fn list(self, times: &[Interval]) -> String {
        const MOST: usize = 4;
        let mut out = String::new();
        for (i, t) in times.iter().take(MOST).enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            let (a, b) = (self.s(t.from_ns), self.s(t.to_ns));
            // Writing to a String cannot fail.
            let _ = write!(out, "{comma}{a:.2}–{b:.2}");
        }
        out.push(TIED);
        out.push('s');
        if times.len() > MOST {
            let _ = write!(out, " and {} more", times.len() - MOST);
        }
        out
    }
}

/// A length of time: `4.2 s`, `12 min 30 s`, `3 h 05 min`.
pub(crate) fn duration(ns: i64) -> String {
    let s = to_s(ns);
    if s < 120.0 {
        return format!("{s:.1} s");
    }
    let whole = (s + 0.5).floor() as u64;
    let (h, m, s) = (whole / 3600, whole / 60 % 60, whole % 60);
    if h > 0 { format!("{h} h {m:02} min") } else { format!("{m} min {s:02} s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_read_in_kmh_and_a_value_over_its_limit_never_reads_as_the_limit() {
        let value = |v, unit, than| value(v, unit, than).replace(TIED, " ");
        assert_eq!(value(17.56, "m/s", Some(16.0)), "63.2 km/h");
        assert_eq!(value(63.21, "km/h", Some(60.0)), "63.2 km/h");
        assert_eq!(value(172.577, "deg", None), "172.6°");
        let limit = 60.0 / 3.6;
        assert_eq!(value(limit + 0.001, "m/s", Some(limit)), "60.004 km/h");
        assert_eq!(value(limit, "m/s", Some(limit)), "60.0 km/h");
        assert_eq!(value(0.3, "m", None), "0.30 m");
        assert_eq!(value(3.0, "pieces", None), "3 pieces");
        assert_eq!(value(88.987_681_234, "knots", None), "88.988 knots");
    }

    #[test]
    fn uncertainty_is_rounded_up_and_unknown_is_said() {
        let uncertainty = |u, unit| uncertainty(u, unit).replace(TIED, " ");
        assert_eq!(uncertainty(Uncertainty::Known(0.021), "m"), " ± 0.03");
        assert_eq!(uncertainty(Uncertainty::Known(0.02), "m"), " ± 0.02");
        assert_eq!(uncertainty(Uncertainty::Known(0.0), "m"), "");
        assert_eq!(uncertainty(Uncertainty::Unknown, "m"), " (uncertainty unknown)");
    }

    #[test]
    fn minutes_are_rounded_to_the_hundredth_and_go_on_after_the_hour() {
        let clock = Clock::of(None);
        let shown = [0, 9_994_999_999, 9_995_000_000, 59_996_000_000, 3_723_450_000_000, -1_000_000_000];
        assert_eq!(
            shown.map(|t| clock.minutes(t)),
            ["00:00.00", "00:09.99", "00:10.00", "01:00.00", "62:03.45", "−00:01.00"]
        );
        assert_eq!(clock.span(&Interval::new(1_000_000_000, 2_000_000_000)), "00:01.00–00:02.00");
        assert_eq!(clock.span(&Interval::ALL), "");
    }

    #[test]
    fn times_of_the_day_count_from_the_begin() {
        let t = 1_700_000_000_000_000_000;
        let clock = Clock::of(Some(Interval::new(t, t + 10)));
        let at = clock.at(&Interval::new(t + 12_300_000_000, t + 13_100_000_000));
        assert_eq!(at.replace(TIED, " "), "at 12.30–13.10 s");
        assert_eq!(Clock::of(Some(Interval::new(-5, 10))).zero_ns(), None);
        assert_eq!(duration(3_900_000_000_000), "1 h 05 min");
        assert_eq!(duration(750_000_000_000), "12 min 30 s");
    }
}
