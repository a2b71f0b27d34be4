"""Glue crawlers: tags at create, schedules, what reads fill in, crawls that register the partitions they find."""

import os
import time

from ministack.core.responses import error_response_json, json_response, new_uuid
from ministack.services import glue, s3

from .patch import adds, body, is_over, ok, replaces, state_ends

CRAWL_SECONDS = float(os.environ.get("EMULATOR_CRAWL_SECONDS", "2"))
# Kept with the crawler, not part of any answer: the crawls, the newest first, and when the one that runs ends.
CRAWLS, ENDS = "_crawls", "_ends"
# What GetCrawler fills in.
DEFAULTS = {
    "SchemaChangePolicy": {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "DEPRECATE_IN_DATABASE"},
    "RecrawlPolicy": {"RecrawlBehavior": "CRAWL_EVERYTHING"},
    "LineageConfiguration": {"CrawlerLineageSettings": "DISABLE"},
    "LakeFormationConfiguration": {"UseLakeFormationCredentials": False, "AccountId": ""},
}
LOG_GROUP = "/aws-glue/crawlers"


def refused(code, why):
    return error_response_json(code, why, 400)


@replaces(glue, "_handle_request_sync")
def settled(original, *request):
    """Ends the crawls whose time is over, in the account and region of the request."""
    for crawler in list(glue._crawlers.values()):
        if crawler["State"] != "READY" and is_over(crawler[ENDS]):
            finish(crawler)
    return original(*request)


@replaces(glue, "_create_crawler")
def create_crawler(original, data):
    answer = original(data)
    if ok(answer):
        if data.get("Schedule"):
            glue._crawlers[data["Name"]]["Schedule"]["State"] = "SCHEDULED"
        if data.get("Tags"):
            glue._tags[glue._arn("crawler", data["Name"])] = dict(data["Tags"])
    return answer


@replaces(glue, "_update_crawler")
def update_crawler(original, data):
    answer = running(data) or original(data)
    if ok(answer) and "Schedule" in data:
        schedule = {"ScheduleExpression": data["Schedule"], "State": "SCHEDULED"} if data["Schedule"] else {}
        glue._crawlers[data["Name"]]["Schedule"] = schedule
    return answer


@replaces(glue, "_delete_crawler")
def delete_crawler(original, data):
    answer = running(data) or original(data)
    if ok(answer):
        glue._tags.pop(glue._arn("crawler", data["Name"]), None)
    return answer


def running(data):
    """The answer while the crawler runs or stops, or None."""
    name = data.get("Name")
    state = glue._crawlers.get(name, {}).get("State", "READY")
    if state == "READY":
        return None
    return refused("CrawlerRunningException", f"Crawler with name {name} is {state.lower()}")


def public(crawler):
    """The crawler as GetCrawler shows it: defaults filled in, the role by its name."""
    shown = {member: value for member, value in crawler.items() if not member.startswith("_")}
    shown.update({member: value for member, value in DEFAULTS.items() if not shown.get(member)})
    shown["Role"] = shown["Role"].rpartition(":role/")[2]
    return shown


@replaces(glue, "_get_crawler")
def get_crawler(original, data):
    answer = original(data)
    return json_response({"Crawler": public(body(answer)["Crawler"])}) if ok(answer) else answer


@replaces(glue, "_get_crawlers")
def get_crawlers(original, data):
    return json_response({"Crawlers": [public(crawler) for crawler in body(original(data))["Crawlers"]]})


@replaces(glue, "_start_crawler")
def start_crawler(original, data):
    crawler = glue._crawlers.get(data.get("Name"))
    if crawler is None:
        return original(data)
    answer = running(data)
    if answer:
        return answer
    crawler.update({"State": "RUNNING", ENDS: time.monotonic() + CRAWL_SECONDS})
    crawl = {"CrawlId": new_uuid(), "State": "RUNNING", "StartTime": time.time()}
    crawler[CRAWLS] = [crawl, *crawler.get(CRAWLS, [])]
    return json_response({})


@replaces(glue, "_stop_crawler")
def stop_crawler(original, data):
    crawler = glue._crawlers.get(data.get("Name"))
    if crawler is None or crawler["State"] == "READY":
        return original(data)
    if crawler["State"] == "STOPPING":
        return refused("CrawlerStoppingException", f"Crawler with name {data['Name']} is stopping")
    crawler.update({"State": "STOPPING", ENDS: state_ends()})
    return json_response({})


