//! Indices of a track's elements. They are valid for the track they came from, and for its moved copies.

macro_rules! indices {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name(pub u32);

            impl $name {
                /// As an index into a slice.
                #[must_use]
                pub fn get(self) -> usize {
                    self.0 as usize
                }

                pub(crate) fn new(i: usize) -> Self {
                    // Counts are capped far below u32::MAX while a map is read.
                    Self(u32::try_from(i).unwrap_or(u32::MAX))
                }
            }
        )+
    };
}

indices! {
    /// Of a [`Road`](crate::Road).
    RoadIx;
    /// Of a [`Lane`](crate::Lane).
    LaneIx;
    /// Of a [`Line`](crate::Line).
    LineIx;
    /// Of a [`Path`](crate::Path) through a junction.
    PathIx;
    /// Of a [`Signal`](crate::Signal).
    SignalIx;
    /// Of a [`StopLine`](crate::StopLine).
    StopLineIx;
    /// Of a [`Crossing`](crate::Crossing).
    CrossingIx;
}
