//! The vocabulary: ids, time, people and the facts every other layer speaks of.
//!
//! Nothing here performs IO, reads a clock or imports another module of the crate (invariant I1).

pub mod agents;
pub mod calendar;
pub mod codeowners;
pub mod commit;
mod commit_id;
pub mod delivery;
pub mod discovery;
pub mod facts;
pub mod forgotten;
pub mod gap;
pub mod governance;
pub mod id;
pub mod import;
pub mod incident;
pub mod listing;
pub mod moment;
pub mod naming;
pub mod owned;
pub mod person;
pub mod provenance;
pub mod pull_request;
pub mod selector;
mod side_by_side;
pub mod time;
pub mod told_time;
pub mod work_item;

pub use agents::{Agents, DeclaredAgent, is_machine_branch};
pub use calendar::{WorkCalendar, WorkPattern};
pub use codeowners::{Codeowners, OwnedBy, is_owning_team, parse_codeowners};
pub use commit::{
    AgentNote, ChangeKind, Commit, Exclusion, FileChange, History, LineEnd, LineLife, MergedFile,
    Ownership, Signature, SignatureId, Tag,
};
pub use commit_id::{CommitId, CommitPrefix};
pub use delivery::{Deployment, DeploymentStatus, Outcome, Release, WorkflowJob, WorkflowRun};
pub use discovery::{Discovered, PatternLine, discovered};
pub use facts::Facts;
pub use forgotten::{Forgetting, StandIn};
pub use gap::{Completeness, Gap, Stream, StreamCertificate};
pub use governance::{CodeownersLine, Environment, MergeRule, Milestone, Team, TeamMember};
pub use id::{
    EmailAddress, Login, NotARepoName, PatchId, PersonId, PrNumber, RepoName, RepositoryId,
};
pub use import::{
    DeclaredDeployment, DeclaredIncident, ImportKind, ImportLine, ImportLines, ImportRemark,
    IncidentEvent, IncidentPredicate, Place, Whereabouts,
};
pub use incident::{
    Attribution, Cause, Incident, IncidentKey, NoCause, ResolvedFrom, Rung, StartedFrom,
};
pub use listing::{Departure, ListedRepository, Listing, ListingTrouble, Listings, Source};
pub use owned::{Owned, Paths};
pub use person::{Account, AccountSeen, Person};
pub use provenance::{Origin, Provenance, ProvenanceKind};
pub use pull_request::{
    Comment, CommentKind, PullRequest, PullRequestCommit, PullRequestFile, PullRequestState,
    RequestAction, Review, ReviewRequest, ReviewState, TimelineEvent,
};
pub use selector::{NotASelector, RepositoryPattern, Selector};
pub use side_by_side::side_by_side;
pub use time::{Bucket, Elapsed, Granularity, Window, zone};
pub use told_time::ToldTime;
pub use work_item::{
    FieldKind, Issue, IssueComment, IssueField, IssueLink, IssuePart, IssueRelation,
};
