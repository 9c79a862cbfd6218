//! What a source file names, read from its syntax: every path, however it is spelled, as one that begins at a crate.
//!
//! Imports (nested, renamed, by `super`, by a name that another import brought), paths in expressions, types, patterns and
//! attributes, the tokens of macros, `extern crate`. What is compiled for tests alone is not looked at.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::visit::{self, Visit};

use super::imports::{Imports, Scope, attributes_of, is_for_tests, parts_of};

/// A path from a crate's root on: `["crate", "git", "tree"]`, `["std", "fs"]`. An import of everything ends in `*`.
pub type Name = Vec<String>;

/// What one file names.
#[derive(Debug, Default)]
pub struct Names {
    /// Every path with at least two parts, and every import.
    pub paths: BTreeSet<Name>,
    /// Of those, what `use` imports.
    pub imports: BTreeSet<Name>,
    /// What the file hands on under a name of its own, by module: `pub use`.
    pub exports: BTreeMap<(Name, String), Name>,
    /// Macros that are called, by the last part of their names.
    pub macros: BTreeSet<String>,
    /// Methods that are called.
    pub methods: BTreeSet<String>,
    /// Texts that are written out.
    pub texts: BTreeSet<String>,
    /// Whether it takes source from a place that its modules do not name: `#[path]`, `include!`.
    pub reads_elsewhere: bool,
    /// Whether anything in it is asynchronous.
    pub is_async: bool,
    /// Modules that are declared for tests alone.
    pub test_modules: BTreeSet<Name>,
}

/// The module of a file below `src`: `git/tree/bounds.rs` is `crate::git::tree::bounds`.
pub fn module_of(file: &str) -> Name {
    let stem = file.strip_suffix(".rs").unwrap_or(file);
    let mut module = vec!["crate".to_owned()];
    module.extend(stem.split('/').map(str::to_owned));
    if matches!(
        module.last().map(String::as_str),
        Some("mod" | "lib" | "main")
    ) {
        module.pop();
    }
    module
}

/// What the source of a file names.
pub fn names_of(file: &str, source: &str) -> Names {
    let parsed = match syn::parse_file(source) {
        Ok(parsed) => parsed,
        Err(error) => panic!("{file} is no Rust: {error}"),
    };
    let mut scope = Scope {
        module: module_of(file),
        known: BTreeMap::new(),
    };
    // Names that imports bring may stand behind their use, and be made of each other: what is known grows until it is whole.
    loop {
        let mut imports = Imports {
            scope,
            n_new: 0,
            names: Names::default(),
        };
        imports.visit_file(&parsed);
        scope = imports.scope;
        if imports.n_new == 0 {
            let mut reader = Reader {
                scope,
                names: imports.names,
            };
            reader.visit_file(&parsed);
            return reader.names;
        }
    }
}

/// The second pass: everything else that is named.
struct Reader {
    scope: Scope,
    names: Names,
}

impl Reader {
    fn path(&mut self, parts: &[String]) {
        if parts.len() > 1 {
            self.names.paths.extend(self.scope.resolved(parts));
        }
    }

