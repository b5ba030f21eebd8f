//! The user of a process: what the system itself says of who acts on the command line.

use crate::domain::Identified;

/// The user of this process, which acts itself because no daemon is running.
pub async fn user_of_process() -> Identified {
    let uid = nix::unistd::Uid::current().as_raw();
    Identified::Process { uid, user: user_name(uid).await }
}

/// The name of a user, also from a directory service. `None` if the system does not know it.
///
/// In the sandbox of the unit, users other than root and the service's own are `nobody`.
pub async fn user_name(uid: u32) -> Option<String> {
    // A directory service may take its time.
    let found = tokio::task::spawn_blocking(move || {
        nix::unistd::User::from_uid(nix::unistd::Uid::from_raw(uid))
    });
    found.await.ok()?.ok()?.map(|user| user.name)
}
