//! What codes of signs mean. A small table: what is not in it is [`SignalKind::Other`], never a guess.

use crate::furniture::{SignGroup, Signal, SignalKind};

/// Metres per second of one unit of speed.
pub(crate) fn speed_unit(unit: &str) -> Option<f64> {
    match unit.trim() {
        "m/s" | "ms" | "" => Some(1.0),
        "km/h" | "kmh" | "kph" => Some(1.0 / 3.6),
        "mph" => Some(0.447_04),
        _ => None,
    }
}

/// What a sign's record says of its code.
pub(crate) struct Code<'a> {
    pub country: &'a str,
    pub code: &'a str,
    pub subcode: &'a str,
    pub name: &'a str,
    pub value: Option<f64>,
    pub unit: &'a str,
    pub dynamic: bool,
}

pub(crate) fn kind(c: &Code<'_>) -> SignalKind {
    let name = c.name.to_ascii_lowercase();
    let words: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    if ["lanelight", "lanesignal", "lanecontrol", "车道信号灯"].iter().any(|w| words.contains(w)) {
        return SignalKind::LaneLight;
    }
    // OpenDRIVE's own catalogue, used under any country.
    match c.code {
        "1000001" | "1000011" | "1000008" | "1000009" | "1000010" | "1000012" | "1000016" => {
            return SignalKind::TrafficLight;
        }
        "1000002" | "1000007" | "1000013" => return SignalKind::PedestrianLight,
        "1000003" | "1000004" => return SignalKind::Crossing,
        _ => {}
    }
    if words.contains("stopline") || words.contains("holdingline") || c.code.eq_ignore_ascii_case("StopLine")
    {
        return SignalKind::StopLine;
    }
    if let Some(kind) = named(&c.name.to_lowercase(), c.dynamic) {
        return kind;
    }
    match country(c.country) {
        // "OpenDRIVE" and no country stand for the German catalogue, which the standard's examples use.
        Catalogue::German => german(c),
        Catalogue::American => american(c),
        Catalogue::Unknown => SignalKind::Other,
    }
}

/// Signs that are told by their Chinese name, as maps of Chinese sites write it: GB 5768 is not a catalogue that
/// OpenDRIVE knows codes of.
fn named(name: &str, dynamic: bool) -> Option<SignalKind> {
    let any = |all: &[&str]| !dynamic && all.iter().any(|w| name.contains(w));
    if any(&["停车让行"]) {
        Some(SignalKind::Stop)
    } else if any(&["减速让行"]) {
        Some(SignalKind::Yield)
    } else if any(&["路口优先通行", "干路先行"]) {
        Some(SignalKind::Priority)
    } else if any(&["禁止掉头"]) {
        Some(SignalKind::NoUTurn)
    } else if any(&["禁止向左向右转弯", "禁止左右转弯"]) {
        Some(SignalKind::NoLeftOrRightTurn)
    } else if any(&["禁止直行和向左转弯", "禁止直行和左转"]) {
        Some(SignalKind::NoStraightOrLeft)
    } else if any(&["禁止直行和向右转弯", "禁止直行和右转"]) {
        Some(SignalKind::NoStraightOrRight)
    } else if any(&["禁止向左转弯", "禁止左转"]) {
        Some(SignalKind::NoLeftTurn)
    } else if any(&["禁止向右转弯", "禁止右转"]) {
        Some(SignalKind::NoRightTurn)
    } else if any(&["禁止直行"]) {
        Some(SignalKind::NoStraight)
    } else if any(&["解除禁止超车"]) {
        Some(SignalKind::NoOvertakingEnd)
    } else if any(&["禁止超车"]) {
        Some(SignalKind::NoOvertaking)
    } else if any(&["禁止长时停车", "禁止长时间停车", "禁止长时停放"]) {
        Some(SignalKind::NoParking)
    } else if any(&["禁止停车", "禁止停放"]) {
        Some(SignalKind::NoStopping)
    } else if any(&["环岛行驶"]) {
        Some(SignalKind::Roundabout)
    } else if any(&["注意儿童", "学校"]) {
        Some(SignalKind::School)
    } else {
        any(&["铁路道口"]).then_some(SignalKind::LevelCrossing)
    }
}

impl Signal {
    /// Whether it is a sign on a post, and no light and nothing painted on the road.
    #[must_use]
    pub fn is_sign(&self) -> bool {
        use SignalKind::{Crossing, LaneLight, PedestrianLight, StopLine, TrafficLight};
        !matches!(self.kind, TrafficLight | LaneLight | PedestrianLight | StopLine | Crossing)
    }

    /// Whether it says the same to all and at all times: it is not switched, and has no text that may name hours or
    /// vehicles.
    #[must_use]
    pub fn says_always(&self) -> bool {
        !self.dynamic && self.text.trim().is_empty()
    }

