//! What the style sheets hold to on narrow screens and on paper. That the pages do is checked in a browser: `.ci/browser-check.mjs`.

const TEAM: &str = include_str!("../../reports/team.css");
const LEAD: &str = include_str!("../../reports/lead.css");

/// Selectors and declarations of every rule, those of media queries and behind comments too.
fn rules(sheet: &str) -> Vec<(Vec<&str>, &str)> {
    let mut found = Vec::new();
    for piece in sheet.split('}') {
        if let Some((head, declarations)) = piece.rsplit_once('{') {
            let selectors = head.rsplit(['{', '/']).next().unwrap_or_default();
            found.push((selectors.split(',').map(str::trim).collect(), declarations));
        }
    }
    found
}

/// Whether a rule is for cells of words.
fn is_of_words(selector: &str) -> bool {
    let last = selector.rsplit(' ').next().unwrap_or_default();
    (last.starts_with("td") || last.starts_with("th")) && !last.contains(".num")
}

#[test]
fn what_is_longer_than_its_cell_breaks_there() {
    // Cells have a greatest width: a word that may not break runs over the next one.
    for (selectors, declarations) in rules(LEAD) {
        let may_break =
            !declarations.contains("nowrap") && !declarations.contains("overflow-wrap:normal");
        let is_of_words = selectors.iter().any(|selector| is_of_words(selector));
        assert!(may_break || !is_of_words, "{selectors:?}: {declarations}");
    }
    let breaking = rules(LEAD).into_iter().filter(|(selectors, declarations)| {
        selectors.contains(&".lead .scroll table")
            && declarations.contains("overflow-wrap:break-word")
    });
    assert_eq!(breaking.count(), 1);
}

#[test]
fn what_is_folded_on_the_screen_is_printed() {
    let (_, print) = TEAM
        .split_once("@media print{details:not(.rows)::details-content{")
        .unwrap();
    let (declarations, _) = print.split_once('}').unwrap();
    assert!(
        declarations.contains("content-visibility:visible"),
        "{declarations}"
    );
    assert!(declarations.contains("block-size:auto"), "{declarations}");
    // Where that is not understood the paper says that something is missing.
    let (_, without) = TEAM
        .split_once("@supports not selector(::details-content)")
        .unwrap();
    assert!(without.contains("details:not([open],.rows)>summary::after"));
}

#[test]
fn nothing_that_announces_what_follows_stands_at_the_foot_of_a_sheet() {
    let kept: Vec<&str> = rules(TEAM)
        .into_iter()
        .filter(|(_, declarations)| declarations.contains("break-after:avoid"))
        .flat_map(|(selectors, _)| selectors)
        .collect();
    for selector in ["h1", "h2", "h3", "h4", "h5", "summary", "caption"] {
        assert!(kept.contains(&selector), "{selector}: {kept:?}");
    }
}
