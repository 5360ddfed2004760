import { SignJWT } from "jose";
import type { Outcome } from "./callers.ts";
import type { Evidence } from "./evidence.ts";
import type { RowState, RowWrite } from "./history.ts";
import type { PlatformRequest } from "./injector.ts";
import type { LedgerRow } from "./ledger.ts";
import { makePlan } from "./plan.ts";
import type { PlannedCall } from "./planned_call.ts";

export const ID = "00000000-0000-4000-8000-000000000001";
export const SESSION = "0000000000001";
const [CREATE] = makePlan(1, 100).calls;

export const CLIENT = {
  ...{ id: ID, apiKey: "key", session: SESSION, owner: "organization-0", createdAt: 0 },
  idempotencyKey: "claim",
};
export const MESSAGE = {
  ...{ session: SESSION, to: "79990000001", text: "message 1", taskId: "task" },
  waMessageId: "true_79990000001@c.us_3EB0",
  ...{ idempotencyKey: `${ID}:1`, at: 0, deletedAt: null },
};
export const ROW: LedgerRow = {
  ...{ id: ID, organization_id: "organization-0", session: SESSION, recipient: "+79990000001" },
  ...{ text: "message 1", idempotency_key: "key-1", status: "accepted", task_id: "task" },
  ...{ deleted_at: null, attempt_id: "attempt" },
};

/** A slot that was claimed, and the same once its account is there. */
export const CLAIMED: RowState = {
  ...{ id: ID, organization_id: "organization-0", name: "WhatsApp", status: "starting" },
  ...{ wpp_primary: true, session: null, api_key: null, access_token: null, identity: null },
  ...{ credentials_id: "credentials-0", claim_id: "claim", claimed_until: "soon" },
};
export const CONNECTED: RowState = {
  ...{ ...CLAIMED, session: SESSION, api_key: "key", credentials_id: "credentials-1" },
  ...{ claim_id: null, claimed_until: null },
};
export const EMPTIED: RowState = {
  ...{ ...CONNECTED, api_key: null, status: "disconnected", credentials_id: "credentials-2" },
};

/** The writes that make a row go through these states, each in a transaction of its own. */
export function through(...states: RowState[]): RowWrite[] {
  return states.map((after, index) =>
    write(`${after.id} ${index}`, states[index - 1] ?? null, after)
  );
}

/** A write in that transaction, which changed what the states show and no other column. */
export function write(
  transaction: string,
  before: RowState | null,
  after: RowState | null,
): RowWrite {
  if (!before || !after) return { transaction, before, after, changed: [] };
  const columns = Object.keys(after) as (keyof RowState)[];
  const changed = columns.filter((column) => before[column] !== after[column]);
  return { transaction, before, after, changed: [...changed, "updated_at"] };
}

/** An answer that came in the second after `startedAt`. */
export function outcome(
  name: PlannedCall["name"],
  status: number,
  body: unknown,
  { startedAt = 0, asked = {}, ...more }: Partial<Outcome> = {},
): Outcome {
  const message = { to: "+79990000001", text: "message 1", key: "key-1" };
  return {
    call: { ...CREATE, name, message: name === "wpp-send" ? message : undefined },
    ...{ status, body, headers: new Headers({ "x-request-id": ID }), process: `${name}/0/0` },
    ...{ startedAt, endedAt: startedAt + 1000, asked },
    ...more,
  };
}

export const CREATED = outcome("wpp-create", 200, {
  ...{ integrationId: ID, session: SESSION, status: "connected", created: false },
});
export const SENT = outcome("wpp-send", 202, {
  ...{ messageId: ID, chatId: ID, taskId: "task", session: SESSION, to: "+79990000001" },
  ...{ status: "accepted" },
});
export const ENDED = outcome("wpp-disconnect", 200, {
  ...{ integrationId: ID, session: SESSION, status: "disconnected" },
}, { startedAt: 5000 });

export function request(
  call: PlatformRequest["call"],
  more: Partial<PlatformRequest> = {},
): PlatformRequest {
  return {
    call,
    process: "wpp-send/0",
    named: "",
    idempotencyKey: `${ID}:1`,
    session: SESSION,
    at: 100,
    status: 200,
    ...more,
  };
}

export async function tokenOf(account: string): Promise<string> {
  const key = new Uint8Array(32);
  return await new SignJWT({ account }).setProtectedHeader({ alg: "HS256" }).sign(key);
}

/** A run in which all went well, but for what is given. */
export function run(changes: Partial<Evidence> = {}): Evidence {
  return {
    ...{ organizations: 1, outcomes: [SENT], finals: [CREATED], clients: [CLIENT] },
    ...{ sent: [MESSAGE], ledger: [ROW], requests: [] },
    ...{ growth: [], complaints: [], overdue: [], leaks: [], metAgain: [] },
    ...{ states: new Map([[SESSION, "connected"]]), writes: through(CLAIMED, CONNECTED) },
    ...{ stormWrites: 2, repeats: [] },
    ...{ killed: new Set(), lostOpens: new Set(), struckCloses: new Set() },
    ...changes,
  };
}

/** A run in which the connection was ended as it should be, and another number is left. */
export function ended(changes: Partial<Evidence> = {}): Evidence {
  const other = { ...CLIENT, apiKey: "other", session: "2", idempotencyKey: "claim-2" };
  const second = { ...CLAIMED, id: "2", claim_id: "claim-2", identity: "organization-0__wpp__1" };
  const connected = { ...CONNECTED, id: "2", session: "2", api_key: "other" };
  const secondary = { wpp_primary: false, identity: second.identity };
  const [inserted, saved] = through({ ...second, wpp_primary: false }, {
    ...connected,
    ...secondary,
  });
  return run({
    outcomes: [SENT, ENDED],
    clients: [CLIENT, { ...other, owner: second.identity }],
    requests: [request("send", { text: "message 1" }), request("stop", { at: 5500 })],
    states: new Map([[SESSION, "disconnected"], ["2", "connected"]]),
    writes: [
      ...through(CLAIMED, CONNECTED),
      ...[inserted, saved],
      write("end", CONNECTED, EMPTIED),
      write("end", EMPTIED, { ...EMPTIED, wpp_primary: false }),
      write("end", saved.after, { ...saved.after!, wpp_primary: true }),
    ],
    ...changes,
  });
}
