//! What the pages beside the views have in common: names, dates and pages of what the store knows, and what was not read.

use std::cell::OnceCell;
use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::PersonId;
use crate::evidence::blocks::paragraph;
use crate::evidence::snippet::{Link, Words};
use crate::evidence::{Desk, Pack, Page, Sources};
use crate::report::document::{Block, Document, Span};
use crate::work::Reading;
use crate::work::delivery::deployments::commit_page;
use crate::work::pull_requests::Key;
use crate::work::written::CameWith;

/// The sources as of the last instant that evidence may speak of, and the pages of what they know.
pub(super) struct Book<'a> {
    pub(super) sources: &'a Sources<'a>,
    packs: &'a [Pack],
    urls: OnceCell<HashMap<Key, &'a str>>,
    /// What has waited longest for a review by somebody: since when, and its pull request.
    waiting: Box<dyn Fn(PersonId) -> Option<(Timestamp, Key)> + 'a>,
    /// Lines of evidence, by whose they are and a page that they show.
    ids: OnceCell<HashMap<(PersonId, &'a str), &'a str>>,
}

impl<'a> Book<'a> {
    pub(super) fn of<'b: 'a>(desk: &'a Desk<'b>, packs: &'a [Pack]) -> Self {
        let sources: &'a Sources<'a> = desk.ended();
        let waiting = move |person: PersonId| {
            let items = desk.index().items_of(person);
            let end = sources.end();
            let open =
                items.filter_map(|item| Some((item.waits_for_since(person, end)?, item.key())));
            open.min()
        };
        Self {
            waiting: Box::new(waiting),
            sources,
            packs,
            urls: OnceCell::new(),
            ids: OnceCell::new(),
        }
    }

    /// The line of somebody's evidence that shows a page, by its id: ` ev-0123456789`.
    pub(super) fn evidence(&self, person: PersonId, page: &Span) -> Vec<Span> {
        let ids = self.ids.get_or_init(|| {
            let mut ids: HashMap<(PersonId, &str), &str> = HashMap::new();
            for pack in self.packs {
                for snippet in &pack.snippets {
                    for words in &snippet.act.0 {
                        if let Words::Link(link) = words {
                            // Fortnights and months show pages too; a line of its own says more of one.
                            let key = (pack.person, link.url.as_str());
                            let id = snippet.id.as_str();
                            if snippet.n <= 1 || !ids.contains_key(&key) {
                                ids.insert(key, id);
                            }
                        }
                    }
                }
            }
            ids
        });
        let Span::Link { url, .. } = page else {
            return Vec::new();
        };
        let id = ids.get(&(person, url.as_str()));
        id.map_or_else(Vec::new, |id| {
            vec![Span::text(" "), Span::Code((*id).to_owned())]
        })
    }

    /// What has waited longest for a review by somebody: since when, and its pull request.
    pub(super) fn waits_for(&self, person: PersonId) -> Option<(Timestamp, Key)> {
        (self.waiting)(person)
    }

    pub(super) fn name(&self, person: PersonId) -> String {
        let found = self.sources.person(person);
        found.map_or_else(|| "somebody".to_owned(), |found| found.display_name.clone())
    }

    /// Somebody who did something: a machine is called so, and an account that is gone has no name.
    pub(super) fn actor(&self, person: Option<PersonId>) -> String {
        match person {
            None => "somebody whose account is gone".to_owned(),
            Some(person) if self.sources.past.tables.is_human(person) => self.name(person),
            Some(_) => "automation".to_owned(),
        }
    }

    /// Names of people in their own order, each once.
    pub(super) fn names(&self, people: impl IntoIterator<Item = PersonId>) -> String {
        let mut names: Vec<String> = people.into_iter().map(|who| self.name(who)).collect();
        names.sort_by_key(|name| (name.to_lowercase(), name.clone()));
        names.dedup();
        names.join(", ")
    }

