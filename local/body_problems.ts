import type { z } from "zod";

/** Why a body cannot be used, in one sentence: each field, and what is wrong with it. */
export function bodyProblems({ issues }: z.ZodError): string {
  const problems = issues.map(({ path, message }) =>
    `${path.length > 0 ? path.join(".") : "the body"}: ${message}`
  );
  return `Cannot use the body: ${problems.join("; ")}`;
}
