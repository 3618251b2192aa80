//! Bringing a track into a drive's frame. The track is moved, never the drive.

use std::borrow::Cow;

use lukao_model::frame::Alignment;
use lukao_model::{Error, Frame};
use lukao_track::Track;

/// How a track's coordinates become a drive's.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Align {
    /// As the two frames declare; an error if nothing relates them.
    #[default]
    Declared,
    /// The caller says that the coordinates are the same.
    Identity,
    /// The caller says how: turn, then shift.
    By(Alignment),
}

/// A track in a drive's frame.
#[derive(Clone, Debug)]
pub struct Placed<'t> {
    track: Cow<'t, Track>,
    how: String,
}

impl Placed<'_> {
    /// The track, in the drive's frame.
    #[must_use]
    pub fn track(&self) -> &Track {
        &self.track
    }

    /// How it came there, in words.
    #[must_use]
    pub fn how(&self) -> &str {
        &self.how
    }
}

/// Brings a track into the frame of a drive.
///
/// ```
/// # fn demo(track: &lukao::Track, drive: &lukao::Drive) -> Result<(), lukao::Error> {
/// // The drive does not say what its coordinates mean; we know that they are the map's.
/// let placed = lukao::place(track, &drive.header().frame, lukao::Align::Identity)?;
/// let exam = lukao::exam("general-road")?;
/// let verdict = lukao::grade(drive, placed.track(), &exam, &lukao::Options::default())?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// With [`Align::Declared`], if nothing relates the two frames; with [`Align::By`], if a figure is not finite.
pub fn place<'t>(track: &'t Track, frame: &Frame, align: Align) -> Result<Placed<'t>, Error> {
    let (alignment, why) = match align {
        Align::Identity => (Alignment::NONE, "as the caller says"),
        Align::By(a) => (a, "as the caller says"),
        Align::Declared => {
            let same = frame == track.frame() && frame.align_track(track.frame()).is_some();
            let found = if same { Some(Alignment::NONE) } else { frame.align_track(track.frame()) };
            let found = found.ok_or_else(|| {
                let expected = format!("the frame {frame}, as the drive's");
                let hint = "; say how to align them if you know that they agree";
                Error::new(track.name(), expected, format!("{}{hint}", track.frame()))
            })?;
            (found, "as their frames declare")
        }
    };
    let Alignment { yaw_rad, shift_m: [x, y, z] } = alignment;
    if ![yaw_rad, x, y, z].iter().all(|v| v.is_finite()) {
        return Err(Error::new("alignment", "finite figures", format!("({x}, {y}, {z}) m, {yaw_rad} rad")));
    }
    let how = if alignment == Alignment::NONE {
        format!("the track's coordinates are the drive's, {why}")
    } else {
        format!("track turned by {yaw_rad} rad and shifted by ({x}, {y}, {z}) m, {why}")
    };
    let track = if alignment == Alignment::NONE && frame == track.frame() {
        Cow::Borrowed(track)
    } else {
        Cow::Owned(track.aligned(&alignment, frame.clone()))
    };
    Ok(Placed { track, how })
}
