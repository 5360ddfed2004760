/** Checks of the services that the functions use: the project, its database, its auth server. */
import { isSecureUrl } from "../../supabase/functions/_shared/wpp/lib/secure_url.ts";
import { type Check, failed, failedIfAny, passed, skipped } from "./check.ts";
import { field, type Project } from "./project.ts";

/** Tables, and columns of theirs that a database lacks where a migration was not applied. */
const TABLES = {
  messenger_integrations: "id,session,access_token,credentials_id,webhook_digest,reconciled_at",
  messenger_chats: "id",
  messenger_messages: "id,chat_id",
  messenger_sends: "message_id",
  messenger_changes: "change",
  messenger_receipts: "message_ref",
  messenger_events: "id",
  messenger_chat_words: "chat_id",
};
/** Codes of Postgres and PostgREST: there is no such table, column or function. */
export const NOT_MIGRATED = /^(42P01|42703|42883|PGRST20[245])$/;
/** What to do where that is the case. */
export const PUSH =
  "Run `supabase db push --remote` (without `--remote` for a local `supabase start`).";
/** Postgres's code where a caller may not read a table. */
export const ACCESS_DENIED = "42501";

export const project: Check = {
  name: "project",
  title: "The project answers",
  needs: [],
  async run(project) {
    const { status } = await project.service("/auth/v1/settings");
    if (status === 200) return passed(project.options.url);
    if (status === 401 || status === 403) {
      return failed("It refuses the key: use the project's publishable (or legacy anon) key.");
    }
    return failed(`${project.options.url} ${describe(status)}: check the project's URL.`);
  },
};

export const database: Check = {
  name: "database",
  title: "The database is migrated",
  needs: ["project"],
  async run(project) {
    const tables = Object.entries(TABLES);
    return failedIfAny(await Promise.all(tables.map((table) => problemOf(project, ...table))));
  },
};

async function problemOf(
  project: Project,
  table: string,
  columns: string,
): Promise<string | undefined> {
  const answer = await project.service(
    `/rest/v1/${table}?select=${columns}&limit=1${ownRows(table)}`,
  );
  const code = field(answer, "code");
  if (code === ACCESS_DENIED) return undefined;
  if (NOT_MIGRATED.test(code ?? "")) {
    return `Tables or columns are missing. ${PUSH}`;
  }
  if (answer.status !== 200) {
    return `The data API ${describe(answer.status)}${code ? ` (${code})` : ""} for ${table}.`;
  }
  if (Array.isArray(answer.body) && answer.body.length === 0) return undefined;
  return `Clients can read ${table}: drop the policies on it, enable row level security and ` +
    "run `supabase db push --remote` (without `--remote` for a local `supabase start`).";
}

/** A filter: in a table that was there before, rows of other messengers are none of ours. */
export function ownRows(table: string): string {
  return table === "messenger_integrations" ? "&messenger_type=eq.whatsapp&provider=eq.wpp" : "";
}

export const signIn: Check = {
  name: "sign-in",
  title: "The user signs in",
  needs: ["project"],
  async run(project) {
    const { credentials } = project.options;
    if (!credentials) return skipped("set DOCTOR_EMAIL and DOCTOR_PASSWORD to check as a user");
    const answer = await project.service("/auth/v1/token?grant_type=password", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(credentials),
    });
    project.accessToken = field(answer, "access_token");
    if (project.accessToken) return passed();
    const code = field(answer, "error_code");
    return failed(
      `The auth server ${describe(answer.status)}${code ? ` (${code})` : ""}: ` +
        "check DOCTOR_EMAIL and DOCTOR_PASSWORD.",
    );
  },
};

export const wppBaseUrl: Check = {
  name: "wpp-base-url",
  title: "WPP_BASE_URL is encrypted and answers",
  needs: [],
  async run(project) {
    const { wppBaseUrl } = project.options;
    if (!wppBaseUrl) return skipped("pass --wpp-base-url, as the functions have it, to check");
    if (!isSecureUrl(wppBaseUrl)) {
      return failed(
        "It is http:// to another machine, so that keys and messages travel " +
          "unencrypted: set WPP_BASE_URL to the platform's https:// URL.",
      );
    }
    const status = await project.platformStatus(wppBaseUrl);
    return status > 0 ? passed() : failed("It does not answer: check WPP_BASE_URL.");
  },
};

/** How a call ended, as the rest of a sentence. */
export function describe(status: number): string {
  return status === 0 ? "does not answer" : `answers ${status}`;
}
