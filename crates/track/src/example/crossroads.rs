//! A crossroads and a roundabout, as OpenDRIVE text.

use std::f64::consts::{FRAC_PI_2, PI};

use lukao_model::math::sin_cos;

/// One road with one lane each way, or one lane only.
struct Road<'a> {
    id: u32,
    junction: i32,
    /// x, y, heading of its begin.
    at: [f64; 3],
    length: f64,
    curvature: f64,
    link: String,
    left: bool,
    width: f64,
    lane_link: &'a str,
    extra: &'a str,
}

impl Road<'_> {
    fn xml(&self) -> String {
        let Self { id, junction, at: [x, y, hdg], length, curvature, link, width, lane_link, extra, .. } =
            self;
        let shape = if *curvature == 0.0 {
            "<line/>".to_owned()
        } else {
            format!("<arc curvature=\"{curvature}\"/>")
        };
        let lane = |n: i32, link: &str| {
            format!(
                "<lane id=\"{n}\" type=\"driving\">{link}<width sOffset=\"0\" a=\"{width}\" b=\"0\" c=\"0\" d=\"0\"/></lane>"
            )
        };
        let left = if self.left { format!("<left>{}</left>", lane(1, "")) } else { String::new() };
        let right = lane(-1, lane_link);
        format!(
            "<road id=\"{id}\" name=\"\" length=\"{length}\" junction=\"{junction}\"><link>{link}</link>\
             <planView><geometry s=\"0\" x=\"{x}\" y=\"{y}\" hdg=\"{hdg}\" length=\"{length}\">{shape}</geometry></planView>\
             <lanes><laneSection s=\"0\">{left}<center><lane id=\"0\" type=\"none\"/></center>\
             <right>{right}</right></laneSection></lanes>{extra}</road>"
        )
    }
}

fn map(roads: &[Road<'_>], junction: &str) -> String {
    let roads: String = roads.iter().map(Road::xml).collect();
    format!("<OpenDRIVE><header revMajor=\"1\" revMinor=\"4\"/>{roads}{junction}</OpenDRIVE>")
}

/// Four arms of 100 m with one lane of 3.5 m each way meet at the origin, without lights. Road 1 comes from the
/// west, 2 from the south, 3 from the east, 4 from the north, each with its reference line toward the middle and its
/// end 12 m before it; lane -1 leads in, lane 1 out. Connecting road 12 leads from road 1 to road 2, and so on.
/// `extra` is put into the record of the road of that id, or of the junction (`"junction"`).
#[must_use]
pub fn crossroads(extra: &[(&str, &str)]) -> String {
    const HALF: f64 = 12.0;
    const ARM: f64 = 100.0;
    let more = |id: &str| extra.iter().filter(|e| e.0 == id).map(|e| e.1).collect::<String>();
    let texts: Vec<String> = (1..=4).map(|a: u32| more(&a.to_string())).collect();
    // Exact, so that the lanes lie at round coordinates.
    let toward = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)];
    let heading = [0.0, FRAC_PI_2, PI, -FRAC_PI_2];
    let mut roads = Vec::new();
    let mut connections = String::new();
    for a in 0..4_usize {
        let (dx, dy) = toward[a];
        roads.push(Road {
            id: a as u32 + 1,
            junction: -1,
            at: [-dx * (HALF + ARM), -dy * (HALF + ARM), heading[a]],
            length: ARM,
            curvature: 0.0,
            link: "<successor elementType=\"junction\" elementId=\"9\"/>".into(),
            left: true,
            width: 3.5,
            lane_link: "",
            extra: &texts[a],
        });
        for (step, length, curvature) in
            [(1, HALF * FRAC_PI_2, -1.0 / HALF), (2, 2.0 * HALF, 0.0), (3, HALF * FRAC_PI_2, 1.0 / HALF)]
        {
            let (from, to) = (a + 1, (a + step) % 4 + 1);
            roads.push(Road {
                id: (10 * from + to) as u32,
                junction: 9,
                at: [-dx * HALF, -dy * HALF, heading[a]],
                length,
                curvature,
                link: format!(
                    "<predecessor elementType=\"road\" elementId=\"{from}\" contactPoint=\"end\"/>\
                     <successor elementType=\"road\" elementId=\"{to}\" contactPoint=\"end\"/>"
                ),
                left: false,
                width: 3.5,
                lane_link: "<link><predecessor id=\"-1\"/><successor id=\"1\"/></link>",
                extra: "",
            });
            connections += &format!(
                "<connection id=\"{from}{to}\" incomingRoad=\"{from}\" connectingRoad=\"{from}{to}\" contactPoint=\"start\"><laneLink from=\"-1\" to=\"-1\"/></connection>"
            );
        }
    }
    map(&roads, &format!("<junction id=\"9\" name=\"\">{connections}{}</junction>", more("junction")))
}

/// A ring of one lane of 4 m with an inner radius of 20 m around the origin (road 2), and one approach of 80 m from
/// the south-west (road 1) that joins it over road 12; the ring goes on over road 22. Junction 9.
#[must_use]
pub fn roundabout() -> String {
    const R: f64 = 20.0;
    const ENTRY_R: f64 = 15.0;
    let deg = PI / 180.0;
    let on_ring = |angle: f64| {
        let (sin, cos) = sin_cos(angle);
        [R * cos, R * sin, angle + FRAC_PI_2]
    };
    // The junction is the ring's stretch from 250° to 290°; the entry bends right by 60° into its end.
    let [ex, ey, eh] = on_ring(290.0 * deg);
    let start_h = eh + 60.0 * deg;
    let ((s1, c1), (s0, c0)) = (sin_cos(eh), sin_cos(start_h));
    let entry = [ex + ENTRY_R * (s1 - s0), ey - ENTRY_R * (c1 - c0), start_h];
    let road = |id, junction, at, length, curvature, link: &str| Road {
        id,
        junction,
        at,
        length,
        curvature,
        link: link.into(),
        left: false,
        width: 4.0,
        lane_link: if junction < 0 {
            ""
        } else {
            "<link><predecessor id=\"-1\"/><successor id=\"-1\"/></link>"
        },
        extra: "",
    };
    let within = |from: u32| {
        format!(
            "<predecessor elementType=\"road\" elementId=\"{from}\" contactPoint=\"end\"/>\
             <successor elementType=\"road\" elementId=\"2\" contactPoint=\"start\"/>"
        )
    };
    let to_junction = "<successor elementType=\"junction\" elementId=\"9\"/>";
    let both = "<predecessor elementType=\"junction\" elementId=\"9\"/><successor elementType=\"junction\" elementId=\"9\"/>";
    let begin = [entry[0] - 80.0 * c0, entry[1] - 80.0 * s0, start_h];
    let roads = [
        road(1, -1, begin, 80.0, 0.0, to_junction),
        road(2, -1, on_ring(290.0 * deg), R * 320.0 * deg, 1.0 / R, both),
        road(12, 9, entry, ENTRY_R * 60.0 * deg, -1.0 / ENTRY_R, &within(1)),
        road(22, 9, on_ring(250.0 * deg), R * 40.0 * deg, 1.0 / R, &within(2)),
    ];
    let connection = |from: u32| {
        format!(
            "<connection id=\"{from}\" incomingRoad=\"{from}\" connectingRoad=\"{from}2\" contactPoint=\"start\"><laneLink from=\"-1\" to=\"-1\"/></connection>"
        )
    };
    map(&roads, &format!("<junction id=\"9\" name=\"\">{}{}</junction>", connection(1), connection(2)))
}