    /// People by name, each with the line of their evidence that shows a page; nobody in words where there is none.
    pub(super) fn named(
        &self,
        people: impl IntoIterator<Item = PersonId>,
        page: &Span,
        nobody: &str,
    ) -> Vec<Span> {
        let mut people: Vec<PersonId> = people.into_iter().collect();
        people.sort_unstable();
        people.dedup();
        self.sort(&mut people);
        if people.is_empty() {
            return vec![Span::text(nobody)];
        }
        let mut named = Vec::new();
        for (at, person) in people.into_iter().enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            named.push(Span::text(format!("{comma}{}", self.name(person))));
            named.extend(self.evidence(person, page));
        }
        named
    }

    /// People by name.
    pub(super) fn sort(&self, people: &mut [PersonId]) {
        people.sort_by_cached_key(|person| (self.name(*person).to_lowercase(), *person));
    }

    pub(super) fn date(&self, at: Timestamp) -> Date {
        self.sources.date(at)
    }

    /// `2026-03-04 09:10`, in the zone of the page.
    pub(super) fn minute(&self, at: Timestamp) -> String {
        let at = self.sources.past.question.zone.to_datetime(at);
        format!("{} {:02}:{:02}", at.date(), at.hour(), at.minute())
    }

    /// Whether an instant lies in the part of the window that evidence has seen.
    pub(super) fn is_inside(&self, at: Timestamp) -> bool {
        self.sources.seen().contains(at)
    }

    /// The last day that the page may speak of.
    pub(super) fn today(&self) -> Date {
        self.sources.last_day()
    }

    /// A pull request or an issue, with its page where one is known.
    pub(super) fn link(&self, key: Key) -> Span {
        let urls = self.urls.get_or_init(|| {
            let facts = &self.sources.past.tables.facts;
            let issues = facts.issues.iter();
            let issues = issues.map(|row| ((row.repository, row.number), row.url.as_str()));
            let opened = facts.pull_requests.iter();
            let opened = opened.map(|row| ((row.repository, row.number), row.url.as_str()));
            issues.chain(opened).collect()
        });
        self.page(key, urls.get(&key).copied())
    }

    /// `widgets#412`, with a page where there is one.
    pub(super) fn page(&self, key: Key, url: Option<&str>) -> Span {
        let link = crate::evidence::item::link(self.sources, key.0, key.1, "");
        match url {
            Some(url) => Span::link(link.text, url),
            None => Span::text(link.text),
        }
    }

    /// The page of what a change came with.
    pub(super) fn came_with(&self, with: CameWith) -> Span {
        let (repository, commit) = match with {
            CameWith::PullRequest(key) => return self.link(key),
            CameWith::Commit(repository, commit) => (repository, commit),
        };
        let tables = self.sources.past.tables;
        let link = Link {
            text: format!(
                "{}@{}",
                self.sources.repository_name(repository),
                commit.short()
            ),
            url: commit_page(tables, repository, commit).unwrap_or_default(),
        };
        if link.url.is_empty() {
            Span::Code(link.text)
        } else {
            Span::link(link.text, link.url)
        }
    }

    /// The products, and last what is in none.
    pub(super) fn readings(&self) -> impl Iterator<Item = &'a Reading<'a>> {
        let readings = self.sources.past.readings.iter();
        readings.filter(|reading| !reading.product.repositories.is_empty())
    }

    /// A heading for a product, where there is more than one part.
    pub(super) fn heading(&self, product: &str) -> Option<Block> {
        let title = if product.is_empty() {
            "Repositories in no product"
        } else {
            product
        };
        let is_one_of_several = self.readings().count() > 1;
        is_one_of_several.then(|| Block::Heading(1, vec![Span::text(title)]))
    }

    /// Under a heading of a product.
    pub(super) fn level(&self) -> u8 {
        if self.readings().count() > 1 { 2 } else { 1 }
    }

    /// A page of the lead's folder.
    /// Whose, of which window, as of when.
    pub(super) fn subtitle(&self) -> Vec<Span> {
        vec![Span::text(super::subtitle(self.sources.past.question))]
    }

    pub(super) fn document(
        &self,
        stem: impl Into<String>,
        title: impl Into<String>,
        intro: &str,
        mut blocks: Vec<Block>,
    ) -> Page {
        blocks.insert(0, paragraph(intro));
        Page::generated(
            stem,
            Document {
                title: title.into(),
                subtitle: self.subtitle(),
                blocks,
            },
        )
    }
}
