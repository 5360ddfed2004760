/** Checks of what only the functions know: they tell it to who asks for a diagnosis. */
import { type Check, failed, passed, skipped, warned } from "./check.ts";
import { type Answer, field } from "./project.ts";

const UNREACHABLE = ["gateway_unreachable", "gateway_timeout"];
const NOT_UNDERSTOOD = ["gateway_error", "gateway_invalid_response"];
const TOLD_TO_USERS =
  "The functions tell a user alone whether WPP_ENCRYPTION_KEYS is set, and where " +
  "self-hosted WPP_WEBHOOK_URL. Set DOCTOR_EMAIL and DOCTOR_PASSWORD, or see that `supabase secrets " +
  "list`, or the environment of your functions, has them.";
const EARLIER_VERSION = "the functions are of a version that does not tell";

/** Needs no user. Where there is one, the answers to their calls show what answers there. */
export const platform: Check = {
  name: "platform",
  title: "The functions reach WPP Platform",
  needs: ["deployed", "configured"],
  async run(project) {
    const said = field(await project.diagnosis(), "platform");
    const { userAnswers } = project;
    const has = (codes: string[]) =>
      userAnswers.some(({ error }) => error && codes.includes(error.code));
    if (said === "unreachable" || has(UNREACHABLE)) {
      return failed("They cannot reach it: check WPP_BASE_URL, and that the platform is up.");
    }
    if (has(NOT_UNDERSTOOD)) {
      return failed(
        "What answers at WPP_BASE_URL is not WPP Platform, or it has trouble: check both.",
      );
    }
    if (userAnswers.some(isFromPlatform)) return passed();
    return said === "reachable" ? passed("something answers there") : skipped(EARLIER_VERSION);
  },
};

/**
 * What works and should be otherwise. The functions tell it to users alone: a stranger need not know
 * that a stolen database could be read. An operator without a user is told where else to look.
 */
export const advice: Check = {
  name: "advice",
  title: "The configuration is as advised",
  needs: ["configured"],
  async run(project) {
    if (!project.options.credentials) return warned(TOLD_TO_USERS);
    if (!project.accessToken) return skipped("the user did not sign in");
    const { body } = await project.diagnosis();
    const { warnings } = (body ?? {}) as { warnings?: unknown };
    if (!Array.isArray(warnings)) return skipped(EARLIER_VERSION);
    if (warnings.length === 0) return passed();
    return warned(`${warnings.join(" ")} See docs/configuration.md.`);
  },
};

function isFromPlatform({ status, error }: Answer): boolean {
  return (status >= 200 && status < 300) || error?.code === "reconnect_required";
}
