//! Credentials: where they come from, and how they are kept from being shown.

use std::fmt;

use super::redact::Redactor;

/// What GitHub is asked with. Shows nothing of itself, in no format.
#[derive(Clone)]
pub enum Token {
    /// A personal, fine-grained, OAuth or Actions token.
    Plain(Secret),
    /// A GitHub App: its id, its private key in PEM, and the installation.
    App {
        /// The app's id.
        app: u64,
        /// The private key.
        key: Secret,
        /// The installation.
        installation: u64,
    },
}

impl Token {
    /// A token from its text.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        Self::Plain(Secret(text.trim().to_owned()))
    }

    /// An app's credentials.
    #[must_use]
    pub fn app(app: u64, pem: &str, installation: u64) -> Self {
        Self::App {
            app,
            key: Secret(pem.to_owned()),
            installation,
        }
    }

    /// What takes the token out of every text; an app's key is never sent, and what it signs has a shape of its own.
    #[must_use]
    pub fn redactor(&self) -> Redactor {
        match self {
            Self::Plain(secret) => Redactor::new(&[&secret.0]),
            Self::App { .. } => Redactor::default(),
        }
    }

    /// What kind of token it is, as far as its prefix tells.
    #[must_use]
    pub fn kind(&self) -> TokenKind {
        match self {
            Self::App { .. } => TokenKind::App,
            Self::Plain(secret) => TokenKind::of(&secret.0),
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// A text that is never shown.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The text itself: only for the header that needs it.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Kinds of tokens; they differ in limits and in how permissions are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// `ghp_`: scopes.
    Classic,
    /// `github_pat_`: permissions a repository; none for checks.
    FineGrained,
    /// `gho_`: from `gh auth login` or another OAuth app.
    OAuth,
    /// `ghs_`: an installation's or the Actions token.
    Installation,
    /// `ghu_`: a user's, through an app.
    UserToServer,
    /// An app's key.
    App,
    /// None of these.
    Unknown,
}

impl TokenKind {
    fn of(text: &str) -> Self {
        let kinds = [
            ("ghp_", Self::Classic),
            ("github_pat_", Self::FineGrained),
            ("gho_", Self::OAuth),
            ("ghs_", Self::Installation),
            ("ghu_", Self::UserToServer),
        ];
        kinds
            .into_iter()
            .find(|(prefix, _)| text.starts_with(prefix))
            .map_or(Self::Unknown, |(_, kind)| kind)
    }

    /// What it is called.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Classic => "classic personal access token",
            Self::FineGrained => "fine-grained personal access token",
            Self::OAuth => "OAuth token",
            Self::Installation => "installation or Actions token",
            Self::UserToServer => "user token of an app",
            Self::App => "GitHub App",
            Self::Unknown => "token of an unknown kind",
        }
    }
}

/// Where a token was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// An environment variable.
    Variable(&'static str),
    /// An app's id and key.
    App,
    /// `gh auth token`.
    Cli,
}

/// The server that a token is for: which variables hold one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// github.com, or a data-residency host of it.
    Cloud,
    /// An enterprise server: `GITHUB_TOKEN` may be for github.com, and is not for it.
    Enterprise,
    /// The enterprise server on whose runner this is: what the runner calls the GitHub token is for it.
    EnterpriseOfRunner,
}

/// Variables for an enterprise server.
const OF_ENTERPRISE: &[&str] = &["GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"];
/// Variables for github.com, or for the server of the runner.
const COMMON: &[&str] = &["GH_TOKEN", "GITHUB_TOKEN"];

impl Server {
    /// The variables that hold a token for it, in the order in which they are looked at.
    fn variables(self) -> impl Iterator<Item = &'static str> {
        let names = match self {
            Self::Cloud => [COMMON, &[]],
            Self::Enterprise => [OF_ENTERPRISE, &[]],
            Self::EnterpriseOfRunner => [OF_ENTERPRISE, COMMON],
        };
        names.into_iter().flatten().copied()
    }

    /// The first variable that holds a token which is not used for it: one of another server.
    pub fn unused(self, variable: impl Fn(&str) -> Option<String>) -> Option<&'static str> {
        let all = COMMON.iter().chain(OF_ENTERPRISE).copied();
        all.filter(|name| self.variables().all(|used| used != *name))
            .find(|name| text_of(&variable, name).is_some())
    }
}

