//! The address of GitHub's API: parsed once, and this value decides who is asked, with which token, and what is shown of it.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;

use super::error::Error;
use super::redact;
use crate::domain::RepoName;

/// A usable address of GitHub's API.
///
/// Holds no user name, password, query or fragment. Two readers of such an address cannot disagree about its host: what
/// some take for the host and others for a path (backslashes, white space, missing slashes) is refused.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiAddress {
    rest: Url,
    graphql: Url,
}

impl ApiAddress {
    /// Parses a REST base: `https://api.github.com`, `https://HOST/api/v3`, `https://api.NAME.ghe.com`, or http on the loopback.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = |reason| Error::Address {
            url: redact::address(text),
            reason,
        };
        let text = text.trim();
        if text
            .chars()
            .any(|letter| letter.is_whitespace() || letter.is_control() || letter == '\\')
        {
            return Err(wrong("it holds white space, a control character or `\\`"));
        }
        let is_scheme = |scheme: &str| {
            scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
        };
        let Some((_, rest)) = text
            .split_once("://")
            .filter(|(scheme, _)| is_scheme(scheme))
        else {
            return Err(wrong("it must begin with `https://`"));
        };
        if rest.is_empty() || rest.starts_with(['/', '?', '#', ':', '@']) {
            return Err(wrong("it names no host"));
        }
        let mut base = Url::parse(text).map_err(|_| wrong("it cannot be parsed"))?;
        if !base.username().is_empty() || base.password().is_some() || authority(rest).contains('@')
        {
            return Err(wrong("it must not hold a user name or password"));
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(wrong("it must not hold a query or a fragment"));
        }
        let host = base.host_str().ok_or_else(|| wrong("it names no host"))?;
        // `api.github.com.` is the same host to the network, and must be to whoever chooses the token.
        let whole = host.trim_end_matches('.').to_owned();
        if whole.is_empty() {
            return Err(wrong("it names no host"));
        }
        if whole != host {
            base.set_host(Some(&whole))
                .map_err(|_| wrong("it cannot be parsed"))?;
        }
        if base.scheme() != "https" && !is_loopback(&base) {
            return Err(wrong("it must use https"));
        }
        let path = base.path().trim_end_matches('/').to_owned();
        base.set_path(&path);
        let mut graphql = base.clone();
        let above = path.strip_suffix("/v3").unwrap_or(&path);
        graphql.set_path(&format!("{above}/graphql"));
        Ok(Self {
            rest: base,
            graphql,
        })
    }

    /// The base of REST requests.
    #[must_use]
    pub const fn rest(&self) -> &Url {
        &self.rest
    }

    /// Where GraphQL documents are posted.
    #[must_use]
    pub const fn graphql(&self) -> &Url {
        &self.graphql
    }

    /// The host that is asked: lower case, punycode, no port, no final dot.
    #[must_use]
    pub fn host(&self) -> &str {
        self.rest.host_str().unwrap_or_default()
    }

    /// The host as `gh` and the clones' remotes name it: `github.com` for `api.github.com`.
    #[must_use]
    pub fn site(&self) -> &str {
        let host = self.host();
        host.strip_prefix("api.")
            .filter(|site| is_cloud(site))
            .unwrap_or(host)
    }

    /// Where the pages are; `None` on the loopback, which has none.
    #[must_use]
    pub fn web(&self) -> Option<String> {
        let port = self.rest.port().map(|port| format!(":{port}"));
        (!self.is_loopback())
            .then(|| format!("https://{}{}", self.site(), port.unwrap_or_default()))
    }

    /// Where git asks for a repository: on the host of the pages, and on the loopback where the API is.
    #[must_use]
    pub fn git(&self, name: &RepoName) -> Url {
        let mut url = self.rest.clone();
        if !self.is_loopback() {
            // The host was parsed before, and its site is a part of it.
            let _ = url.set_host(Some(self.site()));
        }
        let (owner, name) = (name.owner(), name.name());
        url.set_path(&format!("/{owner}/{name}.git"));
        url
    }

    /// Whether it is an enterprise server: neither github.com nor a data-residency host of it.
    #[must_use]
    pub fn is_enterprise(&self) -> bool {
        !is_cloud(self.site())
    }

    /// Whether it is this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.rest)
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> String {
        self.rest.origin().ascii_serialization()
    }
}

/// Whether another address is of the same scheme, host and port: the token may go there.
pub(super) fn is_same_origin(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host_str() == other.host_str()
        && one.port_or_known_default() == other.port_or_known_default()
        && other.username().is_empty()
        && other.password().is_none()
}

fn authority(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

fn is_cloud(site: &str) -> bool {
    site == "github.com"
        || site
            .strip_suffix(".ghe.com")
            .is_some_and(|name| !name.is_empty())
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost"
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

impl FromStr for ApiAddress {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl fmt::Display for ApiAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&redact::address(self.rest.as_str().trim_end_matches('/')))
    }
}

