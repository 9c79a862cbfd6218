//! What git stores: objects read from packs and loose files, and what commits, trees and contents say.

mod cache;
pub(super) mod commit;
pub(super) mod content;
pub(super) mod decode;
mod delta;
pub(super) mod hash;
pub(super) mod id;
pub(super) mod message;
pub(super) mod object;
pub(super) mod packs;
pub(super) mod reader;
pub(super) mod tree;

pub use message::{bare_subject, named_in_subject};
