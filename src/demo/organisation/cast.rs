//! Who is who. Every name, login and address is made up.

use crate::demo::model::{ActorType, HostAccount};

/// Someone who acts: an index into [`CAST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Actor(pub(super) usize);

/// Lead of the team and of the product `parcels`.
pub(super) const MARA: Actor = Actor(0);
/// Engineer; hands the feeds over.
pub(super) const TOMAS: Actor = Actor(1);
/// Engineer.
pub(super) const INES: Actor = Actor(2);
/// Engineer; knows the solver.
pub(super) const YUKI: Actor = Actor(3);
/// Engineer; takes the feeds over.
pub(super) const OSKAR: Actor = Actor(4);
/// The dependency bot.
pub(super) const DEPENDABOT: Actor = Actor(5);
/// The workflow bot, which deploys and prepares releases.
pub(super) const ACTIONS: Actor = Actor(6);
/// The AI reviewer.
pub(super) const RABBIT: Actor = Actor(7);
/// Someone from outside, seen a few times.
pub(super) const VISITOR: Actor = Actor(8);

/// Somebody whose account is gone: GitHub no longer names them.
pub(super) const GHOST: Actor = Actor(9);

/// The coding agent that opens pull requests.
pub(super) const COPILOT: Actor = Actor(10);

/// The people of the team.
pub(super) const TEAM: [Actor; 5] = [MARA, TOMAS, INES, YUKI, OSKAR];

/// One of the cast.
#[derive(Debug)]
pub(super) struct Persona {
    pub(super) login: &'static str,
    pub(super) name: &'static str,
    /// Names and addresses that the person's commits carry; the first is the usual one.
    pub(super) signatures: &'static [(&'static str, &'static str)],
    pub(super) kind: ActorType,
    pub(super) database_id: u64,
    pub(super) offset_minutes: i32,
}

impl Actor {
    /// Who it is.
    pub(super) fn persona(self) -> &'static Persona {
        CAST.get(self.0).unwrap_or(&CAST[0])
    }

    /// The login; `None` for a ghost.
    pub(super) fn login(self) -> Option<String> {
        (self != GHOST).then(|| self.persona().login.to_owned())
    }

    /// Whether it is one of the team's people.
    pub(super) fn is_team(self) -> bool {
        self.0 < TEAM.len()
    }
}

/// Everyone.
pub(super) const CAST: [Persona; 11] = [
    Persona {
        login: "mara-l",
        name: "Mara Lindqvist",
        signatures: &[("Mara Lindqvist", "mara@lighthouse.example")],
        kind: ActorType::User,
        database_id: 4_101,
        offset_minutes: 60,
    },
    Persona {
        login: "tbeck",
        name: "Tomas Beck",
        signatures: &[
            ("Tomas Beck", "tomas@lighthouse.example"),
            ("tomas", "tomas@beck-laptop.example"),
        ],
        kind: ActorType::User,
        database_id: 4_102,
        offset_minutes: 60,
    },
    Persona {
        login: "inesc",
        name: "Inês Caldeira",
        signatures: &[
            ("Inês Caldeira", "4103+inesc@users.noreply.github.com"),
            ("Ines Caldeira", "ines@lighthouse.example"),
        ],
        kind: ActorType::User,
        database_id: 4_103,
        offset_minutes: 0,
    },
    Persona {
        login: "yarai",
        name: "Yuki Arai",
        signatures: &[
            ("Yuki Arai", "yuki@lighthouse.example"),
            ("Yuki Arai", "yarai@users.noreply.github.com"),
        ],
        kind: ActorType::User,
        database_id: 4_104,
        offset_minutes: 540,
    },
    Persona {
        login: "odemir",
        name: "Oskar Demir",
        signatures: &[("Oskar Demir", "oskar@lighthouse.example")],
        kind: ActorType::User,
        database_id: 4_105,
        offset_minutes: 120,
    },
    Persona {
        login: "dependabot",
        name: "dependabot[bot]",
        signatures: &[(
            "dependabot[bot]",
            "49699333+dependabot[bot]@users.noreply.github.com",
        )],
        kind: ActorType::Bot,
        database_id: 49_699_333,
        offset_minutes: 0,
    },
    Persona {
        login: "github-actions",
        name: "github-actions[bot]",
        signatures: &[(
            "github-actions[bot]",
            "41898282+github-actions[bot]@users.noreply.github.com",
        )],
        kind: ActorType::Bot,
        database_id: 41_898_282,
        offset_minutes: 0,
    },
    Persona {
        login: "coderabbitai",
        name: "coderabbitai[bot]",
        signatures: &[(
            "coderabbitai[bot]",
            "136622811+coderabbitai[bot]@users.noreply.github.com",
        )],
        kind: ActorType::Bot,
        database_id: 136_622_811,
        offset_minutes: 0,
    },
    Persona {
        login: "passer-by",
        name: "Pat Passer",
        signatures: &[("Pat Passer", "pat@elsewhere.example")],
        kind: ActorType::User,
        database_id: 9_001,
        offset_minutes: -300,
    },
    Persona {
        login: "ghost",
        name: "Former Colleague",
        signatures: &[("Former Colleague", "gone@lighthouse.example")],
        kind: ActorType::User,
        database_id: 10_137,
        offset_minutes: 60,
    },
    Persona {
        login: "copilot-swe-agent",
        name: "copilot-swe-agent[bot]",
        signatures: &[(
            "copilot-swe-agent[bot]",
            "198982749+Copilot@users.noreply.github.com",
        )],
        kind: ActorType::Bot,
        database_id: 198_982_749,
        offset_minutes: 0,
    },
];

/// The accounts as the host serves them.
pub(super) fn accounts() -> Vec<HostAccount> {
    CAST.iter()
        .filter(|persona| persona.login != GHOST.persona().login)
        .map(|persona| HostAccount {
            kind: persona.kind,
            login: persona.login.to_owned(),
            node: format!(
                "{}_{}",
                if persona.kind == ActorType::User {
                    "U"
                } else {
                    "BOT"
                },
                persona.database_id
            ),
            database_id: persona.database_id,
            name: (persona.kind == ActorType::User).then(|| persona.name.to_owned()),
        })
        .collect()
}

/// The `.mailmap` that every repository carries.
pub(super) const MAILMAP: &str = "\
# One line a person: proper name and address, then what else commits carry.
Tomas Beck <tomas@lighthouse.example> tomas <tomas@beck-laptop.example>
Inês Caldeira <4103+inesc@users.noreply.github.com> Ines Caldeira <ines@lighthouse.example>
";

/// Whether a login is a bot's, or an AI reviewer's or agent's own.
pub(super) fn is_bot(login: Option<&str>) -> bool {
    CAST.iter()
        .any(|persona| Some(persona.login) == login && persona.kind == ActorType::Bot)
}
