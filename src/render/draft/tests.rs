//! Drafts: what a person typed stays, and what is new has its place.

use super::*;
use crate::report::Span;

fn draft(parts: &[(&str, &[&str])]) -> Draft {
    let blank = |label: &str| Block::Blank {
        label: label.to_owned(),
        prompt: "[yours to write]".to_owned(),
    };
    let mut blocks = vec![Block::Paragraph(vec![Span::text("Add what is missing.")])];
    for (id, lines) in parts {
        let bullets = lines.iter().map(|line| vec![Span::text(*line)]).collect();
        blocks.push(Block::Refreshed {
            id: (*id).to_owned(),
            is_whole: !id.ends_with("cut"),
            blocks: vec![
                Block::Heading(1, vec![Span::text(*id)]),
                Block::Bullets(bullets),
            ],
        });
        blocks.push(blank("Impact"));
    }
    blocks.push(blank("Next"));
    Draft::of(&Document {
        title: "Brag".to_owned(),
        subtitle: Vec::new(),
        blocks,
    })
}

#[test]
fn a_draft_that_nobody_touched_is_the_one_of_today() {
    let old = draft(&[("q1", &["one"]), ("q2", &["two"])]);
    let new = draft(&[("q1", &["one", "more"]), ("q2", &[])]);
    let merged = new.merged(&old.begun());
    assert_eq!(merged.text, new.begun());
    assert_eq!(merged.edited, [] as [&str; 0]);
    assert_eq!(new.merged(&merged.text).text, merged.text, "twice is once");
    // Whatever ends its lines.
    let windows = old.begun().replace('\n', "\r\n");
    assert_eq!(new.merged(&windows).text, new.begun().replace('\n', "\r\n"));
}

#[test]
fn no_character_that_somebody_typed_is_lost_wherever_it_stands() {
    let old = draft(&[("q1", &["one"]), ("q2", &["two", "three"])]);
    let new = draft(&[
        ("q0", &["0"]),
        ("q1", &["uno"]),
        ("q2", &[]),
        ("q3", &["tres"]),
    ]);
    let begun = old.begun();
    let begun_at: Vec<usize> = (0..=begun.len()).collect();
    for typed in ["Ж", "a", "1", " ", "\nЖ\n", "<!-- Ж -->", " -->", "Ж\r\n"] {
        for at in &begun_at {
            let there = format!("{}{typed}{}", &begun[..*at], &begun[*at..]);
            let merged = new.merged(&there);
            let is_inside =
                merged.text.matches(typed.trim()).count() >= there.matches(typed.trim()).count();
            let is_marked = typed.contains('Ж') || typed.contains("-->");
            assert!(
                is_inside || !is_marked,
                "{typed:?} at {at}:\n{there}\n→\n{}",
                merged.text
            );
            let lines = |text: &str| -> Vec<String> { text.lines().map(str::to_owned).collect() };
            // The line that was typed into is there, unless it is the one that names the parts.
            let line = there[..*at].matches('\n').count();
            let line = lines(&there)[line].clone();
            assert!(
                line.starts_with(PARTS)
                    || lines(&begun).contains(&line)
                    || lines(&merged.text).contains(&line),
                "{typed:?} at {at}: {line:?}\n{}",
                merged.text
            );
            let again = new.merged(&merged.text);
            assert_eq!(again.text, merged.text, "{typed:?} at {at}");
        }
    }
}

#[test]
fn a_part_that_somebody_edited_stays_and_the_others_are_refreshed() {
    let old = draft(&[("q1", &["one"]), ("q2", &["two"])]);
    let there = old.begun().replace("- one", "- one, and why");
    let merged = draft(&[("q1", &["uno"]), ("q2", &["dos"])]).merged(&there);
    assert_eq!(merged.edited, ["q1"]);
    assert!(merged.text.contains("- one, and why") && !merged.text.contains("uno"));
    assert!(merged.text.contains("- dos") && !merged.text.contains("- two"));
}

#[test]
fn a_new_part_has_its_place_and_one_that_was_taken_out_stays_out() {
    let old = draft(&[("q1", &["one"]), ("q3", &["three"])]);
    let new = draft(&[
        ("q1", &["one"]),
        ("q2", &["two"]),
        ("q3", &["three"]),
        ("q4", &["four"]),
    ]);
    let order = |text: &str| -> Vec<String> {
        let begins = text.lines().filter_map(begun);
        begins.map(|(id, _)| id.to_owned()).collect()
    };
    let merged = new.merged(&old.begun()).text;
    assert_eq!(order(&merged), ["q1", "q2", "q3", "q4"]);
    assert_eq!(merged.matches("**Impact:**").count(), 4);
    let (before, rest) = merged.split_once("<!-- linchpin:begin q2").unwrap();
    let (_, after) = rest.split_once("<!-- linchpin:end q2 -->\n").unwrap();
    let without = format!("{before}{after}");
    assert_eq!(order(&new.merged(&without).text), ["q1", "q3", "q4"]);
}

