import { decodeJwt, errors, type JWTPayload, jwtVerify } from "jose";
import type { Database } from "../database.ts";

/** What a verified access token says; without `exp` where nobody is signed in. */
export interface Claims extends JWTPayload {
  role: string;
}

/** Why a channel is refused or ends, in the words of the real server. */
export class Refused extends Error {
  constructor(readonly code: string, message: string) {
    super(message);
  }

  /** What a join is answered. */
  get reason(): string {
    return `${this.code}: ${this.message}`;
  }
}

/** SQLSTATE of an insert for which there is no partition. */
const CHECK_VIOLATION = "23514";

/** @throws Refused where the token is not good, or no longer */
export async function verify(token: string, jwtSecret: string): Promise<Claims> {
  const secret = new TextEncoder().encode(jwtSecret);
  const { payload } = await jwtVerify(token, secret, { algorithms: ["HS256"] }).catch((error) => {
    throw refusalOf(error, token);
  });
  if (typeof payload.role !== "string" || typeof payload.exp !== "number") {
    throw new Refused("InvalidJWTToken", "Fields `role` and `exp` are required in JWT");
  }
  return payload as Claims;
}

function refusalOf(error: unknown, token: string): Refused {
  if (error instanceof errors.JWTExpired) {
    const seconds = Math.floor(Date.now() / 1000) - (decodeJwt(token).exp ?? 0);
    return new Refused("InvalidJWTToken", `Token has expired ${seconds} seconds ago`);
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return new Refused("JwtSignatureError", "Failed to validate JWT signature");
  }
  return new Refused("MalformedJWT", "The token provided is not a valid JWT");
}

/**
 * Asks the policies of `realtime.messages` as the real server does: puts a row with topic and
 * extension only into a transaction that is rolled back, and looks whether the user sees it.
 *
 * @throws Refused where they do not
 */
export async function checkRead(database: Database, topic: string, claims: Claims): Promise<void> {
  const found = await database.inTurn(() =>
    database.rolledBack(async (query) => {
      const [{ id }] = await query(
        "insert into realtime.messages (topic, extension) values ($1, 'broadcast') returning id",
        [topic],
      );
      await query(
        `select set_config('role', $1, true), set_config('realtime.topic', $2, true),
           set_config('request.jwt.claims', $3, true), set_config('request.headers', '{}', true)`,
        [claims.role, topic, JSON.stringify(claims)],
      );
      return await query("select id from realtime.messages where id = $1", [id]);
    })
  ).catch((error: { code?: string; message: string }) => {
    if (error.code === CHECK_VIOLATION) {
      const message = "Realtime was unable to find the expected messages partition";
      throw new Refused("MissingPartition", message);
    }
    console.error(`A policy of realtime.messages fails, and so lets nobody in: ${error.message}`);
    return [];
  });
  if (found.length > 0) return;
  const message = `You do not have permissions to read from this Channel topic: ${topic}`;
  throw new Refused("Unauthorized", message);
}
