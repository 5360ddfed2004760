import { AppError } from "../errors.ts";

/** The verified claims that messenger_organization_of(claims) decides by. */
export interface TenantClaims {
  sub: string;
  role?: unknown;
  app_metadata?: unknown;
  is_anonymous?: unknown;
}

/** An answer of a database function that begins with finding the caller's organization. */
interface TenantAnswer {
  outcome: string;
  organization?: string;
}

/**
 * For whom the database works in one request. Which organization that is, the database decides, in
 * the call that does the work: no round trip more, and an operator may replace the decision.
 */
export class Tenant {
  /** Arguments of the database's functions. Claims as text: a jsonb would be encoded twice by some. */
  readonly parameters: { p_claims: string | null; p_organization: string | null };
  readonly #onOrganization: (organization: string) => void;

  /** @param onOrganization Called with the organization that an answer is of. */
  constructor(claims: TenantClaims, onOrganization: (organization: string) => void = () => {}) {
    const { sub, role, app_metadata, is_anonymous } = claims;
    this.parameters = {
      p_claims: JSON.stringify({ sub, role, app_metadata, is_anonymous }),
      p_organization: null,
    };
    this.#onOrganization = onOrganization;
  }

  /** An answer, if there is an organization. @throws AppError `no_organization` */
  check<Answer extends TenantAnswer>(
    answer: Answer,
  ): Exclude<Answer, { outcome: "no_organization" }> {
    if (answer.organization !== undefined) this.#onOrganization(answer.organization);
    if (answer.outcome === "no_organization") throw new AppError("no_organization");
    return answer as Exclude<Answer, { outcome: "no_organization" }>;
  }
}
