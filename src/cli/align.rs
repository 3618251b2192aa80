//! `--align`: how the track's coordinates become the log's.

use lukao::Align;
use lukao::model::frame::Alignment;

/// Reads `identity` or `dx,dy,yaw` (metres, metres, degrees counter-clockwise: turn first, then shift).
pub fn parse(text: &str) -> Result<Align, String> {
    if text == "identity" {
        return Ok(Align::Identity);
    }
    let figures: Option<Vec<f64>> = text.split(',').map(|f| f.trim().parse().ok()).collect();
    match figures.as_deref() {
        Some(&[x, y, yaw]) if [x, y, yaw].iter().all(|v| v.is_finite()) => {
            Ok(Align::By(Alignment { yaw_rad: yaw.to_radians(), shift_m: [x, y, 0.0] }))
        }
        _ => Err("expected `identity` or `dx,dy,yaw` in m, m and degrees".into()),
    }
}
