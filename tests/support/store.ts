/** What the tests of the store's SQL share: a shop with one connection, and the calls of the functions. */
import assert from "node:assert/strict";
import type { Sql } from "./sql.ts";

export type Row = Record<string, unknown>;

/** A JSON answer of one of the functions. */
// deno-lint-ignore no-explicit-any
export type Answer = { outcome: string; [name: string]: any };

const PHONE = "+79991112233";

/** A message of a contact, as `platform/event.ts` describes it. */
export function incoming(changes: Row = {}): Row {
  return {
    type: "message",
    direction: "in",
    chat: person(PHONE),
    kind: "text",
    text: "hello",
    ...changes,
  };
}

/** A message of ours, as WhatsApp or the phone tells of it. */
export const outgoing = (changes: Row = {}) => incoming({ direction: "out", ...changes });

/** The address of a contact whose number is shown. */
export const person = (phone: string) => ({
  address: `${phone.slice(1)}@c.us`,
  phone,
  kind: "person",
});

interface Begin {
  to?: string;
  chatId?: string;
  session?: string | null;
  text?: string;
  key?: string | null;
  fingerprint?: string;
  attemptId?: string;
  seconds?: number;
}

/** An organization with a connection whose webhook has the digest `digest`. */
export class Shop {
  readonly digest = crypto.randomUUID();

  private constructor(
    readonly sql: Sql,
    readonly organization: string,
    readonly connectionId: string,
    readonly session: string,
  ) {}

  static async create(sql: Sql, organization: string = crypto.randomUUID()): Promise<Shop> {
    const session = crypto.randomUUID();
    const [{ id }] = await sql.query(
      "insert into messenger_integrations (organization_id, settings) values ($1, $2) returning id",
      [organization, { apiKey: "key", session }],
    );
    const shop = new Shop(sql, organization, String(id), session);
    await sql.query("update messenger_integrations set webhook_digest = $2 where id = $1", [
      id,
      shop.digest,
    ]);
    return shop;
  }

  /** What the webhook makes of an event. */
  async receive(
    event: Row | string,
    { bytes = null as string | null, requestId = crypto.randomUUID() as string | null } = {},
  ): Promise<Answer> {
    const json = typeof event === "string" ? event : JSON.stringify(event);
    return await this.call("messenger_receive($1, $2, $3, $4)", [
      this.digest,
      requestId,
      json,
      bytes,
    ]);
  }

  /** The same for many, in their order and in one transaction. */
  async receiveAll(events: Row[]): Promise<Answer[]> {
    const rows = await this.sql.query(
      "select messenger_receive($1, null, event) as answer " +
        "from jsonb_array_elements_text($2::text::jsonb) event",
      [this.digest, JSON.stringify(events.map((event) => JSON.stringify(event)))],
    );
    return rows.map(({ answer }) => answer as Answer);
  }

  async begin(
    { to = PHONE, chatId, session = null, text = "hello", key = null, ...more }: Begin = {},
  ): Promise<Answer> {
    const { fingerprint = "f", attemptId = crypto.randomUUID(), seconds = 60 } = more;
    return await this.call("messenger_begin_send(null, $1, $2, $3, $4, $5, $6, $7, $8, null, $9)", [
      this.organization,
      session,
      chatId ?? null,
      chatId ? null : to,
      text,
      key,
      fingerprint,
      attemptId,
      seconds,
    ]);
  }

  /** Closes a send that was begun. */
  async close(
    { message }: Answer,
    { status = "accepted", taskId = null as string | null, error = null as string | null } = {},
    retryable = false,
  ): Promise<void> {
    await this.sql.query("select messenger_close_send($1, $2, $3, $4, $5, $6)", [
      message.id,
      message.attempt,
      status,
      taskId,
      error,
      retryable,
    ]);
  }

  /** A message that was sent and accepted; its id. */
  async send(taskId: string | null, options: Begin = {}): Promise<string> {
    const begun = await this.begin(options);
    assert.equal(begun.outcome, "begun");
    await this.close(begun, { taskId });
    return begun.message.id;
  }

  /** Marks a chat as read, as a signed-in user. */
  async markRead(chatId: string, upTo: number, organization = this.organization): Promise<void> {
    const claims = { role: "authenticated", app_metadata: { organization_id: organization } };
    await this.sql.query("select set_config('request.jwt.claims', $1, false)", [
      JSON.stringify(claims),
    ]);
    await this.sql.query("select messenger_mark_chat_read($1, $2)", [chatId, upTo]);
  }

  async call(expression: string, params: unknown[]): Promise<Answer> {
    const [{ answer }] = await this.sql.query(`select ${expression} as answer`, params);
    return answer as Answer;
  }

  /** In the order of their arrival. */
  messages(): Promise<Row[]> {
    return this.rows(
      "select * from messenger_messages where organization_id = $1 order by arrived",
    );
  }

  /** In the order of their creation. */
  chats(): Promise<Row[]> {
    return this.rows(
      "select * from messenger_chats where organization_id = $1 order by created_at, change",
    );
  }

  events(): Promise<Row[]> {
    return this.rows("select * from messenger_events where organization_id = $1 order by id");
  }

  /** What waits for its message. */
  async waiting(): Promise<Row[]> {
    return await this.sql.query("select * from messenger_receipts where integration_id = $1", [
      this.connectionId,
    ]);
  }

  async message(id: string): Promise<Row> {
    const rows = await this.sql.query("select * from messenger_messages where id = $1", [id]);
    return dated(rows)[0];
  }

  /** The counter; 0 where there is none. */
  async change(): Promise<number> {
    const [row] = await this.rows(
      "select change from messenger_changes where organization_id = $1",
    );
    return Number(row?.change ?? 0);
  }

  private async rows(query: string): Promise<Row[]> {
    return dated(await this.sql.query(query, [this.organization]));
  }
}

/** Rows with their times as dates, which PGlite's driver answers as texts. */
function dated(rows: Row[]): Row[] {
  const date = ([name, value]: [string, unknown]) => [
    name,
    name.endsWith("_at") && typeof value === "string" ? new Date(value) : value,
  ];
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(date)));
}
