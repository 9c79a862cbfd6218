//! What two texts begin and end with in common.

/// How many bytes of whole lines two texts share at the start and at the end.
pub(super) fn trim(before: &[u8], after: &[u8]) -> (usize, usize) {
    let mut head = common_head(before, after);
    if head == before.len() && head == after.len() {
        return (head, 0);
    }
    // Back to a line's start. A last line without a feed is a line of its own kind.
    let same = before.get(..head).unwrap_or_default();
    head = same
        .iter()
        .rposition(|&byte| byte == b'\n')
        .map_or(0, |at| at + 1);
    let (rest_before, rest_after) = (
        before.get(head..).unwrap_or_default(),
        after.get(head..).unwrap_or_default(),
    );
    let mut tail = common_tail(rest_before, rest_after);
    let starts_line = |rest: &[u8], tail: usize| {
        let at = rest.len() - tail;
        at == 0 || rest.get(at - 1) == Some(&b'\n')
    };
    if tail > 0 && !(starts_line(rest_before, tail) && starts_line(rest_after, tail)) {
        let same = rest_before
            .get(rest_before.len() - tail..)
            .unwrap_or_default();
        tail -= same
            .iter()
            .position(|&byte| byte == b'\n')
            .map_or(tail, |at| at + 1);
    }
    (head, tail)
}

/// The length of the bytes that two slices start with in common.
pub(super) fn common_head(a: &[u8], b: &[u8]) -> usize {
    const NEAR: usize = 128;
    let near = words_in_common(&a[..a.len().min(NEAR)], &b[..b.len().min(NEAR)]);
    if near < NEAR {
        return near;
    }
    let mut done = near;
    // Large blocks are compared as fast as memory allows; words find the place.
    for block in [2048, 256] {
        let (rest_a, rest_b) = (&a[done..], &b[done..]);
        let equal = rest_a
            .chunks_exact(block)
            .zip(rest_b.chunks_exact(block))
            .take_while(|(a, b)| a == b)
            .count();
        done += equal * block;
    }
    done + words_in_common(&a[done..], &b[done..])
}

/// The length of the bytes that two slices start with in common, a word at a time.
fn words_in_common(a: &[u8], b: &[u8]) -> usize {
    let ((words_a, _), (words_b, _)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut done = 0;
    for (a, b) in words_a.iter().zip(words_b) {
        let differing = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        if differing != 0 {
            return done + differing.trailing_zeros() as usize / 8;
        }
        done += 8;
    }
    done + a[done..]
        .iter()
        .zip(&b[done..])
        .take_while(|(a, b)| a == b)
        .count()
}

/// The length of the bytes that two slices end with in common.
pub(super) fn common_tail(a: &[u8], b: &[u8]) -> usize {
    let mut done = 0;
    for block in [2048, 256] {
        let (rest_a, rest_b) = (&a[..a.len() - done], &b[..b.len() - done]);
        let equal = rest_a
            .rchunks_exact(block)
            .zip(rest_b.rchunks_exact(block))
            .take_while(|(a, b)| a == b)
            .count();
        done += equal * block;
    }
    let (rest_a, rest_b) = (&a[..a.len() - done], &b[..b.len() - done]);
    let ((_, words_a), (_, words_b)) = (rest_a.as_rchunks::<8>(), rest_b.as_rchunks::<8>());
    for (a, b) in words_a.iter().rev().zip(words_b.iter().rev()) {
        let differing = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        if differing != 0 {
            return done + differing.leading_zeros() as usize / 8;
        }
        done += 8;
    }
    let (rest_a, rest_b) = (&a[..a.len() - done], &b[..b.len() - done]);
    done + rest_a
        .iter()
        .rev()
        .zip(rest_b.iter().rev())
        .take_while(|(a, b)| a == b)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_head_ends_at_the_first_different_byte() {
        let check = |a: &[u8], b: &[u8], expected| assert_eq!(common_head(a, b), expected);
        check(b"", b"", 0);
        check(b"abc", b"abd", 2);
        check(&[7; 200], &[7; 130], 130);
        let mut other = [7; 200];
        other[131] = 8;
        check(&[7; 200], &other, 131);
    }
}
