/**
 * The least that a call can cost: its unavoidable requests, by `fetch`. Nobody is verified, nothing
 * is checked and nothing has a deadline: the organization stands in the place of a user's token, and
 * its access token at the platform is given at the start.
 */
const secretKey = Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!;
const restUrl = `${Deno.env.get("SUPABASE_URL")}/rest/v1`;
const platformUrl = Deno.env.get("WPP_BASE_URL")!;
/** By organization. */
const accessTokens: Record<string, string> = JSON.parse(Deno.env.get("ACCESS_TOKENS")!);

export function accessTokenOf(organization: string): string {
  return accessTokens[organization];
}

export function organizationOf(request: Request): string {
  return request.headers.get("authorization")!.slice("Bearer ".length);
}

/** Calls a function of the database. */
export function rpc(name: string, parameters: object): Promise<Response> {
  return fetch(`${restUrl}/rpc/${name}`, {
    method: "POST",
    headers: { apikey: secretKey, "content-type": "application/json" },
    body: JSON.stringify(parameters),
  });
}

/** Calls the platform. */
export function callPlatform(accessToken: string, path: string, body?: object): Promise<Response> {
  return fetch(platformUrl + path, {
    method: body ? "POST" : "GET",
    headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
}

/** A function that reads the connection and passes on what the platform says of it. */
export function passOn(what: "qr" | "status"): (request: Request) => Promise<Response> {
  return async (request) => {
    const organization = organizationOf(request);
    const found = await rpc("messenger_find_connection", {
      p_claims: null,
      p_organization: organization,
      p_session: null,
    });
    const { integration: { session } } = await found.json();
    const path = `/api/accounts/${session}/${what}`;
    const answer = await callPlatform(accessTokenOf(organization), path);
    return new Response(await answer.text());
  };
}
