import assert from "node:assert/strict";
import { AppError } from "../../supabase/functions/_shared/wpp/errors.ts";
import { VERSION } from "../../supabase/functions/_shared/wpp/version.ts";
import { Trace } from "../../supabase/functions/_shared/wpp/http/trace.ts";

/** The lines that a trace writes, parsed. */
function logged(write: (trace: Trace) => void): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  const { log, warn, error } = console;
  console.log = console.warn = console.error = (line: string) => lines.push(JSON.parse(line));
  try {
    write(new Trace("wpp-status"));
  } finally {
    Object.assign(console, { log, warn, error });
  }
  return lines;
}

Deno.test("Trace logs one line with what a request cost", () => {
  const lines = logged((trace) => {
    trace.platformCalls = 2;
    trace.token = "row";
    trace.log(200);
  });
  assert.equal(lines.length, 1);
  const { requestId, durationMs, ...line } = lines[0];
  assert.match(String(requestId), /^[0-9a-f-]{36}$/);
  assert.equal(typeof durationMs, "number");
  assert.deepEqual(line, {
    level: "info",
    function: "wpp-status",
    version: VERSION,
    status: 200,
    platformCalls: 2,
    token: "row",
  });
});

Deno.test("Trace logs an unknown error by name and place, and no message of it or its causes", () => {
  const error = new TypeError("hush: secret", { cause: new SyntaxError("hush: more") });
  const [line] = logged((trace) => trace.log(500, error));
  assert.equal(line.code, "internal");
  assert.doesNotMatch(JSON.stringify(line), /hush/);
  const [outer, inner] = line.cause as { name: string; at: string[] }[];
  assert.deepEqual([outer.name, inner.name], ["TypeError", "SyntaxError"]);
  assert.match(outer.at[0], /trace_test\.ts/);
});

Deno.test("Trace names an AppError's code and its cause's", () => {
  const cause = Object.assign(new Error("hush"), { code: "57P01" });
  const [line] = logged((trace) => trace.log(503, new AppError("database_unavailable", { cause })));
  assert.equal(line.code, "database_unavailable");
  const [, inner] = line.cause as { code: string }[];
  assert.equal(inner.code, "57P01");
});

Deno.test("Trace puts a warning in its line, and one that comes later in a line of its own", () => {
  const lines = logged((trace) => {
    trace.warn("token_not_saved");
    trace.log(200);
    trace.warn("message_not_closed");
  });
  assert.deepEqual(lines[0].warnings, ["token_not_saved"]);
  assert.equal(lines[1].warning, "message_not_closed");
  assert.equal(lines[1].requestId, lines[0].requestId);
});