impl fmt::Debug for ApiAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_is_asked_on_the_host_of_the_pages() {
        let check = |text: &str, expected: &str| {
            let name = "acme/widgets".parse().unwrap();
            let found = ApiAddress::parse(text).unwrap().git(&name);
            assert_eq!(found.as_str(), expected, "{text}");
        };
        check(
            "https://api.github.com",
            "https://github.com/acme/widgets.git",
        );
        check(
            "https://api.acme.ghe.com",
            "https://acme.ghe.com/acme/widgets.git",
        );
        check(
            "https://git.example:8443/api/v3",
            "https://git.example:8443/acme/widgets.git",
        );
        check(
            "http://127.0.0.1:4000",
            "http://127.0.0.1:4000/acme/widgets.git",
        );
    }

    #[test]
    fn one_host_is_asked_named_and_given_its_own_token() {
        let check = |text: &str, host: &str, site: &str, is_enterprise: bool, graphql: &str| {
            let found = ApiAddress::parse(text).unwrap();
            assert_eq!(found.host(), host, "{text}");
            assert_eq!(found.site(), site, "{text}");
            assert_eq!(found.is_enterprise(), is_enterprise, "{text}");
            assert_eq!(found.graphql().as_str(), graphql, "{text}");
        };
        let cloud = "https://api.github.com/graphql";
        for text in [
            "https://api.github.com",
            "https://api.github.com/",
            " https://API.GitHub.com\n",
            "HTTPS://api.github.com.",
            "https://api.github.com:443",
            "https://api%2Egithub.com",
        ] {
            check(text, "api.github.com", "github.com", false, cloud);
        }
        check(
            "https://api.acme.ghe.com",
            "api.acme.ghe.com",
            "acme.ghe.com",
            false,
            "https://api.acme.ghe.com/graphql",
        );
        let server = "https://git.example.com/api/graphql";
        for text in [
            "https://git.example.com/api/v3",
            "https://git.example.com/api/v3//",
        ] {
            check(text, "git.example.com", "git.example.com", true, server);
        }
        // A server whose name begins with `api.` is that server, and not the host one label above.
        let own = "api.corp.example";
        check(
            "https://api.corp.example/api/v3",
            own,
            own,
            true,
            "https://api.corp.example/api/graphql",
        );
        // Look-alikes are other hosts: the token of github.com is not for them.
        for text in [
            "https://api.github.com.evil.example",
            "https://evilghe.com",
            "https://ghe.com",
            "https://api.gıthub.com",
            "https://api.github.com%00.evil.example",
        ] {
            assert!(
                ApiAddress::parse(text).map_or(true, |found| found.is_enterprise()),
                "{text}"
            );
        }
    }

    #[test]
    fn the_loopback_alone_needs_no_https() {
        for text in [
            "http://127.0.0.1:4000",
            "http://127.1:4000",
            "http://[::1]:4000/api/v3",
            "http://localhost",
            "http://LOCALHOST.:80",
        ] {
            let found = ApiAddress::parse(text).unwrap();
            assert!(found.is_loopback() && found.web().is_none(), "{text}");
        }
        for text in [
            "http://api.github.com",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://[::ffff:8.8.8.8]",
            "http://0.0.0.0",
        ] {
            assert!(ApiAddress::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_two_readers_could_read_differently_is_refused_without_its_secrets() {
        let refused = |text: &str, reason: &str| {
            let error = ApiAddress::parse(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
            assert!(!error.contains("s3cret"), "{error}");
        };
        refused("http:\\\\127.0.0.1/x://api.github.com", "white space");
        refused("https://evil.example\\@api.github.com", "white space");
        refused("https://api.git\thub.com", "white space");
        refused("https://api.git\nhub.com", "white space");
        refused("https:api.github.com", "must begin with");
        refused("//api.github.com", "must begin with");
        refused("api.github.com", "must begin with");
        refused("", "must begin with");
        refused("ftp://api.github.com", "must begin with");
        refused("https:///api.github.com", "no host");
        refused("https://", "no host");
        refused("https://:443", "no host");
        refused("https://.", "no host");
        refused("https://@api.github.com", "no host");
        refused("https://user:s3cret@git.example/api/v3", "user name");
        refused("https://s3cret@git.example", "user name");
        refused("https://:s3cret@git.example", "no host");
        refused("https://a:@git.example", "user name");
        refused("https://git.example/api/v3?access_token=s3cret", "a query");
        refused("https://git.example/api/v3#s3cret", "a query");
        refused("https://git.example:99999/", "parsed");
        refused("https://user:s3cret@git.exa%mple/", "parsed");
    }
}
