import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import assert from "node:assert/strict";
import { OPENAPI_FILE, openApiText } from "../../tools/openapi/openapi.ts";
import {
  errorOutput,
  FUNCTION_NAMES,
  FUNCTIONS,
} from "../../supabase/functions/_shared/wpp/contract.ts";
import { schemaName } from "../../tools/openapi/schemas.ts";
import { WEBHOOK_EXAMPLES } from "../../tools/openapi/webhook_examples.ts";
import { ERRORS } from "../../supabase/functions/_shared/wpp/errors.ts";
import { SERVER_FUNCTIONS } from "../support/function_names.ts";
import { userToken } from "../support/jwt.ts";
import { connectHooked, post, postTo } from "../support/webhook.ts";
import { inWorld, SECRET_KEY, type World } from "../support/world.ts";
import type { FunctionName } from "../../supabase/functions/_shared/wpp/contract.ts";

const text = await Deno.readTextFile(OPENAPI_FILE);
const document = JSON.parse(text);

Deno.test("openapi.json is what `deno task openapi` writes", () => {
  assert.ok(text === openApiText(), "client/openapi.json is stale: run `deno task openapi`");
});

Deno.test("openapi.json is valid OpenAPI 3.1", async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(JSON.parse(text));
  assert.deepEqual([valid, errors, validator.version], [true, undefined, "3.1"]);
});

Deno.test("openapi.json names every error of the functions, with an example", () => {
  const named = Object.values<{ content: Record<string, { examples: object }> }>(
    document.components.responses,
  ).flatMap((response) => Object.keys(response.content["application/json"].examples));
  assert.deepEqual([...new Set(named)].sort(), Object.keys(ERRORS).sort());
});

Deno.test("openapi.json lets users call what they may call, and servers name an organization", () => {
  for (const name of FUNCTION_NAMES) {
    const isForUsers = !SERVER_FUNCTIONS.includes(name);
    for (const { security } of Object.values<{ security: object[] }>(document.paths[`/${name}`])) {
      const expected = isForUsers ? [{ user: [] }, { server: [] }] : [{ server: [] }];
      assert.deepEqual(security, expected, name);
    }
    const { properties } = document.components.schemas[schemaName(name, "Input")];
    assert.equal("organizationId" in properties, isForUsers, name);
  }
});

Deno.test("openapi.json promises no error of the platform where it is not asked", () => {
  for (
    const { responses } of Object.values<{ responses: object }>(document.paths["/wpp-connections"])
  ) {
    const statuses = Object.keys(responses);
    assert.deepEqual(statuses.filter((status) => ["429", "502"].includes(status)), []);
    assert.ok(statuses.includes("504")); // any function may take too long
  }
});