/// What a variable holds; `None` where that is nothing.
fn text_of(variable: impl Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    variable(name).filter(|text| !text.trim().is_empty())
}

/// The token to use, in the order in which `gh` looks: environment (for an enterprise host its own variables), then an app,
/// then the login of `gh`. `variable` looks one up; `app` and `cli` are asked only when they are reached.
pub fn choose(
    server: Server,
    variable: impl Fn(&str) -> Option<String>,
    app: impl FnOnce() -> Option<Token>,
    cli: impl FnOnce() -> Option<String>,
) -> Option<(Token, Origin)> {
    for name in server.variables() {
        if let Some(text) = text_of(&variable, name) {
            return Some((Token::plain(&text), Origin::Variable(name)));
        }
    }
    if let Some(token) = app() {
        return Some((token, Origin::App));
    }
    let text = cli().filter(|text| !text.trim().is_empty())?;
    Some((Token::plain(&text), Origin::Cli))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_comes_before_the_app_and_the_app_before_gh() {
        use Server::{Cloud, Enterprise, EnterpriseOfRunner};
        let check =
            |server: Server, variables: &[&str], app: bool, cli: bool, expected: Option<Origin>| {
                let chosen = choose(
                    server,
                    |name| variables.contains(&name).then(|| "x".to_owned()),
                    || app.then(|| Token::app(1, "pem", 2)),
                    || cli.then(|| "y".to_owned()),
                );
                assert_eq!(
                    chosen.map(|(_, origin)| origin),
                    expected,
                    "{server:?} {variables:?} {app} {cli}"
                );
            };
        check(
            Cloud,
            &["GH_TOKEN", "GITHUB_TOKEN"],
            true,
            true,
            Some(Origin::Variable("GH_TOKEN")),
        );
        check(
            Cloud,
            &["GITHUB_TOKEN"],
            true,
            true,
            Some(Origin::Variable("GITHUB_TOKEN")),
        );
        check(Cloud, &["GH_ENTERPRISE_TOKEN"], false, false, None);
        check(
            Enterprise,
            &["GITHUB_TOKEN", "GITHUB_ENTERPRISE_TOKEN"],
            false,
            false,
            Some(Origin::Variable("GITHUB_ENTERPRISE_TOKEN")),
        );
        check(
            Enterprise,
            &["GITHUB_TOKEN", "GH_TOKEN"],
            true,
            true,
            Some(Origin::App),
        );
        // The runner of an enterprise server gives its token the name that github.com's has elsewhere.
        for name in ["GITHUB_TOKEN", "GH_TOKEN"] {
            let found = Some(Origin::Variable(name));
            check(EnterpriseOfRunner, &[name], true, true, found);
        }
        check(
            EnterpriseOfRunner,
            &["GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN"],
            false,
            false,
            Some(Origin::Variable("GH_ENTERPRISE_TOKEN")),
        );
        check(Cloud, &[], false, true, Some(Origin::Cli));
        check(Cloud, &[], false, false, None);
    }

    #[test]
    fn a_token_of_another_server_is_named_and_not_used() {
        use Server::{Cloud, Enterprise, EnterpriseOfRunner};
        let check = |server: Server, variables: &[&str], expected: Option<&str>| {
            let found = server.unused(|name| variables.contains(&name).then(|| "x".to_owned()));
            assert_eq!(found, expected, "{server:?} {variables:?}");
        };
        check(Enterprise, &["GITHUB_TOKEN"], Some("GITHUB_TOKEN"));
        check(Enterprise, &["GITHUB_TOKEN", "GH_TOKEN"], Some("GH_TOKEN"));
        check(Enterprise, &["GH_ENTERPRISE_TOKEN"], None);
        check(Cloud, &["GH_ENTERPRISE_TOKEN"], Some("GH_ENTERPRISE_TOKEN"));
        check(Cloud, &["GITHUB_TOKEN"], None);
        check(
            EnterpriseOfRunner,
            &["GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN"],
            None,
        );
        assert_eq!(Enterprise.unused(|_| Some(" ".to_owned())), None);
    }

    #[test]
    fn a_token_shows_nothing_of_itself() {
        let token = Token::plain("ghp_secret");
        assert!(!format!("{token:?} {token:#?}").contains("secret"));
        assert_eq!(token.kind(), TokenKind::Classic);
        let app = Token::app(7, "secret", 8);
        assert!(!format!("{app:?}").contains("secret"));
    }
}
