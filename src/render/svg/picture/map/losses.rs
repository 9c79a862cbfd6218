//! The map in small, once a person: the files that nobody active would know any more.

use super::hatching::Ink;
use super::{Laid, draw_class, inset};
use crate::render::encode;
use crate::render::svg::colours::{AXIS, BAND};
use crate::render::svg::geometry::drawn;
use crate::render::svg::legend::{Entry, Legend, Swatch};
use crate::render::svg::picture::sheet::{Place, Sheet, outline, rectangle};
use crate::render::svg::units::{SCALE, UNIT};
use crate::render::svg::words::Anchor;
use crate::report::picture::{Look, Losses};

/// The room between two maps.
const GAP: i32 = 20 * UNIT;

pub(in crate::render::svg::picture) fn draw(
    sheet: &Sheet,
    losses: &Losses,
) -> Result<(String, u32), String> {
    let n_beside = if sheet.is_narrow { 1 } else { 3 };
    let n = i32::try_from(losses.people.len()).unwrap_or(0);
    let width = (sheet.right() - (n_beside - 1) * GAP) / n_beside;
    let caption = 2 * sheet.line();
    let map_height = if sheet.is_narrow { 170 } else { 190 } * UNIT;
    let pitch = caption + map_height + GAP;
    let n_rows = (n + n_beside - 1) / n_beside;
    let lost = Ink::of(Look::Nobody);
    let entries = vec![
        Entry::of(
            lost.hatching.swatch(),
            lost.colour,
            "known to nobody active then".to_owned(),
        ),
        Entry::of(
            Swatch::Framed,
            &BAND,
            "the other files of an area".to_owned(),
        ),
    ];
    let legend = Legend::lines(entries, sheet.right(), sheet.font);
    let legend_top = n_rows * pitch;
    let height = legend_top + legend.height() + 4 * UNIT;
    let mut words = String::new();
    let (mut text, ()) = drawn(sheet.size(height), |root| {
        for (at, person) in (0..).zip(&losses.people) {
            let place = Place {
                x: at % n_beside * (width + GAP),
                y: at / n_beside * pitch + caption,
                width,
                height: map_height,
            };
            let baseline = place.y - caption + sheet.line() - 6 * UNIT;
            let title = sheet.fitted(&encode::line(&person.title), width * 9 / 10);
            sheet.set_strong(&mut words, (place.x, baseline), Anchor::Start, &title);
            let told = sheet.fitted(&person.words, width);
            let below = (place.x, baseline + sheet.line());
            sheet.set(&mut words, below, Anchor::Start, &told);
            let laid = Laid::out(&losses.map.areas, place, |_, place| inset(place, 15));
            for area in &laid.areas {
                rectangle(root, inset(*area, 10), &BAND)?;
            }
            draw_class(root, person.class, lost, &laid.tiles)?;
            for area in &laid.areas {
                outline(root, inset(*area, 10), &AXIS, 8)?;
            }
        }
        Ok(())
    })?;
    text.push_str(&words);
    legend.set(&mut text, legend_top);
    Ok((text, u32::try_from(height).unwrap_or(0) / SCALE))
}
