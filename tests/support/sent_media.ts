/** What the tests of wpp-send with media share; it holds no test. */
import { type FakeStorage, mediaSamples } from "./storage.ts";
import type { World } from "./world.ts";

export const TO = "+79991112233";

export const shop = (organization_id = crypto.randomUUID()) => ({
  app_metadata: { organization_id },
});

export async function send(
  world: World,
  token: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await world.call("wpp-send", { token, body: { to: TO, ...body }, headers });
  return { status: response.status, body: await response.json() };
}

/** What an error says: its status, code and fields. */
export async function refusalOf(world: World, token: string, body: object): Promise<unknown[]> {
  const { status, body: { error } } = await send(world, token, body);
  const { code, fields } = error as { code: string; fields?: object };
  return [status, code, ...(fields ? [fields] : [])];
}

export const message = (world: World) => world.row("select * from messenger_messages");

/** A member whose organization has a file. */
export async function withFile(
  world: World,
  storage: FakeStorage,
  { bytes, mimetype, filename }: { bytes: Uint8Array; mimetype: string; filename: string } =
    mediaSamples.png,
) {
  const { app_metadata } = shop();
  const { token } = await world.connect({ app_metadata });
  const path = `${app_metadata.organization_id}/outgoing/${crypto.randomUUID()}/${filename}`;
  await storage.put(path, bytes, mimetype);
  return { token, path, organization: app_metadata.organization_id };
}
