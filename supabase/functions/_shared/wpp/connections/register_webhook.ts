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
    registerWebhook(connection, context, false)
      .catch(() => context.trace.warn("webhook_not_registered")),
  );
}

/**
 * Tells the platform where to post what comes in.
 *
 * @param anyway Also where it was told within the hour.
 * @returns Whether it was told, and knows that call.
 */
export async function registerWebhook(
  connection: Connection,
  { env: { webhookUrl }, webhooks, wpp }: Omit<RegisterNeeds, "trace">,
  anyway: boolean,
): Promise<boolean> {
  if (webhookUrl === undefined) return false;
  const token = await webhooks.claim(connection, webhookUrl, anyway);
  if (token === undefined) return false;
  const isRegistered = await wpp.registerWebhook(connection, `${webhookUrl}?token=${token}`);
  await webhooks.note(connection, token, isRegistered);
  return isRegistered;
}
