//! The knowledge map: a squarified treemap of areas, and of files in each.

mod treemap;

use self::treemap::squarified;
use super::sheet::{Place, Sheet, line, outline, rectangle};
use crate::render::encode;
use crate::render::svg::colours::{AMBER, AXIS, Colour, ON_LIGHT, PAPER, QUIET, RUST, STRIP};
use crate::render::svg::geometry::{Area, drawn};
use crate::render::svg::legend::{Entry, Legend, Swatch};
use crate::render::svg::units::{SCALE, UNIT};
use crate::render::svg::words::Anchor;
use crate::report::picture::{CLASSES, MapArea, Tile};

/// The classes: colour, the colour of words on it.
const COLOURS: [(&Colour, &Colour); 4] = [
    (&RUST, &PAPER),
    (&AMBER, &ON_LIGHT),
    (&QUIET, &ON_LIGHT),
    (&STRIP, &ON_LIGHT),
];

/// How far apart the lines of a hatching are.
const HATCH: i32 = 9 * UNIT;

/// The most tiles that have words.
const MOST_WORDS: usize = 40;

fn class(tile: &Tile) -> usize {
    usize::from(tile.n_people).min(COLOURS.len() - 1)
}

pub(super) fn draw(sheet: &Sheet, areas: &[MapArea]) -> Result<(String, u32), String> {
    let map = Place {
        x: 0,
        y: 0,
        width: sheet.right(),
        height: if sheet.is_narrow { 460 } else { 440 } * UNIT,
    };
    let swatches = [Swatch::Crossed, Swatch::Hatched, Swatch::Ruled, Swatch::Box];
    let entries = CLASSES.iter().zip(swatches).zip(COLOURS);
    let entries = entries
        .map(|((class, swatch), (colour, _))| Entry::of(swatch, colour, (*class).to_owned()));
    let legend = Legend::lines(entries.collect(), sheet.right(), sheet.font);
    let legend_top = map.height + 6 * UNIT;
    let height = legend_top + legend.height() + 4 * UNIT;
    let mut words = String::new();
    let (mut text, ()) = drawn(sheet.size(height), |root| {
        let weights: Vec<u64> = areas.iter().map(lines_of).collect();
        let mut tiles: Vec<(Place, &Tile)> = Vec::new();
        for (area, place) in areas.iter().zip(squarified(&weights, map)) {
            let inner = captioned(sheet, &mut words, area, place);
            let weights: Vec<u64> = area.tiles.iter().map(|tile| tile.lines.max(1)).collect();
            let places = squarified(&weights, inner);
            tiles.extend(places.into_iter().zip(&area.tiles));
        }
        for at in 0..COLOURS.len() {
            draw_class(root, at, &tiles)?;
        }
        set_words(sheet, &mut words, &tiles);
        outline(root, map, &AXIS, 6)
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
        sheet.fitted(&title, place.width * 9 / 10)
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
fn draw_class(root: &Area<'_>, at: usize, tiles: &[(Place, &Tile)]) -> Result<(), String> {
    let Some((colour, _)) = COLOURS.get(at) else {
        return Ok(());
    };
    let of_class = || {
        let tiles = tiles.iter().filter(|(_, tile)| class(tile) == at);
        tiles.map(|(place, _)| inset(*place, 6))
    };
    for place in of_class() {
        rectangle(root, place, colour)?;
    }
    for place in of_class() {
        for path in hatching(at, place) {
            line(root, path, &PAPER, 9)?;
        }
    }
    Ok(())
}

/// The lines of a class's hatching inside a place: nobody in both directions, one in one, two in level lines, more in none.
fn hatching(class: usize, place: Place) -> Vec<Vec<(i32, i32)>> {
    match class {
        0 => {
            let mut lines = slanted(place, false);
            lines.extend(slanted(place, true));
            lines
        }
        1 => slanted(place, false),
        2 => {
            let mut lines = Vec::new();
            let mut y = (place.y / HATCH + 1) * HATCH;
            while y < place.y + place.height {
                lines.push(vec![(place.x, y), (place.x + place.width, y)]);
                y += 2 * HATCH;
            }
            lines
        }
        _ => Vec::new(),
    }
}

/// Slanted lines through a place, on one raster for the whole map.
fn slanted(place: Place, is_falling: bool) -> Vec<Vec<(i32, i32)>> {
    let (left, right) = (place.x, place.x + place.width);
    let (top, bottom) = (place.y, place.y + place.height);
    // The lines on which x + y (rising) or x − y (falling) is a multiple of the raster.
    let key = |x: i32, y: i32| if is_falling { x - y } else { x + y };
    let corners = [(left, top), (right, top), (left, bottom), (right, bottom)];
    let keys = corners.map(|(x, y)| key(x, y));
    let [low, high] = [keys.iter().min(), keys.iter().max()].map(|key| key.copied().unwrap_or(0));
    let raster = 2 * HATCH;
    let mut lines = Vec::new();
    let mut at = low.div_euclid(raster) * raster + raster;
    while at < high {
        // From the left edge to the right one, as far as it is inside.
        let y_at = |x: i32| if is_falling { x - at } else { at - x };
        let x_at = |y: i32| if is_falling { at + y } else { at - y };
        let at_left = y_at(left).clamp(top, bottom);
        let at_right = y_at(right).clamp(top, bottom);
        let (from, to) = ((x_at(at_left), at_left), (x_at(at_right), at_right));
        if from != to {
            lines.push(vec![from, to]);
        }
        at += raster;
    }
    lines
}

/// The names of the largest tiles that have room for them.
fn set_words(sheet: &Sheet, words: &mut String, tiles: &[(Place, &Tile)]) {
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
        if let Some((colour, on)) = COLOURS
            .get(class(tile))
            .filter(|_| has_room && !name.is_empty())
        {
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
