//! Text without case, accents and separators, with the way back to where every letter stood.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// What stands at a place between two letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    /// Nothing: both are of one word.
    None,
    /// A digit follows a letter.
    Digit,
    /// Another word begins without a separator: a capital, or a script that writes none.
    Word,
    /// A separator, or the end of the text.
    Separator,
}

/// Letters and digits of a text, folded.
#[derive(Debug, Default)]
pub(super) struct Folded {
    /// The letters.
    pub(super) letters: String,
    /// By byte of `letters`: where the character that it comes from begins and ends.
    origin: Vec<(usize, usize)>,
    /// By byte of `letters`: what stands before it.
    edges: Vec<Edge>,
}

/// Letters that have no accent to lose.
const PLAIN: &[(char, &str)] = &[
    ('ø', "o"),
    ('ł', "l"),
    ('đ', "d"),
    ('ð', "d"),
    ('ħ', "h"),
    ('ı', "i"),
    ('ŧ', "t"),
    ('þ', "th"),
    ('æ', "ae"),
    ('œ', "oe"),
];

/// How the letters of some languages are written where a keyboard lacks them.
const SPELT: &[(char, &str)] = &[
    ('ä', "ae"),
    ('ö', "oe"),
    ('ü', "ue"),
    ('ø', "oe"),
    ('å', "aa"),
];

/// Every way in which a name is written in plain letters, folded.
pub(super) fn variants(name: &str) -> Vec<Folded> {
    let mut variants = vec![Folded::of(name)];
    let composed: String = name.nfc().flat_map(char::to_lowercase).collect();
    if SPELT.iter().any(|(letter, _)| composed.contains(*letter)) {
        let spelt = |letter: char| {
            let found = SPELT.iter().find(|(known, _)| *known == letter);
            found.map_or_else(|| letter.to_string(), |(_, spelt)| (*spelt).to_owned())
        };
        let spelt: String = composed.chars().map(spelt).collect();
        variants.push(Folded::of(&spelt));
    }
    variants
}

/// Whether a script writes words without a space between them.
fn is_dense(letter: char) -> bool {
    matches!(letter,
        '\u{2e80}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '\u{0e00}'..='\u{0eff}')
}

impl Folded {
    /// Folds a text.
    pub(super) fn of(text: &str) -> Self {
        let mut folded = Self::default();
        let (mut before, mut is_apart): (Option<char>, bool) = (None, true);
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let end = at + character.len_utf8();
            if is_combining_mark(character) {
                if let Some((_, last)) = folded.origin.last_mut()
                    && !is_apart
                {
                    *last = end;
                }
                continue;
            }
            if character == '\u{ad}' || character == '\u{200b}' {
                // Neither a soft hyphen nor a zero-width space is seen.
                continue;
            }
            if !character.is_alphanumeric() {
                is_apart = true;
                continue;
            }
            let next = characters.peek().map(|(_, next)| *next);
            let edge = edge(before, character, next, is_apart);
            folded.push(character, (at, end), edge);
            (before, is_apart) = (Some(character), false);
        }
        folded
    }

    fn push(&mut self, character: char, origin: (usize, usize), edge: Edge) {
        let start = self.letters.len();
        let plain = std::iter::once(character)
            .nfkd()
            .filter(|part| !is_combining_mark(*part));
        // Up and down again folds what has several small or capital forms.
        let cased = plain
            .flat_map(char::to_uppercase)
            .flat_map(char::to_lowercase);
        for letter in cased.nfkd().filter(|part| part.is_alphanumeric()) {
            match PLAIN.iter().find(|(known, _)| *known == letter) {
                Some((_, plain)) => self.letters.push_str(plain),
                None => self.letters.push(letter),
            }
        }
        let n_bytes = self.letters.len() - start;
        self.origin.extend(std::iter::repeat_n(origin, n_bytes));
        for at in 0..n_bytes {
            self.edges.push(if at == 0 { edge } else { Edge::None });
        }
    }

    /// What stands before a byte; after the last one ends the text.
    pub(super) fn edge(&self, at: usize) -> Edge {
        self.edges.get(at).copied().unwrap_or(Edge::Separator)
    }

    /// Where words begin, by byte; a script without spaces is one word.
    pub(super) fn word_starts(&self) -> Vec<usize> {
        let is_start = |at: &usize| match self.edge(*at) {
            Edge::Separator => true,
            Edge::Word => !self
                .letters
                .get(*at..)
                .and_then(|rest| rest.chars().next())
                .is_some_and(is_dense),
            Edge::Digit | Edge::None => false,
        };
        (0..self.letters.len()).filter(is_start).collect()
    }

    /// The place in the text of some folded letters.
    pub(super) fn place(&self, found: Range<usize>) -> Option<Range<usize>> {
        let (start, _) = self.origin.get(found.start)?;
        let (_, end) = self.origin.get(found.end.checked_sub(1)?)?;
        Some(*start..*end)
    }

    /// How many letters and digits there are.
    pub(super) fn n_letters(&self) -> usize {
        self.letters.chars().count()
    }

    /// Whether it is written in a script without spaces, of which two letters are a name.
    pub(super) fn is_dense(&self) -> bool {
        self.n_letters() >= 2 && self.letters.chars().all(is_dense)
    }
}

fn edge(before: Option<char>, character: char, next: Option<char>, is_apart: bool) -> Edge {
    let Some(before) = before.filter(|_| !is_apart) else {
        return Edge::Separator;
    };
    let begins_capitalised = character.is_uppercase()
        && (before.is_lowercase()
            || before.is_numeric()
            || before.is_uppercase() && next.is_some_and(char::is_lowercase));
    if begins_capitalised || is_dense(before) || is_dense(character) {
        return Edge::Word;
    }
    if before.is_alphabetic() && character.is_numeric() {
        return Edge::Digit;
    }
    Edge::None
}
