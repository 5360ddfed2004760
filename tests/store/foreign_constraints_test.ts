/** A table of theirs under our name: what its unique indexes, checks and enums forbid. */
import { type Shape, SHOP, table } from "../support/foreign_shape.ts";
import { testShapes } from "../support/test_shapes.ts";
import { engines } from "../support/sql.ts";

const SHAPES: Record<string, Shape> = {
  "one primary of each type": {
    sql: table({}, {
      more: `create unique index one_primary on public.messenger_integrations
        (organization_id, messenger_type) where is_primary;`,
    }),
  },
  "one primary of each type, which another provider has": {
    sql: table({}, {
      more: `create unique index one_primary on public.messenger_integrations
          (organization_id, messenger_type) where is_primary;
        insert into public.messenger_integrations
          (organization_id, messenger_type, provider, name, is_primary)
        values ('${SHOP}', 'whatsapp', 'green_api', 'Green', true);`,
    }),
  },
  "one row of each type": {
    sql: table({}, {
      more: `create unique index one_row on public.messenger_integrations
          (organization_id, messenger_type);`,
    }),
  },
  "one row of each type, which another provider has": {
    sql: table({}, {
      more: `create unique index one_row on public.messenger_integrations
          (organization_id, messenger_type);
        insert into public.messenger_integrations (organization_id, messenger_type, provider, name)
        values ('${SHOP}', 'whatsapp', 'green_api', 'Green');`,
    }),
    forbidden: "one_row",
  },
  "a check of status that takes none of ours": {
    sql: table({ status: "text default 'active' check (status in ('active', 'off'))" }),
    forbidden: "messenger_integrations_status_check",
  },
  "a check of status that takes all of ours but one": {
    sql: table({
      status: "text default 'starting' " +
        "check (status in ('starting', 'qr_required', 'connected', 'disconnected'))",
    }),
    forbidden: "messenger_integrations_status_check",
  },
  "a check of messenger_type with whatsapp": {
    sql: table({
      messenger_type: "text not null check (messenger_type in ('whatsapp', 'telegram'))",
    }),
  },
  "a check of messenger_type without whatsapp": {
    sql: table({ messenger_type: "text not null check (messenger_type in ('telegram'))" }, {
      legacy: null,
    }),
    withoutLegacy: true,
    forbidden: "messenger_integrations_messenger_type_check",
  },
  "a check of provider without wpp": {
    sql: table({ provider: "text not null check (provider in ('green_api'))" }, { legacy: null }),
    withoutLegacy: true,
    forbidden: "messenger_integrations_provider_check",
  },
  "enums with our values": {
    sql: `create type public.messenger as enum ('telegram', 'whatsapp');
      create type public.provider as enum ('green_api', 'wpp');` +
      table({ messenger_type: "public.messenger not null", provider: "public.provider not null" }),
  },
  "an enum of messengers without whatsapp": {
    sql: "create type public.messenger as enum ('telegram');" +
      table({ messenger_type: "public.messenger not null" }, { legacy: null }),
    stopped: /messenger_type is of the enum messenger, which has no value 'whatsapp'/,
  },
  "an enum of providers without wpp": {
    sql: "create type public.provider as enum ('green_api');" +
      table({ provider: "public.provider not null" }, { legacy: null }),
    stopped: /provider is of the enum provider, which has no value 'wpp'/,
  },
  "an enum of statuses": {
    sql: "create type public.state as enum ('on');" + table({ status: "public.state" }),
    stopped: /status is state, and these functions need text or character varying/,
  },
  "an enum in provider_type without wpp": {
    sql: "create type public.provider as enum ('green_api');" +
      table({ provider: null, provider_type: "public.provider not null" }, { legacy: null }),
    withoutLegacy: true,
    forbidden: "a column's type",
  },
};

testShapes("each constraint of a table", SHAPES, engines());
