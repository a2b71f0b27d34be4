//! What the operator is known to do wrong: histories leave it out until it is mended. None is the goal.

/// A key whose creation went through and that KMS does not show yet is made a second time when the process died, or the
/// answer was lost.
pub const KMS_LAGS: bool = true;

/// An alias of the lake's name that came to name another's key while the lake had a key is taken over.
pub const ALIAS_OF_ANOTHER: bool = true;

/// A lake that uses a key of the user's own, and whose status was lost, forgets the key that it made before.
pub const OWN_KEY_WITHOUT_STATUS: bool = true;
