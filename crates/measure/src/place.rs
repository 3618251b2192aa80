//! Where the ego is on the track: its lane, and the way that it takes through junctions.
//!
//! **Lane** of a sample: of the traffic lanes that hold the footprint's centre at its height, outside junctions
//! the one whose direction agrees best with the heading. Inside a junction, where connecting lanes overlap, the
//! one on the way from the lane from which the ego came (at most 20 s before) to the lane to which it goes (at
//! most 60 s after); while either is not seen within that time or in the same run, the lane is the best fitting
//! one and *not certain*.
//!
//! **Uncertainty** of station and lateral offset: position accuracy of the sample and survey accuracy of the
//! track; unknown if either is. Which lane holds a point nearer to a border than that is itself in doubt;
//! rules that care compare the distance to the border with it.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};

use lukao_model::drive::Pose;
use lukao_model::math;
use lukao_track::{LaneHit, LaneIx, PathIx, Track};

use crate::ego::{Ego, EgoSample};
use crate::{LOOK_AHEAD_NS, LOOK_BACK_NS};

/// Where the ego is at one sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Lane, station, offsets.
    pub hit: LaneHit,
    /// Whether the lane is the only one that fits; inside junctions it may not be.
    pub certain: bool,
    /// Angle from the lane's direction to the heading, rad, in (−π, π].
    pub off_rad: f64,
}

/// A sample, and the lane outside junctions that the ego is in there.
type Seen = (usize, LaneIx);

/// A way through a junction as it is seen: the lane before it, the samples in it from the first to behind the last, and the
/// lane behind it.
type Crossing = (LaneIx, (usize, usize), Option<LaneIx>);

/// Where the ego is, as far as junctions go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whereabouts {
    /// In a lane outside.
    Outside(LaneIx),
    /// In lanes of junctions alone.
    Inside,
    /// In no lane.
    Nowhere,
}

/// What has been looked up.
pub(crate) struct Cells {
    /// [`CHUNK`] samples each.
    hits: Vec<OnceLock<Chunk>>,
    /// For each sample the nearest one before and after, itself included, that is in a lane outside junctions and
    /// in the same run, with that lane.
    outside: OnceLock<Vec<[Option<Seen>; 2]>>,
    stretches: OnceLock<Vec<(Whereabouts, u32)>>,
    ways: Mutex<BTreeMap<Crossing, Vec<PathIx>>>,
    at: Vec<OnceLock<Option<Place>>>,
}

/// Samples that are looked up at once.
const CHUNK: usize = 32;

/// Lanes of all kinds of some samples.
#[derive(Default)]
struct Chunk {
    hits: Vec<LaneHit>,
    /// Of each sample: where its part of `hits` begins, where its traffic lanes end, which come first, and where the part ends.
    of: Vec<[u32; 3]>,
}

impl Chunk {
    fn new(track: &Track, samples: &[EgoSample]) -> Self {
        let mut out = Self::default();
        for (k, s) in samples.iter().enumerate() {
            // Who stands is where he was.
            let same = |b: &EgoSample| (b.pose, b.z_m) == (s.pose, s.z_m);
            let before = k.checked_sub(1).filter(|j| same(&samples[*j])).map(|j| out.of[j]);
            let part = before.unwrap_or_else(|| {
                let begin = out.hits.len();
                let traffic = hits_into(track, &s.pose, s.z_m, &mut out.hits);
                [begin, begin + traffic, out.hits.len()].map(|v| v as u32)
            });
            out.of.push(part);
        }
        out
    }
}

impl Cells {
    pub(crate) fn new(samples: usize) -> Self {
        let hits = (0..samples.div_ceil(CHUNK)).map(|_| OnceLock::new()).collect();
        let at = (0..samples).map(|_| OnceLock::new()).collect();
        let (outside, stretches) = (OnceLock::new(), OnceLock::new());
        Self { hits, outside, stretches, ways: Mutex::default(), at }
    }
}

/// Places of the ego's samples in a window; looked up when first asked for.
#[derive(Clone, Copy)]
pub struct Places<'m> {
    pub(crate) track: &'m Track,
    pub(crate) ego: &'m Ego,
    pub(crate) cells: &'m Cells,
}

