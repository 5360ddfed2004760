/**
 * The least that a call can cost: its unavoidable requests, by `fetch`. Nobody is verified, nothing
 * is checked and nothing has a deadline: organization and access token are given at the start.
 */
const secretKey = Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!;
const restUrl = `${Deno.env.get("SUPABASE_URL")}/rest/v1`;
const platformUrl = Deno.env.get("WPP_BASE_URL")!;
const accessToken = Deno.env.get("ACCESS_TOKEN")!;

export const organizationId = Deno.env.get("ORGANIZATION_ID")!;

/** Reads the organization's connection. */
export async function readConnection(): Promise<{ session: string }> {
  const answer = await write("POST", "rpc/messenger_find_connection", {
    p_claims: null,
    p_organization: organizationId,
    p_session: null,
  });
  return (await answer.json()).integration;
}

/** Writes to the database, or calls a function of it. */
export function write(method: "POST" | "PATCH", path: string, body: object): Promise<Response> {
  return fetch(`${restUrl}/${path}`, {
    method,
    headers: { apikey: secretKey, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** Calls the platform. */
export function callPlatform(path: string, body?: object): Promise<Response> {
  return fetch(platformUrl + path, {
    method: body ? "POST" : "GET",
    headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
}

/** A function that reads the connection and passes on what the platform says of it. */
export function passOn(what: "qr" | "status"): () => Promise<Response> {
  return async () => {
    const { session } = await readConnection();
    const answer = await callPlatform(`/api/accounts/${session}/${what}`);
    return new Response(await answer.text());
  };
}
