//! Words that are words before they are anybody's name.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::metrics::REGISTRY;

/// The list that ships with the program: one word a line or several, comments after `#`.
const LISTED: &str = include_str!("../../../reports/ordinary_words.txt");

static WORDS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let listed = LISTED
        .lines()
        .filter_map(|line| line.split('#').next())
        .flat_map(str::split_whitespace)
        .map(str::to_owned);
    // What the definitions are written with are words of the field; with a capital they may be an author of a paper.
    let defined = REGISTRY.iter().flat_map(|metric| {
        let definition = metric.definition;
        [
            definition.title,
            definition.question,
            definition.definition,
            definition.exclusions,
            definition.how_to_read,
            definition.can_mislead,
        ]
    });
    let written = defined
        .flat_map(|text| text.split(|letter: char| !letter.is_alphanumeric()))
        .filter(|word| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase()))
        .map(str::to_owned);
    listed.chain(written).collect()
});

/// Whether a folded word is an ordinary one.
pub(super) fn is_ordinary(letters: &str) -> bool {
    WORDS.contains(letters)
}
