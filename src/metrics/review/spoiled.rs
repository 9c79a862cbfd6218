//! Figures that an account of a person would spoil by answering like a machine: withheld until the register says what it is.

use crate::metrics::measure::{Measure, Measured};
use crate::work::machine_like::{Words, accounts};
use crate::work::{Missing, Reading};

/// Why waits that such accounts would end are not told; `None` where there are none.
#[must_use]
pub fn because(reading: &Reading<'_>, words: Words) -> Option<Missing> {
    let what = match words {
        Words::Any => "answer",
        Words::Reviews => "review",
    };
    // How often one account did is for `explain`: it may be a person's.
    let subject = match accounts(reading, words).len() {
        0 => return None,
        1 => format!("one account {what}s"),
        n => format!("{n} accounts {what}"),
    };
    Some(Missing {
        because: format!(
            "{subject} pull requests within a minute, again and again, like a machine, and counts as a person"
        ),
        fix: Some(
            "`linchpin doctor` says which: name it under `bots` in linchpin.toml, or as a `[[member]]` if it is a person's"
                .to_owned(),
        ),
    })
}

/// Withholds the figures of a product whose waits are spoiled. The rows stay: they are how one sees whose words they were.
pub fn withhold(measure: &mut Measure, reading: &Reading<'_>, words: Words) {
    let Some(missing) = because(reading, words) else {
        return;
    };
    for cell in measure.cells.iter_mut().chain(&mut measure.strata) {
        // What is not there, or too little to summarise, stays so.
        if matches!(cell.measured, Measured::Value { .. }) {
            cell.measured = Measured::NotObserved {
                because: missing.because.clone(),
                fix: missing.fix.clone(),
            };
        }
    }
}
