//! What kinds of moments there are: their words, their headings, and the rules by which they are found. Registers name them too.

use schemars::JsonSchema;
use serde::Deserialize;

/// What kind of moment a snippet tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An own pull request was merged.
    Merged,
    /// A decision record was merged.
    DecisionRecord,
    /// A postmortem was merged.
    Postmortem,
    /// Instructions for running the product were merged.
    Runbook,
    /// A change of a database's shape was merged.
    Migration,
    /// Changes that came without a pull request.
    Committed,
    /// Changes made together with somebody.
    Paired,
    /// A published release.
    Released,
    /// What was done with a person who was new.
    FirstDays,
    /// Comments that a commit on the same file followed.
    TakenUp,
    /// A change that an agent was given to do.
    Delegated,
    /// Reviews of a fortnight.
    Reviewed,
    /// A review that asked for changes.
    ChangesRequested,
    /// A review that ended a standstill.
    Unblocked,
    /// A first review in an area.
    FirstReview,
    /// A first merged change in an area.
    FirstChange,
    /// An incident that the person coordinated.
    Coordinated,
    /// Acts in an incident.
    Incident,
    /// Merged work that waited on this person, more and longer than on the others.
    Awaited,
    /// Requests to this person that were open at the end of the window.
    Waiting,
    /// Own pull requests that nobody else had touched for long at the end of the window.
    Open,
    /// An own pull request that was sent back more than once.
    SentBack,
    /// An entry by hand.
    Manual,
}

impl Kind {
    /// Every kind, in the order of a pack.
    pub const ALL: [Self; 23] = [
        Self::Merged,
        Self::DecisionRecord,
        Self::Postmortem,
        Self::Runbook,
        Self::Migration,
        Self::Committed,
        Self::Paired,
        Self::Released,
        Self::FirstDays,
        Self::TakenUp,
        Self::Delegated,
        Self::Reviewed,
        Self::ChangesRequested,
        Self::Unblocked,
        Self::FirstReview,
        Self::FirstChange,
        Self::Coordinated,
        Self::Incident,
        Self::Awaited,
        Self::Waiting,
        Self::Open,
        Self::SentBack,
        Self::Manual,
    ];

