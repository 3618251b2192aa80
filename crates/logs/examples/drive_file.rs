//! Writes the small drive file that `docs/drive-format.md` shows: `cargo run -p lukao-logs --example drive_file -- OUT`.

use lukao_logs::native;
use lukao_model::code::{DrivingMode, SignalState};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let out = std::env::args().nth(1).ok_or("the file to write")?;
    let ego = Motion::at(0.0, 0.0, 0.0).speed(10.0).cruise(4.0).brake(2.5, 0.0);
    let drive = DriveBuilder::new("braking")
        .span_s(0.0, 12.0)
        .ego(ActorBuilder::car("ego").motion(ego).dynamics())
        .actor(
            ActorBuilder::pedestrian("p1")
                .motion(Motion::at(70.0, -5.0, 1.57).speed(1.2))
                .present_s(&[(2.0, 9.5)]),
        )
        .mode(&[(0.0, Some(DrivingMode::Manual)), (1.0, Some(DrivingMode::Automated))])
        .signal("s1", &[(0.0, Some(SignalState::Green)), (3.0, Some(SignalState::Red)), (8.0, None)])
        .build();
    std::fs::write(out, native::write(&drive, 5_000_000_000)?)?;
    Ok(())
}