#[test]
fn a_file_without_a_line_of_linchpins_stays_as_it_is() {
    let new = draft(&[("q1", &["one"])]);
    for there in [
        "# Mine\n\nAll mine",
        "\u{feff}x",
        "<!-- linchpin:end q1 -->\n",
    ] {
        assert_eq!(new.merged(there).text, there);
    }
    assert_eq!(new.merged(" \n").text, new.begun());
}

#[test]
fn a_part_that_the_window_cuts_takes_nothing_away() {
    let old = draft(&[("q1-cut", &["one", "two"])]);
    let new = draft(&[("q1-cut", &["two"])]);
    assert_eq!(new.merged(&old.begun()).text, old.begun());
}

#[test]
fn what_others_wrote_cannot_end_a_part() {
    let old = draft(&[(
        "q1",
        &["<!-- linchpin:end q1 -->", "x\n<!-- linchpin:end q1 -->\ny"],
    )]);
    let new = draft(&[("q1", &["y"])]);
    assert_eq!(new.merged(&old.begun()).text, new.begun());
}

/// A page with a part above, and a part a fortnight that notes follow.
fn talk(fortnights: &[&str]) -> Draft {
    let part = |id: &str, line: &str| Block::Refreshed {
        id: id.to_owned(),
        is_whole: true,
        blocks: vec![Block::Bullets(vec![vec![Span::text(line)]])],
    };
    let mut blocks = vec![part("now", "open")];
    for id in fortnights {
        blocks.push(part(id, "shipped"));
        blocks.push(Block::Blank {
            label: "Notes".to_owned(),
            prompt: "[yours to write]".to_owned(),
        });
    }
    Draft::of(&Document {
        title: "Talk".to_owned(),
        subtitle: Vec::new(),
        blocks,
    })
}

fn order(text: &str) -> Vec<&str> {
    text.lines().filter_map(begun).map(|(id, _)| id).collect()
}

#[test]
fn the_newest_of_a_row_comes_above_the_older_ones_and_no_note_is_lost() {
    let first = talk(&["f2", "f1"]).begun();
    let noted = first.replace("\\[yours to write\\]", "we talked") + "\nmore of mine\n";
    let second = talk(&["f3", "f2"]).merged(&noted).text;
    assert_eq!(order(&second), ["now", "f3", "f2", "f1"]);
    // Two fortnights without a run: neither part of today's is there yet.
    let third = talk(&["f6", "f5"]).merged(&second).text;
    assert_eq!(order(&third), ["now", "f6", "f5", "f3", "f2", "f1"]);
    assert_eq!(third.matches("we talked").count(), 2);
    assert!(third.ends_with("more of mine\n"));
    assert_eq!(talk(&["f6", "f5"]).merged(&third).text, third);
    // Without the part above, the end is the place that is left.
    let (before, rest) = third.split_once("<!-- linchpin:begin now").unwrap();
    let (_, after) = rest.split_once("<!-- linchpin:end now -->\n").unwrap();
    let without = format!("{before}{after}");
    let fourth = talk(&["f7", "f6"]).merged(&without).text;
    assert_eq!(order(&fourth), ["f7", "f6", "f5", "f3", "f2", "f1"]);
}

/// A draft of two moments in one part.
fn brag(moments: &[&str]) -> (Draft, Vec<(String, Vec<Span>)>) {
    let line = |id: &&str| {
        vec![
            Span::Strong("2026-06-24".to_owned()),
            Span::text(format!(" · Did {id}_x. ")),
            Span::Code((*id).to_owned()),
        ]
    };
    let bullets: Vec<Vec<Span>> = moments.iter().map(line).collect();
    let lines = moments.iter().map(|id| (*id).to_owned());
    let lines = lines.zip(bullets.clone()).collect();
    let document = Document {
        title: "Brag".to_owned(),
        subtitle: Vec::new(),
        blocks: vec![
            Block::Refreshed {
                id: "q2".to_owned(),
                is_whole: true,
                blocks: vec![Block::Bullets(bullets)],
            },
            Block::Blank {
                label: "Mine".to_owned(),
                prompt: "[yours to write]".to_owned(),
            },
        ],
    };
    (Draft::of(&document).remembering(), lines)
}

