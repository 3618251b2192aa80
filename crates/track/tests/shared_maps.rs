//! Maps of others. Skipped where `LUKAO_DATA` does not name the folder that holds them.

use std::path::PathBuf;

use lukao_track::Track;

fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("LUKAO_DATA").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: LUKAO_DATA is not set");
    }
    folder
}

const MAPS: [&str; 10] = [
    "esmini/maps/alks_road_straight.xodr",
    "esmini/maps/e6mini.xodr",
    "esmini/maps/fabriksgatan.xodr",
    "esmini/maps/fabriksgatan_traffic_lights.xodr",
    "esmini/maps/soderleden.xodr",
    "sumo/maps/junction.xodr",
    "maps/Town03.xodr.gz",
    "maps/curves_elevation.xodr.gz",
    "maps/multi_intersections.xodr.gz",
    "maps/two_plus_one.xodr.gz",
];

#[test]
fn explore() {
    let Some(data) = data() else { return };
    for map in MAPS {
        let bytes = std::fs::read(data.join(map)).unwrap();
        let t = std::time::Instant::now();
        let track = Track::from_parts(map, &bytes, None).unwrap();
        let load = t.elapsed();
        let t = std::time::Instant::now();
        let edge = track.drivable_boundary();
        let n: usize = track.lanes().map(|(_, l)| l.stations_m.len()).sum();
        let total: f64 = edge.iter().flat_map(|b| b.points_m.windows(2)).map(|w| ((w[0][0]-w[1][0]).powi(2)+(w[0][1]-w[1][1]).powi(2)).sqrt()).sum();
        println!("{map}: load {load:?} edge {:?}: {} lanes, {n} samples, {} lines, {} paths, {} signals ({} lights, {} govern, {} certain), {} stop lines ({} derived), {} crossings, {} parking, {} structures, {} fixtures; edge {} pieces {total:.0} m; {:?} frame {}",
            t.elapsed(), track.lanes().count(), track.lines().count(), track.paths().count(), track.signals().count(),
            track.signals().filter(|s| s.1.kind == lukao_track::SignalKind::TrafficLight).count(),
            track.signals().filter(|s| !s.1.governs.is_empty()).count(),
            track.signals().filter(|s| s.1.certain).count(),
            track.stop_lines().count(), track.stop_lines().filter(|s| s.1.derived).count(), track.crossings().count(), track.parking_spaces().len(), track.structures().len(), track.fixtures().len(), edge.len(), track.features(), track.frame());
        for n in track.notes() { println!("   {n}"); }
        let short = edge.iter().filter(|b| b.points_m.windows(2).map(|w| ((w[0][0]-w[1][0]).powi(2)+(w[0][1]-w[1][1]).powi(2)).sqrt()).sum::<f64>() < 0.5).count();
        println!("   short edges {short}");
        let dead: Vec<&str> = track.lanes().filter(|(_, l)| l.kind.is_traffic() && l.successors.is_empty()).map(|(_, l)| l.id.as_str()).collect();
        println!("   dead ends {} {:?}", dead.len(), &dead[..dead.len().min(12)]);
    }
}

#[test]
fn slits() {
    let Some(data) = data() else { return };
    for map in MAPS {
        let bytes = std::fs::read(data.join(map)).unwrap();
        let track = Track::from_parts(map, &bytes, None).unwrap();
        let (mut n, mut total) = (0, 0.0);
        let mut shown = 0;
        for b in track.drivable_boundary() {
            for w in b.points_m.windows(2) {
                let d = [w[1][0] - w[0][0], w[1][1] - w[0][1]];
                let len = (d[0] * d[0] + d[1] * d[1]).sqrt();
                let m = [(w[0][0] + w[1][0]) / 2.0 + d[1] / len * 0.3, (w[0][1] + w[1][1]) / 2.0 - d[0] / len * 0.3];
                if track.is_drivable_at(m, Some(w[0][2])) {
                    n += 1;
                    total += len;
                    if shown < 14 { shown += 1; println!("   {} len {len:.3} at {:.3} {:.3} z {:.2} other {:?}", b.id, w[0][0], w[0][1], w[0][2], track.lanes_at(m, Some(w[0][2])).iter().map(|h| (track.lane(h.lane).id.clone(), track.lane(h.lane).kind)).collect::<Vec<_>>()); }
                }
            }
        }
        println!("{map}: {n} slits, {total:.2} m");
    }
}
