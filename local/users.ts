import type { Database } from "./database.ts";
import { checkOrganization } from "./organization.ts";

/** A user as the Admin API of Supabase Auth shows them. */
export interface User {
  readonly id: string;
  readonly email: string;
  readonly app_metadata: Record<string, unknown>;
  readonly user_metadata: Record<string, unknown>;
}

/** What a user is created from. */
export interface NewUser {
  email: string;
  password: string;
  app_metadata?: Record<string, unknown>;
  user_metadata?: Record<string, unknown>;
}

/** Why a user cannot be created or changed, as Supabase Auth answers it. */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly status: number;
  /** Its `error_code`. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** On Postgres, Lite writes metadata as a JSON text that holds the JSON. */
const decoded = (column: string) => `(${column} #>> '{}')::jsonb`;

const COLUMNS = `id, aud, role, email, email_confirmed_at, created_at, updated_at,
  ${decoded("raw_app_meta_data")} as app_metadata,
  ${decoded("raw_user_meta_data")} as user_metadata`;

/** Creates users and says who they are. Supabase Lite 0.10 has no Admin API for that. */
export class Users {
  #signUp: (body: object) => Promise<Response>;
  #query: Database["query"];

  constructor(signUp: (body: object) => Promise<Response>, query: Database["query"]) {
    this.#signUp = signUp;
    this.#query = query;
  }

  /** Creates a user whose email counts as confirmed. @throws UserError */
  async create({ email, password, app_metadata, user_metadata }: NewUser): Promise<User> {
    check(app_metadata);
    const response = await this.#signUp({ email, password, data: user_metadata });
    const answer = await response.json();
    if (response.ok) return await this.update(answer.user.id, app_metadata ?? {});
    const isTaken = answer.error_code === "user_already_exists";
    throw new UserError(
      response.status,
      isTaken ? "email_exists" : answer.error_code,
      isTaken ? "A user with this email address has already been registered" : answer.msg,
    );
  }

  /** Sets these fields of `app_metadata`, and removes those that are null. @throws UserError */
  async update(id: string, appMetadata: Record<string, unknown>): Promise<User> {
    check(appMetadata);
    const [user] = await this.#query(
      `update auth.users
       set raw_app_meta_data =
         jsonb_strip_nulls(${decoded("raw_app_meta_data")} || $2::text::jsonb)
       where id::text = $1 returning ${COLUMNS}`,
      [id, JSON.stringify(appMetadata)],
    );
    if (!user) throw new UserError(404, "user_not_found", "User not found");
    return user as unknown as User;
  }

  /** Undefined where there is none. */
  async find(email: string): Promise<User | undefined> {
    const users = await this.#query(
      `select ${COLUMNS} from auth.users where email = $1`,
      [email],
    );
    return users[0] as unknown as User | undefined;
  }
}

function check(appMetadata: Record<string, unknown> = {}): void {
  const { organization_id: id } = appMetadata;
  if (id === undefined || id === null) return;
  try {
    checkOrganization(id, "app_metadata.organization_id");
  } catch (error) {
    throw new UserError(400, "validation_failed", (error as Error).message);
  }
}
