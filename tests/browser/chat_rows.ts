import type { Stack } from "../../local/stack.ts";

/** Chats and messages as they come to be in the course of time, put into the database as rows. */
export interface ChatRows {
  name: string | null;
  phone: string | null;
  unread?: number;
  /** Oldest first. */
  messages: readonly {
    text: string;
    direction?: "in" | "out";
    /** Columns besides, as SQL literals. */
    columns?: Record<string, string>;
  }[];
}

/** Puts them into the organization of the one connection that there is. */
export async function putRows({ database }: Stack, chats: readonly ChatRows[]): Promise<void> {
  let change = 1;
  for (const [index, { name, phone, unread = 0, messages }] of chats.entries()) {
    const last = messages.at(-1)!;
    const address = `${phone?.slice(1) ?? crypto.randomUUID()}@c.us`;
    const [{ id }] = await database.query(
      `insert into public.messenger_chats
        (organization_id, integration_id, address, phone, kind, name, last_message_at, last_message,
          change, unread_count)
      select organization_id, id, $1, $2, 'person', $3, now() - interval '${index} hours',
        $4::text::jsonb, $5, $6
      from public.messenger_integrations returning id`,
      [
        address,
        phone,
        name,
        JSON.stringify({
          ...last,
          direction: last.direction ?? "in",
          kind: "text",
          deleted: false,
        }),
        change,
        unread,
      ],
    );
    const values = messages.map(({ text, direction = "in", columns = {} }, index) => {
      const names = ["sent_at", "delivery", "status", "error_code", "author", "reactions"];
      const sentAt = `now() - interval '${messages.length - index} minutes'`;
      const rest = names.map((one) => columns[one] ?? DEFAULTS[one] ?? sentAt).join(", ");
      const source = direction === "in" ? "'contact'" : columns.source ?? "'api'";
      const quoted = text.replaceAll("'", "''");
      return `('${id}', '${direction}', ${source}, '${quoted}', ${++change}, ${change}, ${rest})`;
    });
    await database.exec(
      `insert into public.messenger_messages
        (organization_id, integration_id, chat_id, direction, source, text, arrived, change, sent_at,
          delivery, status, error_code, author, reactions)
      select i.organization_id, i.id, v.chat_id::uuid, v.direction, v.source, v.text, v.arrived,
        v.change, v.sent_at, v.delivery, v.status, v.error_code, v.author, v.reactions::jsonb
      from public.messenger_integrations i, (values ${values.join(",\n")}) v (chat_id, direction,
        source, text, arrived, change, sent_at, delivery, status, error_code, author, reactions)`,
    );
  }
  await database.exec(
    `insert into public.messenger_changes (organization_id, change)
    select organization_id, ${change} from public.messenger_integrations
    on conflict (organization_id) do update set change = excluded.change`,
  );
}

/** The author of what the signed-in user wrote, as SQL. */
export const OURS = "(select id::text from auth.users limit 1)";

const DEFAULTS: Record<string, string> = {
  delivery: "null::text",
  status: "null::text",
  error_code: "null::text",
  author: "null::text",
  reactions: "'[]'",
};
