import type { ConnectionState, EventEvidence } from "./evidence.ts";
import { ORGANIZATIONS } from "./organizations.ts";
import { eventNumberIn } from "./tally.ts";

/** What was broken of: whatever came or went through a connection is its organization's alone. */
export function tenantViolations(evidence: EventEvidence): string[] {
  const { connections, messages, chats, kept, writes, sends, executed } = evidence;
  const byId = new Map(connections.map((connection) => [connection.id, connection]));
  const owners = ownersOf(evidence);
  const chatOwners = new Map(chats.map((chat) => [chat.id, chat.organization_id]));
  const wrong: string[] = connections
    .filter(({ organization, name }) => name !== ORGANIZATIONS[organization].stored)
    .map(({ name, organization }) => `${ORGANIZATIONS[organization].name} is stored as ${name}`);
  const check = (
    what: string,
    row: { organization_id: string; integration_id: string },
    owner?: number,
  ) => {
    const connection = byId.get(row.integration_id);
    const isRight = connection?.name === row.organization_id &&
      (owner === undefined || connection.organization === owner);
    if (!isRight) wrong.push(`${what} is in ${row.organization_id}`);
  };
  for (const row of messages) {
    check(row.text, row, owners.get(row.text));
    if (!owners.has(row.text)) wrong.push(`${row.text} is nobody's`);
    if (chatOwners.get(row.chat_id) !== row.organization_id) {
      wrong.push(`${row.text} is in a chat of ${chatOwners.get(row.chat_id)}`);
    }
  }
  for (const chat of chats) check(`chat ${chat.address}`, chat);
  for (const row of kept) {
    const number = eventNumberIn(atob(row.body));
    check(`the kept event ${number}`, row, owners.get(`event ${number}!`));
  }
  const names = new Set(connections.map(({ name }) => name));
  for (const { organization_id } of writes) {
    if (!names.has(organization_id)) wrong.push(`${organization_id} is no organization`);
  }
  return [...wrong, ...sentElsewhere(sends, executed, connections)];
}

/** The organization of each text. An echo has that of its send. */
function ownersOf({ plan, sends }: EventEvidence): Map<string, number> {
  return new Map([
    ...plan.events.filter(({ kind }) => kind !== "echo")
      .map(({ text, organization }) => [text, organization] as const),
    ...sends.map(({ send }) => [send.target.text, send.organization] as const),
  ]);
}

function sentElsewhere(
  sends: EventEvidence["sends"],
  executed: EventEvidence["executed"],
  connections: ConnectionState[],
): string[] {
  const senders = new Map(
    connections.flatMap(({ organization, sessions }) =>
      sessions.map(({ name }) => [name, organization] as const)
    ),
  );
  const owners = new Map(sends.map(({ send }) => [send.target.text, send.organization]));
  return executed.filter(({ text, session }) => senders.get(session) !== owners.get(text)!)
    .map(({ text, session }) => `${text} was sent by ${session}`);
}
