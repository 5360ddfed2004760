/** Requests that a function refuses by their form, before the database or the platform is asked. */
import assert from "node:assert/strict";
import FakeTimers from "@sinonjs/fake-timers";
import { direct, refusal, userHeaders, withoutDatabase } from "../support/direct.ts";
import { FUNCTION_NAMES, FUNCTIONS } from "../../supabase/functions/_shared/wpp/contract.ts";

const names = FUNCTION_NAMES;
const KIB = 1024;

/** A body that arrives in pieces, so that its length is not known before. */
function stream(...pieces: (string | Uint8Array)[]): ReadableStream {
  const bytes = pieces.map((one) => typeof one === "string" ? new TextEncoder().encode(one) : one);
  return ReadableStream.from(bytes);
}

for (const name of names) {
  const methods: readonly string[] = FUNCTIONS[name].methods;
  const refused = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"]
    .filter((method) => !methods.includes(method));
  withoutDatabase(`${name} answers 405 with Allow to methods that are not its own`, async () => {
    for (const method of refused) {
      const response = await direct(name, { method, headers: await userHeaders() });
      assert.equal(response.status, 405, method);
      assert.equal(response.headers.get("allow"), [...methods, "OPTIONS"].join(", "));
      assert.equal((await response.json()).error.code, "method_not_allowed");
    }
  });

  withoutDatabase(`${name} answers 413 to a body over 64 KiB`, async () => {
    const tooLarge: [number, string] = [413, "payload_too_large"];
    const body = JSON.stringify({ text: "x".repeat(64 * KIB) });
    await refusal(name, { body }, tooLarge);
    await refusal(name, { body: "{}", headers: { "content-length": `${64 * KIB + 1}` } }, tooLarge);
    await refusal(name, { body: stream("{", " ".repeat(64 * KIB - 1), "}") }, tooLarge);
  });

  withoutDatabase(`${name} reads a body of 64 KiB`, async () => {
    const body = `{"nope":1${" ".repeat(64 * KIB - 10)}}`;
    assert.equal(body.length, 64 * KIB);
    await refusal(name, { body: stream(body) }, [400, "invalid_request"]);
    await refusal(name, { body }, [400, "invalid_request"]);
  });

  withoutDatabase(`${name} stops reading a body that is too large`, async () => {
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(16 * KIB));
      },
    });
    await refusal(name, { body: endless }, [413, "payload_too_large"]);
    assert.ok(pulled < 10, `${pulled} pieces were read`);
  });

  withoutDatabase(`${name} answers 415 to a body that is not sent as JSON`, async () => {
    const types = [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
    ];
    const odd = [
      "application/jsonp",
      "application/json; charset=utf-16",
      "",
      "application/json, x",
    ];
    for (const type of [...types, ...odd]) {
      const headers = { "content-type": type };
      await refusal(name, { body: "{}", headers }, [415, "unsupported_media_type"]);
    }
    const headers = { "content-encoding": "gzip" };
    await refusal(name, { body: "{}", headers }, [415, "unsupported_media_type"]);
  });

  withoutDatabase(`${name} reads JSON by any spelling of its type`, async () => {
    for (const type of ["application/json;charset=UTF-8", "Application/JSON; charset=utf-8"]) {
      const headers = { "content-type": type };
      await refusal(name, { body: '{"nope":1}', headers }, [400, "invalid_request"]);
    }
  });

  withoutDatabase(`${name} answers 400 invalid_json to what is not JSON in UTF-8`, async () => {
    const texts = ["{", "{'a':1}", "{} {}", "undefined", "NaN", '{"a":1,}', '"\n"', "<html>"];
    const bytes = [
      new Uint8Array([0x22, 0xff]),
      new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]), // a surrogate, which UTF-8 has not
      new Uint8Array([0xfe, 0xff, 0x00, 0x7b, 0x00, 0x7d]), // {} in UTF-16
      new Uint8Array([0x22, 0xc3]), // cut in the middle of a character
    ];
    for (const body of [...texts, ...bytes]) {
      await refusal(name, { body }, [400, "invalid_json"]);
    }
  });

  withoutDatabase(`${name} answers 400 to JSON that is no object`, async () => {
    for (const body of ["[]", "null", "1", '"text"', "true", "[{}]"]) {
      const { fields } = await refusal(name, { body }, [400, "invalid_request"]);
      assert.equal(fields, undefined);
    }
  });

  withoutDatabase(`${name} refuses unknown fields by their names`, async () => {
    const body = '{"organization_id":"o","Session":"s","__proto__":{},"constructor":1,"":2}';
    const { fields } = await refusal(name, { body }, [400, "invalid_request"]);
    const unknown = Object.entries(fields).filter(([, problem]) => problem === "Unknown field");
    const known = ["organization_id", "Session", "__proto__", "constructor", ""];
    assert.deepEqual(unknown.map(([field]) => field).sort(), known.sort());
  });

  withoutDatabase(`${name} names no more than ten fields, and of each 64 characters`, async () => {
    const names = Array.from({ length: 20 }, (_, index) => `${index}${"x".repeat(1000)}`);
    const body = JSON.stringify(Object.fromEntries(names.map((name) => [name, 1])));
    const { fields } = await refusal(name, { body }, [400, "invalid_request"]);
    assert.equal(Object.keys(fields).length, 10);
    assert.equal(Math.max(...Object.keys(fields).map((field) => field.length)), 64);
  });

  withoutDatabase(`${name} answers 400 when the body does not arrive in time`, async () => {
    const tick = globalThis.setTimeout;
    const clock = FakeTimers.install({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const stalled = new ReadableStream({ start: (c) => c.enqueue(new Uint8Array([0x7b])) });
      const outcome = refusal(name, { body: stalled }, [400, "invalid_request"]);
      // The deadlines of the request, of its calls and of its body.
      while (clock.countTimers() < 3) await new Promise((resolve) => tick(resolve));
      await clock.tickAsync(10_000);
      assert.match((await outcome).message, /did not arrive/);
      assert.equal(clock.countTimers(), 0);
    } finally {
      clock.uninstall();
    }
  });
}

