//! Gix's HTTP over a server of the caller's: nothing here knows an address or a token.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::io::{self, BufRead, BufReader, Cursor, Read, Write};
use std::rc::Rc;

use gix::protocol::transport::client::blocking_io::http::{
    GetResponse, Http as GixHttp, PostBodyDataKind, PostResponse,
};

use super::terms::{Answer, Server};
use crate::git::Progress;

/// The largest advertisement: one of version 2 names what the server can, and no refs.
const MOST_ADVERTISED: u64 = 1 << 20;

/// The longest list of refs: about a million.
const MOST_LISTED: u64 = 128 << 20;

/// What version 2 begins with.
const VERSION_2: &[u8] = b"version 2";

/// A unit of what is told while bytes come.
const UNIT: u64 = 1_000;

/// Counts what comes, and stops it where it is too much.
pub(super) struct Traffic<'a> {
    n_bytes: Cell<u64>,
    most: u64,
    /// Where what is kept in memory ends, while such a thing comes.
    bound: Cell<u64>,
    is_over: Cell<bool>,
    progress: &'a dyn Progress,
}

impl<'a> Traffic<'a> {
    pub(super) fn new(most: Option<u64>, progress: &'a dyn Progress) -> Self {
        Self {
            n_bytes: Cell::new(0),
            most: most.unwrap_or(u64::MAX),
            bound: Cell::new(MOST_LISTED),
            is_over: Cell::new(false),
            progress,
        }
    }

    pub(super) const fn n_bytes(&self) -> u64 {
        self.n_bytes.get()
    }

    /// What comes from now on goes to the disk.
    pub(super) fn is_written(&self) {
        self.bound.set(u64::MAX);
    }

    pub(super) const fn is_over(&self) -> bool {
        self.is_over.get()
    }

    fn take(&self, n: usize) -> io::Result<()> {
        let before = self.n_bytes.get();
        let after = before.saturating_add(n as u64);
        self.n_bytes.set(after);
        self.progress.advance(after / UNIT - before / UNIT);
        if after > self.bound.get() {
            return Err(io::Error::other("its list of refs has no end"));
        }
        if after > self.most {
            self.is_over.set(true);
            return Err(io::Error::other("more came than there is room for"));
        }
        Ok(())
    }
}

/// A body that is counted while it comes.
pub(super) struct Counted<'a> {
    inner: Box<dyn Read>,
    traffic: &'a Traffic<'a>,
}

impl Read for Counted<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(into)?;
        self.traffic.take(n)?;
        Ok(n)
    }
}

/// Gix's HTTP. A post is sent once its answer is read: by then all of it is written.
pub(super) struct Http<'a> {
    server: &'a dyn Server,
    traffic: &'a Traffic<'a>,
}

impl<'a> Http<'a> {
    pub(super) const fn new(server: &'a dyn Server, traffic: &'a Traffic<'a>) -> Self {
        Self { server, traffic }
    }
}

type Headers = Vec<(String, String)>;

fn headers(lines: impl IntoIterator<Item = impl AsRef<str>>) -> Headers {
    let pair = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.trim().to_owned(), value.trim().to_owned()))
    };
    lines
        .into_iter()
        .filter_map(|line| pair(line.as_ref()))
        .collect()
}

fn content_type(answer: &Answer) -> Vec<u8> {
    let one_line = answer.content_type.replace(['\r', '\n'], " ");
    format!("content-type: {one_line}\n").into_bytes()
}

impl<'a> GixHttp for Http<'a> {
    type Headers = Head<'a>;
    type ResponseBody = Body<'a>;
    type PostBody = Outgoing;

