/** The database's rows that members read, as plain TypeScript for `client/rows.ts`. */
import { openDatabase } from "../../local/database.ts";
import { readSchema, type Schema } from "../schema/catalog.ts";
import { comment, formatted } from "./text.ts";

export const ROWS_FILE = new URL("../../client/rows.ts", import.meta.url);

type Table = Schema["tables"][number];

/** The tables that members read, and what a row of each is called. */
const ROWS = { "public.messenger_chats": "Chat", "public.messenger_messages": "Message" };

/** Columns of JSON, whose shape no catalog knows. */
const JSON_TYPES: Record<string, string> = {
  last_message: "LastMessage",
  media: "Media",
  reactions: "Reaction[]",
};

const JSON_SHAPES = `
/** The last message of a chat. */
export interface LastMessage {
  id: string;
  /** Its first 200 characters. */
  text: string | null;
  direction: Message["direction"];
  kind: Message["kind"];
  /** Whether it was deleted for everyone. */
  deleted: boolean;
}

/** What came with a message besides text. */
export interface Media {
  /** pending: it is not in Storage yet. failed: it will never be. */
  state: "pending" | "stored" | "failed";
  /** Why it failed. */
  reason?: string;
  /** Of the object in Storage. */
  path?: string;
  /** Where the platform fetched it: of what was sent by its URL alone. */
  url?: string;
  mimetype?: string;
  filename?: string;
  /** In bytes. */
  size?: number;
}

/** Everybody who reacted has one. */
export interface Reaction {
  /** me, a number in E.164 form, or an address of WhatsApp. */
  by: string;
  emoji: string;
  /** When. */
  at: string;
}
`;

/** As PostgREST writes them in JSON; times are ISO 8601, to the microsecond. */
const TYPES: Record<string, string> = {
  uuid: "string",
  text: "string",
  "timestamp with time zone": "string",
  boolean: "boolean",
  integer: "number",
  bigint: "number",
};

/**
 * The file's text, as `deno fmt` leaves it, by what supabase/migrations make of a database.
 *
 * @param options Of the database; a new one on PGlite unless given.
 */
export async function rowsText(
  options: Parameters<typeof openDatabase>[0] = {},
): Promise<string> {
  const database = await openDatabase(options);
  try {
    const { tables } = await readSchema(database.query);
    return await formatted(
      HEAD + Object.entries(ROWS).map(([name, row]) =>
        rowType(
          row,
          tables.find((table) => table.name === name)!,
        )
      ).join("\n") + JSON_SHAPES,
    );
  } finally {
    await database.close();
  }
}

const HEAD =
  "/**\n * The database's rows that members read. Written by `deno task client:types` from " +
  "supabase/migrations\n * and tools/client/rows.ts: change them there.\n */\n\n";

/** @throws Error for what no column has had so far. */
export function rowType(name: string, { comment: about, columns, constraints }: Table): string {
  const fields = columns.map(({ name, definition, comment: about }) => {
    const type = choicesOf(name, constraints) ?? typeOf(name, definition);
    const orNull = / not null\b/.test(definition) ? "" : " | null";
    return `${comment(about ?? undefined)}${name}: ${type}${orNull};`;
  });
  return `${comment(about ?? undefined)}export interface ${name} {\n${fields.join("\n")}\n}\n`;
}

/** The texts that a check allows in a column. */
function choicesOf(column: string, constraints: string[]): string | undefined {
  const check = constraints.find((one) => one.includes(`CHECK ((${column} = ANY (ARRAY[`));
  return check && [...check.matchAll(/'(\w+)'::text/g)].map(([, one]) => `"${one}"`).join(" | ");
}

function typeOf(column: string, definition: string): string {
  const type = definition.replace(/ (not null|default|generated)\b.*/s, "");
  const written = type === "jsonb" ? JSON_TYPES[column] : TYPES[type];
  if (!written) throw new Error(`Not known how to write ${column} ${definition} in TypeScript`);
  return written;
}
