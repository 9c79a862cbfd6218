//! What a line of raw answers says of itself: read without the rest of it.

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Record;

/// The beginning of a record.
#[derive(Deserialize)]
pub(super) struct Head {
    id: String,
    #[serde(default)]
    shape: String,
    #[serde(default)]
    node: Numbers,
}

/// By what a node stays the same, whatever its node id becomes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Identity {
    /// The number of a pull request or an issue.
    Number(u64),
    /// GitHub's database id.
    Database(u64),
    /// The node id, where nothing else is known.
    Id(String),
}

impl Head {
    fn number(&self) -> Option<Identity> {
        let Numbers {
            number,
            database_id,
        } = self.node;
        number
            .map(Identity::Number)
            .or(database_id.map(Identity::Database))
    }
}

/// The newest line of each node.
#[derive(Default)]
pub(super) struct Newest {
    /// Where it is, whether it says that the node is gone, and under which id.
    lines: HashMap<Identity, (usize, bool, String)>,
    /// Node ids of which a line said more: other lines may know the node by its id alone.
    known: HashMap<String, Identity>,
}

impl Newest {
    /// Adds a line; lines come in order.
    pub(super) fn add(&mut self, at: usize, head: Head) {
        let is_gone = head.shape == Record::GONE;
        let identity = match head.number() {
            Some(number) => {
                self.known.insert(head.id.clone(), number.clone());
                number
            }
            None => Identity::Id(head.id.clone()),
        };
        self.lines.insert(identity, (at, is_gone, head.id));
    }

    /// Where the newest lines of the nodes are that are not gone.
    pub(super) fn places(mut self) -> HashSet<usize> {
        for (id, number) in self.known {
            let Some(by_id) = self.lines.remove(&Identity::Id(id)) else {
                continue;
            };
            let by_number = self.lines.entry(number).or_insert_with(|| by_id.clone());
            // An id that is gone takes no node with it that lives on under another one.
            let is_of_another = by_id.1 && by_id.2 != by_number.2;
            if by_id.0 > by_number.0 && !is_of_another {
                *by_number = by_id;
            }
        }
        let here = self.lines.into_values().filter(|(_, is_gone, _)| !is_gone);
        here.map(|(at, ..)| at).collect()
    }
}

/// The numbers of a node. Whatever else a node is, and whatever stands where a number should, is passed over.
#[derive(Debug, Default)]
struct Numbers {
    number: Option<u64>,
    database_id: Option<u64>,
}

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OfNode)
    }
}

/// Passes over everything but what a visitor is there for.
macro_rules! passed_over {
    ($empty:expr) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("anything")
        }

        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok($empty)
        }

        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok($empty)
        }

        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok($empty)
        }

        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok($empty)
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($empty)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok($empty)
        }
    };
}

struct OfNode;

impl<'de> Visitor<'de> for OfNode {
    type Value = Numbers;

    passed_over!(Numbers::default());

    fn visit_u64<E>(self, _: u64) -> Result<Numbers, E> {
        Ok(Numbers::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Numbers, A::Error> {
        let mut numbers = Numbers::default();
        while let Some(key) = map.next_key::<Key>()? {
            match key {
                Key::Number => numbers.number = map.next_value::<Number>()?.0,
                Key::DatabaseId => numbers.database_id = map.next_value::<Number>()?.0,
                Key::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(numbers)
    }
}

#[derive(Deserialize)]
enum Key {
    #[serde(rename = "number")]
    Number,
    #[serde(rename = "databaseId")]
    DatabaseId,
    #[serde(other)]
    Other,
}

/// A whole number, or nothing.
struct Number(Option<u64>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OfNumber)
    }
}

struct OfNumber;

impl<'de> Visitor<'de> for OfNumber {
    type Value = Number;

    passed_over!(Number(None));

    fn visit_u64<E>(self, number: u64) -> Result<Number, E> {
        Ok(Number(Some(number)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Number, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Number(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_stays_one_whatever_its_id_becomes_and_is_gone_when_its_newest_line_says_so() {
        let check = |lines: &[&str], expected: &[usize]| {
            let mut newest = Newest::default();
            for (at, line) in lines.iter().enumerate() {
                newest.add(at, serde_json::from_str(line).unwrap());
            }
            let mut places: Vec<usize> = newest.places().into_iter().collect();
            places.sort_unstable();
            assert_eq!(places, expected, "{lines:?}");
        };
        let old = r#"{"id": "MDEx", "node": {"number": 7}}"#;
        let new = r#"{"id": "PR_7", "node": {"number": 7}}"#;
        check(&[old, new], &[1]);
        // An earlier version did not ask for database ids.
        let bare = r#"{"id": "DE_7", "node": {}}"#;
        let known = r#"{"id": "DE_7", "node": {"databaseId": 7}}"#;
        let renamed = r#"{"id": "DE_x", "node": {"databaseId": 7}}"#;
        check(&[bare, known], &[1]);
        check(&[bare, known, renamed], &[2]);
        check(&[known, bare], &[1]);
        check(&[bare, renamed], &[0, 1]);
        let gone = r#"{"id": "DE_7", "shape": "Gone", "node": {}}"#;
        check(&[known, gone], &[]);
        check(&[bare, gone], &[]);
        check(&[known, renamed, gone], &[1]);
        check(&[known, gone, renamed], &[2]);
        check(&[gone], &[]);
    }

    #[test]
    fn a_line_is_known_by_its_number_then_its_database_id_then_its_node_id() {
        let check = |node: &str, expected: Identity| {
            let line = format!(r#"{{"shape": "X", "id": "a", "node": {node}, "tails": []}}"#);
            let head: Head = serde_json::from_str(&line).unwrap();
            let found = head.number().unwrap_or(Identity::Id(head.id));
            assert_eq!(found, expected, "{node}");
        };
        check(
            r#"{"id": "a", "number": 7, "databaseId": 9}"#,
            Identity::Number(7),
        );
        check(
            r#"{"author": {"databaseId": 1}, "databaseId": 9}"#,
            Identity::Database(9),
        );
        for odd in [
            "null",
            "7",
            "-7",
            "1.5",
            "true",
            "\"x\"",
            "[1, {\"number\": 7}]",
            "{}",
            r#"{"number": null}"#,
            r#"{"number": "7"}"#,
            r#"{"number": {"number": 7}}"#,
            r#"{"number": [7]}"#,
            r#"{"number": -7}"#,
            r#"{"other": {"number": 7}}"#,
        ] {
            check(odd, Identity::Id("a".to_owned()));
        }
    }
}
