//! Review load. Team level: concentration without names.

pub mod concentration;
