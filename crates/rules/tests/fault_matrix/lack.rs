//! Taking something away from a drive.

use std::sync::Arc;

use lukao_measure::Admit;
use lukao_model::channel::Channels;
use lukao_model::drive::PoseAccuracy;
use lukao_model::values::Accuracy;
use lukao_model::{Channel, Drive, Header, Origin, Run, Series, Subject};
use lukao_rules::Need;
use lukao_synth::Made;

/// What to take away.
#[derive(Clone, Copy, Debug)]
pub enum Lack {
    /// Nobody says which vehicle is under test.
    Ego,
    /// There is no map.
    Track,
    /// The states of all signals.
    SignalStates,
    /// A channel of the ego, on its runs and in its series.
    EgoChannel(Channel),
    /// A channel of the surroundings: weather, marks, commands.
    DriveChannel(Channel),
    /// Channels of everybody but the ego; poses stay.
    OthersChannel(Channel),
    /// The poses of others are known from the ego's own perception only, which is not admitted.
    OthersReference,
    /// Anything else.
    By(&'static str, fn(&mut Made)),
}

/// A drive with something taken away, and which origins then count.
pub struct Lacking {
    pub made: Made,
    pub admit: Admit,
}

impl Lack {
    /// How to take away what a rule says that it needs, and what it must then name.
    pub fn of(need: Need) -> (Self, &'static str) {
        let lack = match need {
            Need::Ego => Self::Ego,
            Need::Track => Self::Track,
            Need::SignalStates => Self::SignalStates,
            Need::EgoChannel(c) => Self::EgoChannel(c),
            Need::Station(_) => Self::By("station", |made| {
                let track = made.track.take().map(|t| t.with_stations("stations.toml", "format = 1\n"));
                made.track = track.map(|t| t.expect("a table without stations"));
            }),
            other => panic!("say in tests/fault_matrix/lack.rs how to take {other:?} away"),
        };
        (lack, need.name())
    }

    /// Short name, for the table.
    pub fn name(self) -> String {
        match self {
            Self::Ego => "ego".into(),
            Self::Track => "track".into(),
            Self::SignalStates => "signal_state".into(),
            Self::EgoChannel(c) | Self::DriveChannel(c) => c.name().into(),
            Self::OthersChannel(c) => format!("others' {}", c.name()),
            Self::OthersReference => "others' poses".into(),
            Self::By(name, _) => name.into(),
        }
    }

    /// The drive without it.
    pub fn from(self, made: &Made) -> Lacking {
        let mut made = made.clone();
        let mut admit = Admit::ALL;
        let ego = made.drive.header().ego;
        let own = move |s: Subject| ego.is_some_and(|e| s == Subject::Actor(e));
        match self {
            Self::Ego => made.drive = changed(&made.drive, |h| h.ego = None, |_| {}, |_| true),
            Self::Track => made.track = None,
            Self::SignalStates => {
                made.drive = changed(
                    &made.drive,
                    |h| h.signals.clear(),
                    |_| {},
                    |s| !matches!(s.subject, Subject::Signal(_)),
                );
            }
            Self::EgoChannel(c) => {
                let run = |r: &mut Run| {
                    if Some(r.actor) == ego {
                        remove(&mut r.channels, c);
                    }
                };
                made.drive = changed(&made.drive, |_| {}, run, without(own, c));
            }
            Self::DriveChannel(c) => {
                made.drive = changed(&made.drive, |_| {}, |_| {}, without(|s| s == Subject::Drive, c));
            }
            Self::OthersChannel(c) => {
                let run = |r: &mut Run| {
                    if Some(r.actor) != ego {
                        remove(&mut r.channels, c);
                    }
                };
                let other = move |s: Subject| matches!(s, Subject::Actor(_)) && !own(s);
                made.drive = changed(&made.drive, |_| {}, run, without(other, c));
            }
            Self::OthersReference => {
                let run = |r: &mut Run| {
                    if Some(r.actor) != ego {
                        r.origin = Origin::VehiclePerception;
                    }
                };
                made.drive = changed(&made.drive, |_| {}, run, |_| true);
                admit = Admit::only([Origin::Simulation]);
            }
            Self::By(_, change) => change(&mut made),
        }
        Lacking { made, admit }
    }
}

/// Drops a channel from the series of some subjects; whether a series is left.
fn without(whose: impl Fn(Subject) -> bool, channel: Channel) -> impl FnMut(&mut Series) -> bool {
    move |s| {
        if whose(s.subject) {
            remove(&mut s.channels, channel);
        }
        s.channels.iter().next().is_some()
    }
}

/// The drive with changes.
pub fn changed(
    drive: &Drive,
    header: impl FnOnce(&mut Header),
    run: impl FnMut(&mut Run),
    mut keep: impl FnMut(&mut Series) -> bool,
) -> Drive {
    let mut head = (**drive.header()).clone();
    header(&mut head);
    let mut runs = drive.runs().to_vec();
    runs.iter_mut().for_each(run);
    let mut series = drive.series().to_vec();
    series.retain_mut(|s| keep(s));
    // What is left of each subject is counted from 0 again.
    for i in 0..series.len() {
        series[i].ordinal = series[..i].iter().filter(|s| s.subject == series[i].subject).count() as u32;
    }
    Drive::new(Arc::new(head), drive.clocks().to_vec(), runs, series).expect("still a drive")
}

/// The drive with nothing known about how accurate it is.
pub fn of_unknown_accuracy(made: &Made) -> Made {
    let mut made = made.clone();
    let head = |h: &mut Header| {
        for a in &mut h.actors {
            if let Some(sheet) = &mut a.sheet {
                sheet.accuracy_m = None;
            }
        }
    };
    let run = |r: &mut Run| {
        r.accuracy = PoseAccuracy::default();
        r.size.accuracy_m = None;
        blur(&mut r.channels);
    };
    made.drive = changed(&made.drive, head, run, |s| {
        blur(&mut s.channels);
        true
    });
    made
}

fn blur(channels: &mut Channels) {
    for (_, data) in channels.iter_mut() {
        data.accuracy = Accuracy::Unknown;
    }
}

fn remove(channels: &mut Channels, channel: Channel) {
    let mut left = Channels::default();
    for (c, data) in channels.iter().filter(|(c, _)| *c != channel) {
        left.set(c, data.clone());
    }
    *channels = left;
}
