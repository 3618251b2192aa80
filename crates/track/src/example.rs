//! Small maps for examples and tests, as OpenDRIVE text and as tracks.

mod crossroads;

pub use crossroads::{crossroads, roundabout};

use crate::track::Track;

/// A straight road of 100 m along +x with one lane of 3.5 m each way; `@MARK@` stands for the type of its
/// centre line.
pub const TWO_LANES: &str = r#"<OpenDRIVE>
  <header revMajor="1" revMinor="4"/>
  <road id="1" name="" length="100" junction="-1" rule="RHT">
    <planView><geometry s="0" x="0" y="0" hdg="0" length="100"><line/></geometry></planView>
    <lanes><laneSection s="0">
      <left><lane id="1" type="driving"><width sOffset="0" a="3.5" b="0" c="0" d="0"/>
        <roadMark sOffset="0" type="solid" color="white" width="0.15"/></lane></left>
      <center><lane id="0" type="none"><roadMark sOffset="0" type="@MARK@" color="yellow" width="0.15"/></lane></center>
      <right><lane id="-1" type="driving"><width sOffset="0" a="3.5" b="0" c="0" d="0"/>
        <roadMark sOffset="0" type="solid" color="white" width="0.15"/></lane></right>
    </laneSection></lanes>
  </road>
</OpenDRIVE>"#;

/// A signalised approach of 100 m along +x, a junction of 20 m that it crosses straight on or leaves to the
/// right, and an exit straight on. One light, no modelled stop line.
pub const SIGNALISED: &str = r#"<OpenDRIVE>
  <header revMajor="1" revMinor="4"/>
  <road id="1" name="approach" length="100" junction="-1">
    <link><successor elementType="junction" elementId="9"/></link>
    <type s="0" type="town"><speed max="50" unit="km/h"/></type>
    <planView><geometry s="0" x="0" y="0" hdg="0" length="100"><line/></geometry></planView>
    <lanes><laneSection s="0">
      <center><lane id="0" type="none"><roadMark sOffset="0" type="solid" width="0.15"/></lane></center>
      <right><lane id="-1" type="driving"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane></right>
    </laneSection></lanes>
    <signals><signal id="C_0" name="" s="99" t="-4" zOffset="3" orientation="+" dynamic="yes"
      country="OpenDRIVE" type="1000011" subtype="30"><validity fromLane="-1" toLane="-1"/></signal></signals>
  </road>
  <road id="2" name="straight on" length="20" junction="9">
    <link><predecessor elementType="road" elementId="1" contactPoint="end"/>
      <successor elementType="road" elementId="3" contactPoint="start"/></link>
    <planView><geometry s="0" x="100" y="0" hdg="0" length="20"><line/></geometry></planView>
    <lanes><laneSection s="0">
      <center><lane id="0" type="none"/></center>
      <right><lane id="-1" type="driving"><link><predecessor id="-1"/><successor id="-1"/></link>
        <width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane></right>
    </laneSection></lanes>
  </road>
  <road id="3" name="exit" length="100" junction="-1">
    <link><predecessor elementType="junction" elementId="9"/></link>
    <planView><geometry s="0" x="120" y="0" hdg="0" length="100"><line/></geometry></planView>
    <lanes><laneSection s="0">
      <center><lane id="0" type="none"/></center>
      <right><lane id="-1" type="driving"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane></right>
    </laneSection></lanes>
  </road>
  <road id="4" name="to the right" length="15.707963267948966" junction="9">
    <link><predecessor elementType="road" elementId="1" contactPoint="end"/></link>
    <planView><geometry s="0" x="100" y="0" hdg="0" length="15.707963267948966"><arc curvature="-0.1"/></geometry></planView>
    <lanes><laneSection s="0">
      <center><lane id="0" type="none"/></center>
      <right><lane id="-1" type="driving"><link><predecessor id="-1"/></link>
        <width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane></right>
    </laneSection></lanes>
  </road>
  <junction id="9" name="">
    <connection id="0" incomingRoad="1" connectingRoad="2" contactPoint="start"><laneLink from="-1" to="-1"/></connection>
    <connection id="1" incomingRoad="1" connectingRoad="4" contactPoint="start"><laneLink from="-1" to="-1"/></connection>
  </junction>
  <controller id="C"><control signalId="C_0"/></controller>
</OpenDRIVE>"#;

/// [`TWO_LANES`] with a centre line of the given OpenDRIVE type.
#[must_use]
pub fn two_lanes(centre_line: &str) -> Track {
    read("two-lanes", &TWO_LANES.replace("@MARK@", centre_line))
}

/// [`SIGNALISED`].
#[must_use]
pub fn signalised() -> Track {
    read("signalised", SIGNALISED)
}

fn read(name: &str, xodr: &str) -> Track {
    match Track::from_parts(name, xodr.as_bytes(), None) {
        Ok(track) => track,
        Err(e) => unreachable!("the examples are valid maps: {e}"),
    }
}
