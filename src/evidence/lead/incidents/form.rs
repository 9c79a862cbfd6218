//! The form of one incident: what the record knows of it, and what is left for people to write.

use jiff::Timestamp;

use super::parts::Parts;
use super::{follow_up, linked, timeline};
use crate::domain::{Elapsed, IncidentKey, ResolvedFrom, StartedFrom};
use crate::evidence::Page;
use crate::evidence::blocks::{coded, count, labelled, paragraph};
use crate::evidence::lead::book::Book;
use crate::evidence::measures::amount;
use crate::report::document::{Block, Document, Span};
use crate::report::quantity;
use crate::work::delivery::incidents::{Known, Placed};
use crate::work::delivery::response::{CoordinatorFrom, Response, Tie};
use crate::work::{Need, Reading};

const INTRO: &str = "A postmortem form, filled in as far as the record goes; what is blank is for those who were there. Roles are those of \
                     the response. A linked change says how the system answered: a deployment shipped it, and no person is a cause.";

/// What GitHub keeps and linchpin does not read, and how the rest is tied.
const METHOD: [&str; 4] = [
    "Clocks: the register's entry, else the file that declares it, else the issue's fields that the register names, else “Start time” and \
     “Resolved time” in the issue's text, else the label “resolved”, the deployment of the fix, the issue's opening and closing.",
    "Coordinated: whom the register's entry names as coordinator; without that, whoever alone is assigned to the issue and wrote in it.",
    "Postmortem: the first document of that kind whose pull request mentions or closes the issue; else one whose file is called after \
     the issue's number; else after the day of the start, where no other incident started on it.",
    "Follow-up actions: the issue's sub-issues, the boxes of its checklists, and issues of the same repository that were opened later and \
     mention it. Mentions from other repositories and chats are not observed. When a box was ticked is not observed either. A due date \
     is “Due: 2026-04-08” in the action's issue, “due 2026-04-08” behind its box, or its milestone's last day.",
];

