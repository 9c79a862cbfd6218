//! The form of one incident: what the record knows of it, and what is left for people to write.

use jiff::Timestamp;

use super::parts::Parts;
use super::{key_of, timeline};
use crate::domain::{Attribution, Elapsed, NoCause, ResolvedFrom, Rung, StartedFrom};
use crate::evidence::Page;
use crate::evidence::lead::book::{Book, coded, count, labelled, listed, not_observed, paragraph};
use crate::evidence::measures::amount;
use crate::report::document::{Block, Span};
use crate::report::quantity;
use crate::report::table::{Column, Table, TableCell};
use crate::work::delivery::actions::{self, Action, Done, DueFrom, Standing};
use crate::work::delivery::incidents::Placed;
use crate::work::delivery::response::{CoordinatorFrom, Response, Tie};
use crate::work::{Need, Reading};

const INTRO: &str = "A postmortem form, filled in as far as the record goes; what is blank is for those who were there. Roles are those of \
                     the response. A linked change says how the system answered: a deployment shipped it, and no person is a cause.";

/// What GitHub keeps and linchpin does not read, and how the rest is tied.
const METHOD: [&str; 4] = [
    "Clocks: the register's entry, else the fields “Start time” and “Resolved time” of the issue, else the label “resolved”, the \
     deployment of the fix, the issue's opening and closing.",
    "Coordinated: whom the register's entry names as coordinator; without that, whoever alone is assigned to the issue and wrote in it.",
    "Postmortem: the first document of that kind whose pull request mentions or closes the issue; else one whose file is called after \
     the issue's number; else after the day of the start, where no other incident started on it.",
    "Follow-up actions: the boxes of the issue's checklists, and issues of the same repository that were opened later and mention it. \
     Sub-issues, mentions from other repositories and chats are not observed. When a box was ticked is not observed either. A due date \
     is “Due: 2026-04-08” in the action's issue, “due 2026-04-08” behind its box, or its milestone's last day.",
];

pub(super) fn page(
    book: &Book<'_>,
    reading: &Reading<'_>,
    parts: &Parts<'_>,
    placed: &Placed,
    stem: String,
) -> Page {
    let key = key_of(placed);
    let empty = Response::default();
    let response = parts.responses.get(key).unwrap_or(&empty);
    let heading = |title: &str| Block::Heading(1, vec![Span::text(title)]);
    let mut blocks = vec![
        Block::Bullets(head(book, parts, placed, response)),
        heading("Clocks"),
        Block::Bullets(clocks(book, reading, placed, response)),
        heading("People by role"),
        Block::Bullets(roles(book, parts, placed, response)),
        heading("Detection"),
    ];
    blocks.extend(detection(book, parts, placed));
    blocks.push(heading("Timeline"));
    if parts.unshipped.is_some() {
        blocks.push(paragraph(
            "Not observed: deployments; the reason stands under the linked change.",
        ));
    }
    blocks.extend(timeline::blocks(book, parts, placed));
    blocks.push(heading("Linked change"));
    blocks.extend(linked(book, parts, placed));
    blocks.push(heading("Follow-up actions"));
    blocks.extend(follow_up(book, reading, parts, placed, response));
    blocks.push(heading("Yours to write"));
    for label in [
        "Impact",
        "Root cause",
        "What helped, what was missing",
        "Lessons",
        "Next steps",
    ] {
        blocks.push(Block::Blank {
            label: label.to_owned(),
            prompt: "[yours to write]".to_owned(),
        });
    }
    blocks.push(heading("How this is made"));
    let method = METHOD.into_iter().map(|text| vec![Span::text(text)]);
    blocks.push(Block::Bullets(method.collect()));
    let name = book.sources.repository_name(key.0);
    let called = format!("Incident {name}{}{}", key.1, title(placed));
    book.document(stem, called, INTRO, blocks)
}

/// ` “Title”`; nothing where the register alone knows the incident.
pub(super) fn title(placed: &Placed) -> String {
    match placed.title.trim() {
        "" => String::new(),
        title => format!(" “{title}”"),
    }
}

