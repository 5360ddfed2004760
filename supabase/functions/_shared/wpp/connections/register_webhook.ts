import type { WppMsgClient } from "../../wpp.ts";
import { inBackground } from "../lib/background.ts";
import type { Connection } from "./connections.ts";
import type { Webhooks } from "./webhooks.ts";

export interface RegisterNeeds {
  env: { webhookUrl?: string };
  webhooks: Pick<Webhooks, "claim" | "note">;
  wpp: Pick<WppMsgClient, "registerWebhook">;
  trace: { warn(warning: string): void };
}

/**
 * Tells the platform, in the background, where to post what comes in: when it was not told yet, or an
 * hour ago, as it may keep that in memory alone. Called by what asks the platform anyway.
 */
export function registerWebhookIfDue(connection: Connection, context: RegisterNeeds): void {
  const { webhookUrl } = context.env;
  const isDue = connection.webhookIsDue || connection.webhookUrl !== webhookUrl;
  if (webhookUrl === undefined || !isDue) return;
  inBackground(
    register(connection, webhookUrl, context)
      .catch(() => context.trace.warn("webhook_not_registered")),
  );
}

async function register(
  connection: Connection,
  webhookUrl: string,
  { webhooks, wpp }: RegisterNeeds,
): Promise<void> {
  const token = await webhooks.claim(connection, webhookUrl);
  if (token === undefined) return;
  const isRegistered = await wpp.registerWebhook(connection, `${webhookUrl}?token=${token}`);
  await webhooks.note(connection, token, isRegistered);
}
