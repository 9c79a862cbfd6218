//! The network part of `run` and `fetch`: token, client, progress, and what to say when GitHub was not asked.

use std::future::Future;
use std::pin::Pin;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::console;
use super::context::{Context, variable};
use super::error::{CliError, ErrorKind};
use super::progress::{Progress, length};
use super::workspace::Workspace;
use crate::domain::{Completeness, PatternLine, RepoName, Stream, StreamCertificate};
use crate::github::token::Server;
use crate::github::{
    self, ApiAddress, Client, ClientSettings, Clock, Event, FetchOptions, FetchProgress,
    FetchReport, Token,
};
use crate::render::encode::terminal;
use crate::report::quantity;
use crate::store::Store;

/// What came of asking GitHub.
#[derive(Debug, Default)]
pub struct Fetched {
    /// Why GitHub was not asked, and the step that would make it be asked.
    not_asked: Option<(&'static str, String)>,
    /// What kind of error that is for a command that has nothing to do but fetch; `None`: none.
    refusal: Option<ErrorKind>,
    /// When a stopped fetch can go on.
    resumes_at: Option<Timestamp>,
    /// How GitHub failed to answer.
    outage: Option<String>,
    /// Names that GitHub does not know.
    unknown: Vec<RepoName>,
    /// What GitHub was asked with, where it was.
    asked_as: Option<Token>,
    /// Names and patterns for which the token was not used, since only a register lying in the clone has them.
    unasked: Vec<String>,
    /// Patterns of which GitHub could not be asked what they mean, or which mean nothing.
    holes: Vec<PatternLine>,
}

impl Fetched {
    /// What GitHub was asked with; `None`: it was not.
    #[must_use]
    pub const fn asked_as(&self) -> Option<&Token> {
        self.asked_as.as_ref()
    }

    /// Of a command that was told to stay offline: as it was wished.
    #[must_use]
    pub fn offline() -> Self {
        Self {
            not_asked: Some((
                "offline",
                "run `linchpin fetch` (or `run`) without `--offline`".to_owned(),
            )),
            ..Self::default()
        }
    }

    /// Why GitHub was not asked, and the fix.
    #[must_use]
    pub fn why_not(&self) -> Option<(&str, &str)> {
        self.not_asked
            .as_ref()
            .map(|(reason, fix)| (*reason, fix.as_str()))
    }

    /// For a command that was told to fetch: an error where GitHub could not be asked. Offline is as it was wished.
    pub fn must_have_asked(&self) -> Result<(), CliError> {
        match (self.refusal, self.why_not()) {
            (Some(kind), Some((reason, fix))) => {
                Err(CliError::new(kind, format!("nothing was fetched: {reason}")).hint(fix))
            }
            _ => Ok(()),
        }
    }

    /// Names that GitHub does not know and the store does not either.
    #[must_use]
    pub fn unknown(&self) -> &[RepoName] {
        &self.unknown
    }

    /// Whether it was cut off: going on with it brings more.
    #[must_use]
    pub const fn is_cut_off(&self) -> bool {
        self.resumes_at.is_some() || self.outage.is_some()
    }

    /// What a command that only fetches has to say in the end: that GitHub did not answer.
    pub fn outcome(&self) -> Result<(), CliError> {
        match &self.outage {
            Some(outage) => {
                Err(CliError::new(ErrorKind::Partial, outage.clone()).hint(OUTAGE_HINT))
            }
            None => Ok(()),
        }
    }

