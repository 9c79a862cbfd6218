//! Ids of objects, as gix and as the domain have them.

use gix::ObjectId;

use crate::domain::CommitId;

/// The domain's id of an object.
pub(in crate::git) fn commit_id(id: &gix::oid) -> Option<CommitId> {
    CommitId::from_bytes(id.as_bytes())
}

/// The object of a domain's id.
pub(in crate::git) fn object_id(id: &CommitId) -> Option<ObjectId> {
    ObjectId::try_from(id.as_bytes()).ok()
}
