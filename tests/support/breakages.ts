import type { DoctorOptions } from "../../tools/doctor/options.ts";
import type { Fault } from "../../local/simulator/simulator.ts";

/** Answers in place of the project; undefined lets it answer. */
export type Intercept = (request: Request) => Response | undefined;

/** What is wrong with a project, and the check that must say so. */
export interface Breakage {
  when: string;
  check: string;
  says: RegExp;
  /** Failed unless given. */
  state?: "warned";
  env?: Record<string, string | undefined>;
  options?: Partial<DoctorOptions>;
  intercept?: Intercept;
  faults?: Fault;
}

const forFunction = (name: string, answer: () => Response): Intercept => (request) =>
  request.method === "POST" && request.url.endsWith(`/${name}`) ? answer() : undefined;
const forTable = (name: string, answer: () => Response): Intercept => (request) =>
  request.url.includes(`/rest/v1/${name}`) ? answer() : undefined;

/** As the signed-in user sees the table. */
const forUser = (path: string, answer: () => Response): Intercept => (request) =>
  request.url.includes(`/rest/v1/${path}`) &&
    /^Bearer ey/.test(request.headers.get("authorization") ?? "")
    ? answer()
    : undefined;

/** The user's one connection is connected, and its webhook stands like this. */
const withWebhook = (webhook: object): Intercept => (request) =>
  request.url.endsWith("/wpp-connections") && request.method === "GET" &&
    /^Bearer ey/.test(request.headers.get("authorization") ?? "")
    ? Response.json({ connections: [{ session: "4", status: "connected", webhook }] })
    : undefined;
const REGISTERED_AT = "2026-01-31T12:00:00.000Z";

