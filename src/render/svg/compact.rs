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
}

/// So many dots are placed by whole pixels: a cloud of them is as telling, and its numbers are shorter.
const CLOUD: usize = 60;

/// Units of a pixel.
const PIXEL: i32 = 10;

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

fn close(text: &mut String, run: Option<Outline>) {
    if let Some(run) = run.as_ref().filter(|run| run.dots.len() > CLOUD) {
        cloud(text, run);
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

/// Many dots, in pixels.
fn cloud(text: &mut String, run: &Outline) {
    let width = run.style.split_once("stroke-width=\"");
    let width = width.and_then(|(style, width)| {
        let width: f64 = width.trim_end_matches('"').parse().ok()?;
        Some((style, width / f64::from(PIXEL)))
    });
    let Some((style, width)) = width else {
        return;
    };
    let _ = write!(text, "<path {style}stroke-width=\"{width}\" d=\"");
    let mut pen = (0, 0);
    for (x, y) in &run.dots {
        let next = ((x + PIXEL / 2) / PIXEL, (y + PIXEL / 2) / PIXEL);
        let _ = write!(text, "m{}h0", pair(next.0 - pen.0, next.1 - pen.1));
        pen = next;
    }
    let _ = writeln!(text, "\" transform=\"scale({PIXEL})\"/>");
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
            })
        }
        "circle" if of("stroke")? == "none" => {
            // A dot is a line without length with a round end.
            let radius = number("r")?;
            let start = (number("cx")?, number("cy")?);
            Some(Outline {
                style: format!(
                    "fill=\"none\" stroke=\"{fill}\" stroke-linecap=\"round\" stroke-width=\"{}\"",
                    2 * radius
                ),
                start,
                commands: "h0".to_owned(),
                end: start,
                dots: vec![start],
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
             <path fill=\"none\" stroke=\"#AA0000\" stroke-linecap=\"round\" stroke-width=\"14\" d=\"M5 6h0m0 0h0\"/>\n\
             <path fill=\"none\" stroke=\"#00BB00\" stroke-width=\"10\" d=\"M9 2l-6 2v4\"/>\n<g>\n\
             <path fill=\"none\" stroke=\"#00BB00\" stroke-width=\"10\" d=\"M9 2l-6 2v4m6-6l-6 2v4\"/>\n";
        assert_eq!(joined, expected);
    }

    #[test]
    fn a_cloud_of_dots_is_placed_by_pixels() {
        let dot = "<circle cx=\"504\" cy=\"66\" r=\"26\" opacity=\"1\" fill=\"#AA0000\" stroke=\"none\" stroke-width=\"1\"/>\n";
        let joined = compact(&dot.repeat(CLOUD + 1));
        let head = "<path fill=\"none\" stroke=\"#AA0000\" stroke-linecap=\"round\" stroke-width=\"5.2\" d=\"m50 7h0m0 0h0";
        assert!(joined.starts_with(head), "{joined}");
        assert!(joined.ends_with("h0\" transform=\"scale(10)\"/>\n"));
        assert_eq!(joined.matches("h0").count(), CLOUD + 1);
    }

    #[test]
    fn what_is_half_transparent_stays_as_it_is() {
        let rect = "<rect x=\"1\" y=\"2\" width=\"3\" height=\"4\" opacity=\"0.5\" fill=\"#AA0000\" stroke=\"none\"/>\n";
        assert_eq!(compact(rect), rect);
    }
}
