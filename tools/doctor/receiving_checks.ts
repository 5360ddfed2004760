/** Checks of what comes in: WPP Platform calls wpp-webhook, if it was told where that is. */
import { WEBHOOK_NAME } from "../../supabase/functions/_shared/wpp/contract.ts";
import { type Check, failed, passed, skipped, warned } from "./check.ts";
import { VERIFY_JWT } from "./function_checks.ts";
import { describe } from "./service_checks.ts";

export const webhook: Check = {
  name: "webhook",
  title: "WPP Platform may call wpp-webhook",
  needs: ["deployed", "configured"],
  async run(project) {
    const { status, error } = await project.strangeEvent();
    if (error?.code === "integration_not_found") return passed("a token is asked for");
    if (status === 401 && !error) {
      return failed(`${WEBHOOK_NAME} cannot be called: the platform sends no JWT. ${VERIFY_JWT}`);
    }
    const code = error ? ` (${error.code})` : "";
    return failed(`${WEBHOOK_NAME} ${describe(status)}${code} to a call without a token, not 404.`);
  },
};

/** As much of a connection as is looked at here. */
interface Listed {
  session: string;
  status: string;
  webhook?: { registeredAt: string | null; lastEventAt: string | null };
}

export const receiving: Check = {
  name: "receiving",
  title: "What comes in arrives",
  needs: ["webhook", "connections"],
  async run(project) {
    const { body } = await project.asUser("wpp-connections", { asksPlatform: false });
    const { connections } = body as { connections: Listed[] };
    const connected = connections.filter(({ status }) => status === "connected");
    if (connected.length === 0) return skipped("no number of the user's is connected");
    const problems = connected.map(problemOf).filter((problem) => problem !== undefined);
    if (problems.length > 0) return warned(problems.join(" "));
    return passed(connected.map((one) => `${one.session}: ${one.webhook?.lastEventAt}`).join(", "));
  },
};

function problemOf({ session, webhook }: Listed): string | undefined {
  if (!webhook?.registeredAt) {
    return `${session} receives nothing: WPP Platform has not been told where to post. Call ` +
      "wpp-status, which tells it, and look again in a moment. If it stays so, set WPP_WEBHOOK_URL " +
      "where self-hosted, and ask the platform's owner whether it has the call " +
      "POST /internal/session/{session}/webhook: it may answer 404, and is asked again each hour.";
  }
  const { registeredAt, lastEventAt } = webhook;
  if (lastEventAt && Date.parse(lastEventAt) >= Date.parse(registeredAt)) return undefined;
  return `${session} has received nothing since WPP Platform was told where to post, at ` +
    `${registeredAt}. Write to it from another phone. If that does not arrive, ask the platform's ` +
    "owner whether it can reach the project, and forgets webhooks when it starts anew.";
}