    /// The word used in files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Merged => "merged",
            Self::DecisionRecord => "decision_record",
            Self::Postmortem => "postmortem",
            Self::Runbook => "runbook",
            Self::Migration => "migration",
            Self::Committed => "committed",
            Self::Paired => "paired",
            Self::Released => "released",
            Self::FirstDays => "first_days",
            Self::TakenUp => "taken_up",
            Self::Delegated => "delegated",
            Self::Reviewed => "reviewed",
            Self::ChangesRequested => "changes_requested",
            Self::Unblocked => "unblocked",
            Self::FirstReview => "first_review",
            Self::FirstChange => "first_change",
            Self::Coordinated => "coordinated",
            Self::Incident => "incident",
            Self::Awaited => "awaited",
            Self::Waiting => "waiting",
            Self::Open => "open",
            Self::SentBack => "sent_back",
            Self::Manual => "manual",
        }
    }

    /// The heading in a pack.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Merged => "Changes merged",
            Self::DecisionRecord => "Decision records",
            Self::Postmortem => "Postmortems",
            Self::Runbook => "Runbooks",
            Self::Migration => "Migrations",
            Self::Committed => "Commits, by month",
            Self::Paired => "Changes made together",
            Self::Released => "Releases",
            Self::FirstDays => "With people who were new",
            Self::TakenUp => "Comments that a commit followed",
            Self::Delegated => "Changes given to agents",
            Self::Reviewed => "Reviews, by fortnight",
            Self::ChangesRequested => "Reviews that asked for changes",
            Self::Unblocked => "Standstills ended",
            Self::FirstReview => "First reviews in an area",
            Self::FirstChange => "First changes in an area",
            Self::Coordinated => "Incidents coordinated",
            Self::Incident => "Incidents",
            Self::Awaited => "Work that waited on this person",
            Self::Waiting => "Requests that wait",
            Self::Open => "Own open work that stood still",
            Self::SentBack => "Own changes sent back more than once",
            Self::Manual => "Entries by hand",
        }
    }

    /// The rule by which a moment of this kind is found.
    #[must_use]
    pub const fn rule(self) -> &'static str {
        match self {
            Self::Merged => "a pull request by this person that was merged in the window",
            Self::DecisionRecord | Self::Postmortem | Self::Runbook | Self::Migration => {
                "a file of the kind that this person's commits added, or most of whose lines their pull request wrote"
            }
            Self::Committed => {
                "commits of a month on the default branch that came with none of the pull requests that were read"
            }
            Self::Paired => "commits of a quarter that name both people as authors",
            Self::Released => "a release that this person published in the window",
            Self::FirstDays => {
                "reviews of the pull requests of a member in the 90 days after joining, or in the buddy weeks of the register, and \
                 commits that name both as authors"
            }
            Self::TakenUp => {
                "threads that this person opened in a quarter on somebody's pull requests, and on whose file a commit of the pull \
                 request followed"
            }
            Self::Delegated => {
                "a pull request that an agent's account opened in the window, and whose description or commits name this person as whoever \
                 had it done"
            }
            Self::Reviewed => {
                "requests to this person of a fortnight, and reviews and comments on others' pull requests in it"
            }
            Self::ChangesRequested => "a review by this person that asked for changes",
            Self::Unblocked => {
                "a first review of what nobody but its author had touched for the agreed days, by somebody who had not been asked \
                 before it stood still, nor a team of theirs; merged within ten working days of it"
            }
            Self::FirstReview => {
                "a first review in an area, at least 90 days after the record starts"
            }
            Self::FirstChange => {
                "a first change in an area, at least 90 days after the record starts"
            }
            Self::Coordinated => {
                "an incident whose entry in the register names this person as `coordinator`; without that, one whose issue is assigned to \
                 this person alone, who wrote in it. Updates are this person's comments from the opening until service was restored; \
                 the postmortem is the first that came with a change which mentions the issue, else one whose file is called after \
                 its number or its day"
            }
            Self::Incident => {
                "acts in an issue that counts as an incident, and in the pull requests that close it"
            }
            Self::Awaited => {
                "a quarter in which more than an even share of the merged pull requests waited on this person, and longer than on \
                 the others, by 80 % intervals that leave no overlap"
            }
            Self::Waiting => "requests to this person that are open at the end of the window",
            Self::Open => {
                "an own pull request that was open at the end of the window, without an event by anyone else for the agreed days"
            }
            Self::SentBack => {
                "an own merged pull request on which changes were requested more than once"
            }
            Self::Manual => "an entry of the private register",
        }
    }

    /// Whether it is about a change that the person made.
    #[must_use]
    pub const fn is_change(self) -> bool {
        matches!(
            self,
            Self::Merged
                | Self::DecisionRecord
                | Self::Postmortem
                | Self::Runbook
                | Self::Migration
        )
    }

    /// Whether a moment of the kind tells of a stretch of time with as many pages as it had: a fortnight, a month, a quarter. Its first
    /// page is then one among others.
    #[must_use]
    pub const fn is_of_a_stretch(self) -> bool {
        matches!(
            self,
            Self::Committed | Self::Paired | Self::Reviewed | Self::Awaited | Self::Waiting
        )
    }

    /// The kind under which it counts for whoever names kinds: requests that wait are the other side of reviews, a change that was sent
    /// back that of a merged one, and whoever coordinated an incident took part in it. Every other kind is its own.
    #[must_use]
    pub const fn counts_under(self) -> Self {
        match self {
            Self::Awaited | Self::Waiting => Self::Reviewed,
            Self::SentBack => Self::Merged,
            Self::Coordinated => Self::Incident,
            kind => kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::de::IntoDeserializer as _;
    use serde::de::value::{Error, StrDeserializer};

    use super::*;

    #[test]
    fn a_register_names_kinds_by_the_words_of_files() {
        for kind in Kind::ALL {
            let word: StrDeserializer<'_, Error> = kind.word().into_deserializer();
            assert_eq!(Kind::deserialize(word), Ok(kind));
        }
    }
}
