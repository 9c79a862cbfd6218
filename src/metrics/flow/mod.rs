//! Flow of a pull request: where its time goes. Team level only.

pub mod cycle_time;
pub mod pickup_time;
pub mod turns;

use jiff::Timestamp;

use super::aggregate::{Depth, Keyed, cells, not_observed, quantiles};
use super::measure::{Definition, Fate, Measure, Measured, Need};
use super::pull_requests::{Whole, of_product};
use super::{Lens, Tables};

/// The instant that places a pull request in a bucket, its duration in hours, and whether it counts.
type Placed = (Option<Timestamp>, Option<f64>, Fate);

/// A duration of pull requests: `place` gives each its row (`None`: no concern of the window), `finish` adds to a figure.
fn durations(
    definition: &'static Definition,
    tables: &Tables,
    lens: &Lens,
    place: fn(&Tables, &Lens, &Whole<'_>) -> Option<Placed>,
    finish: fn(Measured) -> Measured,
) -> Measure {
    let mut measure = Measure {
        definition,
        cells: Vec::new(),
        rows: Vec::new(),
        notes: Vec::new(),
    };
    for product in &lens.products {
        if let Some(missing) = lens.missing(product, Need::PullRequests) {
            measure.cells.push(not_observed(product, missing));
            continue;
        }
        let rows: Vec<Keyed<()>> = of_product(tables, lens, product)
            .iter()
            .filter_map(|whole| {
                let (at, value, fate) = place(tables, lens, whole)?;
                let row = whole.row(lens, product, at, value, fate);
                Some(Keyed { row, key: () })
            })
            .collect();
        measure
            .cells
            .extend(cells(product, &rows, Depth::AREAS, &|_, rows| {
                finish(quantiles(lens, rows))
            }));
        measure.rows.extend(rows.into_iter().map(|row| row.row));
    }
    measure
}
