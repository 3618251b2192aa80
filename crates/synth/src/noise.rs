//! A sensor's noise on the positions of the vehicle under test.

use lukao_model::values::Accuracy;
use lukao_model::{Column, Drive, Error, math};
use lukao_testkit::Rng;

/// The drive with noise on the positions of the vehicle under test: normal, independent from sample to sample, with this standard
/// deviation in metres along x and along y. The accuracy says so (k = 2).
///
/// # Errors
/// If the drive does not keep together, which it does.
pub fn noisy(drive: &Drive, sigma_m: f64, seed: u64) -> Result<Drive, Error> {
    let ego = drive.header().ego;
    let mut rng = Rng::new(seed);
    // Two of a pair, by Box and Muller.
    let mut normal = || {
        let (a, b) = (rng.range(f64::MIN_POSITIVE, 1.0), rng.range(0.0, std::f64::consts::TAU));
        let (sin, cos) = math::sin_cos(b);
        let r = (-2.0 * math::ln(a)).sqrt();
        [r * cos, r * sin]
    };
    let mut runs = drive.runs().to_vec();
    for run in runs.iter_mut().filter(|r| Some(r.actor) == ego) {
        let (mut x, mut y) = (run.x_m.values().to_vec(), run.y_m.values().to_vec());
        for (x, y) in x.iter_mut().zip(&mut y) {
            let [a, b] = normal();
            *x += sigma_m * a;
            *y += sigma_m * b;
        }
        (run.x_m, run.y_m) = (Column::new(x), Column::new(y));
        run.accuracy.position_m = Accuracy::Constant(2.0 * sigma_m);
        // An index of other positions.
        run.index = None;
    }
    Drive::new(drive.header().clone(), drive.clocks().to_vec(), runs, drive.series().to_vec())
}
