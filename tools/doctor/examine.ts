import type { Check, Finding } from "./check.ts";
import { configured, cors, deployed, refusal } from "./function_checks.ts";
import type { DoctorOptions } from "./options.ts";
import { Project } from "./project.ts";
import { database, project, signIn, wppBaseUrl } from "./service_checks.ts";
import { advice, platform } from "./diagnosis_checks.ts";
import { media } from "./media_checks.ts";
import { push } from "./push_checks.ts";
import { reading } from "./reading_checks.ts";
import type { Connect } from "./realtime_socket.ts";
import { receiving, webhook } from "./receiving_checks.ts";
import { connections, create, qr, status } from "./user_checks.ts";

/** In the order in which they run and are reported. */
const CHECKS: Check[] = [
  project,
  deployed,
  configured,
  refusal,
  webhook,
  cors,
  database,
  wppBaseUrl,
  signIn,
  advice,
  create,
  qr,
  status,
  connections,
  reading,
  receiving,
  push,
  media,
  platform,
];

/** Runs all checks, and returns a finding for each. Only `create` and `media` change anything. */
export async function examine(
  options: DoctorOptions,
  fetch?: typeof globalThis.fetch,
  connect?: Connect,
): Promise<Finding[]> {
  const subject = new Project(options, fetch, connect);
  const findings: Finding[] = [];
  for (const { name, title, needs, run } of CHECKS) {
    const unmet = findings.find((one) => needs.includes(one.name) && one.state !== "passed");
    const outcome = unmet
      ? { state: "skipped" as const, message: `not checked: it needs "${unmet.title}"` }
      : await run(subject);
    findings.push({ name, title, ...outcome });
  }
  return findings;
}
