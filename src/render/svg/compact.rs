//! Shapes of one style that follow each other become one path: a page of pictures stays small, and so does its document.

use std::fmt::Write as _;

/// A shape as plotters writes it: its style, and its outline as a path's commands.
struct Outline {
    /// The attributes of the path.
    style: String,
    start: (i32, i32),
    /// From the start on, seen from there.
    commands: String,
    /// Where the pen is afterwards.
    end: (i32, i32),
    /// The places of dots, where it is one of many.
    dots: Vec<(i32, i32)>,
    /// Left and upper side, width and height of bars, where it is one of many.
    bars: Vec<[i32; 4]>,
}

/// So many dots are placed by every second pixel, which is less than their radius: a cloud of them is as telling, and its numbers
/// are shorter.
const CLOUD: usize = 60;

/// No words stand on a bar of 30 pixels.
const WIDEST_BAR: i32 = 300;

/// Units of two pixels.
const PIXELS: i32 = 20;

/// The picture with its runs of like shapes joined. What is no plain shape stays as it is.
pub(super) fn compact(geometry: &str) -> String {
    let mut text = String::new();
    let mut open: Option<Outline> = None;
    for line in geometry.lines() {
        match (outline(line), &mut open) {
            (Some(next), Some(run)) if run.style == next.style => {
                let (x, y) = (next.start.0 - run.end.0, next.start.1 - run.end.1);
                let _ = write!(run.commands, "m{}{}", pair(x, y), next.commands);
                run.end = next.end;
                run.dots.extend(next.dots);
                run.bars.extend(next.bars);
            }
            (Some(next), _) => {
                close(&mut text, open.take());
                open = Some(next);
            }
            (None, _) => {
                close(&mut text, open.take());
                if !line.trim().is_empty() {
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
    }
    close(&mut text, open);
    text
}

/// The picture with what words that follow each other have in common said once, around them.
pub(super) fn alike(drawn: &str) -> String {
    let mut text = String::new();
    let mut run: Vec<(&str, &str)> = Vec::new();
    let mut common = "";
    let close = |text: &mut String, run: &mut Vec<(&str, &str)>, common: &str| {
        let is_longer = run.len() > 2 && !common.is_empty();
        if is_longer {
            let _ = writeln!(text, "<g{common}>");
        }
        let own = if is_longer { "" } else { common };
        for (place, words) in run.drain(..) {
            let _ = writeln!(text, "{place}{own}>{words}");
        }
        if is_longer {
            text.push_str("</g>\n");
        }
    };
    for line in drawn.lines() {
        if let Some((place, style, words)) = word(line) {
            if style != common {
                close(&mut text, &mut run, common);
                common = style;
            }
            run.push((place, words));
        } else {
            close(&mut text, &mut run, common);
            let _ = writeln!(text, "{line}");
        }
    }
    close(&mut text, &mut run, common);
    text
}

/// A text up to its place, what it looks like, and what it says: nothing that it says is looked into.
fn word(line: &str) -> Option<(&str, &str, &str)> {
    let (tag, words) = line.strip_prefix("<text").and(line.split_once('>'))?;
    let value = tag.find(" y=\"")? + 4;
    let end = value + tag.get(value..)?.find('"')? + 1;
    Some((tag.get(..end)?, tag.get(end..)?, words))
}

fn close(text: &mut String, run: Option<Outline>) {
    if let Some(run) = run.as_ref().filter(|run| run.dots.len() > CLOUD) {
        cloud(text, run);
    } else if let Some((run, width)) = run
        .as_ref()
        .and_then(|run| Some((run, width_of_bars(run)?)))
    {
        rows(text, run, width);
    } else if let Some(run) = run {
        let (x, y) = run.start;
        let _ = writeln!(
            text,
            "<path {} d=\"M{}{}\"/>",
            run.style,
            pair(x, y),
            run.commands
        );
    }
}

/// The width that all of some bars have; `None` for fewer than three, and for shapes of other kinds. Rounding leaves bars of one
/// width a tenth of a pixel apart.
fn width_of_bars(run: &Outline) -> Option<i32> {
    let widths = run.bars.iter().map(|[_, _, width, _]| *width);
    let (least, most) = (widths.clone().min()?, widths.max()?);
    // What is wider is the ground of words, and stays a shape that is filled.
    (run.bars.len() > 2 && most - least <= 1 && most <= WIDEST_BAR).then_some(least)
}

/// Bars as upright lines as wide as they are: shorter to write than their four sides.
fn rows(text: &mut String, run: &Outline, width: i32) {
    let fill = run.style.trim_start_matches("fill=");
    let _ = write!(
        text,
        "<path fill=\"none\" stroke={fill} stroke-width=\"{width}\" d=\""
    );
    let mut pen: Option<(i32, i32)> = None;
    for [x, y, width, height] in &run.bars {
        let foot = (x + width / 2, y + height);
        let _ = match pen {
            None => write!(text, "M{}", pair(foot.0, foot.1)),
            Some(pen) => write!(text, "m{}", pair(foot.0 - pen.0, foot.1 - pen.1)),
        };
        let _ = write!(text, "v{}", -height);
        pen = Some((foot.0, *y));
    }
    text.push_str("\"/>\n");
}

/// Many dots, in steps of two pixels.
fn cloud(text: &mut String, run: &Outline) {
    let width = run.style.split_once("stroke-width=\"");
    let width = width.and_then(|(style, width)| {
        let width: f64 = width.trim_end_matches('"').parse().ok()?;
        Some((style, width / f64::from(PIXELS)))
    });
    let Some((style, width)) = width else {
        return;
    };
    let _ = write!(text, "<path {style}stroke-width=\"{width}\" d=\"");
    let step = |units: i32| (units + PIXELS / 2) / PIXELS;
    let mut places: Vec<_> = run.dots.iter().map(|(x, y)| (step(*x), step(*y))).collect();
    // Steps are short from neighbour to neighbour; a dot under another one of its colour is not seen.
    places.sort_unstable();
    places.dedup();
    let mut pen = (0, 0);
    for next in places {
        let _ = write!(text, "m{}z", pair(next.0 - pen.0, next.1 - pen.1));
        pen = next;
    }
    let _ = writeln!(text, "\" transform=\"scale({PIXELS})\"/>");
}

/// Two numbers of a path: a sign sets the second apart as well as a space does.
fn pair(x: i32, y: i32) -> String {
    if y < 0 {
        format!("{x}{y}")
    } else {
        format!("{x} {y}")
    }
}

fn outline(line: &str) -> Option<Outline> {
    let name = line.strip_prefix('<')?.split(' ').next()?;
    let of = |attribute: &str| value(line, attribute);
    let number = |attribute: &str| of(attribute)?.parse::<i32>().ok();
    if of("opacity")? != "1" {
        return None;
    }
    let fill = of("fill")?;
    match name {
        "rect" if of("stroke")? == "none" => {
            let (width, height) = (number("width")?, number("height")?);
            let start = (number("x")?, number("y")?);
            Some(Outline {
                style: format!("fill=\"{fill}\""),
                start,
                commands: format!("h{width}v{height}h-{width}z"),
                end: start,
                dots: Vec::new(),
                bars: vec![[start.0, start.1, width, height]],
            })
        }
        "circle" if of("stroke")? == "none" => {
            // A dot is a point that is closed: a line without length, with a round end.
            let radius = number("r")?;
            let start = (number("cx")?, number("cy")?);
            Some(Outline {
                style: format!(
                    "fill=\"none\" stroke=\"{fill}\" stroke-linecap=\"round\" stroke-width=\"{}\"",
                    2 * radius
                ),
                start,
                commands: "z".to_owned(),
                end: start,
                dots: vec![start],
                bars: Vec::new(),
            })
        }
        "polyline" => {
            let (stroke, width) = (of("stroke")?, of("stroke-width")?);
            let style = format!("fill=\"none\" stroke=\"{stroke}\" stroke-width=\"{width}\"");
            through(of("points")?, style)
        }
        "polygon" => {
            let mut found = through(of("points")?, format!("fill=\"{fill}\""))?;
            found.commands.push('z');
            found.end = found.start;
            Some(found)
        }
        _ => None,
    }
}

/// A path through some points.
fn through(points: &str, style: String) -> Option<Outline> {
    let point = |words: &str| {
        let (x, y) = words.split_once(',')?;
        Some((x.parse().ok()?, y.parse().ok()?))
    };
    let mut points = points.split_whitespace().map(point);
    let start: (i32, i32) = points.next()??;
    let (mut commands, mut pen) = (String::new(), start);
    for next in points {
        let (x, y) = next?;
        let _ = match (x - pen.0, y - pen.1) {
            (0, 0) => Ok(()),
            (across, 0) => write!(commands, "h{across}"),
            (0, down) => write!(commands, "v{down}"),
            (across, down) => write!(commands, "l{}", pair(across, down)),
        };
        pen = (x, y);
    }
    Some(Outline {
        style,
        start,
        commands,
        end: pen,
        dots: Vec::new(),
        bars: Vec::new(),
    })
}

fn value<'a>(line: &'a str, attribute: &str) -> Option<&'a str> {
    let start = line.find(&format!(" {attribute}=\""))? + attribute.len() + 3;
    line.get(start..)?.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_shapes_that_follow_each_other_are_one_path() {
        let rect = "<rect x=\"1\" y=\"2\" width=\"3\" height=\"4\" opacity=\"1\" fill=\"#AA0000\" stroke=\"none\"/>\n";
        let dot = "<circle cx=\"5\" cy=\"6\" r=\"7\" opacity=\"1\" fill=\"#AA0000\" stroke=\"none\" stroke-width=\"1\"/>\n";
        let line = "<polyline fill=\"none\" opacity=\"1\" stroke=\"#00BB00\" stroke-width=\"10\" points=\"9,2 3,4 3,8 \"/>\n";
        let joined = compact(&format!("{rect}{rect}{dot}{dot}{line}<g>\n{line}{line}"));
        let expected = "<path fill=\"#AA0000\" d=\"M1 2h3v4h-3zm0 0h3v4h-3z\"/>\n\
             <path fill=\"none\" stroke=\"#AA0000\" stroke-linecap=\"round\" stroke-width=\"14\" d=\"M5 6zm0 0z\"/>\n\
             <path fill=\"none\" stroke=\"#00BB00\" stroke-width=\"10\" d=\"M9 2l-6 2v4\"/>\n<g>\n\
             <path fill=\"none\" stroke=\"#00BB00\" stroke-width=\"10\" d=\"M9 2l-6 2v4m6-6l-6 2v4\"/>\n";
        assert_eq!(joined, expected);
    }

    #[test]
    fn a_cloud_of_dots_is_placed_in_steps_from_neighbour_to_neighbour() {
        let dot = |x: usize, y| {
            format!(
                "<circle cx=\"{x}\" cy=\"{y}\" r=\"26\" opacity=\"1\" fill=\"#AA0000\" stroke=\"none\" stroke-width=\"1\"/>\n"
            )
        };
        let dots: String = (0..=CLOUD).rev().map(|at| dot(504 + at * 20, 66)).collect();
        let joined = compact(&(dots + &dot(504, 146) + &dot(504, 66)));
        let head = "<path fill=\"none\" stroke=\"#AA0000\" stroke-linecap=\"round\" stroke-width=\"2.6\" d=\"m25 3zm0 4zm1-4zm1 0z";
        assert!(joined.starts_with(head), "{joined}");
        assert!(joined.ends_with("z\" transform=\"scale(20)\"/>\n"));
        assert_eq!(joined.matches('z').count(), CLOUD + 2);
    }

    #[test]
    fn words_that_look_alike_say_so_once() {
        let word =
            |at: u32, rest: &str| format!("<text x=\"{at}\" y=\"2\"{rest}>1 &lt; 2</text>\n");
        let end = " text-anchor=\"end\"";
        let plain = word(1, "");
        let three: String = (1..4).map(|at| word(at, end)).collect();
        let bare: String = (1..4).map(|at| word(at, "")).collect();
        assert_eq!(
            alike(&format!("{plain}{three}{plain}")),
            format!("{plain}<g{end}>\n{bare}</g>\n{plain}")
        );
        // Two are shorter as they are, and what hides by its class keeps it.
        let two: String = (1..3).map(|at| word(at, end)).collect();
        assert_eq!(alike(&two), two);
        let classed = "<text class=\"w\" x=\"1\" y=\"2\" text-anchor=\"end\">a</text>\n".repeat(3);
        let bare = "<text class=\"w\" x=\"1\" y=\"2\">a</text>\n".repeat(3);
        assert_eq!(alike(&classed), format!("<g{end}>\n{bare}</g>\n"));
    }

    #[test]
    fn bars_of_one_width_are_upright_lines() {
        let bar = |x: i32, y: i32, width: i32, height: i32| {
            format!(
                "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" opacity=\"1\" fill=\"#AA0000\" stroke=\"none\"/>\n"
            )
        };
        let bars = bar(10, 20, 40, 80) + &bar(60, 60, 41, 40) + &bar(110, 0, 40, 100);
        assert_eq!(
            compact(&bars),
            "<path fill=\"none\" stroke=\"#AA0000\" stroke-width=\"40\" d=\"M30 100v-80m50 80v-40m50 40v-100\"/>\n"
        );
        // Of another width, or fewer than three: by their sides.
        let others = bar(10, 20, 40, 80) + &bar(60, 60, 42, 40) + &bar(110, 0, 40, 100);
        assert!(compact(&others).starts_with("<path fill=\"#AA0000\" d=\"M10 20h40v80h-40z"));
        assert!(compact(&bar(10, 20, 40, 80).repeat(2)).contains("h40v80h-40z"));
    }

    #[test]
    fn what_is_half_transparent_stays_as_it_is() {
        let rect = "<rect x=\"1\" y=\"2\" width=\"3\" height=\"4\" opacity=\"0.5\" fill=\"#AA0000\" stroke=\"none\"/>\n";
        assert_eq!(compact(rect), rect);
    }
}
