//! Deltas: objects told as changes of others.

use super::object::{MAX_OBJECT_BYTES, Unreadable};

/// A base object changed as a delta says: sizes of base and result, then copy and insert instructions.
///
/// `buffer` gives the empty bytes to write to.
pub(super) fn apply_delta(
    base: &[u8],
    delta: &[u8],
    buffer: impl FnOnce(u64) -> Vec<u8>,
) -> Result<Vec<u8>, Unreadable> {
    let mut rest = delta;
    let base_size = size_prefix(&mut rest)?;
    let result_size = size_prefix(&mut rest)?;
    if base_size != base.len() as u64 {
        return Err(Unreadable::Corrupt);
    }
    if result_size > MAX_OBJECT_BYTES {
        return Err(Unreadable::TooLarge);
    }
    let mut out = buffer(result_size);
    let result_size = usize::try_from(result_size).map_err(|_| Unreadable::TooLarge)?;
    while let Some((&command, after)) = rest.split_first() {
        rest = after;
        if command & 0x80 == 0 {
            let (literal, after) = rest
                .split_at_checked(usize::from(command))
                .ok_or(Unreadable::Corrupt)?;
            if command == 0 {
                return Err(Unreadable::Corrupt);
            }
            out.extend_from_slice(literal);
            rest = after;
        } else {
            let mut number = |bits: u8| {
                let mut value = 0_usize;
                for at in 0..8 {
                    if bits & (1 << at) != 0 {
                        let (&byte, after) = rest.split_first()?;
                        value |= usize::from(byte) << (8 * at);
                        rest = after;
                    }
                }
                Some(value)
            };
            let offset = number(command & 0x0f).ok_or(Unreadable::Corrupt)?;
            let size = number(command >> 4 & 0x07).ok_or(Unreadable::Corrupt)?;
            let size = if size == 0 { 0x10000 } else { size };
            let copied = base.get(offset..offset + size).ok_or(Unreadable::Corrupt)?;
            out.extend_from_slice(copied);
        }
        if out.len() > result_size {
            return Err(Unreadable::Corrupt);
        }
    }
    if out.len() == result_size {
        Ok(out)
    } else {
        Err(Unreadable::Corrupt)
    }
}

fn size_prefix(rest: &mut &[u8]) -> Result<u64, Unreadable> {
    let mut size = 0_u64;
    for shift in (0..63).step_by(7) {
        let (&byte, after) = rest.split_first().ok_or(Unreadable::Corrupt)?;
        *rest = after;
        size |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(size);
        }
    }
    Err(Unreadable::Corrupt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delta_copies_and_inserts() {
        let check = |base: &[u8], delta: &[u8], expected: Result<&[u8], Unreadable>| {
            assert_eq!(
                apply_delta(base, delta, |_| Vec::new()),
                expected.map(<[u8]>::to_vec),
                "{delta:?}"
            );
        };
        check(
            b"hello world",
            &[11, 7, 0x90, 5, 2, b'!', b'?'],
            Ok(b"hello!?"),
        );
        check(b"abc", &[3, 2, 0x91, 1, 2], Ok(b"bc"));
        check(b"abc", &[3, 2, 0x91, 2, 2], Err(Unreadable::Corrupt));
        check(b"abc", &[4, 2, 0x90, 2], Err(Unreadable::Corrupt));
        check(b"abc", &[3, 9, 0x90, 2], Err(Unreadable::Corrupt));
        check(b"abc", &[3, 1, 0], Err(Unreadable::Corrupt));
        check(b"abc", &[3], Err(Unreadable::Corrupt));
        check(
            b"abc",
            &[3, 0xff, 0xff, 0xff, 0xff, 0x0f, 1],
            Err(Unreadable::TooLarge),
        );
    }
}
