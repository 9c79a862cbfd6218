//! What a name stands for in a source file: its imports, its modules and its type aliases, and what `self` and `super` mean.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};

use super::names::{Name, Names};

/// Where a path is read, and what its first part may mean there.
pub struct Scope {
    pub module: Name,
    /// What a name stands for in this file, wherever in it it is brought.
    pub known: BTreeMap<String, BTreeSet<Name>>,
}

impl Scope {
    /// The paths from a crate's root that a path may mean here.
    pub fn resolved(&self, parts: &[String]) -> Vec<Name> {
        let Some(first) = parts.first() else {
            return Vec::new();
        };
        let from = |root: &[String], rest: &[String]| [root, rest].concat();
        match first.as_str() {
            "crate" | "$crate" | "linchpin" => vec![from(&["crate".to_owned()], &parts[1..])],
            "self" | "super" => {
                let is_way = |part: &&String| *part == "self" || *part == "super";
                let way: Vec<_> = parts.iter().take_while(is_way).collect();
                let n_up = way.iter().filter(|part| **part == "super").count();
                let depth = self.module.len().saturating_sub(n_up).max(1);
                vec![from(&self.module[..depth], &parts[way.len()..])]
            }
            _ => match self.known.get(first) {
                Some(meanings) => meanings
                    .iter()
                    .map(|root| from(root, &parts[1..]))
                    .collect(),
                None => vec![parts.to_vec()],
            },
        }
    }
}

/// Whether an item is compiled for tests alone.
pub fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|condition| condition.is_ident("test"))
    })
}

pub fn attributes_of(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::ExternCrate(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// The leaves of an import: the path, and the name that it brings (`None` for `*` and `_`).
fn leaves(tree: &syn::UseTree, before: &[String], found: &mut Vec<(Name, Option<String>)>) {
    let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
    match tree {
        syn::UseTree::Path(path) => leaves(&path.tree, &with(&path.ident), found),
        syn::UseTree::Group(group) => {
            for tree in &group.items {
                leaves(tree, before, found);
            }
        }
        syn::UseTree::Glob(_) => found.push(([before, &["*".to_owned()]].concat(), None)),
        syn::UseTree::Name(name) if name.ident == "self" => {
            found.push((before.to_vec(), before.last().cloned()));
        }
        syn::UseTree::Name(name) => found.push((with(&name.ident), Some(name.ident.to_string()))),
        syn::UseTree::Rename(rename) => {
            let path = if rename.ident == "self" {
                before.to_vec()
            } else {
                with(&rename.ident)
            };
            found.push((path, Some(rename.rename.to_string())));
        }
    }
}

/// The first pass: what each name stands for.
pub struct Imports {
    pub scope: Scope,
    /// How many meanings this pass has added.
    pub n_new: usize,
    pub names: Names,
}

impl Imports {
    fn brings(&mut self, name: &str, meaning: Name) {
        // `use store::Store` beside `mod store` must not make a name stand for a path that begins with itself.
        let is_itself = meaning.first().is_some_and(|first| first == name) && meaning.len() > 1;
        if !is_itself {
            let meanings = self.scope.known.entry(name.to_owned()).or_default();
            self.n_new += usize::from(meanings.len() < 16 && meanings.insert(meaning));
        }
    }

    fn import(&mut self, tree: &syn::UseTree, is_handed_on: bool) {
        let mut found = Vec::new();
        leaves(tree, &[], &mut found);
        for (path, name) in found {
            for meaning in self.scope.resolved(&path) {
                self.names.paths.insert(meaning.clone());
                self.names.imports.insert(meaning.clone());
                let Some(name) = &name else { continue };
                if is_handed_on {
                    let key = (self.scope.module.clone(), name.clone());
                    self.names.exports.insert(key, meaning.clone());
                }
                self.brings(name, meaning);
            }
        }
    }
}

impl Visit<'_> for Imports {
    fn visit_item(&mut self, item: &syn::Item) {
        if !is_for_tests(attributes_of(item)) {
            visit::visit_item(self, item);
        } else if let syn::Item::Mod(declared) = item {
            let name = [&self.scope.module[..], &[declared.ident.to_string()]].concat();
            self.names.test_modules.insert(name);
        }
    }

    fn visit_item_mod(&mut self, item: &syn::ItemMod) {
        let name = item.ident.to_string();
        let inner = [&self.scope.module[..], std::slice::from_ref(&name)].concat();
        self.brings(&name, inner.clone());
        let outer = std::mem::replace(&mut self.scope.module, inner);
        visit::visit_item_mod(self, item);
        self.scope.module = outer;
    }

    fn visit_item_use(&mut self, item: &syn::ItemUse) {
        self.import(&item.tree, !matches!(item.vis, syn::Visibility::Inherited));
    }

    fn visit_item_extern_crate(&mut self, item: &syn::ItemExternCrate) {
        let path = vec![match item.ident.to_string().as_str() {
            "self" => "crate".to_owned(),
            name => name.to_owned(),
        }];
        self.names.paths.insert(path.clone());
        if let Some((_, name)) = &item.rename {
            self.brings(&name.to_string(), path);
        }
    }

    fn visit_item_type(&mut self, item: &syn::ItemType) {
        if let syn::Type::Path(path) = &*item.ty {
            for meaning in self.scope.resolved(&parts_of(&path.path)) {
                if meaning.len() > 1 {
                    self.brings(&item.ident.to_string(), meaning);
                }
            }
        }
    }
}

pub fn parts_of(path: &syn::Path) -> Name {
    let parts = path.segments.iter();
    parts.map(|part| part.ident.to_string()).collect()
}
