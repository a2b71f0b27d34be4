"""Glue Data Catalog: updates replace the whole definition, and older versions of a table can be read."""

import copy

from ministack.core.responses import error_response_json, json_response
from ministack.services import glue

from .patch import adds, body, ok, replaces

# UpdateTable and UpdateDatabase replace the definition: what the input leaves out is gone.
ABSENT_IN_TABLE = {
    "Description": "",
    "Owner": "",
    "Parameters": {},
    "PartitionKeys": [],
    "StorageDescriptor": {},
    "TableType": "",
    "ViewOriginalText": None,
    "ViewExpandedText": None,
}
ABSENT_IN_DATABASE = {"Description": "", "LocationUri": None, "Parameters": {}}
# Where a table's older versions are kept; not part of any answer.
ARCHIVE = "_archive"


def whole(data, member, absent):
    return {**data, member: {**copy.deepcopy(absent), **data.get(member, {})}}


@replaces(glue, "_update_database")
def update_database(original, data):
    return original(whole(data, "DatabaseInput", ABSENT_IN_DATABASE))


@replaces(glue, "_update_table")
def update_table(original, data):
    table = glue._tables.get(f"{data.get('DatabaseName')}/{data.get('TableInput', {}).get('Name')}")
    before = copy.deepcopy(table)
    answer = original(whole(data, "TableInput", ABSENT_IN_TABLE))
    if ok(answer) and not data.get("SkipArchive"):
        table[ARCHIVE] = [public(before), *before.get(ARCHIVE, [])]
    return answer


def public(table):
    return {member: value for member, value in table.items() if member != ARCHIVE}


@replaces(glue, "_get_table")
def get_table(original, data):
    answer = original(data)
    return json_response({"Table": public(body(answer)["Table"])}) if ok(answer) else answer


@replaces(glue, "_get_tables")
def get_tables(original, data):
    return json_response({"TableList": [public(table) for table in body(original(data))["TableList"]]})


@adds(glue, "GetTableVersions")
def get_table_versions(data):
    table = glue._tables.get(f"{data.get('DatabaseName')}/{data.get('TableName')}")
    if table is None:
        return error_response_json("EntityNotFoundException", f"Table {data.get('TableName')} not found.", 400)
    versions = [public(table), *table.get(ARCHIVE, [])]
    return json_response({"TableVersions": [{"Table": each, "VersionId": each["VersionId"]} for each in versions]})
