import fc from "fast-check";
import assert from "node:assert/strict";
import { decodeBase64, encodeBase64 } from "../../supabase/functions/_shared/wpp/lib/base64.ts";

Deno.test("decodeBase64 gives what encodeBase64 was given, in the same memory", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 20_000 }), (bytes) => {
    const base64 = encodeBase64(bytes);
    assert.equal(new TextDecoder().decode(base64), bytes.toBase64());
    const decoded = decodeBase64(base64);
    assert.deepEqual(decoded, bytes);
    assert.equal(decoded.buffer, base64.buffer);
  }));
});
