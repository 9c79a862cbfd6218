//! What a repository says of how it is to be read: `.mailmap`, `.git-blame-ignore-revs`, `.gitattributes`, CODEOWNERS.

mod attribute_files;
pub(super) mod attributes;
pub(super) mod notes;
pub(super) mod text;
pub(super) mod tip;
