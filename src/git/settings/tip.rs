//! What the tip's tree says of people and paths: `.mailmap`, `.git-blame-ignore-revs`, `.gitattributes`, CODEOWNERS.

use gix::ObjectId;
use gix::bstr::ByteSlice;

use super::attributes::MAX_ATTRIBUTES_BYTES;
use super::notes;
use crate::domain::codeowners::{CODEOWNERS_MAX_BYTES, CODEOWNERS_PLACES};
use crate::domain::{AgentNote, CodeownersLine, Gap, parse_codeowners};
use crate::git::clone::refs::peel;
use crate::git::diff::trees::Differ;
use crate::git::objects::commit;
use crate::git::objects::content::content;
use crate::git::objects::reader::Reader;
use crate::git::objects::tree::Side;

/// Files of the tip that say how history is to be read.
const MAILMAP: &[u8] = b".mailmap";
const IGNORED_REVISIONS: &[u8] = b".git-blame-ignore-revs";
const ATTRIBUTES: &[u8] = b".gitattributes";

/// What the tip's tree says.
#[derive(Default)]
pub(in crate::git) struct Settings {
    pub(in crate::git) mailmap: gix::mailmap::Snapshot,
    /// Revisions that pass their lines on, sorted.
    pub(in crate::git) ignored: Vec<ObjectId>,
    /// Directory and content of every attribute file, outermost first.
    pub(in crate::git) attributes: Vec<(Vec<u8>, Vec<u8>)>,
    /// Lines of the CODEOWNERS file that GitHub would read.
    pub(in crate::git) codeowners: Vec<CodeownersLine>,
    /// Every path of the tip.
    pub(in crate::git) paths: Vec<Vec<u8>>,
    /// Commits of which a note says that agents wrote lines.
    pub(in crate::git) notes: Vec<AgentNote>,
}

impl Settings {
    /// Reads the tip's tree; what cannot be read is a gap.
    pub(in crate::git) fn of_tip(
        reader: &mut Reader<'_>,
        repository: &gix::Repository,
        tip: Option<ObjectId>,
    ) -> (Self, Vec<Gap>) {
        let mut settings = Self::default();
        let mut gaps = Vec::new();
        let Some(tip) = tip else {
            return (settings, gaps);
        };
        settings.notes = notes::of_agents(reader, repository);
        let gap = |kind: &str, subject: String, reason: &str| Gap {
            repository: None,
            kind: kind.to_owned(),
            subject,
            reason: reason.to_owned(),
        };
        let tree = match reader.read(&tip).map(|object| commit::parse(&object.bytes)) {
            Ok(Some(parsed)) => parsed.tree,
            Ok(None) => {
                gaps.push(gap("commit", tip.to_string(), "corrupt_object"));
                return (settings, gaps);
            }
            Err(why) => {
                gaps.push(gap("commit", tip.to_string(), why.word()));
                return (settings, gaps);
            }
        };
        let mut differ = Differ::new(reader, repository.object_hash());
        differ.compare(None, Some(&tree));
        let files = std::mem::take(&mut differ.differences);
        gaps.extend(
            differ
                .holes
                .iter()
                .map(|(id, why)| gap("tree", id.to_string(), why.word())),
        );
        let codeowners = codeowners_place(|place| files.iter().any(|file| file.path == place));
        let mut wanted: Vec<(Vec<u8>, Side)> = Vec::new();
        for file in files {
            let name = file
                .path
                .rsplit(|&byte| byte == b'/')
                .next()
                .unwrap_or_default();
            if let Some(side) = file.after.filter(|side| side.mode.is_regular())
                && (name == ATTRIBUTES
                    || file.path == MAILMAP
                    || file.path == IGNORED_REVISIONS
                    || codeowners.is_some_and(|place| file.path == place))
            {
                wanted.push((file.path.clone(), side));
            }
            settings.paths.push(file.path);
        }
        for (path, side) in wanted {
            let most = if codeowners.is_some_and(|place| path == place) {
                CODEOWNERS_MAX_BYTES
            } else {
                MAX_ATTRIBUTES_BYTES
            };
            let content = match content(reader, side) {
                Ok(content) if content.len() <= most => content,
                Ok(_) => {
                    gaps.push(gap(
                        "settings",
                        path.to_str_lossy().into_owned(),
                        "too_large",
                    ));
                    continue;
                }
                Err(why) => {
                    gaps.push(gap(
                        "settings",
                        path.to_str_lossy().into_owned(),
                        why.word(),
                    ));
                    continue;
                }
            };
            if path == MAILMAP {
                settings.mailmap = gix::mailmap::Snapshot::from_bytes(&content);
            } else if path == IGNORED_REVISIONS {
                let (ignored, unreadable) = ignored_revisions(&content, repository);
                settings.ignored = ignored;
                gaps.extend(unreadable.map(|place| gap("settings", place, "unreadable_entry")));
            } else if codeowners.is_some_and(|place| path == place) {
                settings.codeowners =
                    parse_codeowners(&path.to_str_lossy(), &content.to_str_lossy());
            } else {
                let directory = path.strip_suffix(ATTRIBUTES).unwrap_or_default();
                settings.attributes.push((
                    directory.strip_suffix(b"/").unwrap_or(directory).to_vec(),
                    content.to_vec(),
                ));
            }
        }
        settings.attributes.sort_by_key(|(directory, _)| {
            directory.split(|&byte| byte == b'/').count() - usize::from(directory.is_empty())
        });
        (settings, gaps)
    }
}

/// The CODEOWNERS file that counts: the first place that exists, even where it is too large or broken.
fn codeowners_place(exists: impl Fn(&[u8]) -> bool) -> Option<&'static [u8]> {
    CODEOWNERS_PLACES
        .into_iter()
        .map(str::as_bytes)
        .find(|place| exists(place))
}

/// Full ids, one a line; `#` starts a comment. An annotated tag stands for its commit. The second: where the lines are that are
/// no full id, at which git stops.
fn ignored_revisions(
    content: &[u8],
    repository: &gix::Repository,
) -> (Vec<ObjectId>, Option<String>) {
    let mut ids = Vec::new();
    let mut unreadable = Vec::new();
    for (number, line) in (1_usize..).zip(content.lines()) {
        let entry = line.split(|&byte| byte == b'#').next().unwrap_or_default();
        match ObjectId::from_hex(entry.trim_ascii()) {
            _ if entry.trim_ascii().is_empty() => {}
            Ok(id) if id.kind() == repository.object_hash() => {
                ids.push(peel(repository, id));
            }
            _ => unreadable.push(number),
        }
    }
    ids.sort_unstable();
    ids.dedup();
    let name = IGNORED_REVISIONS.to_str_lossy();
    let told = unreadable.first().map(|first| match unreadable.len() {
        1 => format!("{name}, line {first}"),
        n => format!("{name}, line {first} and {} more", n - 1),
    });
    (ids, told)
}
