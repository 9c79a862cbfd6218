//! The texts of the lines that a comparison found changed.

use super::LineDiffer;

impl LineDiffer {
    /// The lines of a text that the last comparison found changed, in order: of the second text, or of the first one.
    pub(in crate::git) fn changed_lines<'t>(
        &self,
        text: &'t [u8],
        is_second: bool,
        mut each: impl FnMut(&'t [u8]),
    ) {
        let (mut line, mut at) = (self.n_head, self.trimmed.0);
        let end_of = |at: usize| {
            let rest = text.get(at..).unwrap_or_default();
            memchr::memchr(b'\n', rest).map_or(text.len(), |feed| at + feed + 1)
        };
        for hunk in &self.hunks {
            let (from, n) = if is_second {
                (hunk.after, hunk.n_after)
            } else {
                (hunk.before, hunk.n_before)
            };
            // A hunk that was slid back begins before the middle.
            while line > from && at > 0 {
                let above = text.get(..at - 1).unwrap_or_default();
                at = memchr::memrchr(b'\n', above).map_or(0, |feed| feed + 1);
                line -= 1;
            }
            while line < from {
                at = end_of(at);
                line += 1;
            }
            for _ in 0..n {
                let end = end_of(at);
                each(text.get(at..end).unwrap_or_default());
                at = end;
                line += 1;
            }
        }
    }
}