    /// The exit code of a command that otherwise ends with `code`.
    pub fn finish(&self, code: u8) -> Result<u8, CliError> {
        match self.resumes_at {
            Some(at) => Err(CliError::new(
                ErrorKind::RateLimited,
                format!("GitHub's rate limit is used up until {at}"),
            )
            .hint("run the same command again after that: it goes on where it stopped")),
            None => match (
                self.unknown.first(),
                self.holes.first(),
                self.unasked.first(),
            ) {
                (Some(name), ..) => Err(CliError::new(
                    ErrorKind::Partial,
                    format!("`{name}` does not exist or is not visible to you"),
                )
                .hint("check the spelling, or give the token read access to it")),
                (None, Some(line), _) => Err(hole(line)),
                (None, None, Some(name)) => Err(unasked(name, self.unasked.len())),
                (None, None, None) => Ok(code),
            },
        }
    }
}

/// A pattern that does not mean what it should.
fn hole(line: &PatternLine) -> CliError {
    let reason = line.reason.as_deref().unwrap_or("its list is not whole");
    let error = CliError::new(ErrorKind::Partial, format!("`{}`: {reason}", line.pattern));
    match &line.fix {
        Some(fix) => error.hint(fix.clone()),
        None => error,
    }
}

/// What a workspace has for which the reader's token is not used.
fn all_unasked(workspace: &Workspace) -> Vec<String> {
    let names = workspace.unasked.iter().map(ToString::to_string);
    names.chain(workspace.unasked_patterns.clone()).collect()
}

/// A register that came with the clone may not decide what the reader's token is used for.
fn unasked(name: &str, n: usize) -> CliError {
    CliError::new(ErrorKind::Partial, not_fetched(name, n))
    .hint("give the register with `--config linchpin.toml` if you trust it, or name the repository with `--github`")
}

/// What is said of names that a register in the clone has alone.
fn not_fetched(name: &str, n: usize) -> String {
    let others = match n {
        1 => String::new(),
        n => format!(" and {} more", n - 1),
    };
    format!(
        "the register in this clone names `{name}`{others}, which is not fetched with your token"
    )
}

const OUTAGE_HINT: &str = "check the network, the proxy (HTTPS_PROXY) and `--api-url`, then run it again: it goes on where it stopped";

/// Fetches every repository of the workspace, where there is a token, a name and leave to use the network.
pub fn fetch(context: &Context, workspace: &Workspace, store: &Store) -> Result<Fetched, CliError> {
    let not_asked = |refusal, reason, fix: &str| {
        Ok(Fetched {
            not_asked: Some((reason, fix.to_owned())),
            refusal,
            resumes_at: workspace.looked.resumes_at,
            outage: workspace.looked.outage.clone(),
            holes: holes(workspace),
            ..Fetched::default()
        })
    };
    let unasked = all_unasked(workspace);
    if !workspace.offline {
        for clone in &workspace.clones {
            for other in clone.not_read(&workspace.api) {
                context.progress.say(&format!("note: {}", terminal(&other)));
            }
        }
    }
    if workspace.github.is_empty() && unasked.is_empty() && workspace.patterns.is_empty() {
        return not_asked(
            Some(ErrorKind::Usage),
            "no GitHub remote",
            "add a remote that points at GitHub, or name one with `--github OWNER/NAME` (or all of an owner with `--github OWNER`)",
        );
    }
    if workspace.offline {
        return Ok(Fetched::offline());
    }
    let Some(token) = token(&workspace.api) else {
        return not_asked(
            Some(ErrorKind::Authentication),
            "no GitHub token",
            &how_to_give_a_token(&workspace.api),
        );
    };
    if workspace.github.is_empty() && unasked.is_empty() {
        return not_asked(
            None,
            "no repository is known for what is named",
            "see what each pattern gave, in data_quality.json",
        );
    }
    if workspace.github.is_empty() {
        return Ok(Fetched {
            not_asked: Some((
                "no GitHub remote, and only the register in the clone names a repository",
                "give the register with `--config linchpin.toml` if you trust it, or name a repository with `--github OWNER/NAME`".to_owned(),
            )),
            refusal: Some(ErrorKind::Usage),
            unasked,
            ..Fetched::default()
        });
    }
    if let Some(first) = unasked.first() {
        // It is no success in the end; whoever waits for a long fetch wants to know it now.
        let said = not_fetched(first, unasked.len());
        context.progress.say(&format!("note: {}", terminal(&said)));
    }
    let clock = Arc::new(SystemClock);
    let report = fetch_with(
        ClientSettings::new(workspace.api.clone(), token.clone()),
        clock,
        workspace,
        store,
        &context.progress,
    )?;
    if let Some(outage) = &report.outage {
        context.progress.say(&format!(
            "warning: {}; going on with what is here",
            terminal(outage)
        ));
    }
    Ok(Fetched {
        not_asked: None,
        refusal: None,
        resumes_at: report.resumes_at.max(workspace.looked.resumes_at),
        outage: report.outage.or_else(|| workspace.looked.outage.clone()),
        unknown: report.unknown,
        asked_as: Some(token),
        unasked,
        holes: holes(workspace),
    })
}

/// Patterns that do not mean what they should.
fn holes(workspace: &Workspace) -> Vec<PatternLine> {
    let lines = workspace.patterns.iter();
    lines.filter(|line| line.has_hole()).cloned().collect()
}

/// Whose token is wanted. On a runner the runner itself says which server it belongs to.
fn server_of(api: &ApiAddress) -> Server {
    let is_runner = variable("GITHUB_ACTIONS").is_some_and(|text| text == "true");
    let of_runner = variable("GITHUB_API_URL")
        .filter(|_| is_runner)
        .and_then(|text| ApiAddress::parse(&text).ok());
    if !api.is_enterprise() {
        Server::Cloud
    } else if of_runner.is_some_and(|runner| runner.origin() == api.origin()) {
        Server::EnterpriseOfRunner
    } else {
        Server::Enterprise
    }
}

/// The step that provides a token: an enterprise host has variables of its own, as for `gh`. A token that is there and is for another
/// server is named first: whoever set it thinks that it is used.
#[must_use]
pub fn how_to_give_a_token(api: &ApiAddress) -> String {
    let server = server_of(api);
    let name = match server {
        Server::Enterprise => "GH_ENTERPRISE_TOKEN",
        Server::Cloud | Server::EnterpriseOfRunner => "GITHUB_TOKEN",
    };
    let unused = server.unused(variable).map_or_else(String::new, |unused| {
        let whose = match server {
            Server::Enterprise => "may be for github.com",
            Server::Cloud | Server::EnterpriseOfRunner => "is for an enterprise server",
        };
        format!(
            "{unused} is set and not used: it {whose}, and {} is asked; ",
            api.site()
        )
    });
    format!(
        "{unused}set {name} (read access is enough) or log in with `gh auth login`, and run again"
    )
}

/// Fetches with a given token and clock: also how the demo fetches from its own server.
pub fn fetch_with(
    settings: ClientSettings,
    clock: Arc<dyn Clock>,
    workspace: &Workspace,
    store: &Store,
    progress: &Progress,
) -> Result<FetchReport, CliError> {
    // Before the first answer: a kill leaves no answers of which nobody knows where they are from.
    store.keep_server(&crate::store::server::Server {
        api: workspace.api.rest().to_string(),
        web: workspace.web.clone(),
    })?;
    let report = runtime()?.block_on(async {
        let client = Client::new(settings, clock)?;
        let options = FetchOptions {
            cache_safe: workspace.cache_safe,
            ..FetchOptions::default()
        };
        let fetching = github::fetch(&client, store, &workspace.github, &options, progress);
        fetching.await.map_err(CliError::from)
    })?;
    progress.say(&format!(
        "fetched {}: {}, {} spent{}",
        counted(report.repositories.len() as u64, "repositories"),
        counted(report.requests, "requests"),
        counted(report.points_spent, "points"),
        report
            .points_left
            .map(|left| format!(", {left} left"))
            .unwrap_or_default()
    ));
    Ok(report)
}

/// The runtime that carries requests.
pub fn runtime() -> Result<tokio::runtime::Runtime, CliError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| CliError::new(ErrorKind::Defect, error))
}

