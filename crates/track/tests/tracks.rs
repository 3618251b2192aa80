//! The tracks that come with the project load, and say what a rule needs.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests stop at what they did not expect")]

use std::path::Path;

use lukao_track::{SignalKind, Track};

#[test]
fn every_track_of_the_project_loads() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tracks");
    let mut names: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    names.sort();
    assert!(!names.is_empty(), "no tracks in {}", folder.display());
    for path in names {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // Of a real field whose geometry nobody published there is only a profile, which names its sources itself.
        if path.join("profile.toml").is_file() {
            assert!(!path.join("field.xodr").exists(), "{name}: a profile or a track");
            continue;
        }
        assert!(path.join("README.md").is_file(), "{name}: a track says where it comes from");
        let xodr = std::fs::read(path.join("field.xodr")).unwrap();
        let survey = std::fs::read_to_string(path.join("survey.toml")).ok();
        let track = Track::from_parts(&name, &xodr, survey.as_deref()).unwrap_or_else(|e| panic!("{e}"));
        println!("{name}: {:?}, notes {:?}", track.features(), track.notes());
        assert!(track.lanes().any(|(_, l)| l.kind.is_traffic()), "{name}");
        assert!(!track.drivable_boundary().is_empty(), "{name}");
        for (_, light) in track.signals().filter(|(_, s)| s.kind == SignalKind::TrafficLight) {
            // One away from any junction governs no way through one.
            let sure = light.certain || light.governs.is_empty();
            assert!(sure && !light.stop_lines.is_empty(), "{name}: {} {:?}", light.id, light.governs);
        }
    }
}
