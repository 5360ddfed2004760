/** What a signed-in user may read by row level security, and what not. */
import { type Check, failed, failedIfAny, skipped } from "./check.ts";
import { field, type Project } from "./project.ts";
import { ACCESS_DENIED, describe, NOT_MIGRATED, ownRows, PUSH } from "./service_checks.ts";

/** Members read the rows of their organization in these. */
const READ_BY_MEMBERS = ["messenger_chats", "messenger_messages", "messenger_changes"];
/** Nobody but the functions reads these: they hold secrets, or what only the functions need. */
const CLOSED = [
  "messenger_integrations",
  "messenger_sends",
  "messenger_receipts",
  "messenger_events",
  "messenger_chat_words",
];

export const reading: Check = {
  name: "reading",
  title: "The user reads their organization's chats, and nothing else",
  needs: ["database", "sign-in"],
  async run(project) {
    const answer = await project.rpcAsUser("messenger_organization_id");
    if (NOT_MIGRATED.test(field(answer, "code") ?? "")) {
      return failed(`The function messenger_organization_id is missing. ${PUSH}`);
    }
    if (answer.status !== 200) {
      return failed(`The data API ${describe(answer.status)} to the user.`);
    }
    const organization = answer.body;
    if (typeof organization !== "string") return skipped("the user belongs to no organization");
    return failedIfAny(
      await Promise.all([
        ...READ_BY_MEMBERS.map((table) => openProblem(project, table, organization)),
        ...CLOSED.map((table) => closedProblem(project, table)),
      ]),
    );
  },
};

/** Looks at both ends of the order, so that one foreign row among many is seen. */
async function openProblem(project: Project, table: string, organization: string) {
  for (const order of ["asc", "desc"]) {
    const query = `select=organization_id&order=organization_id.${order}&limit=1`;
    const answer = await project.dataAsUser(`${table}?${query}`);
    if (field(answer, "code") === ACCESS_DENIED) return `The user cannot read ${table}. ${PUSH}`;
    if (answer.status !== 200 || !Array.isArray(answer.body)) {
      return `The data API ${describe(answer.status)} to the user for ${table}.`;
    }
    const [row] = answer.body;
    if (row && String(row.organization_id) !== organization) {
      return `The user reads another organization's rows of ${table}: drop the policies on it that ` +
        `you did not mean. ${PUSH}`;
    }
  }
}

async function closedProblem(project: Project, table: string) {
  const answer = await project.dataAsUser(`${table}?select=*&limit=1${ownRows(table)}`);
  if (field(answer, "code") === ACCESS_DENIED) return undefined;
  if (answer.status !== 200) {
    return `The data API ${describe(answer.status)} to the user for ${table}.`;
  }
  if (Array.isArray(answer.body) && answer.body.length === 0) return undefined;
  return `The user reads ${table}, which is the functions' alone: drop the policies on it, and take ` +
    `the grants of authenticated. ${PUSH}`;
}
