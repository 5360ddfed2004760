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
  /** Arguments of the database's functions. Claims as text: Supabase Lite encodes a jsonb twice. */
  readonly parameters: { p_claims: string | null; p_organization: string | null };
  readonly #onOrganization: (organization: string) => void;

  /**
   * @param tenant The claims of a user, or the organization that the project's own server names.
   * @param onOrganization Called with the organization that an answer is of.
   * @throws AppError `integration_not_found` for a text that can name no organization.
   */
  constructor(
    tenant: { claims: TenantClaims } | { organizationId: string },
    onOrganization: (organization: string) => void = () => {},
  ) {
    this.parameters = "claims" in tenant
      ? { p_claims: claimsText(tenant.claims), p_organization: null }
      : { p_claims: null, p_organization: possibleOrganization(tenant.organizationId) };
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

function claimsText({ sub, role, app_metadata, is_anonymous }: TenantClaims): string {
  return JSON.stringify({ sub, role, app_metadata, is_anonymous });
}

/** The same rule as in messenger_organization_of: no row can have another one. */
function possibleOrganization(id: string): string {
  // deno-lint-ignore no-control-regex -- they are what it looks for
  const isPossible = id.isWellFormed() && [...id].length <= 255 && !/[\0-\x1f\x7f-\x9f]/.test(id) &&
    id.trim() === id;
  if (!isPossible) throw new AppError("integration_not_found");
  return id;
}
