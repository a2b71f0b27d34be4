"""KMS: what a key refuses in its state (KMS developer guide, "Key states of AWS KMS keys")."""

from ministack.core.responses import error_response_json, json_response
from ministack.services import kms

from .patch import body, ok, replaces


def refused(code, key, why):
    return error_response_json(code, f"{key['Arn']} is {why}.", 400)


def pending(data):
    """The answer of a key that is pending deletion, or None."""
    key = kms._resolve_key(data.get("KeyId") or data.get("TargetKeyId", ""))
    if key and key["KeyState"] == "PendingDeletion":
        return refused("KMSInvalidStateException", key, "pending deletion")
    return None


@replaces(
    kms,
    "_create_alias",
    "_disable_key",
    "_enable_key",
    "_schedule_key_deletion",
    "_tag_resource",
    "_untag_resource",
    "_update_key_description",
)
def unless_pending(original, data):
    return pending(data) or original(data)


@replaces(kms, "_enable_key_rotation", "_disable_key_rotation")
def unless_disabled(original, data):
    key = kms._resolve_key(data.get("KeyId", ""))
    if key and key["KeyState"] == "Disabled":
        return refused("DisabledException", key, "disabled")
    return pending(data) or original(data)


@replaces(kms, "_cancel_key_deletion")
def cancel_key_deletion(original, data):
    key = kms._resolve_key(data.get("KeyId", ""))
    if key and key["KeyState"] != "PendingDeletion":
        return refused("KMSInvalidStateException", key, "not pending deletion")
    return original(data)


@replaces(kms, "_get_key_rotation_status")
def get_key_rotation_status(original, data):
    """While a key is pending deletion its rotation reads as off (API reference, GetKeyRotationStatus)."""
    answer = original(data)
    if ok(answer) and pending(data):
        return json_response({**body(answer), "KeyRotationEnabled": False})
    return answer