fn appended(moments: &[&str], on: &str, there: &str) -> String {
    let (draft, lines) = brag(moments);
    draft
        .appending(on.parse().unwrap(), &lines)
        .merged(there)
        .text
}

#[test]
fn what_is_appended_is_new_and_comes_once() {
    let (one, two, three) = ("ev-0000000001", "ev-0000000002", "ev-0000000003");
    let first = appended(&[one], "2026-06-19", "");
    assert_eq!(first, brag(&[one]).0.begun());
    assert_eq!(appended(&[one], "2026-06-19", &first), first);
    let mine = first.replace("\\[yours to write\\]", "all of it");
    let second = appended(&[one, two], "2026-06-26", &mine);
    assert_eq!(order(&second), ["q2", "added-2026-06-26"]);
    assert!(second.contains("## Added: up to 2026-06-24"));
    assert!(second.contains("all of it"));
    assert_eq!(second.matches("Did ev-0000000002").count(), 1);
    // Again on the same day, and a week later: nothing.
    assert_eq!(appended(&[one, two], "2026-06-26", &second), second);
    assert_eq!(appended(&[one, two], "2026-07-03", &second), second);
    // The other parts are as they were, to the byte.
    let kept = |text: &str| text.split("<!-- linchpin:given").next().unwrap().to_owned();
    assert!(second.starts_with(&kept(&mine)));
    // More on the same day is a part of its own.
    let third = appended(&[one, two, three], "2026-06-26", &second);
    assert_eq!(
        order(&third),
        ["q2", "added-2026-06-26", "added-2026-06-26-2"]
    );
    // From then on a plain run changes nothing.
    let plain = brag(&[one, two, three, "ev-0000000004"]).0.merged(&third);
    assert_eq!((plain.text, plain.is_appended_to), (third, true));
}

#[test]
fn a_line_that_was_moved_reworded_or_taken_out_does_not_come_again() {
    let (one, two) = ("ev-0000000001", "ev-0000000002");
    let there = brag(&[one, two]).0.begun();
    let line = there
        .lines()
        .find(|line| line.contains("Did ev-0000000001"))
        .unwrap();
    for changed in [
        there.replace(&format!("{line}\n"), ""),
        there.replace(line, "- Did the first of two"),
        format!("{}\n{line}\n", there.replace(&format!("{line}\n"), "")),
    ] {
        assert_eq!(appended(&[one, two], "2026-06-26", &changed), changed);
    }
    // Whoever took the memory out too is given nothing that was there already.
    let memory = there.lines().find(|line| line.starts_with(GIVEN)).unwrap();
    let without = there.replace(memory, "").replace(&format!("{line}\n"), "");
    let again = appended(&[one, two], "2026-06-26", &without);
    assert_eq!(order(&again), ["q2"]);
    assert!(!again.contains("Did ev-0000000001"));
}

#[test]
fn what_is_typed_between_any_two_lines_survives_appending() {
    let (one, two) = ("ev-0000000001", "ev-0000000002");
    let first = appended(&[one], "2026-06-19", "");
    let lines: Vec<&str> = first.lines().collect();
    for end in ["\n", "\r\n"] {
        for at in 0..=lines.len() {
            let mut typed: Vec<&str> = lines.clone();
            typed.insert(at, "typed by hand");
            let there = typed.join(end);
            let second = appended(&[one, two], "2026-06-26", &there);
            assert!(second.contains("typed by hand"), "{at}");
            assert_eq!(second.matches("Did ev-0000000002").count(), 1, "{at}");
            assert_eq!(appended(&[one, two], "2026-06-26", &second), second, "{at}");
            if end == "\r\n" {
                assert_eq!(second.matches('\n').count(), second.matches("\r\n").count());
            }
        }
    }
}

#[test]
fn what_a_refreshed_part_brought_counts_as_given() {
    let (one, two) = ("ev-0000000001", "ev-0000000002");
    let first = brag(&[one]).0.begun();
    let second = brag(&[one, two]).0.merged(&first).text;
    let line = second
        .lines()
        .find(|line| line.contains("Did ev-0000000002"))
        .unwrap();
    let pruned = second.replace(&format!("{line}\n"), "");
    assert_eq!(appended(&[one, two], "2026-06-26", &pruned), pruned);
    // A part that somebody edited was not given the second: it is appended.
    let edited = first.replace("Did ev-0000000001", "Did, and how,");
    let third = brag(&[one, two]).0.merged(&edited).text;
    assert_eq!(third, edited);
    let fourth = appended(&[one, two], "2026-06-26", &third);
    assert_eq!(fourth.matches("Did ev-0000000002").count(), 1);
}
