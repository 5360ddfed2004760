/**
 * `auth.admin.createUser` and `updateUserById` of supabase-js, for who has the secret key. Of what
 * these can set, the local stack takes what decides who a user is.
 */
import { z } from "zod";
import { bodyProblems } from "./body_problems.ts";
import { UserError, type Users } from "./users.ts";

const METADATA = z.record(z.string(), z.json());
const CREATED = z.strictObject({
  email: z.string(),
  password: z.string(),
  email_confirm: z.literal(true).optional(), // each user's email counts as confirmed
  app_metadata: METADATA.optional(),
  user_metadata: METADATA.optional(),
});
const UPDATED = z.strictObject({ app_metadata: METADATA });

/** Whether a request is for the Admin API. */
export function isAdmin(request: Request): boolean {
  return /^\/auth\/v1\/admin(\/|$)/.test(new URL(request.url).pathname);
}

/** Answers as Supabase Auth does, and 404 to what the local stack has not. */
export async function admin(request: Request, users: Users, secretKey: string): Promise<Response> {
  try {
    if (!hasKey(request.headers, secretKey)) {
      throw new UserError(403, "not_admin", "The Admin API needs the secret key");
    }
    const { pathname } = new URL(request.url);
    const route = `${request.method} ${pathname.slice("/auth/v1/admin".length)}`;
    if (route === "POST /users") {
      return Response.json(await users.create(await read(request, CREATED)));
    }
    const [, id] = /^PUT \/users\/([^/]+)$/.exec(route) ?? [];
    if (id === undefined) {
      const has = "of the Admin API, the local stack has createUser and updateUserById";
      throw new UserError(404, "not_implemented", `There is no ${route}: ${has}`);
    }
    const { app_metadata } = await read(request, UPDATED);
    return Response.json(await users.update(id, app_metadata));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { status, code, message } = error;
    return Response.json({ code: status, error_code: code, msg: message }, { status });
  }
}

function hasKey(headers: Headers, secretKey: string): boolean {
  return headers.get("apikey") === secretKey ||
    headers.get("authorization") === `Bearer ${secretKey}`;
}

async function read<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const body: unknown = await request.json().catch(() => undefined);
  const { success, data, error } = schema.safeParse(body);
  if (success) return data;
  throw new UserError(400, "validation_failed", bodyProblems(error));
}
