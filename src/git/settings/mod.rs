//! What a repository says of how it is to be read: `.mailmap`, `.git-blame-ignore-revs`, `.gitattributes`, CODEOWNERS.

pub(super) mod attributes;
pub(super) mod text;
pub(super) mod tip;
