/** A table of theirs under one of our names, as a database may hold it before the migrations. */
import type { Sql } from "./sql.ts";

export const SHOP = "11111111-1111-4111-8111-111111111111";
/** It has a connection of an earlier version. */
export const LEGACY = "22222222-2222-4222-8222-222222222222";
export const USER = "99999999-9999-4999-8999-999999999999";

export interface Shape {
  /** What the database holds before. */
  sql: string;
  /** A set of ours that is applied after that, before the migrations. */
  applied?: URL;
  /** What the migrations stop with. */
  stopped?: RegExp;
  /** What stands in the way when the shop creates a connection. */
  forbidden?: string;
  /** What the migrations warn of; nothing unless given. */
  warnings?: RegExp[];
  /** The organizations, where they are no UUIDs. */
  shop?: string;
  legacy?: string;
  /** The table has no row of an earlier version that could go on. */
  withoutLegacy?: true;
  /** PGlite plays it, too. */
  onPglite?: true;
  /** What else holds after the migrations. */
  after?(sql: Sql): Promise<void>;
}

type Columns = Record<string, string | null>;

const COLUMNS: Columns = {
  id: "uuid primary key default gen_random_uuid()",
  organization_id: "uuid not null",
  messenger_type: "text not null",
  provider: "text not null",
  name: "text not null",
  is_primary: "boolean default false",
  is_enabled: "boolean default true",
  settings: "jsonb not null default '{}'",
};

/** A table of these columns, with a primary row of another messenger and one of an earlier version. */
export function table(
  changes: Columns = {},
  { shop = SHOP, legacy = LEGACY as string | null, more = "" } = {},
): string {
  const columns = Object.entries({ ...COLUMNS, ...changes }).filter(([, type]) => type !== null);
  const insert = (values: Record<string, string>) => {
    const used = Object.entries(values).filter(([name]) => columns.some(([n]) => n === name));
    return `insert into public.messenger_integrations (${used.map(([name]) => name)})
      values (${used.map(([, value]) => `'${value}'`)});`;
  };
  return `
    create table public.messenger_integrations (${columns.map((words) => words.join(" "))});
    comment on table public.messenger_integrations is 'Ours.';
    comment on column public.messenger_integrations.organization_id is 'Whose.';
    alter table public.messenger_integrations enable row level security;
    create policy members on public.messenger_integrations for select to authenticated using (true);
    ${
    insert({
      organization_id: shop,
      messenger_type: "telegram",
      provider: "green_api",
      provider_type: "green_api",
      name: "Bot",
      is_primary: "true",
      settings: '{"token": "t"}',
    })
  }
    ${
    legacy === null ? "" : insert({
      organization_id: legacy,
      messenger_type: "whatsapp",
      provider: "wpp",
      provider_type: "wpp",
      name: "Old",
      is_primary: "true",
      settings: '{"wppApiKey": "old-key", "wppAccountNumber": "7", "wppJwtToken": "t"}',
    })
  }
    ${more}`;
}
export const rlsWarning = /^Row level security is now on for public\.messenger_integrations/;
export const grantsWarning = /^An earlier version of these migrations took every grant/;
