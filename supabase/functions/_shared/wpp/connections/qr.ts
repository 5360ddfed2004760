import type { WppMsgClient } from "../../wpp.ts";
import type { QrOutput } from "../contract/qr.ts";
import { registerWebhookIfDue } from "./register_webhook.ts";
import { type RefreshNeeds, refreshStatus } from "./status.ts";
import type { TenantConnections } from "./tenant_connections.ts";

/** WhatsApp changes the code every 20 s. */
const REFRESH_AFTER_S = 15;

interface Needs extends RefreshNeeds {
  connections: RefreshNeeds["connections"] & Pick<TenantConnections, "find">;
  wpp: RefreshNeeds["wpp"] & Pick<WppMsgClient, "qr">;
}

/**
 * Gives the QR code to scan; where there is none, tells whether it is still to come.
 *
 * @throws AppError `integration_not_found`, and what `WppMsgClient.qr` and `.status` throw.
 */
export async function connectionQr(
  session: string | undefined,
  context: Needs,
): Promise<QrOutput> {
  const connection = await context.connections.find(session);
  registerWebhookIfDue(connection, context);
  const qr = await context.wpp.qr(connection);
  if (qr) {
    return { session: connection.session, state: "ready", qr, refreshAfter: REFRESH_AFTER_S };
  }
  const { status } = await refreshStatus(connection, context);
  return { session: connection.session, state: status === "connected" ? status : "pending" };
}
