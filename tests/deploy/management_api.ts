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
}

/** Takes deployments of any project. A call that it does not know is answered 404. */
export async function startManagementApi(): Promise<ManagementApi> {
  const uploads: Upload[] = [];
  const activated: string[] = [];
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
    return Response.json({ message: "Not found" }, { status: 404 });
  });
  return { url, uploads, activated, [Symbol.asyncDispose]: stop };
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
