//! The rule `contact-with-actor`.

use std::collections::{BTreeMap, BTreeSet};

use lukao_contact::{ContactInterval, ContactScan, GapReason};
use lukao_measure::attribution::attribute;
use lukao_measure::{contact_options, near_miss, overlap};
use lukao_model::outcome::{Attribution, Decision, Uncertainty};
use lukao_model::{ActorIx, Finding, Interval, Intervals, RuleResult};

use crate::context::{Context, Judging, Need, Needs, UNSURE};
use crate::episode::{number, word};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego touches another actor.
    ///
    /// ## Checks
    /// Whether the footprint of the ego, or of a trailer of its, touches that of another vehicle, person, animal
    /// or object, on the same level. Actors that the log exempts (own cargo, own trailer) do not count.
    ///
    /// ## Method
    /// In continuous time: between its samples each actor moves straight and turns evenly. Touching is a clearance
    /// of at most 0.1 mm; every deeper contact is found. One contact is one finding, from its first to its last
    /// moment, with the deepest overlap, the faces that met, and whether the ego caused it (not a determination
    /// of liability; see `measure::attribution`). An opportunity is an actor that was there while the ego was.
    ///
    /// ## Cannot tell
    /// In gaps of the data of an actor that may have come near meanwhile; for actors known from an origin that
    /// is not admitted, or on a clock that is not synchronised with the ego's.
    ///
    /// ## Limits
    /// None is allowed. Deciding guarded, an overlap or a clearance within its uncertainty is undetermined; where the
    /// uncertainty is unknown, so is every overlap, and every clearance of at most `unknown_clearance_m`: a near miss in
    /// data of unknown accuracy is no pass. Uncertainty from positions, sizes, yaws, and the time accuracy between the clocks
    /// × the relative speed. Footprints are boxes or convex outlines; mirrors count with `mirrors`.
    ///
    /// ## Source
    /// The pack names the clause. The default of `unknown_clearance_m` is this project's own reading (basis: profile): what
    /// receivers without correction and trackers of unknown quality may well be off by.
    ContactWithActor = "contact-with-actor" {
        /// The ego is as wide as over its mirrors, where its vehicle sheet says how wide that is.
        flag mirrors = false;
        /// Deciding guarded, clearances of unknown accuracy up to this are undetermined.
        number unknown_clearance_m = 0.5, "m", 0.0..=10.0;
    }
}

/// The scan, what was noted when each open contact began, and who was there.
#[derive(Default)]
pub struct State {
    scan: Option<ContactScan>,
    open: Vec<Noted>,
    met: BTreeSet<ActorIx>,
    looked: Intervals,
    judging: Judging,
    names: Vec<String>,
    /// Stretches in which a clearance is in doubt, joined; by actor.
    doubts: BTreeMap<ActorIx, Intervals>,
    /// Contacts that have ended.
    touched: Vec<(ActorIx, Interval)>,
}

/// What is known of a contact only in the blocks in which it lasts.
struct Noted {
    runs: (ActorIx, ActorIx, [u32; 2]),
    from_ns: i64,
    to_ns: i64,
    attribution: Attribution,
    u: Uncertainty,
    deepest_m: f64,
    at_m: Option<[f64; 2]>,
    in_scope: bool,
    unusable: Option<(&'static str, String)>,
}

impl Rule for ContactWithActor {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let m = cx.measures;
        let (Some(ego), Some(found)) = (m.ego_actor(), m.block_contacts(p.mirrors)) else { return };
        if state.names.is_empty() {
            state.names = m.window().header().actors.iter().map(|a| a.id.clone()).collect();
        }
        state.judging = cx.judging;
        for k in m.ego().in_block() {
            cx.judged(out, k);
            for part in cx.in_scope(m.ego().step(k)) {
                state.looked.insert(part);
            }
        }
        who_was_there(cx, ego, state, out);
        if cx.judging.decision == Decision::Guarded {
            for d in near_miss::doubts(m, p.mirrors, p.unknown_clearance_m) {
                let when = state.doubts.entry(d.actor).or_default();
                cx.in_scope(d.when).for_each(|part| when.insert(part));
            }
        }
        for piece in &found.pieces {
            let c = &piece.contact;
            let runs = (c.ego_body, c.actor, piece.runs);
            let in_scope = cx.in_scope(Interval::new(c.from_ns, c.to_ns)).next().is_some();
            let at = |t: i64| m.ego().pose_at(t).map(|p| [p.x_m, p.y_m]);
            if let Some(open) = state.open.iter_mut().find(|o| o.runs == runs && c.from_ns <= o.to_ns) {
                open.to_ns = open.to_ns.max(c.to_ns);
                open.in_scope |= in_scope;
                if c.deepest_m > open.deepest_m {
                    (open.deepest_m, open.at_m) = (c.deepest_m, at(c.deepest_ns));
                }
                continue;
            }
            let (u, unusable) = overlap::quality(m, c, piece.runs);
            state.open.push(Noted {
                runs,
                from_ns: c.from_ns,
                to_ns: c.to_ns,
                attribution: attribute(m, c),
                u,
                deepest_m: c.deepest_m,
                at_m: at(c.deepest_ns),
                in_scope,
                unusable,
            });
        }
        let scan = state.scan.get_or_insert_with(|| ContactScan::new(ego, contact_options(p.mirrors)));
        scan.take(m.window(), cx.block(), &found);
        let ended = scan.ended();
        state.report(&ended, out);
    }

