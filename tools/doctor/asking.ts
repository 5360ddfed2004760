/** What several checks ask the database, and what it means where that is not answered. */
import { failed, type Outcome, skipped } from "./check.ts";
import { field, type Project } from "./project.ts";
import { describe, NOT_MIGRATED, PUSH } from "./service_checks.ts";

/**
 * What a function of the database answers to the secret key.
 *
 * @param purpose What it is asked for, to complete "Set DOCTOR_SECRET_KEY to check …".
 */
export async function askAsServer<Body>(
  project: Project,
  name: string,
  purpose: string,
): Promise<{ body: Body } | { outcome: Outcome }> {
  const { secretKey } = project.options;
  if (!secretKey) return { outcome: skipped(`Set DOCTOR_SECRET_KEY to check ${purpose}.`) };
  const answer = await project.rpcAsServer(name, secretKey);
  if (NOT_MIGRATED.test(field(answer, "code") ?? "")) {
    return { outcome: failed(`The function ${name} is missing. ${PUSH}`) };
  }
  if (answer.status === 200) return { body: answer.body as Body };
  return {
    outcome: failed(
      `The data API ${describe(answer.status)} to DOCTOR_SECRET_KEY: is it this project's?`,
    ),
  };
}

/** The topic of the signed-in user's channel, which also names their folder in Storage. */
export async function topicOf(project: Project): Promise<{ topic: string } | { outcome: Outcome }> {
  const { status, body } = await project.rpcAsUser("messenger_changes_since");
  const { topic } = (body ?? {}) as { topic?: unknown };
  if (typeof topic === "string") return { topic };
  return {
    outcome: topic === null
      ? skipped("The user belongs to no organization.")
      : failed(`messenger_changes_since ${describe(status)} without a topic. ${PUSH}`),
  };
}
