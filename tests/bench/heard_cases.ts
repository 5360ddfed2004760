/** What the platform posts: texts, and receipts of messages that are there. In its present form. */
import { sha256 } from "../../supabase/functions/_shared/wpp/lib/sha256.ts";
import type { Backend } from "./backend.ts";
import type { Case, Contestant } from "./cases.ts";
import type { Organization } from "./organizations.ts";

/** Of `ours` and `usual`, and what the database says to the floor. */
const STORED = /^{}$|"outcome": ?"stored"/;

export const TEXTS: Case = {
  title: "wpp-webhook, text",
  name: "wpp-webhook",
  contestants: ["floor", "ours", "usual"],
  callOf: (organization, contestant) => {
    const { session: account } = organization;
    return posted(organization, contestant, {
      body: {
        account,
        from: "+79991112233",
        raw_from: "79991112233@c.us",
        text: "Hello",
        type: "chat",
      },
      event: textEvent(account),
    });
  },
  good: STORED,
  written: `select count(*)::int as count from public.messenger_messages
    where organization_id in (select jsonb_array_elements_text(($1::text)::jsonb))
      and direction = 'in'`,
};

/** Each rises a message by one: no receipt is one that changes nothing. */
const DELIVERIES = ["sent", "delivered", "read"];
/** So many messages get the same word one after the other: no receipt overtakes one of its message. */
const MESSAGES_IN_TURN = 128;

export const RECEIPTS: Case = {
  title: "wpp-webhook, receipt",
  name: "wpp-webhook",
  contestants: ["floor", "ours"],
  callOf: (organization, contestant, n) => {
    const { session: account } = organization;
    const turn = Math.floor(n / MESSAGES_IN_TURN);
    const [before, word] = [Math.floor(turn / DELIVERIES.length), turn % DELIVERIES.length];
    const message = before * MESSAGES_IN_TURN + n % MESSAGES_IN_TURN;
    const taskId = `receipts-${account}-${message}`;
    const status = DELIVERIES[word];
    return posted(organization, contestant, {
      body: { type: "delivery", account, messageId: taskId, status },
      event: {
        account,
        type: "receipt",
        taskId,
        providerMessageId: taskId,
        isPair: false,
        delivery: status,
      },
    });
  },
  good: STORED,
  prepare: addAcceptedMessages,
  written: `select coalesce(sum(array_position(
      array['sent', 'delivered', 'read'], delivery)), 0)::int as count
    from public.messenger_messages
    where organization_id in (select jsonb_array_elements_text(($1::text)::jsonb))
      and task_id like 'receipts-%'`,
};

/** An incoming text, as messenger_receive takes it. */
export function textEvent(account: string): object {
  return {
    account,
    type: "message",
    direction: "in",
    chat: { address: "79991112233@c.us", phone: "+79991112233", kind: "person" },
    kind: "text",
    text: "Hello",
  };
}

/** The floor is given what it hands on: the token's digest, and the event as it is stored. */
function posted(
  { webhookToken }: Organization,
  contestant: Contestant,
  { body, event }: { body: object; event: object },
) {
  if (contestant !== "floor") return { token: "", body, query: `?token=${webhookToken}` };
  return { token: "", body: { digest: sha256(webhookToken), event: JSON.stringify(event) } };
}

/** Messages that the platform took and has told nothing more of, enough for so many receipts. */
async function addAcceptedMessages(
  backend: Backend,
  organizations: Organization[],
  calls: number,
): Promise<void> {
  const turns = Math.ceil(
    calls / organizations.length / DELIVERIES.length / MESSAGES_IN_TURN,
  );
  await backend.order({
    sql: `with chats as (
        insert into public.messenger_chats
          (integration_id, organization_id, address, phone, kind, change)
        select id, organization_id, '79992223344@c.us', '+79992223344', 'person', 0
        from public.messenger_integrations
        where organization_id in (select jsonb_array_elements_text(($1::text)::jsonb))
        returning *
      )
      insert into public.messenger_messages (integration_id, organization_id, chat_id, direction,
        source, kind, text, session, recipient, status, delivery, task_id, arrived, change)
      select c.integration_id, c.organization_id, c.id, 'out', 'api', 'text', 'Hello', i.session,
        c.phone, 'accepted', 'queued', 'receipts-' || i.session || '-' || n, 0, 0
      from chats c
      join public.messenger_integrations i on i.id = c.integration_id,
        generate_series(0, $2::int - 1) n`,
    parameters: [
      JSON.stringify(organizations.map((one) => one.organizationId)),
      turns * MESSAGES_IN_TURN,
    ],
  });
}
