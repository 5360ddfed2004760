import { BodyTooLargeError, readBounded } from "../lib/bounded_body.ts";
import { withDeadline } from "../lib/deadline.ts";
import type { z } from "../deps/zod.ts";
import { AppError } from "../errors.ts";

/** A larger request body is refused. */
const MAX_BODY_BYTES = 64 * 1024;
const BODY_TIMEOUT_MS = 10_000;

/** Query parameters that Supabase's clients add for its gateway: supabase-js, with a `region`. */
const NOT_INPUT = ["forceFunctionRegion"];

/**
 * What the caller sent: the JSON of the body, `{}` where there is none; for GET the query.
 *
 * @throws AppError `payload_too_large`, `unsupported_media_type`, `invalid_json`, `invalid_request`
 */
export async function readInput(request: Request): Promise<unknown> {
  if (request.method === "GET") return readQuery(new URL(request.url).searchParams);
  const text = await readBody(request);
  if (text.trim() === "") return {};
  if (!isJson(request)) throw new AppError("unsupported_media_type");
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError("invalid_json", { cause });
  }
}

/** The input as the schema has it. @throws AppError `invalid_request`, naming the fields. */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue): [string, string][] =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => [key, "Unknown field"])
      : issue.path.length > 0
      ? [[issue.path.join("."), issue.message]]
      : []
  );
  if (problems.length > 0) throw new AppError("invalid_request", { fields: fieldsOf(problems) });
  throw new AppError("invalid_request", { message: "Send a JSON object." });
}

function readQuery(query: URLSearchParams): Record<string, string> {
  for (const name of NOT_INPUT) query.delete(name);
  for (const name of query.keys()) {
    if (query.getAll(name).length > 1) {
      throw new AppError("invalid_request", { fields: fieldsOf([[name, "Given more than once"]]) });
    }
  }
  return Object.fromEntries(query);
}

function isJson(request: Request): boolean {
  const type = request.headers.get("content-type") ?? "";
  return /^application\/json *(; *charset="?utf-8"?)? *$/i.test(type) &&
    !request.headers.has("content-encoding");
}

async function readBody(request: Request): Promise<string> {
  try {
    const bytes = await withDeadline(
      BODY_TIMEOUT_MS,
      undefined,
      (signal) => readBounded(request, MAX_BODY_BYTES, signal),
    );
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    if (cause instanceof BodyTooLargeError) throw new AppError("payload_too_large");
    if (cause instanceof TypeError) throw new AppError("invalid_json", { cause });
    throw new AppError("invalid_request", {
      message: "The request body did not arrive. Send it again.",
      cause,
    });
  }
}

/** `fields` of an error: at most ten, and names cut short, so that nothing long is echoed. */
function fieldsOf(problems: [name: string, problem: string][]): Record<string, string> {
  return Object.fromEntries(
    problems.slice(0, 10).map(([name, problem]) => [name.toWellFormed().slice(0, 64), problem]),
  );
}
