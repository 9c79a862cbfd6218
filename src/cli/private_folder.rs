//! Whose folder below `private/` is whose: one each, on every file system.

use std::collections::{BTreeMap, HashMap};

use crate::domain::{EmailAddress, Person, PersonId};
use crate::render::encode;
use crate::report::names::plain_words;
use crate::store::checksum;

/// The folder of the lead's own views.
pub const LEAD: &str = "lead";

/// The digits of a digest that tell people apart.
const DIGITS: usize = 10;

/// The folder of every human but those whom the store has forgotten.
///
/// It is the login where that is a safe name that nobody else's login equals but for case. Else it is a readable word and a short
/// digest of what stays the same of a person: the login, else the first address, else the name. So no two people share one, also
/// where the file system ignores case, and nobody has a name that Windows or the program itself keeps for something else.
#[must_use]
pub fn of_people(people: &[Person]) -> BTreeMap<PersonId, String> {
    let humans = || people.iter().filter(|person| person.can_be_named());
    let mut n_alike: HashMap<String, usize> = HashMap::new();
    for login in humans().filter_map(login) {
        *n_alike.entry(login.to_ascii_lowercase()).or_default() += 1;
    }
    let is_free = |login: &str| {
        let key = login.to_ascii_lowercase();
        encode::file_name(login) == login && key != LEAD && n_alike.get(&key) == Some(&1)
    };
    let folder = |person: &Person| match login(person) {
        Some(login) if is_free(login) => login.to_owned(),
        Some(login) => digested(login, &format!("login {login}")),
        None => {
            let identity = person.emails.iter().map(EmailAddress::key).min();
            let identity = identity.map_or_else(
                || format!("name {}", person.display_name),
                |email| format!("address {email}"),
            );
            digested(&person.display_name, &identity)
        }
    };
    humans().map(|person| (person.id, folder(person))).collect()
}

fn login(person: &Person) -> Option<&str> {
    person.logins.first().map(|login| login.0.as_str())
}

/// A readable word and a digest.
fn digested(name: &str, identity: &str) -> String {
    let words = plain_words(name).join("-");
    let word: String = words.chars().take(40).collect();
    let word = match word.trim_matches('-') {
        "" => "person",
        word => word,
    };
    let digest: String = checksum(identity.as_bytes()).chars().take(DIGITS).collect();
    format!("{word}-{digest}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Account, Login};

    fn folders(people: &[(&str, &str, &str)]) -> Vec<String> {
        let people: Vec<Person> = (0..)
            .zip(people)
            .map(|(id, (login, name, email))| {
                let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
                Person {
                    is_known: true,
                    id: PersonId(id),
                    display_name: (*name).to_owned(),
                    logins: some(login).map(Login).into_iter().collect(),
                    emails: some(email).map(EmailAddress).into_iter().collect(),
                    account: Account::Human,
                    names: Vec::new(),
                }
            })
            .collect();
        of_people(&people).into_values().collect()
    }

    #[test]
    fn everybody_has_a_folder_of_their_own() {
        let found = folders(&[
            ("ada-byron", "Ada Byron", "ada@acme.example"),
            ("Grace", "Grace", ""),
            ("grace", "Grace", ""),
            ("lead", "Lead", ""),
            ("con", "Con", ""),
            ("..", "Dots", ""),
            ("", "王小明", "wang@acme.example"),
            ("", "李大文", "li@acme.example"),
            ("", "Éva Ünal", "eva@acme.example"),
            ("", "Eva Unal", "iva@acme.example"),
            ("", "eva-unal", ""),
            ("", "NUL", "nul@acme.example"),
            ("", "", ""),
        ]);
        let mut keys: Vec<String> = found.iter().map(|name| name.to_ascii_lowercase()).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), found.len(), "{found:?}");
        assert_eq!(found[0], "ada-byron");
        let is_safe = |name: &String| encode::file_name(name) == *name && name != LEAD;
        assert!(found.iter().all(is_safe), "{found:?}");
        assert!(found[8].starts_with("eva-unal-"), "{found:?}");
        assert!(found[6].starts_with("person-"), "{found:?}");
    }

    #[test]
    fn a_folder_stays_where_somebody_else_comes_or_the_name_changes() {
        let before = folders(&[("", "Ada", "ada@acme.example"), ("ada", "A", "")]);
        let after = folders(&[
            ("", "Ada", "ada@acme.example"),
            ("ada", "Ada Byron", ""),
            ("", "Ada", "other@acme.example"),
        ]);
        assert_eq!(before, after[..2]);
    }
}