export const BREAKAGES: Breakage[] = [
  {
    when: "nothing answers at the URL",
    check: "project",
    says: /does not answer: check the project's URL/,
    intercept: () => Response.error(),
  },
  {
    when: "the key is another project's",
    check: "project",
    says: /use the project's publishable/,
    options: { key: "sb_publishable_other" },
  },
  {
    when: "a function is not deployed",
    check: "deployed",
    says: /wpp-qr is not there.*supabase functions deploy/,
    intercept: forFunction("wpp-qr", () => Response.json({ code: "NOT_FOUND" }, { status: 404 })),
  },
  {
    when: "a function does not start",
    check: "deployed",
    says: /wpp-send answers 503.*see its logs/,
    intercept: forFunction(
      "wpp-send",
      () => Response.json({ code: "BOOT_ERROR" }, { status: 503 }),
    ),
  },
  {
    when: "WPP_BASE_URL is not set",
    check: "configured",
    says: /WPP_BASE_URL is not set.*supabase secrets set.*docs\/\.env\.example/,
    env: { WPP_BASE_URL: undefined },
  },
  {
    when: "Supabase's own verify_jwt is on",
    check: "refusal",
    says: /verify_jwt.*config\.toml/,
    intercept: (request) =>
      request.method === "POST" && request.url.includes("/functions/v1/") &&
        !/^Bearer ey/.test(request.headers.get("authorization") ?? "")
        ? Response.json({ code: 401, message: "Missing authorization header" }, { status: 401 })
        : undefined,
  },
  {
    when: "a function lets anybody in",
    check: "refusal",
    says: /wpp-status answers 200 to a call without a user/,
    intercept: forFunction("wpp-status", () => Response.json({ status: "connected" })),
  },
  {
    when: "wpp-webhook is not deployed",
    check: "deployed",
    says: /wpp-webhook is not there.*supabase functions deploy/,
    intercept: forFunction(
      "wpp-webhook",
      () => Response.json({ code: "NOT_FOUND" }, { status: 404 }),
    ),
  },
  {
    when: "Supabase's own verify_jwt is on for wpp-webhook alone",
    check: "webhook",
    says: /the platform sends no JWT.*verify_jwt.*config\.toml/,
    intercept: forFunction(
      "wpp-webhook",
      () => Response.json({ code: 401, message: "Missing authorization header" }, { status: 401 }),
    ),
  },
  {
    when: "wpp-webhook lets anybody in",
    check: "webhook",
    says: /wpp-webhook answers 200 to a call without a token/,
    intercept: forFunction("wpp-webhook", () => Response.json({})),
  },
  {
    when: "WPP_WEBHOOK_URL is not set and SUPABASE_URL is internal",
    check: "advice",
    state: "warned",
    says: /WPP_WEBHOOK_URL is not set.*nothing is received/,
  },
  {
    when: "SUPABASE_PUBLIC_URL is not set and SUPABASE_URL is internal",
    check: "advice",
    state: "warned",
    says: /SUPABASE_PUBLIC_URL is not set.*none are sent/,
  },
  {
    when: "the platform was not told where to post",
    check: "receiving",
    state: "warned",
    says: /4 receives nothing.*wpp-status.*WPP_WEBHOOK_URL.*ask the platform's owner/,
    intercept: withWebhook({ registeredAt: null, lastEventAt: null }),
  },
  {
    when: "nothing has come since the platform was told where to post",
    check: "receiving",
    state: "warned",
    says: /4 has received nothing since .*2026-01-31.*from another phone.*owner/,
    intercept: withWebhook({ registeredAt: REGISTERED_AT, lastEventAt: null }),
  },
  {
    when: "the last event came before the platform was told where to post anew",
    check: "receiving",
    state: "warned",
    says: /4 has received nothing since/,
    intercept: withWebhook({
      registeredAt: REGISTERED_AT,
      lastEventAt: "2026-01-30T12:00:00.000Z",
    }),
  },
  {
    when: "ALLOWED_ORIGINS lacks the origin",
    check: "cors",
    says: /ALLOWED_ORIGINS lacks https:\/\/app\.example\.com/,
    env: { ALLOWED_ORIGINS: "https://other.example.com" },
  },
  {
    when: "a preflight does not allow a header that is sent",
    check: "cors",
    says: /does not allow idempotency-key\./,
    intercept: ({ method }) =>
      method !== "OPTIONS" ? undefined : new Response(null, {
        headers: {
          "access-control-allow-origin": "*",
          "access-control-allow-headers": "authorization, apikey, content-type, x-client-info",
          "access-control-allow-methods": "POST",
        },
      }),
  },
  {
    when: "a table is missing",
    check: "database",
    says: /supabase db push --remote/,
    intercept: forTable(
      "messenger_messages",
      () => Response.json({ code: "PGRST205" }, { status: 404 }),
    ),
  },
  {
    when: "clients can read a table",
    check: "database",
    says: /Clients can read messenger_integrations/,
    intercept: forTable("messenger_integrations", () => Response.json([{ id: 1 }])),
  },
  {
    when: "clients can read what the user may read",
    check: "database",
    says: /Clients can read messenger_chats/,
    intercept: (request) =>
      request.url.includes("/rest/v1/messenger_chats") ? Response.json([{ id: 1 }]) : undefined,
  },
  ...["messenger_integrations", "messenger_sends", "messenger_receipts", "messenger_events"].map(
    (table) => ({
      when: `the user can read ${table}`,
      check: "reading",
      says: new RegExp(`The user reads ${table}, .*drop the policies`),
      intercept: forUser(table, () => Response.json([{ id: 1 }])),
    }),
  ),
  ...["messenger_chats", "messenger_messages", "messenger_changes"].map((table) => ({
    when: `the user cannot read ${table}`,
    check: "reading",
    says: new RegExp(`The user cannot read ${table}. Run .supabase db push`),
    intercept: forUser(table, () => Response.json({ code: "42501" }, { status: 403 })),
  })),
  {
    when: "the user reads another organization's messages",
    check: "reading",
    says: /another organization's rows of messenger_messages/,
    intercept: forUser(
      "messenger_messages?select=organization_id&order=organization_id.desc",
      () => Response.json([{ organization_id: "zz-another" }]),
    ),
  },
  {
    when: "the functions for members are missing",
    check: "reading",
    says: /messenger_organization_id is missing.*supabase db push/,
    intercept: forUser(
      "rpc/messenger_organization_id",
      () => Response.json({ code: "PGRST202" }, { status: 404 }),
    ),
  },
  {
    when: "the platform's URL is http:// to another machine",
    check: "wpp-base-url",
    says: /unencrypted: set WPP_BASE_URL to the platform's https:/,
    options: { wppBaseUrl: "http://wpp.example.com" },
  },
  {
    when: "nothing answers at the platform's URL",
    check: "wpp-base-url",
    says: /does not answer: check WPP_BASE_URL/,
    options: { wppBaseUrl: "https://wpp.example.com" },
    intercept: ({ url }) => url === "https://wpp.example.com/" ? Response.error() : undefined,
  },
  {
    when: "the password is wrong",
    check: "sign-in",
    says: /invalid_credentials.*DOCTOR_PASSWORD/,
    options: { credentials: { email: "nobody@example.com", password: "wrong" } },
  },
  {
    when: "the secret key is another project's",
    check: "create",
    says: /misconfigured: The database refuses SUPABASE_SECRET_KEYS/,
    env: { SUPABASE_SECRET_KEYS: '{"default":"sb_secret_other"}' },
  },
  {
    when: "the platform is down",
    check: "platform",
    says: /cannot reach it: check WPP_BASE_URL/,
    faults: { kind: "reset", when: "before" },
  },
  {
    when: "something else answers at WPP_BASE_URL",
    check: "platform",
    says: /is not WPP Platform/,
    faults: { kind: "html", status: 200 },
  },
];
