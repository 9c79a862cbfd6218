//! linchpin
pub mod domain;
pub mod register;
/// m
pub mod metrics {
    pub mod measure;
}
