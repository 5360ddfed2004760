import { tokenOf, userId } from "../users.ts";

/** Names that are easily taken for one another by a pattern, a path, a folder or a comparison. */
const NAMES = [
  "a",
  "a/b",
  "acme_1",
  "acmeX1",
  "Организация",
  "5F0E1A2B-3C4D-4E5F-8A9B-0C1D2E3F4A5B",
];

/** Numbers of users and organizations that the storm of calls does not have. */
const FIRST_USER = 900_000;

/** A number of an organization, and that organization as its users' claims name it. */
export interface Organization {
  index: number;
  name: string;
  /** As it is stored: a UUID in lower case. */
  stored: string;
}

/** The last one is the second number of the first one: each number has an index of its own. */
export const ORGANIZATIONS: readonly Organization[] = [...NAMES, NAMES[0]].map((name, index) => ({
  ...{ index, name },
  stored: /^[0-9a-f-]{36}$/i.test(name) ? name.toLowerCase() : name,
}));

/** The claims of an organization's user. The second of a UUID's users has it in lower case. */
export function claimsOf({ index, name, stored }: Organization, user: 0 | 1) {
  return {
    sub: userId(FIRST_USER + index, user),
    role: "authenticated",
    app_metadata: { organization_id: user === 0 ? name : stored },
  };
}

export async function signInTo(organization: Organization, user: 0 | 1): Promise<string> {
  const { sub, app_metadata } = claimsOf(organization, user);
  return await tokenOf(sub, app_metadata.organization_id);
}
