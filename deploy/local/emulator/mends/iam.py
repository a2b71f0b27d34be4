"""IAM: the resource that a call is authorized on, and condition keys (Service Authorization Reference)."""

import json

from ministack import app
from ministack.core import iam_actions
from ministack.services import iam, kms

from .patch import replaces


def fields(body):
    """The fields of a JSON request."""
    try:
        found = json.loads(body or b"{}")
    except (json.JSONDecodeError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def of_kms(data, arn):
    """An alias, or the key itself: where an alias names a key, the key is the resource."""
    if "AliasName" in data:
        return arn(data["AliasName"])
    key = data.get("KeyId", "")
    if key.startswith("alias/"):
        found = kms._resolve_key(key)
        return found["Arn"] if found else arn("key/none")
    return None


def of_glue(data, arn, action):
    if "ResourceArn" in data:
        return data["ResourceArn"]
    name = data.get("Name") or data.get("CrawlerName")
    if action in ("CreateCrawler", "StartCrawlerSchedule", "StopCrawlerSchedule", "UpdateCrawlerSchedule"):
        return "*"
    if "Crawler" in action:
        return arn(f"crawler/{name}")
    if action.endswith("Database"):
        return arn(f"database/{name or data.get('DatabaseInput', {}).get('Name')}")
    if action.endswith("Table"):
        return arn(f"table/{data.get('DatabaseName')}/{name or data.get('TableInput', {}).get('Name')}")
    return None


def of_athena(data, arn):
    return data.get("ResourceARN") or (arn(f"workgroup/{data['Name']}") if "Name" in data else None)


@replaces(iam_actions, "extract_resource_arn")
def extract_resource_arn(original, service, method, path, headers, body, query_params, region, account_id):
    data, action = fields(body), headers.get("x-amz-target", "").rsplit(".", 1)[-1]

    def arn(resource):
        return f"arn:aws:{service}:{region}:{account_id}:{resource}"

    found = None
    if service == "kms":
        found = of_kms(data, arn)
    elif service == "glue":
        found = of_glue(data, arn, action)
    elif service == "athena" and "WorkGroup" not in data:
        found = of_athena(data, arn)
    elif service == "lambda" and method == "POST" and path.rstrip("/").endswith("/functions"):
        found = arn(f"function:{data.get('FunctionName')}")
    return found or original(service, method, path, headers, body, query_params, region, account_id)


@replaces(iam_actions, "request_tag_context")
def request_tag_context(original, service, iam_action, body, params):
    context = original(service, iam_action, body, params)
    if iam_action == "kms:ScheduleKeyDeletion":
        context["kms:ScheduleKeyDeletionPendingWindowInDays"] = str(fields(body).get("PendingWindowInDays", 30))
    if service == "iam":
        role = iam._roles.get(iam_actions._query_param(params, "RoleName")) or {}
        boundary = iam_actions._query_param(params, "PermissionsBoundary") or role.get("PermissionsBoundary")
        if boundary:
            context["iam:PermissionsBoundary"] = boundary
    return context


@replaces(app, "pin_request_origin")
def pin_request_origin(original, source_ip, secure_transport):
    """Loopback stands for the TLS that AWS is reached by; without it each bucket's TLS-only policy denies all."""
    original(source_ip, secure_transport or source_ip == "127.0.0.1")
