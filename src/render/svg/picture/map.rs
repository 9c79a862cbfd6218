//! The knowledge map: a squarified treemap of areas, and of files in each.

mod hatching;
mod losses;
mod treemap;

use self::hatching::Ink;
pub(super) use self::losses::draw as draw_losses;
use self::treemap::squarified;
use super::sheet::{Place, Sheet, line, outline, rectangle};
use crate::render::encode;
use crate::render::svg::colours::{AXIS, PAPER};
use crate::render::svg::geometry::{Area, drawn};
use crate::render::svg::legend::{Entry, Legend};
use crate::render::svg::units::{SCALE, UNIT};
use crate::render::svg::words::Anchor;
use crate::report::picture::{Map, MapArea, MapClass, Tile};

/// The most tiles that have words.
const MOST_WORDS: usize = 40;

/// The tiles of a map with their places, and the places of its areas.
struct Laid<'a> {
    tiles: Vec<(Place, &'a Tile)>,
    areas: Vec<Place>,
}

impl<'a> Laid<'a> {
    /// Lays areas out in a place, the tiles of each inside of what `inner` leaves of its place.
    fn out(
        areas: &'a [MapArea],
        place: Place,
        mut inner: impl FnMut(&MapArea, Place) -> Place,
    ) -> Self {
        let weights: Vec<u64> = areas.iter().map(lines_of).collect();
        let places = squarified(&weights, place);
        let mut tiles: Vec<(Place, &Tile)> = Vec::new();
        for (area, place) in areas.iter().zip(&places) {
            let weights: Vec<u64> = area.tiles.iter().map(|tile| tile.lines.max(1)).collect();
            let places = squarified(&weights, inner(area, *place));
            tiles.extend(places.into_iter().zip(&area.tiles));
        }
        Self {
            tiles,
            areas: places,
        }
    }
}

pub(super) fn draw(sheet: &Sheet, map: &Map) -> Result<(String, u32), String> {
    let place = Place {
        x: 0,
        y: 0,
        width: sheet.right(),
        height: if sheet.is_narrow { 460 } else { 440 } * UNIT,
    };
    let entry = |class: &MapClass| {
        let ink = Ink::of(class.look);
        let title = sheet.fitted(&class.title, sheet.right() - 40 * UNIT);
        Entry::of(ink.hatching.swatch(), ink.colour, title)
    };
    let entries = map.classes.iter().map(entry).collect();
    let legend = Legend::lines(entries, sheet.right(), sheet.font);
    let legend_top = place.height + 6 * UNIT;
    let height = legend_top + legend.height() + 4 * UNIT;
    let mut words = String::new();
    let (mut text, ()) = drawn(sheet.size(height), |root| {
        let laid = Laid::out(&map.areas, place, |area, place| {
            captioned(sheet, &mut words, area, place)
        });
        for (at, class) in (0..).zip(&map.classes) {
            draw_class(root, at, Ink::of(class.look), &laid.tiles)?;
        }
        set_words(sheet, &mut words, map, &laid.tiles);
        outline(root, place, &AXIS, 6)
    })?;
    text.push_str(&words);
    legend.set(&mut text, legend_top);
    Ok((text, u32::try_from(height).unwrap_or(0) / SCALE))
}

fn lines_of(area: &MapArea) -> u64 {
    area.tiles.iter().map(|tile| tile.lines.max(1)).sum()
}

/// Writes the name of an area above its tiles, where there is room; returns the room of the tiles.
fn captioned(sheet: &Sheet, words: &mut String, area: &MapArea, place: Place) -> Place {
    let place = inset(place, 15);
    let strip = sheet.line();
    if place.height < 3 * strip || place.width < 60 * UNIT {
        return place;
    }
    let title = encode::line(&area.title);
    let whole = format!("{title} · {}", area.words);
    let caption = if sheet.room(&whole) <= place.width * 9 / 10 {
        whole
    } else {
        // Strong words are wider.
        named(sheet, &title, place.width * 9 / 10)
    };
    // A few letters of a name say nothing.
    if caption.ends_with('…') && caption.chars().count() < 6 {
        return place;
    }
    let at = (place.x + 20, place.y + strip - 8 * UNIT);
    sheet.set_strong(words, at, Anchor::Start, &caption);
    Place {
        y: place.y + strip,
        height: place.height - strip,
        ..place
    }
}