    /// What kind of thing a sign says, as GB 5768 groups them; `None` for what is no sign, and where neither name nor code
    /// tells.
    #[must_use]
    pub fn group(&self) -> Option<SignGroup> {
        let any = |all: &[&str]| all.iter().any(|w| self.name.contains(w));
        if !self.is_sign() {
            return None;
        }
        if any(&["禁止", "限制", "限速", "停车让行", "减速让行", "会车让行"]) {
            return Some(SignGroup::Prohibition);
        }
        if any(&["注意", "慢行", "急弯", "警告", "施工"]) {
            return Some(SignGroup::Warning);
        }
        if any(&["行驶", "转弯", "直行", "人行横道", "机动车道", "优先", "先行", "允许掉头"])
        {
            return Some(SignGroup::Mandatory);
        }
        if matches!(country(&self.country), Catalogue::German)
            && let Ok(code) = self.code.split('.').next().unwrap_or_default().parse::<u32>()
        {
            // Priority and crossings are signs of indication in GB 5768, which go with the mandatory ones.
            return match code {
                101..=199 => Some(SignGroup::Warning),
                201 | 205 | 206 | 208 | 250..=290 => Some(SignGroup::Prohibition),
                209..=223 | 237..=249 | 301 | 306 | 350 => Some(SignGroup::Mandatory),
                _ => None,
            };
        }
        match self.kind {
            SignalKind::SpeedLimit(_)
            | SignalKind::SpeedLimitEnd
            | SignalKind::Stop
            | SignalKind::Yield
            | SignalKind::NoUTurn
            | SignalKind::NoLeftTurn
            | SignalKind::NoRightTurn
            | SignalKind::NoStraight
            | SignalKind::NoLeftOrRightTurn
            | SignalKind::NoStraightOrLeft
            | SignalKind::NoStraightOrRight
            | SignalKind::NoOvertaking
            | SignalKind::NoOvertakingEnd
            | SignalKind::NoStopping
            | SignalKind::NoParking => Some(SignGroup::Prohibition),
            SignalKind::School | SignalKind::LevelCrossing => Some(SignGroup::Warning),
            SignalKind::Roundabout | SignalKind::Priority => Some(SignGroup::Mandatory),
            _ => None,
        }
    }
}

enum Catalogue {
    German,
    American,
    Unknown,
}

fn country(country: &str) -> Catalogue {
    match country.trim().to_ascii_uppercase().as_str() {
        "" | "OPENDRIVE" | "DE" | "DEU" | "276" | "GERMANY" => Catalogue::German,
        "US" | "USA" | "840" => Catalogue::American,
        _ => Catalogue::Unknown,
    }
}

fn german(c: &Code<'_>) -> SignalKind {
    match c.code {
        "294" => SignalKind::StopLine,
        "293" => SignalKind::Crossing,
        "205" => SignalKind::Yield,
        "206" => SignalKind::Stop,
        "301" | "306" => SignalKind::Priority,
        "215" => SignalKind::Roundabout,
        "272" => SignalKind::NoUTurn,
        "276" => SignalKind::NoOvertaking,
        "280" => SignalKind::NoOvertakingEnd,
        "283" => SignalKind::NoStopping,
        "286" => SignalKind::NoParking,
        "136" => SignalKind::School,
        "150" | "151" | "201" => SignalKind::LevelCrossing,
        "274" => SignalKind::SpeedLimit(declared_speed(c, 1.0 / 3.6).or_else(|| german_variant(c.subcode))),
        // Begin of a zone; the number is the limit.
        "274.1" => SignalKind::SpeedLimit(declared_speed(c, 1.0 / 3.6).or(Some(30.0 / 3.6))),
        "278" | "282" | "274.2" => SignalKind::SpeedLimitEnd,
        _ => SignalKind::Other,
    }
}

/// Speed from the variant of sign 274: until 2017 -51 meant 10 km/h, -52 20 km/h and so on; since then the
/// variant is the speed itself. -60 has both meanings, so it says nothing.
fn german_variant(subcode: &str) -> Option<f64> {
    let variant: u32 = subcode.trim().trim_start_matches('-').parse().ok()?;
    let kmh = match variant {
        51..=59 | 61..=63 => (variant - 50) * 10,
        60 => return None,
        v if (5..=130).contains(&v) && v % 5 == 0 => v,
        _ => return None,
    };
    Some(f64::from(kmh) / 3.6)
}

fn american(c: &Code<'_>) -> SignalKind {
    match c.code.to_ascii_uppercase().as_str() {
        "R1-1" => SignalKind::Stop,
        "R1-2" => SignalKind::Yield,
        "R3-1" => SignalKind::NoRightTurn,
        "R3-2" => SignalKind::NoLeftTurn,
        "R3-3" => SignalKind::NoLeftOrRightTurn,
        "R3-27" => SignalKind::NoStraight,
        "R4-1" => SignalKind::NoOvertaking,
        "R4-2" => SignalKind::NoOvertakingEnd,
        "R8-3" => SignalKind::NoParking,
        "R3-4" => SignalKind::NoUTurn,
        "R2-1" => SignalKind::SpeedLimit(declared_speed(c, 0.447_04)),
        _ => SignalKind::Other,
    }
}

