/** `deno task keygen`: a new key for WPP_ENCRYPTION_KEYS. */
import { base64url } from "jose";

if (import.meta.main) console.log(base64url.encode(crypto.getRandomValues(new Uint8Array(32))));
