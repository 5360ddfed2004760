/** A table of theirs under our name: organizations of each type, and with a foreign key. */
import { LEGACY, type Shape, SHOP, table } from "../support/foreign_shape.ts";
import { testShapes } from "../support/test_shapes.ts";
import { engines } from "../support/sql.ts";

const organizations = (type: string) => `
  create table public.organizations (id ${type} primary key);
  insert into public.organizations values ('${SHOP}'), ('${LEGACY}');`;

const NUMBERS = { shop: "1", legacy: "2" };

const SHAPES: Record<string, Shape> = {
  "uuid organizations": { sql: table(), onPglite: true },
  "uuid organizations with a foreign key": {
    sql: organizations("uuid") +
      table({ organization_id: "uuid not null references public.organizations (id)" }),
  },
  "a foreign key that the organization is missing from": {
    sql: organizations("uuid") +
      table({ organization_id: "uuid not null references public.organizations (id)" }),
    shop: "33333333-3333-4333-8333-333333333333",
    forbidden: "messenger_integrations_organization_id_fkey",
  },
  "a foreign key that is checked at the end": {
    sql: organizations("uuid") + table({
      organization_id:
        "uuid not null references public.organizations (id) deferrable initially deferred",
    }),
    shop: "33333333-3333-4333-8333-333333333333",
    forbidden: "messenger_integrations_organization_id_fkey",
  },
  "text organizations": { sql: table({ organization_id: "text not null" }) },
  "text organizations with a foreign key": {
    sql: organizations("text") +
      table({ organization_id: "text not null references public.organizations (id)" }),
  },
  "organizations in few characters": {
    sql: table({ organization_id: "varchar(36) not null" }),
    shop: "an organization whose name is longer than that",
    forbidden: "organization_id",
  },
  "bigint organizations": {
    sql: table({ organization_id: "bigint not null" }, NUMBERS),
    ...NUMBERS,
  },
  "integer organizations": {
    sql: table({ organization_id: "integer not null" }, NUMBERS),
    ...NUMBERS,
  },
  "bigint organizations, of a user of none of them": {
    sql: table({ organization_id: "bigint not null" }, NUMBERS),
    shop: SHOP,
    legacy: "2",
    forbidden: "organization_id",
  },
  "integer organizations, of a user with a larger number": {
    sql: table({ organization_id: "integer not null" }, NUMBERS),
    shop: "2147483648",
    legacy: "2",
    forbidden: "organization_id",
  },
  "no organizations": {
    sql: "create table public.messenger_integrations (id uuid primary key);",
    stopped: /messenger_integrations has no column organization_id/,
  },
};

testShapes("organizations of each type", SHAPES, engines());