/// The record's value in its unit, or in the country's if it has none.
fn declared_speed(c: &Code<'_>, usual: f64) -> Option<f64> {
    let factor = if c.unit.trim().is_empty() { usual } else { speed_unit(c.unit)? };
    // A changeable sign shows what nobody recorded here.
    c.value.filter(|v| *v > 0.0 && !c.dynamic).map(|v| v * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign<'a>(
        country: &'a str,
        code: &'a str,
        subcode: &'a str,
        value: Option<f64>,
        unit: &'a str,
    ) -> Code<'a> {
        Code { country, code, subcode, name: "", value, unit, dynamic: false }
    }

    #[test]
    fn a_speed_sign_says_its_limit_or_that_it_is_not_known() {
        let kmh = |c: &Code<'_>| match kind(c) {
            SignalKind::SpeedLimit(v) => v.map(|v| (v * 3.6).round()),
            other => panic!("{other:?}"),
        };
        assert_eq!(kmh(&sign("DE", "274", "", Some(70.0), "")), Some(70.0), "German signs speak of km/h");
        assert_eq!(kmh(&sign("OpenDRIVE", "274", "", Some(30.0), "mph")), Some(48.0));
        assert_eq!(kmh(&sign("DE", "274", "55", None, "")), Some(50.0), "old numbering");
        assert_eq!(kmh(&sign("DE", "274", "70", Some(-1.0), "")), Some(70.0), "new numbering");
        assert_eq!(kmh(&sign("DE", "274", "60", None, "")), None, "60 or 100: nobody can tell");
        assert_eq!(kmh(&sign("US", "R2-1", "", Some(25.0), "")), Some(40.0), "American signs speak of mph");
    }

    #[test]
    fn a_chinese_sign_is_told_by_its_name() {
        let named = |name| kind(&Code { name, ..sign("CN", "", "", None, "") });
        assert_eq!(named("停车让行标志"), SignalKind::Stop);
        assert_eq!(named("注意儿童"), SignalKind::School);
        assert_eq!(named("限制高度"), SignalKind::Other);
        assert_eq!(kind(&sign("OpenDRIVE", "306", "", None, "")), SignalKind::Priority);
    }

    #[test]
    fn a_prohibition_says_which_ways_it_means() {
        use crate::lane::Turn::{Around, Left, Right, Straight};
        let named = |name| kind(&Code { name, ..sign("CN", "", "", None, "") });
        let forbids = |kind: SignalKind| [Left, Straight, Right, Around].map(|turn| kind.forbids(turn));
        for (name, want) in [
            ("禁止向左转弯", [true, false, false, false]),
            ("禁止右转", [false, false, true, false]),
            ("禁止直行标志", [false, true, false, false]),
            ("禁止向左向右转弯", [true, false, true, false]),
            ("禁止直行和向左转弯", [true, true, false, false]),
            ("禁止直行和向右转弯", [false, true, true, false]),
            ("禁止掉头", [false, false, false, true]),
            ("禁止停车", [false; 4]),
        ] {
            assert_eq!(forbids(named(name)), want, "{name}");
        }
        assert_eq!(named("解除禁止超车"), SignalKind::NoOvertakingEnd);
        assert_eq!(named("禁止超车"), SignalKind::NoOvertaking);
        assert_eq!(
            (named("禁止停车"), named("禁止长时停车")),
            (SignalKind::NoStopping, SignalKind::NoParking)
        );
        assert_eq!(
            kind(&Code { name: "禁止直行", dynamic: true, ..sign("CN", "", "", None, "") }),
            SignalKind::Other
        );
        let coded = |country, code| kind(&sign(country, code, "", None, ""));
        assert_eq!((coded("DE", "283"), coded("DE", "286")), (SignalKind::NoStopping, SignalKind::NoParking));
        assert_eq!(
            (coded("DE", "276"), coded("DE", "280")),
            (SignalKind::NoOvertaking, SignalKind::NoOvertakingEnd)
        );
        assert_eq!(
            (coded("US", "R3-1"), coded("US", "R3-27")),
            (SignalKind::NoRightTurn, SignalKind::NoStraight)
        );
        assert_eq!(coded("CN", "283"), SignalKind::Other);
    }

    #[test]
    fn a_code_of_another_country_is_not_read_as_german() {
        assert_eq!(kind(&sign("CN", "274", "", Some(30.0), "")), SignalKind::Other);
        assert_eq!(kind(&sign("FR", "1000001", "-1", None, "")), SignalKind::TrafficLight);
    }
}
