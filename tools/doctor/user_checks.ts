/** Checks as a signed-in user, and what these say about WPP Platform. */
import { type Check, failed, type Outcome, passed, skipped } from "./check.ts";
import { misconfiguration } from "./function_checks.ts";
import { type Answer, field } from "./project.ts";
import { describe } from "./service_checks.ts";

const NO_CONNECTION = "the user has no connection yet; --create makes one";
const UNREACHABLE = ["gateway_unreachable", "gateway_timeout"];
const NOT_UNDERSTOOD = ["gateway_error", "gateway_invalid_response"];
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

/** It makes no call: the answers to the user's calls show whether the platform was reached. */
export const platform: Check = {
  name: "platform",
  title: "The functions reach WPP Platform",
  needs: NEEDS,
  run({ userAnswers }) {
    const codes = userAnswers.map(({ error }) => error?.code ?? "");
    const answered = userAnswers.some(({ status, error }) =>
      (status >= 200 && status < 300) || error?.code === "reconnect_required"
    );
    const outcome = codes.some((code) => UNREACHABLE.includes(code))
      ? failed("They cannot reach it: check WPP_BASE_URL, and that the platform is up.")
      : codes.some((code) => NOT_UNDERSTOOD.includes(code))
      ? failed("What answers at WPP_BASE_URL is not WPP Platform, or it has trouble: check both.")
      : answered
      ? passed()
      : codes.every((code) => code === "integration_not_found")
      ? skipped(NO_CONNECTION)
      : skipped("the user's calls did not get that far");
    return Promise.resolve(outcome);
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
