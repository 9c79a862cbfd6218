//! What people wrote on in Markdown, as the inside of a page.
//!
//! The text is a person's own, and linchpin's parts of it are encoded already; still nothing of it is taken as HTML but what linchpin
//! writes itself: comments, which vanish, what folds a list away, and the ends of the lines of a cell. No address but http and https is one, and no picture is loaded.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

use crate::render::encode;

const FOLD: &str = "<details><summary>";
const TITLE_ENDS: &str = "</summary>";
const UNFOLD: &str = "</details>";
const BREAK: &str = "<br>";

/// The first heading of a text, and everything else as HTML.
pub(super) fn page(text: &str) -> (Option<String>, String) {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let (mut filter, mut places) = (Filter::default(), Places::default());
    let events: Vec<Event<'_>> = Parser::new_ext(text, options)
        .filter_map(|event| filter.event(event))
        .flat_map(|event| places.around(event))
        .collect();
    let mut body = String::new();
    html::push_html(&mut body, events.into_iter());
    let title = filter.title.trim().to_owned();
    ((!title.is_empty()).then_some(title), body)
}

#[derive(Default)]
struct Filter {
    /// The text of the first heading of the first level.
    title: String,
    /// Whether the heading is being read, and whether it was.
    in_title: bool,
    is_titled: bool,
    in_comment: bool,
    /// Of each open link, whether it leads somewhere.
    links: Vec<bool>,
}

impl Filter {
    fn event<'a>(&mut self, event: Event<'a>) -> Option<Event<'a>> {
        match event {
            Event::Start(Tag::Heading { level, .. }) if level as usize == 1 && !self.is_titled => {
                self.in_title = true;
                self.is_titled = true;
                None
            }
            Event::End(TagEnd::Heading(_)) if self.in_title => {
                self.in_title = false;
                None
            }
            Event::Text(text) | Event::Code(text) | Event::InlineHtml(text) if self.in_title => {
                self.title.push_str(&encode::line(&text));
                None
            }
            _ if self.in_title => None,
            Event::Text(text) => Some(Event::Text(encode::lines(&text).into())),
            Event::Code(text) => Some(Event::Code(encode::line(&text).into())),
            Event::Html(text) | Event::InlineHtml(text) => self.structure(&text),
            Event::Start(Tag::Link { dest_url, .. }) => {
                let address = encode::url(&dest_url);
                self.links.push(address.is_some());
                let link = |address: String| {
                    let address = encode::html(&address);
                    Event::InlineHtml(format!("<a href=\"{address}\">").into())
                };
                address.map(link)
            }
            Event::End(TagEnd::Link) => self
                .links
                .pop()
                .is_some_and(|leads| leads)
                .then_some(Event::InlineHtml(CowStr::Borrowed("</a>"))),
            // What is said of a picture stands in its place.
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
            event => Some(event),
        }
    }

    /// What linchpin writes itself; everything else is shown as the text that it is.
    fn structure<'a>(&mut self, text: &str) -> Option<Event<'a>> {
        let mut rest = text;
        if self.in_comment {
            let (_, after) = rest.split_once("-->")?;
            self.in_comment = false;
            rest = after;
        }
        while let Some(inside) = rest.trim_start().strip_prefix("<!--") {
            let Some((_, after)) = inside.split_once("-->") else {
                self.in_comment = true;
                return None;
            };
            rest = after;
        }
        let word = rest.trim();
        if word.is_empty() {
            return None;
        }
        let folded = word.strip_prefix(FOLD);
        let folded = folded.and_then(|rest| rest.strip_suffix(TITLE_ENDS));
        if let Some(title) = folded.filter(|title| !title.contains(['<', '>'])) {
            let title = format!("{FOLD}{}{TITLE_ENDS}\n", encode::line(title));
            return Some(Event::Html(title.into()));
        }
        if word == UNFOLD {
            return Some(Event::Html(CowStr::Borrowed("</details>\n")));
        }
        // The lines of a cell.
        if word == BREAK {
            return Some(Event::InlineHtml(CowStr::Borrowed(BREAK)));
        }
        Some(Event::Text(encode::lines(rest).into()))
    }
}

