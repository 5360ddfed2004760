import { serve } from "../../local/http.ts";

/** One function as `supabase functions deploy` uploads it. */
export interface Upload {
  slug: string;
  metadata: {
    name: string;
    entrypoint_path: string;
    import_map_path?: string;
    verify_jwt: boolean;
    static_patterns: string[];
  };
  /** Content by path, which is relative to the repository. */
  files: Map<string, Uint8Array>;
}

/** Stands in for Supabase's Management API. */
export interface ManagementApi extends AsyncDisposable {
  readonly url: string;
  /** In the order in which they came. */
  readonly uploads: readonly Upload[];
  /** The functions that the final call put in place, by slug. */
  readonly activated: readonly string[];
  /** What was set, by name. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** Takes deployments of any project. A call that it does not know is answered 404. */
export async function startManagementApi(): Promise<ManagementApi> {
  const uploads: Upload[] = [];
  const activated: string[] = [];
  const secrets = new Map<string, string>();
  const { url, stop } = await serve(async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const call = `${request.method} ${pathname.replace(/\/v1\/projects\/[a-z]{20}/, "")}`;
    if (!/^Bearer sbp_/.test(request.headers.get("authorization") ?? "")) {
      return Response.json({ message: "Unauthorized" }, { status: 401 });
    }
    if (call === "POST /functions/deploy") {
      const upload = await readUpload(searchParams.get("slug")!, await request.formData());
      uploads.push(upload);
      return Response.json(described(upload), { status: 201 });
    }
    if (call === "PUT /functions") {
      const functions: { slug: string }[] = await request.json();
      activated.push(...functions.map(({ slug }) => slug));
      return Response.json({ functions });
    }
    // Asked for functions whose section in config.toml leaves out verify_jwt.
    if (call === "GET /functions") return Response.json(uploads.map(described));
    if (call === "POST /secrets") {
      for (const { name, value } of await request.json()) secrets.set(name, value);
      return new Response(null, { status: 201 });
    }
    // `supabase link` asks for these two.
    if (call === "GET /api-keys") return Response.json(API_KEYS);
    const [, ref] = /^\/v1\/projects\/([a-z]{20})$/.exec(pathname) ?? [];
    if (request.method === "GET" && ref) return Response.json(projectOf(ref));
    return Response.json({ message: "Not found" }, { status: 404 });
  });
  return { url, uploads, activated, secrets, [Symbol.asyncDispose]: stop };
}

async function readUpload(slug: string, form: FormData): Promise<Upload> {
  const parts = form.getAll("file").filter((part) => part instanceof File);
  const files = await Promise.all(
    parts.map(async (part) => [part.name, await part.bytes()] as const),
  );
  const metadata = form.get("metadata");
  const text = metadata instanceof File ? await metadata.text() : String(metadata);
  return { slug, metadata: JSON.parse(text), files: new Map(files) };
}

function described({ slug, metadata }: Upload) {
  const { name, verify_jwt } = metadata;
  const id = crypto.randomUUID();
  return { id, slug, name, verify_jwt, import_map: false, status: "ACTIVE", version: 1 };
}

const API_KEYS = ["anon", "service_role"].map((name) => (
  { id: name, name, type: "legacy", api_key: `the stand-in's ${name}` }
));

function projectOf(ref: string) {
  return {
    id: ref,
    ref,
    organization_id: "organization",
    organization_slug: "organization",
    name: "stand-in",
    region: "eu-central-1",
    created_at: "2026-01-01T00:00:00Z",
    status: "ACTIVE_HEALTHY",
    database: {
      host: `db.${ref}.localhost`,
      version: "17.4.1.1",
      postgres_engine: "17",
      release_channel: "ga",
    },
  };
}
