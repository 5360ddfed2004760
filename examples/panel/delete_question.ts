import type { WppClient } from "../../client/wpp_client.ts";
import { t } from "./language.ts";
import type { Question } from "./question.ts";

/** Asks before a message is deleted for everyone. */
export function deleteQuestion(wpp: WppClient, messageId: string): Question {
  return {
    title: t().deleteTitle,
    lead: t().deleteLead,
    deed: {
      confirm: t().deleteButton,
      doing: t().deleting,
      act: () => wpp.deleteMessage({ messageId }),
    },
  };
}