const ajv = new Ajv2020({ strict: true, allErrors: true });
(addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
ajv.addVocabulary(["openapi", "info", "servers", "security", "paths", "webhooks", "components"]);
ajv.addSchema(document, "openapi.json");

/** Checks a value against the schema at a JSON pointer into the document. */
function assertFits(value: unknown, pointer: string): void {
  const valid = ajv.validate({ $ref: `openapi.json#${pointer}` }, value);
  assert.ok(valid, `${pointer}: ${ajv.errorsText()} in ${JSON.stringify(value)}`);
}

const escaped = (segment: string) => segment.replaceAll("~", "~0").replaceAll("/", "~1");

/** A pointer, and what it points at; references are followed. */
function resolve(pointer: string) {
  const at = (path: string) =>
    path.split("/").slice(1).reduce(
      (value, segment) => value?.[segment.replaceAll("~1", "/").replaceAll("~0", "~")],
      document,
    );
  const value = at(pointer);
  if (!value?.$ref) return { pointer, value };
  return { pointer: value.$ref.slice(1) as string, value: at(value.$ref.slice(1)) };
}

Deno.test("openapi.json's examples fit their schemas", () => {
  let examples = 0;
  const visit = (pointer: string, node: Record<string, unknown>) => {
    if (node?.examples && node.schema) {
      for (const name of Object.keys(node.examples)) {
        assertFits(resolve(`${pointer}/examples/${name}`).value.value, `${pointer}/schema`);
        examples++;
      }
    }
    for (const [key, child] of Object.entries(node ?? {})) {
      if (child && typeof child === "object") {
        visit(`${pointer}/${escaped(key)}`, child as Record<string, unknown>);
      }
    }
  };
  visit("", document);
  assert.ok(examples > 40, `only ${examples} were found`);
});

Deno.test("openapi.json's input schemas accept what the contract accepts and no more", () => {
  const inputs = [
    {},
    { name: "Shop" },
    { name: "" },
    { name: "é".repeat(101) },
    { name: "😀".repeat(100) },
    { name: " \u200b" },
    { name: "." },
    { reconnect: true },
    { reconnect: "yes" },
    { session: "1" },
    { session: "" },
    { session: "a\u0000b" },
    { session: "x".repeat(256) },
    { organization_id: "1" },
    [],
    null,
    { to: "+79991112233", text: "Hello" },
    { to: "", text: "x" },
    { to: "1", text: "" },
    { to: "+79991112233", text: "x".repeat(4097) },
    { to: "+79991112233", text: "\u2800\u3164" },
    { to: "+79991112233", text: "❤️" },
    { to: 7, text: "x" },
    { text: "x" },
  ];
  for (const name of FUNCTION_NAMES) {
    const schema = `openapi.json#/components/schemas/${schemaName(name, "Input")}`;
    for (const input of inputs) {
      const fits = ajv.validate({ $ref: schema }, input);
      const isValid = FUNCTIONS[name].input.safeParse(input).success;
      assert.equal(fits, isValid, `${name} ${describe(input)}`);
    }
  }
});

const describe = (value: unknown) => JSON.stringify(value).slice(0, 60);

type Call = Parameters<World["call"]>[1];

/** Calls a function and checks that its answer is documented, header by header. */
async function documented(world: World, name: FunctionName, options: Call): Promise<string> {
  const response = await world.call(name, options);
  const method = (options?.method ?? "POST").toLowerCase();
  const path = `/paths/${escaped(`/${name}`)}`;
  const operation = resolve(`${path}/${method}`).value ? method : "post";
  const found = resolve(`${path}/${operation}/responses/${response.status}`);
  const what = `${method} ${name} ${response.status}`;
  assert.ok(found.value, `${what} is not documented`);
  const body = await response.json();
  assertFits(body, `${found.pointer}/content/application~1json/schema`);
  const schema = response.ok ? FUNCTIONS[name].output : errorOutput;
  assert.deepEqual(schema.parse(body), body, `${what} has more fields than the contract`);
  const headers = Object.keys(found.value.headers);
  for (const name of ["x-request-id", "retry-after", "idempotency-replayed", "allow"]) {
    const sent = response.headers.get(name);
    if (sent === null) continue;
    const header = headers.find((one) => one.toLowerCase() === name);
    assert.ok(header, `${what} has ${name}, which is not documented`);
    const { schema } = resolve(`${found.pointer}/headers/${header}`).value;
    const value = schema.type === "integer" ? Number(sent) : sent;
    assert.ok(ajv.validate(schema, value), `${what} has ${name}: ${sent}`);
  }
  return body.error?.code ?? `${response.status}`;
}

const MESSAGE = { to: "+79991112233", text: "Hello" };

inWorld("responses of the whole journey are as openapi.json documents them", async (world) => {
  const token = await userToken();
  const call = (name: FunctionName, options: Call = {}) =>
    documented(world, name, { token, ...options });
  assert.equal(await call("wpp-qr"), "integration_not_found");
  assert.equal(await call("wpp-create", { body: { name: "Shop" } }), "201");
  assert.equal(await call("wpp-create"), "200");
  assert.equal(await call("wpp-qr"), "200");
  assert.equal(await call("wpp-qr", { method: "GET" }), "200");
  world.simulator.settings.qrForm = "base64";
  assert.equal(await call("wpp-qr"), "200");
  world.simulator.misbehave("qr", { kind: "empty", status: 404 });
  assert.equal(await call("wpp-qr"), "202");
  assert.equal(await call("wpp-send", { body: MESSAGE }), "not_connected");
  world.simulator.scan(world.simulator.clients[0].session);
  assert.equal(await call("wpp-qr"), "200");
  assert.equal(await call("wpp-status", { method: "GET" }), "200");
  const headers = { "idempotency-key": "one" };
  assert.equal(await call("wpp-send", { body: MESSAGE, headers }), "202");
  assert.equal(await call("wpp-send", { body: MESSAGE, headers }), "202");
  const other = { ...MESSAGE, text: "Other" };
  assert.equal(await call("wpp-send", { body: other, headers }), "idempotency_key_reused");
});

inWorld("responses to bad requests are as openapi.json documents them", async (world) => {
  const token = await userToken();
  const call = (name: FunctionName, options: Call) => documented(world, name, options);
  for (const name of ["wpp-create", "wpp-qr", "wpp-status", "wpp-send"] as const) {
    assert.equal(await call(name, {}), "unauthorized");
    assert.equal(await call(name, { token, method: "DELETE" }), "method_not_allowed");
    assert.equal(await call(name, { token, body: "{" }), "invalid_json");
    assert.equal(await call(name, { token, body: { nothing: 1 } }), "invalid_request");
    const headers = { "content-type": "text/plain" };
    assert.equal(await call(name, { token, body: "{}", headers }), "unsupported_media_type");
    const body = JSON.stringify({ name: "x".repeat(70_000) });
    assert.equal(await call(name, { token, body }), "payload_too_large");
  }
});

inWorld("responses to failures behind are as openapi.json documents them", async (world) => {
  const token = await userToken();
  const call = (name: FunctionName, body?: unknown) => documented(world, name, { token, body });
  await call("wpp-create");
  world.simulator.scan(world.simulator.clients[0].session);
  const { simulator } = world;
  const headers = { "retry-after": "30" };
  simulator.misbehave("status", { kind: "respond", status: 429, headers });
  assert.equal(await call("wpp-status"), "rate_limited");
  simulator.misbehave("status", { kind: "respond", status: 400 });
  assert.equal(await call("wpp-status"), "gateway_error");
  simulator.misbehave("status", { kind: "wrong-shape", body: [] });
  assert.equal(await call("wpp-status"), "gateway_invalid_response");
  simulator.misbehave("send", { kind: "reset", when: "after" });
  assert.equal(await call("wpp-send", MESSAGE), "delivery_unknown");
  world.intercept = () => Response.json({ message: "down" }, { status: 503 });
  assert.equal(await call("wpp-status"), "database_unavailable");
  world.intercept = undefined;
  const ago = "update public.messenger_integrations set api_key_issued_at = now() - interval '1 h'";
  await world.database.exec(ago); // a new key is given a moment to become active
  simulator.revokeKey(simulator.clients[0].apiKey);
  simulator.revokeTokens();
  assert.equal(await call("wpp-status"), "reconnect_required");
  assert.equal(await call("wpp-send", MESSAGE), "reconnect_required");
});

inWorld("answers of wpp-reconcile are as openapi.json documents them", async (world) => {
  const call = (options: Call) => documented(world, "wpp-reconcile", options);
  const headers = { apikey: SECRET_KEY };
  assert.equal(await call({ headers }), "200");
  assert.equal(await call({ headers, body: { limit: 0 } }), "invalid_request");
  assert.equal(await call({ headers, method: "GET" }), "method_not_allowed");
  assert.equal(await call({ token: await userToken() }), "unauthorized");
});

inWorld("misconfigured is as openapi.json documents it", async (world) => {
  const token = await userToken();
  assert.equal(await documented(world, "wpp-status", { token }), "misconfigured");
}, { env: { WPP_BASE_URL: undefined } });

/** Checks that an answer of the webhook is documented. */
async function documentedWebhook(response: Response): Promise<string> {
  const { pointer, value } = resolve(
    `/webhooks/wpp-webhook/post/responses/${response.status}`,
  );
  assert.ok(value, `${response.status} is not documented`);
  const body = await response.json();
  assertFits(body, `${pointer}/content/application~1json/schema`);
  const documented = Object.keys(value.headers).map((name) => name.toLowerCase());
  for (const name of ["x-request-id", "retry-after", "allow"]) {
    assert.equal(response.headers.has(name), documented.includes(name), name);
  }
  return body.error?.code ?? `${response.status}`;
}

inWorld("wpp-webhook takes each event of openapi.json, and understands it", async (world) => {
  const { hook, session } = await connectHooked(world);
  for (const [name, { value }] of Object.entries(WEBHOOK_EXAMPLES)) {
    const event = JSON.stringify(value).replace(/"0000000000004"/, JSON.stringify(session));
    assert.equal(await documentedWebhook(await post(hook, event)), "200", name);
  }
  const outcomes = world.logs.filter((line) => line.function === "wpp-webhook")
    .map(({ event }) => event as { type: string; outcome: string });
  assert.deepEqual(outcomes.map(({ type, outcome }) => `${type} ${outcome}`), [
    ...["message stored", "message stored", "message stored"],
    ...["receipt waiting", "receipt waiting", "receipt waiting"],
    ...["state noted", "state noted", "message stored", "reaction waiting"],
  ]);
});

inWorld("wpp-webhook fails as openapi.json documents it", async (world) => {
  const { hook } = await connectHooked(world);
  const answers = async (token: string, init: RequestInit = {}) =>
    await documentedWebhook(await postTo(`?token=${token}`, { body: "{}", ...init }));
  assert.equal(await answers("x".repeat(43)), "integration_not_found");
  assert.equal(await answers(hook, { method: "PUT" }), "method_not_allowed");
  const body = new Uint8Array(32 * 1024 * 1024 + 1);
  assert.equal(await answers(hook, { body }), "payload_too_large");
  world.intercept = () => Response.json({ message: "down" }, { status: 503 });
  assert.equal(await answers(hook), "database_unavailable");
});
