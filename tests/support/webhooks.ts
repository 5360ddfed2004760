import { sha256 } from "../../supabase/functions/_shared/wpp/lib/sha256.ts";
import { SUPABASE_URL, type World } from "./world.ts";

/** The token of {@link withWebhook}'s webhook. */
export const WEBHOOK_TOKEN = "t".repeat(43);

/** Connects an organization whose webhook is known, as if the platform had been told its URL. */
export async function withWebhook(
  world: World,
  token = WEBHOOK_TOKEN,
): Promise<{ token: string; session: string }> {
  const connected = await world.connect();
  await world.database.query(
    `update messenger_integrations
     set webhook_digest = $1, webhook_registered_at = now() where session = $2`,
    [sha256(token), connected.session],
  );
  return connected;
}

/** Posts to the webhook as the platform does: without credentials but the token in the URL. */
export function postEvent(
  body: BodyInit,
  { token = WEBHOOK_TOKEN, method = "POST" }: { token?: string; method?: string } = {},
): Promise<Response> {
  return fetch(`${SUPABASE_URL}/functions/v1/wpp-webhook?token=${token}`, { method, body });
}
