import { stripTypeScriptTypes } from "node:module";
import type { Simulator } from "./simulator/simulator.ts";

/** What the panel needs to know of the stack that it belongs to. */
export interface PanelOptions {
  publishableKey: string;
  /** Filled in where one signs in. */
  demo: { readonly email: string; readonly password: string };
  /** Lets the panel scan codes. */
  simulator?: Pick<Simulator, "scan">;
}

/** The page's own directory, and the client that it shows the use of. */
const DIRECTORIES: Record<string, URL> = {
  panel: new URL("../examples/panel/", import.meta.url),
  client: new URL("../client/", import.meta.url),
};

const TYPES: Record<string, string> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  ts: "text/javascript; charset=utf-8",
};

/** The page may use nothing but its own origin. */
const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
};

/** Answers with the connect panel at `/`, and what it loads. There is no build step. */
export function panel(options: PanelOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    const { pathname } = new URL(request.url);
    const order = `${request.method.replace("HEAD", "GET")} ${pathname}`;
    switch (order) {
      case "GET /":
        return await file("panel", "index.html");
      case "GET /panel/config.json":
        return Response.json(config(options), { headers: HEADERS });
      case "GET /panel/supabase.js":
        return await supabaseJs();
      case "POST /panel/scan":
        return await scan(request, options);
      default: {
        const [, directory, name] = /^GET \/(panel|client)\/(\w+\.(?:ts|css|svg))$/
          .exec(order) ?? [];
        return name ? await file(directory, name) : notFound();
      }
    }
  };
}

function config({ publishableKey, demo, simulator }: PanelOptions) {
  return { publishableKey, demo, simulator: simulator !== undefined };
}

/** Browsers get TypeScript with its types blanked out: line numbers stay as they are. */
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

/** From its npm package, as a script that sets `supabase`. */
async function supabaseJs(): Promise<Response> {
  const url = import.meta.resolve("@supabase/supabase-js/dist/umd/supabase.js");
  const body = await Deno.readTextFile(new URL(url));
  return new Response(body, { headers: { ...HEADERS, "content-type": TYPES.ts } });
}

async function scan(request: Request, { simulator }: PanelOptions): Promise<Response> {
  if (!simulator) return notFound();
  try {
    simulator.scan((await request.json()).session);
    return Response.json({ scanned: true }, { headers: HEADERS });
  } catch (error) {
    return Response.json({ error: String(error) }, { status: 400, headers: HEADERS });
  }
}

function notFound(): Response {
  return new Response("Not found\n", { status: 404, headers: HEADERS });
}