def finish(crawler):
    """Ends the crawl that runs: registers what it found, and writes down how it went."""
    crawl = crawler[CRAWLS][0]
    if crawler["State"] == "STOPPING":
        state, status, error = "STOPPED", "CANCELLED", None
    else:
        error = register_partitions(crawler)
        state, status = ("FAILED", "FAILED") if error else ("COMPLETED", "SUCCEEDED")
    log = {"LogGroup": LOG_GROUP, "LogStream": crawler["Name"], "MessagePrefix": crawl["CrawlId"]}
    failure = {"ErrorMessage": error} if error else {}
    crawl.update({"State": state, "EndTime": time.time(), **log, **failure})
    crawler["LastCrawl"] = {"Status": status, "StartTime": crawl["StartTime"], **log, **failure}
    crawler["CrawlElapsedTime"] = int((crawl["EndTime"] - crawl["StartTime"]) * 1000)
    crawler["State"] = "READY"


def register_partitions(crawler):
    """Registers a partition for each folder of each table that the crawler targets; returns what went wrong."""
    for target in crawler["Targets"].get("CatalogTargets", []):
        for name in target["Tables"]:
            table = glue._tables.get(f"{target['DatabaseName']}/{name}")
            if table is None:
                return f"Table {target['DatabaseName']}.{name} not found"
            storage, keys = table["StorageDescriptor"], [key["Name"] for key in table["PartitionKeys"]]
            found = [
                {"Values": values, "StorageDescriptor": {**storage, "Location": location}, "Parameters": {}}
                for values, location in folders(storage["Location"], keys)
            ]
            glue._batch_create_partition({**target, "TableName": name, "PartitionInputList": found})
    return None


def folders(location, keys):
    """The values and location of each folder KEY=VALUE/… below `location` that holds an object, in order."""
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    found = {}
    for path in s3._buckets.get(bucket, {}).get("objects", {}):
        *parts, _name = path.removeprefix(prefix).split("/")
        named = [part.partition("=") for part in parts[: len(keys)]]
        if path.startswith(prefix) and keys and [key for key, _, value in named if value] == keys:
            found[tuple(value for _, _, value in named)] = "/".join(parts[: len(keys)])
    return [(list(values), f"s3://{bucket}/{prefix}{found[values]}/") for values in sorted(found)]


@adds(glue, "ListCrawls")
def list_crawls(data):
    crawler = glue._crawlers.get(data.get("CrawlerName"))
    if crawler is None:
        return refused("EntityNotFoundException", f"Crawler {data.get('CrawlerName')} not found")
    return json_response({"Crawls": crawler.get(CRAWLS, [])})


def with_schedule(data, change):
    """Answers a call about the schedule of a crawler; `change` returns the schedule or a refusal."""
    name = data.get("CrawlerName")
    crawler = glue._crawlers.get(name)
    if crawler is None:
        return refused("EntityNotFoundException", f"Crawler {name} not found")
    outcome = change(crawler["Schedule"])
    if not isinstance(outcome, dict):
        return outcome
    crawler["Schedule"] = outcome
    return json_response({})


@adds(glue, "StartCrawlerSchedule")
def start_crawler_schedule(data):
    def start(schedule):
        if not schedule:
            return refused("NoScheduleException", "The crawler has no schedule")
        if schedule["State"] == "SCHEDULED":
            return refused("SchedulerRunningException", "The schedule runs already")
        return {**schedule, "State": "SCHEDULED"}

    return with_schedule(data, start)


@adds(glue, "StopCrawlerSchedule")
def stop_crawler_schedule(data):
    def stop(schedule):
        if not schedule or schedule["State"] != "SCHEDULED":
            return refused("SchedulerNotRunningException", "The schedule does not run")
        return {**schedule, "State": "NOT_SCHEDULED"}

    return with_schedule(data, stop)


@adds(glue, "UpdateCrawlerSchedule")
def update_crawler_schedule(data):
    expression = data.get("Schedule")
    return with_schedule(
        data, lambda _: {"ScheduleExpression": expression, "State": "SCHEDULED"} if expression else {}
    )
