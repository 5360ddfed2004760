import assert from "node:assert/strict";
import { AppError } from "../../supabase/functions/_shared/wpp/errors.ts";
import { unstorable } from "../../supabase/functions/_shared/wpp/store/database_error.ts";

function failure(cause: Error): AppError {
  return new AppError("database_unavailable", { cause });
}

Deno.test("unstorable is the SQLSTATE when the database refused what it was given", () => {
  for (const code of ["22P05", "23505"]) {
    assert.equal(unstorable(failure(Object.assign(new Error(), { code }))), code);
  }
});

Deno.test("unstorable is undefined when the database did not answer in time", () => {
  const timeout = new DOMException("", "TimeoutError");
  assert.equal(timeout.code, 23);
  assert.equal(unstorable(failure(timeout)), undefined);
  assert.equal(unstorable(timeout), undefined);
});
