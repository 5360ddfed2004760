/** What the client reads for a member, as PostgREST runs it. */

/** Where in the chats and messages of an organization is read. */
export interface Place {
  /** A chat with many messages. */
  longChatId: string;
  /** Of one of them: the page before it is read. */
  sentAt: string;
  arrived: number;
  /** Another chat, and the name and number that it alone has. */
  chatId: string;
  name: string;
  phone: string;
  /** The last chat of a page: the next one is read. */
  lastChatId: string;
  lastChatAt: string;
  /** 50 rows changed after it. */
  change: number;
}

/** The queries by what they are for; a call of the client makes one of them. */
export function memberReads(
  { longChatId, sentAt, arrived, chatId, name, phone, lastChatId, lastChatAt, change }: Place,
): Record<string, string> {
  const chats = "select * from messenger_chats";
  const newestChats = "order by last_message_at desc nulls last, id limit 51";
  const thread = `select * from messenger_messages where chat_id = '${longChatId}'`;
  const newestMessages = "order by sent_at desc, arrived desc limit 51";
  const found = (words: string) =>
    `select * from messenger_search_chats('${words}', 200) ${newestChats}`;
  return {
    "first page of chats": `${chats} ${newestChats}`,
    "later page of chats": `${chats} where last_message_at < '${lastChatAt}'
      or last_message_at = '${lastChatAt}' and id > '${lastChatId}' or last_message_at is null
      ${newestChats}`,
    "page of chats that have no message": `${chats}
      where last_message_at is null and id > '${chatId}' ${newestChats}`,
    "one chat": `${chats} where id = '${chatId}'`,
    "first page of messages": `${thread} ${newestMessages}`,
    "later page of messages": `${thread} and sent_at <= '${sentAt}'
      and (sent_at < '${sentAt}' or arrived < '${arrived}') ${newestMessages}`,
    "changes since a number": `select messenger_changes_since(${change})`,
    "present number": "select messenger_changes_since()",
    "search by name": found(name),
    "search by number": found(phone),
  };
}

/** The files that query tables of ours without a function of the database, and how often. */
export const QUERYING_FILES: Record<string, number> = {
  "client/chats.ts": 2, // pages of chats, and one of them
  "client/messages.ts": 1, // pages of messages
  "supabase/functions/_shared/wpp/connections/connections.ts": 1, // UPDATE_CONNECTION
};

/** How the functions write a connection without a function of the database. */
export const UPDATE_CONNECTION =
  "update messenger_integrations set status = 'connected' where id = $1 and credentials_id = $2";
