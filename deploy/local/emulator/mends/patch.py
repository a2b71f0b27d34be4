"""How a function of the emulator is replaced, and how an API call that it lacks is added."""

import functools
import json
import os
import time

# How long a state lasts that AWS takes seconds or minutes for.
STATE_SECONDS = float(os.environ.get("EMULATOR_STATE_SECONDS", "1"))


def replaces(module, *names):
    """The decorated function takes the place of each named one, which it gets as its first argument."""

    def decorate(mend):
        for name in names:
            original = getattr(module, name)
            replacement = functools.partial(mend, original)
            setattr(module, name, replacement)
            # Some modules also keep their functions in a table that was built when they were imported.
            for table in [value for value in vars(module).values() if isinstance(value, dict)]:
                for key in [key for key, value in table.items() if value is original]:
                    table[key] = replacement
        return mend

    return decorate


def adds(module, action):
    """The decorated function answers an action (X-Amz-Target) that the module does not know."""

    def decorate(handler):
        @replaces(module, "handle_request")
        async def handle_request(original, method, path, headers, body, query_params):
            if headers.get("x-amz-target", "").endswith(f".{action}"):
                return handler(json.loads(body or b"{}"))
            return await original(method, path, headers, body, query_params)

        return handler

    return decorate


def ok(answer):
    """Whether an answer of the emulator, (status, headers, body), is a success."""
    return answer[0] < 300


def body(answer):
    """The JSON of an answer."""
    return json.loads(answer[2])


def state_ends():
    """When a state that begins now is over, as time.monotonic() counts."""
    return time.monotonic() + STATE_SECONDS


def is_over(ends):
    """Whether the state that ends at `ends` (see state_ends) is over."""
    return time.monotonic() >= ends