/// The token in the order in which `gh` looks. Its text goes nowhere but into the client.
pub fn token(api: &ApiAddress) -> Option<Token> {
    let app = || {
        let id = variable("LINCHPIN_APP_ID")?.parse().ok()?;
        let installation = variable("LINCHPIN_APP_INSTALLATION_ID")?.parse().ok()?;
        let pem = std::fs::read_to_string(variable("LINCHPIN_APP_KEY_FILE")?).ok()?;
        Some(Token::app(id, &pem, installation))
    };
    let gh = || {
        let output = Command::new("gh")
            .args(["auth", "token", "--hostname", api.site()])
            .stderr(Stdio::null())
            .output()
            .ok()?;
        output
            .status
            .success()
            .then(|| String::from_utf8(output.stdout).ok())
            .flatten()
    };
    let (token, _) = github::token::choose(server_of(api), variable, app, gh)?;
    console::conceal(token.redactor());
    Some(token)
}

/// The real clock.
#[derive(Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(wait))
    }

    fn jitter(&self) -> u32 {
        // The clock's own noise spreads retries well enough; nothing secret hangs on it.
        Timestamp::now().subsec_nanosecond().unsigned_abs() / 1_000 % 1_000
    }
}

impl FetchProgress for Progress {
    fn on(&self, event: &Event<'_>) {
        match event {
            Event::Repository {
                name,
                position: (at, of),
            } => self.repository(&match of {
                1 => name.to_string(),
                _ => format!("{name} ({at}/{of})"),
            }),
            Event::Page {
                stream,
                fetched,
                expected,
                requests,
                points_left,
            } => self.page(
                &words(*stream),
                *fetched,
                *expected,
                &spent(*requests, *points_left),
            ),
            Event::Waiting(wait) => self.aside(&format!(
                "waiting for {} until {} ({})",
                wait.why.words(),
                wait.until,
                length(wait.length)
            )),
            Event::Ended {
                name,
                certificates,
                requests,
                points_left,
            } => self.say(&format!(
                "{}: {} ({})",
                terminal(name),
                summary(certificates),
                spent(*requests, *points_left)
            )),
            Event::Stream { certificate } => {
                if let Some(reason) = &certificate.reason {
                    self.trouble(&words(certificate.stream), &terminal(reason));
                }
            }
        }
    }
}

