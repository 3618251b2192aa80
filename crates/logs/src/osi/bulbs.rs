//! Signal heads from bulbs.
//!
//! OSI describes each bulb of a traffic light by itself. Bulbs make one head if they come from the same object
//! of the map; else, if they face the same way, hang within arm's length of each other, govern the same lanes
//! and show different colours. A bulb that changes its colour is a head of its own.

use std::collections::BTreeMap;

use lukao_model::channel::SignalState;
use lukao_model::{Channel, Error, Subject, math};

use super::message::{Id, TrafficLight};
use super::read::own_name;
use crate::ingest::{At, Ingest, StreamIx, Value};

/// Bulbs of one head are at most this far apart, m.
const HEAD_SIZE_M: f64 = 1.2;
/// Bulbs of one head face the same way within this, rad.
const SAME_YAW_RAD: f64 = 0.1;

mod color {
    pub const RED: u8 = 2;
    pub const YELLOW: u8 = 3;
    pub const GREEN: u8 = 4;
}

mod mode {
    pub const OFF: u8 = 2;
    pub const CONSTANT: u8 = 3;
    pub const FLASHING: u8 = 4;
    pub const COUNTING: u8 = 5;
}

/// One bulb at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shown {
    frame: u32,
    color: u8,
    mode: u8,
}

#[derive(Clone, Debug, Default)]
struct Bulb {
    name: Option<String>,
    place: Option<([f64; 3], f64)>,
    lanes: Vec<u64>,
    icon: i32,
    shown: Vec<Shown>,
}

/// All bulbs of a log.
#[derive(Debug, Default)]
pub struct Bulbs {
    frames: Vec<(i64, At)>,
    bulbs: BTreeMap<u64, Bulb>,
}

/// A head: its name and its bulbs' OSI ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub name: String,
    pub bulbs: Vec<u64>,
}

impl Bulbs {
    pub fn is_empty(&self) -> bool {
        self.bulbs.is_empty()
    }

    pub fn begin_frame(&mut self, t_ns: i64, at: At) {
        self.frames.push((t_ns, at));
    }

    pub fn push(&mut self, light: &TrafficLight) {
        let Some(frame) = self.frames.len().checked_sub(1) else { return };
        let Some(id) = light.id.and_then(Id::known) else { return };
        let c = light.classification.clone().unwrap_or_default();
        let icon = c.icon.unwrap_or(0);
        // Counters say how long, not what.
        if matches!(icon, 20 | 21) {
            return;
        }
        let bulb = self.bulbs.entry(id).or_insert_with(|| {
            let base = light.base.clone().unwrap_or_default();
            let yaw = base.orientation.and_then(|o| o.yaw).unwrap_or(0.0);
            let mut lanes: Vec<u64> = c.assigned_lane_id.iter().filter_map(|i| i.known()).collect();
            lanes.sort_unstable();
            Bulb {
                name: name_of(light),
                place: base.position.map(|p| (p.xyz(), yaw)),
                lanes,
                icon,
                shown: Vec::new(),
            }
        });
        let small = |v: Option<i32>| u8::try_from(v.unwrap_or(0)).unwrap_or(0);
        let mode = if c.is_out_of_service == Some(true) { mode::OFF } else { small(c.mode) };
        bulb.shown.push(Shown { frame: frame as u32, color: small(c.color), mode });
    }

    /// The heads that the bulbs make, in order of their first bulb's id.
    pub fn heads(&self) -> Vec<Head> {
        let mut heads: Vec<Head> = Vec::new();
        for (&id, bulb) in &self.bulbs {
            let fits = |h: &&mut Head| h.bulbs.iter().all(|other| bulb.joins(&self.bulbs[other]));
            match heads.iter_mut().find(fits) {
                Some(head) => head.bulbs.push(id),
                None => {
                    let name = bulb.name.clone().unwrap_or_else(|| format!("light-{id}"));
                    heads.push(Head { name, bulbs: vec![id] });
                }
            }
        }
        heads
    }

