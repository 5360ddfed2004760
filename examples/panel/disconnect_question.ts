import type { Connection, WppClient, WppError } from "../../client/wpp_client.ts";
import { t } from "./language.ts";
import { nameOf } from "./number_row.ts";
import type { Question } from "./question.ts";

/** Asks before a number is disconnected. */
export function disconnectQuestion(wpp: WppClient, connection: Connection): Question {
  const { session } = connection;
  const disconnectAnyway = {
    confirm: t().disconnectAnyway,
    doing: t().disconnecting,
    act: () => wpp.disconnect({ session, force: true }),
  };
  return {
    title: t().disconnectTitle(nameOf(connection)),
    lead: t().disconnectLead,
    deed: {
      confirm: t().disconnect,
      doing: t().disconnecting,
      act: () => wpp.disconnect({ session }),
      instead: (error) =>
        isPlatformUntold(error) ? { lead: t().forceLead, deed: disconnectAnyway } : undefined,
    },
  };
}

/** The platform did not end the session; with `force` it is not asked to. */
function isPlatformUntold({ status }: WppError): boolean {
  return status === 502 || status === 504;
}
