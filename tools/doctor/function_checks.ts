/** Checks of the functions that need no user. */
import {
  DEPLOYED_NAMES,
  FUNCTION_NAMES,
  type FunctionName,
  FUNCTIONS,
  WEBHOOK_NAME,
} from "../../supabase/functions/_shared/wpp/contract.ts";
import { type Check, failedIfAny, skipped } from "./check.ts";
import { type Answer, type Project } from "./project.ts";
import { describe } from "./service_checks.ts";

/** The headers that a page sends: those of supabase-js, and the idempotency key of a send. */
const SENT_HEADERS = [
  "authorization",
  "apikey",
  "content-type",
  "x-client-info",
  "idempotency-key",
];

export const deployed: Check = {
  name: "deployed",
  title: "The functions are deployed",
  needs: ["project"],
  async run(project) {
    const problems = await Promise.all(DEPLOYED_NAMES.map(async (name) => {
      const isWebhook = name === WEBHOOK_NAME;
      return absence(name, await (isWebhook ? project.strangeEvent() : project.anonymous(name)));
    }));
    const outcome = failedIfAny(problems, DEPLOYED_NAMES.join(", "));
    if (outcome.state === "failed") outcome.message += " Run `supabase functions deploy`.";
    return outcome;
  },
};

function absence(name: string, { status, error }: Answer): string | undefined {
  if (error) return undefined;
  if (status === 404) return `${name} is not there.`;
  if (status > 0 && status < 500) return undefined; // later checks see whether it is ours
  return `${name} ${describe(status)}: it is not there or does not start; see its logs.`;
}

export const configured: Check = {
  name: "configured",
  title: "The configuration is complete",
  needs: ["deployed"],
  async run(project) {
    const problems = await ofEach(async (name) => misconfiguration(await project.anonymous(name)));
    return failedIfAny(problems);
  },
};

/** What a function says is wrong in its configuration, and how to correct it. */
export function misconfiguration({ error }: Answer): string | undefined {
  if (error?.code !== "misconfigured") return undefined;
  if (/supabase db push --remote/.test(error.message)) return error.message;
  return `${error.message} Correct it with \`supabase secrets set\` (see docs/.env.example).`;
}

/** What a 401 means that is not the functions' own. */
export const VERIFY_JWT =
  "Supabase's own verify_jwt answers in the functions' place: deploy with " +
  "this repository's supabase/config.toml, or set FUNCTIONS_VERIFY_JWT=false where self-hosted.";

export const refusal: Check = {
  name: "refusal",
  title: "Calls without a user are refused by the functions themselves",
  needs: ["configured"],
  async run(project) {
    const problems = await ofEach(async (name) => {
      const answers = [
        await project.anonymous(name),
        await project.anonymous(name, { keyAsToken: true }),
      ];
      return answers.map((answer) => refusalProblem(name, answer)).find(Boolean);
    });
    return failedIfAny(problems);
  },
};

function refusalProblem(name: string, { status, error }: Answer): string | undefined {
  if (status === 401 && error?.code === "unauthorized") return undefined;
  if (status === 401 && !error) return VERIFY_JWT;
  return `${name} ${describe(status)}${error ? ` (${error.code})` : ""} to a call without a user.`;
}

export const cors: Check = {
  name: "cors",
  title: "Pages of the origin may call the functions",
  needs: ["deployed"],
  async run(project) {
    const { origin } = project.options;
    if (!origin) return skipped("pass --origin https://your.app to check");
    const problems = await ofEach((name) => corsProblem(project, name, origin));
    return failedIfAny(problems, origin);
  },
};

async function corsProblem(project: Project, name: FunctionName, origin: string) {
  const preflight = await project.preflight(name, origin, SENT_HEADERS);
  const answers = [preflight, await project.anonymous(name)];
  if (preflight.status < 200 || preflight.status > 299) {
    return `${name} ${describe(preflight.status)} to a preflight.`;
  }
  if (!answers.every(({ headers }) => allows(headers, origin))) {
    return `ALLOWED_ORIGINS lacks ${origin}: set it with \`supabase secrets set\`.`;
  }
  const allowed = listed(preflight.headers, "access-control-allow-headers");
  const missing = SENT_HEADERS.filter((header) => !allowed.includes(header));
  const methods = listed(preflight.headers, "access-control-allow-methods");
  missing.push(...FUNCTIONS[name].methods.filter((one) => !methods.includes(one.toLowerCase())));
  return missing.length > 0 ? `${name} does not allow ${missing.join(", ")}.` : undefined;
}

function allows(headers: Headers, origin: string): boolean {
  return ["*", origin].includes(headers.get("access-control-allow-origin") ?? "");
}

function listed(headers: Headers, name: string): string[] {
  return (headers.get(name) ?? "").toLowerCase().split(",").map((one) => one.trim());
}

function ofEach<T>(check: (name: FunctionName) => Promise<T>): Promise<T[]> {
  return Promise.all(FUNCTION_NAMES.map(check));
}