    /// Hands the states of all heads over, at every frame.
    ///
    /// # Errors
    /// If a time is out of range.
    pub fn finish(&mut self, log: &mut Ingest, stream: StreamIx) -> Result<(), Error> {
        let heads = self.heads();
        for head in &heads {
            // Two heads that the map calls the same are not one signal.
            let same = heads.iter().filter(|h| h.name == head.name).count();
            let name = match same {
                1 => head.name.clone(),
                _ => format!("light-{}", head.bulbs[0]),
            };
            let signal = Subject::Signal(log.add_signal(&name));
            let mut at: Vec<usize> = vec![0; head.bulbs.len()];
            for (k, &(t_ns, place)) in self.frames.iter().enumerate() {
                let mut shown = Vec::with_capacity(head.bulbs.len());
                for (id, i) in head.bulbs.iter().zip(&mut at) {
                    let all = &self.bulbs[id].shown;
                    while all.get(*i).is_some_and(|s| (s.frame as usize) < k) {
                        *i += 1;
                    }
                    shown.extend(all.get(*i).filter(|s| s.frame as usize == k).map(|s| (s.color, s.mode)));
                }
                let value = match state_of(&shown, head.bulbs.len()) {
                    Some(state) => Value::Code(state.code()),
                    None => Value::Missing,
                };
                log.value(signal, stream, t_ns, Channel::SignalState, value, place)?;
            }
        }
        Ok(())
    }
}

impl Bulb {
    fn color(&self) -> Option<u8> {
        let first = self.shown.first()?.color;
        self.shown.iter().all(|s| s.color == first).then_some(first)
    }

    fn joins(&self, other: &Self) -> bool {
        if self.name.is_some() || other.name.is_some() {
            return self.name == other.name;
        }
        let (Some((a, a_yaw)), Some((b, b_yaw))) = (self.place, other.place) else { return false };
        let (Some(a_color), Some(b_color)) = (self.color(), other.color()) else { return false };
        let [dx, dy, dz] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
        self.lanes == other.lanes
            && self.icon == other.icon
            && a_color != b_color
            && math::angle_between(a_yaw, b_yaw).abs() <= SAME_YAW_RAD
            && dx * dx + dy * dy + dz * dz <= HEAD_SIZE_M * HEAD_SIZE_M
    }
}

/// The id of the signal in the map, if the log refers to an OpenDRIVE map, or the name that our writer kept.
fn name_of(light: &TrafficLight) -> Option<String> {
    let opendrive = || {
        let kind = |k: &str| k.eq_ignore_ascii_case("net.asam.opendrive");
        let r = light.source_reference.iter().find(|r| r.kind.as_deref().is_some_and(kind))?;
        r.identifier.first().filter(|i| !i.is_empty()).cloned()
    };
    own_name(&light.source_reference).or_else(opendrive)
}

/// What the bulbs of a head that are in the frame (colour, mode) show together; `None` if none is there.
///
/// One bulb that is not known makes the head unknown: it may be the one that shines.
fn state_of(shown: &[(u8, u8)], of: usize) -> Option<SignalState> {
    if shown.is_empty() {
        return None;
    }
    let known = |&(c, m): &(u8, u8)| {
        m == mode::OFF
            || (matches!(m, mode::CONSTANT | mode::FLASHING | mode::COUNTING)
                && matches!(c, color::RED | color::YELLOW | color::GREEN))
    };
    if shown.len() < of || !shown.iter().all(known) {
        return Some(SignalState::Unknown);
    }
    let lit =
        |color: u8| shown.iter().filter(move |(c, m)| *c == color && *m != mode::OFF).map(|(_, m)| *m).max();
    // `max` prefers counting, which shines, and flashing over constant: a flashing bulb is the one to heed.
    Some(match (lit(color::RED), lit(color::YELLOW), lit(color::GREEN)) {
        (None, None, None) => SignalState::Off,
        (Some(mode::FLASHING), None, None) => SignalState::FlashingRed,
        (Some(_), None, None) => SignalState::Red,
        (Some(mode::CONSTANT | mode::COUNTING), Some(mode::CONSTANT | mode::COUNTING), None) => {
            SignalState::RedAmber
        }
        (None, Some(mode::FLASHING), None) => SignalState::FlashingAmber,
        (None, Some(_), None) => SignalState::Amber,
        (None, None, Some(mode::FLASHING)) => SignalState::FlashingGreen,
        (None, None, Some(_)) => SignalState::Green,
        _ => SignalState::Unknown,
    })
}

