"""Lambda: a function that is not ready refuses, one that is being updated stays Active, and bytes reach services."""

from ministack.core import lambda_runtime
from ministack.core.responses import error_response_json
from ministack.services import lambda_svc

from .patch import STATE_SECONDS, ok, replaces

lambda_svc._LAMBDA_STATE_TRANSITION_DELAY = STATE_SECONDS

# A function gets a stand-in for @aws-sdk/client-*, which sends parameters as JSON. There bytes are base64 (AWS JSON
# protocol, blob), not what JSON.stringify makes of them.
PLAIN = "JSON.stringify(params || {})"
ENCODED = """JSON.stringify(params || {}, function (key, value) {
      return this[key] instanceof Uint8Array ? Buffer.from(this[key]).toString("base64") : value;
    })"""
before, found, after = lambda_runtime._NODEJS_WORKER_SCRIPT.partition(PLAIN)
assert found, "the stand-in for @aws-sdk is not the one that this mend knows"
lambda_runtime._NODEJS_WORKER_SCRIPT = before + ENCODED + after


def refused(why):
    return error_response_json(
        "ResourceConflictException", f"The operation cannot be performed at this time. {why}", 409
    )


@replaces(lambda_svc, "_update_code", "_update_config")
def update(original, name, data):
    function = lambda_svc._functions.get(name)
    if function and function["config"]["LastUpdateStatus"] == "InProgress":
        return refused(f"An update is in progress for resource: {function['config']['FunctionArn']}")
    answer = original(name, data)
    if ok(answer):
        function["config"].update(State="Active", StateReason="", StateReasonCode="")
    return answer


@replaces(lambda_svc, "_invoke")
async def invoke(original, name, *rest):
    function = lambda_svc._functions.get(name)
    if function and function["config"]["State"] == "Pending":
        return refused("The function is currently in the following state: Pending")
    return await original(name, *rest)


@replaces(lambda_svc, "_build_config")
def build_config(original, name, data, *rest):
    config = original(name, data, *rest)
    defaults = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"}
    config["LoggingConfig"] = {**defaults, **config["LoggingConfig"]}
    return config
