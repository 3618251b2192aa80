//! Straight roads along +x for small scenes, with lanes, markings, kinds of road, tunnels and bridges as wanted.

use lukao_track::Track;

use crate::support::exact;

/// A road along +x from 0: lanes are 3.5 m wide and named from the reference line outward.
pub struct Straight {
    pub length_m: f64,
    /// Type and outer marking of the lanes to the right, from the reference line.
    pub right: Vec<(&'static str, &'static str)>,
    /// The same to the left.
    pub left: Vec<(&'static str, &'static str)>,
    /// Marking on the reference line.
    pub centre: &'static str,
    /// Rise in its direction, %.
    pub grade_percent: f64,
    /// Kind of road, if the map says it.
    pub kind: Option<&'static str>,
    /// Objects, as XML.
    pub objects: String,
    /// Signals, as XML.
    pub signals: String,
}

impl Straight {
    /// With lanes to the right only, all for driving, broken lines between them.
    pub fn one_way(lanes: usize) -> Self {
        Self {
            length_m: 2000.0,
            right: (1..=lanes).map(|i| ("driving", if i == lanes { "solid" } else { "broken" })).collect(),
            left: Vec::new(),
            centre: "solid",
            grade_percent: 0.0,
            kind: None,
            objects: String::new(),
            signals: String::new(),
        }
    }

    /// One lane each way.
    pub fn two_way(centre: &'static str) -> Self {
        Self { left: vec![("driving", "solid")], centre, ..Self::one_way(1) }
    }

    pub fn kind(mut self, kind: &'static str) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Rising by so much; falling is negative.
    pub fn grade(mut self, percent: f64) -> Self {
        self.grade_percent = percent;
        self
    }

    /// A tunnel or bridge over a stretch.
    pub fn structure(mut self, what: &str, from_m: f64, length_m: f64) -> Self {
        self.objects.push_str(&format!(
            r#"<{what} id="s" name="" s="{from_m}" length="{length_m}" type="standard"/>"#
        ));
        self
    }

    pub fn xodr(&self) -> String {
        let lane = |id: i64, (kind, mark): &(&str, &str)| {
            format!(
                r#"<lane id="{id}" type="{kind}"><width sOffset="0" a="3.5" b="0" c="0" d="0"/>
                <roadMark sOffset="0" type="{mark}" color="white" width="0.15"/></lane>"#
            )
        };
        let right: String = (1..).zip(&self.right).map(|(i, l)| lane(-i, l)).collect();
        let mut left: Vec<String> = (1..).zip(&self.left).map(|(i, l)| lane(i, l)).collect();
        left.reverse();
        let left = if left.is_empty() { String::new() } else { format!("<left>{}</left>", left.concat()) };
        let kind = self.kind.map(|k| format!(r#"<type s="0" type="{k}"/>"#)).unwrap_or_default();
        let (length, centre) = (self.length_m, self.centre);
        let elevation = if self.grade_percent == 0.0 {
            String::new()
        } else {
            let b = self.grade_percent / 100.0;
            format!(r#"<elevationProfile><elevation s="0" a="200" b="{b}" c="0" d="0"/></elevationProfile>"#)
        };
        format!(
            r#"<OpenDRIVE><header revMajor="1" revMinor="4"/>
            <road id="1" name="" length="{length}" junction="-1" rule="RHT">{kind}
            <planView><geometry s="0" x="0" y="0" hdg="0" length="{length}"><line/></geometry></planView>{elevation}
            <lanes><laneSection s="0">{left}
            <center><lane id="0" type="none"><roadMark sOffset="0" type="{centre}" color="yellow" width="0.15"/></lane></center>
            <right>{right}</right></laneSection></lanes>
            <objects>{}</objects><signals>{}</signals></road></OpenDRIVE>"#,
            self.objects, self.signals
        )
    }

    pub fn track(&self) -> Track {
        exact(&self.xodr())
    }
}
