//! linchpin
pub mod domain;
pub mod register;
pub mod tables;
/// m
pub mod metrics {
    pub mod measure;
}