    fn get(
        &mut self,
        _: &str,
        _: &str,
        lines: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> gix::Result<GetResponse<Self::Headers, Self::ResponseBody>> {
        let got = || -> io::Result<_> {
            let answer = self.server.advertisement(&headers(lines))?;
            let head = content_type(&answer);
            let mut bytes = Vec::new();
            let counted = Counted {
                inner: answer.body,
                traffic: self.traffic,
            };
            counted.take(MOST_ADVERTISED).read_to_end(&mut bytes)?;
            // What an older version lists, gix reads less carefully; every GitHub speaks this one.
            if !bytes.windows(VERSION_2.len()).any(|part| part == VERSION_2) {
                return Err(io::Error::other(
                    "it does not speak version 2 of git's protocol",
                ));
            }
            Ok((head, bytes))
        };
        let (head, bytes) = got().map_err(gix::Error::from_error)?;
        Ok(GetResponse {
            headers: Head::Known(Cursor::new(head)),
            body: Body::Known(Cursor::new(bytes)),
        })
    }

    fn post(
        &mut self,
        _: &str,
        _: &str,
        lines: impl IntoIterator<Item = impl AsRef<str>>,
        _: PostBodyDataKind,
    ) -> gix::Result<PostResponse<Self::Headers, Self::ResponseBody, Self::PostBody>> {
        let written = Rc::new(RefCell::new(Vec::new()));
        let exchange = Rc::new(Exchange {
            server: self.server,
            traffic: self.traffic,
            headers: headers(lines),
            written: Rc::clone(&written),
            body: RefCell::new(None),
        });
        Ok(PostResponse {
            post_body: Outgoing(written),
            headers: Head::Asked(Rc::clone(&exchange), None),
            body: Body::Asked(exchange, None),
        })
    }

    fn configure(&mut self, _: &dyn Any) -> gix::Result {
        Ok(())
    }
}

/// What is posted.
pub(super) struct Outgoing(Rc<RefCell<Vec<u8>>>);

impl Write for Outgoing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

type Incoming<'a> = BufReader<Counted<'a>>;

/// How much of a body is read at once.
const BUFFER: usize = 64 << 10;

/// A request that is sent when its answer is first looked at.
pub(super) struct Exchange<'a> {
    server: &'a dyn Server,
    traffic: &'a Traffic<'a>,
    headers: Headers,
    written: Rc<RefCell<Vec<u8>>>,
    /// The body, from when the head is read until it is read itself.
    body: RefCell<Option<Incoming<'a>>>,
}

impl Exchange<'_> {
    /// Sends the request; returns the head.
    fn send(&self) -> io::Result<Vec<u8>> {
        let written = self.written.take();
        let answer = self.server.upload_pack(&self.headers, written)?;
        let head = content_type(&answer);
        let counted = Counted {
            inner: answer.body,
            traffic: self.traffic,
        };
        *self.body.borrow_mut() = Some(BufReader::with_capacity(BUFFER, counted));
        Ok(head)
    }
}

/// The head of an answer, line by line.
pub(super) enum Head<'a> {
    /// It is here.
    Known(Cursor<Vec<u8>>),
    /// It comes with the answer.
    Asked(Rc<Exchange<'a>>, Option<Cursor<Vec<u8>>>),
}

impl Head<'_> {
    fn cursor(&mut self) -> io::Result<&mut Cursor<Vec<u8>>> {
        match self {
            Self::Known(cursor) => Ok(cursor),
            Self::Asked(exchange, cursor) => {
                if cursor.is_none() {
                    *cursor = Some(Cursor::new(exchange.send()?));
                }
                cursor.as_mut().ok_or_else(unasked)
            }
        }
    }
}

/// The body of an answer.
pub(super) enum Body<'a> {
    /// It is here.
    Known(Cursor<Vec<u8>>),
    /// It comes once the head is read.
    Asked(Rc<Exchange<'a>>, Option<Incoming<'a>>),
}

impl<'a> Body<'a> {
    fn reader(&mut self) -> io::Result<&mut (dyn BufRead + 'a)> {
        match self {
            Self::Known(cursor) => Ok(cursor),
            Self::Asked(exchange, body) => {
                if body.is_none() {
                    *body = exchange.body.borrow_mut().take();
                }
                match body {
                    Some(body) => Ok(body),
                    None => Err(unasked()),
                }
            }
        }
    }
}

fn unasked() -> io::Error {
    io::Error::other("the body was read before the head of the answer")
}

impl Read for Head<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.cursor()?.read(into)
    }
}

impl BufRead for Head<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.cursor()?.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        if let Ok(cursor) = self.cursor() {
            cursor.consume(n);
        }
    }
}

impl Read for Body<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.reader()?.read(into)
    }
}

impl BufRead for Body<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.reader()?.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        if let Ok(reader) = self.reader() {
            reader.consume(n);
        }
    }
}
