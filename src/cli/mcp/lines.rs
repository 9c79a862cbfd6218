//! Messages, one a line: read from the standard input, and printed through the one door of this program.

use std::io::{BufRead as _, Read as _};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream};
use tokio::sync::{mpsc, watch};

use crate::cli::console;
use crate::render::encode;

/// A message that is longer is none of a client's.
const MAX_LINE: u64 = 1 << 20;

/// Carries lines from the standard input to the service, and what it answers to the standard output, until both end.
pub(super) async fn carried(service: DuplexStream) {
    let (answers, mut requests) = tokio::io::split(service);
    let (open, mut pending) = watch::channel(0_usize);
    let mut printing = tokio::spawn({
        let open = open.clone();
        async move {
            let mut answers = BufReader::new(answers).lines();
            while let Ok(Some(line)) = answers.next_line().await {
                if is_answer(&line) {
                    open.send_modify(|n| *n = n.saturating_sub(1));
                }
                console::out(&format!("{}\n", encode::json(line)));
            }
        }
    });
    let mut lines = read();
    while let Some(line) = lines.recv().await {
        match line {
            // The service would answer it without its number, and who waits for the answer would wait for ever.
            Ok(message) if message["jsonrpc"] != "2.0" => {
                let id = message.get("id").unwrap_or(&Value::Null);
                refuse(
                    -32600,
                    id,
                    "a message is an object with `\"jsonrpc\": \"2.0\"`",
                );
            }
            Ok(message) => {
                if is_request(&message) {
                    open.send_modify(|n| *n += 1);
                } else if message["method"] == "notifications/cancelled" {
                    // What is cancelled need not be answered.
                    open.send_modify(|n| *n = n.saturating_sub(1));
                }
                let sent = requests.write_all(format!("{message}\n").as_bytes()).await;
                if sent.is_err() {
                    break;
                }
            }
            Err(because) => refuse(-32700, &Value::Null, because),
        }
    }
    // A client that writes and closes is answered all the same, unless the service has ended.
    let is_answered = async {
        let _ = pending.wait_for(|n| *n == 0).await;
    };
    tokio::select! {
        () = is_answered => {}
        _ = &mut printing => return,
    }
    let _ = requests.shutdown().await;
    let _ = printing.await;
}

/// A line that is no message, answered as JSON-RPC has it.
fn refuse(code: i32, id: &Value, because: &str) {
    let error = serde_json::json!({
        "jsonrpc": "2.0",
        "id": id,
        "error": {"code": code, "message": because},
    });
    console::out(&format!("{}\n", encode::json(error.to_string())));
}

fn is_request(message: &Value) -> bool {
    message.get("method").is_some() && message.get("id").is_some_and(|id| !id.is_null())
}

fn is_answer(line: &str) -> bool {
    let message: Option<Value> = serde_json::from_str(line).ok();
    message.is_some_and(|message| message.get("id").is_some() && message.get("method").is_none())
}

/// Lines of the standard input as JSON, or why one is none: read by a thread, since a read cannot be waited for otherwise.
fn read() -> mpsc::Receiver<Result<Value, &'static str>> {
    let (sender, receiver) = mpsc::channel(16);
    let reader = move || {
        let mut input = std::io::stdin().lock();
        loop {
            let mut line = Vec::new();
            match input.by_ref().take(MAX_LINE).read_until(b'\n', &mut line) {
                Ok(n) if n > 0 => {}
                _ => return,
            }
            let is_cut = line.last() != Some(&b'\n') && line.len() as u64 >= MAX_LINE;
            if is_cut && input.skip_until(b'\n').is_err() {
                return;
            }
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let message = if is_cut {
                Err("the message is longer than 1 MiB")
            } else {
                serde_json::from_slice(&line).map_err(|_| "the message is no JSON")
            };
            if sender.blocking_send(message).is_err() {
                return;
            }
        }
    };
    let _ = std::thread::Builder::new()
        .name("messages".to_owned())
        .spawn(reader);
    receiver
}
