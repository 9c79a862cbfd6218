//! The vocabulary: ids, time, people and the facts every other layer speaks of.
//!
//! Nothing here performs IO, reads a clock or imports another module of the crate (invariant I1).

pub mod calendar;
pub mod codeowners;
pub mod commit;
pub mod delivery;
pub mod facts;
pub mod forgotten;
pub mod gap;
pub mod governance;
pub mod id;
pub mod incident;
mod machines;
pub mod moment;
pub mod naming;
pub mod person;
pub mod pull_request;
mod side_by_side;
pub mod time;
pub mod work_item;

pub use calendar::{WorkCalendar, WorkPattern};
pub use codeowners::{Codeowners, parse_codeowners};
pub use commit::{
    ChangeKind, Commit, Exclusion, FileChange, History, MergedFile, Ownership, Signature,
    SignatureId, Tag,
};
pub use delivery::{Deployment, DeploymentStatus, Outcome, Release, WorkflowJob, WorkflowRun};
pub use facts::Facts;
pub use forgotten::{Forgetting, StandIn};
pub use gap::{Completeness, Gap, Stream, StreamCertificate};
pub use governance::{CodeownersLine, Environment, MergeRule, Milestone, Team, TeamMember};
pub use id::{
    CommitId, CommitPrefix, EmailAddress, Login, PatchId, PersonId, PrNumber, RepoName,
    RepositoryId,
};
pub use incident::{Attribution, Cause, Incident, NoCause, ResolvedFrom, Rung, StartedFrom};
pub use machines::is_machine_branch;
pub use person::{Account, AccountSeen, Person};
pub use pull_request::{
    Comment, CommentKind, PullRequest, PullRequestCommit, PullRequestFile, PullRequestState,
    RequestAction, Review, ReviewRequest, ReviewState, TimelineEvent,
};
pub use side_by_side::side_by_side;
pub use time::{Bucket, Elapsed, Granularity, Window, zone};
pub use work_item::{Issue, IssueComment};