    /// Paths, macros, methods and texts in the tokens of a macro or an attribute, which need not be Rust.
    fn tokens(&mut self, tokens: TokenStream, before: &[String]) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is = |at: usize, mark: char| matches!(tokens.get(at), Some(TokenTree::Punct(found)) if found.as_char() == mark);
        let mut at = 0;
        while at < tokens.len() {
            let mut path = before.to_vec();
            let follows_dot = at > 0 && is(at - 1, '.');
            while let Some(TokenTree::Ident(part)) = tokens.get(at) {
                path.push(part.to_string());
                at += 1;
                if !(is(at, ':') && is(at + 1, ':')) {
                    break;
                }
                at += 2;
            }
            if path.len() > before.len() {
                if is(at, '!') && !is(at + 1, '=') {
                    self.names.macros.extend(path.last().cloned());
                }
                let is_called = matches!(tokens.get(at), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis);
                if follows_dot && is_called && path.len() == before.len() + 1 {
                    self.names.methods.extend(path.last().cloned());
                }
                self.names.is_async |= path == ["async"];
                self.path(&path);
                if is(at.wrapping_sub(1), ':') && at > 0 {
                    // What follows `::`: a group of imports, everything, or the arguments of a generic.
                    match tokens.get(at) {
                        Some(TokenTree::Group(group)) => self.tokens(group.stream(), &path),
                        Some(TokenTree::Punct(mark)) if mark.as_char() == '*' => {
                            path.push("*".to_owned());
                            self.path(&path);
                        }
                        _ => continue,
                    }
                    at += 1;
                }
                continue;
            }
            match &tokens[at] {
                TokenTree::Group(group) => self.tokens(group.stream(), &[]),
                TokenTree::Literal(text) => {
                    self.names.texts.insert(text.to_string());
                }
                _ => {}
            }
            at += 1;
        }
    }
}

impl Visit<'_> for Reader {
    fn visit_item(&mut self, item: &syn::Item) {
        if !is_for_tests(attributes_of(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &syn::ImplItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &syn::ItemMod) {
        let inner = [&self.scope.module[..], &[item.ident.to_string()]].concat();
        let outer = std::mem::replace(&mut self.scope.module, inner);
        visit::visit_item_mod(self, item);
        self.scope.module = outer;
    }

    fn visit_item_use(&mut self, _: &syn::ItemUse) {}

    fn visit_path(&mut self, path: &syn::Path) {
        self.path(&parts_of(path));
        visit::visit_path(self, path);
    }

    fn visit_expr_path(&mut self, item: &syn::ExprPath) {
        // `<jiff::Timestamp>::now`: the type and the rest are one path.
        if let Some(own) = &item.qself
            && let syn::Type::Path(own) = &*own.ty
        {
            self.path(&[parts_of(&own.path), parts_of(&item.path)].concat());
        }
        visit::visit_expr_path(self, item);
    }

    fn visit_attribute(&mut self, attribute: &syn::Attribute) {
        self.path(&parts_of(attribute.path()));
        match &attribute.meta {
            syn::Meta::List(list) => {
                self.tokens(list.tokens.clone(), &[]);
                // `#[serde(with = "crate::path")]` names a path in a text.
                for token in list.tokens.clone() {
                    if let TokenTree::Literal(text) = token
                        && let Ok(path) =
                            syn::parse_str::<syn::Path>(text.to_string().trim_matches('"'))
                    {
                        self.path(&parts_of(&path));
                    }
                }
            }
            syn::Meta::NameValue(_) if attribute.path().is_ident("path") => {
                self.names.reads_elsewhere = true;
            }
            _ => {}
        }
    }

    fn visit_macro(&mut self, called: &syn::Macro) {
        let parts = parts_of(&called.path);
        self.path(&parts);
        self.names.macros.extend(parts.last().cloned());
        self.names.reads_elsewhere |= called.path.is_ident("include");
        self.tokens(called.tokens.clone(), &[]);
    }

    fn visit_expr_method_call(&mut self, call: &syn::ExprMethodCall) {
        self.names.methods.insert(call.method.to_string());
        visit::visit_expr_method_call(self, call);
    }

    fn visit_lit_str(&mut self, text: &syn::LitStr) {
        self.names.texts.insert(text.value());
    }

    fn visit_signature(&mut self, signature: &syn::Signature) {
        self.names.is_async |= signature.asyncness.is_some();
        visit::visit_signature(self, signature);
    }

    fn visit_expr_async(&mut self, block: &syn::ExprAsync) {
        self.names.is_async = true;
        visit::visit_expr_async(self, block);
    }

    fn visit_expr_closure(&mut self, closure: &syn::ExprClosure) {
        self.names.is_async |= closure.asyncness.is_some();
        visit::visit_expr_closure(self, closure);
    }
}
