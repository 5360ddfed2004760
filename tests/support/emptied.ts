/**
 * Empties our tables, those first that refer to others. Truncating them takes PGlite fifty times as
 * long, as few rows as they have; switching triggers off by `session_replication_role` throws every
 * plan of the session away, and each test would plan its functions anew.
 */
export const EMPTY_TABLES = [
  "messenger_events",
  "messenger_receipts",
  "messenger_sends",
  "messenger_chat_words",
  "messenger_messages",
  "messenger_chats",
  "messenger_changes",
  "messenger_integrations",
  "messenger_internal.unused_objects", // deleted messages leave the paths of their files there
].map((table) => `delete from ${table};`).join("\n");

/** The same where a project's own tables refer to ours. */
export const EMPTY_REFERRED_TABLES = `
  set session_replication_role = replica;
  ${EMPTY_TABLES}
  set session_replication_role = origin;
`;
