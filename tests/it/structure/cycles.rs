//! Which files import each other in a circle: whoever reads one of them has to read all.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{Name, Names, module_of};

/// File → the files that it imports from. A name that a module hands on (`pub use`) leads to the file that it comes from.
pub fn imports(names: &BTreeMap<String, Names>) -> BTreeMap<String, BTreeSet<String>> {
    let file_of: BTreeMap<Name, &String> =
        names.keys().map(|file| (module_of(file), file)).collect();
    let exports: BTreeMap<&(Name, String), &Name> =
        names.values().flat_map(|names| &names.exports).collect();
    let imported = |(file, names): (&String, &Names)| {
        let own = module_of(file);
        // What a file hands on is no import: whoever asks for it is led on to where it is.
        let handed_on: BTreeSet<&Name> = names.exports.values().collect();
        let files = names
            .imports
            .iter()
            .filter(|import| !handed_on.contains(import) || !is_below(import, &own))
            .filter_map(|import| file_behind(import, &file_of, &exports))
            .filter(|found| *found != file)
            .cloned()
            .collect();
        (file.clone(), files)
    };
    names.iter().map(imported).collect()
}

fn is_below(name: &[String], module: &[String]) -> bool {
    name.len() > module.len() && name.starts_with(module)
}

/// The file that an imported name comes from; `None` where it is not of this crate.
fn file_behind<'a>(
    name: &[String],
    file_of: &BTreeMap<Name, &'a String>,
    exports: &BTreeMap<&(Name, String), &Name>,
) -> Option<&'a String> {
    let mut name = name.to_vec();
    // As many steps as any chain of `pub use` has; a circle of them ends here too.
    for _ in 0..8 {
        let depth = (1..=name.len())
            .rev()
            .find(|depth| file_of.contains_key(&name[..*depth]))?;
        let (module, rest) = name.split_at(depth);
        let key = rest.first().map(|first| (module.to_vec(), first.clone()));
        match key.and_then(|key| exports.get(&key).copied()) {
            Some(origin) if origin.first().is_some_and(|root| root == "crate") => {
                name = [&origin[..], &rest[1..]].concat();
            }
            _ => return file_of.get(module).copied(),
        }
    }
    None
}

/// The circles of more than one file, the largest first.
pub fn cycles(imports: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<String>> {
    let reached: BTreeMap<&String, BTreeSet<&String>> = imports
        .keys()
        .map(|file| (file, reachable(file, imports)))
        .collect();
    let mut found: BTreeSet<Vec<String>> = BTreeSet::new();
    for (file, from_here) in &reached {
        let circle: Vec<String> = from_here
            .iter()
            .filter(|other| reached.get(**other).is_some_and(|back| back.contains(file)))
            .map(|other| (*other).clone())
            .collect();
        if circle.len() > 1 {
            found.insert(circle);
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_by_key(|circle| std::cmp::Reverse(circle.len()));
    found
}

fn reachable<'a>(
    file: &str,
    imports: &'a BTreeMap<String, BTreeSet<String>>,
) -> BTreeSet<&'a String> {
    let mut reached = BTreeSet::new();
    let mut pending: Vec<&String> = imports.get(file).into_iter().flatten().collect();
    while let Some(next) = pending.pop() {
        if reached.insert(next) {
            pending.extend(imports.get(next).into_iter().flatten());
        }
    }
    reached
}