/// `resolved 1.7 h after it started`.
pub(super) fn restored(placed: &Placed) -> String {
    let incident = &placed.incident;
    match incident.resolved_at {
        None if incident.closed_at.is_some() => "closed, not known to be resolved".to_owned(),
        None => "not resolved yet".to_owned(),
        Some(at) => match Elapsed::between(incident.started_at, at) {
            Some(after) => format!("resolved {} after it started", hours(after)),
            None => "resolved before it started, by what was written down".to_owned(),
        },
    }
}

fn hours(elapsed: Elapsed) -> String {
    quantity::hours(elapsed.hours())
}

fn head(
    book: &Book<'_>,
    parts: &Parts<'_>,
    placed: &Placed,
    response: &Response,
) -> Vec<Vec<Span>> {
    let known = parts.known.get(&key_of(placed));
    let page = [parts.page(book, placed), Span::text(title(placed))];
    let mut lines = vec![labelled("Issue", page)];
    let told = known
        .and_then(|known| known.entry)
        .is_some_and(|entry| entry.severity.is_some());
    let severity = match &placed.incident.severity {
        None => "[not declared]".to_owned(),
        Some(word) if told => format!("“{word}”, by the register"),
        Some(word) => format!("“{word}”, by the issue's label"),
    };
    lines.push(labelled("Severity", [Span::text(severity)]));
    let coordinator = match response.coordinator {
        Some((person, CoordinatorFrom::Register)) => {
            format!("{}, by the register", book.name(person))
        }
        Some((person, CoordinatorFrom::Assigned)) => format!(
            "{}, to whom alone the issue is assigned, and who wrote in it",
            book.name(person)
        ),
        None => "not known: the register names nobody, and the issue is not assigned to one person who wrote in it; an entry \
                 `[[incident]]` with `coordinator` says who it was"
            .to_owned(),
    };
    lines.push(labelled("Coordinated by", coded(&coordinator)));
    if let Some(updates) = &response.updates {
        let n = count(usize::try_from(updates.n).unwrap_or(usize::MAX), "update");
        let until = if updates.ended_at.is_some() {
            "until it was resolved"
        } else {
            "so far"
        };
        lines.push(labelled(
            "Updates by the coordinator",
            [Span::text(format!(
                "{n} from the opening {until}, longest gap {}",
                hours(updates.longest)
            ))],
        ));
    }
    lines
}

/// Started, resolved, closed, and the postmortem after the second.
fn clocks(
    book: &Book<'_>,
    reading: &Reading<'_>,
    placed: &Placed,
    response: &Response,
) -> Vec<Vec<Span>> {
    let incident = &placed.incident;
    let from = match incident.started_from {
        StartedFrom::Register => "by the register",
        StartedFrom::Body => "by the issue's text",
        StartedFrom::Opened => "the issue's opening stands for it: nobody wrote down when it began",
    };
    let started = format!("{}, {from}", book.minute(incident.started_at));
    let resolved = match (incident.resolved_at, incident.resolved_from) {
        (Some(at), Some(from)) => {
            let from = match from {
                ResolvedFrom::Register => "by the register",
                ResolvedFrom::Body => "by the issue's text",
                ResolvedFrom::Label => "when the label “resolved” was put on",
                ResolvedFrom::Deployment => "when the linked fix was in production",
                ResolvedFrom::Closed => "the issue's closing stands for it",
            };
            let after = Elapsed::between(incident.started_at, at);
            let after = after.map_or_else(String::new, |after| {
                format!(", {} after the start", hours(after))
            });
            format!("{}, {from}{after}", book.minute(at))
        }
        _ => format!("not by {}", book.today()),
    };
    let closed = match (incident.closed_at, incident.resolved_at) {
        (None, _) => format!("open on {}", book.today()),
        (Some(at), resolved_at) => {
            let between = resolved_at.map(|resolved| (resolved, at));
            let words = match between {
                Some((resolved, closed)) if closed < resolved => {
                    ", before it was resolved".to_owned()
                }
                Some((resolved, closed)) => Elapsed::between(resolved, closed)
                    .filter(|after| after.micros() > 0)
                    .map_or_else(String::new, |after| {
                        format!(", {} after it was resolved", hours(after))
                    }),
                None => String::new(),
            };
            format!("{}{words}", book.minute(at))
        }
    };
    vec![
        labelled("Started", [Span::text(started)]),
        labelled("Resolved", [Span::text(resolved)]),
        labelled("Closed", [Span::text(closed)]),
        labelled("Postmortem", postmortem(book, reading, response)),
    ]
}