/// A stream for people: `pull requests`.
fn words(stream: Stream) -> String {
    stream.word().replace('_', " ")
}

fn spent(requests: u64, points_left: Option<u32>) -> String {
    let left = points_left.map(|left| format!("{} left, ", counted(left.into(), "points")));
    format!(
        "{}{}",
        left.unwrap_or_default(),
        counted(requests, "requests")
    )
}

/// `1 release`, `2 releases`.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(super) fn counted(n: u64, nouns: &str) -> String {
    quantity::counted(n as f64, nouns)
}

/// What is in the store of a repository, on one line.
fn summary(certificates: &[StreamCertificate]) -> String {
    let parts: Vec<String> = certificates
        .iter()
        .filter(|line| line.fetched > 0 && line.stream != Stream::Repository)
        .map(|line| counted(line.fetched, &words(line.stream)))
        .collect();
    let short = certificates
        .iter()
        .filter(|line| line.has_hole() || line.completeness == Completeness::RateLimited)
        .count();
    let text = if parts.is_empty() {
        "nothing".to_owned()
    } else {
        parts.join(", ")
    };
    if short > 0 {
        format!(
            "{text}; {short} of {} streams not whole",
            certificates.len()
        )
    } else {
        text
    }
}

impl From<github::Error> for CliError {
    fn from(source: github::Error) -> Self {
        use github::Error as E;
        let hint = match &source {
            E::Store(_) => {
                return match source {
                    E::Store(error) => error.into(),
                    other => Self::new(ErrorKind::Defect, other),
                };
            }
            E::Address { .. } => "name the REST base with `--api-url`, such as https://HOST/api/v3",
            E::Unauthorised { .. } => {
                "check that the token is valid and not expired (`gh auth status`)"
            }
            E::RateLimited { .. } => {
                "run the same command again after that: it goes on where it stopped"
            }
            E::GaveUp { .. } => OUTAGE_HINT,
            E::HoldsTexts { .. } => {
                "name another store with `--store`, or remove this one: it is fetched anew without them"
            }
            E::Redirected { .. } => {
                "if the server has moved, name its REST base with `--api-url`; a sign-in page in front of it must let the API through"
            }
            E::Setup { .. } | E::Shape { .. } | E::Rejected { .. } => {
                "report it with the text above: it names no secret"
            }
        };
        let kind = match &source {
            E::Address { .. } | E::HoldsTexts { .. } => ErrorKind::Usage,
            E::Unauthorised { .. } => ErrorKind::Authentication,
            E::RateLimited { .. } => ErrorKind::RateLimited,
            E::GaveUp { .. } | E::Redirected { .. } => ErrorKind::Partial,
            _ => ErrorKind::Defect,
        };
        Self::new(kind, source).hint(hint)
    }
}