pub(super) fn page(
    book: &Book<'_>,
    reading: &Reading<'_>,
    parts: &Parts<'_>,
    placed: &Placed,
    stem: String,
) -> Page {
    let empty = Response::default();
    let response = parts.responses.get(&placed.incident.key).unwrap_or(&empty);
    let heading = |title: &str| Block::Heading(1, vec![Span::text(title)]);
    let blank = |label: &str| Block::Blank {
        label: label.to_owned(),
        prompt: "[yours to write]".to_owned(),
    };
    // What is left blank stands between the parts, so that whoever fills it in keeps it.
    let part = |id: &str, blocks: Vec<Block>| Block::Refreshed {
        id: id.to_owned(),
        is_whole: true,
        blocks,
    };
    let mut course = vec![heading("Timeline")];
    if parts.unshipped.is_some() {
        course.push(paragraph(
            "Not observed: deployments; the reason stands under the linked change.",
        ));
    }
    course.extend(timeline::blocks(book, parts, placed));
    course.push(heading("Linked change"));
    course.extend(linked::blocks(book, parts, placed));
    course.push(heading("Follow-up actions"));
    course.extend(follow_up::blocks(book, reading, parts, placed, response));
    let mut blocks = vec![
        paragraph(INTRO),
        part("window", vec![Block::Paragraph(book.subtitle())]),
        part(
            "response",
            vec![
                Block::Bullets(head(book, parts, placed, response)),
                heading("Clocks"),
                Block::Bullets(clocks(book, reading, placed, response)),
                heading("People by role"),
                Block::Bullets(roles(book, parts, placed, response)),
                heading("Detection"),
                paragraph(detection(book, parts, placed)),
            ],
        ),
        blank("How it was noticed"),
        part("course", course),
        heading("Yours to write"),
    ];
    blocks.extend(
        [
            "Impact",
            "Root cause",
            "What helped, what was missing",
            "Lessons",
            "Next steps",
        ]
        .map(blank),
    );
    let method = METHOD.into_iter().map(|text| vec![Span::text(text)]);
    let method = Block::Bullets(method.collect());
    blocks.push(part("method", vec![heading("How this is made"), method]));
    let key = &placed.incident.key;
    let name = match key.issue() {
        Some((repository, number)) => {
            format!("{}{number}", book.sources.repository_name(repository))
        }
        None => key.to_string(),
    };
    let called = format!("Incident {name}{}", title(placed));
    Page::draft(
        stem,
        Document {
            title: called,
            subtitle: Vec::new(),
            blocks,
        },
    )
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
    let known = parts.known.get(&placed.incident.key);
    let page = [parts.page(book, placed), Span::text(title(placed))];
    let label = match placed.incident.key {
        IncidentKey::Issue(..) => "Issue",
        IncidentKey::Declared(..) => "Incident",
    };
    let mut lines = vec![labelled(label, page)];
    if let Some(file) = &placed.declared_in {
        lines.push(labelled("Declared in", [Span::Code(file.to_string())]));
    }
    let severity = match &placed.incident.severity {
        None => "[not declared]".to_owned(),
        Some(word) => {
            let told = known.and_then(Known::severity);
            let from = told.map_or("", |(_, from)| from.words());
            format!("“{word}”, by {from}")
        }
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
        StartedFrom::Declared => "by a file of the register",
        StartedFrom::Field => "by the issue's field",
        StartedFrom::Body => "by the issue's text",
        StartedFrom::Detected => {
            "its detection, by a file of the register, stands for it: nobody wrote down when it began"
        }
        StartedFrom::DetectedField => {
            "its detection, by the issue's field, stands for it: nobody wrote down when it began"
        }
        StartedFrom::Opened => "the issue's opening stands for it: nobody wrote down when it began",
    };
    let started = format!("{}, {from}", book.minute(incident.started_at));
    let resolved = match (incident.resolved_at, incident.resolved_from) {
        (Some(at), Some(from)) => {
            let from = match from {
                ResolvedFrom::Register => "by the register",
                ResolvedFrom::Declared => "by a file of the register",
                ResolvedFrom::Field => "by the issue's field",
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
    let key = placed.incident.key.issue();
    let known = parts.known.get(&placed.incident.key);
    let issue = known.and_then(|known| known.issue);
    let page = parts.page(book, placed);
    let nobody = "nobody on record";
    let is_human = |person: &crate::domain::PersonId| book.sources.past.tables.is_human(*person);
    let opened = match issue {
        None => vec![Span::text(match placed.declared_in {
            Some(_) => "not known: a file alone tells of it",
            None => "not known: the register alone tells of it",
        })],
        Some(issue) => match issue.author.filter(is_human) {
            Some(person) => book.named([person], &page, nobody),
            None => vec![Span::text(book.actor(issue.author))],
        },
    };
    let coordinator = response.coordinator.map(|(person, _)| person);
    let coordinated = book.named(coordinator, &page, "not known");
    let until = placed.incident.resolved_at;
    let comments = key.and_then(|key| parts.comments.get(&key));
    let comments = comments.into_iter().flatten();
    let investigated = comments
        .filter(|row| until.is_none_or(|until| row.created_at <= until))
        .filter_map(|row| row.author)
        .filter(is_human);
    let investigated = book.named(investigated, &page, nobody);
    let fixes = || {
        let numbers = placed.fixes.iter();
        let changes = numbers.filter_map(|number| {
            let key = (key?.0, *number);
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

fn detection(book: &Book<'_>, parts: &Parts<'_>, placed: &Placed) -> String {
    let incident = &placed.incident;
    let known = parts.known.get(&placed.incident.key);
    let opened: Option<(Timestamp, String)> = known
        .and_then(|known| known.issue)
        .map(|issue| (issue.created_at, book.actor(issue.author)));
    match opened {
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
    }
}
