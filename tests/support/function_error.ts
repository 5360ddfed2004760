import type { FunctionsHttpError } from "@supabase/supabase-js";
import assert from "node:assert/strict";

/** The error with which a function answers, in the contract's form. */
export async function errorOf(promise: Promise<{ error: FunctionsHttpError | null }>) {
  const { error } = await promise;
  assert.ok(error, "expected an error");
  const response = error.context as Response;
  const { error: body } = await response.json();
  assert.equal(body.requestId, response.headers.get("x-request-id"));
  return { ...body, http: response.status, headers: response.headers };
}
