import assert from "node:assert/strict";
import { SignedUploads } from "../../local/storage/signed_uploads.ts";

const SIGN = "http://127.0.0.1/storage/v1/object/upload/sign/messenger-media/shop/a b.png";
const OBJECT = "messenger-media/shop/a b.png";

/** A request for a link, by a user. */
const asking = () =>
  new Request(SIGN, { method: "POST", headers: { authorization: "Bearer user", apikey: "key" } });

async function link(uploads: SignedUploads): Promise<string> {
  const { url } = await uploads.sign(asking(), OBJECT).json();
  return `http://127.0.0.1/storage/v1${url}`;
}

Deno.test("SignedUploads lets a link upload as the user who asked for it", async () => {
  const uploads = new SignedUploads();
  const put = { method: "PUT", headers: { "content-type": "image/png" }, body: "cat" };
  const upload = uploads.read(new Request(await link(uploads), put), OBJECT);
  assert.ok(upload instanceof Request);
  assert.deepEqual(
    [
      upload.method,
      upload.url,
      ...["authorization", "apikey", "content-type"].map((name) => upload.headers.get(name)),
      await upload.text(),
    ],
    [
      ...["POST", "http://127.0.0.1/storage/v1/object/messenger-media/shop/a%20b.png"],
      ...["Bearer user", "key", "image/png", "cat"],
    ],
  );
});

Deno.test("SignedUploads refuses a link of another object, and one that it never gave", async () => {
  const uploads = new SignedUploads();
  const [own, made] = [await link(uploads), `${SIGN}?token=${crypto.randomUUID()}`];
  for (const [url, object] of [[own, `${OBJECT}x`], [made, OBJECT]] as const) {
    const answer = uploads.read(new Request(url, { method: "PUT", body: "cat" }), object);
    assert.ok(answer instanceof Response);
    assert.equal(answer.status, 400);
  }
  const nobody = uploads.sign(new Request(SIGN, { method: "POST" }), OBJECT);
  assert.equal(nobody.status, 400);
});
