//! GitHub: documents out, answers in, facts and gaps derived. octocrab is the transport; what is asked, how often, how fast
//! and how answers are read is decided here.

pub mod address;
pub mod budget;
pub mod client;
pub mod decode;
pub mod error;
pub mod fetch;
pub mod git_server;
pub mod narrower;
pub mod operation;
pub mod probe;
pub mod redact;
pub mod retry;
pub mod token;
pub mod wire;

pub use address::ApiAddress;
pub use client::{Client, ClientSettings, Clock};
pub use decode::{Decoded, facts};
pub use error::Error;
pub use fetch::{Ask, Event, FetchOptions, FetchProgress, FetchReport, Listed, discover, fetch};
pub use git_server::{GitAnswer, GitServer, Refused};
pub use probe::{Probe, probe};
pub use token::Token;