/// The name of an area in some room. What tells areas apart comes last, behind the repository where a product has several: so the
/// repository is cut, from its front, and the area's own name only where there is no room for it alone.
fn named(sheet: &Sheet, title: &str, room: i32) -> String {
    let Some((repository, area)) = title.split_once(": ") else {
        return sheet.fitted(title, room);
    };
    if sheet.room(title) <= room {
        return title.to_owned();
    }
    let starts = repository.char_indices().skip(1);
    let tails = starts.filter_map(|(at, _)| repository.get(at..));
    let mut shorter = tails
        .map(|tail| format!("…{tail}: {area}"))
        .chain([format!("…: {area}"), area.to_owned()]);
    shorter
        .find(|words| sheet.room(words) <= room)
        .unwrap_or_else(|| sheet.fitted(area, room))
}

/// A place with so many units less on every side, as far as there is room.
fn inset(place: Place, by: i32) -> Place {
    let by = by.min(place.width / 4).min(place.height / 4).max(0);
    Place {
        x: place.x + by,
        y: place.y + by,
        width: place.width - 2 * by,
        height: place.height - 2 * by,
    }
}

/// The tiles of one class, a line of the ground between them, and their hatching.
fn draw_class(root: &Area<'_>, at: u8, ink: Ink, tiles: &[(Place, &Tile)]) -> Result<(), String> {
    let of_class = || {
        let tiles = tiles.iter().filter(|(_, tile)| tile.class == at);
        tiles.map(|(place, _)| inset(*place, 6))
    };
    for place in of_class() {
        rectangle(root, place, ink.colour)?;
    }
    for place in of_class() {
        for path in ink.hatching.lines(place) {
            line(root, path, &PAPER, 9)?;
        }
    }
    Ok(())
}

/// The names of the largest tiles that have room for them.
fn set_words(sheet: &Sheet, words: &mut String, map: &Map, tiles: &[(Place, &Tile)]) {
    let mut largest: Vec<&(Place, &Tile)> = tiles.iter().collect();
    largest.sort_by_key(|(place, tile)| {
        (
            std::cmp::Reverse(i64::from(place.width) * i64::from(place.height)),
            &tile.path,
        )
    });
    for (place, tile) in largest.into_iter().take(MOST_WORDS) {
        let name = encode::line(tile.path.rsplit('/').next().unwrap_or_default());
        let has_room =
            place.height > 2 * sheet.line() && sheet.room(&name) + 10 * UNIT < place.width;
        let class = map.classes.get(usize::from(tile.class));
        if let Some(class) = class.filter(|_| has_room && !name.is_empty()) {
            let Ink { colour, on, .. } = Ink::of(class.look);
            let at = (place.x + 6 * UNIT, place.y + sheet.line());
            // The hatching must not run through the letters.
            let back = format!(
                "<path fill=\"{}\" d=\"M{} {}h{}v{}h-{}z\"/>\n",
                colour.name(),
                place.x + 3 * UNIT,
                place.y + 5 * UNIT,
                sheet.room(&name) + 6 * UNIT,
                sheet.line(),
                sheet.room(&name) + 6 * UNIT,
            );
            words.push_str(&back);
            sheet.set_in(words, at, Anchor::Start, &name, on);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sheet::WIDE;
    use super::*;

    #[test]
    fn the_repository_is_cut_before_the_name_of_its_area() {
        let check = |title: &str, n_letters: i32, expected: &str| {
            let room = WIDE.room("e") * n_letters;
            assert_eq!(named(&WIDE, title, room), expected, "{n_letters}");
        };
        check("parcel-api: booking", 30, "parcel-api: booking");
        check("parcel-api: booking", 16, "…l-api: booking");
        check("parcel-api: booking", 11, "…: booking");
        check("parcel-api: booking", 8, "booking");
        check("parcel-api: booking", 5, "boo…");
        check("components", 5, "com…");
    }
}