/// `postmortem 26.0 h after it was resolved`, with its file and what ties it to the incident.
fn postmortem(book: &Book<'_>, reading: &Reading<'_>, response: &Response) -> Vec<Span> {
    let Some(found) = &response.postmortem else {
        let question = reading.question;
        let unread = question
            .missing(reading.product, Need::History)
            .and_then(|_| question.missing(reading.product, Need::PullRequests));
        return vec![Span::text(match unread {
            Some(missing) => format!("not observed: {}", missing.because),
            None => "none in the record is tied to this incident".to_owned(),
        })];
    };
    let when = match (response.postmortem_after(), response.resolved_at) {
        (Some(after), _) => format!(
            "postmortem {} h after it was resolved, ",
            amount(after.hours())
        ),
        (None, Some(_)) => "postmortem before it was resolved, ".to_owned(),
        (None, None) => "postmortem while it is not known to be resolved, ".to_owned(),
    };
    let tie = match found.tie {
        Tie::Change => "the change mentions or closes the issue",
        Tie::Number => "the file is called after the issue's number",
        Tie::Day => "the file is called after the day of the start",
    };
    vec![
        Span::text(format!("{when}{}: ", book.date(found.at))),
        Span::Code(found.path.clone()),
        Span::text(", with "),
        book.came_with(found.came_with),
        Span::text(format!(" ({tie})")),
    ]
}

/// Who did what in the response, by name.
fn roles(
    book: &Book<'_>,
    parts: &Parts<'_>,
    placed: &Placed,
    response: &Response,
) -> Vec<Vec<Span>> {
    let key = key_of(placed);
    let known = parts.known.get(&key);
    let issue = known.and_then(|known| known.issue);
    let page = parts.page(book, placed);
    let nobody = "nobody on record";
    let is_human = |person: &crate::domain::PersonId| book.sources.past.tables.is_human(*person);
    let opened = match issue {
        None => vec![Span::text("not known: the register alone tells of it")],
        Some(issue) => match issue.author.filter(is_human) {
            Some(person) => book.named([person], &page, nobody),
            None => vec![Span::text(book.actor(issue.author))],
        },
    };
    let coordinator = response.coordinator.map(|(person, _)| person);
    let coordinated = book.named(coordinator, &page, "not known");
    let until = placed.incident.resolved_at;
    let comments = parts.comments.get(&key).into_iter().flatten();
    let investigated = comments
        .filter(|row| until.is_none_or(|until| row.created_at <= until))
        .filter_map(|row| row.author)
        .filter(is_human);
    let investigated = book.named(investigated, &page, nobody);
    let fixes = || {
        let numbers = placed.fixes.iter();
        let changes = numbers.filter_map(|number| {
            let key = (key.0, *number);
            Some((key, parts.changes.get(&key)?))
        });
        changes.filter(|(_, change)| change.merged_at.is_some())
    };
    let authors = fixes().filter_map(|(_, change)| change.author);
    let mut menders = book.named(authors, &page, nobody);
    for (at, (key, _)) in fixes().enumerate() {
        menders.push(Span::text(if at == 0 { ", with " } else { ", " }));
        menders.push(book.link(key));
    }
    let reviewers = fixes().flat_map(|(_, change)| change.reviewers.iter().copied());
    let wrote = match &response.postmortem {
        None => vec![Span::text(nobody)],
        Some(postmortem) => {
            let people = postmortem.people.iter().copied();
            book.named(people, &book.came_with(postmortem.came_with), nobody)
        }
    };
    vec![
        labelled("Opened the issue", opened),
        labelled("Coordinated", coordinated),
        labelled(
            "Investigated (wrote in the issue before it was resolved)",
            investigated,
        ),
        labelled("Fixed", menders),
        labelled("Reviewed the fix", book.named(reviewers, &page, nobody)),
        labelled("Wrote the postmortem", wrote),
    ]
}

