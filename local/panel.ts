import { stripTypeScriptTypes } from "node:module";
import { INCOMING } from "./simulator/event_controls.ts";
import type { Simulator } from "./simulator/simulator.ts";

/** What the panel knows of the stack that serves it. */
export interface PanelOptions {
  publishableKey: string;
  /** The user that the sign-in form is filled in with. */
  demo: { readonly email: string; readonly password: string };
  /** Lets the page scan its own code, and play contacts; without it there is nothing for that. */
  simulator?: Pick<Simulator, "scan" | "incoming">;
}

/** The page's files, and those of the client that it uses, by the first part of their URL. */
const DIRECTORIES: Record<string, URL> = {
  panel: new URL("../examples/panel/", import.meta.url),
  client: new URL("../client/", import.meta.url),
};

/** Content types by file name extension; browsers get TypeScript as JavaScript. */
const TYPES: Record<string, string> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  ts: "text/javascript; charset=utf-8",
};

/** The policy lets the page load from its own origin only, and show what it has itself. */
const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
};

/** Answers the connect panel at `/`, and the files that it loads, without a build step. */
export function panel(options: PanelOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    const { pathname } = new URL(request.url);
    const route = `${request.method.replace("HEAD", "GET")} ${pathname}`;
    switch (route) {
      case "GET /":
        return await file("panel", "index.html");
      case "GET /panel/config.json":
        return Response.json(config(options), { headers: HEADERS });
      case "GET /panel/supabase.js":
        return await supabaseJs();
      case "POST /panel/scan":
        return await simulate(request, options, (simulator, { session }) => {
          simulator.scan(session);
        });
      case "POST /panel/incoming":
        return await simulate(request, options, (simulator, input) => {
          return simulator.incoming({ ...INCOMING.parse(input), session: input.session });
        });
      default: {
        const [, directory, name] = /^GET \/(panel|client)\/(\w+\.(?:ts|css|svg))$/
          .exec(route) ?? [];
        return name ? await file(directory, name) : notFound();
      }
    }
  };
}

function config({ publishableKey, demo, simulator }: PanelOptions) {
  return { publishableKey, demo, simulator: simulator !== undefined };
}

/** TypeScript is served with its types blanked out, so that line and column numbers stay. */
async function file(directory: string, name: string): Promise<Response> {
  let text: string;
  try {
    text = await Deno.readTextFile(new URL(name, DIRECTORIES[directory]));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return notFound();
    throw error;
  }
  const type = TYPES[name.split(".").at(-1)!];
  const body = name.endsWith(".ts") ? stripTypeScriptTypes(text) : text;
  return new Response(body, { headers: { ...HEADERS, "content-type": type } });
}

/** supabase-js from its npm package, as a script that sets the global `supabase`. */
async function supabaseJs(): Promise<Response> {
  const url = import.meta.resolve("@supabase/supabase-js/dist/umd/supabase.js");
  const body = await Deno.readTextFile(new URL(url));
  return new Response(body, { headers: { ...HEADERS, "content-type": TYPES.ts } });
}

/** Does what the page asks of the simulator. What cannot be done is answered 400, and why. */
async function simulate(
  request: Request,
  { simulator }: PanelOptions,
  act: (
    simulator: NonNullable<PanelOptions["simulator"]>,
    input: { session: string },
  ) => unknown,
): Promise<Response> {
  if (!simulator) return notFound();
  try {
    await act(simulator, await request.json());
    return Response.json({ done: true }, { headers: HEADERS });
  } catch (error) {
    return Response.json({ error: String(error) }, { status: 400, headers: HEADERS });
  }
}

function notFound(): Response {
  return new Response("Not found\n", { status: 404, headers: HEADERS });
}
