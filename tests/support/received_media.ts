/** What the tests of media that comes in share; it holds no test. */
import assert from "node:assert/strict";
import { incoming, messages } from "./webhook.ts";
import { SECRET_KEY, type World } from "./world.ts";

export const withMedia = (session: string, media: object, type = "image") =>
  incoming(session, { type, text: "[Media] Look", media });

/** Base64 of zeros, that many bytes: a multiple of 3. */
export const zeros = (bytes: number) => "AAAA".repeat(bytes / 3);

export async function reconcile(world: World): Promise<Record<string, unknown>> {
  const headers = { apikey: SECRET_KEY };
  const response = await world.call("wpp-reconcile", { headers, body: {} });
  assert.equal(response.status, 200, await response.clone().text());
  return await response.json();
}

/** Lets a minute pass, after which what was tried is due again. */
export const passTime = (world: World) =>
  world.database.exec("update messenger_events set due_at = due_at - interval '1 min'");

export const mediaOf = async (world: World) =>
  (await messages(world)).at(-1)!.media as Record<string, unknown>;

/** What is done in the background has had its time. */
export async function settled(world: World): Promise<void> {
  for (let idle = 0; idle < 10; idle = world.busy === 0 ? idle + 1 : 0) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
