/** Checks as a signed-in user. */
import { type Check, failed, type Outcome, passed, skipped } from "./check.ts";
import { misconfiguration } from "./function_checks.ts";
import { type Answer, field } from "./project.ts";
import { describe } from "./service_checks.ts";

const NO_CONNECTION = "the user has no connection yet; --create makes one";
const NEEDS = ["deployed", "configured", "sign-in"];

export const create: Check = {
  name: "create",
  title: "wpp-create gives the user a connection",
  needs: [...NEEDS, "database"],
  async run(project) {
    if (!project.options.create) return skipped("pass --create to check: it makes a connection");
    const answer = await project.asUser("wpp-create");
    if (answer.status === 201) return passed("made");
    return answer.status === 200 ? passed("it was there already") : trouble(answer);
  },
};

export const qr: Check = {
  name: "qr",
  title: "wpp-qr answers",
  needs: NEEDS,
  async run(project) {
    const answer = await project.asUser("wpp-qr");
    const state = field(answer, "state");
    return state ? passed(state) : hasNone(answer) ? skipped(NO_CONNECTION) : trouble(answer);
  },
};

export const status: Check = {
  name: "status",
  title: "wpp-status answers",
  needs: NEEDS,
  async run(project) {
    const answer = await project.asUser("wpp-status");
    const status = field(answer, "status");
    return status ? passed(status) : hasNone(answer) ? passed(NO_CONNECTION) : trouble(answer);
  },
};

export const connections: Check = {
  name: "connections",
  title: "wpp-connections lists the organization's connections",
  needs: NEEDS,
  async run(project) {
    const answer = await project.asUser("wpp-connections", { asksPlatform: false });
    const listed = (answer.body as { connections?: unknown } | undefined)?.connections;
    if (answer.status !== 200 || !Array.isArray(listed)) return trouble(answer);
    const count = (status: string) => listed.filter((one) => one.status === status).length;
    return passed(`${listed.length}, of which ${count("connected")} are connected`);
  },
};

function hasNone({ error }: Answer): boolean {
  return error?.code === "integration_not_found";
}

/** The function's own message, and the request id that finds its log line. */
function trouble(answer: Answer): Outcome {
  const { status, error } = answer;
  if (!error) return failed(`It ${describe(status)} in a shape that is not the functions' own.`);
  const message = misconfiguration(answer) ?? error.message;
  return failed(`${error.code}: ${message} (request ${error.requestId})`);
}
