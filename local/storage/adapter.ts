import type { App } from "@supabase/lite";
import type { Files, StoredFile } from "./files.ts";

/** What Supabase Lite keeps the bytes of objects by. It exports no name for it. */
type StorageAdapter = NonNullable<App["_storageAdapter"]>;
type Metadata = Awaited<ReturnType<StorageAdapter["headObject"]>>;

/**
 * Lite's adapter over files. Versions are left out: Lite writes without one and reads with one.
 * An object whose bytes are gone, as those in memory are after a restart, is answered without a
 * body, which Lite takes for one that does not exist.
 */
export function adapterOf(files: Files): StorageAdapter {
  const nameOf = (bucket: string, key: string) => `${bucket}/${key}`;
  return {
    driver: undefined,
    async getObject(bucket, key) {
      const file = await files.get(nameOf(bucket, key));
      const metadata = await metadataOf(file ?? MISSING);
      return { metadata, httpStatusCode: 200, body: file && new Blob([file.bytes]) };
    },
    async uploadObject(bucket, key, _version, body, mimetype, cacheControl) {
      const bytes = new Uint8Array(await new Response(body as BodyInit).arrayBuffer());
      const file = { bytes, mimetype, cacheControl, lastModified: new Date() };
      await files.put(nameOf(bucket, key), file);
      return await metadataOf(file);
    },
    deleteObject: (bucket, key) => files.delete(nameOf(bucket, key)),
    async deleteObjects(bucket, keys) {
      for (const key of keys) await files.delete(nameOf(bucket, key));
    },
    async copyObject(bucket, key, _version, toBucket, toKey) {
      const file = await files.get(nameOf(bucket, key));
      if (!file) throw new Error("Cannot copy the object: its bytes are gone");
      const copy = { ...file, lastModified: new Date() };
      await files.put(nameOf(toBucket, toKey), copy);
      return await metadataOf(copy);
    },
    headObject: async (bucket, key) =>
      await metadataOf(await files.get(nameOf(bucket, key)) ?? MISSING),
    privateAssetUrl: () => Promise.reject(new Error("The local stack transforms no pictures")),
  };
}

const MISSING: StoredFile = {
  bytes: new Uint8Array(),
  mimetype: "application/octet-stream",
  cacheControl: "no-cache",
  lastModified: new Date(0),
};

/** As Supabase Storage writes it into `storage.objects.metadata`. */
async function metadataOf(file: StoredFile): Promise<Metadata> {
  const { bytes, mimetype, cacheControl, lastModified } = file;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return {
    eTag: `"${digest.slice(0, 16).toHex()}"`,
    size: bytes.length,
    mimetype,
    cacheControl,
    lastModified,
    contentLength: bytes.length,
    httpStatusCode: 200,
  };
}
