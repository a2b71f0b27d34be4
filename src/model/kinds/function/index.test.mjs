// Run by `node --test`. The SDK that Lambda brings is replaced by one that answers what a test tells it to.
import assert from "node:assert/strict";
import Module, { createRequire } from "node:module";
import { beforeEach, test } from "node:test";

const stubs = {
  "@aws-sdk/client-kinesis": {
    PutRecordsCommand: class { constructor(input) { this.input = input; } },
    KinesisClient: class { send(command) { return globalThis.kinesis(command.input); } },
  },
  "node:timers/promises": { setTimeout: async () => {} },
};
const load = Module._load;
Module._load = (name, ...rest) => stubs[name] ?? load(name, ...rest);

process.env.STREAM_NAME = "events";
const { handler } = createRequire(import.meta.url)("./index.js");

const ok = { SequenceNumber: "1", ShardId: "0" };
const full = { ErrorCode: "ProvisionedThroughputExceededException", ErrorMessage: "Rate exceeded" };
let calls;

// Each answer says what becomes of the records of one call; after the last, all are taken.
function kinesis(...answers) {
  calls = [];
  globalThis.kinesis = async ({ StreamName, Records }) => {
    assert.equal(StreamName, "events");
    calls.push(Records);
    const answer = answers.shift() ?? (() => ok);
    return { Records: Records.map((record, index) => answer(index)) };
  };
}
const sent = (call) => call.map((record) => record.Data.toString());

beforeEach(() => kinesis());

test("an object is one record that ends with a newline", async () => {
  assert.deepEqual(await handler({ staffName: "Zoë" }), { published: 1 });
  assert.deepEqual(calls.map(sent), [['{"staffName":"Zoë"}\n']]);
});

test("an array is one record for each of its objects, each with a key of its own", async () => {
  assert.deepEqual(await handler([{ n: 1 }, { n: 2 }]), { published: 2 });
  assert.deepEqual(calls.map(sent), [['{"n":1}\n', '{"n":2}\n']]);
  assert.equal(new Set(calls[0].map((record) => record.PartitionKey)).size, 2);
});

test("no event at all is nothing to publish", async () => {
  assert.deepEqual(await handler([]), { published: 0 });
  assert.equal(calls.length, 0);
});

test("what is not an object is refused before anything is published", async () => {
  for (const event of [null, undefined, 7, "text", [{ n: 1 }, null], [[{ n: 1 }]]]) {
    await assert.rejects(handler(event), /is not a JSON object; nothing was published/);
  }
  assert.equal(calls.length, 0);
});

test("a call carries at most 500 records and 5 MiB", async () => {
  assert.deepEqual(await handler(Array.from({ length: 1001 }, (_, n) => ({ n }))), { published: 1001 });
  assert.deepEqual(calls.map((records) => records.length), [500, 500, 1]);
  kinesis();
  const half = { text: "x".repeat(1024 * 1024 - 100) };
  assert.deepEqual(await handler(Array(6).fill(half)), { published: 6 });
  assert.deepEqual(calls.map((records) => records.length), [5, 1]);
});

test("only records that were refused are sent again", async () => {
  kinesis((index) => (index === 1 ? full : ok));
  assert.deepEqual(await handler([{ n: 1 }, { n: 2 }, { n: 3 }]), { published: 3 });
  assert.deepEqual(calls.map(sent), [['{"n":1}\n', '{"n":2}\n', '{"n":3}\n'], ['{"n":2}\n']]);
});

test("it gives up after five tries and says what was published", async () => {
  const refuse = (index) => (index === 0 ? full : ok);
  kinesis(() => ok, refuse, refuse, refuse, refuse, refuse);
  const events = Array.from({ length: 502 }, (_, n) => ({ n }));
  await assert.rejects(handler(events), /only 501 of 502 records were published: Provisioned.*: Rate exceeded/);
  assert.equal(calls.length, 6);
});
