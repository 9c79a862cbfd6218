//! A host as GitHub is one: its API, and beside it, on the same address, git over HTTP (protocol version 2, through `git upload-pack`).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use linchpin::demo::fake::{FakeGitHub, Faults};
use linchpin::demo::model::Host;

use crate::github::{NOW, at};

/// A request to the git part.
#[derive(Debug, Clone)]
pub struct Seen {
    /// `GET /acme/widgets.git/info/refs?service=git-upload-pack`.
    pub line: String,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// What was asked.
    pub asked: String,
    /// Bytes of the answer's body.
    pub n_bytes: usize,
}

impl Seen {
    /// Whether it asks for objects.
    pub fn is_fetch(&self) -> bool {
        self.asked.contains("command=fetch")
    }
}

/// An answer of the git part.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The body ends before its length.
    pub is_cut: bool,
}

impl Reply {
    pub fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            is_cut: false,
        }
    }

    pub fn redirect(to: &str) -> Self {
        let mut reply = Self::status(301);
        reply.headers.push(("location".to_owned(), to.to_owned()));
        reply
    }

    /// The answer to a request for objects: a pack.
    pub fn pack(pack: &[u8]) -> Self {
        let line = |band: &[u8], bytes: &[u8]| {
            let n = band.len() + bytes.len() + 4;
            [format!("{n:04x}").as_bytes(), band, bytes].concat()
        };
        let mut body = line(b"", b"packfile\n");
        for part in pack.chunks(1_000) {
            body.extend(line(b"\x01", part));
        }
        body.extend(b"0000");
        let mut reply = Self::status(200);
        reply.headers.push((
            "content-type".to_owned(),
            "application/x-git-upload-pack-result".to_owned(),
        ));
        reply.body = body;
        reply
    }
}

/// Changes an answer, by what was asked; the answer is made before.
pub type Script = Box<dyn Fn(&Seen, Reply) -> Reply + Send + Sync>;

struct Shared {
    api: SocketAddr,
    token: String,
    repositories: Mutex<BTreeMap<String, PathBuf>>,
    log: Mutex<Vec<Seen>>,
    script: Mutex<Option<Arc<Script>>>,
}

/// A running host; its thread ends with the process.
pub struct GitHost {
    /// Served as long as this lives.
    _github: FakeGitHub,
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl GitHost {
    /// Serves a host, whose git part wants this token.
    pub fn start(host: Host, token: &str) -> Self {
        let github = FakeGitHub::start(host, Faults::none(at(NOW))).unwrap();
        let api = github.base_url();
        let shared = Arc::new(Shared {
            api: api.trim_start_matches("http://").parse().unwrap(),
            token: token.to_owned(),
            repositories: Mutex::default(),
            log: Mutex::default(),
            script: Mutex::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let served = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&served);
                std::thread::spawn(move || {
                    let _ = serve(&shared, stream);
                });
            }
        });
        Self {
            _github: github,
            address,
            shared,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Serves a repository under a name.
    pub fn put(&self, name: &str, path: &Path) {
        let mut all = self.shared.repositories.lock().unwrap();
        all.insert(name.to_owned(), path.to_owned());
    }

    pub fn set_script(&self, script: Option<Script>) {
        *self.shared.script.lock().unwrap() = script.map(Arc::new);
    }

    pub fn log(&self) -> Vec<Seen> {
        self.shared.log.lock().unwrap().clone()
    }
}

fn serve(shared: &Shared, mut stream: TcpStream) -> std::io::Result<()> {
    let Some((head, body)) = request(&mut stream)? else {
        return Ok(());
    };
    let line = head.lines().next().unwrap_or_default().to_owned();
    let target = line.split(' ').nth(1).unwrap_or_default().to_owned();
    if !target.contains(".git/") {
        return pass_on(shared, &head, &body, &mut stream);
    }
    let header = |name: &str| {
        head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found
                .eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })
    };
    let mut seen = Seen {
        line: line.trim_end_matches(" HTTP/1.1").to_owned(),
        authorization: header("authorization"),
        asked: String::from_utf8_lossy(&body).into_owned(),
        n_bytes: 0,
    };
    let mut reply = git(shared, &seen, &target, header("git-protocol"), &body);
    let script = shared.script.lock().unwrap().clone();
    if let Some(script) = script {
        reply = script(&seen, reply);
    }
    seen.n_bytes = reply.body.len();
    shared.log.lock().unwrap().push(seen);
    let mut text = format!("HTTP/1.1 {} x\r\nconnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    let declared = reply.body.len() + if reply.is_cut { 1_000 } else { 0 };
    let _ = write!(text, "content-length: {declared}\r\n\r\n");
    stream.write_all(text.as_bytes())?;
    stream.write_all(&reply.body)?;
    stream.flush()
}

fn request(stream: &mut TcpStream) -> std::io::Result<Option<(String, Vec<u8>)>> {
    let mut bytes = Vec::new();
    let mut part = [0; 16 << 10];
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        match stream.read(&mut part)? {
            0 => return Ok(None),
            n => bytes.extend(&part[..n]),
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut body = bytes.split_off(end);
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_it = name.eq_ignore_ascii_case("content-length");
        is_it.then(|| value.trim().parse::<usize>().unwrap())
    });
    while body.len() < length.unwrap_or(0) {
        match stream.read(&mut part)? {
            0 => return Ok(None),
            n => body.extend(&part[..n]),
        }
    }
    Ok(Some((head, body)))
}

/// Has the fake answer, one request a connection.
fn pass_on(
    shared: &Shared,
    head: &str,
    body: &[u8],
    stream: &mut TcpStream,
) -> std::io::Result<()> {
    let mut api = TcpStream::connect(shared.api)?;
    let mut lines: Vec<&str> = head.trim_end().lines().collect();
    lines.retain(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    lines.push("connection: close");
    api.write_all(format!("{}\r\n\r\n", lines.join("\r\n")).as_bytes())?;
    api.write_all(body)?;
    std::io::copy(&mut api, stream)?;
    Ok(())
}

fn git(shared: &Shared, seen: &Seen, target: &str, protocol: Option<String>, body: &[u8]) -> Reply {
    use base64::Engine as _;
    let known = format!("x-access-token:{}", shared.token);
    let known = base64::engine::general_purpose::STANDARD.encode(known);
    if seen.authorization.as_deref() != Some(&format!("Basic {known}")) {
        let mut reply = Reply::status(401);
        reply
            .headers
            .push(("www-authenticate".to_owned(), "Basic realm=x".to_owned()));
        return reply;
    }
    let (path, _) = target.split_once('?').unwrap_or((target, ""));
    let (name, rest) = path.trim_start_matches('/').split_once(".git/").unwrap();
    let Some(repository) = shared.repositories.lock().unwrap().get(name).cloned() else {
        return Reply::status(404);
    };
    let is_list = rest == "info/refs";
    let mut command = Command::new("git");
    command.args(["upload-pack", "--stateless-rpc"]);
    if is_list {
        command.arg("--advertise-refs");
    }
    let mut child = command
        .arg(&repository)
        .env("GIT_PROTOCOL", protocol.unwrap_or_default())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(body).unwrap();
    let output = child.wait_with_output().unwrap();
    let kind = if is_list { "advertisement" } else { "result" };
    let mut reply = Reply::status(200);
    reply.headers.push((
        "content-type".to_owned(),
        format!("application/x-git-upload-pack-{kind}"),
    ));
    reply.body = output.stdout;
    reply
}
