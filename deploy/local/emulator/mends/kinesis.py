"""Kinesis: tags at create, states that take time, calls that are missing."""

from ministack.core.responses import error_response_json, get_account_id, json_response
from ministack.services import kinesis

from .patch import adds, is_over, ok, replaces, state_ends

# An on-demand stream begins with four shards (Kinesis developer guide, "On-demand mode").
ON_DEMAND_SHARDS = 4


def begin(stream, status):
    stream["StreamStatus"] = status
    stream["state_ends"] = state_ends()


def settle():
    """Ends the states whose time is over. Runs before each request, in the request's account and region."""
    for name, stream in list(kinesis._streams.items()):
        if stream["StreamStatus"] != "ACTIVE" and is_over(stream["state_ends"]):
            deleting = stream["StreamStatus"] == "DELETING"
            stream["StreamStatus"] = "ACTIVE"
            if deleting:
                delete_now({"StreamName": name})


def busy(stream):
    """The answer while the stream is not ACTIVE, or None."""
    if stream is None or stream["StreamStatus"] == "ACTIVE":
        return None
    return error_response_json(
        "ResourceInUseException",
        f"Stream {stream['StreamName']} under account {get_account_id()} not ACTIVE, "
        f"instead in state {stream['StreamStatus']}",
        400,
    )


@replaces(kinesis, "handle_request")
async def handle_request(original, *request):
    settle()
    return await original(*request)


@replaces(kinesis, "_ensure_active")
def ensure_active(_original, _stream):
    """The emulator ends CREATING at the first look; here it lasts."""


@replaces(kinesis, "_create_stream")
def create_stream(original, data):
    if data.get("StreamModeDetails", {}).get("StreamMode") == "ON_DEMAND":
        data = {**data, "ShardCount": ON_DEMAND_SHARDS}
    answer = original(data)
    if ok(answer):
        stream = kinesis._streams[data["StreamName"]]
        stream["tags"] = dict(data.get("Tags") or {})
        begin(stream, "CREATING")
    return answer


delete_now = kinesis._delete_stream


@replaces(kinesis, "_delete_stream")
def delete_stream(original, data):
    _, stream = kinesis._resolve_stream(data)
    if stream is None:
        return original(data)
    refused = busy(stream)
    if refused:
        return refused
    begin(stream, "DELETING")
    return json_response({})


@replaces(
    kinesis,
    "_start_stream_encryption",
    "_stop_stream_encryption",
    "_increase_retention",
    "_decrease_retention",
    "_update_shard_count",
    "_split_shard",
    "_merge_shards",
)
def update(original, data):
    _, stream = kinesis._resolve_stream(data)
    refused = busy(stream)
    if refused:
        return refused
    unchanged = stream and data.get("RetentionPeriodHours") == stream["RetentionPeriodHours"]
    answer = original(data)
    if ok(answer) and not unchanged:
        begin(stream, "UPDATING")
    return answer


@replaces(kinesis, "_add_tags", "_remove_tags")
def update_tags(original, data):
    _, stream = kinesis._resolve_stream(data)
    return busy(stream) or original(data)


@replaces(kinesis, "_put_record", "_put_records")
def put(original, data):
    """A stream takes records while it is UPDATING (UpdateShardCount: "you can continue to read and write")."""
    _, stream = kinesis._resolve_stream(data)
    if stream is None or stream["StreamStatus"] != "UPDATING":
        return original(data)
    stream["StreamStatus"] = "ACTIVE"
    try:
        return original(data)
    finally:
        stream["StreamStatus"] = "UPDATING"


@adds(kinesis, "UpdateStreamMode")
def update_stream_mode(data):
    return update(set_mode, data)


def set_mode(data):
    name, stream = kinesis._resolve_stream(data)
    if stream is None:
        return error_response_json("ResourceNotFoundException", f"Stream {name} not found", 400)
    stream["StreamModeDetails"] = data["StreamModeDetails"]
    return json_response({})


@adds(kinesis, "TagResource")
def tag_resource(data):
    return kinesis._add_tags({"StreamARN": data["ResourceARN"], "Tags": data["Tags"]})


@adds(kinesis, "UntagResource")
def untag_resource(data):
    return kinesis._remove_tags({"StreamARN": data["ResourceARN"], "TagKeys": data["TagKeys"]})


@adds(kinesis, "ListTagsForResource")
def list_tags_for_resource(data):
    return kinesis._list_tags({"StreamARN": data["ResourceARN"]})
