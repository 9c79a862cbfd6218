//! Which deleted file became which added one: git's `-M` (half of the content), with git's own limits.
//!
//! Steps, each on what the one before left over: equal content (the same base name wins); files whose base name is unique
//! among the deleted and among the added ones, at three quarters of the content; the best pairs by content. The last step
//! is left out where there would be more than a million pairs to compare (git's `diff.renameLimit` of 1,000 squared).

use std::collections::HashMap;

use crate::git::objects::content::is_binary;
use crate::git::objects::tree::Side;

/// Pairs that the last step compares at most.
const MAX_PAIRS: usize = 1_000_000;
const MAX_SCORE: u64 = 60_000;
const MIN_SCORE: u64 = 30_000;
const MIN_BASENAME_SCORE: u64 = 45_000;
const CANDIDATES_PER_DESTINATION: usize = 4;

/// A deleted or an added file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'a> {
    /// Its path.
    pub(super) path: &'a [u8],
    /// Its content.
    pub(super) side: Side,
}

/// How often each chunk of a content occurs, in bytes: (hash, bytes), by hash.
type Chunks = Vec<(u32, u32)>;

/// What a content is compared by.
#[derive(Debug)]
pub(super) struct Fingerprint {
    size: u64,
    chunks: Chunks,
}

impl Fingerprint {
    /// The fingerprint of a content: it is cut after 64 bytes or at a line feed, and the pieces are hashed.
    pub(super) fn of(content: &[u8]) -> Self {
        const N_HASHES: u32 = 107_927;
        let is_text = !is_binary(content);
        let mut chunks = Chunks::with_capacity(content.len() / 24 + 1);
        let (mut low, mut high, mut length) = (0_u32, 0_u32, 0_u32);
        let mut bytes = content.iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            if is_text && byte == b'\r' && bytes.peek() == Some(&b'\n') {
                continue;
            }
            let old = low;
            low = (low << 7 ^ high >> 25).wrapping_add(u32::from(byte));
            high = high << 7 ^ old >> 25;
            length += 1;
            if length == 64 || byte == b'\n' {
                chunks.push((low.wrapping_add(high.wrapping_mul(0x61)) % N_HASHES, length));
                (low, high, length) = (0, 0, 0);
            }
        }
        if length > 0 {
            chunks.push((low.wrapping_add(high.wrapping_mul(0x61)) % N_HASHES, length));
        }
        chunks.sort_unstable();
        chunks.dedup_by(|next, kept| {
            let is_same = next.0 == kept.0;
            if is_same {
                kept.1 += next.1;
            }
            is_same
        });
        Self {
            size: content.len() as u64,
            chunks,
        }
    }

    /// How much of the larger of two contents is common, of 60,000.
    fn score(&self, other: &Self, minimum: u64) -> u64 {
        let (larger, smaller) = (self.size.max(other.size), self.size.min(other.size));
        if other.size == 0 || larger * (MAX_SCORE - minimum) < (larger - smaller) * MAX_SCORE {
            return 0;
        }
        let (mut copied, mut at) = (0_u64, 0);
        for &(hash, bytes) in &self.chunks {
            while other.chunks.get(at).is_some_and(|chunk| chunk.0 < hash) {
                at += 1;
            }
            match other.chunks.get(at) {
                Some(chunk) if chunk.0 == hash => {
                    copied += u64::from(bytes.min(chunk.1));
                    at += 1;
                }
                Some(_) => {}
                None => break,
            }
        }
        copied * MAX_SCORE / larger
    }
}

fn basename(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or(path)
}

