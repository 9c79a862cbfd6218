//! What stops a fetch. What only stops one stream is not an error: it is a line of the certificate.

use jiff::Timestamp;

use crate::store;

/// Why GitHub could not be asked, or its answer not be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address of the API is not usable.
    #[error("`{url}` is not a usable API address: {reason}")]
    Address {
        /// The address.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The HTTP stack could not be set up.
    #[error("the HTTP client could not be built")]
    Setup {
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The token is missing, wrong, expired or revoked.
    #[error("GitHub refused the token at `{operation}`")]
    Unauthorised {
        /// What was asked.
        operation: String,
    },
    /// The points are used up, and the wait is longer than allowed.
    #[error("GitHub's rate limit is used up until {reset_at}")]
    RateLimited {
        /// When there are points again.
        reset_at: Timestamp,
    },
    /// It went wrong as often as it was tried.
    #[error("`{operation}` at `{address}` failed {attempts} times: {last}")]
    GaveUp {
        /// Who was asked: scheme, host and port.
        address: String,
        /// What was asked.
        operation: String,
        /// How often.
        attempts: u32,
        /// How the last try ended.
        last: String,
        /// The HTTP status of the last answer; `None` where none came.
        status: Option<u16>,
    },
    /// A store that others may read was asked for, and this one holds what they must not.
    #[error(
        "the store holds texts of reviews of `{repository}`, which one that others may read must not"
    )]
    HoldsTexts {
        /// Of which repository.
        repository: String,
    },
    /// The server sends its callers elsewhere, where the token must not go.
    #[error(
        "`{operation}` at `{address}` is redirected to `{to}`, which is not followed: the token is for `{address}` alone"
    )]
    Redirected {
        /// Who was asked: scheme, host and port.
        address: String,
        /// What was asked.
        operation: String,
        /// Where to, without secrets.
        to: String,
    },
    /// The answer is not of the shape that the operation asks for.
    #[error("the answer to `{operation}` has an unexpected shape")]
    Shape {
        /// What was asked.
        operation: String,
        /// What did not fit.
        source: serde_json::Error,
    },
    /// GitHub says that the document is wrong: a defect, or a server older than the document.
    #[error("GitHub rejected `{operation}`: {message}")]
    Rejected {
        /// What was asked.
        operation: String,
        /// What it says, as it came.
        message: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}
