"""Athena: every member of a workgroup can be updated, and what is missing is said in AWS's words."""

from ministack.core.responses import error_response_json
from ministack.services import athena

from .patch import ok, replaces


def missing(data):
    """The answer for a workgroup that does not exist, or None."""
    name = data.get("WorkGroup")
    if name in athena._workgroups:
        return None
    return error_response_json("InvalidRequestException", f"WorkGroup {name} is not found.", 400)


@replaces(athena, "_get_workgroup", "_delete_workgroup")
def unless_missing(original, data):
    return missing(data) or original(data)


@replaces(athena, "_create_workgroup")
def create_workgroup(original, data):
    if data.get("Name") in athena._workgroups:
        return error_response_json("InvalidRequestException", "WorkGroup is already created", 400)
    return original(data)


@replaces(athena, "_update_workgroup")
def update_workgroup(original, data):
    answer = missing(data) or original(data)
    if not ok(answer):
        return answer
    config = athena._workgroups[data["WorkGroup"]].setdefault("Configuration", {})
    updates = data.get("ConfigurationUpdates", {})
    if updates.get("RemoveBytesScannedCutoffPerQuery"):
        config.pop("BytesScannedCutoffPerQuery", None)
    results = updates.get("ResultConfigurationUpdates", {})
    if "ExpectedBucketOwner" in results:
        config.setdefault("ResultConfiguration", {})["ExpectedBucketOwner"] = results["ExpectedBucketOwner"]
    if results.get("RemoveExpectedBucketOwner"):
        config.get("ResultConfiguration", {}).pop("ExpectedBucketOwner", None)
    return answer