/// Finds the renames: pairs of indices into `deleted` and `added`.
///
/// `fingerprint` is asked at most once for each file, and only for regular ones; `None` where its content cannot be read.
pub(super) fn renames(
    deleted: &[Candidate<'_>],
    added: &[Candidate<'_>],
    mut fingerprint: impl FnMut(Side) -> Option<Fingerprint>,
) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let mut is_source_used = vec![false; deleted.len()];
    let mut is_found = vec![false; added.len()];
    exact(deleted, added, &mut |source, destination| {
        take(&mut is_source_used, source);
        take(&mut is_found, destination);
        pairs.push((source, destination));
    });
    if pairs.len() == deleted.len() || pairs.len() == added.len() {
        return pairs;
    }
    let mut prints = Prints {
        deleted,
        added,
        of_deleted: deleted.iter().map(|_| Print::Unasked).collect(),
        of_added: added.iter().map(|_| Print::Unasked).collect(),
        fingerprint: &mut fingerprint,
    };
    for (source, destination) in unique_basenames(deleted, added, &is_source_used, &is_found) {
        if prints.score(source, destination, MIN_BASENAME_SCORE) >= MIN_BASENAME_SCORE {
            take(&mut is_source_used, source);
            take(&mut is_found, destination);
            pairs.push((source, destination));
        }
    }
    let free = |used: &[bool]| -> Vec<usize> {
        used.iter()
            .enumerate()
            .filter(|(_, used)| !**used)
            .map(|(at, _)| at)
            .collect()
    };
    let (sources, destinations) = (free(&is_source_used), free(&is_found));
    if sources.len().saturating_mul(destinations.len()) > MAX_PAIRS {
        return pairs;
    }
    let mut scored: Vec<Scored> = Vec::new();
    for &destination in &destinations {
        let mut best = Best::default();
        for &source in &sources {
            let score = prints.score(source, destination, MIN_SCORE);
            let has_same_name = match (deleted.get(source), added.get(destination)) {
                (Some(source), Some(destination)) => {
                    basename(source.path) == basename(destination.path)
                }
                _ => false,
            };
            best.offer((score, has_same_name, source, destination));
        }
        scored.extend(best.0);
    }
    scored.retain(|&(score, ..)| score >= MIN_SCORE);
    scored.sort_by_key(|&(score, has_same_name, ..)| std::cmp::Reverse((score, has_same_name)));
    for (_, _, source, destination) in scored {
        let is_free = |flags: &[bool], at: usize| flags.get(at) == Some(&false);
        if is_free(&is_source_used, source) && is_free(&is_found, destination) {
            take(&mut is_source_used, source);
            take(&mut is_found, destination);
            pairs.push((source, destination));
        }
    }
    pairs
}

/// Score, whether the base names are equal, source, destination.
type Scored = (u64, bool, usize, usize);

/// The best few sources of a destination, each in the place of the one it beat: that decides among equals, as in git.
#[derive(Default)]
struct Best(Vec<Scored>);

impl Best {
    fn offer(&mut self, next: Scored) {
        let rank = |&(score, has_same_name, ..): &Scored| (score, has_same_name);
        if self.0.len() < CANDIDATES_PER_DESTINATION {
            self.0.push(next);
        } else if let Some(worst) = self.0.iter_mut().min_by_key(|known| rank(known))
            && rank(worst) < rank(&next)
        {
            *worst = next;
        }
    }
}

fn take(flags: &mut [bool], at: usize) {
    if let Some(flag) = flags.get_mut(at) {
        *flag = true;
    }
}

fn exact(deleted: &[Candidate<'_>], added: &[Candidate<'_>], found: &mut dyn FnMut(usize, usize)) {
    /// Sources with the same content that are looked at before git settles for one.
    const MAX_ALTERNATIVES: usize = 100;
    let mut by_content: HashMap<_, Vec<usize>> = HashMap::new();
    for (at, candidate) in deleted.iter().enumerate() {
        by_content.entry(candidate.side.id).or_default().push(at);
    }
    let mut is_used = vec![false; deleted.len()];
    for (destination, candidate) in added.iter().enumerate() {
        let Some(sources) = by_content.get(&candidate.side.id) else {
            continue;
        };
        let mut best: Option<(bool, usize)> = None;
        let mut n_seen = 0;
        for &source in sources {
            let Some(other) = deleted.get(source) else {
                continue;
            };
            let are_regular = other.side.mode.is_regular() && candidate.side.mode.is_regular();
            if is_used.get(source) == Some(&true)
                || !are_regular && other.side.mode != candidate.side.mode
            {
                continue;
            }
            let has_same_name = basename(other.path) == basename(candidate.path);
            if best.is_none_or(|(best, _)| has_same_name && !best) {
                best = Some((has_same_name, source));
            }
            n_seen += 1;
            if has_same_name || n_seen == MAX_ALTERNATIVES {
                break;
            }
        }
        if let Some((_, source)) = best {
            take(&mut is_used, source);
            found(source, destination);
        }
    }
}

fn unique_basenames(
    deleted: &[Candidate<'_>],
    added: &[Candidate<'_>],
    is_source_used: &[bool],
    is_found: &[bool],
) -> Vec<(usize, usize)> {
    let unique = |files: &[Candidate<'_>], taken: &[bool]| {
        let mut places = HashMap::new();
        for (at, file) in files.iter().enumerate() {
            if taken.get(at) == Some(&false) {
                places
                    .entry(basename(file.path).to_vec())
                    .and_modify(|place| *place = None)
                    .or_insert(Some(at));
            }
        }
        places
    };
    let (sources, destinations) = (unique(deleted, is_source_used), unique(added, is_found));
    let mut pairs: Vec<_> = sources
        .iter()
        .filter_map(|(name, source)| Some(((*source)?, (*destinations.get(name)?)?)))
        .collect();
    pairs.sort_unstable();
    pairs
}

/// A fingerprint that is made when it is first asked for.
enum Print {
    Unasked,
    Unreadable,
    Made(Fingerprint),
}

impl Print {
    fn get(&mut self, make: impl FnOnce() -> Option<Fingerprint>) -> Option<&Fingerprint> {
        if matches!(self, Self::Unasked) {
            *self = make().map_or(Self::Unreadable, Self::Made);
        }
        if let Self::Made(print) = self {
            Some(print)
        } else {
            None
        }
    }
}

struct Prints<'a, F> {
    deleted: &'a [Candidate<'a>],
    added: &'a [Candidate<'a>],
    of_deleted: Vec<Print>,
    of_added: Vec<Print>,
    fingerprint: &'a mut F,
}