fn detection(book: &Book<'_>, parts: &Parts<'_>, placed: &Placed) -> Vec<Block> {
    let incident = &placed.incident;
    let known = parts.known.get(&key_of(placed));
    let opened: Option<(Timestamp, String)> = known
        .and_then(|known| known.issue)
        .map(|issue| (issue.created_at, book.actor(issue.author)));
    let words = match opened {
        None => "Not observed: there is no issue in the store.".to_owned(),
        Some((_, who)) if !incident.started_from.is_recorded() => {
            format!(
                "The issue was opened by {who}. How long that was after the start is not observed: nobody wrote the start down."
            )
        }
        Some((at, who)) => match Elapsed::between(incident.started_at, at) {
            Some(after) => format!(
                "The issue was opened by {who}, {} after the start.",
                hours(after)
            ),
            None => format!(
                "The issue was opened by {who}, {} before the start that was written down.",
                Elapsed::between(at, incident.started_at).map_or_else(String::new, hours)
            ),
        },
    };
    vec![
        paragraph(words),
        Block::Blank {
            label: "How it was noticed".to_owned(),
            prompt: "[yours to write]".to_owned(),
        },
    ]
}

/// The deployment that it is put down to, on which evidence, and what that first shipped.
fn linked(book: &Book<'_>, parts: &Parts<'_>, placed: &Placed) -> Vec<Block> {
    if let Some(missing) = &parts.unshipped {
        let fix = missing.fix.as_deref();
        return vec![not_observed("deployments", &missing.because, fix)];
    }
    let (rung, cause) = match (&placed.incident.attribution, placed.cause) {
        (Attribution::To { rung, .. }, Some(cause)) => (*rung, cause),
        (Attribution::Nowhere(reason), _) => return vec![paragraph(nowhere(*reason))],
        (Attribution::To { .. }, None) => return Vec::new(),
    };
    let Some(shipped) = timeline::shipped(parts, cause) else {
        return Vec::new();
    };
    let mut blocks = vec![Block::Paragraph(vec![
        Span::text("Put down to "),
        timeline::deployment(
            book,
            parts,
            shipped.repository,
            &shipped.deployment,
            shipped.reference.as_deref(),
        ),
        Span::text(format!(
            " to {}, {}. Evidence, place {} of {} on the ladder: {}.",
            shipped.environment,
            book.minute(shipped.at),
            rung.place(),
            Rung::ALL.len(),
            evidence(rung)
        )),
    ])];
    if shipped.is_baseline {
        blocks.push(paragraph(
            "What it shipped is unknown: it is the first deployment on record.",
        ));
        return blocks;
    }
    let keys = parts.brought.get(&cause).map_or(&[][..], Vec::as_slice);
    let line = |key: &crate::work::pull_requests::Key| {
        let title = parts.changes.get(key).map_or("", |change| change.title);
        vec![book.link(*key), Span::text(format!(" “{title}”"))]
    };
    if keys.is_empty() {
        blocks.push(paragraph(
            "No pull request in the record was first shipped by it.",
        ));
    } else {
        blocks.push(paragraph("First shipped by it:"));
        blocks.extend(listed(
            keys.iter().map(line).collect(),
            "pull request",
            5,
            100,
        ));
    }
    blocks
}

fn evidence(rung: Rung) -> &'static str {
    match rung {
        Rung::Explicit => "somebody said so, or a change that it shipped refers to the issue",
        Rung::Revert => "a linked pull request reverts a change that it shipped",
        Rung::Rollback => "it was rolled back while the incident lasted",
        Rung::Hotfix => "a hotfix followed in its repository",
        Rung::PatchRelease => "the next release of the same line is a patch",
        Rung::Nearest => {
            "it is the nearest earlier deployment within the bound, and nothing else ties it to the incident"
        }
    }
}