/// Where tables stand: each has a place of its own that scrolls, as on every page, so that a narrow screen need not scroll all of it.
#[derive(Default)]
struct Places {
    /// The text of the heading above.
    heading: String,
    in_heading: bool,
    n_tables: usize,
}

impl Places {
    /// An event, with what begins or ends the place of a table.
    fn around<'a>(&mut self, event: Event<'a>) -> Vec<Event<'a>> {
        match &event {
            Event::Start(Tag::Heading { .. }) => {
                self.heading.clear();
                self.in_heading = true;
            }
            Event::End(TagEnd::Heading(_)) => self.in_heading = false,
            Event::Text(text) | Event::Code(text) if self.in_heading => self.heading.push_str(text),
            Event::Start(Tag::Table(_)) => return vec![Event::Html(self.begun().into()), event],
            Event::End(TagEnd::Table) => {
                return vec![event, Event::Html(CowStr::Borrowed("</div>\n"))];
            }
            _ => {}
        }
        vec![event]
    }

    /// Begins the place of the next table; the number makes its name one of a kind on the page.
    fn begun(&mut self) -> String {
        self.n_tables += 1;
        let name = match self.heading.trim() {
            "" => format!("Table {}", self.n_tables),
            heading => format!("Table {}: {heading}", self.n_tables),
        };
        let name = encode::html(&name);
        format!("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{name}\">\n")
    }
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn nothing_typed_is_taken_as_html_and_no_address_but_a_pages_leads_anywhere() {
        let check = |text: &str, expected: &str| {
            let (_, body) = page(text);
            assert_eq!(body.trim(), expected, "{text}");
        };
        check("a *b*", "<p>a <em>b</em></p>");
        check("a <b>b</b>", "<p>a &lt;b&gt;b&lt;/b&gt;</p>");
        check("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;");
        check(
            "<!-- linchpin:begin a b -->\nc\n<!-- linchpin:end a -->\n",
            "<p>c</p>",
        );
        check("<!-- two\nlines -->\nx", "<p>x</p>");
        check(
            "[a](javascript:b) [c](https://d.example/e)",
            "<p>a <a href=\"https://d.example/e\">c</a></p>",
        );
        check("[a](data:text/html,b)", "<p>a</p>");
        check("![a](https://d.example/e.png)", "<p>a</p>");
        check(
            "<details><summary>A (2)</summary>\n\n- b\n\n</details>\n",
            "<details><summary>A (2)</summary>\n<ul>\n<li>b</li>\n</ul>\n</details>",
        );
        check(
            "<details><summary><img src=x></summary>\n",
            "&lt;details&gt;&lt;summary&gt;&lt;img src=x&gt;&lt;/summary&gt;",
        );
        check("a\u{202e}b", "<p>a\u{fffd}b</p>");
        check("a<br>b<br/>c", "<p>a<br>b&lt;br/&gt;c</p>");
    }

    #[test]
    fn every_table_has_a_place_of_its_own_that_scrolls_and_a_name_of_its_own() {
        let table = "| x |\n| --- |\n| 1 |\n";
        let (_, body) = page(&format!("{table}\n## A \"b\" `c`\n\n{table}\n{table}"));
        let place = |name: &str| {
            format!(
                "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{name}\">\n<table>"
            )
        };
        for name in [
            "Table 1",
            "Table 2: A &quot;b&quot; c",
            "Table 3: A &quot;b&quot; c",
        ] {
            assert_eq!(body.matches(&place(name)).count(), 1, "{body}");
        }
        assert_eq!(body.matches("<table>").count(), 3);
        assert_eq!(body.matches("</table>\n</div>\n").count(), 3, "{body}");
    }

    #[test]
    fn the_first_heading_is_the_title() {
        assert_eq!(
            page("# A <b>\n\n## B\n"),
            (Some("A <b>".to_owned()), "<h2>B</h2>\n".to_owned())
        );
        assert_eq!(page("b").0, None);
    }
}