impl<F: FnMut(Side) -> Option<Fingerprint>> Prints<'_, F> {
    fn score(&mut self, source: usize, destination: usize, minimum: u64) -> u64 {
        let (Some(one), Some(two)) = (self.deleted.get(source), self.added.get(destination)) else {
            return 0;
        };
        if !one.side.mode.is_regular() || !two.side.mode.is_regular() {
            return 0;
        }
        let (Some(before), Some(after)) = (
            self.of_deleted.get_mut(source),
            self.of_added.get_mut(destination),
        ) else {
            return 0;
        };
        let before = before.get(|| (self.fingerprint)(one.side));
        let after = after.get(|| (self.fingerprint)(two.side));
        match (before, after) {
            (Some(before), Some(after)) => before.score(after, minimum),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use gix::ObjectId;

    use super::*;
    use crate::git::objects::tree::Mode;

    fn files<'a>(named: &[(&'a str, &str)]) -> (Vec<Candidate<'a>>, HashMap<ObjectId, String>) {
        let mut contents = HashMap::new();
        let candidates = named
            .iter()
            .map(|(path, content)| {
                let id = gix::objs::compute_hash(
                    gix::hash::Kind::Sha1,
                    gix::objs::Kind::Blob,
                    content.as_bytes(),
                )
                .unwrap();
                contents.insert(id, (*content).to_owned());
                Candidate {
                    path: path.as_bytes(),
                    side: Side {
                        mode: Mode::File,
                        id,
                    },
                }
            })
            .collect();
        (candidates, contents)
    }

    #[track_caller]
    fn check(deleted: &[(&str, &str)], added: &[(&str, &str)], expected: &[(usize, usize)]) {
        let (deleted, mut contents) = files(deleted);
        let (added, more) = files(added);
        contents.extend(more);
        let mut got = renames(&deleted, &added, |side| {
            Some(Fingerprint::of(contents.get(&side.id)?.as_bytes()))
        });
        got.sort_unstable();
        assert_eq!(got, expected);
    }

    #[test]
    fn equal_content_is_a_rename_and_the_same_base_name_wins() {
        check(
            &[("a/x", "one\n"), ("b/y", "one\n")],
            &[("c/y", "one\n")],
            &[(1, 0)],
        );
        check(
            &[("a/x", "one\n"), ("b/z", "one\n")],
            &[("c/y", "one\n")],
            &[(0, 0)],
        );
        check(
            &[("a", "one\n")],
            &[("b", "one\n"), ("c", "one\n")],
            &[(0, 0)],
        );
    }

    #[test]
    fn half_of_the_content_makes_a_rename() {
        check(
            &[("a", "1\n2\n3\n4\n")],
            &[("b", "1\n2\n3\n5\n")],
            &[(0, 0)],
        );
        check(&[("a", "1\n2\n3\n4\n")], &[("b", "1\n6\n7\n5\n")], &[]);
        check(&[("a", "")], &[("b", "x\n")], &[]);
    }

    #[test]
    fn a_unique_base_name_is_tried_before_better_content() {
        let base = "1\n2\n3\n4\n5\n6\n7\n8\n";
        let near = "1\n2\n3\n4\n5\n6\n7\n9\n";
        check(
            &[("a/x", base)],
            &[("b/x", near), ("c/z", "1\n2\n3\n4\n5\n6\n7\n8\n\n")],
            &[(0, 0)],
        );
    }
}
