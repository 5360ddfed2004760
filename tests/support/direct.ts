import assert from "node:assert/strict";
import { captureConsole } from "./console.ts";
import { userToken } from "./jwt.ts";
import { withEnvironment } from "./environment.ts";
import { SERVER_FUNCTIONS } from "./function_names.ts";
import { functions, usualMethod } from "./functions.ts";
import { ENVIRONMENT, SECRET_KEY } from "./world.ts";
import type { FunctionName } from "../../supabase/functions/_shared/wpp/contract.ts";

/** Calls a function with a request as it is, without a network between. */
export function direct(name: FunctionName, init: RequestInit & { query?: string } = {}) {
  const { query = "", ...rest } = init;
  return functions[name].fetch(
    new Request(`http://project.test/functions/v1/${name}${query}`, rest),
  );
}

/** Headers of a signed-in user's request with JSON. */
export async function userHeaders(): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await userToken()}`, "content-type": "application/json" };
}

/** The same of a caller whom the function takes: a user, else the project's own server. */
async function callerHeaders(name: FunctionName): Promise<Record<string, string>> {
  if (!SERVER_FUNCTIONS.includes(name)) return await userHeaders();
  return { apikey: SECRET_KEY, "content-type": "application/json" };
}

/** The functions' environment and no database: for what is answered before one is needed. */
export function withoutDatabase(
  name: string,
  test: (lines: string[]) => Promise<void>,
  env: Record<string, string | undefined> = {},
): void {
  Deno.test(name, async () => {
    using _environment = withEnvironment({ ...ENVIRONMENT, ...env });
    using captured = captureConsole();
    await test(captured.lines);
  });
}

/** Sends a body as a caller whom the function takes, and returns the error that it must get. */
export async function refusal(
  name: FunctionName,
  init: RequestInit & { query?: string },
  expected: [number, string],
) {
  const headers = new Headers(await callerHeaders(name));
  new Headers(init.headers).forEach((value, key) => headers.set(key, value));
  const response = await direct(name, { method: usualMethod(name, {}), ...init, headers });
  const { error } = await response.json();
  assert.deepEqual([response.status, error.code], expected);
  assert.equal(error.requestId, response.headers.get("x-request-id"));
  assert.equal(error.retryable, false);
  return { ...error, headers: response.headers };
}