impl<'m> Places<'m> {
    /// Traffic lanes that hold the ego's centre at sample `k`.
    ///
    /// # Panics
    /// If there is no such sample.
    #[must_use]
    #[inline]
    pub fn hits(&self, k: usize) -> &'m [LaneHit] {
        let (chunk, [begin, traffic, _]) = self.looked_up(k);
        &chunk.hits[begin as usize..traffic as usize]
    }

    /// Lanes of all kinds that hold the ego's centre at sample `k`, traffic lanes first.
    ///
    /// # Panics
    /// If there is no such sample.
    #[must_use]
    #[inline]
    pub fn all_hits(&self, k: usize) -> &'m [LaneHit] {
        let (chunk, [begin, _, end]) = self.looked_up(k);
        &chunk.hits[begin as usize..end as usize]
    }

    fn looked_up(&self, k: usize) -> (&'m Chunk, [u32; 3]) {
        let chunk = self.cells.hits[k / CHUNK].get_or_init(|| {
            let (from, samples) = (k / CHUNK * CHUNK, self.ego.samples());
            Chunk::new(self.track, &samples[from..(from + CHUNK).min(samples.len())])
        });
        (chunk, chunk.of[k % CHUNK])
    }

    /// The best place outside junctions at sample `k`.
    fn outside_hit(&self, k: usize) -> Option<&'m LaneHit> {
        outside(self.track, self.hits(k), self.ego.samples()[k].pose.yaw_rad)
    }

    /// The lane whose direction agrees best with the heading.
    fn best<'h>(&self, k: usize, hits: impl Iterator<Item = &'h LaneHit>) -> Option<&'h LaneHit> {
        best(hits, self.ego.samples()[k].pose.yaw_rad)
    }

    fn outside(&self) -> &'m [[Option<Seen>; 2]] {
        self.cells.outside.get_or_init(|| {
            let samples = self.ego.samples();
            let mut out: Vec<_> =
                (0..samples.len()).map(|k| [self.outside_hit(k).map(|h| (k, h.lane)); 2]).collect();
            for k in 1..samples.len() {
                if samples[k - 1].goes_on && out[k][0].is_none() {
                    out[k][0] = out[k - 1][0];
                }
            }
            for k in (1..samples.len()).rev() {
                if samples[k - 1].goes_on && out[k - 1][1].is_none() {
                    out[k - 1][1] = out[k][1];
                }
            }
            out
        })
    }

    /// Whether the road is a motorway at sample `k`. `None` if the ego is in no lane or the track does not say what kind of
    /// road it is; a road without a kind inside a junction is no motorway.
    #[must_use]
    pub fn on_motorway(&self, k: usize) -> Option<bool> {
        self.motorway_at(&self.at(k)?.hit)
    }

    /// The same at a place in a lane of any kind.
    #[must_use]
    pub fn motorway_at(&self, hit: &LaneHit) -> Option<bool> {
        let lane = self.track.lane(hit.lane);
        let kind = self.track.road(lane.road).kind_at(lane.road_s_at(hit.station_m));
        kind.map(|kind| kind == "motorway").or(lane.in_junction.then_some(false))
    }

    /// Lane outside junctions from which the ego came to sample `k`, itself included, at most 20 s before.
    #[must_use]
    pub fn came_from(&self, k: usize) -> Option<(usize, LaneIx)> {
        let (j, lane) = self.outside()[k][0]?;
        let t = |k: usize| self.ego.samples()[k].t_ns;
        (t(k) - t(j) <= LOOK_BACK_NS).then_some((j, lane))
    }

    /// Lane outside junctions to which the ego goes from sample `k`, itself included, at most 60 s after.
    #[must_use]
    pub fn goes_to(&self, k: usize) -> Option<(usize, LaneIx)> {
        let (j, lane) = self.outside()[k][1]?;
        let t = |k: usize| self.ego.samples()[k].t_ns;
        (t(j) - t(k) < LOOK_AHEAD_NS).then_some((j, lane))
    }

    /// Where the ego is at sample `k`; `None` if it is in no traffic lane.
    #[must_use]
    #[inline]
    pub fn at(&self, k: usize) -> Option<Place> {
        *self.cells.at[k].get_or_init(|| self.look_up(k))
    }

    fn look_up(&self, k: usize) -> Option<Place> {
        let place = |hit: &LaneHit, certain: bool| {
            let off_rad = math::angle_between(hit.heading_rad, self.ego.samples()[k].pose.yaw_rad);
            Place { hit: *hit, certain, off_rad }
        };
        let hits = self.hits(k);
        if let [only] = hits {
            return Some(place(only, true));
        }
        if let Some(hit) = self.outside_hit(k) {
            let others = hits.iter().filter(|h| !self.track.lane(h.lane).in_junction).count();
            return Some(place(hit, others == 1));
        }
        let (from, to) = (self.came_from(k).map(|x| x.1), self.goes_to(k).map(|x| x.1));
        let on_way = |h: &&LaneHit| {
            let via = |(_, p): (PathIx, &lukao_track::Path)| {
                p.via.contains(&h.lane) && (to.is_none() || p.to == to)
            };
            from.is_some_and(|from| self.track.paths_from(from).any(via))
        };
        let ways: Vec<&LaneHit> = hits.iter().filter(on_way).collect();
        match ways.as_slice() {
            [] => self.best(k, hits.iter()).map(|h| place(h, false)),
            [only] => Some(place(only, from.is_some() && to.is_some())),
            several => self.best(k, several.iter().copied()).map(|h| place(h, false)),
        }
    }

    /// Ways through the next junction that the ego may take from sample `k`, which lies before or in it. Of those
    /// from the lane it comes from: the ones to the lane it goes to, or, if none leads just there, to its road;
    /// and of these the ones whose connecting lanes hold it all the way. What is not seen within 60 s or the same
    /// run leaves more than one. `None` if the lane before the junction is not known.
    #[must_use]
    pub fn ways_through(&self, k: usize) -> Option<Vec<PathIx>> {
        self.came_from(k).map(|(_, from)| self.ways_from(k, from))
    }

    /// The same of somebody who is asked about once, with the lane before the junction: only the samples up to where he leaves it
    /// are looked up.
    pub(crate) fn ways_once(&self, k: usize, from: LaneIx) -> Vec<PathIx> {
        let (inside, exit) = self.through(k, from, |j| (self.whereabouts(j), j + 1));
        self.fitting((from, inside, exit))
    }

    /// [`Places::ways_through`] if the lane before the junction is known to be `from`.
    fn ways_from(&self, k: usize, from: LaneIx) -> Vec<PathIx> {
        let (inside, exit) = self.through(k, from, |j| {
            let (whereabouts, end) = self.stretches()[j];
            (whereabouts, end as usize)
        });
        // The same from each sample of the approach.
        let known = (from, inside, exit);
        let before = self.cells.ways.lock().ok().and_then(|ways| ways.get(&known).cloned());
        before.unwrap_or_else(|| {
            let found = self.fitting(known);
            if let Ok(mut ways) = self.cells.ways.lock() {
                ways.insert(known, found.clone());
            }
            found
        })
    }

    /// Ways from a lane that fit what is seen of the ego behind it.
    fn fitting(&self, (from, inside, exit): Crossing) -> Vec<PathIx> {
        let mut ways: Vec<PathIx> = self.track.paths_from(from).map(|(ix, _)| ix).collect();
        let narrow = |ways: &mut Vec<PathIx>, keep: &dyn Fn(PathIx) -> bool| {
            let kept: Vec<PathIx> = ways.iter().copied().filter(|w| keep(*w)).collect();
            let any = !kept.is_empty();
            if any {
                *ways = kept;
            }
            any
        };
        if let Some(exit) = exit {
            let road = |lane: LaneIx| (self.track.lane(lane).road, self.track.lane(lane).number > 0);
            let to = |w: PathIx| self.track.path(w).to;
            if !narrow(&mut ways, &|w| to(w) == Some(exit)) {
                narrow(&mut ways, &|w| to(w).is_some_and(|to| road(to) == road(exit)));
            }
        }
        let holds = |w: PathIx, k: usize| {
            let hits = self.hits(k);
            hits.is_empty() || hits.iter().any(|h| self.track.path(w).via.contains(&h.lane))
        };
        narrow(&mut ways, &|w| (inside.0..inside.1).all(|k| holds(w, k)));
        ways
    }

    /// The samples at or after `k` at which the ego is in the junction after `from` (in lanes, but in none outside), from
    /// the first to behind the last, and the lane by which it leaves. `at` says where it is at a sample, and up to before which one
    /// of the same run it is there too.
    fn through(
        &self,
        k: usize,
        from: LaneIx,
        at: impl Fn(usize) -> (Whereabouts, usize),
    ) -> ((usize, usize), Option<LaneIx>) {
        let samples = self.ego.samples();
        let until = samples[k].t_ns.saturating_add(LOOK_AHEAD_NS);
        let mut inside = (0, 0);
        let mut j = k;
        while j < samples.len() && samples[j].t_ns < until {
            let (whereabouts, end) = at(j);
            let end = j + samples[j..end].partition_point(|s| s.t_ns < until);
            match whereabouts {
                Whereabouts::Inside => inside = (if inside.1 == 0 { j } else { inside.0 }, end),
                Whereabouts::Nowhere => {}
                // A short junction may lie between two samples: then the lane itself tells.
                Whereabouts::Outside(lane) if inside.1 > 0 || (lane != from && !self.beside(lane, from)) => {
                    return (inside, Some(lane));
                }
                Whereabouts::Outside(_) => {}
            }
            if !samples[end - 1].goes_on {
                break;
            }
            j = end;
        }
        (inside, None)
    }

    fn whereabouts(&self, k: usize) -> Whereabouts {
        match self.outside_hit(k) {
            Some(hit) => Whereabouts::Outside(hit.lane),
            None if self.hits(k).is_empty() => Whereabouts::Nowhere,
            None => Whereabouts::Inside,
        }
    }

    /// Where the ego is at each sample, and behind which one of the same run that ends.
    fn stretches(&self) -> &'m [(Whereabouts, u32)] {
        self.cells.stretches.get_or_init(|| {
            let samples = self.ego.samples();
            let mut out: Vec<_> = (0..samples.len()).map(|k| (self.whereabouts(k), k as u32 + 1)).collect();
            for k in (1..samples.len()).rev() {
                if samples[k - 1].goes_on && out[k - 1].0 == out[k].0 {
                    out[k - 1].1 = out[k].1;
                }
            }
            out
        })
    }

    /// Whether two lanes are of the same road and section.
    fn beside(&self, a: LaneIx, b: LaneIx) -> bool {
        let of = |l: LaneIx| (self.track.lane(l).road, self.track.lane(l).section);
        of(a) == of(b)
    }
}

