/** Checks of push: open pages are told by Supabase Realtime that something has changed. */
import { askAsServer, topicOf } from "./asking.ts";
import { type Check, failed, type Outcome, passed, skipped, sum, warned } from "./check.ts";
import type { Project } from "./project.ts";
import type { RealtimeSocket } from "./realtime_socket.ts";

/** Everything works without Realtime, so nothing of this is a failure. */
const POLLING = "Until then pages ask every 3 s. See docs/push.md.";
const ENABLE = "run `select messenger_enable_push();` in the SQL editor.";
const REFUSED = "Unauthorized";

export const push: Check = {
  name: "push",
  title: "Pages are told at once of what changes",
  needs: ["database"],
  async run(project) {
    const socket = await project.realtime();
    if (!socket) {
      return warned(
        "Realtime does not answer at /realtime/v1/websocket: switch it on (hosted under " +
          `Realtime → Settings), or start it (self-hosted the service \`realtime\`). ${POLLING}`,
      );
    }
    try {
      if (!await socket.heartbeat()) {
        return warned(`Realtime opens a connection and says nothing: see its log. ${POLLING}`);
      }
      // Hints come last: that somebody joins makes Realtime prepare its table for the day.
      const [own, strange] = [
        await ownChannel(project, socket),
        await otherChannel(project, socket),
      ];
      return sum([strange, own, await hints(project)]);
    } finally {
      socket.close();
    }
  },
};

/** The user must be let in. */
async function ownChannel(project: Project, socket: RealtimeSocket): Promise<Outcome> {
  if (!project.accessToken) {
    return skipped("Realtime answers; whether a user may listen was not checked.");
  }
  const asked = await topicOf(project);
  if ("outcome" in asked) return asked.outcome;
  const answer = await socket.join(asked.topic, project.accessToken);
  if (answer === "joined") return passed("The user may listen.");
  if (answer !== REFUSED) return unclear(answer);
  return warned(`Realtime does not let the user listen: ${ENABLE} ${POLLING}`);
}

/** The user, else who is not signed in, must be refused. */
async function otherChannel(project: Project, socket: RealtimeSocket): Promise<Outcome> {
  const answer = await socket.join(`messenger:${crypto.randomUUID()}`, project.accessToken);
  if (answer === REFUSED) return skipped("");
  if (answer !== "joined") return unclear(answer);
  return failed(
    `${project.accessToken ? "The user" : "Who is not signed in"} may listen to another ` +
      "organization's channel: drop the policies on realtime.messages that you did not mean.",
  );
}

function unclear(answer: string): Outcome {
  return warned(
    `Realtime does not answer who wants to listen (${answer}): run the doctor again in a minute; if ` +
      `it stays so, see Realtime's log. ${POLLING}`,
  );
}

/** Only the database knows what becomes of a hint: `realtime.send` keeps its errors to itself. */
async function hints(project: Project): Promise<Outcome> {
  const asked = await askAsServer<Record<"realtime" | "policy" | "stored", boolean>>(
    project,
    "messenger_check_push",
    "that hints are stored",
  );
  if ("outcome" in asked) return asked.outcome;
  const { realtime, policy, stored } = asked.body;
  if (!realtime) return warned(`The database has no table realtime.messages. ${POLLING}`);
  if (!policy) return warned(`Nobody may listen: ${ENABLE} ${POLLING}`);
  if (stored) return passed("Hints are stored.");
  return warned(
    "A hint that is sent is lost: realtime.messages has no partition for today. Realtime makes it " +
      "once a page listens: run the doctor again in a minute, and if it stays so, look for " +
      `WarnSendingBroadcastMessage in the database's log. ${POLLING}`,
  );
}