    fn finish(_: &Params, mut state: State, out: &mut RuleResult) {
        let Some(scan) = state.scan.take() else { return };
        let rest = scan.finish();
        state.report(&rest.intervals, out);
        // Who was touched was near before and after: that is said already.
        for (actor, when) in &state.doubts {
            let touched =
                |w: &&Interval| state.touched.iter().any(|t| t.0 == *actor && t.1.meet(w).is_some());
            when.iter().filter(|w| !touched(w)).for_each(|w| out.missing("clearance", UNSURE, *w));
        }
        // Gaps of the ego itself are noted for every rule.
        for u in rest.unbridged.iter().filter(|u| u.reason != GapReason::EgoGap) {
            let name = state.names.get(u.actor.0 as usize).map_or("?", String::as_str);
            let why = format!("{}: {name}", u.reason.why());
            let parts = Intervals::from_iter([u.when]).intersect(&state.looked);
            // Where they only touch, nothing was looked for.
            for part in parts.iter().filter(|p| p.len_ns() > 0 || u.when.len_ns() == 0) {
                out.missing("actor poses", &why, *part);
            }
        }
        out.opportunities = state.met.len() as u64;
    }
}

impl State {
    /// Notes contacts that have ended.
    fn report(&mut self, ended: &[ContactInterval], out: &mut RuleResult) {
        for c in ended {
            self.touched.push((c.actor, Interval::new(c.from_ns, c.to_ns)));
            let same = |o: &Noted| (o.runs.0, o.runs.1) == (c.ego_body, c.actor) && o.from_ns == c.from_ns;
            let Some(at) = self.open.iter().position(same) else { continue };
            report(c, self.open.swap_remove(at), &self.names, self.judging, out);
        }
    }
}

/// Counts the actors that are there while the ego is, and notes those whose data may not be used.
fn who_was_there(cx: &Context<'_>, ego: ActorIx, state: &mut State, out: &mut RuleResult) {
    let drive = cx.measures.window();
    let ego_samples = cx.measures.ego();
    let there = Intervals::from_iter(ego_samples.in_block().flat_map(|k| cx.in_scope(ego_samples.step(k))));
    let Some(first) = ego_samples.samples().get(ego_samples.in_block().start) else { return };
    let ego_clock = drive.runs()[first.run].clock;
    for run in drive.runs().iter().filter(|r| r.actor != ego) {
        let times = drive.times(run);
        let (Some(&a), Some(&b)) = (times.first(), times.last()) else { continue };
        let unusable = overlap::unusable(cx.measures, ego_clock, run);
        for both in there.iter().filter_map(|i| i.meet(&Interval::new(a, b))) {
            match &unusable {
                Some((what, why)) => out.missing(what, why, both),
                None => {
                    state.met.insert(run.actor);
                }
            }
        }
    }
}

/// Turns a contact that has ended into a finding, with what was noted while it lasted.
fn report(c: &ContactInterval, noted: Noted, names: &[String], judging: Judging, out: &mut RuleResult) {
    if !noted.in_scope {
        return;
    }
    let when = Interval::new(c.from_ns, c.to_ns);
    if let Some((what, why)) = noted.unusable {
        return out.missing(what, &why, when);
    }
    let near = match noted.u {
        Uncertainty::Known(0.0) => false,
        Uncertainty::Known(u) => c.deepest_m <= u,
        Uncertainty::Unknown => true,
    };
    let too_coarse = judging.max_u.is_some_and(|max| noted.u.known().is_none_or(|u| u > max));
    if too_coarse || (near && judging.decision == Decision::Guarded) {
        return out.missing("overlap", UNSURE, when);
    }
    let name = |a: ActorIx| names.get(a.0 as usize).cloned().unwrap_or_default();
    let spot = |s: &lukao_contact::Spot| {
        s.corner.map_or_else(|| s.face.name().to_owned(), |c| format!("{} {}", s.face.name(), c.name()))
    };
    let mut details = vec![
        word("ego_touched_at", spot(&c.meeting.ego)),
        word("actor_touched_at", spot(&c.meeting.actor)),
        number("contact_x_m", c.meeting.point_m[0]),
        number("contact_y_m", c.meeting.point_m[1]),
    ];
    details.extend(c.meeting.closing_mps.map(|v| number("closing_speed_mps", v)));
    details.extend(c.meeting.relative_mps.map(|v| number("relative_speed_mps", v)));
    if !c.begin_seen {
        details.push(word("begin", "before the data of one of the two"));
    }
    if !c.end_seen {
        details.push(word("end", "after the data of one of the two"));
    }
    out.findings.push(Finding {
        rule: META.id.into(),
        from_ns: c.from_ns,
        to_ns: c.to_ns,
        worst_ns: c.deepest_ns,
        at_m: noted.at_m,
        actors: vec![name(c.actor)],
        element: None,
        what: "touched".into(),
        measured: c.deepest_m,
        limit: 0.0,
        unit: "m".into(),
        margin: -c.deepest_m,
        uncertainty: noted.u,
        near_limit: near,
        attribution: Some(noted.attribution),
        details,
    });
}