fn nowhere(reason: NoCause) -> &'static str {
    match reason {
        NoCause::Declared => "The register or the issue says that no deployment caused it.",
        NoCause::AfterTheStart => {
            "None: what somebody named as the cause reached production after the incident had started."
        }
        NoCause::NotDeployed => {
            "None: what somebody named as the cause has not reached production."
        }
        NoCause::NoneWithinTheBound => {
            "None: no deployment within the register's bound before the start."
        }
    }
}

fn follow_up(
    book: &Book<'_>,
    reading: &Reading<'_>,
    parts: &Parts<'_>,
    placed: &Placed,
    response: &Response,
) -> Vec<Block> {
    let known = parts.known.get(&key_of(placed));
    if known.is_none_or(|known| known.issue.is_none()) {
        return vec![paragraph("Not observed: there is no issue in the store.")];
    }
    let actions = &response.actions;
    if actions.is_empty() {
        return vec![paragraph(
            "None in the record: no box in the issue, and no later issue that mentions it.",
        )];
    }
    let zone = &reading.question.zone;
    let standings: Vec<Standing> = actions
        .iter()
        .map(|action| action.standing(book.today(), zone))
        .collect();
    let n = |of: Standing| standings.iter().filter(|one| **one == of).count();
    let with_due = actions.iter().filter(|action| action.due.is_some()).count();
    let all = count(actions.len(), "action");
    let summary = if with_due == 0 {
        format!("{all}; none has a due date.")
    } else {
        format!(
            "{all}; {with_due} of them with a due date: done by it {}, done after it {}, open after it {}, open and still in time {}.",
            n(Standing::InTime),
            n(Standing::Late),
            n(Standing::Overdue),
            n(Standing::Running),
        )
    };
    let most = 100;
    let rows = actions.iter().zip(&standings).take(most);
    let table = Table {
        title: "Follow-up actions, by due date".to_owned(),
        columns: ["Action", "What", "Tied by", "Owner", "Due", "State"]
            .map(Column::text)
            .into(),
        rows: rows
            .map(|(action, standing)| row(book, action, *standing))
            .collect(),
        n_omitted: u64::try_from(actions.len().saturating_sub(most)).unwrap_or(0),
    };
    vec![paragraph(summary), Block::Table(table)]
}

fn row(book: &Book<'_>, action: &Action, standing: Standing) -> Vec<TableCell> {
    let page = match action.key.map(|key| book.page(key, action.url.as_deref())) {
        Some(Span::Link { text, url }) => TableCell::Link { text, url },
        _ => TableCell::Text("a box in the issue".to_owned()),
    };
    let tie = match action.tie {
        actions::Tie::Checklist => "checklist",
        actions::Tie::Mention => "mentions the incident",
    };
    let owner = match book.names(action.owners.iter().copied()) {
        names if names.is_empty() => TableCell::Missing(Some("nobody".to_owned())),
        names => TableCell::Text(names),
    };
    let due = match action.due {
        None => TableCell::Missing(Some("no due date".to_owned())),
        Some((day, from)) => TableCell::Text(match from {
            DueFrom::Issue | DueFrom::Checklist => day.to_string(),
            DueFrom::Milestone => format!("{day} (milestone)"),
        }),
    };
    let done = match action.done {
        Done::Open => "open".to_owned(),
        Done::At(at) => format!("done {}", book.date(at)),
        Done::Ticked => "ticked; when is not observed".to_owned(),
        Done::Dropped(at) => format!("closed as not planned {}", book.date(at)),
    };
    let state = match standing {
        Standing::InTime => format!("{done}, in time"),
        Standing::Late => format!("{done}, after its due date"),
        Standing::Overdue => format!("{done}, its due date has passed"),
        Standing::Running => format!("{done}, still in time"),
        Standing::Unknown | Standing::Dropped => done,
    };
    vec![
        page,
        TableCell::Text(format!("“{}”", action.text.trim())),
        TableCell::Text(tie.to_owned()),
        owner,
        due,
        TableCell::Text(state),
    ]
}
