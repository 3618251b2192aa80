//! Whether lights rule a way through a junction at a time.

use lukao_measure::Entry;
use lukao_model::code::SignalState;
use lukao_track::{PathIx, Track};

use crate::context::Context;

/// What lights say of a way.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Control {
    /// There are none, or they are off or flash amber: signs and law apply.
    None,
    /// They show this.
    Shows(SignalState),
    /// What they show is not known, and why.
    Unknown(String),
}

/// What the lights that govern a path show at a time near an entry of the ego.
pub(super) fn control(cx: &Context<'_>, track: &Track, entry: &Entry, path: PathIx, t_ns: i64) -> Control {
    let lights = track.lights_of(path);
    if lights.is_empty() {
        return Control::None;
    }
    let m = cx.measures;
    match m.shown(entry.k, &m.heads_of(lights), t_ns) {
        Ok(s) if matches!(s.state, SignalState::Off | SignalState::FlashingAmber) => Control::None,
        Ok(s) => Control::Shows(s.state),
        Err(e) => Control::Unknown(e.why(track)),
    }
}

/// Whether the ego is not ruled by lights when it enters: signs and law apply. `Err` says why that is not known.
pub(super) fn unsignalled(
    cx: &Context<'_>,
    track: &Track,
    entry: &Entry,
    path: PathIx,
) -> Result<bool, String> {
    match control(cx, track, entry, path, entry.t_ns) {
        Control::None => Ok(true),
        Control::Shows(_) => Ok(false),
        Control::Unknown(why) => Err(why),
    }
}