/// Lanes of all kinds that hold a footprint's centre, traffic lanes first, and how many of these.
pub(crate) fn hits(track: &Track, pose: &Pose, z_m: Option<f64>) -> (Vec<LaneHit>, usize) {
    let mut hits = Vec::new();
    let count = hits_into(track, pose, z_m, &mut hits);
    (hits, count)
}

/// The same, put behind what is there.
fn hits_into(track: &Track, pose: &Pose, z_m: Option<f64>, out: &mut Vec<LaneHit>) -> usize {
    let begin = out.len();
    track.lanes_at_into([pose.x_m, pose.y_m], z_m, |_| true, out);
    let traffic = |h: &LaneHit| track.lane(h.lane).kind.is_traffic();
    let new = &mut out[begin..];
    new.sort_by_key(|h| !traffic(h));
    new.iter().filter(|h| traffic(h)).count()
}

/// Of traffic lanes that hold a centre the best one outside junctions.
pub(crate) fn outside<'h>(track: &Track, hits: &'h [LaneHit], yaw_rad: f64) -> Option<&'h LaneHit> {
    best(hits.iter().filter(|h| !track.lane(h.lane).in_junction), yaw_rad)
}

/// The lane whose direction agrees best with a heading; of equal ones the one whose middle is nearer.
fn best<'h>(hits: impl Iterator<Item = &'h LaneHit>, yaw_rad: f64) -> Option<&'h LaneHit> {
    hits.min_by(|a, b| {
        let off = |h: &LaneHit| math::angle_between(h.heading_rad, yaw_rad).abs();
        let middle = || a.lateral_m.abs().total_cmp(&b.lateral_m.abs());
        // Directions that differ by less than a few degrees tell nothing.
        if (off(a) - off(b)).abs() < 0.05 { middle() } else { off(a).total_cmp(&off(b)) }
            .then(a.lane.cmp(&b.lane))
    })
}
