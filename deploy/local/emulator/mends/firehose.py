"""Firehose: states that take time, what reads leave out, updates that merge, the raw backup."""

import gzip

from ministack.core.responses import json_response
from ministack.services import firehose

from .patch import is_over, ok, replaces, state_ends

BACKUP_DEFAULTS = {
    "Prefix": "",
    "ErrorOutputPrefix": "",
    "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300},
    "CompressionFormat": "UNCOMPRESSED",
    "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
    "CloudWatchLoggingOptions": {"Enabled": False},
}


def begin(stream, status):
    stream["status"] = status
    stream["state_ends"] = state_ends()


def settle():
    """Ends the states whose time is over, in the account and region of the request."""
    with firehose._lock:
        for name, stream in list(firehose._streams.items()):
            if stream["status"] == "ACTIVE" or not is_over(stream["state_ends"]):
                continue
            if stream["status"] == "DELETING":
                del firehose._streams[name]
            else:
                stream["status"] = "ACTIVE"


@replaces(firehose, "_handle_request_sync", "ingest_from_kinesis_source")
def settled(original, *arguments):
    settle()
    return original(*arguments)


@replaces(firehose, "_create_delivery_stream")
def create_delivery_stream(original, data):
    answer = original(data)
    if ok(answer):
        begin(firehose._streams[data["DeliveryStreamName"]], "CREATING")
    return answer


@replaces(firehose, "_delete_delivery_stream")
def delete_delivery_stream(original, data):
    stream = firehose._streams.get(data.get("DeliveryStreamName", ""))
    if stream is None or stream["status"] == "CREATING":
        return original(data)
    if stream["status"] == "ACTIVE":
        begin(stream, "DELETING")
    return json_response({})


@replaces(firehose, "_tag_delivery_stream", "_untag_delivery_stream")
def update_tags(original, data):
    return busy(data) or original(data)


def busy(data):
    """The answer while the delivery stream is not ACTIVE, or None."""
    name = data.get("DeliveryStreamName", "")
    stream = firehose._streams.get(name)
    return firehose._in_use(name) if stream and stream["status"] != "ACTIVE" else None


@replaces(firehose, "_update_destination")
def update_destination(original, data):
    """Members that are left out keep their value, also in the backup and the format conversion."""
    stream = firehose._streams.get(data.get("DeliveryStreamName", ""))
    update = data.get("ExtendedS3DestinationUpdate")
    if stream is None or not stream["destinations"] or update is None:
        return busy(data) or original(data)
    config = stream["destinations"][0]["config"]
    if config.get("S3BackupMode") == "Enabled" and update.get("S3BackupMode") == "Disabled":
        return firehose._invalid("Once backup is enabled, it can't be disabled.")
    update = dict(update)
    if "S3BackupUpdate" in update:
        update["S3BackupConfiguration"] = {**config.get("S3BackupConfiguration", {}), **update.pop("S3BackupUpdate")}
    if "DataFormatConversionConfiguration" in update:
        key = "DataFormatConversionConfiguration"
        update[key] = {**config.get(key, {}), **update[key]}
    return busy(data) or original({**data, "ExtendedS3DestinationUpdate": update})


@replaces(firehose, "_dest_description")
def destination_description(original, destination):
    description = original(destination)
    extended, config = description.get("ExtendedS3DestinationDescription"), destination["config"]
    if extended is None:
        return description
    for member in ("CustomTimeZone", "FileExtension"):
        if member in config:
            extended[member] = config[member]
    if "S3BackupConfiguration" in config:
        extended["S3BackupDescription"] = {**BACKUP_DEFAULTS, **config["S3BackupConfiguration"]}
    return description


@replaces(firehose, "_deliver_to_s3")
def deliver_to_s3(original, stream, destination, record, *rest):
    """The record as it came goes to the backup bucket, whatever becomes of its conversion."""
    config = destination["config"]
    if config.get("S3BackupMode") == "Enabled" and "S3BackupConfiguration" in config:
        backup(stream, config, record)
    return original(stream, destination, record, *rest)


def backup(stream, config, record):
    target = {**BACKUP_DEFAULTS, **config["S3BackupConfiguration"]}
    zipped = target["CompressionFormat"] == "GZIP"
    arrival = firehose._arrival_time(config)
    time = firehose._java_time("yyyy-MM-dd-HH-mm-ss", arrival)
    name = f"{stream['name']}-{stream['version']}-{time}-{firehose.new_uuid()}"
    firehose._put_s3_object(
        firehose._s3_bucket_from_arn(target["BucketARN"]),
        firehose._evaluate_prefix(target["Prefix"], arrival) + name + (".gz" if zipped else ""),
        gzip.compress(record) if zipped else record,
    )
