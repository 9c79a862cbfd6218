//! Lines as numbers.

/// Whether two lines of the same hash are equal: most are short, and not worth a call.
fn equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let ((words_a, rest_a), (words_b, rest_b)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    match (a.last_chunk::<8>(), b.last_chunk::<8>()) {
        // The last bytes as a whole word again, overlapping the one before.
        (Some(last_a), Some(last_b)) => {
            word(last_a) == word(last_b)
                && words_a.iter().zip(words_b).all(|(a, b)| word(a) == word(b))
        }
        _ => rest_a.iter().zip(rest_b).all(|(a, b)| a == b),
    }
}

/// Numbers for lines: equal lines have equal numbers. Keeps its memory between uses.
#[derive(Default)]
pub(super) struct Numbers {
    /// Open addressing: upper half of the hash, number + 1 (0: free).
    slots: Vec<(u32, u32)>,
    /// By number.
    pub(super) lines: Vec<Known>,
}

/// A line that has a number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    hash: u64,
    /// Where it was seen first, in the text of its side.
    start: u32,
    length: u32,
    is_after: bool,
    /// Its place among the lines of the first text.
    pub(super) first: u32,
    /// How often it occurs in the first text's middle.
    pub(super) n_before: u32,
    /// How often it occurs in the second text's middle.
    pub(super) n_after: u32,
    /// How often it occurs outside the middles, in either text alike.
    pub(super) n_around: u32,
}

/// A length or a place in a text.
pub(super) const fn small(length: usize) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "objects are smaller than 64 MiB"
    )]
    {
        length as u32
    }
}

impl Numbers {
    /// Forgets all lines; there is room for as many as texts of so many bytes are likely to have.
    pub(super) fn reset(&mut self, bytes: usize) {
        self.lines.clear();
        self.slots.clear();
        self.slots
            .resize((bytes / 16).next_power_of_two().clamp(64, 1 << 14), (0, 0));
    }

    /// The line of a number.
    pub(super) fn line<'a>(&self, number: u32, sides: [&'a [u8]; 2]) -> &'a [u8] {
        let line = &self.lines[number as usize];
        let start = line.start as usize;
        &sides[usize::from(line.is_after)][start..start + line.length as usize]
    }

    /// The number of a line, or the slot where it belongs.
    pub(super) fn find(&self, hash: u64, line: &[u8], sides: [&[u8]; 2]) -> Result<u32, usize> {
        let mask = self.slots.len() - 1;
        let (mut at, upper) = (small_hash(hash) & mask, small_hash(hash >> 32));
        loop {
            let (known, number) = self.slots[at];
            if number == 0 {
                return Err(at);
            }
            if known as usize == upper {
                let other = &self.lines[number as usize - 1];
                let side = sides[usize::from(other.is_after)];
                if equal(
                    &side[other.start as usize..(other.start + other.length) as usize],
                    line,
                ) {
                    return Ok(number - 1);
                }
            }
            at = (at + 1) & mask;
        }
    }

    /// The number of a line, a new one if need be.
    pub(super) fn number(
        &mut self,
        (line, hash): (&[u8], u64),
        start: usize,
        place: usize,
        is_after: bool,
        sides: [&[u8]; 2],
    ) -> u32 {
        match self.find(hash, line, sides) {
            Ok(number) => number,
            Err(slot) => {
                let first = if is_after { u32::MAX } else { small(place) };
                let (start, length) = (small(start), small(line.len()));
                self.lines.push(Known {
                    hash,
                    start,
                    length,
                    is_after,
                    first,
                    n_before: 0,
                    n_after: 0,
                    n_around: 0,
                });
                let number = small(self.lines.len());
                self.slots[slot] = (small(small_hash(hash >> 32)), number);
                if self.lines.len() * 2 > self.slots.len() {
                    self.grow();
                }
                number - 1
            }
        }
    }

    fn grow(&mut self) {
        let wanted = self.slots.len() * 4;
        self.slots.clear();
        self.slots.resize(wanted, (0, 0));
        let mask = wanted - 1;
        for (number, line) in (1..).zip(&self.lines) {
            let mut at = small_hash(line.hash) & mask;
            while self.slots[at].1 != 0 {
                at = (at + 1) & mask;
            }
            self.slots[at] = (small(small_hash(line.hash >> 32)), number);
        }
    }
}

const fn small_hash(hash: u64) -> usize {
    #[expect(clippy::cast_possible_truncation, reason = "the lower half is wanted")]
    {
        hash as u32 as usize
    }
}

/// Where the line that starts at a place ends, its feed included, and its hash: in one pass, a word at a time.
pub(super) fn line_end(text: &[u8], start: usize) -> (usize, u64) {
    const K: u64 = 0x9e37_79b9_7f4a_7c15;
    const LOW: u64 = 0x0101_0101_0101_0101;
    const FEEDS: u64 = LOW * b'\n' as u64;
    let mix = |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(K);
    let mut hash = 0;
    let (words, rest) = text[start..].as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let others = word ^ FEEDS;
        let feeds = others.wrapping_sub(LOW) & !others & (LOW << 7);
        if feeds != 0 {
            // Up to the highest bit of the first feed.
            let upto = feeds ^ (feeds - 1);
            hash = mix(hash, word & upto);
            let length = at * 8 + feeds.trailing_zeros() as usize / 8 + 1;
            return (start + length, hash ^ hash >> 32);
        }
        hash = mix(hash, word);
    }
    let (mut last, mut length) = (0, words.len() * 8);
    for &byte in rest {
        last |= u64::from(byte) << (8 * (length & 7));
        length += 1;
        if byte == b'\n' {
            break;
        }
    }
    hash = mix(hash, last);
    (start + length, hash ^ hash >> 32)
}