for (const name of ["wpp-qr", "wpp-status"] as const) {
  withoutDatabase(`${name} refuses a query as it refuses a body`, async () => {
    const queries: [string, string][] = [
      ["?session=1&session=2", "session"],
      ["?session=1&session=1", "session"],
      ["?sesion=1", "sesion"],
      ["?session=", "session"],
      ["?session=%00", "session"],
      ["?session=..", "session"],
      ["?apikey=x", "apikey"],
      [`?session=${"9".repeat(256)}`, "session"],
    ];
    for (const [query, field] of queries) {
      const { fields } = await refusal(name, { method: "GET", query }, [400, "invalid_request"]);
      assert.deepEqual(Object.keys(fields), [field]);
    }
  });
}

for (const name of names) {
  withoutDatabase(`${name} takes the query that supabase-js adds for a region`, async () => {
    const query = "?forceFunctionRegion=eu-central-1&forceFunctionRegion=x";
    const methods = FUNCTIONS[name].methods as readonly string[];
    if (methods.includes("GET")) {
      const unknown = { method: "GET", query: `${query}&nope=1` };
      const { fields } = await refusal(name, unknown, [400, "invalid_request"]);
      assert.deepEqual(Object.keys(fields), ["nope"]);
    }
    const { fields } = await refusal(
      name,
      { body: '{"nope":1,"forceFunctionRegion":"x"}', query },
      [400, "invalid_request"],
    );
    // It is part of no body: there it stays unknown.
    assert.deepEqual(
      Object.keys(fields).filter((field) => fields[field] === "Unknown field").sort(),
      ["forceFunctionRegion", "nope"],
    );
  });
}
