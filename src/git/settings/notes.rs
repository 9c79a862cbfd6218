//! Notes that say which lines of a commit an agent wrote: `refs/notes/ai`, where it was fetched, as the git-ai standard 3.0.0
//! lays it down. A note alone says nothing, since the tool writes one for people's commits too.

use gix::ObjectId;

use crate::domain::AgentNote;
use crate::git::diff::trees::Differ;
use crate::git::objects::commit;
use crate::git::objects::content::content;
use crate::git::objects::id::commit_id;
use crate::git::objects::reader::Reader;

const NOTES: &str = "refs/notes/ai";

/// Longer ones are none that the tool writes.
const MOST_BYTES: usize = 1 << 20;

/// The commit that the notes are at; `None`: the clone has none.
pub(in crate::git) fn tip(repository: &gix::Repository) -> Option<ObjectId> {
    let mut found = repository.try_find_reference(NOTES).ok().flatten()?;
    Some(found.peel_to_id().ok()?.detach())
}

/// The commits of which agents wrote lines, sorted. What cannot be read tells nothing.
pub(in crate::git) fn of_agents(
    reader: &mut Reader<'_>,
    repository: &gix::Repository,
) -> Vec<AgentNote> {
    let Some(tip) = tip(repository) else {
        return Vec::new();
    };
    let parsed = reader.read(&tip).ok();
    let Some(parsed) = parsed.and_then(|object| commit::parse(&object.bytes)) else {
        return Vec::new();
    };
    let mut differ = Differ::new(reader, repository.object_hash());
    differ.compare(None, Some(&parsed.tree));
    let files = std::mem::take(&mut differ.differences);
    let mut notes = Vec::new();
    for file in files {
        // Directories only spread the names.
        let name: Vec<u8> = file.path.into_iter().filter(|byte| *byte != b'/').collect();
        let id = ObjectId::from_hex(&name).ok();
        let side = file.after.filter(|side| side.mode.is_regular());
        let (Some(commit), Some(side)) = (id.and_then(|id| commit_id(&id)), side) else {
            continue;
        };
        let bytes = content(reader, side).ok();
        let bytes = bytes.filter(|bytes| bytes.len() <= MOST_BYTES);
        let text = bytes
            .as_ref()
            .and_then(|bytes| std::str::from_utf8(bytes).ok());
        if let Some((tool, model)) = text.and_then(agent_of) {
            notes.push(AgentNote {
                commit,
                tool,
                model,
            });
        }
    }
    notes.sort();
    notes
}

/// The tool and the model of the first agent that lines are put down to.
fn agent_of(note: &str) -> Option<(String, Option<String>)> {
    let (lines, told) = note.split_once("\n---\n")?;
    let told: serde_json::Value = serde_json::from_str(told).ok()?;
    // A line of a file: who (`session::turn`, or the older `prompt`), and which lines.
    let attested = lines.lines().filter_map(|line| {
        let who = line.strip_prefix("  ")?.split_whitespace().next()?;
        who.split("::").next()
    });
    attested.filter(|who| !who.is_empty()).find_map(|who| {
        let of = |kind: &str| told.get(kind)?.get(who)?.get("agent_id");
        let agent = of("sessions").or_else(|| of("prompts"))?;
        let text = |key: &str| agent.get(key)?.as_str().map(str::to_owned);
        let model = text("model").filter(|model| !model.is_empty() && model != "unknown");
        Some((text("tool")?, model))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_tells_of_an_agent_only_where_lines_are_put_down_to_one() {
        let check = |lines: &str, told: &str, expected: Option<(&str, Option<&str>)>| {
            let found = agent_of(&format!("{lines}\n---\n{told}"));
            let found = found
                .as_ref()
                .map(|(tool, model)| (tool.as_str(), model.as_deref()));
            assert_eq!(found, expected, "{lines} {told}");
        };
        let session = r#"{"prompts":{},"humans":{"h_1":{"author":"A"}},
            "sessions":{"s_1":{"agent_id":{"tool":"cursor","id":"x","model":"claude-sonnet-4-5"}}}}"#;
        let prompt = r#"{"prompts":{"abcd1234":{"agent_id":{"tool":"claude","model":"unknown"}}}}"#;
        check(
            "a.rs\n  s_1::t_2 1-10",
            session,
            Some(("cursor", Some("claude-sonnet-4-5"))),
        );
        check(
            "a.rs\n  h_1 1-10\n  s_1::t_2 11",
            session,
            Some(("cursor", Some("claude-sonnet-4-5"))),
        );
        check("a.rs\n  abcd1234 1-50", prompt, Some(("claude", None)));
        check("a.rs\n  h_1 1-10", session, None);
        check("", session, None);
        check("a.rs\n  s_9::t_2 1-10", session, None);
        check("a.rs\n  s_1::t_2 1-10", "not json", None);
    }
}