#[cfg(test)]
mod tests {
    use super::super::message::{BaseStationary, ExternalReference, LightClassification, Orientation, Vec3};
    use super::*;

    fn bulb(id: u64, x: f64, z: f64, color: i32, mode: i32, icon: i32) -> TrafficLight {
        TrafficLight {
            id: Some(Id::new(id)),
            base: Some(BaseStationary {
                position: Some(Vec3::new(x, 0.0, z)),
                orientation: Some(Orientation { yaw: Some(1.0), ..Orientation::default() }),
                ..BaseStationary::default()
            }),
            classification: Some(LightClassification {
                color: Some(color),
                mode: Some(mode),
                icon: Some(icon),
                ..LightClassification::default()
            }),
            source_reference: Vec::new(),
        }
    }

    #[test]
    fn bulbs_that_hang_together_are_one_head_and_an_arrow_is_another() {
        let mut b = Bulbs::default();
        b.begin_frame(0, At::Whole);
        for l in [
            bulb(1, 0.0, 5.6, 2, 3, 2),
            bulb(2, 0.0, 5.3, 3, 2, 2),
            bulb(3, 0.0, 5.0, 4, 2, 2),
            bulb(4, 0.4, 5.0, 4, 3, 7),
            // A second head beside the first, and one across the road.
            bulb(5, 0.5, 5.6, 2, 2, 2),
            bulb(6, 0.5, 5.0, 4, 2, 2),
            bulb(7, 30.0, 5.6, 2, 3, 2),
        ] {
            b.push(&l);
        }
        let heads: Vec<Vec<u64>> = b.heads().into_iter().map(|h| h.bulbs).collect();
        assert_eq!(heads, [vec![1, 2, 3], vec![4], vec![5, 6], vec![7]]);
    }

    #[test]
    fn a_bulb_that_changes_colour_is_a_head_and_the_map_names_heads() {
        let mut b = Bulbs::default();
        for (k, (c1, c2)) in [(2, 2), (4, 2)].into_iter().enumerate() {
            b.begin_frame(k as i64, At::Whole);
            b.push(&bulb(1, 0.0, 5.0, c1, 3, 2));
            b.push(&bulb(2, 0.0, 5.3, c2, 3, 2));
            let mut named = bulb(9, 500.0, 0.0, 2, 3, 2);
            named.source_reference.push(ExternalReference {
                reference: None,
                kind: Some("net.asam.opendrive".into()),
                identifier: vec!["62".into()],
            });
            b.push(&named);
        }
        let names: Vec<String> = b.heads().into_iter().map(|h| h.name).collect();
        assert_eq!(names, ["light-1", "light-2", "62"]);
    }

    #[test]
    fn one_unknown_bulb_makes_the_head_unknown() {
        use SignalState as S;
        let s = |b: &[(u8, u8)]| state_of(b, b.len());
        assert_eq!(s(&[(2, 3), (3, 2), (4, 2)]), Some(S::Red));
        assert_eq!(s(&[(2, 3), (3, 3), (4, 2)]), Some(S::RedAmber));
        assert_eq!(s(&[(2, 2), (3, 4), (4, 2)]), Some(S::FlashingAmber));
        assert_eq!(s(&[(2, 2), (3, 2), (4, 2)]), Some(S::Off));
        assert_eq!(s(&[(2, 3), (3, 2), (4, 0)]), Some(S::Unknown));
        assert_eq!(s(&[(2, 3), (3, 2), (4, 3)]), Some(S::Unknown), "red and green at once");
        assert_eq!(s(&[(1, 3)]), Some(S::Unknown), "a colour that is none of ours");
        assert_eq!(state_of(&[(2, 2)], 3), Some(S::Unknown), "two bulbs are not in the frame");
        assert_eq!(state_of(&[], 3), None);
    }
}
