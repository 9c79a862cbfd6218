//! What may be planted.

/// Which truths the organisation holds. A test switches one off and expects not to find it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each plant is independent of the others"
)]
pub struct Plants {
    /// The lead reviews most changes of `parcels` until a date.
    pub bottleneck: bool,
    /// One person alone works on `timetable`'s `solver`.
    pub silo: bool,
    /// `timetable`'s `feeds` move from one person to another over two quarters.
    pub hand_over: bool,
    /// The lead is away for two weeks, and nothing waits.
    pub holiday: bool,
    /// One person alone reviews and approves `parcel-web`'s `tracking` from a date on.
    pub sole_approver: bool,
    /// One production deployment of `parcel-api` is rolled back.
    pub rollback: bool,
    /// One in five runs of `parcel-api`'s `integration` workflow passes only on its second attempt.
    pub flake: bool,
    /// Fifteen production deployments start an incident each. Without them there is no rollback either.
    pub incidents: bool,
    /// `parcel-web`'s `ci` workflow takes five minutes longer from a date on.
    pub slowdown: bool,
    /// One person writes every decision record of `timetable`.
    pub adr_writer: bool,
    /// One of the team joins on the first day of the record.
    pub joiner: bool,
    /// Pull requests of `parcel-api` wait for their first review in the last days, and nobody comes.
    pub stuck: bool,
    /// `timetable`'s `departures` are merged two working days after the approval, from a date on.
    pub merge_wait: bool,
    /// CODEOWNERS names somebody for `timetable`'s `solver` who does not maintain it.
    pub drift: bool,
    /// One of the team leaves a comment with every review from a date on, as was agreed.
    pub feedback: bool,
    /// A change of `parcel-web`'s `checkout` is taken back after it was in production.
    pub revert: bool,
    /// Somebody reviews the joiner's changes of `timetable` and pairs with them on `parcel-api`, for their first ninety days.
    pub mentee: bool,
    /// An incident of `timetable` has two follow-up actions with a due date: one is done in time, and one late.
    pub late_action: bool,
    /// The incident whose actions are followed up has a type and no label, fields that contradict its text, and its actions as
    /// sub-issues.
    pub typed_incident: bool,
    /// From a date on two coding agents work beside people: one opens pull requests, one is a co-author. Without them there is
    /// nothing of the next two either.
    pub agents: bool,
    /// Whoever has most changes of `timetable`'s `notices` done by an agent approves those alone.
    pub self_approval: bool,
    /// `timetable`'s `notices` are written by an agent alone.
    pub agent_area: bool,
    /// Pull requests of `parcel-api`'s `pricing` name one initiative by a label, and it has ended.
    pub epic: bool,
    /// `timetable` lands through a merge queue, which gives some changes back for their checks.
    pub merge_queue: bool,
    /// Many changes of `timetable` are armed to be merged once they may.
    pub auto_merge: bool,
}

impl Default for Plants {
    fn default() -> Self {
        Self {
            bottleneck: true,
            silo: true,
            hand_over: true,
            holiday: true,
            sole_approver: true,
            rollback: true,
            flake: true,
            incidents: true,
            slowdown: true,
            adr_writer: true,
            joiner: true,
            stuck: true,
            merge_wait: true,
            drift: true,
            feedback: true,
            revert: true,
            mentee: true,
            late_action: true,
            typed_incident: true,
            agents: true,
            self_approval: true,
            agent_area: true,
            epic: true,
            merge_queue: true,
            auto_merge: true,
        }
    }
}

impl Plants {
    /// The plants' names.
    pub const NAMES: [&'static str; 25] = [
        "bottleneck",
        "silo",
        "hand-over",
        "holiday",
        "sole-approver",
        "rollback",
        "flake",
        "incidents",
        "slowdown",
        "adr-writer",
        "joiner",
        "stuck",
        "merge-wait",
        "drift",
        "feedback",
        "revert",
        "mentee",
        "late-action",
        "typed-incident",
        "agents",
        "self-approval",
        "agent-area",
        "epic",
        "merge-queue",
        "auto-merge",
    ];

    /// Leaves one out; false where there is none of that name.
    pub fn leave_out(&mut self, name: &str) -> bool {
        let plant = match name {
            "bottleneck" => &mut self.bottleneck,
            "silo" => &mut self.silo,
            "hand-over" => &mut self.hand_over,
            "holiday" => &mut self.holiday,
            "sole-approver" => &mut self.sole_approver,
            "rollback" => &mut self.rollback,
            "flake" => &mut self.flake,
            "incidents" => &mut self.incidents,
            "slowdown" => &mut self.slowdown,
            "adr-writer" => &mut self.adr_writer,
            "joiner" => &mut self.joiner,
            "stuck" => &mut self.stuck,
            "merge-wait" => &mut self.merge_wait,
            "drift" => &mut self.drift,
            "feedback" => &mut self.feedback,
            "revert" => &mut self.revert,
            "mentee" => &mut self.mentee,
            "late-action" => &mut self.late_action,
            "typed-incident" => &mut self.typed_incident,
            "agents" => &mut self.agents,
            "self-approval" => &mut self.self_approval,
            "agent-area" => &mut self.agent_area,
            "epic" => &mut self.epic,
            "merge-queue" => &mut self.merge_queue,
            "auto-merge" => &mut self.auto_merge,
            _ => return false,
        };
        *plant = false;
        true
    }
}
